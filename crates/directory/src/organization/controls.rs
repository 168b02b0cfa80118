//! The policies of AWS that allow everything, one of each kind.

use std::sync::{Arc, LazyLock};

use stead_policy::CompiledPolicy;
use stead_types::{Arn, OrganizationPolicyId};

use super::entity::ControlKind;

/// What the one for service control says.
///
/// Observed: hashicorp/terraform-provider-aws, documentation of
/// `aws_organizations_policy_attachment`; that for resources names the principal too.
const FULL_ACCESS_DOCUMENT: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

const FULL_RESOURCE_ACCESS_DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

/// The name of AWS's policy of a kind.
///
/// Spec: Organizations User Guide, orgs_manage_policies_scps and orgs_manage_policies_rcps.
#[must_use]
pub const fn full_access_name(kind: ControlKind) -> &'static str {
    match kind {
        ControlKind::ServiceControl => "FullAWSAccess",
        ControlKind::ResourceControl => "RCPFullAWSAccess",
    }
}

/// The id of AWS's policy of a kind.
///
/// # Panics
/// Never: both are ids, by test.
#[must_use]
pub fn full_access_id(kind: ControlKind) -> &'static OrganizationPolicyId {
    static IDS: LazyLock<[OrganizationPolicyId; 2]> = LazyLock::new(|| {
        ["p-FullAWSAccess", "p-RCPFullAWSAccess"].map(|id| {
            #[expect(clippy::expect_used, reason = "a constant, by test")]
            id.parse().expect("an id")
        })
    });
    let [service, resource] = &*IDS;
    match kind {
        ControlKind::ServiceControl => service,
        ControlKind::ResourceControl => resource,
    }
}

/// The ARN of AWS's policy of a kind.
///
/// # Panics
/// Never: both are ARNs, by test.
#[must_use]
pub fn full_access_arn(kind: ControlKind) -> &'static Arn {
    static ARNS: LazyLock<[Arn; 2]> = LazyLock::new(|| {
        ControlKind::ALL.map(|kind| {
            let (word, id) = (kind.arn_word(), full_access_id(kind));
            let text = format!("arn:aws:organizations::aws:policy/{word}/{id}");
            #[expect(clippy::expect_used, reason = "a constant, by test")]
            text.parse().expect("an ARN")
        })
    });
    let [service, resource] = &*ARNS;
    match kind {
        ControlKind::ServiceControl => service,
        ControlKind::ResourceControl => resource,
    }
}

/// Whose policy this is, where it is one of AWS's two.
pub(super) fn kind_of_full_access(id: &OrganizationPolicyId) -> Option<ControlKind> {
    ControlKind::ALL.into_iter().find(|kind| full_access_id(*kind) == id)
}

/// What AWS's policy of a kind says.
#[must_use]
pub const fn full_access_document(kind: ControlKind) -> &'static str {
    match kind {
        ControlKind::ServiceControl => FULL_ACCESS_DOCUMENT,
        ControlKind::ResourceControl => FULL_RESOURCE_ACCESS_DOCUMENT,
    }
}

/// The same as it is evaluated.
pub(super) fn full_access(kind: ControlKind) -> Arc<CompiledPolicy> {
    static COMPILED: LazyLock<[Arc<CompiledPolicy>; 2]> = LazyLock::new(|| {
        ControlKind::ALL.map(|kind| {
            let text = full_access_document(kind);
            Arc::new(CompiledPolicy::compile_stored(text, kind.document_kind()).0)
        })
    });
    let [service, resource] = &*COMPILED;
    Arc::clone(match kind {
        ControlKind::ServiceControl => service,
        ControlKind::ResourceControl => resource,
    })
}
