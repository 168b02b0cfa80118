//! SAML providers.

use stead_types::SamlId;

use crate::commands::saml_provider::{self, NewPrivateKey, NewSamlProvider, SamlProviderChange};
use crate::entity::{AssertionEncryption, SamlMetadata};
use crate::testing::{Fixture, arn, missing, name, now, saml_metadata, secret, tags};
use crate::{DirectoryError, EntityKind, Quota};

fn key(letter: &str) -> NewPrivateKey {
    NewPrivateKey { id: name(&letter.repeat(26)), key: secret() }
}

fn adding(letter: &str) -> SamlProviderChange {
    SamlProviderChange { add_private_key: Some(key(letter)), ..Default::default() }
}

fn removing(letter: &str) -> SamlProviderChange {
    let id: SamlId = name(&letter.repeat(26));
    SamlProviderChange { remove_private_key: Some(id), ..Default::default() }
}

fn key_ids(fixture: &Fixture, name: &str) -> Vec<String> {
    let provider = fixture.snapshot().saml_provider(&arn(&format!("saml-provider/{name}")));
    let keys = provider.unwrap().private_keys.iter();
    keys.map(|key| key.id.as_str().chars().take(1).collect()).collect()
}

#[test]
fn a_provider_is_found_by_exactly_its_arn() {
    let mut fixture = Fixture::new();
    let made = fixture.try_saml_provider("Corp").unwrap();
    assert_eq!(made.arn, arn("saml-provider/Corp"));
    assert_eq!((made.encryption, made.private_keys.len()), (AssertionEncryption::Allowed, 0));
    assert!(fixture.snapshot().saml_provider(&made.arn).is_some());
    assert!(fixture.snapshot().saml_provider(&arn("saml-provider/corp")).is_none());
    let again = fixture.try_saml_provider("Corp").unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::SamlProvider, "Corp"));
    let other = fixture.try_saml_provider("corp").unwrap();
    assert_ne!(made.uuid, other.uuid);
}

#[test]
fn a_provider_made_anew_has_another_id() {
    let mut fixture = Fixture::new();
    let first = fixture.try_saml_provider("Corp").unwrap();
    saml_provider::delete(&mut fixture.draft, &first.arn).unwrap();
    assert_eq!(fixture.snapshot().saml_provider_count(), 0);
    let second = fixture.try_saml_provider("Corp").unwrap();
    assert_ne!(first.uuid, second.uuid);
}

#[test]
fn what_is_not_named_stays_as_it_is() {
    let mut fixture = Fixture::new();
    let new = NewSamlProvider {
        name: name("Corp"),
        metadata: saml_metadata("idp"),
        encryption: AssertionEncryption::Required,
        private_key: Some(key("A")),
        tags: tags(1),
    };
    let made = saml_provider::create(&mut fixture.draft, new, now(), &mut fixture.entropy).unwrap();
    let later = "2026-03-02T12:00:00Z".parse().unwrap();
    let change =
        SamlProviderChange { metadata: Some(saml_metadata("other")), ..Default::default() };
    saml_provider::update(&mut fixture.draft, &made.arn, change, later).unwrap();
    let changed = fixture.snapshot().saml_provider(&made.arn).unwrap();
    assert_eq!(&*changed.metadata.entity_id, "other");
    assert_eq!((&changed.uuid, changed.created_at), (&made.uuid, now()));
    assert_eq!((changed.encryption, changed.tags.len()), (AssertionEncryption::Required, 1));
    assert_eq!(changed.private_keys[0].added_at, now());
}

#[test]
fn a_provider_has_two_private_keys_at_most_and_they_can_be_exchanged() {
    let mut fixture = Fixture::new();
    let provider = fixture.try_saml_provider("Corp").unwrap().arn.clone();
    let update = |fixture: &mut Fixture, change| {
        saml_provider::update(&mut fixture.draft, &provider, change, now())
    };
    update(&mut fixture, adding("A")).unwrap();
    update(&mut fixture, adding("B")).unwrap();
    let full = Err(DirectoryError::LimitExceeded(Quota::PrivateKeysPerSamlProvider));
    assert_eq!(update(&mut fixture, adding("C")), full);
    let exchange =
        SamlProviderChange { remove_private_key: removing("A").remove_private_key, ..adding("C") };
    update(&mut fixture, exchange).unwrap();
    assert_eq!(key_ids(&fixture, "Corp"), ["B", "C"]);
    let unknown = Err(missing(EntityKind::SamlPrivateKey, "A".repeat(26)));
    assert_eq!(update(&mut fixture, removing("A")), unknown);
    // A refused change leaves nothing behind, also where a part of it could be done.
    let half =
        SamlProviderChange { encryption: Some(AssertionEncryption::Required), ..removing("A") };
    assert_eq!(update(&mut fixture, half), unknown);
    let unchanged = fixture.snapshot().saml_provider(&arn("saml-provider/Corp")).unwrap();
    assert_eq!(unchanged.encryption, AssertionEncryption::Allowed);
    update(&mut fixture, removing("B")).unwrap();
    assert_eq!(key_ids(&fixture, "Corp"), ["C"]);
}

#[test]
fn metadata_has_ten_signing_keys_at_most() {
    let mut fixture = Fixture::new();
    let provider = fixture.try_saml_provider("Corp").unwrap();
    let with = |count: usize| SamlProviderChange {
        metadata: Some(SamlMetadata {
            signing_certificates: vec![[0].into(); count],
            ..saml_metadata("idp")
        }),
        ..Default::default()
    };
    let mut update =
        |change| saml_provider::update(&mut fixture.draft, &provider.arn, change, now());
    update(with(10)).unwrap();
    let full = Err(DirectoryError::LimitExceeded(Quota::KeysPerSamlProvider));
    assert_eq!(update(with(11)), full);
}

#[test]
fn an_account_has_a_hundred_providers_at_most() {
    let mut fixture = Fixture::new();
    for index in 0..100 {
        fixture.try_saml_provider(&format!("p{index}")).unwrap();
    }
    let more = fixture.try_saml_provider("more").unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::SamlProvidersPerAccount));
}

#[test]
fn what_is_missing_is_named() {
    let mut fixture = Fixture::new();
    let arn = arn("saml-provider/Corp");
    let expected = Err(missing(EntityKind::SamlProvider, &arn));
    let draft = &mut fixture.draft;
    assert_eq!(saml_provider::update(draft, &arn, adding("A"), now()), expected);
    assert_eq!(saml_provider::delete(draft, &arn), expected);
}
