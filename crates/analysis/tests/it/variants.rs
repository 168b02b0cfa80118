//! Variants of the corpus whose cause is another: each is a case with changes that give
//! it the cause that stands beside them. No case of the corpus has it in this form.

use serde_json::{Value, json};
use stead_analysis::{Case, Cause, Verdict, explain};

use crate::corpus::corpus;

const ROLE: &str = "/account/Authorization/RoleDetailList/0";
const TRUST: &str = "/account/Authorization/RoleDetailList/0/AssumeRolePolicyDocument/Statement/0";
const OTHER: &str = "/otherAccounts/0/Authorization/RoleDetailList/0";

/// Puts values at pointers; what is put as null is taken away.
fn changed(document: &Value, changes: &[(String, Value)]) -> Value {
    let mut document = document.clone();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let name = name.replace("~1", "/");
        match document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}")) {
            Value::Object(members) if value.is_null() => {
                members.remove(&name);
            }
            Value::Object(members) => {
                members.insert(name, value.clone());
            }
            Value::Array(elements) if name == "-" => elements.push(value.clone()),
            Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = value.clone(),
            other => panic!("{pointer}: {other}"),
        }
    }
    document
}

fn at(base: &str, rest: &str) -> String {
    format!("{base}{rest}")
}

type Variant = (&'static str, &'static str, Vec<(String, Value)>);

#[allow(clippy::too_many_lines, reason = "a table")]
fn variants() -> Vec<Variant> {
    let claim = |name: &str| format!("/attempt/token/claims/{name}");
    let parameter = |name: &str| format!("/attempt/parameters/{name}");
    let environment = |value| ("/attempt/environment".to_owned(), value);
    let github = "token.actions.githubusercontent.com";
    let condition = |value| (at(TRUST, "/Condition"), value);
    vec![
        // Two digits of the caller's account are exchanged: no account that is simply not meant.
        (
            "simulator-cross-account",
            "trust-no-matching-principal",
            vec![(at(TRUST, "/Principal/AWS"), json!("arn:aws:iam::444455566566:root"))],
        ),
        // Tokens and providers.
        ("github-username-case", "token-missing-claim", vec![(claim("sub"), json!(null))]),
        ("github-username-case", "token-not-yet-valid", vec![(claim("nbf"), json!(1_768_500_000))]),
        ("github-username-case", "token-expired", vec![(claim("exp"), json!(1_768_400_000))]),
        (
            "github-username-case",
            "token-signature-invalid",
            vec![("/attempt/token/signature".into(), json!("invalid"))],
        ),
        (
            "github-username-case",
            "provider-keys-unreachable",
            vec![environment(json!({"jwksKids": ["k2"]}))],
        ),
        (
            "issuer-endpoints-private",
            "provider-issuer-mismatch",
            vec![(claim("iss"), json!("https://terrakube.example.com/")), environment(json!({}))],
        ),
        (
            "issuer-endpoints-private",
            "provider-not-found",
            vec![
                (
                    claim("iss"),
                    json!("https://oidc.circleci.com/org/11111111-2222-3333-4444-555555555555"),
                ),
                environment(json!({})),
            ],
        ),
        (
            "notebook-token-expired",
            "token-wrong-audience",
            vec![
                (claim("aud"), json!(["https://kubernetes.default.svc"])),
                (claim("iat"), json!(1_626_271_000)),
                (claim("exp"), json!(1_626_357_400)),
            ],
        ),
        // Conditions.
        (
            "github-username-case",
            "trust-condition-value-mismatch",
            vec![(claim("sub"), json!("repo:exampleuser@99/site@12:ref:refs/heads/main"))],
        ),
        (
            "github-username-case",
            "trust-condition-key-absent",
            vec![
                condition(
                    json!({"StringEquals": {format!("{github}:repository"): "exampleuser/site"}}),
                ),
                (claim("repository"), json!("exampleuser/site")),
            ],
        ),
        (
            "github-username-case",
            "trust-condition-wrong-issuer-prefix",
            vec![condition(
                json!({"StringLike": {format!("https://{github}:sub"): "repo:ExampleUser/*"}}),
            )],
        ),
        (
            "github-username-case",
            "trust-condition-operator-no-wildcards",
            vec![condition(
                json!({"StringEquals": {format!("{github}:sub"): ["repo:ExampleUser/*"]}}),
            )],
        ),
        (
            "github-username-case",
            "trust-wrong-principal-type",
            vec![(
                at(TRUST, "/Principal"),
                json!({"AWS": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}),
            )],
        ),
        (
            "github-username-case",
            "trust-wrong-provider-arn",
            vec![(
                at(TRUST, "/Principal/Federated"),
                json!(
                    "arn:aws:iam::111122223334:oidc-provider/token.actions.githubusercontent.com"
                ),
            )],
        ),
        (
            "github-username-case",
            "trust-missing-tag-session",
            vec![
                condition(json!({})),
                (
                    claim("https:~1~1aws.amazon.com~1tags"),
                    json!({"principal_tags": {"Team": ["a"]}}),
                ),
            ],
        ),
        (
            "github-username-case",
            "role-not-found",
            vec![(parameter("RoleArn"), json!("arn:aws:iam::111122223333:role/deployrole"))],
        ),
        (
            "github-username-case",
            "duration-exceeds-max",
            vec![condition(json!({})), (parameter("DurationSeconds"), json!(7_200))],
        ),
        (
            "saml-session-duration-attribute",
            "trust-condition-value-mismatch",
            vec![(claim("saml:aud"), json!("https://signin.amazonaws-us-gov.com/saml"))],
        ),
        (
            "saml-session-duration-attribute",
            "provider-not-found",
            vec![("/account/SAMLProviders".into(), json!([]))],
        ),
        (
            "saml-session-duration-attribute",
            "trust-wrong-action",
            vec![(at(TRUST, "/Action"), json!("sts:AssumeRoleWithWebIdentity"))],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "trust-external-id-missing",
            vec![(parameter("ExternalId"), json!(null))],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "trust-mfa-required",
            vec![condition(json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}))],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "trust-condition-case-mismatch",
            vec![
                condition(json!({"StringEquals": {"aws:PrincipalTag/Team": "Blue"}})),
                (at(OTHER, "/Tags"), json!([{"Key": "team", "Value": "blue"}])),
            ],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "trust-condition-key-absent",
            vec![condition(json!({"StringEquals": {"aws:PrincipalTag/Team": "blue"}}))],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "trust-condition-value-mismatch",
            vec![condition(json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}))],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "assumed-role-session-arn-mismatch",
            vec![condition(
                json!({"StringEquals": {"aws:PrincipalArn": "arn:aws:sts::444455556666:assumed-role/vendor-crawler/sess1"}}),
            )],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "trust-explicit-deny",
            vec![
                (parameter("ExternalId"), json!("ext-1")),
                (
                    at(ROLE, "/AssumeRolePolicyDocument/Statement/-"),
                    json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}),
                ),
            ],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "rcp-deny",
            vec![
                (parameter("ExternalId"), json!("ext-1")),
                (
                    "/account/ResourceControlPolicies".into(),
                    json!([{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}}]),
                ),
            ],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "identity-wrong-resource",
            vec![
                (parameter("ExternalId"), json!("ext-1")),
                (
                    at(OTHER, "/RolePolicyList/0/PolicyDocument/Statement/0/Resource"),
                    json!("arn:aws:iam::111122223334:role/DatadogIntegrationRole"),
                ),
            ],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "identity-no-allow",
            vec![
                (parameter("ExternalId"), json!("ext-1")),
                (
                    at(OTHER, "/RolePolicyList/0/PolicyDocument/Statement/0/Action"),
                    json!("sts:GetCallerIdentity"),
                ),
            ],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "trust-stale-principal-id",
            vec![(
                at(TRUST, "/Principal/AWS"),
                json!(["AIDAOLD1234567890EXMP", "arn:aws:iam::999999999999:root"]),
            )],
        ),
        (
            "external-id-rotated-in-saas-ui",
            "role-wrong-account",
            vec![
                (parameter("ExternalId"), json!("ext-1")),
                (
                    parameter("RoleArn"),
                    json!("arn:aws:iam::111122223334:role/DatadogIntegrationRole"),
                ),
                (at(OTHER, "/RolePolicyList/0/PolicyDocument/Statement/0/Resource"), json!("*")),
            ],
        ),
        // Requests.
        (
            "scanner-chains-five-hours",
            "request-invalid-session-name",
            vec![(parameter("RoleSessionName"), json!("x".repeat(65)))],
        ),
        (
            "clock-set-by-hand",
            "clock-skew",
            vec![environment(json!({"requestSignedAt": "2024-01-02T11:00:00Z"}))],
        ),
        (
            "clock-set-by-hand",
            "region-disabled",
            vec![environment(json!({"stsRegion": "ap-east-1", "callerRegionOptIn": false}))],
        ),
        (
            "clock-set-by-hand",
            "duration-chaining-cap",
            vec![
                environment(json!({})),
                ("/attempt/caller/credential".into(), json!("session-token")),
                (parameter("DurationSeconds"), json!(7_200)),
                (at(ROLE, "/MaxSessionDuration"), json!(43_200)),
            ],
        ),
        (
            "clock-set-by-hand",
            "scp-no-allow",
            vec![
                environment(json!({})),
                (
                    "/account/ServiceControlPolicies".into(),
                    json!([{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": "sts:*", "Resource": "*"}}]),
                ),
            ],
        ),
        (
            "clock-set-by-hand",
            "boundary-no-allow",
            vec![
                environment(json!({})),
                (
                    at("/account/Authorization/UserDetailList/0", "/PermissionsBoundary"),
                    json!({"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Limit"}),
                ),
                (
                    "/account/Authorization/Policies/-".into(),
                    json!({"PolicyName": "Limit", "Arn": "arn:aws:iam::111122223333:policy/Limit", "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}]}),
                ),
            ],
        ),
        (
            "clock-set-by-hand",
            "identity-explicit-deny",
            vec![
                environment(json!({})),
                (
                    at("/account/Authorization/UserDetailList/0", "/UserPolicyList/-"),
                    json!({"PolicyName": "mfa", "PolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}}}),
                ),
            ],
        ),
        (
            "clock-set-by-hand",
            "trust-missing-set-source-identity",
            vec![environment(json!({})), (parameter("SourceIdentity"), json!("bob"))],
        ),
        (
            "clock-set-by-hand",
            "trust-wrong-principal-type",
            vec![
                environment(json!({})),
                (
                    at(TRUST, "/Principal"),
                    json!({"Federated": "arn:aws:iam::111122223333:saml-provider/Okta"}),
                ),
                (at(TRUST, "/Action"), json!("sts:AssumeRoleWithSAML")),
            ],
        ),
        (
            "ec2-role-assumes-itself",
            "self-assume-not-trusted",
            vec![(
                at(TRUST, "/Principal"),
                json!({"AWS": "arn:aws:iam::111122223333:role/somebody"}),
            )],
        ),
    ]
}

/// What is taken out of view is not blamed on what is left.
#[test]
fn a_cause_that_is_not_in_view_is_said_to_be_missing() {
    let hidden = [
        ("federated-role-boundary", "/otherAccounts", json!([])),
        ("identity-resource-without-path", "/otherAccounts", json!([])),
        ("sandbox-ou-allow-list", "/otherAccounts/0/ServiceControlPolicies", json!([])),
        ("session-policy-without-sts", "/attempt/caller/sessionPolicies", json!([])),
        ("region-lock-scp-global-sts", "/account/ServiceControlPolicies", json!([])),
        ("rcp-org-perimeter-blocks-sso", "/account/ResourceControlPolicies", json!([])),
        ("issuer-endpoints-private", "/attempt/environment", json!({})),
        ("clock-set-by-hand", "/attempt/environment", json!({})),
        ("github-username-case", "/attempt/token", json!(null)),
        (
            "external-id-rotated-in-saas-ui",
            "/attempt/parameters/RoleArn",
            json!("arn:aws:iam::222233334444:role/Other"),
        ),
    ];
    let corpus = corpus();
    for (name, pointer, value) in hidden {
        let known = corpus.iter().find(|known| known.name == name).expect(name);
        let document = changed(known.case.document(), &[(pointer.to_owned(), value)]);
        let explanation = explain(&Case::parse(&document.to_string()).unwrap()).unwrap();
        assert_eq!(explanation.verdict, Verdict::Unexplained, "{name}: {explanation:?}");
        assert!(!explanation.missing.is_empty(), "{name}");
    }
}

/// What tags take is known, so it need not be said what AWS counted.
#[test]
fn too_many_tags_are_counted_without_being_told() {
    let corpus = corpus();
    let known =
        corpus.iter().find(|known| known.name == "pod-identity-tags-plus-own-tags").unwrap();
    let hidden = changed(known.case.document(), &[("/attempt/environment".to_owned(), json!({}))]);
    let explanation = explain(&Case::parse(&hidden.to_string()).unwrap()).unwrap();
    assert_eq!(explanation.cause, Some(Cause::RequestPackedPolicyTooLarge));
    assert_eq!(explanation.fixes.len(), 1);
}

#[test]
fn causes_are_found_in_forms_that_the_corpus_does_not_have() {
    let corpus = corpus();
    let mut wrong = Vec::new();
    let mut unfixed = Vec::new();
    let all = variants();
    for (name, wanted, changes) in &all {
        let known = corpus.iter().find(|known| known.name == *name).expect(name);
        let mut document = changed(known.case.document(), changes);
        document["attempt"].as_object_mut().unwrap().remove("error");
        let explanation = explain(&Case::parse(&document.to_string()).unwrap()).unwrap();
        let cause = explanation.cause.map(|cause| cause.code()).unwrap_or_default();
        if cause != *wanted {
            wrong.push(format!("{name}: expected {wanted}, found {cause} {:?}", explanation.place));
        }
        if explanation.fixes.is_empty() {
            unfixed.push(format!("{name}: {wanted}"));
        }
    }
    let found = all.len() - wrong.len();
    println!("of {} variants: causes {found}, with a fix {}", all.len(), all.len() - unfixed.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(unfixed.is_empty(), "{unfixed:#?}");
}
