//! Commands and their outcomes, one line of JSON each.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use crate::Manifest;

/// What can be asked of a running server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Says that somebody is there.
    Ping {},
    /// Creates an account with a root access key.
    CreateAccount {
        /// Its number; a random one where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<String>,
    },
    /// Creates an account with a root access key, and in it all that was exported of it.
    ImportAccount {
        /// Its number.
        account: String,
        /// Its users, groups, roles, policies and providers.
        records: Vec<RecordText>,
        /// Whether each user gets an access key.
        access_keys: bool,
    },
    /// Lists the hosted accounts.
    ListAccounts {},
    /// Shows the keys, and how far a change of the root key is.
    ListKeys {},
    /// Puts a fresh key in the place of the one that seals sessions.
    RotateKeys {
        /// Whether the old keys are dropped at once, and every session with them.
        revoke: bool,
    },
    /// Puts fresh keys in the place of those that sign an account's identity tokens.
    RotateTokenKeys {
        /// The number of the account.
        account: String,
    },
    /// Begins to wrap everything under another root key; `list-keys` tells how far it is.
    RewrapKeys {
        /// The key; one is made beside the data where none is given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        root_key: Option<KeyDigits>,
    },
    /// Registers a service that calls for itself, with a key of its own.
    RegisterService {
        /// Its name, such as `storage.example.internal`.
        service: String,
    },
    /// Lists the registered services.
    ListServices {},
    /// Removes a service: its key signs nothing any more.
    RemoveService {
        /// Its name.
        service: String,
    },
    /// Takes a backup.
    Backup {
        /// The directory to make, an absolute path as the server sees it.
        target: PathBuf,
        /// Whether the root key goes into it.
        root_key: bool,
    },
}

/// A record of an account, as the store keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordText {
    /// The key, such as `user/AIDA...`.
    pub key: String,
    /// The version of its format.
    pub format: u16,
    /// JSON.
    pub body: String,
}

// Bodies hold what people name freely: logs get the size.
impl std::fmt::Debug for RecordText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "RecordText({}, {} bytes)", self.key, self.body.len())
    }
}

/// A root key on its way through the socket: 64 hexadecimal digits.
///
/// They are not shown, and wiped here when this is dropped; so are the line they are written
/// to and the one they are read from. The buffers of the reader on the socket and of the
/// system are not, nor is what the JSON reader copies where somebody escapes digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyDigits(String);

impl KeyDigits {
    /// These digits.
    #[must_use]
    pub fn new(digits: &str) -> Self {
        Self(digits.to_owned())
    }

    /// The digits.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for KeyDigits {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for KeyDigits {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeyDigits(..)")
    }
}

/// What came of a command.
///
/// No `Debug` beyond the derived one of its variants' names: the secret of a new
/// account's key is in it, once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Outcome {
    /// Somebody is there.
    Pong {
        /// The process that answers.
        process: u32,
    },
    /// The account exists now.
    AccountCreated {
        /// Its number.
        account: String,
        /// The id of its root access key.
        access_key_id: String,
        /// The key's secret: it is told this once.
        secret_access_key: String,
    },
    /// The account exists now, with what was exported.
    AccountImported {
        /// Its number.
        account: String,
        /// Its root access key.
        root: NewKey,
        /// The keys of its users, where they were asked for: by the users' names.
        users: Vec<UserKey>,
    },
    /// The hosted accounts, ascending.
    Accounts {
        /// Their numbers.
        accounts: Vec<String>,
    },
    /// The keys as they are.
    Keys(KeysShown),
    /// Another key seals sessions now.
    KeysRotated {
        /// The ids of the keys that were dropped.
        dropped: Vec<String>,
        /// The keys as they are.
        keys: KeysShown,
    },
    /// Other keys sign an account's identity tokens now.
    TokenKeysRotated {
        /// The ids of the keys that sign.
        signing: Vec<String>,
        /// The ids of those that are published until their last tokens have expired.
        published: Vec<String>,
    },
    /// The change of the root key has begun.
    RewrapBegun {},
    /// The service is registered now.
    ServiceRegistered {
        /// Its name.
        service: String,
        /// Its access key: the secret is told this once.
        key: NewKey,
    },
    /// The registered services, by name.
    Services {
        /// What may be shown of each.
        services: Vec<ServiceShown>,
    },
    /// The service is not registered any more.
    ServiceRemoved(ServiceShown),
    /// The backup is there.
    BackedUp(Manifest),
    /// The command was refused or failed.
    Refused(Refusal),
}

/// An access key at the one moment its secret is told.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The id.
    pub access_key_id: String,
    /// The secret.
    pub secret_access_key: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "NewKey({})", self.access_key_id)
    }
}

/// The new access key of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserKey {
    /// The name of the user.
    pub user: String,
    /// The key.
    pub key: NewKey,
}

/// The keys of an installation. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysShown {
    /// The id of the root key that everything is wrapped under, or is going to be.
    pub root_key: String,
    /// The keys of sessions, the one that seals first.
    pub session_keys: Vec<SessionKeyShown>,
    /// The change of the root key that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rewrap: Option<RewrapShown>,
    /// A file in the data directory with a root key that opens nothing here any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_behind: Option<PathBuf>,
}

/// A key of sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionKeyShown {
    /// Its id.
    pub id: String,
    /// When it was made.
    pub created_at: String,
    /// Until when it opens what it has sealed; the key that seals has no such time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_until: Option<String>,
}

/// How far a change of the root key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RewrapShown {
    /// The id of the root key that is given up.
    pub from: String,
    /// Accounts that still have to be looked at, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining: Option<usize>,
    /// Why it stopped last, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// A registered service. Nothing of it is secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceShown {
    /// Its name.
    pub service: String,
    /// The id of the access key that it signs with.
    pub access_key_id: String,
    /// When it was registered.
    pub created_at: String,
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// One line.
    pub error: String,
    /// What to do about it.
    pub help: String,
}

impl Command {
    /// The command on a line of the socket.
    ///
    /// # Errors
    /// Whatever is no command; nothing of the line is repeated.
    pub fn parse(line: &[u8]) -> Result<Self, Refusal> {
        let refused = || {
            Refusal::new(
                "the command cannot be read",
                "use the `stead` of the same version as the server",
            )
        };
        // An object only: in a list, which would be read too, nothing has a name.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Err(refused());
        }
        serde_json::from_slice(line).map_err(|_| refused())
    }

    /// The line of the command, without its end.
    #[must_use]
    pub fn to_line(&self) -> Zeroizing<Vec<u8>> {
        // Longer than any with a key in it: one that grows would leave a copy behind.
        let mut line = Zeroizing::new(Vec::with_capacity(LINE_BYTES_USUAL));
        // Texts and numbers only: writing them to memory cannot fail.
        let _ = serde_json::to_writer(&mut *line, self);
        line
    }
}

/// More than most commands have. Choice.
const LINE_BYTES_USUAL: usize = 512;

impl std::fmt::Debug for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Pong { .. } => "Pong",
            Self::AccountCreated { .. } => "AccountCreated",
            Self::AccountImported { .. } => "AccountImported",
            Self::Accounts { .. } => "Accounts",
            Self::Keys(_) => "Keys",
            Self::KeysRotated { .. } => "KeysRotated",
            Self::TokenKeysRotated { .. } => "TokenKeysRotated",
            Self::RewrapBegun {} => "RewrapBegun",
            Self::ServiceRegistered { .. } => "ServiceRegistered",
            Self::Services { .. } => "Services",
            Self::ServiceRemoved(_) => "ServiceRemoved",
            Self::BackedUp(_) => "BackedUp",
            Self::Refused(_) => "Refused",
        };
        formatter.debug_struct(name).finish_non_exhaustive()
    }
}

impl Refusal {
    /// The reason, and what to do about it.
    #[must_use]
    pub fn new(error: impl Into<String>, help: impl Into<String>) -> Self {
        Self { error: error.into(), help: help.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_strictly() {
        let read = |text: &str| Command::parse(text.as_bytes()).ok();
        assert_eq!(read(r#"{"command":"list-accounts"}"#), Some(Command::ListAccounts {}));
        assert_eq!(
            read(r#"{"command":"create-account"}"#),
            Some(Command::CreateAccount { account: None })
        );
        for bad in [
            "",
            "{}",
            r#"{"command":"delete-account"}"#,
            r#"{"command":"create-account","acount":"111122223333"}"#,
            r#"{"command":"create-account","account":111122223333}"#,
            r#"{"command":"list-accounts"} x"#,
            r#"{"command":"register-service"}"#,
            r#"{"command":"remove-service","service":["storage.example.internal"]}"#,
            r#"["ping"]"#,
            r#"["rotate-keys",true]"#,
            r#"{"command":"rotate-keys"}"#,
            r#"{"command":"rotate-keys","revoke":false,"revoke":true}"#,
            r#"{"command":"rotate-keys","revoke":"yes"}"#,
            r#"{"command":"rewrap-keys","root_key":["0f"]}"#,
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_command_does_not_show_its_secret() {
        let command = Command::RewrapKeys { root_key: Some(KeyDigits::new("0f0f")) };
        assert!(!format!("{command:?}").contains("0f0f"));
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(text, r#"{"command":"rewrap-keys","root_key":"0f0f"}"#);
    }

    #[test]
    fn an_outcome_does_not_show_its_secret() {
        let outcome = Outcome::AccountCreated {
            account: "111122223333".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalr".to_owned(),
        };
        assert!(!format!("{outcome:?}").contains("wJalr"));
        let key = NewKey {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalr".to_owned(),
        };
        assert!(!format!("{key:?}").contains("wJalr"));
        let outcome = Outcome::ServiceRegistered { service: "a.example".to_owned(), key };
        assert!(!format!("{outcome:?}").contains("wJalr"));
    }
}
