//! What was tried: a call, by whom, with which token, when and where.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde::Deserialize;
use serde_json::{Map, Value};
use stead_types::Timestamp;

use crate::CaseError;
use crate::node::Node;

/// An attempt to assume a role.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Which operation was called.
    pub operation: Operation,
    /// Who called; nobody where a token speaks for itself.
    pub caller: Option<Caller>,
    /// The parameters, by their names in the API.
    pub parameters: Map<String, Value>,
    /// The token or assertion that was sent.
    pub token: Option<Token>,
    /// When.
    pub time: Timestamp,
    /// What no document of IAM says.
    pub environment: Environment,
    /// Condition keys that are known to have been there, with their values.
    pub context: BTreeMap<String, Value>,
    /// What AWS answered.
    pub error: Option<Reported>,
    /// Condition keys of which nobody knows whether they were there; what ends with `:` or
    /// `/` stands for every key that begins so.
    pub unknown: Vec<String>,
}

/// The operations that give out a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the API's own")]
pub enum Operation {
    AssumeRole,
    AssumeRoleWithWebIdentity,
    AssumeRoleWithSAML,
}

/// Who called.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    pub(crate) arn: Option<String>,
    #[serde(default)]
    pub(crate) credential: Option<String>,
    pub(crate) service: Option<String>,
    #[serde(default)]
    pub(crate) mfa: bool,
    pub(crate) source_ip: Option<IpAddr>,
    #[serde(default)]
    pub(crate) session_tags: Option<BTreeMap<String, String>>,
    #[serde(default)]
    pub(crate) transitive_tag_keys: Vec<String>,
    pub(crate) source_identity: Option<String>,
    #[serde(default)]
    pub(crate) session_policies: Vec<Value>,
}

/// A token, or what an assertion says.
#[derive(Clone, Debug, Deserialize)]
pub struct Token {
    #[serde(default)]
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    #[serde(default)]
    pub(crate) signature: Option<String>,
}

/// What no document of IAM says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
    pub(crate) jwks_reachable: Option<bool>,
    pub(crate) jwks_kids: Option<Vec<String>>,
    pub(crate) provider_tls_thumbprint: Option<String>,
    #[serde(default)]
    pub(crate) thumbprint_enforced: bool,
    pub(crate) sts_region: Option<String>,
    pub(crate) sts_region_active: Option<bool>,
    pub(crate) caller_region_opt_in: Option<bool>,
    pub(crate) request_signed_at: Option<String>,
    pub(crate) packed_size_percent: Option<f64>,
}

/// What AWS answered.
#[derive(Clone, Debug, Deserialize)]
pub struct Reported {
    /// The error code.
    pub code: String,
    /// The message.
    #[serde(default)]
    pub message: String,
}

impl Operation {
    /// The name in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "AssumeRole",
            Self::AssumeRoleWithWebIdentity => "AssumeRoleWithWebIdentity",
            Self::AssumeRoleWithSAML => "AssumeRoleWithSAML",
        }
    }

    /// The action, such as `sts:AssumeRole`.
    #[must_use]
    pub fn action(self) -> String {
        format!("sts:{}", self.name())
    }
}

impl Attempt {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self, CaseError> {
        let operation = node.required("operation")?;
        let name = operation.text()?;
        let operation = match name.strip_prefix("sts:").unwrap_or(name) {
            "AssumeRole" => Operation::AssumeRole,
            "AssumeRoleWithWebIdentity" => Operation::AssumeRoleWithWebIdentity,
            "AssumeRoleWithSAML" => Operation::AssumeRoleWithSAML,
            _ => return Err(operation.wrong("an operation of the AssumeRole family")),
        };
        Ok(Self {
            operation,
            caller: part(node, "caller", "a caller")?,
            parameters: node.required("parameters")?.object()?.clone(),
            token: part(node, "token", "a token with claims")?,
            time: node.required("time")?.parsed("a moment such as 2026-01-15T12:00:00Z")?,
            environment: part(node, "environment", "facts of the surroundings")?
                .unwrap_or_default(),
            context: part(node, "context", "condition keys")?.unwrap_or_default(),
            error: part(node, "error", "an error with its code")?,
            unknown: part(node, "unknown", "a list of condition keys")?.unwrap_or_default(),
        })
    }

    /// A parameter that is a text.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }

    /// Whether nobody knows if this condition key was there. A claim of the token that is
    /// at hand is known whatever is said of the others.
    #[must_use]
    pub fn is_unknown(&self, key: &str) -> bool {
        let begins = |prefix: &str| {
            let front = key.get(..prefix.len());
            front.is_some_and(|front| front.eq_ignore_ascii_case(prefix))
        };
        let has_claim = |prefix: &str| {
            let claim = key.get(prefix.len()..).unwrap_or_default();
            self.token.as_ref().is_some_and(|token| token.claims.contains_key(claim))
        };
        self.unknown.iter().any(|unknown| match unknown.chars().last() {
            Some(':') => begins(unknown) && !has_claim(unknown),
            Some('/') => begins(unknown),
            _ => unknown.eq_ignore_ascii_case(key),
        })
    }

    /// The ARN of the role, as it was given.
    #[must_use]
    pub fn role_arn(&self) -> &str {
        self.parameter("RoleArn").unwrap_or_default()
    }
}

fn part<T: for<'d> Deserialize<'d>>(
    node: &Node<'_>,
    name: &str,
    expected: &str,
) -> Result<Option<T>, CaseError> {
    let Some(part) = node.member(name) else { return Ok(None) };
    let read = T::deserialize(part.value);
    read.map(Some).map_err(|error| part.wrong(&format!("{expected} ({error})")))
}
