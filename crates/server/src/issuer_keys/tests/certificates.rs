use std::time::Duration;

use super::super::testing::*;
use super::super::*;

fn roots(authority: &Authority) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    roots
}

async fn ask(
    keys: &IssuerKeys,
    provider: &Provider,
    thumbprints: &[Thumbprint],
) -> Result<(), Cause> {
    let answer = keys.get(&provider.issuer, None, thumbprints, now()).await;
    answer.map(|_| ()).map_err(|fault| fault.cause)
}

/// One fetch by a provider that lists these thumbprints, where no authority is trusted.
async fn by_thumbprint(chain: &Chain, thumbprints: &[Thumbprint]) -> Result<(), Cause> {
    ask(&World::default().keys(), &Provider::secure(chain).await, thumbprints).await
}

fn is_tls(answer: &Result<(), Cause>, about: &str) -> bool {
    matches!(answer, Err(Cause::Tls(text)) if text.to_lowercase().contains(about))
}

#[tokio::test]
async fn a_trusted_authority_needs_no_thumbprint() {
    let ca = authority("ca");
    let below = intermediate("below", &ca);
    let chain = Chain::by(&below, &["idp.test"]).then(below.der());
    let provider = Provider::secure(&chain).await;
    let keys = World { roots: roots(&ca), ..World::default() }.keys();
    assert_eq!(ask(&keys, &provider, &[]).await, Ok(()));
    assert_eq!(ask(&keys, &provider, &[Thumbprint::of(ca.der())]).await, Ok(()));
    assert_eq!(provider.paths(), [DISCOVERY, KEYS]);
    // What IAM lists by itself: the last certificate that was presented.
    let checked = keys.check(&provider.issuer, now()).await.unwrap();
    assert_eq!(checked.thumbprint, Some(Thumbprint::of(below.der())));
}

#[tokio::test]
async fn host_name_and_dates_are_checked_under_a_trusted_authority() {
    let ca = authority("ca");
    let keys = || World { roots: roots(&ca), ..World::default() }.keys();
    let provider = Provider::secure(&Chain::by(&ca, &["other.test", "127.0.0.1"])).await;
    assert!(is_tls(&ask(&keys(), &provider, &[]).await, "not valid for name"));
    let provider = Provider::secure(&Chain::by(&ca, &["idp.test"])).await;
    for (moment, about) in
        [("2031-01-02T00:00:00Z", "expired"), ("2028-01-01T00:00:00Z", "not valid yet")]
    {
        let answer = keys().get(&provider.issuer, None, &[], moment.parse().unwrap()).await;
        let answer = answer.map(|_| ()).map_err(|fault| fault.cause);
        assert!(is_tls(&answer, about), "{answer:?}");
    }
}

#[tokio::test]
async fn an_unknown_authority_serves_those_who_list_the_top_and_nobody_else() {
    let ca = authority("ca");
    let chain = Chain::by(&ca, &["idp.test"]).then(ca.der());
    let (top, other) = (Thumbprint::of(ca.der()), Thumbprint::of(&chain.certificates[0]));
    let provider = Provider::secure(&chain).await;
    let keys = World::default().keys();
    assert_eq!(ask(&keys, &provider, &[other, top]).await, Ok(()));
    let fetched = provider.paths().len();
    // The keys are there. Who does not list the top must not have them, though it looks
    // again whether the certificate has changed.
    for (seconds, thumbprints) in [(10, &[][..]), (20, &[other])] {
        let later = now().plus(Duration::from_secs(seconds));
        let answer = keys.get(&provider.issuer, None, thumbprints, later).await;
        let fault = answer.unwrap_err();
        assert_eq!(fault.cause, Cause::Thumbprint { top });
        assert_eq!(fault.cause.answer(), Answer::Thumbprint);
    }
    assert_eq!(ask(&keys, &provider, &[top]).await, Ok(()));
    assert!(provider.paths().len() <= fetched + 4);
    // Whoever creates a provider learns what to list.
    assert_eq!(keys.check(&provider.issuer, now()).await.unwrap().thumbprint, Some(top));
}

#[tokio::test]
async fn a_thumbprint_replaces_neither_the_host_name_nor_the_dates() {
    let ca = authority("ca");
    let listed = [Thumbprint::of(ca.der())];
    let chain = Chain::by(&ca, &["other.test"]).then(ca.der());
    assert!(is_tls(&by_thumbprint(&chain, &listed).await, "not valid for name"));
    let provider = Provider::secure(&Chain::by(&ca, &["idp.test"]).then(ca.der())).await;
    let late = "2031-01-02T00:00:00Z".parse().unwrap();
    let answer = World::default().keys().get(&provider.issuer, None, &listed, late).await;
    assert!(is_tls(&answer.map(|_| ()).map_err(|fault| fault.cause), "expired"));
    // The server's certificate is in order, the top of the chain is not.
    let old = authority_until("old", 2030);
    let chain = Chain::by(&old, &["idp.test"]).then(old.der());
    let answer = by_thumbprint(&chain, &[Thumbprint::of(old.der())]).await;
    assert!(is_tls(&answer, "expired"), "{answer:?}");
}

#[tokio::test]
async fn a_listed_certificate_that_signed_nothing_is_worth_nothing() {
    let (ca, attacker) = (authority("ca"), authority("attacker"));
    // The same name, so that only the signature tells them apart.
    let impostor = authority("ca");
    let listed = [Thumbprint::of(ca.der())];
    let below = intermediate("below", &attacker);
    for chain in [
        Chain::by(&attacker, &["idp.test"]).then(ca.der()),
        Chain::by(&impostor, &["idp.test"]).then(ca.der()),
        Chain::by(&below, &["idp.test"]).then(below.der()).then(ca.der()),
        Chain::self_signed(&["idp.test"], false).then(ca.der()),
    ] {
        let answer = by_thumbprint(&chain, &listed).await;
        assert!(matches!(answer, Err(Cause::Tls(_))), "{answer:?}");
    }
    // Listed, but not at the top.
    let chain = Chain::by(&ca, &["idp.test"]).then(ca.der()).then(attacker.der());
    let answer = by_thumbprint(&chain, &listed).await;
    assert!(matches!(answer, Err(Cause::Tls(_))), "{answer:?}");
}

#[tokio::test]
async fn a_server_that_presents_one_certificate_is_its_own_top() {
    for chain in
        [Chain::self_signed(&["idp.test"], false), Chain::by(&authority("absent"), &["idp.test"])]
    {
        let top = Thumbprint::of(&chain.certificates[0]);
        assert_eq!(by_thumbprint(&chain, &[top]).await, Ok(()));
        assert_eq!(by_thumbprint(&chain, &[]).await, Err(Cause::Thumbprint { top }));
        let provider = Provider::secure(&chain).await;
        let late = "2031-01-02T00:00:00Z".parse().unwrap();
        let answer = World::default().keys().get(&provider.issuer, None, &[top], late).await;
        let answer = answer.map(|_| ()).map_err(|fault| fault.cause);
        assert!(is_tls(&answer, "expired"), "{answer:?}");
    }
    let chain = Chain::self_signed(&["other.test"], false);
    let top = Thumbprint::of(&chain.certificates[0]);
    assert!(is_tls(&by_thumbprint(&chain, &[top]).await, "not valid for name"));
    // A certificate for signing others is no server's, as everywhere else.
    let chain = Chain::self_signed(&["idp.test"], true);
    let top = Thumbprint::of(&chain.certificates[0]);
    assert!(is_tls(&by_thumbprint(&chain, &[top]).await, "causedasendentity"));
}

#[tokio::test]
async fn both_connections_rest_on_listed_certificates() {
    let (described_by, keys_by) = (authority("one"), authority("two"));
    let described =
        Provider::secure(&Chain::by(&described_by, &["idp.test"]).then(described_by.der())).await;
    let held = Provider::secure(&Chain::by(&keys_by, &["idp.test"]).then(keys_by.der())).await;
    described.describe(&format!("{}{KEYS}", held.issuer));
    let (one, two) = (Thumbprint::of(described_by.der()), Thumbprint::of(keys_by.der()));
    let ask = async |thumbprints: &[Thumbprint]| {
        ask(&World::default().keys(), &described, thumbprints).await
    };
    assert_eq!(ask(&[one, two]).await, Ok(()));
    // Whoever forges the first document could name keys of their own.
    assert_eq!(ask(&[two]).await, Err(Cause::Thumbprint { top: one }));
    assert_eq!(ask(&[one]).await, Err(Cause::Thumbprint { top: two }));
    // Also where an authority vouches for the keys.
    let keys = World { roots: roots(&keys_by), ..World::default() }.keys();
    let answer = keys.get(&described.issuer, None, &[two], now()).await;
    assert_eq!(answer.unwrap_err().cause, Cause::Thumbprint { top: one });
}

#[tokio::test]
async fn a_configured_authority_is_the_only_one_for_its_issuer() {
    let (private, public) = (authority("private"), authority("public"));
    let provider = Provider::secure(&Chain::by(&private, &["idp.test"]).then(private.der())).await;
    let wrong = Provider::secure(&Chain::by(&public, &["idp.test"]).then(public.der())).await;
    let directory = crate::scratch::Scratch::new("issuer-ca");
    let path = directory.path().join("ca.pem");
    std::fs::write(&path, pem(private.der())).unwrap();
    let file = format!(
        "dangerous_allow_loopback_issuers = true\n\
         [issuer.\"{}\"]\nca_file = \"{path}\"\n[issuer.\"{}\"]\nca_file = \"{path}\"\n",
        provider.issuer,
        wrong.issuer,
        path = path.display()
    );
    let keys = World { roots: roots(&public), file: &file, ..World::default() }.keys();
    assert_eq!(ask(&keys, &provider, &[]).await, Ok(()));
    let answer = ask(&keys, &wrong, &[Thumbprint::of(public.der())]).await;
    assert!(is_tls(&answer, "unknownissuer"), "{answer:?}");
    // Others do not profit from it.
    let third = Provider::secure(&Chain::by(&private, &["idp.test"]).then(private.der())).await;
    let top = Thumbprint::of(private.der());
    assert_eq!(ask(&keys, &third, &[]).await, Err(Cause::Thumbprint { top }));
}

fn pem(certificate: &[u8]) -> String {
    use base64::Engine as _;
    let body = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")
}
