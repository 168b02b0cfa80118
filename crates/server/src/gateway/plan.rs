//! What an operation needs and does, with its type left behind.
//!
//! Everything that depends on the operation's type is a few lines here, so that
//! the rest of the gateway exists once and not once per operation.

use std::any::Any;
use std::marker::PhantomData;

use stead_api::{
    AccessLevel, ApiError, KnownOperation, Operation, Service, iam, organizations, sts,
};
use stead_audit::{Event, Record, Recorded};
use stead_authorizer::{Authorized, Denied};
use stead_directory::Snapshot;
use stead_iam::Iam;
use stead_organizations::Organizations;
use stead_query::{DecodeRequest, Form, Format, ToValue, decode, encode};
use stead_service::{
    Asks, Call, Handle, PasswordWork, Refused, TokenKeyWork, VerifiedCall, Work, authorize,
};
use stead_sts::Sts;
use stead_types::{AccountId, OrganizationId};

use crate::request_id::RequestId;

/// A decoded request of an operation that is built.
pub(super) trait Plan: Send + Sync {
    /// The request itself, for who must know what only this one has.
    fn input(&self) -> &(dyn Any + Send + Sync);

    /// What is recorded of the request, where calls are.
    fn parameters(&self) -> Recorded;

    /// The accounts, besides the caller's, that it must see.
    fn accounts(&self, own: &Snapshot) -> Vec<AccountId>;

    /// Names whose holders' accounts it must see too.
    fn names(&self) -> Vec<String>;

    /// Whether it may change the account.
    fn effect(&self) -> Effect;

    /// The organization that it may change.
    fn organization(&self, call: &Call<'_>) -> Option<OrganizationId>;

    /// What is to be computed of passwords first; asks the policies where there may be
    /// anything.
    fn passwords(&self, call: &VerifiedCall<'_>) -> Result<Option<PasswordWork>, Stop>;

    /// Which keys are to be made first; asks the policies where there may be any.
    fn token_keys(&self, call: &VerifiedCall<'_>) -> Result<TokenKeyWork, Stop>;

    /// Asks the policies; what comes back can be carried out.
    fn authorize(self: Box<Self>, call: &VerifiedCall<'_>) -> Result<Execute, Stop>;
}

/// What an operation may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It reads, or issues credentials.
    Reads,
    /// It writes.
    Writes,
    /// It changes the organization of the caller's account, and nothing of the account.
    WritesOrganization,
}

/// What an operation answers.
pub(super) struct Answer {
    pub(super) body: String,
    /// What is recorded of it.
    pub(super) elements: Recorded,
}

/// Carries an authorized operation out.
pub(super) type Execute =
    Box<dyn FnOnce(&Call<'_>, &mut Work<'_>) -> Result<Answer, ApiError> + Send>;

/// Why an operation is not carried out.
#[derive(Debug)]
pub(super) enum Stop {
    /// A policy stands in the way.
    Denied(Box<Denied>),
    /// Anything else.
    Error(ApiError),
}

/// How the answer is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing {
    pub(super) request: RequestId,
    pub(super) format: Format,
    pub(super) recording: Recording,
}

/// Whether calls are recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Recording {
    /// They are.
    On,
    /// They are not: nothing is prepared for it.
    Off,
}

impl Recording {
    fn of(self, value: &impl Record) -> Recorded {
        match self {
            Self::On => Recorded::of(value),
            Self::Off => Recorded::NONE,
        }
    }
}

/// The plan of an operation.
///
/// The arms are those of the built operations, so a missing handler does not
/// compile and a handler that is not listed is never reached.
pub(super) fn plan(
    operation: KnownOperation,
    form: &Form,
    writing: Writing,
) -> Result<Box<dyn Plan>, ApiError> {
    use organizations::OrganizationsOperation;
    use {iam::IamOperation, sts::StsOperation};

    macro_rules! arms {
        ([$asked:ident $handler:ident $service:ident $all:ident] $($name:ident,)+) => {
            match $asked {
                $($all::$name => plan_of::<$handler, $service::$name>(form, writing),)+
                // Of some services every operation is built; the next model may bring one
                // that is not.
                #[allow(unreachable_patterns, reason = "depends on the model")]
                _ => Err(ApiError::not_implemented(operation.name())),
            }
        };
    }
    match operation {
        KnownOperation::Sts(asked) => {
            stead_api::implemented_sts!(arms, asked Sts sts StsOperation)
        }
        KnownOperation::Iam(asked) => {
            stead_api::implemented_iam!(arms, asked Iam iam IamOperation)
        }
        KnownOperation::Organizations(asked) => stead_api::implemented_organizations!(
            arms, asked Organizations organizations OrganizationsOperation
        ),
    }
}

fn plan_of<H, Op>(form: &Form, writing: Writing) -> Result<Box<dyn Plan>, ApiError>
where
    H: Handle<Op> + 'static,
    Op: Operation + 'static,
    Op::Input: DecodeRequest + Record + Send + Sync + 'static,
    Op::Output: ToValue + Record,
{
    let input = decode::<Op>(form)?;
    Ok(Box::new(Decoded::<H, Op> { input, writing, handler: PhantomData }))
}

/// The request of one operation.
struct Decoded<H, Op: Operation> {
    input: Op::Input,
    writing: Writing,
    handler: PhantomData<fn() -> H>,
}

impl<H, Op> Plan for Decoded<H, Op>
where
    H: Handle<Op> + 'static,
    Op: Operation + 'static,
    Op::Input: Record + Send + Sync + 'static,
    Op::Output: ToValue + Record,
{
    fn input(&self) -> &(dyn Any + Send + Sync) {
        &self.input
    }

    fn parameters(&self) -> Recorded {
        self.writing.recording.of(&self.input)
    }

    fn accounts(&self, own: &Snapshot) -> Vec<AccountId> {
        H::accounts(&self.input, own)
    }

    fn names(&self) -> Vec<String> {
        H::names(&self.input)
    }

    fn effect(&self) -> Effect {
        if H::WRITES_ORGANIZATION {
            return Effect::WritesOrganization;
        }
        effect(Op::SERVICE, Op::ACCESS)
    }

    fn organization(&self, call: &Call<'_>) -> Option<OrganizationId> {
        H::organization(&self.input, call).map(|organization| organization.id().clone())
    }

    fn passwords(&self, call: &VerifiedCall<'_>) -> Result<Option<PasswordWork>, Stop> {
        if !H::HASHES_PASSWORDS {
            return Ok(None);
        }
        // A permit for work that waits; the work itself asks again.
        let _permitted = permitted::<Op>(&H::asks(&self.input, call).map_err(Stop::Error)?, call)?;
        H::passwords(&self.input, call).map_err(Stop::Error)
    }

    fn token_keys(&self, call: &VerifiedCall<'_>) -> Result<TokenKeyWork, Stop> {
        if !H::MAKES_TOKEN_KEYS {
            return Ok(TokenKeyWork::None);
        }
        let _permitted = permitted::<Op>(&H::asks(&self.input, call).map_err(Stop::Error)?, call)?;
        Ok(H::token_keys(&self.input, call))
    }

    fn authorize(self: Box<Self>, call: &VerifiedCall<'_>) -> Result<Execute, Stop> {
        let Self { input, writing, .. } = *self;
        let (asks, understood) = H::begin(&input, call).map_err(Stop::Error)?;
        let permit = permitted::<Op>(&asks, call)?;
        Ok(Box::new(move |call, work| {
            work.understood = understood;
            let output = H::execute(permit, input, call, work)?;
            let elements = match Event::records_response(Op::KNOWN) {
                true => writing.recording.of(&output),
                false => Recorded::NONE,
            };
            let body = encode::<Op>(&output, &writing.request.text(), writing.format);
            Ok(Answer { body, elements })
        }))
    }
}

fn permitted<Op: Operation>(asks: &Asks, call: &VerifiedCall<'_>) -> Result<Authorized<Op>, Stop> {
    authorize::<Op>(asks, call).map_err(|refused| match refused {
        Refused::Denied(denied) => Stop::Denied(denied),
        Refused::NothingAsked(error) => Stop::Error(error),
    })
}

/// No operation of STS changes an account: sessions are their tokens. Those of Organizations
/// change nothing of the caller's account.
const fn effect(service: Service, access: AccessLevel) -> Effect {
    match (service, access.is_read_only()) {
        (Service::Sts | Service::Organizations, _) | (Service::Iam, true) => Effect::Reads,
        (Service::Iam, false) => Effect::Writes,
    }
}
