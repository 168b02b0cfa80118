//! Regions in which STS gives out no credentials.

use http::header::HOST;
use http::request::Parts;
use stead_api::sts::StsOperation;
use stead_api::{ApiError, ErrorCode, KnownOperation};
use stead_types::AccountId;

use super::Gateway;
use super::answer::text;

impl<S> Gateway<S> {
    /// Refuses credentials in a region where STS is switched off.
    ///
    /// Spec: UG:id_credentials_temp_enable-regions: it is the account that credentials are
    /// asked of for which STS is not active in a region, and credentials are what is not
    /// given there. Choice: for all accounts of an installation alike, and before any policy
    /// is asked, so that nobody is told who may what in a region that is off.
    pub(super) fn admit_region(
        &self,
        operation: KnownOperation,
        region: &str,
        account: Option<AccountId>,
    ) -> Result<(), ApiError> {
        let is_off = self.inactive_sts_regions.iter().any(|off| off.as_str() == region);
        match account {
            Some(account) if is_off && gives_credentials(operation) => Err(disabled(account)),
            _ => Ok(()),
        }
    }
}

/// Observed: turbot/steampipe-plugin-aws issue 1510.
fn disabled(account: AccountId) -> ApiError {
    let message = format!(
        "STS is not activated in this region for account:{account}. Your account administrator \
         can activate STS in this region using the IAM Console."
    );
    ApiError::new(ErrorCode::RegionDisabledException, message)
}

const fn gives_credentials(operation: KnownOperation) -> bool {
    matches!(
        operation,
        KnownOperation::Sts(
            StsOperation::AssumeRole
                | StsOperation::AssumeRoleWithSAML
                | StsOperation::AssumeRoleWithWebIdentity
                | StsOperation::AssumeRoot
                | StsOperation::GetDelegatedAccessToken
                | StsOperation::GetFederationToken
                | StsOperation::GetSessionToken
        )
    )
}

/// The region of the endpoint that an unsigned request was sent to, by its host, such as
/// `sts.eu-west-1.amazonaws.com`; none of other hosts.
///
/// Spec: AWS General Reference, sts: regional endpoints, and those for FIPS.
pub(super) fn of_endpoint(head: &Parts) -> Option<&str> {
    let host = text(head, &HOST).or_else(|| head.uri.host())?;
    let mut labels = host.split('.');
    let service = labels.next()?;
    let is_sts = ["sts", "sts-fips"].iter().any(|name| service.eq_ignore_ascii_case(name));
    let region = labels.next().filter(|_| is_sts)?;
    labels.next().map(|_| region)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn an_endpoint_says_its_region() {
        for (host, expected) in [
            ("sts.us-east-2.amazonaws.com", Some("us-east-2")),
            ("STS-fips.us-east-2.example:4566", Some("us-east-2")),
            ("sts.amazonaws.com", Some("amazonaws")),
            ("sts.example", None),
            ("sts", None),
            ("iam.us-east-2.amazonaws.com", None),
            ("xsts.us-east-2.amazonaws.com", None),
            ("127.0.0.1:4566", None),
            ("", None),
        ] {
            let head = Request::post("/").header("host", host).body(()).unwrap().into_parts().0;
            assert_eq!(of_endpoint(&head), expected, "{host}");
        }
    }
}
