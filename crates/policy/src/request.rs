use stead_types::AccountId;

use crate::arn_pattern::ArnText;
use crate::{Caller, Context, Policies, PolicyRef};

/// One question: may this caller do this to that?
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Service prefix and name, such as `sts:AssumeRole`; compared without regard to case.
    pub action: &'a str,
    /// The resource's ARN, or `*` for actions that have none.
    pub resource: &'a str,
    /// The account that owns the resource. `None` means the account in the resource's
    /// ARN, and the caller's own where there is none.
    pub resource_account: Option<AccountId>,
    /// Who asks.
    pub caller: &'a Caller,
    /// The condition keys of the request.
    pub context: &'a Context,
}

/// The policy on the side of the resource.
#[derive(Clone, Copy, Debug, Default)]
pub enum ResourcePolicy<'a> {
    /// The resource has none.
    #[default]
    None,
    /// The trust policy of the role that is to be assumed. It must allow explicitly.
    Trust(PolicyRef<'a>),
    /// The policy of any other resource.
    Resource(PolicyRef<'a>),
}

/// Every policy that applies to a request.
///
/// Whoever collects them decides which apply: a service-linked role or the
/// management account of an organization has no service control policies, so the
/// list is left empty for them (Spec: ORG:orgs_manage_policies_scps). A policy that
/// cannot be read is passed as [`crate::CompiledPolicy::unreadable`], never left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Layers<'a> {
    /// Inline and managed policies of the user (with its groups) or the role.
    pub identity: Policies<'a>,
    /// The permissions boundary of the user or role.
    pub boundary: Option<PolicyRef<'a>>,
    /// The session policies; `None` when none were passed, which is not the same
    /// as an empty list: that one allows nothing.
    pub session: Option<Policies<'a>>,
    /// The policy of the resource.
    pub resource: ResourcePolicy<'a>,
    /// Service control policies of the caller's organization, one list per level
    /// (root, organizational units, account); empty without an organization.
    pub service_control: &'a [Policies<'a>],
    /// Resource control policies of the resource's organization.
    pub resource_control: Policies<'a>,
}

/// A request made ready for matching: what is compared often is taken apart once.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// The action, lower-case.
    pub(crate) action: &'a str,
    /// The resource, when it is an ARN.
    pub(crate) arn: Option<ArnText<'a>>,
    /// Whether the caller has a permissions boundary.
    pub(crate) boundary: Boundary,
}

/// The action in lower case.
#[derive(Clone, Debug)]
pub(crate) enum FoldedAction<'a> {
    /// As it was given.
    Given(&'a str),
    /// Short enough to be kept without allocation.
    Short([u8; ACTION_INLINE_BYTES], u8),
    /// Any other.
    Long(Box<str>),
}

/// Longer than any action of AWS.
const ACTION_INLINE_BYTES: usize = 95;

/// Whether a caller has a permissions boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    Set,
    Unset,
}

impl<'a> Target<'a> {
    pub(crate) fn new(
        request: &Request<'a>,
        action: &'a FoldedAction<'_>,
        boundary: Boundary,
    ) -> Self {
        Self { action: action.as_str(), arn: ArnText::read(request.resource), boundary }
    }
}

impl Boundary {
    pub(crate) const fn of(layers: &Layers<'_>) -> Self {
        match layers.boundary {
            Some(_) => Self::Set,
            None => Self::Unset,
        }
    }
}

impl<'a> FoldedAction<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Self::Given(text);
        }
        let mut bytes = [0; ACTION_INLINE_BYTES];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(text.as_bytes());
                room.make_ascii_lowercase();
                Self::Short(bytes, length)
            }
            _ => Self::Long(text.to_ascii_lowercase().into()),
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Given(text) => text,
            Self::Long(text) => text,
            Self::Short(bytes, length) => {
                let bytes = bytes.get(..usize::from(*length)).unwrap_or_default();
                std::str::from_utf8(bytes).unwrap_or_default()
            }
        }
    }
}
