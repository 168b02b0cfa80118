//! What model/*.json holds: the facts of a service model, without its prose.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One service: its names, operations and shapes.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Model {
    /// Where the facts come from, such as `botocore 1.43.11`.
    pub(crate) source: String,
    /// The lower case name that signatures and actions use, such as `iam`.
    pub(crate) service: String,
    /// The API version, such as `2010-05-08`.
    pub(crate) version: String,
    /// The XML namespace of responses, where they are XML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) namespace: Option<String>,
    /// What stands before the operation in `X-Amz-Target`, where the service speaks JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target_prefix: Option<String>,
    /// Operations by name, in the model's (alphabetical) order.
    pub(crate) operations: Ordered<Operation>,
    /// Shapes by name.
    pub(crate) shapes: BTreeMap<String, Shape>,
}

/// One operation.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    /// The request's shape; none when there are no parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<String>,
    /// The response's shape; none when there is no result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<String>,
    /// The element around the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) result_wrapper: Option<String>,
    /// The caller needs no signature: the request carries its own proof.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) unsigned: bool,
    /// The modelled errors, as shape names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<String>,
    /// Names of the members that page through the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pagination: Option<Pagination>,
}

/// How the pages of a list follow each other.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pagination {
    /// The request's member that says where to go on.
    pub(crate) input_token: String,
    /// The response's member that says where to go on.
    pub(crate) output_token: String,
    /// The request's member that bounds a page, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) limit_key: Option<String>,
    /// The lists that are cut into pages.
    pub(crate) result_keys: Vec<String>,
}

/// A type of the model.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shape {
    /// What kind of type it is.
    #[serde(rename = "type")]
    pub(crate) kind: Kind,
    /// Structure: members in the model's order, each with its shape.
    #[serde(default, skip_serializing_if = "Ordered::is_empty")]
    pub(crate) members: Ordered<String>,
    /// Structure: members that must be present.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) required: Vec<String>,
    /// List: the shape of its elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<String>,
    /// Map: the shape of its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    /// Map: the shape of its values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
    /// Fewest characters or elements, or the least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<i64>,
    /// Most characters or elements, or the greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<i64>,
    /// The regular expression the whole text must match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pattern: Option<String>,
    /// The only texts allowed.
    #[serde(default, rename = "enum", skip_serializing_if = "Vec::is_empty")]
    pub(crate) variants: Vec<String>,
    /// The value must not be printed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) sensitive: bool,
    /// The structure is an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorFacts>,
}

/// How an error looks on the wire.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErrorFacts {
    /// The code, such as `NoSuchEntity`.
    pub(crate) code: String,
    /// The HTTP status.
    pub(crate) status: u16,
    /// The caller is at fault, not the service.
    pub(crate) sender: bool,
}

/// The kinds of types these services use; others stop the generator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A structure with members.
    #[default]
    Structure,
    /// A list of elements.
    List,
    /// A map from texts.
    Map,
    /// A text.
    String,
    /// A 32 bit number.
    Integer,
    /// A 64 bit number.
    Long,
    /// Yes or no.
    Boolean,
    /// A moment.
    Timestamp,
    /// Bytes.
    Blob,
}

impl Model {
    /// Reads one file of model/.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))
    }

    /// The shape of this name.
    pub(crate) fn shape(&self, name: &str) -> Result<&Shape> {
        let Some(shape) = self.shapes.get(name) else {
            bail!("the {} model has no shape `{name}`", self.service);
        };
        Ok(shape)
    }
}

/// A JSON object whose order is kept: the order of members is the order on the wire.
#[derive(Debug)]
pub(crate) struct Ordered<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Ordered<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Ordered<T> {
    /// Whether there is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OrderedVisitor(PhantomData))
    }
}

struct OrderedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OrderedVisitor<T> {
    type Value = Ordered<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Ordered(entries))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
