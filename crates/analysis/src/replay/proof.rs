//! Who comes with a token or an assertion.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use stead_api::ApiError;
use stead_authorizer::{SupposedCaller, WebIdentityRefused, registered_provider};
use stead_directory::Snapshot;
use stead_federation::oidc::{ConditionKey, KeyValues, Refusal as TokenRefusal, SessionTags};
use stead_federation::saml::{RoleAndProvider, SupposedAssertion};
use stead_types::{Arn, Tag, TagSet, Timestamp};

use super::{Attempted, Refusal};
use crate::attempt::{Operation, Token};

impl Attempted<'_> {
    /// The bearer of a foreign proof, for a role of this account.
    pub(super) fn bearer(&self, account: &Snapshot) -> Result<SupposedCaller, Refusal> {
        let none = Token { header: Map::new(), claims: Map::new(), signature: None };
        let token = self.attempt.token.as_ref().unwrap_or(&none);
        match self.attempt.operation {
            Operation::AssumeRoleWithSAML => self.saml(token, account),
            Operation::AssumeRoleWithWebIdentity | Operation::AssumeRole => {
                self.web_identity(token, account)
            }
        }
    }

    /// In the order of the server: the provider, its keys, the signature, the claims.
    fn web_identity(&self, token: &Token, account: &Snapshot) -> Result<SupposedCaller, Refusal> {
        let issuer = token.claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        let supposed = SupposedCaller::of_web_identity(&token.claims, account, self.attempt.time);
        if matches!(supposed, Err(WebIdentityRefused::NoProvider)) {
            return Err(Refusal::NoProvider { issuer: issuer.to_owned() });
        }
        let registered = registered_provider(account, issuer);
        let thumbprints = registered.iter().flat_map(|provider| &provider.thumbprints);
        let thumbprints: Vec<_> =
            thumbprints.map(|one| one.as_str().to_ascii_lowercase()).collect();
        self.keys(token, &thumbprints)?;
        supposed.map_err(|refused| match refused {
            WebIdentityRefused::NoProvider => Refusal::NoProvider { issuer: issuer.to_owned() },
            WebIdentityRefused::Token(refusal) => Refusal::Token(refusal),
        })
    }

    /// What only the case can know: how the issuer answers, and who has signed.
    fn keys(&self, token: &Token, thumbprints: &[String]) -> Result<(), Refusal> {
        let environment = &self.attempt.environment;
        let key_id = token.header.get("kid").and_then(Value::as_str).map(str::to_owned);
        if environment.jwks_reachable == Some(false) {
            return Err(Refusal::Keys { key_id: None });
        }
        if let Some(found) = &environment.provider_tls_thumbprint
            && environment.thumbprint_enforced
            && !thumbprints.contains(&found.to_ascii_lowercase())
        {
            return Err(Refusal::Thumbprint { found: found.clone() });
        }
        if let (Some(published), Some(key_id)) = (&environment.jwks_kids, &key_id)
            && !published.contains(key_id)
        {
            return Err(Refusal::Keys { key_id: Some(key_id.clone()) });
        }
        match token.signature.as_deref() {
            None | Some("valid") => Ok(()),
            Some(_) => Err(Refusal::Token(TokenRefusal::Signature { key_id })),
        }
    }

    /// Of a provider that is exported nothing is known but its name, so that an assertion
    /// is believed whatever it says, and only its times and its signature are looked at.
    fn saml(&self, token: &Token, account: &Snapshot) -> Result<SupposedCaller, Refusal> {
        let named = self.attempt.parameter("PrincipalArn").unwrap_or_default();
        let missing = || Refusal::NoProvider { issuer: named.to_owned() };
        let provider: Arn = named.parse().map_err(|_| missing())?;
        let found = self.world.account(account.account());
        if !found.is_some_and(|account| account.saml_providers.contains(&provider)) {
            return Err(missing());
        }
        if !matches!(token.signature.as_deref(), None | Some("valid")) {
            return Err(Refusal::Token(TokenRefusal::Signature { key_id: None }));
        }
        self.times(&token.claims)?;
        let unreadable = || Refusal::Request(ApiError::validation("no name for the session"));
        let assertion = self.assertion(&token.claims, &provider).ok_or_else(unreadable)?;
        SupposedCaller::of_saml(assertion, &provider, account).map_err(Refusal::Assertion)
    }

    /// The times of an assertion, as those of a token: five minutes are granted.
    fn times(&self, claims: &Map<String, Value>) -> Result<(), Refusal> {
        let moment = |name| claims.get(name)?.as_i64().map(Timestamp::from_epoch_seconds);
        let (now, skew) = (self.attempt.time, stead_federation::oidc::limits::SKEW_MAX);
        if let Some(expires_at) = moment("exp").filter(|end| now >= end.plus(skew)) {
            return Err(Refusal::Token(TokenRefusal::Expired { now, expires_at }));
        }
        match moment("iat").filter(|begin| *begin > now.plus(skew)) {
            Some(issued_at) => Err(Refusal::Token(TokenRefusal::IssuedInFuture { now, issued_at })),
            None => Ok(()),
        }
    }

    fn assertion(&self, claims: &Map<String, Value>, provider: &Arn) -> Option<SupposedAssertion> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
        let session = self.attempt.parameter("RoleSessionName").map(str::to_owned);
        let session = session.or_else(|| text("RoleSessionName")).unwrap_or_default();
        let name = session.parse().or_else(|_| "supposed".parse()).ok()?;
        Some(SupposedAssertion {
            issuer: text("saml:iss").unwrap_or_default(),
            subject: text("saml:sub").unwrap_or_default(),
            subject_format: text("saml:sub_type").unwrap_or_else(|| "persistent".to_owned()),
            recipient: text("saml:aud").unwrap_or_default(),
            roles: self.offered(claims, provider),
            role_session_name: name,
            session_tags: principal_tags(claims),
            source_identity: text("SourceIdentity").and_then(|text| text.parse().ok()),
            attribute_keys: attribute_keys(claims),
            usable_until: self.attempt.time,
        })
    }

    /// The pairs of role and provider, in either order. Where the case does not say, the
    /// assertion offers what was asked for.
    fn offered(&self, claims: &Map<String, Value>, provider: &Arn) -> Vec<RoleAndProvider> {
        let texts = match claims.get("Role") {
            Some(Value::String(text)) => vec![text.as_str()],
            Some(Value::Array(texts)) => texts.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let pair = |text: &str| {
            let (first, second) = text.split_once(',')?;
            let (first, second): (Arn, Arn) =
                (first.trim().parse().ok()?, second.trim().parse().ok()?);
            let is_role = first.resource_of("role").is_some();
            let (role, provider) = if is_role { (first, second) } else { (second, first) };
            Some(RoleAndProvider { role, provider })
        };
        if texts.is_empty() {
            let role = self.attempt.role_arn().parse().ok();
            return role
                .map(|role| RoleAndProvider { role, provider: provider.clone() })
                .into_iter()
                .collect();
        }
        texts.into_iter().filter_map(pair).collect()
    }
}

/// Spec: UG:id_roles_providers_create_saml_assertions: attributes `PrincipalTag:Key`.
fn principal_tags(claims: &Map<String, Value>) -> SessionTags {
    let tags: BTreeMap<&str, &str> = claims
        .iter()
        .filter_map(|(name, value)| {
            let key = name.rsplit_once("PrincipalTag:")?.1;
            Some((key, value.as_str()?))
        })
        .collect();
    let tags = tags.into_iter().filter_map(|(key, value)| {
        Some(Tag { key: key.parse().ok()?, value: value.parse().ok()? })
    });
    SessionTags { tags: TagSet::new(tags).unwrap_or_default(), transitive: Vec::new() }
}

fn attribute_keys(claims: &Map<String, Value>) -> Vec<ConditionKey> {
    const OWN: [&str; 6] =
        ["saml:aud", "saml:iss", "saml:sub", "saml:sub_type", "saml:namequalifier", "saml:doc"];
    let of_attribute = |name: &&String| name.starts_with("saml:") && !OWN.contains(&name.as_str());
    claims
        .iter()
        .filter(|(name, _)| of_attribute(name))
        .filter_map(|(name, value)| {
            let values = match value {
                Value::String(text) => KeyValues::One(text.clone()),
                Value::Array(values) => KeyValues::Many(
                    values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
                ),
                _ => return None,
            };
            Some(ConditionKey { name: name.clone(), values })
        })
        .collect()
}
