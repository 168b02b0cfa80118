//! Which condition keys policies ask for.

use std::collections::BTreeSet;

use stead_api::iam::{
    GetContextKeysForCustomPolicy, GetContextKeysForCustomPolicyRequest,
    GetContextKeysForPolicyResponse, GetContextKeysForPrincipalPolicy,
    GetContextKeysForPrincipalPolicyRequest,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_policy::{PolicySource, context_keys};
use stead_service::{Call, Handle, Work};
use stead_types::Arn;

use super::held;
use super::source::{Source, SourceArn};
use crate::Iam;

impl Handle<GetContextKeysForCustomPolicy> for Iam {
    fn execute(
        _permit: Authorized<GetContextKeysForCustomPolicy>,
        input: GetContextKeysForCustomPolicyRequest,
        _call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetContextKeysForPolicyResponse, ApiError> {
        let keys = given_keys(&input.policy_input_list)?;
        Ok(GetContextKeysForPolicyResponse { context_key_names: Some(keys) })
    }
}

impl Handle<GetContextKeysForPrincipalPolicy> for Iam {
    fn execute(
        _permit: Authorized<GetContextKeysForPrincipalPolicy>,
        input: GetContextKeysForPrincipalPolicyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetContextKeysForPolicyResponse, ApiError> {
        let source = SourceArn::read(&input.policy_source_arn)?.find(call.account)?;
        let mut keys = given_keys(&input.policy_input_list)?;
        keys.extend(held_keys(source, call.account)?);
        Ok(GetContextKeysForPolicyResponse { context_key_names: Some(keys) })
    }
}

/// The keys of documents that came with the request.
///
/// Observed: radkawar/stackd, recorded in 2026: a key is listed once per document, so that
/// one that two documents mention is listed twice. AWS gives them in no order; here it is
/// that of the texts.
///
/// # Errors
/// Observed: the same recording, of SimulateCustomPolicy: the place of a text that is no
/// policy.
fn given_keys(documents: &[String]) -> Result<Vec<String>, ApiError> {
    let listed = documents
        .iter()
        .enumerate()
        .map(|(index, document)| context_keys(document).ok_or_else(|| invalid_content(index)));
    Ok(listed.collect::<Result<Vec<_>, _>>()?.concat())
}

/// What AWS answers to a text of `PolicyInputList` that is no policy.
pub(super) fn invalid_content(index: usize) -> ApiError {
    let message = format!("Policy input list item {} has invalid content", index + 1);
    ApiError::new(ErrorCode::InvalidInput, message)
}

/// The keys of the policies that a user, group or role has, its boundary included.
///
/// Observed: radkawar/stackd, recorded in 2026: a managed policy that a user has in several
/// ways, or that is its boundary too, is listed once.
///
/// # Errors
/// A policy whose record can't be read: it might ask for any key.
fn held_keys(source: Source<'_>, account: &Snapshot) -> Result<Vec<String>, ApiError> {
    let identity = source.identity_policies(account);
    let boundary = source.boundary().map(|boundary| account.boundary_policy(boundary));
    let mut managed: BTreeSet<&Arn> = BTreeSet::new();
    let mut keys = Vec::new();
    for policy in identity.iter().chain(&boundary) {
        if policy.source.policy_arn().is_some_and(|arn| !managed.insert(arn)) {
            continue;
        }
        keys.extend(keys_of(policy.source, account)?);
    }
    Ok(keys)
}

fn keys_of(source: &PolicySource, account: &Snapshot) -> Result<Vec<String>, ApiError> {
    let text = held::text_of(source, account);
    let keys = text.and_then(|text| context_keys(text.as_str()));
    keys.ok_or_else(|| ApiError::internal(format!("a policy can't be read: {source:?}")))
}
