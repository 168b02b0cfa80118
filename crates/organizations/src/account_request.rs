//! Requests to create accounts.

use stead_api::ApiError;
use stead_api::organizations::{
    CreateAccount, CreateAccountRequest, CreateAccountResponse, CreateAccountState,
    DescribeCreateAccountStatus, DescribeCreateAccountStatusRequest,
    DescribeCreateAccountStatusResponse, ListCreateAccountStatus, ListCreateAccountStatusRequest,
    ListCreateAccountStatusResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::Missing;
use stead_directory::organization::commands::account::{self, NewAccount};
use stead_service::{Call, Handle, Work};
use stead_types::{AccountId, CreateAccountRequestId, Entropy, RoleName};

use crate::{Organizations, error, pagination, scope, tags, view};

/// The role that an account is created with, where the request names none.
///
/// Spec: API CreateAccount, `RoleName`.
const ROLE: &str = "OrganizationAccountAccessRole";

impl Handle<CreateAccount> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<CreateAccount>,
        input: CreateAccountRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateAccountResponse, ApiError> {
        let tags = tags::given(input.tags)?;
        let role: RoleName = input.role_name.as_deref().unwrap_or(ROLE).parse().map_err(|_| {
            error::invalid_input("INVALID_ROLE_NAME", "You specified an invalid role name.")
        })?;
        scope::draft(call, work)?;
        // Apart, since the draft is part of the work.
        let Work { organization: Some(draft), entropy, .. } = work else {
            return Err(error::not_in_use());
        };
        let new = NewAccount {
            account: number(*entropy)?,
            name: input.account_name.expose().as_str().into(),
            email: input.email.expose().as_str().into(),
            role,
            tags,
        };
        let id = account::request(draft, new, *entropy, call.facts.now).map_err(error::refused)?;
        let request = draft.organization().account_request(&id);
        let request = request.ok_or_else(|| error::missing(Missing::AccountRequest))?;
        // Spec: API CreateAccount: it is answered before the account is there.
        let create_account_status = Some(view::begun_request(request));
        Ok(CreateAccountResponse { create_account_status })
    }
}

impl Handle<DescribeCreateAccountStatus> for Organizations {
    fn execute(
        _permit: Authorized<DescribeCreateAccountStatus>,
        input: DescribeCreateAccountStatusRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<DescribeCreateAccountStatusResponse, ApiError> {
        let id: CreateAccountRequestId =
            scope::id(&input.create_account_request_id, Missing::AccountRequest)?;
        let request = scope::readable(call)?.account_request(&id);
        let request = request.ok_or_else(|| error::missing(Missing::AccountRequest))?;
        let create_account_status = Some(view::account_request(request));
        Ok(DescribeCreateAccountStatusResponse { create_account_status })
    }
}

impl Handle<ListCreateAccountStatus> for Organizations {
    fn execute(
        _permit: Authorized<ListCreateAccountStatus>,
        input: ListCreateAccountStatusRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListCreateAccountStatusResponse, ApiError> {
        let organization = scope::readable(call)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let shown = organization.account_requests().map(|request| view::account_request(request));
        let is_asked = |state: Option<CreateAccountState>| {
            input.states.is_empty() || state.is_some_and(|state| input.states.contains(&state))
        };
        let shown = shown.filter(|status| is_asked(status.state));
        let (statuses, next_token) =
            pagination::page(asked, shown, |status| status.id.clone().unwrap_or_default())?;
        let create_account_statuses = Some(statuses);
        Ok(ListCreateAccountStatusResponse { create_account_statuses, next_token })
    }
}

/// A number of twelve digits without leading zeros, which tools like to lose. No number is
/// favoured, as the draw is far wider than the range. Whether it is free is found out by who
/// creates the account.
fn number(entropy: &mut dyn Entropy) -> Result<AccountId, ApiError> {
    let mut random = [0_u8; 8];
    entropy.fill(&mut random);
    let number = 100_000_000_000 + u64::from_be_bytes(random) % 900_000_000_000;
    AccountId::from_number(number).map_err(|error| ApiError::internal(error.to_string()))
}
