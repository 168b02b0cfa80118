use proptest::prelude::*;
use stead_session::vault::{
    AccountVault, DataKey, RootKey, SecretName, SecretVault, VaultError, WrappedSecret,
};
use stead_session::{issue, open};
use stead_types::{AccountId, Entropy, SamlId, Secret};

use crate::fixtures::{Counting, NOW, keyring, plain};

fn root(entropy: &mut dyn Entropy) -> RootKey {
    let mut secret = [0; 32];
    entropy.fill(&mut secret);
    RootKey::new(&Secret::new(secret))
}

fn account(number: u64) -> AccountId {
    AccountId::from_number(number).unwrap()
}

#[test]
fn a_secret_returns_through_both_keys() {
    let mut entropy = Counting::default();
    let root = root(&mut entropy);
    let key = DataKey::generate(&mut entropy);
    let wrapped_key = root.wrap_data_key(account(1), &key, &mut entropy);
    let id = "AKIAIOSFODNN7EXAMPLE".parse().unwrap();
    let name = SecretName::AccessKey(&id);
    let secret = Secret::new(String::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
    let wrapped =
        AccountVault::new(account(1), &key).wrap_text(name, &secret, &mut entropy).unwrap();

    let key = root.unwrap_data_key(account(1), &wrapped_key).unwrap();
    let vault = AccountVault::new(account(1), &key);
    assert!(vault.unwrap_text(name, &wrapped).unwrap() == secret);
    assert_eq!(wrapped_key.claimed_key(), Ok(root.id()));
}

#[test]
fn a_wrapped_secret_opens_in_its_own_place_only() {
    let mut entropy = Counting::default();
    let key = DataKey::generate(&mut entropy);
    let vault = AccountVault::new(account(1), &key);
    let (id, other_id) =
        ("AKIAIOSFODNN7EXAMPLE".parse().unwrap(), "AKIAIOSFODNN7EXAMPLF".parse().unwrap());
    let name = SecretName::AccessKey(&id);
    let secret = Secret::new(b"secret".to_vec());
    let wrapped = vault.wrap(name, &secret, &mut entropy).unwrap();
    let refused =
        |vault: &AccountVault, name: SecretName<'_>| vault.unwrap(name, &wrapped).unwrap_err();
    assert_eq!(refused(&vault, SecretName::AccessKey(&other_id)), VaultError::Forged);
    assert_eq!(refused(&vault, SecretName::MfaSeed("AKIAIOSFODNN7EXAMPLE")), VaultError::Forged);
    assert_eq!(refused(&AccountVault::new(account(2), &key), name), VaultError::Forged);
    let other_key = DataKey::generate(&mut entropy);
    let other = AccountVault::new(account(1), &other_key);
    assert!(matches!(refused(&other, name), VaultError::OtherKey { .. }));
}

#[test]
fn a_data_key_opens_for_its_own_account_under_its_own_root_only() {
    let mut entropy = Counting::default();
    let (ours, theirs) = (root(&mut entropy), root(&mut entropy));
    let key = DataKey::generate(&mut entropy);
    let wrapped = ours.wrap_data_key(account(1), &key, &mut entropy);
    assert_eq!(ours.unwrap_data_key(account(2), &wrapped).unwrap_err(), VaultError::Forged);
    assert_eq!(
        theirs.unwrap_data_key(account(1), &wrapped).unwrap_err(),
        VaultError::OtherKey { wrapped_under: ours.id(), at_hand: theirs.id() }
    );
    assert_eq!(ours.unwrap_keyring(&wrapped).unwrap_err(), VaultError::Forged);
}

#[test]
fn a_keyring_returns_with_all_its_keys() {
    let mut entropy = Counting::default();
    let root = root(&mut entropy);
    let mut keyring = keyring(&mut entropy);
    let issued = issue(&keyring, &plain(), &mut entropy).unwrap();
    for _ in 1..16 {
        keyring.rotate(NOW, &mut entropy).unwrap();
    }
    let wrapped = root.wrap_keyring(&keyring, &mut entropy);
    let read = root.unwrap_keyring(&wrapped).unwrap();
    assert!(read.keys().eq(keyring.keys()));
    let token = issued.session_token.expose();
    assert!(open(&read, &issued.access_key_id, token, NOW).is_ok());
}

#[test]
fn damaged_bytes_are_refused() {
    let mut entropy = Counting::default();
    let root = root(&mut entropy);
    let wrapped = root.wrap_keyring(&keyring(&mut entropy), &mut entropy);
    let bytes = wrapped.as_bytes();
    for position in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[position] ^= 1;
        let error = root.unwrap_keyring(&WrappedSecret::from_bytes(changed)).unwrap_err();
        let expected = match position {
            0 => error == VaultError::UnknownVersion(0),
            1..=8 => matches!(error, VaultError::OtherKey { .. }),
            _ => error == VaultError::Forged,
        };
        assert!(expected, "byte {position}: {error}");
        let cut = WrappedSecret::from_bytes(bytes[..position].to_vec());
        assert!(root.unwrap_keyring(&cut).is_err(), "{position}");
    }
}

#[test]
fn secrets_are_bounded_and_texts_are_texts() {
    let mut entropy = Counting::default();
    let vault = AccountVault::new(account(1), &DataKey::generate(&mut entropy));
    let name = SecretName::MfaSeed("arn:aws:iam::000000000001:mfa/phone");
    let mut wrap = |secret: Vec<u8>| vault.wrap(name, &Secret::new(secret), &mut entropy);
    assert_eq!(wrap(vec![0; 16_385]), Err(VaultError::TooLong));
    assert!(wrap(vec![0; 16_384]).is_ok());
    let wrapped = wrap(vec![0xff]).unwrap();
    assert_eq!(vault.unwrap_text(name, &wrapped).unwrap_err(), VaultError::Malformed);
}

#[test]
fn a_private_key_opens_for_its_provider_and_id_alone() {
    let mut entropy = Counting::default();
    let vault = AccountVault::new(account(1), &DataKey::generate(&mut entropy));
    let ids = ["A".repeat(26), "B".repeat(26)].map(|id| id.parse::<SamlId>().unwrap());
    let name = |provider, id| SecretName::SamlPrivateKey { provider, id };
    let secret = Secret::new(vec![1, 2, 3]);
    let wrapped = vault.wrap(name("one", &ids[0]), &secret, &mut entropy).unwrap();
    assert!(vault.unwrap(name("one", &ids[0]), &wrapped).is_ok());
    for other in [name("two", &ids[0]), name("one", &ids[1]), SecretName::MfaSeed("one")] {
        assert_eq!(vault.unwrap(other, &wrapped).unwrap_err(), VaultError::Forged);
    }
}

#[test]
fn wrapping_twice_gives_other_bytes() {
    let mut entropy = Counting::default();
    let root = root(&mut entropy);
    let key = DataKey::generate(&mut entropy);
    let first = root.wrap_data_key(account(1), &key, &mut entropy);
    assert_ne!(first, root.wrap_data_key(account(1), &key, &mut entropy));
}

#[test]
fn nothing_secret_is_printed() {
    let mut entropy = Counting::default();
    let root = root(&mut entropy);
    let key = DataKey::generate(&mut entropy);
    let vault = AccountVault::new(account(1), &key);
    let wrapped = root.wrap_data_key(account(1), &key, &mut entropy);
    let printed = format!("{root:?} {key:?} {vault:?} {wrapped:?}");
    assert_eq!(
        printed,
        format!(
            "RootKey {{ id: {}, .. }} DataKey {{ secret: Secret(..) }} \
             AccountVault {{ account: 000000000001, .. }} WrappedSecret(89 bytes)",
            root.id()
        )
    );
}

proptest! {
    #[test]
    fn made_up_bytes_unwrap_to_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let root = root(&mut Counting::default());
        let wrapped = WrappedSecret::from_bytes(bytes);
        prop_assert!(root.unwrap_keyring(&wrapped).is_err());
        prop_assert!(root.unwrap_data_key(account(1), &wrapped).is_err());
    }
}

#[test]
fn the_key_in_place_of_another_opens_it_and_not_the_other_way_round() {
    let mut entropy = Counting::default();
    let (old, new) = (root(&mut entropy), root(&mut entropy));
    let wrapped = new.wrap_replaced(&old, &mut entropy);
    assert_eq!(new.unwrap_replaced(&wrapped).unwrap().id(), old.id());
    let refused = old.unwrap_replaced(&wrapped).unwrap_err();
    assert!(matches!(refused, VaultError::OtherKey { .. }), "{refused}");
    // A data key is no root key, though both have 32 bytes.
    let data_key = new.wrap_data_key(account(1), &DataKey::generate(&mut entropy), &mut entropy);
    assert_eq!(new.unwrap_replaced(&data_key).unwrap_err(), VaultError::Forged);
}
