use std::marker::PhantomData;

use crate::VerifiedCaller;

/// Proof that the caller may perform the operation `Op` as asked.
///
/// Handlers take one by value, so that an unauthorized call does not compile.
/// Only [`crate::decide`] and the operations that need no permission make one, and only
/// for a [`VerifiedCaller`].
#[must_use]
pub struct Authorized<Op> {
    operation: PhantomData<fn() -> Op>,
}

impl<Op> Authorized<Op> {
    pub(crate) const fn granted() -> Self {
        Self { operation: PhantomData }
    }

    /// For an operation that AWS lets every caller perform who has proved who they are,
    /// whatever their policies say.
    ///
    /// `source` cites where AWS says so. The golden matrix of the tests lists every
    /// operation that uses this.
    pub fn needs_no_permission(_: &VerifiedCaller, source: &'static str) -> Self {
        debug_assert!(!source.is_empty());
        Self { operation: PhantomData }
    }
}

impl<Op> std::fmt::Debug for Authorized<Op> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Authorized")
    }
}
