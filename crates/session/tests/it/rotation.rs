use std::time::Duration;

use stead_session::{
    KeyState, Keyring, KeyringFull, OpenError, RetireError, issue, open, open_denial, seal_denial,
};

use crate::fixtures::{Counting, HOUR, NOW, keyring, plain};

#[test]
fn a_rotated_key_opens_and_no_longer_seals() {
    let mut entropy = Counting::default();
    let mut keyring = keyring(&mut entropy);
    let old = keyring.keys().next().unwrap().id;
    let before = issue(&keyring, &plain(), &mut entropy).unwrap();
    let new = keyring.rotate(NOW.plus(HOUR), &mut entropy).unwrap();
    let after = issue(&keyring, &plain(), &mut entropy).unwrap();
    for issued in [&before, &after] {
        let token = issued.session_token.expose();
        assert!(open(&keyring, &issued.access_key_id, token, NOW).is_ok());
    }
    let states: Vec<_> = keyring.keys().map(|key| (key.id, key.created_at, key.state)).collect();
    let since = NOW.plus(HOUR);
    assert_eq!(states, [(new, since, KeyState::Primary), (old, NOW, KeyState::Opening { since })]);

    keyring.retire(old).unwrap();
    let token = before.session_token.expose();
    let refused = open(&keyring, &before.access_key_id, token, NOW).unwrap_err();
    assert_eq!(refused, OpenError::UnknownKey(old));
    let token = after.session_token.expose();
    assert!(open(&keyring, &after.access_key_id, token, NOW).is_ok());
}

#[test]
fn denials_follow_the_keyring_too() {
    let mut entropy = Counting::default();
    let mut keyring = keyring(&mut entropy);
    let old = keyring.keys().next().unwrap().id;
    let text = seal_denial(&keyring, b"why", &mut entropy).unwrap();
    keyring.rotate(NOW, &mut entropy).unwrap();
    assert_eq!(open_denial(&keyring, &text).unwrap().expose(), b"why");
    keyring.retire(old).unwrap();
    assert!(open_denial(&keyring, &text).is_err());
}

#[test]
fn the_primary_key_and_unknown_ones_are_not_retired() {
    let mut entropy = Counting::default();
    let mut keyring = keyring(&mut entropy);
    let other = Keyring::new(NOW, &mut entropy);
    let primary = keyring.keys().next().unwrap().id;
    assert_eq!(keyring.retire(primary), Err(RetireError::Primary));
    assert_eq!(keyring.retire(other.keys().next().unwrap().id), Err(RetireError::Unknown));
    assert_eq!(keyring.keys().count(), 1);
}

#[test]
fn keys_are_dropped_when_their_last_session_is_over() {
    let mut entropy = Counting::default();
    let mut keyring = keyring(&mut entropy);
    let old = keyring.keys().next().unwrap().id;
    let replaced_at = NOW.plus(HOUR);
    keyring.rotate(replaced_at, &mut entropy).unwrap();
    // A day and a half for the longest session and an hour for the clocks.
    let over = replaced_at.plus(Duration::from_secs(129_600 + 3_600));
    let told: Vec<_> = keyring.keys().map(|key| key.state.opens_until()).collect();
    assert_eq!(told, [None, Some(over)]);
    let kept_for = Duration::from_secs(129_600 + 3_600);
    let just_below = kept_for - Duration::from_secs(1);
    assert_eq!(keyring.retire_opened_for(|_| just_below), []);
    // The primary one stays, whatever is said of it.
    assert_eq!(keyring.retire_opened_for(|_| kept_for), [old]);
    assert_eq!(keyring.retire_opened_for(|_| kept_for), []);
    assert_eq!(keyring.keys().count(), 1);
}

#[test]
fn what_was_sealed_before_a_rotation_opens_no_more_when_it_is_revoked() {
    let mut entropy = Counting::default();
    let mut keyring = keyring(&mut entropy);
    let first = keyring.keys().next().unwrap().id;
    let second = keyring.rotate(NOW, &mut entropy).unwrap();
    let before = issue(&keyring, &plain(), &mut entropy).unwrap();
    let third = keyring.rotate(NOW, &mut entropy).unwrap();
    let after = issue(&keyring, &plain(), &mut entropy).unwrap();
    assert_eq!(keyring.retire_replaced(), [second, first]);
    assert_eq!(keyring.keys().map(|key| key.id).collect::<Vec<_>>(), [third]);
    let token = before.session_token.expose();
    let refused = open(&keyring, &before.access_key_id, token, NOW).unwrap_err();
    assert_eq!(refused, OpenError::UnknownKey(second));
    let token = after.session_token.expose();
    assert!(open(&keyring, &after.access_key_id, token, NOW).is_ok());
    assert_eq!(keyring.retire_replaced(), []);
}

#[test]
fn a_keyring_holds_sixteen_keys() {
    let mut entropy = Counting::default();
    let mut keyring = keyring(&mut entropy);
    for _ in 1..16 {
        keyring.rotate(NOW, &mut entropy).unwrap();
    }
    assert_eq!(keyring.rotate(NOW, &mut entropy), Err(KeyringFull));
    assert_eq!(keyring.keys().count(), 16);
}

#[test]
fn keys_of_another_installation_open_nothing() {
    let mut entropy = Counting::default();
    let ours = keyring(&mut entropy);
    let theirs = keyring(&mut entropy);
    let issued = issue(&theirs, &plain(), &mut entropy).unwrap();
    let token = issued.session_token.expose();
    let refused = open(&ours, &issued.access_key_id, token, NOW).unwrap_err();
    assert_eq!(refused, OpenError::UnknownKey(theirs.keys().next().unwrap().id));
}
