//! Services that call for themselves, with a key that whoever runs the server has given them.

use stead_directory::Snapshot;
use stead_policy::Caller;
use stead_sigv4::Verified;
use stead_types::{AccessKeyId, AccountId, Arn, ServicePrincipal};
use thiserror::Error;

use super::{CallerFacts, Proof, Unidentified, VerifiedCaller};

/// For what a service calls: the resource and the account on whose behalf it acts.
///
/// Spec: UG:confused-deputy, "Cross-service confused deputy prevention": the service sets
/// `aws:SourceArn` and `aws:SourceAccount`, so that a role can say whose work it is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceSource {
    arn: Option<Arn>,
    account: Option<AccountId>,
}

/// Why two facts are no source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ServiceSourceError {
    /// The resource is no ARN.
    #[error("the source ARN is not an ARN")]
    Arn,
    /// The account is not one.
    #[error("the source account is not 12 digits")]
    Account,
    /// The resource belongs to another account than the one that is named.
    #[error("the source ARN is of another account than the source account")]
    OtherAccount,
}

impl ServiceSource {
    /// What a service says, as texts.
    ///
    /// Choice: an ARN that names another account than the one beside it is refused. A role
    /// that asks for one of the two only would else be used for the other.
    ///
    /// # Errors
    /// A text that is not what it should be, or two that do not go together.
    pub fn new(arn: Option<&str>, account: Option<&str>) -> Result<Self, ServiceSourceError> {
        let arn: Option<Arn> =
            arn.map(str::parse).transpose().map_err(|_| ServiceSourceError::Arn)?;
        let account: Option<AccountId> =
            account.map(str::parse).transpose().map_err(|_| ServiceSourceError::Account)?;
        let of_arn = arn.as_ref().and_then(Arn::account);
        match of_arn.zip(account) {
            Some((of_arn, account)) if of_arn != account => Err(ServiceSourceError::OtherAccount),
            _ => Ok(Self { arn, account }),
        }
    }

    /// The resource.
    #[must_use]
    pub const fn arn(&self) -> Option<&Arn> {
        self.arn.as_ref()
    }

    /// The account.
    #[must_use]
    pub const fn account(&self) -> Option<AccountId> {
        self.account
    }
}

impl VerifiedCaller {
    /// A registered service, by its access key.
    ///
    /// A service has no account of its own. `account` is that of the role to be assumed, as
    /// for the bearers of foreign tokens: only its policies speak for the service, and only
    /// those of resources, since it has none.
    ///
    /// # Errors
    /// A signature of another key than the service's.
    pub fn of_service(
        verified: &Verified,
        service: &ServicePrincipal,
        key: &AccessKeyId,
        source: ServiceSource,
        account: &Snapshot,
    ) -> Result<Self, Unidentified> {
        if verified.access_key_id() != key.as_str() {
            return Err(Unidentified::OtherKey);
        }
        Ok(Self(CallerFacts {
            account: account.account(),
            principal: Caller::Service { name: service.as_str().into() },
            user_name: None,
            proof: Proof::Service { access_key_id: key.clone(), source: Box::new(source) },
        }))
    }
}

impl CallerFacts {
    /// The name of the service that calls for itself, where one does.
    #[must_use]
    pub fn service_name(&self) -> Option<&str> {
        match &self.principal {
            Caller::Service { name } => Some(name),
            _ => None,
        }
    }

    /// For what a service calls, where one does that has proved who it is.
    #[must_use]
    pub fn service_source(&self) -> Option<&ServiceSource> {
        match &self.proof {
            Proof::Service { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_an_arn_and_its_account() {
        let bucket = "arn:aws:s3:::photos";
        let queue = "arn:aws:sqs:us-east-1:111122223333:jobs";
        for (arn, account) in [
            (None, None),
            (Some(bucket), None),
            (None, Some("111122223333")),
            (Some(bucket), Some("444455556666")),
            (Some(queue), Some("111122223333")),
        ] {
            let source = ServiceSource::new(arn, account).unwrap();
            assert_eq!(source.arn().map(Arn::as_str), arn);
            assert_eq!(source.account().map(|account| account.to_string()).as_deref(), account);
        }
        for (arn, account, error) in [
            (Some(""), None, ServiceSourceError::Arn),
            (Some("photos"), None, ServiceSourceError::Arn),
            (Some("*"), None, ServiceSourceError::Arn),
            (None, Some(""), ServiceSourceError::Account),
            (None, Some("1111-2222-3333"), ServiceSourceError::Account),
            (Some(queue), Some("444455556666"), ServiceSourceError::OtherAccount),
        ] {
            assert_eq!(ServiceSource::new(arn, account), Err(error), "{arn:?} {account:?}");
        }
    }
}
