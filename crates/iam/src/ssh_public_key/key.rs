//! RSA public keys, as SSH and as PEM have them.
//!
//! Spec: API UploadSSHPublicKey: `ssh-rsa` or PEM, 2,048 bits at least.

use data_encoding::BASE64;
use md5::{Digest, Md5};
use thiserror::Error;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;
use x509_parser::x509::SubjectPublicKeyInfo;

const ALGORITHM: &[u8] = b"ssh-rsa";

/// Bits that the modulus may have. Spec: at least 2,048. Choice: 16,384, which is more than
/// any tool makes.
const MODULUS_BITS: std::ops::RangeInclusive<usize> = 2_048..=16_384;

/// Most bytes of the exponent. Choice: as common libraries take them.
const EXPONENT_BYTES_MAX: usize = 8;

/// Characters of a line in PEM (RFC 7468).
const PEM_LINE: usize = 64;

/// A public key: both numbers big-endian, without zeros in front.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaKey {
    exponent: Vec<u8>,
    modulus: Vec<u8>,
}

/// What is wrong with a text that should be a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum KeyFault {
    /// It has neither of the two encodings.
    #[error("in no encoding that is known")]
    Encoding,
    /// The encoded key cannot be used.
    #[error("not a usable RSA key")]
    Body,
}

impl RsaKey {
    /// Reads a key in either encoding.
    pub(crate) fn read(text: &str) -> Result<Self, KeyFault> {
        let text = text.trim();
        match text.strip_prefix("ssh-rsa ") {
            Some(rest) => {
                // What follows the key is a comment.
                let body = rest.split_ascii_whitespace().next().ok_or(KeyFault::Encoding)?;
                let blob = BASE64.decode(body.as_bytes()).map_err(|_| KeyFault::Encoding)?;
                Self::of_blob(&blob)
            }
            None => Self::of_pem(text),
        }
    }

    /// Reads a key as SSH has it on the wire (RFC 4253, section 6.6).
    pub(crate) fn of_blob(blob: &[u8]) -> Result<Self, KeyFault> {
        let (algorithm, rest) = field(blob).ok_or(KeyFault::Body)?;
        let (exponent, rest) = field(rest).ok_or(KeyFault::Body)?;
        let (modulus, rest) = field(rest).ok_or(KeyFault::Body)?;
        if algorithm != ALGORITHM || !rest.is_empty() {
            return Err(KeyFault::Body);
        }
        Self::new(exponent, modulus)
    }

    fn of_pem(text: &str) -> Result<Self, KeyFault> {
        let body = text.strip_prefix("-----BEGIN PUBLIC KEY-----");
        let body = body.and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"));
        let body = body.ok_or(KeyFault::Encoding)?;
        let dense: Vec<u8> = body.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let der = BASE64.decode(&dense).map_err(|_| KeyFault::Encoding)?;
        let (rest, info) = SubjectPublicKeyInfo::from_der(&der).map_err(|_| KeyFault::Encoding)?;
        match info.parsed() {
            Ok(PublicKey::RSA(key)) if rest.is_empty() => Self::new(key.exponent, key.modulus),
            _ => Err(KeyFault::Body),
        }
    }

    fn new(exponent: &[u8], modulus: &[u8]) -> Result<Self, KeyFault> {
        // The first bit of a number in two's complement is its sign.
        let is_negative = |bytes: &[u8]| bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        if is_negative(exponent) || is_negative(modulus) {
            return Err(KeyFault::Body);
        }
        let [exponent, modulus] = [exponent, modulus].map(without_zeros);
        let is_odd = |bytes: &[u8]| bytes.last().is_some_and(|byte| byte & 1 == 1);
        let leading = modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let bits = modulus.len().saturating_mul(8).saturating_sub(leading);
        let is_good = MODULUS_BITS.contains(&bits)
            && is_odd(modulus)
            && is_odd(exponent)
            && exponent != [1]
            && exponent.len() <= EXPONENT_BYTES_MAX;
        if is_good {
            Ok(Self { exponent: exponent.to_vec(), modulus: modulus.to_vec() })
        } else {
            Err(KeyFault::Body)
        }
    }

    /// The key as SSH has it on the wire: one form for each key.
    pub(crate) fn to_blob(&self) -> Vec<u8> {
        let fields = [ALGORITHM.to_vec(), signed(&self.exponent), signed(&self.modulus)];
        let length = |field: &Vec<u8>| u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes();
        fields.iter().flat_map(|field| [length(field).as_slice(), field].concat()).collect()
    }

    /// The key as a line, without a comment.
    pub(crate) fn to_line(&self) -> String {
        format!("ssh-rsa {}", BASE64.encode(&self.to_blob()))
    }

    /// The key in PEM.
    pub(crate) fn to_pem(&self) -> String {
        // SubjectPublicKeyInfo of rsaEncryption (RFC 8017, A.1, and RFC 5280, 4.1).
        let numbers = [der(0x02, &signed(&self.modulus)), der(0x02, &signed(&self.exponent))];
        let key = der(0x30, &numbers.concat());
        let rsa_encryption = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
        let algorithm = der(0x30, &[der(0x06, &rsa_encryption), der(0x05, &[])].concat());
        let bits = der(0x03, &[[0].as_slice(), &key].concat());
        let body = BASE64.encode(&der(0x30, &[algorithm, bits].concat()));
        let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in body.as_bytes().chunks(PEM_LINE) {
            text.push_str(&String::from_utf8_lossy(line));
            text.push('\n');
        }
        text + "-----END PUBLIC KEY-----\n"
    }

    /// The key's fingerprint, such as `ssh-keygen -l -E md5` shows it: it identifies the key
    /// to people, and proves nothing.
    ///
    /// Spec: API SSHPublicKey, Fingerprint: MD5. Choice: of the form that SSH has on the wire.
    pub(crate) fn fingerprint(&self) -> String {
        let digest = Md5::digest(self.to_blob());
        digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
    }
}

/// A length of four bytes, and so many: what is behind comes second.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// A number that is not negative, in two's complement.
fn signed(bytes: &[u8]) -> Vec<u8> {
    match bytes.first() {
        Some(byte) if byte & 0x80 != 0 => [[0].as_slice(), bytes].concat(),
        _ => bytes.to_vec(),
    }
}

/// An element of DER.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut element = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => element.push(short),
        _ => {
            let bytes = length.to_be_bytes();
            let bytes = without_zeros(&bytes);
            element.push(0x80 | u8::try_from(bytes.len()).unwrap_or(0));
            element.extend_from_slice(bytes);
        }
    }
    element.extend_from_slice(content);
    element
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = include_str!("../../tests/ssh/rsa-2048.pub");
    const PEM: &str = include_str!("../../tests/ssh/rsa-2048.pem");
    /// What `ssh-keygen -l -E md5` says of it.
    const FINGERPRINT: &str = include_str!("../../tests/ssh/rsa-2048.md5");

    #[test]
    fn both_encodings_are_one_key() {
        let key = RsaKey::read(LINE).unwrap();
        assert_eq!(RsaKey::read(PEM).unwrap(), key);
        assert_eq!(RsaKey::of_blob(&key.to_blob()).unwrap(), key);
        assert_eq!(key.to_pem(), PEM);
        assert_eq!(Some(&*key.to_line()), LINE.trim().rsplit_once(' ').map(|(line, _)| line));
        assert_eq!(key.fingerprint(), FINGERPRINT.trim());
    }

    #[test]
    fn what_is_neither_encoding_is_refused_as_such() {
        let in_pem =
            |body: &str| format!("-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n");
        for text in [
            "",
            "x",
            "ssh-rsa",
            "ssh-rsa ***",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGNnb7A3g0oWbVvT8DqG6bV0g9d6M5jD0CwFzq1fGnUz",
            &in_pem("AAAA"),
            &in_pem("***"),
            &PEM.replace("PUBLIC KEY", "CERTIFICATE"),
            &PEM.replace("-----END PUBLIC KEY-----", ""),
        ] {
            assert_eq!(RsaKey::read(text), Err(KeyFault::Encoding), "{text}");
        }
    }

    #[test]
    fn keys_that_cannot_be_used_are_refused() {
        let good = RsaKey::read(LINE).unwrap();
        let line = |blob: &[u8]| format!("ssh-rsa {}", BASE64.encode(blob));
        let with = |exponent: &[u8], modulus: &[u8]| RsaKey {
            exponent: exponent.to_vec(),
            modulus: modulus.to_vec(),
        };
        let blob = good.to_blob();
        let mut even = good.modulus.clone();
        if let Some(last) = even.last_mut() {
            *last &= 0xfe;
        }
        let mut negative = blob.clone();
        // The first byte of the modulus is the zero that makes it positive.
        let sign = blob.len() - good.modulus.len() - 1;
        negative[sign] = 0x80;
        let mut short = good.modulus.clone();
        short.remove(0);
        let mut long = vec![0xff; 2_049];
        long.push(1);
        for text in [
            line(&blob[..blob.len() - 1]),
            line(&[blob.as_slice(), &[0]].concat()),
            line(&negative),
            line(&with(&[1], &good.modulus).to_blob()),
            line(&with(&[2], &good.modulus).to_blob()),
            line(&with(&[], &good.modulus).to_blob()),
            line(&with(&[3; 9], &good.modulus).to_blob()),
            line(&with(&good.exponent, &even).to_blob()),
            line(&with(&good.exponent, &short).to_blob()),
            line(&with(&good.exponent, &long).to_blob()),
            line(b"\0\0\0\x07ssh-dss"),
            line(b"\xff\xff\xff\xff"),
        ] {
            assert_eq!(RsaKey::read(&text), Err(KeyFault::Body), "{text}");
        }
    }
}
