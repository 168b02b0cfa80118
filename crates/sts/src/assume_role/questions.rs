//! What is asked before a role is assumed.

use stead_api::sts::AssumeRole;
use stead_api::{ApiError, Operation};
use stead_authorizer::Ask;
use stead_service::{Asks, Call};

use super::Assumption;
use crate::role_session;

/// `sts:AssumeRole`, and as actions of their own `sts:TagSession` when the session
/// gets tags and `sts:SetSourceIdentity` when it gets a source identity.
///
/// Spec: UG:id_session-tags, "Permissions required to add session tags";
/// UG:id_credentials_temp_control-access_monitor, "Permissions required to set source
/// identity". Inherited tags and identities are asked for again at every hop.
pub(super) fn asks(assumption: &Assumption, call: &Call<'_>) -> Result<Asks, ApiError> {
    let mut asks = vec![ask(AssumeRole::ACTION, assumption, call)];
    if assumption.tags.tags_session() {
        asks.push(ask("sts:TagSession", assumption, call));
    }
    let inherited = call.caller.claims().is_some_and(|claims| claims.source_identity.is_some());
    if assumption.source_identity.is_some() || inherited {
        asks.push(ask("sts:SetSourceIdentity", assumption, call));
    }
    Ok(Asks::Permissions(asks))
}

fn ask(action: &'static str, assumption: &Assumption, call: &Call<'_>) -> Ask {
    let Assumption { target, role, session_name, .. } = assumption;
    let ask = role_session::ask(action, target, role.as_ref(), session_name);
    let ask = with_external_id(ask, assumption);
    let ask = with_source_identity(ask, assumption, call);
    let ask = with_mfa(ask, assumption);
    with_tags(ask, assumption)
}

/// Spec: UG:reference_policies_iam-condition-keys, sts:ExternalId: absent if not sent.
fn with_external_id(ask: Ask, assumption: &Assumption) -> Ask {
    match &assumption.external_id {
        Some(id) => ask.with("sts:ExternalId", id.as_str()),
        None => ask,
    }
}

/// Spec: the same page, sts:SourceIdentity: present while one is being set; an
/// inherited one is being set again.
fn with_source_identity(ask: Ask, assumption: &Assumption, call: &Call<'_>) -> Ask {
    let inherited = call.caller.claims().and_then(|claims| claims.source_identity.as_ref());
    match assumption.source_identity.as_ref().or(inherited) {
        Some(identity) => ask.with("sts:SourceIdentity", identity.as_str()),
        None => ask,
    }
}

/// A code that is passed with the call counts for this one evaluation.
fn with_mfa(ask: Ask, assumption: &Assumption) -> Ask {
    match &assumption.mfa {
        Some(_) => {
            ask.with("aws:MultiFactorAuthPresent", "true").with("aws:MultiFactorAuthAge", "0")
        }
        None => ask,
    }
}

fn with_tags(ask: Ask, assumption: &Assumption) -> Ask {
    let tags = &assumption.tags;
    // Observed: LocalStack's recordings: while the trust policy is evaluated, an
    // inherited tag stands in place of the role's tag with the same key.
    tags.inherited.iter().fold(role_session::with_tags(ask, tags), |ask, tag| {
        ask.with(format!("aws:ResourceTag/{}", tag.key.as_str()), tag.value.as_str())
    })
}
