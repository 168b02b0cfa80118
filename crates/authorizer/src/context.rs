//! The condition keys of one request, present and absent exactly when AWS has them.
//!
//! `condition_keys.rs` says when each is present, and is the page users read.

use std::fmt::Write as _;

use stead_directory::Snapshot;
use stead_federation::oidc::KeyValues;
use stead_policy::{Caller, ContextBuilder};
use stead_session::{Federation, MfaState};
use stead_types::{AddressText, Arn, TagSet};

use crate::{Ask, CallerFacts, RequestFacts, Transport};

/// Gathers the request context. Costs one entry per key and tag, and one sort.
pub(crate) fn context_of<Action>(
    caller: &CallerFacts,
    home: &Snapshot,
    ask: &Ask<Action>,
    facts: &RequestFacts,
) -> ContextBuilder {
    let mut keys = ContextBuilder::new();
    connection(&mut keys, facts);
    known(keys, caller, home, ask, facts)
}

/// The same without what only the connection could say.
pub(crate) fn known_context_of<Action>(
    caller: &CallerFacts,
    home: &Snapshot,
    ask: &Ask<Action>,
    facts: &RequestFacts,
) -> ContextBuilder {
    known(ContextBuilder::new(), caller, home, ask, facts)
}

fn known<Action>(
    mut keys: ContextBuilder,
    caller: &CallerFacts,
    home: &Snapshot,
    ask: &Ask<Action>,
    facts: &RequestFacts,
) -> ContextBuilder {
    moment(&mut keys, facts);
    principal(&mut keys, caller);
    principal_tags(&mut keys, caller, home);
    session(&mut keys, caller, facts);
    keys.set_with("aws:ResourceAccount", |text| ask.resource.account().push_to(text));
    if let Some(tags) = ask.resource.tags() {
        // Spec: UG:reference_policies_iam-condition-keys, iam:ResourceTag: the same
        // tags under the older name.
        tag_keys(&mut keys, "aws:ResourceTag/", tags);
        tag_keys(&mut keys, "iam:ResourceTag/", tags);
    }
    // Last, so that an operation's own facts take precedence, such as a one-time
    // code that makes aws:MultiFactorAuthPresent true for this one evaluation.
    keys.overlaid(&ask.context)
}

fn connection(keys: &mut ContextBuilder, facts: &RequestFacts) {
    let encrypted = match facts.transport {
        Transport::Plain => "false",
        Transport::Tls => "true",
    };
    keys.set("aws:SourceIp", AddressText::of(facts.source_ip.to_canonical()).as_str())
        .set("aws:SecureTransport", encrypted)
        .set("aws:RequestedRegion", &facts.requested_region);
    set_optional(keys, "aws:UserAgent", facts.user_agent.as_deref());
    set_optional(keys, "aws:Referer", facts.referer.as_deref());
}

fn moment(keys: &mut ContextBuilder, facts: &RequestFacts) {
    keys.set_with("aws:CurrentTime", |text| facts.now.push_to(text))
        .set_with("aws:EpochTime", |text| {
            // Writing to memory cannot fail.
            let _ = write!(text, "{}", facts.now.epoch_seconds());
        })
        .set("aws:ViaAWSService", "false");
}

fn principal(keys: &mut ContextBuilder, caller: &CallerFacts) {
    // Spec: UG:reference_policies_condition-keys, aws:PrincipalArn: for a role
    // session it is the role's ARN, and never that of the session.
    let own;
    let (kind, arn) = match caller.principal() {
        Caller::Root { .. } => {
            own = caller.arn();
            ("Account", &*own)
        }
        Caller::User { arn, .. } => ("User", arn),
        Caller::RoleSession { role_arn, .. } => ("AssumedRole", role_arn),
        Caller::FederatedUser { arn, .. } => ("FederatedUser", arn),
        Caller::WebIdentity { provider } | Caller::Saml { provider } => {
            return federated(keys, caller, provider);
        }
        Caller::Service { name } => return service(keys, caller, name),
        Caller::Anonymous => return,
    };
    keys.set_with("aws:PrincipalAccount", |text| caller.account().push_to(text))
        .set("aws:PrincipalArn", arn.as_str())
        .set("aws:PrincipalType", kind)
        .set("aws:PrincipalIsAWSService", "false")
        .set("aws:userid", &caller.user_id());
    set_optional(keys, "aws:username", caller.user_name().map(|name| name.as_str()));
}

/// A service that acts for itself has no account. Spec: the same page, the keys that are
/// "properties of the network" and of a principal that is a service; a service here has one
/// name, which is then all of `aws:PrincipalServiceNamesList`.
fn service(keys: &mut ContextBuilder, caller: &CallerFacts, name: &str) {
    keys.set("aws:PrincipalIsAWSService", "true")
        .set("aws:PrincipalServiceName", name)
        .set_all("aws:PrincipalServiceNamesList", [name]);
    let Some(source) = caller.service_source() else { return };
    set_optional(keys, "aws:SourceArn", source.arn().map(Arn::as_str));
    if let Some(account) = source.account() {
        keys.set_with("aws:SourceAccount", |text| account.push_to(text));
    }
}

/// The bearer of a provider's token or assertion has no ARN of its own.
///
/// Observed: radkawar/stackd, recorded in 2026 with trust policies of AWS, for OpenID
/// Connect and for SAML: `aws:PrincipalType` is `User`, `aws:userid` the provider,
/// `aws:PrincipalAccount` the provider's account, and `aws:PrincipalArn` is absent.
fn federated(keys: &mut ContextBuilder, caller: &CallerFacts, provider: &str) {
    keys.set("aws:PrincipalAccount", &caller.account().to_string())
        .set("aws:PrincipalType", "User")
        .set("aws:PrincipalIsAWSService", "false")
        .set("aws:userid", provider);
    for key in caller.provider_keys() {
        match &key.values {
            KeyValues::One(value) => keys.set(&key.name, value),
            KeyValues::Many(values) => keys.set_all(&key.name, values),
        };
    }
}

/// What a session remembers of the token it was begun with.
///
/// Spec: UG:reference_policies_iam-condition-keys: which of the provider's keys are there
/// in later requests is decided when the session is made.
fn federation(keys: &mut ContextBuilder, federation: &Federation) {
    let provider = &federation.provider;
    let prefix = match provider.split_once(":oidc-provider/") {
        Some((_, url)) => url,
        None if provider.contains(":saml-provider/") => "saml",
        None => provider.as_str(),
    };
    keys.set("aws:FederatedProvider", provider);
    for (claim, values) in &federation.claims {
        let key = format!("{prefix}:{claim}");
        match values.as_slice() {
            // Spec: the same page: `amr` is multivalued, the others are not.
            [value] if claim != "amr" => keys.set(&key, value),
            values => keys.set_all(&key, values),
        };
    }
}

/// Tags of the caller.
fn principal_tags(keys: &mut ContextBuilder, caller: &CallerFacts, home: &Snapshot) {
    tag_keys(keys, "aws:PrincipalTag/", &tags_of(caller, home));
}

/// Tags of the user or role, and over them the tags of the session.
///
/// Spec: UG:id_session-tags, "Session tagging essentials": a session tag takes the
/// place of the principal's tag with the same key, whatever its case.
pub(crate) fn tags_of(caller: &CallerFacts, home: &Snapshot) -> TagSet {
    let own = match caller.principal() {
        Caller::User { id, .. } => home.user(id).map(|user| &user.tags),
        Caller::RoleSession { role_id, .. } => home.role(role_id).map(|role| &role.tags),
        Caller::FederatedUser { issuer, .. } => match issuer {
            stead_policy::FederatedIssuer::User { id, .. } => home.user(id).map(|user| &user.tags),
            stead_policy::FederatedIssuer::Root => None,
        },
        _ => None,
    };
    let of_session = caller.claims().map(|claims| claims.tags.all());
    let mut tags = own.cloned().unwrap_or_default();
    for tag in of_session.into_iter().flat_map(TagSet::iter) {
        tags.put(tag.clone());
    }
    tags
}

fn session(keys: &mut ContextBuilder, caller: &CallerFacts, facts: &RequestFacts) {
    let Some(claims) = caller.claims() else { return };
    keys.set("aws:TokenIssueTime", &claims.issued_at.to_string());
    if caller.root_task().is_some() {
        keys.set("aws:AssumedRoot", "true");
    }
    let identity = claims.source_identity.as_ref().map(|identity| identity.as_str());
    set_optional(keys, "aws:SourceIdentity", identity);
    if let Some(begun_with) = &claims.federation {
        federation(keys, begun_with);
    }
    match caller.mfa() {
        None => {}
        Some(MfaState::Absent) => {
            keys.set("aws:MultiFactorAuthPresent", "false");
        }
        Some(MfaState::Authenticated { at }) => {
            let age = facts.now.seconds_since(at).max(0);
            keys.set("aws:MultiFactorAuthPresent", "true")
                .set("aws:MultiFactorAuthAge", &age.to_string());
        }
    }
}

fn set_optional(keys: &mut ContextBuilder, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        keys.set(key, value);
    }
}

fn tag_keys(keys: &mut ContextBuilder, prefix: &str, tags: &TagSet) {
    for tag in tags.iter() {
        keys.set(&format!("{prefix}{}", tag.key.as_str()), tag.value.as_str());
    }
}
