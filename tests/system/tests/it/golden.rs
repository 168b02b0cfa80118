//! Files beside the tests: cases to read, and golden files to compare with.

use std::path::PathBuf;

/// The text of a file, named from the package's root.
pub(crate) fn read(path: &str) -> String {
    let path = full(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Compares with a golden file, or writes it when `UPDATE_GOLDEN` is set.
#[expect(clippy::disallowed_methods, reason = "how golden files are written anew")]
pub(crate) fn check(path: &str, text: &str) {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(full(path), text).unwrap();
        return;
    }
    let golden = read(path);
    let differs = golden.lines().zip(text.lines()).find(|(golden, actual)| golden != actual);
    assert!(
        golden == text,
        "{path} differs; the first difference: {differs:?}. UPDATE_GOLDEN=1 writes it anew."
    );
}

fn full(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}
