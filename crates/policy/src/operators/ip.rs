use std::net::IpAddr;

use ipnet::IpNet;

/// A range of addresses of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Network(IpNet);

impl Network {
    /// Reads a range such as `203.0.113.0/24`, or one address.
    ///
    /// Spec: UG:reference_policies_elements_condition_operators, without a prefix
    /// length the address alone is meant.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Some(Self(IpNet::from(address)));
        }
        text.parse::<IpNet>().ok().map(Self)
    }

    /// The first and the last address.
    pub(crate) fn ends(self) -> (IpAddr, IpAddr) {
        (self.0.network(), self.0.broadcast())
    }

    /// Whether an address lies in the range. Addresses of the other family never do.
    ///
    /// Choice: an IPv4 address in IPv6 form (`::ffff:203.0.113.7`) is of the IPv6
    /// family; whoever fills the context writes IPv4 addresses as such.
    pub(super) fn contains(self, address: &IpAddr) -> bool {
        self.0.contains(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lie_in_ranges_of_their_family() {
        for (range, address, inside) in [
            ("203.0.113.0/24", "203.0.113.7", true),
            ("203.0.113.0/24", "203.0.114.7", false),
            ("203.0.113.7", "203.0.113.7", true),
            ("203.0.113.7", "203.0.113.8", false),
            ("203.0.113.9/24", "203.0.113.7", true),
            ("0.0.0.0/0", "203.0.113.7", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "203.0.113.7", false),
            ("2001:DB8:0::/32", "2001:db8::0001", true),
            ("2001:db8::1", "2001:0db8:0:0:0:0:0:1", true),
            ("203.0.113.0/24", "203.0.113.0/24", false),
            ("203.0.113.0/24", "host", false),
            ("::ffff:0:0/96", "203.0.113.7", false),
        ] {
            let range_read = Network::parse(range).unwrap();
            let found = address.parse().is_ok_and(|address| range_read.contains(&address));
            assert_eq!(found, inside, "{range} {address}");
        }
        for text in ["", "203.0.113", "203.0.113.0/33", "203.0.113.*", "203.0.113.0/", "x"] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
