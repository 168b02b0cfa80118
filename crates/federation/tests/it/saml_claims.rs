//! What signed assertions must say, and when they are refused for it.
//!
//! Recorded answers of AWS are those of radkawar/stackd, recorded in 2026.

use stead_federation::saml::Refusal;
use stead_types::{NameError, TagError};

use super::saml_support::*;

const DATA_END: &str = "SubjectConfirmationData/@NotOnOrAfter";
const CONDITIONS_END: &str = "Conditions/@NotOnOrAfter";

fn changed(from: &str, to: &str) -> Result<(), Refusal> {
    let assertion = ASSERTION.replacen(from, to, 1);
    assert_ne!(assertion, ASSERTION, "{from}");
    check_assertion(&assertion).map(|_| ())
}

fn missing(part: &'static str) -> Result<(), Refusal> {
    Err(Refusal::Missing { part })
}

#[test]
fn what_every_assertion_must_have_is_demanded() {
    let cut = |begin: &str, end: &str| {
        let (from, to) = (ASSERTION.find(begin).unwrap(), ASSERTION.find(end).unwrap());
        changed(&ASSERTION[from..to + end.len()], "")
    };
    // Observed: `no_conditions`, `subject_missing_format`, `no_authn_statement`,
    // `missing_recipient`, `missing_subject_expiry`.
    assert_eq!(cut("<saml:Conditions", "</saml:Conditions>"), missing("Conditions"));
    let format = r#" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent""#;
    assert_eq!(changed(format, ""), missing("Subject/NameID/@Format"));
    assert_eq!(changed(format, r#" Format="""#), missing("Subject/NameID/@Format"));
    assert_eq!(cut("<saml:AuthnStatement", r#"SessionIndex="_s1"/>"#), missing("AuthnStatement"));
    let recipient = r#" Recipient="https://signin.aws.amazon.com/saml""#;
    assert_eq!(changed(recipient, ""), missing("SubjectConfirmationData/@Recipient"));
    assert_eq!(changed(r#" NotOnOrAfter="2026-03-01T12:03:00Z""#, ""), missing(DATA_END));
    assert_eq!(cut("<saml:NameID", "</saml:NameID>"), missing("Subject/NameID"));
    assert_eq!(cut("<saml:Subject>", "</saml:Subject>"), missing("Subject/NameID"));
    let confirmation = ("<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>");
    assert_eq!(cut(confirmation.0, confirmation.1), missing("SubjectConfirmation"));
    assert_eq!(
        cut("<saml:SubjectConfirmationData", r#"aws.amazon.com/saml"/>"#),
        missing("SubjectConfirmationData")
    );
    let issued = r#" IssueInstant="2026-03-01T11:59:00Z""#;
    assert_eq!(changed(issued, ""), missing("Assertion/@IssueInstant"));
    // Observed: `missing_conditions_expiry`, `no_audience_restriction` are accepted.
    assert_eq!(changed(r#" NotOnOrAfter="2026-03-01T12:03:30Z""#, ""), Ok(()));
    assert_eq!(changed(r#" NotBefore="2026-03-01T11:59:00Z""#, ""), Ok(()));
    assert_eq!(cut("<saml:AudienceRes", "</saml:AudienceRestriction>"), Ok(()));
}

#[test]
fn what_may_stand_once_is_refused_twice() {
    let twice = |begin: &str, end: &str| {
        let (from, to) = (ASSERTION.find(begin).unwrap(), ASSERTION.find(end).unwrap());
        let part = &ASSERTION[from..to + end.len()];
        changed(part, &format!("{part}{part}"))
    };
    let several = |part: &'static str| Err(Refusal::Several { part, found: 2 });
    let confirmation = ("<saml:SubjectConfirmation ", "</saml:SubjectConfirmation>");
    // Observed: `duplicate_subject_confirmation`.
    assert_eq!(twice(confirmation.0, confirmation.1), several("SubjectConfirmation"));
    assert_eq!(twice("<saml:Conditions", "</saml:Conditions>"), several("Conditions"));
    assert_eq!(twice("<saml:NameID", "</saml:NameID>"), several("Subject/NameID"));
    assert_eq!(twice("<saml:Subject>", "</saml:Subject>"), several("Subject/NameID"));
    assert_eq!(
        twice("<saml:SubjectConfirmationData", r#"aws.amazon.com/saml"/>"#),
        several("SubjectConfirmationData")
    );
    assert_eq!(twice("<saml:Issuer", "</saml:Issuer>"), several("Issuer"));
    assert_eq!(twice("<saml:AuthnStatement", r#"SessionIndex="_s1"/>"#), Ok(()));
    assert_eq!(twice("<saml:AudienceRes", "</saml:AudienceRestriction>"), Ok(()));
}

#[test]
fn elements_of_other_namespaces_are_not_taken_for_those_of_saml() {
    let foreign =
        |name: &str| changed(&format!("<saml:{name}"), &format!(r#"<x:{name} xmlns:x="urn:x" "#));
    let swap = |name: &str| {
        let assertion = ASSERTION
            .replace(&format!("<saml:{name} "), &format!(r#"<x:{name} xmlns:x="urn:x" "#))
            .replace(&format!("</saml:{name}>"), &format!("</x:{name}>"));
        assert_ne!(assertion, ASSERTION);
        check_assertion(&assertion).map(|_| ())
    };
    assert_eq!(swap("NameID"), missing("Subject/NameID"));
    assert_eq!(swap("Conditions"), missing("Conditions"));
    assert_eq!(swap("SubjectConfirmation"), missing("SubjectConfirmation"));
    assert_eq!(foreign("AuthnStatement"), missing("AuthnStatement"));
    assert_eq!(foreign("SubjectConfirmationData"), missing("SubjectConfirmationData"));
}

/// Of an attribute's name the namespace counts too.
#[test]
fn attributes_of_other_namespaces_are_not_taken_for_those_of_saml() {
    let foreign = r#"<saml:SubjectConfirmationData xmlns:x="urn:x" x:NotOnOrAfter="2026-03-01T12:03:00Z" Rec"#;
    let own = r#"<saml:SubjectConfirmationData NotOnOrAfter="2026-03-01T12:03:00Z" Rec"#;
    assert_eq!(changed(own, foreign), missing(DATA_END));
}

#[test]
fn other_issuers_versions_and_methods_are_refused() {
    for found in ["https://idp.example.com/metadat", "https://IDP.example.com/metadata", ""] {
        let refusal = changed("https://idp.example.com/metadata", found).unwrap_err();
        let expected = ISSUER.to_owned();
        assert_eq!(refusal, Refusal::Issuer { expected, found: found.to_owned() });
    }
    for version in ["1.1", "", "2.1"] {
        let refusal = changed(r#"Version="2.0""#, &format!(r#"Version="{version}""#));
        assert!(matches!(refusal, Err(Refusal::Malformed { part: "Assertion/@Version", .. })));
    }
    let refusal = changed("cm:bearer", "cm:holder-of-key");
    assert!(matches!(refusal, Err(Refusal::Malformed { part: "SubjectConfirmation/@Method", .. })));
    // Observed: `response_issuer_mismatch` is accepted; the response is not signed.
    let other = good().replacen("/metadata<", "/other<", 1);
    assert!(check(&other).is_ok());
}

#[test]
fn a_response_that_tells_of_failure_is_refused() {
    let status = |text: &str| check(&good().replace("status:Success", text)).map(|_| ());
    let found = "urn:oasis:names:tc:SAML:2.0:status:Responder".to_owned();
    assert_eq!(status("status:Responder"), Err(Refusal::Status { found }));
    assert!(status("status:Success").is_ok());
    assert!(
        check(&response(&signed(ASSERTION)).replace("samlp:StatusCode", "samlp:Code")).is_err()
    );
}

#[test]
fn an_assertion_ends_at_the_earliest_of_its_ends() {
    let at_time =
        |xml: &str, now: &str| Provider::new().verify(xml, now).map(|it| it.usable_until());
    let expired = |part, end: &str, now: &str| Refusal::Expired { part, at: at(end), now: at(now) };
    let until = at("2026-03-01T12:03:00Z");
    assert_eq!(at_time(&good(), "2026-03-01T12:02:59Z"), Ok(until));
    let now = "2026-03-01T12:03:00Z";
    assert_eq!(at_time(&good(), now), Err(expired(DATA_END, now, now)));
    let conditions = response(&signed(&ASSERTION.replace("12:03:30Z", "12:02:00Z")));
    assert_eq!(at_time(&conditions, "2026-03-01T12:01:59Z"), Ok(at("2026-03-01T12:02:00Z")));
    let now = "2026-03-01T12:02:00Z";
    assert_eq!(at_time(&conditions, now), Err(expired(CONDITIONS_END, now, now)));
    // Five minutes, whatever the assertion says.
    let long = ASSERTION.replace("12:03:00Z", "23:00:00Z").replace("12:03:30Z", "23:00:00Z");
    let long = response(&signed(&long));
    assert_eq!(at_time(&long, "2026-03-01T12:03:59Z"), Ok(at("2026-03-01T12:04:00Z")));
    let now = "2026-03-01T12:04:00Z";
    assert_eq!(at_time(&long, now), Err(expired("Assertion/@IssueInstant", now, now)));
}

#[test]
fn an_assertion_begins_with_five_minutes_of_skew() {
    let earliest = "2026-03-01T11:54:00Z";
    assert!(Provider::new().verify(&good(), earliest).is_ok());
    let now = "2026-03-01T11:53:59Z";
    let refusal = Provider::new().verify(&good(), now).unwrap_err();
    let part = "Assertion/@IssueInstant";
    let begin = at("2026-03-01T11:59:00Z");
    assert_eq!(refusal, Refusal::NotYetValid { part, at: begin, now: at(now) });
    // Observed: AWS looks at none of these.
    for (part, from, to) in [
        (
            "Conditions/@NotBefore",
            r#"NotBefore="2026-03-01T11:59:00Z""#,
            r#"NotBefore="2026-03-01T12:05:01Z""#,
        ),
        (
            "SubjectConfirmationData/@NotBefore",
            "<saml:SubjectConfirmationData ",
            r#"<saml:SubjectConfirmationData NotBefore="2026-03-01T12:05:01Z" "#,
        ),
    ] {
        let refusal = changed(from, to).unwrap_err();
        let begin = at("2026-03-01T12:05:01Z");
        assert_eq!(refusal, Refusal::NotYetValid { part, at: begin, now: at(NOW) });
        assert_eq!(changed(from, &to.replace("05:01", "05:00")), Ok(()));
    }
}

#[test]
fn the_session_at_the_provider_must_not_be_over() {
    let with_end = |end: &str| {
        let statement = format!(r#"<saml:AuthnStatement SessionNotOnOrAfter="{end}" "#);
        check_assertion(&ASSERTION.replace("<saml:AuthnStatement ", &statement))
    };
    let later = "2026-03-01T12:10:00Z";
    assert_eq!(with_end(later).unwrap().session_ends(), Some(at(later)));
    let refusal = with_end(NOW).unwrap_err();
    let part = "AuthnStatement/@SessionNotOnOrAfter";
    assert_eq!(refusal, Refusal::Expired { part, at: at(NOW), now: at(NOW) });
    let both = ASSERTION.replace(
        "<saml:AuthnStatement ",
        r#"<saml:AuthnStatement SessionNotOnOrAfter="2026-03-01T15:00:00Z"/><saml:AuthnStatement SessionNotOnOrAfter="2026-03-01T12:10:00Z" "#,
    );
    assert_eq!(check_assertion(&both).unwrap().session_ends(), Some(at(later)));
}

#[test]
fn times_are_in_utc() {
    for text in
        ["invalid", "", "2026-03-01T11:59:00", "2026-03-01T12:59:00+01:00", "2026-02-30T00:00:00Z"]
    {
        let begin = format!(r#"NotBefore="{text}""#);
        let refusal = changed(r#"NotBefore="2026-03-01T11:59:00Z""#, &begin).unwrap_err();
        // Observed: `malformed_notbefore`.
        assert!(
            matches!(refusal, Refusal::Malformed { part: "Conditions/@NotBefore", .. }),
            "{text}"
        );
    }
    assert_eq!(changed("12:03:00Z", "12:03:00.123Z"), Ok(()));
}

#[test]
fn every_audience_restriction_must_be_met() {
    let audience =
        |text: &str| changed("<saml:Audience>urn:amazon:webservices</saml:Audience>", text);
    let element = |text: &str| format!("<saml:Audience>{text}</saml:Audience>");
    assert_eq!(audience(&element(RECIPIENT)), Ok(()));
    assert_eq!(audience(&format!("{}{}", element("urn:x"), element(AUDIENCE))), Ok(()));
    for (text, found) in [
        (String::new(), vec![]),
        (element("urn:unrelated:application"), vec!["urn:unrelated:application".to_owned()]),
        (element("urn:amazon:webservices "), vec!["urn:amazon:webservices ".to_owned()]),
        (element("urn:Amazon:webservices"), vec!["urn:Amazon:webservices".to_owned()]),
    ] {
        let expected = vec![RECIPIENT.to_owned(), AUDIENCE.to_owned()];
        assert_eq!(audience(&text), Err(Refusal::Audience { expected, found }));
    }
    let second = format!(
        "</saml:AudienceRestriction><saml:AudienceRestriction>{}</saml:AudienceRestriction>",
        element("urn:x")
    );
    let refusal = changed("</saml:AudienceRestriction>", &second).unwrap_err();
    assert!(matches!(refusal, Refusal::Audience { .. }));
}

#[test]
fn the_recipient_is_one_of_ours_exactly() {
    let recipient = |text: &str| {
        changed(
            r#"Recipient="https://signin.aws.amazon.com/saml""#,
            &format!(r#"Recipient="{text}""#),
        )
    };
    assert_eq!(recipient("https://sts.example.com/saml"), Ok(()));
    for found in [
        "https://unrelated.example.test/saml",
        "not-a-url",
        "",
        "https://signin.aws.amazon.com/saml/",
        "HTTPS://signin.aws.amazon.com/saml",
    ] {
        let refusal = recipient(found).unwrap_err();
        let expected = vec!["https://sts.example.com/saml".to_owned(), RECIPIENT.to_owned()];
        assert_eq!(refusal, Refusal::Recipient { expected, found: found.to_owned() });
    }
}

#[test]
fn conditions_that_are_not_understood_are_refused() {
    let condition = |text: &str| {
        check_assertion(
            &ASSERTION.replace("</saml:Conditions>", &format!("{text}</saml:Conditions>")),
        )
    };
    assert!(condition("<saml:OneTimeUse/>").unwrap().one_time_use());
    assert!(!condition(r#"<saml:ProxyRestriction Count="0"/>"#).unwrap().one_time_use());
    for text in
        ["<saml:Condition/>", r#"<x:OneTimeUse xmlns:x="urn:x"/>"#, "<saml:DelegationRestriction/>"]
    {
        let refusal = condition(text).unwrap_err();
        assert!(matches!(refusal, Refusal::Malformed { part: "Conditions", .. }), "{text}");
    }
}

#[test]
fn subject_types_are_shortened_as_aws_does() {
    let subject_type = |format: &str| {
        let format =
            ASSERTION.replace("urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", format);
        check_assertion(&format).unwrap().subject_type().to_owned()
    };
    assert_eq!(subject_type("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"), "transient");
    // Observed: `subject_email_format`, `subject_arbitrary_format`.
    for whole in [
        "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
        "custom-format",
        "urn:oasis:names:tc:SAML:2.0:nameid-format:entity",
    ] {
        assert_eq!(subject_type(whole), whole);
    }
    let name = |length: usize| changed(">alice<", &format!(">{}<", "a".repeat(length)));
    assert_eq!(name(2_048), Ok(()));
    assert!(matches!(name(2_049), Err(Refusal::Malformed { part: "Subject/NameID", .. })));
    assert!(matches!(name(0), Err(Refusal::Malformed { part: "Subject/NameID", .. })));
}

#[test]
fn pairs_of_roles_and_providers_come_in_either_order() {
    const ROLE: &str = "arn:aws:iam::111122223333:role/Deploy";
    const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/Corp";
    let offers = |text: &str| {
        let assertion = ASSERTION.replace(&format!("{ROLE},{PROVIDER}"), text);
        check_assertion(&assertion).unwrap().offers(ROLE, PROVIDER)
    };
    assert!(offers(&format!("{ROLE},{PROVIDER}")));
    // Observed: `reversed_role_pair`.
    assert!(offers(&format!("{PROVIDER},{ROLE}")));
    assert!(offers(&format!("\n {ROLE} , {PROVIDER}\n")));
    for other in [
        "",
        ROLE,
        &format!("{ROLE} {PROVIDER}"),
        &format!("{ROLE},{PROVIDER},{PROVIDER}"),
        &format!("{ROLE}s,{PROVIDER}"),
        &format!("{ROLE},{ROLE}"),
        &format!("{ROLE},{}", PROVIDER.replace("iam", "sts")),
        &format!("{},{PROVIDER}", ROLE.to_uppercase()),
    ] {
        assert!(!offers(other), "{other}");
    }
    let other =
        attribute("https://aws.amazon.com/saml/attributes/role", &[&format!("{ROLE}x,{PROVIDER}")]);
    assert!(
        !check_assertion(&with_attributes(&other)).unwrap().offers(&format!("{ROLE}x"), PROVIDER)
    );
}

#[test]
fn the_session_is_refused_where_it_is_not_well_asked_for() {
    let aws = |name: &str| format!("https://aws.amazon.com/SAML/Attributes/{name}");
    let with = |name: &str, values: &[&str]| {
        check_assertion(&with_attributes(&attribute(&aws(name), values))).map(|_| ())
    };
    assert_eq!(
        changed("Attributes/RoleSessionName", "Attributes/Other"),
        Err(Refusal::NoRoleSessionName)
    );
    for (found, error) in [
        ("John Doe", NameError::Character { allowed: r"[\w+=,.@-]" }),
        ("a", NameError::Length { length: 1, min: 2, max: 64 }),
        ("", NameError::Length { length: 0, min: 2, max: 64 }),
    ] {
        let refusal = changed("alice@example.com", found);
        assert_eq!(refusal, Err(Refusal::RoleSessionName { found: found.to_owned(), error }));
    }
    assert!(matches!(with("RoleSessionName", &["bob"]), Err(Refusal::Several { found: 2, .. })));
    assert!(matches!(with("SourceIdentity", &["a b"]), Err(Refusal::SourceIdentity { .. })));
    assert!(matches!(
        with("SourceIdentity", &["bob", "eve"]),
        Err(Refusal::Several { found: 2, .. })
    ));
    for good in ["900", "43200", " 1800 "] {
        assert_eq!(with("SessionDuration", &[good]), Ok(()));
    }
    for bad in ["899", "43201", "-900", "900.0", "", "an hour"] {
        assert!(matches!(with("SessionDuration", &[bad]), Err(Refusal::Malformed { .. })), "{bad}");
    }
    for (key, error) in
        [("aws:team", TagError::Reserved), ("", TagError::Length), ("a*b", TagError::Character)]
    {
        let refusal = with(&format!("PrincipalTag:{key}"), &["x"]);
        assert_eq!(refusal, Err(Refusal::SessionTag { key: key.to_owned(), error }));
    }
    for values in [&[][..], &["a", "b"]] {
        assert!(matches!(with("PrincipalTag:team", values), Err(Refusal::Several { .. })));
    }
    let twice = [
        attribute(&aws("PrincipalTag:team"), &["a"]),
        attribute(&aws("PrincipalTag:TEAM"), &["a"]),
    ];
    let refusal = check_assertion(&with_attributes(&twice.concat())).map(|_| ());
    assert_eq!(
        refusal,
        Err(Refusal::SessionTag { key: "TEAM".to_owned(), error: TagError::Duplicate })
    );
    assert!(matches!(with("TransitiveTagKeys", &["aws:x"]), Err(Refusal::SessionTag { .. })));
}
