//! The managed policies that AWS itself provides: the same for every account,
//! compiled once, shared. Some come with Stead, and whoever runs a server adds others.

mod file;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use stead_types::Arn;
use thiserror::Error;

pub use file::{PolicyFileFault, read_aws_managed_policy};

use crate::entity::ManagedPolicy;

/// Those that come with Stead. Their form is that of [`read_aws_managed_policy`], in a list;
/// `docs/managed-policies.md` says where they are from.
const POLICIES: &str = include_str!("catalogue/policies.json");

type Catalogue = BTreeMap<Arn, Arc<ManagedPolicy>>;

static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();

/// The catalogue was read before it was added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the managed policies of AWS are in use already")]
pub struct CatalogueInUse;

/// The AWS managed policy with this ARN, `arn:aws:iam::aws:policy/...`.
#[must_use]
pub fn aws_managed_policy(arn: &Arn) -> Option<&'static Arc<ManagedPolicy>> {
    if arn.account_text() == "aws" { catalogue().get(arn) } else { None }
}

/// All AWS managed policies that there are here, in the order of their ARNs.
pub fn aws_managed_policies() -> impl ExactSizeIterator<Item = &'static Arc<ManagedPolicy>> {
    catalogue().values()
}

/// Adds to the policies that come with Stead; one with an ARN of theirs takes its place. For
/// the start of a process: what was answered before must not change.
///
/// # Errors
/// The catalogue was read before, or added to.
pub fn add_aws_managed_policies(
    added: impl IntoIterator<Item = ManagedPolicy>,
) -> Result<(), CatalogueInUse> {
    let mut all = own();
    all.extend(added.into_iter().map(|policy| (policy.arn.clone(), Arc::new(policy))));
    CATALOGUE.set(all).map_err(|_| CatalogueInUse)
}

fn catalogue() -> &'static Catalogue {
    CATALOGUE.get_or_init(own)
}

/// A test makes sure that all are well-formed; were they not, they would be left out, and
/// holders of them denied.
fn own() -> Catalogue {
    let policies = file::read_list(POLICIES).unwrap_or_default().into_iter();
    policies.map(|policy| (policy.arn.clone(), Arc::new(policy))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_of_the_catalogue_is_there_and_well_formed() {
        let all = file::read_list(POLICIES).unwrap();
        assert_eq!((aws_managed_policies().len(), all.len()), (own().len(), own().len()));
        for name in [
            "AdministratorAccess",
            "PowerUserAccess",
            "ReadOnlyAccess",
            "SecurityAudit",
            "IAMFullAccess",
            "IAMReadOnlyAccess",
            "service-role/AWSLambdaBasicExecutionRole",
            "service-role/AmazonECSTaskExecutionRolePolicy",
            "AmazonEKSClusterPolicy",
            "AmazonEKSWorkerNodePolicy",
            "AmazonEC2ContainerRegistryReadOnly",
            "AmazonSSMManagedInstanceCore",
            "AmazonS3ReadOnlyAccess",
            "AmazonS3FullAccess",
        ] {
            let arn: Arn = format!("arn:aws:iam::aws:policy/{name}").parse().unwrap();
            assert!(aws_managed_policy(&arn).is_some(), "{name}");
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

    #[test]
    fn what_is_in_use_is_not_added_to() {
        assert!(aws_managed_policies().len() > 100);
        assert_eq!(add_aws_managed_policies([]), Err(CatalogueInUse));
    }
}
