//! Files that are changed in place.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::exit::Failure;

/// Puts another text into a file: all of it or nothing, with the file's permissions.
pub(super) fn replace(name: &str, text: &str) -> Result<(), Failure> {
    let written = replace_file(Path::new(name), text);
    written.map_err(|error| Failure::new(format!("cannot change `{name}`: {error}")))
}

fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    // What a link points to is changed, not the link.
    let path = fs::canonicalize(path)?;
    let mut beside = path.clone().into_os_string();
    beside.push(format!(".{}.tmp", std::process::id()));
    let mut file = fs::File::create_new(&beside)?;
    let written = file
        .set_permissions(fs::metadata(&path)?.permissions())
        .and_then(|()| file.write_all(text.as_bytes()))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // The failure is what is told; a file that is left over harms nobody.
        let _ = fs::remove_file(&beside);
    }
    written
}
