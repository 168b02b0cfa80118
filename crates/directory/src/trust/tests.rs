use super::*;
use crate::testing::{Fixture, arn, trust_of};
use crate::{PrincipalStatus, Snapshot};

/// Two hosted accounts; everything else is not hosted.
struct Hosted(Vec<Snapshot>);

impl PrincipalLookup for Hosted {
    fn lookup(&self, arn: &Arn) -> PrincipalStatus {
        let known = self.0.iter().map(|snapshot| snapshot.lookup(arn));
        known
            .into_iter()
            .find(|status| *status != PrincipalStatus::NotHosted)
            .unwrap_or(PrincipalStatus::NotHosted)
    }

    fn arn_of(&self, id: &UniqueId) -> Option<Arn> {
        self.0.iter().find_map(|snapshot| snapshot.arn_of(id))
    }
}

fn admit(principal: &str, principals: &dyn PrincipalLookup) -> Result<TrustPolicy, DirectoryError> {
    TrustPolicy::admit(&trust_of(principal), &arn("role/R"), principals)
}

#[test]
fn principals_are_admitted_or_refused_one_by_one() {
    let mut fixture = Fixture::new();
    let alice = fixture.user("Alice").id.clone();
    let role = fixture.role("Other", "*").id.clone();
    let group = fixture.group("G").id.clone();
    let snapshot = fixture.snapshot();
    let deleted = "AIDAIOSFODNN7EXAMPLE1";
    let as_written = [
        "*",
        "111122223333",
        "999988887777",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::999988887777:root",
        // Not hosted here, so nothing is known of it.
        "arn:aws:iam::999988887777:user/Alice",
        "arn:aws:sts::111122223333:assumed-role/Other/session",
        "arn:aws:sts::111122223333:federated-user/Bob",
        alice.as_str(),
        role.as_str(),
    ];
    for principal in as_written {
        let trust =
            admit(principal, snapshot).unwrap_or_else(|error| panic!("{principal}: {error:?}"));
        assert_eq!(trust.stored(), &trust_of(principal), "{principal}");
    }
    for (principal, id) in [
        ("arn:aws:iam::111122223333:user/Alice", &alice),
        ("arn:aws:iam::111122223333:role/Other", &role),
    ] {
        assert_eq!(admit(principal, snapshot).unwrap().stored(), &trust_of(id.as_str()));
    }
    for principal in [
        "",
        "Alice",
        "11112222333",
        "arn:aws:iam::111122223333:user/alice",
        "arn:aws:iam::111122223333:user/path/Alice",
        "arn:aws:iam::111122223333:user/*",
        "arn:aws:iam::111122223333:user/Alic?",
        "arn:aws:iam::999988887777:user/*",
        "arn:aws:iam::*:root",
        "arn:aws:iam::111122223333:group/G",
        "arn:aws:iam::111122223333:policy/P",
        "arn:aws:iam::111122223333:role/Alice",
        "arn:aws:iam::111122223333:root/Alice",
        "arn:aws:iam:eu-west-1:111122223333:user/Alice",
        "arn:aws-cn:iam::111122223333:user/Alice",
        "arn:aws:s3:::bucket",
        "arn:aws:sts::111122223333:assumed-role/Other",
        "arn:aws:sts::111122223333:assumed-role/Other/*",
        "arn:aws:sts::111122223333:assumed-role/Other/a/b",
        "arn:aws:sts::111122223333:user/Alice",
        group.as_str(),
        deleted,
    ] {
        let refused = admit(principal, snapshot);
        assert!(
            matches!(
                &refused,
                Err(DirectoryError::InvalidPrincipal { text }) if text == principal
            ) || matches!(&refused, Err(DirectoryError::MalformedPolicyDocument(_))),
            "{principal}: {refused:?}"
        );
    }
    let unknown = admit("arn:aws:iam::111122223333:user/Nobody", snapshot).unwrap_err();
    let text = "arn:aws:iam::111122223333:user/Nobody".to_owned();
    assert_eq!(unknown, DirectoryError::InvalidPrincipal { text });
}

#[test]
fn layout_is_kept_and_ids_are_shown_as_present_arns() {
    let mut fixture = Fixture::new();
    let alice = fixture.user("Alice").id.clone();
    let text = r#"{ "Version": "2012-10-17",
  "Statement": [ { "Effect": "Allow", "Action": "sts:AssumeRole",
    "Principal": { "AWS": [ "arn:aws:iam::111122223333:user\/Alice" , "*" ], "Service": "ec2.amazonaws.com" } } ] }"#;
    let trust = TrustPolicy::admit(&text.into(), &arn("role/R"), fixture.snapshot()).unwrap();
    let stored = text.replace(r"arn:aws:iam::111122223333:user\/Alice", alice.as_str());
    assert_eq!(trust.stored().as_str(), stored);

    let rename = |fixture: &mut Fixture| {
        let (from, to) = ("Alice".parse().unwrap(), "Bob".parse().unwrap());
        crate::commands::user::update(&mut fixture.draft, &from, Some(to), None).unwrap();
    };
    rename(&mut fixture);
    let shown = stored.replace(alice.as_str(), "arn:aws:iam::111122223333:user/Bob");
    assert_eq!(trust.display(fixture.snapshot()).as_str(), shown);
}

#[test]
fn a_user_made_again_is_not_trusted_and_the_bare_id_shows() {
    let mut fixture = Fixture::new();
    let first = fixture.user("Alice").id.clone();
    let trust = admit("arn:aws:iam::111122223333:user/Alice", fixture.snapshot()).unwrap();
    crate::commands::user::delete(&mut fixture.draft, &"Alice".parse().unwrap()).unwrap();
    let second = fixture.user("Alice").id.clone();
    assert_ne!(first, second);
    assert_eq!(trust.display(fixture.snapshot()), trust_of(first.as_str()));
    // Saving what is shown is refused, as the id means nobody any more.
    let refused = admit(first.as_str(), fixture.snapshot()).unwrap_err();
    assert_eq!(refused, DirectoryError::InvalidPrincipal { text: first.to_string() });
}

#[test]
fn principals_of_other_hosted_accounts_are_looked_up_there() {
    let mut fixture = Fixture::new();
    let alice = fixture.user("Alice").id.clone();
    let other = crate::entity::AccountRoot {
        id: "444455556666".parse().unwrap(),
        created_at: crate::testing::now(),
        data_key: crate::testing::secret(),
        login_profile: None,
    };
    let hosted = Hosted(vec![Snapshot::empty(other), fixture.snapshot().clone()]);
    let trust = admit("arn:aws:iam::111122223333:user/Alice", &hosted).unwrap();
    assert_eq!(trust.stored(), &trust_of(alice.as_str()));
    let missing = admit("arn:aws:iam::444455556666:user/Alice", &hosted);
    assert!(matches!(missing, Err(DirectoryError::InvalidPrincipal { .. })));
}

#[test]
fn a_stored_document_reads_back_the_same() {
    let mut fixture = Fixture::new();
    fixture.user("Alice");
    let trust = admit("arn:aws:iam::111122223333:user/Alice", fixture.snapshot()).unwrap();
    let again = TrustPolicy::from_stored(trust.stored().clone(), BTreeSet::new(), &arn("role/R"));
    assert_eq!((again.stored(), again.is_damaged()), (trust.stored(), false));
    assert_eq!(again.display(fixture.snapshot()), trust.display(fixture.snapshot()));

    let broken = TrustPolicy::from_stored("{".into(), BTreeSet::new(), &arn("role/R"));
    assert!(broken.is_damaged());
    assert_eq!(broken.display(fixture.snapshot()).as_str(), "{");
}

/// Spec: UG:id_roles_providers_oidc_secure-by-default. Observed: the text is recorded by
/// the project radkawar/stackd.
#[test]
fn a_shared_provider_is_trusted_only_with_the_claim_of_its_tenant() {
    const GITHUB: &str = "token.actions.githubusercontent.com";
    let admit = |condition: &str| {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow",
                "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{GITHUB}"}},
                "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {condition}}}}}"#
        );
        TrustPolicy::admit(&PolicyText::from(text), &arn("role/R"), &Hosted(Vec::new()))
    };
    let audience = format!(r#"{{"StringEquals": {{"{GITHUB}:aud": "sts.amazonaws.com"}}}}"#);
    let subject = format!(r#"{{"StringLike": {{"{GITHUB}:sub": "repo:org/app:*"}}}}"#);
    assert!(admit(&subject).is_ok());
    let refused = admit(&audience).unwrap_err();
    let DirectoryError::MalformedPolicyDocument(parsed) = refused else { panic!("{refused:?}") };
    assert_eq!(
        parsed.refusal().unwrap().wire_message(),
        "Trust policy with trusted principal \
         arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com must \
         evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, \
         token.actions.githubusercontent.com:sub or \
         token.actions.githubusercontent.com:job_workflow_ref which is not scoped to all."
    );
    // A role that was made before stays as it is.
    let text = format!(
        r#"{{"Statement": {{"Effect": "Allow", "Principal": {{"Federated": "{GITHUB}"}},
            "Action": "sts:AssumeRoleWithWebIdentity"}}}}"#
    );
    let trust = TrustPolicy::from_stored(text.into(), BTreeSet::new(), &arn("role/R"));
    assert!(!trust.is_damaged());
}
