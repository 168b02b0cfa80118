use aws_lc_rs::rsa::PrivateDecryptingKey;
use aws_lc_rs::signature::RsaKeyPair;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use thiserror::Error;

/// Why a text is not a private key that opens assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PrivateKeyFault {
    /// No private key in PEM.
    #[error("is not a private key in PEM")]
    Pem,
    /// Not an RSA key, or not one of 2,048 to 8,192 bits.
    #[error("is not an RSA key of 2048 to 8192 bits")]
    Rsa,
}

/// Checks that a text is an RSA key in PEM, PKCS #8 or PKCS #1, that opens assertions.
///
/// Spec: UG:id_roles_providers_create_saml: the key is a `.pem` file. Choice: what its
/// key must be; assertions are encrypted for RSA keys.
///
/// # Errors
/// Everything else. No error holds a part of the text.
pub fn check_private_key(pem: &str) -> Result<(), PrivateKeyFault> {
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| PrivateKeyFault::Pem)?;
    let is_rsa = match &key {
        PrivateKeyDer::Pkcs8(der) => {
            PrivateDecryptingKey::from_pkcs8(der.secret_pkcs8_der()).is_ok()
        }
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).is_ok(),
        _ => false,
    };
    if is_rsa { Ok(()) } else { Err(PrivateKeyFault::Rsa) }
}
