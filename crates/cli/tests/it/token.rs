//! `stead token inspect`.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::process::{Scratch, ending, read, stead};

/// A token of `https://idp.example.com`, signed with the key in [`KEYS`], from
/// 2026-03-01T11:59:00Z to 12:59:00Z.
const TOKEN: &str = concat!(
    "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ",
    ".eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6ImpvYi03IiwiYXVkIjoic3RzIiwi",
    "aWF0IjoxNzcyMzY2MzQwLCJleHAiOjE3NzIzNjk5NDB9",
    ".uyrsrN6k0d7e1P4_942PuPiQpXB0u-nGxmrvnVMtLt-FQYOARkMK-GCwY2BDxQanaPdSLox57WrUiNMkExBAPg",
);

const KEYS: &str = r#"{"keys": [{"kty": "EC", "crv": "P-256", "kid": "1",
    "x": "WyXwuZF-Igkh03MOScLNgW_57LzUWn_8teaBySEWe9c",
    "y": "hNaJLSt8uCd6yzU98cvr4u-g6nCwMGhn3fyW0PVdOSE"}]}"#;

const NOON: &str = "2026-03-01T12:00:00Z";

fn inspect(scratch: &Scratch, arguments: &[&str]) -> (i32, String, String) {
    ending(scratch.path(), &[&["token", "inspect"], arguments].concat())
}

fn scratch(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    std::fs::write(scratch.path().join("token"), format!("{TOKEN}\n")).unwrap();
    std::fs::write(scratch.path().join("keys"), KEYS).unwrap();
    scratch
}

#[test]
fn a_token_is_shown_with_times_keys_and_a_loud_warning() {
    let scratch = scratch("inspect");
    let (code, stdout, stderr) = inspect(&scratch, &["@token", "--at", NOON]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    for expected in [
        "OpenID Connect token, NOT VERIFIED: anybody can have written what follows\n",
        "  sub  job-7\n",
        "  exp  2026-03-01T12:59:00Z  expires in 59 minutes\n",
        "  iat  2026-03-01T11:59:00Z  issued 60 seconds ago\n",
        "  idp.example.com:sub   job-7\n",
        "Nothing was found that would refuse it.\n",
    ] {
        assert!(stdout.contains(expected), "{expected}: {stdout}");
    }
    let signature = TOKEN.rsplit('.').next().unwrap();
    assert!(!stdout.contains(signature.get(..16).unwrap()), "{stdout}");
}

#[test]
fn keys_verify_the_signature() {
    let scratch = scratch("inspect-keys");
    let (code, stdout, _) = inspect(&scratch, &["@token", "--at", NOON, "--jwks", "keys"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("OpenID Connect token, its signature is that of the key `1`\n"));
    let tampered = TOKEN.replace("PuPiQ", "PuPiR");
    let (code, stdout, _) = inspect(&scratch, &[&tampered, "--at", NOON, "--jwks", "keys"]);
    assert_eq!(code, 3);
    assert!(stdout.starts_with("OpenID Connect token, ITS SIGNATURE DOES NOT HOLD\n"), "{stdout}");
}

#[test]
fn what_would_refuse_it_is_said_and_is_the_exit_code() {
    let scratch = scratch("inspect-refused");
    let late = "2026-03-01T13:05:00Z";
    for (arguments, expected) in [
        (&["@token", "--at", late][..], "expired 6 minutes ago"),
        (
            &["@token", "--at", late],
            "  - expired at 2026-03-01T12:59:00Z, now it is 2026-03-01T13:05:00Z",
        ),
        (&["@token", "--at", "1772300000"], "  - was issued at 2026-03-01T11:59:00Z"),
        (
            &["@token", "--at", NOON, "--audience", "app"],
            "  - is for `sts`, which is not registered",
        ),
        (
            &["@token", "--at", NOON, "--issuer", "https://other"],
            "  - is of the issuer `https://idp.example.com`",
        ),
        (
            &["eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2EifQ."],
            "  - is not signed: its algorithm is `none`",
        ),
        (&["a.b"], "  - has 2 parts between dots, expected three"),
        (&["AAAA"], "  - is not "),
    ] {
        let (code, stdout, stderr) = inspect(&scratch, arguments);
        assert_eq!((code, stderr.as_str()), (3, ""), "{arguments:?}");
        assert!(stdout.contains(expected), "{arguments:?}: {stdout}");
    }
    let good = ["@token", "--at", NOON, "--audience", "app", "--audience", "sts"];
    assert_eq!(inspect(&scratch, &good).0, 0);
    let good = ["@token", "--at", NOON, "--issuer", "https://idp.example.com"];
    assert_eq!(inspect(&scratch, &good).0, 0);
}

#[test]
fn wrong_uses_are_told_apart() {
    let scratch = scratch("inspect-usage");
    for arguments in [
        &["@missing"][..],
        &["@token", "--jwks", "missing"],
        &["@token", "--jwks", "token"],
        &["@token", "--at", "noon"],
        &[""],
        &[],
    ] {
        let (code, stdout, stderr) = inspect(&scratch, arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
    }
    std::fs::write(scratch.path().join("long"), "a".repeat(150_001)).unwrap();
    assert_eq!(inspect(&scratch, &["@long"]).0, 2);
    std::fs::write(scratch.path().join("long"), "a".repeat(150_000)).unwrap();
    assert_eq!(inspect(&scratch, &["@long"]).0, 3);
}

#[test]
fn programs_get_one_versioned_object_also_from_standard_input() {
    let scratch = scratch("inspect-json");
    let arguments = ["token", "inspect", "-", "--json", "--at", NOON, "--jwks", "keys"];
    let mut command = stead(scratch.path(), &arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(TOKEN.as_bytes()).unwrap();
    let (code, stdout, _) = read(child.wait_with_output().unwrap());
    let shown: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(code, 0);
    for (member, expected) in [
        ("/version", Value::from(1)),
        ("/kind", "oidc".into()),
        ("/verified", true.into()),
        ("/signature/key_id", "1".into()),
        ("/claims/sub", "job-7".into()),
        ("/moments/1/words", "expires in 59 minutes".into()),
        ("/condition_keys/2/name", "idp.example.com:sub".into()),
        ("/condition_keys/2/values/0", "job-7".into()),
        ("/session/roles", Value::Null),
        ("/refusals", Value::Array(Vec::new())),
    ] {
        assert_eq!(shown.pointer(member), Some(&expected), "{member}");
    }
}
