//! What is refused for its size alone, before anything is made of it.

/// The longest document that is read, in bytes.
///
/// Spec: the IAM model's `policyDocumentType`, 1 to 131,072 characters. The
/// quotas (2,048 to 10,240 characters) are stricter and belong to the entity
/// the policy is put on; see [`crate::PolicyText::counted_characters`].
pub const DOCUMENT_BYTES_MAX: usize = 131_072 * 4;

/// The deepest nesting of objects and arrays that is read.
///
/// Choice: the grammar itself needs seven levels.
pub const NESTING_DEPTH_MAX: usize = 32;

/// The most statements of one document.
///
/// Choice: the longest document AWS's model admits could hold no more than
/// about 3,000 statements; this only bounds what is kept per document.
pub const STATEMENTS_MAX: usize = 10_000;

/// The most strings (actions, resources, principals, condition values) of one document.
///
/// Choice: bounds what is kept per document; a string takes at least three bytes.
pub const VALUES_MAX: usize = 100_000;

/// The most completions of unknown keys that one partial evaluation tries.
///
/// Choice: each asks the statements that depend on such keys twice; what is not decided
/// by then is answered as depending on them.
pub(crate) const CASES_MAX: usize = 4_096;

/// The most times a statement is asked by one partial evaluation.
///
/// Choice: with many statements fewer completions are tried, so that the cost does not
/// grow with both.
pub(crate) const CASE_QUESTIONS_MAX: usize = 200_000;

/// The most elements that are examined one by one for whether their unknown keys matter.
///
/// Choice: beyond, they are taken to matter until the completions have shown otherwise.
pub(crate) const CASE_ELEMENTS_MAX: usize = 256;

/// How many completions are tried depth first before every other is one of those that
/// suppose least.
///
/// Choice: with many keys the way to the first answer may be longer than all that is
/// tried, with few it is what finds the plainest examples.
pub(crate) const CASES_DEEP_MAX: usize = 64;

/// The most unknown keys that are compared with each other for being equal.
///
/// Choice: beyond, equality of keys is not taken to cut their values.
pub(crate) const CASE_LINKED_KEYS_MAX: usize = 16;

/// The most keys of an example that are examined one by one for whether they matter.
pub(crate) const CASE_EXAMPLE_KEYS_MAX: usize = 64;

/// The most characters and wildcards of the patterns that one key is compared with.
///
/// Choice: with longer ones only a sample of the key's values is tried.
pub(crate) const CASE_STEPS_MAX: usize = 16_384;

/// The most ways of being in the middle of these patterns.
///
/// Choice: grows with their length alone, unless several begin with wildcards.
pub(crate) const CASE_STATES_MAX: usize = 4_096;

/// The longest text in which the values of an unknown variable are looked for, in bytes.
///
/// Choice: each part of it may be one.
pub(crate) const CASE_TEXT_BYTES_MAX: usize = 128;

/// The most values that differ of which all sets are tried.
pub(crate) const CASE_SET_MAX: usize = 8;

/// The longest text of a document that is quoted in a message, in characters.
///
/// Choice: messages are for people; the span has the rest.
pub(crate) const QUOTED_CHARACTERS_MAX: usize = 512;

/// The most diagnostics that are collected for one document.
///
/// Choice: a hostile document must not turn into a far longer list of its faults.
pub(crate) const DIAGNOSTICS_MAX: usize = 100;

/// The most steps that comparing two patterns may take; beyond, they are taken to overlap
/// and neither to cover the other.
pub(crate) const PATTERN_STEPS_MAX: usize = 1 << 18;
