//! The cases of the corpus, each with account numbers of its own: one server has them all.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

/// The account of whoever begins the sessions that cases call with.
pub(crate) const BEGINNER: &str = "999988887777";

/// Cases have three accounts at most.
const ACCOUNTS_MAX: usize = 10;

/// A case.
pub(crate) struct Case {
    pub(crate) name: String,
    /// The accounts as they are imported.
    pub(crate) accounts: Vec<Value>,
    pub(crate) attempt: Value,
    /// The code and the message that AWS answered, and the cause.
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) cause: String,
}

/// All cases, by name.
pub(crate) fn all() -> Vec<Case> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus/denials");
    let mut files: Vec<_> =
        std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 50, "only {} cases were found", files.len());
    files.iter().enumerate().map(|(index, file)| Case::read(file, index)).collect()
}

impl Case {
    fn read(file: &Path, index: usize) -> Self {
        let text = renumbered(&std::fs::read_to_string(file).unwrap(), index);
        let case: Value = serde_json::from_str(&text).unwrap();
        let others = case["otherAccounts"].as_array().cloned().unwrap_or_default();
        let attempt = case["attempt"].clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut accounts = vec![case["account"].clone()];
        accounts.extend(others);
        if let Some((account, role, _)) = session_of(&attempt) {
            trust_beginner(&mut accounts, &account, &role);
        }
        Self {
            name: file.file_stem().unwrap().to_str().unwrap().to_owned(),
            accounts,
            code: text(&attempt["error"]["code"]),
            message: text(&attempt["error"]["message"]),
            cause: text(&case["expected"]["cause"]),
            attempt,
        }
    }

    /// The numbers of the accounts.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().filter_map(|account| account["AccountId"].as_str())
    }
}

/// Account, role and session name of a caller that is a session of a role.
pub(crate) fn session_of(attempt: &Value) -> Option<(String, String, String)> {
    let arn = attempt["caller"]["arn"].as_str()?;
    let (rest, session) = arn.strip_prefix("arn:aws:sts::")?.rsplit_once('/')?;
    let (account, role) = rest.split_once(":assumed-role/")?;
    Some((account.to_owned(), role.to_owned(), session.to_owned()))
}

/// The numbers that accounts get, far from each other as drawn ones are: one that is nearly
/// another is taken for a slip of the pen. No two of the first thousands are the same.
fn account_number(index: usize) -> usize {
    const STEP: usize = 7_368_787;
    100_000_000_000 + index * STEP * 10_007 % 899_999_999_999
}

/// The number of every account, in all ARNs too, is one that no other case has.
fn renumbered(text: &str, index: usize) -> String {
    let runs = text.split(|it: char| !it.is_ascii_digit()).filter(|run| run.len() == 12);
    let numbers: BTreeSet<&str> = runs.collect();
    assert!(numbers.len() <= ACCOUNTS_MAX, "{numbers:?}");
    let mut renumbered = text.to_owned();
    for (number, new) in numbers.into_iter().zip(index * ACCOUNTS_MAX..) {
        renumbered = renumbered.replace(number, &account_number(new).to_string());
    }
    renumbered
}

/// One more statement in the trust policy of the role that calls, so that a session of it
/// can be begun: what was trusted before is so still, and no case has this account.
fn trust_beginner(accounts: &mut [Value], account: &str, role: &str) {
    let own = accounts.iter_mut().find(|it| it["AccountId"] == account);
    let roles = own.and_then(|own| own["Authorization"]["RoleDetailList"].as_array_mut());
    let role = roles.into_iter().flatten().find(|it| it["RoleName"] == role);
    let Some(role) = role else { return };
    let statements = &mut role["AssumeRolePolicyDocument"]["Statement"];
    if !statements.is_array() {
        *statements = json!([statements.take()]);
    }
    statements.as_array_mut().unwrap().push(json!({
        "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{BEGINNER}:root")},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
    }));
}
