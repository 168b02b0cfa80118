use std::net::IpAddr;

use stead_types::Timestamp;

/// What the connection and the signed request say, before any policy is read.
///
/// Nothing here comes from a header that a proxy did not vouch for.
#[derive(Clone, Debug)]
pub struct RequestFacts {
    /// The server's clock when the request arrived.
    pub now: Timestamp,
    /// The address of the client: the socket's, or the one a trusted proxy names.
    pub source_ip: IpAddr,
    /// Whether the client's connection was encrypted.
    pub transport: Transport,
    /// The region the request was signed for, such as `us-east-1`: one endpoint
    /// stands for all of them.
    pub requested_region: String,
    /// The `User-Agent` header, when sent and readable as text.
    pub user_agent: Option<String>,
    /// The `Referer` header, when sent and readable as text.
    pub referer: Option<String>,
}

/// How the client's bytes arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Without encryption.
    Plain,
    /// Over TLS.
    Tls,
}
