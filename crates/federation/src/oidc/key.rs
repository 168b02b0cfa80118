//! One key of an issuer.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::signature::{ParsedPublicKey, RsaPublicKeyComponents};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value};

use super::algorithm::{Algorithm, KeyKind};
use super::key_set::SkipReason;
use super::limits::{KEY_ID_BYTES_MAX, RSA_BITS_MAX, RSA_BITS_MIN};
use super::refusal::KeyUse;
use super::roca;

/// A key that can verify.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: Option<String>,
    pub(crate) is_for: KeyUse,
    /// Ready to verify with, for each algorithm that the key fits.
    parsed: Vec<(Algorithm, ParsedPublicKey)>,
}

impl Key {
    /// Reads one member of a set's `keys`.
    ///
    /// Certificates (`x5c` and the like) are not read: the set was fetched from the
    /// issuer, and they would prove nothing more.
    pub(crate) fn parse(jwk: &Map<String, Value>) -> Result<Self, SkipReason> {
        let id = key_id(jwk)?;
        is_for_verifying(jwk)?;
        if PRIVATE_MEMBERS.iter().any(|name| jwk.contains_key(*name)) {
            return Err(SkipReason::PrivateKey);
        }
        let named = named_algorithm(jwk)?;
        let (kind, material) = material(jwk)?;
        let is_for = match named {
            Some(algorithm) if algorithm.key_kind() != kind => {
                return Err(SkipReason::AlgorithmDoesNotFit);
            }
            Some(algorithm) => KeyUse::Algorithm(algorithm),
            None => KeyUse::Kind(kind),
        };
        let fitting = Algorithm::ALL.into_iter().filter(|algorithm| match is_for {
            KeyUse::Algorithm(only) => *algorithm == only,
            KeyUse::Kind(kind) => algorithm.key_kind() == kind,
        });
        let parsed = fitting.map(|algorithm| {
            let key = ParsedPublicKey::new(algorithm.verification(), &material);
            Ok((algorithm, key.map_err(|_| SkipReason::Broken)?))
        });
        Ok(Self { id, is_for, parsed: parsed.collect::<Result<_, _>>()? })
    }

    /// Whether a token signed with this algorithm may be verified with the key.
    pub(crate) fn fits(&self, algorithm: Algorithm) -> bool {
        self.ready(algorithm).is_some()
    }

    /// Whether this is the message's signature; never with an algorithm that the key
    /// does not fit.
    pub(crate) fn verifies(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        self.ready(algorithm).is_some_and(|key| key.verify_sig(message, signature).is_ok())
    }

    fn ready(&self, algorithm: Algorithm) -> Option<&ParsedPublicKey> {
        self.parsed.iter().find(|(fits, _)| *fits == algorithm).map(|(_, key)| key)
    }
}

/// The members that only private and symmetric keys have. Choice: a key whose private
/// part stands in a published set proves nothing any more.
const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The key's id, also of one that is skipped.
pub(crate) fn key_id(jwk: &Map<String, Value>) -> Result<Option<String>, SkipReason> {
    match jwk.get("kid") {
        None => Ok(None),
        Some(Value::String(id)) if id.len() <= KEY_ID_BYTES_MAX => Ok(Some(id.clone())),
        Some(_) => Err(SkipReason::Malformed),
    }
}

/// Spec: RFC 7517, sections 4.2 and 4.3. Choice: AWS was observed to use no key that has
/// `key_ops`; one that names `verify` is used here.
fn is_for_verifying(jwk: &Map<String, Value>) -> Result<(), SkipReason> {
    match jwk.get("use") {
        None => {}
        Some(Value::String(name)) if name == "sig" => {}
        Some(_) => return Err(SkipReason::OtherUse),
    }
    match jwk.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(names)) if names.iter().any(|name| name == "verify") => Ok(()),
        Some(_) => Err(SkipReason::OtherUse),
    }
}

/// Choice: AWS was observed to take no notice of a key's `alg`; RFC 7517, section 4.4,
/// says what it is for, and a key used with a second algorithm is a key confused.
fn named_algorithm(jwk: &Map<String, Value>) -> Result<Option<Algorithm>, SkipReason> {
    match jwk.get("alg") {
        None => Ok(None),
        Some(Value::String(name)) => {
            Algorithm::from_name(name).map(Some).ok_or(SkipReason::UnknownAlgorithm)
        }
        Some(_) => Err(SkipReason::Malformed),
    }
}

/// The key's kind, and its public part as the library reads it. Whether a point lies on
/// its curve, an exponent is odd and greater than one, a modulus odd, the library says.
fn material(jwk: &Map<String, Value>) -> Result<(KeyKind, Vec<u8>), SkipReason> {
    let Some(key_type) = text(jwk, "kty") else { return Err(SkipReason::Malformed) };
    match key_type {
        "RSA" => rsa(jwk).map(|bytes| (KeyKind::Rsa, bytes)),
        "EC" => match text(jwk, "crv") {
            Some("P-256") => point(jwk, 32).map(|bytes| (KeyKind::P256, bytes)),
            Some("P-384") => point(jwk, 48).map(|bytes| (KeyKind::P384, bytes)),
            Some("P-521") => point(jwk, 66).map(|bytes| (KeyKind::P521, bytes)),
            _ => Err(SkipReason::UnknownCurve),
        },
        "OKP" => match text(jwk, "crv") {
            Some("Ed25519") => exactly(jwk, "x", 32).map(|bytes| (KeyKind::Ed25519, bytes)),
            _ => Err(SkipReason::UnknownCurve),
        },
        _ => Err(SkipReason::UnknownType),
    }
}

fn rsa(jwk: &Map<String, Value>) -> Result<Vec<u8>, SkipReason> {
    let (n, e) = (number(jwk, "n")?, number(jwk, "e")?);
    match bits(&n) {
        0..RSA_BITS_MIN => return Err(SkipReason::TooShort),
        RSA_BITS_MIN..=RSA_BITS_MAX => {}
        _ => return Err(SkipReason::TooLong),
    }
    if roca::has_mark(&n) {
        return Err(SkipReason::Weak);
    }
    let components = RsaPublicKeyComponents { n, e };
    components.as_der().map(|der| der.as_ref().to_vec()).map_err(|_| SkipReason::Broken)
}

/// A number without leading zero bytes.
///
/// Choice: RFC 7518, section 6.3.1.1, forbids them; some issuers write one where the
/// first bit is set, and nothing else is meant by it.
fn number(jwk: &Map<String, Value>, member: &str) -> Result<Vec<u8>, SkipReason> {
    let bytes = bytes(jwk, member)?;
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    Ok(bytes.into_iter().skip(zeros).collect())
}

/// The bits of a number that has no leading zero bytes.
fn bits(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    (number.len() * 8).saturating_sub(usize::try_from(unused).unwrap_or(8))
}

/// An uncompressed point. Spec: RFC 7518, section 6.2.1.2: both coordinates have the full
/// length of the curve.
fn point(jwk: &Map<String, Value>, length: usize) -> Result<Vec<u8>, SkipReason> {
    let mut point = vec![0x04];
    point.extend(exactly(jwk, "x", length)?);
    point.extend(exactly(jwk, "y", length)?);
    Ok(point)
}

fn exactly(jwk: &Map<String, Value>, member: &str, length: usize) -> Result<Vec<u8>, SkipReason> {
    let bytes = bytes(jwk, member)?;
    if bytes.len() == length { Ok(bytes) } else { Err(SkipReason::Broken) }
}

fn bytes(jwk: &Map<String, Value>, member: &str) -> Result<Vec<u8>, SkipReason> {
    let text = text(jwk, member).ok_or(SkipReason::Malformed)?;
    BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| SkipReason::Malformed)
}

fn text<'a>(jwk: &'a Map<String, Value>, member: &str) -> Option<&'a str> {
    jwk.get(member).and_then(Value::as_str)
}
