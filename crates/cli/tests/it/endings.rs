//! How commands end: exit codes, streams, and what is said.

use std::path::Path;
use std::process::Stdio;

use crate::process::{Scratch, ending, run, signal, stead, wait_for};

#[test]
fn the_demonstration_ends_well() {
    let scratch = Scratch::new("demo");
    let (code, stdout, stderr) = ending(scratch.path(), &["demo"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    for expected in [
        "because no role trust policy allows the sts:AssumeRole action (denial d-",
        "assumed-role/deploy/my-session",
        "ExpiredToken",
        "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity (denial d-",
        ":sub wants repo:acme/web:ref:refs/heads/main, the request has repo:acme/shop:ref:refs/heads/main",
        "assumed-role/publish/build-42",
        "Every step ended as it should.",
    ] {
        assert!(stdout.contains(expected), "{expected}: {stdout}");
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "it leaves files");
}

#[test]
fn exit_codes_tell_wrong_use_from_failure() {
    let scratch = Scratch::new("codes");
    for (arguments, expected) in [
        (vec!["--help"], 0),
        (vec!["serve", "--help"], 0),
        (vec!["version"], 0),
        (vec!["--version"], 0),
        (vec!["config", "show"], 0),
        (vec!["config", "check"], 0),
        (vec![], 2),
        (vec!["frobnicate"], 2),
        (vec!["serve", "--frobnicate"], 2),
        (vec!["serve", "--listen", "here"], 2),
        (vec!["serve", "--account", "12"], 2),
        (vec!["serve", "--tls-cert", "x.pem"], 2),
        (vec!["config", "show", "--config", "missing.toml"], 2),
        (vec!["config", "check", "--config", "missing.toml"], 1),
        (vec!["serve", "--listen", "127.0.0.1:0", "--tls-cert", "x.pem", "--tls-key", "x.pem"], 1),
        (vec!["account", "list", "--data", "missing"], 1),
        (vec!["account", "create", "--data", "d", "--account", "12"], 1),
    ] {
        let (code, _, stderr) = ending(scratch.path(), &arguments);
        assert_eq!(code, expected, "{arguments:?}: {stderr}");
        assert_eq!(stderr.is_empty(), expected == 0, "{arguments:?}: {stderr}");
    }
    assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0, "a refusal leaves files");
}

#[test]
fn fixture_keys_have_their_rules_and_are_never_shown() {
    let scratch = Scratch::new("fixtures");
    let fixtures = "AKIAIOSFODNN7EXAMPLE:topsecret@111122223333";
    for (text, arguments, expected) in [
        (fixtures, vec!["serve"], "the server is not ephemeral"),
        (fixtures, vec!["serve", "--ephemeral", "--listen", "0.0.0.0:0"], "not a loopback address"),
        ("x:topsecret@1", vec!["serve", "--ephemeral"], "item 1 has an id"),
        ("topsecret", vec!["serve", "--ephemeral"], "item 1 is not of the form"),
    ] {
        let mut command = stead(scratch.path(), &arguments);
        let output = command.env("STEAD_FIXTURE_KEYS", text).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(expected), "{stderr}");
        assert!(!stderr.contains("topsecret"), "{stderr}");
    }
    let mut command = stead(scratch.path(), &["config", "show"]);
    let output = command.env("STEAD_FIXTURE_KEYS", fixtures).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.contains("redacted") && !stdout.contains("topsecret"), "{stdout}");
}

#[test]
fn settings_show_where_they_come_from() {
    let scratch = Scratch::new("show");
    std::fs::write(scratch.path().join("stead.toml"), "region = \"eu-west-1\"\n").unwrap();
    let mut command = stead(scratch.path(), &["config", "show", "--json", "--data", "here"]);
    command.env("STEAD_CONFIG", "stead.toml").env("STEAD_LOG_LEVEL", "debug");
    let output = command.output().unwrap();
    let shown: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let origin = |key: &str| {
        let origin = shown.pointer(&format!("/settings/{key}/origin"));
        origin.and_then(serde_json::Value::as_str).unwrap().to_owned()
    };
    assert_eq!(origin("region"), "file stead.toml");
    assert_eq!(origin("log_level"), "environment");
    assert_eq!(origin("data"), "command line");
    assert_eq!(origin("listen"), "default");
}

#[test]
fn a_reader_that_has_read_enough_is_no_failure() {
    let scratch = Scratch::new("pipe");
    let mut command = stead(scratch.path(), &["config", "show"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
    assert!(run(scratch.path(), &["version"]).status.success());
}

#[test]
fn a_start_that_waits_for_its_root_key_ends_when_it_is_told_to() {
    for name in ["TERM", "INT"] {
        let scratch = Scratch::new("stopped-start");
        let command = ["sh", "-c", "echo $$ > waiting; mv waiting waits; exec sleep 600"];
        let settings = format!("root_key_command = {command:?}");
        std::fs::write(scratch.path().join("stead.toml"), settings).unwrap();
        let serve = ["serve", "--config", "stead.toml", "--listen", "127.0.0.1:0"];
        let mut command = stead(scratch.path(), &[&serve[..], &["--data", "data"]].concat());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let waits = scratch.path().join("waits");
        let key_command = wait_for(|| std::fs::read_to_string(&waits).ok());
        assert!(child.try_wait().unwrap().is_none(), "it waits");
        // After a minute it would give up by itself, and end badly.
        signal(&child, name);
        let (code, _, stderr) = crate::process::read(child.wait_with_output().unwrap());
        assert_eq!(code, 0, "{name}: {stderr}");
        assert!(stderr.contains("stopped before it was ready"), "{name}: {stderr}");
        let left = Path::new("/proc").join(key_command.trim()).join("stat");
        wait_for(|| is_gone(&left).then_some(()));
    }
}

/// Whether a process has ended, also where nobody has asked how.
fn is_gone(stat: &Path) -> bool {
    std::fs::read_to_string(stat).map_or(true, |stat| stat.contains(") Z "))
}
