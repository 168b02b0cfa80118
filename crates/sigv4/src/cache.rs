use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use stead_types::Secret;

use crate::key::SigningKey;
use crate::payload::sha256;
use crate::scope::Scope;

/// Derived signing keys, so that a busy caller costs one derivation a day.
///
/// - **Key**: access key id and scope (day, region, service), and beside them the
///   [`SecretVersion`] the key was derived from.
/// - **Bound**: the capacity given at the start. Keys live in two generations;
///   when the young one is full, it becomes the old one and the old one is
///   overwritten. What is used stays.
/// - **Admission**: a key is kept when it is offered for the second time. Sessions that
///   are used once, however many, take no memory and push out no key that is in use.
/// - **Invalidation**: a lookup names the current version of the secret; an entry
///   of another version is overwritten and not served. A deleted access key has no
///   current version, so nobody asks for it; [`SigningKeyCache::forget`] also
///   removes its keys from memory at once.
/// - **Staleness**: none. The version comes from the same snapshot that says
///   that the access key is active, so a hit is as fresh as that snapshot.
///
/// Nothing here waits or allocates on a hit, so it can sit in a `Mutex` that is
/// held for the lookup alone: derive outside of it. Insert only after the request
/// was verified, or callers without the secret could fill the cache.
pub struct SigningKeyCache {
    generation_max: usize,
    hasher: RandomState,
    young: HashMap<u64, Entry>,
    old: HashMap<u64, Entry>,
    /// Hashes of keys that were offered, each in its slot until another takes it. Length: a
    /// power of two.
    offered: Box<[u64]>,
}

/// What a signing key was derived from, without saying it: equal for equal
/// secrets, and overwritten when dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretVersion(Secret<[u8; 32]>);

struct Entry {
    // Two callers whose hashes are equal replace each other's entry; what is
    // served is compared in full.
    access_key_id: Box<str>,
    scope: Scope,
    version: SecretVersion,
    key: SigningKey,
}

impl SecretVersion {
    /// The version of a secret access key: a digest. Costs one SHA-256.
    #[must_use]
    pub fn of(secret: &Secret<String>) -> Self {
        Self::from_bytes(sha256(&[b"stead signing key cache\0", secret.expose().as_bytes()]))
    }

    /// A version that the store knows, so that a hit needs no secret: for
    /// instance a digest of the sealed record that holds it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::new(bytes))
    }
}

impl SigningKeyCache {
    /// An empty cache of at most `capacity` keys, at least two; an odd number is
    /// rounded down. An entry takes about 300 bytes, and what is remembered of offers
    /// eight to sixteen for each.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            offered: vec![0; capacity.max(2).next_power_of_two()].into(),
            generation_max: (capacity / 2).max(1),
            hasher: RandomState::new(),
            young: HashMap::new(),
            old: HashMap::new(),
        }
    }

    /// The key of an access key and a scope, if it is there and was derived from
    /// this version of the secret. Constant time, except that an old entry moves.
    pub fn get(
        &mut self,
        access_key_id: &str,
        scope: &Scope,
        version: &SecretVersion,
    ) -> Option<SigningKey> {
        let hash = self.hash(access_key_id, scope);
        if !self.young.contains_key(&hash)
            && let Some(entry) = self.old.remove(&hash)
        {
            self.put(hash, entry);
        }
        let entry = self.young.get(&hash)?;
        if !entry.is_of(access_key_id, scope) {
            return None;
        }
        if entry.version != *version {
            self.young.remove(&hash);
            return None;
        }
        Some(entry.key.clone())
    }

    /// Keeps a key whose use was verified, where it was offered before; constant time, and
    /// nothing is allocated for the first offer. Of a new version it is the same key.
    pub fn offer(
        &mut self,
        access_key_id: &str,
        scope: &Scope,
        version: SecretVersion,
        key: SigningKey,
    ) {
        let hash = self.hash(access_key_id, scope);
        if !self.was_offered(hash) {
            return;
        }
        self.old.remove(&hash);
        let (access_key_id, scope) = (access_key_id.into(), scope.clone());
        self.put(hash, Entry { access_key_id, scope, version, key });
    }

    /// Removes every key of an access key. Linear in the capacity.
    pub fn forget(&mut self, access_key_id: &str) {
        self.young.retain(|_, entry| &*entry.access_key_id != access_key_id);
        self.old.retain(|_, entry| &*entry.access_key_id != access_key_id);
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.young.len() + self.old.len()
    }

    /// Whether there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn put(&mut self, hash: u64, entry: Entry) {
        if self.young.len() >= self.generation_max && !self.young.contains_key(&hash) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(hash, entry);
    }

    /// Whether this hash stands in its slot, and puts it there. The one that stood there
    /// before has to be offered twice again.
    fn was_offered(&mut self, hash: u64) -> bool {
        // The length is a power of two, so that the rest is below it.
        let slot = usize::try_from(hash % self.offered.len() as u64).unwrap_or_default();
        let Some(slot) = self.offered.get_mut(slot) else { return true };
        std::mem::replace(slot, hash) == hash
    }

    fn hash(&self, access_key_id: &str, scope: &Scope) -> u64 {
        self.hasher.hash_one((access_key_id, scope))
    }
}

impl Entry {
    fn is_of(&self, access_key_id: &str, scope: &Scope) -> bool {
        &*self.access_key_id == access_key_id && self.scope == *scope
    }
}

impl fmt::Debug for SigningKeyCache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKeyCache").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.into())
    }

    fn scope(region: &str) -> Scope {
        Scope::from_parts("20150830", region, "sts", "aws4_request")
    }

    fn insert(cache: &mut SigningKeyCache, id: &str, region: &str, secret: &Secret<String>) {
        offer(cache, id, region, secret);
        offer(cache, id, region, secret);
    }

    fn offer(cache: &mut SigningKeyCache, id: &str, region: &str, secret: &Secret<String>) {
        let key = SigningKey::derive(secret, &scope(region));
        cache.offer(id, &scope(region), SecretVersion::of(secret), key);
    }

    #[test]
    fn a_key_is_served_for_its_id_scope_and_secret_only() {
        let (first, second) = (secret("first"), secret("second"));
        let (version, other) = (SecretVersion::of(&first), SecretVersion::of(&second));
        let mut cache = SigningKeyCache::new(8);
        insert(&mut cache, "AKIA1", "r1", &first);
        let key = SigningKey::derive(&first, &scope("r1"));
        assert_eq!(cache.get("AKIA1", &scope("r1"), &version), Some(key));
        assert_eq!(cache.get("AKIA2", &scope("r1"), &version), None);
        assert_eq!(cache.get("AKIA1", &scope("r2"), &version), None);
        assert_eq!(cache.get("AKIA1", &scope("r1"), &other), None);
        assert!(cache.is_empty(), "a key of another secret is overwritten");
    }

    #[test]
    fn the_bound_holds_and_what_is_used_stays() {
        let only = secret("only");
        let version = SecretVersion::of(&only);
        let mut cache = SigningKeyCache::new(8);
        insert(&mut cache, "AKIA", "hot", &only);
        for index in 0..100 {
            insert(&mut cache, "AKIA", &format!("cold-{index}"), &only);
            assert!(cache.get("AKIA", &scope("hot"), &version).is_some(), "{index}");
            assert!(cache.len() <= 8, "{}", cache.len());
        }
        assert_eq!(cache.get("AKIA", &scope("cold-0"), &version), None);
    }

    #[test]
    fn what_is_offered_once_takes_no_place() {
        let only = secret("only");
        let mut cache = SigningKeyCache::new(8);
        offer(&mut cache, "AKIA", "hot", &only);
        assert!(cache.is_empty());
        offer(&mut cache, "AKIA", "hot", &only);
        assert_eq!(cache.len(), 1);
        for index in 0..100 {
            offer(&mut cache, "AKIA", &format!("cold-{index}"), &only);
        }
        assert_eq!(cache.len(), 1);
        let hot = cache.get("AKIA", &scope("hot"), &SecretVersion::of(&only));
        assert_eq!(hot, Some(SigningKey::derive(&only, &scope("hot"))));
    }

    #[test]
    fn a_forgotten_id_leaves_nothing() {
        let mut cache = SigningKeyCache::new(2);
        insert(&mut cache, "AKIA1", "r1", &secret("a"));
        insert(&mut cache, "AKIA1", "r2", &secret("a"));
        cache.forget("AKIA1");
        assert!(cache.is_empty());
    }
}
