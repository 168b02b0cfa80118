//! What is asked before a role is assumed.

use stead_api::Operation;
use stead_api::sts::AssumeRole;
use stead_authorizer::Ask;
use stead_service::Asks;

use super::Assumption;

/// `sts:AssumeRole`, and what the session asks for besides.
pub(super) fn asks(assumption: &Assumption) -> Asks {
    let ask = |action| {
        let ask = with_external_id(assumption.session.ask(action), assumption);
        with_inherited_tags(with_mfa(ask, assumption), assumption)
    };
    Asks::Permissions(assumption.session.actions(AssumeRole::ACTION).into_iter().map(ask).collect())
}

/// Spec: UG:reference_policies_iam-condition-keys, sts:ExternalId: absent if not sent.
fn with_external_id(ask: Ask, assumption: &Assumption) -> Ask {
    match &assumption.external_id {
        Some(id) => ask.with("sts:ExternalId", id.as_str()),
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

// Observed: LocalStack's recordings: while the trust policy is evaluated, an inherited
// tag stands in place of the role's tag with the same key.
fn with_inherited_tags(ask: Ask, assumption: &Assumption) -> Ask {
    assumption.session.tags.inherited.iter().fold(ask, |ask, tag| {
        ask.with(format!("aws:ResourceTag/{}", tag.key.as_str()), tag.value.as_str())
    })
}
