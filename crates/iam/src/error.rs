//! The directory's refusals in AWS's words.

mod delegation;
#[cfg(test)]
mod tests;

use stead_api::{ApiError, ErrorCode};
use stead_directory::commands::PolicyHolder;
use stead_directory::entity::{CharacterKind, PasswordFault};
use stead_directory::{DeleteConflict, DirectoryError, EntityKind, Quota};
use stead_policy::Parsed;

/// The error a caller gets for a refused command.
///
/// Where AWS's text depends on more than the refusal, the callers of
/// [`for_principal`] and [`for_holder`] say what it is.
pub(crate) fn api_error(error: DirectoryError) -> ApiError {
    match error {
        // Observed: radkawar/stackd, recorded in 2026: with this code.
        DirectoryError::NoSuchEntity { kind: EntityKind::ServiceCredential, name } => {
            ApiError::validation(name)
        }
        // Observed: radkawar/stackd, recorded in 2026.
        DirectoryError::EntityAlreadyExists { kind: EntityKind::SshPublicKey, .. } => {
            let message = "Duplicate SSH public key uploaded.";
            ApiError::new(ErrorCode::DuplicateSSHPublicKey, message)
        }
        // Observed: radkawar/stackd, recorded in 2026.
        DirectoryError::EntityAlreadyExists { kind: EntityKind::SigningCertificate, .. } => {
            ApiError::new(ErrorCode::DuplicateCertificate, "Duplicate certificate uploaded.")
        }
        DirectoryError::NoSuchEntity { kind, name } => {
            ApiError::no_such_entity(missing(kind, &name))
        }
        DirectoryError::EntityAlreadyExists { kind, name } => {
            ApiError::new(ErrorCode::EntityAlreadyExists, existing(kind, &name))
        }
        DirectoryError::DeleteConflict(conflict) => {
            ApiError::new(ErrorCode::DeleteConflict, delete_conflict(conflict))
        }
        // Observed: recorded for CreateOpenIDConnectProvider (2026-02): not a quota, and
        // the text is one off.
        DirectoryError::LimitExceeded(quota @ Quota::ThumbprintsPerOidcProvider) => {
            let max = quota.max();
            let text = format!("Thumbprint list must contain fewer than {max} entries.");
            ApiError::new(ErrorCode::InvalidInput, text)
        }
        DirectoryError::LimitExceeded(quota) => {
            ApiError::new(ErrorCode::LimitExceeded, limit_exceeded(quota))
        }
        DirectoryError::MalformedPolicyDocument(parsed) => malformed(&parsed),
        DirectoryError::InvalidPrincipal { text } => ApiError::new(
            ErrorCode::MalformedPolicyDocument,
            // Observed: hashicorp/terraform-provider-aws issue 8905.
            format!("Invalid principal in policy: \"AWS\":\"{text}\""),
        ),
        // Observed: CreatePolicy and TagPolicy (2026-02).
        DirectoryError::DuplicateTagKeys => {
            ApiError::new(ErrorCode::InvalidInput, "Duplicate tag keys found.")
        }
        // Observed: radkawar/stackd, recorded in 2026.
        DirectoryError::ServiceLinkedRole { name } => ApiError::new(
            ErrorCode::UnmodifiableEntity,
            format!(
                "Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS"
            ),
        ),
        DirectoryError::ServiceLinkedRoleDuration { name } => ApiError::new(
            ErrorCode::UnmodifiableEntity,
            format!(
                "{name} is an AWS service linked role, max session duration cannot be changed."
            ),
        ),
        // Observed: TagPolicy and CreatePolicyVersion on a policy of AWS (2026-02).
        DirectoryError::PolicyOutsideAccount { .. } => outside_account("update policies"),
        // Observed: EnableMFADevice, in write-ups of its setup; no recording.
        DirectoryError::InvalidAuthenticationCode => ApiError::new(
            ErrorCode::InvalidAuthenticationCode,
            "Authentication code for device is not valid.",
        ),
        DirectoryError::PasswordPolicyViolation(fault) => {
            ApiError::new(ErrorCode::PasswordPolicyViolation, password_fault(fault))
        }
        // Observed: radkawar/stackd, recorded in 2026.
        DirectoryError::OutboundFederationEnabled { account } => ApiError::new(
            ErrorCode::FeatureEnabled,
            format!("Outbound identity federation is already enabled for account {account}"),
        ),
        DirectoryError::OutboundFederationDisabled { account } => ApiError::new(
            ErrorCode::FeatureDisabled,
            format!("Outbound identity federation is already disabled for account {account}"),
        ),
        error @ (DirectoryError::DelegationTaken { .. }
        | DirectoryError::DelegationState { .. }
        | DirectoryError::NotTheDelegationOwner { .. }) => delegation::refusal(&error),
        DirectoryError::AccountUnreadable => unreadable(),
    }
}

fn unreadable() -> ApiError {
    ApiError::internal("records of the account can't be read; it is not written to")
}

/// The error for a user or role, whose tag keys are not told apart by case.
///
/// Choice: the text STS gives for the same mistake; no recording for IAM.
pub(crate) fn for_principal(error: DirectoryError) -> ApiError {
    match error {
        DirectoryError::DuplicateTagKeys => ApiError::new(
            ErrorCode::InvalidInput,
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
        error => api_error(error),
    }
}

/// The error for a user or role with a permissions boundary: AWS calls the boundary
/// the scope.
///
/// Observed: CloudFormation relays it for AWS::IAM::Role ("Scope ARN: ... does not
/// exist or is not attachable. (Service: Iam, Status Code: 404)").
pub(crate) fn for_bounded(error: DirectoryError) -> ApiError {
    match error {
        DirectoryError::NoSuchEntity { kind: EntityKind::AttachablePolicy, name } => {
            let message = format!("Scope ARN: {name} does not exist or is not attachable.");
            ApiError::no_such_entity(message)
        }
        error => for_principal(error),
    }
}

/// The error for a policy of a user, group or role: AWS names whose inline
/// policies are too long.
///
/// Observed: aws-amplify/amplify-backend issue 2615, for a role.
pub(crate) fn for_holder(error: DirectoryError, holder: PolicyHolder<'_>) -> ApiError {
    let max = match error {
        DirectoryError::LimitExceeded(
            quota @ (Quota::UserInlinePolicySize
            | Quota::GroupInlinePolicySize
            | Quota::RoleInlinePolicySize),
        ) => quota.max(),
        error => return api_error(error),
    };
    let (word, name) = match holder {
        PolicyHolder::User(name) => ("user", name.as_str()),
        PolicyHolder::Group(name) => ("group", name.as_str()),
        PolicyHolder::Role(name) => ("role", name.as_str()),
    };
    ApiError::new(
        ErrorCode::LimitExceeded,
        format!("Maximum policy size of {max} bytes exceeded for {word} {name}"),
    )
}

/// The error for a policy of AWS or of another account: `doing` is such as
/// `delete policy versions for policies`.
///
/// Observed: the write operations of managed policies (2026-02).
pub(crate) fn outside_account(doing: &str) -> ApiError {
    ApiError::access_denied(format!("Cannot {doing} outside your own account."))
}

fn missing(kind: EntityKind, name: &str) -> String {
    match kind {
        // Observed: recorded for users, groups, roles and policies (2026-02).
        EntityKind::User => format!("The user with name {name} cannot be found."),
        EntityKind::Group => format!("The group with name {name} cannot be found."),
        EntityKind::Role => format!("The role with name {name} cannot be found."),
        // Observed: radkawar/stackd, recorded in 2026.
        EntityKind::OrdinaryRole => format!("{name} exists but is not a service role."),
        EntityKind::Policy | EntityKind::AttachedPolicy => format!("Policy {name} was not found."),
        EntityKind::AttachablePolicy | EntityKind::PolicyVersion => {
            format!("Policy {name} does not exist or is not attachable.")
        }
        // Observed: recorded for groups (2026-02). Choice: users and roles alike.
        EntityKind::UserPolicy => format!("The user policy with name {name} cannot be found."),
        EntityKind::GroupPolicy => format!("The group policy with name {name} cannot be found."),
        EntityKind::RolePolicy => format!("The role policy with name {name} cannot be found."),
        // Observed: recorded for UpdateAccessKey and the MFA operations (2026-02).
        EntityKind::AccessKey => format!("The Access Key with id {name} cannot be found."),
        EntityKind::MfaDevice | EntityKind::MfaDeviceInUse => {
            format!("MFA Device with serial number {name} does not exist.")
        }
        // Observed: recorded for GetOpenIDConnectProvider and for
        // DeleteOpenIDConnectProvider (2026-02). Choice: the other operations word it
        // as the first does.
        EntityKind::OidcProvider => format!("OpenIDConnect Provider not found for arn {name}"),
        EntityKind::OidcProviderToDelete => {
            format!("OpenId connect Provider {name} cannot be found.")
        }
        // Observed: recorded for GetSAMLProvider and DeleteSAMLProvider (2026-02).
        EntityKind::SamlProvider => format!("Manifest not found for arn {name}"),
        // Observed: recorded for the operations on instance profiles (2026-02).
        EntityKind::InstanceProfile => format!("Instance Profile {name} cannot be found."),
        EntityKind::RoleInInstanceProfile => format!("{name} cannot be found."),
        // Observed: radkawar/stackd, recorded in 2026.
        EntityKind::ServerCertificate => {
            format!("The Server Certificate with name {name} cannot be found.")
        }
        // Observed: recorded for the operations on passwords and their policy (2026-02).
        EntityKind::PasswordPolicy => {
            format!("The Password Policy with domain name {name} cannot be found.")
        }
        EntityKind::PasswordPolicyToDelete => {
            "The account policy with name PasswordPolicy cannot be found.".to_owned()
        }
        EntityKind::LoginProfile => format!("Login Profile for User {name} cannot be found."),
        EntityKind::ServiceCredential => name.to_owned(),
        // Observed: radkawar/stackd, recorded in 2026.
        EntityKind::SshPublicKey => format!("User has no Public Key with id {name}."),
        EntityKind::SigningCertificate => {
            format!("The Certificate with id {name} cannot be found.")
        }
        // Choice: in the words of the others.
        EntityKind::DelegationRequest => {
            format!("The delegation request with id {name} cannot be found.")
        }
        // Choice: no quotation found.
        EntityKind::AccountAlias => format!("The account alias {name} cannot be found."),
        EntityKind::TokenIssuer => format!("Account {name} has never issued identity tokens."),
        EntityKind::SamlPrivateKey => format!("The private key with id {name} cannot be found."),
    }
}

fn existing(kind: EntityKind, name: &str) -> String {
    match kind {
        // Observed: recorded for users, groups, policies and MFA devices (2026-02).
        EntityKind::User => format!("User with name {name} already exists."),
        EntityKind::Group => format!("Group with name {name} already exists."),
        EntityKind::Role | EntityKind::OrdinaryRole => {
            format!("Role with name {name} already exists.")
        }
        EntityKind::Policy | EntityKind::AttachablePolicy | EntityKind::AttachedPolicy => {
            format!("A policy called {name} already exists. Duplicate names are not allowed.")
        }
        EntityKind::MfaDevice => "MFA device already exists.".to_owned(),
        EntityKind::MfaDeviceInUse => "MFA Device is already in use.".to_owned(),
        // Observed: recorded for CreateOpenIDConnectProvider (2026-02), with the URL.
        EntityKind::OidcProvider | EntityKind::OidcProviderToDelete => {
            format!("Provider with url {name} already exists.")
        }
        // Observed: org-formation/aws-resource-providers issue 59.
        EntityKind::SamlProvider | EntityKind::SamlPrivateKey => {
            format!("Provider with name {name} already exists.")
        }
        // Observed: recorded for CreateInstanceProfile (2026-02).
        EntityKind::InstanceProfile | EntityKind::RoleInInstanceProfile => {
            format!("Instance Profile {name} already exists.")
        }
        // Observed: radkawar/stackd, recorded in 2026.
        EntityKind::ServerCertificate => {
            format!("The Server Certificate with name {name} already exists.")
        }
        // Choice: in the words of the others.
        EntityKind::DelegationRequest => {
            format!("A delegation request with workflow id {name} already exists.")
        }
        // Observed: awslabs/aws-deployment-framework pull 465.
        EntityKind::AccountAlias => format!("The account alias {name} already exists."),
        // Observed: recorded for CreateLoginProfile (2026-02).
        EntityKind::LoginProfile => format!("Login Profile for user {name} already exists."),
        // Choice: no command refuses so, since ids are made here.
        EntityKind::ServiceCredential
        | EntityKind::SshPublicKey
        | EntityKind::SigningCertificate => {
            format!("{name} already exists.")
        }
        // Choice: no command refuses so, since a policy is replaced.
        EntityKind::PasswordPolicy | EntityKind::PasswordPolicyToDelete => {
            "The password policy already exists.".to_owned()
        }
        // Choice: no command refuses so, since these are replaced or numbered.
        EntityKind::PolicyVersion
        | EntityKind::TokenIssuer
        | EntityKind::UserPolicy
        | EntityKind::GroupPolicy
        | EntityKind::RolePolicy => format!("Policy with name {name} already exists."),
        // Choice: an imported id that is taken.
        EntityKind::AccessKey => format!("The Access Key with id {name} already exists."),
    }
}

fn delete_conflict(conflict: DeleteConflict) -> &'static str {
    match conflict {
        // Observed: recorded for DeleteUser (2026-02).
        DeleteConflict::PoliciesAttached => "Cannot delete entity, must detach all policies first.",
        DeleteConflict::InlinePolicies => "Cannot delete entity, must delete policies first.",
        // Observed: aws-controllers-k8s/community issue 2229.
        DeleteConflict::AccessKeys => "Cannot delete entity, must delete access keys first.",
        // Choice: in the words of the others; the code is recorded (radkawar/stackd, 2026).
        DeleteConflict::LoginProfile => "Cannot delete entity, must delete login profile first.",
        // Choice: in the words of the others; no quotation found.
        DeleteConflict::SshPublicKeys => "Cannot delete entity, must delete public keys first.",
        // Observed: radkawar/stackd, recorded in 2026.
        DeleteConflict::SigningCertificates => {
            "Cannot delete entity, must delete certificates first."
        }
        DeleteConflict::ServiceCredentials => {
            "Cannot delete entity, must delete service specific credentials first."
        }
        // Observed: rebuy-de/aws-nuke issue 281.
        DeleteConflict::MfaDevices => "Cannot delete entity, must delete MFA device first.",
        // Observed: mozilla-services/userplex issue 17 for a user, hashicorp/terraform
        // issue 29147 for a group: the same text.
        DeleteConflict::GroupMembership => {
            "Cannot delete entity, must remove users from group first."
        }
        // Observed: rebuy-de/aws-nuke issue 294.
        DeleteConflict::PolicyInUse => "Cannot delete a policy attached to entities.",
        // Observed: the same error in aws-controllers-k8s/iam-controller, DeletePolicy.
        DeleteConflict::PolicyHasVersions => {
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy."
        }
        // Observed: recorded for DeletePolicyVersion (2026-02).
        DeleteConflict::DefaultVersion => "Cannot delete the default version of a policy.",
        // Observed: recorded for DeleteInstanceProfile (2026-02). DeleteRole answers the same
        // code (radkawar/stackd, recorded in 2026). Choice: and the same text.
        DeleteConflict::InstanceProfileRole => {
            "Cannot delete entity, must remove roles from instance profile first."
        }
        // Choice: no quotation found.
        DeleteConflict::MfaDeviceInUse => "MFA VirtualDevice in use. Must deactivate first.",
    }
}

fn limit_exceeded(quota: Quota) -> String {
    let name = match quota {
        // Observed: recorded for CreatePolicyVersion (2026-02).
        Quota::VersionsPerPolicy => {
            return format!(
                "A managed policy can have up to {} versions. Before you create a new version, you must delete an existing version.",
                quota.max()
            );
        }
        // Observed: recorded for CreateOpenIDConnectProvider (2026-02); the others alike.
        Quota::TagsPerResource => {
            return "The number of tags has reached the maximum limit.".into();
        }
        // Observed: AccessKeysPerUser recorded (2026-02); aws/eks-hybrid pull 741 for
        // PoliciesPerRole, kubeflow/dashboard issue 29 for ACLSizePerRole,
        // ministryofjustice/cloud-platform-environments pull 14473 for PolicySize.
        Quota::AccessKeysPerUser => "AccessKeysPerUser",
        // Observed: recorded for CreateOpenIDConnectProvider (2026-02).
        Quota::ClientIdsPerOidcProvider => "ClientIdsPerOpenIdConnectProvider",
        // Observed: recorded for AddRoleToInstanceProfile (2026-02).
        Quota::RolesPerInstanceProfile => "InstanceSessionsPerInstanceProfile",
        Quota::PoliciesPerRole => "PoliciesPerRole",
        Quota::TrustPolicySize => "ACLSizePerRole",
        Quota::PolicySize => "PolicySize",
        // Choice: named in the same manner.
        Quota::UsersPerAccount => "UsersPerAccount",
        Quota::GroupsPerAccount => "GroupsPerAccount",
        Quota::RolesPerAccount => "RolesPerAccount",
        Quota::PoliciesPerAccount => "PoliciesPerAccount",
        Quota::GroupsPerUser => "GroupsPerUser",
        Quota::PoliciesPerUser => "PoliciesPerUser",
        Quota::PoliciesPerGroup => "PoliciesPerGroup",
        Quota::UserInlinePolicySize => "UserPolicySize",
        Quota::GroupInlinePolicySize => "GroupPolicySize",
        Quota::RoleInlinePolicySize => "RolePolicySize",
        Quota::MfaDevicesPerUser => "MFADevicesPerUser",
        Quota::MfaDevicesPerAccount => "MFADevicesPerAccount",
        Quota::OidcProvidersPerAccount => "OpenIdConnectProvidersPerAccount",
        Quota::ThumbprintsPerOidcProvider => "ThumbprintsPerOpenIdConnectProvider",
        Quota::SamlProvidersPerAccount => "SAMLProvidersPerAccount",
        Quota::KeysPerSamlProvider => "KeysPerSAMLProvider",
        Quota::PrivateKeysPerSamlProvider => "PrivateKeysPerSAMLProvider",
        // Observed: radkawar/stackd, recorded in 2026.
        Quota::ServiceCredentialsPerUser => "ContextSpecificCredentialsPerUserPerContext",
        Quota::SshPublicKeysPerUser => "SSHPublicKeysPerUser",
        Quota::InstanceProfilesPerAccount => "InstanceProfilesPerAccount",
        Quota::ServerCertificatesPerAccount => "ServerCertificatesPerAccount",
        Quota::TokenKeysPerAccount => "TokenKeysPerAccount",
        Quota::DelegationRequestsPerAccount => "DelegationRequestsPerAccount",
        Quota::DelegationsPerAccount => "DelegationsPerAccount",
        // Observed: radkawar/stackd, recorded in 2026.
        Quota::SigningCertificatesPerUser => "CertificatesPerUser",
    };
    format!("Cannot exceed quota for {name}: {}", quota.max())
}

/// Choice: the texts; only the code is recorded (radkawar/stackd, 2026).
fn password_fault(fault: PasswordFault) -> String {
    let lacks = |what: &str| format!("Password should have at least one {what}");
    match fault {
        PasswordFault::Short { minimum } => {
            format!("Password should have a minimum length of {minimum}")
        }
        PasswordFault::Lacks(CharacterKind::Lowercase) => lacks("lowercase letter"),
        PasswordFault::Lacks(CharacterKind::Uppercase) => lacks("uppercase letter"),
        PasswordFault::Lacks(CharacterKind::Number) => lacks("number"),
        PasswordFault::Lacks(CharacterKind::Symbol) => lacks("symbol"),
        PasswordFault::Default => {
            "Password does not conform to the account password policy.".to_owned()
        }
        PasswordFault::Reused => "Password was used before and cannot be used again.".to_owned(),
    }
}

fn malformed(parsed: &Parsed) -> ApiError {
    // The command refuses only what has an error.
    let text = parsed.refusal().map_or_else(
        || "Syntax errors in policy.".to_owned(),
        stead_policy::Diagnostic::wire_message,
    );
    ApiError::new(ErrorCode::MalformedPolicyDocument, text)
}
