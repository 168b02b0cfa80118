//! A server with the accounts of all cases, and the calls that are made there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use stead_system_tests::{
    Answer, Built, Client, Credentials, Process, Scratch, Service, Signing, form, sign,
};
use stead_types::Timestamp;
use stead_world::TokenKey;

use super::case::{BEGINNER, Case, session_of};
use super::known::OF_MANAGEMENT;
use super::{assertion, organization, surroundings};

/// What a case came to.
pub(crate) struct Outcome {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) cause: String,
    /// By what it was explained: the id of the denial, that of the request, or flags.
    pub(crate) way: &'static str,
    /// What came of `--apply`.
    pub(crate) fix: Fixed,
}

/// What came of a fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fixed {
    /// The same call succeeds on the server.
    Yes,
    /// Only the caller can mend it, or nobody.
    Nothing,
    /// It was applied, or could not be, and this was said.
    No(String),
}

pub(crate) struct Stage {
    built: Built,
    process: Process,
    scratch: Scratch,
    client: Client,
    /// What issuers sign with, and what somebody else does.
    key: TokenKey,
    other_key: TokenKey,
    beginner: Credentials,
    /// The root user of the same account, which manages the organization.
    manager: Credentials,
}

/// The keys that an import makes, as it prints them.
struct Keys(Value);

impl Keys {
    fn of(&self, account: &str, user: Option<&str>) -> Option<Credentials> {
        let accounts = self.0["accounts"].as_array()?;
        let own = accounts.iter().find(|it| it["account"] == account)?;
        let key = user.map_or(&own["root"], |user| &own["users"][user]);
        let [id, secret] = ["access_key_id", "secret_access_key"].map(|name| key[name].as_str());
        Some(Credentials::long_term(id?, secret?))
    }
}

impl Stage {
    /// A server for these cases.
    pub(crate) fn start(cases: &[&Case]) -> Result<Self> {
        let (built, scratch) = (Built::find()?, Scratch::new("denials")?);
        let key = TokenKey::new("k1");
        let [data, home] = ["data", "home"].map(|name| scratch.path().join(name));
        std::fs::create_dir_all(&data)?;
        std::fs::create_dir_all(home.join(".aws"))?;
        let config = scratch.path().join("stead.toml");
        std::fs::write(&config, configuration(&scratch, &key, cases)?)?;
        let process = built.serve(&data, &["--config", config.to_str().context("a path")?])?;
        let client = process.client();
        let command = ["account", "create", "--account", BEGINNER, "--json", "--data"];
        let created = run(built.command().args(command).arg(&data))?;
        let text = |name: &str| created[name].as_str().unwrap_or_default();
        let root = Credentials::long_term(text("access_key_id"), text("secret_access_key"));
        let beginner = beginner(&client, &root)?;
        if cases.iter().any(|case| organization::is_needed(case)) {
            organization::create(&client, &root)?;
        }
        let other_key = TokenKey::new("k1");
        Ok(Self { built, process, scratch, client, key, other_key, beginner, manager: root })
    }

    /// Imports the accounts of a case, makes its call and has the denial explained.
    pub(crate) fn replay(&self, case: &Case) -> Result<Outcome> {
        let keys = self.import(case)?;
        let caller = self.caller(case, &keys)?;
        let answer = self.call(case, caller.as_ref())?;
        if answer.is_ok() {
            let (code, message) = ("OK".to_owned(), String::new());
            let (cause, fix) = ("-".to_owned(), Fixed::Nothing);
            return Ok(Outcome { code, message, cause, way: "-", fix });
        }
        let (way, flags) = reference(case, &answer);
        let explained = self.explain(case, &flags)?;
        let cause = explained["cause"].as_str().unwrap_or("-").to_owned();
        let fix = self.apply(case, &flags, caller.as_ref())?;
        Ok(Outcome {
            code: answer.code().to_owned(),
            message: answer.message().to_owned(),
            cause,
            way,
            fix,
        })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn import(&self, case: &Case) -> Result<Keys> {
        let directory = self.path(&format!("accounts/{}", case.name));
        std::fs::create_dir_all(&directory)?;
        for account in &case.accounts {
            let number = account["AccountId"].as_str().context("an account number")?;
            let account = assertion::with_metadata(account, case, self.client.now());
            std::fs::write(directory.join(format!("{number}.json")), account.to_string())?;
        }
        let mut command = self.built.command();
        command.arg("import").arg(&directory).arg("--data").arg(self.path("data"));
        let keys = Keys(run(command.args(["--access-keys", "--json"]))?);
        let mut profiles = profile("manager", &self.manager);
        for number in case.numbers() {
            profiles += &profile(number, &keys.of(number, None).context("a root key")?);
        }
        std::fs::write(self.path("home/.aws/credentials"), profiles)?;
        for account in case.accounts.iter().filter(|_| organization::is_needed(case)) {
            let number = account["AccountId"].as_str().context("an account number")?;
            let root = keys.of(number, None).context("a root key")?;
            organization::join(&self.client, &self.manager, account, &root)?;
        }
        Ok(keys)
    }

    /// The keys of the user or root user who called, or a session of the role that did.
    fn caller(&self, case: &Case, keys: &Keys) -> Result<Option<Credentials>> {
        let caller = &case.attempt["caller"];
        if let Some(service) = caller["service"].as_str() {
            return self.service(service).map(Some);
        }
        let Some(arn) = caller["arn"].as_str() else { return Ok(None) };
        let Some((account, role, session)) = session_of(&case.attempt) else {
            let number = arn.split(':').nth(4).unwrap_or_default();
            let user = arn.rsplit_once('/').map(|(_, name)| name);
            return keys.of(number, user).map(Some).context("no key of the caller");
        };
        let roles = case.accounts.iter().filter(|it| it["AccountId"] == account.as_str());
        let roles = roles.flat_map(|it| it["Authorization"]["RoleDetailList"].as_array());
        let found = roles.flatten().find(|it| it["RoleName"] == role.as_str());
        let arn = found.and_then(|it| it["Arn"].as_str()).context("no role of the caller")?;
        let mut request = json!({"RoleArn": arn, "RoleSessionName": session});
        if let Some(tags) = caller["sessionTags"].as_object().filter(|tags| !tags.is_empty()) {
            let tag = |(key, value): (&String, &Value)| json!({"Key": key, "Value": value});
            request["Tags"] = tags.iter().map(tag).collect();
            request["TransitiveTagKeys"] = caller["transitiveTagKeys"].clone();
        }
        if caller["sourceIdentity"].is_string() {
            request["SourceIdentity"] = caller["sourceIdentity"].clone();
        }
        if let Some(policy) = caller["sessionPolicies"].get(0) {
            request["Policy"] = json!(policy.to_string());
        }
        let answer = self.send(Some(&self.beginner), "AssumeRole", &request, None)?;
        Credentials::of(&answer).map(Some).with_context(|| format!("no session: {}", answer.body))
    }

    /// A service, registered with a key of its own.
    fn service(&self, name: &str) -> Result<Credentials> {
        let command = ["service", "register", name, "--json", "--data"];
        let key = run(self.built.command().args(command).arg(self.path("data")))?;
        let text = |member: &str| key[member].as_str().unwrap_or_default();
        Ok(Credentials::long_term(text("access_key_id"), text("secret_access_key")))
    }

    fn call(&self, case: &Case, caller: Option<&Credentials>) -> Result<Answer> {
        let operation = case.attempt["operation"].as_str().unwrap_or_default();
        let action = operation.strip_prefix("sts:").unwrap_or(operation);
        let mut request = case.attempt["parameters"].clone();
        if is_saml(case) {
            request["SAMLAssertion"] = json!(assertion::response(case, self.client.now()));
            // The name is an attribute.
            request.as_object_mut().context("parameters")?.remove("RoleSessionName");
        } else if case.attempt["token"].is_object() {
            request["WebIdentityToken"] = json!(self.token(case));
        }
        let address = case.attempt["caller"]["sourceIp"].as_str();
        self.send_as(caller, action, &request, address, |usual| {
            surroundings::signed_as_then(case, usual)
        })
    }

    fn send(
        &self,
        caller: Option<&Credentials>,
        action: &str,
        request: &Value,
        address: Option<&str>,
    ) -> Result<Answer> {
        self.send_as(caller, action, request, address, |usual| usual)
    }

    fn send_as<'a>(
        &self,
        caller: Option<&'a Credentials>,
        action: &str,
        request: &Value,
        address: Option<&str>,
        signed: impl FnOnce(Signing<'a>) -> Signing<'a>,
    ) -> Result<Answer> {
        let mut parameters = vec![
            ("Action".to_owned(), action.to_owned()),
            ("Version".to_owned(), Service::Sts.version().to_owned()),
        ];
        flatten("", request, &mut parameters);
        let parameters = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let mut message = self.client.post(form(parameters).into_bytes());
        let address = address.map(|it| ("x-forwarded-for".to_owned(), it.as_bytes().to_vec()));
        message.headers.extend(address);
        if let Some(caller) = caller {
            sign(&mut message, &signed(self.client.signing(caller, Service::Sts)))?;
        }
        Ok(self.client.send(&message)?.answer())
    }

    /// The token of the case, of the same age now as then.
    fn token(&self, case: &Case) -> String {
        let then: Timestamp = case.attempt["time"].as_str().unwrap().parse().unwrap();
        let later = self.client.now().seconds_since(then);
        let mut claims = case.attempt["token"]["claims"].clone();
        for name in ["iat", "exp", "nbf", "auth_time"] {
            if let Some(moment) = claims[name].as_i64() {
                claims[name] = json!(moment + later);
            }
        }
        let is_valid = case.attempt["token"]["signature"] == "valid";
        if is_valid { self.key.sign(&claims) } else { self.other_key.sign(&claims) }
    }

    /// `stead explain` over the accounts of the case.
    fn explaining(&self, case: &Case, flags: &[String]) -> Command {
        let mut command = self.built.command();
        command.env("HOME", self.path("home")).args(["explain", "--endpoint"]);
        command.arg(format!("http://{}", self.client.authority())).args(flags);
        for number in case.numbers() {
            command.args(["--profile", number]);
        }
        if OF_MANAGEMENT.contains(&case.name.as_str()) {
            command.args(["--profile", "manager"]);
        }
        if let Some(region) = organization::region(case) {
            command.args(["--region", region]);
        }
        command
    }

    fn explain(&self, case: &Case, flags: &[String]) -> Result<Value> {
        let mut command = self.explaining(case, flags);
        run(command.arg("--json")).with_context(|| self.process.log())
    }

    /// Has a fix applied, and makes the call again.
    fn apply(&self, case: &Case, flags: &[String], caller: Option<&Credentials>) -> Result<Fixed> {
        let output = self.explaining(case, flags).args(["--apply", "--yes"]).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("no fix was found that can be applied") {
            return Ok(Fixed::Nothing);
        }
        if !output.status.success() {
            let out = String::from_utf8_lossy(&output.stdout);
            let said = said.lines().next().or_else(|| out.lines().last());
            return Ok(Fixed::No(said.unwrap_or_default().to_owned()));
        }
        let answer = self.call(case, caller)?;
        let told = || format!("{}: {}", answer.code(), answer.message());
        Ok(if answer.is_ok() { Fixed::Yes } else { Fixed::No(told()) })
    }
}

/// A profile of a credentials file.
fn profile(name: &str, keys: &Credentials) -> String {
    let (id, secret) = (&keys.access_key_id, keys.secret_access_key.expose());
    format!("[{name}]\naws_access_key_id={id}\naws_secret_access_key={secret}\n")
}

/// Trusted are the keys of one file for every issuer, and where calls are said to come from.
fn configuration(scratch: &Scratch, key: &TokenKey, cases: &[&Case]) -> Result<String> {
    let keys = scratch.path().join("keys.json");
    std::fs::write(&keys, json!({"keys": [key.published()]}).to_string())?;
    let mut sections = BTreeMap::new();
    for case in cases {
        sections.extend(surroundings::issuer(case, key, &keys)?);
    }
    let mut text = "trusted_proxy = [\"127.0.0.0/8\"]\n".to_owned();
    let off = cases.iter().find_map(|case| surroundings::inactive_region(case));
    if let Some(region) = off {
        writeln!(text, "inactive_sts_region = [\"{region}\"]")?;
    }
    text.extend(sections.into_values());
    Ok(text)
}

/// A user who may begin every session that lets the account in.
fn beginner(client: &Client, root: &Credentials) -> Result<Credentials> {
    let policy = json!({"Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}});
    let policy = policy.to_string();
    let name = ("UserName", "beginner");
    let call = |action: &str, parameters: &[(&str, &str)]| {
        let answer = client.call(Some(root), Service::Iam, action, parameters)?;
        ensure!(answer.is_ok(), "{action}: {}", answer.body);
        Ok(answer)
    };
    call("CreateUser", &[name])?;
    call("PutUserPolicy", &[name, ("PolicyName", "sts"), ("PolicyDocument", &policy)])?;
    Credentials::of(&call("CreateAccessKey", &[name])?).context("a key")
}

/// What the denial is explained by: its id; of a token the id of the request; and where the
/// answer has neither, since no policy was asked, what was called.
fn reference(case: &Case, answer: &Answer) -> (&'static str, Vec<String>) {
    let id = answer.message().split_once("(denial ").and_then(|(_, rest)| rest.split_once(')'));
    if let Some((id, _)) = id {
        return ("denial", vec![id.to_owned()]);
    }
    // Of a proof that was accepted the request has no record: nothing of it was refused.
    let is_told = is_saml(case) && answer.code() == "ValidationError";
    let environment = &case.attempt["environment"];
    let is_refused =
        environment["requestSignedAt"].is_string() || surroundings::inactive_region(case).is_some();
    if is_refused || case.attempt["token"].is_object() && !is_told {
        return ("request", vec![answer.text("RequestId").unwrap_or_default().to_owned()]);
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let mut flags = Vec::new();
    for (flag, value) in [
        ("--caller", &case.attempt["caller"]["arn"]),
        ("--source-ip", &case.attempt["caller"]["sourceIp"]),
        ("--role", &case.attempt["parameters"]["RoleArn"]),
        ("--session-name", &case.attempt["parameters"]["RoleSessionName"]),
        ("--external-id", &case.attempt["parameters"]["ExternalId"]),
        ("--duration", &case.attempt["parameters"]["DurationSeconds"]),
    ] {
        if let Some(value) = text(value) {
            flags.extend([flag.to_owned(), value]);
        }
    }
    for tag in case.attempt["parameters"]["Tags"].as_array().into_iter().flatten() {
        let [key, value] = ["Key", "Value"].map(|name| tag[name].as_str().unwrap_or_default());
        flags.extend(["--tag".to_owned(), format!("{key}={value}")]);
    }
    if let Some(provider) = text(&case.attempt["parameters"]["PrincipalArn"]) {
        flags.extend(["--saml-provider".to_owned(), provider]);
        for (name, value) in case.attempt["token"]["claims"].as_object().into_iter().flatten() {
            if let Some(value) = text(value).filter(|_| name.starts_with("saml:")) {
                flags.extend(["--claim".to_owned(), format!("{name}={value}")]);
            }
        }
    }
    ("flags", flags)
}

fn is_saml(case: &Case) -> bool {
    case.attempt["operation"] == "sts:AssumeRoleWithSAML"
}

/// Names of parameters as the Query protocol has them.
fn flatten(name: &str, value: &Value, parameters: &mut Vec<(String, String)>) {
    let below =
        |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(member, it)| flatten(&below(member), it, parameters));
        }
        Value::Array(elements) => {
            for (element, number) in elements.iter().zip(1..) {
                flatten(&below(&format!("member.{number}")), element, parameters);
            }
        }
        Value::Null => {}
        Value::String(text) => parameters.push((name.to_owned(), text.clone())),
        other => parameters.push((name.to_owned(), other.to_string())),
    }
}

/// Runs a command that prints one JSON object; `explain` says by its exit code that the call
/// is refused.
fn run(command: &mut Command) -> Result<Value> {
    let output = command.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(matches!(output.status.code(), Some(0 | 3)), "{command:?}: {said}");
    serde_json::from_slice(&output.stdout).with_context(|| format!("{command:?}: {said}"))
}
