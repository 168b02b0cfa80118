use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use proptest::prelude::*;
use stead_session::{Issued, Keyring, OpenError, Session, issue, open};

use crate::fixtures::{Counting, NOW, full, keyring, plain};

struct Case {
    keyring: Keyring,
    issued: Issued,
    sealed: Vec<u8>,
}

fn case() -> Case {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let issued = issue(&keyring, &full(), &mut entropy).unwrap();
    let sealed = STANDARD.decode(issued.session_token.expose()).unwrap();
    Case { keyring, issued, sealed }
}

impl Case {
    fn open(&self, text: &str) -> Result<Session, OpenError> {
        open(&self.keyring, &self.issued.access_key_id, text, NOW)
    }

    fn open_sealed(&self, sealed: &[u8]) -> Result<Session, OpenError> {
        self.open(&STANDARD.encode(sealed))
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let case = case();
    assert!(case.open_sealed(&case.sealed).is_ok());
    for position in 0..case.sealed.len() {
        for bit in 0..8 {
            let mut sealed = case.sealed.clone();
            sealed[position] ^= 1 << bit;
            let error = case.open_sealed(&sealed).unwrap_err();
            let expected = match position {
                0 => matches!(error, OpenError::UnknownVersion(_)),
                1..=8 => matches!(error, OpenError::UnknownKey(_)),
                _ => error == OpenError::Forged,
            };
            assert!(expected, "bit {bit} of byte {position}: {error}");
        }
    }
}

#[test]
fn other_versions_are_not_tried() {
    let case = case();
    for version in [0, 2, 255] {
        let mut sealed = case.sealed.clone();
        sealed[0] = version;
        let error = case.open_sealed(&sealed).unwrap_err();
        assert_eq!(error, OpenError::UnknownVersion(version));
    }
}

#[test]
fn shortened_and_lengthened_tokens_are_refused() {
    let case = case();
    for length in 0..case.sealed.len() {
        let error = case.open_sealed(&case.sealed[..length]).unwrap_err();
        // Version, key id, nonce and tag take 57 bytes; below there is no message.
        let expected = if length < 57 { OpenError::Malformed } else { OpenError::Forged };
        assert_eq!(error, expected, "{length}");
    }
    for extra in [&[0][..], &[0; 16], &case.sealed] {
        let longer = [&case.sealed, extra].concat();
        assert_eq!(case.open_sealed(&longer).unwrap_err(), OpenError::Forged);
        let longer = [extra, &case.sealed].concat();
        assert!(case.open_sealed(&longer).is_err());
    }
}

#[test]
fn a_token_opens_beside_its_own_access_key_id_only() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let first = issue(&keyring, &plain(), &mut entropy).unwrap();
    let second = issue(&keyring, &plain(), &mut entropy).unwrap();
    for (one, other) in [(&first, &second), (&second, &first)] {
        let token = one.session_token.expose();
        assert!(open(&keyring, &one.access_key_id, token, NOW).is_ok());
        let swapped = open(&keyring, &other.access_key_id, token, NOW);
        assert_eq!(swapped.unwrap_err(), OpenError::Forged);
    }
    let token = first.session_token.expose();
    for neighbour in [
        first.access_key_id.as_str().to_lowercase(),
        first.access_key_id.as_str().replace("ASIA", "AKIA"),
        format!("{}A", first.access_key_id),
    ] {
        let id = neighbour.parse().unwrap();
        assert_eq!(open(&keyring, &id, token, NOW).unwrap_err(), OpenError::Forged, "{id}");
    }
}

#[test]
fn an_expired_token_that_was_changed_is_forged_not_expired() {
    let case = case();
    let last = case.sealed.len() - 1;
    let mut sealed = case.sealed.clone();
    sealed[last] ^= 1;
    let later = case.issued.expires_at;
    let text = STANDARD.encode(sealed);
    let error = open(&case.keyring, &case.issued.access_key_id, &text, later).unwrap_err();
    assert_eq!(error, OpenError::Forged);
}

#[test]
fn a_token_has_one_spelling() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    // Session names of three lengths: a token of each padding.
    let mut paddings = std::collections::BTreeSet::new();
    for name in ["ab", "abc", "abcd"] {
        let mut claims = plain();
        if let stead_session::SessionPrincipal::AssumedRole { session_name, .. } =
            &mut claims.principal
        {
            *session_name = name.parse().unwrap();
        }
        let issued = issue(&keyring, &claims, &mut entropy).unwrap();
        let token = issued.session_token.expose();
        paddings.insert(token.len() - token.trim_end_matches('=').len());
        for variant in variants(token) {
            let error = open(&keyring, &issued.access_key_id, &variant, NOW).unwrap_err();
            assert_eq!(error, OpenError::Malformed, "{variant}");
        }
    }
    assert_eq!(paddings.len(), 3);
}

/// Texts that a lenient decoder would take for the same bytes.
fn variants(token: &str) -> Vec<String> {
    let sealed = STANDARD.decode(token).unwrap();
    let mut variants = vec![
        format!(" {token}"),
        format!("{token}\n"),
        format!("{}\r\n{}", &token[..76], &token[76..]),
        format!("{token}="),
        format!("{token}===="),
        token.replacen('U', "%55", 1),
    ];
    let bare = STANDARD_NO_PAD.encode(&sealed);
    if bare != token {
        variants.push(bare.clone());
        variants.push(with_trailing_bits(&bare, token.len() - bare.len()));
    }
    let url_safe = URL_SAFE.encode(&sealed);
    if url_safe != token {
        variants.push(url_safe);
    }
    variants
}

/// Sets an unused bit of the last character: canonical base64 leaves it zero.
fn with_trailing_bits(bare: &str, padding: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (front, last) = bare.split_at(bare.len() - 1);
    let value = ALPHABET.iter().position(|byte| *byte == last.as_bytes()[0]).unwrap();
    let next = char::from(ALPHABET[value | 1]);
    format!("{front}{next}{}", "=".repeat(padding))
}

#[test]
fn oversized_texts_are_refused_before_they_are_read() {
    let case = case();
    for length in [0, 1, 4, 8_001, 1_000_000] {
        assert_eq!(case.open(&"A".repeat(length)).unwrap_err(), OpenError::Malformed, "{length}");
    }
    // Eight thousand zero bits are within the bound, and no version.
    assert_eq!(case.open(&"A".repeat(8_000)).unwrap_err(), OpenError::UnknownVersion(0));
}

proptest! {
    #[test]
    fn made_up_bytes_open_nothing(sealed in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert!(case().open_sealed(&sealed).is_err());
    }

    #[test]
    fn made_up_bytes_behind_a_true_header_open_nothing(
        tail in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let case = case();
        let sealed = [&case.sealed[..41], &tail].concat();
        prop_assert!(case.open_sealed(&sealed).is_err());
    }

    #[test]
    fn made_up_texts_open_nothing(text in "\\PC{0,200}") {
        prop_assert!(case().open(&text).is_err());
    }
}
