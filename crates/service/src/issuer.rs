use stead_api::ApiError;
use stead_types::{Arn, IssuerUrl};

/// Whether issuers on the loopback may be registered in plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoopbackIssuers {
    /// Only `https://` is taken, as on AWS.
    #[default]
    Refused,
    /// `http://` on a loopback host is taken too. For tests alone: whoever can listen
    /// on the machine can be the issuer.
    Admitted,
}

/// An issuer that is being registered, for the shell to find out whether it answers.
///
/// The work is done and authorized by then, and nothing is committed yet: who may not
/// register an issuer makes no shell connect to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuerCheck {
    /// The issuer.
    pub issuer: IssuerUrl,
    /// Its provider in the work's draft, which lists no thumbprints yet: the shell enters
    /// the one it finds.
    pub provider: Arn,
    /// What the call is answered when the issuer does not answer.
    pub unreachable: ApiError,
}
