//! Policies of those who call often, put under one index.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use stead_policy::{PolicyRef, PolicySet};
use stead_types::UniqueId;

use crate::Snapshot;
use crate::entity::{Role, User};
use crate::limits::{PREPARED_PRINCIPALS_MAX, PREPARED_WITH_POLICIES_MIN};

/// What was put together of one snapshot, and ends with it.
///
/// Bound: [`PREPARED_PRINCIPALS_MAX`]; who comes later is answered from lists. Nothing is
/// ever stale, since a snapshot never changes: clones share it, and a clone that is about to
/// change begins anew.
#[derive(Clone, Default)]
pub(super) struct Prepared(Arc<RwLock<HashMap<UniqueId, Stage>>>);

/// How far a principal is. Preparing costs as much as many decisions: it begins with the
/// second call, so that a caller who changes the account with every call never pays it.
#[derive(Clone)]
enum Stage {
    CalledOnce,
    Ready(Arc<PolicySet>),
}

impl Prepared {
    /// What comes is another snapshot.
    pub(super) fn begin_anew(&mut self) {
        let own = Arc::get_mut(&mut self.0);
        let known = own.map(|known| known.get_mut().unwrap_or_else(PoisonError::into_inner));
        match known {
            Some(known) => known.clear(),
            None => *self = Self::default(),
        }
    }

    /// The set of a principal. Costs one look under a lock that is shared; once for each
    /// principal and snapshot it makes the set.
    fn set_of(&self, id: &UniqueId, make: impl FnOnce() -> PolicySet) -> Option<Arc<PolicySet>> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        match known.get(id) {
            Some(Stage::Ready(set)) => Some(Arc::clone(set)),
            None if known.len() >= PREPARED_PRINCIPALS_MAX => None,
            stage => {
                let is_first = stage.is_none();
                drop(known);
                // Made without the lock; of two who make it one is kept, and both are right.
                let ready = (!is_first).then(|| Arc::new(make()));
                let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
                if known.len() < PREPARED_PRINCIPALS_MAX || known.contains_key(id) {
                    // Who was the first may meet here who has come after and was faster.
                    let place = known.entry(id.clone()).or_insert(Stage::CalledOnce);
                    if let Some(set) = &ready {
                        *place = Stage::Ready(Arc::clone(set));
                    }
                }
                ready
            }
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        formatter.debug_struct("Prepared").field("principals", &known.len()).finish()
    }
}

impl Snapshot {
    /// [`Self::identity_policies_of_user`] under one index, for a user with several policies
    /// who has called before; it decides as the list does.
    #[must_use]
    pub fn identity_policy_set_of_user(&self, user: &User) -> Option<Arc<PolicySet>> {
        let count = user.inline.len() + user.attached.len() + user.groups.len();
        if count < PREPARED_WITH_POLICIES_MIN {
            return None;
        }
        self.prepared.set_of(&user.id, || set(&self.identity_policies_of_user(user)))
    }

    /// [`Self::identity_policies_of_role`], as [`Self::identity_policy_set_of_user`].
    #[must_use]
    pub fn identity_policy_set_of_role(&self, role: &Role) -> Option<Arc<PolicySet>> {
        if role.inline.len() + role.attached.len() < PREPARED_WITH_POLICIES_MIN {
            return None;
        }
        self.prepared.set_of(&role.id, || set(&self.identity_policies_of_role(role)))
    }
}

fn set(policies: &[PolicyRef<'_>]) -> PolicySet {
    let shared = |policy: &PolicyRef<'_>| (policy.source.clone(), Arc::new(policy.policy.clone()));
    PolicySet::new(policies.iter().map(shared))
}
