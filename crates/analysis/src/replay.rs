//! What an attempt is answered, by the questions of the handlers that enforce.

mod caller;
mod foresee;
mod ground;
mod proof;
mod question;

use std::sync::Arc;

use stead_api::sts::{AssumeRole, AssumeRoleWithSAML, AssumeRoleWithWebIdentity};
use stead_api::{ApiError, ErrorCode, Operation as ApiOperation};
use stead_authorizer::{Ask, Judgement, SamlRefused, SupposedCaller, Surroundings, judge};
use stead_directory::Snapshot;
use stead_federation::oidc::Refusal as TokenRefusal;
use stead_policy::{Caller, ContextBuilder, Decision, PolicySet};
use stead_query::{DecodeRequest, Form, decode};
use stead_service::Asks;
use stead_sts::{Rehearse, Sts, account_of_role};
use stead_types::{AccountId, Arn, Timestamp};

use crate::attempt::{Attempt, Operation};
use crate::world::World;
pub(crate) use foresee::{foresee, foresee_action, judge_action};
use ground::Ground;

pub(crate) use question::judged;

/// An attempt and what it is answered.
#[derive(Debug)]
pub struct Replay {
    /// The answer.
    pub answer: Answer,
    /// Who called, where that was found out.
    pub caller: Option<SupposedCaller>,
    /// The actions that the call asks for.
    pub actions: Vec<&'static str>,
    /// Of these, in their order, what the policies say to those that are allowed.
    pub allowed: Vec<Judgement>,
    /// What the policies deny of them besides what refused the call.
    pub further: Vec<Denial>,
    /// What is not in view, and so was taken as it suits the caller.
    pub missing: Vec<String>,
}

/// What an attempt is answered.
#[derive(Debug)]
pub enum Answer {
    /// Credentials.
    Allowed,
    /// A refusal.
    Refused(Box<Refusal>),
}

/// Why an attempt fails, as found by the first thing that refuses it.
#[derive(Debug)]
#[expect(missing_docs, reason = "the fields are what the sentence before them names")]
pub enum Refusal {
    /// The request was signed too far from the time it arrived.
    Clock { signed_at: Timestamp, now: Timestamp },
    /// STS does not answer the caller in this region.
    Region { region: String },
    /// The request is refused for what it asks, before any policy.
    Request(ApiError),
    /// What should be the ARN of a role is none.
    RoleArn,
    /// Root users assume no roles.
    Root,
    /// The account of the role has no provider of this issuer, or of this ARN.
    NoProvider { issuer: String },
    /// The certificate of the issuer is not one that the provider lists.
    Thumbprint { found: String },
    /// The keys of the issuer cannot be had, or the token's is not among them.
    Keys { key_id: Option<String> },
    /// The token is refused.
    Token(TokenRefusal),
    /// The assertion is refused.
    Assertion(SamlRefused),
    /// A question is answered with no.
    Denied(Box<Denial>),
    /// The request is refused for what it asks, after the policies have said yes.
    Later(ApiError),
    /// Policies and tags of the session take too much.
    Packed { percent: u32 },
}

/// A question that is answered with no.
#[derive(Debug)]
pub struct Denial {
    /// The question.
    pub ask: Ask,
    /// Why.
    pub judgement: Judgement,
}

/// Asks what the attempt is answered.
#[must_use]
pub fn replay(world: &World, attempt: &Attempt) -> Replay {
    let mut replay = Replay {
        answer: Answer::Allowed,
        caller: None,
        actions: Vec::new(),
        allowed: Vec::new(),
        further: Vec::new(),
        missing: Vec::new(),
    };
    let attempted = Attempted { world, attempt };
    if let Err(refusal) = attempted.call(&mut replay) {
        replay.answer = Answer::Refused(Box::new(refusal));
    }
    replay
}

struct Attempted<'a> {
    world: &'a World,
    attempt: &'a Attempt,
}

impl Attempted<'_> {
    fn call(&self, replay: &mut Replay) -> Result<(), Refusal> {
        self.connection()?;
        match self.attempt.operation {
            Operation::AssumeRole => self.perform::<AssumeRole>(replay),
            Operation::AssumeRoleWithWebIdentity => {
                self.perform::<AssumeRoleWithWebIdentity>(replay)
            }
            Operation::AssumeRoleWithSAML => self.perform::<AssumeRoleWithSAML>(replay),
        }
    }

    /// What is refused before the request is read.
    fn connection(&self) -> Result<(), Refusal> {
        let (environment, now) = (&self.attempt.environment, self.attempt.time);
        let signed_at = environment.request_signed_at.as_ref().and_then(|text| text.parse().ok());
        if let Some(signed_at) = signed_at {
            let skew = i64::try_from(stead_sigv4::SKEW_MAX.as_secs()).unwrap_or(i64::MAX);
            if now.seconds_since(signed_at).abs() > skew {
                return Err(Refusal::Clock { signed_at, now });
            }
        }
        // No export says where STS is switched off: the case does, or the answer.
        let off = environment.sts_region_active == Some(false)
            || environment.caller_region_opt_in == Some(false);
        if off { Err(Refusal::Region { region: self.region().to_owned() }) } else { Ok(()) }
    }

    fn perform<Op>(&self, replay: &mut Replay) -> Result<(), Refusal>
    where
        Op: ApiOperation,
        Op::Input: DecodeRequest,
        Sts: Rehearse<Op>,
    {
        let input = self.input::<Op>()?;
        let owner = account_of_role(self.attempt.role_arn()).map_err(|_| Refusal::RoleArn)?;
        let (caller, home) = self.caller(owner, &mut replay.missing)?;
        replay.caller = Some(caller.clone());
        let ground = Ground::new(self.world, self.attempt, &home);
        let call = ground.call(&caller);
        if matches!(caller.principal(), Caller::Root { .. }) {
            return Err(Refusal::Root);
        }
        let asks = <Sts as stead_service::Authorization<Op>>::asks(&input, &call);
        let Asks::Permissions(asks) = asks.map_err(Refusal::Request)? else { return Ok(()) };
        replay.actions = asks.iter().map(|ask| ask.action).collect();
        let surroundings = self.surroundings(&caller, owner);
        let mut denied = None;
        for ask in asks {
            let judgement = judge(&caller, &home, &ask, call.facts, &surroundings);
            match (judgement.decision, &denied) {
                (Decision::Allow, None) => replay.allowed.push(judgement),
                (Decision::Allow, Some(_)) => {}
                (_, None) => denied = Some(Denial { ask, judgement }),
                (_, Some(_)) => replay.further.push(Denial { ask, judgement }),
            }
        }
        if let Some(denial) = denied {
            return Err(Refusal::Denied(Box::new(denial)));
        }
        self.afterwards(<Sts as Rehearse<Op>>::rehearse(&input, &call))
    }

    /// How much policies take is AWS's secret, so what a case says of it goes before
    /// what Stead counts.
    fn afterwards(&self, rehearsed: Result<(), ApiError>) -> Result<(), Refusal> {
        let said = self.attempt.environment.packed_size_percent;
        match rehearsed {
            Err(error) if error.code() == ErrorCode::PackedPolicyTooLarge => {
                if said.is_none() {
                    return Err(Refusal::Later(error));
                }
            }
            Err(error) => return Err(Refusal::Later(error)),
            Ok(()) => {}
        }
        match said {
            Some(percent) if percent > 100.0 => {
                let percent = format!("{percent:.0}").parse().unwrap_or(u32::MAX);
                Err(Refusal::Packed { percent })
            }
            _ => Ok(()),
        }
    }

    /// The request as the server would decode it from a form.
    fn input<Op>(&self) -> Result<Op::Input, Refusal>
    where
        Op: ApiOperation,
        Op::Input: DecodeRequest,
    {
        let form = ground::form(self.attempt);
        let form = Form::parse(None, Some("application/x-www-form-urlencoded"), form.as_bytes());
        decode::<Op>(&form.map_err(Refusal::Request)?).map_err(Refusal::Request)
    }

    fn region(&self) -> &str {
        self.attempt.environment.sts_region.as_deref().unwrap_or(ground::REGION)
    }

    fn surroundings(&self, caller: &SupposedCaller, owner: AccountId) -> Surroundings {
        let of = |account| self.world.account(account);
        let service_control = of(caller.account()).map(|account| account.service_control.clone());
        let resource_control = of(owner).map(|account| account.resource_control.clone());
        Surroundings {
            service_control: service_control.unwrap_or_default(),
            resource_control: resource_control.unwrap_or_else(PolicySet::default),
            resource_policy: None,
            context: self.context(caller, owner),
        }
    }

    /// Condition keys beside those of the call.
    fn context(&self, caller: &SupposedCaller, owner: AccountId) -> ContextBuilder {
        let organization = |account| self.world.account(account)?.organization.as_deref();
        // Spec: UG:reference_policies_condition-keys, aws:PrincipalOrgID: of principals
        // that are members; who comes with a foreign token is none yet.
        let is_member = caller.principal().account().is_some();
        let principal = organization(caller.account()).filter(|_| is_member);
        let mut keys = ContextBuilder::new()
            .optional("aws:PrincipalOrgID", principal)
            .optional("aws:ResourceOrgID", organization(owner));
        if self.attempt.caller.as_ref().is_some_and(|caller| caller.source_ip.is_none()) {
            keys = keys.absent("aws:SourceIp");
        }
        if self.attempt.parameters.contains_key("TokenCode") {
            // The code of a one-time password is taken for right: nobody can check it.
            keys = keys.single("aws:MultiFactorAuthPresent", "true");
            keys = keys.single("aws:MultiFactorAuthAge", "0");
        }
        keys = ground::unavailable_claims(keys, self.attempt);
        for (key, value) in &self.attempt.context {
            keys = ground::with_value(keys, key, value);
        }
        keys
    }
}

impl Denial {
    /// The role that was asked for.
    #[must_use]
    pub fn role_arn(&self) -> Option<Arn> {
        self.ask.resource.arn().parse().ok()
    }
}

impl Replay {
    /// Whether credentials are given.
    #[must_use]
    pub fn is_allowed(&self) -> bool {
        matches!(self.answer, Answer::Allowed)
    }
}

/// The snapshot that a call is asked on.
type Home = Arc<Snapshot>;
