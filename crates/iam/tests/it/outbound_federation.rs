//! Identity tokens: who gets them, what they say, and who accepts them.

use serde_json::{Value, json};
use stead_api::sts::{
    AssumeRole, AssumeRoleRequest, AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest,
    Credentials as Issued, GetFederationToken, GetFederationTokenRequest, GetSessionToken,
    GetSessionTokenRequest, GetWebIdentityToken, GetWebIdentityTokenRequest, Tag,
};
use stead_authorizer::VerifiedCaller;
use stead_federation::oidc::{Algorithms, KeySet, UnverifiedToken};
use stead_sts::{Sts, discovery_document, key_set};
use stead_world::{Credentials, Failure};

use crate::script::Script;

const DISABLED: (&str, &str) = (
    "OutboundWebIdentityFederationDisabledException",
    "OutboundWebIdentityFederation is disabled.",
);

fn request(algorithm: &str) -> GetWebIdentityTokenRequest {
    GetWebIdentityTokenRequest {
        audience: vec!["https://api.example.com".to_owned()],
        signing_algorithm: algorithm.to_owned(),
        ..GetWebIdentityTokenRequest::default()
    }
}

fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.to_owned(), value: value.to_owned() }
}

fn held(issued: Option<Issued>) -> Credentials {
    let issued = issued.unwrap();
    Credentials {
        access_key_id: issued.access_key_id,
        secret: issued.secret_access_key,
        session_token: Some(issued.session_token),
    }
}

/// A user who may do everything, and one who may do this, with conditions.
fn user(script: &mut Script, name: &str, statements: &Value) -> Credentials {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    script.world.create_user(script.account, name, &policy)
}

fn allowed(actions: &Value, condition: &Value) -> Value {
    json!([{"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition}])
}

fn enabled() -> (Script, String) {
    let mut script = Script::new();
    let answer = script.call("root", "EnableOutboundWebIdentityFederation", &[]).unwrap();
    let issuer = answer["IssuerIdentifier"].as_str().unwrap().to_owned();
    (script, issuer)
}

fn token(
    script: &mut Script,
    caller: &Credentials,
    request: GetWebIdentityTokenRequest,
) -> Result<String, Failure> {
    let answer = script.world.call::<Sts, GetWebIdentityToken>(caller, request)?;
    Ok(answer.web_identity_token.unwrap().expose().clone())
}

fn part(token: &str, which: usize) -> Value {
    let part = token.split('.').nth(which).unwrap();
    let bytes = data_encoding::BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> (String, String) {
    let failure = outcome.unwrap_err();
    (failure.code, failure.message)
}

fn shown((code, message): (&str, &str)) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

#[test]
fn a_token_says_who_asked_and_is_signed_with_a_published_key() {
    let (mut script, issuer) = enabled();
    let alice = user(&mut script, "alice", &allowed(&json!("sts:*"), &json!({})));
    script
        .call(
            "root",
            "TagUser",
            &[
                ("UserName", "alice"),
                ("Tags.member.1.Key", "Team"),
                ("Tags.member.1.Value", "platform"),
            ],
        )
        .unwrap();
    let now = script.world.now.epoch_seconds();
    for (algorithm, key) in [("RS256", "RSA_0"), ("ES384", "EC384_0")] {
        let mut asked = request(algorithm);
        asked.tags = vec![tag("team", "request"), tag("aws:test", "reserved")];
        let token = token(&mut script, &alice, asked).unwrap();
        assert_eq!(part(&token, 0), json!({"alg": algorithm, "kid": key, "typ": "JWT"}));
        let claims = part(&token, 1);
        let arn = "arn:aws:iam::111122223333:user/alice";
        assert_eq!(claims["iss"], issuer);
        assert_eq!(claims["sub"], arn);
        assert_eq!(claims["aud"], "https://api.example.com");
        assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 300)));
        let id: stead_types::Uuid = claims["jti"].as_str().unwrap().parse().unwrap();
        assert_eq!(id.as_str().as_bytes()[14], b'4');
        assert_eq!(
            claims["https://sts.amazonaws.com/"],
            json!({
                "aws_account": "111122223333",
                "source_region": "us-east-1",
                "principal_id": arn,
                "principal_tags": {"Team": "platform"},
                "request_tags": {"team": "request", "aws:test": "reserved"},
            })
        );
        let account = script.world.account(script.account);
        let keys = key_set(account.outbound_federation().unwrap(), script.world.now);
        let keys = KeySet::parse(keys.as_bytes()).unwrap();
        assert_eq!((keys.usable(), keys.skipped_count()), (2, 0));
    }
    let document: Value = serde_json::from_str(&discovery_document(&issuer)).unwrap();
    assert_eq!(document["jwks_uri"], format!("{issuer}/.well-known/jwks.json"));
    assert_eq!(document["id_token_signing_alg_values_supported"], json!(["RS256", "ES384"]));
}

#[test]
fn several_audiences_are_a_list_and_a_session_says_when_it_ends() {
    let (mut script, _) = enabled();
    let alice = user(&mut script, "alice", &allowed(&json!("sts:*"), &json!({})));
    let trust = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"]}});
    let policy =
        json!({"Version": "2012-10-17", "Statement": allowed(&json!("sts:*"), &json!({}))});
    script.world.create_role(script.account, "worker", &trust.to_string(), &policy.to_string());
    script
        .call(
            "root",
            "TagRole",
            &[
                ("RoleName", "worker"),
                ("Tags.member.1.Key", "Team"),
                ("Tags.member.1.Value", "role"),
                ("Tags.member.2.Key", "kept"),
                ("Tags.member.2.Value", "yes"),
            ],
        )
        .unwrap();
    let assume = AssumeRoleRequest {
        role_arn: "arn:aws:iam::111122223333:role/worker".to_owned(),
        role_session_name: "session".to_owned(),
        source_identity: Some("alice@example".to_owned()),
        duration_seconds: Some(900),
        tags: vec![tag("team", "session")],
        ..AssumeRoleRequest::default()
    };
    let answer = script.world.call::<Sts, AssumeRole>(&alice, assume).unwrap();
    let ends = answer.credentials.as_ref().unwrap().expiration;
    let worker = held(answer.credentials);
    let mut asked = request("ES384");
    asked.audience = vec!["one".to_owned(), "two".to_owned()];
    asked.duration_seconds = Some(900);
    let claims = part(&token(&mut script, &worker, asked.clone()).unwrap(), 1);
    assert_eq!(claims["aud"], json!(["one", "two"]));
    assert_eq!(claims["sub"], "arn:aws:iam::111122223333:role/worker");
    assert_eq!(
        claims["https://sts.amazonaws.com/"],
        json!({
            "aws_account": "111122223333",
            "source_region": "us-east-1",
            "principal_id": "arn:aws:iam::111122223333:role/worker",
            "principal_tags": {"team": "session", "kept": "yes"},
            "original_session_exp": ends.to_string(),
            "source_identity": "alice@example",
        })
    );
    asked.duration_seconds = Some(901);
    let escalated = (
        "SessionDurationEscalationException",
        "Requested token expiry time must be before the original session's expiry time.",
    );
    assert_eq!(refused(token(&mut script, &worker, asked)), shown(escalated));
}

#[test]
fn what_a_token_is_asked_for_is_what_policies_see() {
    let (mut script, _) = enabled();
    let narrow = json!({
        "ForAllValues:StringEquals": {"sts:IdentityTokenAudience": ["https://api.example.com"]},
        "StringEquals": {"sts:SigningAlgorithm": "ES384"},
        "NumericLessThanEquals": {"sts:DurationSeconds": "300"},
    });
    let narrow = user(&mut script, "narrow", &allowed(&json!("sts:GetWebIdentityToken"), &narrow));
    let own = json!([{"Effect": "Allow", "Action": "sts:GetWebIdentityToken", "Resource": "arn:aws:sts::111122223333:self"},
        {"Effect": "Allow", "Action": "sts:TagGetWebIdentityToken", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestTag/team": "red"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}}]);
    let tagger = user(&mut script, "tagger", &own);
    let nobody = user(&mut script, "nobody", &allowed(&json!("s3:*"), &json!({})));
    let audience = |audience: &str| GetWebIdentityTokenRequest {
        audience: vec!["https://api.example.com".to_owned(), audience.to_owned()],
        ..request("ES384")
    };
    let lasting = |seconds| GetWebIdentityTokenRequest {
        duration_seconds: Some(seconds),
        ..request("ES384")
    };
    let tagged = |tags: Vec<Tag>| GetWebIdentityTokenRequest { tags, ..request("ES384") };
    for (caller, asked, action) in [
        (&narrow, request("ES384"), None),
        (&narrow, lasting(300), None),
        (&narrow, audience("https://api.example.com"), None),
        (&narrow, lasting(301), Some("sts:GetWebIdentityToken")),
        (&narrow, request("RS256"), Some("sts:GetWebIdentityToken")),
        (&narrow, audience("https://else.example.com"), Some("sts:GetWebIdentityToken")),
        (&narrow, tagged(vec![tag("team", "red")]), Some("sts:TagGetWebIdentityToken")),
        (&tagger, request("RS256"), None),
        (&tagger, tagged(vec![tag("team", "red")]), None),
        (&tagger, tagged(vec![tag("team", "blue")]), Some("sts:TagGetWebIdentityToken")),
        (
            &tagger,
            tagged(vec![tag("team", "red"), tag("x", "y")]),
            Some("sts:TagGetWebIdentityToken"),
        ),
        (&nobody, request("ES384"), Some("sts:GetWebIdentityToken")),
    ] {
        let outcome = token(&mut script, caller, asked.clone());
        match action {
            None => assert!(outcome.is_ok(), "{asked:?}: {outcome:?}"),
            Some(action) => {
                let (code, message) = refused(outcome);
                let why = format!(
                    "is not authorized to perform: {action} on resource: arn:aws:sts::111122223333:self because no identity-based policy allows the {action} action"
                );
                assert!(code == "AccessDenied" && message.ends_with(&why), "{asked:?}: {message}");
            }
        }
    }
}

#[test]
fn requests_that_make_no_token_are_refused_in_awss_words() {
    let (mut script, _) = enabled();
    let alice = user(&mut script, "alice", &allowed(&json!("sts:*"), &json!({})));
    let unsupported = (
        "ValidationError",
        "Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for supported algorithms",
    );
    for algorithm in ["RS384", "ES256", "HS256", "rs256"] {
        assert_eq!(refused(token(&mut script, &alice, request(algorithm))), shown(unsupported));
    }
    let mut twice = request("RS256");
    twice.tags = vec![tag("team", "one"), tag("Team", "two")];
    let duplicate = (
        "InvalidParameterValue",
        "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
    );
    assert_eq!(refused(token(&mut script, &alice, twice)), shown(duplicate));
    // Ten audiences and fifty tags, in all within what each of them may have.
    let padded = |length: usize| GetWebIdentityTokenRequest {
        audience: vec!["a".repeat(1_000); 10],
        tags: (0..16).map(|number| tag(&format!("k{number}"), &"v".repeat(length))).collect(),
        ..request("ES384")
    };
    assert!(token(&mut script, &alice, padded(256)).is_ok());
    let mut long = padded(256);
    long.tags.extend((16..50).map(|number| tag(&format!("k{number}"), &"v".repeat(256))));
    let exceeded = ("JWTPayloadSizeExceededException", "JWT payload exceeds maximum allowed size");
    assert_eq!(refused(token(&mut script, &alice, long)), shown(exceeded));
    let federate = GetFederationTokenRequest {
        name: "visitor".to_owned(),
        ..GetFederationTokenRequest::default()
    };
    let answer = script.world.call::<Sts, GetFederationToken>(&alice, federate).unwrap();
    let visitor = held(answer.credentials);
    let federated =
        ("AccessDenied", "GetWebIdentityToken does not support federated user sessions");
    assert_eq!(refused(token(&mut script, &visitor, request("RS256"))), shown(federated));
    let session = GetSessionTokenRequest::default();
    let answer = script.world.call::<Sts, GetSessionToken>(&alice, session).unwrap();
    let session = held(answer.credentials);
    assert!(token(&mut script, &session, request("RS256")).is_ok());
}

#[test]
fn an_account_that_issues_none_says_so_and_its_issuer_stays() {
    let (mut script, issuer) = enabled();
    let alice = user(&mut script, "alice", &allowed(&json!("sts:*"), &json!({})));
    let before = token(&mut script, &alice, request("ES384")).unwrap();
    script.call("root", "DisableOutboundWebIdentityFederation", &[]).unwrap();
    assert_eq!(refused(token(&mut script, &alice, request("ES384"))), shown(DISABLED));
    let answer = script.call("root", "EnableOutboundWebIdentityFederation", &[]).unwrap();
    assert_eq!(answer["IssuerIdentifier"], issuer);
    let after = token(&mut script, &alice, request("ES384")).unwrap();
    assert_eq!(part(&before, 0), part(&after, 0));
    assert_ne!(part(&before, 1)["jti"], part(&after, 1)["jti"]);
    let mut fresh = Script::new();
    let alice = user(&mut fresh, "alice", &allowed(&json!("sts:*"), &json!({})));
    assert_eq!(refused(token(&mut fresh, &alice, request("RS256"))), shown(DISABLED));
}

#[test]
fn another_account_lets_the_bearer_in_whom_its_trust_policy_names() {
    let (mut script, issuer) = enabled();
    let alice = user(&mut script, "alice", &allowed(&json!("sts:*"), &json!({})));
    let (other, root) = script.world.create_account("444455556666");
    script.actor("other", root);
    script
        .call(
            "other",
            "CreateOpenIDConnectProvider",
            &[
                ("Url", &issuer),
                ("ClientIDList.member.1", "https://api.example.com"),
                ("ThumbprintList.member.1", "6ef423e5272b2347200970d1cd9d1a72beabc592"),
            ],
        )
        .unwrap();
    let bare = issuer.strip_prefix("https://").unwrap();
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow",
        "Principal": {"Federated": format!("arn:aws:iam::444455556666:oidc-provider/{bare}")},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {format!("{bare}:sub"): "arn:aws:iam::111122223333:user/alice"}},
    }});
    script.world.create_role(other, "guest", &trust.to_string(), "");
    for algorithm in ["RS256", "ES384"] {
        let token = token(&mut script, &alice, request(algorithm)).unwrap();
        let home = script.world.account(script.account);
        let keys = key_set(home.outbound_federation().unwrap(), script.world.now);
        let keys = KeySet::parse(keys.as_bytes()).unwrap();
        let unverified = UnverifiedToken::parse(&token).unwrap();
        assert_eq!(unverified.issuer(), issuer);
        let account = script.world.account(other);
        let now = script.world.now;
        let caller =
            VerifiedCaller::of_web_identity(&unverified, &keys, Algorithms::AWS, account, now)
                .unwrap();
        let assume = AssumeRoleWithWebIdentityRequest {
            role_arn: "arn:aws:iam::444455556666:role/guest".to_owned(),
            role_session_name: "visit".to_owned(),
            web_identity_token: stead_types::Secret::new(token),
            provider_id: None,
            policy: None,
            policy_arns: Vec::new(),
            duration_seconds: None,
        };
        let answer =
            script.world.call_as::<Sts, AssumeRoleWithWebIdentity>(&caller, assume).unwrap();
        assert_eq!(
            answer.subject_from_web_identity_token.as_deref(),
            Some("arn:aws:iam::111122223333:user/alice")
        );
    }
}
