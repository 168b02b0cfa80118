//! Which services policies of organizations are about.

/// The services whose resources are limited by resource control policies.
///
/// Spec: Organizations User Guide, orgs_manage_policies_rcps, "List of AWS services that
/// support RCPs". IAM and Organizations are none of them.
const UNDER_RESOURCE_CONTROL: [&str; 11] = [
    "aoss",
    "cognito-identity",
    "cognito-idp",
    "dynamodb",
    "ecr",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "sqs",
    "sts",
];

/// Whether resource control policies limit what is done with resources of a service, which is
/// named by the prefix of its actions, in any letter case.
#[must_use]
pub fn is_under_resource_control(service: &str) -> bool {
    UNDER_RESOURCE_CONTROL.iter().any(|limited| service.eq_ignore_ascii_case(limited))
}
