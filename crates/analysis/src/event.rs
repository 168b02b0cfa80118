//! A failed call as CloudTrail records it, made an attempt.

use serde_json::{Map, Value, json};
use stead_types::{Arn, Timestamp};
use thiserror::Error;

use crate::attempt::Operation;
use crate::export::Export;
use crate::limits::EVENT_BYTES_MAX;
use crate::node::Node;

/// Why a text is no event of a call that can be explained.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EventError {
    /// The text is longer than what is read.
    #[error("the event has {bytes} bytes, at most {EVENT_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The text is not JSON.
    #[error("not JSON, line {line} column {column}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Something else stands where it should not.
    #[error("expected {expected} at `{}`", if .pointer.is_empty() { "/" } else { .pointer })]
    Unexpected {
        /// A JSON pointer.
        pointer: String,
        /// What should stand there.
        expected: String,
    },
}

/// The condition keys of what a caller sends. A denied call is often recorded without its
/// parameters.
const OF_PARAMETERS: [&str; 6] = [
    "sts:ExternalId",
    "sts:RoleSessionName",
    "sts:SourceIdentity",
    "sts:TransitiveTagKeys",
    "aws:RequestTag/",
    "aws:TagKeys",
];

/// What comes of the network, of which an event has the address only.
const OF_CONNECTION: [&str; 3] = ["aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"];

/// What a message alone leaves open.
pub(crate) fn unknown_of_a_message() -> Value {
    let connection = OF_CONNECTION.iter().chain(&["aws:SourceIp", "aws:PrincipalTag/"]);
    connection.chain(&OF_PARAMETERS).map(|key| json!(key)).collect()
}

/// How long a token is supposed to have been valid when its claims are not recorded.
const TOKEN_SECONDS: i64 = 300;

/// The attempt that an event records, as it stands in a case. `accounts` tell who has the
/// unique id of a caller from another account, of whom an event has nothing else.
///
/// Spec: CloudTrail User Guide, cloudtrail-event-reference-record-contents and
/// cloudtrail-event-reference-user-identity.
///
/// # Errors
/// A text that is too long, or is no event of a failed call of the AssumeRole family.
pub fn attempt_of_event(text: &str, accounts: &Export) -> Result<Map<String, Value>, EventError> {
    if text.len() > EVENT_BYTES_MAX {
        return Err(EventError::TooLong { bytes: text.len() });
    }
    let document: Value = serde_json::from_str(text)
        .map_err(|error| EventError::Json { line: error.line(), column: error.column() })?;
    let event = Event { node: single(Node::root(&document))?, accounts };
    event.attempt()
}

/// The event itself. A file of a trail has a list of them.
fn single(root: Node<'_>) -> Result<Node<'_>, EventError> {
    let Some(records) = root.member("Records") else { return Ok(root) };
    let mut all = records.elements().map_err(|_| wrong(&records, "a list of events"))?;
    match (all.pop(), all.is_empty()) {
        (Some(event), true) => Ok(event),
        _ => Err(wrong(&records, "a list of one event: keep the one that is asked about")),
    }
}

fn wrong(node: &Node<'_>, expected: &str) -> EventError {
    EventError::Unexpected { pointer: node.pointer.clone(), expected: expected.to_owned() }
}

/// A member that is a text.
fn text<'a>(node: &Node<'a>, name: &str) -> Option<&'a str> {
    node.member(name).and_then(|member| member.value.as_str())
}

struct Event<'a> {
    node: Node<'a>,
    accounts: &'a Export,
}

impl Event<'_> {
    fn attempt(&self) -> Result<Map<String, Value>, EventError> {
        let operation = self.operation()?;
        let moment = self.required("eventTime")?;
        let time: Timestamp = moment
            .value
            .as_str()
            .and_then(|it| it.parse().ok())
            .ok_or_else(|| wrong(&moment, "a moment such as 2026-01-15T12:00:00Z"))?;
        let code = self.required("errorCode")?;
        let code = code.value.as_str().ok_or_else(|| wrong(&code, "an error code"))?;
        let message = text(&self.node, "errorMessage").unwrap_or_default();
        let mut unknown: Vec<String> = OF_CONNECTION.map(str::to_owned).to_vec();
        let mut attempt = Map::new();
        let mut put = |name: &str, value: Value| attempt.insert(name.to_owned(), value);
        put("operation", json!(operation.action()));
        put("time", json!(time.to_string()));
        put("error", json!({"code": code, "message": message}));
        put("parameters", self.parameters(message, &mut unknown)?);
        put("environment", json!({"stsRegion": text(&self.node, "awsRegion")}));
        if operation == Operation::AssumeRole {
            put("caller", self.caller(message, &mut unknown)?);
        } else {
            put("token", self.token(operation, code, time, &mut unknown));
        }
        put("unknown", json!(unknown));
        Ok(attempt)
    }

    fn required(&self, name: &str) -> Result<Node<'_>, EventError> {
        let expected = || wrong(&self.node, &format!("an event with a member `{name}`"));
        self.node.member(name).ok_or_else(expected)
    }

    fn operation(&self) -> Result<Operation, EventError> {
        let source = self.required("eventSource")?;
        if source.value.as_str() != Some("sts.amazonaws.com") {
            return Err(wrong(&source, "`sts.amazonaws.com`"));
        }
        let name = self.required("eventName")?;
        let named = |operation: &Operation| Some(operation.name()) == name.value.as_str();
        let all = [
            Operation::AssumeRole,
            Operation::AssumeRoleWithWebIdentity,
            Operation::AssumeRoleWithSAML,
        ];
        let found = all.into_iter().find(named);
        found.ok_or_else(|| wrong(&name, "an operation of the AssumeRole family"))
    }

    /// The parameters by their names in the API. Where none are recorded, the message of a
    /// denial has the ARN of the role, and nobody knows the others.
    fn parameters(&self, message: &str, unknown: &mut Vec<String>) -> Result<Value, EventError> {
        let mut parameters = Map::new();
        if let Some(node) = self.node.member("requestParameters") {
            let members = node.object().map_err(|_| wrong(&node, "an object"))?;
            for (name, value) in members {
                if let Some((name, value)) = parameter(name, value) {
                    parameters.insert(name, value);
                }
            }
        } else {
            unknown.extend(OF_PARAMETERS.map(str::to_owned));
            parameters.insert("RoleSessionName".to_owned(), json!("session"));
        }
        if !parameters.contains_key("RoleArn") {
            let told = message.rsplit_once("on resource: ").map(|(_, rest)| rest);
            let arn = told.and_then(|rest| rest.split_whitespace().next());
            if let Some(arn) = arn {
                parameters.insert("RoleArn".to_owned(), json!(arn));
            }
        }
        Ok(Value::Object(parameters))
    }

    /// Who called: by the ARN, by the message, or by the unique id that is all an event of
    /// another account has. Null where nothing says it.
    fn caller(&self, message: &str, unknown: &mut Vec<String>) -> Result<Value, EventError> {
        let identity = self.required("userIdentity")?;
        let service =
            text(&identity, "invokedBy").filter(|_| text(&identity, "type") == Some("AWSService"));
        if let Some(service) = service {
            return Ok(json!({"service": service}));
        }
        let of_message = || {
            let (_, rest) = message.split_once("User: ")?;
            rest.split_whitespace().next().map(str::to_owned)
        };
        let arn = text(&identity, "arn").map(str::to_owned).or_else(of_message);
        let Some(arn) = arn.or_else(|| self.by_id(&identity)) else { return Ok(Value::Null) };
        let attributes = identity.member("sessionContext").and_then(|it| it.member("attributes"));
        let mfa = attributes.as_ref().and_then(|it| text(it, "mfaAuthenticated")) == Some("true");
        let address = text(&self.node, "sourceIPAddress");
        let address = address.filter(|it| it.parse::<std::net::IpAddr>().is_ok());
        if address.is_none() {
            unknown.push("aws:SourceIp".to_owned());
        }
        // Session tags are nowhere recorded but where the session began.
        unknown.push("aws:PrincipalTag/".to_owned());
        let parsed = arn.parse::<Arn>();
        let is = |kind| parsed.as_ref().is_ok_and(|arn| arn.resource_of(kind).is_some());
        let temporary = text(&identity, "accessKeyId").is_some_and(|id| id.starts_with("ASIA"));
        let credential = match () {
            () if parsed.as_ref().is_ok_and(|arn| arn.resource() == "root") => "root",
            () if is("user") && (temporary || mfa) => "session-token",
            () if is("user") => "long-term",
            () => "assumed-role",
        };
        Ok(json!({
            "arn": arn,
            "credential": credential,
            "mfa": mfa && is("user"),
            "sourceIp": address,
            "sourceIdentity": identity.member("sessionContext")
                .and_then(|it| text(&it, "sourceIdentity")),
        }))
    }

    /// Spec: cloudtrail-event-reference-user-identity: callers of another account have
    /// `AWSAccount` as their type, an id, and no ARN.
    fn by_id(&self, identity: &Node<'_>) -> Option<String> {
        let (id, session) = match text(identity, "principalId")?.split_once(':') {
            Some((id, session)) => (id, Some(session)),
            None => (text(identity, "principalId")?, None),
        };
        let arn = self.accounts.arn_of(id)?;
        let Some(session) = session else { return Some(arn.to_owned()) };
        let parsed: Arn = arn.parse().ok()?;
        let name = parsed.resource_of("role")?.rsplit('/').next()?;
        Some(Arn::sts(parsed.account()?, &format!("assumed-role/{name}/{session}")).to_string())
    }

    /// What is recorded of a token that came as far as the policies: it was valid then.
    /// Of one that was refused before nothing is known but why.
    ///
    /// Spec: cloudtrail-event-reference-user-identity, "Values for AWS STS APIs with SAML
    /// and web identity federation": of web identities the id is provider, audience and
    /// subject.
    fn token(
        &self,
        operation: Operation,
        code: &str,
        time: Timestamp,
        unknown: &mut Vec<String>,
    ) -> Value {
        if operation != Operation::AssumeRoleWithWebIdentity || code != "AccessDenied" {
            return Value::Null;
        }
        let Some(identity) = self.node.member("userIdentity") else { return Value::Null };
        let (Some(subject), Some(provider)) =
            (text(&identity, "userName"), text(&identity, "identityProvider"))
        else {
            return Value::Null;
        };
        let host = provider.rsplit_once(":oidc-provider/").map_or(provider, |(_, host)| host);
        let id = text(&identity, "principalId").unwrap_or_default();
        let audience = id
            .strip_prefix(provider)
            .and_then(|rest| rest.strip_prefix(':')?.strip_suffix(subject)?.strip_suffix(':'));
        let Some(audience) = audience else { return Value::Null };
        // Of other claims nothing is known; these two are.
        unknown.push(format!("{host}:"));
        let (begins, seconds) = (time.epoch_seconds(), TOKEN_SECONDS);
        json!({"header": {}, "claims": {
            "iss": format!("https://{host}"),
            "aud": audience,
            "sub": subject,
            "iat": begins,
            "exp": begins.saturating_add(seconds),
        }})
    }
}

/// A parameter as the API names it. Spec: names of members begin with a small letter in
/// events; what is secret is replaced or left out.
fn parameter(name: &str, value: &Value) -> Option<(String, Value)> {
    const KNOWN: [(&str, &str); 13] = [
        ("roleArn", "RoleArn"),
        ("roleSessionName", "RoleSessionName"),
        ("externalId", "ExternalId"),
        ("durationSeconds", "DurationSeconds"),
        ("policy", "Policy"),
        ("policyArns", "PolicyArns"),
        ("tags", "Tags"),
        ("transitiveTagKeys", "TransitiveTagKeys"),
        ("sourceIdentity", "SourceIdentity"),
        ("serialNumber", "SerialNumber"),
        ("tokenCode", "TokenCode"),
        ("principalArn", "PrincipalArn"),
        ("providerId", "ProviderId"),
    ];
    let (_, api) = KNOWN.iter().find(|(event, _)| *event == name)?;
    // These alone have members with names; of the others what is no text is told as it stands.
    let has_members = matches!(*api, "Tags" | "PolicyArns");
    let value = if has_members { members(value) } else { value.clone() };
    Some(((*api).to_owned(), value))
}

/// Members of members, such as the key of a tag, by their names in the API.
fn members(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(members).collect(),
        Value::Object(object) => {
            let of_api = object.iter().map(|(name, value)| {
                let api = match name.as_str() {
                    "key" => "Key",
                    "value" => "Value",
                    // Spec: sts, PolicyDescriptorType: the one member that is not capital.
                    other => other,
                };
                (api.to_owned(), members(value))
            });
            Value::Object(of_api.collect())
        }
        other => other.clone(),
    }
}
