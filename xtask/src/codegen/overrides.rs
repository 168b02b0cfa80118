//! model/overrides.toml: what the models do not say.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overrides {
    sts: ServiceOverrides,
    iam: ServiceOverrides,
    organizations: ServiceOverrides,
    /// Error codes that no model lists.
    pub(crate) common_errors: Vec<CommonError>,
}

/// What is said about one service; model/overrides.toml explains each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceOverrides {
    pub(crate) implemented: Vec<String>,
    pub(crate) secret: Vec<String>,
    pub(crate) response_in_report_order: bool,
    pub(crate) always_present: Vec<String>,
    pub(crate) percent_encoded: Vec<String>,
    pub(crate) not_null_elements: Vec<String>,
    /// Response members, as `Shape.Member`, that are absent at times although the
    /// model requires them.
    #[serde(default)]
    pub(crate) may_be_absent: Vec<String>,
    /// Enum values that go over the wire otherwise than the model says.
    #[serde(default)]
    pub(crate) enum_texts: BTreeMap<String, String>,
    pub(crate) access_levels: BTreeMap<String, AccessLevel>,
}

/// An error code of the protocol rather than of an operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommonError {
    pub(crate) code: String,
    pub(crate) status: u16,
}

/// The groups of the Service Authorization Reference.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) enum AccessLevel {
    List,
    Read,
    Tagging,
    Write,
    PermissionsManagement,
}

impl Overrides {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("cannot parse {}", path.display()))
    }

    /// What is said about one service.
    pub(crate) fn service(&self, name: &str) -> &ServiceOverrides {
        match name {
            "sts" => &self.sts,
            "iam" => &self.iam,
            _ => &self.organizations,
        }
    }
}

impl ServiceOverrides {
    /// The access level of an operation: by the table, else by its first word.
    pub(crate) fn access_level(&self, operation: &str) -> AccessLevel {
        if let Some(level) = self.access_levels.get(operation) {
            return *level;
        }
        match operation {
            name if name.starts_with("Tag") || name.starts_with("Untag") => AccessLevel::Tagging,
            name if name.starts_with("List") => AccessLevel::List,
            name if name.starts_with("Get") || name.starts_with("Describe") => AccessLevel::Read,
            _ => AccessLevel::Write,
        }
    }
}

impl AccessLevel {
    /// The level as AWS prints it.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }
}
