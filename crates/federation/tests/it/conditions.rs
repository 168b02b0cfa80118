//! The condition keys that a token sets.

use serde_json::{Value, json};
use stead_federation::oidc::{
    Algorithm, ConditionKey, DecodedToken, KeyValues, NAMED_PROVIDERS, NamedProvider,
    PROVIDER_CLAIMS, claim_refusals,
};

use crate::support::{CLIENT, check_claims, claims_with, now, token};

/// The keys of a token of some issuer, as `name=value` and `name=[values]`.
fn keys_of(issuer: &str, changes: Value) -> Vec<String> {
    let mut claims = claims_with(changes);
    claims["iss"] = json!(issuer);
    let token = token(Algorithm::Es256, &claims);
    let decoded = DecodedToken::parse(&token).unwrap();
    decoded.condition_keys().iter().map(shown).collect()
}

fn shown(key: &ConditionKey) -> String {
    match &key.values {
        KeyValues::One(value) => format!("{}={value}", key.name),
        KeyValues::Many(values) => format!("{}=[{}]", key.name, values.join(",")),
    }
}

#[test]
fn every_issuer_has_the_same_keys() {
    let verified = check_claims(json!({
        "aud": ["first", "second"], "azp": CLIENT, "amr": ["pwd", "otp"],
        "email": "a@example.com", "name": "Alice", "groups": ["admins"], "email_verified": true,
    }))
    .unwrap();
    let keys: Vec<_> = verified.condition_keys().iter().map(shown).collect();
    assert_eq!(
        keys,
        [
            "idp.example.com/tenant:aud=sts.example.com",
            "idp.example.com/tenant:oaud=[first,second]",
            "idp.example.com/tenant:sub=user-1",
            "idp.example.com/tenant:amr=[pwd,otp]",
            "idp.example.com/tenant:email=a@example.com",
        ]
    );
    assert_eq!(verified.authentication_methods(), ["pwd", "otp"]);
    assert_eq!(verified.claim("name"), Some(&json!("Alice")));
    assert_eq!(verified.audiences(), ["first", "second"]);
    assert_eq!(verified.authorized_party(), Some(CLIENT));
}

#[test]
fn claims_of_another_kind_set_no_key() {
    assert_eq!(
        keys_of("https://a.example", json!({"amr": "pwd", "email": ["a@example.com"]})),
        [
            "a.example:aud=sts.example.com",
            "a.example:oaud=sts.example.com",
            "a.example:sub=user-1",
            "a.example:amr=[pwd]",
        ]
    );
    assert_eq!(
        keys_of("http://127.0.0.1:8080/", json!({"amr": [], "sub": 1})),
        ["127.0.0.1:8080/:aud=sts.example.com", "127.0.0.1:8080/:oaud=sts.example.com"]
    );
    assert_eq!(
        keys_of("https://a", json!({"amr": [1, "x"], "aud": []})),
        ["a:sub=user-1", "a:amr=[x]"]
    );
}

#[test]
fn known_issuers_have_keys_of_their_own() {
    let changes = json!({
        "repository": "org/repo", "repository_id": "7", "actor": "alice", "enterprise_id": 12,
        "repository_owner": "org", "ref_protected": true, "project_id": "4", "namespace_id": {"a": 1},
        "cluster_id": "c", "rpst_id": "r", "oidc.circleci.com/project-id": "p",
        "google": {"organization_number": 123_456_789_012_u64, "compute_engine": {"zone": "a"}},
    });
    let own = |issuer: &str| -> Vec<String> {
        let prefix = issuer.split_once("://").unwrap().1.len() + 1;
        keys_of(issuer, changes.clone())
            .iter()
            .skip(3)
            .map(|key| key[prefix..].to_owned())
            .collect()
    };
    let github = ["actor=alice", "enterprise_id=12", "repository=org/repo", "repository_id=7"];
    for issuer in [
        "https://token.actions.githubusercontent.com",
        "https://token.actions.githubusercontent.com/enterprise",
        "https://token.actions.tenant.ghe.com",
        "https://github.com/enterprises/acme",
    ] {
        assert_eq!(own(issuer), github, "{issuer}");
    }
    for (issuer, keys) in [
        ("https://gitlab.com", vec!["project_id=4", "ref_protected=true"]),
        ("https://agent.buildkite.com", vec!["cluster_id=c"]),
        ("https://agent.acme.buildkite.dev", vec!["cluster_id=c"]),
        ("https://idcs-0a1b.identity.oraclecloud.com", vec!["rpst_id=r"]),
        ("https://oidc.circleci.com/org/0a-1b", vec!["oidc.circleci.com/project-id=p"]),
        ("https://accounts.google.com", vec!["google/organization_number=123456789012"]),
    ] {
        assert_eq!(own(issuer), keys, "{issuer}");
    }
    for neighbour in [
        "https://token.actions.githubusercontent.com.evil.example",
        "https://token.actions.githubusercontent.com/",
        "https://token.actions.githubusercontent.com/a/b",
        "https://token.actions.evil.example/x.ghe.com",
        "https://token.actions..ghe.com/x",
        "https://token.actions.ghe.com",
        "https://gitlab.com/group",
        "https://gitlab.example.com",
        "https://sub.gitlab.com",
        "https://oidc.circleci.com/org/",
        "https://accounts.google.com/",
    ] {
        assert_eq!(own(neighbour), Vec::<String>::new(), "{neighbour}");
    }
}

#[test]
fn the_tables_say_what_they_are() {
    for table in PROVIDER_CLAIMS {
        assert!(table.issuer.matches('*').count() <= 1, "{table:?}");
        assert!(table.claims.is_sorted(), "{table:?}");
        assert!(table.documented.starts_with("2026-"), "{table:?}");
    }
    assert_eq!(NAMED_PROVIDERS.len(), 4);
}

#[test]
fn named_providers_are_known_by_their_issuers_and_nothing_near_them() {
    for (issuer, name) in [
        ("https://accounts.google.com", Some("accounts.google.com")),
        ("accounts.google.com", Some("accounts.google.com")),
        ("https://cognito-identity.amazonaws.com", Some("cognito-identity.amazonaws.com")),
        ("cognito-identity.amazonaws.com", None),
        ("http://accounts.google.com", None),
        ("https://accounts.google.com/", None),
        ("https://accounts.google.com.example", None),
        ("https://Accounts.google.com", None),
        ("https://www.amazon.com", None),
        ("https://graph.facebook.com", None),
        ("", None),
    ] {
        let found = NamedProvider::of_issuer(issuer);
        assert_eq!(found.map(|(named, _)| named.name), name, "{issuer}");
        assert!(found.is_none_or(|(_, form)| form == issuer), "{issuer}");
        let keys_of = found.and_then(|(named, _)| named.keys_of());
        assert!(keys_of.is_none_or(|url| url.starts_with("https://")), "{issuer}");
    }
}

#[test]
fn people_are_told_every_reason_at_once() {
    let token = token(
        Algorithm::Es256,
        &claims_with(json!({"sub": "", "exp": 1, "nbf": 253_402_207_200_i64, "aud": ["a", "b"],
            "https://aws.amazon.com/roles": "x", "https://aws.amazon.com/source_identity": "a b"})),
    );
    let decoded = DecodedToken::parse(&token).unwrap();
    let told: Vec<_> =
        claim_refusals(&decoded, None, now()).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "its claim `sub` is not a text of 1 to 2,048 bytes: \"\"",
            "expired at 1970-01-01T00:00:01Z, now it is 2026-03-01T12:00:00Z",
            "is valid from 9999-12-30T22:00:00Z, now it is 2026-03-01T12:00:00Z",
            "is for 2 audiences, and no claim `azp` names one",
            "its claim of authorized roles names no role",
            "its source identity is refused: has a character outside [\\w+=,.@-]",
        ]
    );
}
