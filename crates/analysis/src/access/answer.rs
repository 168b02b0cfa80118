//! What is answered.

use serde::Serialize;
use serde_json::Value;

use super::Principal;

/// Who can.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessAnswer {
    /// Of the form of this object: 1.
    pub version: u32,
    /// The action.
    pub action: String,
    /// What it is done to.
    pub resource: String,
    /// Everybody who can, or of whom it is not known; the shortest way of each.
    pub principals: Vec<Reached>,
    /// What limits the answer, in words.
    pub notes: Vec<String>,
}

/// Somebody who can, and how.
#[derive(Clone, Debug, Serialize)]
pub struct Reached {
    /// Who.
    pub principal: Principal,
    /// Whether they can, on every hop.
    pub verdict: Verdict,
    /// From them to what is asked about.
    pub path: Vec<Hop>,
}

/// One call on the way.
#[derive(Clone, Debug, Serialize)]
pub struct Hop {
    /// Who calls.
    pub from: Principal,
    /// The action.
    pub action: String,
    /// The role that is assumed, or the resource.
    pub to: String,
    /// Whether that is allowed.
    pub verdict: Verdict,
    /// Under which conditions; all together.
    pub conditions: Vec<Condition>,
}

/// Whether something is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is, where the conditions hold.
    Allowed,
    /// It depends on the conditions, and no values were found with which it is.
    Unknown,
}

/// What must be so of one condition key.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Condition {
    /// The key, as a policy writes it.
    pub key: String,
    /// A value with which the call is allowed, or several that it must have at once; null
    /// where the key must be absent, or where none was found.
    pub value: Value,
    /// What the policies ask of it.
    pub tests: Vec<Test>,
}

/// What one statement asks of a condition key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Test {
    /// The kind of policy, such as `role trust policy`.
    pub policy: String,
    /// `Allow`: it should hold; `Deny`: it should not.
    pub effect: &'static str,
    /// The operator, such as `StringLike`; `Resource` where the key is a variable.
    pub operator: String,
    /// The values, as the policy writes them.
    pub values: Vec<String>,
}

impl Reached {
    pub(super) fn by(path: Vec<Hop>) -> Option<Self> {
        let principal = path.first()?.from.clone();
        let verdict = path.iter().map(|hop| hop.verdict).max()?;
        Some(Self { principal, verdict, path })
    }
}
