//! The one construction under tokens, denials, records and wrapped secrets.
//!
//! ```text
//! sealed  = version (1) || key id (8) || nonce (32) || ciphertext || tag (16)
//! subkey  = HKDF-Expand(domain key, "aes-256-gcm" || 0 || nonce)
//! sealing = AES-256-GCM(subkey, 96 zero bits, version || key id || nonce || context)
//! ```
//!
//! The 256-bit nonce selects a fresh key for every message, so the cipher's own
//! nonce can be constant: two messages meet under one key only when two random
//! 256-bit values are equal. `docs/decisions/0002-session-tokens.md` has the
//! bounds and the alternatives.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Okm, Prk, Salt};
use aws_lc_rs::hmac::{self, HMAC_SHA256};
use stead_types::{Entropy, Secret};
use zeroize::Zeroizing;

use crate::codec::{Reader, Unreadable};

/// The only version there is. A new construction takes the next number; the
/// reader then knows both until the last key of the old one is retired.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 32;
const TAG_BYTES: usize = 16;
/// What one block of HKDF with SHA-256 has.
const BLOCK_BYTES: usize = 32;
const HEADER_BYTES: usize = 1 + KeyId::BYTES + NONCE_BYTES;

/// How many bytes sealing adds.
pub(crate) const OVERHEAD_BYTES: usize = HEADER_BYTES + TAG_BYTES;

/// The name of a key, such as `5f0e7c2a91d4b386`: 64 bits derived from the key.
///
/// It stands in front of everything the key has sealed. Being derived, it also
/// proves that a key read back from rest is the key that was written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KeyId::BYTES]);

impl KeyId {
    pub(crate) const BYTES: usize = 8;

    pub(crate) const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// What 32 secret bytes are for. Equal bytes of two kinds share no key.
#[derive(Clone, Copy)]
pub(crate) enum FamilyKind {
    Master,
    Root,
    Data,
}

impl FamilyKind {
    const fn salt(self) -> &'static [u8] {
        match self {
            Self::Master => b"stead master key v1",
            Self::Root => b"stead root key v1",
            Self::Data => b"stead data key v1",
        }
    }
}

/// All keys that are derived from 32 secret bytes.
pub(crate) struct KeyFamily {
    id: KeyId,
    extracted: Prk,
}

impl KeyFamily {
    pub(crate) fn new(kind: FamilyKind, secret: &Secret<[u8; 32]>) -> Self {
        let extracted = Salt::new(HKDF_SHA256, kind.salt()).extract(secret.expose());
        let mut id = [0; KeyId::BYTES];
        fill(&extracted, &[b"key id"], &mut id);
        Self { id: KeyId(id), extracted }
    }

    pub(crate) const fn id(&self) -> KeyId {
        self.id
    }

    /// The key of one domain. What one domain has sealed opens in no other.
    pub(crate) fn domain(&self, name: &'static str) -> SealingKey {
        let info = [b"domain ".as_slice(), name.as_bytes()];
        let key = hmac::Key::from(expand(&self.extracted, &info, HMAC_SHA256));
        SealingKey { id: self.id, key: Arc::new(key) }
    }
}

/// The key of one domain of one family.
#[derive(Clone)]
pub(crate) struct SealingKey {
    id: KeyId,
    /// The pseudorandom key of HKDF, made ready once: [`SealingKey::block`].
    /// Some hundreds of bytes, shared.
    key: Arc<hmac::Key>,
}

/// The 256 random bits of one message.
pub(crate) type SealNonce = [u8; NONCE_BYTES];

/// A fresh nonce. It is drawn by the caller, who may derive from it before sealing.
pub(crate) fn draw_nonce(entropy: &mut dyn Entropy) -> SealNonce {
    let mut nonce = [0; NONCE_BYTES];
    entropy.fill(&mut nonce);
    nonce
}

/// The ciphertext was not sealed by this key for this context, or was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAuthentic;

impl SealingKey {
    pub(crate) const fn id(&self) -> KeyId {
        self.id
    }

    /// Encrypts and authenticates `plaintext`; authenticates `context`, which is
    /// not part of the result and must be given again to open it.
    ///
    /// INVARIANT: a nonce is used for one message only.
    pub(crate) fn seal(&self, nonce: &SealNonce, context: &[u8], plaintext: &[u8]) -> Vec<u8> {
        let header = header(self.id, nonce);
        let mut sealed = Vec::with_capacity(OVERHEAD_BYTES + plaintext.len());
        sealed.extend_from_slice(&header);
        sealed.extend_from_slice(plaintext);
        let (_, body) = sealed.split_at_mut(HEADER_BYTES);
        #[expect(
            clippy::expect_used,
            reason = "AES-GCM refuses only messages above 2^36 bytes; limits.rs bounds every plaintext below 2^13"
        )]
        let tag = self
            .cipher(nonce)
            .seal_in_place_separate_tag(zero_nonce(), Aad::from(joined(&header, context)), body)
            .expect("a bounded message can be sealed");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// The plaintext of what [`Self::seal`] has made with the same context.
    pub(crate) fn open(
        &self,
        envelope: &Envelope<'_>,
        context: &[u8],
    ) -> Result<Secret<Vec<u8>>, NotAuthentic> {
        let aad = Aad::from(joined(&header(self.id, envelope.nonce), context));
        let mut plaintext = Zeroizing::new(vec![0; envelope.ciphertext.len()]);
        self.cipher(envelope.nonce)
            .open_separate_gather(
                zero_nonce(),
                aad,
                envelope.ciphertext,
                envelope.tag,
                &mut plaintext,
            )
            .map_err(|_| NotAuthentic)?;
        Ok(Secret::new(std::mem::take(&mut *plaintext)))
    }

    /// A secret that goes with a message: a function of its nonce, of `context`
    /// and of this key. `label` keeps it apart from the subkey and from others.
    pub(crate) fn derive<const N: usize>(
        &self,
        label: &'static str,
        nonce: &SealNonce,
        context: &[u8],
    ) -> Zeroizing<[u8; N]> {
        const { assert!(N <= BLOCK_BYTES, "one block of HKDF") };
        let block = self.block(&[label.as_bytes(), &[0], nonce, context]);
        let mut derived = Zeroizing::new([0; N]);
        derived.iter_mut().zip(block.as_ref()).for_each(|(to, from)| *to = *from);
        derived
    }

    /// The first block of HKDF-Expand, which is all of it up to 32 bytes.
    ///
    /// Spec: RFC 5869, section 2.3: `T(1) = HMAC-Hash(PRK, info | 0x01)`. The library's own
    /// would prepare the key for HMAC each time, which is a third of the work.
    fn block(&self, info: &[&[u8]]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        info.iter().for_each(|part| context.update(part));
        context.update(&[1]);
        context.sign()
    }

    fn cipher(&self, nonce: &SealNonce) -> LessSafeKey {
        let block = self.block(&[b"aes-256-gcm", &[0], nonce]);
        LessSafeKey::new(key_of(&block))
    }
}

/// Sealed bytes, taken apart but not believed: anyone could have written them.
pub(crate) struct Envelope<'a> {
    pub(crate) claimed_key: KeyId,
    pub(crate) nonce: &'a SealNonce,
    ciphertext: &'a [u8],
    tag: &'a [u8; TAG_BYTES],
}

/// Why bytes can't be something sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EnvelopeError {
    Short,
    Version(u8),
}

impl From<Unreadable> for EnvelopeError {
    fn from(_: Unreadable) -> Self {
        Self::Short
    }
}

impl<'a> Envelope<'a> {
    pub(crate) fn parse(sealed: &'a [u8]) -> Result<Self, EnvelopeError> {
        let (front, tag) = sealed.split_last_chunk().ok_or(EnvelopeError::Short)?;
        let mut reader = Reader::new(front);
        match reader.byte()? {
            VERSION => {}
            other => return Err(EnvelopeError::Version(other)),
        }
        let claimed_key = KeyId(*reader.array()?);
        let nonce = reader.array()?;
        Ok(Self { claimed_key, nonce, ciphertext: reader.rest(), tag })
    }
}

fn zero_nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; NONCE_LEN])
}

fn header(id: KeyId, nonce: &SealNonce) -> [u8; HEADER_BYTES] {
    let mut header = [VERSION; HEADER_BYTES];
    let values = id.as_bytes().iter().chain(nonce);
    header.iter_mut().skip(1).zip(values).for_each(|(slot, value)| *slot = *value);
    header
}

// The header has one length, so the joint is unambiguous.
fn joined(header: &[u8; HEADER_BYTES], context: &[u8]) -> Vec<u8> {
    [header.as_slice(), context].concat()
}

#[expect(clippy::expect_used, reason = "a block of HKDF has the 32 bytes of the key")]
fn key_of(block: &hmac::Tag) -> UnboundKey {
    UnboundKey::new(&AES_256_GCM, block.as_ref()).expect("32 bytes are a key")
}

struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

#[expect(
    clippy::expect_used,
    reason = "HKDF-Expand refuses only outputs above 255 hashes (8,160 bytes); the longest here has 32"
)]
fn expand<'a, L: KeyType>(key: &'a Prk, info: &'a [&'a [u8]], length: L) -> Okm<'a, L> {
    key.expand(info, length).expect("at most 32 bytes are derived")
}

#[expect(clippy::expect_used, reason = "the length asked for is the buffer's, one line above")]
fn fill(key: &Prk, info: &[&[u8]], output: &mut [u8]) {
    let length = Bytes(output.len());
    expand(key, info, length).fill(output).expect("the buffer has the derived length");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_is_what_the_library_expands() {
        let family = KeyFamily::new(FamilyKind::Master, &Secret::new([7; 32]));
        let domain = family.domain("sessions");
        let info = [b"domain ".as_slice(), b"sessions"];
        let key: Prk = expand(&family.extracted, &info, HKDF_SHA256).into();
        let nonce = [9; NONCE_BYTES];
        for context in [b"".as_slice(), b"context"] {
            let mut expanded = [0; 30];
            fill(&key, &[b"label", &[0], &nonce, context], &mut expanded);
            assert_eq!(*domain.derive::<30>("label", &nonce, context), expanded);
        }
        let mut expanded = [0; BLOCK_BYTES];
        fill(&key, &[b"aes-256-gcm", &[0], &nonce], &mut expanded);
        assert_eq!(domain.block(&[b"aes-256-gcm", &[0], &nonce]).as_ref(), expanded);
    }
}
