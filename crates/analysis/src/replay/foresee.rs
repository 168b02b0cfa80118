//! What an attempt would be answered where nobody knows some of its circumstances.

use stead_api::Operation as ApiOperation;
use stead_api::sts::{AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity};
use stead_authorizer::{Ask, Foresight, judge};
use stead_policy::{ContextBuilder, Decision};
use stead_query::DecodeRequest;
use stead_service::Asks;
use stead_sts::{Rehearse, Sts, account_of_role};

use super::ground::Ground;
use super::{Attempted, Refusal};
use crate::attempt::{Attempt, Operation};
use crate::world::World;

/// Asks the questions of the attempt's handler, with these keys over those of the call.
pub(crate) fn foresee(
    world: &World,
    attempt: &Attempt,
    open: &ContextBuilder,
) -> Result<Foresight, Refusal> {
    let attempted = Attempted { world, attempt };
    match attempt.operation {
        Operation::AssumeRole => attempted.foresee::<AssumeRole>(open),
        Operation::AssumeRoleWithWebIdentity => {
            attempted.foresee::<AssumeRoleWithWebIdentity>(open)
        }
        Operation::AssumeRoleWithSAML => attempted.foresee::<AssumeRoleWithSAML>(open),
    }
}

/// Asks whether the caller of the attempt may do something else.
pub(crate) fn foresee_action(
    world: &World,
    attempt: &Attempt,
    ask: &Ask<String>,
    open: &ContextBuilder,
) -> Result<Foresight, Refusal> {
    let attempted = Attempted { world, attempt };
    let owner = ask.resource.account();
    let (caller, home) = attempted.caller(owner, &mut Vec::new())?;
    let ground = Ground::new(world, attempt, &home);
    let mut surroundings = attempted.surroundings(&caller, owner);
    surroundings.context = surroundings.context.overlaid(open);
    Ok(stead_authorizer::foresee(&caller, &home, ask, ground.call(&caller).facts, &surroundings))
}

/// Asks the same with what the attempt says of its circumstances.
pub(crate) fn judge_action(
    world: &World,
    attempt: &Attempt,
    ask: &Ask<String>,
) -> Result<Decision, Refusal> {
    let attempted = Attempted { world, attempt };
    let owner = ask.resource.account();
    let (caller, home) = attempted.caller(owner, &mut Vec::new())?;
    let ground = Ground::new(world, attempt, &home);
    let surroundings = attempted.surroundings(&caller, owner);
    Ok(judge(&caller, &home, ask, ground.call(&caller).facts, &surroundings).decision)
}

impl Attempted<'_> {
    fn foresee<Op>(&self, open: &ContextBuilder) -> Result<Foresight, Refusal>
    where
        Op: ApiOperation,
        Op::Input: DecodeRequest,
        Sts: Rehearse<Op>,
    {
        let input = self.input::<Op>()?;
        let owner = account_of_role(self.attempt.role_arn()).map_err(|_| Refusal::RoleArn)?;
        let (caller, home) = self.caller(owner, &mut Vec::new())?;
        let ground = Ground::new(self.world, self.attempt, &home);
        let call = ground.call(&caller);
        let asks = <Sts as stead_service::Authorization<Op>>::asks(&input, &call);
        let Asks::Permissions(asks) = asks.map_err(Refusal::Request)? else {
            return Ok(Foresight::Allowed);
        };
        let mut surroundings = self.surroundings(&caller, owner);
        surroundings.context = surroundings.context.overlaid(open);
        let mut open = Foresight::Allowed;
        for ask in asks {
            match stead_authorizer::foresee(&caller, &home, &ask, call.facts, &surroundings) {
                Foresight::Allowed => {}
                Foresight::Denied => return Ok(Foresight::Denied),
                depends @ Foresight::Depends { .. } => open = depends,
            }
        }
        Ok(open)
    }
}
