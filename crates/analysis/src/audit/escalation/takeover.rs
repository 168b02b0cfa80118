//! Who can become a user by credentials for it, or a role by a trust policy for themselves.

use std::collections::BTreeSet;

use stead_policy::ContextBuilder;

use super::super::Asked;
use super::super::asker::{is_kept_by_aws, may, with_boundary};
use super::super::supposed::trusting;
use super::{becoming, is_allowed};
use crate::access::{Access, Kind, Person, Reaches, Wanted, hops_to};
use crate::audit::AuditStep;

/// What gives somebody credentials of a user. A user can have two access keys, and one
/// password: whether there is room for them no export of policies says.
pub(super) const OF_USERS: [&str; 3] =
    ["iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"];

pub(super) const TRUST: &str = "iam:UpdateAssumeRolePolicy";

/// Whose policies may let them do which of it.
#[derive(Debug)]
pub(super) struct Takeover {
    users: Vec<(&'static str, Reaches)>,
    trust: Reaches,
}

impl Takeover {
    pub(super) fn of(asked: &Asked<'_, '_>, is_asked: &dyn Fn(usize) -> bool) -> Self {
        let of = |action| asked.access.reaches(action, is_asked);
        let users = OF_USERS.map(|action| (action, of(action)));
        Self { users: users.into(), trust: of(TRUST) }
    }

    /// Everybody who is left and can become the user or role.
    pub(super) fn of_person(
        &self,
        access: &Access<'_>,
        target: &Person,
        is_left: &dyn Fn(usize) -> bool,
    ) -> Vec<AuditStep> {
        let candidates: BTreeSet<usize> = match target.kind {
            Kind::User => {
                let all = self.users.iter();
                all.flat_map(|(_, reaches)| reaches.candidates(target.arn.as_str())).collect()
            }
            Kind::Role => self.trust.candidates(target.arn.as_str()),
        };
        let people = candidates.into_iter().filter(|place| is_left(*place));
        let people = people.filter_map(|place| access.people().get(place));
        people.filter_map(|who| takes_over(access, who, target)).collect()
    }
}

/// How one can become the other, if by IAM.
pub(super) fn takes_over(access: &Access<'_>, who: &Person, target: &Person) -> Option<AuditStep> {
    // IAM's calls are about the caller's own account.
    if who.account != target.account || who.arn == target.arn {
        return None;
    }
    match target.kind {
        Kind::User => OF_USERS.iter().find_map(|action| {
            let hop = may(access, who, action, target.arn.as_str(), ContextBuilder::new())?;
            Some(becoming(who.principal(), action, vec![hop], target))
        }),
        Kind::Role => by_trust(access, who, target),
    }
}

fn by_trust(access: &Access<'_>, who: &Person, role: &Person) -> Option<AuditStep> {
    if is_kept_by_aws(role) {
        return None;
    }
    let known = with_boundary(access, role);
    let change = may(access, who, TRUST, role.arn.as_str(), known)?;
    let world = trusting(access.world(), role, who)?;
    let changed = access.over(&world);
    let edges = changed.may_assume(who.principal(), &role.arn, &Wanted::default());
    let assume = hops_to(&role.arn, &edges).into_iter().find(is_allowed)?;
    Some(becoming(who.principal(), TRUST, vec![change, assume], role))
}
