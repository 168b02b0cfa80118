//! A question that no handler here asks: about any action, on any resource.

use std::sync::Arc;

use stead_api::ApiError;
use stead_authorizer::{Ask, GivenPolicy, Judgement, Resource, Surroundings, judge};
use stead_policy::{CompiledPolicy, ContextBuilder, DocumentKind, PolicySource};
use stead_types::{AccountId, Arn};

use super::ground::Ground;
use super::{Attempted, Refusal};
use crate::attempt::Attempt;
use crate::world::World;

/// What the policies say to a question.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) judgement: Judgement,
    /// What is not in view, and so was taken as it suits the caller.
    pub(crate) missing: Vec<String>,
}

/// Asks whether the caller of the attempt may do something, with its surroundings.
///
/// Who owns the resource is said by its ARN, else by `aws:ResourceAccount`; where neither
/// does, it is the caller's own. `policy` is the text of the resource's own policy, where it
/// has one.
///
/// # Errors
/// A caller that is none.
pub(crate) fn judged(
    world: &World,
    attempt: &Attempt,
    action: &str,
    resource: &str,
    policy: Option<&str>,
) -> Result<Judged, Refusal> {
    let attempted = Attempted { world, attempt };
    let arn: Option<Arn> = resource.parse().ok();
    let told = attempt.context.get("aws:ResourceAccount").and_then(|value| value.as_str());
    let owner = arn.as_ref().and_then(Arn::account);
    let owner = owner.or_else(|| told.and_then(|text| text.parse().ok()));
    let calling = attempt.caller.as_ref().and_then(|caller| caller.arn.as_ref());
    let calling = calling.and_then(|arn| arn.parse::<Arn>().ok()?.account());
    // A service has no account: it is asked about what somebody owns.
    let nobody = || Refusal::Request(ApiError::validation("nothing says who owns the resource"));
    let owner = owner.or(calling).ok_or_else(nobody)?;
    let mut missing = Vec::new();
    let (caller, home) = attempted.caller(owner, &mut missing)?;
    let ground = Ground::new(world, attempt, &home);
    let call = ground.call(&caller);
    let given = policy.map(|text| resource_policy(resource, text));
    let resource = attempted.resource(action, resource, arn.as_ref(), owner);
    let ask = Ask { action, resource, context: ContextBuilder::new(), shown: None };
    let surroundings =
        Surroundings { resource_policy: given, ..attempted.surroundings(&caller, owner) };
    Ok(Judged { judgement: judge(&caller, &home, &ask, call.facts, &surroundings), missing })
}

fn resource_policy(resource: &str, text: &str) -> GivenPolicy {
    let (policy, _) = CompiledPolicy::compile_stored(text, DocumentKind::Resource);
    GivenPolicy {
        source: PolicySource::Resource { resource: resource.into() },
        policy: Arc::new(policy),
    }
}

impl Attempted<'_> {
    /// The resource as a handler would name it: of roles and users with their tags.
    ///
    /// Spec: UG:reference_policies_elements_principal and UG:id_session-tags: for STS a
    /// role is what its trust policy guards, also for `sts:TagSession` and
    /// `sts:SetSourceIdentity`; for IAM it is a resource like others.
    fn resource(
        &self,
        action: &str,
        text: &str,
        arn: Option<&Arn>,
        account: AccountId,
    ) -> Resource {
        if text == "*" {
            return Resource::Any { account };
        }
        let snapshot = self.world.account(account).map(|found| &found.snapshot);
        let role = arn.and_then(|arn| snapshot?.role_by_arn(arn));
        let is_sts = action.get(..4).is_some_and(|service| service.eq_ignore_ascii_case("sts:"));
        let is_role = arn.is_some_and(|arn| arn.resource_of("role").is_some());
        if is_sts && is_role {
            return Resource::Role { account, arn: text.to_owned(), role: role.cloned() };
        }
        // Of all questions of STS only that of AssumeRoot is about a root user.
        if is_sts && arn.is_some_and(|arn| arn.resource() == "root") {
            return Resource::ManagedRoot { account, arn: text.to_owned() };
        }
        let user = arn.and_then(|arn| snapshot?.user_by_arn(arn));
        let tags = role.map(|role| &role.tags).or_else(|| user.map(|user| &user.tags)).cloned();
        Resource::Plain { account, arn: text.to_owned(), tags }
    }
}
