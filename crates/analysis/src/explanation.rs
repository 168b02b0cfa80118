//! Verdict, causes, what was fine, and fixes: all there is to say of a case.

use serde::Serialize;
use stead_types::Arn;

use crate::attempt::{Operation, Reported};
use crate::diagnosis::{Finding, Scene, Where, diagnose};
use crate::fixes;
use crate::limits::FIXES_SHOWN_MAX;
use crate::patch::Patch;
use crate::replay::{Answer, Refusal};
use crate::{Case, CaseError, Cause, Layer};

mod fine;
mod reported;

/// The version of the shape in which an explanation is written as JSON.
pub const FORMAT_VERSION: u32 = 1;

/// Why a call is answered as it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// [`FORMAT_VERSION`].
    pub version: u32,
    /// The answer.
    pub verdict: Verdict,
    /// The decisive cause of a refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Further causes, in order: each would refuse the call too.
    pub also: Vec<Cause>,
    /// What would have to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layer: Option<Layer>,
    /// Where the cause stands.
    #[serde(rename = "where")]
    pub place: Where,
    /// What was looked at and is not the cause.
    pub fine: Vec<String>,
    /// What lets the call through, the least first.
    pub fixes: Vec<Fix>,
    /// What is not in view, and would have to be for a certain answer.
    pub missing: Vec<String>,
}

/// What is known of the answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Credentials are given.
    Allowed,
    /// The call is refused.
    Denied,
    /// The call was refused for something that is not in view. The cause, if one is
    /// given, is what the reported error says.
    Unexplained,
}

/// A change after which the call succeeds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// What is done, in words.
    pub title: String,
    /// Where it is done.
    pub target: Layer,
    /// The change of the case.
    pub patch: Patch,
    /// Whether it lets in more than this one call.
    pub widens: bool,
    /// That it was applied and the call evaluated again, and succeeded.
    pub verified: bool,
}

/// Explains what the attempt of a case is answered.
///
/// # Errors
/// A document that is not of the shape of a case.
pub fn explain(case: &Case) -> Result<Explanation, CaseError> {
    let scene = Scene::new(case.clone())?;
    let findings = diagnose(&scene);
    let mut causes = findings.iter().map(|finding| finding.cause);
    let mut explanation = Explanation {
        version: FORMAT_VERSION,
        verdict: if scene.replay.is_allowed() { Verdict::Allowed } else { Verdict::Denied },
        cause: causes.next(),
        also: causes.collect(),
        layer: findings.first().map(|finding| finding.layer),
        place: findings.first().map(|finding| finding.place.clone()).unwrap_or_default(),
        fine: fine::list(&scene),
        fixes: fixes::verified(&scene, &findings, FIXES_SHOWN_MAX),
        missing: scene.replay.missing.clone(),
    };
    if explanation.cause == Some(Cause::RoleNotFound) && !owner_in_view(&scene) {
        explanation.verdict = Verdict::Unexplained;
        let role = scene.attempt.role_arn();
        explanation.missing.push(format!("the account that has the role `{role}`"));
    }
    not_in_view(&mut explanation, &scene);
    if scene.attempt.operation != Operation::AssumeRole && scene.attempt.token.is_none() {
        unseen_token(&mut explanation, &scene);
    } else if let Some(error) = &scene.attempt.error {
        compare(&mut explanation, &scene, error, &findings);
    }
    organization_not_in_view(&mut explanation, &scene);
    Ok(explanation)
}

/// Which organizations' policies nobody was asked for. Where something in view denies, it
/// does so whatever they add.
fn organization_not_in_view(explanation: &mut Explanation, scene: &Scene) {
    if explanation.verdict == Verdict::Denied {
        return;
    }
    let owner = scene.world.account(scene.world.owner());
    let home = scene.replay.caller.as_ref().and_then(|it| scene.world.account(it.account()));
    for account in owner.into_iter().chain(home) {
        let text = account.organization_not_in_view.clone();
        explanation.missing.extend(text.filter(|text| !explanation.missing.contains(text)));
    }
}

/// What was not exported, and what nobody knows of the call: neither is what a denial is
/// blamed on.
fn not_in_view(explanation: &mut Explanation, scene: &Scene) {
    let owner = scene.world.account(scene.world.owner());
    let home = scene.replay.caller.as_ref().and_then(|it| scene.world.account(it.account()));
    let partial: Vec<String> =
        owner.into_iter().chain(home).flat_map(|it| it.not_in_view.iter().cloned()).collect();
    let lacks_role =
        matches!(explanation.cause, Some(Cause::RoleNotFound | Cause::RoleWrongAccount));
    if lacks_role && owner.is_some_and(|account| !account.not_in_view.is_empty()) {
        explanation.verdict = Verdict::Unexplained;
    }
    for text in partial {
        if !explanation.missing.contains(&text) {
            explanation.missing.push(text);
        }
    }
    if let Some(key) = &explanation.place.condition_key
        && scene.attempt.is_unknown(key)
    {
        explanation.verdict = Verdict::Unexplained;
        explanation.missing.push(format!("the value of `{key}` in the call"));
    }
}

/// Whether the account that the role's ARN names was exported.
fn owner_in_view(scene: &Scene) -> bool {
    let account = scene.attempt.role_arn().parse::<Arn>().ok().and_then(|arn| arn.account());
    account.is_some_and(|account| scene.world.account(account).is_some())
}

/// Without the token nothing can be said but what AWS has said.
fn unseen_token(explanation: &mut Explanation, scene: &Scene) {
    let reported = scene.attempt.error.as_ref().and_then(reported::cause);
    explanation.verdict = Verdict::Unexplained;
    explanation.cause = reported.map(|(cause, ..)| cause);
    explanation.layer = reported.map(|(_, layer, _)| layer);
    explanation.also.clear();
    explanation.place = Where::default();
    explanation.fixes.clear();
    explanation.fine.clear();
    explanation.missing.push("the claims of the token or assertion that was sent".to_owned());
}

/// What was reported, beside what was found. A call that succeeds here and was refused
/// there was refused for something that is not in view, and this is said.
fn compare(explanation: &mut Explanation, scene: &Scene, error: &Reported, findings: &[Finding]) {
    let beyond_view = match &scene.replay.answer {
        Answer::Allowed => true,
        Answer::Refused(refusal) => {
            let explains = |cause: Cause| findings.iter().any(|finding| finding.cause == cause);
            is_of_policies(refusal) && reported::is_beyond(error, explains)
        }
    };
    if !beyond_view {
        return;
    }
    if let Some((cause, layer, missing)) = reported::cause(error) {
        explanation.verdict = Verdict::Unexplained;
        explanation.cause = Some(cause);
        explanation.also = findings.iter().map(|finding| finding.cause).collect();
        explanation.also.retain(|also| *also != cause);
        explanation.layer = Some(layer);
        explanation.place = Where::default();
        explanation.missing.push(missing.to_owned());
    } else if scene.replay.is_allowed() {
        explanation.verdict = Verdict::Unexplained;
        explanation.missing.push(format!(
            "what AWS refused the call for: `{}: {}`. Every policy in view allows it; not in view \
             can be service and resource control policies, VPC endpoint policies, session policies \
             of the caller, and the other account's side",
            error.code, error.message
        ));
    }
}

/// Whether a refusal is one of policies.
const fn is_of_policies(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Denied(_))
}
