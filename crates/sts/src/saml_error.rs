//! What is told to who comes with a SAML response that is not accepted.

use stead_api::{ApiError, ErrorCode};
use stead_authorizer::SamlRefused;
use stead_federation::saml::{Refusal, ResponseFault};

/// The text is no SAML response that could be verified at all.
///
/// `request_id` stands in AWS's texts, as a UUID.
#[must_use]
pub fn not_a_saml_response(fault: &ResponseFault, request_id: &str) -> ApiError {
    invalid(unreadable(request_id)).with_context(format!("the response {fault}"))
}

/// A response that was not accepted, in AWS's words.
///
/// Observed: radkawar/stackd, answers of AWS recorded in 2026, where nothing else is said.
#[must_use]
pub fn refused_saml(refused: &SamlRefused, request_id: &str) -> ApiError {
    let error = match refused {
        SamlRefused::NoProvider { .. } => no_provider(request_id),
        // Choice: AWS's answer is not known; the provider is one that vouches for nobody.
        SamlRefused::MetadataExpired { .. } => {
            invalid("The metadata of the specified provider has expired")
        }
        SamlRefused::Response { refusal: Refusal::Expired { part, .. }, .. } => ended(part),
        SamlRefused::Response { refusal, .. } => invalid(text(refusal, request_id)),
    };
    error.with_context(refused.to_string())
}

/// The provider is not one of the role's account.
///
/// Observed: the integration tests of the AWS CLI plugin `login`.
#[must_use]
pub fn no_saml_provider(provider: &str, request_id: &str) -> ApiError {
    no_provider(request_id).with_context(format!("no provider `{provider}` beside the role"))
}

fn no_provider(request_id: &str) -> ApiError {
    let fault = "AuthSamlManifestNotFoundException";
    invalid(discovery("Specified provider doesn't exist", fault, request_id))
}

/// The assertion's own time is over, or it was used before, where each is good for one use.
///
/// Choice: the same for both.
pub(crate) fn expired() -> ApiError {
    ApiError::new(ErrorCode::ExpiredTokenException, "Response has expired")
}

/// One of the assertion's times is over, that of `part`.
///
/// Observed: Nike-Inc/gimme-aws-creds issue 251, for what is too old; Versent/saml2aws issue
/// 759, for an assertion that says itself until when it can be used.
fn ended(part: &str) -> ApiError {
    if part == Refusal::ISSUE_INSTANT {
        let text = "Token must be redeemed within 5 minutes of issuance";
        return ApiError::new(ErrorCode::ExpiredTokenException, text);
    }
    expired()
}

fn text(refusal: &Refusal, request_id: &str) -> String {
    match refusal {
        Refusal::Unsigned | Refusal::Assertions { .. } => invalid_response(
            "Response (with optional signature) must contain an assertion with a mandatory \
             signature",
            request_id,
        ),
        Refusal::SignatureForm { .. } | Refusal::StraySignature | Refusal::Signature { .. } => {
            "Response signature invalid".to_owned()
        }
        // Observed: dbeaver/cloudbeaver issue 3112.
        Refusal::Issuer { .. } => {
            invalid_response("Issuer not present in specified provider", request_id)
        }
        // Spec: UG:troubleshoot_saml has the text; an API call was not seen to be refused
        // for its audience. Choice: the recipient, which is what AWS calls the audience in
        // its answer and its condition key, alike.
        Refusal::Audience { .. } | Refusal::Recipient { .. } => {
            "Response does not contain the required audience.".to_owned()
        }
        // Choice: AWS takes such assertions.
        Refusal::NotYetValid { .. } => "Response is not yet valid".to_owned(),
        // Spec: UG:troubleshoot_saml.
        Refusal::NoRoleSessionName => "RoleSessionName is required in AuthnResponse".to_owned(),
        Refusal::RoleSessionName { .. } => {
            "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}".to_owned()
        }
        Refusal::SourceIdentity { .. } => SOURCE_IDENTITY.to_owned(),
        // Choice: formed as the text for malformed tags of web identities.
        Refusal::SessionTag { .. } => {
            "The principal tags passed in the assertion are not in correct format.".to_owned()
        }
        Refusal::Response(_)
        | Refusal::Status { .. }
        | Refusal::NotEncrypted
        | Refusal::EncryptionForm { .. }
        | Refusal::Encrypted
        | Refusal::Missing { .. }
        | Refusal::Several { .. }
        | Refusal::Malformed { .. }
        | Refusal::Expired { .. } => unreadable(request_id),
    }
}

/// Spec: UG:troubleshoot_saml.
const SOURCE_IDENTITY: &str =
    "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"";

/// The source identity is one that only AWS gives.
pub(crate) fn reserved_source_identity() -> ApiError {
    invalid(SOURCE_IDENTITY)
}

/// The role is not among those that the assertion is for.
pub(crate) fn other_role(context: String) -> ApiError {
    invalid("SAML Assertion doesn't contain the requested Role and Metadata in the attributes")
        .with_context(context)
}

/// Observed: for whatever an assertion must have and this one does not.
fn unreadable(request_id: &str) -> String {
    invalid_response("Invalid base64 SAMLResponse", request_id)
}

fn invalid_response(text: &str, request_id: &str) -> String {
    discovery(text, "AuthSamlInvalidSamlResponseException", request_id)
}

fn discovery(text: &str, fault: &str, request_id: &str) -> String {
    format!(
        "{text} (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: {fault}; \
         Request ID: {request_id}; Proxy: null)"
    )
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidIdentityToken, message)
}
