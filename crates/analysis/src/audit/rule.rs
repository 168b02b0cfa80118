//! The table of what can be found.
//!
//! Controls of AWS Security Hub and the numbers of the CIS AWS Foundations Benchmark stand as
//! <https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html> has them. A
//! rule that none of these is about names a public page instead.

use super::finding::AuditSeverity as Severity;

/// Something that can be found in accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRule {
    /// A stable name, such as `privilege-escalation`.
    pub code: &'static str,
    /// How bad it is, unless the finding says otherwise.
    pub severity: Severity,
    /// What it is, in a few words.
    pub title: &'static str,
    /// What to do.
    pub fix: &'static str,
    /// Public controls or pages that it corresponds to.
    pub references: &'static [&'static str],
}

const IAM_1: &str = "AWS Security Hub IAM.1";
const CIS_1_16: &str = "CIS AWS Foundations Benchmark v1.4.0/1.16";
const PATHFINDING: &str = "https://pathfinding.cloud";
const CONFUSED_DEPUTY: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html";
const OIDC_ROLES: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html";

macro_rules! rules {
    ($($name:ident: $code:literal, $severity:ident, $title:literal, $fix:literal, $references:expr;)*) => {
        $(pub(super) static $name: AuditRule = AuditRule {
            code: $code,
            severity: Severity::$severity,
            title: $title,
            fix: $fix,
            references: &$references,
        };)*

        static RULES: &[&AuditRule] = &[$(&$name),*];
    };
}

rules! {
    ADMINISTRATOR_USER: "administrator-user", High,
        "a user is an administrator",
        "have people assume a role with a second factor, and take the policy from the user",
        [IAM_1, CIS_1_16];
    ADMINISTRATOR_ROLE: "administrator-role", Medium,
        "a role is an administrator",
        "keep few of these, each for people alone; allow workloads the actions that they use",
        [IAM_1, CIS_1_16];
    PRIVILEGE_ESCALATION: "privilege-escalation", High,
        "somebody who is no administrator can become one",
        "take away one call of the way, name the resources it may be about, or set a permissions \
         boundary and make it a condition",
        [PATHFINDING];
    POSSIBLE_ESCALATION: "possible-escalation", Medium,
        "somebody can have what runs already do what they want, and roles that it may have lead \
         to administrators",
        "name the functions, instances or projects that the call may be about",
        [PATHFINDING];
    OUTSIDE_ADMINISTRATOR: "outside-administrator", High,
        "somebody from outside can become an administrator",
        "narrow the trust policy, or the permissions of the role",
        [IAM_1, CIS_1_16];
    TRUST_EVERYBODY: "trust-everybody", Critical,
        "a role can be assumed by any account",
        "name accounts or roles in `Principal`, or ask for `aws:PrincipalOrgID`",
        [CONFUSED_DEPUTY];
    CROSS_ACCOUNT_TRUST: "cross-account-trust", Informational,
        "a role can be assumed from another account",
        "keep what is needed",
        [CONFUSED_DEPUTY];
    NO_EXTERNAL_ID: "no-external-id", Medium,
        "a role can be assumed from an account that is not yours without an external id",
        "ask for `sts:ExternalId` where the account is a third party's, or for \
         `aws:PrincipalOrgID` where it is of your organization; put the account into the export \
         if it is yours",
        [CONFUSED_DEPUTY];
    TRUST_ANY_TENANT: "trust-any-tenant", Critical,
        "every customer of a shared identity provider can assume a role",
        "name the organization and the repository or project in a condition on `sub`",
        [OIDC_ROLES];
    TRUST_MISSING_CLAIM: "trust-missing-claim", Critical,
        "a role trusts a shared identity provider without the claim that tells its customers apart",
        "ask for the claim, such as `token.actions.githubusercontent.com:sub`",
        [OIDC_ROLES];
    TRUST_WHOLE_PROVIDER: "trust-whole-provider", Medium,
        "every identity of a provider can assume a role",
        "ask for `sub`, or for another claim that says who it is",
        [OIDC_ROLES];
    TRUST_ANY_REF: "trust-any-ref", Low,
        "every branch and pull request of a repository can assume a role",
        "name the branch or the environment in `sub`",
        [OIDC_ROLES];
    TRUST_GUESTS: "trust-guests", Medium,
        "guests of an identity pool can assume a role",
        "ask for `cognito-identity.amazonaws.com:amr` to be `authenticated`",
        [OIDC_ROLES];
    TRUST_ANY_AUDIENCE: "trust-any-audience", Low,
        "a role does not ask for whom a token or an assertion is",
        "ask for the audience",
        [OIDC_ROLES];
    TRUST_DELETED_PRINCIPAL: "trust-deleted-principal", Low,
        "a trust policy names somebody who exists no more",
        "take the principal out",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"];
    FULL_WILDCARD: "policy-full-wildcard", High,
        "a policy allows every action on everything",
        "allow the actions that are used, on the resources they are used on",
        [IAM_1, CIS_1_16];
    SERVICE_WILDCARD: "policy-service-wildcard", Low,
        "a policy allows every action of a service on everything",
        "allow the actions that are used",
        ["AWS Security Hub IAM.21"];
    ALLOW_NOT_ACTION: "policy-allow-not-action", Medium,
        "a policy allows everything but some actions",
        "name in `Action` what is allowed: actions that AWS adds are allowed too as it stands",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html"];
    WILDCARD_RESOURCE: "policy-wildcard-resource", Low,
        "a policy allows writing on every resource",
        "name the resources, or set a condition on them",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"];
    USER_POLICIES: "user-policies", Low,
        "a user has policies of its own",
        "give the policies to a group, or have the user assume a role",
        ["AWS Security Hub IAM.2", "CIS AWS Foundations Benchmark v5.0.0/1.14"];
    ROOT_ACCESS_KEY: "root-access-key", Critical,
        "the root user has an access key",
        "delete the key",
        ["AWS Security Hub IAM.4", "CIS AWS Foundations Benchmark v5.0.0/1.3"];
    ROOT_SECOND_FACTOR: "root-second-factor", Critical,
        "the root user has no second factor",
        "enable a second factor, or take the root user's credentials away",
        ["AWS Security Hub IAM.9", "CIS AWS Foundations Benchmark v5.0.0/1.4"];
    USER_SECOND_FACTOR: "user-second-factor", Medium,
        "a user has a password and no second factor",
        "enable a second factor, or take the password away",
        ["AWS Security Hub IAM.5", "CIS AWS Foundations Benchmark v5.0.0/1.9"];
    OLD_ACCESS_KEY: "old-access-key", Medium,
        "an access key is old",
        "make a new one and delete this one, or have the workload assume a role",
        ["AWS Security Hub IAM.3", "CIS AWS Foundations Benchmark v5.0.0/1.13"];
    UNUSED_ACCESS_KEY: "unused-access-key", Medium,
        "an access key is not used",
        "deactivate the key, and delete it when nobody has missed it",
        ["AWS Security Hub IAM.8", "AWS Security Hub IAM.22",
         "CIS AWS Foundations Benchmark v5.0.0/1.11"];
    UNUSED_PASSWORD: "unused-password", Medium,
        "a password is not used",
        "delete the login profile",
        ["AWS Security Hub IAM.8", "AWS Security Hub IAM.22",
         "CIS AWS Foundations Benchmark v5.0.0/1.11"];
    USER_WITHOUT_CREDENTIALS: "user-without-credentials", Low,
        "a user has nothing to sign in with",
        "delete the user",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"];
    UNUSED_PERMISSIONS: "unused-permissions", Low,
        "permissions were not used in the recorded calls",
        "take them away; `stead audit --least-privilege ROLE` proposes a policy",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"];
    UNUSED_ROLE: "unused-role", Low,
        "a role is not used",
        "delete the role",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"];
    DEAD_ISSUER: "dead-issuer", Medium,
        "the issuer of an identity provider gives no keys",
        "delete the provider and what trusts it if the issuer is gone: whoever gets hold of its \
         name could sign tokens that are believed; if it is there, mend what it answers",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html"];
    UNUSED_PROVIDER: "unused-provider", Low,
        "no role trusts an identity provider",
        "delete the provider",
        ["https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"];
}

/// Every rule.
#[must_use]
pub fn audit_rules() -> &'static [&'static AuditRule] {
    RULES
}
