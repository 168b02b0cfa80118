use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use stead_policy::{CompiledPolicy, PolicySet, PolicySource};
use stead_types::{AccountId, Arn, OrganizationId, OrganizationPolicyId, OrganizationalUnitId};

use super::entity::{AttachedControls, ControlKind, MemberStatus, Target};
use super::{Organization, controls};

/// What an organization is to one of its accounts: who it is, where the account lies, and
/// the policies that limit it.
///
/// Made when the organization changes, and read by every call: it holds what a decision
/// takes, and no more is compiled than is asked.
#[derive(Debug)]
pub struct Membership {
    organization: Arc<Organization>,
    path: Option<String>,
    status: MemberStatus,
    /// `None` where the management account is meant.
    levels: Option<Vec<Arc<Level>>>,
    service: OnceLock<Vec<Arc<PolicySet>>>,
    resource: OnceLock<Arc<PolicySet>>,
}

/// The memberships of all accounts that belong to an organization, and who is invited.
#[derive(Clone, Debug, Default)]
pub struct Memberships {
    members: HashMap<AccountId, Arc<Membership>>,
    inviting: HashMap<AccountId, Vec<Arc<Organization>>>,
}

/// The root, a unit or an account, with what is attached to it.
#[derive(Debug)]
struct Level {
    service: OnceLock<Arc<PolicySet>>,
    target: Target,
}

impl Memberships {
    /// Those of these organizations.
    #[must_use]
    pub fn of_all<'o>(organizations: impl IntoIterator<Item = &'o Arc<Organization>>) -> Self {
        let mut all = Self::default();
        for organization in organizations {
            all.members.extend(memberships(organization));
            let invited = organization.handshakes().map(|handshake| handshake.account);
            for account in invited.collect::<BTreeSet<_>>() {
                all.inviting.entry(account).or_default().push(Arc::clone(organization));
            }
        }
        all
    }

    /// The organizations that have invited this account, whatever has become of it.
    pub fn inviting(&self, account: AccountId) -> impl Iterator<Item = &Arc<Organization>> {
        self.inviting.get(&account).into_iter().flatten()
    }

    /// What an organization is to this account; `None` where it belongs to none.
    #[must_use]
    pub fn of(&self, account: AccountId) -> Option<&Arc<Membership>> {
        // Most installations have no organization, and this is asked for every call.
        if self.members.is_empty() { None } else { self.members.get(&account) }
    }
}

impl Membership {
    /// The organization.
    #[must_use]
    pub const fn organization(&self) -> &Arc<Organization> {
        &self.organization
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &OrganizationId {
        self.organization.id()
    }

    /// The account that manages it.
    #[must_use]
    pub fn management(&self) -> AccountId {
        self.organization.management()
    }

    /// Where the account lies, such as `o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/`; `None` where
    /// records that can't be read are in the way.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Whether the account was closed.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.status == MemberStatus::Suspended
    }

    /// The service control policies that limit its principals, one set per level from the
    /// root down; empty where none do.
    ///
    /// Spec: Organizations User Guide, orgs_manage_policies_scps: they do not affect the
    /// management account. Each set is compiled when it is first asked for.
    #[must_use]
    pub fn service_control(&self) -> &[Arc<PolicySet>] {
        self.service.get_or_init(|| {
            let enabled = self.organization.is_enabled(ControlKind::ServiceControl);
            let levels = self.levels.iter().flatten().filter(|_| enabled);
            let sets = levels.map(|level| Arc::clone(level.service(&self.organization)));
            let lost = self.lost(ControlKind::ServiceControl).filter(|_| enabled);
            sets.chain(lost.map(|lost| Arc::new(PolicySet::new([lost])))).collect()
        })
    }

    /// The resource control policies of all levels that limit what is done with its
    /// resources; `None` where none do.
    ///
    /// Spec: Organizations User Guide, orgs_manage_policies_rcps: they do not affect resources
    /// of the management account.
    #[must_use]
    pub fn resource_control(&self) -> Option<&PolicySet> {
        let levels = self.levels.as_ref()?;
        let kind = ControlKind::ResourceControl;
        if !self.organization.is_enabled(kind) {
            return None;
        }
        Some(self.resource.get_or_init(|| {
            let each = levels.iter().flat_map(|level| attached(&self.organization, level, kind));
            let lost = self.lost(kind);
            Arc::new(PolicySet::new(each.chain(lost)))
        }))
    }

    /// That of an account whose own record can't be read: what limits it is unknown, and it may
    /// have been closed.
    ///
    /// The account that manages the organization is known, and neither limited nor closed.
    fn lost_in(organization: &Arc<Organization>, account: AccountId) -> Arc<Self> {
        let is_limited = account != organization.management();
        Arc::new(Self {
            organization: Arc::clone(organization),
            path: None,
            status: if is_limited { MemberStatus::Suspended } else { MemberStatus::Active },
            levels: is_limited.then(Vec::new),
            service: OnceLock::new(),
            resource: OnceLock::new(),
        })
    }

    /// What stands for the levels above an account whose place can't be read any more: they
    /// may have denied anything.
    fn lost(&self, kind: ControlKind) -> Option<(PolicySource, Arc<CompiledPolicy>)> {
        let is_limited = self.levels.is_some();
        (is_limited && self.path.is_none()).then(|| {
            let source = source(kind, controls::full_access_arn(kind).clone(), "unreadable");
            (source, unreadable(kind))
        })
    }
}

impl Level {
    fn new(target: Target) -> Arc<Self> {
        Arc::new(Self { service: OnceLock::new(), target })
    }

    fn service(&self, organization: &Organization) -> &Arc<PolicySet> {
        self.service.get_or_init(|| {
            let kind = ControlKind::ServiceControl;
            Arc::new(PolicySet::new(attached(organization, self, kind)))
        })
    }
}

/// Of each account of an organization. Levels are shared by the accounts below them.
fn memberships(
    organization: &Arc<Organization>,
) -> impl Iterator<Item = (AccountId, Arc<Membership>)> {
    let root = Level::new(Target::Root);
    let units = organization.units().map(|unit| {
        let level = Level::new(Target::Unit(unit.id.clone()));
        (unit.id.clone(), level)
    });
    let units: HashMap<OrganizationalUnitId, Arc<Level>> = units.collect();
    let held = Arc::clone(organization);
    let accounts: Vec<_> = organization.accounts().cloned().collect();
    let lost: Vec<_> = lost_members(organization).collect();
    let lost = {
        let held = Arc::clone(organization);
        lost.into_iter().map(move |account| (account, Membership::lost_in(&held, account)))
    };
    let found = accounts.into_iter().map(move |account| {
        let path = held.path_to(&account.parent);
        let levels = (account.account != held.management()).then(|| {
            let between = path.iter().flatten().filter_map(|unit| units.get(&unit.id).cloned());
            let own = Level::new(Target::Account(account.account));
            std::iter::once(Arc::clone(&root)).chain(between).chain([own]).collect()
        });
        let membership = Membership {
            path: held.path_text(&account.parent),
            organization: Arc::clone(&held),
            status: account.status,
            levels,
            service: OnceLock::new(),
            resource: OnceLock::new(),
        };
        (account.account, Arc::new(membership))
    });
    found.chain(lost)
}

/// The accounts whose own records can't be read: members, wherever they lie.
fn lost_members(organization: &Organization) -> impl Iterator<Item = AccountId> {
    let keys = organization.unreadable.iter();
    keys.filter_map(|key| key.strip_prefix("account/")?.parse().ok())
}

/// The policies of one kind attached to a level, as they are evaluated.
fn attached<'o>(
    organization: &'o Organization,
    level: &'o Level,
    kind: ControlKind,
) -> impl Iterator<Item = (PolicySource, Arc<CompiledPolicy>)> + use<'o> {
    let ids = organization.attached(&level.target).map(AttachedControls::iter);
    let target = match &level.target {
        Target::Root => organization.root.root.to_string(),
        Target::Unit(id) => id.to_string(),
        Target::Account(id) => id.to_string(),
    };
    ids.into_iter().flatten().filter_map(move |id| {
        if let Some(whole) = controls::kind_of_full_access(id) {
            let arn = controls::full_access_arn(kind).clone();
            return (whole == kind)
                .then(|| (source(kind, arn, &target), controls::full_access(kind)));
        }
        let arn = policy_arn(organization, kind, id);
        match organization.policy(id) {
            Some(policy) if policy.kind != kind => None,
            Some(policy) => {
                let compiled = Arc::new(policy.stored.compiled().clone());
                Some((source(kind, arn, &target), compiled))
            }
            // It was there, and may have denied anything.
            None => Some((source(kind, arn, &target), unreadable(kind))),
        }
    })
}

fn policy_arn(organization: &Organization, kind: ControlKind, id: &OrganizationPolicyId) -> Arn {
    let arn = organization.root.policy_arn(kind, id);
    // Of numbers and ids as they are checked an ARN can be made.
    arn.unwrap_or_else(|| controls::full_access_arn(kind).clone())
}

fn unreadable(kind: ControlKind) -> Arc<CompiledPolicy> {
    Arc::new(CompiledPolicy::unreadable(kind.document_kind()))
}

fn source(kind: ControlKind, arn: Arn, target: &str) -> PolicySource {
    match kind {
        ControlKind::ServiceControl => PolicySource::ServiceControl { arn, target: target.into() },
        ControlKind::ResourceControl => {
            PolicySource::ResourceControl { arn, target: target.into() }
        }
    }
}
