use std::time::Duration;

use super::super::testing::*;
use super::super::*;

async fn fetch(keys: &IssuerKeys, issuer: &str) -> Result<Arc<KeySet>, KeyFault> {
    keys.get(issuer, None, &[], now()).await
}

fn ids(keys: &KeySet) -> Vec<&str> {
    keys.key_ids().flatten().collect()
}

#[tokio::test]
async fn keys_are_fetched_by_two_plain_requests_and_kept() {
    let (provider, keys) = (Provider::plain().await, World::default().keys());
    assert_eq!(ids(&fetch(&keys, &provider.issuer).await.unwrap()), ["one"]);
    fetch(&keys, &provider.issuer).await.unwrap();
    assert_eq!(provider.paths(), [DISCOVERY, KEYS]);
    let host = format!("host: {}\r\n", provider.address);
    for head in provider.heads() {
        let head = head.to_ascii_lowercase();
        assert!(head.contains(&host) && head.contains("accept-encoding: identity\r\n"), "{head}");
        assert!(!head.contains("authorization") && !head.contains("cookie"), "{head}");
    }
}

#[tokio::test]
async fn a_new_key_is_looked_for_and_an_unknown_one_is_left_to_the_verifier() {
    let (provider, keys) = (Provider::plain().await, World::default().keys());
    fetch(&keys, &provider.issuer).await.unwrap();
    provider.tell(KEYS, Reply::ok(&key_set(&["one", "two"])));
    let later = now().plus(Duration::from_secs(10));
    let found = keys.get(&provider.issuer, Some("two"), &[], later).await.unwrap();
    assert_eq!(ids(&found), ["one", "two"]);
    let later = now().plus(Duration::from_secs(20));
    let found = keys.get(&provider.issuer, Some("three"), &[], later).await.unwrap();
    assert_eq!(ids(&found), ["one", "two"]);
    assert_eq!(provider.paths().len(), 6);
}

#[tokio::test]
async fn a_token_without_a_key_id_is_given_newer_keys_once_they_may_be_fetched() {
    let (provider, keys) = (Provider::plain().await, World::default().keys());
    let found = fetch(&keys, &provider.issuer).await.unwrap();
    provider.tell(KEYS, Reply::ok(&key_set(&["two"])));
    let later = now().plus(Duration::from_secs(10));
    let newer = keys.newer(&provider.issuer, &found, &[], later).await.unwrap();
    assert_eq!(ids(&newer), ["two"]);
    // Whoever was refused with the old ones meanwhile has the new ones at once.
    let newer = keys.newer(&provider.issuer, &found, &[], later).await.unwrap();
    assert_eq!((ids(&newer), provider.paths().len()), (vec!["two"], 4));
}

#[tokio::test]
async fn an_endpoint_is_asked_in_the_place_of_an_issuer_whose_document_it_must_have() {
    let provider = Provider::plain().await;
    let google = "https://accounts.google.com";
    let file = format!(
        "dangerous_allow_loopback_issuers = true\n\
         [issuer.\"{google}\"]\nendpoint = \"{}\"",
        provider.issuer
    );
    let keys = || World { file: &file, ..World::default() }.keys();
    let fault = fetch(&keys(), google).await.unwrap_err();
    assert_eq!(fault.cause, Cause::WrongIssuer);
    let keys_at = format!("{}{KEYS}", provider.issuer);
    let document = format!("{{\"issuer\":\"{google}\",\"jwks_uri\":\"{keys_at}\"}}");
    provider.tell(DISCOVERY, Reply::ok(&document));
    assert_eq!(ids(&fetch(&keys(), google).await.unwrap()), ["one"]);
    // It is asked for that issuer alone.
    let fault = fetch(&keys(), &provider.issuer).await.unwrap_err();
    assert_eq!(fault.cause, Cause::WrongIssuer);
}

#[tokio::test]
async fn without_the_switch_nothing_on_this_machine_is_contacted() {
    let chain = Chain::self_signed(&["idp.test"], false);
    let (plain, secure) = (Provider::plain().await, Provider::secure(&chain).await);
    let keys = World { file: "", ..World::default() }.keys();
    let port = secure.address.port();
    let fault = fetch(&keys, &plain.issuer).await.unwrap_err();
    assert_eq!((fault.document, fault.cause), (Document::Discovery, Cause::PlainHttp));
    for issuer in [
        secure.issuer.clone(),
        format!("https://127.0.0.1:{port}"),
        format!("https://[::1]:{port}"),
        format!("https://[::ffff:127.0.0.1]:{port}"),
        format!("https://10.0.0.1:{port}"),
        "https://169.254.169.254".to_owned(),
    ] {
        let cause = fetch(&keys, &issuer).await.unwrap_err().cause;
        assert!(matches!(cause, Cause::ForbiddenAddress(_)), "{issuer}: {cause:?}");
    }
    assert!(plain.heads().is_empty() && secure.heads().is_empty());
}

#[tokio::test]
async fn what_a_name_resolves_to_is_checked_and_not_shown() {
    for address in ["10.0.0.1", "169.254.169.254", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::1"] {
        let names = Names::of("idp.test", &[&[address]]);
        let keys = World { names, ..World::default() }.keys();
        let fault = fetch(&keys, "https://idp.test").await.unwrap_err();
        assert!(matches!(fault.cause, Cause::ForbiddenAddress(_)), "{address}: {fault:?}");
        assert!(!fault.to_string().contains(address), "{fault}");
    }
    let cause = fetch(&World::default().keys(), "https://other.test").await.unwrap_err().cause;
    assert!(matches!(cause, Cause::Unreachable(_)), "{cause:?}");
}

#[tokio::test]
async fn a_name_is_resolved_once_and_only_its_allowed_addresses_are_used() {
    let provider = Provider::plain().await;
    let port = provider.address.port();
    // The second lookup, for the keys, leads elsewhere: a check that looked up again
    // would have failed already at the first document, or connected to 10.0.0.1.
    let names = Names::of("idp.test", &[&["10.0.0.1", "127.0.0.1"], &["10.0.0.1"]]);
    let keys = World { names, ..World::default() }.keys();
    let issuer = format!("http://idp.test:{port}");
    let text = format!("{{\"issuer\":\"{issuer}\",\"jwks_uri\":\"{issuer}/keys\"}}");
    provider.tell(DISCOVERY, Reply::ok(&text));
    let fault = fetch(&keys, &issuer).await.unwrap_err();
    assert_eq!(fault.document, Document::Keys);
    assert!(matches!(fault.cause, Cause::ForbiddenAddress(_)), "{fault:?}");
    assert_eq!(provider.paths(), [DISCOVERY]);
}

#[tokio::test]
async fn the_address_of_the_keys_is_checked_like_the_issuer() {
    let provider = Provider::plain().await;
    for (keys_at, expected) in [
        ("https://10.0.0.1/keys", "no address that may be contacted"),
        ("http://169.254.169.254/latest", "no address that may be contacted"),
        ("https://[64:ff9b::a00:1]/keys", "no address that may be contacted"),
        ("https://user@idp.test/keys", "jwks_uri"),
        ("file:///etc/passwd", "jwks_uri"),
        ("https://2130706433/keys", "neither a name nor an IP address"),
    ] {
        provider.describe(keys_at);
        let keys = World::default().keys();
        let fault = fetch(&keys, &provider.issuer).await.unwrap_err().to_string();
        assert!(fault.contains(expected), "{keys_at}: {fault}");
    }
}

#[tokio::test]
async fn redirects_are_refused() {
    let (provider, elsewhere) = (Provider::plain().await, Provider::plain().await);
    let target = format!("location: {}{KEYS}\r\n", elsewhere.issuer);
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        provider.tell(KEYS, Reply::with("", status, &target));
        let fault = fetch(&World::default().keys(), &provider.issuer).await.unwrap_err();
        assert_eq!(fault.document, Document::Keys);
        assert!(matches!(fault.cause, Cause::Redirect(_)), "{status}: {fault:?}");
    }
    provider.tell(DISCOVERY, Reply::with("", "302 Found", &target));
    let fault = fetch(&World::default().keys(), &provider.issuer).await.unwrap_err();
    assert_eq!((fault.document, fault.cause), (Document::Discovery, Cause::Redirect(302)));
    assert!(elsewhere.heads().is_empty());
}

#[tokio::test]
async fn long_answers_are_cut_off_whatever_their_length_header_says() {
    let provider = Provider::plain().await;
    let ten_megabytes = " ".repeat(10 * 1024 * 1024);
    for reply in [Reply::ok(&ten_megabytes), Reply::Endless(vec![b' '; 65_536])] {
        provider.tell(KEYS, reply);
        let fault = fetch(&World::default().keys(), &provider.issuer).await.unwrap_err();
        assert!(matches!(fault.cause, Cause::TooLarge(_)), "{fault:?}");
    }
    // A head that does not end.
    provider.tell(KEYS, Reply::with("", "200 OK", &format!("a: {}\r\n", "b".repeat(200_000))));
    let fault = fetch(&World::default().keys(), &provider.issuer).await.unwrap_err();
    assert!(matches!(fault.cause, Cause::Unreachable(_)), "{fault:?}");
}

#[tokio::test]
async fn slow_and_silent_providers_cost_a_bounded_time() {
    for (path, reply) in [
        (DISCOVERY, Reply::Hang),
        (DISCOVERY, Reply::Drip),
        (KEYS, Reply::Hang),
        (KEYS, Reply::Drip),
    ] {
        let provider = Provider::plain().await;
        provider.tell(path, reply);
        let fetch_wait = Duration::from_millis(300);
        let keys = World { fetch_wait, ..World::default() }.keys();
        let fault = fetch(&keys, &provider.issuer).await.unwrap_err();
        assert_eq!(fault.cause, Cause::TimedOut(fetch_wait), "{path}");
    }
    // It takes the connection and never shakes hands.
    let fetch_wait = Duration::from_millis(300);
    let keys = World { fetch_wait, ..World::default() }.keys();
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("https://127.0.0.1:{}", silent.local_addr().unwrap().port());
    assert_eq!(fetch(&keys, &issuer).await.unwrap_err().cause, Cause::TimedOut(fetch_wait));
}

type Expected = fn(&Cause) -> bool;

#[tokio::test]
async fn what_is_no_document_of_its_kind_is_refused_by_name() {
    let gzip = "content-encoding: gzip\r\n";
    let other = "{\"issuer\":\"https://other.example\",\"jwks_uri\":\"https://other.example/k\"}";
    let cases: [(&str, Reply, Expected); 12] = [
        (DISCOVERY, Reply::ok(other), |cause| *cause == Cause::WrongIssuer),
        (DISCOVERY, Reply::ok("<html>"), |cause| matches!(cause, Cause::Malformed(_))),
        (DISCOVERY, Reply::ok("{}"), |cause| matches!(cause, Cause::Malformed(_))),
        (DISCOVERY, Reply::with("", "404 Not Found", ""), |cause| *cause == Cause::Status(404)),
        (DISCOVERY, Reply::with("", "204 No Content", ""), |cause| *cause == Cause::Status(204)),
        (KEYS, Reply::with("{}", "500 Oh", ""), |cause| *cause == Cause::Status(500)),
        (KEYS, Reply::ok("[]"), |cause| matches!(cause, Cause::Malformed(_))),
        (KEYS, Reply::ok("{\"keys\":[]}"), |cause| *cause == Cause::NoUsableKey),
        (KEYS, Reply::ok("{\"keys\":[{\"kty\":\"XYZ\"}]}"), |cause| *cause == Cause::NoUsableKey),
        (KEYS, Reply::with("{}", "200 OK", gzip), |cause| *cause == Cause::Encoded),
        (KEYS, Reply::Bytes(b"{\"keys\":[]}".to_vec()), |cause| {
            matches!(cause, Cause::Unreachable(_))
        }),
        (KEYS, Reply::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()), |cause| {
            matches!(cause, Cause::Unreachable(_))
        }),
    ];
    for (number, (path, reply, expected)) in cases.into_iter().enumerate() {
        let provider = Provider::plain().await;
        provider.tell(path, reply);
        let fault = fetch(&World::default().keys(), &provider.issuer).await.unwrap_err();
        assert!(expected(&fault.cause), "{number}: {fault:?}");
        let document = if path == KEYS { Document::Keys } else { Document::Discovery };
        assert_eq!(fault.document, document, "{number}");
    }
}

#[tokio::test]
async fn a_closed_port_is_a_failure_to_communicate() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let fault = fetch(&World::default().keys(), &format!("http://{closed}")).await.unwrap_err();
    assert!(matches!(fault.cause, Cause::Unreachable(_)), "{fault:?}");
    assert_eq!(fault.cause.answer(), Answer::Communication);
    assert_eq!(Cause::Status(404).answer(), Answer::NoVerificationKey);
    assert_eq!(Cause::Status(503).answer(), Answer::Communication);
}

#[tokio::test]
async fn the_last_keys_serve_while_the_provider_fails() {
    let (provider, keys) = (Provider::plain().await, World::default().keys());
    fetch(&keys, &provider.issuer).await.unwrap();
    provider.tell(DISCOVERY, Reply::with("", "503 Busy", ""));
    let later = |hours: u64| now().plus(Duration::from_secs(hours * 3600));
    let found = keys.get(&provider.issuer, Some("one"), &[], later(23)).await.unwrap();
    assert_eq!(ids(&found), ["one"]);
    let fault = keys.get(&provider.issuer, Some("one"), &[], later(24)).await.unwrap_err();
    assert_eq!(fault.cause, Cause::Status(503));
}
