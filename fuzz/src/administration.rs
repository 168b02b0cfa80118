//! What is read from the administrative socket, at either end, and of a backup.

use std::collections::BTreeSet;

use serde_json::Value;
use stead_administration::{Command, DATABASE, Manifest, Outcome, ROOT_KEY, VERSION};

/// A line of the socket: a command for the server that reads it, an outcome for the client,
/// and the manifest of a backup for who restores that.
pub fn admin_socket(data: &[u8]) {
    if let Ok(command) = Command::parse(data) {
        must_be_as_written(&command, data);
        let again = Command::parse(&command.to_line()).expect("it was written just now");
        assert_eq!(again, command);
    }
    if let Ok(outcome) = serde_json::from_slice::<Outcome>(data) {
        let text = serde_json::to_vec(&outcome).expect("texts and numbers");
        let again: Outcome = serde_json::from_slice(&text).expect("it was written just now");
        assert!(again == outcome, "{outcome:?} is read back as something else");
    }
    if let Ok(manifest) = Manifest::parse(data) {
        assert_eq!(manifest.version, VERSION);
        let names: Vec<_> = manifest.files.iter().map(|file| file.name.as_str()).collect();
        assert!(names == [DATABASE] || names == [DATABASE, ROOT_KEY], "{names:?}");
        assert_eq!(Manifest::parse(&manifest.to_text()), Ok(manifest));
    }
}

/// Nothing in a command that is carried out has another meaning than it says, or none: a
/// misspelled member must not become the usual one.
fn must_be_as_written(command: &Command, data: &[u8]) {
    let members = match serde_json::from_slice(data) {
        Ok(Value::Object(members)) => members,
        _ => panic!("{command:?} was read from what is no object"),
    };
    let names: BTreeSet<&str> = members.keys().map(String::as_str).collect();
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let (name, known) = match command {
        Command::Ping {} => ("ping", vec![]),
        Command::CreateAccount { account } => {
            assert_eq!(text("account"), account.as_deref());
            ("create-account", vec!["account"])
        }
        Command::ImportAccount { account, records, access_keys } => {
            assert_eq!(text("account"), Some(account.as_str()));
            assert_eq!(members.get("access_keys"), Some(&Value::Bool(*access_keys)));
            let count = members.get("records").and_then(Value::as_array).map(Vec::len);
            assert_eq!(count, Some(records.len()));
            ("import-account", vec!["account", "records", "access_keys"])
        }
        Command::ListAccounts {} => ("list-accounts", vec![]),
        Command::ListKeys {} => ("list-keys", vec![]),
        Command::RotateKeys { revoke } => {
            assert_eq!(members.get("revoke"), Some(&Value::Bool(*revoke)));
            ("rotate-keys", vec!["revoke"])
        }
        Command::RotateTokenKeys { account } => {
            assert_eq!(text("account"), Some(account.as_str()));
            ("rotate-token-keys", vec!["account"])
        }
        Command::RewrapKeys { root_key } => {
            let digits = root_key.as_ref().map(|digits| digits.expose());
            assert_eq!(text("root_key"), digits);
            ("rewrap-keys", vec!["root_key"])
        }
        Command::RegisterService { service } => {
            assert_eq!(text("service"), Some(service.as_str()));
            ("register-service", vec!["service"])
        }
        Command::ListServices {} => ("list-services", vec![]),
        Command::RemoveService { service } => {
            assert_eq!(text("service"), Some(service.as_str()));
            ("remove-service", vec!["service"])
        }
        Command::Backup { target, root_key } => {
            assert_eq!(text("target"), target.to_str());
            assert_eq!(members.get("root_key"), Some(&Value::Bool(*root_key)));
            ("backup", vec!["target", "root_key"])
        }
    };
    assert_eq!(text("command"), Some(name));
    let known: BTreeSet<&str> = known.into_iter().chain(["command"]).collect();
    assert!(names.is_subset(&known), "{names:?} are members of {name}");
}
