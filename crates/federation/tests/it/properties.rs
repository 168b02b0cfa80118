//! What holds of every token.

use std::sync::LazyLock;

use proptest::prelude::*;
use stead_federation::oidc::{Algorithm, KeySet, UnverifiedToken, verify};

use crate::support::{claims, expected, keys, now, token};

static KEYS: LazyLock<KeySet> = LazyLock::new(keys);

/// A good token of each algorithm.
static TOKENS: LazyLock<Vec<String>> = LazyLock::new(|| {
    Algorithm::ALL.into_iter().map(|algorithm| token(algorithm, &claims())).collect()
});

fn is_accepted(text: &str) -> bool {
    UnverifiedToken::parse(text)
        .is_ok_and(|token| verify(&token, &KEYS, &expected(), now()).is_ok())
}

/// A cache hands one set to many threads.
#[test]
fn what_is_kept_can_be_shared() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&*KEYS);
    let token = UnverifiedToken::parse(&TOKENS[0]).unwrap();
    shared(&verify(&token, &KEYS, &expected(), now()));
}

/// Every bit of every place, for one token: not a sample.
#[test]
fn no_single_bit_of_a_token_can_be_changed() {
    let token = &TOKENS[3];
    assert!(is_accepted(token));
    for place in 0..token.len() {
        for bit in 0..8 {
            let mut bytes = token.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            if let Ok(changed) = String::from_utf8(bytes) {
                assert!(!is_accepted(&changed), "bit {bit} of place {place}");
            }
        }
    }
}

proptest! {
    #[test]
    fn no_single_character_of_a_token_can_be_changed(
        which in 0..10_usize,
        place in any::<prop::sample::Index>(),
        to in prop::sample::select(
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ".to_vec(),
        ),
    ) {
        let token = &TOKENS[which];
        prop_assert!(is_accepted(token));
        let mut bytes = token.clone().into_bytes();
        let place = place.index(bytes.len());
        prop_assume!(bytes[place] != to);
        bytes[place] = to;
        prop_assert!(!is_accepted(&String::from_utf8(bytes).unwrap()));
    }

    #[test]
    fn parts_of_two_tokens_make_no_third(
        header in 0..10_usize, body in 0..10_usize, signature in 0..10_usize,
    ) {
        // The claims are the same in all of them, so that one part alone may be exchanged
        // without effect; that is the identity, not a forgery.
        let part = |which: usize, at: usize| TOKENS[which].split('.').nth(at).unwrap();
        let spliced =
            format!("{}.{}.{}", part(header, 0), part(body, 1), part(signature, 2));
        let is_genuine = header == signature;
        prop_assert_eq!(is_accepted(&spliced), is_genuine);
    }

    #[test]
    fn a_token_cut_or_lengthened_is_refused(which in 0..10_usize, place in any::<prop::sample::Index>()) {
        let token = &TOKENS[which];
        let cut = &token[..place.index(token.len())];
        prop_assert!(!is_accepted(cut));
        let doubled = format!("{token}{cut}A");
        prop_assert!(!is_accepted(&doubled));
    }

    #[test]
    fn nothing_panics(text in ".{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(!is_accepted(&text));
        prop_assert!(KeySet::parse(&bytes).is_err());
    }
}
