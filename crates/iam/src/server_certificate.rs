//! Server certificates: uploaded, shown, listed, renamed, deleted. No service that serves with
//! them is here.

mod material;
mod tags;

use std::sync::Arc;

use stead_api::iam::{
    DeleteServerCertificate, DeleteServerCertificateRequest, DeleteServerCertificateResponse,
    GetServerCertificate, GetServerCertificateRequest, GetServerCertificateResponse,
    ListServerCertificates, ListServerCertificatesRequest, ListServerCertificatesResponse,
    ServerCertificate as ServerCertificateView, ServerCertificateMetadata, UpdateServerCertificate,
    UpdateServerCertificateRequest, UpdateServerCertificateResponse, UploadServerCertificate,
    UploadServerCertificateRequest, UploadServerCertificateResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::commands::server_certificate::{self as command, NewServerCertificate};
use stead_directory::entity::{ServerCertificate, WrappedSecret};
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_session::vault::SecretName;
use stead_types::{AccountId, Entropy, Secret, ServerCertificateName, UniqueId, UniqueIdKind};

pub(crate) use self::material::Material;
use self::material::MaterialFault;

use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::target::missing;
use crate::{Iam, input, view};

impl Handle<UploadServerCertificate> for Iam {
    fn execute(
        _permit: Authorized<UploadServerCertificate>,
        input: UploadServerCertificateRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UploadServerCertificateResponse, ApiError> {
        let name = input::new_name(&input.server_certificate_name)?;
        let path = input::new_path(input.path.as_deref())?;
        let tags = input::tags(&input.tags)?;
        let key = &input.private_key;
        let chain = input.certificate_chain.as_deref();
        let material = Material::read(&input.certificate_body, key.expose(), chain, call.facts.now)
            .map_err(refusal)?;
        let id = UniqueId::generate(UniqueIdKind::Certificate, work.entropy);
        let new = NewServerCertificate {
            private_key: wrap(&id, key, call, work.entropy)?,
            id,
            name,
            path,
            body: material.body.into(),
            chain: material.chain.map(Into::into),
            expires_at: material.expires_at,
            tags,
        };
        let held = command::upload(work.draft, new, call.facts.now).map_err(api_error)?;
        Ok(UploadServerCertificateResponse {
            server_certificate_metadata: Some(metadata(&held, call.account.account())),
            tags: view::some(input.tags),
        })
    }
}

impl Handle<GetServerCertificate> for Iam {
    fn execute(
        _permit: Authorized<GetServerCertificate>,
        input: GetServerCertificateRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetServerCertificateResponse, ApiError> {
        let held = find(&input.server_certificate_name, call.account)?;
        let server_certificate = ServerCertificateView {
            server_certificate_metadata: metadata(held, call.account.account()),
            certificate_body: held.body.to_string(),
            certificate_chain: held.chain.as_ref().map(ToString::to_string),
            // Observed: there also when it is empty (radkawar/stackd, recorded in 2026).
            tags: Some(view::resource_tags(&held.tags)),
        };
        Ok(GetServerCertificateResponse { server_certificate })
    }
}

impl Handle<ListServerCertificates> for Iam {
    fn execute(
        _permit: Authorized<ListServerCertificates>,
        input: ListServerCertificatesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListServerCertificatesResponse, ApiError> {
        let prefix = input::path_prefix(input.path_prefix.as_deref())?;
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let listed = call.account.server_certificates(prefix, page.after());
        let listed: Vec<_> = listed.collect();
        let page = page.cut(listed, |held| held.name.fold());
        let account = call.account.account();
        Ok(ListServerCertificatesResponse {
            server_certificate_metadata_list: page
                .items
                .into_iter()
                .map(|held| metadata(held, account))
                .collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<UpdateServerCertificate> for Iam {
    fn execute(
        _permit: Authorized<UpdateServerCertificate>,
        input: UpdateServerCertificateRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateServerCertificateResponse, ApiError> {
        let name = existing(&input.server_certificate_name)?;
        let new_name = input.new_server_certificate_name.as_deref();
        let new_name = new_name.map(input::new_name).transpose()?;
        let new_path = input::changed_path(input.new_path.as_deref())?;
        command::update(work.draft, &name, new_name, new_path).map_err(api_error)?;
        Ok(UpdateServerCertificateResponse {})
    }
}

impl Handle<DeleteServerCertificate> for Iam {
    fn execute(
        _permit: Authorized<DeleteServerCertificate>,
        input: DeleteServerCertificateRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteServerCertificateResponse, ApiError> {
        let name = existing(&input.server_certificate_name)?;
        command::delete(work.draft, &name).map_err(api_error)?;
        Ok(DeleteServerCertificateResponse {})
    }
}

fn existing(name: &str) -> Result<ServerCertificateName, ApiError> {
    input::existing_name(EntityKind::ServerCertificate, name)
}

fn find<'a>(name: &str, account: &'a Snapshot) -> Result<&'a Arc<ServerCertificate>, ApiError> {
    let found = account.server_certificate_by_name(name);
    found.ok_or_else(|| missing(EntityKind::ServerCertificate, name))
}

fn wrap(
    id: &UniqueId,
    key: &Secret<String>,
    call: &Call<'_>,
    entropy: &mut dyn Entropy,
) -> Result<WrappedSecret, ApiError> {
    let wrapped = call.vault.wrap_text(SecretName::ServerCertificateKey(id), key, entropy);
    let wrapped = wrapped.map_err(|error| ApiError::internal(format!("a private key: {error}")))?;
    Ok(WrappedSecret::new(wrapped.as_bytes()))
}

fn metadata(held: &ServerCertificate, account: AccountId) -> ServerCertificateMetadata {
    ServerCertificateMetadata {
        path: held.path.to_string(),
        server_certificate_name: held.name.to_string(),
        server_certificate_id: held.id.to_string(),
        arn: held.arn(account).to_string(),
        upload_date: Some(held.uploaded_at),
        expiration: Some(held.expires_at),
    }
}

/// Observed: radkawar/stackd, recorded in 2026, but for a certificate of a later day and a key
/// that cannot be read. Choice: their texts, in the manner of the others.
fn refusal(fault: MaterialFault) -> ApiError {
    let text = match fault {
        MaterialFault::KeyPair => {
            let text = "The private key did not match the public key provided. Please verify the key material and try again.";
            return ApiError::new(ErrorCode::KeyPairMismatch, text);
        }
        MaterialFault::Certificate => {
            "Unable to parse certificate. Please ensure the certificate is in PEM format.".into()
        }
        MaterialFault::PrivateKey => {
            "Unable to parse private key. Please ensure the private key is in PEM format and not encrypted.".into()
        }
        MaterialFault::Expired => {
            "Certificate is no longer valid. The 'Not After' date restriction on the certificate has passed.".into()
        }
        MaterialFault::NotYetValid => {
            "Certificate is not yet valid. The 'Not Before' date restriction on the certificate has not passed.".into()
        }
        MaterialFault::Chain => "Unknown".into(),
        MaterialFault::ChainOrder { index } => format!(
            "Unable to validate certificate chain. The certificate chain must start with the immediate signing certificate, followed by any intermediaries in order. The index within the chain of the invalid certificate is: {index}"
        ),
    };
    ApiError::new(ErrorCode::MalformedCertificate, text)
}
