use super::{Key, Layers, Origin, Shape};

/// One setting as `stead config show` prints it. No setting holds a secret:
/// secrets are given as files.
#[derive(Clone, Debug)]
pub struct ShownValue {
    /// Which setting.
    pub key: Key,
    /// Its texts; empty where it is not set.
    pub texts: Vec<String>,
    /// Where they come from.
    pub origin: Origin,
}

impl ShownValue {
    /// The value as TOML, `None` where it is not set.
    #[must_use]
    pub fn toml(&self) -> Option<String> {
        let quoted =
            |text: &String| toml::Value::String(self.key.shown(text).into_owned()).to_string();
        let first = self.texts.first()?;
        Some(match self.key.shape() {
            Shape::Switch | Shape::Number => first.clone(),
            Shape::Text => quoted(first),
            Shape::List => {
                format!("[{}]", self.texts.iter().map(quoted).collect::<Vec<_>>().join(", "))
            }
        })
    }
}

/// Every setting with its value and where that comes from.
#[must_use]
pub fn show(layers: &Layers) -> Vec<ShownValue> {
    let shown = |key| {
        let (origin, texts) = layers.find(key);
        ShownValue { key, texts, origin }
    };
    Key::ALL.into_iter().map(shown).collect()
}

/// The sections of issuers as they stand in the file, by issuer.
#[must_use]
pub fn show_issuers(layers: &Layers) -> toml::Table {
    layers.issuers().map(|table| table.as_written.clone()).unwrap_or_default()
}
