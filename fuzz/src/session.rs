//! What opens a session.

use std::time::Duration;

use data_encoding::BASE64;
use stead_session::{
    Chaining, Claims, Issued, Keyring, MfaState, OpenError, SessionPolicies, SessionPrincipal,
    SessionTags,
};
use stead_types::{AccessKeyId, Timestamp};

use crate::services::{Replayed, keyring, now};

/// A session token beside an access key id: nobody makes an authentic one by chance. And
/// steps, of four bytes each, that change one which was issued: what is another text, or is
/// presented beside another id or too late, opens nothing.
pub fn session_token(data: &[u8]) {
    let keyring = keyring();
    if let Ok(text) = std::str::from_utf8(data) {
        let id: AccessKeyId = "ASIAQNZGKIQY56JQ7WML".parse().expect("an example id");
        let opened = stead_session::open(&keyring, &id, text, now());
        assert!(opened.is_err(), "a token that nobody issued was opened");
    }
    let issued = stead_session::issue(&keyring, &claims(), &mut Replayed).expect("usual claims");
    let mut presented = Presented::new(&issued);
    data.chunks_exact(4).take(8).for_each(|step| presented.change(step));
    presented.must_open_unless_changed(&keyring, &issued);
}

/// An issued token, as somebody presents it.
struct Presented {
    token: Vec<u8>,
    id: String,
    at: Timestamp,
}

impl Presented {
    fn new(issued: &Issued) -> Self {
        let token = issued.session_token.expose().clone().into_bytes();
        Self { token, id: issued.access_key_id.as_str().to_owned(), at: now() }
    }

    fn change(&mut self, step: &[u8]) {
        let &[kind, high, low, value] = step else { return };
        let place = usize::from(u16::from_be_bytes([high, low]));
        match kind % 8 {
            // The sealed bytes, where they can be had.
            kind @ 0..=3 => {
                let Ok(mut sealed) = BASE64.decode(&self.token) else { return };
                alter(&mut sealed, kind, place, value);
                self.token = BASE64.encode(&sealed).into_bytes();
            }
            kind @ 4..=6 => alter(&mut self.token, kind - 4, place, value),
            _ if value % 2 == 0 => self.at = self.at.plus(Duration::from_secs(u64::from(low) * 60)),
            _ => {
                // One character of it, behind `ASIA`.
                let at = 4 + place % 16;
                let other = char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[usize::from(value) / 8]);
                self.id.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
            }
        }
    }

    fn must_open_unless_changed(&self, keyring: &Keyring, issued: &Issued) {
        let (Ok(token), Ok(id)) = (std::str::from_utf8(&self.token), self.id.parse()) else {
            return;
        };
        let opened = stead_session::open(keyring, &id, token, self.at);
        let is_issued = token == issued.session_token.expose() && id == issued.access_key_id;
        match opened {
            Ok(session) => {
                assert!(is_issued, "{token} beside {id} was opened");
                assert!(self.at < issued.expires_at, "it had expired");
                assert_eq!(session.claims, claims());
                assert!(session.secret_access_key == issued.secret_access_key);
            }
            Err(OpenError::Expired { .. }) => {
                assert!(is_issued, "of a made-up token nothing is told");
                assert!(self.at >= issued.expires_at);
            }
            Err(error) => assert!(!is_issued, "what was issued is refused: {error}"),
        }
    }
}

/// Another byte, one more or one less, or the rest cut off.
fn alter(bytes: &mut Vec<u8>, kind: u8, place: usize, value: u8) {
    let place = place % (bytes.len() + 1);
    match kind {
        0 if place < bytes.len() => bytes[place] ^= value,
        1 => bytes.insert(place, value),
        2 if place < bytes.len() => drop(bytes.remove(place)),
        3 => bytes.truncate(place),
        _ => {}
    }
}

fn claims() -> Claims {
    Claims {
        account: "111122223333".parse().expect("an account"),
        principal: SessionPrincipal::AssumedRole {
            role_id: "AROAQNZGKIQY56JQ7WMLA".parse().expect("an example id"),
            role_name: "Deploy".parse().expect("a name"),
            session_name: "my-session".parse().expect("a name"),
            chaining: Chaining::Direct,
        },
        issued_at: now(),
        expires_at: now().plus(Duration::from_secs(3600)),
        policies: SessionPolicies::default(),
        tags: SessionTags::default(),
        source_identity: None,
        mfa: MfaState::Absent,
        federation: None,
    }
}
