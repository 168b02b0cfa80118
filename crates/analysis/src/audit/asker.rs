//! Questions of an audit. Each is answered as `stead who-can` answers it.

use stead_authorizer::Resource;
use stead_policy::{ContextBuilder, PolicyRef, PolicySource, Reach};
use stead_types::Arn;

use crate::access::{Access, Hop, Kind, Person, Verdict};

/// What stands for a name that no policy names.
pub(super) const ANY: &str = "any-other";

/// The managed policy of AWS that allows everything.
pub(super) const EVERYTHING: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// The same as a call is shown with `*` in its place.
fn shown(resource: &str) -> String {
    resource.replace(ANY, "*")
}

/// Whether somebody may do something to a resource, in a call of which these keys are known.
/// Of whom it is not known is not said to be able.
pub(super) fn may(
    access: &Access<'_>,
    who: &Person,
    action: &str,
    resource: &str,
    known: ContextBuilder,
) -> Option<Hop> {
    let from = who.principal();
    let asked = match resource {
        "*" => Resource::Any { account: who.account },
        resource => access.resource(resource, who.account),
    };
    let (verdict, conditions) = access.may_act_with(&from, action, &asked, known)?;
    let (action, to) = (action.to_owned(), shown(resource));
    (verdict == Verdict::Allowed).then_some(Hop { from, action, to, verdict, conditions })
}

/// Whether somebody may do something to some resource of a kind: one that no policy names, or
/// one that their own policies are about.
///
/// `kind` is what the ARNs of the kind begin with, `ACCOUNT` and `us-east-1` standing for any
/// account and region; `*` where the action knows no resource.
pub(super) fn may_somewhere(
    access: &Access<'_>,
    who: &Person,
    action: &str,
    kind: &str,
) -> Option<Hop> {
    if kind == "*" {
        return may(access, who, action, "*", ContextBuilder::new());
    }
    let kind = kind.replace("ACCOUNT", &who.account.to_string());
    let own = named_by(access, who, action, &kind).into_iter();
    let all = std::iter::once(format!("{kind}{ANY}")).chain(own);
    let mut all = all.take(SAMPLES_MAX);
    all.find_map(|resource| may(access, who, action, &resource, ContextBuilder::new()))
}

/// Resources of one action that are asked about.
const SAMPLES_MAX: usize = 16;

/// Resources of a kind that the policies of somebody are about.
fn named_by(access: &Access<'_>, who: &Person, action: &str, kind: &str) -> Vec<String> {
    let Some(account) = access.world().account(who.account) else { return Vec::new() };
    let mut samples = Vec::new();
    for PolicyRef { policy, .. } in who.identity_policies(&account.snapshot) {
        for reach in policy.reach(action) {
            let Reach::Matching(pattern) = reach else { continue };
            samples.extend(sample(pattern, kind).filter(|sample| !samples.contains(sample)));
        }
    }
    samples
}

/// An ARN of a kind that a pattern matches, if the pattern says more than the kind.
fn sample(pattern: &str, kind: &str) -> Option<String> {
    let parts: Vec<&str> = pattern.splitn(6, ':').collect();
    let wanted: Vec<&str> = kind.splitn(6, ':').collect();
    let ([_, _, _, _, _, resource], [arn, partition, service, region, account, begin]) =
        (parts.as_slice(), wanted.as_slice())
    else {
        return None;
    };
    if pattern.contains("${") {
        return None;
    }
    let meant = |place: usize, standing: &str| match parts.get(place) {
        Some(text) if !text.contains(['*', '?']) => (*text).to_owned(),
        _ => standing.to_owned(),
    };
    let (asked_service, asked_account) = (meant(2, service), meant(4, account));
    let resource = resource.replace('*', ANY).replace('?', "x");
    // The evaluator would let pass what AWS has no such action for.
    let is_kind = asked_service == *service && asked_account == *account;
    (is_kind && resource.starts_with(begin)).then(|| {
        let (partition, region) = (meant(1, partition), meant(3, region));
        format!("{arn}:{partition}:{service}:{region}:{account}:{resource}")
    })
}

/// What a call that changes somebody's policies knows of their boundary.
///
/// Spec: service authorization reference, IAM: `iam:PermissionsBoundary` of AttachRolePolicy
/// and its like is the boundary that the user or role has.
pub(super) fn with_boundary(access: &Access<'_>, of: &Person) -> ContextBuilder {
    let account = access.world().account(of.account);
    let boundary = account.and_then(|account| of.boundary(&account.snapshot));
    match boundary.map(|boundary| boundary.source) {
        Some(PolicySource::Boundary { arn }) => {
            ContextBuilder::new().single("iam:PermissionsBoundary", arn.as_str())
        }
        _ => ContextBuilder::new().absent("iam:PermissionsBoundary"),
    }
}

/// Roles that AWS itself keeps: nobody can change them, nor pass those linked to services.
///
/// Spec: UG:id_roles_create-service-linked-role, and UG:troubleshoot_roles ("protected"
/// roles of IAM Identity Center): IAM answers UnmodifiableEntity.
pub(super) fn is_kept_by_aws(person: &Person) -> bool {
    let path = person.arn.resource();
    person.kind == Kind::Role
        && (path.starts_with("role/aws-service-role/") || path.starts_with("role/aws-reserved/"))
}

/// Roles that act for a service of AWS and for nobody else.
pub(super) fn is_linked_to_service(arn: &Arn) -> bool {
    arn.resource().starts_with("role/aws-service-role/")
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn samples_are_of_the_kind_and_of_nothing_else() {
        let kind = "arn:aws:lambda:us-east-1:111122223333:function:";
        let of = |pattern| sample(pattern, kind);
        let found = |text: &str| Some(text.to_owned());
        let team = found("arn:aws:lambda:us-east-1:111122223333:function:team-any-other");
        assert_eq!(of("arn:aws:lambda:*:*:function:team-*"), team);
        let west = found("arn:aws:lambda:eu-west-1:111122223333:function:x");
        assert_eq!(of("arn:aws:lambda:eu-west-1:111122223333:function:x"), west);
        for other in [
            "*",
            "arn:aws:lambda:*:444455556666:function:team-*",
            "arn:aws:lambda:*:*:layer:team-*",
            "arn:aws:s3:::bucket/*",
            "arn:aws:lambda:*:*:function:${aws:username}-*",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
