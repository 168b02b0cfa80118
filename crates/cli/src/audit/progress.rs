//! How far an audit is, told on a terminal.

use std::io::{IsTerminal as _, Write as _};

use stead_analysis::Progress;

/// Runs the work, and shows how far it is where somebody looks at it.
pub(super) fn shown<T>(work: impl FnOnce(&mut Progress<'_>) -> T) -> T {
    let is_seen = std::io::stderr().is_terminal();
    let mut last = (String::new(), usize::MAX);
    let mut tell = |part: &str, done: usize, of: usize| {
        let percent = done.saturating_mul(100) / of.max(1);
        if !is_seen || (last.0 == part && last.1 == percent) {
            return;
        }
        last = (part.to_owned(), percent);
        // Nobody is told when standard error is closed. Spec: ECMA-48, EL: erases the line.
        let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K{part}: {percent} %");
    };
    let result = work(&mut Progress::new(&mut tell));
    if is_seen {
        let _ = write!(std::io::stderr().lock(), "\r\u{1b}[K");
    }
    result
}
