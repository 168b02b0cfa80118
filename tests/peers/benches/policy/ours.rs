//! Stead's side: policies compiled and put under one index beforehand, everything
//! about the request made from its text each time.

use std::hint::black_box;
use std::sync::Arc;

use stead_policy::{
    Caller, CompiledPolicy, Context, ContextBuilder, Decision, DocumentKind, FullTrace, Layers,
    NoTrace, PolicyRef, PolicySet, PolicySource, Request, ResourcePolicy, evaluate,
};

use crate::question::{Question, USER};
use crate::sets::Set;

/// The policies of a set.
pub struct Ours {
    identity: PolicySet,
    trust: CompiledPolicy,
    trust_source: PolicySource,
}

impl Ours {
    pub fn new(set: &Set) -> Self {
        let role = "arn:aws:iam::111122223333:role/deploy/web-frontend";
        Self {
            identity: index(&compile(&texts(set))),
            trust: compile_one(&Set::trust_in_aws().to_string(), DocumentKind::Trust),
            trust_source: PolicySource::Trust { role: role.parse().expect("an ARN") },
        }
    }

    /// How many statements there are, the trust policy's included.
    pub fn statement_count(&self) -> usize {
        let identity = self.identity.iter().map(|policy| policy.policy.statement_count());
        identity.sum::<usize>() + self.trust.statement_count()
    }

    /// From the request's text to the decision.
    pub fn decide(&self, question: &Question) -> Decision {
        let (caller, context) = (caller(question), context(question));
        let request = request(question, &caller, &context);
        evaluate(&request, &self.layers(), &mut NoTrace).decision
    }

    /// The same, and everything that was looked at.
    pub fn decide_traced(&self, question: &Question) -> Decision {
        let (caller, context) = (caller(question), context(question));
        let request = request(question, &caller, &context);
        let mut trace = FullTrace::default();
        let outcome = evaluate(&request, &self.layers(), &mut trace);
        black_box(&trace);
        outcome.decision
    }

    fn layers(&self) -> Layers<'_> {
        let trust = PolicyRef { source: &self.trust_source, policy: &self.trust };
        Layers {
            identity: (&self.identity).into(),
            resource: ResourcePolicy::Trust(trust),
            ..Layers::default()
        }
    }
}

fn caller(question: &Question) -> Caller {
    Caller::User {
        account: question.account.parse().expect("an account"),
        arn: question.user.parse().expect("an ARN"),
        id: question.user_id.parse().expect("a unique id"),
    }
}

fn request<'a>(question: &'a Question, caller: &'a Caller, context: &'a Context) -> Request<'a> {
    Request {
        action: question.action,
        resource: question.resource,
        resource_account: caller.account(),
        caller,
        context,
    }
}

fn context(question: &Question) -> Context {
    let mut keys = ContextBuilder::new();
    for (key, value) in question.context() {
        keys.set(key, value);
    }
    keys.build()
}

/// The documents of a set's identity policies.
pub fn texts(set: &Set) -> Vec<String> {
    set.identity.iter().map(|statement| statement.in_aws().to_string()).collect()
}

/// What is done when policies are written or loaded, once.
pub fn compile(texts: &[String]) -> Vec<Arc<CompiledPolicy>> {
    texts.iter().map(|text| Arc::new(compile_one(text, DocumentKind::Identity))).collect()
}

fn compile_one(text: &str, kind: DocumentKind) -> CompiledPolicy {
    let (policy, diagnostics) = CompiledPolicy::compile_stored(text, kind);
    assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
    policy
}

/// What is done when a principal's policies change.
pub fn index(policies: &[Arc<CompiledPolicy>]) -> PolicySet {
    let owner: stead_types::Arn = USER.parse().expect("an ARN");
    PolicySet::new(policies.iter().enumerate().map(|(number, policy)| {
        let name = format!("policy-{number}").into();
        (PolicySource::Inline { owner: owner.clone(), name }, Arc::clone(policy))
    }))
}
