use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use thiserror::Error;

use stead_federation::oidc::AccessTokenProvider;

use super::location::UrlFault;
use super::thumbprint::Thumbprint;

/// Why there are no keys: which document it was about, and what went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{document} at `{url}`: {cause}")]
pub struct KeyFault {
    /// The document that could not be had.
    pub document: Document,
    /// Where it is, or the issuer.
    pub url: String,
    /// What went wrong.
    pub cause: Cause,
}

impl KeyFault {
    /// A fault of the issuer as a whole.
    pub(super) fn of_issuer(issuer: &str, cause: Cause) -> Self {
        Self { document: Document::Keys, url: issuer.to_owned(), cause }
    }

    /// A fault in asking about an access token. The URL, which holds the token, is not
    /// repeated.
    pub(super) fn of_access_token(provider: AccessTokenProvider, cause: Cause) -> Self {
        Self { document: Document::AccessToken, url: provider.name().to_owned(), cause }
    }
}

/// What is asked of providers: two documents that lead to keys, or whose a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// `.well-known/openid-configuration`.
    Discovery,
    /// The keys, behind `jwks_uri`.
    Keys,
    /// Whose an access token is.
    AccessToken,
}

impl fmt::Display for Document {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Discovery => "discovery document",
            Self::Keys => "key document",
            Self::AccessToken => "answer about the access token",
        })
    }
}

/// What went wrong with a document. Complete on purpose.
///
/// Texts are for operators and for denial records. None says which address a name
/// resolves to, so that nobody explores a network through registered issuers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Cause {
    /// A URL that is not fetched.
    #[error(transparent)]
    Url(#[from] UrlFault),
    /// `http://` where only `https://` is allowed.
    #[error("plain HTTP is only for loopback addresses, under dangerous_allow_loopback_issuers")]
    PlainHttp,
    /// No address of the host may be contacted; the first that was refused.
    #[error("the host has no address that may be contacted")]
    ForbiddenAddress(ForbiddenAddress),
    /// The configured proxy gave no connection.
    #[error("the proxy {0}")]
    Proxy(#[from] ProxyFault),
    /// No connection, or one that broke.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// No complete answer in time.
    #[error("no complete answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// A TLS handshake that failed, or a certificate that is expired or of another host.
    #[error("TLS: {0}")]
    Tls(String),
    /// A chain that no trusted authority signed, and whose top is not among the
    /// provider's thumbprints.
    #[error(
        "no trusted authority signed the certificate, and the thumbprint `{top}` is not listed"
    )]
    Thumbprint {
        /// The SHA-1 of the certificate at the top of the chain that was presented.
        top: Thumbprint,
    },
    /// A redirect: keys come from where the issuer says they are.
    #[error("redirects are not followed (status {0})")]
    Redirect(u16),
    /// A status other than 200.
    #[error("the status is {0}, expected 200")]
    Status(u16),
    /// An answer that is compressed although that was not asked for.
    #[error("the answer is encoded, which was not asked for")]
    Encoded,
    /// A body over the limit.
    #[error("the document is longer than {0} bytes")]
    TooLarge(usize),
    /// A body that is not the JSON it should be.
    #[error("not a document of its kind: {0}")]
    Malformed(String),
    /// A discovery document of another issuer.
    #[error("the document is of another issuer")]
    WrongIssuer,
    /// Too many calls wait for issuers already.
    #[error("too many calls wait for the keys of issuers")]
    Busy,
    /// A key document without a single usable key.
    #[error("no usable key")]
    NoUsableKey,
}

/// Why a proxy gave no connection. Complete on purpose.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProxyFault {
    /// No connection to the proxy, one that broke, or an answer that is no HTTP.
    #[error("gives no answer: {0}")]
    Unreachable(String),
    /// It asks for credentials, or for others.
    #[error("does not accept the credentials, or wants some (status 407)")]
    Credentials,
    /// It does not connect to where it was asked to.
    #[error("does not connect (status {0})")]
    Status(u16),
    /// An answer without an end.
    #[error("answers with more than {0} bytes")]
    TooLong(usize),
}

/// An address that may not be contacted. It shows in logs, not in messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ForbiddenAddress(pub IpAddr);

impl fmt::Debug for ForbiddenAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

/// What AWS calls it. See [`Cause::answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// `IDPCommunicationError`: the provider could not be reached. Clients try again.
    Communication,
    /// `InvalidIdentityToken`, "Couldn't retrieve verification key from your identity
    /// provider,  please reference AssumeRoleWithWebIdentity documentation for
    /// requirements".
    NoVerificationKey,
    /// `InvalidIdentityToken`, "OpenIDConnect provider's HTTPS certificate doesn't
    /// match configured thumbprint".
    Thumbprint,
}

impl Answer {
    /// What it is called in metrics and traces.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Communication => "unreachable",
            Self::NoVerificationKey => "unusable",
            Self::Thumbprint => "untrusted",
        }
    }
}

impl Cause {
    /// Which of AWS's errors tells this to a caller.
    ///
    /// Choice: AWS publishes no table. What may go away by itself is a failure to
    /// communicate, which clients try again; what the provider's owner has to mend is
    /// a key that could not be retrieved. A proxy is not the owner's to mend.
    #[must_use]
    pub const fn answer(&self) -> Answer {
        match self {
            Self::Proxy(_) | Self::Unreachable(_) | Self::TimedOut(_) | Self::Busy => {
                Answer::Communication
            }
            Self::Status(status) if *status == 429 || *status >= 500 => Answer::Communication,
            Self::Thumbprint { .. } => Answer::Thumbprint,
            Self::Url(_)
            | Self::PlainHttp
            | Self::ForbiddenAddress(_)
            | Self::Tls(_)
            | Self::Redirect(_)
            | Self::Status(_)
            | Self::Encoded
            | Self::TooLarge(_)
            | Self::Malformed(_)
            | Self::WrongIssuer
            | Self::NoUsableKey => Answer::NoVerificationKey,
        }
    }
}
