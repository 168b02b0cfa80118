//! What a request or an answer looks like in an event.

use std::collections::BTreeMap;

use stead_types::{Secret, Timestamp};
use zeroize::Zeroize;

use crate::json::{self, Members};
use crate::limits::{RECORDED_BYTES_MAX, STRANGERS_BYTES_MAX};

/// What stands in the place of a secret.
///
/// Spec: CloudTrail User Guide, cloudtrail-event-reference-user-identity, `userName`: the
/// text with which CloudTrail hides what may be a secret.
pub(crate) const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// What can be part of an event; generated for each structure of the models.
///
/// There is one implementation for [`Secret`], and it writes no secret. Which members are
/// secrets is decided by the models and by `model/overrides.toml`, which make their types.
pub trait Record {
    /// Whether a member of this type is left out.
    ///
    /// Spec: IAM User Guide, cloudtrail-integration: in its examples `requestParameters` has
    /// no token and no assertion, and `responseElements` no secret key. Choice: the session
    /// token, which they have, is left out as well.
    const IS_LEFT_OUT: bool = false;

    /// Appends the value as JSON.
    fn record(&self, out: &mut Vec<u8>);
}

/// A request's parameters, or an answer's elements, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded(Option<Vec<u8>>);

impl Recorded {
    /// Nothing: it is not known, or not recorded.
    pub const NONE: Self = Self(None);

    /// The JSON of a value; of one that is longer than [`RECORDED_BYTES_MAX`] only how
    /// long it is. Costs one buffer.
    #[must_use]
    pub fn of(value: &impl Record) -> Self {
        let mut json = Vec::with_capacity(TYPICAL_BYTES);
        value.record(&mut json);
        if json.len() > RECORDED_BYTES_MAX {
            json = omitted(json.len());
        }
        Self(Some(json))
    }

    /// The same, with what is longer than [`STRANGERS_BYTES_MAX`] left out: of a caller who
    /// has not proved who they are.
    #[must_use]
    pub fn of_stranger(&self) -> Self {
        match &self.0 {
            Some(json) if json.len() > STRANGERS_BYTES_MAX => Self(Some(omitted(json.len()))),
            kept => Self(kept.clone()),
        }
    }

    /// Adds a text to the object, shortened where it is long.
    pub fn add(&mut self, name: &'static str, value: &str) {
        let Some(json) = &mut self.0 else { return };
        if json.pop() == Some(b'}') {
            if json.last() != Some(&b'{') {
                json.push(b',');
            }
            json.push(b'"');
            json.extend_from_slice(name.as_bytes());
            json.extend_from_slice(b"\":");
            json::string(json, json::shortened(value));
            json.push(b'}');
        }
    }

    /// The JSON. Observed: CloudTrail has `null` where there is no parameter, and for
    /// answers that are not recorded.
    pub(crate) fn json(&self) -> &[u8] {
        match self.0.as_deref() {
            None | Some(b"{}") => b"null",
            Some(json) => json,
        }
    }
}

/// Spec: the page of the record's contents: `omitted` says that a field is cut.
fn omitted(bytes: usize) -> Vec<u8> {
    format!("{{\"omitted\":true,\"originalSize\":{bytes}}}").into_bytes()
}

/// Most requests are shorter.
const TYPICAL_BYTES: usize = 512;

/// The members of a structure, named as CloudTrail does: `RoleArn` is `roleArn`.
pub(crate) struct Structure<'a>(Members<'a>);

impl<'a> Structure<'a> {
    pub(crate) fn begin(out: &'a mut Vec<u8>) -> Self {
        Self(Members::begin(out))
    }

    /// A member that is always there, unless it is a secret.
    pub(crate) fn always<T: Record>(&mut self, name: &'static str, value: &T) {
        if !T::IS_LEFT_OUT {
            value.record(self.0.place(name));
        }
    }

    /// A member that may be absent, and is then left out.
    pub(crate) fn optional<T: Record>(&mut self, name: &'static str, value: Option<&T>) {
        if let Some(value) = value {
            self.always(name, value);
        }
    }

    /// A list, left out when it is empty.
    pub(crate) fn listed<T: Record>(&mut self, name: &'static str, values: &Vec<T>) {
        if !values.is_empty() {
            self.always(name, values);
        }
    }

    pub(crate) fn end(self) {
        self.0.end();
    }
}

impl<T: Zeroize> Record for Secret<T> {
    const IS_LEFT_OUT: bool = true;

    /// Where it is no member, such as in a list.
    fn record(&self, out: &mut Vec<u8>) {
        json::string(out, HIDDEN);
    }
}

impl Record for String {
    fn record(&self, out: &mut Vec<u8>) {
        json::string(out, self);
    }
}

impl Record for i32 {
    fn record(&self, out: &mut Vec<u8>) {
        json::number(out, i64::from(*self));
    }
}

impl Record for bool {
    fn record(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(if *self { b"true" } else { b"false" });
    }
}

/// Bytes: how many there are.
///
/// Choice: what has no letters is a picture or a report, and tells nobody anything here.
impl Record for Vec<u8> {
    fn record(&self, out: &mut Vec<u8>) {
        json::display(out, format_args!("{} bytes", self.len()));
    }
}

/// Observed: `Jul 1, 2026, 12:08:19 PM`, an `expiration` of AssumeRoleWithSAML in 2026.
impl Record for Timestamp {
    fn record(&self, out: &mut Vec<u8>) {
        json::string(out, &self.to_words());
    }
}

impl<T: Record> Record for Vec<T> {
    fn record(&self, out: &mut Vec<u8>) {
        out.push(b'[');
        for (index, value) in self.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            value.record(out);
        }
        out.push(b']');
    }
}

impl<T: Record> Record for BTreeMap<String, T> {
    fn record(&self, out: &mut Vec<u8>) {
        out.push(b'{');
        for (index, (key, value)) in self.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            json::string(out, key);
            out.push(b':');
            value.record(out);
        }
        out.push(b'}');
    }
}

/// Makes closed sets recordable, one by one: a blanket rule would overlap.
macro_rules! closed_set_records {
    ($($name:ty),* $(,)?) => {
        $(
            impl $crate::record::Record for $name {
                fn record(&self, out: &mut Vec<u8>) {
                    $crate::json::string(out, self.as_str());
                }
            }
        )*
    };
}

pub(crate) use closed_set_records;

#[cfg(test)]
mod tests {
    use stead_api::iam::{CreateUserRequest, Tag};
    use stead_api::sts::{AssumeRoleRequest, Credentials};

    use super::*;

    fn text(recorded: &Recorded) -> String {
        String::from_utf8(recorded.json().to_vec()).unwrap()
    }

    #[test]
    fn a_request_is_written_in_the_words_of_cloudtrail() {
        let request = AssumeRoleRequest {
            role_arn: "arn:aws:iam::111122223333:role/reader".to_owned(),
            role_session_name: "me".to_owned(),
            duration_seconds: Some(900),
            token_code: Some(Secret::new("123456".to_owned())),
            serial_number: Some("arn:aws:iam::111122223333:mfa/a".to_owned()),
            ..AssumeRoleRequest::default()
        };
        let expected = "{\"roleArn\":\"arn:aws:iam::111122223333:role/reader\",\
            \"roleSessionName\":\"me\",\"durationSeconds\":900,\
            \"serialNumber\":\"arn:aws:iam::111122223333:mfa/a\"}";
        assert_eq!(text(&Recorded::of(&request)), expected);
    }

    #[test]
    fn credentials_are_written_without_their_secrets() {
        let credentials = Credentials {
            access_key_id: "ASIAEXAMPLE".to_owned(),
            secret_access_key: Secret::new("wJalr".to_owned()),
            session_token: Secret::new("token".to_owned()),
            expiration: Timestamp::from_epoch_seconds(1_782_907_699),
        };
        let written = text(&Recorded::of(&credentials));
        assert_eq!(
            written,
            r#"{"accessKeyId":"ASIAEXAMPLE","expiration":"Jul 1, 2026, 12:08:19 PM"}"#
        );
        assert_eq!(
            text(&Recorded::of(&vec![Secret::new("s".to_owned())])),
            format!("[\"{HIDDEN}\"]")
        );
    }

    #[test]
    fn a_long_request_is_replaced_by_its_length() {
        let tag = |value: &str| Tag { key: "k".to_owned(), value: value.to_owned() };
        let request = CreateUserRequest {
            user_name: "u".to_owned(),
            tags: vec![tag(&"v".repeat(RECORDED_BYTES_MAX))],
            ..CreateUserRequest::default()
        };
        let mut recorded = Recorded::of(&request);
        assert!(text(&recorded).starts_with("{\"omitted\":true,\"originalSize\":"));
        recorded.add("sAMLAssertionID", "_1");
        assert!(text(&recorded).ends_with(",\"sAMLAssertionID\":\"_1\"}"));
    }
}
