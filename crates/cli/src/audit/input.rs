//! The files of an audit: of several directories, or as a running server has the accounts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use stead_analysis::{Export, ExportFile, World};

use crate::arguments::AuditFlags;
use crate::excerpt::printable;
use crate::exit::Failure;
use crate::explain::{accounts, faults};

/// What was read.
pub(super) struct Input {
    pub(super) export: Export,
    files: Vec<ExportFile>,
    /// How each file is named for people, by its name in the export.
    shown: BTreeMap<String, String>,
    name: String,
}

impl Input {
    pub(super) fn read(flags: &AuditFlags) -> Result<Self, Failure> {
        let Some(running) = flags.running() else { return Self::of_paths(&flags.paths) };
        let (name, files) = accounts::read(&running)?;
        let shown = |file: &ExportFile| (file.name.clone(), format!("{name}/{}", file.name));
        let shown = files.iter().map(shown).collect();
        Self::of_files(name, files, shown)
    }

    fn of_paths(paths: &[PathBuf]) -> Result<Self, Failure> {
        let (mut files, mut shown) = (Vec::new(), BTreeMap::new());
        for path in paths {
            for file in accounts::files(path)? {
                let name = match path.is_dir() {
                    true => path.join(&file.name).display().to_string(),
                    false => path.display().to_string(),
                };
                if let Some(other) = shown.insert(file.name.clone(), name.clone()) {
                    let names = format!("`{}` and `{}`", printable(&other), printable(&name));
                    return Err(Failure::new(format!("{names} have one name"))
                        .with_help("the name says which account it is: give each its own"));
                }
                files.push(file);
            }
        }
        let name = paths.first().map_or_else(String::new, |path| path.display().to_string());
        Self::of_files(name, files, shown)
    }

    fn of_files(
        name: String,
        files: Vec<ExportFile>,
        shown: BTreeMap<String, String>,
    ) -> Result<Self, Failure> {
        let export = Export::read_for_world(&files)
            .map_err(|error| faults::export(&error, &name, &files))?;
        Ok(Self { export, files, shown, name })
    }

    pub(super) fn world(&mut self) -> Result<World, Failure> {
        accounts::world(&mut self.export, &self.name)
    }

    /// The text of a file.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.files.iter().find(|file| file.name == name).map(|file| file.text.as_str())
    }

    /// The name of a file for people.
    pub(super) fn shown(&self, name: &str) -> String {
        self.shown.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }
}
