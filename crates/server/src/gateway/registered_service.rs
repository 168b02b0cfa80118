//! Services that are registered and sign with a key of their own.

use std::borrow::Cow;
use std::sync::Arc;

use http::header::HeaderName;
use http::request::Parts;
use stead_api::sts::StsOperation;
use stead_api::{ApiError, KnownOperation};
use stead_authorizer::{ServiceSource, VerifiedCaller};
use stead_sigv4::{BodyDigest, Claim, SigningKey};
use stead_store::Store;
use stead_types::Timestamp;

use super::Gateway;
use super::answer::text;
use super::authenticate::{Asked, Authenticated, expectations, unknown};
use crate::services::RegisteredService;

/// The headers by which a service says for what it calls.
///
/// Observed: aws/amazon-vpc-resource-controller-k8s, a part of EKS, sets both on its client of
/// STS before requests are signed.
const SOURCE_ARN: HeaderName = HeaderName::from_static("x-amz-source-arn");
const SOURCE_ACCOUNT: HeaderName = HeaderName::from_static("x-amz-source-account");

impl<S: Store> Gateway<S> {
    /// Verifies the signature of a service, which may assume a role and do nothing else.
    ///
    /// What it says beside the form is read once the signature holds, and is covered by it:
    /// a claim with an `x-amz-*` header that is not signed is no claim.
    pub(super) async fn authenticate_service(
        &self,
        service: &Arc<RegisteredService>,
        claim: Claim,
        head: &Parts,
        body: &[u8],
        asked: Asked<'_>,
        now: Timestamp,
    ) -> Result<Authenticated, ApiError> {
        if claim.security_token().is_some() {
            return Err(unknown("a session token beside the key of a service"));
        }
        let (body, services) = (BodyDigest::of(body), [asked.operation.service().signing_name()]);
        let verify = |key: &SigningKey| claim.verify(key, body, now, &expectations(&services));
        let secret = || Ok(Cow::Borrowed(&service.secret));
        let verified = self.with_signing_key(&claim, service.version.clone(), secret, verify)?;
        if asked.operation != KnownOperation::Sts(StsOperation::AssumeRole) {
            return Err(other_operation(service, asked.operation));
        }
        let source = source(head)?;
        let role = asked.role.ok_or_else(|| ApiError::validation("RoleArn is invalid"))?.as_str();
        let role_account = stead_sts::account_of_target(role)?;
        let memberships = self.organizations.memberships();
        let found = self.open_account(role_account, &memberships).await?;
        let account = found.ok_or_else(|| no_such_role(service, role))?;
        let version = account.durable();
        let (name, key) = (&service.name, &service.access_key_id);
        let caller = VerifiedCaller::of_service(&verified, name, key, source, &version.snapshot)
            .map_err(|reason| ApiError::internal(reason.to_string()))?;
        let region = verified.scope().region().to_owned();
        Ok(Authenticated { account, version, memberships, caller, region })
    }

    /// Whether a service that has signed is still registered with the key it has signed with;
    /// other callers are none.
    pub(super) fn is_still_registered(&self, caller: &VerifiedCaller) -> bool {
        match (caller.service_name(), caller.access_key_id()) {
            (Some(_), Some(id)) => self.services.find(id).is_some(),
            (Some(_), None) => false,
            (None, _) => true,
        }
    }
}

/// For what the service says that it calls.
///
/// Choice: wording and refusals of our own. AWS's services are its own, and their mistakes are
/// not seen from outside.
fn source(head: &Parts) -> Result<ServiceSource, ApiError> {
    let arn = one(head, &SOURCE_ARN)?;
    let source = ServiceSource::new(arn, one(head, &SOURCE_ACCOUNT)?);
    source.map_err(|error| ApiError::validation(format!("Invalid source: {error}")))
}

/// A header that may be absent, and is sent at most once, as text.
fn one<'h>(head: &'h Parts, name: &HeaderName) -> Result<Option<&'h str>, ApiError> {
    let value = text(head, name);
    match value.is_none() && head.headers.contains_key(name) {
        true => Err(ApiError::validation(format!("The header {name} must be one text"))),
        false => Ok(value),
    }
}

/// Choice: a service has no account, so that nothing else is there for it to do.
fn other_operation(service: &RegisteredService, operation: KnownOperation) -> ApiError {
    let (name, action) = (&service.name, operation.action());
    ApiError::access_denied(format!("User: {name} is not authorized to perform: {action}"))
        .with_context("a registered service may assume roles and do nothing else")
}

/// A role of an account that is not hosted here, or is closed, looks like one that does not
/// trust the service.
fn no_such_role(service: &RegisteredService, role: &str) -> ApiError {
    let name = &service.name;
    let sentence =
        format!("User: {name} is not authorized to perform: sts:AssumeRole on resource: {role}");
    ApiError::access_denied(sentence).with_context("the role's account is not hosted here")
}
