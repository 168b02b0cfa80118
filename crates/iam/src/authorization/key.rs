//! Condition keys that an operation's request brings.

use stead_api::ApiError;
use stead_api::iam::Tag;
use stead_authorizer::Ask;
use stead_service::Call;

use super::Member;
use crate::{ask, policy_arn};

/// A condition key, and where its value comes from.
pub(crate) enum Key<Input> {
    /// `aws:RequestTag/...` and `aws:TagKeys`: the tags of the request.
    RequestTags(Member<Input, [Tag]>),
    /// `aws:TagKeys`: the tag keys of the request.
    TagKeys(Member<Input, [String]>),
    /// `iam:PermissionsBoundary`: the policy that the request sets, if it sets one.
    NewBoundary(Member<Input, Option<String>>),
    /// `iam:PermissionsBoundary`: the policy that the request sets.
    RequiredBoundary(Member<Input, str>),
    /// `iam:PermissionsBoundary`: the policy that the user has, so that delegated
    /// administrators can be held to those they have bounded.
    BoundaryOfUser(Member<Input, str>),
    /// The same of a role.
    BoundaryOfRole(Member<Input, str>),
    /// `iam:PolicyARN`: the managed policy that is attached or detached.
    PolicyArn(Member<Input, str>),
    /// Another key, where it has a value.
    Value {
        /// The name.
        name: &'static str,
        /// Where its value is from, for the page: the field in braces, or words.
        from: &'static str,
        /// The value.
        of: fn(&Input, &Call<'_>) -> Option<String>,
    },
}

/// A key as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The names, with `*` for tag keys.
    pub(super) names: Vec<&'static str>,
    /// Where it comes from, with the fields of the request in braces.
    pub(super) from: String,
}

const POLICY: &str = "iam:PolicyARN";
const REQUEST_TAG: &str = "aws:RequestTag/*";
const TAG_KEYS: &str = "aws:TagKeys";

impl<Input> Key<Input> {
    /// The question with this key.
    ///
    /// # Errors
    /// What is not the ARN of a policy, where one must be given.
    pub(super) fn added_to(
        &self,
        ask: Ask,
        input: &Input,
        call: &Call<'_>,
    ) -> Result<Ask, ApiError> {
        let policy = |ask: Ask, key, arn: Option<&str>| match arn.map(policy_arn::parse) {
            Some(arn) => Ok(ask.with(key, arn?.as_str())),
            None => Ok(ask),
        };
        match self {
            Self::RequestTags(tags) => Ok(ask::with_request_tags(ask, (tags.of)(input))),
            Self::TagKeys(keys) => Ok(ask::with_tag_keys(ask, (keys.of)(input))),
            Self::NewBoundary(arn) => policy(ask, ask::BOUNDARY, (arn.of)(input).as_deref()),
            Self::RequiredBoundary(arn) => policy(ask, ask::BOUNDARY, Some((arn.of)(input))),
            Self::PolicyArn(arn) => policy(ask, POLICY, Some((arn.of)(input))),
            Self::BoundaryOfUser(name) => {
                let user = call.account.user_by_name((name.of)(input));
                Ok(ask::with_boundary(ask, user.and_then(|user| user.boundary.as_ref())))
            }
            Self::BoundaryOfRole(name) => {
                let role = call.account.role_by_name((name.of)(input));
                Ok(ask::with_boundary(ask, role.and_then(|role| role.boundary.as_ref())))
            }
            Self::Value { name, of, .. } => Ok(match of(input, call) {
                Some(value) => ask.with(name, value),
                None => ask,
            }),
        }
    }

    /// What the page and the comparison with the reference say of it.
    pub(super) fn shown(&self) -> Shown {
        let shown = |names: &[&'static str], from: String| Shown { names: names.to_vec(), from };
        let member = |name: &str| format!("`{{{name}}}`");
        match self {
            Self::RequestTags(tags) => shown(&[REQUEST_TAG, TAG_KEYS], member(tags.name)),
            Self::TagKeys(keys) => shown(&[TAG_KEYS], member(keys.name)),
            Self::NewBoundary(arn) => shown(&[ask::BOUNDARY], member(arn.name)),
            Self::RequiredBoundary(arn) => shown(&[ask::BOUNDARY], member(arn.name)),
            Self::BoundaryOfUser(_) => shown(&[ask::BOUNDARY], String::from("that of the user")),
            Self::BoundaryOfRole(_) => shown(&[ask::BOUNDARY], String::from("that of the role")),
            Self::PolicyArn(arn) => shown(&[POLICY], member(arn.name)),
            Self::Value { name, from, .. } if from.starts_with('{') => {
                shown(&[name], format!("`{from}`"))
            }
            Self::Value { name, from, .. } => shown(&[name], (*from).to_owned()),
        }
    }
}
