//! What a request is about, and what its condition keys say.

use stead_api::organizations::Tag;
use stead_authorizer::Ask;
use stead_directory::entity::ResourceTags;
use stead_directory::organization::commands::policy::kind_of;
use stead_directory::organization::commands::tags::{self, Tagged};
use stead_directory::organization::entity::ControlKind;
use stead_directory::organization::{Organization, full_access_arn, full_access_id};
use stead_service::Call;
use stead_types::{AccountId, TagSet};

use crate::scope;

/// Something that a request names by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject<'a> {
    /// The action knows no resource.
    Nothing,
    /// A member account.
    Account(&'a str),
    /// An organizational unit.
    Unit(&'a str),
    /// The root.
    Root(&'a str),
    /// A policy.
    Policy(&'a str),
    /// The root or a unit.
    Parent(&'a str),
    /// A unit or an account.
    Child(&'a str),
    /// The root, a unit or an account.
    Target(&'a str),
    /// Whatever can have tags.
    Tagged(&'a str),
    /// An invitation.
    Handshake(&'a str),
    /// An account that is to be created.
    NewAccount,
    /// A unit that is to be created.
    NewUnit,
    /// A policy of this type that is to be created.
    NewPolicy(&'a str),
}

/// A condition key of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key<'a> {
    /// `organizations:PolicyType`, as the request says it.
    PolicyType(&'a str),
    /// The same, of the policy that the request names.
    TypeOfPolicy(&'a str),
    /// `organizations:ServicePrincipal`, where the request names one.
    ServicePrincipal(Option<&'a str>),
    /// `aws:RequestTag/...` and `aws:TagKeys`.
    Tags(&'a [Tag]),
    /// `aws:TagKeys`.
    TagKeys(&'a [String]),
}

impl Subject<'_> {
    /// The question about it. Without an organization nothing that is named can be anywhere.
    pub(super) fn ask(&self, action: &'static str, call: &Call<'_>) -> Ask {
        let account = call.account.account();
        if let Self::Handshake(id) = self {
            return Self::ask_about_invitation(id, action, call);
        }
        let arn = call.organization().and_then(|organization| {
            let tags = self.id().and_then(|id| tags_of(organization, id));
            Some((self.arn(organization)?, tags))
        });
        let Some((arn, tags)) = arn else { return Ask::any(action, account) };
        // Choice: of the caller's own account, also where another one manages the
        // organization: whether its own policies let it ask is answered by them alone, and
        // that the organization does not is told after.
        Ask::plain(action, account, arn).with_resource_tags(tags.as_ref())
    }

    /// The question about an invitation: one that the caller is not told of is asked about as
    /// one of the caller's organization.
    fn ask_about_invitation(id: &str, action: &'static str, call: &Call<'_>) -> Ask {
        let account = call.account.account();
        let found = scope::handshake(call, id);
        let organization = found.ok().map(|(organization, _)| organization);
        match organization.or(call.organization()) {
            Some(organization) => {
                let arn = organization.root().arn("handshake", &["invite", id]);
                Ask::plain(action, account, arn)
            }
            None => Ask::any(action, account),
        }
    }

    const fn id(&self) -> Option<&str> {
        match self {
            Self::Nothing | Self::NewAccount | Self::NewUnit | Self::NewPolicy(_) => None,
            Self::Account(id)
            | Self::Unit(id)
            | Self::Root(id)
            | Self::Policy(id)
            | Self::Parent(id)
            | Self::Child(id)
            | Self::Target(id)
            | Self::Tagged(id)
            | Self::Handshake(id) => Some(id),
        }
    }

    /// Its ARN.
    ///
    /// Choice: the id of what is to be created, which nobody knows yet, is a `*`, so that
    /// policies for all of its type match, and those for one of them do not.
    pub(super) fn arn(&self, organization: &Organization) -> Option<String> {
        let root = organization.root();
        match self {
            Self::Nothing => None,
            Self::NewAccount => Some(root.arn("account", &["*"])),
            Self::NewUnit => Some(root.arn("ou", &["ou-*"])),
            Self::NewPolicy(kind) => {
                let kind = ControlKind::from_wire(kind).map(ControlKind::arn_word);
                // Choice: kinds that are not here are refused after the policies were asked.
                Some(root.arn("policy", &[kind.unwrap_or("*"), "p-*"]))
            }
            Self::Handshake(id) => Some(root.arn("handshake", &["invite", id])),
            named => named.id().map(|id| existing_arn(organization, id)),
        }
    }
}

/// Spec: Service Authorization Reference, "Resource types defined by AWS Organizations".
/// The kind of thing is told by the form of its id, whether or not it exists.
fn existing_arn(organization: &Organization, id: &str) -> String {
    let root = organization.root();
    if id.starts_with("r-") {
        root.arn("root", &[id])
    } else if id.starts_with("ou-") {
        root.arn("ou", &[id])
    } else if id.starts_with("rp-") {
        root.arn("resourcepolicy", &[id])
    } else if id.starts_with("rt-") {
        // Choice: there are none, so nothing is known of the type and direction of one.
        root.arn("transfer", &["*", "*", id])
    } else if id.starts_with("p-") {
        policy_arn(organization, id)
    } else {
        // Choice: an address, by which an account may be invited, is in no message.
        let number = id.parse::<AccountId>().is_ok();
        root.arn("account", &[if number { id } else { "*" }])
    }
}

fn policy_arn(organization: &Organization, id: &str) -> String {
    let managed = ControlKind::ALL.into_iter().find(|kind| full_access_id(*kind).as_str() == id);
    if let Some(kind) = managed {
        return full_access_arn(kind).to_string();
    }
    // Choice: one that does not exist is asked about as a service control policy.
    let kind = kind(organization, id).unwrap_or(ControlKind::ServiceControl);
    organization.root().arn("policy", &[kind.arn_word(), id])
}

fn kind(organization: &Organization, id: &str) -> Option<ControlKind> {
    kind_of(organization, &id.parse().ok()?).ok()
}

fn tags_of(organization: &Organization, id: &str) -> Option<TagSet> {
    let tagged: Tagged = scope::tagged(organization, id)?;
    let tags: &ResourceTags = tags::of(organization, &tagged).ok()?;
    Some(crate::tags::set_of(tags))
}

impl Key<'_> {
    /// Whether there are tags to be put on something.
    pub(super) const fn brings_tags(&self) -> bool {
        matches!(self, Self::Tags(tags) if !tags.is_empty())
    }

    pub(super) fn added_to(&self, ask: Ask, call: &Call<'_>) -> Ask {
        match self {
            Self::PolicyType(name) => ask.with("organizations:PolicyType", name),
            Self::TypeOfPolicy(id) => {
                let kind = call.organization().and_then(|organization| kind(organization, id));
                match kind {
                    Some(kind) => ask.with("organizations:PolicyType", kind.wire_name()),
                    None => ask,
                }
            }
            Self::ServicePrincipal(Some(name)) => ask.with("organizations:ServicePrincipal", name),
            Self::ServicePrincipal(None) => ask,
            Self::Tags(tags) => {
                let tagged = tags.iter().fold(ask, |ask, tag| {
                    ask.with(format!("aws:RequestTag/{}", tag.key), &tag.value)
                });
                with_keys(tagged, tags.iter().map(|tag| tag.key.as_str()))
            }
            Self::TagKeys(keys) => with_keys(ask, keys.iter().map(String::as_str)),
        }
    }
}

/// A request without tags has no key for them.
fn with_keys<'k>(ask: Ask, keys: impl ExactSizeIterator<Item = &'k str>) -> Ask {
    if keys.len() == 0 { ask } else { ask.with_all("aws:TagKeys", keys) }
}
