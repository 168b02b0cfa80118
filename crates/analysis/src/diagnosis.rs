//! From a refusal to its cause: the trace is read, and one thing at a time is supposed to
//! be different.

mod condition;
mod organization;
mod own;
mod principal;
mod refusal;
mod role;
mod statement;
mod trust;

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use stead_policy::{Decision, PolicyType};
use stead_types::Arn;

use crate::patch::{Change, Patch};
use crate::replay::{Answer, Denial, Refusal, Replay, replay};
use crate::{Attempt, Case, CaseError, Cause, Layer, World};

pub(crate) use statement::{StatementPlace, texts};

/// A cause with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What is the matter.
    pub cause: Cause,
    /// What would have to change.
    pub layer: Layer,
    /// Where it stands.
    pub place: Where,
}

/// Where a cause stands, as far as it stands somewhere.
///
/// `expected` is what the place would have to say, or what the policy wants; `actual` is
/// what it says, or what the request has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are those of the elements they name")]
pub struct Where {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_arn: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claim: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_operator: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// JSON pointer to the policy document in the case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// JSON pointer to the statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// JSON pointer to the element or condition key that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
}

/// A case with what it is answered.
#[derive(Debug)]
pub(crate) struct Scene {
    pub(crate) case: Case,
    pub(crate) world: Arc<World>,
    pub(crate) attempt: Attempt,
    pub(crate) replay: Replay,
}

impl Scene {
    pub(crate) fn new(case: Case) -> Result<Self, CaseError> {
        let world = Arc::new(case.world()?);
        Self::of(case, world)
    }

    fn of(case: Case, world: Arc<World>) -> Result<Self, CaseError> {
        let attempt = case.attempt()?;
        let replay = replay(&world, &attempt);
        Ok(Self { case, world, attempt, replay })
    }

    /// The same with something changed; none where the change makes no case. The accounts
    /// are read again only where they are changed.
    pub(crate) fn after(&self, patch: &Patch) -> Option<Self> {
        let case = self.case.patched(patch).ok()?;
        let only_attempt = patch.0.iter().all(Change::is_of_attempt);
        if only_attempt { Self::of(case, self.world.clone()).ok() } else { Self::new(case).ok() }
    }

    /// Whether the call succeeds with something changed.
    pub(crate) fn allowed_after(&self, changes: Vec<Change>) -> bool {
        self.after(&changes.into()).is_some_and(|scene| scene.replay.is_allowed())
    }

    /// What the document says at a place.
    pub(crate) fn at(&self, pointer: &str) -> Option<&Value> {
        self.case.document().pointer(pointer)
    }

    /// The question that was answered with no, if that is what refused the call.
    pub(crate) fn denial(&self) -> Option<&Denial> {
        match &self.replay.answer {
            Answer::Refused(refusal) => match refusal.as_ref() {
                Refusal::Denied(denial) => Some(denial),
                _ => None,
            },
            Answer::Allowed => None,
        }
    }

    /// The ARN by which policies name the caller: of a session that of its role.
    pub(crate) fn caller_arn(&self) -> Option<Arn> {
        let caller = self.replay.caller.as_ref()?;
        match caller.principal() {
            stead_policy::Caller::RoleSession { role_arn, .. } => Some(role_arn.clone()),
            stead_policy::Caller::User { arn, .. }
            | stead_policy::Caller::FederatedUser { arn, .. } => Some(arn.clone()),
            stead_policy::Caller::Root { .. } => Some(caller.arn().into_owned()),
            _ => None,
        }
    }
}

/// The causes of a refusal, the decisive one first; none where the call succeeds.
pub(crate) fn diagnose(scene: &Scene) -> Vec<Finding> {
    let Answer::Refused(refusal) = &scene.replay.answer else { return Vec::new() };
    let mut findings = match refusal.as_ref() {
        // The actions that are asked for besides, each with what is in its way: whoever puts
        // one right would meet the next.
        Refusal::Denied(denial) => {
            let further = scene.replay.further.iter();
            std::iter::once(&**denial).chain(further).flat_map(|it| denied(scene, it)).collect()
        }
        refusal => refusal::findings(scene, refusal),
    };
    let mut seen = Vec::new();
    findings.retain(|finding| {
        let is_new = !seen.contains(&finding.cause);
        seen.push(finding.cause);
        is_new
    });
    findings
}

/// Every layer in the way: what denies before what is silent, each from the outside in.
///
/// AWS names the trust policy last, so that it says nothing of whether a role exists;
/// whoever has the accounts in view learns it first, since the role's owner decides.
fn denied(scene: &Scene, denial: &Denial) -> Vec<Finding> {
    let mut blockers = denial.judgement.blockers.clone();
    let silent = |decision: &Decision| *decision == Decision::ImplicitDeny;
    blockers.sort_by_key(|(policy_type, decision)| (silent(decision), rank(*policy_type)));
    if let Some(findings) = role::missing(scene, denial) {
        return findings;
    }
    let mut findings = Vec::new();
    for (policy_type, decision) in blockers {
        match policy_type {
            PolicyType::ServiceControl | PolicyType::ResourceControl => {
                findings.extend(organization::finding(scene, denial, policy_type, decision));
            }
            PolicyType::Trust | PolicyType::Resource => {
                findings.extend(trust::findings(scene, denial, decision));
            }
            PolicyType::Identity | PolicyType::Boundary | PolicyType::Session => {
                findings.extend(own::finding(scene, denial, policy_type, decision));
            }
        }
    }
    findings
}

const fn rank(policy_type: PolicyType) -> u8 {
    match policy_type {
        PolicyType::ServiceControl => 0,
        PolicyType::ResourceControl => 1,
        PolicyType::Trust | PolicyType::Resource => 2,
        PolicyType::Identity => 3,
        PolicyType::Boundary => 4,
        PolicyType::Session => 5,
    }
}
