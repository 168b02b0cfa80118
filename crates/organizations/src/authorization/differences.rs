//! Where the rows and the service authorization reference say something else, and why.
//!
//! Of dependent actions the catalogue has no data. Spec: user guide, "Creating an organization",
//! and API AcceptHandshake ask for `iam:CreateServiceLinkedRole`, since AWS makes the role
//! AWSServiceRoleForOrganizations in every account of an organization. Choice: none is made
//! here, so nobody needs to be allowed to make it.

/// Keys that the reference lists for operations and that their requests never have here.
pub(super) const ABSENT: &[(&str, &[&str])] = &[
    // What is to be created has no tags yet; those it is to have are `aws:RequestTag/*`.
    ("aws:ResourceTag/*", &["CreateAccount", "CreatePolicy"]),
    // Transfers of responsibility for a bill: there are none here.
    ("organizations:TransferDirection", &["ListTagsForResource", "TagResource", "UntagResource"]),
    ("organizations:TransferType", &["ListTagsForResource", "TagResource", "UntagResource"]),
];
