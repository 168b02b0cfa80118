//! ARNs of identity providers, as requests give them.

use stead_api::{ApiError, ErrorCode};
use stead_types::{AccountId, Arn};

/// Reads the ARN of an identity provider, of whichever account: `kind` is
/// `oidc-provider` or `saml-provider`.
///
/// Choice: worded as for the ARNs of managed policies; no recording.
///
/// # Errors
/// What can be told from the text alone.
pub(crate) fn parse(text: &str, kind: &str) -> Result<Arn, ApiError> {
    let unreadable = |_| ApiError::validation("Invalid ARN:  Could not be parsed!");
    let arn: Arn = text.parse().map_err(unreadable)?;
    if arn.partition() != "aws" {
        return Err(ApiError::validation("Invalid ARN partition"));
    }
    let owned = arn.account_text().parse::<AccountId>().is_ok();
    let named = arn.resource_of(kind).is_some_and(|name| !name.is_empty());
    if owned && named && arn.service() == "iam" && arn.region().is_empty() {
        return Ok(arn);
    }
    Err(ApiError::new(ErrorCode::InvalidInput, format!("ARN {text} is not valid.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_arn_of_a_provider_of_its_kind_will_do() {
        for good in [
            "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a/",
            "arn:aws:iam::111122223333:oidc-provider/localhost:8443",
        ] {
            assert_eq!(parse(good, "oidc-provider").unwrap().as_str(), good);
            assert!(parse(good, "saml-provider").is_err());
        }
        for (bad, code) in [
            ("https://idp.example.com", "ValidationError"),
            ("arn:aws:iam::111122223333:", "ValidationError"),
            ("arn:aws-cn:iam::111122223333:oidc-provider/a", "ValidationError"),
            ("arn:aws:iam::111122223333:oidc-provider/", "InvalidInput"),
            ("arn:aws:iam::111122223333:oidc-provider", "InvalidInput"),
            ("arn:aws:iam::aws:oidc-provider/a", "InvalidInput"),
            ("arn:aws:sts::111122223333:oidc-provider/a", "InvalidInput"),
            ("arn:aws:iam:us-east-1:111122223333:oidc-provider/a", "InvalidInput"),
            ("arn:aws:iam::111122223333:role/a", "InvalidInput"),
        ] {
            let error = parse(bad, "oidc-provider").unwrap_err();
            assert_eq!(error.code().as_str(), code, "{bad}");
        }
    }
}
