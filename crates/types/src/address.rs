use std::fmt::{self, Write as _};
use std::net::IpAddr;

/// An address as it is shown, where it needs no place of its own. One of version 4, which
/// nearly all are, is written by hand: two are for each request.
#[derive(Clone, Copy)]
pub struct AddressText {
    // INVARIANT: ASCII, and what follows `length` means nothing.
    bytes: [u8; AddressText::BYTES_MAX],
    length: usize,
}

impl AddressText {
    /// The longest of version 6 has eight groups of four digits; one that holds an address
    /// of version 4 has six, and the four numbers.
    const BYTES_MAX: usize = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".len();

    /// What is shown of an address.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let mut text = Self { bytes: [0; Self::BYTES_MAX], length: 0 };
        match address {
            IpAddr::V4(address) => {
                for (index, part) in address.octets().into_iter().enumerate() {
                    if index > 0 {
                        text.push(b'.');
                    }
                    text.push_number(part);
                }
            }
            IpAddr::V6(address) => {
                // INVARIANT: there is room for the longest.
                let _ = write!(text, "{address}");
            }
        }
        text
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The text: ASCII.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn push_number(&mut self, number: u8) {
        if number >= 100 {
            self.push(b'0' + number / 100);
        }
        if number >= 10 {
            self.push(b'0' + number / 10 % 10);
        }
        self.push(b'0' + number % 10);
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }
}

impl fmt::Write for AddressText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| self.push(byte));
        Ok(())
    }
}

impl fmt::Debug for AddressText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn addresses_are_written_as_the_library_does() {
        let all = (0..=255).map(|part| IpAddr::from(Ipv4Addr::new(part, 0, 255 - part, part)));
        let longest = Ipv6Addr::from([0xffff; 8]);
        let mapped = Ipv4Addr::BROADCAST.to_ipv6_mapped();
        for address in all.chain([Ipv6Addr::LOCALHOST, longest, mapped].map(IpAddr::from)) {
            assert_eq!(AddressText::of(address).as_str(), address.to_string());
        }
    }
}
