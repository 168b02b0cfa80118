//! The bytes of every format, pinned: whoever changes one must add a version.
//!
//! The values were computed with another implementation of HKDF and AES-GCM
//! (Python's `cryptography`), written after docs/decisions/0002 and 0003.

use std::fmt::Write;

use stead_session::vault::{
    AccountVault, DataKey, RootKey, SecretName, SecretVault, WrappedSecret,
};
use stead_session::{issue, open, open_denial, seal_denial};
use stead_types::{AccountId, Entropy, Secret};

use crate::fixtures::{Counting, HOUR, NOW, full, keyring};

const KEY_ID: &str = "4ad464f202c2a3f3";
const ACCESS_KEY_ID: &str = "ASIARTX3GSDSUAQSEIZE";
const SECRET_ACCESS_KEY: &str = "TOhYN6dn4ouYGABf4WDqTfWSy/0wtE4wLE/5fIct";
const SESSION_TOKEN: &str = "\
    AUrUZPICwqPzJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0Qds/PEI/bayzVgnUoqMdoOjSsWb4hRzkMD\
    KKykYe6DpJWAxoVJt0q1jfDvCzqAByrRuY1JiGm5g8ZWbYxDI+aU+TrzjPrRybEjVCDGGf84gLfdfUcny2HcDI2j\
    GRCDLUuKJpvlGZQafI/QCBxV5izPaBM6uNJlDCJIv3GPfKv4p2EHwollMe8ypku8n6eTa+s+8lAL94VNDXVYcydR\
    hJQKz0Oj9Ds9og/lJIMBe1reJ+3A5OsUmt9rW2D54EH+KhQnODHT4yrMSPuwkUt48h2VfIEVJODy42yzGoZCH/11\
    e36sRLLeul+VAzq70aLSMcswBzKTPGrzarnJRTAl8vMZHMsuJ/wCwMwC9VykpzTFVDQGu9yMs3TLH8O03yQANJFm\
    XC1dRqg51MyfYhkzPcRKOu/SbHbBhOXBHqcRyYP2nHYB0+oi5e8u0BTQFD4RmkZHvV0XhIO4U+978t5gUZWADLVn\
    ppr4HnRnVuv0alfRb3ZeP+sjV0aVqIQBbJ0SxgC16N1iISydTt9DtVGpDw==";
const DENIAL: &str = "\
    AUrUZPICwqPzRUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RYSZPAP7fB8Pi4inqc8kUFVQA5lEmsB22M\
    lXlo_VS5HeQ";

const ROOT_KEY_ID: &str = "4e31750fdddf4b07";
const DATA_KEY: &str = "\
    014e31750fdddf4b07404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5fdb5448\
    049cda0bdb27f2f40b665e53e452b03eb4acc10870e4c5cfea70c5c7653b78ed97b9c07fa5595b066521fccf\
    75";
const ACCESS_KEY_SECRET: &str = "\
    0136acb0bccdadd606606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f31d8d9\
    872f37cd7058bea1933b601d0ae57570252bbe2ed13fbdd7713e719fa78e66900de33502f3441a740f618dbb\
    08daec74c8a1e3a8c4";
const MFA_SEED: &str = "\
    0136acb0bccdadd606808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f32c4cb\
    a19c208c223c0c17166f166514d378b9b572c9845ae9e40e9fdaa9fafe0683eec3";
const KEYRING: &str = "\
    014e31750fdddf4b07e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff5ba969\
    542a8ac3979a33a6befa06022a9e10dcac25ab202641b3b71ec76cd2d8a93d7f2758d186a5ea637feaad8545\
    286bf8837d11e840b33da8d04738c1ba7418d49ff3099131ee4230cc461072c3985cf5fdfad0a5fe441c413f\
    4bfc6b2d424da1ffcc38232dde388e1b38fa8ae6da908d43a444d497d501b3a0eedf5783a65c3a";

#[test]
fn a_token_of_version_one() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let key = keyring.keys().next().unwrap();
    assert_eq!(key.id.to_string(), KEY_ID);
    let issued = issue(&keyring, &full(), &mut entropy).unwrap();
    assert_eq!(issued.access_key_id.as_str(), ACCESS_KEY_ID);
    assert_eq!(issued.secret_access_key.expose(), SECRET_ACCESS_KEY);
    assert_eq!(issued.session_token.expose(), SESSION_TOKEN);
    let session = open(&keyring, &issued.access_key_id, SESSION_TOKEN, NOW).unwrap();
    assert_eq!(session.claims, full());
    assert_eq!(session.secret_access_key.expose(), SECRET_ACCESS_KEY);

    let message = br#"{"allowed":false}"#;
    assert_eq!(seal_denial(&keyring, message, &mut entropy).unwrap(), DENIAL);
    assert_eq!(open_denial(&keyring, DENIAL).unwrap().expose(), message);
}

#[test]
fn secrets_at_rest_of_version_one() {
    let mut entropy = Counting::default();
    let account: AccountId = "111122223333".parse().unwrap();
    let mut secret = [0; 32];
    entropy.fill(&mut secret);
    let root = RootKey::new(&Secret::new(secret));
    assert_eq!(root.id().to_string(), ROOT_KEY_ID);
    let key = DataKey::generate(&mut entropy);
    assert_eq!(hex(&root.wrap_data_key(account, &key, &mut entropy)), DATA_KEY);

    let vault = AccountVault::new(account, &key);
    let id = "AKIAIOSFODNN7EXAMPLE".parse().unwrap();
    let secret = Secret::new(String::from("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"));
    let wrapped = vault.wrap_text(SecretName::AccessKey(&id), &secret, &mut entropy).unwrap();
    assert_eq!(hex(&wrapped), ACCESS_KEY_SECRET);
    let name = SecretName::MfaSeed("arn:aws:iam::111122223333:mfa/phone");
    let seed = Secret::new(b"12345678901234567890".to_vec());
    assert_eq!(hex(&vault.wrap(name, &seed, &mut entropy).unwrap()), MFA_SEED);

    let mut keyring = keyring(&mut entropy);
    keyring.rotate(NOW.plus(HOUR), &mut entropy).unwrap();
    let wrapped = root.wrap_keyring(&keyring, &mut entropy);
    assert_eq!(hex(&wrapped), KEYRING);
    assert!(root.unwrap_keyring(&wrapped).unwrap().keys().eq(keyring.keys()));
}

fn hex(wrapped: &WrappedSecret) -> String {
    wrapped.as_bytes().iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
