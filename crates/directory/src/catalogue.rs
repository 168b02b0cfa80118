//! The managed policies that AWS itself provides: the same for every account,
//! compiled once, shared.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use stead_policy::{DocumentKind, PolicyText};
use stead_types::{Arn, Path};

use crate::StoredPolicy;
use crate::entity::{ManagedPolicy, PolicyVersion, ResourceTags, VersionId};

mod documents;

use documents::{AWS_MANAGED, Facts};

/// The AWS managed policy with this ARN, `arn:aws:iam::aws:policy/...`.
#[must_use]
pub fn aws_managed_policy(arn: &Arn) -> Option<&'static Arc<ManagedPolicy>> {
    if arn.account_text() == "aws" { CATALOGUE.get(arn) } else { None }
}

/// All AWS managed policies that there are here, in the order of their ARNs.
pub fn aws_managed_policies() -> impl ExactSizeIterator<Item = &'static Arc<ManagedPolicy>> {
    CATALOGUE.values()
}

static CATALOGUE: LazyLock<BTreeMap<Arn, Arc<ManagedPolicy>>> = LazyLock::new(|| {
    let policies = AWS_MANAGED.iter().filter_map(policy);
    policies.map(|policy| (policy.arn.clone(), Arc::new(policy))).collect()
});

/// The policy these facts describe. A test makes sure that all are well-formed;
/// one that is not is left out, and holders of it are denied.
fn policy(facts: &Facts) -> Option<ManagedPolicy> {
    let version = VersionId::from_number(facts.version)?;
    let text = PolicyText::from(facts.document);
    let stored = StoredPolicy::new(text.clone(), DocumentKind::Identity);
    let updated_at = facts.updated_at.parse().ok()?;
    Some(ManagedPolicy {
        id: facts.id.parse().ok()?,
        name: facts.name.parse().ok()?,
        path: Path::root(),
        arn: format!("arn:aws:iam::aws:policy/{}", facts.name).parse().ok()?,
        created_at: facts.created_at.parse().ok()?,
        updated_at,
        description: None,
        tags: ResourceTags::default(),
        default_version: version,
        // Choice: only the default version is kept; nothing refers to older ones.
        versions: BTreeMap::from([(version, PolicyVersion { text, created_at: updated_at })]),
        next_version: version.next(),
        stored,
    })
}

#[cfg(test)]
mod tests {
    use stead_policy::parse;

    use super::*;

    #[test]
    fn every_policy_of_the_catalogue_is_there_and_well_formed() {
        assert_eq!(aws_managed_policies().len(), AWS_MANAGED.len());
        for policy in aws_managed_policies() {
            let text = &policy.versions[&policy.default_version].text;
            assert_eq!(parse(text.as_str(), DocumentKind::Identity).diagnostics, []);
        }
    }

    #[test]
    fn only_exact_arns_are_found() {
        let find = |arn: &str| aws_managed_policy(&arn.parse().unwrap());
        assert!(find("arn:aws:iam::aws:policy/AdministratorAccess").is_some());
        for bad in [
            "arn:aws:iam::aws:policy/administratoraccess",
            "arn:aws:iam::aws:policy/path/AdministratorAccess",
            "arn:aws:iam::111122223333:policy/AdministratorAccess",
            "arn:aws-cn:iam::aws:policy/AdministratorAccess",
        ] {
            assert!(find(bad).is_none(), "{bad}");
        }
    }
}
