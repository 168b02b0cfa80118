//! The committed list of disagreements.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::case::Case;

/// A class of disagreements, as `disagreements.toml` has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// Who is right.
    pub right: Right,
    /// By which page.
    pub source: String,
    /// What it is about.
    pub about: String,
    /// How often in the recorded run over generated questions.
    pub generated: usize,
    /// How often in that over AWS's own documents.
    pub real_world: usize,
    /// A question of this class and no other, as JSON.
    pub example: String,
}

/// Who is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// Stead, by the source.
    Stead,
    /// AWS says nothing, or two of its pages conflict.
    Silent,
    /// It is about something else than policies.
    Outside,
}

#[derive(Deserialize)]
struct File {
    class: Vec<Entry>,
}

impl Entry {
    /// The question that shows the class.
    ///
    /// # Errors
    ///
    /// Where it is none.
    pub fn case(&self) -> Result<Case> {
        serde_json::from_str(&self.example).with_context(|| self.id.clone())
    }
}

/// The list.
///
/// # Errors
///
/// Where the file is not as expected.
pub fn entries() -> Result<Vec<Entry>> {
    let file: File = toml::from_str(include_str!("../disagreements.toml"))?;
    Ok(file.class)
}
