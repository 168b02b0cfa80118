//! `ContextEntries`: condition keys that a simulation is given.

use std::collections::BTreeSet;

use data_encoding::BASE64;
use stead_api::ApiError;
use stead_api::iam::{ContextEntry, ContextKeyTypeEnum};
use stead_policy::{Context, ContextBuilder, ValueForm};

use super::request::invalid;

/// The keys that are given, with their values.
///
/// Observed: radkawar/stackd, recorded in 2026: keys are told apart without regard to case,
/// values are checked by the type that is said, and a boolean is false unless it is `true` in
/// any case. A type without `List` takes one value. Whether a key has one value or may have
/// several follows from its type alone, as it does for the operators.
///
/// # Errors
/// The texts are of the same recording.
pub(super) fn read(entries: &[ContextEntry]) -> Result<ContextBuilder, ApiError> {
    let mut keys = BTreeSet::new();
    let mut context = ContextBuilder::new();
    for entry in entries {
        let Some(name) = entry.context_key_name.as_deref() else {
            return Err(invalid("ContextKeyName cannot be null or empty."));
        };
        if !keys.insert(name.to_lowercase()) {
            return Err(invalid(format!("Duplicate context key: {name}.")));
        }
        context = with_entry(context, name, entry)?;
    }
    Ok(context)
}

/// The values of one type.
enum Values {
    Texts(Vec<String>),
    Bytes(Vec<Vec<u8>>),
}

fn with_entry(
    context: ContextBuilder,
    name: &str,
    entry: &ContextEntry,
) -> Result<ContextBuilder, ApiError> {
    let Some(kind) = entry.context_key_type else {
        return Err(invalid(format!("Context key {name} has invalid type null.")));
    };
    let values = entry.context_key_values.as_slice();
    if values.is_empty() {
        let message = format!("Context values for context key {name} cannot be null or empty.");
        return Err(invalid(message));
    }
    if !is_list(kind) && values.len() > 1 {
        let (kind, count) = (kind.as_str(), values.len());
        let message = format!("Context key {kind} expected a single value, but received {count}.");
        return Err(invalid(message));
    }
    Ok(match (converted(name, kind, values)?, is_list(kind)) {
        (Values::Texts(texts), true) => context.multi(name, texts),
        (Values::Texts(texts), false) => context.single(name, texts.concat()),
        (Values::Bytes(bytes), _) => match bytes.as_slice() {
            [bytes] => context.binary(name, bytes),
            // Choice: no key of any request has several binary values.
            _ => {
                return Err(invalid(format!("Context key {name} has more than one binary value.")));
            }
        },
    })
}

const fn is_list(kind: ContextKeyTypeEnum) -> bool {
    match kind {
        ContextKeyTypeEnum::String
        | ContextKeyTypeEnum::Numeric
        | ContextKeyTypeEnum::Boolean
        | ContextKeyTypeEnum::Ip
        | ContextKeyTypeEnum::Binary
        | ContextKeyTypeEnum::Date => false,
        ContextKeyTypeEnum::StringList
        | ContextKeyTypeEnum::NumericList
        | ContextKeyTypeEnum::BooleanList
        | ContextKeyTypeEnum::IpList
        | ContextKeyTypeEnum::BinaryList
        | ContextKeyTypeEnum::DateList => true,
    }
}

fn converted(name: &str, kind: ContextKeyTypeEnum, values: &[String]) -> Result<Values, ApiError> {
    let checked = |form: ValueForm, expected: &str| {
        let good = values.iter().all(|value| form.admits(value));
        if good { Ok(Values::Texts(values.to_vec())) } else { Err(unexpected(name, expected)) }
    };
    match kind {
        ContextKeyTypeEnum::String | ContextKeyTypeEnum::StringList => {
            Ok(Values::Texts(values.to_vec()))
        }
        ContextKeyTypeEnum::Boolean | ContextKeyTypeEnum::BooleanList => {
            let text = |value: &String| value.eq_ignore_ascii_case("true").to_string();
            Ok(Values::Texts(values.iter().map(text).collect()))
        }
        ContextKeyTypeEnum::Numeric | ContextKeyTypeEnum::NumericList => {
            checked(ValueForm::Number, "numeric format")
        }
        ContextKeyTypeEnum::Date | ContextKeyTypeEnum::DateList => {
            checked(ValueForm::Date, "DateTime format")
        }
        ContextKeyTypeEnum::Ip | ContextKeyTypeEnum::IpList => {
            checked(ValueForm::Address, "IP address")
        }
        ContextKeyTypeEnum::Binary | ContextKeyTypeEnum::BinaryList => {
            let decoded = values.iter().map(|value| BASE64.decode(value.as_bytes()));
            let bytes = decoded.collect::<Result<_, _>>();
            bytes.map(Values::Bytes).map_err(|_| unexpected(name, "base-64 encoded binary format"))
        }
    }
}

fn unexpected(name: &str, expected: &str) -> ApiError {
    invalid(format!("Invalid context value for key {name}: expected {expected}."))
}

/// The session name in an `aws:userid` that is given for a role: `AROA...:name`.
pub(super) fn session_name(given: &Context, role_id: &str) -> Option<String> {
    let (id, name) = given.single("aws:userid")?.split_once(':')?;
    (id == role_id).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use stead_policy::ContextValue;

    use super::*;

    fn entry(name: &str, kind: &str, values: &[&str]) -> ContextEntry {
        ContextEntry {
            context_key_name: Some(name.to_owned()),
            context_key_values: values.iter().map(|value| (*value).to_owned()).collect(),
            context_key_type: Some(ContextKeyTypeEnum::from_wire(kind).unwrap()),
        }
    }

    fn refused(entries: &[ContextEntry]) -> String {
        read(entries).unwrap_err().message().to_owned()
    }

    #[test]
    fn every_type_is_read() {
        let entries = [
            entry("a:string", "string", &[""]),
            entry("a:strings", "stringList", &["x"]),
            entry("a:number", "numeric", &["-3.50"]),
            entry("a:numbers", "numericList", &["1", "2"]),
            entry("a:boolean", "boolean", &["TRUE"]),
            entry("a:booleans", "booleanList", &["true", "yes"]),
            entry("a:address", "ip", &["2001:db8::1"]),
            entry("a:addresses", "ipList", &["192.0.2.1"]),
            entry("a:date", "date", &["2026-01-01T00:00:00Z"]),
            entry("a:dates", "dateList", &["2026-01-01", "1767225600"]),
            entry("a:bytes", "binary", &["AP8="]),
            entry("a:list", "binaryList", &["AP8="]),
        ];
        let context = read(&entries).unwrap().build();
        let texts = |key: &str| context.get(key).unwrap().texts().collect::<Vec<_>>().join(" ");
        assert_eq!(context.single("A:STRING"), Some(""));
        assert_eq!(context.single("a:strings"), None);
        assert_eq!(texts("a:strings"), "x");
        assert_eq!((texts("a:number"), texts("a:numbers")), ("-3.50".into(), "1 2".into()));
        assert_eq!(context.single("a:boolean"), Some("true"));
        assert_eq!(texts("a:booleans"), "true false");
        assert_eq!(context.single("a:address"), Some("2001:db8::1"));
        assert_eq!(texts("a:dates"), "2026-01-01 1767225600");
        for key in ["a:bytes", "a:list"] {
            assert_eq!(context.get(key), Some(ContextValue::Binary(&[0, 255])));
        }
    }

    #[test]
    fn what_is_not_of_its_type_is_refused() {
        for (kind, value, expected) in [
            ("numeric", "abc", "numeric format"),
            ("numericList", "NaN", "numeric format"),
            ("date", "tomorrow", "DateTime format"),
            ("ip", "999.0.0.1", "IP address"),
            ("ipList", "192.0.2.0/24", "IP address"),
            ("binary", "!base64", "base-64 encoded binary format"),
            ("binaryList", "AP8", "base-64 encoded binary format"),
        ] {
            let message = refused(&[entry("stack:test", kind, &[value])]);
            let text = format!("Invalid context value for key stack:test: expected {expected}.");
            assert_eq!(message, text);
        }
    }

    #[test]
    fn entries_are_whole_and_each_key_comes_once() {
        let two = refused(&[entry("stack:test", "string", &["a", "b"])]);
        assert_eq!(two, "Context key string expected a single value, but received 2.");
        let again = [entry("stack:test", "string", &["a"]), entry("STACK:TEST", "string", &["b"])];
        assert_eq!(refused(&again), "Duplicate context key: STACK:TEST.");
        let none = refused(&[entry("stack:test", "stringList", &[])]);
        assert_eq!(none, "Context values for context key stack:test cannot be null or empty.");
        let many = refused(&[entry("stack:test", "binaryList", &["AA==", "AA=="])]);
        assert_eq!(many, "Context key stack:test has more than one binary value.");
        let untyped = ContextEntry { context_key_type: None, ..entry("stack:test", "ip", &["x"]) };
        assert_eq!(refused(&[untyped]), "Context key stack:test has invalid type null.");
        let unnamed = ContextEntry { context_key_name: None, ..entry("stack:test", "ip", &["x"]) };
        assert_eq!(refused(&[unnamed]), "ContextKeyName cannot be null or empty.");
    }
}
