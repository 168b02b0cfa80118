//! Who called, as CloudTrail says it.

use stead_authorizer::VerifiedCaller;
use stead_policy::{Caller, FederatedIssuer};
use stead_session::{Claims, Federation, MfaState};
use stead_types::{AccountId, Arn};

use crate::json::Members;

/// Who made a call: the member `userIdentity`.
///
/// Spec: CloudTrail User Guide, cloudtrail-event-reference-user-identity, for the members
/// and their values; IAM User Guide, cloudtrail-integration, for examples.
#[derive(Clone, Copy, Debug)]
pub enum Identity<'a> {
    /// Nobody whose proof held.
    Unknown,
    /// A caller who has proved it.
    Caller(&'a VerifiedCaller),
}

impl Identity<'_> {
    /// The account that the caller belongs to.
    pub(crate) fn account(&self) -> Option<AccountId> {
        match self {
            Self::Unknown => None,
            Self::Caller(caller) => Some(caller.account()),
        }
    }

    pub(crate) fn write(&self, members: Members<'_>) {
        match self {
            Self::Unknown => unknown(members),
            Self::Caller(caller) => identity(caller, members),
        }
    }
}

/// Spec: the type `Unknown` of the same page: an identity that cannot be determined.
fn unknown(mut members: Members<'_>) {
    members.text("type", "Unknown");
    members.end();
}

fn identity(caller: &VerifiedCaller, mut members: Members<'_>) {
    match caller.principal() {
        Caller::Root { .. } => own(caller, "Root", members),
        Caller::User { .. } => own(caller, "IAMUser", members),
        Caller::RoleSession { .. } => own(caller, "AssumedRole", members),
        Caller::FederatedUser { .. } => own(caller, "FederatedUser", members),
        Caller::WebIdentity { provider } => {
            let proof = caller.web_identity();
            let subject = proof.map(|proof| proof.subject()).unwrap_or_default();
            let application = proof.map(|proof| proof.application_id()).unwrap_or_default();
            members.text("type", "WebIdentityUser");
            members.shown("principalId", format_args!("{provider}:{application}:{subject}"));
            members.text("userName", subject);
            members.text("identityProvider", provider);
            members.end();
        }
        Caller::Saml { .. } => {
            let proof = caller.saml();
            let qualifier = proof.map(|proof| proof.name_qualifier()).unwrap_or_default();
            let subject = proof.map(|proof| proof.assertion().subject()).unwrap_or_default();
            members.text("type", "SAMLUser");
            members.shown("principalId", format_args!("{qualifier}:{subject}"));
            members.text("userName", subject);
            members.text("identityProvider", &qualifier);
            members.end();
        }
        // Spec: the type `AWSService` of the same page: its name is `invokedBy`. Choice: the
        // key that signed stands beside it, since a service can be registered anew.
        Caller::Service { name } => {
            members.text("type", "AWSService");
            members.text("invokedBy", name);
            members.optional("accessKeyId", caller.access_key_id().map(|id| id.as_str()));
            members.end();
        }
        Caller::Anonymous => unknown(members),
    }
}

/// A caller of an account, by a long-term key or a session's.
fn own(caller: &VerifiedCaller, kind: &str, mut members: Members<'_>) {
    members.text("type", kind);
    members.text("principalId", &caller.user_id());
    members.text("arn", caller.arn().as_str());
    members.plain("accountId", &caller.account().digits());
    members.optional("accessKeyId", caller.access_key_id().map(|id| id.as_str()));
    members.optional("userName", caller.user_name().map(|name| name.as_str()));
    if let Some(claims) = caller.claims() {
        session(caller, claims, members.object("sessionContext"));
    }
    members.end();
}

fn session(caller: &VerifiedCaller, claims: &Claims, mut members: Members<'_>) {
    match caller.principal() {
        Caller::RoleSession { account, role_arn, role_id, .. } => {
            let issuer = members.object("sessionIssuer");
            named_issuer("Role", role_id.as_str(), role_arn, *account, issuer);
        }
        Caller::FederatedUser { account, issuer, .. } => match issuer {
            FederatedIssuer::User { arn, id } => {
                let issuer = members.object("sessionIssuer");
                named_issuer("IAMUser", id.as_str(), arn, *account, issuer);
            }
            FederatedIssuer::Root => root_issuer(*account, members.object("sessionIssuer")),
        },
        _ => {}
    }
    if let Some(federation) = claims.federation.as_ref().filter(|it| !is_saml(it)) {
        web_federation(federation, members.object("webIdFederationData"));
    }
    let mut attributes = members.object("attributes");
    // Observed: recorded events have the extended form, the page's example the basic one.
    attributes.plain("creationDate", &claims.issued_at.extended());
    let with_mfa = matches!(claims.mfa, MfaState::Authenticated { .. });
    attributes.text("mfaAuthenticated", if with_mfa { "true" } else { "false" });
    attributes.end();
    // Spec: the page on `userIdentity`, `assumedRoot`: of credentials of AssumeRoot. Choice: not
    // of the call to AssumeRoot itself, which an example of the IAM User Guide has it in.
    members.optional("assumedRoot", caller.root_task().map(|_| "true"));
    members.optional("sourceIdentity", claims.source_identity.as_ref().map(|it| it.as_str()));
    members.end();
}

fn named_issuer(kind: &str, id: &str, arn: &Arn, account: AccountId, mut members: Members<'_>) {
    members.text("type", kind);
    members.text("principalId", id);
    members.text("arn", arn.as_str());
    members.plain("accountId", &account.digits());
    members.optional("userName", arn.as_str().rsplit('/').next());
    members.end();
}

fn root_issuer(account: AccountId, mut members: Members<'_>) {
    members.text("type", "Root");
    members.plain("principalId", &account.digits());
    members.text("arn", Arn::iam(account, "root").as_str());
    members.plain("accountId", &account.digits());
    members.end();
}

/// Spec: the same page, `webIdFederationData`: the provider, and what it reports of
/// application and user, named like its condition keys.
fn web_federation(federation: &Federation, mut members: Members<'_>) {
    let provider = federation.provider.as_str();
    members.text("federatedProvider", provider);
    let prefix = provider.split_once(":oidc-provider/").map_or(provider, |(_, issuer)| issuer);
    let out = members.place("attributes");
    out.push(b'{');
    for (index, (claim, values)) in federation.claims.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        crate::json::display(out, format_args!("{prefix}:{claim}"));
        out.push(b':');
        crate::json::string(out, &values.join(","));
    }
    out.push(b'}');
    members.end();
}

fn is_saml(federation: &Federation) -> bool {
    federation.provider.contains(":saml-provider/")
}
