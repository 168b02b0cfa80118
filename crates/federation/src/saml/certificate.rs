use data_encoding::BASE64;
use thiserror::Error;
use x509_parser::public_key::PublicKey;

use super::limits::RSA_KEY_BITS;

/// Why the text of an element is not a certificate that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertificateFault {
    /// Not base64.
    #[error("is not base64")]
    Base64,
    /// Not one X.509 certificate and nothing else.
    #[error("is not an X.509 certificate")]
    X509,
    /// An extension stands twice.
    #[error("has an extension twice")]
    RepeatedExtension,
    /// A key that is neither of RSA nor of an elliptic curve.
    #[error("holds a key that is neither RSA nor elliptic-curve")]
    KeyKind,
    /// An RSA key that is too short or too long.
    #[error("holds an RSA key of {bits} bits")]
    KeySize {
        /// The bits found.
        bits: usize,
    },
}

/// The DER form of a certificate that stands in base64, with blanks between.
///
/// When it is valid is not looked at. Choice: AWS does not say that it looks either,
/// and trust comes from the metadata, not from who signed the certificate.
pub(super) fn read(text: &str) -> Result<Vec<u8>, CertificateFault> {
    let dense: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = BASE64.decode(&dense).map_err(|_| CertificateFault::Base64)?;
    check(&der)?;
    Ok(der)
}

fn check(der: &[u8]) -> Result<(), CertificateFault> {
    let (rest, certificate) =
        x509_parser::parse_x509_certificate(der).map_err(|_| CertificateFault::X509)?;
    if !rest.is_empty() {
        return Err(CertificateFault::X509);
    }
    // Spec: UG:id_roles_providers_create_saml: free of repeated extensions.
    certificate.extensions_map().map_err(|_| CertificateFault::RepeatedExtension)?;
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) if RSA_KEY_BITS.contains(&key.key_size()) => Ok(()),
        Ok(PublicKey::RSA(key)) => Err(CertificateFault::KeySize { bits: key.key_size() }),
        Ok(PublicKey::EC(_)) => Ok(()),
        Ok(_) => Err(CertificateFault::KeyKind),
        Err(_) => Err(CertificateFault::X509),
    }
}
