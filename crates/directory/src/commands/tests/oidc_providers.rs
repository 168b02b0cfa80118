//! OpenID Connect providers.

use stead_types::{ClientId, Thumbprint};

use crate::commands::oidc_provider::{self, NewOidcProvider};
use crate::testing::{Fixture, arn, missing, name, now, tags};
use crate::{DirectoryError, EntityKind, Quota};

const ISSUER: &str = "https://idp.example.com/a";

fn client_ids(count: usize) -> Vec<ClientId> {
    (0..count).map(|index| name(&format!("client-{index}"))).collect()
}

fn thumbprints(count: usize) -> Vec<Thumbprint> {
    (0..count).map(|index| name(&format!("{index:040x}"))).collect()
}

fn new() -> NewOidcProvider {
    NewOidcProvider {
        issuer: name(ISSUER),
        client_ids: client_ids(2),
        thumbprints: thumbprints(1),
        tags: tags(1),
    }
}

#[test]
fn a_provider_is_found_by_its_arn_and_by_exactly_its_issuer() {
    let mut fixture = Fixture::new();
    let made = oidc_provider::create(&mut fixture.draft, new(), now()).unwrap();
    assert_eq!(made.arn, arn("oidc-provider/idp.example.com/a"));
    let account = fixture.snapshot();
    assert_eq!(account.oidc_provider(&made.arn).unwrap().issuer, made.issuer);
    let found = account.oidc_provider_by_issuer(ISSUER).unwrap();
    assert_eq!((&found.arn, found.created_at), (&made.arn, now()));
    assert_eq!((&found.client_ids, &found.thumbprints), (&client_ids(2), &thumbprints(1)));
    for other in [
        "",
        "idp.example.com/a",
        "http://idp.example.com/a",
        "https://idp.example.com",
        "https://idp.example.com/a/",
        "https://idp.example.com/A",
        "https://Idp.example.com/a",
        "https://idp.example.com:443/a",
        "https://idp.example.com/a?",
        " https://idp.example.com/a",
    ] {
        assert!(account.oidc_provider_by_issuer(other).is_none(), "{other:?}");
    }
}

#[test]
fn the_scheme_is_looked_at_although_arns_do_not_have_it() {
    let mut fixture = Fixture::new();
    fixture.oidc_provider("http://localhost:4444");
    assert!(fixture.snapshot().oidc_provider_by_issuer("http://localhost:4444").is_some());
    assert!(fixture.snapshot().oidc_provider_by_issuer("https://localhost:4444").is_none());
    let refused = fixture.try_oidc_provider("https://localhost:4444").unwrap_err();
    assert_eq!(refused, DirectoryError::exists(EntityKind::OidcProvider, "https://localhost:4444"));
}

#[test]
fn an_issuer_is_registered_once_and_others_are_told_apart_exactly() {
    let mut fixture = Fixture::new();
    fixture.oidc_provider(ISSUER);
    let again = fixture.try_oidc_provider(ISSUER).unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::OidcProvider, ISSUER));
    for other in ["https://idp.example.com/a/", "https://IDP.example.com/a"] {
        fixture.oidc_provider(other);
    }
    assert_eq!(fixture.snapshot().oidc_provider_count(), 3);
}

#[test]
fn client_ids_come_and_go_without_complaint() {
    let mut fixture = Fixture::new();
    let made = oidc_provider::create(&mut fixture.draft, new(), now()).unwrap();
    let draft = &mut fixture.draft;
    let [first, second]: [ClientId; 2] = client_ids(2).try_into().unwrap();
    let third: ClientId = name("third");
    for _ in 0..2 {
        oidc_provider::add_client_id(draft, &made.arn, third.clone()).unwrap();
        oidc_provider::remove_client_id(draft, &made.arn, &first).unwrap();
    }
    oidc_provider::remove_client_id(draft, &made.arn, &name("THIRD")).unwrap();
    let now_registered = &draft.snapshot().oidc_provider(&made.arn).unwrap().client_ids;
    assert_eq!(*now_registered, [second, third]);
}

#[test]
fn what_is_given_twice_is_kept_once() {
    let mut fixture = Fixture::new();
    let new = NewOidcProvider {
        client_ids: [client_ids(2), client_ids(100)].concat(),
        thumbprints: [thumbprints(2), thumbprints(2)].concat(),
        ..new()
    };
    let made = oidc_provider::create(&mut fixture.draft, new, now()).unwrap();
    assert_eq!((made.client_ids.len(), made.thumbprints.len()), (100, 2));
}

#[test]
fn thumbprints_are_replaced_and_never_more_than_five() {
    let mut fixture = Fixture::new();
    let arn = fixture.oidc_provider(ISSUER).arn.clone();
    let draft = &mut fixture.draft;
    let full = DirectoryError::LimitExceeded(Quota::ThumbprintsPerOidcProvider);
    oidc_provider::set_thumbprints(draft, &arn, thumbprints(5)).unwrap();
    assert_eq!(oidc_provider::set_thumbprints(draft, &arn, thumbprints(6)), Err(full.clone()));
    oidc_provider::set_thumbprints(draft, &arn, thumbprints(2)).unwrap();
    assert_eq!(draft.snapshot().oidc_provider(&arn).unwrap().thumbprints, thumbprints(2));
    let new = NewOidcProvider { issuer: name("https://b"), thumbprints: thumbprints(6), ..new() };
    assert_eq!(oidc_provider::create(draft, new, now()).unwrap_err(), full);
}

#[test]
fn a_provider_has_a_hundred_client_ids_at_most() {
    let mut fixture = Fixture::new();
    let full = DirectoryError::LimitExceeded(Quota::ClientIdsPerOidcProvider);
    let many = NewOidcProvider { client_ids: client_ids(101), ..new() };
    assert_eq!(oidc_provider::create(&mut fixture.draft, many, now()).unwrap_err(), full);
    let most = NewOidcProvider { client_ids: client_ids(100), ..new() };
    let made = oidc_provider::create(&mut fixture.draft, most, now()).unwrap();
    let draft = &mut fixture.draft;
    assert_eq!(oidc_provider::add_client_id(draft, &made.arn, name("more")), Err(full));
    oidc_provider::add_client_id(draft, &made.arn, name("client-99")).unwrap();
}

#[test]
fn an_account_has_a_hundred_providers_at_most() {
    let mut fixture = Fixture::new();
    for index in 0..100 {
        fixture.oidc_provider(&format!("https://idp.example.com/{index}"));
    }
    let more = fixture.try_oidc_provider(ISSUER).unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::OidcProvidersPerAccount));
    // One that exists is named as such all the same.
    let again = fixture.try_oidc_provider("https://idp.example.com/7").unwrap_err();
    assert!(matches!(again, DirectoryError::EntityAlreadyExists { .. }));
}

#[test]
fn what_is_missing_is_named() {
    let mut fixture = Fixture::new();
    let arn = arn("oidc-provider/idp.example.com");
    let draft = &mut fixture.draft;
    let expected = Err(missing(EntityKind::OidcProvider, &arn));
    assert_eq!(oidc_provider::add_client_id(draft, &arn, name("a")), expected);
    assert_eq!(oidc_provider::remove_client_id(draft, &arn, &name("a")), expected);
    assert_eq!(oidc_provider::set_thumbprints(draft, &arn, Vec::new()), expected);
    let expected = Err(missing(EntityKind::OidcProviderToDelete, &arn));
    assert_eq!(oidc_provider::delete(draft, &arn), expected);
}

#[test]
fn a_deleted_provider_is_gone() {
    let mut fixture = Fixture::new();
    let made = fixture.oidc_provider(ISSUER);
    let draft = &mut fixture.draft;
    oidc_provider::delete(draft, &made.arn).unwrap();
    assert_eq!(draft.snapshot().oidc_provider_count(), 0);
    assert!(oidc_provider::delete(draft, &made.arn).is_err());
}
