//! Identity tokens of the account: whether they are issued, and with which keys.

use std::time::Duration;

use stead_types::{TokenAlgorithm, Uuid};

use crate::commands::outbound_federation::{self as command, Beginning};
use crate::entity::{TokenKey, Vending};
use crate::testing::{Fixture, account, missing, name, now, token_keys};
use crate::{DirectoryError, EntityChange, EntityKind, NameChange, Quota};

const ISSUER: &str = "f47ac10b-58cc-4372-a567-0e02b2c3d479";

fn beginning() -> Beginning {
    Beginning { issuer: name(ISSUER), keys: token_keys() }
}

fn nothing_new() -> Beginning {
    panic!("the account has an issuer already")
}

fn ids(fixture: &Fixture) -> Vec<String> {
    let federation = fixture.snapshot().outbound_federation().unwrap();
    federation.keys.iter().map(TokenKey::id).collect()
}

#[test]
fn the_issuer_and_its_keys_stay_when_the_feature_is_switched_off_and_on() {
    let mut fixture = Fixture::new();
    let disabled = Err(DirectoryError::OutboundFederationDisabled { account: account() });
    let enabled = Err(DirectoryError::OutboundFederationEnabled { account: account() });
    assert_eq!(command::disable(&mut fixture.draft), disabled);
    let issuer = command::enable(&mut fixture.draft, beginning, now()).unwrap();
    assert_eq!(issuer, name::<Uuid>(ISSUER));
    assert_eq!(
        command::enable(&mut fixture.draft, nothing_new, now()),
        enabled.map(|()| issuer.clone())
    );
    command::disable(&mut fixture.draft).unwrap();
    assert_eq!(command::disable(&mut fixture.draft), disabled);
    let federation = fixture.snapshot().outbound_federation().unwrap();
    assert_eq!(federation.vending, Vending::Disabled);
    assert_eq!(command::enable(&mut fixture.draft, nothing_new, now()), Ok(issuer));
    assert_eq!(ids(&fixture), ["RSA_0", "EC384_0"]);
}

#[test]
fn the_issuer_is_reserved_in_the_installation_once() {
    let mut fixture = Fixture::new();
    command::enable(&mut fixture.draft, beginning, now()).unwrap();
    let (snapshot, changes) = fixture.draft.into_parts();
    let names: Vec<_> = changes.iter().filter_map(EntityChange::name_change).collect();
    assert_eq!(names, [NameChange::Reserve(format!("token-issuer/{ISSUER}"))]);
    let mut draft = crate::Draft::new(&snapshot).unwrap();
    command::disable(&mut draft).unwrap();
    command::enable(&mut draft, nothing_new, now()).unwrap();
    command::replace_keys(&mut draft, token_keys(), now()).unwrap();
    let (_, changes) = draft.into_parts();
    assert_eq!(changes.iter().filter_map(EntityChange::name_change).count(), 0);
}

#[test]
fn keys_that_were_replaced_are_published_for_as_long_as_their_tokens_may_be_good() {
    let mut fixture = Fixture::new();
    let absent = Err(missing(EntityKind::TokenIssuer, account().to_string()));
    assert_eq!(command::replace_keys(&mut fixture.draft, token_keys(), now()), absent);
    command::enable(&mut fixture.draft, beginning, now()).unwrap();
    assert_eq!(command::next_number(fixture.snapshot()), 1);
    command::replace_keys(&mut fixture.draft, token_keys(), now()).unwrap();
    assert_eq!(ids(&fixture), ["RSA_0", "EC384_0", "RSA_1", "EC384_1"]);
    let federation = fixture.snapshot().outbound_federation().unwrap().clone();
    for (algorithm, id) in [(TokenAlgorithm::Rs256, "RSA_1"), (TokenAlgorithm::Es384, "EC384_1")] {
        assert_eq!(federation.signing_key(algorithm).unwrap().id(), id);
    }
    let end = now().plus(TokenKey::PUBLISHED_AFTERWARDS);
    let after = end.plus(Duration::from_secs(1));
    assert_eq!(federation.published_keys(end).count(), 4);
    let left: Vec<_> = federation.published_keys(after).map(TokenKey::id).collect();
    assert_eq!(left, ["RSA_1", "EC384_1"]);
    command::replace_keys(&mut fixture.draft, token_keys(), after).unwrap();
    assert_eq!(ids(&fixture), ["RSA_1", "EC384_1", "RSA_2", "EC384_2"]);
}

#[test]
fn too_many_published_keys_are_refused() {
    let mut fixture = Fixture::new();
    command::enable(&mut fixture.draft, beginning, now()).unwrap();
    for _ in 0..9 {
        command::replace_keys(&mut fixture.draft, token_keys(), now()).unwrap();
    }
    assert_eq!(ids(&fixture).len(), Quota::TokenKeysPerAccount.max());
    let refused = command::replace_keys(&mut fixture.draft, token_keys(), now());
    assert_eq!(refused, Err(DirectoryError::LimitExceeded(Quota::TokenKeysPerAccount)));
    assert_eq!(ids(&fixture).len(), Quota::TokenKeysPerAccount.max());
}
