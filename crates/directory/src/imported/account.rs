//! All of an account at once, from records that were made of an export.

use std::collections::BTreeSet;

use stead_types::Arn;

use crate::entity::{AttachedPolicies, Entity, PermissionsBoundary};
use crate::{Draft, LoadReason, Snapshot, records};

/// A record as an import brings it.
#[derive(Clone, Copy, Debug)]
pub struct ImportedRecord<'a> {
    /// The key, such as `user/AIDA...`.
    pub key: &'a str,
    /// The version of the format.
    pub format: u16,
    /// JSON text.
    pub body: &'a str,
}

/// The record because of which nothing is imported.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{key}`: {reason}")]
pub struct ImportError {
    /// Its key.
    pub key: String,
    /// What is wrong with it.
    pub reason: ImportReason,
}

/// What is wrong with a record of an import.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportReason {
    /// It is no record that can be read, or that can be there beside the others.
    #[error(transparent)]
    Load(#[from] LoadReason),
    /// Secrets cannot be exported, and the account itself is made here.
    #[error("a record of a kind that is not imported")]
    Kind,
    /// Two records have one key.
    #[error("is there twice")]
    Twice,
    /// A user is in a group that is not there.
    #[error("the group `{0}` is not there")]
    Group(String),
    /// A SAML provider has private keys: secrets are not imported.
    #[error("it has private keys")]
    PrivateKeys,
    /// A managed policy is attached that is not there.
    #[error("the policy `{0}` is not there")]
    Policy(Arn),
}

/// The kinds that an import brings.
const KINDS: [&str; 6] = ["user", "group", "role", "policy", "oidc-provider", "saml-provider"];

/// Puts everything that the records hold into a new account, or nothing.
///
/// # Errors
/// The first record that cannot be read, or that names what is not there.
pub fn fill<'a>(
    draft: &mut Draft,
    records: impl IntoIterator<Item = ImportedRecord<'a>>,
) -> Result<(), ImportError> {
    let account = draft.snapshot().account();
    let mut keys = BTreeSet::new();
    let mut entities = Vec::new();
    for record in records {
        let wrong = |reason: ImportReason| ImportError { key: shown(record.key), reason };
        if !record.key.split_once('/').is_some_and(|(kind, _)| KINDS.contains(&kind)) {
            return Err(wrong(ImportReason::Kind));
        }
        if !keys.insert(record.key) {
            return Err(wrong(ImportReason::Twice));
        }
        let entity = records::decode(account, record.key, record.format, record.body)
            .map_err(|reason| wrong(reason.into()))?;
        if draft.snapshot().has_name_of(&entity) {
            return Err(wrong(LoadReason::NameInUse.into()));
        }
        draft.put(entity.clone());
        entities.push(entity);
    }
    for entity in &entities {
        names_what_is_there(entity, draft.snapshot())
            .map_err(|reason| ImportError { key: entity.key().text(), reason })?;
    }
    match draft.snapshot().damaged_policies().into_iter().next() {
        Some(problem) => Err(ImportError { key: problem.key, reason: problem.reason.into() }),
        None => Ok(()),
    }
}

/// Keys come from outside, and go into a message.
fn shown(key: &str) -> String {
    key.chars().take(128).filter(|it| !it.is_control()).collect()
}

fn names_what_is_there(entity: &Entity, account: &Snapshot) -> Result<(), ImportReason> {
    match entity {
        Entity::User(user) => {
            let missing = user.groups.iter().find(|id| account.group(id).is_none());
            if let Some(id) = missing {
                return Err(ImportReason::Group(id.to_string()));
            }
            policies(&user.attached, user.boundary.as_ref(), account)
        }
        Entity::Group(group) => policies(&group.attached, None, account),
        Entity::Role(role) => policies(&role.attached, role.boundary.as_ref(), account),
        Entity::SamlProvider(provider) if !provider.private_keys.is_empty() => {
            Err(ImportReason::PrivateKeys)
        }
        _ => Ok(()),
    }
}

fn policies(
    attached: &AttachedPolicies,
    boundary: Option<&PermissionsBoundary>,
    account: &Snapshot,
) -> Result<(), ImportReason> {
    let mut named = attached.iter().chain(boundary.map(PermissionsBoundary::arn));
    match named.find(|arn| account.policy(arn).is_none()) {
        Some(arn) => Err(ImportReason::Policy(arn.clone())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use stead_types::Timestamp;

    use super::*;
    use crate::entity::{AccountRoot, WrappedSecret};

    const USER: &str = r#"{"id":"AIDAJQABLZS4A3QDU576Q","name":"ann","path":"/","created_at":"2026-03-01T12:00:00Z","tags":[],"inline":[],"attached":[],"groups":[]}"#;
    const KEY: &str = "user/AIDAJQABLZS4A3QDU576Q";

    fn import(records: &[(&str, &str)]) -> Result<Draft, ImportError> {
        let mut draft = Draft::create_account(AccountRoot {
            id: "111122223333".parse().unwrap(),
            created_at: Timestamp::from_epoch_seconds(0),
            data_key: WrappedSecret::new([]),
            login_profile: None,
        });
        let records = records.iter().map(|(key, body)| ImportedRecord { key, format: 1, body });
        fill(&mut draft, records).map(|()| draft)
    }

    #[test]
    fn what_the_records_hold_is_there() {
        let draft = import(&[(KEY, USER)]).unwrap();
        let user = draft.snapshot().user_by_name("ann").unwrap();
        assert_eq!(user.id.as_str(), "AIDAJQABLZS4A3QDU576Q");
        assert_eq!(draft.into_parts().1.len(), 2);
    }

    #[test]
    fn records_that_cannot_be_are_refused() {
        let other = USER.replace("AIDAJQABLZS4A3QDU576Q", "AIDAJQABLZS4A3QDU5760");
        let attached = USER
            .replace(r#""attached":[]"#, r#""attached":["arn:aws:iam::111122223333:policy/p"]"#);
        let grouped = USER.replace(r#""groups":[]"#, r#""groups":["AGPAJQABLZS4A3QDU576Q"]"#);
        let saml = r#"{"name":"idp","uuid":"AAAAAAAAAAAAAAAAAAAAAA","created_at":"2026-03-01T12:00:00Z","metadata":{"document":"d","entity_id":"e","valid_until":"2027-03-01T12:00:00Z","signing_certificates":["AAAA"]},"encryption":"allowed","private_keys":[],"tags":[]}"#;
        let saml_key =
            "saml-provider/6f5c280e21a14e23a0d943d0271ff7814eb7b9d6d3a49ae9eceb812fe2b96e02";
        let with_key = saml.replace(
            r#""private_keys":[]"#,
            r#""private_keys":[{"id":"BBBBBBBBBBBBBBBBBBBBBB","added_at":"2026-03-01T12:00:00Z","key":"AAAA"}]"#,
        );
        let damaged = USER
            .replace(r#""inline":[]"#, r#""inline":[{"name":"p","text":"{\"Statement\":{}}"}]"#);
        let reason = |records: &[(&str, &str)]| import(records).map(drop).unwrap_err().reason;
        assert_eq!(reason(&[("account", "{}")]), ImportReason::Kind);
        assert_eq!(reason(&[("access-key/AKIA1", "{}")]), ImportReason::Kind);
        assert_eq!(reason(&[(KEY, USER), (KEY, USER)]), ImportReason::Twice);
        assert!(matches!(reason(&[(KEY, "{}")]), ImportReason::Load(LoadReason::Shape { .. })));
        assert_eq!(reason(&[("user/AIDAJQABLZS4A3QDU5760", USER)]), LoadReason::Misplaced.into());
        assert_eq!(
            reason(&[(KEY, USER), ("user/AIDAJQABLZS4A3QDU5760", &other)]),
            LoadReason::NameInUse.into()
        );
        assert!(matches!(reason(&[(KEY, &attached)]), ImportReason::Policy(_)));
        assert!(matches!(reason(&[(KEY, &grouped)]), ImportReason::Group(_)));
        assert!(import(&[(saml_key, saml)]).is_ok());
        assert_eq!(reason(&[(saml_key, &with_key)]), ImportReason::PrivateKeys);
        let damaged = reason(&[(KEY, &damaged)]);
        assert!(
            matches!(
                damaged,
                ImportReason::Load(LoadReason::DamagedPolicy | LoadReason::Shape { .. })
            ),
            "{damaged:?}"
        );
    }
}
