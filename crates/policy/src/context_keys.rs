//! The condition keys that a document mentions, whether or not it would be accepted.

use std::collections::BTreeSet;

use crate::compiled::variables_of;
use crate::json::{self, Json, JsonValue, Member};
use crate::limits::DOCUMENT_BYTES_MAX;
use crate::template::{Syntax, Token, Tokens, Variables, Wildcards};
use crate::{Operator, Version};

/// The keys of a document's conditions and of its policy variables, each once in its
/// spelling, in the order in which they are first mentioned. `None` for what is no
/// policy document.
///
/// Observed: radkawar/stackd, GetContextKeysForCustomPolicy recorded in 2026: this reads
/// more than IAM stores. Statements may be missing, and in a statement everything but its
/// Effect; actions, resources and the values of conditions are not checked. Operators
/// are, and so are the names of elements. Spellings in another case are another key; a
/// variable counts in Resource and NotResource and in values of every operator, and a
/// condition's key is what stands there, also when it looks like a variable.
///
/// Choice: AWS lists `*`, `?` and `$` for the escapes `${*}`, `${?}` and `${$}`, which no
/// request has, and which its simulator refuses as names of keys. They are left out.
///
/// ```
/// let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow",
///     "Resource": "arn:aws:s3:::home/${aws:username}",
///     "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}"#;
/// let keys = stead_policy::context_keys(text).unwrap();
/// assert_eq!(keys, ["aws:username", "aws:SecureTransport"]);
/// ```
#[must_use]
pub fn context_keys(text: &str) -> Option<Vec<String>> {
    if text.len() > DOCUMENT_BYTES_MAX {
        return None;
    }
    let document = json::read(text).ok()?;
    let members = members(&document, &["Version", "Id", "Statement"])?;
    let mut keys = Keys::of(version(members)?);
    match member(members, "Statement") {
        None => {}
        Some(Json { value: JsonValue::Array(statements), .. }) => {
            statements.iter().try_for_each(|statement| keys.statement(statement))?;
        }
        Some(statement) => keys.statement(statement)?,
    }
    Some(keys.listed)
}

/// The elements of a statement.
const ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// What was found so far.
struct Keys {
    variables: Variables,
    seen: BTreeSet<String>,
    listed: Vec<String>,
}

impl Keys {
    fn of(version: Version) -> Self {
        let variables = variables_of(version);
        Self { variables, seen: BTreeSet::new(), listed: Vec::new() }
    }

    fn add(&mut self, key: &str) {
        if self.seen.insert(key.to_owned()) {
            self.listed.push(key.to_owned());
        }
    }

    fn statement(&mut self, statement: &Json) -> Option<()> {
        let members = members(statement, ELEMENTS)?;
        match &member(members, "Effect")?.value {
            JsonValue::String(effect) if effect == "Allow" || effect == "Deny" => {}
            _ => return None,
        }
        members.iter().try_for_each(|member| match member.key.value.as_str() {
            "Resource" | "NotResource" => self.values(&member.value),
            "Condition" => self.conditions(&member.value),
            _ => Some(()),
        })
    }

    fn conditions(&mut self, block: &Json) -> Option<()> {
        let JsonValue::Object(operators) = &block.value else { return None };
        for operator in operators {
            Operator::named(&operator.key.value)?;
            let JsonValue::Object(keys) = &operator.value.value else { return None };
            for key in keys {
                self.add(&key.key.value);
                self.values(&key.value)?;
            }
        }
        Some(())
    }

    /// The variables in one value, or in each of several.
    fn values(&mut self, values: &Json) -> Option<()> {
        match &values.value {
            JsonValue::String(text) => self.variables_in(text),
            JsonValue::Array(values) => {
                values.iter().try_for_each(|value| match &value.value {
                    JsonValue::Array(_) => None,
                    _ => self.values(value),
                })?;
            }
            JsonValue::Bool(_) | JsonValue::Number(_) => {}
            JsonValue::Null | JsonValue::Object(_) => return None,
        }
        Some(())
    }

    fn variables_in(&mut self, text: &str) {
        let syntax = Syntax { wildcards: Wildcards::Literal, variables: self.variables };
        for token in Tokens::new(text, syntax) {
            if let Token::Variable(variable) = token {
                self.add(variable.written_key());
            }
        }
    }
}

/// Without one, the older version is meant.
fn version(members: &[Member]) -> Option<Version> {
    match member(members, "Version").map(|version| &version.value) {
        None => Some(Version::V2008),
        Some(JsonValue::String(text)) if text == "2008-10-17" => Some(Version::V2008),
        Some(JsonValue::String(text)) if text == "2012-10-17" => Some(Version::V2012),
        Some(_) => None,
    }
}

/// The members of an object that has none but these, each once.
fn members<'j>(json: &'j Json, names: &[&str]) -> Option<&'j [Member]> {
    let JsonValue::Object(members) = &json.value else { return None };
    let once: BTreeSet<&str> = members.iter().map(|member| member.key.value.as_str()).collect();
    let known = once.iter().all(|name| names.contains(name));
    (known && once.len() == members.len()).then_some(members)
}

fn member<'j>(members: &'j [Member], name: &str) -> Option<&'j Json> {
    members.iter().find(|member| member.key.value == name).map(|member| &member.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(statement: &str) -> Option<Vec<String>> {
        context_keys(&format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#))
    }

    /// A condition block beside what every statement needs.
    fn conditions(block: &str) -> Option<Vec<String>> {
        keys(&format!(r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{block}}}"#))
    }

    #[test]
    fn keys_are_listed_in_their_order_and_spelling() {
        for (statement, expected) in [
            (
                r#"{"Effect":"Allow","Resource":"a/${aws:PrincipalTag/Team}/${aws:username}",
                "Condition":{"StringEquals":{"s3:ExistingObjectTag/Owner":"${aws:PrincipalTag/Team}"},
                "Null":{"AWS:SourceIp":"false"}}}"#,
                &[
                    "aws:PrincipalTag/Team",
                    "aws:username",
                    "s3:ExistingObjectTag/Owner",
                    "AWS:SourceIp",
                ][..],
            ),
            (
                r#"[{"Effect":"Deny","NotResource":["*","a/${aws:PrincipalTag/project}"]},
                {"Effect":"Allow","Resource":"${aws:username, 'nobody'}"}]"#,
                &["aws:PrincipalTag/project", "aws:username"],
            ),
            (
                r#"{"Effect":"Allow","Resource":"b/${aws:username}/${AWS:username}",
                "Condition":{"StringEquals":{"aws:username":["${aws:username}","x"],"AWS:username":"a"}}}"#,
                &["aws:username", "AWS:username"],
            ),
            (r#"{"Effect":"Allow","Resource":"a/${*}/${?}/${$}/${"}"#, &[]),
            (
                r#"{"Effect":"Allow","Action":"${aws:username}","Principal":{"AWS":"${aws:userid}"}}"#,
                &[],
            ),
            (r#"{"Effect":"Deny"}"#, &[]),
            ("[]", &[]),
        ] {
            assert_eq!(keys(statement).unwrap(), expected, "{statement}");
        }
        for (block, expected) in [
            ("{}", &[][..]),
            (
                r#"{"NumericEquals":{"aws:MultiFactorAuthAge":"${aws:PrincipalTag/Age}"}}"#,
                &["aws:MultiFactorAuthAge", "aws:PrincipalTag/Age"],
            ),
            (r#"{"StringEquals":{"${aws:username}":"a"}}"#, &["${aws:username}"]),
            (
                r#"{"NumericEquals":{"a:b":"no number"},"Bool":{"c:d":true,"e:f":[1,false]}}"#,
                &["a:b", "c:d", "e:f"],
            ),
            (r#"{"ForAllValues:StringLikeIfExists":{"aws:TagKeys":[]}}"#, &["aws:TagKeys"]),
        ] {
            assert_eq!(conditions(block).unwrap(), expected, "{block}");
        }
    }

    #[test]
    fn variables_are_those_of_the_newer_version() {
        let statement = r#""Statement":{"Effect":"Allow","Resource":"a/${aws:username}"}"#;
        for (version, expected) in [
            (r#""Version":"2012-10-17","#, &["aws:username"][..]),
            (r#""Version":"2008-10-17","#, &[]),
            ("", &[]),
        ] {
            assert_eq!(context_keys(&format!("{{{version}{statement}}}")).unwrap(), expected);
        }
        let last = format!(r#"{{{statement},"Version":"2012-10-17","Id":"x"}}"#);
        assert_eq!(context_keys(&last).unwrap(), ["aws:username"]);
        assert_eq!(context_keys(r#"{"Version":"2012-10-17"}"#).unwrap(), [""; 0]);
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let long = format!("{}{{}}", " ".repeat(DOCUMENT_BYTES_MAX - 2));
        assert_eq!(context_keys(&long).unwrap(), [""; 0]);
        for text in [
            "",
            "{",
            "[]",
            "7",
            r#"{"Version":"2099-01-01","Statement":[]}"#,
            r#"{"Version":20121017}"#,
            r#"{"Foo":"x"}"#,
            r#"{"Statement":"x"}"#,
            r#"{"Statement":[[]]}"#,
            r#"{"Statement":[],"Statement":[]}"#,
            &format!("{long} "),
        ] {
            assert_eq!(context_keys(text), None, "{}", text.get(..40).unwrap_or(text));
        }
        for statement in [
            "{}",
            r#"{"Effect":"allow"}"#,
            r#"{"Effect":["Allow"]}"#,
            r#"{"Effect":"Allow","Effect":"Allow"}"#,
            r#"{"Effect":"Allow","resource":"*"}"#,
            r#"{"Effect":"Allow","Resource":{"a":"b"}}"#,
            r#"{"Effect":"Allow","Resource":[["a"]]}"#,
            r#"{"Effect":"Allow","Condition":[]}"#,
            r#"{"Effect":"Allow","Condition":{"StringEquals":"x"}}"#,
            r#"{"Effect":"Allow","Condition":{"MadeUp":{"aws:username":"a"}}}"#,
            r#"{"Effect":"Allow","Condition":{"NullIfExists":{"aws:username":"true"}}}"#,
            r#"{"Effect":"Allow","Condition":{"Null":{"aws:username":null}}}"#,
        ] {
            assert_eq!(keys(statement), None, "{statement}");
        }
    }
}
