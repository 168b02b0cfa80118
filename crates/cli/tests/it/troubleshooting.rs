//! `docs/troubleshooting.md`: its examples are what `stead explain` prints of the cases in
//! `tests/corpus/denials`, so that they stay true. `UPDATE_GOLDEN=1` writes them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process::ending;

const BEGIN: &str = "<!-- causes: written by crates/cli/tests/it/troubleshooting.rs -->\n";
const END: &str = "<!-- end of causes -->\n";

/// What each cause is, in the order of the page: what may call, who is trusted, the token,
/// the provider, the call.
const CAUSES: [(&str, &str); 48] = [
    ("identity-no-allow", "No policy of the caller allows the call."),
    (
        "identity-wrong-resource",
        "A policy of the caller allows the call, but for another resource.",
    ),
    ("identity-explicit-deny", "A policy of the caller denies the call."),
    ("boundary-no-allow", "The permissions boundary of the caller does not allow the call."),
    (
        "session-policy-no-allow",
        "The policy that the caller's session was begun with does not allow the call.",
    ),
    ("scp-deny", "A service control policy of the caller's organization denies the call."),
    ("scp-no-allow", "No service control policy allows the call."),
    ("rcp-deny", "A resource control policy of the role's organization denies the call."),
    ("trust-no-matching-principal", "The trust policy names others."),
    (
        "trust-stale-principal-id",
        "The trust policy names somebody who was deleted; who has the name now is somebody else.",
    ),
    (
        "assumed-role-session-arn-mismatch",
        "The trust policy names one session of a role, and another called.",
    ),
    ("self-assume-not-trusted", "A role calls for itself, and its trust policy does not name it."),
    ("service-principal-only", "The trust policy names services of AWS only."),
    (
        "simulator-ignores-trust",
        "The caller's own policies allow the call, which is all that the policy simulator looks at; the trust policy does not.",
    ),
    ("trust-wrong-principal-type", "The trust policy names a principal of another kind."),
    ("trust-wrong-action", "The trust policy allows another action."),
    ("trust-explicit-deny", "The trust policy denies the call."),
    ("trust-condition-value-mismatch", "A condition of the trust policy wants another value."),
    (
        "trust-condition-case-mismatch",
        "A condition wants the value in other letters, large or small.",
    ),
    ("trust-condition-key-absent", "A condition asks for a key that the request does not have."),
    (
        "trust-condition-operator-no-wildcards",
        "A value has a wildcard, and its operator takes it as it is written.",
    ),
    (
        "trust-condition-wrong-issuer-prefix",
        "A condition key names another issuer than that of the token.",
    ),
    ("trust-external-id-missing", "The trust policy wants an external id, and none was sent."),
    ("trust-external-id-mismatch", "Another external id was sent than the trust policy wants."),
    (
        "trust-mfa-required",
        "The trust policy wants a second factor, and the caller's credentials have none.",
    ),
    (
        "trust-missing-tag-session",
        "The call passes session tags, and the trust policy does not allow `sts:TagSession`.",
    ),
    (
        "trust-missing-set-source-identity",
        "The session has a source identity, and the trust policy does not allow `sts:SetSourceIdentity`.",
    ),
    ("trust-wrong-provider-arn", "The trust policy names another provider than that of the token."),
    (
        "credential-chain-wrong-caller",
        "Somebody else than was meant has called: the first credentials that an SDK found.",
    ),
    ("role-not-found", "There is no such role."),
    ("role-wrong-account", "There is no such role in this account; there is one in another."),
    ("provider-not-found", "The account has no provider for the token's issuer."),
    (
        "provider-issuer-mismatch",
        "The provider has a URL that is almost that of the token's issuer.",
    ),
    ("provider-audience-not-registered", "The provider does not list the token's audience."),
    ("provider-keys-unreachable", "The keys of the issuer cannot be fetched."),
    (
        "provider-thumbprint-mismatch",
        "The certificate of the issuer is none that the provider lists.",
    ),
    ("token-wrong-audience", "The token was made for somebody else."),
    ("token-expired", "The token is too old."),
    ("token-not-yet-valid", "The token is valid in the future."),
    ("token-missing-claim", "The token lacks a claim that AWS needs."),
    ("token-signature-invalid", "The token was not signed by its issuer."),
    ("duration-exceeds-max", "The session is to last longer than the role allows."),
    ("duration-chaining-cap", "A session of a role begins sessions of one hour at most."),
    ("request-invalid-session-name", "The name of the session has characters that it cannot have."),
    (
        "request-packed-policy-too-large",
        "Policies and tags of the session take more room than there is.",
    ),
    ("request-role-arn-not-a-role", "What is asked for is no role."),
    ("caller-is-root", "A root user calls, and root users assume no roles."),
    ("clock-skew", "The clock of whoever signed is wrong."),
];

/// Causes of the environment, for which the list above has no place.
const OF_REGION: (&str, &str) =
    ("region-disabled", "The caller's account has switched STS off in this region.");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The first case of each cause that somebody has met; of those without, the first.
fn cases() -> BTreeMap<String, (String, Value)> {
    let folder = root().join("tests/corpus/denials");
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    let mut all = Vec::new();
    for name in names {
        let place = format!("tests/corpus/denials/{}", name.to_str().unwrap());
        let text = std::fs::read_to_string(root().join(&place)).unwrap();
        let case: Value = serde_json::from_str(&text).unwrap();
        all.push((place, case));
    }
    all.sort_by_key(|(_, case)| !case["source"].as_str().unwrap().starts_with("https://"));
    let mut cases = BTreeMap::new();
    for (place, case) in all {
        let cause = case["expected"]["cause"].as_str().unwrap().to_owned();
        cases.entry(cause).or_insert((place, case));
    }
    cases
}

fn written() -> String {
    let mut cases = cases();
    let mut text = String::new();
    for (cause, sentence) in CAUSES.iter().chain([&OF_REGION]) {
        let (place, case) = cases.remove(*cause).unwrap_or_else(|| panic!("no case of {cause}"));
        let (_, out, err) = ending(&root(), &["explain", "--case", &place]);
        assert_eq!(err, "", "{place}");
        let error = &case["attempt"]["error"];
        let [code, message] = ["code", "message"].map(|name| error[name].as_str().unwrap());
        let source = match case["source"].as_str().unwrap() {
            url if url.starts_with("https://") => format!("[Somebody]({url}) was answered:"),
            _ => "An example that was made up is answered:".to_owned(),
        };
        let _ = write!(
            text,
            "### `{cause}`\n\n{sentence}\n\n{source}\n\n```text\n{code}: \
             {message}\n```\n\n`stead explain` says:\n\n```text\n{}\n```\n\n",
            out.trim_end()
        );
    }
    assert!(cases.is_empty(), "the page has no place for {:?}", cases.keys());
    text
}

#[test]
fn the_page_has_every_cause_as_it_is_explained() {
    let path = root().join("docs/troubleshooting.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (found, after) = rest.split_once(END).unwrap();
    let written = format!("\n{}", written());
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, [before, BEGIN, &written, END, after].concat()).unwrap();
        return;
    }
    assert!(found == written, "docs/troubleshooting.md is not what is explained: UPDATE_GOLDEN=1");
}

#[test]
fn the_page_names_every_cause_where_it_sends_readers() {
    let page = std::fs::read_to_string(root().join("docs/troubleshooting.md")).unwrap();
    let (before, _) = page.split_once(BEGIN).unwrap();
    for (cause, _) in CAUSES.iter().chain([&OF_REGION]) {
        assert!(before.contains(&format!("(#{cause})")), "{cause} is not linked");
    }
}
