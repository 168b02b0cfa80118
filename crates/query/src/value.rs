use std::borrow::Cow;
use std::collections::BTreeMap;

use stead_types::{Secret, Timestamp};

use crate::percent;

/// A response as both formats write it.
///
/// Deliberately without `Debug`: it borrows secrets in the open.
#[expect(missing_debug_implementations, reason = "it borrows secrets in the open")]
pub enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A number.
    Integer(i64),
    /// Yes or no.
    Boolean(bool),
    /// A moment.
    Time(Timestamp),
    /// A list, in order.
    List(Vec<Value<'a>>),
    /// A map from texts.
    Map(Vec<(Cow<'a, str>, Value<'a>)>),
    /// Members by name, in the order in which they are written.
    Structure(Vec<(&'static str, Value<'a>)>),
}

/// What can be part of a response; generated for each structure of the models.
pub trait ToValue {
    /// The value, borrowing from `self`.
    #[doc(hidden)]
    fn to_value(&self) -> Value<'_>;

    /// Whether the operation answers a result: some have nothing to say.
    #[doc(hidden)]
    const HAS_RESULT: bool = true;
}

/// The members of a structure, as they are collected.
pub(crate) struct Members<'a>(Vec<(&'static str, Value<'a>)>);

impl<'a> Members<'a> {
    /// None yet, with room for some.
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// A member that is always there.
    pub(crate) fn always(&mut self, name: &'static str, value: &'a impl ToValue) {
        self.0.push((name, value.to_value()));
    }

    /// A member that may be absent, and is then left out.
    pub(crate) fn optional(&mut self, name: &'static str, value: Option<&'a impl ToValue>) {
        if let Some(value) = value {
            self.always(name, value);
        }
    }

    /// A text that is percent-encoded.
    ///
    /// Spec: IAM API reference, "policies ... are URL-encoded compliant with RFC 3986".
    pub(crate) fn encoded(&mut self, name: &'static str, value: Option<&'a String>) {
        if let Some(value) = value {
            self.0.push((name, Value::Text(percent::encode(value))));
        }
    }

    /// The structure.
    pub(crate) fn finish(self) -> Value<'a> {
        Value::Structure(self.0)
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl ToValue for i32 {
    fn to_value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl ToValue for bool {
    fn to_value(&self) -> Value<'_> {
        Value::Boolean(*self)
    }
}

impl ToValue for Timestamp {
    fn to_value(&self) -> Value<'_> {
        Value::Time(*self)
    }
}

/// Bytes, which both formats write in base64.
impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Text(Cow::Owned(data_encoding::BASE64.encode(self)))
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn to_value(&self) -> Value<'_> {
        Value::List(self.iter().map(ToValue::to_value).collect())
    }
}

impl<T: ToValue> ToValue for BTreeMap<String, T> {
    fn to_value(&self) -> Value<'_> {
        let entry = |(key, value)| (Cow::Borrowed(String::as_str(key)), T::to_value(value));
        Value::Map(self.iter().map(entry).collect())
    }
}

/// The response is the one place that a secret is made for.
impl ToValue for Secret<String> {
    fn to_value(&self) -> Value<'_> {
        self.expose().to_value()
    }
}

/// The response is the one place that a secret is made for.
impl ToValue for Secret<Vec<u8>> {
    fn to_value(&self) -> Value<'_> {
        self.expose().to_value()
    }
}

/// Makes closed sets writable, one by one: a blanket rule would overlap.
macro_rules! closed_set_values {
    ($($name:ty),* $(,)?) => {
        $(
            impl $crate::value::ToValue for $name {
                fn to_value(&self) -> $crate::value::Value<'_> {
                    $crate::value::Value::Text(std::borrow::Cow::Borrowed(self.as_str()))
                }
            }
        )*
    };
}

pub(crate) use closed_set_values;
