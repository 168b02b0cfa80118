//! Documents of DecodeAuthorizationMessage, made attempts.

use serde_json::{Value, json};
use stead_analysis::{DECODED_BYTES_MAX, DecodedDenial, DenialError, Export, ExportFile};

const ROLE: &str = "arn:aws:iam::444455556666:role/deploy";

/// What the caller's account is told of a denial.
fn document(principal: &str, action: &str, conditions: &[(&str, &[&str])]) -> Value {
    let items: Vec<Value> = conditions
        .iter()
        .map(|(key, values)| {
            let values: Vec<Value> = values.iter().map(|value| json!({ "value": value })).collect();
            json!({"key": key, "values": {"items": values}})
        })
        .collect();
    json!({
        "allowed": false,
        "context": {"principal": {"arn": principal}, "action": action, "resource": ROLE,
            "conditions": {"items": items}},
        "stead": {"version": 1, "time": "2026-03-01T12:00:00Z", "policies": []},
    })
}

fn attempt(document: &Value) -> Value {
    let denial = DecodedDenial::read(&document.to_string()).unwrap();
    Value::Object(denial.attempt().unwrap())
}

#[test]
fn a_session_with_its_tags_and_policies_is_put_together_again() {
    let mut told = document(
        "arn:aws:sts::111122223333:assumed-role/app/run",
        "sts:TagSession",
        &[
            ("sts:rolesessionname", &["ci"]),
            ("sts:externalid", &["7f3a"]),
            ("aws:requesttag/team", &["blue"]),
            ("aws:tagkeys", &["Team"]),
            ("sts:transitivetagkeys", &["Team"]),
            ("aws:principaltag/stage", &["test"]),
            ("aws:sourceidentity", &["ann"]),
            ("aws:sourceip", &["203.0.113.7"]),
            ("aws:securetransport", &["false"]),
            ("aws:requestedregion", &["eu-west-1"]),
            ("aws:resourceaccount", &["444455556666"]),
        ],
    );
    told["stead"]["policies"] = json!([{
        "policyType": "session policy",
        "policy": {"kind": "sessionInline"},
        "statements": [{
            "effect": "ALLOW",
            "elements": [
                {"element": "Action", "values": [{"text": "s3:*"}, {"text": "sts:Get*"}]},
                {"element": "Resource", "values": [{"text": "*"}]},
            ],
            "conditions": [{"operator": "StringEquals", "key": "aws:RequestedRegion",
                "values": [{"text": "eu-west-1"}]}],
        }],
    }]);
    let attempt = attempt(&told);
    assert_eq!(attempt["operation"], "sts:AssumeRole");
    assert_eq!(
        attempt["parameters"],
        json!({"RoleArn": ROLE, "RoleSessionName": "ci", "ExternalId": "7f3a",
            "Tags": [{"Key": "Team", "Value": "blue"}], "TransitiveTagKeys": ["Team"]})
    );
    assert_eq!(
        attempt["caller"],
        json!({"arn": "arn:aws:sts::111122223333:assumed-role/app/run",
        "credential": "assumed-role", "mfa": false, "sourceIp": "203.0.113.7",
        "sessionTags": {"stage": "test"}, "sourceIdentity": "ann",
        "sessionPolicies": [{"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": ["s3:*", "sts:Get*"], "Resource": ["*"],
            "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}},
        }]}]})
    );
    assert_eq!(attempt["environment"], json!({"stsRegion": "eu-west-1"}));
    assert_eq!(attempt["context"], json!({"aws:securetransport": "false"}));
}

/// What the trace has of a policy of an organization, with one statement or none.
fn traced(kind: &str, target: &str, effect: Option<&str>) -> Value {
    let statement = effect.map(|effect| {
        json!({"effect": effect, "conditions": [], "elements": [
            {"element": "Principal", "values": [{"text": "*"}]},
            {"element": "Action", "values": [{"text": "sts:*"}]},
            {"element": "Resource", "values": [{"text": "*"}]},
        ]})
    });
    let arn = "arn:aws:organizations::999988887777:policy/o-exampleorgid/x/p-12345678";
    json!({"policyType": "x", "policy": {"kind": kind, "arn": arn, "target": target},
        "statements": statement.into_iter().collect::<Vec<_>>()})
}

#[test]
fn what_an_organization_denies_is_told_by_the_trace_level_by_level() {
    const CALLER: &str = "arn:aws:iam::111122223333:user/ann";
    let file = |account: &str| ExportFile {
        name: format!("{account}/details.json"),
        text: json!({"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [],
            "Policies": []})
        .to_string(),
    };
    let export = Export::read(&[file("111122223333"), file("444455556666")]).unwrap();
    let mut told =
        document(CALLER, "sts:AssumeRole", &[("aws:PrincipalOrgID", &["o-exampleorgid"])]);
    told["stead"]["policies"] = json!([
        traced("serviceControl", "r-abcd", Some("ALLOW")),
        traced("serviceControl", "111122223333", None),
        traced("serviceControl", "r-abcd", Some("DENY")),
        traced("resourceControl", "r-abcd", Some("DENY")),
    ]);
    let attempt = attempt(&told);
    let case = export.case(attempt.as_object().unwrap().clone());
    let (owner, caller) = (&case.document()["account"], &case.document()["otherAccounts"][0]);
    assert_eq!(caller["AccountId"], "111122223333");
    assert_eq!(caller["Organization"]["Id"], "o-exampleorgid");
    let levels = caller["ServiceControlPolicies"].as_array().unwrap();
    let effects = |level: &Value| -> Vec<Value> {
        let policies = level.as_array().unwrap().iter();
        policies.map(|policy| policy["Statement"][0]["Effect"].clone()).collect()
    };
    assert_eq!(effects(&levels[0]), ["Allow", "Deny"]);
    // A policy about other actions says nothing of this one.
    assert_eq!(levels[1][0]["Statement"][0]["Action"], "none:None");
    assert_eq!(owner["ServiceControlPolicies"], Value::Null);
    let control = &owner["ResourceControlPolicies"][0]["Statement"][0];
    assert_eq!((&control["Effect"], &control["Principal"]), (&json!("Deny"), &json!("*")));
}

#[test]
fn the_claims_of_a_token_are_those_that_were_condition_keys() {
    let provider = "arn:aws:iam::444455556666:oidc-provider/idp.example.com/Team";
    let attempt = attempt(&document(
        provider,
        "sts:AssumeRoleWithWebIdentity",
        &[
            ("idp.example.com/team:sub", &["job-7"]),
            ("idp.example.com/team:aud", &["sts"]),
            ("idp.example.com/team:amr", &["a", "b"]),
            ("idp.example.com/team-2:sub", &["other"]),
        ],
    ));
    let claims = &attempt["token"]["claims"];
    for (claim, value) in [
        ("iss", json!("https://idp.example.com/Team")),
        ("sub", json!("job-7")),
        ("aud", json!("sts")),
        ("amr", json!(["a", "b"])),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    assert!(attempt.get("caller").is_none());
}

#[test]
fn a_refused_token_is_that_of_its_record() {
    let mut told = document("", "sts:AssumeRoleWithWebIdentity", &[]);
    told["stead"]["refusedProof"] = json!({"code": "InvalidIdentityToken",
        "message": "not validated", "reason": "the signature is another's",
        "token": {"header": {}, "claims": {"iss": "https://idp.example.com"}}});
    let told = attempt(&told);
    assert_eq!(told["token"]["signature"], "invalid");
    assert_eq!(told["token"]["claims"]["iss"], "https://idp.example.com");
    assert_eq!(told["error"]["code"], "InvalidIdentityToken");
}

#[test]
fn the_certificate_that_an_issuer_has_shown_is_that_of_its_record() {
    const SHOWN: &str = "6938fd4d98bab03faadb97b34396831e3780aea1";
    let environment = |message: &str, reason: &str| {
        let mut told = document("", "sts:AssumeRoleWithWebIdentity", &[]);
        told["stead"]["refusedProof"] =
            json!({"code": "InvalidIdentityToken", "message": message, "reason": reason});
        attempt(&told)["environment"].clone()
    };
    let message = "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint";
    let other = "a031c46782e6e6c662c2c87c76da9aa62ccabd8e";
    let reason = |found: &str| {
        format!(
            "key document at `https://idp.example.com/the thumbprint `{other}`: no trusted \
             authority signed the certificate, and the thumbprint `{found}` is not listed"
        )
    };
    assert_eq!(
        environment(message, &reason(SHOWN)),
        json!({"providerTlsThumbprint": SHOWN, "thumbprintEnforced": true})
    );
    for (message, reason) in [
        ("Incorrect token audience", reason(SHOWN)),
        (message, reason(SHOWN.trim_start_matches('6'))),
        (message, String::new()),
    ] {
        assert_eq!(environment(message, &reason), json!({}), "{reason}");
    }
}

#[test]
fn a_refused_call_has_its_moment_or_its_region() {
    let refused = |record: Value| {
        let mut told = document(
            "arn:aws:iam::111122223333:user/ann",
            "sts:AssumeRole",
            &[("aws:SourceIp", &["203.0.113.7"]), ("aws:RequestedRegion", &["us-east-2"])],
        );
        told["stead"]["refusedCall"] = record;
        attempt(&told)
    };
    let region = refused(json!({"code": "RegionDisabledException", "message": "m",
        "signedAt": null, "temporaryCredentials": false}));
    assert_eq!(region["environment"], json!({"stsRegion": "us-east-2", "stsRegionActive": false}));
    assert_eq!(region["error"]["code"], "RegionDisabledException");
    assert_eq!(region["caller"]["credential"], "long-term");
    assert_eq!(region.get("unknown"), None);
    let clock = refused(json!({"code": "SignatureDoesNotMatch", "message": "m",
        "signedAt": "2026-03-01T15:00:00Z", "temporaryCredentials": true}));
    assert_eq!(
        clock["environment"],
        json!({"stsRegion": "us-east-2", "requestSignedAt": "2026-03-01T15:00:00Z"})
    );
    assert_eq!(clock["caller"]["credential"], "session-token");
    assert!(clock["unknown"].as_array().unwrap().contains(&json!("aws:PrincipalTag/")));
}

#[test]
fn neighbours_are_refused() {
    let refused = |text: &str| DecodedDenial::read(text).map(drop).unwrap_err();
    let long = "x".repeat(DECODED_BYTES_MAX + 1);
    assert_eq!(refused(&long), DenialError::TooLong { bytes: long.len() });
    for text in ["", "{}", "[]", r#"{"context":{"action":7}}"#] {
        assert!(matches!(refused(text), DenialError::Lacks(_)), "{text}");
    }
    let ann = "arn:aws:iam::111122223333:user/ann";
    let other = document(ann, "iam:ListUsers", &[]);
    let other = DecodedDenial::read(&other.to_string()).unwrap();
    assert!(matches!(other.attempt(), Err(DenialError::OtherAction { .. })));
    let mut timeless = document(ann, "sts:AssumeRole", &[]);
    timeless["stead"] = json!({});
    let timeless = DecodedDenial::read(&timeless.to_string()).unwrap();
    assert_eq!(timeless.attempt(), Err(DenialError::Lacks("moment")));
}

#[test]
fn a_service_is_the_caller_by_its_name_and_its_source_is_kept() {
    let conditions: &[(&str, &[&str])] = &[
        ("sts:rolesessionname", &["work"]),
        ("aws:principalservicename", &["storage.example.internal"]),
        ("aws:sourcearn", &["arn:aws:storage:::photos"]),
        ("aws:sourceaccount", &["444455556666"]),
    ];
    let attempt = attempt(&document("storage.example.internal", "sts:AssumeRole", conditions));
    assert_eq!(attempt["caller"], json!({"service": "storage.example.internal"}));
    assert_eq!(
        attempt["context"],
        json!({"aws:sourcearn": "arn:aws:storage:::photos", "aws:sourceaccount": "444455556666"})
    );
}
