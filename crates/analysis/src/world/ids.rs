//! The unique ids of what accounts have: nothing is known by the id of something else.

use std::collections::BTreeMap;

use stead_directory::{PrincipalLookup, PrincipalStatus};
use stead_types::{Arn, SamlId, UniqueId};

use crate::CaseError;
use crate::node::Node;

/// The lists of an account: the member with the id, and how ids begin.
const PRINCIPALS: [(&str, &str, &str); 2] =
    [("UserDetailList", "UserId", "AIDA"), ("RoleDetailList", "RoleId", "AROA")];
const OTHERS: [(&str, &str, &str); 2] =
    [("GroupDetailList", "GroupId", "AGPA"), ("Policies", "PolicyId", "ANPA")];

/// The unique ids of all accounts by ARN.
#[derive(Default)]
pub(super) struct Ids {
    principals: BTreeMap<Arn, UniqueId>,
    others: BTreeMap<Arn, UniqueId>,
    /// Whose each id is.
    taken: BTreeMap<UniqueId, Arn>,
}

impl Ids {
    pub(super) fn collect(accounts: &[Node<'_>]) -> Result<Self, CaseError> {
        let mut ids = Self::default();
        for account in accounts {
            let details = account.required("Authorization")?;
            for (list, member, prefix) in PRINCIPALS {
                for node in details.list(list)? {
                    let (arn, id) = ids.given(&node, member, prefix)?;
                    ids.principals.insert(arn, id);
                }
            }
            for (list, member, prefix) in OTHERS {
                for node in details.list(list)? {
                    let (arn, id) = ids.given(&node, member, prefix)?;
                    ids.others.insert(arn, id);
                }
            }
        }
        Ok(ids)
    }

    /// The id of what stands there, which has this ARN.
    pub(super) fn of(&self, node: &Node<'_>, arn: &Arn) -> Result<UniqueId, CaseError> {
        let id = self.principals.get(arn).or_else(|| self.others.get(arn));
        id.cloned().ok_or_else(|| node.wrong("an entity with a unique id"))
    }

    /// Exports that were made anonymous can hold ids that are none, or one id many times;
    /// the entity then gets one that nobody else has.
    fn given(
        &mut self,
        node: &Node<'_>,
        member: &str,
        prefix: &str,
    ) -> Result<(Arn, UniqueId), CaseError> {
        let arn: Arn = node.required("Arn")?.parsed("an ARN")?;
        let given = node.member(member).and_then(|id| id.value.as_str()?.parse().ok());
        let free = |id: &UniqueId| self.taken.get(id).is_none_or(|owner| *owner == arn);
        // Somebody else may have been given the id that is made first.
        let made = || (0..=u8::MAX).filter_map(|turn| made(prefix, &arn, turn)).find(free);
        let id = given.filter(free).or_else(made);
        let id = id.ok_or_else(|| node.wrong("an entity with a unique id"))?;
        self.taken.insert(id.clone(), arn.clone());
        Ok((arn, id))
    }
}

/// The id of a SAML provider of which none is told: it tells nobody who may come in.
pub(super) fn saml_id(arn: &Arn) -> Option<SamlId> {
    format!("SAMLPX{:016X}", hash(arn, 0)).parse().ok()
}

fn made(prefix: &str, arn: &Arn, turn: u8) -> Option<UniqueId> {
    format!("{prefix}X{:016X}", hash(arn, turn)).parse().ok()
}

/// FNV-1a, 64 bits, of the ARN, another in each further turn.
fn hash(arn: &Arn, turn: u8) -> u64 {
    let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let bytes = arn.as_str().bytes().chain((turn > 0).then_some(turn));
    bytes.fold(0xcbf2_9ce4_8422_2325, fold)
}

/// Users and roles alone: nobody else is a principal.
impl PrincipalLookup for Ids {
    fn lookup(&self, arn: &Arn) -> PrincipalStatus {
        let found = self.principals.get(arn).cloned();
        found.map_or(PrincipalStatus::NotHosted, PrincipalStatus::Known)
    }

    fn arn_of(&self, id: &UniqueId) -> Option<Arn> {
        self.taken.get(id).filter(|arn| self.principals.contains_key(*arn)).cloned()
    }
}
