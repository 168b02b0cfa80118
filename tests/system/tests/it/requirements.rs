//! What a test needs of the machine, and may not find on every one.

/// Set where no test may be left out: in CI.
const SKIP_NOTHING: &str = "STEAD_SKIP_NOTHING";

/// Says that a test is left out.
///
/// # Panics
/// Where none may be.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
pub(crate) fn skip(reason: &str) {
    #[expect(clippy::disallowed_methods, reason = "a test is told where it runs")]
    let skip_nothing = std::env::var_os(SKIP_NOTHING).is_some();
    assert!(!skip_nothing, "{SKIP_NOTHING} is set, and a test would be left out: {reason}");
    eprintln!("skipped: {reason}");
}
