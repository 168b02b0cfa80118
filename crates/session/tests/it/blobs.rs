use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use proptest::prelude::*;
use stead_session::{BlobError, Domain, OpenError, issue, open, open_blob, seal_blob};

use crate::fixtures::{Counting, NOW, keyring, plain};

const DOMAINS: [Domain; 3] = [Domain::Denial, Domain::Audit, Domain::Marker];

#[test]
fn a_text_opens_in_its_own_domain_only() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    for sealed_for in DOMAINS {
        let text = seal_blob(&keyring, sealed_for, b"content", &mut entropy).unwrap();
        for opened_as in DOMAINS {
            let opened = open_blob(&keyring, opened_as, &text);
            if opened_as == sealed_for {
                assert_eq!(opened.unwrap().expose(), b"content");
            } else {
                assert_eq!(opened.unwrap_err(), BlobError::Forged);
            }
        }
    }
}

#[test]
fn tokens_and_texts_are_not_taken_for_one_another() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let issued = issue(&keyring, &plain(), &mut entropy).unwrap();
    let sealed = STANDARD.decode(issued.session_token.expose()).unwrap();
    for domain in DOMAINS {
        let opened = open_blob(&keyring, domain, &URL_SAFE_NO_PAD.encode(&sealed));
        assert_eq!(opened.unwrap_err(), BlobError::Forged);
        let text = seal_blob(&keyring, domain, b"content", &mut entropy).unwrap();
        let token = STANDARD.encode(URL_SAFE_NO_PAD.decode(text).unwrap());
        let opened = open(&keyring, &issued.access_key_id, &token, NOW);
        assert_eq!(opened.unwrap_err(), OpenError::Forged);
    }
}

#[test]
fn changed_texts_are_refused() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let text = seal_blob(&keyring, Domain::Denial, b"content", &mut entropy).unwrap();
    let sealed = URL_SAFE_NO_PAD.decode(&text).unwrap();
    for position in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[position] ^= 0x10;
        let text = URL_SAFE_NO_PAD.encode(changed);
        assert!(open_blob(&keyring, Domain::Denial, &text).is_err(), "{position}");
    }
    for bad in ["", "d-00", &format!("{text}="), &format!("{text} "), &text[..40]] {
        let error = open_blob(&keyring, Domain::Denial, bad).unwrap_err();
        assert_eq!(error, BlobError::Malformed, "{bad}");
    }
}

#[test]
fn texts_are_bounded_as_encoded_messages_are() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let mut seal = |length| seal_blob(&keyring, Domain::Denial, &vec![7; length], &mut entropy);
    assert_eq!(seal(7_624), Err(BlobError::TooLong));
    let longest = seal(7_623).unwrap();
    assert_eq!(longest.len(), 10_240);
    assert_eq!(open_blob(&keyring, Domain::Denial, &longest).unwrap().expose().len(), 7_623);
    let error = open_blob(&keyring, Domain::Denial, &"A".repeat(10_241)).unwrap_err();
    assert_eq!(error, BlobError::TooLong);
}

proptest! {
    #[test]
    fn every_content_returns(content in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut entropy = Counting::default();
        let keyring = keyring(&mut entropy);
        let text = seal_blob(&keyring, Domain::Marker, &content, &mut entropy).unwrap();
        let opened = open_blob(&keyring, Domain::Marker, &text).unwrap();
        prop_assert_eq!(opened.expose(), &content);
    }

    #[test]
    fn made_up_texts_open_nothing(text in "[A-Za-z0-9_-]{0,300}") {
        let keyring = keyring(&mut Counting::default());
        prop_assert!(open_blob(&keyring, Domain::Denial, &text).is_err());
    }
}
