//! Tokens of the metadata service. They carry their end under a keyed hash, so that
//! however many are asked for, nothing has to be remembered.

use std::ops::RangeInclusive;
use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use stead_types::{Secret, Timestamp};

/// Spec: EC2 User Guide: one second to six hours.
pub(super) const TTL_SECONDS: RangeInclusive<u32> = 1..=21_600;

const END_BYTES: usize = 8;

/// The key of one run of the service; its tokens end with it.
#[derive(Debug)]
pub(super) struct TokenKey(hmac::Key);

impl TokenKey {
    pub(super) fn new(random: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, random))
    }

    /// A token that holds for this many seconds.
    pub(super) fn issue(&self, seconds: u32, now: Timestamp) -> Secret<String> {
        let end = now.plus(Duration::from_secs(seconds.into())).epoch_seconds().to_be_bytes();
        let tag = hmac::sign(&self.0, &end);
        Secret::new(BASE64URL_NOPAD.encode(&[&end, tag.as_ref()].concat()))
    }

    /// Whether a token is of this key and its end has not come. Tags are compared in
    /// constant time.
    pub(super) fn holds(&self, token: &str, now: Timestamp) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(token.as_bytes()) else { return false };
        let Some((end, tag)) = bytes.split_at_checked(END_BYTES) else { return false };
        let Ok(seconds) = end.try_into().map(i64::from_be_bytes) else { return false };
        hmac::verify(&self.0, end, tag).is_ok() && now < Timestamp::from_epoch_seconds(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_holds_until_its_end_and_for_its_key() {
        let now = Timestamp::from_epoch_seconds(1_772_366_400);
        let key = TokenKey::new(&[1; 32]);
        let token = key.issue(60, now);
        let later = |seconds| now.plus(Duration::from_secs(seconds));
        assert!(key.holds(token.expose(), now) && key.holds(token.expose(), later(59)));
        assert!(!key.holds(token.expose(), later(60)));
        assert!(!TokenKey::new(&[2; 32]).holds(token.expose(), now));
        let mut changed = BASE64URL_NOPAD.decode(token.expose().as_bytes()).unwrap();
        for index in 0..changed.len() {
            changed[index] ^= 1;
            assert!(!key.holds(&BASE64URL_NOPAD.encode(&changed), now), "{index}");
            changed[index] ^= 1;
        }
        let half = token.expose().get(..20).unwrap();
        for text in ["", "AAAA", "not base64!", half] {
            assert!(!key.holds(text, now), "{text}");
        }
    }
}
