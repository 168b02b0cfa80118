//! Signed assertions moved about, so that something else could be read instead.
//!
//! The eight classic forms are those of Somorovsky and others, "On Breaking SAML: Be
//! Whoever You Want to Be", 2012.

use stead_federation::saml::Refusal;

use super::saml_support::*;

/// What the attacker wants to be read, with another ID.
fn evil() -> String {
    ASSERTION.replace(">alice<", ">mallory<").replace("_a1", "_evil")
}

/// The signature of the assertion of the provider.
fn signature() -> String {
    let signed = signed(ASSERTION);
    let (begin, end) = (signed.find("<ds:Sig").unwrap(), signed.find("</ds:Signature>").unwrap());
    signed[begin..end + "</ds:Signature>".len()].to_owned()
}

/// The attacker's assertion around something behind its issuer.
fn evil_with(content: &str) -> String {
    after_issuer(&evil(), content)
}

fn in_object(signature: &str, content: &str) -> String {
    let object = format!("<ds:Object>{content}</ds:Object></ds:Signature>");
    signature.replace("</ds:Signature>", &object)
}

fn refused(name: &str, xml: &str) -> Refusal {
    match check(xml) {
        Err(refusal) => refusal,
        Ok(verified) => panic!("{name}: accepted as {}", verified.subject()),
    }
}

/// The response of the provider, signed as a whole, within one of the attacker's.
fn wrapped_response(around: impl Fn(&str, &str) -> String) -> String {
    let original = signed_response(&signed(ASSERTION));
    let (begin, end) =
        (original.find("<ds:Sig").unwrap(), original.find("</ds:Signature>").unwrap());
    let signature = &original[begin..end + "</ds:Signature>".len()];
    let unsigned = original.replacen(signature, "", 1);
    let outer = response(&evil()).replace("_r1", "_evil_response");
    after_issuer(&outer, &around(signature, &unsigned))
}

#[test]
fn the_assertion_where_it_belongs_is_accepted() {
    assert_eq!(check(&good()).unwrap().subject(), "alice");
    let both = signed_response(&signed(ASSERTION));
    assert_eq!(check(&both).unwrap().subject(), "alice");
    // The same parts, put together by hand.
    assert!(check(&response(&after_issuer(ASSERTION, &signature()))).is_ok());
}

#[test]
fn the_eight_classic_wrappings_are_refused() {
    let (original, signature) = (signed(ASSERTION), signature());
    let cases = [
        ("1", wrapped_response(in_object)),
        ("2", wrapped_response(|signature, inner| format!("{inner}{signature}"))),
        ("3", response(&format!("{}{original}", evil()))),
        ("4", response(&evil_with(&original))),
        ("5", response(&format!("{}{ASSERTION}", evil_with(&signature)))),
        ("6", response(&evil_with(&in_object(&signature, ASSERTION)))),
        ("7", response(&format!("<samlp:Extensions>{}</samlp:Extensions>{original}", evil()))),
        ("8", response(&evil_with(&in_object(&signature, &original)))),
    ];
    for (name, xml) in cases {
        let refusal = refused(name, &xml);
        assert_eq!(refusal, Refusal::Assertions { found: 2 }, "{name}");
    }
}

/// The same with elements that are no assertions by their names, so that what refuses
/// them is the signature's own rule.
#[test]
fn wrappers_without_a_second_assertion_are_refused() {
    let signature = signature();
    let renamed = ASSERTION.replace("saml:Assertion", "saml:Advice");
    let signed_advice = after_issuer(&renamed, &signature);
    let cases = [
        ("beside", response(&format!("{}{renamed}", evil_with(&signature)))),
        ("inside", response(&evil_with(&signed_advice))),
        ("object", response(&evil_with(&in_object(&signature, &renamed)))),
        (
            "extensions",
            response(&format!("<samlp:Extensions>{signed_advice}</samlp:Extensions>{}", evil())),
        ),
        (
            "same id",
            response(&format!("{renamed}{}", evil_with(&signature).replace("_evil", "_a1"))),
        ),
    ];
    for (name, xml) in cases {
        let refusal = refused(name, &xml);
        let by_signature = matches!(
            refusal,
            Refusal::SignatureForm { .. } | Refusal::Signature { .. } | Refusal::StraySignature
        );
        assert!(by_signature, "{name}: {refusal}");
    }
}

#[test]
fn assertions_elsewhere_than_directly_in_the_response_are_refused() {
    let original = signed(ASSERTION);
    for (name, content) in [
        ("extensions", format!("<samlp:Extensions>{original}</samlp:Extensions>")),
        ("status", format!("<samlp:StatusDetail>{original}</samlp:StatusDetail>")),
        ("unknown", format!("<x>{original}</x>")),
    ] {
        let refusal = refused(name, &response(&content));
        assert_eq!(refusal, Refusal::Assertions { found: 1 }, "{name}");
    }
    let advice = format!("<saml:Advice>{}</saml:Advice>", ASSERTION.replace("_a1", "_a2"));
    let advised = ASSERTION.replace("<saml:AuthnS", &format!("{advice}<saml:AuthnS"));
    assert_eq!(check_assertion(&advised), Err(Refusal::Assertions { found: 2 }));
    assert_eq!(check(&response("")), Err(Refusal::Assertions { found: 0 }));
    let twice = format!("{original}{}", original.replace("_a1", "_a2"));
    assert_eq!(check(&response(&twice)), Err(Refusal::Assertions { found: 2 }));
    assert_eq!(
        check(&response(&format!("{original}{original}"))),
        Err(Refusal::Assertions { found: 2 })
    );
}

#[test]
fn an_id_that_stands_twice_is_refused() {
    let twice = |attribute: &str| {
        let xml = good().replace("<samlp:Status>", &format!("<samlp:Status {attribute}>"));
        assert_ne!(xml, good());
        check(&xml)
    };
    assert!(twice(r#"ID="_other""#).is_ok());
    for attribute in [r#"ID="_a1""#, r#"Id="_a1""#, r#"id="_a1""#, r#"ID="_r1""#] {
        assert!(matches!(twice(attribute), Err(Refusal::Signature { .. })), "{attribute}");
    }
}

#[test]
fn the_signature_of_the_response_alone_is_not_enough_nor_may_it_be_wrong() {
    assert_eq!(check(&signed_response(ASSERTION)), Err(Refusal::Unsigned));
    let both = signed_response(&signed(ASSERTION));
    assert!(check(&both).is_ok());
    let status_changed = both.replace("<samlp:Status>", "<samlp:Status><!-- c --> ");
    assert!(matches!(check(&status_changed), Err(Refusal::Signature { .. })));
}

#[test]
fn signatures_elsewhere_or_twice_are_refused() {
    let signature = signature();
    let cases = [
        ("twice", response(&after_issuer(&signed(ASSERTION), &signature))),
        ("in the status", good().replace("<samlp:Status>", &format!("<samlp:Status>{signature}"))),
        ("in an attribute", response(&signed(&with_attributes(&attribute("x", &[&signature]))))),
        ("behind", good().replace("</samlp:Status>", &format!("</samlp:Status>{signature}"))),
    ];
    for (name, xml) in cases {
        let refusal = refused(name, &xml);
        let by_place = matches!(refusal, Refusal::StraySignature | Refusal::SignatureForm { .. });
        assert!(by_place, "{name}: {refusal}");
    }
    // Where in the assertion its signature stands does not matter: digests leave it out.
    let last = ASSERTION
        .replace("</saml:Assertion>", &format!("{}</saml:Assertion>", template("_a1", RSA_SHA256)));
    assert!(check(&response(&sign(&last, RSA_KEY))).is_ok());
}

/// Comments are not signed, so that anybody can put one anywhere.
#[test]
fn comments_cut_no_text_short() {
    let long = ASSERTION.replace(">alice<", ">alice.evil.example<");
    let long = signed(&long).replace("alice.evil", "alice<!-- c -->.evil");
    assert_eq!(check(&response(&long)).unwrap().subject(), "alice.evil.example");
    let session = signed(ASSERTION).replace("alice@example.com", "alice<!-- c -->@example.com");
    let verified = check(&response(&session)).unwrap();
    assert_eq!(verified.role_session_name().as_str(), "alice@example.com");
    let issuer = ASSERTION.replace("/metadata<", "/metadata.evil<");
    let issuer = signed(&issuer).replace("/metadata.evil", "/metadata<!-- c -->.evil");
    assert!(matches!(check(&response(&issuer)), Err(Refusal::Issuer { .. })));
}
