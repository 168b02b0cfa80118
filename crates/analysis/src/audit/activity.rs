//! What was done with permissions, by recorded calls: what of a policy nobody used, and the
//! policy that would have been enough.

mod events;
mod proposal;
mod used;

pub use events::{Activity, ActivityError, RecordedCall};
pub use proposal::{Proposal, ProposalError, least_privilege};

use super::finding::AuditFinding;
use super::{Asked, rule};
use crate::access::Person;
use used::StatementUse;

/// Statements of which something was not used, of everybody whose calls were recorded. Of
/// whom nothing was recorded nothing is said: the record may be of another time or account.
pub(super) fn findings(asked: &Asked<'_, '_>, activity: &Activity) -> Vec<AuditFinding> {
    let people = asked.access.people();
    let named = activity.principals().filter_map(|arn| people.get(people.place_of(arn)?));
    named.filter_map(|who| of_person(asked, who, activity)).collect()
}

fn of_person(asked: &Asked<'_, '_>, who: &Person, activity: &Activity) -> Option<AuditFinding> {
    let calls = activity.calls_of(&who.arn);
    let uses = used::statements(asked.access, who, &calls);
    let unused: Vec<&StatementUse> = uses.iter().filter(|it| !it.unused().is_empty()).collect();
    if unused.is_empty() {
        return None;
    }
    let (name, count) = (who.arn.resource(), unused.len());
    let message = format!(
        "`{name}` did not use all that {count} of its {} statements allow, in {} recorded calls",
        uses.len(),
        calls.iter().map(|call| call.count).sum::<usize>(),
    );
    let mut finding = AuditFinding::new(&rule::UNUSED_PERMISSIONS, &who.arn, message);
    for it in unused {
        let text = format!(
            "statement {} of {}: not used: {}",
            it.index,
            it.policy,
            it.unused().join(", ")
        );
        let place = it.place(asked.access.world());
        finding = finding.shown_by(text, place);
    }
    Some(finding)
}
