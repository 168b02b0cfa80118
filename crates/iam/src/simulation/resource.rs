//! What a simulated action is done to.

use stead_authorizer::{Ask, Resource, ResourceSide};
use stead_directory::Snapshot;
use stead_directory::entity::ResourceTags;
use stead_policy::{ContextBuilder, DocumentKind, ResourcePolicy};
use stead_service::{Call, Simulator};
use stead_types::{AccountId, Arn};

use super::given::Given;
use super::request::Request;

/// The actions that a trust policy has a say in.
const OF_TRUST: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

fn is_of_trust(action: &str) -> bool {
    OF_TRUST.iter().any(|known| known.eq_ignore_ascii_case(action))
}

/// What a policy on the side of the resource must be for these actions.
pub(super) fn policy_kind(request: &Request) -> DocumentKind {
    if request.actions.iter().all(|action| is_of_trust(action)) {
        DocumentKind::Trust
    } else {
        DocumentKind::Resource
    }
}

/// The policy on the side of the resource.
///
/// Observed: aws/aws-cli issue 10314: AWS reads a trust policy that is given and leaves it
/// out, and leaves out that of the role.
pub(super) fn side<'a>(
    action: &str,
    given: Option<&'a Given>,
    simulator: Simulator,
) -> ResourceSide<'a> {
    match (given, simulator) {
        (_, Simulator::AsAws) if is_of_trust(action) => ResourceSide::Given(ResourcePolicy::None),
        (None, Simulator::AsAws) => ResourceSide::Given(ResourcePolicy::None),
        (Some(given), _) => ResourceSide::Given(given.on_the_resource()),
        (None, Simulator::AsCalls) => ResourceSide::Found,
    }
}

/// The question about an action, and a resource if one is named.
///
/// Spec: API SimulatePrincipalPolicy, ResourceOwner: without one, the account in the ARN
/// owns the resource, or else the caller's. Calls of IAM are about its caller's account
/// alone. AWS's simulator does not ask whose a resource is that no policy is given of.
pub(super) fn question(
    action: &str,
    arn: Option<&str>,
    owner: Option<AccountId>,
    callers: AccountId,
    side: &ResourceSide<'_>,
    call: &Call<'_>,
) -> Ask<String> {
    let one_sided = call.simulator == Simulator::AsAws
        && matches!(side, ResourceSide::Given(ResourcePolicy::None));
    let parsed: Option<Arn> = arn.and_then(|arn| arn.parse().ok());
    let in_arn = parsed.as_ref().and_then(Arn::account).filter(|_| !is_of_iam(action));
    let account = if one_sided { callers } else { owner.or(in_arn).unwrap_or(callers) };
    let mut context = ContextBuilder::new();
    let resource = match (arn, parsed) {
        (None, _) => Resource::Any { account },
        (Some(arn), None) => Resource::Plain { account, arn: arn.to_owned(), tags: None },
        (Some(text), Some(arn)) => {
            // Of another account nothing is told, as if it had no such role.
            let own = (account == call.account.account()).then_some(call.account);
            if is_of_trust(action) && arn.resource_of("role").is_some()
                || call.simulator == Simulator::AsCalls && asks_for_no_role(action, &arn)
            {
                let role = own.and_then(|own| own.role_by_arn(&arn)).cloned();
                Resource::Role { account, arn: text.to_owned(), role }
            } else {
                let known = own.filter(|_| call.simulator == Simulator::AsCalls);
                plain(account, text, &arn, known, &mut context)
            }
        }
    };
    Ask { action: action.to_owned(), resource, context, shown: None }
}

/// AssumeRole with the ARN of a user or of a session: as for a role that is not there, nobody
/// is trusted.
fn asks_for_no_role(action: &str, arn: &Arn) -> bool {
    action.eq_ignore_ascii_case("sts:AssumeRole")
        && matches!(arn.service(), "iam" | "sts")
        && arn.resource_of("role").is_none()
}

fn is_of_iam(action: &str) -> bool {
    action.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("iam:"))
}

/// A resource that has no policy here, with the tags that it is known to have.
fn plain(
    account: AccountId,
    text: &str,
    arn: &Arn,
    known: Option<&Snapshot>,
    context: &mut ContextBuilder,
) -> Resource {
    let user = known.and_then(|own| own.user_by_arn(arn)).map(|user| &user.tags);
    let role = known.and_then(|own| own.role_by_arn(arn)).map(|role| &role.tags);
    let others = known.and_then(|own| resource_tags(arn, own));
    for (key, value) in others.into_iter().flat_map(ResourceTags::iter) {
        context.set(&format!("aws:ResourceTag/{}", key.as_str()), value.as_str());
        context.set(&format!("iam:ResourceTag/{}", key.as_str()), value.as_str());
    }
    Resource::Plain { account, arn: text.to_owned(), tags: user.or(role).cloned() }
}

fn resource_tags<'a>(arn: &Arn, own: &'a Snapshot) -> Option<&'a ResourceTags> {
    let policy = own.policy(arn).map(|policy| &policy.tags);
    let device = || own.mfa_device(arn).map(|device| &device.tags);
    let oidc = || own.oidc_provider(arn).map(|provider| &provider.tags);
    let saml = || own.saml_provider(arn).map(|provider| &provider.tags);
    let profile = || {
        let name = arn.resource_of("instance-profile")?.rsplit('/').next()?;
        let profile = own.instance_profile_by_name(name)?;
        (profile.arn(own.account()) == *arn).then_some(&profile.tags)
    };
    policy.or_else(device).or_else(oidc).or_else(saml).or_else(profile)
}
