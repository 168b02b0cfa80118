//! One question about one principal.
//!
//! It is asked with every condition key unknown that nobody knows. Where the answer depends
//! on some, the evaluator has found values with which it would be yes; then the very call
//! with these values is asked about, as the server would be asked. Only if that is allowed
//! is somebody said to be able.

use stead_authorizer::{Ask, Doubt, Foresight, Resource};
use stead_policy::{Completion, ContextBuilder, Decision, Effect, Supposed};
use stead_types::Arn;

use super::chain::Edge;
use super::circumstances::{possible, value_of};
use super::people::ASSUME_ROLE;
use super::wanted::Wanted;
use super::{Access, Condition, Principal, Test, Verdict};
use crate::attempt::Attempt;
use crate::limits::ABSENT_ROUNDS_MAX;
use crate::replay::{Refusal, foresee, foresee_action, judge_action, replay};

/// How a question is asked: with unknown keys, and then of a call.
struct Question<'q> {
    who: &'q Principal,
    attempt: &'q Attempt,
    /// What nobody knows of the call.
    open: ContextBuilder,
    foresee: &'q dyn Fn(&ContextBuilder) -> Result<Foresight, Refusal>,
    is_allowed: &'q dyn Fn(&Attempt) -> bool,
    /// Keys that are absent although nothing in the accounts says so.
    is_absent: &'q dyn Fn(&str) -> bool,
}

pub(crate) type Asked = Option<(Verdict, Vec<Condition>)>;

impl Access<'_> {
    /// Whether somebody may assume a role; of tokens for which audience.
    pub(crate) fn may_assume(&self, who: Principal, role: &Arn, wanted: &Wanted) -> Vec<Edge> {
        let action = match &who {
            Principal::WebIdentity { .. } => "sts:AssumeRoleWithWebIdentity",
            Principal::Saml { .. } => "sts:AssumeRoleWithSAML",
            _ => ASSUME_ROLE,
        };
        if let Principal::WebIdentity { provider, .. } = &who {
            return self.by_audience(provider, role, action, wanted);
        }
        let asked = self.assumes(&who, role, "", wanted);
        let edge = |(verdict, conditions)| Edge { principal: who, action, verdict, conditions };
        asked.map(edge).into_iter().collect()
    }

    /// A provider accepts tokens for its client ids. One that needs no registration does
    /// for any; of one that is not in view nothing can be said.
    fn by_audience(
        &self,
        provider: &str,
        role: &Arn,
        action: &'static str,
        wanted: &Wanted,
    ) -> Vec<Edge> {
        let account = role.account().and_then(|account| self.world.account(account));
        let issuer = self.issuer(provider);
        let registered = account
            .and_then(|account| stead_authorizer::registered_provider(&account.snapshot, &issuer));
        let audiences: Vec<Vec<String>> = match registered {
            Some(found) => found.client_ids.iter().map(|id| vec![id.to_string()]).collect(),
            None => vec![Vec::new()],
        };
        let mut edges: Vec<Edge> = Vec::new();
        for audiences in audiences {
            let audience = audiences.first().map_or("supposed", String::as_str).to_owned();
            let who = Principal::WebIdentity { provider: provider.to_owned(), audiences };
            let asked = self.assumes(&who, role, &audience, wanted);
            let Some((verdict, conditions)) = asked else { continue };
            let same = edges
                .iter_mut()
                .find(|edge| edge.verdict == verdict && edge.conditions == conditions);
            match same.map(|edge| &mut edge.principal) {
                Some(Principal::WebIdentity { audiences, .. }) => audiences.push(audience),
                _ => edges.push(Edge { principal: who, action, verdict, conditions }),
            }
        }
        edges
    }

    fn assumes(&self, who: &Principal, role: &Arn, audience: &str, wanted: &Wanted) -> Asked {
        let mut attempt = self.attempt(who, role.as_str(), audience);
        let can_be_asked_for = wanted.add_to(&mut attempt);
        let tags = ["aws:ResourceTag/", "iam:ResourceTag/"];
        let asked = self.ask(&Question {
            who,
            attempt: &attempt,
            open: self.open(who, wanted),
            foresee: &|open| foresee(self.world, &attempt, open),
            is_allowed: &|attempt| replay(self.world, attempt).is_allowed(),
            // The tags of the role are known.
            is_absent: &|key| {
                tags.iter().any(|tag| {
                    key.get(..tag.len()).is_some_and(|front| front.eq_ignore_ascii_case(tag))
                })
            },
        });
        asked.map(|(verdict, conditions)| {
            (if can_be_asked_for { verdict } else { Verdict::Unknown }, conditions)
        })
    }

    /// Whether somebody may do something else to a resource.
    pub(super) fn may_act(&self, who: &Principal, action: &str, resource: &Resource) -> Asked {
        self.may_act_with(who, action, resource, ContextBuilder::new())
    }

    /// Whether somebody may do something else to a resource, in a request of which these
    /// keys are known.
    pub(crate) fn may_act_with(
        &self,
        who: &Principal,
        action: &str,
        resource: &Resource,
        context: ContextBuilder,
    ) -> Asked {
        let mut attempt = self.attempt(who, "", "");
        attempt.parameters.clear();
        let (action, resource) = (action.to_owned(), resource.clone());
        let has_tags = resource.tags().is_some();
        let ask = Ask { action, resource, context, shown: None };
        self.ask(&Question {
            who,
            attempt: &attempt,
            open: self.open(who, &Wanted::default()),
            foresee: &|open| foresee_action(self.world, &attempt, &ask, open),
            is_allowed: &|attempt| {
                judge_action(self.world, &with_parameters(attempt), &ask)
                    .is_ok_and(|decision| decision == Decision::Allow)
            },
            is_absent: &|key| has_tags && key.to_ascii_lowercase().contains(":resourcetag/"),
        })
    }

    fn ask(&self, question: &Question<'_>) -> Asked {
        let mut open = question.open.clone();
        let mut known_absent: Vec<String> = Vec::new();
        for _ in 0..ABSENT_ROUNDS_MAX {
            let (doubts, allowed_when) = match (question.foresee)(&open) {
                Ok(Foresight::Depends { doubts, allowed_when }) => (doubts, allowed_when),
                Ok(Foresight::Allowed) => {
                    return self.confirmed(question, &[], Completion::default());
                }
                // A provider that is not in view is trusted, and nobody knows whom it lets.
                Err(Refusal::NoProvider { .. }) => return Some((Verdict::Unknown, Vec::new())),
                Ok(Foresight::Denied) | Err(_) => return None,
            };
            let keys = doubts.iter().flat_map(|doubt| &doubt.keys);
            let absent: Vec<String> = keys
                .filter(|key| !known_absent.contains(key))
                .filter(|key| self.is_absent(question.who, key) || (question.is_absent)(key))
                .cloned()
                .collect();
            if absent.is_empty() {
                return match allowed_when {
                    Some(completion) => self.confirmed(question, &doubts, possible(completion)),
                    None => Some((Verdict::Unknown, in_doubt(&doubts))),
                };
            }
            open = absent.iter().fold(open, |open, key| open.absent(key));
            known_absent.extend(absent);
        }
        Some((Verdict::Unknown, Vec::new()))
    }

    /// Asks about the call in which what was found is so.
    fn confirmed(
        &self,
        question: &Question<'_>,
        doubts: &[Doubt],
        completion: Completion,
    ) -> Asked {
        let is_allowed = |completion: &Completion| {
            let attempt = self.supposing(question.attempt, question.who, completion);
            (question.is_allowed)(&attempt)
        };
        let mut tried = std::iter::once(completion.clone()).chain(longer(&completion));
        let Some(completion) = tried.find(is_allowed) else {
            return Some((Verdict::Unknown, in_doubt(doubts)));
        };
        let conditions = completion.keys.iter().map(|(key, supposed)| Condition {
            key: key.clone(),
            value: value_of(supposed),
            tests: tests(doubts, key),
        });
        Some((Verdict::Allowed, conditions.collect()))
    }
}

/// The same with longer texts where parameters have a least length: the evaluator's
/// examples are as short as they can be.
///
/// Spec: STS API Reference, AssumeRole: names, identities and external ids have at least two
/// characters.
fn longer(completion: &Completion) -> Vec<Completion> {
    const SHORT: [&str; 3] = ["sts:ExternalId", "sts:RoleSessionName", "sts:SourceIdentity"];
    let is_short = |key: &str, value: &str| {
        value.len() < 2 && SHORT.iter().any(|known| known.eq_ignore_ascii_case(key))
    };
    let with = |longer: fn(&str) -> String| {
        let keys = completion.keys.iter().map(|(key, supposed)| match supposed {
            Supposed::Single(value) if is_short(key, value) => {
                (key.clone(), Supposed::Single(longer(value)))
            }
            other => (key.clone(), other.clone()),
        });
        Completion { keys: keys.collect() }
    };
    let found = [with(|text| format!("{text}supposed")), with(|text| format!("supposed{text}"))];
    found.into_iter().filter(|other| other != completion).collect()
}

/// Parameters that other actions do not have are condition keys of the request alone.
fn with_parameters(attempt: &Attempt) -> Attempt {
    let mut attempt = attempt.clone();
    for (name, value) in std::mem::take(&mut attempt.parameters) {
        let tags = value.as_array().filter(|_| name == "Tags").cloned();
        match tags {
            Some(tags) => {
                let text = |tag: &serde_json::Value, name| tag.get(name).cloned();
                let keys = tags.iter().filter_map(|tag| text(tag, "Key")).collect();
                attempt.context.insert("aws:TagKeys".to_owned(), keys);
                for tag in &tags {
                    if let (Some(key), Some(value)) = (text(tag, "Key"), text(tag, "Value")) {
                        let key = key.as_str().unwrap_or_default();
                        attempt.context.insert(format!("aws:RequestTag/{key}"), value);
                    }
                }
            }
            None => drop(attempt.context.insert(format!("sts:{name}"), value)),
        }
    }
    attempt
}

fn tests(doubts: &[Doubt], key: &str) -> Vec<Test> {
    let about = |doubt: &&Doubt| doubt.keys.iter().any(|other| other.eq_ignore_ascii_case(key));
    let mut tests: Vec<Test> = doubts.iter().filter(about).map(test).collect();
    tests.sort();
    tests.dedup();
    tests
}

fn test(doubt: &Doubt) -> Test {
    Test {
        policy: doubt.policy_type.name().to_owned(),
        effect: match doubt.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        },
        operator: doubt.operator.clone(),
        values: doubt.values.clone(),
    }
}

/// Every key on which it depends, without a value.
fn in_doubt(doubts: &[Doubt]) -> Vec<Condition> {
    let mut keys: Vec<&String> = doubts.iter().flat_map(|doubt| &doubt.keys).collect();
    keys.sort();
    keys.dedup();
    let conditions = keys.into_iter().map(|key| Condition {
        key: key.clone(),
        value: serde_json::Value::Null,
        tests: tests(doubts, key),
    });
    conditions.collect()
}
