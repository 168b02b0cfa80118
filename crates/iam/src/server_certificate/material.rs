//! What is uploaded: a certificate, its private key and its chain, which must belong together.

use aws_lc_rs::signature::{
    self, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair, RsaKeyPair, UnparsedPublicKey,
    VerificationAlgorithm,
};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use stead_types::Timestamp;
use thiserror::Error;
use x509_parser::certificate::X509Certificate;
use x509_parser::der_parser::asn1_rs::{FromDer, Integer, OctetString, Sequence};
use x509_parser::oid_registry::{
    OID_PKCS1_SHA1WITHRSA, OID_PKCS1_SHA256WITHRSA, OID_PKCS1_SHA384WITHRSA,
    OID_PKCS1_SHA512WITHRSA, OID_SIG_ECDSA_WITH_SHA256, OID_SIG_ECDSA_WITH_SHA384,
    OID_SIG_ECDSA_WITH_SHA512, Oid,
};
use x509_parser::public_key::PublicKey;

use crate::certificate;

/// Most certificates of a chain.
///
/// Choice: AWS names only the characters, of which two mebibytes are a thousand of them; no
/// chain that is served has ten.
const CHAIN_CERTIFICATES_MAX: usize = 32;

/// Bits that the modulus of an RSA key may have.
///
/// Observed: 1,024 are taken (radkawar/stackd, recorded in 2026). Choice: up to 8,192, which
/// is what the cryptographic library reads.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 1_024..=8_192;

/// From how many bits on the library checks an RSA key.
const CHECKED_MODULUS_BITS_MIN: usize = 2_048;

/// A certificate, its key and its chain that were found in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Material {
    /// The certificate in PEM, without blanks around it.
    pub(crate) body: String,
    /// The chain in PEM, likewise.
    pub(crate) chain: Option<String>,
    /// When the certificate expires.
    pub(crate) expires_at: Timestamp,
}

/// Why they are not in order. Nothing of it holds a part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum MaterialFault {
    /// The body is not one certificate in PEM.
    #[error("not a certificate")]
    Certificate,
    /// The certificate is of some later day.
    #[error("not valid yet")]
    NotYetValid,
    /// The certificate has expired.
    #[error("no longer valid")]
    Expired,
    /// The private key cannot be read: no PEM, encrypted, or neither RSA nor of a curve.
    #[error("not a private key")]
    PrivateKey,
    /// The private key is that of another certificate.
    #[error("another private key")]
    KeyPair,
    /// The chain is not certificates in PEM.
    #[error("not a chain")]
    Chain,
    /// A certificate of the chain did not sign the one before it: that at this index, or at
    /// -1 where the first did not sign the certificate itself.
    #[error("a chain that breaks at {index}")]
    ChainOrder {
        /// The index, as AWS counts.
        index: i64,
    },
}

impl Material {
    /// Reads and checks what is uploaded.
    ///
    /// Spec: UG:id_credentials_server-certs, "Uploading a server certificate": all in PEM,
    /// the key not encrypted, the certificate valid at the time.
    pub(crate) fn read(
        body: &str,
        private_key: &str,
        chain: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, MaterialFault> {
        let der = certificate::one(body).map_err(|_| MaterialFault::Certificate)?;
        let leaf = certificate::parse(&der).map_err(|_| MaterialFault::Certificate)?;
        is_key_of(private_key, &leaf)?;
        let validity = leaf.validity();
        if now.epoch_seconds() > validity.not_after.timestamp() {
            return Err(MaterialFault::Expired);
        }
        if now.epoch_seconds() < validity.not_before.timestamp() {
            return Err(MaterialFault::NotYetValid);
        }
        if let Some(chain) = chain {
            leads_on(&leaf, chain)?;
        }
        Ok(Self {
            // Observed: shown without the line break at its end (radkawar/stackd, recorded in
            // 2026).
            body: body.trim().to_owned(),
            chain: chain.map(|chain| chain.trim().to_owned()),
            expires_at: Timestamp::from_epoch_seconds(validity.not_after.timestamp()),
        })
    }
}

/// Checks that each certificate of a chain signed the one before it, and the first the leaf.
///
/// Observed: one that stands there twice is no fault where it signed itself, one that signed
/// nothing is; the chain need not reach an authority (radkawar/stackd, recorded in 2026).
fn leads_on(leaf: &X509Certificate<'_>, chain: &str) -> Result<(), MaterialFault> {
    let ders = certificate::several(chain, CHAIN_CERTIFICATES_MAX);
    let ders = ders.map_err(|_| MaterialFault::Chain)?;
    let above = ders.iter().map(|der| certificate::parse(der));
    let above = above.collect::<Result<Vec<_>, _>>().map_err(|_| MaterialFault::Chain)?;
    let mut below = leaf;
    for (index, issuer) in above.iter().enumerate() {
        if !is_signed_by(below, issuer) {
            let index = i64::try_from(index).unwrap_or(i64::MAX);
            return Err(MaterialFault::ChainOrder { index: if index == 0 { -1 } else { index } });
        }
        below = issuer;
    }
    Ok(())
}

fn is_signed_by(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    let key = issuer.public_key().subject_public_key.data.as_ref();
    let signed = certificate.tbs_certificate.as_ref();
    let signature = certificate.signature_value.data.as_ref();
    let verifies = |algorithm: &&'static dyn VerificationAlgorithm| {
        UnparsedPublicKey::new(*algorithm, key).verify(signed, signature).is_ok()
    };
    certificate.issuer().as_raw() == issuer.subject().as_raw()
        && algorithms(&certificate.signature_algorithm.algorithm).iter().any(verifies)
}

/// What a signature algorithm can mean, by the kind of the issuer's key. One that is not
/// known verifies nothing.
fn algorithms(oid: &Oid<'_>) -> &'static [&'static dyn VerificationAlgorithm] {
    let known: [(&Oid<'_>, &'static [&'static dyn VerificationAlgorithm]); 7] = [
        (&OID_PKCS1_SHA1WITHRSA, &[&signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY]),
        (&OID_PKCS1_SHA256WITHRSA, &[&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY]),
        (&OID_PKCS1_SHA384WITHRSA, &[&signature::RSA_PKCS1_2048_8192_SHA384]),
        (&OID_PKCS1_SHA512WITHRSA, &[&signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY]),
        (
            &OID_SIG_ECDSA_WITH_SHA256,
            &[
                &signature::ECDSA_P256_SHA256_ASN1,
                &signature::ECDSA_P384_SHA256_ASN1,
                &signature::ECDSA_P521_SHA256_ASN1,
            ],
        ),
        (
            &OID_SIG_ECDSA_WITH_SHA384,
            &[
                &signature::ECDSA_P256_SHA384_ASN1,
                &signature::ECDSA_P384_SHA384_ASN1,
                &signature::ECDSA_P521_SHA384_ASN1,
            ],
        ),
        (
            &OID_SIG_ECDSA_WITH_SHA512,
            &[
                &signature::ECDSA_P256_SHA512_ASN1,
                &signature::ECDSA_P384_SHA512_ASN1,
                &signature::ECDSA_P521_SHA512_ASN1,
            ],
        ),
    ];
    known.into_iter().find(|(known, _)| *known == oid).map_or(&[], |(_, algorithms)| algorithms)
}

/// Checks that a private key in PEM is the one of a certificate.
fn is_key_of(pem: &str, certificate: &X509Certificate<'_>) -> Result<(), MaterialFault> {
    let key = PrivateKeyDer::from_pem_slice(pem.as_bytes());
    let public = match key.map_err(|_| MaterialFault::PrivateKey)? {
        PrivateKeyDer::Pkcs1(der) => rsa_numbers(der.secret_pkcs1_der()),
        PrivateKeyDer::Sec1(der) => curve_point(der.secret_sec1_der()),
        PrivateKeyDer::Pkcs8(der) => {
            let der = der.secret_pkcs8_der();
            curve_point(der).or_else(|| rsa_numbers(pkcs8_content(der)?.as_ref()))
        }
        _ => None,
    };
    let public = public.ok_or(MaterialFault::PrivateKey)?;
    if Some(public) == public_key(certificate) { Ok(()) } else { Err(MaterialFault::KeyPair) }
}

/// The public half of a key pair.
#[derive(PartialEq, Eq)]
enum PublicHalf {
    /// Modulus and exponent, without zeros in front.
    Rsa(Vec<u8>, Vec<u8>),
    /// The point, uncompressed.
    Curve(Vec<u8>),
}

fn public_key(certificate: &X509Certificate<'_>) -> Option<PublicHalf> {
    match certificate.public_key().parsed().ok()? {
        PublicKey::RSA(key) => {
            Some(PublicHalf::Rsa(without_zeros(key.modulus), without_zeros(key.exponent)))
        }
        PublicKey::EC(point) => Some(PublicHalf::Curve(point.data().to_vec())),
        _ => None,
    }
}

/// The public half of an RSA private key (RFC 8017, appendix A.1.2). From
/// [`CHECKED_MODULUS_BITS_MIN`] on all numbers are checked to belong together.
fn rsa_numbers(pkcs1: &[u8]) -> Option<PublicHalf> {
    let (rest, key) = Sequence::from_der(pkcs1).ok()?;
    let (numbers, _version) = Integer::from_der(key.content.as_ref()).ok()?;
    let (numbers, modulus) = Integer::from_der(numbers).ok()?;
    let (_, exponent) = Integer::from_der(numbers).ok()?;
    let modulus = without_zeros(modulus.as_ref());
    let leading = modulus.first().map_or(0, |byte| byte.leading_zeros());
    let bits = modulus.len().saturating_mul(8).saturating_sub(usize::try_from(leading).ok()?);
    let is_whole = bits < CHECKED_MODULUS_BITS_MIN || RsaKeyPair::from_der(pkcs1).is_ok();
    let is_key = rest.is_empty() && MODULUS_BITS.contains(&bits) && is_whole;
    is_key.then(|| PublicHalf::Rsa(modulus, without_zeros(exponent.as_ref())))
}

/// What PKCS #8 wraps: version, algorithm, and the key (RFC 5208).
fn pkcs8_content(der: &[u8]) -> Option<OctetString<'_>> {
    let (_, whole) = Sequence::from_der(der).ok()?;
    let std::borrow::Cow::Borrowed(content) = whole.content else { return None };
    let (content, _version) = Integer::from_der(content).ok()?;
    let (content, _algorithm) = Sequence::from_der(content).ok()?;
    let (_, key) = OctetString::from_der(content).ok()?;
    Some(key)
}

fn curve_point(der: &[u8]) -> Option<PublicHalf> {
    let curves: [&'static EcdsaSigningAlgorithm; 3] = [
        &signature::ECDSA_P256_SHA256_ASN1_SIGNING,
        &signature::ECDSA_P384_SHA384_ASN1_SIGNING,
        &signature::ECDSA_P521_SHA512_ASN1_SIGNING,
    ];
    let mut pairs = curves.into_iter();
    let pair = pairs.find_map(|curve| EcdsaKeyPair::from_private_key_der(curve, der).ok())?;
    Some(PublicHalf::Curve(pair.public_key().as_ref().to_vec()))
}

fn without_zeros(number: &[u8]) -> Vec<u8> {
    number.iter().copied().skip_while(|byte| *byte == 0).collect()
}

#[cfg(test)]
mod tests;
