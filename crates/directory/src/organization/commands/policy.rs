//! Policies, what they are attached to, and which kinds take effect.

use stead_policy::PolicyText;
use stead_types::{Entropy, OrganizationPolicyId, Tag};

use super::tags;
use crate::DirectoryError;
use crate::organization::controls::kind_of_full_access;
use crate::organization::entity::{
    AttachedControls, ControlKind, ControlPolicy, MemberAccount, OrganizationKey,
    OrganizationalUnit, Target,
};
use crate::organization::{
    Missing, Organization, OrganizationDraft, OrganizationError, OrganizationQuota, full_access_id,
};
use crate::policy_document::{StoredPolicy, admit};

/// Creates a policy, attached to nothing.
///
/// # Errors
/// The document is none of its kind or too long, a policy of the kind has the name, or there
/// would be too many.
pub fn create(
    draft: &mut OrganizationDraft,
    kind: ControlKind,
    (name, description): (&str, &str),
    text: PolicyText,
    given: Vec<Tag>,
    entropy: &mut dyn Entropy,
) -> Result<OrganizationPolicyId, OrganizationError> {
    let organization = draft.organization();
    expect_free(organization, kind, name)?;
    let stored = document(&text, kind)?;
    let count = organization.policies().filter(|policy| policy.kind == kind).count();
    OrganizationQuota::Policies(kind).admit(count + 1)?;
    let id = OrganizationPolicyId::generate(entropy);
    draft.put_policy(ControlPolicy {
        id: id.clone(),
        kind,
        name: name.into(),
        description: description.into(),
        text,
        stored,
        tags: tags(given)?,
    });
    Ok(id)
}

/// What of a policy is to be another.
#[derive(Clone, Debug, Default)]
pub struct PolicyUpdate<'a> {
    /// The name.
    pub name: Option<&'a str>,
    /// The description.
    pub description: Option<&'a str>,
    /// The document.
    pub text: Option<PolicyText>,
}

/// Changes a policy, at once everywhere it is attached.
///
/// # Errors
/// There is no such policy, it is AWS's, or as of [`create`].
pub fn update(
    draft: &mut OrganizationDraft,
    id: &OrganizationPolicyId,
    update: PolicyUpdate<'_>,
) -> Result<(), OrganizationError> {
    let found = own(draft.organization(), id)?;
    let mut policy = found.clone();
    if let Some(name) = update.name
        && *name != *policy.name
    {
        expect_free(draft.organization(), policy.kind, name)?;
        policy.name = name.into();
    }
    if let Some(description) = update.description {
        policy.description = description.into();
    }
    if let Some(text) = update.text {
        policy.stored = document(&text, policy.kind)?;
        policy.text = text;
    }
    draft.put_policy(policy);
    Ok(())
}

/// Deletes a policy that is attached to nothing.
///
/// # Errors
/// There is no such policy, it is AWS's, or it is attached.
pub fn delete(
    draft: &mut OrganizationDraft,
    id: &OrganizationPolicyId,
) -> Result<(), OrganizationError> {
    own(draft.organization(), id)?;
    if draft.organization().targets_of(id).next().is_some() {
        return Err(OrganizationError::PolicyInUse);
    }
    draft.delete(OrganizationKey::Policy(id.clone()));
    Ok(())
}

/// Attaches a policy.
///
/// # Errors
/// There is no such policy or target, its kind does not take effect, it is attached already,
/// or too many would be.
pub fn attach(
    draft: &mut OrganizationDraft,
    id: &OrganizationPolicyId,
    target: &Target,
) -> Result<(), OrganizationError> {
    let organization = draft.organization();
    let kind = kind_of(organization, id)?;
    let mut attached = expect_target(organization, target)?.clone();
    if !organization.is_enabled(kind) {
        return Err(OrganizationError::KindNotEnabled(kind));
    }
    if !attached.insert(id.clone()) {
        return Err(OrganizationError::AlreadyAttached);
    }
    OrganizationQuota::AttachedPolicies.admit(of_kind(organization, &attached, kind))?;
    set(draft, target, attached);
    Ok(())
}

/// Detaches a policy.
///
/// # Errors
/// There is no such policy or target, it is not attached, it is the one that cannot be
/// detached, or none of its kind would be left.
pub fn detach(
    draft: &mut OrganizationDraft,
    id: &OrganizationPolicyId,
    target: &Target,
) -> Result<(), OrganizationError> {
    let organization = draft.organization();
    let kind = kind_of(organization, id)?;
    let mut attached = expect_target(organization, target)?.clone();
    if !attached.remove(id) {
        return Err(OrganizationError::NotAttached);
    }
    // Spec: Organizations User Guide, orgs_manage_policies_rcps.
    if id == full_access_id(ControlKind::ResourceControl) {
        return Err(OrganizationError::CannotDetach);
    }
    // Spec: API DetachPolicy: every root, unit and account must have one.
    if of_kind(organization, &attached, kind) < OrganizationQuota::AttachedPoliciesMin.limit() {
        return Err(OrganizationError::Quota(OrganizationQuota::AttachedPoliciesMin));
    }
    set(draft, target, attached);
    Ok(())
}

/// Lets a kind of policies take effect. AWS's policy of the kind, which allows everything, is
/// attached everywhere.
///
/// # Errors
/// It takes effect already.
pub fn enable_kind(
    draft: &mut OrganizationDraft,
    kind: ControlKind,
) -> Result<(), OrganizationError> {
    if draft.organization().is_enabled(kind) {
        return Err(OrganizationError::KindAlreadyEnabled(kind));
    }
    draft.edit_root(|root| {
        root.enabled.insert(kind);
    });
    edit_everywhere(draft, |attached| {
        attached.insert(full_access_id(kind).clone());
    });
    Ok(())
}

/// Lets a kind of policies take effect no more. All of the kind are detached everywhere.
///
/// Spec: Organizations User Guide, disable-policy-type.
///
/// # Errors
/// It takes no effect.
pub fn disable_kind(
    draft: &mut OrganizationDraft,
    kind: ControlKind,
) -> Result<(), OrganizationError> {
    if !draft.organization().is_enabled(kind) {
        return Err(OrganizationError::KindNotEnabled(kind));
    }
    draft.edit_root(|root| {
        root.enabled.remove(&kind);
    });
    let organization = draft.organization().clone();
    edit_everywhere(draft, |attached| {
        attached.retain(|id| kind_of(&organization, id) != Ok(kind));
    });
    Ok(())
}

/// The kind of a policy, one of AWS's included.
///
/// # Errors
/// There is no such policy.
pub fn kind_of(
    organization: &Organization,
    id: &OrganizationPolicyId,
) -> Result<ControlKind, OrganizationError> {
    let own = || organization.policy(id).map(|policy| policy.kind);
    let missing = || OrganizationError::Missing(Missing::Policy, id.to_string());
    kind_of_full_access(id).or_else(own).ok_or_else(missing)
}

fn of_kind(organization: &Organization, ids: &AttachedControls, kind: ControlKind) -> usize {
    ids.iter().filter(|id| kind_of(organization, id) == Ok(kind)).count()
}

fn own<'o>(
    organization: &'o Organization,
    id: &OrganizationPolicyId,
) -> Result<&'o ControlPolicy, OrganizationError> {
    if kind_of_full_access(id).is_some() {
        return Err(OrganizationError::PolicyOfAws);
    }
    let missing = || OrganizationError::Missing(Missing::Policy, id.to_string());
    organization.policy(id).map(AsRef::as_ref).ok_or_else(missing)
}

fn expect_free(
    organization: &Organization,
    kind: ControlKind,
    name: &str,
) -> Result<(), OrganizationError> {
    let own = organization.policies().any(|policy| policy.kind == kind && *policy.name == *name);
    let taken = own || crate::organization::full_access_name(kind) == name;
    if taken { Err(OrganizationError::DuplicatePolicy) } else { Ok(()) }
}

fn document(text: &PolicyText, kind: ControlKind) -> Result<StoredPolicy, OrganizationError> {
    OrganizationQuota::PolicyCharacters.admit(text.as_str().chars().count())?;
    let document_kind = kind.document_kind();
    match admit(text, document_kind) {
        Ok(_) => Ok(StoredPolicy::new(text.clone(), document_kind)),
        Err(DirectoryError::MalformedPolicyDocument(parsed)) => {
            Err(OrganizationError::MalformedPolicyDocument(parsed))
        }
        // No other reason stands in a document.
        Err(_) => Err(OrganizationError::Unreadable),
    }
}

fn expect_target<'o>(
    organization: &'o Organization,
    target: &Target,
) -> Result<&'o AttachedControls, OrganizationError> {
    organization.attached(target).ok_or_else(|| {
        let name = match target {
            Target::Root => organization.root().root.to_string(),
            Target::Unit(id) => id.to_string(),
            Target::Account(id) => id.to_string(),
        };
        OrganizationError::Missing(Missing::Target, name)
    })
}

fn edit_everywhere(draft: &mut OrganizationDraft, edit: impl Fn(&mut AttachedControls)) {
    let targets: Vec<Target> = draft.organization().targets().collect();
    for target in targets {
        if let Some(attached) = draft.organization().attached(&target) {
            let mut changed = attached.clone();
            edit(&mut changed);
            set(draft, &target, changed);
        }
    }
}

fn set(draft: &mut OrganizationDraft, target: &Target, policies: AttachedControls) {
    let organization = draft.organization();
    match target {
        Target::Root => draft.edit_root(|root| root.policies = policies),
        Target::Unit(id) => {
            if let Some(unit) = organization.unit(id).cloned() {
                draft.put_unit(OrganizationalUnit { policies, ..OrganizationalUnit::clone(&unit) });
            }
        }
        Target::Account(id) => {
            if let Some(account) = organization.account(*id).cloned() {
                draft.put_account(MemberAccount { policies, ..MemberAccount::clone(&account) });
            }
        }
    }
}
