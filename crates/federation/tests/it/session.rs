//! Session tags, authorized roles and source identity, in the forms AWS reads.

use serde_json::{Value, json};
use stead_federation::oidc::{Refusal, VerifiedToken};
use stead_types::TagError;

use crate::support::check_claims;

const TAGS: &str = "https://aws.amazon.com/tags";
const ROLES: &str = "https://aws.amazon.com/roles";
const ROLE: &str = "arn:aws:iam::111122223333:role/team/Deploy";

/// The tags as `key=value`, and the transitive keys.
fn tags(verified: &VerifiedToken) -> (Vec<String>, Vec<&str>) {
    let tags = verified.session_tags();
    let shown = |tag: &stead_types::Tag| format!("{}={}", tag.key.as_str(), tag.value.as_str());
    (
        tags.tags.iter().map(shown).collect(),
        tags.transitive.iter().map(|key| key.as_str()).collect(),
    )
}

#[test]
fn tags_are_nested_or_flattened() {
    let nested = check_claims(json!({ TAGS: {
        "principal_tags": {"Project": ["Automation"], "CostCenter": ["987654"], "Empty": [""]},
        "transitive_tag_keys": ["Project", "CostCenter"],
    }}))
    .unwrap();
    let all = ["CostCenter=987654", "Empty=", "Project=Automation"].map(str::to_owned).to_vec();
    assert_eq!(tags(&nested), (all, vec!["Project", "CostCenter"]));

    let flattened = check_claims(json!({
        "https://aws.amazon.com/tags/principal_tags/Project": "Automation",
        "https://aws.amazon.com/tags/principal_tags/a/b": "c",
        "https://aws.amazon.com/tags/transitive_tag_keys": ["Project"],
    }))
    .unwrap();
    let all = ["a/b=c", "Project=Automation"].map(str::to_owned).to_vec();
    assert_eq!(tags(&flattened), (all, vec!["Project"]));

    let both = check_claims(json!({
        TAGS: {"principal_tags": {"One": ["1"]}},
        "https://aws.amazon.com/tags/principal_tags/Two": "2",
        "https://aws.amazon.com/tags/transitive_tag_keys": [],
    }))
    .unwrap();
    assert_eq!(tags(&both), (vec!["One=1".to_owned(), "Two=2".to_owned()], vec![]));

    for none in [json!({}), json!({ TAGS: {} }), json!({ TAGS: {"principal_tags": {}} })] {
        assert!(check_claims(none).unwrap().session_tags().is_empty());
    }
}

#[test]
fn malformed_tags_are_refused() {
    let flat = "https://aws.amazon.com/tags/principal_tags/Key";
    let transitive = "https://aws.amazon.com/tags/transitive_tag_keys";
    for changes in [
        json!({ TAGS: "Key=value" }),
        json!({ TAGS: [] }),
        // Keycloak's habit, which another server reads and AWS does not.
        json!({ TAGS: [{"principal_tags": {"Key": ["value"]}}] }),
        json!({ TAGS: {"principal_tags": [["Key", "value"]]} }),
        json!({ TAGS: {"principal_tags": {"Key": "value"}} }),
        json!({ TAGS: {"principal_tags": {"Key": []}} }),
        json!({ TAGS: {"principal_tags": {"Key": ["one", "two"]}} }),
        json!({ TAGS: {"principal_tags": {"Key": [1]}} }),
        json!({ TAGS: {"transitive_tag_keys": "Key"} }),
        json!({ TAGS: {"transitive_tag_keys": [1]} }),
        json!({ flat: ["value"] }),
        json!({ flat: 1 }),
        json!({ transitive: "Key" }),
        json!({ transitive: {"Key": true} }),
    ] {
        let refusal = check_claims(changes.clone()).unwrap_err();
        assert!(matches!(refusal, Refusal::MalformedClaim { .. }), "{changes}: {refusal:?}");
    }
    let twice = json!({ TAGS: {"transitive_tag_keys": []}, transitive: [] });
    assert_eq!(check_claims(twice).unwrap_err(), Refusal::TransitiveTagKeysTwice);
}

#[test]
fn tags_that_are_no_tags_are_refused() {
    let long = "k".repeat(129);
    for (key, value, error) in [
        ("aws:kind", "v", TagError::Reserved),
        ("", "v", TagError::Length),
        (long.as_str(), "v", TagError::Length),
        ("a*", "v", TagError::Character),
        ("Key", "<v>", TagError::Character),
    ] {
        let refusal = Refusal::SessionTag { key: key.into(), error };
        let nested = json!({ TAGS: {"principal_tags": { key: [value] }} });
        assert_eq!(check_claims(nested).unwrap_err(), refusal);
        let flat = json!({ format!("{TAGS}/principal_tags/{key}"): value });
        assert_eq!(check_claims(flat).unwrap_err(), refusal);
    }
    // Case does not tell keys apart, nor do the two forms.
    for changes in [
        json!({ TAGS: {"principal_tags": {"Key": ["1"], "key": ["2"]}} }),
        json!({ TAGS: {"principal_tags": {"Key": ["1"]}}, format!("{TAGS}/principal_tags/KEY"): "1" }),
    ] {
        let refusal = check_claims(changes).unwrap_err();
        assert!(matches!(refusal, Refusal::SessionTag { error: TagError::Duplicate, .. }));
    }
}

#[test]
fn roles_are_a_list_or_a_text() {
    let other = "arn:aws:iam::111122223333:role/Other";
    for claim in [
        json!([ROLE]),
        json!([other, ROLE]),
        json!(ROLE),
        json!(format!("{other};{ROLE}")),
        json!(format!(" {other} ; {ROLE}\n;")),
        json!(["Deploy", 7, null, "", ROLE]),
    ] {
        let verified = check_claims(json!({ ROLES: claim.clone() })).unwrap();
        assert!(verified.roles().unwrap().contains(ROLE), "{claim}");
    }
    let verified = check_claims(json!({ ROLES: [ROLE, other] })).unwrap();
    assert_eq!(verified.roles().unwrap().iter().collect::<Vec<_>>(), [ROLE, other]);
    for near in [
        "arn:aws:iam::111122223333:role/team/deploy",
        "arn:aws:iam::111122223333:role/team/Deploy2",
        "arn:aws:iam::111122223333:role/*",
        "Deploy",
    ] {
        assert!(!verified.roles().unwrap().contains(near), "{near}");
    }
    assert_eq!(check_claims(json!({})).unwrap().roles(), None);
}

#[test]
fn a_claim_of_roles_without_a_role_is_refused() {
    for claim in [
        json!([]),
        json!(""),
        json!(";"),
        json!(["Deploy"]),
        json!([7]),
        json!(["arn:aws:iam::111122223333:user/Alice"]),
        json!(["arn:aws:s3:::role/Deploy"]),
        json!(
            "arn:aws:iam::111122223333:role/A arn:aws:sts::111122223333:x"
                .replace(":iam:", ":sts:")
        ),
    ] {
        assert_eq!(check_claims(json!({ ROLES: claim })).unwrap_err(), Refusal::NoRoles);
    }
    for claim in [json!(7), json!({ROLE: true}), json!(false)] {
        let refusal = check_claims(json!({ ROLES: claim })).unwrap_err();
        assert!(matches!(refusal, Refusal::MalformedClaim { .. }), "{refusal:?}");
    }
}

#[test]
fn null_is_no_claim_of_roles() {
    let claims =
        crate::support::claims().to_string().replacen('{', &format!("{{\"{ROLES}\":null,"), 1);
    let token = crate::support::token_with(
        r#"{"alg":"ES256","kid":"p256"}"#,
        stead_federation::oidc::Algorithm::Es256,
        &claims,
    );
    assert_eq!(crate::support::check(&token).unwrap().roles(), None);
}

#[test]
fn the_source_identity_is_a_name() {
    let claim = "https://aws.amazon.com/source_identity";
    let verified = check_claims(json!({ claim: "alice@example.com" })).unwrap();
    assert_eq!(verified.source_identity().unwrap().as_str(), "alice@example.com");
    assert_eq!(check_claims(json!({})).unwrap().source_identity(), None);
    for bad in ["a", "", "a b", "aws:root", &"a".repeat(65)] {
        let refusal = check_claims(json!({ claim: bad })).unwrap_err();
        assert!(matches!(refusal, Refusal::SourceIdentity(_)), "{bad}");
    }
    for bad in [json!(1), json!(["alice"]), Value::Bool(true)] {
        let refusal = check_claims(json!({ claim: bad })).unwrap_err();
        assert!(matches!(refusal, Refusal::MalformedClaim { .. }));
    }
}
