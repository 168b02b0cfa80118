//! What requests are answered, by the evaluator that enforces.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use stead_authorizer::Judgement;
use stead_policy::{
    ConditionReason, Decision, Effect, PolicySource, PolicyType, Span, StatementTrace,
};
use stead_types::{AccountId, Arn};

use crate::inquiry::{Inquiry, InquiryError, InquiryPart};
use crate::replay::{Answer, Refusal, judged, replay};
use crate::world::World;
use crate::{Case, CaseError};

/// The version of the shape in which an answer is written as JSON.
pub const SIMULATION_VERSION: u32 = 1;

/// Accounts of which requests are asked.
///
/// Requests for a role are answered by the handlers that give one out, with its trust
/// policy; all others by `stead_authorizer::judge`. Neither makes a permit.
#[derive(Clone, Debug)]
pub struct Simulation {
    world: World,
}

/// What a request is answered.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// The decision. What is refused before any policy is asked is denied implicitly.
    pub decision: Decision,
    /// The statements that decided: those that deny, or else those that allow.
    pub statements: Vec<Deciding>,
    /// The layers that stand in the way, in AWS's order, and whether by a Deny.
    pub blockers: Vec<(PolicyType, Decision)>,
    /// Condition keys that statements about this request ask for and it does not have.
    pub missing_keys: Vec<String>,
    /// Why it is refused, where no policy refuses it.
    pub reason: Option<String>,
    /// What is not in view, and would have to be for a certain answer.
    pub not_in_view: Vec<String>,
}

/// A statement that decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deciding {
    /// In which layer its policy takes part.
    pub policy_type: PolicyType,
    /// Where its policy comes from.
    pub source: PolicySource,
    /// Its place in the policy, from 0.
    pub index: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// Where it stands in the text of the policy.
    pub span: Span,
}

/// The path of ARNs of the principal who has the policies of files.
const SUPPOSED: &str = "user/supposed";

impl Simulation {
    /// Over these accounts.
    #[must_use]
    pub const fn new(world: World) -> Self {
        Self { world }
    }

    /// Over nothing but a principal with these policies, by name and text, in each of these
    /// accounts; [`supposed_caller`](Self::supposed_caller) is its ARN. Spans of deciding
    /// statements are those of the texts.
    ///
    /// # Errors
    /// Names that policies cannot have.
    pub fn of_policies(
        policies: &[(String, String)],
        accounts: &BTreeSet<AccountId>,
    ) -> Result<Self, CaseError> {
        let documents: Vec<Value> = policies
            .iter()
            .map(|(name, text)| json!({"PolicyName": name, "PolicyDocument": text}))
            .collect();
        let mut accounts = accounts.iter().map(|id| {
            json!({"AccountId": id.to_string(), "Authorization": {"UserDetailList": [{
                "UserName": "supposed", "Arn": Self::supposed_caller(*id),
                "UserPolicyList": documents,
            }]}})
        });
        let document =
            json!({"account": accounts.next(), "otherAccounts": accounts.collect::<Value>()});
        Ok(Self::new(Case::of(document).world()?))
    }

    /// The principal of this account who has the policies of
    /// [`of_policies`](Self::of_policies).
    #[must_use]
    pub fn supposed_caller(account: AccountId) -> String {
        Arn::iam(account, SUPPOSED).as_str().to_owned()
    }

    /// The accounts.
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.world
    }

    /// What a request is answered. Costs what its evaluation with a trace does.
    ///
    /// # Errors
    /// A request that cannot be asked.
    pub fn answer(&self, inquiry: &Inquiry) -> Result<Simulated, InquiryError> {
        let attempt = inquiry.attempt(&self.world)?;
        let mut simulated = if inquiry.operation().is_some() {
            let replay = replay(&self.world, &attempt);
            let mut simulated = match &replay.answer {
                Answer::Allowed => Simulated::of(&replay.allowed),
                Answer::Refused(refusal) => match refusal.as_ref() {
                    Refusal::Denied(denial) => {
                        Simulated::of(std::slice::from_ref(&denial.judgement))
                    }
                    refusal => Simulated::refused(words(refusal)),
                },
            };
            simulated.not_in_view = replay.missing;
            self.role_in_view(inquiry, &mut simulated);
            simulated
        } else {
            let (action, resource) = (&inquiry.action, &inquiry.resource);
            let policy = inquiry.resource_policy.as_deref();
            let judged = judged(&self.world, &attempt, action, resource, policy);
            let judged = judged.map_err(|refusal| InquiryError {
                part: InquiryPart::Resource,
                message: words(&refusal),
                help: "name the owner with the condition key aws:ResourceAccount".to_owned(),
            })?;
            let mut simulated = Simulated::of(std::slice::from_ref(&judged.judgement));
            simulated.not_in_view = judged.missing;
            if policy.is_none()
                && simulated.blockers.iter().any(|(layer, _)| *layer == PolicyType::Resource)
            {
                let policy = format!("the policy of the resource `{}`", inquiry.resource);
                simulated.not_in_view.push(policy);
            }
            simulated
        };
        self.accounts_in_view(inquiry, &mut simulated);
        Ok(simulated)
    }

    /// A role that is not there is answered like one that trusts nobody: this is said.
    fn role_in_view(&self, inquiry: &Inquiry, simulated: &mut Simulated) {
        let Ok(arn) = inquiry.resource.parse::<Arn>() else { return };
        let owner = arn.account().and_then(|id| self.world.account(id));
        if owner.is_none_or(|owner| owner.snapshot.role_by_arn(&arn).is_none()) {
            simulated.not_in_view.push(format!("the role `{arn}`"));
        }
    }

    /// What of the accounts concerned was not exported.
    fn accounts_in_view(&self, inquiry: &Inquiry, simulated: &mut Simulated) {
        let arns = [inquiry.caller.parse::<Arn>(), inquiry.resource.parse::<Arn>()];
        let ids: BTreeSet<AccountId> = arns.iter().flatten().filter_map(Arn::account).collect();
        for account in ids.into_iter().filter_map(|id| self.world.account(id)) {
            simulated.not_in_view.extend(account.all_not_in_view().cloned());
        }
        let mut seen = BTreeSet::new();
        simulated.not_in_view.retain(|text| seen.insert(text.clone()));
    }
}

impl Simulated {
    /// Whether the request is let through.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        self.decision == Decision::Allow
    }

    fn refused(reason: String) -> Self {
        Self {
            decision: Decision::ImplicitDeny,
            statements: Vec::new(),
            blockers: Vec::new(),
            missing_keys: Vec::new(),
            reason: Some(reason),
            not_in_view: Vec::new(),
        }
    }

    /// Of the questions of one request, of which only the last may be denied.
    fn of(judgements: &[Judgement]) -> Self {
        let decision = judgements.last().map_or(Decision::Allow, |last| last.decision);
        let mut simulated = Self { decision, reason: None, ..Self::refused(String::new()) };
        let wanted = match decision {
            Decision::Allow => Some(Effect::Allow),
            Decision::ExplicitDeny => Some(Effect::Deny),
            Decision::ImplicitDeny => None,
        };
        let mut keys = BTreeSet::new();
        for judgement in judgements {
            for policy in judgement.trace.policies() {
                for statement in policy.statements() {
                    keys.extend(absent(&statement));
                    let decides = statement.applies && Some(statement.effect) == wanted;
                    let deciding = decides.then(|| Deciding {
                        policy_type: policy.policy_type,
                        source: policy.source.clone(),
                        index: statement.index,
                        sid: statement.sid.map(str::to_owned),
                        effect: statement.effect,
                        span: statement.span,
                    });
                    let is_new = |it: &Deciding| !simulated.statements.contains(it);
                    simulated.statements.extend(deciding.filter(is_new));
                }
            }
            simulated.blockers.clone_from(&judgement.blockers);
        }
        simulated.missing_keys = keys.into_iter().collect();
        simulated
    }
}

/// The condition keys that a statement asks for in vain; none of a statement that is about
/// something else. That a key is to be absent is no question for it.
fn absent(statement: &StatementTrace<'_>) -> Vec<String> {
    if !statement.elements().all(|element| element.matched) {
        return Vec::new();
    }
    let asked = statement.conditions().filter(|condition| {
        condition.request_values.is_none() && condition.reason != ConditionReason::Presence
    });
    asked.map(|condition| condition.key.to_owned()).collect()
}

/// What is refused before policies are asked, or after.
fn words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Request(error) | Refusal::Later(error) => error.message().to_owned(),
        Refusal::RoleArn => "the resource is no ARN of a role".to_owned(),
        // Observed: STS's own message, kubeflow/testing#961.
        Refusal::Root => "Roles may not be assumed by root accounts.".to_owned(),
        Refusal::NoProvider { issuer } => format!("the account has no provider `{issuer}`"),
        Refusal::Token(error) => format!("the token {error}"),
        Refusal::Assertion(error) => format!("the assertion is refused: {error}"),
        Refusal::Packed { percent } => {
            format!("policies and tags take {percent}% of what a session may have")
        }
        Refusal::Region { region } => format!("STS does not answer in `{region}`"),
        Refusal::Clock { .. } => "the request was signed at another time".to_owned(),
        Refusal::Thumbprint { .. } => "the certificate of the issuer is not listed".to_owned(),
        Refusal::Keys { .. } => "the keys of the issuer cannot be had".to_owned(),
        Refusal::Denied(_) => "the policies refuse it".to_owned(),
    }
}

impl Simulated {
    /// The decision as it is written: `allowed`, `explicit-deny` or `implicit-deny`.
    #[must_use]
    pub const fn decision_name(&self) -> &'static str {
        decision_name(self.decision)
    }

    /// The layers that stand in the way, in words.
    pub fn blocker_names(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.blockers.iter().map(|(layer, decision)| (layer.name(), decision_name(*decision)))
    }
}

const fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allowed",
        Decision::ExplicitDeny => "explicit-deny",
        Decision::ImplicitDeny => "implicit-deny",
    }
}
