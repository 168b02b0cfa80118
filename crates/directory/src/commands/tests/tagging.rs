//! Tags.

use stead_types::{Arn, Path, TagKey};

use crate::commands::tags::{Taggable, tag, untag};
use crate::commands::{managed_policy, mfa_device};
use crate::testing::{self, ALLOW, Fixture, arn, missing, name, now, secret, tags};
use crate::{DirectoryError, EntityKind, Quota};

fn device(fixture: &mut Fixture) -> Arn {
    let new = mfa_device::NewMfaDevice {
        name: name("X"),
        path: Path::root(),
        seed: secret(),
        tags: vec![],
    };
    mfa_device::create(&mut fixture.draft, new, now()).unwrap().serial.clone()
}

#[test]
fn every_taggable_thing_has_fifty_tags_at_most() {
    let mut fixture = Fixture::new();
    fixture.user("X");
    fixture.role("X", "*");
    let (policy, device) = (fixture.policy("X").arn.clone(), device(&mut fixture));
    let provider = fixture.oidc_provider("https://x").arn.clone();
    let saml = fixture.try_saml_provider("X").unwrap().arn.clone();
    fixture.try_instance_profile("X").unwrap();
    fixture.try_server_certificate("X").unwrap();
    let (user, role, profile) = (name("X"), name("X"), name("X"));
    let certificate = name("X");
    let draft = &mut fixture.draft;
    for resource in [
        Taggable::User(&user),
        Taggable::Role(&role),
        Taggable::Policy(&policy),
        Taggable::MfaDevice(&device),
        Taggable::OidcProvider(&provider),
        Taggable::SamlProvider(&saml),
        Taggable::InstanceProfile(&profile),
        Taggable::ServerCertificate(&certificate),
    ] {
        let full = DirectoryError::LimitExceeded(Quota::TagsPerResource);
        assert_eq!(tag(draft, resource, tags(51)).unwrap_err(), full);
        tag(draft, resource, tags(50)).unwrap();
        let more = tag(draft, resource, vec![testing::tag("other", "")]).unwrap_err();
        assert_eq!(more, full);
        tag(draft, resource, vec![testing::tag("key-0", "changed")]).unwrap();
        let keys: Vec<TagKey> = ["key-1", "absent"].map(name).to_vec();
        untag(draft, resource, &keys).unwrap();
        tag(draft, resource, vec![testing::tag("other", "")]).unwrap();
        let twice = vec![testing::tag("a", "1"), testing::tag("a", "2")];
        assert_eq!(tag(draft, resource, twice).unwrap_err(), DirectoryError::DuplicateTagKeys);
    }
}

#[test]
fn case_tells_keys_of_policies_apart_and_those_of_users_not() {
    let mut fixture = Fixture::new();
    fixture.user("X");
    let policy = fixture.policy("X").arn.clone();
    let user = name("X");
    let both = || vec![testing::tag("a", "1"), testing::tag("A", "2")];
    let draft = &mut fixture.draft;
    tag(draft, Taggable::Policy(&policy), both()).unwrap();
    untag(draft, Taggable::Policy(&policy), &[name("a")]).unwrap();
    let stored = &draft.snapshot().policy(&policy).unwrap().tags;
    assert_eq!((stored.len(), stored.find(&name("A")).unwrap().as_str()), (1, "2"));

    let refused = tag(draft, Taggable::User(&user), both()).unwrap_err();
    assert_eq!(refused, DirectoryError::DuplicateTagKeys);
    // Spec: UG:id_tags: a second key that differs only in case replaces the first.
    tag(draft, Taggable::User(&user), vec![testing::tag("Team", "1")]).unwrap();
    tag(draft, Taggable::User(&user), vec![testing::tag("team", "2")]).unwrap();
    let stored = &draft.snapshot().user_by_name("X").unwrap().tags;
    assert_eq!((stored.len(), stored.find("TEAM").unwrap().value.as_str()), (1, "2"));
    untag(draft, Taggable::User(&user), &[name("tEAM")]).unwrap();
    assert!(draft.snapshot().user_by_name("X").unwrap().tags.is_empty());
}

#[test]
fn what_is_missing_is_named() {
    let mut fixture = Fixture::new();
    let (user, role, profile) = (name("X"), name("X"), name("X"));
    let (policy, device) = (arn("policy/X"), arn("mfa/X"));
    let (provider, saml) = (arn("oidc-provider/x"), arn("saml-provider/X"));
    let draft = &mut fixture.draft;
    for (resource, kind, text) in [
        (Taggable::User(&user), EntityKind::User, "X"),
        (Taggable::Role(&role), EntityKind::Role, "X"),
        (Taggable::Policy(&policy), EntityKind::Policy, policy.as_str()),
        (Taggable::MfaDevice(&device), EntityKind::MfaDevice, device.as_str()),
        (Taggable::OidcProvider(&provider), EntityKind::OidcProvider, provider.as_str()),
        (Taggable::SamlProvider(&saml), EntityKind::SamlProvider, saml.as_str()),
        (Taggable::InstanceProfile(&profile), EntityKind::InstanceProfile, "X"),
    ] {
        assert_eq!(tag(draft, resource, tags(1)).unwrap_err(), missing(kind, text));
        assert_eq!(untag(draft, resource, &[]).unwrap_err(), missing(kind, text));
    }
}

#[test]
fn a_policy_is_created_with_tags_whose_keys_differ_in_case() {
    let mut fixture = Fixture::new();
    let new = managed_policy::NewPolicy {
        name: name("P"),
        path: Path::root(),
        text: ALLOW.into(),
        description: None,
        tags: vec![testing::tag("a", ""), testing::tag("A", "")],
    };
    let created = managed_policy::create(&mut fixture.draft, new, now(), &mut fixture.entropy);
    assert_eq!(created.unwrap().tags.len(), 2);
}
