//! What can be the matter.

use serde::Serialize;

/// Why a call was refused, by the code under which people look it up.
///
/// Complete for the calls of the AssumeRole family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the codes say it, and the guide to denials explains each")]
pub enum Cause {
    AssumedRoleSessionArnMismatch,
    BoundaryNoAllow,
    CallerIsRoot,
    ClockSkew,
    CredentialChainWrongCaller,
    DurationChainingCap,
    DurationExceedsMax,
    IdentityExplicitDeny,
    IdentityNoAllow,
    IdentityWrongResource,
    ProviderAudienceNotRegistered,
    ProviderIssuerMismatch,
    ProviderKeysUnreachable,
    ProviderNotFound,
    ProviderThumbprintMismatch,
    RcpDeny,
    RegionDisabled,
    RequestInvalidSessionName,
    RequestPackedPolicyTooLarge,
    RequestRoleArnNotARole,
    RoleNotFound,
    RoleWrongAccount,
    ScpDeny,
    ScpNoAllow,
    SelfAssumeNotTrusted,
    ServicePrincipalOnly,
    SessionPolicyNoAllow,
    SimulatorIgnoresTrust,
    TokenExpired,
    TokenMissingClaim,
    TokenNotYetValid,
    TokenSignatureInvalid,
    TokenWrongAudience,
    TrustConditionCaseMismatch,
    TrustConditionKeyAbsent,
    TrustConditionOperatorNoWildcards,
    TrustConditionValueMismatch,
    TrustConditionWrongIssuerPrefix,
    TrustExplicitDeny,
    TrustExternalIdMismatch,
    TrustExternalIdMissing,
    TrustMfaRequired,
    TrustMissingSetSourceIdentity,
    TrustMissingTagSession,
    TrustNoMatchingPrincipal,
    TrustStalePrincipalId,
    TrustWrongAction,
    TrustWrongPrincipalType,
    TrustWrongProviderArn,
    /// The request breaks a rule that has no code of its own.
    RequestInvalid,
}

/// Where the cause lies: what has to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layer {
    /// The trust policy of the role.
    Trust,
    /// The caller's own policies.
    Identity,
    /// The caller's permissions boundary.
    Boundary,
    /// The policies of the caller's session.
    Session,
    /// Service control policies of the caller's organization.
    Scp,
    /// Resource control policies of the role's organization.
    Rcp,
    /// The identity provider, as it is registered or as it answers.
    Provider,
    /// The token or assertion.
    Token,
    /// The role itself.
    Role,
    /// What the call asks for, and by whom it is made.
    Request,
}

impl Cause {
    /// The code, such as `trust-condition-value-mismatch`.
    #[must_use]
    pub fn code(self) -> String {
        let text = serde_json::to_value(self).ok();
        text.and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default()
    }
}
