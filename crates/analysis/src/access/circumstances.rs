//! The call of somebody, with what is known of it, what nobody knows, and what is supposed.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stead_policy::{Completion, ContextBuilder, Supposed};
use stead_types::{Arn, Timestamp};

use super::wanted::Wanted;
use super::{Access, Principal};
use crate::attempt::{Attempt, Caller, Environment, Operation, Token};

/// A name for a session of which none is asked.
const SESSION: &str = "session";

/// How long a token is good, in seconds; it begins to be when it is used.
const TOKEN_SECONDS: i64 = 3_600;

/// Keys of the connection and of the request: whoever calls has some value for each.
const OPEN: [&str; 6] = [
    "aws:SourceIp",
    "aws:UserAgent",
    "aws:Referer",
    "aws:RequestedRegion",
    "sts:RoleSessionName",
    "sts:ExternalId",
];

/// Keys that no call of somebody with keys of their own has: services bring them.
const OF_SERVICES: [&str; 6] = [
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
];

/// Keys that only sessions have.
const OF_SESSIONS: [&str; 3] =
    ["aws:TokenIssueTime", "aws:FederatedProvider", "aws:SourceIdentity"];

/// Values that stand for any in keys that are never absent.
const NEVER_ABSENT: [(&str, &str); 3] = [
    ("aws:SourceIp", "192.0.2.1"),
    ("aws:RequestedRegion", "us-east-1"),
    ("sts:RoleSessionName", SESSION),
];

impl Access<'_> {
    /// A call of somebody, of which nothing further is supposed.
    pub(super) fn attempt(&self, who: &Principal, role: &str, audience: &str) -> Attempt {
        let mut parameters = Map::new();
        parameters.insert("RoleArn".to_owned(), json!(role));
        let mut attempt = Attempt {
            operation: Operation::AssumeRole,
            caller: None,
            parameters,
            token: None,
            time: self.now,
            environment: Environment::default(),
            context: BTreeMap::new(),
            error: None,
            unknown: Vec::new(),
        };
        match who {
            Principal::WebIdentity { provider, .. } => {
                attempt.operation = Operation::AssumeRoleWithWebIdentity;
                attempt.token = Some(token(&self.issuer(provider), audience, self.now));
            }
            Principal::Saml { provider } => {
                attempt.operation = Operation::AssumeRoleWithSAML;
                attempt.parameters.insert("PrincipalArn".to_owned(), json!(provider));
                attempt.token =
                    Some(Token { header: Map::new(), claims: Map::new(), signature: None });
                return attempt;
            }
            Principal::Service { name } => {
                attempt.caller = Some(caller(None, Some(name.clone())));
            }
            other => attempt.caller = Some(caller(self.arn_of(other), None)),
        }
        attempt.parameters.insert("RoleSessionName".to_owned(), json!(SESSION));
        attempt
    }

    /// The ARN with which somebody calls.
    fn arn_of(&self, who: &Principal) -> Option<String> {
        let stranger = |account: &str| format!("arn:aws:iam::{account}:user/stranger");
        Some(match who {
            Principal::User { arn } | Principal::Outsider { arn } => arn.clone(),
            Principal::Role { arn, session } => {
                let parsed: Arn = arn.parse().ok()?;
                let name = parsed.resource_of("role")?.rsplit('/').next()?;
                let session = session.as_deref().unwrap_or(SESSION);
                Arn::sts(parsed.account()?, &format!("assumed-role/{name}/{session}")).to_string()
            }
            Principal::RootUser { account } => format!("arn:aws:iam::{account}:root"),
            Principal::Account { account } => stranger(account),
            Principal::Everybody => stranger(&self.nobodys_account()?),
            Principal::WebIdentity { .. } | Principal::Saml { .. } | Principal::Service { .. } => {
                return None;
            }
        })
    }

    /// The number of an account that is not in view.
    fn nobodys_account(&self) -> Option<String> {
        let numbers = (900_000_000_000_u64..).map(|number| number.to_string());
        numbers.take(self.world.accounts().count() + 1).find(|number| {
            number.parse().is_ok_and(|account| self.world.account(account).is_none())
        })
    }

    /// The URL of an OpenID Connect provider, of its ARN or its bare name.
    pub(super) fn issuer(&self, provider: &str) -> String {
        let Ok(arn) = provider.parse::<Arn>() else { return format!("https://{provider}") };
        let account = arn.account().and_then(|account| self.world.account(account));
        let found = account.and_then(|account| account.snapshot.oidc_provider(&arn));
        found.map_or_else(
            || format!("https://{}", arn.resource_of("oidc-provider").unwrap_or_default()),
            |provider| provider.issuer.as_str().to_owned(),
        )
    }

    /// What nobody knows of such a call, and what is known not to be there.
    pub(super) fn open(&self, who: &Principal, wanted: &Wanted) -> ContextBuilder {
        let unknown = |keys: ContextBuilder, names: &[&str]| {
            names.iter().fold(keys, |keys, name| keys.unknown(name))
        };
        let absent = |keys: ContextBuilder, names: &[&str]| {
            names.iter().fold(keys, |keys, name| keys.absent(name))
        };
        let is_open = |key: &&str| !wanted.keys().any(|known| known == *key);
        let own: Vec<&str> = OPEN.into_iter().filter(is_open).collect();
        let keys = unknown(ContextBuilder::new().others_unknown(), &own);
        match who {
            Principal::User { .. } | Principal::RootUser { .. } => {
                absent(absent(keys, &OF_SERVICES), &OF_SESSIONS)
            }
            Principal::Role { .. } => absent(absent(keys, &OF_SERVICES), &["aws:username"]),
            Principal::Outsider { .. } => absent(unknown(keys, &["aws:userid"]), &OF_SERVICES),
            Principal::Account { .. } | Principal::Everybody => {
                let own = ["aws:userid", "aws:username", "aws:PrincipalArn", "aws:PrincipalType"];
                let keys = absent(unknown(keys, &own), &OF_SERVICES);
                let is_anyone = matches!(who, Principal::Everybody);
                if is_anyone { unknown(keys, &["aws:PrincipalAccount"]) } else { keys }
            }
            Principal::WebIdentity { provider, audiences } => {
                let prefix = host(&self.issuer(provider)).to_owned();
                let keys = keys.unknown(&format!("{prefix}:sub"));
                let keys = absent(absent(keys, &OF_SERVICES), &OF_SESSIONS);
                if audiences.is_empty() { keys.unknown(&format!("{prefix}:aud")) } else { keys }
            }
            Principal::Saml { .. } => {
                let keys = unknown(keys, &["saml:iss", "saml:sub", "saml:sub_type", "saml:aud"]);
                absent(absent(keys, &OF_SERVICES), &OF_SESSIONS)
            }
            Principal::Service { .. } => absent(keys, &OF_SESSIONS),
        }
    }

    /// Whether a key that nothing says anything of is known to be absent.
    pub(super) fn is_absent(&self, who: &Principal, key: &str) -> bool {
        let begins = |prefix: &str| {
            key.get(..prefix.len()).is_some_and(|front| front.eq_ignore_ascii_case(prefix))
        };
        let is_general = || begins("aws:") || begins("sts:");
        match who {
            // The tags of a user are known, and claims are those of tokens.
            Principal::User { .. } | Principal::RootUser { .. } => {
                begins("aws:PrincipalTag/") || !is_general()
            }
            Principal::WebIdentity { provider, .. } => {
                let own = format!("{}:", host(&self.issuer(provider)));
                begins("aws:Principal") || begins("aws:username") || !(is_general() || begins(&own))
            }
            Principal::Saml { .. } => {
                begins("aws:Principal")
                    || begins("aws:username")
                    || !(is_general() || begins("saml:"))
            }
            Principal::Service { .. } => begins("aws:Principal") || begins("aws:username"),
            Principal::Role { .. }
            | Principal::Account { .. }
            | Principal::Outsider { .. }
            | Principal::Everybody => false,
        }
    }

    /// The call with these keys, as far as they can be had by the request, the caller or
    /// the token; else they are simply there.
    pub(super) fn supposing(
        &self,
        attempt: &Attempt,
        who: &Principal,
        completion: &Completion,
    ) -> Attempt {
        let mut attempt = attempt.clone();
        for (key, supposed) in &completion.keys {
            let value = value_of(supposed);
            if !self.by_token(&mut attempt, who, key, &value)
                && !by_request(&mut attempt, key, &value)
                && !by_session(&mut attempt, who, key, &value)
            {
                attempt.context.insert(key.clone(), value);
            }
        }
        attempt
    }

    fn by_token(&self, attempt: &mut Attempt, who: &Principal, key: &str, value: &Value) -> bool {
        let claim = match who {
            Principal::WebIdentity { provider, .. } => {
                let issuer = self.issuer(provider);
                let Some((prefix, claim)) = split_claim(key, host(&issuer)) else { return false };
                debug_assert!(!prefix.is_empty());
                claim.to_owned()
            }
            Principal::Saml { .. } if key.starts_with("saml:") => key.to_owned(),
            _ => return false,
        };
        let Some(token) = &mut attempt.token else { return false };
        match value {
            Value::Null => drop(token.claims.remove(&claim)),
            value => drop(token.claims.insert(claim, value.clone())),
        }
        true
    }
}

/// A completion in which nothing is absent that never is.
pub(super) fn possible(completion: Completion) -> Completion {
    let keys = completion.keys.into_iter().map(|(key, supposed)| {
        let found = NEVER_ABSENT.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key));
        match (found, &supposed) {
            (Some((_, value)), Supposed::Absent) => (key, Supposed::Single((*value).to_owned())),
            _ => (key, supposed),
        }
    });
    Completion { keys: keys.collect() }
}

/// A value as JSON; null is none.
pub(super) fn value_of(supposed: &Supposed) -> Value {
    match supposed {
        Supposed::Absent => Value::Null,
        Supposed::Single(value) => json!(value),
        Supposed::Multi(values) => json!(values),
        // Neither an attempt nor an answer can hold one: whoever needs it stays unknown.
        Supposed::Binary(_) => Value::Null,
    }
}

fn by_request(attempt: &mut Attempt, key: &str, value: &Value) -> bool {
    let parameters = &mut attempt.parameters;
    let named = [
        ("sts:ExternalId", "ExternalId"),
        ("sts:RoleSessionName", "RoleSessionName"),
        ("sts:SourceIdentity", "SourceIdentity"),
        ("sts:TransitiveTagKeys", "TransitiveTagKeys"),
    ];
    if let Some((_, name)) = named.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)) {
        if !value.is_null() {
            parameters.insert((*name).to_owned(), value.clone());
        }
        return true;
    }
    let mut add_tag = |tag: &Value, value: &Value| {
        let tags = parameters.entry("Tags").or_insert_with(|| json!([]));
        let Some(tags) = tags.as_array_mut() else { return };
        match tags.iter_mut().find(|known| known.get("Key") == Some(tag)) {
            Some(Value::Object(known)) if value != "" => {
                known.insert("Value".to_owned(), value.clone());
            }
            Some(_) => {}
            None => tags.push(json!({"Key": tag, "Value": value})),
        }
    };
    match (strip(key, "aws:RequestTag/"), value) {
        (Some(tag), Value::String(_)) => {
            add_tag(&json!(tag), value);
            return true;
        }
        (Some(_), Value::Null) => return true,
        _ => {}
    }
    if key.eq_ignore_ascii_case("aws:TagKeys") {
        let keys = value.as_array().into_iter().flatten();
        keys.for_each(|tag| add_tag(tag, &json!("")));
        return true;
    }
    false
}

/// What a session of a role has been given.
fn by_session(attempt: &mut Attempt, who: &Principal, key: &str, value: &Value) -> bool {
    let (Principal::Role { .. }, Some(caller)) = (who, &mut attempt.caller) else { return false };
    let Value::String(text) = value else { return false };
    if key.eq_ignore_ascii_case("aws:SourceIdentity") {
        caller.source_identity = Some(text.clone());
        return true;
    }
    let Some(tag) = strip(key, "aws:PrincipalTag/") else { return false };
    caller.session_tags.get_or_insert_default().insert(tag.to_owned(), text.clone());
    true
}

fn strip<'k>(key: &'k str, prefix: &str) -> Option<&'k str> {
    let front = key.get(..prefix.len())?;
    front.eq_ignore_ascii_case(prefix).then(|| key.get(prefix.len()..))?
}

fn split_claim<'k>(key: &'k str, issuer: &str) -> Option<(&'k str, &'k str)> {
    let claim = strip(key, &format!("{issuer}:"))?;
    Some((key.get(..issuer.len())?, claim))
}

/// A URL without its scheme, with which the keys of its tokens begin.
fn host(issuer: &str) -> &str {
    issuer.split_once("://").map_or(issuer, |(_, rest)| rest)
}

fn caller(arn: Option<String>, service: Option<String>) -> Caller {
    Caller {
        arn,
        credential: None,
        service,
        mfa: false,
        source_ip: None,
        session_tags: None,
        transitive_tag_keys: Vec::new(),
        source_identity: None,
        session_policies: Vec::new(),
    }
}

fn token(issuer: &str, audience: &str, now: Timestamp) -> Token {
    let begins = now.epoch_seconds();
    let claims = json!({
        "iss": issuer, "sub": "supposed", "aud": audience,
        "iat": begins, "exp": begins.saturating_add(TOKEN_SECONDS),
    });
    let claims = claims.as_object().cloned().unwrap_or_default();
    Token { header: Map::new(), claims, signature: None }
}
