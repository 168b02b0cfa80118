//! A policy as JSON text again.

use crate::{
    Condition, ConditionValue, Patterns, Polarity, Policy, PrincipalEntry, PrincipalKind,
    Principals, Shape, Spanned, Statement, Version,
};

impl Policy {
    /// The policy as JSON, without white space and with its elements in AWS's order.
    ///
    /// Says what the text said that the policy was made of: as JSON values the two
    /// are equal, and reading it gives an equal policy but for the spans. To give a
    /// document back as it was sent, keep its [`crate::PolicyText`].
    ///
    /// ```
    /// use stead_policy::{DocumentKind, parse};
    /// let text = r#"{ "Statement": [{"Resource": "*", "Action": ["s3:*"], "Effect": "Deny"}] }"#;
    /// let policy = parse(text, DocumentKind::Identity).policy.unwrap();
    /// let printed = r#"{"Statement":[{"Effect":"Deny","Action":["s3:*"],"Resource":"*"}]}"#;
    /// assert_eq!(policy.to_json(), printed);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = Writer::default();
        json.object(|json| {
            if self.version_is_written {
                json.member("Version", |json| json.string(version_name(self.version)));
            }
            if let Some(id) = &self.id {
                json.member("Id", |json| json.string(&id.value));
            }
            json.member("Statement", |json| {
                json.shaped(self.statements_shape, &self.statements, statement);
            });
        });
        json.text
    }
}

const fn version_name(version: Version) -> &'static str {
    match version {
        Version::V2008 => "2008-10-17",
        Version::V2012 => "2012-10-17",
    }
}

fn statement(json: &mut Writer, statement: &Statement) {
    json.object(|json| {
        if let Some(sid) = &statement.sid {
            json.member("Sid", |json| json.string(&sid.value));
        }
        json.member("Effect", |json| json.string(statement.effect.value.as_str()));
        if let Some(element) = &statement.principals {
            let name = named(element.polarity, "Principal", "NotPrincipal");
            json.member(name, |json| principals(json, element));
        }
        let name = named(statement.actions.polarity, "Action", "NotAction");
        json.member(name, |json| patterns(json, &statement.actions));
        if let Some(element) = &statement.resources {
            let name = named(element.polarity, "Resource", "NotResource");
            json.member(name, |json| patterns(json, element));
        }
        if let Some(operators) = &statement.operators {
            json.member("Condition", |json| conditions(json, operators, &statement.conditions));
        }
    });
}

const fn named(polarity: Polarity, any: &'static str, none_of: &'static str) -> &'static str {
    match polarity {
        Polarity::Any => any,
        Polarity::NoneOf => none_of,
    }
}

fn patterns(json: &mut Writer, patterns: &Patterns) {
    json.shaped(patterns.shape, &patterns.values, |json, value| json.string(&value.value));
}

fn principals(json: &mut Writer, principals: &Principals) {
    if principals.kinds.is_empty()
        && let [PrincipalEntry { kind: PrincipalKind::Everyone, value }] =
            principals.entries.as_slice()
    {
        return json.string(&value.value);
    }
    json.object(|json| {
        for (kind, shape) in &principals.kinds {
            let entries = principals.entries.iter().filter(|entry| entry.kind == *kind);
            json.member(kind.key(), |json| {
                json.shaped(*shape, entries, |json, entry| json.string(&entry.value.value));
            });
        }
    });
}

/// An operator's name stands once as a token, so its place tells which keys are its.
fn conditions(json: &mut Writer, operators: &[Spanned<String>], conditions: &[Condition]) {
    json.object(|json| {
        for operator in operators {
            let keys = conditions.iter().filter(|key| key.operator.span == operator.span);
            json.member(&operator.value, |json| {
                json.object(|json| {
                    for key in keys {
                        json.member(&key.key.value, |json| {
                            json.shaped(key.shape, &key.values, condition_value);
                        });
                    }
                });
            });
        }
    });
}

fn condition_value(json: &mut Writer, value: &ConditionValue) {
    if value.quoted {
        json.string(&value.value);
    } else {
        json.raw(&value.value);
    }
}

/// Writes JSON; puts the commas where they belong.
#[derive(Default)]
struct Writer {
    text: String,
    // Whether something stands before in the object or array that is open.
    follows: bool,
}

impl Writer {
    fn object(&mut self, write: impl FnOnce(&mut Self)) {
        self.bracketed('{', '}', write);
    }

    fn member(&mut self, key: &str, value: impl FnOnce(&mut Self)) {
        self.separate();
        self.string(key);
        self.text.push(':');
        value(self);
        self.follows = true;
    }

    /// One value, or an array of any number of them.
    fn shaped<T>(
        &mut self,
        shape: Shape,
        values: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        match shape {
            Shape::One => values.into_iter().take(1).for_each(|value| write(self, value)),
            Shape::Array => self.bracketed('[', ']', |json| {
                for value in values {
                    json.separate();
                    write(json, value);
                    json.follows = true;
                }
            }),
        }
    }

    fn bracketed(&mut self, open: char, close: char, write: impl FnOnce(&mut Self)) {
        self.text.push(open);
        self.follows = false;
        write(self);
        self.text.push(close);
        self.follows = true;
    }

    fn separate(&mut self) {
        if self.follows {
            self.text.push(',');
        }
    }

    fn string(&mut self, text: &str) {
        self.raw(&serde_json::Value::from(text).to_string());
    }

    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }
}
