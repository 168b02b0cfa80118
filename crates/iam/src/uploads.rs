//! What users upload, read as the operations read it: for who tries the readers with whatever
//! bytes there are.

use stead_directory::entity::TemplateParameter;
use stead_types::Timestamp;

use crate::server_certificate::Material;
use crate::ssh_public_key::RsaKey;
use crate::{certificate, delegation};

/// Most certificates that [`certificates`] reads.
const CERTIFICATES_MAX: usize = 32;

/// A public key, as a line of SSH and in PEM; `None` of what UploadSSHPublicKey refuses.
#[must_use]
pub fn public_key(text: &str) -> Option<[String; 2]> {
    let key = RsaKey::read(text).ok()?;
    Some([key.to_line(), key.to_pem()])
}

/// Certificates in PEM, one at least, in DER; `None` of what no operation takes.
#[must_use]
pub fn certificates(text: &str) -> Option<Vec<Vec<u8>>> {
    certificate::several(text, CERTIFICATES_MAX).ok()
}

/// When a server certificate expires; `None` of what UploadServerCertificate refuses at `now`.
#[must_use]
pub fn server_certificate(
    body: &str,
    private_key: &str,
    chain: Option<&str>,
    now: Timestamp,
) -> Option<Timestamp> {
    Material::read(body, private_key, chain, now).ok().map(|material| material.expires_at)
}

/// The policy that comes of a template with these values; `None` of what
/// CreateDelegationRequest refuses.
#[must_use]
pub fn policy_of_template(template: &str, parameters: &[TemplateParameter]) -> Option<String> {
    delegation::policy_of_template(template, parameters).ok()
}
