use stead_federation::oidc::Algorithm;

use super::super::testing::*;
use super::super::*;

#[tokio::test]
async fn pinned_keys_are_used_and_nothing_is_fetched() {
    let directory = crate::scratch::Scratch::new("issuer-pins");
    let path = directory.path().join("keys.json");
    std::fs::write(&path, key_set(&["from-file"])).unwrap();
    // At forbidden addresses: nobody can have connected there.
    let file = format!(
        "[issuer.\"https://10.0.0.1\"]\njwks_file = \"{}\"\n\
         [issuer.\"https://10.0.0.2\"]\nalgorithms = [\"PS256\"]\n\
         keys = [{{ kty = \"EC\", crv = \"P-256\", kid = \"inline\", \
         x = \"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\", \
         y = \"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\" }}]\n",
        path.display()
    );
    let keys = World { file: &file, ..World::default() }.keys();
    for (issuer, expected) in [("https://10.0.0.1", "from-file"), ("https://10.0.0.2", "inline")] {
        let found = keys.get(issuer, Some("unknown"), &[], now()).await.unwrap();
        assert_eq!(found.key_ids().flatten().collect::<Vec<_>>(), [expected]);
        assert_eq!(keys.check(issuer, now()).await.unwrap(), Checked { thumbprint: None });
    }
    let extended = Algorithms::AWS.with(Algorithm::Ps256);
    assert_eq!(keys.algorithms("https://10.0.0.2"), extended);
    assert_eq!(keys.algorithms("https://10.0.0.1"), Algorithms::AWS);
    assert_eq!(keys.algorithms("https://10.0.0.3"), Algorithms::AWS);
    assert!(keys.checks_at_creation() && keys.loopback() == LoopbackIssuers::Refused);
    let file = "check_issuers_at_creation = false";
    assert!(!World { file, ..World::default() }.keys().checks_at_creation());
}

#[tokio::test]
async fn a_listed_network_is_for_its_issuer_alone() {
    let chain = Chain::self_signed(&["idp.test"], false);
    let (provider, other) = (Provider::secure(&chain).await, Provider::secure(&chain).await);
    let file = format!("[issuer.\"{}\"]\nallowed_networks = [\"127.0.0.0/8\"]", provider.issuer);
    let keys = World { file: &file, ..World::default() }.keys();
    let listed = [Thumbprint::of(&chain.certificates[0])];
    keys.get(&provider.issuer, None, &listed, now()).await.unwrap();
    let fault = keys.get(&other.issuer, None, &listed, now()).await.unwrap_err();
    assert!(matches!(fault.cause, Cause::ForbiddenAddress(_)), "{fault:?}");
    // It opens the network for TLS, not for plain HTTP.
    let plain = Provider::plain().await;
    let file = format!("[issuer.\"{}\"]\nallowed_networks = [\"127.0.0.0/8\"]", plain.issuer);
    let keys = World { file: &file, ..World::default() }.keys();
    let fault = keys.get(&plain.issuer, None, &[], now()).await.unwrap_err();
    assert_eq!(fault.cause, Cause::PlainHttp);
}

#[tokio::test]
async fn plain_http_leaves_the_machine_by_no_setting() {
    let file = "dangerous_allow_loopback_issuers = true\n\
        [issuer.\"http://idp.test:1\"]\nallowed_networks = [\"192.0.2.0/24\"]";
    for addresses in [&["192.0.2.1"][..], &["8.8.8.8"], &["127.0.0.1", "8.8.8.8"]] {
        let names = Names::of("idp.test", &[addresses]);
        let keys = World { names, file, ..World::default() }.keys();
        let fault = keys.get("http://idp.test:1", None, &[], now()).await.unwrap_err();
        assert_eq!(fault.cause, Cause::PlainHttp, "{addresses:?}");
    }
}

#[test]
fn files_that_do_not_hold_what_they_should_stop_the_start() {
    let directory = crate::scratch::Scratch::new("issuer-files");
    let path = |name: &str| directory.path().join(name);
    std::fs::write(path("empty"), "").unwrap();
    std::fs::write(path("no-keys"), "{\"keys\":[]}").unwrap();
    std::fs::write(path("long"), " ".repeat(1024 * 1024 + 1)).unwrap();
    for (field, name, expected) in [
        ("ca_file", "missing", "cannot read"),
        ("ca_file", "empty", "there is no certificate in it"),
        ("ca_file", "long", "it is longer than 1048576 bytes"),
        ("jwks_file", "missing", "cannot read"),
        ("jwks_file", "empty", "cannot be used"),
        ("jwks_file", "no-keys", "no usable key"),
    ] {
        let path = path(name).display().to_string();
        let file = format!("[issuer.\"https://a.example\"]\n{field} = \"{path}\"");
        let error = World { file: &file, ..World::default() }.try_keys().unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains("https://a.example"), "{error}");
    }
}

#[test]
fn the_system_has_authorities_or_says_that_it_has_none() {
    // Only that reading them is no fault: what a machine trusts is its own affair.
    let _ = authorities::of_system();
}
