//! Signing certificates of users. No service that takes their signatures is here.

use stead_api::iam::{
    DeleteSigningCertificate, DeleteSigningCertificateRequest, DeleteSigningCertificateResponse,
    ListSigningCertificates, ListSigningCertificatesRequest, ListSigningCertificatesResponse,
    SigningCertificate as SigningCertificateView, UpdateSigningCertificate,
    UpdateSigningCertificateRequest, UpdateSigningCertificateResponse, UploadSigningCertificate,
    UploadSigningCertificateRequest, UploadSigningCertificateResponse,
};
use stead_api::{ApiError, ErrorCode};
use stead_authorizer::Authorized;
use stead_directory::EntityKind;
use stead_directory::commands::signing_certificate::{self as command, NewSigningCertificate};
use stead_directory::entity::{SigningCertificate, User};
use stead_service::{Call, Handle, Work};
use stead_types::{CredentialId, Timestamp, UserName};

use crate::certificate::{self, CertificateFault};
use crate::error::api_error;
use crate::login_profile::named;
use crate::pagination::PageRequest;
use crate::ssh_public_key::{new_status, shown_status};
use crate::target::{Target, find_user, missing};
use crate::{Iam, input};

impl Handle<UploadSigningCertificate> for Iam {
    fn execute(
        _permit: Authorized<UploadSigningCertificate>,
        input: UploadSigningCertificateRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UploadSigningCertificateResponse, ApiError> {
        let name = existing_user(&named(input.user_name.as_deref(), call)?)?;
        let der = read(&input.certificate_body, call.facts.now).map_err(|_| {
            // Observed: also for one that has expired (radkawar/stackd, recorded in 2026).
            let message = format!("Certificate {} is malformed.", input.certificate_body);
            ApiError::new(ErrorCode::MalformedCertificate, message)
        })?;
        let new = NewSigningCertificate { body: input.certificate_body.into(), der: der.into() };
        let held = command::upload(work.draft, &name, new, call.facts.now, work.entropy)
            .map_err(api_error)?;
        let user = find_user(name.as_str(), work.draft.snapshot())?;
        Ok(UploadSigningCertificateResponse { certificate: view(user, &held) })
    }
}

impl Handle<ListSigningCertificates> for Iam {
    fn execute(
        _permit: Authorized<ListSigningCertificates>,
        input: ListSigningCertificatesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListSigningCertificatesResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let Target::User(name) = target else {
            return Ok(ListSigningCertificatesResponse::default());
        };
        let user = find_user(&name, call.account)?;
        let held = call.account.signing_certificates_of(&user.id);
        let page = page.cut(held, |held| held.id.to_string());
        Ok(ListSigningCertificatesResponse {
            certificates: page.items.iter().map(|held| view(user, held)).collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<UpdateSigningCertificate> for Iam {
    fn execute(
        _permit: Authorized<UpdateSigningCertificate>,
        input: UpdateSigningCertificateRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateSigningCertificateResponse, ApiError> {
        let name = existing_user(&named(input.user_name.as_deref(), call)?)?;
        let id = existing_id(&input.certificate_id)?;
        let status = new_status(input.status)?;
        command::set_status(work.draft, &name, &id, status).map_err(api_error)?;
        Ok(UpdateSigningCertificateResponse {})
    }
}

impl Handle<DeleteSigningCertificate> for Iam {
    fn execute(
        _permit: Authorized<DeleteSigningCertificate>,
        input: DeleteSigningCertificateRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteSigningCertificateResponse, ApiError> {
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let id = existing_id(&input.certificate_id)?;
        // The root user has none here.
        let Target::User(name) = target else {
            return Err(missing(EntityKind::SigningCertificate, &input.certificate_id));
        };
        let name = existing_user(&name)?;
        command::delete(work.draft, &name, &id).map_err(api_error)?;
        Ok(DeleteSigningCertificateResponse {})
    }
}

/// The certificate in DER, if it has not expired.
///
/// Observed: certificates of RSA with 1,024 bits and of elliptic curves are taken
/// (radkawar/stackd, recorded in 2026).
fn read(text: &str, now: Timestamp) -> Result<Vec<u8>, CertificateFault> {
    let der = certificate::one(text)?;
    let expires = certificate::parse(&der)?.validity().not_after.timestamp();
    if now.epoch_seconds() <= expires { Ok(der) } else { Err(CertificateFault) }
}

fn existing_user(name: &str) -> Result<UserName, ApiError> {
    input::existing_name(EntityKind::User, name)
}

fn existing_id(id: &str) -> Result<CredentialId, ApiError> {
    id.parse().map_err(|_| missing(EntityKind::SigningCertificate, id))
}

fn view(user: &User, held: &SigningCertificate) -> SigningCertificateView {
    SigningCertificateView {
        user_name: user.name.to_string(),
        certificate_id: held.id.to_string(),
        certificate_body: held.body.to_string(),
        status: shown_status(held.status),
        upload_date: Some(held.uploaded_at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_has_expired_is_none() {
        let pem = include_str!("../tests/signing-certificate.pem");
        for (moment, is_read) in [("2027-03-01T12:00:00Z", true), ("2200-01-01T00:00:00Z", false)] {
            let now = moment.parse().unwrap();
            assert_eq!(read(pem, now).is_ok(), is_read, "{moment}");
        }
    }
}
