//! How much is looked at, so that no document costs more than its size.

/// The most findings of one document.
///
/// Choice: nobody reads more.
pub(crate) const FINDINGS_MAX: usize = 1_000;

/// The most statements that are compared with each other.
///
/// Choice: quotas admit fewer than a hundred; pairs grow with the square.
pub(crate) const STATEMENTS_COMPARED_MAX: usize = 200;

/// The most patterns of one list that are compared with each other.
///
/// Choice: as for statements.
pub(crate) const PATTERNS_COMPARED_MAX: usize = 400;

/// The most pairs of a resource and a form of ARN that are compared in one statement.
///
/// Choice: beyond, a resource is taken to fit.
pub(crate) const FORMS_COMPARED_MAX: usize = 20_000;

/// The most conditions of one document that are evaluated.
///
/// Choice: each is some thousand steps.
pub(crate) const CONDITIONS_EVALUATED_MAX: usize = 200;

/// The longest name for which a similar one is looked for, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 128;

/// The most entries of Action elements that are looked up in the catalogue.
///
/// Choice: the longest document that AWS stores has fewer; others are taken to be for
/// everything.
pub(crate) const ENTRIES_LOOKED_UP_MAX: usize = 2_000;
