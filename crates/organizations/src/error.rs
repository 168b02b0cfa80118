//! Refusals in AWS's words.

use stead_api::{ApiError, ErrorCode};
use stead_directory::organization::entity::ControlKind;
use stead_directory::organization::{Missing, OrganizationError, OrganizationQuota};

/// The caller's account belongs to no organization.
///
/// Observed: cloud-custodian/cloud-custodian issue 8106.
pub(crate) fn not_in_use() -> ApiError {
    let message = "Your account is not a member of an organization.";
    ApiError::new(ErrorCode::AWSOrganizationsNotInUseException, message)
}

/// The operation is for the account that manages the organization.
///
/// Observed: what Terraform quotes for ListAccountsForParent in a member account
/// (AccessDeniedException).
pub(crate) fn not_management() -> ApiError {
    let message = "You don't have permissions to access this resource.";
    ApiError::new(ErrorCode::AccessDeniedException, message)
}

/// Spec: API CreateOrganization, AlreadyInOrganizationException. Observed: the wording, for an
/// invitation (radkawar/stackd, recorded in 2026).
pub(crate) fn already_in_organization() -> ApiError {
    let message = "The AWS account is already a member of an organization.";
    ApiError::new(ErrorCode::AlreadyInOrganizationException, message)
}

/// A parameter that cannot be meant. Spec: Organizations API Reference, InvalidInputException.
pub(crate) fn invalid_input(reason: &str, message: &str) -> ApiError {
    ApiError::new(ErrorCode::InvalidInputException, message).with_reason(reason)
}

/// Spec: Organizations API Reference, ConstraintViolationException and its reasons. Choice: the
/// wording, which is not published.
fn constraint(reason: &str, message: &str) -> ApiError {
    ApiError::new(ErrorCode::ConstraintViolationException, message).with_reason(reason)
}

/// Spec: the reasons in the API reference say that the management account is left out of both.
pub(crate) fn management_cannot_close() -> ApiError {
    constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", "You can't close the management account.")
}

/// Spec: API LeaveOrganization, MasterCannotLeaveOrganizationException.
pub(crate) fn management_cannot_leave() -> ApiError {
    let message = "You can't remove a management account from an organization. If you want the \
                   management account to become a member account in another organization, you \
                   must first delete the current organization of the management account.";
    ApiError::new(ErrorCode::MasterCannotLeaveOrganizationException, message)
}

/// Spec: the reasons of ConstraintViolationException: only members administer services.
pub(crate) fn management_cannot_administer() -> ApiError {
    constraint(
        "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR",
        "You can't register the management account as a delegated administrator.",
    )
}

/// Spec: as above.
pub(crate) fn closed_cannot_administer() -> ApiError {
    constraint(
        "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR",
        "You can't register a suspended account as a delegated administrator.",
    )
}

/// A closed account stays in the organization.
pub(crate) fn cannot_leave() -> ApiError {
    let message = "You can't remove an account that is closed from an organization.";
    constraint("ACCOUNT_CANNOT_LEAVE_ORGANIZATION", message)
}

/// What Organizations answers for a broken rule.
///
/// Observed: the texts for what does not exist, and for a malformed document (radkawar/stackd,
/// recorded in 2026). Spec: the other texts are the descriptions of the exceptions in the API
/// reference, shortened by us.
pub(crate) fn refused(error: OrganizationError) -> ApiError {
    match error {
        OrganizationError::Missing(what, name) => missing(what).with_context(name),
        OrganizationError::Quota(quota) => over(quota),
        OrganizationError::MalformedPolicyDocument(parsed) => malformed(&parsed),
        OrganizationError::PolicyOfAws => {
            invalid_input("IMMUTABLE_POLICY", "You specified a policy that is managed by AWS.")
        }
        OrganizationError::CannotDetach => {
            invalid_input("NON_DETACHABLE_POLICY", "This policy can't be detached.")
        }
        OrganizationError::DuplicateTagKeys => {
            invalid_input("DUPLICATE_TAG_KEY", "Your request includes duplicate tag keys.")
        }
        OrganizationError::ManagementAccount => management_cannot_leave(),
        OrganizationError::AlreadyMember => already_member(),
        OrganizationError::Administers => constraint(
            "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
            "You can't remove an account that is a delegated administrator of a service. \
             Deregister it first.",
        ),
        OrganizationError::ServiceAdministered => constraint(
            "DELEGATED_ADMINISTRATOR_EXISTS_FOR_THIS_SERVICE",
            "The service has a delegated administrator. Deregister all of them first.",
        ),
        OrganizationError::ServiceNotTrusted => constraint(
            "SERVICE_ACCESS_NOT_ENABLED",
            "You can't register a delegated administrator before you enable access of the \
             service. Call EnableAWSServiceAccess first.",
        ),
        OrganizationError::Unreadable => ApiError::new(
            ErrorCode::ServiceException,
            "The request could not be processed. Try again.",
        )
        .with_context(error.to_string()),
        other => {
            let (code, message) = plain(&other);
            ApiError::new(code, message)
        }
    }
}

/// The refusals that are a code and a sentence.
fn plain(error: &OrganizationError) -> (ErrorCode, &'static str) {
    use OrganizationError as Error;
    match error {
        Error::NotEmpty => (
            ErrorCode::OrganizationNotEmptyException,
            "To delete an organization you must first remove all member accounts (except the \
             management account).",
        ),
        Error::UnitNotEmpty => (
            ErrorCode::OrganizationalUnitNotEmptyException,
            "The specified OU is not empty. Move all accounts to another root or to other OUs, \
             remove all child OUs, and try the operation again.",
        ),
        Error::DuplicateUnit => (
            ErrorCode::DuplicateOrganizationalUnitException,
            "An OU with the same name already exists.",
        ),
        Error::DuplicatePolicy => {
            (ErrorCode::DuplicatePolicyException, "A policy with the same name already exists.")
        }
        Error::DuplicateAccount(_) => (
            ErrorCode::DuplicateAccountException,
            "That account is already present in the specified destination.",
        ),
        // Spec: API MoveAccount: the account must lie under the parent that is said.
        Error::NotUnderParent => (
            ErrorCode::SourceParentNotFoundException,
            "You specified a source parent that \
             doesn't exist.",
        ),
        Error::AlreadyClosed => (
            ErrorCode::AccountAlreadyClosedException,
            "You attempted to close an account that is already closed.",
        ),
        Error::PolicyInUse => (
            ErrorCode::PolicyInUseException,
            "The policy is attached to one or more entities. You must detach it from all roots, \
             OUs, and accounts before performing this operation.",
        ),
        Error::AlreadyAttached => (
            ErrorCode::DuplicatePolicyAttachmentException,
            "The selected policy is already attached to the specified target.",
        ),
        Error::NotAttached => (
            ErrorCode::PolicyNotAttachedException,
            "The policy isn't attached to the specified target in the specified root.",
        ),
        Error::KindNotEnabled(_) => (
            ErrorCode::PolicyTypeNotEnabledException,
            "This operation can be performed only for enabled policy types.",
        ),
        Error::KindAlreadyEnabled(_) => (
            ErrorCode::PolicyTypeAlreadyEnabledException,
            "The specified policy type is already enabled in the specified root.",
        ),
        Error::AlreadyAdministers => (
            ErrorCode::AccountAlreadyRegisteredException,
            "The specified account is already a delegated administrator for this AWS service.",
        ),
        Error::AdministersNot => (
            ErrorCode::AccountNotRegisteredException,
            "The specified account is not a delegated administrator for this AWS service.",
        ),
        _ => handshake(error),
    }
}

/// Those about invitations.
fn handshake(error: &OrganizationError) -> (ErrorCode, &'static str) {
    use OrganizationError as Error;
    match error {
        Error::AlreadyMember => (
            ErrorCode::HandshakeConstraintViolationException,
            "The AWS account is already a member of an organization.",
        ),
        Error::DuplicateHandshake => (
            ErrorCode::DuplicateHandshakeException,
            "A handshake with the specified type and parameters already exists for the given \
             parties.",
        ),
        Error::HandshakeInState => (
            ErrorCode::HandshakeAlreadyInStateException,
            "The handshake is already in the requested state.",
        ),
        Error::HandshakeClosed => (
            ErrorCode::InvalidHandshakeTransitionException,
            "You cannot perform this operation on a handshake in its current state, such as \
             attempting to cancel a handshake that was previously accepted or attempting to \
             accept a handshake that was declined.",
        ),
        // Worded before it comes here.
        _ => (ErrorCode::ServiceException, "The request could not be processed."),
    }
}

/// What of a request does not exist.
pub(crate) fn missing(what: Missing) -> ApiError {
    let (code, message) = match what {
        Missing::Parent => {
            (ErrorCode::ParentNotFoundException, "You specified parent that doesn't exist.")
        }
        Missing::Unit => (
            ErrorCode::OrganizationalUnitNotFoundException,
            "You specified an organizational unit that doesn't exist.",
        ),
        Missing::Account => {
            (ErrorCode::AccountNotFoundException, "You specified an account that doesn't exist.")
        }
        Missing::Policy => {
            (ErrorCode::PolicyNotFoundException, "You specified a policy that doesn't exist.")
        }
        Missing::Target | Missing::TrustedService => {
            (ErrorCode::TargetNotFoundException, "You specified a target that doesn't exist.")
        }
        Missing::AccountRequest => (
            ErrorCode::CreateAccountStatusNotFoundException,
            "You specified a create account request that doesn't exist.",
        ),
        Missing::Handshake => {
            (ErrorCode::HandshakeNotFoundException, "You specified a handshake that doesn't exist.")
        }
    };
    ApiError::new(code, message)
}

/// The account that is invited belongs to an organization.
///
/// Observed: radkawar/stackd, recorded in 2026.
pub(crate) fn already_member() -> ApiError {
    let (code, message) = plain(&OrganizationError::AlreadyMember);
    ApiError::new(code, message).with_reason("ALREADY_IN_AN_ORGANIZATION")
}

/// A child that does not exist.
pub(crate) fn no_such_child() -> ApiError {
    let message = "You specified a child that doesn't exist.";
    ApiError::new(ErrorCode::ChildNotFoundException, message)
}

/// A root that does not exist.
pub(crate) fn no_such_root() -> ApiError {
    let message = "You specified a root that doesn't exist.";
    ApiError::new(ErrorCode::RootNotFoundException, message)
}

/// Where an account is to be moved to does not exist.
pub(crate) fn no_such_destination() -> ApiError {
    let message = "You specified a destination parent that doesn't exist.";
    ApiError::new(ErrorCode::DestinationParentNotFoundException, message)
}

/// Where an account is to be moved from does not exist.
pub(crate) fn no_such_source() -> ApiError {
    refused(OrganizationError::NotUnderParent)
}

/// Spec: API CreatePolicy, PolicyTypeNotAvailableForOrganizationException. Choice: kinds of
/// policies that limit nobody's permissions are not available here.
pub(crate) fn unavailable_kind() -> ApiError {
    let message = "You can't use the specified policy type with the feature set currently \
                   enabled for this organization.";
    ApiError::new(ErrorCode::PolicyTypeNotAvailableForOrganizationException, message)
}

fn malformed(parsed: &stead_policy::Parsed) -> ApiError {
    let message = "The provided policy document does not meet the requirements of the specified \
                   policy type.";
    let error = ApiError::new(ErrorCode::MalformedPolicyDocumentException, message);
    match parsed.diagnostics.first() {
        Some(first) => error.with_hint(first.message.clone()),
        None => error,
    }
}

fn over(quota: OrganizationQuota) -> ApiError {
    let (reason, message) = match quota {
        OrganizationQuota::Accounts => (
            "ACCOUNT_NUMBER_LIMIT_EXCEEDED",
            "You have exceeded the allowed number of AWS accounts.",
        ),
        OrganizationQuota::Units => {
            ("OU_NUMBER_LIMIT_EXCEEDED", "You have exceeded the allowed number of OUs.")
        }
        OrganizationQuota::UnitDepth => {
            ("OU_DEPTH_LIMIT_EXCEEDED", "You have exceeded the allowed depth of the OU tree.")
        }
        OrganizationQuota::Policies(ControlKind::ServiceControl | ControlKind::ResourceControl) => {
            (
                "POLICY_NUMBER_LIMIT_EXCEEDED",
                "You have exceeded the allowed number of policies of this type.",
            )
        }
        OrganizationQuota::AttachedPolicies => (
            "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            "You have attached the maximum number of policies of this type to the target.",
        ),
        OrganizationQuota::AttachedPoliciesMin => (
            "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
            "You can't detach the last policy of this type from the target.",
        ),
        OrganizationQuota::PolicyCharacters => (
            "POLICY_CONTENT_LIMIT_EXCEEDED",
            "You have exceeded the maximum size of a policy document.",
        ),
        OrganizationQuota::Tags => {
            ("MAX_TAG_LIMIT_EXCEEDED", "You have exceeded the allowed number of tags.")
        }
    };
    constraint(reason, message)
}
