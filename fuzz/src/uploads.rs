//! What users and operators hand in: keys, certificates, files of managed policies.

use stead_directory::read_aws_managed_policy;
use stead_iam::uploads;
use stead_types::Timestamp;

/// What stands between the parts of what is uploaded.
const SEPARATOR: &str = "\n===\n";

/// A certificate, its private key and its chain, with a line `===` between them. The first
/// part is taken as a public key of SSH as well.
pub fn upload(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.split(SEPARATOR);
    let first = parts.next().unwrap_or_default();
    let (key, chain) = (parts.next().unwrap_or_default(), parts.next());
    if let Some(written) = uploads::public_key(first) {
        for text in &written {
            assert_eq!(uploads::public_key(text).as_ref(), Some(&written), "{text}");
        }
    }
    if let Some(ders) = uploads::certificates(first) {
        let twice = [first, first].join("\n");
        let again = uploads::certificates(&twice).unwrap_or_else(|| twice_of(&ders));
        assert_eq!(again, twice_of(&ders), "certificates behind each other are another's");
    }
    // 1 March 2026, at which the seeds are valid.
    let now = Timestamp::from_epoch_seconds(1_772_366_400);
    if let Some(expires_at) = uploads::server_certificate(first, key, chain, now) {
        assert!(expires_at >= now, "it has expired at {expires_at}");
        assert_eq!(uploads::certificates(first).map(|ders| ders.len()), Some(1));
        assert!(chain.is_none_or(|chain| uploads::certificates(chain).is_some()));
        assert_eq!(
            uploads::server_certificate(first, key, None, now),
            Some(expires_at),
            "a chain is part of the certificate"
        );
        assert_eq!(uploads::server_certificate(first, "", chain, now), None, "without a key");
    }
}

/// A file of an AWS managed policy.
pub fn managed_policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(policy) = read_aws_managed_policy(text) else { return };
    let arn = format!("arn:aws:iam::aws:policy{}{}", policy.path.as_str(), policy.name.as_str());
    assert_eq!(policy.arn.as_str(), arn);
    let held = policy.versions.get(&policy.default_version).expect("the default version is there");
    assert!(!held.text.as_str().is_empty());
    assert!(policy.versions.keys().all(|version| *version < policy.next_version));
}

fn twice_of(ders: &[Vec<u8>]) -> Vec<Vec<u8>> {
    ders.iter().chain(ders).cloned().collect()
}
