//! What an operation is done to.

use stead_api::ApiError;
use stead_authorizer::Ask;
use stead_service::Call;

use super::Member;
use crate::ask::{self, Kind};
use crate::change_password::caller as calling_user;
use crate::login_profile::named as named_user;
use crate::target::Target;

/// What an operation is done to, and how the request names it.
pub(crate) enum Resource<Input> {
    /// The action knows no resource.
    Any,
    /// Something that exists or not: a policy, a provider by ARN, an MFA device by serial
    /// number, the rest by name.
    Existing(Kind, Member<Input, str>),
    /// Something by name, and the same with the name and path that it is to get.
    ///
    /// Spec: API UpdateUser, UpdateGroup, UpdateServerCertificate: the permission is needed on
    /// it as it is and as it will be.
    Changed {
        /// What it is.
        kind: Kind,
        /// Its name.
        name: Member<Input, str>,
        /// The name it is to get, if it is to get another.
        new_name: Member<Input, Option<String>>,
        /// The path it is to get, if it is to get another.
        new_path: Member<Input, Option<String>>,
    },
    /// Something that is to be created. What has its name already is not looked at.
    New(Kind, Option<Member<Input, Option<String>>>, Member<Input, str>),
    /// What lies under a path.
    Listed(Kind, Option<Member<Input, Option<String>>>),
    /// All of a kind.
    All(Kind),
    /// The user who is named, or else the user or root user who calls.
    UserOrCaller(Member<Input, Option<String>>),
    /// The user who is named, or else the user who calls. The root user has none of these.
    UserOrCallingUser(Member<Input, Option<String>>),
    /// The user who calls.
    CallingUser,
    /// What a function finds.
    By {
        /// What it can be, by the types of the service authorization reference.
        types: &'static [&'static str],
        /// Whether its tags are known.
        tags: Tags,
        /// How the request names it, for the page.
        named: &'static str,
        /// The question about it.
        ask: fn(&'static str, &Input, &Call<'_>) -> Result<Ask, ApiError>,
    },
}

/// Whether a question brings the tags of what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tags {
    /// Where there is something that has any.
    OfResource,
    /// Never: it does not exist yet, or knows none.
    None,
}

/// A resource as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The types of the service authorization reference.
    pub(super) types: Vec<&'static str>,
    /// How it is named: text for the page, with the fields of the request in braces.
    pub(super) named: String,
    /// Whether its tags are known.
    pub(super) tags: Tags,
    /// Whether the operation looks through what there is and is not done to one thing.
    pub(super) list: bool,
}

impl<Input> Resource<Input> {
    /// The question about it.
    ///
    /// # Errors
    /// What AWS answers before it asks any policy, from the request and the caller alone.
    pub(super) fn ask(
        &self,
        action: &'static str,
        input: &Input,
        call: &Call<'_>,
    ) -> Result<Ask, ApiError> {
        Ok(match self {
            Self::Any => Ask::any(action, call.account.account()),
            Self::Existing(kind, name) => ask::existing(action, *kind, (name.of)(input), call)?,
            Self::Changed { kind, name, .. } => {
                ask::existing(action, *kind, (name.of)(input), call)?
            }
            Self::New(kind, path, name) => {
                let path = path.and_then(|path| (path.of)(input).as_deref());
                ask::creation(action, *kind, path, (name.of)(input), call)
            }
            Self::Listed(kind, prefix) => {
                let prefix = prefix.and_then(|prefix| (prefix.of)(input).as_deref());
                ask::listing(action, *kind, prefix, call)
            }
            Self::All(kind) => ask::all(action, *kind, call),
            Self::UserOrCaller(name) => {
                let target = Target::named_or_calling((name.of)(input).as_deref(), call)?;
                target.ask(action, call)
            }
            Self::UserOrCallingUser(name) => {
                ask::user(action, &named_user((name.of)(input).as_deref(), call)?, call)
            }
            Self::CallingUser => ask::user(action, calling_user(call)?.as_str(), call),
            Self::By { ask, .. } => ask(action, input, call)?,
        })
    }

    /// The question about it as it will be, where the request changes its name or path.
    pub(super) fn after(&self, before: &Ask, input: &Input, call: &Call<'_>) -> Option<Ask> {
        let Self::Changed { kind, name: _, new_name, new_path } = self else { return None };
        let (new_name, new_path) = ((new_name.of)(input), (new_path.of)(input));
        ask::changed(before, *kind, new_name.as_deref(), new_path.as_deref(), call)
    }

    /// What the page and the comparison with the reference say of it.
    pub(super) fn shown(&self) -> Shown {
        let tags = |kind: &Kind| if kind.has_tags() { Tags::OfResource } else { Tags::None };
        let shown = |kind: &Kind, named: String, tags, list| Shown {
            types: vec![kind.word()],
            named,
            tags,
            list,
        };
        let user = |named: &str| shown(&Kind::User, named.to_owned(), Tags::OfResource, false);
        match self {
            Self::Any => Shown {
                types: Vec::new(),
                named: String::from("`*`"),
                tags: Tags::None,
                list: false,
            },
            Self::Existing(kind, name) => {
                shown(kind, format!("`{{{}}}`", name.name), tags(kind), false)
            }
            Self::Changed { kind, name, new_name, new_path } => {
                let (name, new_name, new_path) = (name.name, new_name.name, new_path.name);
                let named = format!(
                    "`{{{name}}}`, and as it will be with `{{{new_name}}}` and `{{{new_path}}}`"
                );
                shown(kind, named, tags(kind), false)
            }
            Self::New(kind, path, name) => {
                let path = path.map(|path| format!("`{{{}}}` and ", path.name));
                let named =
                    format!("to be created: {}`{{{}}}`", path.unwrap_or_default(), name.name);
                shown(kind, named, Tags::None, false)
            }
            Self::Listed(kind, prefix) => {
                let prefix =
                    prefix.map_or("`/`".to_owned(), |prefix| format!("`{{{}}}`", prefix.name));
                shown(kind, format!("all under {prefix}"), Tags::None, true)
            }
            Self::All(kind) => shown(kind, String::from("all"), Tags::None, true),
            Self::UserOrCaller(name) => {
                user(&format!("`{{{}}}`, else the user or root user who calls", name.name))
            }
            Self::UserOrCallingUser(name) => {
                user(&format!("`{{{}}}`, else the user who calls", name.name))
            }
            Self::CallingUser => user("the user who calls"),
            Self::By { types, tags, named, .. } => Shown {
                types: types.to_vec(),
                named: (*named).to_owned(),
                tags: *tags,
                list: false,
            },
        }
    }
}
