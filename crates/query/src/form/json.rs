//! JSON of requests, written down as a form: one reader of constraints reads both.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserializer as _;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use stead_api::{ApiError, ErrorCode};

use super::{Form, JsonKind, Parameter, malformed};
use crate::limits::{JSON_BODY_BYTES_MAX, JSON_DEPTH_MAX, NAME_BYTES_MAX, PARAMETERS_MAX};

#[cfg(test)]
mod tests;

/// Spec: Smithy, "AWS JSON 1.1 protocol": the type of requests and of answers.
const JSON_TYPE: &str = "application/x-amz-json-1.1";

impl Form {
    /// Reads the members of a JSON object, as JSON 1.1 carries them.
    ///
    /// No bytes are an object without members. Spec: Smithy, "AWS JSON 1.1 protocol", for
    /// operations that take nothing. A member that is `null` is absent. Observed:
    /// UpdateOrganizationalUnit and ListOrganizationalUnitsForParent (radkawar/stackd,
    /// recorded in 2026).
    ///
    /// # Errors
    /// `RequestEntityTooLarge` over [`JSON_BODY_BYTES_MAX`]; `UnknownOperationException` for
    /// a body of another type; `MalformedInput` for whatever is no JSON object, is over
    /// another limit, or has a member twice.
    pub fn from_json(content_type: Option<&str>, body: &[u8]) -> Result<Self, ApiError> {
        if body.len() > JSON_BODY_BYTES_MAX {
            let message = format!("The request body exceeds {JSON_BODY_BYTES_MAX} bytes");
            return Err(ApiError::new(ErrorCode::RequestEntityTooLarge, message));
        }
        // Observed: what no protocol of a service claims is an unknown operation
        // (smithy-lang/smithy issue 1368).
        if !content_type.is_some_and(is_json) {
            return Err(ApiError::new(ErrorCode::UnknownOperationException, ""));
        }
        let mut form = Self::default();
        if body.is_empty() {
            return Ok(form);
        }
        let mut reader = serde_json::Deserializer::from_slice(body);
        let mut place = String::new();
        // Observed: of what is no JSON nothing is said but the code. Nor to the operator: the
        // reader's words could repeat what it read.
        let read =
            reader.deserialize_map(Members(Place { form: &mut form, name: &mut place, depth: 1 }));
        read.and_then(|()| reader.end()).map_err(|_| malformed(String::new()))?;
        form.sort();
        Ok(form)
    }

    /// Adds a value and what it is.
    fn add(&mut self, name: &str, value: &str, kind: JsonKind) -> Result<(), TooMuch> {
        if self.parameters.len() >= PARAMETERS_MAX || name.len() > NAME_BYTES_MAX {
            return Err(TooMuch);
        }
        let start = self.text.len();
        self.text.push_str(name);
        let middle = self.text.len();
        self.text.push_str(value);
        self.parameters.push(Parameter { start, middle, end: self.text.len() });
        self.kinds.push((start, kind));
        Ok(())
    }
}

/// Whether a content type names JSON 1.1; what follows a semicolon does not matter.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(JSON_TYPE)
}

/// A limit is exceeded.
struct TooMuch;

impl fmt::Display for TooMuch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("there is too much of it")
    }
}

/// Where a value stands, and the form it goes to.
struct Place<'p> {
    form: &'p mut Form,
    /// The name of the parameter that it becomes.
    name: &'p mut String,
    /// How many lists and objects are around it.
    depth: usize,
}

impl Place<'_> {
    fn add<E: Error>(self, value: &str, kind: JsonKind) -> Result<(), E> {
        self.form.add(self.name, value, kind).map_err(E::custom)
    }

    /// The place of what is within a list or an object here, once that is noted.
    fn enter<E: Error>(&mut self, kind: JsonKind) -> Result<(), E> {
        if self.depth >= JSON_DEPTH_MAX {
            return Err(E::custom(TooMuch));
        }
        self.depth += 1;
        self.form.add(self.name, "", kind).map_err(E::custom)
    }

    /// Goes on with `more` behind the name.
    fn below<T>(&mut self, more: &[&str], work: impl FnOnce(Place<'_>) -> T) -> T {
        let length = self.name.len();
        more.iter().for_each(|part| self.name.push_str(part));
        let done = work(Place { form: self.form, name: self.name, depth: self.depth });
        self.name.truncate(length);
        done
    }
}

/// Any value.
struct Value<'p>(Place<'p>);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.0.add("", if value { JsonKind::True } else { JsonKind::False })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.0.add(&value.to_string(), JsonKind::Number)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.0.add(&value.to_string(), JsonKind::Number)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.0.add(&value.to_string(), JsonKind::Number)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.0.add(value, JsonKind::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        self.0.enter(JsonKind::List)?;
        let mut index = 0_usize;
        loop {
            index += 1;
            let number = index.to_string();
            let next = |place: Place<'_>| elements.next_element_seed(Element(place));
            if self.0.below(&[".member.", &number], next)?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, members: A) -> Result<(), A::Error> {
        self.0.enter(JsonKind::Object)?;
        self.0.below(&["."], |place| Members(place).visit_map(members))
    }
}

/// An element of a list.
///
/// Choice: `null` is none. What AWS makes of it is not known, and no list has a use for it.
struct Element<'p>(Place<'p>);

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, value: D) -> Result<(), D::Error> {
        let Place { form, name, depth } = self.0;
        let before = form.parameters.len();
        Value(Place { form: &mut *form, name, depth }).deserialize(value)?;
        if form.parameters.len() == before { Err(D::Error::custom("null")) } else { Ok(()) }
    }
}

/// The members of an object, whose name and a dot stand before theirs.
struct Members<'p>(Place<'p>);

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            // Choice: which of two counts is not known, and nobody should have to know.
            if !names.insert(name.clone()) {
                return Err(A::Error::custom("a member twice"));
            }
            // Observed: members that an operation does not know are ignored (radkawar/stackd,
            // recorded in 2026). One with a dot is of no operation, and would be taken for a
            // member of something else.
            if name.is_empty() || name.contains('.') {
                let mut aside = Form::default();
                let mut place = String::from("_");
                let depth = self.0.depth;
                members.next_value_seed(Value(Place {
                    form: &mut aside,
                    name: &mut place,
                    depth,
                }))?;
            } else {
                self.0.below(&[&name], |place| members.next_value_seed(Value(place)))?;
            }
        }
        Ok(())
    }
}
