//! Runs the steps of a case: forms in, answers and errors out, as the wire has them.

use std::collections::BTreeMap;

use serde_json::Value;
use stead_api::sts::{AssumeRole, AssumeRoleRequest};
use stead_session::totp::{Step, code};
use stead_sts::Sts;
use stead_types::{AccountId, Secret};
use stead_world::{Credentials, Failure, World};

use crate::wire::{self, ACCOUNT};

/// A world with one account, whoever acts in it, and what steps have kept.
pub(crate) struct Script {
    pub(crate) world: World,
    pub(crate) account: AccountId,
    actors: BTreeMap<String, Credentials>,
    kept: BTreeMap<String, String>,
}

impl Script {
    /// An account with its root user, who acts as `root`.
    pub(crate) fn new() -> Self {
        let mut world = World::new();
        let (account, root) = world.create_account(ACCOUNT);
        let actors = BTreeMap::from([("root".to_owned(), root)]);
        let kept = BTreeMap::from([("account".to_owned(), ACCOUNT.to_owned())]);
        Self { world, account, actors, kept }
    }

    /// A user with this policy, who acts under its name.
    pub(crate) fn user(&mut self, name: &str, policy: &str) {
        let credentials = self.world.create_user(self.account, name, policy);
        self.actors.insert(name.to_owned(), credentials);
    }

    /// A role with this policy, whose session acts under its name.
    pub(crate) fn role(&mut self, name: &str, policy: &str) {
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"AWS":"{ACCOUNT}"}},"Action":"sts:AssumeRole"}}}}"#
        );
        self.world.create_role(self.account, name, &trust, policy);
        let everything = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}"#;
        let assumer = self.world.create_user(self.account, &format!("{name}-assumer"), everything);
        let request = AssumeRoleRequest {
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
            role_session_name: "session".to_owned(),
            ..AssumeRoleRequest::default()
        };
        let answer = self.world.call::<Sts, AssumeRole>(&assumer, request).unwrap();
        let issued = answer.credentials.unwrap();
        let credentials = Credentials {
            access_key_id: issued.access_key_id,
            secret: issued.secret_access_key,
            session_token: Some(issued.session_token),
        };
        self.actors.insert(name.to_owned(), credentials);
    }

    /// Lets the holder of a key act under a name.
    pub(crate) fn actor(&mut self, name: &str, credentials: Credentials) {
        self.actors.insert(name.to_owned(), credentials);
    }

    /// Remembers a text that later parameters name as `{name}`.
    pub(crate) fn keep(&mut self, name: &str, text: &str) {
        self.kept.insert(name.to_owned(), text.to_owned());
    }

    /// What was remembered under a name.
    pub(crate) fn kept(&self, name: &str) -> &str {
        self.kept.get(name).unwrap_or_else(|| panic!("nothing kept as {name}"))
    }

    /// Calls an operation with these parameters and gives the result's members.
    pub(crate) fn call(
        &mut self,
        actor: &str,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Value, Failure> {
        let filled = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Value::String(self.filled(value))));
        let parameters = Value::Object(filled.collect());
        let actor = self.actors.get(actor).unwrap_or_else(|| panic!("nobody acts as {actor}"));
        wire::call(&mut self.world, actor, operation, &parameters)
    }

    /// A text with what was kept in place of `{name}`, and codes in place of `{code:-1}`.
    pub(crate) fn filled(&self, text: &str) -> String {
        let mut filled = text.to_owned();
        for (name, value) in &self.kept {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        for offset in -3..=3_i64 {
            let name = format!("{{code:{offset}}}");
            if filled.contains(&name) {
                filled = filled.replace(&name, &self.code(offset));
            }
        }
        filled
    }

    /// The code that the device whose seed was kept as `seed` shows now, or steps off.
    fn code(&self, offset: i64) -> String {
        let base32 = data_encoding::BASE64.decode(self.kept("seed").as_bytes()).unwrap();
        let seed = Secret::new(data_encoding::BASE32_NOPAD.decode(&base32).unwrap());
        let step = Step::at(self.world.now).number().checked_add_signed(offset).unwrap();
        code(&seed, Step::from_number(step)).expose().clone()
    }
}

/// Compares an answer with what is expected of it: members exactly, `"*"` stands for
/// any value, and `{name}` for what was kept. A policy document, which answers hold
/// percent-encoded, is written as JSON.
pub(crate) fn differences(
    script: &Script,
    at: &str,
    expected: &Value,
    found: &Value,
) -> Vec<String> {
    match (expected, found) {
        (Value::String(any), _) if any == "*" => Vec::new(),
        (Value::String(text), Value::String(other)) if script.filled(text) == *other => Vec::new(),
        (Value::Object(expected), Value::Object(found)) => {
            let names =
                expected.keys().chain(found.keys().filter(|key| !expected.contains_key(*key)));
            names
                .flat_map(|name| match (expected.get(name), found.get(name)) {
                    (Some(expected), Some(found)) => {
                        differences(script, &format!("{at}.{name}"), expected, found)
                    }
                    (Some(_), None) => vec![format!("{at}.{name} is missing")],
                    (None, _) => vec![format!("{at}.{name} should not be there")],
                })
                .collect()
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => expected
            .iter()
            .zip(found)
            .enumerate()
            .flat_map(|(index, (expected, found))| {
                differences(script, &format!("{at}[{index}]"), expected, found)
            })
            .collect(),
        (Value::Object(_), Value::String(encoded)) => {
            let document = serde_json::from_str(&wire::document(encoded)).unwrap_or(Value::Null);
            differences(script, at, expected, &document)
        }
        (expected, found) if expected == found => Vec::new(),
        (expected, found) => vec![format!("{at} is {found}, expected {expected}")],
    }
}
