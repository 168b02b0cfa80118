//! What is found in a token, before anybody decides how to show it.

use serde_json::{Map, Value, json};
use stead_federation::oidc::{ConditionKey, KeyValues, SessionTags};
use stead_types::Timestamp;

use super::words::relative;

/// Everything that is said of a token. `docs/token-inspect.md` documents its JSON form.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) kind: Kind,
    pub(super) now: Timestamp,
    /// The header of a token; nothing of a SAML response.
    pub(super) header: Map<String, Value>,
    /// The claims of a token, the parts and attributes of a SAML assertion.
    pub(super) claims: Map<String, Value>,
    pub(super) moments: Vec<Moment>,
    pub(super) condition_keys: Vec<ConditionKey>,
    pub(super) session: Session,
    pub(super) signature: Signature,
    /// Why it would be refused, in the order of the check.
    pub(super) refusals: Vec<String>,
    /// What people trip over, and is no reason to refuse.
    pub(super) notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    OpenIdConnect,
    Saml,
}

/// A moment that the token names, with what it means.
#[derive(Debug)]
pub(super) struct Moment {
    pub(super) name: String,
    pub(super) at: Timestamp,
    pub(super) words: String,
}

/// What the token would ask of the session.
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) name: Option<String>,
    /// Key, value, and whether it lasts through role chains.
    pub(super) tags: Vec<(String, String, bool)>,
    pub(super) source_identity: Option<String>,
    /// The roles it may be used for; `None` where it does not say.
    pub(super) roles: Option<Vec<String>>,
}

#[derive(Debug)]
pub(super) enum Signature {
    /// Nobody looked. The text says what there is to look at.
    NotChecked(String),
    /// It is that of this key.
    Holds { key_id: Option<String> },
    /// It is not; the reason is among the refusals.
    Fails,
}

impl Report {
    pub(super) fn new(kind: Kind, now: Timestamp, signature: Signature) -> Self {
        Self {
            kind,
            now,
            header: Map::new(),
            claims: Map::new(),
            moments: Vec::new(),
            condition_keys: Vec::new(),
            session: Session::default(),
            signature,
            refusals: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn refuse(&mut self, reason: impl ToString) {
        let reason = reason.to_string();
        if !self.refusals.contains(&reason) {
            self.refusals.push(reason);
        }
    }

    pub(super) fn refuse_all(&mut self, reasons: impl IntoIterator<Item = impl ToString>) {
        for reason in reasons {
            self.refuse(reason);
        }
    }

    /// Adds a moment; `before` and `after` say what it means until then and since.
    pub(super) fn moment(&mut self, name: &str, at: Timestamp, before: &str, after: &str) {
        let words = if at > self.now { before } else { after };
        let words = format!("{words} {}", relative(at, self.now));
        self.moments.push(Moment { name: name.to_owned(), at, words });
    }

    pub(super) fn tags(&mut self, tags: &SessionTags) {
        let is_transitive = |key: &str| {
            tags.transitive.iter().any(|other| other.as_str().eq_ignore_ascii_case(key))
        };
        self.session.tags.extend(tags.tags.iter().map(|tag| {
            let (key, value) = (tag.key.as_str(), tag.value.as_str());
            (key.to_owned(), value.to_owned(), is_transitive(key))
        }));
    }

    pub(super) fn json(&self) -> Value {
        let moments = self.moments.iter().map(|moment| {
            json!({ "name": moment.name, "at": moment.at.to_string(), "words": moment.words })
        });
        let keys = self.condition_keys.iter().map(|key| {
            let is_multivalued = matches!(key.values, KeyValues::Many(_));
            json!({ "name": key.name, "values": values(key), "multivalued": is_multivalued })
        });
        let tags = self.session.tags.iter().map(|(key, value, transitive)| {
            json!({ "key": key, "value": value, "transitive": transitive })
        });
        let signature = match &self.signature {
            Signature::NotChecked(what) => json!({ "state": "not checked", "note": what }),
            Signature::Holds { key_id } => json!({ "state": "holds", "key_id": key_id }),
            Signature::Fails => json!({ "state": "fails" }),
        };
        json!({
            "version": 1,
            "kind": match self.kind { Kind::OpenIdConnect => "oidc", Kind::Saml => "saml" },
            "verified": matches!(self.signature, Signature::Holds { .. }),
            "now": self.now.to_string(),
            "signature": signature,
            "header": self.header,
            "claims": self.claims,
            "moments": moments.collect::<Vec<_>>(),
            "condition_keys": keys.collect::<Vec<_>>(),
            "session": {
                "name": self.session.name,
                "tags": tags.collect::<Vec<_>>(),
                "source_identity": self.session.source_identity,
                "roles": self.session.roles,
            },
            "refusals": self.refusals,
            "notes": self.notes,
        })
    }
}

pub(super) fn values(key: &ConditionKey) -> Vec<&str> {
    match &key.values {
        KeyValues::One(value) => vec![value],
        KeyValues::Many(values) => values.iter().map(String::as_str).collect(),
    }
}
