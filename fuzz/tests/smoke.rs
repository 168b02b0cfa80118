//! Runs every target over its corpus and over mutations of it, the same ones each time.

use std::path::Path;

const MUTATIONS_PER_SEED_MAX: usize = 400;
const MUTATIONS_PER_TARGET_MAX: usize = 4_000;

type Target = (&'static str, fn(&[u8]));

const TARGETS: &[Target] = &[
    ("policy_document", stead_fuzz::policy_document),
    ("pattern", stead_fuzz::pattern),
    ("decision", stead_fuzz::decision),
    #[cfg(feature = "services")]
    ("signature_claim", stead_fuzz::signature_claim),
    #[cfg(feature = "services")]
    ("query_form", stead_fuzz::query_form),
    #[cfg(feature = "services")]
    ("json_body", stead_fuzz::json_body),
    #[cfg(feature = "services")]
    ("session_token", stead_fuzz::session_token),
    #[cfg(feature = "services")]
    ("denial_message", stead_fuzz::denial_message),
    #[cfg(feature = "services")]
    ("account_records", stead_fuzz::account_records),
    #[cfg(feature = "services")]
    ("words", stead_fuzz::words),
    #[cfg(feature = "services")]
    ("audit_log", stead_fuzz::audit_log),
    #[cfg(feature = "services")]
    ("upload", stead_fuzz::upload),
    #[cfg(feature = "services")]
    ("managed_policy", stead_fuzz::managed_policy),
    #[cfg(feature = "services")]
    ("delegation_template", stead_fuzz::delegation_template),
    #[cfg(feature = "administration")]
    ("admin_socket", stead_fuzz::admin_socket),
    #[cfg(feature = "analysis")]
    ("account_export", stead_fuzz::account_export),
    #[cfg(feature = "analysis")]
    ("denial_case", stead_fuzz::denial_case),
    #[cfg(feature = "analysis")]
    ("decoded_denial", stead_fuzz::decoded_denial),
    #[cfg(feature = "analysis")]
    ("recorded_event", stead_fuzz::recorded_event),
    #[cfg(feature = "analysis")]
    ("request_table", stead_fuzz::request_table),
    #[cfg(feature = "analysis")]
    ("policy_lint", stead_fuzz::policy_lint),
    #[cfg(feature = "federation")]
    ("web_identity_token", stead_fuzz::web_identity_token),
    #[cfg(feature = "federation")]
    ("key_set", stead_fuzz::key_set),
    #[cfg(feature = "federation")]
    ("saml_response", stead_fuzz::saml_response),
    #[cfg(feature = "federation")]
    ("saml_metadata", stead_fuzz::saml_metadata),
];

#[test]
fn every_target_survives_its_corpus_and_mutations_of_it() {
    for (name, target) in TARGETS {
        let seeds = seeds(name);
        assert!(!seeds.is_empty(), "{name} has no corpus");
        let mutations = MUTATIONS_PER_SEED_MAX.min(MUTATIONS_PER_TARGET_MAX.div_ceil(seeds.len()));
        let mut random = Random(0x5eed);
        for seed in &seeds {
            target(seed);
            for _ in 0..mutations {
                let other = &seeds[random.below(seeds.len())];
                target(&mutated(seed, other, &mut random));
            }
        }
    }
}

/// That each target finds its planted defect takes minutes and is not shown here.
#[test]
fn the_planted_defects_fit_the_code() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("planted/run");
    let status = std::process::Command::new(script).arg("--check").status().unwrap();
    assert!(status.success(), "a patch in fuzz/planted no longer applies");
}

fn seeds(name: &str) -> Vec<Vec<u8>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(name);
    let mut paths: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Flips, cuts, repeats and splices, as fuzzers do.
fn mutated(seed: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(6) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, INTERESTING[random.below(INTERESTING.len())]),
            2 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
            3 if at < bytes.len() => drop(bytes.remove(at)),
            4 => {
                let tail = other[random.below(other.len() + 1)..].to_vec();
                bytes.splice(at.., tail);
            }
            _ => {
                let piece = bytes[at..].to_vec();
                bytes.extend(piece.into_iter().take(64));
            }
        }
    }
    bytes
}

const INTERESTING: &[u8] = b"\"\\{}[]:,*?$%&=+/.\0\n\r\t \x7f\xc3\xff0aZ-";

/// xorshift64: the smoke run must be the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}
