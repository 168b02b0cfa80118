//! The files of an audit, of several directories.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use stead_analysis::{CASE_BYTES_MAX, CaseError, Export, ExportFile, World};

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
    pub(super) fn read(paths: &[PathBuf]) -> Result<Self, Failure> {
        let (mut files, mut shown) = (Vec::new(), BTreeMap::new());
        for path in paths {
            for file in of_path(path)? {
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
        let export = Export::read(&files).map_err(|error| faults::export(&error, &name, &files))?;
        Ok(Self { export, files, shown, name })
    }

    pub(super) fn world(&mut self) -> Result<World, Failure> {
        let read = self.export.take_world();
        read.map_err(|error| {
            let CaseError::Unexpected { pointer, expected } = &error else {
                return Failure::new(error.to_string());
            };
            let origin = self.export.origin_in_world(pointer);
            let place = origin.as_ref().map(|it| format!(" at {}", it.pointer)).unwrap_or_default();
            let file = origin.map_or_else(|| self.name.clone(), |it| self.shown(&it.file));
            Failure::new(format!("`{}`: expected {expected}{place}", printable(&file)))
                .with_help("save what the AWS CLI prints, unchanged")
        })
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

fn of_path(path: &Path) -> Result<Vec<ExportFile>, Failure> {
    if path.is_dir() {
        return accounts::files(path);
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("details.json");
    let text = accounts::text(path, CASE_BYTES_MAX)?;
    Ok(vec![ExportFile { name: name.to_owned(), text }])
}
