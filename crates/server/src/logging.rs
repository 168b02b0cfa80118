//! How log lines look and which are written.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::{SubscriberInitExt as _, TryInitError};

use crate::config::LogFormat;

/// Writes log lines of this level and above to standard error.
///
/// Libraries below log only what is wrong with them: their debugging output may
/// hold header bytes, which are never recorded.
///
/// # Errors
/// When the process has a subscriber already.
pub fn start(format: LogFormat, level: tracing::Level) -> Result<(), TryInitError> {
    let ours = tracing_subscriber::filter::Targets::new()
        .with_default(LevelFilter::WARN.min(LevelFilter::from_level(level)))
        .with_target("stead", level)
        .with_target("stead_server", level)
        .with_target("stead_store_sqlite", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(ours);
    match format {
        LogFormat::Text => {
            registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init()
        }
        LogFormat::Json => {
            registry.with(lines.json().flatten_event(true).with_span_list(false)).try_init()
        }
    }
}
