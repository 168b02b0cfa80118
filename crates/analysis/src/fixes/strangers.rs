//! Whether a fix lets in somebody else: tried with strangers.

use std::cell::OnceCell;

use serde_json::{Map, Value, json};
use stead_types::{AccountId, Arn};

use super::alternatives::trust_place;
use crate::diagnosis::{Scene, texts};
use crate::limits::STRANGERS_MAX;
use crate::patch::{Change, Patch};
use crate::replay::replay;
use crate::{Case, Operation, World};

/// Those who could make a call like the one that was tried.
pub(super) struct Strangers<'s> {
    scene: &'s Scene,
    calls: OnceCell<Calls>,
}

/// The accounts with strangers in them, and what these put in place of the caller.
struct Calls {
    adds: Vec<Change>,
    before: Option<Scene>,
    others: Vec<Other>,
}

/// Somebody else, by what of an attempt is another.
enum Other {
    Caller(Value),
    Subject(String),
}

impl<'s> Strangers<'s> {
    pub(super) fn of(scene: &'s Scene) -> Self {
        Self { scene, calls: OnceCell::new() }
    }

    /// Whether, after the patch, a call succeeds that comes from someone else, and that did
    /// not succeed before: the call as it was tried, or as the patch has it.
    ///
    /// Fixes that change no account let nobody in.
    pub(super) fn are_let_in(&self, patch: &Patch) -> bool {
        if patch.0.iter().all(Change::is_of_attempt) {
            return false;
        }
        let calls = self.calls.get_or_init(|| Calls::of(self.scene));
        let Some(before) = &calls.before else { return false };
        let adds = Patch(calls.adds.clone());
        let Some(after) = self.scene.after(&patch.followed_by(&adds)) else { return false };
        let attempt = |scene: &Scene| scene.at("/attempt").cloned().unwrap_or_default();
        let (tried, fixed) = (attempt(before), attempt(&after));
        let own = [&tried, &fixed].map(|attempt| attempt.pointer("/caller/arn").cloned());
        let is_own = |caller: &Value| {
            own.iter().flatten().any(|own| caller.get("arn").is_some_and(|arn| is_one(arn, own)))
        };
        calls.others.iter().any(|other| {
            if matches!(other, Other::Caller(caller) if is_own(caller)) {
                return false;
            }
            [&tried, &fixed].into_iter().any(|attempt| {
                let Some(call) = other.instead(attempt) else { return false };
                !succeeds(&before.world, &call) && succeeds(&after.world, &call)
            })
        })
    }
}

/// Whether two ARNs are of one user, or of sessions of one role.
fn is_one(one: &Value, other: &Value) -> bool {
    let role = |arn: &Value| {
        let arn: Arn = arn.as_str()?.parse().ok()?;
        let name = arn.resource_of("assumed-role")?.split('/').next()?.to_owned();
        Some((arn.account(), name))
    };
    one == other || role(one).is_some_and(|own| role(other) == Some(own))
}

fn succeeds(world: &World, attempt: &Value) -> bool {
    let attempt = Case::of(json!({ "attempt": attempt })).attempt();
    attempt.is_ok_and(|attempt| replay(world, &attempt).is_allowed())
}

impl Other {
    fn instead(&self, attempt: &Value) -> Option<Value> {
        let mut attempt = attempt.clone();
        match self {
            Self::Caller(caller) => {
                attempt.as_object_mut()?.insert("caller".to_owned(), caller.clone());
            }
            Self::Subject(subject) => {
                *attempt.pointer_mut("/token/claims/sub")? = json!(subject);
            }
        }
        Some(attempt)
    }
}

impl Calls {
    fn of(scene: &Scene) -> Self {
        if scene.attempt.operation != Operation::AssumeRole {
            let others = subjects(scene).into_iter().map(Other::Subject).collect();
            let before = scene.after(&Patch::default());
            return Self { adds: Vec::new(), before, others };
        }
        let adds: Vec<Change> =
            scene.world.accounts().map(|account| added(scene, account)).collect();
        let before = scene.after(&Patch(adds.clone()));
        let others = callers(scene).into_iter().map(Other::Caller).collect();
        Self { adds, before, others }
    }
}

/// A role that may do everything on its own side.
fn added(scene: &Scene, account: &crate::world::Account) -> Change {
    let number = account.snapshot.account();
    let everything = json!({"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let role = json!({
        "Path": "/", "RoleName": SOMEBODY, "RoleId": "AROASOMEBODYELSEXXXXX",
        "Arn": Arn::iam(number, &format!("role/{SOMEBODY}")).as_str(),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "RolePolicyList": [{"PolicyName": "everything", "PolicyDocument": everything}],
        "AttachedManagedPolicies": [],
    });
    let list = format!("{}/Authorization/RoleDetailList", account.place);
    match scene.at(&list) {
        Some(Value::Array(_)) => Change::add(format!("{list}/-"), role),
        _ => Change::add(list, json!([role])),
    }
}

const SOMEBODY: &str = "SomebodyElse";

/// Services that may call where one does.
const SERVICES: [&str; 2] = ["ec2.amazonaws.com", "lambda.amazonaws.com"];

/// Those whom the trust policy names, somebody of each account, everybody in view as far as
/// they can be tried, and services.
fn callers(scene: &Scene) -> Vec<Value> {
    let named = named(scene);
    let accounts = scene.world.accounts().map(|account| account.snapshot.account());
    // Some conditions ask for no more than a name, which others may have too.
    let own: Option<Arn> =
        scene.at("/attempt/caller/arn").and_then(Value::as_str).and_then(|arn| arn.parse().ok());
    let name = own.as_ref().filter(|arn| arn.resource_of("user").is_some()).map(Arn::resource);
    let role = format!("role/{SOMEBODY}");
    let like = name.unwrap_or(&role);
    let somebody = |account: AccountId| [Arn::iam(account, &role), Arn::iam(account, like)];
    let mut arns: Vec<Arn> = named.iter().filter_map(|text| text.parse().ok()).collect();
    let of_named = arns.iter().filter_map(Arn::account);
    let ids = named.iter().filter_map(|text| text.parse().ok());
    let outsider = AccountId::from_number(OUTSIDER);
    let all: Vec<AccountId> = accounts.chain(of_named).chain(ids).chain(outsider).collect();
    arns.extend(all.into_iter().flat_map(somebody));
    let in_view = scene.world.accounts().flat_map(|account| {
        let id = account.snapshot.account();
        let users = account.snapshot.users("/", None).map(move |user| user.arn(id));
        users.chain(account.snapshot.roles("/", None).map(move |role| role.arn(id)))
    });
    arns.extend(in_view.take(STRANGERS_MAX));
    arns.sort();
    arns.dedup();
    let signed = arns.iter().flat_map(|arn| as_callers(scene, arn));
    let service = scene.at("/attempt/caller/service");
    let services = SERVICES.iter().filter(|name| service != Some(&json!(name)));
    signed.chain(services.map(|name| json!({ "service": name }))).collect()
}

/// An account that belongs to nobody who is asked about.
const OUTSIDER: u64 = 999_999_999_999;

/// The principals of the trust policy, as they are written.
fn named(scene: &Scene) -> Vec<String> {
    let document = trust_place(scene).and_then(|pointer| scene.at(&pointer));
    let statements = match document.and_then(|document| document.get("Statement")) {
        Some(Value::Array(all)) => all.iter().collect(),
        one => one.into_iter().collect::<Vec<_>>(),
    };
    let principals = statements.into_iter().filter_map(|it| it.get("Principal")?.get("AWS"));
    principals.flat_map(|names| texts(Some(names))).take(STRANGERS_MAX).collect()
}

/// Somebody as a caller who has what the caller has: an address, a second factor, tags of
/// the session, a source identity.
fn as_callers(scene: &Scene, arn: &Arn) -> Vec<Value> {
    let Some(account) = arn.account() else { return Vec::new() };
    let own = scene.at("/attempt/caller");
    let of_caller = |name: &str| own.and_then(|own| own.get(name)).cloned().unwrap_or_default();
    if let Some(name) = arn.resource_of("role") {
        let name = name.rsplit('/').next().unwrap_or_default();
        let session = scene.at("/attempt/caller/arn").and_then(Value::as_str);
        let session = session.and_then(|arn| arn.split_once(":assumed-role/")?.1.split_once('/'));
        let session = session.map_or("session", |(_, session)| session);
        let arn = Arn::sts(account, &format!("assumed-role/{name}/{session}"));
        let caller = json!({"arn": arn.as_str(), "credential": "assumed-role",
            "sourceIp": of_caller("sourceIp"), "sessionTags": tags(scene),
            "sourceIdentity": of_caller("sourceIdentity")});
        return vec![caller];
    }
    if arn.resource_of("user").is_none() {
        return Vec::new();
    }
    let user = |mfa: bool| {
        let credential = if mfa { "session-token" } else { "long-term" };
        json!({"arn": arn.as_str(), "credential": credential, "mfa": mfa,
            "sourceIp": of_caller("sourceIp")})
    };
    vec![user(false), user(true)]
}

/// The tags that the caller has, be they of a user or of a session.
fn tags(scene: &Scene) -> Value {
    const PREFIX: &str = "aws:principaltag/";
    let Some(denial) = scene.denial() else { return json!({}) };
    let tags = denial.judgement.context.iter().filter_map(|(key, value)| {
        let folded = key.to_ascii_lowercase();
        let name = folded.strip_prefix(PREFIX).map(|_| key.get(PREFIX.len()..))??;
        Some((name.to_owned(), json!(value.texts().next()?)))
    });
    Value::Object(tags.collect::<Map<String, Value>>())
}

/// Other subjects of the same issuer: of a like name, of quite another, in other letters,
/// and those that the trust policy speaks of.
fn subjects(scene: &Scene) -> Vec<String> {
    let Some(subject) = scene.at("/attempt/token/claims/sub").and_then(Value::as_str) else {
        return Vec::new();
    };
    let flip =
        |c: char| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    let mut found = vec![
        format!("{subject}-else"),
        format!("{subject}x"),
        "somebody:else".to_owned(),
        subject.chars().map(flip).collect(),
        subject.to_lowercase(),
    ];
    let document = trust_place(scene).and_then(|pointer| scene.at(&pointer));
    let mut written = Vec::new();
    document.into_iter().for_each(|document| conditions(document, &mut written));
    found.extend(written.iter().map(|pattern| pattern.replace(['*', '?'], "x")));
    found.retain(|other| other != subject);
    found.truncate(STRANGERS_MAX);
    found
}

/// What conditions compare subjects with.
fn conditions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| conditions(value, found)),
        Value::Object(members) => {
            for (name, value) in members {
                if name.to_ascii_lowercase().ends_with(":sub") {
                    found.extend(texts(Some(value)));
                } else {
                    conditions(value, found);
                }
            }
        }
        _ => {}
    }
}
