//! JSON without what two readers may understand differently: an object's key occurs
//! once, and nesting is bounded.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};

use super::fault::JsonFault;
use super::limits::NESTING_DEPTH_MAX;
use super::refusal::echo;

/// Reads a text that is one object.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, JsonFault> {
    let fault = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let seed = Strict { levels_left: NESTING_DEPTH_MAX, fault: &fault };
    let read = seed.deserialize(&mut deserializer).and_then(|value| {
        deserializer.end()?;
        Ok(value)
    });
    match read {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(JsonFault::NotAnObject),
        Err(_) => Err(fault.into_inner().unwrap_or(JsonFault::Syntax)),
    }
}

/// Reads any value, strictly. The first fault is put aside, because serde's errors
/// are texts.
#[derive(Clone, Copy)]
struct Strict<'a> {
    levels_left: usize,
    fault: &'a RefCell<Option<JsonFault>>,
}

impl Strict<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.levels_left.checked_sub(1) {
            Some(levels_left) => Ok(Self { levels_left, ..self }),
            None => Err(self.fail(JsonFault::TooDeep)),
        }
    }

    fn fail<E: Error>(self, fault: JsonFault) -> E {
        *self.fault.borrow_mut() = Some(fault);
        E::custom("refused")
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let place = match map.entry(key) {
                Entry::Vacant(place) => place,
                Entry::Occupied(taken) => {
                    return Err(self.fail(JsonFault::DuplicateKey { key: echo(taken.key()) }));
                }
            };
            place.insert(members.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}
