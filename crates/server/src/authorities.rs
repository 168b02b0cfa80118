//! Certificate authorities: those of the system, or those in a file.

use std::io::Read as _;
use std::path::Path;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use thiserror::Error;

use crate::limits::ISSUER_FILE_BYTES_MAX;

/// Why a file gives no certificate authorities.
#[derive(Debug, Error)]
pub enum AuthoritiesError {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(std::io::Error),
    /// It is too long.
    #[error("it is longer than {ISSUER_FILE_BYTES_MAX} bytes")]
    TooLong,
    /// What it holds is no certificate of an authority.
    #[error("{0}")]
    NoCertificate(String),
}

/// The authorities that the system trusts.
///
/// On Linux these are the files of the distribution's `ca-certificates`, or what
/// `SSL_CERT_FILE` and `SSL_CERT_DIR` name. Where there are none, no public server is
/// trusted, which is logged.
#[must_use]
pub fn of_system() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "cannot read some of the system's certificate authorities");
    }
    let mut roots = RootCertStore::empty();
    // A few of a distribution's certificates may be of kinds that are not supported.
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        tracing::warn!(
            "the system has no certificate authorities: no public server is trusted, and the keys \
             of public token issuers cannot be fetched; install ca-certificates or set \
             SSL_CERT_FILE"
        );
    }
    roots
}

/// The authorities in a PEM file: at least one, and every one of them usable.
///
/// # Errors
/// A file that cannot be read, or holds something else.
pub fn of_file(path: &Path) -> Result<RootCertStore, AuthoritiesError> {
    of_pem(&read(path)?)
}

/// The same from the text of such a file.
///
/// # Errors
/// A text that holds something else.
pub fn of_pem(text: &[u8]) -> Result<RootCertStore, AuthoritiesError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(text) {
        let refuse = |reason: String| AuthoritiesError::NoCertificate(reason);
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        roots.add(certificate).map_err(|error| refuse(error.to_string()))?;
    }
    if roots.is_empty() {
        let reason = "there is no certificate in it".to_owned();
        return Err(AuthoritiesError::NoCertificate(reason));
    }
    Ok(roots)
}

/// A file of an issuer's keys or authorities, which is a page of text.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, AuthoritiesError> {
    let file = std::fs::File::open(path).map_err(AuthoritiesError::Unreadable)?;
    let mut bytes = Vec::new();
    let read = file.take(ISSUER_FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    let length = read.map_err(AuthoritiesError::Unreadable)?;
    if u64::try_from(length).unwrap_or(u64::MAX) > ISSUER_FILE_BYTES_MAX {
        return Err(AuthoritiesError::TooLong);
    }
    Ok(bytes)
}
