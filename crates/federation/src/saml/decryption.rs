//! Encrypted assertions.
//!
//! Spec: UG:id_roles_providers_create_saml, "SAML encryption"; XML Encryption 1.1. Observed
//! (radkawar/stackd, recorded in 2026): AWS opens AES of 128 and 256 bits, CBC and GCM,
//! whose key is wrapped with RSA-OAEP. Choice: never with PKCS #1 v1.5, whose padding
//! tells on itself.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{
    KeyPair, OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384,
    OAEP_SHA512_MGF1SHA512, OaepAlgorithm, OaepPrivateDecryptingKey, PrivateDecryptingKey,
};
use data_encoding::BASE64;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use stead_types::Secret;
use uppsala::{Document, NodeId};

use super::limits::ENCRYPTED_KEYS_MAX;
use super::refusal::Refusal;
use super::xml::{ENCRYPTION, ENCRYPTION_1_1, SIGNATURE, attribute, only_child};
use crate::oidc::echo;

const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";

const TRANSPORTS: [&str; 2] =
    ["http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "http://www.w3.org/2009/xmlenc11#rsa-oaep"];

/// What the digest and the mask are where nothing is said.
const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
const MGF1_SHA1: &str = "http://www.w3.org/2009/xmlenc11#mgf1sha1";

/// Digest, mask generation, and the two as one algorithm.
///
/// SHA-1 serves here as a mask, for which its collisions do not matter.
const PADDINGS: [(&str, &str, &OaepAlgorithm); 4] = [
    (SHA1, MGF1_SHA1, &OAEP_SHA1_MGF1SHA1),
    (
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2009/xmlenc11#mgf1sha256",
        &OAEP_SHA256_MGF1SHA256,
    ),
    (
        "http://www.w3.org/2001/04/xmldsig-more#sha384",
        "http://www.w3.org/2009/xmlenc11#mgf1sha384",
        &OAEP_SHA384_MGF1SHA384,
    ),
    (
        "http://www.w3.org/2001/04/xmlenc#sha512",
        "http://www.w3.org/2009/xmlenc11#mgf1sha512",
        &OAEP_SHA512_MGF1SHA512,
    ),
];

/// The response with the assertion that was encrypted in the place of what encrypted it,
/// as XML Encryption has it: the assertion may rely on namespaces declared around it.
/// Nothing of it is believed for that; see [`verify`](super::verify).
pub(super) fn open(
    text: &str,
    document: &Document<'_>,
    encrypted: NodeId,
    keys: &[Secret<String>],
) -> Result<String, Refusal> {
    let data = only(document, encrypted, ENCRYPTION, "EncryptedData")?;
    let kind = attribute(document, data, "Type").unwrap_or(ELEMENT);
    if kind != ELEMENT {
        return Err(form("an encrypted element", kind));
    }
    let cipher = Cipher::read(document, data)?;
    let wrapped = wrapped_keys(document, encrypted, data)?;
    let ciphertext = cipher_value(document, data)?;
    // Read once each, however many keys the response wraps.
    let keys: Vec<_> = keys.iter().filter_map(unwrapping_key).collect();
    let plaintext = wrapped
        .iter()
        .flat_map(|wrapped| keys.iter().filter_map(|key| wrapped.unwrap(key)))
        .find_map(|key| cipher.decrypt(&key, &ciphertext))
        .ok_or(Refusal::Encrypted)?;
    let plaintext = String::from_utf8(plaintext).map_err(|_| Refusal::Encrypted)?;
    let place = document.node_range(data).ok_or(Refusal::Encrypted)?;
    let (before, after) = (text.get(..place.start), text.get(place.end..));
    let (before, after) = before.zip(after).ok_or(Refusal::Encrypted)?;
    Ok([before, &plaintext, after].concat())
}

/// How the assertion itself is encrypted.
struct Cipher(&'static str, usize);

/// The ciphers, with the bytes of their keys.
const CIPHERS: [Cipher; 4] = [
    Cipher("http://www.w3.org/2001/04/xmlenc#aes128-cbc", 16),
    Cipher("http://www.w3.org/2001/04/xmlenc#aes256-cbc", 32),
    Cipher("http://www.w3.org/2009/xmlenc11#aes128-gcm", 16),
    Cipher("http://www.w3.org/2009/xmlenc11#aes256-gcm", 32),
];

impl Cipher {
    fn read(document: &Document<'_>, data: NodeId) -> Result<&'static Self, Refusal> {
        let method = only(document, data, ENCRYPTION, "EncryptionMethod")?;
        let algorithm = attribute(document, method, "Algorithm").unwrap_or_default();
        let found = CIPHERS.iter().find(|cipher| cipher.0 == algorithm);
        found.ok_or_else(|| form("AES of 128 or 256 bits, CBC or GCM", algorithm))
    }

    fn decrypt(&self, key: &Secret<Vec<u8>>, ciphertext: &[u8]) -> Option<Vec<u8>> {
        if key.expose().len() != self.1 {
            return None;
        }
        let cipher = bergshamra_crypto::cipher::from_uri(self.0).ok()?;
        cipher.decrypt(key.expose(), ciphertext).ok()
    }
}

/// A key of a cipher, wrapped for the holder of an RSA key.
struct WrappedKey {
    padding: &'static OaepAlgorithm,
    bytes: Vec<u8>,
}

impl WrappedKey {
    fn read(document: &Document<'_>, element: NodeId) -> Result<Self, Refusal> {
        let method = only(document, element, ENCRYPTION, "EncryptionMethod")?;
        let padding = padding(document, method)?;
        Ok(Self { padding, bytes: cipher_value(document, element)? })
    }

    fn unwrap(&self, key: &OaepPrivateDecryptingKey) -> Option<Secret<Vec<u8>>> {
        let mut room = vec![0; key.min_output_size()];
        let length = key.decrypt(self.padding, &self.bytes, &mut room, None).ok()?.len();
        room.truncate(length);
        Some(Secret::new(room))
    }
}

fn unwrapping_key(pem: &Secret<String>) -> Option<OaepPrivateDecryptingKey> {
    OaepPrivateDecryptingKey::new(private_key(pem)?).ok()
}

/// A private key as [`check_private_key`](super::check_private_key) takes it.
fn private_key(pem: &Secret<String>) -> Option<PrivateDecryptingKey> {
    match PrivateKeyDer::from_pem_slice(pem.expose().as_bytes()).ok()? {
        PrivateKeyDer::Pkcs8(der) => PrivateDecryptingKey::from_pkcs8(der.secret_pkcs8_der()).ok(),
        PrivateKeyDer::Pkcs1(der) => {
            let pair = KeyPair::from_der(der.secret_pkcs1_der()).ok()?;
            let der: Pkcs8V1Der<'_> = pair.as_der().ok()?;
            PrivateDecryptingKey::from_pkcs8(der.as_ref()).ok()
        }
        _ => None,
    }
}

/// The wrapped keys: beside the data, as SAML has it, or in its key information.
fn wrapped_keys(
    document: &Document<'_>,
    encrypted: NodeId,
    data: NodeId,
) -> Result<Vec<WrappedKey>, Refusal> {
    let children =
        |parent, namespace, name| document.child_elements_by_name_ns(parent, namespace, name);
    let mut found = children(encrypted, ENCRYPTION, "EncryptedKey");
    for information in children(data, SIGNATURE, "KeyInfo") {
        found.extend(children(information, ENCRYPTION, "EncryptedKey"));
    }
    if !(1..=ENCRYPTED_KEYS_MAX).contains(&found.len()) {
        return Err(form("one to four wrapped keys", &found.len().to_string()));
    }
    found.into_iter().map(|key| WrappedKey::read(document, key)).collect()
}

/// Spec: XML Encryption 1.1, section 5.5.2. Choice: no label; and digest and mask of one
/// hash, since the library has no others. Observed (radkawar/stackd, recorded in 2026):
/// AWS also takes SHA-256 with a mask of SHA-1.
fn padding(document: &Document<'_>, method: NodeId) -> Result<&'static OaepAlgorithm, Refusal> {
    const EXPECTED: &str = "RSA-OAEP with one hash for digest and mask";
    let algorithm = attribute(document, method, "Algorithm").unwrap_or_default();
    if !TRANSPORTS.contains(&algorithm) {
        return Err(form(EXPECTED, algorithm));
    }
    if only_child(document, method, ENCRYPTION, "OAEPparams") != Err(0) {
        return Err(form(EXPECTED, "OAEPparams"));
    }
    let parameter = |namespace, name, default| {
        let element = only_child(document, method, namespace, name);
        element.map_or(Some(default), |element| attribute(document, element, "Algorithm"))
    };
    let digest = parameter(SIGNATURE, "DigestMethod", SHA1).unwrap_or_default();
    let mask = parameter(ENCRYPTION_1_1, "MGF", MGF1_SHA1).unwrap_or_default();
    let padding = PADDINGS.iter().find(|(one, other, _)| (*one, *other) == (digest, mask));
    let (_, _, padding) = padding.ok_or_else(|| form(EXPECTED, &format!("{digest} and {mask}")))?;
    Ok(padding)
}

fn cipher_value(document: &Document<'_>, element: NodeId) -> Result<Vec<u8>, Refusal> {
    let data = only(document, element, ENCRYPTION, "CipherData")?;
    let value = only(document, data, ENCRYPTION, "CipherValue")?;
    let text = document.text_content_deep(value);
    let dense: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    BASE64.decode(&dense).map_err(|_| form("a CipherValue in base64", ""))
}

fn only(
    document: &Document<'_>,
    parent: NodeId,
    namespace: &str,
    name: &'static str,
) -> Result<NodeId, Refusal> {
    let child = only_child(document, parent, namespace, name);
    child.map_err(|found| form(name, &format!("{found} of them")))
}

fn form(expected: &'static str, found: &str) -> Refusal {
    Refusal::EncryptionForm { expected, found: echo(found) }
}
