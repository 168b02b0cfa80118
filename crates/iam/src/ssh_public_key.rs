//! SSH public keys of users.

mod key;

use stead_api::iam::{
    DeleteSSHPublicKey, DeleteSSHPublicKeyRequest, DeleteSSHPublicKeyResponse, EncodingType,
    GetSSHPublicKey, GetSSHPublicKeyRequest, GetSSHPublicKeyResponse, ListSSHPublicKeys,
    ListSSHPublicKeysRequest, ListSSHPublicKeysResponse, SSHPublicKey as SshPublicKeyView,
    SSHPublicKeyMetadata, StatusType, UpdateSSHPublicKey, UpdateSSHPublicKeyRequest,
    UpdateSSHPublicKeyResponse, UploadSSHPublicKey, UploadSSHPublicKeyRequest,
    UploadSSHPublicKeyResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::ssh_public_key as command;
use stead_directory::entity::{KeyStatus, SshPublicKey, User};
use stead_service::{Call, Handle, Work};
use stead_types::{CredentialId, UserName};

use crate::error::api_error;
use crate::login_profile::named;
use crate::pagination::PageRequest;
use crate::target::{find_user, missing};
use crate::{Iam, input};
use key::KeyFault;
pub(crate) use key::RsaKey;

impl Handle<UploadSSHPublicKey> for Iam {
    fn execute(
        _permit: Authorized<UploadSSHPublicKey>,
        input: UploadSSHPublicKeyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UploadSSHPublicKeyResponse, ApiError> {
        let name: UserName = existing_user(&input.user_name)?;
        let key = RsaKey::read(&input.ssh_public_key_body).map_err(refused_key)?;
        let blob = key.to_blob().into();
        let made = command::upload(work.draft, &name, blob, call.facts.now, work.entropy)
            .map_err(api_error)?;
        let user = find_user(name.as_str(), work.draft.snapshot())?;
        // Observed: the body as it was sent (radkawar/stackd, recorded in 2026).
        let shown = view(user, &made, input.ssh_public_key_body)?;
        Ok(UploadSSHPublicKeyResponse { ssh_public_key: Some(shown) })
    }
}

impl Handle<GetSSHPublicKey> for Iam {
    fn execute(
        _permit: Authorized<GetSSHPublicKey>,
        input: GetSSHPublicKeyRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetSSHPublicKeyResponse, ApiError> {
        let user = find_user(&input.user_name, call.account)?;
        let id = existing_id(&input.ssh_public_key_id)?;
        let found = call.account.ssh_public_key(&id).filter(|key| key.user == user.id);
        let found = found.ok_or_else(|| missing(EntityKind::SshPublicKey, id.as_str()))?;
        let key = RsaKey::of_blob(&found.blob).map_err(|_| unreadable(found))?;
        let body = match input.encoding {
            EncodingType::Ssh => key.to_line(),
            EncodingType::Pem => key.to_pem(),
        };
        Ok(GetSSHPublicKeyResponse { ssh_public_key: Some(view(user, found, body)?) })
    }
}

impl Handle<ListSSHPublicKeys> for Iam {
    fn execute(
        _permit: Authorized<ListSSHPublicKeys>,
        input: ListSSHPublicKeysRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListSSHPublicKeysResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let user = find_user(&named(input.user_name.as_deref(), call)?, call.account)?;
        let keys = call.account.ssh_public_keys_of(&user.id);
        let page = page.cut(keys, |key| key.id.to_string());
        let metadata = |key: &SshPublicKey| SSHPublicKeyMetadata {
            user_name: user.name.to_string(),
            ssh_public_key_id: key.id.to_string(),
            status: shown_status(key.status),
            upload_date: key.uploaded_at,
        };
        Ok(ListSSHPublicKeysResponse {
            ssh_public_keys: Some(page.items.iter().map(|key| metadata(key)).collect()),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<UpdateSSHPublicKey> for Iam {
    fn execute(
        _permit: Authorized<UpdateSSHPublicKey>,
        input: UpdateSSHPublicKeyRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateSSHPublicKeyResponse, ApiError> {
        let name = existing_user(&input.user_name)?;
        let id = existing_id(&input.ssh_public_key_id)?;
        let status = new_status(input.status)?;
        command::set_status(work.draft, &name, &id, status).map_err(api_error)?;
        Ok(UpdateSSHPublicKeyResponse {})
    }
}

impl Handle<DeleteSSHPublicKey> for Iam {
    fn execute(
        _permit: Authorized<DeleteSSHPublicKey>,
        input: DeleteSSHPublicKeyRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteSSHPublicKeyResponse, ApiError> {
        let name = existing_user(&input.user_name)?;
        let id = existing_id(&input.ssh_public_key_id)?;
        command::delete(work.draft, &name, &id).map_err(api_error)?;
        Ok(DeleteSSHPublicKeyResponse {})
    }
}

/// The status that a credential is to get.
///
/// # Errors
/// Observed: credentials are not made to expire so (radkawar/stackd, recorded in 2026). Spec:
/// the models of UpdateAccessKey, UpdateSSHPublicKey and UpdateSigningCertificate have the
/// status in their set, and InvalidInput among their errors.
pub(crate) fn new_status(status: StatusType) -> Result<KeyStatus, ApiError> {
    match status {
        StatusType::Active => Ok(KeyStatus::Active),
        StatusType::Inactive => Ok(KeyStatus::Inactive),
        StatusType::Expired => {
            Err(ApiError::new(ErrorCode::InvalidInput, "Operation does not support status Expired"))
        }
    }
}

pub(crate) const fn shown_status(status: KeyStatus) -> StatusType {
    match status {
        KeyStatus::Active => StatusType::Active,
        KeyStatus::Inactive => StatusType::Inactive,
    }
}

fn existing_user(name: &str) -> Result<UserName, ApiError> {
    input::existing_name(EntityKind::User, name)
}

fn existing_id(id: &str) -> Result<CredentialId, ApiError> {
    id.parse().map_err(|_| missing(EntityKind::SshPublicKey, id))
}

/// Observed: radkawar/stackd, recorded in 2026.
fn refused_key(fault: KeyFault) -> ApiError {
    match fault {
        KeyFault::Encoding => {
            ApiError::new(ErrorCode::UnrecognizedPublicKeyEncoding, "Invalid public key uploaded.")
        }
        KeyFault::Body => ApiError::new(ErrorCode::InvalidPublicKey, "Invalid body for public key"),
    }
}

fn unreadable(key: &SshPublicKey) -> ApiError {
    ApiError::internal(format!("the key {} can't be read", key.id))
}

fn view(user: &User, key: &SshPublicKey, body: String) -> Result<SshPublicKeyView, ApiError> {
    let read = RsaKey::of_blob(&key.blob).map_err(|_| unreadable(key))?;
    Ok(SshPublicKeyView {
        user_name: user.name.to_string(),
        ssh_public_key_id: key.id.to_string(),
        fingerprint: read.fingerprint(),
        ssh_public_key_body: body,
        status: shown_status(key.status),
        upload_date: Some(key.uploaded_at),
    })
}
