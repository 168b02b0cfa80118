//! What is told to who comes with a token that is not accepted.

use stead_api::{ApiError, ErrorCode};
use stead_federation::oidc::{AccessTokenProvider, Refusal, TokenFault};
use stead_types::Timestamp;

/// Observed: the account of the role has no provider of this issuer
/// (kubernetes-sigs/aws-load-balancer-controller issue 2315).
#[must_use]
pub fn no_provider(issuer: &str) -> ApiError {
    invalid(format!("No OpenIDConnect provider found in your account for {issuer}"))
        .with_context(format!("no provider of the issuer `{issuer}` beside the role"))
}

/// The issuer's keys could not be had.
///
/// Observed: awslabs/aws-sdk-rust issue 827, with its two spaces.
#[must_use]
pub fn unavailable_keys(context: impl Into<String>) -> ApiError {
    invalid(NO_KEY).with_context(context)
}

/// The issuer did not answer; clients try again.
///
/// Choice: the model has the code, nobody quotes a text.
#[must_use]
pub fn unreachable_issuer(context: impl Into<String>) -> ApiError {
    let message = "The identity provider could not be reached to verify the token.";
    ApiError::new(ErrorCode::IDPCommunicationError, message).with_context(context)
}

/// No trusted authority has signed the issuer's certificate, and the provider does not
/// list it.
///
/// Observed: aws-actions/configure-aws-credentials issue 357.
#[must_use]
pub fn unknown_certificate(context: impl Into<String>) -> ApiError {
    invalid("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint")
        .with_context(context)
}

/// The text is no token that could be verified at all.
///
/// Observed: radkawar/stackd, answers of AWS recorded in 2026.
#[must_use]
pub fn not_a_token(fault: &TokenFault) -> ApiError {
    invalid(match fault {
        TokenFault::NoIssuer => missing("iss"),
        _ => "The ID Token provided is not a valid JWT. \
              (You may see this error if you sent an Access Token)"
            .to_owned(),
    })
    .with_context(fault.to_string())
}

/// A text that is no access token of the provider it is said to be of.
///
/// Observed: radkawar/stackd, recorded in 2026, of Amazon. Choice: the same of Facebook,
/// whose tokens have no form that tells them.
#[must_use]
pub fn other_access_token(provider: AccessTokenProvider, context: impl Into<String>) -> ApiError {
    let name = match provider {
        AccessTokenProvider::Amazon => "Login With Amazon",
        AccessTokenProvider::Facebook => "Facebook",
    };
    invalid(format!("Provided Token is not a {name} token")).with_context(context)
}

/// An access token that its provider does not accept, with what it said.
#[must_use]
pub fn rejected_access_token(said: impl Into<String>, context: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::IDPRejectedClaim, said).with_context(context)
}

/// A role of an account that is not here; as for one that trusts nobody.
#[must_use]
pub fn no_role_for_web_identity() -> ApiError {
    ApiError::access_denied("Not authorized to perform sts:AssumeRoleWithWebIdentity")
}

/// A token that was not accepted, in AWS's words.
///
/// Observed: radkawar/stackd, answers of AWS recorded in 2026, where nothing else is said.
#[must_use]
pub fn refused_token(refusal: &Refusal) -> ApiError {
    let error = match refusal {
        Refusal::Expired { now, expires_at } => expired(*now, *expires_at),
        // Observed: mozilla-iam/mozilla-aws-cli issue 146.
        Refusal::TooOld { age_seconds, .. } => {
            ApiError::new(ErrorCode::ExpiredTokenException, format!("Token too old: {age_seconds}"))
        }
        other => invalid(text(other)),
    };
    error.with_context(refusal.to_string())
}

fn text(refusal: &Refusal) -> String {
    match refusal {
        Refusal::UnknownKey { .. }
        | Refusal::NoKeyId { .. }
        | Refusal::KeyDoesNotFit { .. }
        | Refusal::TooManyKeys { .. } => NO_KEY.to_owned(),
        Refusal::MissingClaim { claim } => missing(claim),
        Refusal::IssuedInFuture { issued_at, .. } => {
            format!("Token issued in the future: {}", issued_at.epoch_seconds())
        }
        Refusal::NotYetValid { now, not_before } => format!(
            "Token not yet valid: current date/time {} must be after or equal to the not-before \
             date/time {}",
            now.epoch_seconds() + SKEW_SECONDS,
            not_before.epoch_seconds()
        ),
        Refusal::SeveralAudiences { audiences } if audiences.is_empty() => {
            "Claim is not allowed to be empty: aud".to_owned()
        }
        Refusal::SeveralAudiences { .. } => "Token audience contains more than one audience \
             while authorized party is not present"
            .to_owned(),
        // Observed: guardian/cdk pull request 1350, and widely quoted; the recordings of 2026
        // have the general text below, which tells nobody what is wrong.
        Refusal::Audience { .. } => "Incorrect token audience".to_owned(),
        Refusal::NoRoles => "The roles claim contains no valid role ARNs".to_owned(),
        Refusal::MalformedClaim { claim, .. } => malformed(claim),
        // Choice: formed as the text for malformed tags; AWS's is not known.
        Refusal::SessionTag { .. } | Refusal::TransitiveTagKeysTwice => {
            "principal_tags passed in claim is not in correct format.".to_owned()
        }
        Refusal::AlgorithmNotAllowed { .. }
        | Refusal::Signature { .. }
        | Refusal::Issuer { .. }
        | Refusal::SourceIdentity(_)
        | Refusal::Expired { .. }
        | Refusal::TooOld { .. } => NOT_VALIDATED.to_owned(),
    }
}

fn malformed(claim: &str) -> String {
    match claim {
        "exp" | "iat" | "nbf" => "Invalid timestamp in token claims.".to_owned(),
        "https://aws.amazon.com/roles" => "The roles claim is not in a supported format".to_owned(),
        claim if claim.starts_with("https://aws.amazon.com/tags") => {
            "principal_tags passed in claim is not in correct format.".to_owned()
        }
        _ => NOT_VALIDATED.to_owned(),
    }
}

/// Observed: aws/aws-sdk-java-v2 issue 5709; the first number is the time with the skew
/// that was granted (recorded in 2026).
fn expired(now: Timestamp, expires_at: Timestamp) -> ApiError {
    ApiError::new(
        ErrorCode::ExpiredTokenException,
        format!(
            "Token expired: current date/time {} must be before the expiration date/time {}",
            now.epoch_seconds() - SKEW_SECONDS,
            expires_at.epoch_seconds()
        ),
    )
}

fn missing(claim: &str) -> String {
    format!("Missing a required claim: {claim}")
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorCode::InvalidIdentityToken, message)
}

const SKEW_SECONDS: i64 = 300;

const NO_KEY: &str = "Couldn't retrieve verification key from your identity provider,  please \
     reference AssumeRoleWithWebIdentity documentation for requirements";

const NOT_VALIDATED: &str = "The web identity token provided could not be validated. See the \
     AssumeRoleWithWebIdentity documentation for requirements.";
