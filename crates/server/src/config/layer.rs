use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read as _;
use std::path::Path;

use super::error::excerpt;
use super::issuers::IssuerTable;
use super::nearest::nearest_key;
use super::{ConfigError, Key, Origin, Shape};
use crate::limits::CONFIG_BYTES_MAX;

/// Variables that are no settings: where the file is, and what holds secrets.
const SPECIAL: [&str; 3] = ["config", "fixture_keys", "root_key"];

/// What one place says, as text.
#[derive(Clone, Debug)]
pub struct Layer {
    origin: Origin,
    values: BTreeMap<Key, Vec<String>>,
    /// The section `issuer`, which only a file can have.
    issuers: Option<IssuerTable>,
}

/// The layers, weakest first.
#[derive(Clone, Debug, Default)]
pub struct Layers(Vec<Layer>);

impl Layer {
    /// The settings of the command line, to be filled with [`Layer::set`].
    #[must_use]
    pub const fn flags() -> Self {
        Self { origin: Origin::Flag, values: BTreeMap::new(), issuers: None }
    }

    /// Sets a value; a list grows by one.
    pub fn set(&mut self, key: Key, value: impl Into<String>) {
        let values = self.values.entry(key).or_default();
        if key.shape() != Shape::List {
            values.clear();
        }
        values.push(value.into());
    }

    /// The settings of a file.
    ///
    /// # Errors
    /// A file that cannot be read or is not TOML, an unknown name, or a value of
    /// another shape than its key's.
    pub fn from_file(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |reason: String| ConfigError::Unreadable { path: path.to_owned(), reason };
        let file = std::fs::File::open(path).map_err(|error| unreadable(error.to_string()))?;
        let mut text = String::new();
        let read = file.take(CONFIG_BYTES_MAX + 1).read_to_string(&mut text);
        let bytes = read.map_err(|error| unreadable(error.to_string()))?;
        if u64::try_from(bytes).unwrap_or(u64::MAX) > CONFIG_BYTES_MAX {
            return Err(unreadable(format!("it is longer than {CONFIG_BYTES_MAX} bytes")));
        }
        Self::from_toml(path, &text)
    }

    pub(crate) fn from_toml(path: &Path, text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let reason = excerpt_line(error.message());
            let (line, column) = place(text, error.span().map_or(0, |span| span.start));
            ConfigError::Toml { path: path.to_owned(), line, column, reason }
        })?;
        let origin = Origin::File(path.to_owned());
        let mut layer = Self { origin, values: BTreeMap::new(), issuers: None };
        for (name, value) in &table {
            if name == IssuerTable::NAME {
                layer.issuers = Some(IssuerTable::parse(path, value)?);
                continue;
            }
            let key = layer.known(name, Key::from_name(name), nearest_key(name))?;
            let texts = texts_of(key, value).ok_or_else(|| ConfigError::Value {
                origin: layer.origin.clone(),
                key,
                value: excerpt(&key.shown(&value.to_string())),
            })?;
            layer.values.insert(key, texts);
        }
        Ok(layer)
    }

    /// The settings of the environment: the variables that begin with `STEAD_`.
    ///
    /// A name that is nearly a setting is refused; any other is somebody else's.
    /// Choice: an orchestrator gives every container variables such as
    /// `STEAD_SERVICE_HOST` when a service is called `stead`.
    ///
    /// # Errors
    /// A mistyped name, or a value that is not UTF-8.
    pub fn from_environment(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let origin = Origin::Environment;
        let mut layer = Self { origin, values: BTreeMap::new(), issuers: None };
        for (variable, value) in variables {
            let Some(name) = variable.to_str().and_then(|text| text.strip_prefix("STEAD_")) else {
                continue;
            };
            let name = name.to_ascii_lowercase();
            if SPECIAL.contains(&name.as_str()) {
                continue;
            }
            let key = match (Key::from_name(&name), nearest_key(&name)) {
                (None, None) => continue,
                (exact, nearest) => layer.known(&name, exact, nearest)?,
            };
            let text = value.to_str().ok_or_else(|| ConfigError::Value {
                origin: Origin::Environment,
                key,
                value: excerpt(&key.shown(&value.to_string_lossy())),
            })?;
            layer.set_from_environment(key, text);
        }
        Ok(layer)
    }

    fn set_from_environment(&mut self, key: Key, text: &str) {
        match (key.shape(), text) {
            // An empty variable is how many launchers say "not set".
            (_, "") => {}
            (Shape::List, _) => {
                self.values
                    .insert(key, text.split(',').map(|item| item.trim().to_owned()).collect());
            }
            (Shape::Switch, "1") => self.set(key, "true"),
            (Shape::Switch, "0") => self.set(key, "false"),
            _ => self.set(key, text),
        }
    }

    fn known(
        &self,
        name: &str,
        exact: Option<Key>,
        nearest: Option<Key>,
    ) -> Result<Key, ConfigError> {
        exact.ok_or_else(|| ConfigError::UnknownKey {
            origin: self.origin.clone(),
            name: excerpt(name),
            nearest,
        })
    }
}

impl Layers {
    /// These layers, weakest first.
    #[must_use]
    pub fn new(weakest_first: impl IntoIterator<Item = Layer>) -> Self {
        Self(weakest_first.into_iter().collect())
    }

    /// The issuers of the strongest layer that names some.
    pub(super) fn issuers(&self) -> Option<&IssuerTable> {
        self.0.iter().rev().find_map(|layer| layer.issuers.as_ref())
    }

    /// The values of a key and where they come from; empty where there are none.
    pub(super) fn find(&self, key: Key) -> (Origin, Vec<String>) {
        for layer in self.0.iter().rev() {
            if let Some(values) = layer.values.get(&key) {
                return (layer.origin.clone(), values.clone());
            }
        }
        (Origin::Default, key.default_value().map(str::to_owned).into_iter().collect())
    }
}

fn texts_of(key: Key, value: &toml::Value) -> Option<Vec<String>> {
    match (key.shape(), value) {
        (Shape::Text, toml::Value::String(text)) => Some(vec![text.clone()]),
        (Shape::Switch, toml::Value::Boolean(on)) => Some(vec![on.to_string()]),
        (Shape::Number, toml::Value::Integer(number)) => Some(vec![number.to_string()]),
        (Shape::List, toml::Value::Array(items)) => {
            items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        }
        _ => None,
    }
}

/// Line and character, both from 1, of a place in a text.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

fn excerpt_line(message: &str) -> String {
    excerpt(message.lines().next().unwrap_or_default())
}
