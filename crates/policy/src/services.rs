//! Which services policies of organizations are about.

/// The services that no resource control policy is about, of those that are asked about here.
///
/// Spec: Organizations User Guide, orgs_manage_policies_rcps, "List of AWS services that
/// support RCPs": neither IAM nor Organizations is one. Choice: the list grows, so that of every
/// other service a policy is taken and applied; `stead lint` tells those that have none today.
const BEYOND_RESOURCE_CONTROL: [&str; 2] = ["iam", "organizations"];

/// Whether resource control policies can limit what is done with resources of a service, which
/// is named by the prefix of its actions, in any letter case.
#[must_use]
pub fn is_under_resource_control(service: &str) -> bool {
    !BEYOND_RESOURCE_CONTROL.iter().any(|beyond| service.eq_ignore_ascii_case(beyond))
}
