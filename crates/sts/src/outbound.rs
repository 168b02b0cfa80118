//! Identity tokens for services elsewhere, and what these read to verify them.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};
use stead_api::ApiError;
use stead_api::sts::Tag;
use stead_directory::entity::{OutboundFederation, TokenKey};
use stead_policy::Caller;
use stead_service::Call;
use stead_session::token_key::TokenKeyPair;
use stead_session::vault::{SecretName, SecretVault, WrappedSecret};
use stead_types::{PublicTokenKey, Timestamp, TokenAlgorithm, Uuid};

/// The claim under which everything stands that OpenID Connect does not know.
///
/// Spec: UG:id_roles_providers_outbound_token_claims, "Custom claims".
const NAMESPACE: &str = "https://sts.amazonaws.com/";

/// What a token says that is not of its caller.
pub(crate) struct TokenClaims {
    pub(crate) issuer: String,
    pub(crate) audience: Vec<String>,
    pub(crate) id: Uuid,
    pub(crate) expires_at: Timestamp,
    pub(crate) request_tags: Vec<Tag>,
}

impl TokenClaims {
    /// The payload of a token that is issued now to the caller.
    ///
    /// Observed: one audience is a text, several are a list, and claims that say nothing are
    /// left out (radkawar/stackd, recorded in 2026).
    pub(crate) fn of_caller(self, call: &Call<'_>) -> String {
        let own = self.namespace(call);
        let audience = match self.audience.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        let payload = json!({
            "iss": self.issuer,
            "sub": subject(call),
            "aud": audience,
            "iat": call.facts.now.epoch_seconds(),
            "exp": self.expires_at.epoch_seconds(),
            "jti": self.id.as_str(),
            NAMESPACE: own,
        });
        payload.to_string()
    }

    /// Spec: UG:id_roles_providers_outbound_token_claims, "AWS identity claims", "Session
    /// context claims" and "Request tags". What tells of an organization or of services of
    /// AWS is absent, as there are none.
    ///
    /// Observed: `principal_id` (radkawar/stackd, recorded in 2026, and others' tokens).
    /// Choice: `original_session_exp` for credentials of GetSessionToken too; AWS's page
    /// speaks of assumed roles.
    fn namespace(&self, call: &Call<'_>) -> Map<String, Value> {
        let mut own = Map::new();
        let mut say = |claim: &str, value: Value| drop(own.insert(claim.to_owned(), value));
        say("aws_account", json!(call.caller.account().to_string()));
        say("source_region", json!(call.facts.requested_region));
        say("principal_id", json!(subject(call)));
        let tags = call.caller.principal_tags(call.account);
        if !tags.is_empty() {
            let tags = tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
            say("principal_tags", object(tags));
        }
        if !self.request_tags.is_empty() {
            let tags = self.request_tags.iter();
            say("request_tags", object(tags.map(|tag| (tag.key.as_str(), tag.value.as_str()))));
        }
        if let Some(session) = call.caller.claims() {
            say("original_session_exp", json!(session.expires_at.to_string()));
            if let Some(identity) = &session.source_identity {
                say("source_identity", json!(identity.as_str()));
            }
            if let Some(federation) = &session.federation {
                say("federated_provider", json!(federation.provider));
            }
        }
        own
    }
}

fn object<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
    pairs.map(|(key, value)| (key.to_owned(), json!(value))).collect::<Map<_, _>>().into()
}

/// Observed: of a role session the ARN of the role, with its path (radkawar/stackd,
/// recorded in 2026).
fn subject(call: &Call<'_>) -> String {
    match call.caller.principal() {
        Caller::RoleSession { role_arn, .. } => role_arn.to_string(),
        _ => call.caller.arn().to_string(),
    }
}

/// The token with this payload, in the compact form of RFC 7515.
///
/// # Errors
/// A key that does not open or sign, which is a defect.
pub(crate) fn sign(
    payload: &str,
    key: &TokenKey,
    vault: &dyn SecretVault,
) -> Result<String, ApiError> {
    let (id, algorithm) = (key.id(), key.public.algorithm());
    let unusable = |why: String| ApiError::internal(format!("the token key {id}: {why}"));
    let wrapped = WrappedSecret::from_bytes(key.private.as_bytes().to_vec());
    let private = vault
        .unwrap(SecretName::TokenKey(&id), &wrapped)
        .map_err(|error| unusable(error.to_string()))?;
    let pair = TokenKeyPair::open(algorithm, &private);
    let pair = pair.map_err(|error| unusable(error.to_string()))?;
    let header = json!({"alg": algorithm.name(), "kid": id, "typ": "JWT"}).to_string();
    let [header, payload] =
        [header.as_str(), payload].map(|part| BASE64URL_NOPAD.encode(part.as_bytes()));
    let signed = format!("{header}.{payload}");
    let signature = pair.sign(signed.as_bytes()).map_err(|error| unusable(error.to_string()))?;
    Ok(format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature)))
}

/// The discovery document of an issuer, JSON.
///
/// Spec: OpenID Connect Discovery 1.0, section 3. Observed: the members
/// (radkawar/stackd, recorded in 2026).
#[must_use]
pub fn discovery_document(issuer: &str) -> String {
    json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": TokenAlgorithm::ALL.map(TokenAlgorithm::name),
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "jti", NAMESPACE],
    })
    .to_string()
}

/// The keys with which tokens of an account may have been signed that are good at this
/// moment: a JSON Web Key Set.
///
/// Spec: RFC 7517, section 5, and RFC 7518, section 6. Observed: the members, and that keys
/// are published also while no tokens are issued (radkawar/stackd, recorded in 2026).
#[must_use]
pub fn key_set(federation: &OutboundFederation, now: Timestamp) -> String {
    let keys: Vec<_> = federation.published_keys(now).map(published).collect();
    json!({ "keys": keys }).to_string()
}

fn published(key: &TokenKey) -> Value {
    let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let (id, algorithm) = (key.id(), key.public.algorithm().name());
    match &key.public {
        PublicTokenKey::Rsa(numbers) => json!({
            "kty": "RSA", "use": "sig", "alg": algorithm, "kid": id,
            "n": text(numbers.modulus()), "e": text(numbers.exponent()),
        }),
        PublicTokenKey::P384(point) => json!({
            "kty": "EC", "use": "sig", "alg": algorithm, "kid": id, "crv": "P-384",
            "x": text(point.x()), "y": text(point.y()),
        }),
    }
}
