//! A denial as DecodeAuthorizationMessage tells it, made an attempt.
//!
//! Spec: API_DecodeAuthorizationMessage: principal, action, resource and the condition
//! keys of the request. Stead's documents have the trace beside it, and with it the
//! policies of the caller's session, which no export holds.

mod message;
mod session;

use std::net::IpAddr;

use serde_json::{Map, Value, json};
use stead_types::{Arn, Thumbprint, Timestamp};
use thiserror::Error;

use crate::attempt::Operation;
pub use message::{DenialReference, read_message, read_told};

/// What is decoded of a denial: one document, or two of the same where both accounts that
/// are concerned were asked.
#[derive(Clone, Debug, Default)]
pub struct DecodedDenial {
    documents: Vec<Value>,
}

/// Why a text is no denial that can be explained.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DenialError {
    /// It is longer than what is read.
    #[error("the decoded message has {bytes} bytes, at most {DECODED_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It is no document of DecodeAuthorizationMessage.
    #[error("the decoded message has no {0}")]
    Lacks(&'static str),
    /// It is about something else than the assuming of a role.
    #[error("it is about {action} on {resource}, and not about the assuming of a role")]
    OtherAction {
        /// What was asked for.
        action: String,
        /// Of what.
        resource: String,
        /// By whom.
        caller: String,
    },
}

/// Bytes of a decoded message. Choice: STS answers far less.
pub const DECODED_BYTES_MAX: usize = 1024 * 1024;

/// Condition keys that the attempt has by other names, or that accounts and caller tell.
const TOLD_OTHERWISE: [&str; 8] = [
    "aws:sourceip",
    "aws:requestedregion",
    "aws:currenttime",
    "aws:epochtime",
    "aws:resourceaccount",
    "aws:tagkeys",
    "aws:sourceidentity",
    "aws:viaawsservice",
];

impl DecodedDenial {
    /// Reads a document.
    ///
    /// # Errors
    /// A text that is too long or is no such document.
    pub fn read(text: &str) -> Result<Self, DenialError> {
        let mut denial = Self::default();
        denial.add(text)?;
        Ok(denial)
    }

    /// Adds what the other account is told of the same denial.
    ///
    /// # Errors
    /// As [`DecodedDenial::read`].
    pub fn add(&mut self, text: &str) -> Result<(), DenialError> {
        if text.len() > DECODED_BYTES_MAX {
            return Err(DenialError::TooLong { bytes: text.len() });
        }
        let lacks = |_| DenialError::Lacks("JSON in it");
        let document: Value = serde_json::from_str(text).map_err(lacks)?;
        if document.pointer("/context/action").is_none_or(|action| !action.is_string()) {
            return Err(DenialError::Lacks("action"));
        }
        self.documents.push(document);
        Ok(())
    }

    /// The account of the caller, which is told of the caller's own policies.
    #[must_use]
    pub fn caller_account(&self) -> Option<String> {
        let arn: Arn = self.text("/context/principal/arn")?.parse().ok()?;
        Some(arn.account()?.to_string())
    }

    /// The attempt that was denied, as it stands in a case.
    ///
    /// # Errors
    /// A denial of something else, or without a moment.
    pub fn attempt(&self) -> Result<Map<String, Value>, DenialError> {
        let operation = self.operation()?;
        let time = self.text("/stead/time").and_then(|text| text.parse::<Timestamp>().ok());
        let time = time.ok_or(DenialError::Lacks("moment"))?;
        let mut attempt = Map::new();
        let mut put = |name: &str, value: Value| attempt.insert(name.to_owned(), value);
        put("operation", json!(operation.action()));
        put("time", json!(time.to_string()));
        put("parameters", self.parameters(operation));
        put("environment", self.environment());
        put("context", self.context());
        if let Some(error) = self.refused_proof().or_else(|| self.refused("refusedCall")) {
            put("error", error);
        }
        if let Some(unknown) = self.unknown() {
            put("unknown", unknown);
        }
        if let Some(controls) = self.controls() {
            put("controls", controls);
        }
        if operation == Operation::AssumeRole {
            put("caller", self.caller()?);
        } else {
            put("token", self.token(operation, time));
        }
        Ok(attempt)
    }

    fn operation(&self) -> Result<Operation, DenialError> {
        let action = self.text("/context/action").unwrap_or_default();
        let arn = self.text("/context/principal/arn").unwrap_or_default();
        match action {
            "sts:AssumeRole" => Ok(Operation::AssumeRole),
            "sts:AssumeRoleWithWebIdentity" => Ok(Operation::AssumeRoleWithWebIdentity),
            "sts:AssumeRoleWithSAML" => Ok(Operation::AssumeRoleWithSAML),
            // Asked for beside the assuming itself; who brings a proof is its provider.
            "sts:TagSession" | "sts:SetSourceIdentity" if self.is_about_a_role() => Ok(match () {
                () if arn.contains(":oidc-provider/") => Operation::AssumeRoleWithWebIdentity,
                () if arn.contains(":saml-provider/") => Operation::AssumeRoleWithSAML,
                () => Operation::AssumeRole,
            }),
            _ => Err(DenialError::OtherAction {
                action: action.to_owned(),
                resource: self.resource().to_owned(),
                caller: arn.to_owned(),
            }),
        }
    }

    fn resource(&self) -> &str {
        self.text("/context/resource").unwrap_or_default()
    }

    fn is_about_a_role(&self) -> bool {
        let arn = self.resource().parse::<Arn>();
        arn.is_ok_and(|arn| arn.resource_of("role").is_some())
    }

    /// The parameters that condition keys tell. Which keys a tag is told apart by stands in
    /// `aws:TagKeys` as it was written.
    fn parameters(&self, operation: Operation) -> Value {
        let mut parameters = Map::new();
        parameters.insert("RoleArn".to_owned(), json!(self.resource()));
        let session = self.condition("sts:RoleSessionName");
        parameters
            .insert("RoleSessionName".to_owned(), session.unwrap_or_else(|| json!("session")));
        for (name, key) in
            [("ExternalId", "sts:ExternalId"), ("SourceIdentity", "sts:SourceIdentity")]
        {
            if let Some(value) = self.condition(key).filter(|_| operation == Operation::AssumeRole)
            {
                parameters.insert(name.to_owned(), value);
            }
        }
        let tags: Vec<Value> = self.tags("aws:requesttag/");
        if operation == Operation::AssumeRole && !tags.is_empty() {
            parameters.insert("Tags".to_owned(), Value::Array(tags));
            let transitive = self.values("sts:TransitiveTagKeys");
            if !transitive.is_empty() {
                parameters.insert("TransitiveTagKeys".to_owned(), json!(transitive));
            }
        }
        let provider = self.text("/context/principal/arn").unwrap_or_default();
        if operation == Operation::AssumeRoleWithSAML {
            parameters.insert("PrincipalArn".to_owned(), json!(provider));
        }
        Value::Object(parameters)
    }

    /// The tags whose keys begin so, as a request has them.
    fn tags(&self, prefix: &str) -> Vec<Value> {
        let spelled = self.values("aws:TagKeys");
        let tags = self.conditions().into_iter().filter_map(|(key, values)| {
            let folded = key.get(prefix.len()..)?;
            let is_tag = key.get(..prefix.len())?.eq_ignore_ascii_case(prefix);
            let written = spelled.iter().find(|it| it.eq_ignore_ascii_case(folded));
            let key = written.map_or(folded, String::as_str);
            is_tag.then(|| json!({"Key": key, "Value": values.first()}))
        });
        tags.collect()
    }

    /// What no account tells, by the keys as they were.
    fn context(&self) -> Value {
        let is_told = |key: &str| {
            TOLD_OTHERWISE.contains(&key)
                || key.starts_with("sts:")
                || key.starts_with("aws:requesttag/")
                || key.starts_with("aws:resourcetag/")
                || key.starts_with("iam:resourcetag/")
                || key.starts_with("aws:principal")
                || key == "aws:userid"
                || key == "aws:username"
        };
        let kept = self.conditions().into_iter().filter(|(key, _)| {
            let key = key.to_ascii_lowercase();
            (key.starts_with("aws:") || key.starts_with("iam:")) && !is_told(&key)
        });
        kept.map(|(key, values)| (key, one_or_many(&values))).collect()
    }

    fn environment(&self) -> Value {
        let mut environment = Map::new();
        if let Some(region) = self.one("aws:RequestedRegion") {
            environment.insert("stsRegion".to_owned(), json!(region));
        }
        let code = |record: &str| self.text(&format!("/stead/{record}/code"));
        if [code("refusedCall"), code("refusedProof")].contains(&Some("RegionDisabledException")) {
            environment.insert("stsRegionActive".to_owned(), json!(false));
        }
        if let Some(signed_at) = self.text("/stead/refusedCall/signedAt") {
            environment.insert("requestSignedAt".to_owned(), json!(signed_at));
        }
        let refused = self.text("/stead/refusedProof/message").unwrap_or_default();
        if refused.contains("retrieve verification key") || refused.contains("communicat") {
            environment.insert("jwksReachable".to_owned(), json!(false));
        }
        if let Some(found) = self.shown_thumbprint() {
            environment.insert("providerTlsThumbprint".to_owned(), json!(found));
            environment.insert("thumbprintEnforced".to_owned(), json!(true));
        }
        Value::Object(environment)
    }

    /// The thumbprint of the certificate that the issuer has shown, where the token was
    /// refused for it. It stands behind whatever else the reason repeats.
    fn shown_thumbprint(&self) -> Option<&str> {
        let refused = self.text("/stead/refusedProof/message")?;
        let reason = self.text("/stead/refusedProof/reason")?;
        let (_, found) = reason.rsplit_once("the thumbprint `")?;
        let (found, _) = found.split_once('`')?;
        let is_one = refused.contains("thumbprint") && found.parse::<Thumbprint>().is_ok();
        is_one.then_some(found)
    }

    /// What organizations have to do with it, by account: their ids, and the policies that
    /// apply, as an export of the account has them.
    fn controls(&self) -> Option<Value> {
        let (service, resource) = session::controls(&self.documents);
        let mut accounts = Map::new();
        let caller = self.caller_account();
        let owner = self.resource().parse::<Arn>().ok().and_then(|arn| arn.account());
        for (account, list, policies, key) in [
            (caller, "ServiceControlPolicies", service, "aws:PrincipalOrgID"),
            (
                owner.map(|account| account.to_string()),
                "ResourceControlPolicies",
                resource,
                "aws:ResourceOrgID",
            ),
        ] {
            let Some(account) = account else { continue };
            let entry = accounts.entry(account).or_insert_with(|| json!({}));
            let Some(entry) = entry.as_object_mut() else { continue };
            if !policies.is_empty() {
                entry.insert(list.to_owned(), Value::Array(policies));
            }
            if let Some(id) = self.one(key) {
                entry.insert("Organization".to_owned(), json!({ "Id": id }));
            }
        }
        accounts.retain(|_, told| told.as_object().is_some_and(|told| !told.is_empty()));
        (!accounts.is_empty()).then_some(Value::Object(accounts))
    }

    fn caller(&self) -> Result<Value, DenialError> {
        let arn = self.text("/context/principal/arn").ok_or(DenialError::Lacks("caller"))?;
        if let Some(service) = self.one("aws:PrincipalServiceName") {
            return Ok(json!({ "service": service }));
        }
        let is_user = arn.parse::<Arn>().is_ok_and(|arn| arn.resource_of("user").is_some());
        let credential = match () {
            () if arn.ends_with(":root") => "root",
            () if is_user && self.is_by_session() => "session-token",
            () if is_user => "long-term",
            () => "assumed-role",
        };
        let tags = self.conditions().into_iter().filter_map(|(key, values)| {
            const PREFIX: &str = "aws:principaltag/";
            let is_tag = key.get(..PREFIX.len())?.eq_ignore_ascii_case(PREFIX);
            let tag = key.get(PREFIX.len()..)?.to_owned();
            is_tag.then(|| Some((tag, json!(values.first()?))))?
        });
        let tags: Map<String, Value> = tags.collect();
        let mfa = self.condition("aws:MultiFactorAuthPresent") == Some(json!("true"));
        Ok(json!({
            "arn": arn,
            "credential": credential,
            "mfa": mfa && is_user,
            "sourceIp": self.one("aws:SourceIp").filter(|it| it.parse::<IpAddr>().is_ok()),
            // Those of users are theirs, and are exported.
            "sessionTags": if is_user { Map::new() } else { tags },
            "sourceIdentity": self.one("aws:SourceIdentity"),
            "sessionPolicies": session::policies(&self.documents),
        }))
    }

    /// The token that was sent: as the record of a refused one has it, or by the condition
    /// keys that its claims made. It was valid then, or no policy would have been asked.
    fn token(&self, operation: Operation, time: Timestamp) -> Value {
        let is_token = |it: &&Value| {
            ["header", "claims"].iter().all(|part| it.get(part).is_some_and(Value::is_object))
        };
        if let Some(token) = self.pointer("/stead/refusedProof/token").filter(is_token) {
            let mut token = token.clone();
            let says = |member: &str| {
                let text = self.text(&format!("/stead/refusedProof/{member}"));
                text.is_some_and(|text| text.contains("signature"))
            };
            if let (true, Some(members)) =
                (says("message") || says("reason"), token.as_object_mut())
            {
                members.insert("signature".to_owned(), json!("invalid"));
            }
            return token;
        }
        if self.refused_proof().is_some() {
            return Value::Null;
        }
        let arn = self.text("/context/principal/arn").unwrap_or_default();
        let host = arn.split_once(":oidc-provider/").map(|(_, host)| host);
        let prefix = match (operation, host) {
            (Operation::AssumeRoleWithSAML, _) => "saml:".to_owned(),
            (_, host) => format!("{}:", host.unwrap_or_default()),
        };
        let mut claims = Map::new();
        for (key, values) in self.conditions() {
            let begins = key.get(..prefix.len()).is_some_and(|it| it.eq_ignore_ascii_case(&prefix));
            let Some(claim) = key.get(prefix.len()..).filter(|_| begins) else { continue };
            // Keys of assertions are told by their names as keys.
            let name = if host.is_some() { claim.to_owned() } else { key.clone() };
            claims.insert(name, one_or_many(&values));
        }
        let now = time.epoch_seconds();
        if let Some(host) = host {
            claims.insert("iss".to_owned(), json!(format!("https://{host}")));
        }
        claims.extend(self.session_claims(operation));
        claims.insert("iat".to_owned(), json!(now));
        claims.insert("exp".to_owned(), json!(now.saturating_add(300)));
        json!({"header": {}, "claims": claims})
    }

    /// The claims by which a token tags its session, as its condition keys tell them.
    ///
    /// Spec: UG:id_session-tags, "Passing session tags using AssumeRoleWithWebIdentity" and
    /// "using AssumeRoleWithSAML".
    fn session_claims(&self, operation: Operation) -> Map<String, Value> {
        let tags = self.tags("aws:requesttag/");
        let text = |tag: &Value, name: &str| tag.get(name)?.as_str().map(str::to_owned);
        let tags = tags.iter().filter_map(|tag| Some((text(tag, "Key")?, text(tag, "Value")?)));
        let transitive = self.values("sts:TransitiveTagKeys");
        if operation == Operation::AssumeRoleWithSAML {
            const ATTRIBUTES: &str = "https://aws.amazon.com/SAML/Attributes";
            let named = |(key, value)| (format!("{ATTRIBUTES}/PrincipalTag:{key}"), json!(value));
            let mut claims: Map<String, Value> = tags.map(named).collect();
            if !transitive.is_empty() {
                claims.insert(format!("{ATTRIBUTES}/TransitiveTagKeys"), json!(transitive));
            }
            return claims;
        }
        let tags: Map<String, Value> = tags.map(|(key, value)| (key, json!([value]))).collect();
        if tags.is_empty() {
            return Map::new();
        }
        let claim = json!({"principal_tags": tags, "transitive_tag_keys": transitive});
        [("https://aws.amazon.com/tags".to_owned(), claim)].into_iter().collect()
    }

    /// What a refused proof was answered.
    fn refused_proof(&self) -> Option<Value> {
        self.refused("refusedProof")
    }

    /// What was answered where this record is there.
    fn refused(&self, record: &str) -> Option<Value> {
        let code = self.text(&format!("/stead/{record}/code"))?;
        let message = self.text(&format!("/stead/{record}/message")).unwrap_or_default();
        Some(json!({"code": code, "message": message}))
    }

    /// Whether the credentials were those of a session.
    fn is_by_session(&self) -> bool {
        let temporary = self.pointer("/stead/refusedCall/temporaryCredentials");
        temporary == Some(&Value::Bool(true)) || self.condition("aws:TokenIssueTime").is_some()
    }

    /// What a session brings, where no policy was asked and nobody has gathered it.
    fn unknown(&self) -> Option<Value> {
        self.refused("refusedCall").filter(|_| self.is_by_session())?;
        Some(json!([
            "aws:PrincipalTag/",
            "aws:MultiFactorAuthPresent",
            "aws:MultiFactorAuthAge",
            "aws:SourceIdentity",
            "aws:TokenIssueTime",
        ]))
    }

    /// The only value, or all.
    fn condition(&self, key: &str) -> Option<Value> {
        let values = self.values(key);
        (!values.is_empty()).then(|| one_or_many(&values))
    }

    /// The value of a key that has one.
    fn one(&self, key: &str) -> Option<String> {
        self.values(key).into_iter().next()
    }

    fn values(&self, key: &str) -> Vec<String> {
        let mut all = self.conditions().into_iter();
        let found = all.find(|(name, _)| name.eq_ignore_ascii_case(key));
        found.map(|(_, values)| values).unwrap_or_default()
    }

    /// The condition keys of the request, of all documents together.
    fn conditions(&self) -> Vec<(String, Vec<String>)> {
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        let items = self.documents.iter().filter_map(|document| {
            document.pointer("/context/conditions/items").and_then(Value::as_array)
        });
        for item in items.flatten() {
            let key = item.get("key").and_then(Value::as_str);
            let values = item.pointer("/values/items").and_then(Value::as_array);
            let texts = values.into_iter().flatten().filter_map(|it| it.get("value")?.as_str());
            if let Some(key) = key.filter(|key| !all.iter().any(|(name, _)| name == key)) {
                all.push((key.to_owned(), texts.map(str::to_owned).collect()));
            }
        }
        all
    }

    fn text(&self, pointer: &str) -> Option<&str> {
        self.pointer(pointer).and_then(Value::as_str)
    }

    fn pointer(&self, pointer: &str) -> Option<&Value> {
        self.documents.iter().find_map(|document| document.pointer(pointer))
    }
}

fn one_or_many(values: &[String]) -> Value {
    match values {
        [one] => json!(one),
        many => json!(many),
    }
}
