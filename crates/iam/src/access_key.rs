//! Access keys, of users and of the root user.

use data_encoding::BASE64;
use stead_api::ApiError;
use stead_api::iam::{
    AccessKey as AccessKeyView, AccessKeyMetadata, CreateAccessKey, CreateAccessKeyRequest,
    CreateAccessKeyResponse, DeleteAccessKey, DeleteAccessKeyRequest, DeleteAccessKeyResponse,
    ListAccessKeys, ListAccessKeysRequest, ListAccessKeysResponse, UpdateAccessKey,
    UpdateAccessKeyRequest, UpdateAccessKeyResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::access_key as command;
use stead_directory::entity::{AccessKey, WrappedSecret};
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_session::vault::SecretName;
use stead_types::{AccessKeyId, Entropy, Secret};

use crate::Iam;
use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::ssh_public_key::{new_status, shown_status};
use crate::target::{Target, missing, owner_name};

/// Random bytes of a secret access key: 240 bits, 40 characters of base64, which is
/// the length AWS's secrets have and clients expect.
const SECRET_BYTES: usize = 30;

impl Handle<CreateAccessKey> for Iam {
    fn execute(
        _permit: Authorized<CreateAccessKey>,
        input: CreateAccessKeyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateAccessKeyResponse, ApiError> {
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let owner = target.owner(work.draft.snapshot())?;
        let id = command::new_id(work.draft.snapshot(), work.entropy);
        let secret = new_secret(work.entropy);
        let wrapped = call
            .vault
            .wrap_text(SecretName::AccessKey(&id), &secret, work.entropy)
            .map_err(|error| ApiError::internal(format!("a new secret access key: {error}")))?;
        let wrapped = WrappedSecret::new(wrapped.as_bytes());
        let key =
            command::create(work.draft, owner, id, wrapped, call.facts.now).map_err(api_error)?;
        let access_key = AccessKeyView {
            user_name: owner_name(&key.owner, work.draft.snapshot()),
            access_key_id: key.id.to_string(),
            status: shown_status(key.status),
            secret_access_key: secret,
            create_date: Some(key.created_at),
        };
        Ok(CreateAccessKeyResponse { access_key })
    }
}

impl Handle<ListAccessKeys> for Iam {
    fn execute(
        _permit: Authorized<ListAccessKeys>,
        input: ListAccessKeysRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListAccessKeysResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let owner = target.owner(call.account)?;
        let page = page.cut(call.account.keys_of(&owner), |key| key.id.to_string());
        Ok(ListAccessKeysResponse {
            access_key_metadata: page
                .items
                .into_iter()
                .map(|key| metadata(key, call.account))
                .collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<UpdateAccessKey> for Iam {
    fn execute(
        _permit: Authorized<UpdateAccessKey>,
        input: UpdateAccessKeyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateAccessKeyResponse, ApiError> {
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let owner = target.owner(work.draft.snapshot())?;
        let status = new_status(input.status)?;
        let id = existing_id(&input.access_key_id)?;
        command::set_status(work.draft, &owner, &id, status).map_err(api_error)?;
        Ok(UpdateAccessKeyResponse {})
    }
}

impl Handle<DeleteAccessKey> for Iam {
    fn execute(
        _permit: Authorized<DeleteAccessKey>,
        input: DeleteAccessKeyRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteAccessKeyResponse, ApiError> {
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let owner = target.owner(work.draft.snapshot())?;
        let id = existing_id(&input.access_key_id)?;
        command::delete(work.draft, &owner, &id).map_err(api_error)?;
        Ok(DeleteAccessKeyResponse {})
    }
}

fn new_secret(entropy: &mut dyn Entropy) -> Secret<String> {
    let mut bytes = [0; SECRET_BYTES];
    entropy.fill(&mut bytes);
    let bytes = Secret::new(bytes);
    Secret::new(BASE64.encode(bytes.expose()))
}

fn metadata(key: &AccessKey, account: &Snapshot) -> AccessKeyMetadata {
    AccessKeyMetadata {
        user_name: owner_name(&key.owner, account),
        access_key_id: Some(key.id.to_string()),
        status: Some(shown_status(key.status)),
        create_date: Some(key.created_at),
    }
}

// A text that no key can have as its id is as unknown as an id that no key has.
fn existing_id(id: &str) -> Result<AccessKeyId, ApiError> {
    id.parse().map_err(|_| missing(EntityKind::AccessKey, id))
}
