//! Whose word counts for where a request comes from.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;

use super::exchange::Transport;
use crate::limits::FORWARDED_HOPS_MAX;

/// The networks whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
///
/// Anyone can send these headers, and policies decide by source address. So an
/// entry counts only when the machine that added it is one of these.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts these networks.
    #[must_use]
    pub const fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// The client's address and transport, given the socket's.
    ///
    /// Every proxy appends the address it was called from, so the list is read
    /// from its end for as long as the machine reached so far is trusted; what
    /// stands before that is the client's own invention.
    #[must_use]
    pub fn origin(
        &self,
        peer: IpAddr,
        socket: Transport,
        headers: &HeaderMap,
    ) -> (IpAddr, Transport) {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return (peer, socket);
        }
        (self.client(peer, headers), transport(headers).unwrap_or(socket))
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer;
        let lines: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        let entries =
            lines.iter().rev().flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b','));
        for entry in entries.take(FORWARDED_HOPS_MAX) {
            // A proxy that adds something else ends what can be known: its own
            // address is then the nearest truth.
            let Some(address) = address(entry) else { break };
            nearest = address;
            if !self.trusts(address) {
                break;
            }
        }
        nearest
    }

    /// Whether what this machine says about others counts.
    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// What the nearest proxy says last; a list holds the client's claims before it.
fn transport(headers: &HeaderMap) -> Option<Transport> {
    let line = headers.get_all("x-forwarded-proto").iter().next_back()?;
    let last = line.as_bytes().rsplit(|byte| *byte == b',').next()?.trim_ascii();
    match last {
        last if last.eq_ignore_ascii_case(b"https") => Some(Transport::Secure),
        // Anything else that a proxy says is not HTTPS.
        _ => Some(Transport::Plain),
    }
}

/// An address as proxies write it: alone, in brackets, or with a port.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(entry.trim_ascii()).ok()?;
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let address =
        bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|both| both.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    fn origin(peer: &str, lines: &[(&'static str, &str)]) -> (String, Transport) {
        let networks = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let (address, transport) = TrustedProxies::new(networks).origin(
            peer.parse().unwrap(),
            Transport::Plain,
            &headers(lines),
        );
        (address.to_string(), transport)
    }

    #[test]
    fn the_rightmost_untrusted_hop_is_the_client() {
        const FOR: &str = "x-forwarded-for";
        for (peer, lines, expected) in [
            // Nobody is believed who is not trusted.
            ("192.0.2.1", vec![(FOR, "203.0.113.7")], "192.0.2.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
            ("10.0.0.1", vec![(FOR, "203.0.113.7")], "203.0.113.7"),
            // What the client wrote before its own address is not read.
            ("10.0.0.1", vec![(FOR, "198.51.100.9, 203.0.113.7")], "203.0.113.7"),
            ("10.0.0.1", vec![(FOR, "10.9.9.9, 203.0.113.7")], "203.0.113.7"),
            // A chain of trusted proxies, on one line or on several.
            ("10.0.0.1", vec![(FOR, "203.0.113.7, 10.0.0.2")], "203.0.113.7"),
            ("10.0.0.1", vec![(FOR, "203.0.113.7"), (FOR, "10.0.0.2")], "203.0.113.7"),
            ("10.0.0.1", vec![(FOR, "10.0.0.3,10.0.0.2")], "10.0.0.3"),
            // What is no address ends the reading.
            ("10.0.0.1", vec![(FOR, "203.0.113.7, unknown")], "10.0.0.1"),
            ("10.0.0.1", vec![(FOR, "203.0.113.7, unknown, 10.0.0.2")], "10.0.0.2"),
            ("10.0.0.1", vec![(FOR, "")], "10.0.0.1"),
            ("10.0.0.1", vec![(FOR, "203.0.113.7,")], "10.0.0.1"),
            // Forms with ports, brackets and mapped addresses.
            ("10.0.0.1", vec![(FOR, "203.0.113.7:1234")], "203.0.113.7"),
            ("10.0.0.1", vec![(FOR, "[2001:db8::7]:1234")], "2001:db8::7"),
            ("10.0.0.1", vec![(FOR, "[2001:db8::7]")], "2001:db8::7"),
            ("10.0.0.1", vec![(FOR, "2001:db8::7")], "2001:db8::7"),
            ("::ffff:10.0.0.1", vec![(FOR, "::ffff:203.0.113.7")], "203.0.113.7"),
            ("fd00::1", vec![(FOR, "203.0.113.7, fd00::2")], "203.0.113.7"),
        ] {
            assert_eq!(origin(peer, &lines).0, expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn a_list_longer_than_the_bound_is_not_read_to_its_beginning() {
        let long = vec!["10.0.0.2"; FORWARDED_HOPS_MAX].join(",");
        let line = format!("203.0.113.7,{long}");
        assert_eq!(origin("10.0.0.1", &[("x-forwarded-for", &line)]).0, "10.0.0.2");
    }

    #[test]
    fn only_a_trusted_proxy_speaks_for_the_transport() {
        const PROTO: &str = "x-forwarded-proto";
        for (peer, lines, expected) in [
            ("192.0.2.1", vec![(PROTO, "https")], Transport::Plain),
            ("10.0.0.1", vec![(PROTO, "https")], Transport::Secure),
            ("10.0.0.1", vec![(PROTO, "HTTPS")], Transport::Secure),
            ("10.0.0.1", vec![(PROTO, "https, http")], Transport::Plain),
            ("10.0.0.1", vec![(PROTO, "http"), (PROTO, "https")], Transport::Secure),
            ("10.0.0.1", vec![(PROTO, "wss")], Transport::Plain),
            ("10.0.0.1", vec![], Transport::Plain),
        ] {
            assert_eq!(origin(peer, &lines).1, expected, "{peer} {lines:?}");
        }
    }
}
