use std::sync::Arc;
use std::time::Duration;

use stead_api::ApiError;
use stead_api::sts::{AssumeRole, AssumeRoleRequest, AssumeRoleResponse};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_directory::entity::Role;
use stead_policy::Caller;
use stead_service::{Asks, Authorization, Call, Handle, Understood, Work};
use stead_session::{Chaining, Claims, MfaState, PackedSize};
use stead_types::{AccountId, SourceIdentity};

use crate::credentials::credentials;
use crate::duration::Chain;
use crate::mfa::MfaProof;
use crate::role_arn::{RoleArn, account_named};
use crate::role_session::{RoleSession, decoded, shown};
use crate::session_tags::RequestedTags;
use crate::{Rehearse, Sts, duration, session_policies};

mod questions;

impl Authorization<AssumeRole> for Sts {
    fn asks(input: &AssumeRoleRequest, call: &Call<'_>) -> Result<Asks, ApiError> {
        Ok(<Self as Authorization<AssumeRole>>::begin(input, call)?.0)
    }

    fn begin(input: &AssumeRoleRequest, call: &Call<'_>) -> Result<(Asks, Understood), ApiError> {
        if matches!(call.caller.principal(), Caller::Root { .. }) {
            return Err(ApiError::access_denied("Roles may not be assumed by root accounts."));
        }
        let assumption = Assumption::read(input, call)?;
        Ok((questions::asks(&assumption), Understood::of(assumption)))
    }
}

impl Handle<AssumeRole> for Sts {
    fn accounts(input: &AssumeRoleRequest, _: &Snapshot) -> Vec<AccountId> {
        account_named(&input.role_arn).into_iter().collect()
    }

    fn execute(
        _permit: Authorized<AssumeRole>,
        input: AssumeRoleRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AssumeRoleResponse, ApiError> {
        let assumption = match work.understood.take() {
            Some(assumption) => assumption,
            None => Assumption::read(&input, call)?,
        };
        let (role, lasts) = permitted(&assumption, &input, call)?;
        let Assumption { session, mfa, .. } = assumption;
        work.guards.extend(mfa.as_ref().map(|proof| proof.guard(call)));
        let user = session.user(&role);
        let now = call.facts.now;
        let claims = Claims {
            mfa: mfa.map_or(MfaState::Absent, |_| MfaState::Authenticated { at: now }),
            ..session.begin(&role, chaining(call), call, lasts)?
        };
        let packed = PackedSize::of(&claims.policies, &claims.tags);
        let credentials = credentials(&claims, work)?;
        Ok(AssumeRoleResponse {
            credentials: Some(credentials),
            assumed_role_user: Some(user),
            packed_policy_size: shown(packed),
            source_identity: claims.source_identity.map(|identity| identity.to_string()),
        })
    }
}

impl Rehearse<AssumeRole> for Sts {
    fn rehearse(input: &AssumeRoleRequest, call: &Call<'_>) -> Result<(), ApiError> {
        let assumption = Assumption::read(input, call)?;
        permitted(&assumption, input, call)?;
        assumption.session.must_fit()
    }
}

/// What is checked once the policies have said yes.
fn permitted(
    assumption: &Assumption,
    input: &AssumeRoleRequest,
    call: &Call<'_>,
) -> Result<(Arc<Role>, Duration), ApiError> {
    let session = &assumption.session;
    let role = session.permitted_role()?;
    let home = call.snapshot_of(session.target.account);
    let home = home.ok_or_else(|| ApiError::internal("a role without its account"))?;
    session_policies::must_exist(&session.policies, home)?;
    let lasts = duration::of_role_session(input.duration_seconds, &role, chain(call))?;
    Ok((role, lasts))
}

/// A request to assume a role, understood: everything that can be known of it
/// before any policy is asked.
struct Assumption {
    session: RoleSession,
    external_id: Option<String>,
    mfa: Option<MfaProof>,
}

impl Assumption {
    fn read(input: &AssumeRoleRequest, call: &Call<'_>) -> Result<Self, ApiError> {
        let target = RoleArn::parse(&input.role_arn)?;
        let mfa = MfaProof::check(input.serial_number.as_deref(), input.token_code.as_ref(), call)?;
        if !input.provided_contexts.is_empty() {
            // Choice: trusted context providers belong to IAM Identity Center, which
            // does not exist here; ignoring them would drop what the caller relies on.
            return Err(ApiError::validation("ProvidedContexts are not supported."));
        }
        let role = call
            .snapshot_of(target.account)
            .and_then(|account| account.role_by_arn(&target.arn))
            .cloned();
        let (keys, caller) = (&input.transitive_tag_keys, call.caller.claims());
        let session = RoleSession {
            role,
            name: decoded(&input.role_session_name)?,
            policies: session_policies::read(input.policy.as_deref(), &input.policy_arns)?,
            tags: RequestedTags::read(&input.tags, keys, caller)?,
            source_identity: source_identity(input, call, &target)?,
            target,
        };
        Ok(Self { session, external_id: input.external_id.clone(), mfa })
    }
}

/// Spec: UG:id_credentials_temp_control-access_monitor: a source identity is set once
/// and kept through every role that is assumed with the session; it begins with `aws:`
/// only when AWS sets it.
fn source_identity(
    input: &AssumeRoleRequest,
    call: &Call<'_>,
    target: &RoleArn,
) -> Result<Option<SourceIdentity>, ApiError> {
    let held = call.caller.claims().and_then(|claims| claims.source_identity.as_ref());
    let Some(text) = &input.source_identity else { return Ok(held.cloned()) };
    if text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("aws:")) {
        return Err(ApiError::validation("Source Identity must not begin with aws:"));
    }
    let asked: SourceIdentity = decoded(text)?;
    match held {
        // Choice: AWS refuses a change; the text is that of a denied SetSourceIdentity.
        Some(held) if *held != asked => Err(ApiError::access_denied(format!(
            "User: {} is not authorized to perform: sts:SetSourceIdentity on resource: {}",
            call.caller.arn(),
            target.arn
        ))),
        _ => Ok(Some(asked)),
    }
}

fn chain(call: &Call<'_>) -> Chain {
    if call.caller.claims().is_some() { Chain::Chained } else { Chain::First }
}

fn chaining(call: &Call<'_>) -> Chaining {
    match call.caller.principal() {
        Caller::RoleSession { .. } => Chaining::Chained,
        _ => Chaining::Direct,
    }
}
