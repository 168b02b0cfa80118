//! Changes that let a call through: each is applied to the case and evaluated before it
//! is shown.

mod alternatives;
mod condition;
mod control;
mod own;
mod principal;
mod provider;
mod request;
mod strangers;
mod token;
mod trust;

pub(crate) use alternatives::{
    as_caller, can_become_caller, issuer, meant_role, other_caller, other_roles, provider_name,
    provider_place, renamed_provider, trust_place,
};

use crate::diagnosis::{Finding, Scene, diagnose};
use crate::explanation::Fix;
use crate::limits::{CANDIDATES_MAX, FIX_STEPS_MAX};
use crate::patch::{Change, Patch};
use crate::{Cause, Layer};
use strangers::Strangers;

/// A change that might help.
#[derive(Clone, Debug)]
struct Candidate {
    title: String,
    target: Layer,
    changes: Vec<Change>,
    /// Known to let in more than this call; what is not known to is tried with strangers.
    widens: bool,
    /// Known to be about the caller alone.
    alone: bool,
    /// Leaves what is wrong as it is, and helps beside it.
    is_detour: bool,
}

impl Candidate {
    fn new(title: impl Into<String>, target: Layer, changes: Vec<Change>) -> Self {
        Self { title: title.into(), target, changes, widens: false, alone: false, is_detour: false }
    }

    fn widening(self) -> Self {
        Self { widens: true, ..self }
    }

    fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    fn detour(self) -> Self {
        Self { is_detour: true, ..self }
    }

    /// Whether it lets in nobody but the caller: by what it says, or as it changes no
    /// account.
    fn is_alone(&self) -> bool {
        self.alone || self.changes.iter().all(Change::is_of_attempt)
    }
}

/// Fixes that were seen to help, the least first: those that let in nobody else before
/// those that do, what is wrong put right before what leaves it, and fewer changes before
/// more.
pub(crate) fn verified(scene: &Scene, findings: &[Finding], most: usize) -> Vec<Fix> {
    let Some(decisive) = findings.first() else { return Vec::new() };
    let mut fixes: Vec<(bool, Fix)> = Vec::new();
    let strangers = Strangers::of(scene);
    for candidate in candidates(scene, decisive).into_iter().take(CANDIDATES_MAX) {
        let Some(complete) = complete(scene, decisive, &candidate, FIX_STEPS_MAX) else {
            continue;
        };
        let Complete { title, patch, widens } = complete;
        if fixes.iter().any(|(_, fix)| fix.patch == patch) {
            continue;
        }
        let widens = widens || strangers.are_let_in(&patch);
        let target = candidate.target;
        fixes.push((candidate.is_detour, Fix { title, target, patch, widens, verified: true }));
    }
    fixes.sort_by_key(|(is_detour, fix)| (fix.widens, *is_detour, fix.patch.0.len()));
    fixes.into_iter().map(|(_, fix)| fix).take(most).collect()
}

/// A candidate with whatever else the call needs then.
struct Complete {
    /// Every step.
    title: String,
    patch: Patch,
    /// Whether one of the steps widens.
    widens: bool,
}

/// The candidate with whatever else the call needs then; none where it does not help.
fn complete(
    scene: &Scene,
    finding: &Finding,
    candidate: &Candidate,
    steps: usize,
) -> Option<Complete> {
    let patch = Patch(candidate.changes.clone());
    let next = scene.after(&patch)?;
    if next.replay.is_allowed() {
        return Some(Complete { title: candidate.title.clone(), patch, widens: candidate.widens });
    }
    let steps = steps.checked_sub(1)?;
    let findings = diagnose(&next);
    let decisive = findings.first()?;
    if decisive == finding {
        return None;
    }
    // Further causes are dealt with by the first thing that helps, and is about the caller
    // alone if there is such a thing.
    const TRIED: usize = 3;
    let mut further = candidates(&next, decisive);
    further.sort_by_key(|candidate| !candidate.is_alone());
    for more in further.into_iter().take(TRIED) {
        if let Some(rest) = complete(&next, decisive, &more, steps) {
            return Some(Complete {
                title: format!("{}; then {}", candidate.title, rest.title),
                patch: patch.followed_by(&rest.patch),
                widens: rest.widens || candidate.widens,
            });
        }
    }
    None
}

/// What might help against a cause, the least first.
fn candidates(scene: &Scene, finding: &Finding) -> Vec<Candidate> {
    match finding.cause {
        Cause::TrustConditionValueMismatch
        | Cause::TrustConditionCaseMismatch
        | Cause::TrustConditionKeyAbsent
        | Cause::TrustConditionOperatorNoWildcards
        | Cause::TrustConditionWrongIssuerPrefix
        | Cause::TrustExternalIdMismatch
        | Cause::TrustExternalIdMissing
        | Cause::TrustMfaRequired => condition::candidates(scene, finding),
        Cause::TrustStalePrincipalId | Cause::AssumedRoleSessionArnMismatch
            if finding.place.condition_key.is_some() =>
        {
            condition::candidates(scene, finding)
        }
        Cause::TrustNoMatchingPrincipal
        | Cause::TrustStalePrincipalId
        | Cause::AssumedRoleSessionArnMismatch
        | Cause::SelfAssumeNotTrusted
        | Cause::ServicePrincipalOnly
        | Cause::SimulatorIgnoresTrust
        | Cause::TrustWrongPrincipalType => principal::candidates(scene, finding),
        Cause::TrustWrongProviderArn => principal::provider(scene, finding),
        Cause::TrustWrongAction
        | Cause::TrustMissingTagSession
        | Cause::TrustMissingSetSourceIdentity => trust::action(scene, finding),
        Cause::TrustExplicitDeny => trust::deny(scene, finding),
        Cause::IdentityExplicitDeny | Cause::ScpDeny | Cause::RcpDeny => {
            control::deny(scene, finding)
        }
        Cause::ScpNoAllow => control::allow(scene, finding),
        Cause::IdentityNoAllow
        | Cause::IdentityWrongResource
        | Cause::BoundaryNoAllow
        | Cause::SessionPolicyNoAllow => own::candidates(scene, finding),
        Cause::ProviderAudienceNotRegistered
        | Cause::ProviderIssuerMismatch
        | Cause::ProviderNotFound
        | Cause::ProviderThumbprintMismatch
        | Cause::ProviderKeysUnreachable => provider::candidates(scene, finding),
        Cause::TokenExpired
        | Cause::TokenMissingClaim
        | Cause::TokenNotYetValid
        | Cause::TokenSignatureInvalid
        | Cause::TokenWrongAudience => token::candidates(scene, finding),
        Cause::CredentialChainWrongCaller if finding.layer == Layer::Token => {
            token::of_trusted_provider(scene, finding)
        }
        Cause::CredentialChainWrongCaller
            if finding.place.expected.as_deref().is_some_and(|it| it.starts_with("a token of")) =>
        {
            token::instead_of_keys(scene, finding)
        }
        Cause::CredentialChainWrongCaller
        | Cause::CallerIsRoot
        | Cause::ClockSkew
        | Cause::DurationChainingCap
        | Cause::DurationExceedsMax
        | Cause::RegionDisabled
        | Cause::RequestInvalid
        | Cause::RequestInvalidSessionName
        | Cause::RequestPackedPolicyTooLarge
        | Cause::RequestRoleArnNotARole
        | Cause::RoleNotFound
        | Cause::RoleWrongAccount => request::candidates(scene, finding),
    }
}
