//! Responses that are refused before anything in them is looked at.

use data_encoding::BASE64;
use stead_federation::saml::{ResponseFault, UnverifiedResponse};

use super::saml_support::*;

fn parse(xml: &str) -> Result<UnverifiedResponse, ResponseFault> {
    UnverifiedResponse::parse(&BASE64.encode(xml.as_bytes()))
}

fn with_dtd(dtd: &str, text: &str) -> String {
    format!("{dtd}{}", good().replace(">alice<", &format!(">{text}<")))
}

#[test]
fn documents_with_a_dtd_are_refused() {
    assert!(parse(&with_dtd(r#"<?xml version="1.0"?>"#, "alice")).is_ok());
    let bomb: String = (1..10).fold(r#"<!ENTITY e0 "aaaaaaaaaa">"#.to_owned(), |text, level| {
        text + &format!(r#"<!ENTITY e{level} "{}">"#, format!("&e{};", level - 1).repeat(10))
    });
    let quadratic = format!(r#"<!ENTITY a "{}">"#, "a".repeat(10_000));
    for (dtd, text) in [
        ("<!DOCTYPE Response>", "alice"),
        (r#"<!DOCTYPE x SYSTEM "file:///etc/passwd">"#, "alice"),
        (r#"<!DOCTYPE x PUBLIC "a" "https://attacker.example.com/x.dtd">"#, "alice"),
        (r#"<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>"#, "&e;"),
        (r#"<!DOCTYPE x [<!ENTITY % e SYSTEM "https://attacker.example.com/"> %e;]>"#, "alice"),
        (r#"<!DOCTYPE x [<!ENTITY e "mallory">]>"#, "&e;"),
        (&format!("<!DOCTYPE x [{bomb}]>"), "&e9;"),
        (&format!("<!DOCTYPE x [{quadratic}]>"), &"&a;".repeat(1_000)),
        (r#"<!DOCTYPE x [<!ATTLIST Assertion ID CDATA "_a1">]>"#, "alice"),
        ("", "&e;"),
    ] {
        assert!(matches!(parse(&with_dtd(dtd, text)), Err(ResponseFault::Xml(_))), "{dtd}");
    }
    // The entities of XML itself, and characters by number, are no harm.
    let characters = response(&signed(&ASSERTION.replace(">alice<", ">a&amp;&#108;ice<")));
    assert_eq!(check(&characters).unwrap().subject(), "a&lice");
}

#[test]
fn what_is_not_a_response_in_utf8_and_base64_is_refused() {
    let base64 = BASE64.encode(good().as_bytes());
    assert!(UnverifiedResponse::parse(&base64).is_ok());
    for bad in [
        format!("{base64}*"),
        base64.replacen('P', "", 1),
        base64.replace('+', "-"),
        format!("{base64}="),
        good(),
    ] {
        if bad != base64 {
            assert_eq!(UnverifiedResponse::parse(&bad).unwrap_err(), ResponseFault::Base64);
        }
    }
    let latin = [good().replace("alice", "al").into_bytes(), vec![0xE9]].concat();
    assert_eq!(UnverifiedResponse::parse(&BASE64.encode(&latin)).unwrap_err(), ResponseFault::Utf8);
    let utf16: Vec<u8> = good().encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(UnverifiedResponse::parse(&BASE64.encode(&utf16)).is_err());
    for bad in ["", "<", "alice", "</a>", "<a/><b/>", &good()[..1_000], &format!("{}x", good())] {
        assert!(matches!(parse(bad), Err(ResponseFault::Xml(_))), "{bad}");
    }
    for bad in [
        signed(ASSERTION),
        good().replace("samlp:Response", "samlp:response"),
        good().replace("SAML:2.0:protocol", "SAML:1.1:protocol"),
        format!("<x>{}</x>", good()),
    ] {
        assert_eq!(parse(&bad).unwrap_err(), ResponseFault::Root, "{bad}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| response(&("<x>".repeat(levels) + &"</x>".repeat(levels)));
    assert!(parse(&nested(63)).is_ok());
    assert!(matches!(parse(&nested(64)), Err(ResponseFault::Xml(_))));
    assert!(matches!(parse(&nested(9_000)), Err(ResponseFault::Xml(_))));
    let open = response(&"<x>".repeat(20_000));
    assert!(matches!(parse(&open), Err(ResponseFault::Xml(_))));
}

#[test]
fn elements_and_attributes_are_bounded() {
    // A response, its issuer, status and status code.
    let elements = |count: usize| response(&"<x/>".repeat(count));
    assert!(parse(&elements(2_000 - 4)).is_ok());
    assert_eq!(parse(&elements(2_001 - 4)).unwrap_err(), ResponseFault::Elements);
    // The same elements, and the text of the issuer.
    let comments = |count: usize| response(&"<!---->".repeat(count));
    assert!(parse(&comments(6_000 - 5)).is_ok());
    assert_eq!(parse(&comments(6_001 - 5)).unwrap_err(), ResponseFault::Elements);
    let attributes = |count: usize| {
        let attributes: String = (0..count).map(|it| format!(r#" a{it}="""#)).collect();
        response(&format!("<x{attributes}/>"))
    };
    assert!(parse(&attributes(64)).is_ok());
    assert_eq!(parse(&attributes(65)).unwrap_err(), ResponseFault::Attributes);
    let namespaces: String = (0..65).map(|it| format!(r#" xmlns:n{it}="urn:x""#)).collect();
    let namespaces = response(&format!("<x{namespaces}/>"));
    assert_eq!(parse(&namespaces).unwrap_err(), ResponseFault::Attributes);
}

#[test]
fn tabs_and_line_breaks_in_attributes_are_refused() {
    let with = |blank: &str| parse(&response(&format!(r#"<x a="b{blank}c"/>"#))).map(|_| ());
    assert_eq!(with(" "), Ok(()));
    for blank in ["\t", "\n", "\r", "&#9;", "&#10;", "&#xD;"] {
        assert_eq!(with(blank), Err(ResponseFault::AttributeBlanks), "{blank:?}");
    }
}

/// What the issuer is said to be is for explanations; it may be anybody's.
#[test]
fn the_claimed_issuer_is_that_of_the_assertion() {
    let issuer = |xml: &str| parse(xml).unwrap().issuer().map(str::to_owned);
    assert_eq!(issuer(&good()).as_deref(), Some(ISSUER));
    let other = good().replacen("/metadata<", "/other<", 1);
    assert_eq!(issuer(&other).as_deref(), Some(ISSUER));
    let empty = response("").replacen("/metadata<", "/other<", 1);
    assert_eq!(issuer(&empty).as_deref(), Some("https://idp.example.com/other"));
    assert_eq!(issuer(r#"<a:Response xmlns:a="urn:oasis:names:tc:SAML:2.0:protocol"/>"#), None);
    assert!(!format!("{:?}", parse(&good()).unwrap()).contains("alice"));
    assert!(!format!("{:?}", check(&good()).unwrap()).contains("Deploy"));
}

/// Instructions are signed as they stand, and are no text.
#[test]
fn processing_instructions_are_no_text_and_break_signatures() {
    let signed_with = response(&signed(&ASSERTION.replace(">alice<", ">al<?x y?>ice<")));
    assert_eq!(check(&signed_with).unwrap().subject(), "alice");
    let added = good().replace(">alice<", ">al<?x y?>ice<");
    assert!(check(&added).is_err());
    let sheet =
        format!(r#"<?xml-stylesheet href="https://attacker.example.com/x.xsl"?>{}"#, good());
    assert!(check(&sheet).is_ok());
}
