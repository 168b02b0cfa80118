use stead_api::ApiError;
use stead_types::{AccountId, Arn};

/// The ARN of a role as AssumeRole was given it, and the account it names.
#[derive(Clone, Debug)]
pub(crate) struct RoleArn {
    pub(crate) arn: Arn,
    pub(crate) account: AccountId,
}

impl RoleArn {
    /// Observed: an ARN that can't be that of a role is answered with a
    /// ValidationError that names it, before any policy is asked.
    pub(crate) fn parse(text: &str) -> Result<Self, ApiError> {
        let invalid = || ApiError::validation(format!("{text} is invalid"));
        let arn: Arn = text.parse().map_err(|_| invalid())?;
        let is_role = arn.partition() == "aws"
            && arn.service() == "iam"
            && arn.region().is_empty()
            && arn.resource_of("role").is_some_and(|name| !name.is_empty());
        match arn.account() {
            Some(account) if is_role => Ok(Self { arn, account }),
            _ => Err(invalid()),
        }
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
/// An ARN that is not that of a role.
pub fn account_of_role(role_arn: &str) -> Result<AccountId, ApiError> {
    RoleArn::parse(role_arn).map(|role| role.account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_arn_of_a_role_will_do() {
        let good = RoleArn::parse("arn:aws:iam::111122223333:role/path/Name").unwrap();
        assert_eq!(good.account.to_string(), "111122223333");
        for bad in [
            "arn:a:::something/test-role",
            "arn:aws:iam::111122223333:user/Name",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role",
            "arn:aws:iam:us-east-1:111122223333:role/Name",
            "arn:aws:iam::11112222333:role/Name",
            "arn:aws:sts::111122223333:assumed-role/Name/session",
            "arn:aws-cn:iam::111122223333:role/Name",
            "twenty characters and more",
        ] {
            let error = RoleArn::parse(bad).unwrap_err();
            assert_eq!(error.message(), format!("{bad} is invalid"));
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
