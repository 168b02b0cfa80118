//! Other callers, other roles, other names: what a diagnosis supposes in place of what
//! was tried.

use std::cmp::Reverse;

use serde_json::{Value, json};
use stead_directory::{PrincipalLookup as _, PrincipalStatus};
use stead_policy::Caller;
use stead_types::Arn;

use crate::diagnosis::{Scene, StatementPlace, texts};
use crate::limits::ALTERNATIVES_MAX;
use crate::matching::likeness;
use crate::node::escaped;
use crate::patch::{Change, Patch};

/// The issuer that the token names.
pub(crate) fn issuer(scene: &Scene) -> Option<&str> {
    scene.attempt.token.as_ref()?.claims.get("iss")?.as_str()
}

/// The account of the role that was asked for, as a JSON pointer.
pub(super) fn owner_place(scene: &Scene) -> Option<String> {
    let arn: Arn = scene.attempt.role_arn().parse().ok()?;
    Some(scene.world.account(arn.account()?)?.place.clone())
}

/// The provider of the token's issuer: its JSON pointer and its client ids.
pub(crate) fn provider_place(scene: &Scene) -> Option<(String, Vec<String>)> {
    let wanted = without_scheme(issuer(scene)?);
    let list = format!("{}/OpenIDConnectProviders", owner_place(scene)?);
    let providers = scene.at(&list)?.as_array()?;
    let of_issuer = |provider: &&Value| {
        let url = provider.get("Url").and_then(Value::as_str);
        url.is_some_and(|url| without_scheme(url) == wanted)
    };
    let index = providers.iter().position(|provider| of_issuer(&provider))?;
    let ids = texts(providers.get(index)?.get("ClientIDList"));
    Some((format!("{list}/{index}"), ids))
}

pub(super) fn without_scheme(url: &str) -> &str {
    url.strip_prefix("https://").unwrap_or(url)
}

/// The trust policy of the role that was asked for, as a JSON pointer.
pub(crate) fn trust_place(scene: &Scene) -> Option<String> {
    let role: Arn = scene.attempt.role_arn().parse().ok()?;
    scene.world.place_of(&stead_policy::PolicySource::Trust { role })
}

/// The name under which a Federated principal stands before the colon of condition keys.
pub(crate) fn provider_name(principal: &str) -> &str {
    principal.split_once(":oidc-provider/").map_or(principal, |(_, name)| name)
}

/// The statement with one provider in place of another, in its principal and in the keys
/// of its conditions.
pub(crate) fn renamed_provider(
    scene: &Scene,
    at: &StatementPlace,
    old: &str,
    new: &str,
) -> Option<Patch> {
    let mut statement = scene.at(&at.pointer)?.clone();
    let federated = statement.get_mut("Principal")?.get_mut("Federated")?;
    match federated {
        Value::Array(values) => {
            for value in values.iter_mut().filter(|value| value.as_str() == Some(old)) {
                *value = new.into();
            }
        }
        value => *value = new.into(),
    }
    let (old, new) = (format!("{}:", provider_name(old)), format!("{}:", provider_name(new)));
    if let Some(Value::Object(operators)) = statement.get_mut("Condition") {
        for keys in operators.values_mut().filter_map(Value::as_object_mut) {
            let renamed = |key: String| match key.strip_prefix(&old) {
                Some(claim) => format!("{new}{claim}"),
                None => key,
            };
            *keys = std::mem::take(keys).into_iter().map(|(k, v)| (renamed(k), v)).collect();
        }
    }
    Some(Patch(vec![Change::replace(&at.pointer, statement)]))
}

/// The attempt with this user or role as its caller; none where it is not in view.
pub(crate) fn as_caller(scene: &Scene, arn: &Arn) -> Option<Vec<Change>> {
    if !matches!(scene.world.lookup(arn), PrincipalStatus::Known(_)) {
        return None;
    }
    let account = arn.account()?;
    let (credential, text) = match arn.resource_of("role") {
        Some(name) => {
            let name = name.rsplit('/').next()?;
            let session = scene.attempt.parameter("RoleSessionName").unwrap_or("session");
            (
                "assumed-role",
                Arn::sts(account, &format!("assumed-role/{name}/{session}")).to_string(),
            )
        }
        None => ("long-term", arn.to_string()),
    };
    let source_ip = scene.at("/attempt/caller/sourceIp").cloned().unwrap_or(Value::Null);
    let caller = json!({
        "arn": text, "credential": credential, "mfa": false, "sourceIp": source_ip,
        "sessionTags": {}, "sourceIdentity": null,
    });
    Some(vec![Change::replace("/attempt/caller", caller)])
}

/// Whether this user or role could have begun the session that called.
pub(crate) fn can_become_caller(scene: &Scene, arn: &Arn) -> bool {
    let caller = scene.replay.caller.as_ref().map(|caller| caller.principal().clone());
    let Some(Caller::RoleSession { role_arn, session_name, .. }) = caller else { return false };
    let Some(mut changes) = as_caller(scene, arn) else { return false };
    let parameters = json!({"RoleArn": role_arn.as_str(), "RoleSessionName": session_name});
    changes.push(Change::replace("/attempt/parameters", parameters));
    scene.allowed_after(changes)
}

/// A user or role of the caller's account that would be let in.
pub(crate) fn other_caller(scene: &Scene) -> Option<(Arn, Vec<Change>)> {
    let caller: Arn = scene.at("/attempt/caller/arn")?.as_str()?.parse().ok()?;
    let account = scene.world.account(caller.account()?)?;
    let id = account.snapshot.account();
    let users = account.snapshot.users("/", None).map(|user| user.arn(id));
    let roles = account.snapshot.roles("/", None).map(|role| role.arn(id));
    users.chain(roles).take(ALTERNATIVES_MAX).find_map(|arn| {
        let changes = as_caller(scene, &arn)?;
        scene.allowed_after(changes.clone()).then_some((arn, changes))
    })
}

/// Roles that the caller could assume in place of the one that was asked for, the most
/// alike first.
pub(crate) fn other_roles(scene: &Scene) -> Vec<Arn> {
    let mut roles = roles_by_likeness(scene);
    roles.retain(|arn| scene.allowed_after(vec![role_change(arn)]));
    roles
}

/// The role that was most likely meant: one that would be given, or else one that is much
/// alike.
pub(crate) fn meant_role(scene: &Scene) -> Option<Arn> {
    /// Choice: names that differ in the case of letters, in a path, in a few characters.
    const ALIKE: usize = 75;
    let alike = |arn: &Arn| {
        let asked = scene.attempt.role_arn().to_lowercase();
        likeness(&arn.as_str().to_lowercase(), &asked) >= ALIKE
    };
    let given = other_roles(scene).into_iter().next();
    given.or_else(|| roles_by_likeness(scene).into_iter().next().filter(alike))
}

fn roles_by_likeness(scene: &Scene) -> Vec<Arn> {
    let asked = scene.attempt.role_arn();
    let name = |arn: &str| arn.rsplit([':', '/']).next().unwrap_or_default().to_owned();
    let roles = scene.world.accounts().flat_map(|account| {
        let id = account.snapshot.account();
        account.snapshot.roles("/", None).map(move |role| role.arn(id))
    });
    let mut roles: Vec<Arn> = roles.filter(|arn| arn.as_str() != asked).collect();
    roles.sort_by_cached_key(|arn| {
        Reverse(likeness(arn.as_str(), asked) + likeness(&name(arn.as_str()), &name(asked)))
    });
    roles.truncate(ALTERNATIVES_MAX);
    roles
}

pub(super) fn role_change(arn: &Arn) -> Change {
    Change::replace("/attempt/parameters/RoleArn", arn.as_str())
}

/// Adds a value to what is one text or a list.
pub(super) fn added(scene: &Scene, pointer: &str, value: &str) -> Change {
    match scene.at(pointer) {
        Some(Value::Array(_)) => Change::add(format!("{pointer}/-"), value),
        Some(Value::String(one)) => Change::replace(pointer, json!([one, value])),
        _ => Change::add(pointer, value),
    }
}

/// Takes a condition key away, with its operator and the block where nothing remains.
pub(super) fn removed_condition(scene: &Scene, key: &str) -> Option<Change> {
    let (operator, _) = key.rsplit_once('/')?;
    let (block, _) = operator.rsplit_once('/')?;
    let count = |pointer: &str| scene.at(pointer).and_then(Value::as_object).map(|it| it.len());
    Some(Change::remove(match (count(operator)?, count(block)?) {
        (1, 1) => block,
        (1, _) => operator,
        _ => key,
    }))
}

/// Puts a condition into the block that a key belongs to, under another operator or key.
pub(super) fn moved_condition(
    scene: &Scene,
    key: &str,
    operator: &str,
    new_key: &str,
    value: &Value,
) -> Option<Vec<Change>> {
    let (old_operator, _) = key.rsplit_once('/')?;
    let (block, _) = old_operator.rsplit_once('/')?;
    let target = format!("{block}/{}", escaped(operator));
    let remaining = scene.at(old_operator)?.as_object()?.len();
    let old = if remaining == 1 && target != old_operator { old_operator } else { key };
    let put = if scene.at(&target).is_some() {
        Change::add(format!("{target}/{}", escaped(new_key)), value.clone())
    } else {
        Change::add(target, json!({ new_key: value }))
    };
    Some(vec![Change::remove(old), put])
}
