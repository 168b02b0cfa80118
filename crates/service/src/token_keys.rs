use stead_session::token_key::NewTokenKey;

/// Whether keys that sign identity tokens are to be made before an operation is carried
/// out. That takes a tenth of a second or more, and the library's own random numbers: the
/// shell does it where nobody waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenKeyWork {
    /// None are needed.
    #[default]
    None,
    /// A key of each kind.
    OfEachKind,
}

/// Keys that were just made, one of each kind.
#[derive(Debug)]
pub struct NewTokenKeys(pub Vec<NewTokenKey>);

/// Where the issuers of identity tokens are reached: the address under which services
/// elsewhere know this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerBase(Box<str>);

impl IssuerBase {
    /// What stands between the base and the id of an issuer.
    pub const PATH: &'static str = "/token-issuer/";

    /// The issuers below this URL, such as `https://sts.example.com`, without a slash at
    /// its end.
    #[must_use]
    pub fn new(url: impl Into<Box<str>>) -> Self {
        Self(url.into())
    }

    /// The URL of an issuer, which its tokens name as `iss`:
    /// `https://sts.example.com/token-issuer/f47ac10b-58cc-4372-a567-0e02b2c3d479`.
    ///
    /// Choice: AWS has a host for each account. A server has one name, and so a path.
    #[must_use]
    pub fn issuer(&self, id: &stead_types::Uuid) -> String {
        [&self.0, Self::PATH, id.as_str()].concat()
    }
}
