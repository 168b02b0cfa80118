//! An attempt that is told in a few words: who, which role, with what.

use std::net::IpAddr;

use serde_json::{Map, Value, json};
use stead_federation::oidc::DecodedToken;
use stead_types::{Arn, Timestamp};
use thiserror::Error;

use crate::limits::TOKEN_BYTES_MAX;

/// What is told of an attempt. What an event says goes under what is told besides.
#[derive(Clone, Debug, Default)]
pub struct Details {
    /// The ARN of the caller, or the name of a service such as `ec2.amazonaws.com`.
    pub caller: Option<String>,
    /// The ARN of the role.
    pub role: Option<String>,
    /// The external id that is sent.
    pub external_id: Option<String>,
    /// The name of the session.
    pub session_name: Option<String>,
    /// How long the session is to last, in seconds.
    pub duration_seconds: Option<u32>,
    /// Whether the caller has shown a second factor.
    pub mfa: bool,
    /// From where the call comes.
    pub source_ip: Option<IpAddr>,
    /// Tags of the session, in the order in which they are sent.
    pub tags: Vec<(String, String)>,
    /// Condition keys that are there, with their values; one that is told twice has two.
    pub context: Vec<(String, String)>,
    /// When the call was made.
    pub at: Option<Timestamp>,
    /// A token of an OpenID Connect provider: three parts with dots between them.
    pub token: Option<String>,
}

/// Why details make no attempt.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DetailsError {
    /// No role is told.
    #[error("nothing says which role is asked for")]
    NoRole,
    /// No caller is told, and no token speaks for itself.
    #[error("nothing says who called")]
    NoCaller,
    /// No moment is told.
    #[error("nothing says when the call was made")]
    NoMoment,
    /// The caller is neither a principal nor a service.
    #[error("`{caller}` is no ARN of a user, a role or a session, and no service")]
    Caller {
        /// What was told.
        caller: String,
    },
    /// Sessions of roles have no second factor.
    #[error("`{caller}` is no user, and only the credentials of users carry a second factor")]
    Mfa {
        /// Who was told to have one.
        caller: String,
    },
    /// The token is longer than what is read.
    #[error("the token has {bytes} bytes, at most {TOKEN_BYTES_MAX} are read")]
    TokenTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The token is none.
    #[error("the token {reason}")]
    Token {
        /// What is wrong with it.
        reason: String,
    },
}

/// Condition keys of the connection, which nobody knows who has not seen the call.
const OF_CONNECTION: [&str; 4] =
    ["aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"];

/// The attempt that is told, as it stands in a case; laid over what an event says.
///
/// What is not told is not there: only where the call came from is left open.
///
/// # Errors
/// An attempt without a role, a caller or a moment, or a token that is none.
pub fn attempt_of(
    details: &Details,
    event: Option<Map<String, Value>>,
) -> Result<Map<String, Value>, DetailsError> {
    let is_new = event.is_none();
    let mut attempt = event.unwrap_or_default();
    if let Some(token) = &details.token {
        attempt.insert("token".to_owned(), token_of(token.trim())?);
        attempt.insert("operation".to_owned(), json!("sts:AssumeRoleWithWebIdentity"));
    } else if is_new {
        attempt.insert("operation".to_owned(), json!("sts:AssumeRole"));
    }
    if let Some(at) = details.at {
        attempt.insert("time".to_owned(), json!(at.to_string()));
    }
    parameters(details, &mut attempt);
    caller(details, &mut attempt)?;
    context(details, &mut attempt);
    unknown(details, is_new, &mut attempt);
    let has_role = attempt.get("parameters").is_some_and(|it| it.get("RoleArn").is_some());
    let has_caller = attempt.get("caller").is_some_and(|caller| !caller.is_null());
    let is_signed = attempt.get("operation") == Some(&json!("sts:AssumeRole"));
    if !has_role {
        return Err(DetailsError::NoRole);
    }
    if is_signed && !has_caller {
        return Err(DetailsError::NoCaller);
    }
    if !attempt.contains_key("time") {
        return Err(DetailsError::NoMoment);
    }
    Ok(attempt)
}

/// Who calls, when, and with which condition keys: what a question has that is about no
/// role.
///
/// # Errors
/// No caller or no moment, or a caller that is none.
pub(crate) fn question_of(details: &Details) -> Result<Map<String, Value>, DetailsError> {
    let at = details.at.ok_or(DetailsError::NoMoment)?;
    let mut attempt = Map::new();
    attempt.insert("operation".to_owned(), json!("sts:AssumeRole"));
    attempt.insert("parameters".to_owned(), json!({}));
    attempt.insert("time".to_owned(), json!(at.to_string()));
    caller(details, &mut attempt)?;
    context(details, &mut attempt);
    if attempt.contains_key("caller") { Ok(attempt) } else { Err(DetailsError::NoCaller) }
}

/// The members of what may not be there yet.
fn members<'a>(
    attempt: &'a mut Map<String, Value>,
    name: &str,
) -> Option<&'a mut Map<String, Value>> {
    let member = attempt.entry(name).or_insert_with(|| json!({}));
    if !member.is_object() {
        *member = json!({});
    }
    member.as_object_mut()
}

fn parameters(details: &Details, attempt: &mut Map<String, Value>) {
    let Some(parameters) = members(attempt, "parameters") else { return };
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            parameters.insert(name.to_owned(), value);
        }
    };
    set("RoleArn", details.role.as_ref().map(|role| json!(role)));
    set("ExternalId", details.external_id.as_ref().map(|id| json!(id)));
    set("DurationSeconds", details.duration_seconds.map(|seconds| json!(seconds)));
    set("RoleSessionName", details.session_name.as_ref().map(|name| json!(name)));
    let tag = |(key, value): &(String, String)| json!({"Key": key, "Value": value});
    if !details.tags.is_empty() {
        set("Tags", Some(details.tags.iter().map(tag).collect()));
    }
    parameters.entry("RoleSessionName").or_insert_with(|| json!("session"));
}

fn caller(details: &Details, attempt: &mut Map<String, Value>) -> Result<(), DetailsError> {
    if let Some(told) = &details.caller {
        let caller = caller_of(told)?;
        attempt.insert("caller".to_owned(), caller);
    }
    let Some(caller) = attempt.get_mut("caller").and_then(Value::as_object_mut) else {
        return Ok(());
    };
    if details.mfa {
        let arn = caller.get("arn").and_then(Value::as_str).unwrap_or_default();
        let is_user = arn.parse::<Arn>().is_ok_and(|arn| arn.resource_of("user").is_some());
        if !is_user {
            return Err(DetailsError::Mfa { caller: arn.to_owned() });
        }
        // Spec: UG:id_credentials_mfa_configure-api-require: a long-term key carries no
        // second factor, what GetSessionToken gives for it does.
        caller.insert("credential".to_owned(), json!("session-token"));
        caller.insert("mfa".to_owned(), json!(true));
    }
    if let Some(address) = details.source_ip {
        caller.insert("sourceIp".to_owned(), json!(address.to_string()));
    }
    Ok(())
}

/// A caller as a case has it.
pub(crate) fn caller_of(told: &str) -> Result<Value, DetailsError> {
    if told.ends_with(".amazonaws.com") && !told.starts_with("arn:") {
        return Ok(json!({"service": told}));
    }
    let wrong = || DetailsError::Caller { caller: told.to_owned() };
    let arn: Arn = told.parse().map_err(|_| wrong())?;
    let is = |kind: &str| arn.resource_of(kind).is_some();
    let credential = match () {
        () if arn.account().is_none() => return Err(wrong()),
        () if arn.resource() == "root" => "root",
        () if is("user") => "long-term",
        () if is("role") || is("assumed-role") => "assumed-role",
        () => return Err(wrong()),
    };
    Ok(json!({"arn": told, "credential": credential}))
}

fn context(details: &Details, attempt: &mut Map<String, Value>) {
    if details.context.is_empty() {
        return;
    }
    let Some(context) = members(attempt, "context") else { return };
    for (key, _) in &details.context {
        let values = details.context.iter().filter(|(other, _)| other.eq_ignore_ascii_case(key));
        let values: Vec<&String> = values.map(|(_, value)| value).collect();
        let value = match values.as_slice() {
            [one] => json!(one),
            many => json!(many),
        };
        context.insert(key.clone(), value);
    }
}

/// What nobody has told stays unknown, so that nothing is blamed on it.
fn unknown(details: &Details, is_new: bool, attempt: &mut Map<String, Value>) {
    let unknown = attempt.entry("unknown").or_insert_with(|| json!([]));
    let Some(unknown) = unknown.as_array_mut() else { return };
    if is_new {
        unknown.extend(OF_CONNECTION.iter().map(|key| json!(key)));
    }
    let told = |key: &str| {
        let in_context = details.context.iter().any(|(name, _)| name.eq_ignore_ascii_case(key));
        in_context
            || match key {
                "aws:SourceIp" => details.source_ip.is_some(),
                "aws:MultiFactorAuthPresent" | "aws:MultiFactorAuthAge" => details.mfa,
                "sts:ExternalId" => details.external_id.is_some(),
                "sts:RoleSessionName" => details.session_name.is_some(),
                "aws:RequestTag/" | "aws:TagKeys" => !details.tags.is_empty(),
                key => key.contains(':') && key.ends_with(':') && details.token.is_some(),
            }
    };
    unknown.retain(|key| !key.as_str().is_some_and(told));
}

/// Header and claims of a token. That its issuer has signed it is supposed.
fn token_of(text: &str) -> Result<Value, DetailsError> {
    if text.len() > TOKEN_BYTES_MAX {
        return Err(DetailsError::TokenTooLong { bytes: text.len() });
    }
    let token = DecodedToken::parse(text)
        .map_err(|fault| DetailsError::Token { reason: fault.to_string() })?;
    Ok(json!({"header": token.header(), "claims": token.claims()}))
}
