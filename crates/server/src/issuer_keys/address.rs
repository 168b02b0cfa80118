use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// IPv4 networks that are not the public internet.
/// Spec: IANA's registry of special-purpose addresses,
/// <https://www.iana.org/assignments/iana-ipv4-special-registry/>.
const NOT_PUBLIC_V4: [Ipv4Net; 17] = [
    v4([0, 0, 0, 0], 8),          // this network, the unspecified address
    v4([10, 0, 0, 0], 8),         // private
    v4([100, 64, 0, 0], 10),      // carrier-grade NAT
    v4([127, 0, 0, 0], 8),        // loopback
    v4([168, 63, 129, 16], 32),   // Choice: public by number, Azure's platform by use
    v4([169, 254, 0, 0], 16),     // link-local, the metadata services of clouds
    v4([172, 16, 0, 0], 12),      // private
    v4([192, 0, 0, 0], 24),       // IETF protocol assignments
    v4([192, 0, 2, 0], 24),       // documentation
    v4([192, 88, 99, 0], 24),     // relays of 6to4
    v4([192, 168, 0, 0], 16),     // private
    v4([198, 18, 0, 0], 15),      // benchmarks
    v4([198, 51, 100, 0], 24),    // documentation
    v4([203, 0, 113, 0], 24),     // documentation
    v4([224, 0, 0, 0], 4),        // multicast
    v4([240, 0, 0, 0], 4),        // reserved
    v4([255, 255, 255, 255], 32), // broadcast
];

/// The one IPv6 network from which public addresses are given out. Outside it lie
/// the unspecified and the loopback address, IPv4-mapped and -compatible addresses,
/// NAT64 (`64:ff9b::/96`, `64:ff9b:1::/48`), unique-local, link-local, multicast
/// and everything reserved.
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// What is special inside of it.
/// Spec: <https://www.iana.org/assignments/iana-ipv6-special-registry/>.
const NOT_PUBLIC_V6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0], 23),     // IETF protocol assignments, Teredo among them
    v6([0x2001, 0xdb8, 0], 32), // documentation
    v6([0x2002, 0, 0], 16),     // 6to4: an IPv4 address in disguise
    v6([0x3fff, 0, 0], 20),     // documentation
];

const fn v4(octets: [u8; 4], prefix: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(groups: [u16; 3], prefix: u8) -> Ipv6Net {
    let [a, b, c] = groups;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// Whether an address belongs to the public internet, by its number alone.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !NOT_PUBLIC_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => {
            PUBLIC_V6.contains(&address)
                && !NOT_PUBLIC_V6.iter().any(|network| network.contains(&address))
        }
    }
}

/// Which addresses may be contacted for one issuer: public ones, and what the
/// configuration adds.
#[derive(Clone, Debug, Default)]
pub(super) struct Reach {
    /// Loopback addresses too, for tests.
    pub(super) loopback: bool,
    /// Further networks, such as `10.0.0.0/8`.
    pub(super) networks: Vec<IpNet>,
}

impl Reach {
    /// Whether this address may be contacted.
    ///
    /// An IPv4-mapped address is not the IPv4 address inside: only a network that is
    /// listed in its IPv6 form allows it.
    #[must_use]
    pub(super) fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || self.names(address)
    }

    /// Whether the configuration says so of this address, whether or not it is public.
    #[must_use]
    pub(super) fn names(&self, address: IpAddr) -> bool {
        (self.loopback && address.is_loopback())
            || self.networks.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn public_addresses_are_public() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "168.63.129.17",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2606:4700:4700::1111",
            "2a00:1450:4001::1",
            "2003::1",
            "3ffe::1",
        ] {
            assert!(is_public(address(text)), "{text}");
        }
    }

    #[test]
    fn every_special_kind_is_refused_to_its_edges() {
        for text in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.0",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "168.63.129.16",
            "169.254.0.0",
            "169.254.169.254",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.0",
            "192.168.255.255",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.0",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address(text)), "{text}");
            assert!(!Reach::default().allows(address(text)), "{text}");
        }
    }

    #[test]
    fn loopback_is_allowed_by_its_switch_and_nothing_else_by_it() {
        let reach = Reach { loopback: true, networks: Vec::new() };
        for text in ["127.0.0.1", "127.9.9.9", "::1", "8.8.8.8"] {
            assert!(reach.allows(address(text)), "{text}");
        }
        for text in ["::ffff:127.0.0.1", "::127.0.0.1", "0.0.0.0", "::", "10.0.0.1", "fe80::1"] {
            assert!(!reach.allows(address(text)), "{text}");
        }
    }

    #[test]
    fn listed_networks_are_allowed_and_their_neighbours_are_not() {
        let networks = ["10.1.0.0/16", "fd00:1::/32"].map(|text| text.parse().unwrap());
        let reach = Reach { loopback: false, networks: networks.into() };
        for text in ["10.1.0.0", "10.1.255.255", "fd00:1::1", "8.8.8.8"] {
            assert!(reach.allows(address(text)), "{text}");
        }
        for text in ["10.0.255.255", "10.2.0.0", "fd00:2::1", "::ffff:10.1.0.1", "127.0.0.1"] {
            assert!(!reach.allows(address(text)), "{text}");
        }
    }
}
