//! Cedar's side: policies parsed beforehand, names of types and attributes too;
//! entities and context made from the request's text each time.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid,
    PolicySet, Request, Response, RestrictedExpression,
};

use crate::question::Question;
use crate::sets::Set;

/// The policies of a set.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    user: EntityTypeName,
    action: EntityTypeName,
    role: EntityTypeName,
}

impl Cedar {
    pub fn new(set: &Set) -> Self {
        let mut text = Set::trust_in_cedar();
        text.extend(set.identity.iter().map(|statement| statement.in_cedar() + "\n"));
        let name = |name: &str| name.parse().expect("the name of a type");
        Self {
            authorizer: Authorizer::new(),
            policies: text.parse().unwrap_or_else(|error| panic!("{error:?} in {text}")),
            user: name("User"),
            action: name("Action"),
            role: name("Role"),
        }
    }

    /// From the request's text to the decision.
    pub fn decide(&self, question: &Question) -> Decision {
        self.authorize(question).decision()
    }

    /// The same, when no policy failed: one that does is skipped, and costs less.
    pub fn decide_soundly(&self, question: &Question) -> Decision {
        let response = self.authorize(question);
        let errors: Vec<_> = response.diagnostics().errors().collect();
        assert!(errors.is_empty(), "{errors:?}");
        response.decision()
    }

    fn authorize(&self, question: &Question) -> Response {
        self.authorize_prepared(&self.prepare(question))
    }

    /// The decision alone.
    pub fn authorize_prepared(&self, (request, entities): &(Request, Entities)) -> Response {
        self.authorizer.is_authorized(request, &self.policies, entities)
    }

    /// What a decision needs, made from the request's text.
    pub fn prepare(&self, question: &Question) -> (Request, Entities) {
        let uid = |name: &EntityTypeName, id: &str| {
            EntityUid::from_type_name_and_id(name.clone(), EntityId::new(id))
        };
        let principal = uid(&self.user, question.user);
        let action = uid(&self.action, question.action);
        let resource = uid(&self.role, question.resource);
        let entities = [
            entity(principal.clone(), [("account", question.account), ("team", question.team)]),
            entity(resource.clone(), [("arn", question.resource)]),
        ];
        let entities = Entities::from_entities(entities, None).expect("two entities");
        let context = context(question);
        let request = Request::new(principal, action, resource, context, None).expect("a request");
        (request, entities)
    }
}

fn entity<const N: usize>(uid: EntityUid, attributes: [(&str, &str); N]) -> Entity {
    let attributes = attributes.map(|(name, value)| (name.to_owned(), text(value)));
    let attributes = HashMap::from(attributes);
    Entity::new(uid, attributes, HashSet::new()).expect("attributes that are text")
}

fn context(question: &Question) -> Context {
    let flag = |value: &str| RestrictedExpression::new_bool(value == "true");
    let number = question.mfa_age.parse().expect("a number");
    let pairs = [
        ("source_ip", RestrictedExpression::new_ip(question.source_ip)),
        ("region", text(question.region)),
        ("secure_transport", flag(question.secure_transport)),
        ("via_aws_service", flag(question.via_aws_service)),
        ("mfa_present", flag(question.mfa_present)),
        ("mfa_age", RestrictedExpression::new_long(number)),
        ("external_id", text(question.external_id)),
        ("session_name", text(question.session_name)),
    ];
    let pairs = pairs.into_iter().map(|(key, value)| (key.to_owned(), value));
    Context::from_pairs(pairs).expect("a context")
}

fn text(value: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(value.to_owned())
}
