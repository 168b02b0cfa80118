//! Credentials of users for single services. No service that takes them is here: they are
//! kept for those beside.

use std::time::Duration;

use data_encoding::BASE64;
use stead_api::ApiError;
use stead_api::iam::{
    CreateServiceSpecificCredential, CreateServiceSpecificCredentialRequest,
    CreateServiceSpecificCredentialResponse, DeleteServiceSpecificCredential,
    DeleteServiceSpecificCredentialRequest, DeleteServiceSpecificCredentialResponse,
    ListServiceSpecificCredentials, ListServiceSpecificCredentialsRequest,
    ListServiceSpecificCredentialsResponse, ResetServiceSpecificCredential,
    ResetServiceSpecificCredentialRequest, ResetServiceSpecificCredentialResponse,
    ServiceSpecificCredential, ServiceSpecificCredentialMetadata, StatusType,
    UpdateServiceSpecificCredential, UpdateServiceSpecificCredentialRequest,
    UpdateServiceSpecificCredentialResponse,
};
use stead_authorizer::{Ask, Authorized};
use stead_directory::commands::service_credential::{self as command, NewServiceCredential};
use stead_directory::entity::{CredentialService, ServiceCredential, WrappedSecret};
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_session::vault::SecretName;
use stead_types::{CredentialId, CredentialIdKind, Entropy, Secret, Timestamp, UserName};

use crate::ask::Kind;
use crate::error::api_error;
use crate::login_profile::named;
use crate::pagination::PageRequest;
use crate::ssh_public_key::{new_status, shown_status};
use crate::target::{find_user, missing};
use crate::{Iam, ask, input};

/// Random bytes of a secret: 60 characters of base64. Observed: the length of passwords
/// (radkawar/stackd, recorded in 2026).
const SECRET_BYTES: usize = 45;

impl Handle<CreateServiceSpecificCredential> for Iam {
    fn execute(
        _permit: Authorized<CreateServiceSpecificCredential>,
        input: CreateServiceSpecificCredentialRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateServiceSpecificCredentialResponse, ApiError> {
        let service = service(&input.service_name)?;
        let user = find_user(&input.user_name, work.draft.snapshot())?.clone();
        let alias = command::free_alias(work.draft.snapshot(), &user, service);
        let id = CredentialId::generate(CredentialIdKind::ServiceSpecific, work.entropy);
        let secret = new_secret(service, &alias, work.entropy);
        let new = NewServiceCredential {
            secret: wrap(&id, &secret, call, work.entropy)?,
            expires_at: input.credential_age_days.map(|days| expiry(days, call.facts.now)),
            id,
            service,
            alias,
        };
        let made =
            command::create(work.draft, &user.name, new, call.facts.now).map_err(api_error)?;
        let shown = whole(user.name.as_str(), &made, secret, call.facts.now);
        Ok(CreateServiceSpecificCredentialResponse { service_specific_credential: Some(shown) })
    }
}

impl Handle<ListServiceSpecificCredentials> for Iam {
    fn execute(
        _permit: Authorized<ListServiceSpecificCredentials>,
        input: ListServiceSpecificCredentialsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListServiceSpecificCredentialsResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let service = input.service_name.as_deref().map(service).transpose()?;
        let user = match input.all_users {
            Some(true) => None,
            _ => Some(find_user(&named(input.user_name.as_deref(), call)?, call.account)?),
        };
        let listed = call.account.service_credentials().filter(|held| {
            user.is_none_or(|user| held.user == user.id)
                && service.is_none_or(|service| held.service == service)
        });
        let page = page.cut(listed, |held| held.id.to_string());
        let shown = page.items.iter().map(|held| listed_view(held, call)).collect();
        Ok(ListServiceSpecificCredentialsResponse {
            service_specific_credentials: Some(shown),
            marker: page.marker,
            is_truncated: page.is_truncated,
        })
    }
}

impl Handle<UpdateServiceSpecificCredential> for Iam {
    fn execute(
        _permit: Authorized<UpdateServiceSpecificCredential>,
        input: UpdateServiceSpecificCredentialRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateServiceSpecificCredentialResponse, ApiError> {
        let name = existing_user(&named(input.user_name.as_deref(), call)?)?;
        let id = existing_id(&input.service_specific_credential_id, &name, work)?;
        let status = new_status(input.status)?;
        command::set_status(work.draft, &name, &id, status).map_err(api_error)?;
        Ok(UpdateServiceSpecificCredentialResponse {})
    }
}

impl Handle<ResetServiceSpecificCredential> for Iam {
    fn execute(
        _permit: Authorized<ResetServiceSpecificCredential>,
        input: ResetServiceSpecificCredentialRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<ResetServiceSpecificCredentialResponse, ApiError> {
        let name = existing_user(&named(input.user_name.as_deref(), call)?)?;
        let id = existing_id(&input.service_specific_credential_id, &name, work)?;
        // Of one that is not there nothing is made: the command says so.
        let held = work.draft.snapshot().service_credential(&id).cloned();
        let secret = match &held {
            Some(held) => new_secret(held.service, &held.alias, work.entropy),
            None => new_secret(CredentialService::CodeCommit, "", work.entropy),
        };
        let wrapped = wrap(&id, &secret, call, work.entropy)?;
        let held = command::reset(work.draft, &name, &id, wrapped).map_err(api_error)?;
        let user = find_user(name.as_str(), work.draft.snapshot())?;
        let shown = whole(user.name.as_str(), &held, secret, call.facts.now);
        Ok(ResetServiceSpecificCredentialResponse { service_specific_credential: Some(shown) })
    }
}

impl Handle<DeleteServiceSpecificCredential> for Iam {
    fn execute(
        _permit: Authorized<DeleteServiceSpecificCredential>,
        input: DeleteServiceSpecificCredentialRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteServiceSpecificCredentialResponse, ApiError> {
        let name = existing_user(&named(input.user_name.as_deref(), call)?)?;
        let id = existing_id(&input.service_specific_credential_id, &name, work)?;
        command::delete(work.draft, &name, &id).map_err(api_error)?;
        Ok(DeleteServiceSpecificCredentialResponse {})
    }
}

/// The question about the credentials of the user who is named or calls, or of all users.
///
/// # Errors
/// Nobody is named, and no user calls.
pub(crate) fn list_question(
    action: &'static str,
    input: &ListServiceSpecificCredentialsRequest,
    call: &Call<'_>,
) -> Result<Ask, ApiError> {
    if input.all_users == Some(true) {
        return Ok(ask::all(action, Kind::User, call));
    }
    Ok(ask::user(action, &named(input.user_name.as_deref(), call)?, call))
}

/// The service of a credential of the user who is named or calls, where there is one.
pub(crate) fn service_of(user: Option<&str>, id: &str, call: &Call<'_>) -> Option<String> {
    let user = call.account.user_by_name(&named(user, call).ok()?)?;
    let id: CredentialId = id.parse().ok()?;
    let held = call.account.service_credential(&id).filter(|held| held.user == user.id)?;
    Some(held.service.name().to_owned())
}

/// Observed: the code and the text (radkawar/stackd, recorded in 2026).
fn service(name: &str) -> Result<CredentialService, ApiError> {
    name.parse().map_err(|_| {
        ApiError::no_such_entity(format!(
            "No such service {name} is supported for Service Specific Credentials"
        ))
    })
}

fn existing_user(name: &str) -> Result<UserName, ApiError> {
    input::existing_name(EntityKind::User, name)
}

/// An id that nothing can have is as unknown as one that nothing has; the user comes first.
fn existing_id(id: &str, user: &UserName, work: &Work<'_>) -> Result<CredentialId, ApiError> {
    find_user(user.as_str(), work.draft.snapshot())?;
    id.parse().map_err(|_| {
        let text = format!("User {user} does not have a service specific credential with id {id}");
        missing(EntityKind::ServiceCredential, &text)
    })
}

/// Observed: passwords of 60 characters; API keys of Bedrock begin with `ABSK` and are about
/// as long as name and password in base64 (radkawar/stackd, recorded in 2026). Choice: that
/// they are just these.
fn new_secret(
    service: CredentialService,
    alias: &str,
    entropy: &mut dyn Entropy,
) -> Secret<String> {
    let mut bytes = [0; SECRET_BYTES];
    entropy.fill(&mut bytes);
    let bytes = Secret::new(bytes);
    let password = Secret::new(BASE64.encode(bytes.expose()));
    if !service.has_api_keys() {
        return password;
    }
    let named = Secret::new(format!("{alias}:{}", password.expose()));
    let key = Secret::new(BASE64.encode(named.expose().as_bytes()));
    match service {
        CredentialService::Bedrock => Secret::new(format!("ABSK{}", key.expose())),
        CredentialService::CodeCommit | CredentialService::Cassandra | CredentialService::Logs => {
            key
        }
    }
}

fn wrap(
    id: &CredentialId,
    secret: &Secret<String>,
    call: &Call<'_>,
    entropy: &mut dyn Entropy,
) -> Result<WrappedSecret, ApiError> {
    let wrapped = call.vault.wrap_text(SecretName::ServiceCredential(id), secret, entropy);
    let wrapped = wrapped.map_err(|error| ApiError::internal(format!("a new secret: {error}")))?;
    Ok(WrappedSecret::new(wrapped.as_bytes()))
}

fn expiry(days: i32, now: Timestamp) -> Timestamp {
    let days = u64::try_from(days).unwrap_or(0);
    now.plus(Duration::from_secs(days.saturating_mul(86_400)))
}

/// With the secret, as it leaves once.
fn whole(
    user: &str,
    held: &ServiceCredential,
    secret: Secret<String>,
    now: Timestamp,
) -> ServiceSpecificCredential {
    let alias = Some(held.alias.to_string());
    let (service_user_name, service_password, service_credential_alias, service_credential_secret) =
        match held.service.has_api_keys() {
            true => (None, None, alias, Some(secret)),
            false => (alias, Some(secret), None, None),
        };
    ServiceSpecificCredential {
        create_date: held.created_at,
        expiration_date: held.expires_at,
        service_name: held.service.to_string(),
        service_user_name,
        service_password,
        service_credential_alias,
        service_credential_secret,
        service_specific_credential_id: held.id.to_string(),
        user_name: user.to_owned(),
        status: status(held, now),
    }
}

fn listed_view(held: &ServiceCredential, call: &Call<'_>) -> ServiceSpecificCredentialMetadata {
    let alias = Some(held.alias.to_string());
    let (service_user_name, service_credential_alias) = match held.service.has_api_keys() {
        true => (None, alias),
        false => (alias, None),
    };
    ServiceSpecificCredentialMetadata {
        user_name: user_name(held, call.account),
        status: status(held, call.facts.now),
        service_user_name,
        service_credential_alias,
        create_date: held.created_at,
        expiration_date: held.expires_at,
        service_specific_credential_id: held.id.to_string(),
        service_name: held.service.to_string(),
    }
}

fn user_name(held: &ServiceCredential, account: &Snapshot) -> String {
    account.user(&held.user).map(|user| user.name.to_string()).unwrap_or_default()
}

/// Choice: what has expired is shown so, whatever was set.
fn status(held: &ServiceCredential, now: Timestamp) -> StatusType {
    match held.expires_at {
        Some(end) if end <= now => StatusType::Expired,
        _ => shown_status(held.status),
    }
}
