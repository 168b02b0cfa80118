//! The accounts in which cases are played: who can call, and what they have.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use stead_system_tests::{
    Answer, Built, Client, Credentials, OneTimeCodes, Process, Scratch, Service,
};

use super::documents::{identity, percent, pick, trust};
use super::organization::{MANAGER, Organization};
use crate::drawn::Drawn;

pub(super) const HOME: &str = "111122223333";
pub(super) const OTHER: &str = "444455556666";

/// The users of the first account, by path and name.
pub(super) const USERS: &[&str] = &["u0", "a/u1", "u2", "a/b/u3", "u4", "u5"];

/// The roles of each account, by path and name.
pub(super) const ROLES: &[&str] = &["r0", "a/r1", "r2", "s3", "s4"];

/// Managed policies of the first account, by name.
pub(super) const MANAGED: &[&str] = &["p0", "p1", "p2", "p3"];

/// The session of roles that call.
pub(super) const SESSION: &str = "case";

/// How long events are waited for.
const PATIENCE: Duration = Duration::from_secs(30);

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// The users of [`USERS`] who have shown a second factor.
pub(super) const WITH_DEVICE: &[&str] = &["u0", "a/u1"];

/// A session, and when it began.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) credentials: Credentials,
    pub(super) issued_at: String,
}

/// A server with two accounts, which are members of one organization.
pub(super) struct Stage {
    // The server ends before its directory goes.
    _server: Process,
    client: Client,
    built: Built,
    pub(super) roots: BTreeMap<&'static str, Credentials>,
    /// Who draws the scenes, by account: nothing that is drawn limits them.
    keepers: BTreeMap<&'static str, Credentials>,
    pub(super) organization: Organization,
    pub(super) keys: BTreeMap<&'static str, Credentials>,
    pub(super) sessions: BTreeMap<&'static str, Session>,
    /// What GetSessionToken gave to users.
    pub(super) own_sessions: BTreeMap<&'static str, Session>,
    /// The same, with a second factor.
    pub(super) proved_sessions: BTreeMap<&'static str, Session>,
    /// The team of each user and role of the first account, as it was drawn last.
    pub(super) teams: RefCell<BTreeMap<String, String>>,
    /// The trust policies of the other account's roles, as they were drawn last.
    pub(super) trusts: RefCell<BTreeMap<&'static str, String>>,
    scratch: Scratch,
}

/// The name behind a path.
pub(super) fn name(path_and_name: &str) -> &str {
    path_and_name.rsplit('/').next().unwrap()
}

fn path(path_and_name: &str) -> String {
    match path_and_name.rsplit_once('/') {
        Some((path, _)) => format!("/{path}/"),
        None => "/".to_owned(),
    }
}

impl Stage {
    pub(super) fn new() -> Self {
        let built = Built::find().unwrap();
        let scratch = Scratch::new("simulated").unwrap();
        let flags = ["--account", HOME, "--trusted-proxy", "127.0.0.0/8"];
        // Of many cases, the events too are in one file, which is not compressed.
        let mut program = Command::new("env");
        program.arg("STEAD_AUDIT_FILE_MEBIBYTES=1024");
        let data = scratch.path();
        let server = built.serve_under(program, data, data, &flags).unwrap();
        let client = server.client();
        let home = Credentials::of_directory(scratch.path()).unwrap();
        let other = new_account(&built, &scratch, OTHER);
        let manager = new_account(&built, &scratch, MANAGER);
        let keepers = [(HOME, &home), (OTHER, &other)]
            .map(|(account, root)| (account, new_keeper(&client, root)));
        let organization = Organization::new(client.clone(), manager, &[&home, &other]);
        let mut stage = Self {
            _server: server,
            client,
            built,
            roots: BTreeMap::from([(HOME, home), (OTHER, other)]),
            keepers: BTreeMap::from(keepers),
            organization,
            keys: BTreeMap::new(),
            sessions: BTreeMap::new(),
            own_sessions: BTreeMap::new(),
            proved_sessions: BTreeMap::new(),
            teams: RefCell::default(),
            trusts: RefCell::default(),
            scratch,
        };
        stage.people();
        stage
    }

    /// Users with keys, a group, roles with sessions, and policies to be attached.
    fn people(&mut self) {
        for user in USERS {
            let parameters = [("UserName", name(user)), ("Path", &*path(user))];
            self.set(HOME, "CreateUser", &parameters);
            let key = self.set(HOME, "CreateAccessKey", &[("UserName", name(user))]);
            self.keys.insert(user, Credentials::of(&key).unwrap());
        }
        self.set(HOME, "CreateGroup", &[("GroupName", "g")]);
        for managed in MANAGED {
            let policy = [("PolicyName", *managed), ("PolicyDocument", EVERYTHING)];
            self.set(HOME, "CreatePolicy", &policy);
        }
        let trusted = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{HOME}"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        for (account, role) in
            [HOME, OTHER].into_iter().flat_map(|it| ROLES.iter().map(move |role| (it, role)))
        {
            let parameters = [
                ("RoleName", name(role)),
                ("Path", &*path(role)),
                ("AssumeRolePolicyDocument", trusted.as_str()),
            ];
            self.set(account, "CreateRole", &parameters);
        }
        self.begin_sessions();
    }

    fn begin_sessions(&mut self) {
        self.set(HOME, "CreateUser", &[("UserName", "assumer")]);
        let policy = [("UserName", "assumer"), ("PolicyName", "p"), ("PolicyDocument", EVERYTHING)];
        self.set(HOME, "PutUserPolicy", &policy);
        let key = self.set(HOME, "CreateAccessKey", &[("UserName", "assumer")]);
        let assumer = Credentials::of(&key).unwrap();
        for role in ROLES {
            let arn = format!("arn:aws:iam::{HOME}:role/{role}");
            let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", SESSION)];
            let session = self.session(&assumer, "AssumeRole", &parameters);
            self.sessions.insert(role, session);
        }
        for user in USERS {
            let session = self.session(&self.keys[user], "GetSessionToken", &[]);
            self.own_sessions.insert(user, session);
        }
        for user in WITH_DEVICE {
            let session = self.session_with_device(user);
            self.proved_sessions.insert(user, session);
        }
    }

    /// A session of an hour.
    fn session(&self, caller: &Credentials, action: &str, more: &[(&str, &str)]) -> Session {
        let parameters = [more, &[("DurationSeconds", "3600")]].concat();
        let answer = self.client.call(Some(caller), Service::Sts, action, &parameters).unwrap();
        let expires = answer.text("Expiration").unwrap_or_else(|| panic!("{}", answer.body));
        let expires: stead_types::Timestamp = expires.parse().unwrap();
        let issued_at = expires.minus(Duration::from_secs(3_600)).to_string();
        Session { credentials: Credentials::of(&answer).unwrap(), issued_at }
    }

    fn session_with_device(&self, user: &str) -> Session {
        let named = [("VirtualMFADeviceName", name(user))];
        let made = self.set(HOME, "CreateVirtualMFADevice", &named);
        let serial = made.text("SerialNumber").unwrap();
        let seed = made.text("Base32StringSeed").unwrap();
        let codes = OneTimeCodes::at(seed, self.client.now()).unwrap();
        let enabled = [
            ("UserName", name(user)),
            ("SerialNumber", serial),
            ("AuthenticationCode1", &*codes.previous),
            ("AuthenticationCode2", &*codes.current),
        ];
        self.set(HOME, "EnableMFADevice", &enabled);
        let proof = [("SerialNumber", serial), ("TokenCode", &*codes.next)];
        self.session(&self.keys[user], "GetSessionToken", &proof)
    }

    /// Draws everybody's policies, tags, groups, boundaries and trust anew.
    pub(super) fn redraw(&self, drawn: &mut Drawn) {
        for managed in MANAGED {
            let arn = managed_arn(managed);
            let versions = self.set(HOME, "ListPolicyVersions", &[("PolicyArn", &arn)]);
            let old: Vec<&str> = versions.all("VersionId").collect();
            let document = identity(drawn);
            let version =
                [("PolicyArn", &*arn), ("PolicyDocument", &document), ("SetAsDefault", "true")];
            self.set(HOME, "CreatePolicyVersion", &version);
            for id in old {
                self.set(HOME, "DeletePolicyVersion", &[("PolicyArn", &arn), ("VersionId", id)]);
            }
        }
        let group =
            [("GroupName", "g"), ("PolicyName", "i"), ("PolicyDocument", &*identity(drawn))];
        self.set(HOME, "PutGroupPolicy", &group);
        self.attach(drawn, "Group", "g");
        for user in USERS {
            self.redraw_holder(drawn, "User", name(user));
            let action = if percent(drawn, 40) { "AddUserToGroup" } else { "RemoveUserFromGroup" };
            self.try_set(HOME, action, &[("GroupName", "g"), ("UserName", name(user))]);
        }
        for role in ROLES {
            self.redraw_holder(drawn, "Role", name(role));
            self.redraw_trust(drawn, HOME, role);
            let document = self.redraw_trust(drawn, OTHER, role);
            self.trusts.borrow_mut().insert(role, document);
        }
        self.organization.redraw(drawn);
    }

    fn redraw_trust(&self, drawn: &mut Drawn, account: &str, role: &str) -> String {
        let document = trust(drawn);
        let parameters = [("RoleName", name(role)), ("PolicyDocument", document.as_str())];
        self.set(account, "UpdateAssumeRolePolicy", &parameters);
        document
    }

    fn redraw_holder(&self, drawn: &mut Drawn, kind: &str, holder: &str) {
        let named = format!("{kind}Name");
        let own = [(&*named, holder), ("PolicyName", "i"), ("PolicyDocument", &*identity(drawn))];
        self.set(HOME, &format!("Put{kind}Policy"), &own);
        self.attach(drawn, kind, holder);
        if percent(drawn, 30) {
            let boundary = managed_arn(pick(drawn, MANAGED));
            let parameters = [(&*named, holder), ("PermissionsBoundary", &*boundary)];
            self.set(HOME, &format!("Put{kind}PermissionsBoundary"), &parameters);
        } else {
            let action = format!("Delete{kind}PermissionsBoundary");
            self.try_set(HOME, &action, &[(&*named, holder)]);
        }
        let team = pick(drawn, &["red", "blue", ""]);
        let tag = [(&*named, holder), ("Tags.member.1.Key", "team"), ("Tags.member.1.Value", team)];
        self.set(HOME, &format!("Tag{kind}"), &tag);
        self.teams.borrow_mut().insert(format!("{kind} {holder}"), team.to_owned());
        if team.is_empty() {
            let untag = [(&*named, holder), ("TagKeys.member.1", "team")];
            self.set(HOME, &format!("Untag{kind}"), &untag);
        }
    }

    fn attach(&self, drawn: &mut Drawn, kind: &str, holder: &str) {
        let named = format!("{kind}Name");
        for managed in MANAGED {
            let action = if percent(drawn, 25) { "Attach" } else { "Detach" };
            let parameters = [(&*named, holder), ("PolicyArn", &*managed_arn(managed))];
            self.try_set(HOME, &format!("{action}{kind}Policy"), &parameters);
        }
    }

    /// What `stead simulate` says to one question.
    pub(super) fn simulated(&self, arguments: &[String]) -> Value {
        let mut command = self.built.command();
        command.args(["simulate", "--json", "--accounts"]).arg(self.organization.accounts());
        let output = command.args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {said}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Calls IAM as who may do everything; it must succeed.
    pub(super) fn set(&self, account: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let answer = self.try_set(account, action, parameters);
        assert!(answer.is_ok(), "{action} {parameters:?}: {}", answer.body);
        answer
    }

    fn try_set(&self, account: &str, action: &str, parameters: &[(&str, &str)]) -> Answer {
        let keeper = Some(&self.keepers[account]);
        let answer = self.client.call(keeper, Service::Iam, action, parameters).unwrap();
        assert!(answer.is_ok() || answer.code() == "NoSuchEntity", "{action}: {}", answer.body);
        answer
    }

    /// Sends a request signed by this caller for a region, with these headers.
    pub(super) fn send(
        &self,
        credentials: &Credentials,
        service: Service,
        region: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut message = self.client.post(body.as_bytes().to_vec());
        for (name, value) in headers {
            message.headers.push(((*name).to_owned(), value.as_bytes().to_vec()));
        }
        let mut signing = self.client.signing(credentials, service);
        signing.region = region;
        stead_system_tests::sign(&mut message, &signing).unwrap();
        self.client.send(&message).unwrap().answer()
    }

    /// The events of these requests, once they are written.
    pub(super) fn events(&self, wanted: &BTreeSet<String>) -> BTreeMap<String, Value> {
        let since = moment();
        loop {
            let events = self.written(wanted);
            if events.len() == wanted.len() || since.elapsed() > PATIENCE {
                return events;
            }
            std::thread::yield_now();
        }
    }

    fn written(&self, wanted: &BTreeSet<String>) -> BTreeMap<String, Value> {
        let entries = fs::read_dir(self.scratch.path().join("audit")).unwrap();
        let mut events = BTreeMap::new();
        for entry in entries {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap_or_default();
            // The last line may be half written.
            for event in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                let id = event["requestID"].as_str().unwrap_or_default().to_owned();
                if wanted.contains(&id) {
                    events.insert(id, event);
                }
            }
        }
        events
    }
}

/// An account, by its root user's key.
fn new_account(built: &Built, scratch: &Scratch, number: &str) -> Credentials {
    let mut command = built.command();
    command.args(["account", "create", "--account", number, "--json", "--data"]);
    let created = command.arg(scratch.path()).output().unwrap();
    let created: Value = serde_json::from_slice(&created.stdout).unwrap();
    let text = |member: &str| created[member].as_str().unwrap().to_owned();
    Credentials::long_term(&text("access_key_id"), &text("secret_access_key"))
}

fn new_keeper(client: &Client, root: &Credentials) -> Credentials {
    let set = |action, parameters: &[(&str, &str)]| {
        let answer = client.call(Some(root), Service::Iam, action, parameters).unwrap();
        assert!(answer.is_ok(), "{action}: {}", answer.body);
        answer
    };
    let named = ("UserName", "keeper");
    set("CreateUser", &[named]);
    set("PutUserPolicy", &[named, ("PolicyName", "p"), ("PolicyDocument", EVERYTHING)]);
    Credentials::of(&set("CreateAccessKey", &[named])).unwrap()
}

pub(super) fn managed_arn(name: &str) -> String {
    format!("arn:aws:iam::{HOME}:policy/{name}")
}

#[expect(clippy::disallowed_methods, reason = "how long the log takes is no matter of clocks")]
fn moment() -> Instant {
    Instant::now()
}
