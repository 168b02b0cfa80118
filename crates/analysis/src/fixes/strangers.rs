//! Whether a fix lets in somebody else: tried with strangers.

use serde_json::{Value, json};
use stead_policy::Caller;

use crate::diagnosis::Scene;
use crate::patch::{Change, Patch};

/// Whether, after the patch, a call succeeds that is like this one and comes from someone
/// else, and that did not succeed before.
///
/// The strangers are another role of the caller's account that may do everything on its
/// own side, another session of the caller's role is none; and other subjects of the same
/// issuer. Fixes that change no account let nobody in.
pub(super) fn are_let_in(scene: &Scene, patch: &Patch) -> bool {
    let changes_accounts = patch.0.iter().any(|change| !change.is_of_attempt());
    if !changes_accounts {
        return false;
    }
    let strangers = strangers(scene);
    strangers.into_iter().any(|stranger| {
        let before = scene.allowed_after(stranger.clone());
        let after = patch.followed_by(&Patch(stranger));
        !before && scene.allowed_after(after.0)
    })
}

fn strangers(scene: &Scene) -> Vec<Vec<Change>> {
    let Some(caller) = scene.replay.caller.as_ref() else { return subjects(scene) };
    match caller.principal() {
        Caller::RoleSession { account, .. } | Caller::User { account, .. } => {
            let place = scene.world.account(*account).map(|account| account.place.clone());
            place.map(|place| role(scene, &place, &account.to_string())).into_iter().collect()
        }
        Caller::WebIdentity { .. } => subjects(scene),
        _ => Vec::new(),
    }
}

/// Another role of the caller's account, and a session of it as the caller.
fn role(scene: &Scene, account: &str, number: &str) -> Vec<Change> {
    let everything = json!({"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let role = json!({
        "Path": "/", "RoleName": "SomebodyElse", "RoleId": "AROASOMEBODYELSEXXXXX",
        "Arn": format!("arn:aws:iam::{number}:role/SomebodyElse"),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "RolePolicyList": [{"PolicyName": "everything", "PolicyDocument": everything}],
        "AttachedManagedPolicies": [],
    });
    let list = format!("{account}/Authorization/RoleDetailList");
    let add = match scene.at(&list) {
        Some(Value::Array(_)) => Change::add(format!("{list}/-"), role),
        _ => Change::add(list, json!([role])),
    };
    let arn = format!("arn:aws:sts::{number}:assumed-role/SomebodyElse/session");
    vec![
        add,
        Change::add("/attempt/caller/arn", arn),
        Change::add("/attempt/caller/credential", "assumed-role"),
    ]
}

/// The same token of somebody else: of a like name, and of quite another.
fn subjects(scene: &Scene) -> Vec<Vec<Change>> {
    const SUBJECT: &str = "/attempt/token/claims/sub";
    let Some(subject) = scene.at(SUBJECT).and_then(Value::as_str) else { return Vec::new() };
    [format!("{subject}-else"), "somebody:else".to_owned()]
        .map(|other| vec![Change::replace(SUBJECT, other)])
        .into()
}
