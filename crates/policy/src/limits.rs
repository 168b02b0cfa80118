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

/// The longest text of a document that is quoted in a message, in characters.
///
/// Choice: messages are for people; the span has the rest.
pub(crate) const QUOTED_CHARACTERS_MAX: usize = 512;

/// The most diagnostics that are collected for one document.
///
/// Choice: a hostile document must not turn into a far longer list of its faults.
pub(crate) const DIAGNOSTICS_MAX: usize = 100;
