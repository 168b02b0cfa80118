//! The identity provider of a case: its metadata, which is imported, and its responses.

use serde_json::{Value, json};
use stead_types::Timestamp;
use stead_world::{Said, SamlIdp};

use super::case::Case;

/// For how long the metadata of the providers holds.
const METADATA_SECONDS: i64 = 86_400;

/// What comes with the claims of a case and is no attribute of its assertion.
const NO_ATTRIBUTES: [&str; 5] = ["saml:aud", "saml:iss", "saml:sub", "iat", "exp"];

/// An account as AWS exports it once its providers are described: in the corpus they have
/// their names only.
pub(crate) fn with_metadata(account: &Value, case: &Case, now: Timestamp) -> Value {
    let mut account = account.clone();
    for provider in account["SAMLProviders"].as_array_mut().into_iter().flatten() {
        provider["SAMLMetadataDocument"] = json!(idp(case).metadata());
        provider["CreateDate"] = json!(now.to_string());
        let end = Timestamp::from_epoch_seconds(now.epoch_seconds() + METADATA_SECONDS);
        provider["ValidUntil"] = json!(end.to_string());
    }
    account
}

/// The response of a case, made now.
pub(crate) fn response(case: &Case, now: Timestamp) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (parameters, claims) = (&case.attempt["parameters"], &case.attempt["token"]["claims"]);
    let (role, provider) = (text(&parameters["RoleArn"]), text(&parameters["PrincipalArn"]));
    let mut said = Said::of(&text(&claims["saml:sub"]), &role, &provider);
    said.recipient = text(&claims["saml:aud"]);
    said = said.with("RoleSessionName", &[&text(&parameters["RoleSessionName"])]);
    for (name, value) in claims.as_object().into_iter().flatten() {
        if !NO_ATTRIBUTES.contains(&name.as_str()) {
            said = said.with(name, &[&text(value)]);
        }
    }
    idp(case).response(now, &format!("_{}", case.name), &said)
}

fn idp(case: &Case) -> SamlIdp {
    SamlIdp::new(case.attempt["token"]["claims"]["saml:iss"].as_str().unwrap_or_default())
}
