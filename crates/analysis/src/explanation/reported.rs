//! What AWS's own message says of a cause that is not in view.

use crate::attempt::Reported;
use crate::{Cause, Layer};

/// Whether AWS refused the call for something else than what was found. The caller's own
/// policies are left to the evaluation: AWS names one of several layers, and its choice
/// says nothing against the others.
pub(super) fn is_beyond(error: &Reported, explains: impl Fn(Cause) -> bool) -> bool {
    cause(error).is_some_and(|(cause, layer, _)| {
        let own = matches!(layer, Layer::Identity | Layer::Boundary | Layer::Session);
        !own && !explains(cause)
    })
}

/// The cause that an error names by itself, its layer, and what would have to be in view.
/// Messages that can mean several things name none.
pub(super) fn cause(error: &Reported) -> Option<(Cause, Layer, &'static str)> {
    let says = |text: &str| error.message.contains(text);
    let found = match error.code.as_str() {
        "RegionDisabledException" => {
            (Cause::RegionDisabled, Layer::Request, "the regions in which STS is active")
        }
        "PackedPolicyTooLarge" => (
            Cause::RequestPackedPolicyTooLarge,
            Layer::Request,
            "the session tags and policies that the caller's session brings",
        ),
        "ExpiredTokenException" => (Cause::TokenExpired, Layer::Token, "the token that was sent"),
        "SignatureDoesNotMatch" if says("Signature expired") || says("not yet current") => {
            (Cause::ClockSkew, Layer::Request, "when the request was signed")
        }
        "InvalidIdentityToken" if says("retrieve verification key") => (
            Cause::ProviderKeysUnreachable,
            Layer::Provider,
            "whether STS reaches the keys of the issuer",
        ),
        "InvalidIdentityToken" if says("thumbprint") => (
            Cause::ProviderThumbprintMismatch,
            Layer::Provider,
            "the certificate that the issuer shows",
        ),
        "AccessDenied" if says("root accounts") => {
            (Cause::CallerIsRoot, Layer::Request, "who has called")
        }
        "ValidationError" if says("role chaining") => {
            (Cause::DurationChainingCap, Layer::Request, "the credentials of the caller")
        }
        _ if says("explicit deny in a service control policy") => {
            (Cause::ScpDeny, Layer::Scp, "the service control policies of the caller's account")
        }
        _ if says("no service control policy allows") => {
            (Cause::ScpNoAllow, Layer::Scp, "the service control policies of the caller's account")
        }
        _ if says("explicit deny in a resource control policy") => {
            (Cause::RcpDeny, Layer::Rcp, "the resource control policies of the role's account")
        }
        _ if says("explicit deny in an identity-based policy") => {
            (Cause::IdentityExplicitDeny, Layer::Identity, "all policies of the caller")
        }
        _ if says("no permissions boundary allows") => {
            (Cause::BoundaryNoAllow, Layer::Boundary, "the permissions boundary of the caller")
        }
        _ if says("no session policy allows") => {
            (Cause::SessionPolicyNoAllow, Layer::Session, "the policies of the caller's session")
        }
        _ if says("no identity-based policy allows") => {
            (Cause::IdentityNoAllow, Layer::Identity, "all policies of the caller")
        }
        _ => return None,
    };
    Some(found)
}
