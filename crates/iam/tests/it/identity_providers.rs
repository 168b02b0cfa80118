//! Identity providers: issuers that must answer, and roles that trust providers.

use serde_json::json;
use stead_service::LoopbackIssuers;
use stead_world::Failure;

use crate::script::Script;

const CREATE: &str = "CreateOpenIDConnectProvider";
const ISSUER: &str = "https://idp.example.com/a";
const ARN: &str = "arn:aws:iam::111122223333:oidc-provider/idp.example.com/a";

fn silent(issuer: &str) -> Script {
    let mut script = Script::new();
    script.world.silent_issuers.push(issuer.to_owned());
    script
}

#[test]
fn an_issuer_that_does_not_answer_is_not_registered() {
    let mut script = silent(ISSUER);
    let failure = script.call("root", CREATE, &[("Url", ISSUER)]).unwrap_err();
    assert_eq!(failure.code, "OpenIdIdpCommunicationError");
    assert_eq!(
        failure.message,
        "Could not connect to the OpenID Connect provider https://idp.example.com/a."
    );
    assert_eq!(script.world.account(script.account).oidc_provider_count(), 0);
    script.call("root", CREATE, &[("Url", "https://idp.example.com")]).unwrap();
}

#[test]
fn nobody_is_asked_for_a_call_that_fails_anyway() {
    let mut script = silent(ISSUER);
    script.user("nobody", "");
    let code = |outcome: Result<_, Failure>| outcome.unwrap_err().code;
    let url = ("Url", ISSUER);
    assert_eq!(code(script.call("nobody", CREATE, &[url])), "AccessDenied");
    let thumbprint = ("ThumbprintList.member.1", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz");
    assert_eq!(code(script.call("root", CREATE, &[url, thumbprint])), "InvalidInput");
    script.world.silent_issuers.clear();
    script.call("root", CREATE, &[url]).unwrap();
    script.world.silent_issuers.push(ISSUER.to_owned());
    assert_eq!(code(script.call("root", CREATE, &[url])), "EntityAlreadyExists");
}

#[test]
fn plain_text_is_taken_on_the_loopback_and_only_where_it_is_admitted() {
    let mut script = Script::new();
    let loopback = [("Url", "http://127.0.0.1:4444/a")];
    assert!(script.call("root", CREATE, &loopback).is_err());
    script.world.loopback_issuers = LoopbackIssuers::Admitted;
    let answer = script.call("root", CREATE, &loopback).unwrap();
    let arn = "arn:aws:iam::111122223333:oidc-provider/127.0.0.1:4444/a";
    assert_eq!(answer["OpenIDConnectProviderArn"], arn);
    let account = script.world.account(script.account);
    assert!(account.oidc_provider_by_issuer("http://127.0.0.1:4444/a").is_some());
    assert!(account.oidc_provider_by_issuer("https://127.0.0.1:4444/a").is_none());
    assert!(script.call("root", CREATE, &[("Url", "http://idp.example.com")]).is_err());
}

const METADATA: &str = include_str!("../saml-metadata.xml");
const KEY: &str = include_str!("../../../federation/tests/saml/rsa-pkcs8.key");
const OTHER_KEY: &str = include_str!("../../../federation/tests/saml/rsa-pkcs1.key");
const SAML_ARN: &str = "arn:aws:iam::111122223333:saml-provider/Corp";

#[test]
fn private_keys_are_never_shown_and_rest_encrypted() {
    let mut script = Script::new();
    let new = [("Name", "Corp"), ("SAMLMetadataDocument", METADATA), ("AddPrivateKey", KEY)];
    script.call("root", "CreateSAMLProvider", &new).unwrap();
    let arn = ("SAMLProviderArn", SAML_ARN);
    let shown = script.call("root", "GetSAMLProvider", &[arn]).unwrap();
    let keys = shown["PrivateKeyList"].as_array().unwrap();
    assert_eq!((keys.len(), keys[0].as_object().unwrap().len()), (1, 2));
    let id = keys[0]["KeyId"].as_str().unwrap().to_owned();
    assert!(!shown.to_string().contains("PRIVATE KEY"));
    let provider = script.world.account(script.account).saml_provider(&SAML_ARN.parse().unwrap());
    let stored = provider.unwrap().private_keys[0].key.as_bytes().to_vec();
    assert!(stored.len() > KEY.len() && !stored.windows(8).any(|part| part == b"PRIVATE "));

    script.call("root", "UpdateSAMLProvider", &[arn, ("AddPrivateKey", OTHER_KEY)]).unwrap();
    let third = script.call("root", "UpdateSAMLProvider", &[arn, ("AddPrivateKey", KEY)]);
    let third = third.unwrap_err();
    assert_eq!(third.code, "LimitExceeded");
    assert_eq!(third.message, "Cannot exceed quota for PrivateKeysPerSAMLProvider: 2");
    let exchange = [arn, ("RemovePrivateKey", id.as_str()), ("AddPrivateKey", KEY)];
    script.call("root", "UpdateSAMLProvider", &exchange).unwrap();
    let again = script.call("root", "UpdateSAMLProvider", &[arn, ("RemovePrivateKey", &id)]);
    assert_eq!(again.unwrap_err().code, "NoSuchEntity");
}

fn trusting(federated: &str, condition: &serde_json::Value) -> String {
    let statement = json!({"Effect": "Allow", "Principal": {"Federated": federated},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition});
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

#[test]
fn roles_may_trust_providers_that_do_not_exist() {
    // Spec: UG:id_roles_create_for-idp: IAM looks at the form of the principal only.
    let some = json!({"StringEquals": {"aws:RequestTag/a": "b"}});
    let pool = json!({"StringEquals": {"cognito-identity.amazonaws.com:aud": "pool"}});
    let google = json!({"StringEquals": {"accounts.google.com:aud": "app"}});
    let amazon = json!({"StringEquals": {"www.amazon.com:app_id": "app"}});
    let facebook = json!({"StringEquals": {"graph.facebook.com:app_id": "app"}});
    let mut script = Script::new();
    for (number, (federated, condition)) in [
        (ARN, &some),
        ("arn:aws:iam::111122223333:oidc-provider/localhost:8443/a/", &some),
        ("arn:aws:iam::444455556666:oidc-provider/idp.example.com", &some),
        ("arn:aws:iam::111122223333:saml-provider/Corp", &some),
        ("accounts.google.com", &google),
        ("www.amazon.com", &amazon),
        ("graph.facebook.com", &facebook),
        ("cognito-identity.amazonaws.com", &pool),
    ]
    .into_iter()
    .enumerate()
    {
        let trust = trusting(federated, condition);
        let name = format!("role-{number}");
        let new = [("RoleName", name.as_str()), ("AssumeRolePolicyDocument", &trust)];
        script.call("root", "CreateRole", &new).unwrap_or_else(|error| {
            panic!("{federated}: {error:?}");
        });
        let update = [("RoleName", name.as_str()), ("PolicyDocument", &trust)];
        script.call("root", "UpdateAssumeRolePolicy", &update).unwrap();
    }
}

#[test]
fn what_no_provider_can_be_is_refused() {
    let mut script = Script::new();
    let none = json!({});
    let malformed = "Federated principals must be valid domain names or SAML metadata ARNs";
    for (federated, text) in [
        ("idp", malformed),
        ("*", malformed),
        ("https://idp.example.com", malformed),
        ("arn:aws:iam::111122223333:oidc-provider/*", malformed),
        ("arn:aws:iam::111122223333:user/alice", malformed),
        (
            "accounts.google.com",
            "Policy trusting accounts.google.com requires a StringEquals condition on an \
             application id",
        ),
        (
            "cognito-identity.amazonaws.com",
            "A condition block must be present for the Cognito provider",
        ),
    ] {
        let trust = trusting(federated, &none);
        let new = [("RoleName", "R"), ("AssumeRolePolicyDocument", trust.as_str())];
        let failure = script.call("root", "CreateRole", &new).unwrap_err();
        assert_eq!(
            (failure.code.as_str(), failure.message.as_str()),
            ("MalformedPolicyDocument", text)
        );
    }
}

#[test]
fn a_provider_that_a_role_trusts_can_be_deleted_and_the_role_stays() {
    let mut script = Script::new();
    script.call("root", CREATE, &[("Url", ISSUER)]).unwrap();
    let trust = trusting(ARN, &json!({}));
    let new = [("RoleName", "R"), ("AssumeRolePolicyDocument", trust.as_str())];
    script.call("root", "CreateRole", &new).unwrap();
    let arn = [("OpenIDConnectProviderArn", ARN)];
    script.call("root", "DeleteOpenIDConnectProvider", &arn).unwrap();
    let shown = script.call("root", "GetRole", &[("RoleName", "R")]).unwrap();
    let shown = shown["Role"]["AssumeRolePolicyDocument"].as_str().unwrap();
    assert_eq!(crate::wire::document(shown), trust);
}
