//! One question as people ask it: who, which action, on what, with which condition keys.

mod policies;

use std::net::IpAddr;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use stead_types::{AccountId, Arn, Timestamp};
use thiserror::Error;

use crate::attempt::{Attempt, Operation};
use crate::details::{Details, DetailsError, attempt_of, question_of};
use crate::node::Node;
use crate::world::World;

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// The ARN of a user, a role, a session or a root user, or a service such as
    /// `ec2.amazonaws.com`. For `sts:AssumeRoleWithWebIdentity` and `WithSAML` the ARN of
    /// the provider whose token is sent.
    pub caller: String,
    /// The action, such as `s3:GetObject`.
    pub action: String,
    /// The ARN of the resource, or `*` for none in particular.
    pub resource: String,
    /// Condition keys that are there; one that is told twice has two values. What is a
    /// parameter of AssumeRole, such as `sts:ExternalId`, is sent as that.
    pub context: Vec<(String, String)>,
    /// Policies of the caller's session, each the text of a document or the ARN of a managed
    /// policy.
    pub session_policies: Vec<Arc<str>>,
    /// The text of the policy that the resource has.
    pub resource_policy: Option<Arc<str>>,
    /// From where the request comes; not known where it is not told.
    pub source_ip: Option<IpAddr>,
    /// Whether the user has shown a second factor.
    pub mfa: bool,
    /// When.
    pub at: Timestamp,
}

/// Why a question cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct InquiryError {
    /// What of it is wrong.
    pub part: InquiryPart,
    /// Why.
    pub message: String,
    /// What can be done.
    pub help: String,
}

/// A part of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the parts are those of an inquiry")]
pub enum InquiryPart {
    Caller,
    Action,
    Resource,
    Context,
    SessionPolicy,
    ResourcePolicy,
}

/// What of the context is a parameter.
///
/// Spec: Service Authorization Reference, AWS Security Token Service, condition keys of
/// AssumeRole; API Reference for the operations with tokens, which have the first two.
const PARAMETERS: [(&str, &str); 4] = [
    ("sts:RoleSessionName", "RoleSessionName"),
    ("sts:DurationSeconds", "DurationSeconds"),
    ("sts:ExternalId", "ExternalId"),
    ("sts:SourceIdentity", "SourceIdentity"),
];
const PARAMETERS_WITH_TOKEN: usize = 2;
const REQUEST_TAG: &str = "aws:RequestTag/";

impl Inquiry {
    /// The operation whose handler is asked, for the three that give out a role.
    #[must_use]
    pub(crate) fn operation(&self) -> Option<Operation> {
        let name = self.action.get(4..).filter(|_| {
            self.action.get(..4).is_some_and(|service| service.eq_ignore_ascii_case("sts:"))
        })?;
        let all = [
            Operation::AssumeRole,
            Operation::AssumeRoleWithWebIdentity,
            Operation::AssumeRoleWithSAML,
        ];
        all.into_iter().find(|operation| operation.name().eq_ignore_ascii_case(name))
    }

    /// The attempt that asks it.
    pub(crate) fn attempt(&self, world: &World) -> Result<Attempt, InquiryError> {
        self.check_action()?;
        self.check_resource()?;
        let mut attempt = match self.operation() {
            None => question_of(&self.details(self.context.clone())).map_err(|it| wrong(&it))?,
            Some(Operation::AssumeRole) => self.assume_role()?,
            Some(operation) => self.bearer(operation)?,
        };
        self.check_caller(world)?;
        self.check_resource_policy()?;
        self.add_session_policies(&mut attempt)?;
        let value = Value::Object(attempt);
        Attempt::read(&Node::root(&value)).map_err(|error| InquiryError {
            part: InquiryPart::Context,
            message: error.to_string(),
            help: "docs/simulate.md says what a request has".to_owned(),
        })
    }

    fn details(&self, context: Vec<(String, String)>) -> Details {
        Details {
            caller: Some(self.caller.clone()),
            mfa: self.mfa,
            source_ip: self.source_ip,
            context,
            at: Some(self.at),
            ..Details::default()
        }
    }

    /// Which values a condition key is told to have.
    fn values<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        let same = move |(name, _): &&(String, String)| name.eq_ignore_ascii_case(key);
        self.context.iter().filter(same).map(|(_, value)| value.as_str())
    }

    /// Those of these parameters that are told.
    fn parameters(&self, known: &[(&str, &str)], parameters: &mut Map<String, Value>) {
        for (key, parameter) in known {
            if let Some(value) = self.values(key).next() {
                parameters.insert((*parameter).to_owned(), json!(value));
            }
        }
    }

    /// Parameters stand where they stand in a call, so that the handler sets their keys
    /// and refuses what it would refuse.
    fn assume_role(&self) -> Result<Map<String, Value>, InquiryError> {
        let of_parameter = |key: &str| {
            PARAMETERS.iter().any(|(name, _)| name.eq_ignore_ascii_case(key))
                || key.eq_ignore_ascii_case("sts:TransitiveTagKeys")
                || tag_key(key).is_some()
        };
        let context = self.context.iter().filter(|(key, _)| !of_parameter(key)).cloned().collect();
        let tags = self
            .context
            .iter()
            .filter_map(|(key, value)| Some((tag_key(key)?.to_owned(), value.clone())));
        let details = Details {
            role: Some(self.resource.clone()),
            tags: tags.collect(),
            ..self.details(context)
        };
        let mut attempt = attempt_of(&details, None).map_err(|error| wrong(&error))?;
        if let Some(Value::Object(parameters)) = attempt.get_mut("parameters") {
            self.parameters(&PARAMETERS, parameters);
            let keys: Vec<&str> = self.values("sts:TransitiveTagKeys").collect();
            if !keys.is_empty() {
                parameters.insert("TransitiveTagKeys".to_owned(), json!(keys));
            }
        }
        Ok(attempt)
    }

    /// A token of a provider: its claims are the provider's condition keys.
    ///
    /// Spec: UG:reference_policies_iam-condition-keys: keys of OpenID Connect are
    /// `URL:claim` with the URL of the provider, those of SAML `saml:...`.
    fn bearer(&self, operation: Operation) -> Result<Map<String, Value>, InquiryError> {
        let provider = self.provider(operation)?;
        let mut claims = Map::new();
        let mut context = Vec::new();
        let known = PARAMETERS.get(..PARAMETERS_WITH_TOKEN).unwrap_or_default();
        for (key, value) in &self.context {
            match provider.claim(key) {
                Some(claim) => add(&mut claims, claim, value),
                None if known.iter().any(|(name, _)| name.eq_ignore_ascii_case(key)) => {}
                None => context.push((key.clone(), value.clone())),
            }
        }
        let mut parameters = Map::new();
        self.parameters(known, &mut parameters);
        if let Provider::OpenId { issuer } = &provider {
            let now = self.at.epoch_seconds();
            claims.entry("iss").or_insert_with(|| json!(format!("https://{issuer}")));
            claims.entry("iat").or_insert_with(|| json!(now));
            claims.entry("exp").or_insert_with(|| json!(now + 300));
        } else {
            parameters.insert("PrincipalArn".to_owned(), json!(self.caller));
        }
        let sent = json!({"operation": operation.action(), "token": {"claims": claims},
            "parameters": parameters});
        let Value::Object(sent) = sent else { return Ok(Map::new()) };
        if let Some(address) = self.source_ip {
            context.push(("aws:SourceIp".to_owned(), address.to_string()));
        }
        let details = Details {
            role: Some(self.resource.clone()),
            context,
            at: Some(self.at),
            ..Details::default()
        };
        let mut attempt = attempt_of(&details, Some(sent)).map_err(|error| wrong(&error))?;
        let told = attempt.entry("context").or_insert_with(|| json!({}));
        if let Some(told) = told.as_object_mut()
            && !told.keys().any(|key| key.eq_ignore_ascii_case("aws:SourceIp"))
        {
            told.insert("aws:SourceIp".to_owned(), Value::Null);
        }
        Ok(attempt)
    }

    fn provider(&self, operation: Operation) -> Result<Provider, InquiryError> {
        let arn: Option<Arn> = self.caller.parse().ok();
        let resource = arn.as_ref().map_or("", |arn| arn.resource());
        let found = match operation {
            Operation::AssumeRoleWithSAML => {
                resource.starts_with("saml-provider/").then_some(Provider::Saml)
            }
            Operation::AssumeRole | Operation::AssumeRoleWithWebIdentity => resource
                .strip_prefix("oidc-provider/")
                .map(|issuer| Provider::OpenId { issuer: issuer.to_owned() }),
        };
        if self.mfa {
            return Err(wrong(&DetailsError::Mfa { caller: self.caller.clone() }));
        }
        found.ok_or_else(|| InquiryError {
            part: InquiryPart::Caller,
            message: format!("`{}` is no provider of tokens for {}", self.caller, self.action),
            help: "such as arn:aws:iam::111122223333:oidc-provider/idp.example.com, or \
                   arn:aws:iam::111122223333:saml-provider/name"
                .to_owned(),
        })
    }

    fn check_action(&self) -> Result<(), InquiryError> {
        let is_word = |text: &str, more: &str| {
            !text.is_empty()
                && text.chars().all(|it| it.is_ascii_alphanumeric() || more.contains(it))
        };
        let parts = self.action.split_once(':');
        if parts.is_some_and(|(service, name)| is_word(service, "-") && is_word(name, "")) {
            return Ok(());
        }
        Err(InquiryError {
            part: InquiryPart::Action,
            message: format!("`{}` is no action", self.action),
            help: "one action is asked about, such as s3:GetObject, without wildcards".to_owned(),
        })
    }

    fn check_resource(&self) -> Result<(), InquiryError> {
        let wrong = |message: String, help: &str| {
            Err(InquiryError { part: InquiryPart::Resource, message, help: help.to_owned() })
        };
        let arn: Option<Arn> = self.resource.parse().ok();
        if self.operation().is_some() {
            let is_role = arn.is_some_and(|arn| arn.resource_of("role").is_some());
            if !is_role {
                return wrong(
                    format!("`{}` is no role, and {} asks for one", self.resource, self.action),
                    "such as arn:aws:iam::111122223333:role/deploy",
                );
            }
        }
        match self.resource.as_str() {
            "*" => Ok(()),
            text if text.parse::<Arn>().is_ok() => Ok(()),
            text => wrong(
                format!("`{text}` is no ARN"),
                "such as arn:aws:s3:::bucket/key, or * where the action knows no resource",
            ),
        }
    }

    /// A principal of an account that is in view has to be there: a name that is misspelt
    /// would else be answered as if it were somebody.
    fn check_caller(&self, world: &World) -> Result<(), InquiryError> {
        let arn: Option<Arn> = self.caller.parse().ok();
        let Some(arn) = arn else { return Ok(()) };
        let Some(account) = arn.account().and_then(|id| world.account(id)) else { return Ok(()) };
        let snapshot = &account.snapshot;
        let role_name = arn.resource_of("assumed-role").map(|rest| rest.split('/').next());
        let is_there = match () {
            () if arn.resource_of("user").is_some() => snapshot.user_by_arn(&arn).is_some(),
            () if arn.resource_of("role").is_some() => snapshot.role_by_arn(&arn).is_some(),
            () => role_name
                .is_none_or(|name| snapshot.role_by_name(name.unwrap_or_default()).is_some()),
        };
        if is_there {
            return Ok(());
        }
        Err(InquiryError {
            part: InquiryPart::Caller,
            message: format!("there is no `{}` among the accounts", self.caller),
            help: "an ARN has the path of a user or role, and its letters in their case".to_owned(),
        })
    }

    /// The account whose number the resource has.
    #[must_use]
    pub fn resource_account(resource: &str) -> Option<AccountId> {
        resource.parse::<Arn>().ok()?.account()
    }
}

/// Whose token is sent.
enum Provider {
    OpenId { issuer: String },
    Saml,
}

impl Provider {
    /// The claim that a condition key is made of.
    fn claim<'a>(&self, key: &'a str) -> Option<&'a str> {
        match self {
            Self::Saml => Some(key).filter(|key| key.starts_with("saml:")),
            Self::OpenId { issuer } => {
                let front = key.get(..issuer.len())?;
                let rest = key.get(issuer.len()..)?.strip_prefix(':')?;
                front.eq_ignore_ascii_case(issuer).then_some(rest)
            }
        }
    }
}

/// One more value of a claim.
fn add(claims: &mut Map<String, Value>, claim: &str, value: &str) {
    match claims.get_mut(claim) {
        None => {
            claims.insert(claim.to_owned(), json!(value));
        }
        Some(Value::Array(values)) => values.push(json!(value)),
        Some(one) => *one = json!([one.take(), value]),
    }
}

fn tag_key(key: &str) -> Option<&str> {
    let front = key.get(..REQUEST_TAG.len())?;
    front.eq_ignore_ascii_case(REQUEST_TAG).then(|| key.get(REQUEST_TAG.len()..))?
}

fn wrong(error: &DetailsError) -> InquiryError {
    let help = match error {
        DetailsError::Mfa { .. } => "leave the second factor out: AWS sees none in such a call",
        _ => {
            "such as arn:aws:iam::111122223333:user/ann, \
             arn:aws:sts::111122223333:assumed-role/app/session or ec2.amazonaws.com"
        }
    };
    InquiryError { part: InquiryPart::Caller, message: error.to_string(), help: help.to_owned() }
}
