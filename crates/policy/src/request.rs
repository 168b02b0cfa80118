use stead_types::AccountId;

use crate::arn_pattern::components;
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
/// cannot be read is passed as [`CompiledPolicy::unreadable`], never left out.
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
#[derive(Clone, Debug)]
pub struct Target<'a> {
    /// The action, lower-case.
    pub(crate) action: String,
    /// The six components of the resource, when it is an ARN.
    pub(crate) arn: Option<[&'a str; 6]>,
    /// Whether the caller has a permissions boundary.
    pub(crate) boundary: Boundary,
}

/// Whether a caller has a permissions boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Boundary {
    Set,
    Unset,
}

impl<'a> Target<'a> {
    pub(crate) fn new(request: &Request<'a>, layers: &Layers<'_>) -> Self {
        let boundary = match layers.boundary {
            Some(_) => Boundary::Set,
            None => Boundary::Unset,
        };
        let action = request.action.to_ascii_lowercase();
        Self { action, arn: components(request.resource), boundary }
    }
}
