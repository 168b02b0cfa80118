//! The expressions for what Organizations gives ids to.
//!
//! An alternative such as `^a|b$` is taken as a whole text of either kind, like every other
//! expression.

use std::ops::RangeInclusive;

use super::{account_id, any, digit, organizations_policy_id, word};

#[cfg(test)]
mod tests;

/// `r-[0-9a-z]{4,32}`
pub(crate) fn root_id(text: &str) -> bool {
    prefixed(text, "r-", 4..=32)
}

/// `ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}`
pub(crate) fn unit_id(text: &str) -> bool {
    let parts = text.strip_prefix("ou-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(root, own)| letters(root, 4..=32) && letters(own, 8..=32))
}

/// `car-[a-z0-9]{8,32}`
pub(crate) fn create_account_request_id(text: &str) -> bool {
    prefixed(text, "car-", 8..=32)
}

/// `h-[0-9a-z]{8,32}`
pub(crate) fn handshake_id(text: &str) -> bool {
    prefixed(text, "h-", 8..=32)
}

/// `rt-[0-9a-z]{8,32}`
pub(crate) fn responsibility_transfer_id(text: &str) -> bool {
    prefixed(text, "rt-", 8..=32)
}

/// An account or a unit.
pub(crate) fn child_id(text: &str) -> bool {
    account_id(text) || unit_id(text)
}

/// A root or a unit.
pub(crate) fn parent_id(text: &str) -> bool {
    root_id(text) || unit_id(text)
}

/// A root, a unit or an account.
pub(crate) fn policy_target_id(text: &str) -> bool {
    parent_id(text) || account_id(text)
}

/// A root, an account, a unit, a policy, `rp-[0-9a-zA-Z_]{4,128}` or `rt-[0-9a-zA-Z_]{8,32}`.
pub(crate) fn taggable_resource_id(text: &str) -> bool {
    let of_words = |prefix: &str, length: RangeInclusive<usize>| {
        let rest = text.strip_prefix(prefix);
        rest.is_some_and(|rest| length.contains(&rest.len()) && any(rest, word))
    };
    policy_target_id(text)
        || organizations_policy_id(text)
        || of_words("rp-", 4..=128)
        || of_words("rt-", 8..=32)
}

/// `[^\s@]+@[^\s@]+\.[^\s@]+`
pub(crate) fn email(text: &str) -> bool {
    // Spec: `\s` is Java's.
    let is_space = |it: char| matches!(it, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r');
    let Some((user, domain)) = text.split_once('@') else { return false };
    let is_plain = |part: &str| any(part, |it| it != '@') && !part.contains(is_space);
    // A dot with something before it and something behind it.
    let has_dot =
        domain.char_indices().any(|(at, it)| it == '.' && at > 0 && at + 1 < domain.len());
    !user.is_empty() && is_plain(user) && is_plain(domain) && has_dot
}

fn prefixed(text: &str, prefix: &str, length: RangeInclusive<usize>) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| letters(rest, length))
}

/// `[0-9a-z]`, so many of them.
fn letters(text: &str, length: RangeInclusive<usize>) -> bool {
    length.contains(&text.len()) && any(text, |it| it.is_ascii_lowercase() || digit(it))
}
