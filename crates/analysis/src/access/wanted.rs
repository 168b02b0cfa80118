//! What a session has to be so that it can go on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Hop, Principal};
use crate::attempt::{Attempt, Operation};

/// What a hop needs of the session that makes it: whoever begins that session must be able
/// to give it these.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wanted {
    session_name: Option<String>,
    source_identity: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Wanted {
    /// What the hop needs of whoever makes it.
    pub(crate) fn of(hop: &Hop) -> Self {
        let mut wanted = Self::default();
        let Principal::Role { session, .. } = &hop.from else { return wanted };
        wanted.session_name.clone_from(session);
        for condition in &hop.conditions {
            let Value::String(value) = &condition.value else { continue };
            let key = condition.key.to_ascii_lowercase();
            if key == "aws:sourceidentity" {
                wanted.source_identity = Some(value.clone());
            } else if key.starts_with("aws:principaltag/") {
                let tag = condition.key.split_once('/').map_or("", |(_, tag)| tag);
                wanted.tags.insert(tag.to_owned(), value.clone());
            }
        }
        wanted
    }

    /// Asks for such a session. Tokens and assertions bring tags and identities of their
    /// own, which nobody can choose: false where these would be needed.
    pub(super) fn add_to(&self, attempt: &mut Attempt) -> bool {
        let parameters = &mut attempt.parameters;
        if let Some(name) = &self.session_name {
            parameters.insert("RoleSessionName".to_owned(), json!(name));
        }
        if attempt.operation != Operation::AssumeRole {
            return self.source_identity.is_none() && self.tags.is_empty();
        }
        if let Some(identity) = &self.source_identity {
            parameters.insert("SourceIdentity".to_owned(), json!(identity));
        }
        if !self.tags.is_empty() {
            let tags = self.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
            parameters.insert("Tags".to_owned(), tags.collect());
        }
        true
    }

    /// The keys that are known since the request has them.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'static str> {
        let name = self.session_name.is_some().then_some("sts:RoleSessionName");
        name.into_iter()
    }
}
