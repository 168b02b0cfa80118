//! The condition keys of one request, present and absent exactly when AWS has them.
//!
//! `condition_keys.rs` says when each is present, and is the page users read.

use stead_directory::Snapshot;
use stead_federation::oidc::KeyValues;
use stead_policy::{Caller, Context, ContextBuilder};
use stead_session::{Federation, MfaState};
use stead_types::TagSet;

use crate::{Ask, RequestFacts, Transport, VerifiedCaller};

/// Builds the request context. Costs one entry per key and tag, and one sort.
pub(crate) fn context_of(
    caller: &VerifiedCaller,
    home: &Snapshot,
    ask: &Ask,
    facts: &RequestFacts,
) -> Context {
    let builder = connection(ContextBuilder::new(), facts);
    let builder = principal(builder, caller);
    let builder = principal_tags(builder, caller, home);
    let builder = session(builder, caller, facts);
    let builder = builder.single("aws:ResourceAccount", ask.resource.account().to_string());
    let builder = match ask.resource.tags() {
        // Spec: UG:reference_policies_iam-condition-keys, iam:ResourceTag: the same
        // tags under the older name.
        Some(tags) => {
            tag_keys(tag_keys(builder, "aws:ResourceTag/", tags), "iam:ResourceTag/", tags)
        }
        None => builder,
    };
    // Last, so that an operation's own facts take precedence, such as a one-time
    // code that makes aws:MultiFactorAuthPresent true for this one evaluation.
    builder.overlaid(&ask.context).build()
}

fn connection(builder: ContextBuilder, facts: &RequestFacts) -> ContextBuilder {
    let encrypted = match facts.transport {
        Transport::Plain => "false",
        Transport::Tls => "true",
    };
    builder
        .single("aws:CurrentTime", facts.now.to_string())
        .single("aws:EpochTime", facts.now.epoch_seconds().to_string())
        .single("aws:SourceIp", facts.source_ip.to_canonical().to_string())
        .single("aws:SecureTransport", encrypted)
        .single("aws:RequestedRegion", facts.requested_region.as_str())
        .single("aws:ViaAWSService", "false")
        .optional("aws:UserAgent", facts.user_agent.as_deref())
        .optional("aws:Referer", facts.referer.as_deref())
}

fn principal(builder: ContextBuilder, caller: &VerifiedCaller) -> ContextBuilder {
    // Spec: UG:reference_policies_condition-keys, aws:PrincipalArn: for a role
    // session it is the role's ARN, and never that of the session.
    let (kind, arn) = match caller.principal() {
        Caller::Root { .. } => ("Account", caller.arn()),
        Caller::User { arn, .. } => ("User", arn.clone()),
        Caller::RoleSession { role_arn, .. } => ("AssumedRole", role_arn.clone()),
        Caller::FederatedUser { arn, .. } => ("FederatedUser", arn.clone()),
        Caller::WebIdentity { provider } | Caller::Saml { provider } => {
            return federated(builder, caller, provider);
        }
        Caller::Service { .. } | Caller::Anonymous => return builder,
    };
    builder
        .single("aws:PrincipalAccount", caller.account().to_string())
        .single("aws:PrincipalArn", arn.as_str())
        .single("aws:PrincipalType", kind)
        .single("aws:PrincipalIsAWSService", "false")
        .single("aws:userid", caller.user_id())
        .optional("aws:username", caller.user_name().map(|name| name.as_str()))
}

/// The bearer of a provider's token or assertion has no ARN of its own.
///
/// Observed: radkawar/stackd, recorded in 2026 with trust policies of AWS, for OpenID
/// Connect and for SAML: `aws:PrincipalType` is `User`, `aws:userid` the provider,
/// `aws:PrincipalAccount` the provider's account, and `aws:PrincipalArn` is absent.
fn federated(builder: ContextBuilder, caller: &VerifiedCaller, provider: &str) -> ContextBuilder {
    let builder = builder
        .single("aws:PrincipalAccount", caller.account().to_string())
        .single("aws:PrincipalType", "User")
        .single("aws:PrincipalIsAWSService", "false")
        .single("aws:userid", provider);
    caller.provider_keys().iter().fold(builder, |builder, key| match &key.values {
        KeyValues::One(value) => builder.single(&key.name, value),
        KeyValues::Many(values) => builder.multi(&key.name, values),
    })
}

/// What a session remembers of the token it was begun with.
///
/// Spec: UG:reference_policies_iam-condition-keys: which of the provider's keys are there
/// in later requests is decided when the session is made.
fn federation(builder: ContextBuilder, federation: &Federation) -> ContextBuilder {
    let provider = &federation.provider;
    let prefix = match provider.split_once(":oidc-provider/") {
        Some((_, url)) => url,
        None if provider.contains(":saml-provider/") => "saml",
        None => provider.as_str(),
    };
    let builder = builder.single("aws:FederatedProvider", provider);
    federation.claims.iter().fold(builder, |builder, (claim, values)| {
        let key = format!("{prefix}:{claim}");
        match values.as_slice() {
            // Spec: the same page: `amr` is multivalued, the others are not.
            [value] if claim != "amr" => builder.single(&key, value),
            values => builder.multi(&key, values),
        }
    })
}

/// Tags of the user or role, and over them the tags of the session.
///
/// Spec: UG:id_session-tags, "Session tagging essentials": a session tag takes the
/// place of the principal's tag with the same key, whatever its case.
fn principal_tags(
    builder: ContextBuilder,
    caller: &VerifiedCaller,
    home: &Snapshot,
) -> ContextBuilder {
    let own = match caller.principal() {
        Caller::User { id, .. } => home.user(id).map(|user| &user.tags),
        Caller::RoleSession { role_id, .. } => home.role(role_id).map(|role| &role.tags),
        Caller::FederatedUser { issuer, .. } => match issuer {
            stead_policy::FederatedIssuer::User { id, .. } => home.user(id).map(|user| &user.tags),
            stead_policy::FederatedIssuer::Root => None,
        },
        _ => None,
    };
    let builder = match own {
        Some(tags) => tag_keys(builder, "aws:PrincipalTag/", tags),
        None => builder,
    };
    match caller.claims() {
        Some(claims) => tag_keys(builder, "aws:PrincipalTag/", claims.tags.all()),
        None => builder,
    }
}

fn session(
    builder: ContextBuilder,
    caller: &VerifiedCaller,
    facts: &RequestFacts,
) -> ContextBuilder {
    let Some(claims) = caller.claims() else { return builder };
    let builder = builder.single("aws:TokenIssueTime", claims.issued_at.to_string()).optional(
        "aws:SourceIdentity",
        claims.source_identity.as_ref().map(|identity| identity.as_str()),
    );
    let builder = match &claims.federation {
        Some(begun_with) => federation(builder, begun_with),
        None => builder,
    };
    match caller.mfa() {
        None => builder,
        Some(MfaState::Absent) => builder.single("aws:MultiFactorAuthPresent", "false"),
        Some(MfaState::Authenticated { at }) => builder
            .single("aws:MultiFactorAuthPresent", "true")
            .single("aws:MultiFactorAuthAge", facts.now.seconds_since(at).max(0).to_string()),
    }
}

fn tag_keys(builder: ContextBuilder, prefix: &str, tags: &TagSet) -> ContextBuilder {
    tags.iter().fold(builder, |builder, tag| {
        builder.single(&format!("{prefix}{}", tag.key.as_str()), tag.value.as_str())
    })
}
