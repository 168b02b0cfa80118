//! Claims with a type: texts, audiences, moments.

use serde_json::{Map, Value};
use stead_types::Timestamp;

use super::limits::{AUDIENCES_MAX, NUMERIC_DATE_MAX};
use super::refusal::{Refusal, echo};

/// The claims of a token whose signature was verified.
#[derive(Clone, Copy)]
pub(crate) struct Claims<'a>(pub(crate) &'a Map<String, Value>);

impl<'a> Claims<'a> {
    pub(crate) fn get(self, claim: &str) -> Option<&'a Value> {
        self.0.get(claim)
    }

    pub(crate) fn required(self, claim: &'static str) -> Result<&'a Value, Refusal> {
        self.get(claim).ok_or(Refusal::MissingClaim { claim })
    }

    /// The claim `aud`: one text, or a list of them.
    pub(crate) fn audiences(self) -> Result<Vec<String>, Refusal> {
        const EXPECTED: &str = "a text or a list of 1 to 100 texts";
        let value = self.required("aud")?;
        let texts = match value {
            Value::String(audience) => Some(vec![audience.clone()]),
            Value::Array(audiences) if audiences.len() <= AUDIENCES_MAX => audiences
                .iter()
                .map(|audience| audience.as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>(),
            _ => None,
        };
        texts
            .filter(|texts| !texts.is_empty() && texts.iter().all(|text| !text.is_empty()))
            .ok_or_else(|| malformed("aud", EXPECTED, value))
    }

    /// The claim `azp`: the application that the token was issued to.
    pub(crate) fn authorized_party(self) -> Result<Option<String>, Refusal> {
        match self.get("azp") {
            None => Ok(None),
            Some(Value::String(party)) if !party.is_empty() => Ok(Some(party.clone())),
            Some(other) => Err(malformed("azp", "a text", other)),
        }
    }

    /// A moment that the token must have.
    pub(crate) fn moment(self, claim: &'static str) -> Result<Timestamp, Refusal> {
        moment(claim, self.required(claim)?)
    }

    /// A moment that the token may have.
    pub(crate) fn optional_moment(self, claim: &'static str) -> Result<Option<Timestamp>, Refusal> {
        self.get(claim).map(|value| moment(claim, value)).transpose()
    }
}

/// The refusal of a claim's value.
pub(crate) fn malformed(claim: &'static str, expected: &'static str, found: &Value) -> Refusal {
    Refusal::MalformedClaim { claim, expected, found: echo(&found.to_string()) }
}

fn moment(claim: &'static str, value: &Value) -> Result<Timestamp, Refusal> {
    timestamp(value)
        .ok_or_else(|| malformed(claim, "seconds after 1970, at most the year 9999", value))
}

/// Spec: RFC 7519, section 2: a NumericDate is a number of seconds, with a fraction or
/// without; the fraction is dropped. Observed: AWS takes integers in texts too, which some
/// issuers write, and refuses fractions.
pub(crate) fn timestamp(value: &Value) -> Option<Timestamp> {
    let seconds = match value {
        Value::Number(number) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
        Value::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        _ => None,
    };
    seconds
        .filter(|seconds| (0..=NUMERIC_DATE_MAX).contains(seconds))
        .map(Timestamp::from_epoch_seconds)
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
fn whole(seconds: f64) -> Option<i64> {
    // The bound lies far below 2^53, so that it and every whole number up to it are exact.
    (0.0..253_402_207_201.0).contains(&seconds).then(|| seconds.trunc() as i64)
}
