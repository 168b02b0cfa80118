//! One-time codes of virtual MFA devices.
//!
//! Spec: RFC 6238 with HMAC-SHA-1, 30-second steps from the epoch and six
//! digits, which is what authenticator applications take an AWS seed for.
//! SHA-1 is weak against collisions, which do not help against HMAC.

#[cfg(test)]
mod tests;

use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use stead_types::{Secret, Timestamp};
use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

/// How long a code is shown.
const STEP_SECONDS: u64 = 30;
const DIGITS: usize = 6;

/// The number of a 30-second step since the epoch.
///
/// A code is good for one use: whoever accepts one keeps the step, and refuses
/// later codes whose step is not above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step(u64);

/// How many steps before and after the present one are accepted too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window(u8);

impl Step {
    /// The step of a moment; moments before 1970 are in the first.
    #[must_use]
    pub fn at(moment: Timestamp) -> Self {
        Self(u64::try_from(moment.epoch_seconds()).unwrap_or(0) / STEP_SECONDS)
    }

    /// The step with this number, as it was stored.
    #[must_use]
    pub const fn from_number(number: u64) -> Self {
        Self(number)
    }

    /// The number, to be stored.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }
}

impl Window {
    /// One step to either side: a code typed late, or a clock half a minute off.
    ///
    /// Choice: RFC 6238, section 5.2, recommends one step of delay; AWS does not
    /// say what it takes.
    pub const USUAL: Self = Self(1);

    /// A window of `steps` to either side. Each step more is two more codes that
    /// a guess may hit.
    #[must_use]
    pub const fn of_steps(steps: u8) -> Self {
        Self(steps)
    }
}

/// The six digits of a step.
#[must_use]
pub fn code(seed: &Secret<Vec<u8>>, step: Step) -> Secret<String> {
    Secret::new(digits(&key(seed), step).iter().copied().map(char::from).collect())
}

/// The step a code belongs to, if it is one within the window around `now`.
///
/// Takes the same time wherever and whether a code matches. Of several matching
/// steps it is the latest: with an earlier one the same digits would be accepted
/// again when that one has left the window.
#[must_use]
pub fn verify(seed: &Secret<Vec<u8>>, code: &str, now: Timestamp, window: Window) -> Option<Step> {
    let code: &[u8; DIGITS] = code.as_bytes().try_into().ok()?;
    let key = key(seed);
    latest(now, window, |step| digits(&key, step).ct_eq(code))
}

/// The step of the second of two codes that were shown one after the other, as
/// EnableMFADevice and ResyncMFADevice ask for.
#[must_use]
pub fn verify_consecutive(
    seed: &Secret<Vec<u8>>,
    first: &str,
    second: &str,
    now: Timestamp,
    window: Window,
) -> Option<Step> {
    let first: &[u8; DIGITS] = first.as_bytes().try_into().ok()?;
    let second: &[u8; DIGITS] = second.as_bytes().try_into().ok()?;
    let key = key(seed);
    latest(now, window, |step| {
        let before = Step(step.0.saturating_sub(1));
        digits(&key, before).ct_eq(first) & digits(&key, step).ct_eq(second)
    })
}

fn latest(now: Timestamp, window: Window, matches: impl Fn(Step) -> Choice) -> Option<Step> {
    let Step(present) = Step::at(now);
    let reach = u64::from(window.0);
    let mut found = Choice::from(0);
    let mut number = 0;
    for step in present.saturating_sub(reach)..=present.saturating_add(reach) {
        let matched = matches(Step(step));
        number.conditional_assign(&step, matched);
        found |= matched;
    }
    bool::from(found).then_some(Step(number))
}

fn key(seed: &Secret<Vec<u8>>) -> Key {
    Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, seed.expose())
}

// Spec: RFC 4226, section 5.3. The low four bits of the last byte say where the
// 31 bits are taken from.
fn digits(key: &Key, step: Step) -> [u8; DIGITS] {
    let tag = sign(key, &step.0.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last().copied().unwrap_or(0) & 0x0f);
    let taken = tag
        .iter()
        .skip(offset)
        .take(4)
        .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
    let mut rest = taken & 0x7fff_ffff;
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
    }
    digits
}
