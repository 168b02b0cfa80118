//! Roles that are not there, and ARNs that are of no role.

use stead_authorizer::Resource;
use stead_types::Arn;

use super::{Finding, Scene, Where};
use crate::fixes;
use crate::replay::Denial;
use crate::{Cause, Layer};

/// What is wrong with an ARN that leads to no role; none where the role is there.
pub(super) fn missing(scene: &Scene, denial: &Denial) -> Option<Vec<Finding>> {
    let Resource::Role { role: None, account, .. } = &denial.ask.resource else { return None };
    let asked: Arn = scene.attempt.role_arn().parse().ok()?;
    let meant = fixes::meant_role(scene);
    let elsewhere = |arn: &Arn| arn.account() != Some(*account);
    let name = |arn: &Arn| arn.resource().rsplit('/').next().map(str::to_ascii_lowercase);
    let same_name = meant.as_ref().is_some_and(|meant| name(meant) == name(&asked));
    let wrong_account = meant.as_ref().is_some_and(elsewhere) && same_name;
    let (cause, layer) = if wrong_account {
        (Cause::RoleWrongAccount, Layer::Request)
    } else {
        (Cause::RoleNotFound, Layer::Role)
    };
    Some(vec![finding(cause, layer, &asked.to_string(), meant.as_ref())])
}

/// The ARN is none of a role.
pub(super) fn not_a_role(scene: &Scene) -> Vec<Finding> {
    let meant = fixes::meant_role(scene);
    let asked = scene.attempt.role_arn();
    let decisive = finding(Cause::RequestRoleArnNotARole, Layer::Request, asked, meant.as_ref());
    vec![decisive, finding(Cause::RoleNotFound, Layer::Role, asked, meant.as_ref())]
}

/// The role is there, and the one of the same name in another account would have let the
/// caller in.
pub(super) fn of_other_account(scene: &Scene) -> Option<Finding> {
    let asked: Arn = scene.attempt.role_arn().parse().ok()?;
    let same_name =
        |other: &&Arn| other.resource() == asked.resource() && other.account() != asked.account();
    let roles = fixes::other_roles(scene);
    let meant = roles.iter().find(same_name)?;
    Some(finding(Cause::RoleWrongAccount, Layer::Request, asked.as_str(), Some(meant)))
}

fn finding(cause: Cause, layer: Layer, asked: &str, meant: Option<&Arn>) -> Finding {
    let parameter = (layer == Layer::Request).then(|| "RoleArn".to_owned());
    let place = Where {
        role_arn: (layer == Layer::Role).then(|| asked.to_owned()),
        parameter,
        expected: Some(meant.map_or("the ARN of a role that exists".to_owned(), Arn::to_string)),
        actual: Some(asked.to_owned()),
        ..Where::default()
    };
    Finding { cause, layer, place }
}
