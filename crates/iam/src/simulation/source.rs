//! Whose policies are asked about.

use std::sync::Arc;

use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Ask;
use stead_directory::entity::{Group, PermissionsBoundary, Role, User};
use stead_directory::{EntityKind, Snapshot};
use stead_policy::PolicyRef;
use stead_service::Call;
use stead_types::{AccountId, Arn};

use crate::ask;
use crate::target::missing;

/// The ARN of a user, group or role, which may exist or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceArn {
    arn: Arn,
    account: AccountId,
    kind: Kind,
}

/// What has identity policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
    Role,
}

/// A user, group or role of the caller's account.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source<'a> {
    User(&'a Arc<User>),
    Group(&'a Arc<Group>),
    Role(&'a Arc<Role>),
}

impl SourceArn {
    /// Reads the ARN that a request names.
    ///
    /// # Errors
    /// Observed: SimulatePrincipalPolicy with the ARN of a session, quoted in
    /// newrelic/newrelic-diagnostics and others; any text that is no ARN of a user, group
    /// or role is answered alike.
    pub(super) fn read(text: &str) -> Result<Self, ApiError> {
        Self::parse(text).ok_or_else(|| unclear(text))
    }

    /// The same, for texts whose refusal is worded elsewhere.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let arn: Arn = text.parse().ok()?;
        let (kind, path_and_name) = arn.resource().split_once('/')?;
        let kind = match kind {
            "user" => Kind::User,
            "group" => Kind::Group,
            "role" => Kind::Role,
            _ => return None,
        };
        let global = arn.service() == "iam" && arn.region().is_empty();
        let named = !last_segment(path_and_name).is_empty();
        let account = arn.account()?;
        (global && named).then_some(Self { arn, account, kind })
    }

    /// The name behind the path.
    pub(super) fn name(&self) -> &str {
        last_segment(self.arn.resource())
    }

    /// The ARN.
    pub(super) const fn arn(&self) -> &Arn {
        &self.arn
    }

    /// The account in it.
    pub(super) const fn account(&self) -> AccountId {
        self.account
    }

    /// Which of the three it would be.
    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    /// A question about it. A refusal shows the ARN as it was given: another path would
    /// tell that there is somebody of this name.
    pub(super) fn ask(&self, action: &'static str, call: &Call<'_>) -> Ask {
        let account = call.account.account();
        if self.account != account {
            return Ask::plain(action, account, self.arn.as_str());
        }
        let ask = match self.kind {
            Kind::User => ask::user(action, self.name(), call),
            Kind::Group => ask::group(action, self.name(), call),
            Kind::Role => ask::role(action, self.name(), call),
        };
        ask.shown_as(self.arn.as_str())
    }

    /// The one with this name, whatever the path in the ARN is.
    ///
    /// Observed: radkawar/stackd, recorded in 2026: another path names the same user.
    ///
    /// # Errors
    /// There is none, or it would be of another account.
    pub(super) fn find<'a>(&self, account: &'a Snapshot) -> Result<Source<'a>, ApiError> {
        let name = self.name();
        let own = self.account == account.account();
        let (found, kind) = match self.kind {
            Kind::User => (account.user_by_name(name).map(Source::User), EntityKind::User),
            Kind::Group => (account.group_by_name(name).map(Source::Group), EntityKind::Group),
            Kind::Role => (account.role_by_name(name).map(Source::Role), EntityKind::Role),
        };
        found.filter(|_| own).ok_or_else(|| missing(kind, name))
    }
}

impl<'a> Source<'a> {
    /// The identity policies, as they apply to a call: a user's with those of its groups.
    pub(super) fn identity_policies(self, account: &'a Snapshot) -> Vec<PolicyRef<'a>> {
        match self {
            Self::User(user) => account.identity_policies_of_user(user),
            Self::Group(group) => account.identity_policies_of_group(group),
            Self::Role(role) => account.identity_policies_of_role(role),
        }
    }

    /// The ARN.
    pub(super) fn arn(self, account: AccountId) -> Arn {
        match self {
            Self::User(user) => user.arn(account),
            Self::Group(group) => group.arn(account),
            Self::Role(role) => role.arn(account),
        }
    }

    /// The permissions boundary, which groups have none of.
    pub(super) fn boundary(self) -> Option<&'a PermissionsBoundary> {
        match self {
            Self::User(user) => user.boundary.as_ref(),
            Self::Group(_) => None,
            Self::Role(role) => role.boundary.as_ref(),
        }
    }
}

/// What AWS answers to an ARN that names no user, group or role.
pub(super) fn unclear(text: &str) -> ApiError {
    let message =
        format!("Invalid Entity Arn: {text} does not clearly define entity type and name.");
    ApiError::new(ErrorCode::InvalidInput, message)
}

fn last_segment(path_and_name: &str) -> &str {
    path_and_name.rsplit_once('/').map_or(path_and_name, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_of_users_groups_and_roles_are_read() {
        for (text, name) in [
            ("arn:aws:iam::111122223333:user/bob", "bob"),
            ("arn:aws:iam::111122223333:group/a/b/ops", "ops"),
            ("arn:aws:iam::111122223333:role//app", "app"),
        ] {
            assert_eq!(SourceArn::read(text).unwrap().name(), name, "{text}");
        }
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for text in [
            "this-is-not-an-iam-source-arn",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:user",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/a/",
            "arn:aws:iam::111122223333:policy/p",
            "arn:aws:iam::aws:user/bob",
            "arn:aws:iam:us-east-1:111122223333:user/bob",
            "arn:aws:sts::111122223333:assumed-role/app/session",
            "arn:aws:s3:::user/bob",
        ] {
            let error = SourceArn::read(text).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidInput, "{text}");
            assert!(error.message().starts_with(&format!("Invalid Entity Arn: {text} ")));
        }
    }
}
