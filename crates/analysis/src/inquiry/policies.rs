//! Policies that a question has with it: those of the session, and that of the resource.

use serde_json::{Map, Value};
use stead_policy::{DocumentKind, parse};
use stead_types::Arn;

use super::{Inquiry, InquiryError, InquiryPart};

const LINT: &str = "`stead lint FILE` says all that is wrong with it";

impl Inquiry {
    /// Spec: UG:access_policies, session policies: they are passed when a session of a role or
    /// a federated user is made; users with their own keys have none.
    pub(super) fn add_session_policies(
        &self,
        attempt: &mut Map<String, Value>,
    ) -> Result<(), InquiryError> {
        if self.session_policies.is_empty() {
            return Ok(());
        }
        let arn: Option<Arn> = self.caller.parse().ok();
        let is_session = arn.is_some_and(|arn| {
            arn.resource_of("role").is_some() || arn.resource_of("assumed-role").is_some()
        });
        let caller = attempt.get_mut("caller").and_then(Value::as_object_mut);
        let Some(caller) = caller.filter(|_| is_session) else {
            return Err(InquiryError {
                part: InquiryPart::SessionPolicy,
                message: format!("`{}` calls in no session that has policies", self.caller),
                help: "session policies are those of a role's session: \
                       arn:aws:sts::111122223333:assumed-role/app/session"
                    .to_owned(),
            });
        };
        let policies = self.session_policies.iter().map(|text| session_policy(text));
        let policies: Vec<Value> = policies.collect::<Result<_, _>>()?;
        caller.insert("sessionPolicies".to_owned(), Value::Array(policies));
        Ok(())
    }

    /// A role has its trust policy, which is in the accounts.
    pub(super) fn check_resource_policy(&self) -> Result<(), InquiryError> {
        let Some(text) = &self.resource_policy else { return Ok(()) };
        let wrong = |message: String, help: &str| {
            Err(InquiryError { part: InquiryPart::ResourcePolicy, message, help: help.to_owned() })
        };
        if self.operation().is_some() {
            return wrong(
                format!("{} asks the role's trust policy, and no other", self.action),
                "leave the resource policy out",
            );
        }
        match refusal(text, DocumentKind::Resource) {
            Some(why) => wrong(format!("this is no resource policy: {why}"), LINT),
            None => Ok(()),
        }
    }
}

fn session_policy(text: &str) -> Result<Value, InquiryError> {
    if text.parse::<Arn>().is_ok() {
        return Ok(Value::String(text.to_owned()));
    }
    let wrong = |why: String| InquiryError {
        part: InquiryPart::SessionPolicy,
        message: format!("this is no session policy: {why}"),
        help: LINT.to_owned(),
    };
    match refusal(text, DocumentKind::Session) {
        Some(why) => Err(wrong(why)),
        None => serde_json::from_str(text).map_err(|error| wrong(error.to_string())),
    }
}

/// Why AWS refuses a document.
fn refusal(text: &str, kind: DocumentKind) -> Option<String> {
    let parsed = parse(text, kind);
    parsed.errors().next().map(|error| error.message.clone())
}
