use std::sync::Arc;

use stead_directory::entity::Role;
use stead_policy::ContextBuilder;
use stead_types::{AccountId, TagSet};

use crate::CallerFacts;

/// One question to the policies: may the caller do `action` on `resource`?
///
/// A handler asks literally what it is about to do; AWS's action names, resource
/// ARNs and condition keys are those of the service authorization reference. Handlers
/// know their actions when they are compiled; a question that is only [judged](crate::judge)
/// may be about any action, which is a text of its own.
#[derive(Clone, Debug)]
pub struct Ask<Action = &'static str> {
    /// The action, such as `iam:CreateRole`.
    pub action: Action,
    /// What it is done to.
    pub resource: Resource,
    /// Condition keys that only this operation has, such as `sts:ExternalId`, by their
    /// full names. Tag keys count as part of the name (`aws:RequestTag/Team`).
    pub context: ContextBuilder,
    /// How the error message names the resource, where it does not show the ARN:
    /// IAM says `role Name` of what exists by name already.
    pub shown: Option<String>,
}

/// What an action is done to.
#[derive(Clone, Debug)]
pub enum Resource {
    /// The action knows no resource; policies match it as `*`.
    Any {
        /// The account in which it happens.
        account: AccountId,
    },
    /// A resource that carries no policy of its own.
    Plain {
        /// The account that owns it.
        account: AccountId,
        /// Its ARN. It need not exist: permission is asked before existence is told.
        arn: String,
        /// Its tags, when it exists and can have any.
        tags: Option<TagSet>,
    },
    /// A role, whose trust policy decides with the caller's policies.
    Role {
        /// The account that owns it.
        account: AccountId,
        /// The ARN as asked for.
        arn: String,
        /// The role, when the ARN names one exactly. A missing role is evaluated
        /// like one that trusts nobody, so that the two can't be told apart.
        role: Option<Arc<Role>>,
    },
    /// The root user of an account that another manages, as AssumeRoot asks about it: the
    /// policies of the caller's account decide as about what is its own.
    ///
    /// Spec: API AssumeRoot: it takes the permission in the managing account, and a feature of
    /// the organization. Nothing in the member account allows it. That the account is such a
    /// member is no question to policies: the operation checks it itself.
    ManagedRoot {
        /// The account whose root user it is.
        account: AccountId,
        /// Its ARN.
        arn: String,
    },
}

impl Ask {
    /// A question about a resource in the account, without further keys.
    #[must_use]
    pub fn plain(action: &'static str, account: AccountId, arn: impl Into<String>) -> Self {
        let resource = Resource::Plain { account, arn: arn.into(), tags: None };
        Self { action, resource, context: ContextBuilder::new(), shown: None }
    }

    /// A question about no resource in particular.
    #[must_use]
    pub fn any(action: &'static str, account: AccountId) -> Self {
        Self {
            action,
            resource: Resource::Any { account },
            context: ContextBuilder::new(),
            shown: None,
        }
    }

    /// The same question, with the resource named so in the error message.
    #[must_use]
    pub fn shown_as(mut self, shown: impl Into<String>) -> Self {
        self.shown = Some(shown.into());
        self
    }

    /// The same question with the tags of the resource.
    #[must_use]
    pub fn with_resource_tags(mut self, found: Option<&TagSet>) -> Self {
        if let Resource::Plain { tags, .. } = &mut self.resource {
            *tags = found.cloned();
        }
        self
    }

    /// The same question with one more single-valued key.
    #[must_use]
    pub fn with(mut self, key: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        self.context.set(key.as_ref(), value.as_ref());
        self
    }

    /// The same question with one more multi-valued key.
    #[must_use]
    pub fn with_all<V: AsRef<str>>(
        mut self,
        key: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        self.context.set_all(key, values);
        self
    }
}

impl Resource {
    /// The ARN that policies match, `*` where the action knows no resource.
    #[must_use]
    pub fn arn(&self) -> &str {
        match self {
            Self::Any { .. } => "*",
            Self::Plain { arn, .. } | Self::Role { arn, .. } | Self::ManagedRoot { arn, .. } => arn,
        }
    }

    /// The account that owns the resource.
    #[must_use]
    pub const fn account(&self) -> AccountId {
        match self {
            Self::Any { account }
            | Self::Plain { account, .. }
            | Self::Role { account, .. }
            | Self::ManagedRoot { account, .. } => *account,
        }
    }

    /// The account whose policies have to allow what this caller does with it, and none
    /// besides where it is the caller's own.
    pub(crate) fn deciding_account(&self, caller: &CallerFacts) -> AccountId {
        match self {
            Self::ManagedRoot { .. } => caller.account(),
            Self::Any { .. } | Self::Plain { .. } | Self::Role { .. } => self.account(),
        }
    }

    /// The tags of the resource, where it exists and has any.
    #[must_use]
    pub fn tags(&self) -> Option<&TagSet> {
        match self {
            Self::Any { .. } | Self::ManagedRoot { .. } => None,
            Self::Plain { tags, .. } => tags.as_ref(),
            Self::Role { role, .. } => role.as_ref().map(|role| &role.tags),
        }
    }
}
