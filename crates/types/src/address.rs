use std::fmt::Write as _;
use std::net::IpAddr;

/// Appends an address as it is shown. One of version 4, which nearly all are, by hand: two
/// are written for each request.
pub fn push_address(text: &mut String, address: IpAddr) {
    let IpAddr::V4(address) = address else {
        // Writing to memory cannot fail.
        let _ = write!(text, "{address}");
        return;
    };
    text.reserve("255.255.255.255".len());
    for (index, part) in address.octets().into_iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        if part >= 100 {
            text.push(char::from(b'0' + part / 100));
        }
        if part >= 10 {
            text.push(char::from(b'0' + part / 10 % 10));
        }
        text.push(char::from(b'0' + part % 10));
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn addresses_are_written_as_the_library_does() {
        let all = (0..=255).map(|part| IpAddr::from(Ipv4Addr::new(part, 0, 255 - part, part)));
        for address in all.chain([Ipv6Addr::LOCALHOST.into()]) {
            let mut text = String::new();
            push_address(&mut text, address);
            assert_eq!(text, address.to_string());
        }
    }
}
