//! Signatures of other forms, by other keys, over other things.

use stead_federation::saml::Refusal;

use super::saml_support::*;

/// The response with the signature's template changed before it is signed, so that the
/// signature holds where the library can make it at all.
fn with_template(from: &str, to: &str) -> String {
    let template = template("_a1", RSA_SHA256);
    let changed = template.replacen(from, to, 1);
    assert_ne!(changed, template, "{from}");
    let unsigned = after_issuer(ASSERTION, &changed);
    response(&try_sign(&unsigned).unwrap_or_else(|| signed(ASSERTION).replacen(from, to, 1)))
}

fn form(xml: &str) -> (&'static str, String) {
    match check(xml) {
        Err(Refusal::SignatureForm { expected, found, .. }) => (expected, found),
        other => panic!("{other:?}\n{xml}"),
    }
}

#[test]
fn algorithms_that_are_not_listed_are_refused() {
    let sha2 = "SHA-2 with RSA or ECDSA";
    for method in [
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha224",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
        "",
    ] {
        assert_eq!(form(&with_template(RSA_SHA256, method)), (sha2, method.to_owned()));
    }
    for digest in [
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
        "http://www.w3.org/2001/04/xmldsig-more#sha224",
    ] {
        assert_eq!(form(&with_template(SHA256, digest)).0, "a digest of SHA-2", "{digest}");
    }
}

/// The provider's certificate is public: as the secret of an HMAC it proves nothing.
#[test]
fn the_certificate_as_the_secret_of_an_hmac_is_refused() {
    let method = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
    let unsigned = after_issuer(ASSERTION, &template("_a1", method));
    for secret in [der(include_str!("../saml/idp.txt")), include_bytes!("../saml/idp.txt").to_vec()]
    {
        let key = bergshamra_keys::loader::load_hmac_key(&secret).unwrap();
        assert_eq!(form(&response(&sign_with(&unsigned, key))).1, method);
    }
}

#[test]
fn other_canonicalizations_are_refused() {
    let method = format!(r#"<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}""#);
    let transform = format!(r#"<ds:Transform Algorithm="{EXCLUSIVE}""#);
    for other in [
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
        "http://www.w3.org/2006/12/xml-c14n11",
        "none",
    ] {
        for place in [&method, &transform] {
            let (expected, found) = form(&with_template(place, &place.replace(EXCLUSIVE, other)));
            assert_eq!(expected, "exclusive canonicalization without comments");
            assert_eq!(found, other);
        }
    }
    let prefixes =
        format!(r#"<i:InclusiveNamespaces xmlns:i="{EXCLUSIVE}" PrefixList="saml xs"/>"#);
    let listed = format!("{transform}>{prefixes}</ds:Transform>");
    assert!(check(&with_template(&format!("{transform}/>"), &listed)).is_ok());
    // Looking for thousands of prefixes at every element would take minutes.
    let many = |count: usize| {
        let prefixes: String = (0..count).map(|index| format!(" n{index}")).collect();
        with_template(&format!("{transform}/>"), &listed.replace("saml xs", &prefixes))
    };
    assert!(check(&many(16)).is_ok());
    assert_eq!(form(&many(17)).0, "at most 16 prefixes");
    assert_eq!(form(&many(9_000)).0, "at most 16 prefixes");
    let foreign = listed.replace(&format!(r#"xmlns:i="{EXCLUSIVE}""#), r#"xmlns:i="urn:x""#);
    form(&with_template(&format!("{transform}/>"), &foreign));
}

/// The library takes an attribute by its local name, whichever stands first: what it
/// follows must be what was checked.
#[test]
fn attributes_with_a_prefix_are_refused() {
    let prefixes: String = (0..9_000).map(|index| format!(" n{index}")).collect();
    let list =
        format!(r#"<i:InclusiveNamespaces xmlns:i="{EXCLUSIVE}" i:PrefixList="{prefixes}"/>"#);
    let transform = format!(r#"<ds:Transform Algorithm="{EXCLUSIVE}""#);
    let places = [
        ("<ds:Reference ", r#"ds:URI="dev/zero""#),
        ("<ds:Reference ", r#"ds:Type="http://www.w3.org/2000/09/xmldsig#Manifest""#),
        ("<ds:DigestMethod ", r#"ds:Algorithm="http://www.w3.org/2000/09/xmldsig#sha1""#),
        ("<ds:SignatureMethod ", r#"ds:Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1""#),
        (
            "<ds:CanonicalizationMethod ",
            r#"ds:Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315""#,
        ),
        ("<ds:Transform ", r#"ds:Algorithm="http://www.w3.org/2000/09/xmldsig#base64""#),
    ];
    for (element, attribute) in places {
        let first = form(&with_template(element, &format!("{element}{attribute} ")));
        assert_eq!(first.0, "attributes without a prefix", "{attribute} first");
        let (name, _) = attribute.split_once('=').unwrap();
        assert_eq!(first.1, name);
    }
    let last = r##"URI="#_a1" ds:URI="dev/zero">"##;
    assert_eq!(form(&with_template(r##"URI="#_a1">"##, last)).1, "ds:URI");
    // Not signed anew: that would take as long as verifying did.
    let listed = format!("{transform}>{list}</ds:Transform>");
    let many = signed(ASSERTION).replacen(&format!("{transform}/>"), &listed, 1);
    assert_eq!(form(&response(&many)).1, "i:PrefixList");
}

#[test]
fn other_transforms_are_refused() {
    let enveloped = format!(r#"<ds:Transform Algorithm="{ENVELOPED}"/>"#);
    let canonical = format!(r#"<ds:Transform Algorithm="{EXCLUSIVE}"/>"#);
    let xpath = r#"<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::saml:NameID)</ds:XPath></ds:Transform>"#;
    let filter = r#"<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>"#;
    let xslt = r#"<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"><x:template match="/">fixed</x:template></x:stylesheet></ds:Transform>"#;
    let base64 = r#"<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/>"#;
    let foreign = r#"<x:Transform xmlns:x="urn:x" Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>"#;
    for other in [xpath, filter, xslt, base64, foreign, "", &canonical] {
        form(&with_template(&enveloped, other));
        form(&with_template(&enveloped, &format!("{enveloped}{other}{canonical}")));
    }
    form(&with_template(&canonical, ""));
    form(&with_template(&format!("{enveloped}{canonical}"), &format!("{canonical}{enveloped}")));
    let parameter = enveloped.replace("/>", "><x/></ds:Transform>");
    form(&with_template(&enveloped, &parameter));
}

#[test]
fn references_to_anything_but_the_assertion_are_refused() {
    let expected = "a Reference to the signed element itself";
    for target in [
        "",
        "_a1",
        "#",
        "#_r1",
        "#_A1",
        "#_a1 ",
        "#xpointer(/)",
        "#xpointer(id('_a1'))",
        "cid:_a1",
        "file:///etc/hostname",
        "Cargo.toml",
        "https://attacker.example.com/#_a1",
    ] {
        let (reason, found) = form(&with_template("#_a1", target));
        assert_eq!((reason, found.as_str()), (expected, target));
    }
    assert_eq!(form(&with_template(r##" URI="#_a1""##, "")).0, expected);
}

#[test]
fn ids_that_are_no_names_are_refused() {
    let with_id = |id: &str| {
        let unsigned = ASSERTION.replace("_a1", id);
        let made = try_sign(&after_issuer(&unsigned, &template(id, RSA_SHA256)));
        check(&response(&made.unwrap_or_else(|| signed(ASSERTION).replace("_a1", id))))
    };
    let long = "a".repeat(257);
    assert!(with_id("é-1.x_2").is_ok());
    assert!(with_id(&long[1..]).is_ok());
    for id in ["", "1a", "-a", "a b", "xpointer(/)", "xpointer(id('_r1'))", &long] {
        assert!(matches!(with_id(id), Err(Refusal::SignatureForm { .. })), "{id}");
    }
}

#[test]
fn signatures_with_more_or_less_in_them_are_refused() {
    let object = "<ds:Object/></ds:Signature>";
    let reference = {
        let template = template("_a1", RSA_SHA256);
        let (begin, end) =
            (template.find("<ds:Ref").unwrap(), template.find("</ds:SignedInfo>").unwrap());
        template[begin..end].to_owned()
    };
    for (from, to) in [
        ("</ds:Signature>", object),
        ("</ds:Signature>", "<ds:KeyInfo/><ds:KeyInfo/></ds:Signature>"),
        ("</ds:Signature>", "<x/></ds:Signature>"),
        ("<ds:SignatureValue>", "<ds:SignedInfo/><ds:SignatureValue>"),
        (reference.as_str(), ""),
        (reference.as_str(), &format!("{reference}{reference}")),
        ("<ds:DigestValue>", "<ds:DigestValue/><ds:DigestValue>"),
        ("<ds:DigestValue>", "<!-- c --><ds:DigestValue>"),
        ("<ds:DigestValue>", "<?p?><ds:DigestValue>"),
        ("<ds:Transforms>", "<ds:Manifest/><ds:Transforms>"),
    ] {
        form(&with_template(from, to));
    }
    let cut = format!(r#"<ds:SignatureMethod Algorithm="{RSA_SHA256}"/>"#);
    let truncated =
        cut.replace("/>", "><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>");
    form(&with_template(&cut, &truncated));
    assert!(
        check(&with_template("</ds:Signature>", "<ds:KeyInfo><x/></ds:KeyInfo></ds:Signature>"))
            .is_ok()
    );
}

/// A comment in a digest splits its text; a reader of the first piece compares another
/// digest than was signed.
#[test]
fn comments_within_signatures_are_refused() {
    for name in ["DigestValue", "SignatureValue"] {
        for comment in ["<!-- c -->", "<![CDATA[]]>", "<?p x?>"] {
            let xml = good().replace(&format!("<ds:{name}>"), &format!("<ds:{name}>{comment}"));
            assert_eq!(form(&xml).0, "elements and text", "{name} {comment}");
        }
    }
}

#[test]
fn only_the_providers_certificates_count() {
    let certificate = |text: &str| {
        format!(
            "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{text}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
        )
    };
    let with_key = |text: &str, key: &str| {
        let template = template("_a1", RSA_SHA256).replace("</ds:Signature>", text);
        check(&response(&sign(&after_issuer(ASSERTION, &template), key)))
    };
    let attacker = include_str!("../saml/attacker.txt");
    let own = include_str!("../saml/idp.txt");
    for text in [&certificate(attacker), &certificate(own), "</ds:Signature>"] {
        let refusal = with_key(text, ATTACKER_KEY).unwrap_err();
        assert!(matches!(refusal, Refusal::Signature { .. }), "{refusal}");
    }
    // What the document says of keys does not matter either way.
    for text in [&certificate(attacker), &certificate(own), "</ds:Signature>"] {
        assert!(with_key(text, RSA_KEY).is_ok());
    }
}

#[test]
fn every_changed_letter_of_a_signature_is_noticed() {
    let xml = good();
    for name in ["DigestValue", "SignatureValue"] {
        let begin = xml.find(&format!("<ds:{name}>")).unwrap() + name.len() + 5;
        let end = xml.find(&format!("</ds:{name}>")).unwrap();
        for place in (begin..end).step_by(7) {
            let mut changed = xml.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(matches!(check(&changed), Err(Refusal::Signature { .. })), "{changed}");
        }
    }
}

#[test]
fn rsa_and_elliptic_keys_are_not_taken_for_each_other() {
    let swap = |xml: String, from: &str, to: &str| check(&response(&xml.replace(from, to)));
    let rsa = signed(ASSERTION);
    let ec = sign(&after_issuer(ASSERTION, &template("_a1", ECDSA_SHA256)), EC_KEY);
    assert!(matches!(swap(rsa, RSA_SHA256, ECDSA_SHA256), Err(Refusal::Signature { .. })));
    assert!(matches!(swap(ec, ECDSA_SHA256, RSA_SHA256), Err(Refusal::Signature { .. })));
}
