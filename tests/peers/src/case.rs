//! One question that every engine is asked: documents, a request, and its context.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stead_policy::{
    Caller, CompiledPolicy, Context, ContextBuilder, Decision, DocumentKind, FederatedIssuer,
    Layers, NoTrace, Policies, PolicyRef, PolicySource, Request, ResourcePolicy, evaluate, parse,
};

use crate::generate::values::{KEYS, Kind};

/// The question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Policies of the caller.
    #[serde(default)]
    pub identity: Vec<Value>,
    /// The caller's permissions boundary.
    #[serde(default)]
    pub boundary: Option<Value>,
    /// The session policy.
    #[serde(default)]
    pub session: Option<Value>,
    /// The trust policy, where a role is the resource that is asked for, or the
    /// policy of another resource.
    #[serde(default)]
    pub resource_policy: Option<Value>,
    /// Service control policies by level.
    #[serde(default)]
    pub service_control: Vec<Vec<Value>>,
    /// Resource control policies.
    #[serde(default)]
    pub resource_control: Vec<Value>,
    /// Who asks.
    pub caller: Asker,
    /// The action.
    pub action: String,
    /// The resource's ARN, or `*`.
    pub resource: String,
    /// The account that owns the resource.
    pub account: String,
    /// The condition keys.
    #[serde(default)]
    pub context: BTreeMap<String, Given>,
}

/// The value of a condition key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Asker {
    /// The root user of an account.
    Root(String),
    /// A user.
    User {
        /// Its ARN.
        arn: String,
        /// Its unique id.
        id: String,
    },
    /// A session of a role.
    Role {
        /// The role's ARN.
        arn: String,
        /// The role's unique id.
        id: String,
        /// The session's name.
        session: String,
    },
    /// A session of GetFederationToken.
    FederatedUser {
        /// The session's name.
        name: String,
        /// The ARN of the user who asked for it.
        issuer: String,
        /// That user's unique id.
        issuer_id: String,
    },
    /// The bearer of a token of an OIDC provider.
    WebIdentity(String),
    /// The bearer of a SAML assertion.
    Saml(String),
    /// A service.
    Service(String),
    /// Nobody in particular.
    Anonymous,
}

/// What an engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// Allowed.
    Allow,
    /// A statement denies.
    ExplicitDeny,
    /// Nothing allows.
    ImplicitDeny,
}

impl From<Decision> for Answer {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Allow => Self::Allow,
            Decision::ExplicitDeny => Self::ExplicitDeny,
            Decision::ImplicitDeny => Self::ImplicitDeny,
        }
    }
}

impl Asker {
    /// The account, for who has one.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Root(account) => Some(account),
            Self::User { arn, .. } | Self::Role { arn, .. } => arn.split(':').nth(4),
            Self::FederatedUser { issuer, .. } => issuer.split(':').nth(4),
            Self::WebIdentity(_) | Self::Saml(_) | Self::Service(_) | Self::Anonymous => None,
        }
    }

    /// The ARN, or the name of what has none, as requests carry it; nothing for
    /// nobody in particular.
    #[must_use]
    pub fn principal(&self) -> Option<String> {
        let account = self.account().unwrap_or_default();
        match self {
            Self::Root(account) => Some(format!("arn:aws:iam::{account}:root")),
            Self::User { arn, .. } => Some(arn.clone()),
            Self::Role { arn, session, .. } => {
                let role = arn.rsplit('/').next().unwrap_or_default();
                Some(format!("arn:aws:sts::{account}:assumed-role/{role}/{session}"))
            }
            Self::FederatedUser { name, .. } => {
                Some(format!("arn:aws:sts::{account}:federated-user/{name}"))
            }
            Self::WebIdentity(name) | Self::Saml(name) | Self::Service(name) => Some(name.clone()),
            Self::Anonymous => None,
        }
    }

    fn caller(&self) -> Result<Caller> {
        let principal = self.principal();
        let named = || principal.as_deref().context("a caller with an ARN");
        Ok(match self {
            Self::Root(account) => Caller::Root { account: account.parse()? },
            Self::User { arn, id } => Caller::User {
                account: self.account().context("an account")?.parse()?,
                arn: arn.parse()?,
                id: id.parse()?,
            },
            Self::Role { arn, id, session } => Caller::RoleSession {
                account: self.account().context("an account")?.parse()?,
                role_arn: arn.parse()?,
                role_id: id.parse()?,
                session_arn: named()?.parse()?,
                session_name: session.as_str().into(),
                federated_provider: None,
            },
            Self::FederatedUser { issuer, issuer_id, .. } => Caller::FederatedUser {
                account: self.account().context("an account")?.parse()?,
                arn: named()?.parse()?,
                issuer: FederatedIssuer::User { arn: issuer.parse()?, id: issuer_id.parse()? },
            },
            Self::WebIdentity(provider) => {
                Caller::WebIdentity { provider: provider.as_str().into() }
            }
            Self::Saml(provider) => Caller::Saml { provider: provider.as_str().into() },
            Self::Service(name) => Caller::Service { name: name.as_str().into() },
            Self::Anonymous => Caller::Anonymous,
        })
    }
}

impl Case {
    /// Whether the resource policy is a role's trust policy.
    #[must_use]
    pub fn assumes_role(&self) -> bool {
        let role = self.resource.split(':').nth(5).is_some_and(|name| name.starts_with("role/"));
        role && self.action.starts_with("sts:")
    }

    /// What Stead answers.
    ///
    /// # Errors
    ///
    /// Where a document breaks the grammar or a name is none: the question is not one.
    pub fn ours(&self) -> Result<Answer> {
        let source = PolicySource::SessionInline;
        let all = |documents: &[Value], kind| -> Result<Vec<CompiledPolicy>> {
            documents.iter().map(|document| compile(document, kind)).collect()
        };
        let one = |document: &Option<Value>, kind| {
            document.as_ref().map(|document| compile(document, kind)).transpose()
        };
        let trust = self.assumes_role();
        let resource_kind = if trust { DocumentKind::Trust } else { DocumentKind::Resource };
        let identity = all(&self.identity, DocumentKind::Identity)?;
        let boundary = one(&self.boundary, DocumentKind::Boundary)?;
        let session = one(&self.session, DocumentKind::Session)?;
        let resource = one(&self.resource_policy, resource_kind)?;
        let resource_control = all(&self.resource_control, DocumentKind::ResourceControl)?;
        let levels = self.service_control.iter();
        let levels: Vec<_> =
            levels.map(|level| all(level, DocumentKind::ServiceControl)).collect::<Result<_>>()?;

        let refer = |policy| PolicyRef { source: &source, policy };
        let identity: Vec<_> = identity.iter().map(refer).collect();
        let resource_control: Vec<_> = resource_control.iter().map(refer).collect();
        let levels: Vec<Vec<_>> =
            levels.iter().map(|level| level.iter().map(refer).collect()).collect();
        let levels: Vec<Policies<'_>> = levels.iter().map(Into::into).collect();
        let session: Option<Vec<_>> = session.as_ref().map(|policy| vec![refer(policy)]);
        let layers = Layers {
            identity: (&identity).into(),
            boundary: boundary.as_ref().map(refer),
            session: session.as_ref().map(Into::into),
            resource: match resource.as_ref().map(refer) {
                None => ResourcePolicy::None,
                Some(policy) if trust => ResourcePolicy::Trust(policy),
                Some(policy) => ResourcePolicy::Resource(policy),
            },
            service_control: &levels,
            resource_control: (&resource_control).into(),
        };
        let caller = self.caller.caller()?;
        let context = self.context();
        let request = Request {
            action: &self.action,
            resource: &self.resource,
            resource_account: Some(self.account.parse()?),
            caller: &caller,
            context: &context,
        };
        Ok(evaluate(&request, &layers, &mut NoTrace).decision.into())
    }

    fn context(&self) -> Context {
        let set = |builder: ContextBuilder, (key, given): (&String, &Given)| match given {
            // Bytes are written as base64, which is how the other engine takes them.
            Given::One(value) if is_binary(key) => {
                builder.binary(key, &BASE64.decode(value.as_bytes()).unwrap_or_default())
            }
            Given::One(value) => builder.single(key, value),
            Given::Several(values) => builder.multi(key, values),
        };
        self.context.iter().fold(ContextBuilder::new(), set).build()
    }

    /// The question in the form in which the other engine takes it.
    #[must_use]
    pub fn simulation(&self) -> Value {
        let named = |documents: &[Value]| -> Value {
            let documents = documents.iter().enumerate();
            documents
                .map(|(at, policy)| json!({"name": at.to_string(), "policy": policy}))
                .collect()
        };
        let level =
            |documents: &[Value]| json!({"orgIdentifier": "level", "policies": named(documents)});
        let resource_control = if self.resource_control.is_empty() {
            vec![]
        } else {
            vec![level(&self.resource_control)]
        };
        let principal = match self.caller.principal() {
            Some(principal) => Value::from(principal),
            None => json!({"type": "Anonymous"}),
        };
        json!({
            "identityPolicies": named(&self.identity),
            "permissionBoundaryPolicies": self.boundary.as_ref().map(|policy| named(std::slice::from_ref(policy))),
            "sessionPolicy": self.session,
            "resourcePolicy": self.resource_policy,
            "serviceControlPolicies": self.service_control.iter().map(|policies| level(policies)).collect::<Value>(),
            "resourceControlPolicies": resource_control,
            "request": {
                "principal": principal,
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": self.account},
                "contextVariables": self.context,
            },
        })
    }
}

/// Whether a key's values are bytes.
fn is_binary(key: &str) -> bool {
    KEYS.iter().any(|(name, kind, _)| *kind == Kind::Binary && name.eq_ignore_ascii_case(key))
}

/// Compiles a document that must be without error.
fn compile(document: &Value, kind: DocumentKind) -> Result<CompiledPolicy> {
    let text = document.to_string();
    let parsed = parse(&text, kind);
    let refused = || format!("{kind:?}: {:?}: {text}", parsed.diagnostics);
    Ok(CompiledPolicy::compile(parsed.policy.as_ref().with_context(refused)?, kind))
}
