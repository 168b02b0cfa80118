//! The events of administrative commands.

use stead_administration::{Command, Outcome};
use stead_audit::{Administration, Operator};
use stead_types::Timestamp;

use crate::entropy::SystemEntropy;
use crate::request_id::RequestId;

/// What the event of a command says of it. No secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Noted {
    name: &'static str,
    parameters: Vec<(&'static str, String)>,
}

impl Noted {
    /// Of a command that changes something, or lets something out.
    ///
    /// Choice: what only lists has no event. It tells nothing that is secret, and a change
    /// of the root key asks ten times a second how far it is.
    pub(crate) fn of(command: &Command) -> Option<Self> {
        let (name, parameters) = match command {
            Command::Ping {}
            | Command::ListAccounts {}
            | Command::ListKeys {}
            | Command::ListServices {} => return None,
            Command::CreateAccount { account } => {
                let account = account.iter().map(|account| ("account", account.clone()));
                ("CreateAccount", account.collect())
            }
            Command::ImportAccount { account, records, access_keys } => {
                let parameters = [
                    ("account", account.chars().take(12).collect()),
                    ("records", records.len().to_string()),
                    ("accessKeys", access_keys.to_string()),
                ];
                ("ImportAccount", parameters.into())
            }
            Command::RotateKeys { revoke } => ("RotateKeys", vec![("revoke", revoke.to_string())]),
            Command::RotateTokenKeys { account } => {
                ("RotateTokenKeys", vec![("account", account.chars().take(12).collect())])
            }
            Command::RewrapKeys { root_key } => {
                let kept = if root_key.is_some() { "elsewhere" } else { "beside the data" };
                ("RewrapKeys", vec![("rootKey", kept.to_owned())])
            }
            Command::RegisterService { service } => ("RegisterService", named(service)),
            Command::RemoveService { service } => ("RemoveService", named(service)),
            Command::Backup { target, root_key } => {
                let parameters = [
                    ("target", target.display().to_string()),
                    ("withRootKey", root_key.to_string()),
                ];
                ("Backup", parameters.into())
            }
        };
        Some(Self { name, parameters })
    }

    /// The event, once it is known what came of the command.
    pub(crate) fn event(&self, outcome: &Outcome, operator: Operator, now: Timestamp) -> Vec<u8> {
        let response = response(outcome);
        let failure = match outcome {
            Outcome::Refused(refusal) => Some(refusal.error.as_str()),
            _ => None,
        };
        let account = match outcome {
            Outcome::AccountCreated { account, .. } | Outcome::AccountImported { account, .. } => {
                account.parse().ok()
            }
            _ => None,
        };
        let event = Administration {
            time: now,
            name: self.name,
            operator,
            parameters: &self.parameters,
            response: &response,
            failure,
            account,
            event_id: &RequestId::generate(&mut SystemEntropy).to_string(),
        };
        event.to_json()
    }
}

/// Of a name that may be none, no more than the longest has.
fn named(service: &str) -> Vec<(&'static str, String)> {
    vec![("service", service.chars().take(253).collect())]
}

/// What came of it, without what is secret.
fn response(outcome: &Outcome) -> Vec<(&'static str, String)> {
    match outcome {
        Outcome::AccountCreated { account, access_key_id, secret_access_key: _ } => {
            vec![("account", account.clone()), ("accessKeyId", access_key_id.clone())]
        }
        Outcome::AccountImported { account, root, users } => {
            let keys: Vec<&str> =
                users.iter().map(|user| user.key.access_key_id.as_str()).collect();
            vec![
                ("account", account.clone()),
                ("accessKeyId", root.access_key_id.clone()),
                ("userAccessKeyIds", keys.join(" ")),
            ]
        }
        Outcome::KeysRotated { dropped, keys } => {
            let sealing = keys.session_keys.first().map(|key| key.id.clone());
            vec![("sessionKey", sealing.unwrap_or_default()), ("dropped", dropped.join(" "))]
        }
        Outcome::TokenKeysRotated { signing, published } => {
            vec![("signing", signing.join(" ")), ("published", published.join(" "))]
        }
        Outcome::ServiceRegistered { service: _, key } => {
            vec![("accessKeyId", key.access_key_id.clone())]
        }
        Outcome::ServiceRemoved(service) => {
            vec![("accessKeyId", service.access_key_id.clone())]
        }
        Outcome::BackedUp(manifest) => vec![
            ("rootKey", manifest.root_key.clone()),
            ("accounts", manifest.accounts.to_string()),
        ],
        Outcome::Pong { .. }
        | Outcome::Accounts { .. }
        | Outcome::Keys(_)
        | Outcome::Services { .. }
        | Outcome::RewrapBegun {}
        | Outcome::Refused(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use stead_administration::{KeyDigits, NewKey};

    use super::*;

    #[test]
    fn no_event_holds_a_secret() {
        let digits = "0f".repeat(32);
        let rewrap = Command::RewrapKeys { root_key: Some(KeyDigits::new(&digits)) };
        let create = Command::CreateAccount { account: None };
        let created = Outcome::AccountCreated {
            account: "111122223333".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalr".to_owned(),
        };
        let service = "storage.example.internal".to_owned();
        let register = Command::RegisterService { service: service.clone() };
        let key = NewKey {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalr".to_owned(),
        };
        let registered = Outcome::ServiceRegistered { service, key };
        for (command, outcome) in
            [(rewrap, Outcome::RewrapBegun {}), (create, created), (register, registered)]
        {
            let noted = Noted::of(&command).unwrap();
            let now = Timestamp::from_epoch_seconds(0);
            let event = noted.event(&outcome, Operator::Socket { user: 7 }, now);
            let text = String::from_utf8(event).unwrap();
            assert!(text.contains("\"principalId\":\"uid:7\""), "{text}");
            assert!(!text.contains("0f0f") && !text.contains("wJalr"), "{text}");
        }
    }

    #[test]
    fn what_only_looks_has_no_event() {
        for command in [
            Command::Ping {},
            Command::ListAccounts {},
            Command::ListKeys {},
            Command::ListServices {},
        ] {
            assert_eq!(Noted::of(&command), None);
        }
    }
}
