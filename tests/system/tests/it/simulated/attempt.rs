//! One case: who calls, what for, on what, and how the request comes.

use std::collections::BTreeMap;

use serde_json::Value;
use stead_system_tests::{Answer, Service, form};

use super::documents::{percent, pick};
use super::stage::{
    HOME, MANAGED, OTHER, ROLES, SESSION, Session, Stage, USERS, WITH_DEVICE, managed_arn, name,
};
use crate::drawn::Drawn;

/// Who calls.
#[derive(Clone, Copy, Debug)]
enum Caller {
    User(&'static str),
    Role(&'static str),
    /// A session of GetSessionToken.
    OwnSession(&'static str),
    /// The same, with a second factor.
    ProvedSession(&'static str),
    /// The root user of the first account. AWS's simulator takes no root users, so that
    /// `stead simulate` is asked.
    Root,
}

impl Caller {
    fn draw(drawn: &mut Drawn) -> Self {
        match drawn.below(100) {
            0..45 => Self::User(pick(drawn, USERS)),
            45..70 => Self::Role(pick(drawn, ROLES)),
            70..77 => Self::OwnSession(pick(drawn, USERS)),
            77..88 => Self::ProvedSession(pick(drawn, WITH_DEVICE)),
            _ => Self::Root,
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Role(_) => "role",
            Self::OwnSession(_) => "session token",
            Self::ProvedSession(_) => "session token with a second factor",
            Self::Root => "root",
        }
    }

    /// The session, where there is one.
    fn session(self, stage: &Stage) -> Option<&Session> {
        match self {
            Self::User(_) | Self::Root => None,
            Self::Role(role) => Some(&stage.sessions[role]),
            Self::OwnSession(user) => Some(&stage.own_sessions[user]),
            Self::ProvedSession(user) => Some(&stage.proved_sessions[user]),
        }
    }

    /// Whose policies apply.
    fn holder(self) -> String {
        match self {
            Self::User(user) | Self::OwnSession(user) | Self::ProvedSession(user) => {
                format!("arn:aws:iam::{HOME}:user/{user}")
            }
            Self::Role(role) => format!("arn:aws:iam::{HOME}:role/{role}"),
            Self::Root => format!("arn:aws:iam::{HOME}:root"),
        }
    }

    fn credentials(self, stage: &Stage) -> &stead_system_tests::Credentials {
        match (self, self.session(stage)) {
            (Self::User(user), _) => &stage.keys[user],
            (_, Some(session)) => &session.credentials,
            _ => &stage.roots[HOME],
        }
    }
}

/// What a simulation says.
#[derive(Debug)]
pub(super) struct Simulated {
    /// To each of the actions.
    pub(super) decisions: Vec<String>,
    /// Whether the organization does not allow one of them.
    pub(super) limited: bool,
}

/// A condition key that the request brings about.
#[derive(Clone, Debug)]
enum Given {
    One(String),
    Many(Vec<String>),
}

/// A case.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    caller: Caller,
    service: Service,
    action: &'static str,
    parameters: Vec<(String, String)>,
    /// The actions that the policies are asked about, in their order.
    actions: Vec<&'static str>,
    resource: String,
    /// The trust policy of a role of the other account.
    resource_policy: Option<String>,
    keys: BTreeMap<String, Given>,
    region: &'static str,
    source_ip: &'static str,
    transport: &'static str,
    user_agent: Option<&'static str>,
    referer: Option<&'static str>,
}

impl Attempt {
    pub(super) fn draw(stage: &Stage, drawn: &mut Drawn) -> Self {
        let mut attempt = Self {
            caller: Caller::draw(drawn),
            service: Service::Iam,
            action: "",
            parameters: Vec::new(),
            actions: Vec::new(),
            resource: String::new(),
            resource_policy: None,
            keys: BTreeMap::new(),
            region: pick(drawn, &["us-east-1", "eu-west-1"]),
            source_ip: pick(drawn, &["192.0.2.7", "198.51.100.9", "2001:db8::7"]),
            transport: pick(drawn, &["http", "https"]),
            user_agent: pick(drawn, &[None, Some("agent-1/2.0"), Some("agent-2/1.0")]),
            referer: pick(drawn, &[None, Some("https://example.com/")]),
        };
        // Spec: API GetSessionToken, "Permissions": without a second factor nothing of IAM,
        // and of STS only roles are assumed. Root users assume none.
        let below = match attempt.caller {
            Caller::OwnSession(_) => drawn.below(4),
            Caller::ProvedSession(_) => drawn.below(7),
            Caller::Root => 4 + drawn.below(3),
            Caller::User(_) | Caller::Role(_) => drawn.below(8),
        };
        match below {
            0..=2 => attempt.assume(HOME, stage, drawn),
            3 => attempt.assume(OTHER, stage, drawn),
            4 => attempt.read(drawn),
            5 => attempt.tag(drawn),
            6 => attempt.attach(drawn),
            _ => attempt.federate(drawn),
        }
        attempt.connection(stage);
        attempt
    }

    fn ask(&mut self, service: Service, action: &'static str, asked: &'static str) {
        (self.service, self.action) = (service, action);
        self.actions = vec![asked];
    }

    fn with(&mut self, parameter: &str, value: &str) {
        self.parameters.push((parameter.to_owned(), value.to_owned()));
    }

    fn key(&mut self, key: &str, value: &str) {
        self.keys.insert(key.to_owned(), Given::One(value.to_owned()));
    }

    /// A role is assumed, at times with what asks for more.
    fn assume(&mut self, account: &str, stage: &Stage, drawn: &mut Drawn) {
        self.ask(Service::Sts, "AssumeRole", "sts:AssumeRole");
        let role = pick(drawn, ROLES);
        self.resource = format!("arn:aws:iam::{account}:role/{role}");
        if account == OTHER {
            self.resource_policy = stage.trusts.borrow().get(role).cloned();
        } else if percent(drawn, 5) {
            self.resource = format!("arn:aws:iam::{account}:role/none");
        }
        let arn = self.resource.clone();
        self.with("RoleArn", &arn);
        let session = pick(drawn, &["night-1", "day-1"]);
        self.with("RoleSessionName", session);
        self.key("sts:RoleSessionName", session);
        if percent(drawn, 40) {
            let id = pick(drawn, &["7f3a", "wrong"]);
            self.with("ExternalId", id);
            self.key("sts:ExternalId", id);
        }
        if percent(drawn, 25) {
            self.pass_tags(drawn);
            self.actions.push("sts:TagSession");
            if percent(drawn, 40) {
                self.with("TransitiveTagKeys.member.1", "stage");
                let keys = Given::Many(vec!["stage".to_owned()]);
                self.keys.insert("sts:TransitiveTagKeys".to_owned(), keys);
            }
        }
        if percent(drawn, 15) {
            let identity = pick(drawn, &["carol", "dave"]);
            self.with("SourceIdentity", identity);
            self.key("sts:SourceIdentity", identity);
            self.actions.push("sts:SetSourceIdentity");
        }
    }

    /// Tags of the request, `stage` always among them.
    fn pass_tags(&mut self, drawn: &mut Drawn) {
        let mut keys = vec!["stage".to_owned()];
        let stage = pick(drawn, &["test", "live"]);
        self.with("Tags.member.1.Key", "stage");
        self.with("Tags.member.1.Value", stage);
        self.key("aws:RequestTag/stage", stage);
        if percent(drawn, 30) {
            let more = pick(drawn, &["team", "cost"]);
            self.with("Tags.member.2.Key", more);
            self.with("Tags.member.2.Value", "x");
            self.key(&format!("aws:RequestTag/{more}"), "x");
            keys.push(more.to_owned());
        }
        self.keys.insert("aws:TagKeys".to_owned(), Given::Many(keys));
    }

    fn read(&mut self, drawn: &mut Drawn) {
        match drawn.below(4) {
            0 => {
                self.ask(Service::Iam, "GetUser", "iam:GetUser");
                self.on_user(drawn);
            }
            1 => {
                self.ask(Service::Iam, "ListUserTags", "iam:ListUserTags");
                self.on_user(drawn);
            }
            2 => {
                self.ask(Service::Iam, "GetRole", "iam:GetRole");
                let role = pick(drawn, ROLES);
                self.with("RoleName", name(role));
                self.resource = format!("arn:aws:iam::{HOME}:role/{role}");
            }
            _ => {
                self.ask(Service::Iam, "ListUsers", "iam:ListUsers");
                self.resource = format!("arn:aws:iam::{HOME}:user/");
            }
        }
    }

    fn on_user(&mut self, drawn: &mut Drawn) {
        let user = if percent(drawn, 10) { "nobody" } else { pick(drawn, USERS) };
        self.with("UserName", name(user));
        self.resource = format!("arn:aws:iam::{HOME}:user/{user}");
    }

    fn tag(&mut self, drawn: &mut Drawn) {
        self.ask(Service::Iam, "TagUser", "iam:TagUser");
        self.on_user(drawn);
        self.pass_tags(drawn);
    }

    /// What is attached is of a user that never calls, and taken away with the next scene.
    fn attach(&mut self, drawn: &mut Drawn) {
        self.ask(Service::Iam, "AttachUserPolicy", "iam:AttachUserPolicy");
        let policy = managed_arn(pick(drawn, MANAGED));
        self.with("UserName", "assumer");
        self.with("PolicyArn", &policy);
        self.key("iam:PolicyARN", &policy);
        self.resource = format!("arn:aws:iam::{HOME}:user/assumer");
    }

    /// Only users ask for federation tokens.
    fn federate(&mut self, drawn: &mut Drawn) {
        self.caller = Caller::User(pick(drawn, USERS));
        self.ask(Service::Sts, "GetFederationToken", "sts:GetFederationToken");
        self.with("Name", "visitor");
        self.resource = format!("arn:aws:sts::{HOME}:federated-user/visitor");
        if percent(drawn, 40) {
            self.pass_tags(drawn);
            self.actions.push("sts:TagSession");
        }
    }

    /// The keys of how the request comes, and of when the session began.
    fn connection(&mut self, stage: &Stage) {
        let secure = (self.transport == "https").to_string();
        self.key("aws:SecureTransport", &secure);
        let (ip, region) = (self.source_ip, self.region);
        self.key("aws:SourceIp", ip);
        self.key("aws:RequestedRegion", region);
        if let Some(agent) = self.user_agent {
            self.key("aws:UserAgent", agent);
        }
        if let Some(referer) = self.referer {
            self.key("aws:Referer", referer);
        }
        if let Some(session) = self.caller.session(stage) {
            self.key("aws:TokenIssueTime", &session.issued_at);
        }
        match self.caller {
            Caller::OwnSession(_) => self.key("aws:MultiFactorAuthPresent", "false"),
            Caller::ProvedSession(_) => self.key("aws:MultiFactorAuthPresent", "true"),
            Caller::User(_) | Caller::Role(_) | Caller::Root => {}
        }
    }

    /// What a simulation says to each of the actions.
    pub(super) fn simulate(&self, stage: &Stage) -> Simulated {
        match self.caller {
            Caller::Root => self.simulate_from_accounts(stage),
            _ => self.simulate_principal(stage),
        }
    }

    /// By `stead simulate`, of what it is told of the account.
    fn simulate_from_accounts(&self, stage: &Stage) -> Simulated {
        let mut context: Vec<(&str, String)> = stage.organization.keys().into();
        for (key, given) in &self.keys {
            match given {
                Given::One(value) => context.push((key, value.clone())),
                Given::Many(values) => {
                    context.extend(values.iter().map(|value| (&**key, value.clone())));
                }
            }
        }
        let teams = stage.teams.borrow();
        let (kind, holder) = self.resource.rsplit_once('/').unwrap_or_default();
        let kind = if kind.contains(":role") { "Role" } else { "User" };
        if let Some(team) = teams.get(&format!("{kind} {holder}")).filter(|team| !team.is_empty()) {
            context.push(("aws:ResourceTag/team", team.clone()));
            context.push(("iam:ResourceTag/team", team.clone()));
        }
        let decisions = self.actions.iter().map(|action| {
            let mut arguments = Vec::new();
            for (flag, value) in [
                ("caller", &*self.caller.holder()),
                ("action", action),
                ("resource", &self.resource),
            ] {
                arguments.extend([format!("--{flag}"), value.to_owned()]);
            }
            for (key, value) in &context {
                arguments.extend(["--context".to_owned(), format!("{key}={value}")]);
            }
            let said = stage.simulated(&arguments);
            match said["decision"].as_str() {
                Some("allowed") => "allowed".to_owned(),
                Some("explicit-deny") => "explicitDeny".to_owned(),
                Some("implicit-deny") => "implicitDeny".to_owned(),
                _ => panic!("{said}"),
            }
        });
        let decisions: Vec<String> = decisions.collect();
        // Nothing but the organization limits a root user.
        let limited = decisions.iter().any(|decision| decision != "allowed");
        Simulated { decisions, limited }
    }

    fn simulate_principal(&self, stage: &Stage) -> Simulated {
        let mut parameters = vec![
            ("PolicySourceArn".to_owned(), self.caller.holder()),
            ("ResourceArns.member.1".to_owned(), self.resource.clone()),
        ];
        for (action, number) in self.actions.iter().zip(1..) {
            parameters.push((format!("ActionNames.member.{number}"), (*action).to_owned()));
        }
        if let Some(policy) = &self.resource_policy {
            parameters.push(("ResourcePolicy".to_owned(), policy.clone()));
            let owner = format!("arn:aws:iam::{OTHER}:root");
            parameters.push(("ResourceOwner".to_owned(), owner));
        }
        let mut keys = self.keys.clone();
        if let Caller::Role(role) = self.caller {
            let id = role_id(stage, role);
            keys.insert("aws:userid".to_owned(), Given::One(format!("{id}:{SESSION}")));
        }
        for ((key, given), number) in keys.iter().zip(1..) {
            parameters.extend(entry(number, key, given));
        }
        let parameters: Vec<(&str, &str)> =
            parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = stage.set(HOME, "SimulatePrincipalPolicy", &parameters);
        let decisions: Vec<String> = answer.all("EvalDecision").map(str::to_owned).collect();
        assert_eq!(decisions.len(), self.actions.len(), "{}", answer.body);
        let limited = answer.all("AllowedByOrganizations").any(|allowed| allowed == "false");
        Simulated { decisions, limited }
    }

    /// The call itself.
    pub(super) fn call(&self, stage: &Stage) -> Answer {
        let credentials = self.caller.credentials(stage);
        let own = [("Action", self.action), ("Version", self.service.version())];
        let parameters =
            self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = form(own.into_iter().chain(parameters));
        let mut headers =
            vec![("x-forwarded-for", self.source_ip), ("x-forwarded-proto", self.transport)];
        headers.extend(self.user_agent.map(|agent| ("user-agent", agent)));
        headers.extend(self.referer.map(|referer| ("referer", referer)));
        stage.send(credentials, self.service, self.region, &body, &headers)
    }

    /// That the event of the call has what the simulation was told.
    pub(super) fn must_show_in(&self, event: &Value) {
        let (kind, arn) = match self.caller {
            Caller::User(_) | Caller::OwnSession(_) | Caller::ProvedSession(_) => {
                ("IAMUser", self.caller.holder())
            }
            Caller::Root => ("Root", self.caller.holder()),
            Caller::Role(role) => {
                let session = format!("assumed-role/{}/{SESSION}", name(role));
                ("AssumedRole", format!("arn:aws:sts::{HOME}:{session}"))
            }
        };
        let identity = &event["userIdentity"];
        assert_eq!((&identity["type"], &identity["arn"]), (&kind.into(), &arn.into()), "{event}");
        assert_eq!(event["eventName"], self.action, "{event}");
        assert_eq!(event["awsRegion"], self.region, "{event}");
        assert_eq!(event["sourceIPAddress"], self.source_ip, "{event}");
        assert_eq!(event.get("userAgent"), self.user_agent.map(Value::from).as_ref(), "{event}");
        if let Some(Given::One(issued_at)) = self.keys.get("aws:TokenIssueTime") {
            let attributes = &identity["sessionContext"]["attributes"];
            assert_eq!(attributes["creationDate"], issued_at.as_str(), "{event}");
        }
        let asked = &event["requestParameters"];
        for (key, parameter) in [
            ("sts:RoleSessionName", "roleSessionName"),
            ("sts:ExternalId", "externalId"),
            ("sts:SourceIdentity", "sourceIdentity"),
            ("iam:PolicyARN", "policyArn"),
        ] {
            let given = self.keys.get(key).map(|given| match given {
                Given::One(value) => Value::from(value.as_str()),
                Given::Many(_) => panic!("{key} has one value"),
            });
            assert_eq!(asked.get(parameter), given.as_ref(), "{parameter}: {event}");
        }
        self.must_show_tags(asked);
    }

    fn must_show_tags(&self, asked: &Value) {
        let given = self.keys.iter().filter_map(|(key, given)| match given {
            Given::One(value) => Some((key.strip_prefix("aws:RequestTag/")?, value.as_str())),
            Given::Many(_) => None,
        });
        let tags = asked["tags"].as_array().into_iter().flatten();
        let shown = tags.map(|tag| (tag["key"].as_str().unwrap(), tag["value"].as_str().unwrap()));
        let shown: BTreeMap<&str, &str> = shown.collect();
        assert_eq!(shown, given.collect(), "{asked}");
    }

    /// Who calls, for counting.
    pub(super) const fn caller(&self) -> &'static str {
        self.caller.kind()
    }

    /// What sort of case it is, for counting.
    pub(super) fn kind(&self) -> String {
        let whose = if self.resource_policy.is_some() { " of another account" } else { "" };
        format!("{}{whose}", self.action)
    }
}

fn role_id(stage: &Stage, role: &str) -> String {
    let found = stage.set(HOME, "GetRole", &[("RoleName", name(role))]);
    found.text("RoleId").unwrap().to_owned()
}

/// The parameters of one context entry, of the type that a key is.
fn entry(number: usize, key: &str, given: &Given) -> Vec<(String, String)> {
    let at = format!("ContextEntries.member.{number}");
    let (kind, values) = match given {
        Given::One(value) => (scalar_type(key).to_owned(), vec![value.clone()]),
        Given::Many(values) => ("stringList".to_owned(), values.clone()),
    };
    let mut parameters = vec![
        (format!("{at}.ContextKeyName"), key.to_owned()),
        (format!("{at}.ContextKeyType"), kind),
    ];
    for (value, index) in values.into_iter().zip(1..) {
        parameters.push((format!("{at}.ContextKeyValues.member.{index}"), value));
    }
    parameters
}

fn scalar_type(key: &str) -> &'static str {
    match key {
        "aws:SourceIp" => "ip",
        "aws:SecureTransport" => "boolean",
        "aws:TokenIssueTime" => "date",
        _ => "string",
    }
}
