//! SAML metadata: what is read, and everything that is refused.

use stead_federation::saml::{
    CertificateFault, Metadata, MetadataFault, PrivateKeyFault, check_private_key,
};
use stead_types::Timestamp;

const RSA: &str = include_str!("../saml/rsa-2048.txt");
const NEXT: &str = include_str!("../saml/rsa-2048-next.txt");
const EC: &str = include_str!("../saml/ec-p256.txt");

const PKCS8: &str = include_str!("../saml/rsa-pkcs8.key");

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn key(attributes: &str, certificates: &[&str]) -> String {
    let certificate = |text: &&str| format!("<ds:X509Certificate>{text}</ds:X509Certificate>");
    let certificates: String = certificates.iter().map(certificate).collect();
    format!(
        "<md:KeyDescriptor {attributes}><ds:KeyInfo><ds:X509Data>{certificates}</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
}

fn role(attributes: &str, keys: &str) -> String {
    format!(
        r#"<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol" {attributes}>{keys}<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://idp.example.com/sso"/></md:IDPSSODescriptor>"#
    )
}

fn entity(attributes: &str, roles: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" {attributes}>{roles}</md:EntityDescriptor>"#
    )
}

const ID: &str = r#"entityID="https://idp.example.com/metadata""#;

/// Metadata with one provider, and keys as given.
fn with_keys(keys: &str) -> String {
    entity(ID, &role("", keys))
}

fn good() -> String {
    with_keys(&key(r#"use="signing""#, &[RSA]))
}

fn parse(text: &str) -> Result<Metadata, MetadataFault> {
    Metadata::parse(text, now())
}

fn certificates_of(text: &str) -> Vec<Vec<u8>> {
    parse(text).unwrap().signing_certificates
}

fn der(text: &str) -> Vec<u8> {
    data_encoding::BASE64.decode(text.replace('\n', "").as_bytes()).unwrap()
}

#[test]
fn entity_id_and_signing_certificate_are_read() {
    let metadata = parse(&good()).unwrap();
    assert_eq!(metadata.entity_id, "https://idp.example.com/metadata");
    assert_eq!(metadata.signing_certificates, [der(RSA)]);
    assert_eq!(metadata.valid_until, None);
}

#[test]
fn prefixes_comments_and_blanks_do_not_matter() {
    let plain = good().replace("md:", "").replace("xmlns:md", "xmlns").replace(":md=", "=");
    assert_eq!(parse(&plain).unwrap(), parse(&good()).unwrap());
    let broken_up = good().replacen("MII", "\r\n\tM<!-- x -->II ", 1);
    assert_eq!(parse(&broken_up).unwrap(), parse(&good()).unwrap());
}

#[test]
fn keys_for_signing_and_for_any_use_count_once_each() {
    let keys = [
        key(r#"use="signing""#, &[RSA]),
        key(r#"use="encryption""#, &["not even base64!"]),
        key("", &[NEXT, RSA]),
        key(r#"use="signing""#, &[EC]),
        "<md:KeyDescriptor><ds:KeyInfo><ds:KeyName>x</ds:KeyName></ds:KeyInfo></md:KeyDescriptor>"
            .to_owned(),
    ];
    assert_eq!(certificates_of(&with_keys(&keys.concat())), [der(RSA), der(NEXT), der(EC)]);
}

#[test]
fn a_provider_has_at_most_ten_certificates() {
    // Different by their signatures, which nobody looks at.
    let certificate = |index: u8| {
        let mut der = der(RSA);
        *der.last_mut().unwrap() = index;
        data_encoding::BASE64.encode(&der)
    };
    let with = |count: u8| {
        let texts: Vec<String> = (0..count).map(certificate).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        parse(&with_keys(&key("", &texts))).map(|metadata| metadata.signing_certificates.len())
    };
    assert_eq!(with(10), Ok(10));
    assert_eq!(with(11), Err(MetadataFault::Certificates { found: 11 }));
}

#[test]
fn keys_of_other_roles_and_protocols_do_not_count() {
    let other = |text: &str| role("", &key("", &[NEXT])).replace("IDPSSODescriptor", text);
    let older = role("", &key("", &[NEXT])).replace("SAML:2.0:protocol", "SAML:1.1:protocol");
    let roles = [other("SPSSODescriptor"), older, role("", &key("", &[RSA]))].concat();
    assert_eq!(certificates_of(&entity(ID, &roles)), [der(RSA)]);
    let both = good().replacen(
        "urn:oasis:names:tc:SAML:2.0:protocol",
        "urn:oasis:names:tc:SAML:1.1:protocol\n urn:oasis:names:tc:SAML:2.0:protocol",
        1,
    );
    assert!(parse(&both).is_ok());
}

#[test]
fn the_earliest_end_counts_and_must_lie_ahead() {
    let until = |entity_until: &str, role_until: &str| {
        let attribute = |text: &str| match text {
            "" => String::new(),
            text => format!(r#"validUntil="{text}""#),
        };
        let keys = key("", &[RSA]);
        parse(&entity(
            &format!("{ID} {}", attribute(entity_until)),
            &role(&attribute(role_until), &keys),
        ))
        .map(|metadata| metadata.valid_until.map(|at| at.to_string()))
    };
    let (soon, later) = ("2026-03-01T12:00:01Z", "2027-01-01T00:00:00.000Z");
    assert_eq!(until(soon, ""), Ok(Some(soon.to_owned())));
    assert_eq!(until(later, soon), Ok(Some(soon.to_owned())));
    assert_eq!(until("", soon), Ok(Some(soon.to_owned())));
    for (one, other) in [("2026-03-01T12:00:00Z", later), (later, "2020-01-01T00:00:00Z")] {
        assert!(matches!(until(one, other), Err(MetadataFault::Expired { .. })), "{one} {other}");
    }
    for bad in ["tomorrow", "2027-01-01", "2027-01-01T00:00:00", "2027-02-30T00:00:00Z"] {
        assert_eq!(until(bad, ""), Err(MetadataFault::ValidUntil), "{bad}");
    }
}

#[test]
fn a_certificate_that_is_no_longer_valid_serves_still() {
    assert!(parse(&with_keys(&key("", &[include_str!("../saml/expired.txt")]))).is_ok());
}

#[test]
fn certificates_that_cannot_be_used_are_refused_beside_good_ones() {
    let mut longer = der(RSA);
    longer.push(0);
    let longer = data_encoding::BASE64.encode(&longer);
    let garbage = data_encoding::BASE64.encode(b"garbage, but base64");
    for (bad, fault) in [
        ("", CertificateFault::X509),
        ("***", CertificateFault::Base64),
        (&RSA.replacen('M', "", 1), CertificateFault::Base64),
        (&garbage, CertificateFault::X509),
        (&longer, CertificateFault::X509),
        (include_str!("../saml/repeated-extension.txt"), CertificateFault::RepeatedExtension),
        (include_str!("../saml/ed25519.txt"), CertificateFault::KeyKind),
        (include_str!("../saml/rsa-512.txt"), CertificateFault::KeySize { bits: 512 }),
    ] {
        let refused = parse(&with_keys(&key("", &[RSA, bad])));
        assert_eq!(refused, Err(MetadataFault::Certificate(fault)), "{bad}");
    }
    assert!(parse(&with_keys(&key("", &[include_str!("../saml/rsa-1024.txt")]))).is_ok());
}

#[test]
fn documents_of_other_kinds_are_refused() {
    let other_root = good().replace("EntityDescriptor", "EntitiesDescriptor");
    let foreign = good().replace("SAML:2.0:metadata", "SAML:1.0:metadata");
    let nested = format!(
        r#"<m:EntitiesDescriptor xmlns:m="urn:oasis:names:tc:SAML:2.0:metadata">{}</m:EntitiesDescriptor>"#,
        good().split_once('\n').unwrap().1
    );
    for bad in [other_root, foreign, nested] {
        assert_eq!(parse(&bad), Err(MetadataFault::Root), "{bad}");
    }
    let long = format!(r#"entityID="{}""#, "x".repeat(1025));
    for id in ["", r#"entityID="""#, r#"ds:entityID="a""#, r#"EntityID="a""#, &long] {
        let bad = entity(id, &role("", &key("", &[RSA])));
        assert_eq!(parse(&bad), Err(MetadataFault::EntityId), "{id}");
    }
    let no_provider = good().replace("IDPSSODescriptor", "SPSSODescriptor");
    let older = good().replace("SAML:2.0:protocol", "SAML:1.1:protocol");
    let unnamed = good().replace("protocolSupportEnumeration", "protocols");
    let deeper =
        entity(ID, &format!("<md:Extensions>{}</md:Extensions>", role("", &key("", &[RSA]))));
    for bad in [no_provider, older, unnamed, deeper] {
        assert_eq!(parse(&bad), Err(MetadataFault::IdentityProvider), "{bad}");
    }
    let padding = format!("<!-- {} -->", "x".repeat(1000));
    let no_key = with_keys(&padding);
    let only_encryption = with_keys(&key(r#"use="encryption""#, &[RSA]));
    for bad in [no_key, only_encryption] {
        assert_eq!(parse(&bad), Err(MetadataFault::NoCertificate), "{bad}");
    }
}

#[test]
fn xml_with_a_dtd_too_deep_or_not_well_formed_is_refused() {
    let with_dtd = |dtd: &str| good().replacen('\n', &format!("\n{dtd}\n"), 1);
    let deep = "<a>".repeat(100) + &"</a>".repeat(100);
    let bomb = with_dtd(
        r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>"#,
    )
    .replace("https://idp.example.com/metadata", "&c;");
    for bad in [
        "x".repeat(2000),
        good().replace("</md:EntityDescriptor>", ""),
        format!("{}<x/>", good()),
        good().replace("xmlns:ds", "xmlns:dx"),
        good().replace("entityID=", "entityID=\"a\" entityID="),
        good().replace("https://idp", "&undefined;"),
        with_dtd("<!DOCTYPE md:EntityDescriptor>"),
        with_dtd(r#"<!DOCTYPE x SYSTEM "file:///etc/passwd">"#),
        with_dtd(r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#),
        bomb,
        entity(ID, &(role("", &key("", &[RSA])) + &deep)),
    ] {
        assert!(matches!(parse(&bad), Err(MetadataFault::Xml(_))), "{bad}");
    }
}

#[test]
fn length_is_bounded_on_both_sides() {
    let padded = |count: usize| {
        good().replacen("<md:IDP", &format!("<!--{}--><md:IDP", "x".repeat(count)), 1)
    };
    let room = 10_000_000 - padded(0).len();
    assert!(parse(&padded(room)).is_ok());
    assert_eq!(parse(&padded(room + 1)), Err(MetadataFault::Length));
    assert_eq!(parse(&"x".repeat(999)), Err(MetadataFault::Length));
    // Characters count, not bytes.
    assert_eq!(parse(&"ü".repeat(999)), Err(MetadataFault::Length));
    assert_eq!(parse(""), Err(MetadataFault::Length));
}

#[test]
fn private_keys_are_rsa_keys_in_pem() {
    for good in [PKCS8, include_str!("../saml/rsa-pkcs1.key")] {
        assert_eq!(check_private_key(good), Ok(()));
    }
    let body = PKCS8.replace("PRIVATE KEY", "CERTIFICATE");
    let cut = PKCS8.replacen("MII", "", 1);
    for (bad, fault) in [
        ("", PrivateKeyFault::Pem),
        ("secret", PrivateKeyFault::Pem),
        (body.as_str(), PrivateKeyFault::Pem),
        (cut.as_str(), PrivateKeyFault::Pem),
        (include_str!("../saml/ec-p256.key"), PrivateKeyFault::Rsa),
        (include_str!("../saml/rsa-1024.key"), PrivateKeyFault::Rsa),
    ] {
        assert_eq!(check_private_key(bad), Err(fault), "{bad}");
    }
}
