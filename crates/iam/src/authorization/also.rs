//! What must be allowed besides an operation's own action.

use stead_api::ApiError;
use stead_api::iam::Tag;
use stead_authorizer::Ask;
use stead_service::Call;

use super::{Member, Resource};
use crate::ask;

/// A further action that must be allowed.
pub(crate) enum Also<Input> {
    /// The action that tags, on what is created, where the request passes tags.
    ///
    /// Observed: creating a tagged entity asks for its tag action too
    /// (openshift/installer issue 1073 and iann0036/iamlive issue 97, for roles).
    Tagging(&'static str, Member<Input, [Tag]>),
    /// `iam:PassRole`: who may do this must also be allowed to hand the role to EC2. Else a
    /// role with more permissions than the caller's could be taken through a machine.
    PassRoleToInstances(Member<Input, str>),
}

/// A further action as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The action.
    pub(super) action: &'static str,
    /// Whether it is asked for every time, so that the reference lists it as dependent.
    pub(super) always: bool,
    /// The condition keys, besides those of every request and the tags of the resource.
    pub(super) keys: &'static [&'static str],
    /// When and about what, with the fields of the request in braces.
    pub(super) about: String,
}

impl<Input> Also<Input> {
    /// The question, where there is one.
    ///
    /// # Errors
    /// As of [`Resource::ask`].
    pub(super) fn ask(
        &self,
        resource: &Resource<Input>,
        input: &Input,
        call: &Call<'_>,
    ) -> Result<Option<Ask>, ApiError> {
        match self {
            Self::Tagging(action, tags) => {
                let tags = (tags.of)(input);
                if tags.is_empty() {
                    return Ok(None);
                }
                let ask = resource.ask(action, input, call)?;
                Ok(Some(ask::with_request_tags(ask, tags)))
            }
            Self::PassRoleToInstances(role) => {
                Ok(Some(ask::pass_role_to_instances((role.of)(input), call)))
            }
        }
    }

    /// What the page and the comparison with the reference say of it.
    pub(super) fn shown(&self) -> Shown {
        match self {
            Self::Tagging(action, tags) => Shown {
                action,
                always: false,
                keys: &["aws:RequestTag/*", "aws:TagKeys"],
                about: format!("with `{{{}}}`", tags.name),
            },
            Self::PassRoleToInstances(role) => Shown {
                action: ask::PASS_ROLE,
                always: true,
                keys: &["iam:PassedToService", "iam:AssociatedResourceArn"],
                about: format!("on `role` `{{{}}}`", role.name),
            },
        }
    }
}
