//! The rules, a file for each family of them: what can be found, and how it is.

pub(crate) mod grammar;

mod action;
mod condition;
mod constant;
mod key;
mod redundancy;
mod resource;
mod size;
mod trust;

use crate::document::Document;
use crate::{Finding, Rule};

/// Every rule.
pub(crate) fn rules() -> impl Iterator<Item = &'static Rule> {
    grammar::rules()
        .chain(action::RULES.iter().copied())
        .chain(resource::RULES.iter().copied())
        .chain(key::RULES.iter().copied())
        .chain(condition::RULES.iter().copied())
        .chain(constant::RULES.iter().copied())
        .chain(trust::RULES.iter().copied())
        .chain(redundancy::RULES.iter().copied())
        .chain(size::RULES.iter().copied())
}

/// Looks for everything that is not about the grammar.
pub(crate) fn check(document: &Document<'_>, findings: &mut Vec<Finding>) {
    action::check(document, findings);
    resource::check(document, findings);
    key::check(document, findings);
    condition::check(document, findings);
    constant::check(document, findings);
    trust::check(document, findings);
    redundancy::check(document, findings);
    size::check(document, findings);
}
