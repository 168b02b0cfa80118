//! Who is supposed to call.

use std::time::Duration;

use stead_api::ApiError;
use stead_authorizer::{SupposedCaller, Supposition};
use stead_directory::entity::Role;
use stead_policy::{Caller, Context, ContextBuilder};
use stead_service::{Call, Simulator};
use stead_session::{Chaining, Claims, MfaState, SessionPolicies, SessionPrincipal, SessionTags};
use stead_types::{Arn, SessionName, UniqueId};

use super::entries;
use super::request::{Request, invalid};
use super::source::{Kind, Source, SourceArn};

/// The name of a role's session, where `aws:userid` does not say it.
const SESSION_NAME: &str = "simulation";

/// What stands for the unique id of who does not exist. Choice: no id of anybody's, since
/// these are random.
const NO_USER: &str = "AIDAAAAAAAAAAAAAAAAAA";
const NO_ROLE: &str = "AROAAAAAAAAAAAAAAAAAA";

/// Observed: radkawar/stackd, recorded in 2026: `aws:userid` of SimulateCustomPolicy without
/// a caller.
const NOBODY: &str = "STUB_PRINCIPAL_FOR_POLICY_SIMULATOR";

/// The principals of a simulation.
#[derive(Debug)]
pub(super) struct Principals {
    /// Whom principals and condition keys mean.
    pub(super) caller: SupposedCaller,
    /// Whose policies are gathered.
    pub(super) holder: Option<SupposedCaller>,
    /// Keys that the caller has besides what is known, or that it lacks.
    pub(super) keys: ContextBuilder,
}

/// The principals of SimulatePrincipalPolicy.
///
/// Spec: API SimulatePrincipalPolicy, CallerArn: without one the caller is whose policies are
/// simulated; with one, that one calls with the other's policies. Observed:
/// radkawar/stackd, recorded in 2026: also where these are a group's or a role's.
///
/// # Errors
/// As [`of_custom`].
pub(super) fn of_principal(
    source: Source<'_>,
    request: &Request,
    given: &Context,
    call: &Call<'_>,
) -> Result<Principals, ApiError> {
    let holder = match source {
        Source::User(user) => Some(supposed(Supposition::User(user.id.clone()), call)?),
        Source::Role(role) => Some(session_of(role, given, call)?),
        Source::Group(_) => None,
    };
    let own = source.arn(call.account.account());
    let named = named(request)?.filter(|named| *named.arn() != own);
    let (caller, keys) = match (&holder, named) {
        (_, Some(named)) => of_arn(&named, given, call)?,
        (Some(holder), None) => (holder.clone(), keys_of(&own, None, call)),
        (None, None) => {
            // A group calls nothing; its members have its policies.
            let group = SourceArn::read(own.as_str())?;
            of_arn(&group, given, call)?
        }
    };
    Ok(Principals { caller, holder, keys })
}

/// The principals of SimulateCustomPolicy: policies are only given.
///
/// # Errors
/// Observed: radkawar/stackd, recorded in 2026, the texts.
pub(super) fn of_custom(
    request: &Request,
    given: &Context,
    call: &Call<'_>,
) -> Result<Principals, ApiError> {
    let (caller, keys) = match named(request)? {
        Some(named) => of_arn(&named, given, call)?,
        None if request.resource_policy.is_some() => {
            return Err(invalid("Invalid caller - Caller cannot be null or empty."));
        }
        None => nobody(call)?,
    };
    Ok(Principals { caller, holder: None, keys })
}

fn named(request: &Request) -> Result<Option<SourceArn>, ApiError> {
    let read = |text: &String| {
        SourceArn::parse(text).ok_or_else(|| {
            invalid("Invalid caller - Caller must be an IAM user, role or group in this context.")
        })
    };
    request.caller_arn.as_ref().map(read).transpose()
}

/// Somebody who exists, as they are; anybody else, as imagined.
fn of_arn(
    named: &SourceArn,
    given: &Context,
    call: &Call<'_>,
) -> Result<(SupposedCaller, ContextBuilder), ApiError> {
    let own = named.account() == call.account.account();
    let user = call.account.user_by_arn(named.arn()).filter(|_| own);
    let role = call.account.role_by_arn(named.arn()).filter(|_| own);
    let user_name = (named.kind() == Kind::User).then(|| named.name());
    match (user, role) {
        (Some(user), _) => {
            let caller = supposed(Supposition::User(user.id.clone()), call)?;
            Ok((caller, keys_of(named.arn(), user_name, call)))
        }
        (None, Some(role)) => {
            Ok((session_of(role, given, call)?, keys_of(named.arn(), None, call)))
        }
        (None, None) => {
            let keys =
                keys_of(named.arn(), user_name, call).single("aws:userid", named.arn().as_str());
            Ok((imagined(named)?, keys))
        }
    }
}

/// The keys of the caller that AWS's simulator fills in, where it is to be answered as that.
/// Observed: radkawar/stackd, recorded in 2026.
fn keys_of(arn: &Arn, user_name: Option<&str>, call: &Call<'_>) -> ContextBuilder {
    match call.simulator {
        Simulator::AsCalls => ContextBuilder::new(),
        Simulator::AsAws => ContextBuilder::new()
            .single("aws:PrincipalArn", arn.as_str())
            .single("aws:PrincipalAccount", arn.account_text())
            .single("aws:userid", arn.as_str())
            .optional("aws:username", user_name),
    }
}

fn supposed(who: Supposition, call: &Call<'_>) -> Result<SupposedCaller, ApiError> {
    SupposedCaller::of(who, call.account).map_err(|error| ApiError::internal(error.to_string()))
}

/// A session of a role that begins now, without session policies, tags or a second factor.
fn session_of(role: &Role, given: &Context, call: &Call<'_>) -> Result<SupposedCaller, ApiError> {
    let name = entries::session_name(given, role.id.as_str());
    let name = name.as_deref().unwrap_or(SESSION_NAME);
    let session_name: SessionName = name
        .parse()
        .map_err(|_| invalid(format!("Invalid session name in context key aws:userid: {name}.")))?;
    let now = call.facts.now;
    let claims = Claims {
        account: call.account.account(),
        principal: SessionPrincipal::AssumedRole {
            role_id: role.id.clone(),
            role_name: role.name.clone(),
            session_name,
            chaining: Chaining::Direct,
        },
        issued_at: now,
        expires_at: now.plus(Duration::from_secs(role.max_session_duration.seconds().into())),
        policies: SessionPolicies::default(),
        tags: SessionTags::default(),
        source_identity: None,
        mfa: MfaState::Absent,
        federation: None,
    };
    supposed(Supposition::Session(Box::new(claims)), call)
}

/// Who need not exist.
fn imagined(named: &SourceArn) -> Result<SupposedCaller, ApiError> {
    let (account, arn) = (named.account(), named.arn().clone());
    let caller = match named.kind() {
        Kind::User | Kind::Group => Caller::User { account, arn, id: unique_id(NO_USER)? },
        Kind::Role => Caller::RoleSession {
            account,
            role_arn: arn,
            role_id: unique_id(NO_ROLE)?,
            session_arn: Arn::sts(
                account,
                &format!("assumed-role/{}/{SESSION_NAME}", named.name()),
            ),
            session_name: SESSION_NAME.into(),
            federated_provider: None,
        },
    };
    let user_name = match named.kind() {
        Kind::User => named.name().parse().ok(),
        Kind::Group | Kind::Role => None,
    };
    SupposedCaller::imagined(caller, user_name)
        .ok_or_else(|| ApiError::internal("an imagined caller without an account"))
}

/// The caller of policies that nobody is said to have.
fn nobody(call: &Call<'_>) -> Result<(SupposedCaller, ContextBuilder), ApiError> {
    let account = call.account.account();
    let arn = Arn::iam(account, &format!("user/{NOBODY}"));
    let caller = Caller::User { account, arn, id: unique_id(NO_USER)? };
    let caller = SupposedCaller::imagined(caller, None)
        .ok_or_else(|| ApiError::internal("an imagined caller without an account"))?;
    let keys = ContextBuilder::new()
        .absent("aws:PrincipalArn")
        .absent("aws:PrincipalType")
        .single("aws:PrincipalAccount", account.to_string())
        .single("aws:userid", NOBODY);
    Ok((caller, keys))
}

fn unique_id(text: &str) -> Result<UniqueId, ApiError> {
    text.parse().map_err(|_| ApiError::internal("a unique id that is none"))
}
