use std::any::Any;

use stead_api::{ApiError, Operation};
use stead_authorizer::{Ask, Authorized};
use stead_directory::Snapshot;
use stead_directory::organization::Organization;
use stead_types::AccountId;

use crate::{Call, PasswordWork, TokenKeyWork, Work};

/// What must be allowed before one operation is carried out.
///
/// Apart from [`Handle`], so that a service can have it for all of its operations from one
/// table.
pub trait Authorization<Op: Operation> {
    /// What must be allowed before [`Handle::execute`] runs.
    ///
    /// # Errors
    /// What AWS answers before it asks any policy, such as a root user that tries to
    /// assume a role. Nothing here may tell whether a resource exists.
    fn asks(input: &Op::Input, call: &Call<'_>) -> Result<Asks, ApiError>;

    /// The same, with what was understood of the request on the way: what is asked about is
    /// then what is done. Nothing of it is kept where an operation does not say otherwise.
    ///
    /// # Errors
    /// As of [`Authorization::asks`].
    fn begin(input: &Op::Input, call: &Call<'_>) -> Result<(Asks, Understood), ApiError> {
        Ok((Self::asks(input, call)?, Understood::default()))
    }
}

/// How one operation is carried out.
///
/// Implemented once per operation for the service's unit struct (`Iam`, `Sts`); the
/// shell's dispatcher needs an implementation for every operation that the model
/// overrides call implemented.
pub trait Handle<Op: Operation>: Authorization<Op> {
    /// The accounts, besides the caller's, whose snapshots the call must see.
    ///
    /// Accounts that are not hosted here are simply missing from [`Call::others`].
    fn accounts(input: &Op::Input, account: &Snapshot) -> Vec<AccountId> {
        let _ = (input, account);
        Vec::new()
    }

    /// Names of the installation whose holders' snapshots the call must see too: for what
    /// does not tell whose it is. A name that nobody holds brings no account.
    fn names(input: &Op::Input) -> Vec<String> {
        let _ = input;
        Vec::new()
    }

    /// Whether [`Handle::passwords`] has anything to say.
    const HASHES_PASSWORDS: bool = false;

    /// What is to be computed of passwords before the work. It is asked after the
    /// permission was given, and the permission is asked for again afterwards.
    ///
    /// # Errors
    /// What can be told of the request without it.
    fn passwords(input: &Op::Input, call: &Call<'_>) -> Result<Option<PasswordWork>, ApiError> {
        let _ = (input, call);
        Ok(None)
    }

    /// Whether [`Handle::token_keys`] has anything to say.
    const MAKES_TOKEN_KEYS: bool = false;

    /// Which keys are to be made before the work. Asked like [`Handle::passwords`].
    fn token_keys(input: &Op::Input, call: &Call<'_>) -> TokenKeyWork {
        let _ = (input, call);
        TokenKeyWork::None
    }

    /// Whether it may change an [organization](Self::organization), and that alone. Its
    /// questions are asked, and its work is done, after all other changes of organizations are
    /// durable.
    const WRITES_ORGANIZATION: bool = false;

    /// The organization that it may change; that of the caller's account unless it says
    /// otherwise.
    fn organization<'a>(input: &Op::Input, call: &Call<'a>) -> Option<&'a Organization> {
        let _ = input;
        call.organization()
    }

    /// Does it, on the snapshot or on the draft of the work.
    ///
    /// # Errors
    /// AWS's errors for the operation. Whatever the draft holds is then dropped.
    fn execute(
        permit: Authorized<Op>,
        input: Op::Input,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<Op::Output, ApiError>;
}

/// What an operation has understood of its request before the policies were asked, of a type
/// that only its handler knows.
#[derive(Debug, Default)]
pub struct Understood(Option<Box<dyn Any + Send>>);

impl Understood {
    /// This.
    #[must_use]
    pub fn of(value: impl Any + Send) -> Self {
        Self(Some(Box::new(value)))
    }

    /// Takes it, where it was kept and is of this type.
    #[must_use]
    pub fn take<T: Any>(&mut self) -> Option<T> {
        let value = self.0.take()?.downcast().ok()?;
        Some(*value)
    }
}

/// What an operation needs to be allowed.
#[derive(Debug)]
pub enum Asks {
    /// All of these, in this order; the first that is denied is the one reported.
    /// One of them is the operation's own action.
    Permissions(Vec<Ask>),
    /// Nothing: AWS lets every caller with valid credentials perform it.
    NoPermissionNeeded {
        /// Where AWS says so.
        source: &'static str,
    },
}

impl From<Ask> for Asks {
    fn from(ask: Ask) -> Self {
        Self::Permissions(vec![ask])
    }
}
