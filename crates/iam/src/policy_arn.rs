//! ARNs of managed policies, as requests give them.

use stead_api::{ApiError, ErrorCode};
use stead_types::{AccountId, Arn};

/// Reads the ARN of a managed policy, of whichever account.
///
/// # Errors
/// What AWS answers before it asks any policy, from the text alone.
pub(crate) fn parse(text: &str) -> Result<Arn, ApiError> {
    // Observed: AttachRolePolicy with the name of a policy; two spaces (2024).
    let unreadable = |_| ApiError::validation("Invalid ARN:  Could not be parsed!");
    let arn: Arn = text.parse().map_err(unreadable)?;
    if arn.partition() != "aws" {
        // Observed: pulumi/pulumi-aws-apigateway issue 347.
        return Err(ApiError::validation("Invalid ARN partition"));
    }
    if is_policy(&arn) {
        return Ok(arn);
    }
    // Observed: hashicorp/terraform-provider-aws issue 1337.
    Err(ApiError::new(ErrorCode::InvalidInput, format!("ARN {text} is not valid.")))
}

fn is_policy(arn: &Arn) -> bool {
    let owned = arn.account_text() == "aws" || arn.account_text().parse::<AccountId>().is_ok();
    let named = arn.resource_of("policy").is_some_and(|name| !name.is_empty());
    owned && named && arn.service() == "iam" && arn.region().is_empty()
}

/// The path and the name that the ARN of a policy holds: `/path/` and `Name`.
pub(crate) fn path_and_name(arn: &Arn) -> (&str, &str) {
    let full = arn.resource().strip_prefix("policy").unwrap_or_default();
    let name_at = full.rfind('/').map_or(0, |slash| slash + 1);
    full.split_at_checked(name_at).unwrap_or((full, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_arn_of_a_policy_will_do() {
        for good in
            ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::111122223333:policy/a/B"]
        {
            assert_eq!(parse(good).unwrap().as_str(), good);
        }
        for (bad, code, message) in [
            ("a-policy-name-but-no-arn", "ValidationError", "Invalid ARN:  Could not be parsed!"),
            ("arn:aws:iam::111122223333:", "ValidationError", "Invalid ARN:  Could not be parsed!"),
            (
                "arn:aws-cn:iam::aws:policy/ReadOnlyAccess",
                "ValidationError",
                "Invalid ARN partition",
            ),
            (
                "arn:aws:iam::111122223333:role/Deploy",
                "InvalidInput",
                "ARN arn:aws:iam::111122223333:role/Deploy is not valid.",
            ),
            (
                "arn:aws:iam::111122223333:policy/",
                "InvalidInput",
                "ARN arn:aws:iam::111122223333:policy/ is not valid.",
            ),
            (
                "arn:aws:s3::111122223333:policy/Deploy",
                "InvalidInput",
                "ARN arn:aws:s3::111122223333:policy/Deploy is not valid.",
            ),
            (
                "arn:aws:iam:us-east-1:111122223333:policy/Deploy",
                "InvalidInput",
                "ARN arn:aws:iam:us-east-1:111122223333:policy/Deploy is not valid.",
            ),
            (
                "arn:aws:iam::1111:policy/Deploy",
                "InvalidInput",
                "ARN arn:aws:iam::1111:policy/Deploy is not valid.",
            ),
        ] {
            let error = parse(bad).unwrap_err();
            assert_eq!((error.code().as_str(), error.message()), (code, message), "{bad}");
        }
    }

    #[test]
    fn path_and_name_are_told_apart() {
        for (arn, path, name) in [
            ("arn:aws:iam::aws:policy/ReadOnlyAccess", "/", "ReadOnlyAccess"),
            (
                "arn:aws:iam::aws:policy/job-function/SystemAdministrator",
                "/job-function/",
                "SystemAdministrator",
            ),
        ] {
            assert_eq!(path_and_name(&arn.parse().unwrap()), (path, name));
        }
    }
}
