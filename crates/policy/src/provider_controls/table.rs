use super::{ProviderControl, ProviderRule};

/// The shared providers that AWS recognizes, with the keys it requires.
///
/// Spec: the table on UG:id_roles_providers_oidc_secure-by-default, as of 2026.
/// Observed: Cognito, GitHub with its second key, and the three social providers, which
/// the table does not have; see [`check_provider_controls`](super::check_provider_controls).
pub const PROVIDER_CONTROLS: &[ProviderControl<'static>] = &[
    ProviderControl {
        issuer: "accounts.google.com",
        rule: ProviderRule::Applications,
        keys: &["accounts.google.com:aud", "accounts.google.com:oaud", "accounts.google.com:sub"],
    },
    ProviderControl {
        issuer: "cognito-identity.amazonaws.com",
        rule: ProviderRule::IdentityPools,
        keys: &["cognito-identity.amazonaws.com:aud"],
    },
    ProviderControl {
        issuer: "graph.facebook.com",
        rule: ProviderRule::Applications,
        keys: &["graph.facebook.com:app_id", "graph.facebook.com:sub"],
    },
    ProviderControl {
        issuer: "token.actions.githubusercontent.com",
        rule: ProviderRule::Workflows,
        keys: &[
            "token.actions.githubusercontent.com:sub",
            "token.actions.githubusercontent.com:job_workflow_ref",
        ],
    },
    ProviderControl {
        issuer: "www.amazon.com",
        rule: ProviderRule::Applications,
        keys: &["www.amazon.com:app_id", "www.amazon.com:sub"],
    },
    tenants("agent.buildkite.com", &["agent.buildkite.com:sub"]),
    tenants("api.pulumi.com/oidc", &["api.pulumi.com/oidc:aud"]),
    tenants("app.terraform.io", &["app.terraform.io:sub"]),
    tenants("gitlab.com", &["gitlab.com:sub"]),
    tenants(
        "oidc-configuration.audit-log.githubusercontent.com",
        &["oidc-configuration.audit-log.githubusercontent.com:sub"],
    ),
    tenants("oidc.codefresh.io", &["oidc.codefresh.io:sub"]),
    tenants(
        "oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu",
        &["oidc.op1.openshiftapps.com/2c51blsaqa9gkjt0o9rt11mle8mmropu:sub"],
    ),
    tenants(
        "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
        &["oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb:sub"],
    ),
    tenants("oidc.vercel.com", &["oidc.vercel.com:aud"]),
    tenants("proidc.upbound.io", &["proidc.upbound.io:sub"]),
    tenants(
        "rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7",
        &["rh-oidc.s3.us-east-1.amazonaws.com/22ejnvnnturfmt6km08idd0nt4hekbn7:sub"],
    ),
    tenants(
        "rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr",
        &["rh-oidc.s3.us-east-1.amazonaws.com/23e3sd27sju1hoou6ohfs68vbno607tr:sub"],
    ),
    tenants(
        "rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg",
        &["rh-oidc.s3.us-east-1.amazonaws.com/23ne21h005qjl3n33d8dui5dlrmv2tmg:sub"],
    ),
    tenants(
        "rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26",
        &["rh-oidc.s3.us-east-1.amazonaws.com/24jrf12m5dj7ljlfb4ta2frhrcoadm26:sub"],
    ),
    tenants("sandboxes.cloud", &["sandboxes.cloud:aud"]),
    tenants("scalr.io", &["scalr.io:sub"]),
    tenants("sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d", &["sts:RoleSessionName"]),
    tenants("studio.datachain.ai/api", &["studio.datachain.ai/api:sub"]),
    tenants("tokens.cloud.shisho.dev", &["tokens.cloud.shisho.dev:sub"]),
    tenants(
        "vstoken.actions.githubusercontent.com",
        &["vstoken.actions.githubusercontent.com:sub"],
    ),
];

const fn tenants<'a>(issuer: &'a str, keys: &'a [&'a str]) -> ProviderControl<'a> {
    ProviderControl { issuer, rule: ProviderRule::Tenants, keys }
}
