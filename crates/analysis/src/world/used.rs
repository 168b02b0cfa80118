//! When roles were used last.

use stead_types::Timestamp;

use crate::node::Node;

/// What an export says of the use of a role.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RoleUse {
    /// When somebody last was its session; none where nobody was, as far as AWS keeps it.
    pub(crate) last_used: Option<Timestamp>,
    pub(crate) created_at: Option<Timestamp>,
}

impl RoleUse {
    /// None where the export does not say it: a role of which nothing is said need not be
    /// unused.
    pub(super) fn of(role: &Node<'_>) -> Option<Self> {
        let used = role.member("RoleLastUsed").filter(|used| used.value.is_object())?;
        let time = |node: &Node<'_>, name: &str| moment(node.member(name)?.value.as_str()?);
        let last_used = time(&used, "LastUsedDate");
        Some(Self { last_used, created_at: time(role, "CreateDate") })
    }
}

/// A moment as AWS prints it: `2026-03-01T12:00:00+00:00`, or with a `Z`.
pub(crate) fn moment(text: &str) -> Option<Timestamp> {
    match text.strip_suffix("+00:00") {
        Some(moment) => format!("{moment}Z").parse().ok(),
        None => text.parse().ok(),
    }
}
