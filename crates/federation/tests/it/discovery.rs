//! Discovery documents.

use serde_json::json;
use stead_federation::oidc::{Discovery, DiscoveryFault, JsonFault, Transport, limits};

use crate::support::ISSUER;

fn parse(document: &serde_json::Value, transport: Transport) -> Result<Discovery, DiscoveryFault> {
    Discovery::parse(document.to_string().as_bytes(), ISSUER, transport)
}

fn with_keys_at(address: &str) -> serde_json::Value {
    json!({"issuer": ISSUER, "jwks_uri": address, "response_types_supported": ["id_token"]})
}

#[test]
fn the_address_of_the_keys_is_read() {
    for address in [
        "https://idp.example.com/keys",
        "https://other.example.net:8443/keys?tenant=1",
        "https://[2001:db8::1]/keys",
        "https://host",
    ] {
        let discovery = parse(&with_keys_at(address), Transport::Https).unwrap();
        assert_eq!(discovery.jwks_uri(), address);
    }
}

#[test]
fn other_addresses_are_refused() {
    for address in [
        "",
        "keys",
        "/keys",
        "//idp.example.com/keys",
        "https://",
        "https:///keys",
        "https://:443/keys",
        "HTTPS://idp.example.com/keys",
        "ftp://idp.example.com/keys",
        "file:///etc/passwd",
        "https://idp.example.com@evil.example.com/keys",
        "https://user:password@idp.example.com/keys",
        "https://idp.example.com\\@evil.example.com/keys",
        "https://idp.example.com/keys#fragment",
        "https://idp.example.com/ke ys",
        "https://idp.example.com/keys\n",
        "https://idp.exämple.com/keys",
    ] {
        for transport in [Transport::Https, Transport::DangerousHttp] {
            let fault = parse(&with_keys_at(address), transport).unwrap_err();
            assert_eq!(fault, DiscoveryFault::KeyAddress { found: address.into() });
        }
    }
    let long = format!("https://idp.example.com/{}", "k".repeat(limits::ADDRESS_BYTES_MAX));
    assert!(parse(&with_keys_at(&long), Transport::Https).is_err());
}

#[test]
fn plain_http_is_for_those_who_ask() {
    let plain = with_keys_at("http://127.0.0.1:8080/keys");
    assert!(parse(&plain, Transport::DangerousHttp).is_ok());
    assert!(matches!(parse(&plain, Transport::Https), Err(DiscoveryFault::KeyAddress { .. })));
}

#[test]
fn the_document_is_that_of_the_issuer() {
    for other in [
        "https://idp.example.com/tenant/",
        "https://idp.example.com",
        "HTTPS://idp.example.com/tenant",
    ] {
        let document = json!({"issuer": other, "jwks_uri": "https://idp.example.com/keys"});
        let (expected, found) = (ISSUER.to_owned(), other.to_owned());
        let fault = parse(&document, Transport::Https).unwrap_err();
        assert_eq!(fault, DiscoveryFault::OtherIssuer { expected, found });
    }
}

#[test]
fn documents_are_complete_and_bounded() {
    let keys = "https://idp.example.com/keys";
    for (document, fault) in [
        (json!({"jwks_uri": keys}), DiscoveryFault::NoIssuer),
        (json!({"issuer": 1, "jwks_uri": keys}), DiscoveryFault::NoIssuer),
        (json!({"issuer": ISSUER}), DiscoveryFault::NoKeyAddress),
        (json!({"issuer": ISSUER, "jwks_uri": [keys]}), DiscoveryFault::NoKeyAddress),
        (json!([]), DiscoveryFault::Json(JsonFault::NotAnObject)),
    ] {
        assert_eq!(parse(&document, Transport::Https), Err(fault));
    }
    let twice = format!(r#"{{"issuer":"{ISSUER}","issuer":"x","jwks_uri":"{keys}"}}"#);
    let parse = |text: &str| Discovery::parse(text.as_bytes(), ISSUER, Transport::Https);
    let fault = JsonFault::DuplicateKey { key: "issuer".into() };
    assert_eq!(parse(&twice), Err(DiscoveryFault::Json(fault)));
    let html = "<!DOCTYPE html>";
    assert_eq!(parse(html), Err(DiscoveryFault::Json(JsonFault::Syntax)));
    let long = " ".repeat(limits::DISCOVERY_BYTES_MAX + 1);
    assert_eq!(parse(&long), Err(DiscoveryFault::TooLong { bytes: long.len() }));
}
