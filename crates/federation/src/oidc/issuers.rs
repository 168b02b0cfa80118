//! Facts about issuers, with their dates: which claims AWS lets policies ask for.

/// The claims of some issuers that become condition keys beside those of every issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerClaims {
    /// The issuer without scheme; a `*` stands for letters, digits, `.`, `-` and `_`, at
    /// least one of them.
    pub issuer: &'static str,
    /// The names of the condition keys, which are those of the claims.
    pub claims: &'static [&'static str],
    /// The month in which the keys were announced, or else seen to be documented.
    pub documented: &'static str,
}

/// A provider that everybody can use by its bare name, without registering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedProvider {
    /// The name, in `Principal` and before the colon of condition keys.
    pub name: &'static str,
    /// The claim `iss` of its ID tokens, in every form it has; the first is the URL where
    /// its keys are. None where it issues access tokens instead.
    pub issuers: &'static [&'static str],
    /// The condition keys that its tokens set.
    pub keys: &'static [&'static str],
}

const GITHUB: &[&str] = &[
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "repository_owner_id",
    "workflow",
];

const BUILDKITE: &[&str] = &[
    "build_branch",
    "cluster_id",
    "cluster_name",
    "organization_id",
    "organization_slug",
    "pipeline_id",
    "pipeline_slug",
];

const GITLAB: &[&str] = &[
    "namespace_id",
    "pipeline_source",
    "project_id",
    "ref_protected",
    "runner_environment",
    "user_access_level",
    "user_email",
    "user_id",
    "user_login",
];

/// The claims that AWS knows by issuer.
///
/// Spec: service authorization reference, list_awssecuritytokenservice, the condition keys
/// of AssumeRoleWithWebIdentity, as of 2026-11; the first of them were announced in
/// 2026-01. A claim outside the table becomes no key, so that no condition on it matches.
///
/// `google/organization_number` is the member `organization_number` of the claim `google`,
/// as Google documents it; that of CircleCI is a claim whose name has a slash.
pub const PROVIDER_CLAIMS: &[IssuerClaims] = &[
    claims("accounts.google.com", &["google/organization_number"], "2026-01"),
    claims("agent.buildkite.com", BUILDKITE, "2026-11"),
    claims("agent.*.buildkite.dev", BUILDKITE, "2026-11"),
    claims("agent.*.buildkite.site", BUILDKITE, "2026-11"),
    claims("github.com/enterprises/*", GITHUB, "2026-11"),
    claims("gitlab.com", GITLAB, "2026-11"),
    claims("idcs-*.identity.oraclecloud.com", &["rpst_id"], "2026-01"),
    claims("oidc.circleci.com/org/*", &["oidc.circleci.com/project-id"], "2026-01"),
    claims("token.actions.githubusercontent.com", GITHUB, "2026-01"),
    claims("token.actions.githubusercontent.com/*", GITHUB, "2026-11"),
    claims("token.actions.*.ghe.com", GITHUB, "2026-11"),
];

/// The providers that need no registration.
///
/// Spec: UG:reference_policies_iam-condition-keys. Google and Cognito issue OpenID Connect
/// tokens, whose keys are made as those of every issuer; Cognito's `aud` is the identity
/// pool, and its `amr` is `unauthenticated`, or `authenticated` with the provider behind
/// it. Facebook and Amazon issue access tokens, which their own endpoints answer for.
pub const NAMED_PROVIDERS: &[NamedProvider] = &[
    NamedProvider {
        name: "accounts.google.com",
        // Spec: Google, "OpenID Connect", on validating an ID token: `iss` is either.
        issuers: &["https://accounts.google.com", "accounts.google.com"],
        keys: &["amr", "aud", "email", "google/organization_number", "oaud", "sub"],
    },
    NamedProvider {
        name: "cognito-identity.amazonaws.com",
        issuers: &["https://cognito-identity.amazonaws.com"],
        keys: &["amr", "aud", "oaud", "sub"],
    },
    NamedProvider { name: "graph.facebook.com", issuers: &[], keys: &["app_id", "id"] },
    NamedProvider { name: "www.amazon.com", issuers: &[], keys: &["app_id", "sub", "user_id"] },
];

impl NamedProvider {
    /// The provider whose tokens have this `iss`, with that text; `None` for issuers that
    /// must be registered.
    #[must_use]
    pub fn of_issuer(issuer: &str) -> Option<(&'static Self, &'static str)> {
        NAMED_PROVIDERS.iter().find_map(|named| {
            let form = named.issuers.iter().find(|form| **form == issuer)?;
            Some((named, *form))
        })
    }

    /// The URL under which its keys are found; `None` where it issues no ID tokens.
    #[must_use]
    pub fn keys_of(&self) -> Option<&'static str> {
        self.issuers.first().copied()
    }
}

const fn claims(
    issuer: &'static str,
    claims: &'static [&'static str],
    documented: &'static str,
) -> IssuerClaims {
    IssuerClaims { issuer, claims, documented }
}

impl IssuerClaims {
    /// Whether this is about the issuer, given without its scheme.
    #[must_use]
    pub fn is_of(&self, issuer: &str) -> bool {
        let Some((head, tail)) = self.issuer.split_once('*') else {
            return issuer == self.issuer;
        };
        let between = issuer.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
        between.is_some_and(|name| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            !name.is_empty() && name.bytes().all(allowed)
        })
    }
}
