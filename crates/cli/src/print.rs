use std::io::Write as _;

use serde_json::json;

use crate::exit::{Exit, Failure};

/// Prints the version of the binary.
pub(crate) fn version(as_json: bool) -> Result<Exit, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let mut stdout = std::io::stdout().lock();
    match as_json {
        true => writeln!(stdout, "{}", json!({ "version": 1, "stead": version }))?,
        false => writeln!(stdout, "stead {version}")?,
    }
    Ok(Exit::Success)
}
