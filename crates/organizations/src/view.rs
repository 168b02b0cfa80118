//! What there is, as responses show it.

use stead_api::organizations::{
    Account, AccountJoinedMethod, AccountState, AccountStatus, ActionType,
    CreateAccountFailureReason, CreateAccountState, CreateAccountStatus,
    Handshake as HandshakeView, HandshakeParty, HandshakePartyType, HandshakeResource,
    HandshakeResourceType, HandshakeState as StateView, Organization as OrganizationView,
    OrganizationFeatureSet, OrganizationalUnit as UnitView, PolicySummary, PolicyTargetSummary,
    PolicyType, PolicyTypeStatus, PolicyTypeSummary, Root, TargetType,
};
use stead_directory::organization::entity::{
    AccountRequest, AccountRequestState, ControlKind, ControlPolicy, Handshake, HandshakeState,
    JoinedBy, MemberAccount, MemberStatus, OrganizationalUnit, Target,
};
use stead_directory::organization::{
    Organization, full_access_arn, full_access_id, full_access_name,
};
use stead_types::{AccountId, Secret, Timestamp};

/// The kind of policies as it is named in the API.
pub(crate) const fn policy_type(kind: ControlKind) -> PolicyType {
    match kind {
        ControlKind::ServiceControl => PolicyType::ServiceControlPolicy,
        ControlKind::ResourceControl => PolicyType::ResourceControlPolicy,
    }
}

/// The organization as a whole.
pub(crate) fn organization(organization: &Organization) -> OrganizationView {
    let root = organization.root();
    let management = root.management.to_string();
    let account = organization.account(root.management);
    OrganizationView {
        id: Some(root.id.to_string()),
        arn: Some(root.arn("organization", &[])),
        // Choice: there is no organization without all features here.
        feature_set: Some(OrganizationFeatureSet::All),
        master_account_arn: Some(root.arn("account", &[&management])),
        master_account_id: Some(management),
        master_account_email: account.map(|account| Secret::new(account.email.to_string())),
        // Spec: API Organization: not to be used, and says this, whatever is enabled.
        available_policy_types: Some(vec![PolicyTypeSummary {
            r#type: Some(PolicyType::ServiceControlPolicy),
            status: Some(PolicyTypeStatus::Enabled),
        }]),
    }
}

/// The root, with the kinds of policies that take effect; one of them as if it were not yet
/// in effect everywhere, where that is to be said.
pub(crate) fn root(organization: &Organization, pending: Option<ControlKind>) -> Root {
    let root = organization.root();
    let status = |kind: &ControlKind| match pending {
        Some(pending) if pending == *kind => PolicyTypeStatus::PendingEnable,
        _ => PolicyTypeStatus::Enabled,
    };
    let mut types: Vec<_> = root
        .enabled
        .iter()
        .map(|kind| PolicyTypeSummary {
            r#type: Some(policy_type(*kind)),
            status: Some(status(kind)),
        })
        .collect();
    // Observed: by name (radkawar/stackd, recorded in 2026).
    types.sort_by_key(|summary| summary.r#type.map(PolicyType::as_str));
    Root {
        id: Some(root.root.to_string()),
        arn: Some(root.arn("root", &[root.root.as_str()])),
        name: Some("Root".to_owned()),
        policy_types: Some(types),
    }
}

/// A unit. Observed: the form of its path (radkawar/stackd, recorded in 2026).
pub(crate) fn unit(organization: &Organization, unit: &OrganizationalUnit) -> UnitView {
    UnitView {
        id: Some(unit.id.to_string()),
        arn: Some(organization.root().arn("ou", &[unit.id.as_str()])),
        name: Some(unit.name.to_string()),
        path: organization.path_text(&unit.parent).map(|path| format!("{path}{}/", unit.id)),
    }
}

/// A member account. Observed: as for a unit.
pub(crate) fn account(organization: &Organization, account: &MemberAccount) -> Account {
    let id = account.account.to_string();
    let (status, state) = match account.status {
        MemberStatus::Active => (AccountStatus::Active, AccountState::Active),
        MemberStatus::Suspended => (AccountStatus::Suspended, AccountState::Closed),
    };
    let path = organization.path_text(&account.parent).map(|path| format!("{path}{id}/"));
    Account {
        arn: Some(organization.root().arn("account", &[&id])),
        email: Some(Secret::new(account.email.to_string())),
        name: Some(Secret::new(account.name.to_string())),
        status: Some(status),
        state: Some(state),
        paths: path.map(|path| vec![path]),
        joined_method: Some(match account.joined_by {
            JoinedBy::Created => AccountJoinedMethod::Created,
            JoinedBy::Invited => AccountJoinedMethod::Invited,
        }),
        joined_timestamp: Some(account.joined_at),
        id: Some(id),
    }
}

/// A request to create an account.
///
/// Observed: which members there are in which state (radkawar/stackd, recorded in 2026).
pub(crate) fn account_request(request: &AccountRequest) -> CreateAccountStatus {
    let mut status = begun_request(request);
    match request.state {
        AccountRequestState::InProgress => {}
        AccountRequestState::Succeeded { at } => {
            status.state = Some(CreateAccountState::Succeeded);
            status.completed_timestamp = Some(at);
            status.account_id = Some(request.account.to_string());
        }
        AccountRequestState::EmailInUse { at } => {
            status.state = Some(CreateAccountState::Failed);
            status.completed_timestamp = Some(at);
            status.failure_reason = Some(CreateAccountFailureReason::EmailAlreadyExists);
        }
    }
    status
}

/// The same, as it is when it has just been made: what becomes of it is not told yet.
pub(crate) fn begun_request(request: &AccountRequest) -> CreateAccountStatus {
    CreateAccountStatus {
        id: Some(request.id.to_string()),
        account_name: Some(Secret::new(request.name.to_string())),
        state: Some(CreateAccountState::InProgress),
        requested_timestamp: Some(request.requested_at),
        ..CreateAccountStatus::default()
    }
}

/// A policy of the organization's own.
pub(crate) fn policy_summary(organization: &Organization, policy: &ControlPolicy) -> PolicySummary {
    let rest = [policy.kind.arn_word(), policy.id.as_str()];
    PolicySummary {
        id: Some(policy.id.to_string()),
        arn: Some(organization.root().arn("policy", &rest)),
        name: Some(policy.name.to_string()),
        description: Some(policy.description.to_string()),
        r#type: Some(policy_type(policy.kind)),
        aws_managed: Some(false),
    }
}

/// AWS's policy of a kind. Observed: that for resources (radkawar/stackd, recorded in 2026).
pub(crate) fn full_access_summary(kind: ControlKind) -> PolicySummary {
    let description = match kind {
        ControlKind::ServiceControl => "Allows access to every operation",
        ControlKind::ResourceControl => "Allows access to every resource",
    };
    PolicySummary {
        id: Some(full_access_id(kind).to_string()),
        arn: Some(full_access_arn(kind).to_string()),
        name: Some(full_access_name(kind).to_owned()),
        description: Some(description.to_owned()),
        r#type: Some(policy_type(kind)),
        aws_managed: Some(true),
    }
}

/// What a policy is attached to; `None` for a target that is gone.
pub(crate) fn policy_target(
    organization: &Organization,
    target: &Target,
) -> Option<PolicyTargetSummary> {
    let root = organization.root();
    let (id, kind, name, r#type) = match target {
        Target::Root => (root.root.to_string(), "root", "Root".to_owned(), TargetType::Root),
        Target::Unit(id) => {
            let unit = organization.unit(id)?;
            (id.to_string(), "ou", unit.name.to_string(), TargetType::OrganizationalUnit)
        }
        Target::Account(id) => {
            let account = organization.account(*id)?;
            (id.to_string(), "account", account.name.to_string(), TargetType::Account)
        }
    };
    Some(PolicyTargetSummary {
        arn: Some(root.arn(kind, &[&id])),
        target_id: Some(id),
        name: Some(name),
        r#type: Some(r#type),
    })
}

/// What an organization calls an account that it has not created.
///
/// Choice: accounts have neither name nor address here: the number stands for the name, and the
/// address is in a domain that never exists (RFC 2606).
pub(crate) fn name_and_address(account: AccountId) -> (String, String) {
    (account.to_string(), format!("{account}@stead.invalid"))
}

/// An invitation.
///
/// Observed: which parties and resources there are, and that the organization's id as a party
/// is without its beginning (radkawar/stackd, recorded in 2026).
pub(crate) fn handshake(
    organization: &Organization,
    handshake: &Handshake,
    now: Timestamp,
) -> HandshakeView {
    let root = organization.root();
    let account = handshake.account.to_string();
    let id = root.id.as_str();
    let party = |id: &str, kind| HandshakeParty { id: Secret::new(id.to_owned()), r#type: kind };
    let mut resources =
        vec![inviting(organization), resource(HandshakeResourceType::Account, &account)];
    if !handshake.notes.is_empty() {
        resources.push(resource(HandshakeResourceType::Notes, &handshake.notes));
    }
    HandshakeView {
        id: Some(handshake.id.to_string()),
        arn: Some(root.arn("handshake", &["invite", handshake.id.as_str()])),
        parties: Some(vec![
            party(id.strip_prefix("o-").unwrap_or(id), HandshakePartyType::Organization),
            party(&account, HandshakePartyType::Account),
        ]),
        state: Some(match handshake.state_at(now) {
            HandshakeState::Open => StateView::Open,
            HandshakeState::Accepted => StateView::Accepted,
            HandshakeState::Declined => StateView::Declined,
            HandshakeState::Canceled => StateView::Canceled,
            HandshakeState::Expired => StateView::Expired,
        }),
        requested_timestamp: Some(handshake.requested_at),
        expiration_timestamp: Some(handshake.expires_at),
        action: Some(ActionType::Invite),
        resources: Some(resources),
    }
}

/// The organization that invites, as a resource of the invitation.
fn inviting(organization: &Organization) -> HandshakeResource {
    let root = organization.root();
    let management = organization.account(root.management);
    let details = management.into_iter().flat_map(|account| {
        [
            resource(HandshakeResourceType::MasterEmail, &account.email),
            resource(HandshakeResourceType::MasterName, &account.name),
        ]
    });
    let features = resource(HandshakeResourceType::OrganizationFeatureSet, "ALL");
    HandshakeResource {
        resources: Some(details.chain([features]).collect()),
        ..resource(HandshakeResourceType::Organization, root.id.as_str())
    }
}

fn resource(kind: HandshakeResourceType, value: &str) -> HandshakeResource {
    HandshakeResource {
        value: Some(Secret::new(value.to_owned())),
        r#type: Some(kind),
        resources: None,
    }
}
