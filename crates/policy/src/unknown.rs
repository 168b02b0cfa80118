//! What is taken for granted where a condition key is unknown.
//!
//! There is one evaluator. Asked with unknown keys it is told how to take the elements
//! that depend on them: all for the worse, or all for the better. More Allow statements
//! and fewer Deny statements never turn an allowed request into a denied one, so the
//! two answers enclose that for whatever the keys turn out to be.

use crate::Effect;

/// How elements of statements that depend on an unknown key are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlook {
    /// Against the request: no Allow applies that might not, every Deny does that might.
    Worst,
    /// For the request.
    Best,
}

/// How one element that depends on an unknown key is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Assumed {
    /// It holds.
    Holds,
    /// It does not.
    Fails,
}

impl Outlook {
    /// How the elements of a statement with this effect are taken.
    pub(crate) const fn assumes(self, effect: Effect) -> Assumed {
        match (self, effect) {
            (Self::Worst, Effect::Allow) | (Self::Best, Effect::Deny) => Assumed::Fails,
            (Self::Worst, Effect::Deny) | (Self::Best, Effect::Allow) => Assumed::Holds,
        }
    }
}
