use stead_api::ApiError;
use stead_types::{AccountId, Arn};

/// The ARN that a role is asked for by, and the account it names.
#[derive(Clone, Debug)]
pub(crate) struct RoleArn {
    pub(crate) arn: Arn,
    pub(crate) account: AccountId,
}

impl RoleArn {
    /// As AssumeRole takes it: what IAM or STS could have in an account. What is no role is
    /// one that is not there.
    ///
    /// Observed: `arn:a:::something/test-role` is answered with a ValidationError that names
    /// it (LocalStack's recordings), before any policy is asked; the ARN of a user, and that
    /// of a session, with the AccessDenied of a role that does not exist
    /// (amzn/selling-partner-api-docs#2983).
    /// Choice: of other wrong ARNs nothing is known; they are invalid.
    ///
    /// # Errors
    /// `<text> is invalid`.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let invalid = || ApiError::validation(format!("{text} is invalid"));
        let target = Self::placed(text).ok_or_else(invalid)?;
        let is_one_of_none = target.arn.resource_of("role").is_some_and(str::is_empty);
        if is_one_of_none || !target.arn.resource().contains('/') {
            return Err(invalid());
        }
        Ok(target)
    }

    /// As those take it who come with a foreign proof: the ARN of a role.
    ///
    /// Observed: with the ARN of a provider in its place both operations answer these words
    /// (physera/onelogin-aws-cli#12; people quote it of web identities alike).
    ///
    /// # Errors
    /// `Request ARN is invalid`.
    pub(crate) fn parse_strictly(text: &str) -> Result<Self, ApiError> {
        let is_role = |target: &Self| {
            let name = target.arn.resource_of("role");
            target.arn.service() == "iam" && name.is_some_and(|name| !name.is_empty())
        };
        let invalid = || ApiError::validation("Request ARN is invalid");
        Self::placed(text).filter(is_role).ok_or_else(invalid)
    }

    fn placed(text: &str) -> Option<Self> {
        let arn: Arn = text.parse().ok()?;
        let is_placed = arn.partition() == "aws"
            && matches!(arn.service(), "iam" | "sts")
            && arn.region().is_empty();
        let account = arn.account().filter(|_| is_placed)?;
        Some(Self { arn, account })
    }
}

/// The account that a text names where an ARN does, for who only wants to have it at hand:
/// whether it is the ARN of a role is not looked at. Allocates nothing.
pub(crate) fn account_named(text: &str) -> Option<AccountId> {
    text.split(':').nth(4)?.parse().ok()
}

/// The account of the role that an unsigned request names: there is no caller whose
/// account it could be looked up in.
///
/// # Errors
/// An ARN that is not that of a role: `Request ARN is invalid`.
pub fn account_of_role(role_arn: &str) -> Result<AccountId, ApiError> {
    RoleArn::parse_strictly(role_arn).map(|role| role.account)
}

/// The account of what AssumeRole is asked for, by a service, which has no account.
///
/// # Errors
/// An ARN that can't be that of a role: `<ARN> is invalid`.
pub fn account_of_target(role_arn: &str) -> Result<AccountId, ApiError> {
    RoleArn::parse(role_arn).map(|role| role.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_role_is_invalid() {
        for good in [
            "arn:aws:iam::111122223333:role/path/Name",
            "arn:aws:iam::111122223333:user/Name",
            "arn:aws:sts::111122223333:assumed-role/Name/session",
        ] {
            let target = RoleArn::parse(good).unwrap();
            assert_eq!(
                (target.account.to_string(), target.arn.as_str()),
                ("111122223333".to_owned(), good)
            );
        }
        for bad in [
            "arn:a:::something/test-role",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role",
            "arn:aws:iam:us-east-1:111122223333:role/Name",
            "arn:aws:iam::11112222333:role/Name",
            "arn:aws:acm:us-east-1:111122223333:certificate/Name",
            "arn:aws:s3::111122223333:role/Name",
            "arn:aws-cn:iam::111122223333:role/Name",
            "twenty characters and more",
        ] {
            let error = RoleArn::parse(bad).unwrap_err();
            assert_eq!(error.message(), format!("{bad} is invalid"));
            let error = RoleArn::parse_strictly(bad).unwrap_err();
            assert_eq!(error.message(), "Request ARN is invalid", "{bad}");
        }
    }

    #[test]
    fn a_foreign_proof_is_for_a_role() {
        assert!(RoleArn::parse_strictly("arn:aws:iam::111122223333:role/path/Name").is_ok());
        for bad in [
            "arn:aws:iam::111122223333:user/Name",
            "arn:aws:iam::111122223333:oidc-provider/id.example.com",
            "arn:aws:sts::111122223333:assumed-role/Name/session",
            "arn:aws:sts::111122223333:role/Name",
        ] {
            let error = RoleArn::parse_strictly(bad).unwrap_err();
            assert_eq!(error.message(), "Request ARN is invalid", "{bad}");
        }
    }

    #[test]
    fn the_account_is_found_without_reading_the_rest() {
        let account = |text| account_named(text).map(|account| account.to_string());
        let arn = "arn:aws:iam::111122223333:role/path/Name";
        assert_eq!(account(arn).as_deref(), Some("111122223333"));
        for none in ["", "a:b:c:d", "arn:aws:iam::1:role/Name", "arn:aws:s3:::bucket"] {
            assert_eq!(account(none), None, "{none}");
        }
    }
}
