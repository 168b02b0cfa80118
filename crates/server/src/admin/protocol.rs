use serde::{Deserialize, Serialize};

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
    /// Lists the hosted accounts.
    ListAccounts {},
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
    /// The hosted accounts, ascending.
    Accounts {
        /// Their numbers.
        accounts: Vec<String>,
    },
    /// The command was refused or failed.
    Refused(Refusal),
}

/// Why a command was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// One line.
    pub error: String,
    /// What to do about it.
    pub help: String,
}

impl std::fmt::Debug for Outcome {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Pong { .. } => "Pong",
            Self::AccountCreated { .. } => "AccountCreated",
            Self::Accounts { .. } => "Accounts",
            Self::Refused(_) => "Refused",
        };
        formatter.debug_struct(name).finish_non_exhaustive()
    }
}

impl Refusal {
    pub(super) fn new(error: impl Into<String>, help: impl Into<String>) -> Self {
        Self { error: error.into(), help: help.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_strictly() {
        let read = |text: &str| serde_json::from_str::<Command>(text).ok();
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
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_outcome_does_not_show_its_secret() {
        let outcome = Outcome::AccountCreated {
            account: "111122223333".to_owned(),
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: "wJalr".to_owned(),
        };
        assert!(!format!("{outcome:?}").contains("wJalr"));
    }
}
