//! Who carries a signed request and changes it is refused, and why.

use stead_sigv4::{
    AuthorizationPart, BodyDigest, DateMismatch, Echo, Form, Payload, Rejection, ScopeMismatch,
    Settings, SigningKey, TokenPlacement,
};
use stead_types::Secret;

use crate::request::{BODY, KEY_ID, Request, after, before, expectations, signed_at};

fn authorization(from: &str, to: &str) -> Request {
    let mut request = Request::signed();
    request.edit("authorization", from, to);
    request
}

fn presigned(from: &str, to: &str) -> Request {
    let mut request = Request::presigned();
    request.edit_query(from, to);
    request
}

#[test]
fn what_nobody_changed_is_accepted_and_says_who_signed_it() {
    let verified = Request::signed().verify().unwrap();
    assert_eq!(verified.access_key_id(), KEY_ID);
    assert_eq!(verified.form(), Form::Header);
    assert_eq!(verified.signed_at(), signed_at());
    assert_eq!(verified.expires_at(), after(900));
    assert_eq!(verified.scope().as_str(), "20150830/us-east-1/sts/aws4_request");
    assert_eq!(verified.payload(), Payload::of(BODY));

    let verified = Request::presigned().verify().unwrap();
    assert_eq!((verified.form(), verified.expires_at()), (Form::Presigned, after(3600)));
}

#[test]
fn the_method() {
    for mut request in [Request::signed(), Request::presigned()] {
        request.method = "PUT".into();
        request.refused(&Rejection::SignatureMismatch);
        request.method = "post".into();
        request.refused(&Rejection::SignatureMismatch);
    }
}

#[test]
fn the_path() {
    for mut request in [Request::signed(), Request::presigned()] {
        request.path = "/other".into();
        request.refused(&Rejection::SignatureMismatch);
        // What normalises to the same path is the same request.
        request.path = "//./".into();
        assert!(request.verify().is_ok());
    }
}

#[test]
fn the_body() {
    let mut request = Request::signed();
    request.body.push(b'&');
    request.refused(&Rejection::SignatureMismatch);
    request.body.clear();
    request.refused(&Rejection::SignatureMismatch);

    let mut request = Request::presigned();
    request.body = BODY.into();
    request.refused(&Rejection::SignatureMismatch);
}

#[test]
fn the_value_of_each_signed_header() {
    for (name, from, to) in [
        ("host", "127.0.0.1:4566", "127.0.0.1"),
        ("host", "127.0.0.1:4566", "127.0.0.1:4567"),
        ("content-type", "utf-8", "utf-7"),
        ("x-amz-date", "T123600Z", "T123601Z"),
        ("x-amz-security-token", "token", "Token"),
    ] {
        let mut request = Request::signed_with_token();
        assert!(request.verify().is_ok());
        request.edit(name, from, to);
        request.refused(&Rejection::SignatureMismatch);
    }
    let mut request = Request::presigned();
    request.edit("host", "127", "128");
    request.refused(&Rejection::SignatureMismatch);
}

#[test]
fn a_default_port_is_part_of_the_host() {
    let mut request = Request::unsigned();
    request.edit("host", "127.0.0.1:4566", "sts.example.com");
    let mut request = request.sign(None, &Settings::query_services());
    request.edit("host", "sts.example.com", "sts.example.com:443");
    request.refused(&Rejection::SignatureMismatch);
}

#[test]
fn a_header_that_is_not_signed_does_not_matter() {
    let mut request = Request::signed();
    request.edit("user-agent", "Boto3", "curl");
    request.add("X-Forwarded-For", "192.0.2.1");
    request.add("X-Amzn-Trace-Id", "Root=1");
    assert!(request.verify().is_ok());
}

#[test]
fn a_signed_header_removed() {
    for name in ["content-type", "x-amz-security-token"] {
        let mut request = Request::signed_with_token();
        request.remove(name);
        request.refused(&Rejection::SignedHeaderAbsent { name: name.into() });
    }
    for mut request in [Request::signed(), Request::presigned()] {
        request.remove("host");
        request.refused(&Rejection::SignedHeaderAbsent { name: "host".into() });
    }
}

#[test]
fn a_signed_header_repeated() {
    let mut request = Request::signed();
    request.add("Content-Type", "text/plain");
    request.refused(&Rejection::SignatureMismatch);
    for name in ["authorization", "host", "x-amz-date", "x-amz-security-token"] {
        let mut request = Request::signed_with_token();
        let value = request.header(name).to_string();
        request.add(name, &value);
        request.refused(&Rejection::DuplicateHeader { name });
    }
    let mut request = Request::presigned();
    request.add("Host", "127.0.0.1:4566");
    request.refused(&Rejection::DuplicateHeader { name: "host" });
}

#[test]
fn an_unsigned_x_amz_header_added() {
    for mut request in [Request::signed(), Request::presigned()] {
        request.add("X-Amz-Meta-Extra", "1");
        request.refused(&Rejection::HeaderNotSigned { name: "x-amz-meta-extra".into() });
    }
}

#[test]
fn the_list_of_signed_headers() {
    let list = "SignedHeaders=content-type;host;x-amz-date";
    authorization(list, "SignedHeaders=content-type;x-amz-date").refused(&Rejection::HostNotSigned);
    authorization(list, "SignedHeaders=").refused(&Rejection::HostNotSigned);
    authorization(list, "SignedHeaders=host;x-amz-date").refused(&Rejection::SignatureMismatch);
    let name = "x-amz-date".into();
    authorization(list, "SignedHeaders=content-type;host")
        .refused(&Rejection::HeaderNotSigned { name });
    let name = "x-other".into();
    authorization(list, "SignedHeaders=content-type;host;x-amz-date;x-other")
        .refused(&Rejection::SignedHeaderAbsent { name });
    for bad in ["host;;x-amz-date", "host;x-amz-date;", "host;host;x-amz-date", "host;Host", "h:t"]
    {
        authorization(list, &format!("SignedHeaders={bad}"))
            .refused(&Rejection::MalformedSignedHeaders);
    }
    // The canonical form has one order and one case, whatever the list has.
    let spelled = "SignedHeaders=X-Amz-Date;Host;content-type";
    assert!(authorization(list, spelled).verify().is_ok());

    presigned("SignedHeaders=host", "SignedHeaders=date").refused(&Rejection::HostNotSigned);
    presigned("SignedHeaders=host", "SignedHeaders=host%3Bdate")
        .refused(&Rejection::SignedHeaderAbsent { name: "date".into() });
}

#[test]
fn the_query() {
    let mut request = Request::signed();
    request.query = "Action=DeleteUser".into();
    request.refused(&Rejection::SignatureMismatch);

    presigned("GetCallerIdentity", "GetSessionToken").refused(&Rejection::SignatureMismatch);
    presigned("&Version=2011-06-15", "").refused(&Rejection::SignatureMismatch);
    presigned("&Version", "&Extra=&Version").refused(&Rejection::SignatureMismatch);
    presigned("Action=", "Action=x&Action=").refused(&Rejection::SignatureMismatch);
    presigned("Expires=3600", "Expires=3601").refused(&Rejection::SignatureMismatch);
    presigned("Date=20150830T123600Z", "Date=20150830T123601Z")
        .refused(&Rejection::SignatureMismatch);
    // The order of parameters and the spelling of escapes carry no meaning.
    let mut request = presigned("%2F", "%2f");
    request.edit_query("Action=GetCallerIdentity&", "");
    request.query.push_str("&&Action=Get%43allerIdentity");
    assert!(request.verify().is_ok());
}

#[test]
fn a_plus_for_an_escaped_plus() {
    // A form decoder reads the first as a plus and the second as a space.
    let mut request = Request::unsigned_get();
    request.query.push_str("&Name=a%2Bb");
    let mut request = request.presign(None, TokenPlacement::Signed, 3600);
    request.edit_query("a%2Bb", "a+b");
    request.refused(&Rejection::SignatureMismatch);
}

#[test]
fn a_signature_parameter_repeated() {
    for name in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Security-Token",
        "X-Amz-Signature",
        "X-Amz-SignedHeaders",
    ] {
        let token = Some("token");
        let mut request = Request::unsigned_get().presign(token, TokenPlacement::Signed, 3600);
        request.query.push_str(&format!("&{name}=1"));
        request.refused(&Rejection::DuplicateParameter { name });
    }
    for (name, part) in [
        ("Credential", "Credential=a/b/c/d/e"),
        ("SignedHeaders", "SignedHeaders=host"),
        ("Signature", "Signature=00"),
    ] {
        let mut request = Request::signed();
        request.edit("authorization", "AWS4-HMAC-SHA256 ", &format!("AWS4-HMAC-SHA256 {part}, "));
        request.refused(&Rejection::DuplicateAuthorizationPart { name });
    }
}

#[test]
fn the_scope() {
    let mismatch = |mismatch| Rejection::ScopeMismatch(mismatch);
    let none = ScopeMismatch::default;
    for (from, to, expect) in [
        (
            "us-east-1",
            "us-west-2",
            ScopeMismatch { region: Some(Echo::new("us-west-2")), ..none() },
        ),
        (
            "us-east-1",
            "US-EAST-1",
            ScopeMismatch { region: Some(Echo::new("US-EAST-1")), ..none() },
        ),
        ("sts", "iam", ScopeMismatch { service: Some(Box::new(["sts".into()])), ..none() }),
        (
            "aws4_request",
            "aws5_request",
            ScopeMismatch { terminator: Some(Echo::new("aws5_request")), ..none() },
        ),
        (
            "20150830",
            "20150831",
            ScopeMismatch {
                date: Some(DateMismatch { claimed: Echo::new("20150831"), signed_at: signed_at() }),
                ..none()
            },
        ),
    ] {
        authorization(from, to).refused(&mismatch(expect.clone()));
        let escaped = format!("Credential={KEY_ID}%2F20150830%2Fus-east-1%2Fsts%2Faws4_request");
        presigned(&escaped, &escaped.replace(from, to)).refused(&mismatch(expect));
    }
}

#[test]
fn every_difference_of_the_scope_is_reported_at_once() {
    let expect = ScopeMismatch {
        region: Some(Echo::new("c")),
        service: Some(Box::new(["sts".into()])),
        terminator: Some(Echo::new("e")),
        date: Some(DateMismatch { claimed: Echo::new("b"), signed_at: signed_at() }),
    };
    authorization("20150830/us-east-1/sts/aws4_request", "b/c/d/e")
        .refused(&Rejection::ScopeMismatch(expect));
}

#[test]
fn a_scope_that_is_expected_but_was_not_signed() {
    // The key of the claimed scope is derived, so another region or service fails
    // even where any is expected.
    let mut expectations = expectations();
    expectations.regions = stead_sigv4::Expect::Any;
    let request = authorization("us-east-1", "us-west-2");
    let verdict = request.verify_with(&Settings::query_services(), signed_at(), &expectations);
    assert_eq!(verdict, Err(Rejection::SignatureMismatch));
}

#[test]
fn the_day_of_the_scope_with_the_time_of_the_request() {
    let mut request = Request::signed();
    request.edit("authorization", "20150830", "20150831");
    request.edit("x-amz-date", "20150830T123600Z", "20150831T000000Z");
    let verdict = request.verify_at(after(11 * 3600 + 24 * 60));
    assert_eq!(verdict, Err(Rejection::SignatureMismatch));
}

#[test]
fn the_key() {
    for request in [Request::signed(), Request::presigned()] {
        let claim = request.claim(&Settings::query_services()).unwrap();
        for secret in ["", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEy"] {
            let key = SigningKey::derive(&Secret::new(secret.into()), claim.scope());
            let body = BodyDigest::of(&request.body);
            let verdict = claim.verify(&key, body, signed_at(), &expectations());
            assert_eq!(verdict, Err(Rejection::SignatureMismatch));
        }
    }
}

#[test]
fn the_key_id() {
    // The key id is not signed in the header form: it selects the key. With the
    // right key the claim still says the wrong id, so the shell finds another key.
    let request = authorization(KEY_ID, "AKIAI44QH8DHBEXAMPLE");
    let claim = request.claim(&Settings::query_services()).unwrap();
    assert_eq!(claim.access_key_id(), "AKIAI44QH8DHBEXAMPLE");
    presigned(KEY_ID, "AKIAI44QH8DHBEXAMPLE").refused(&Rejection::SignatureMismatch);
}

#[test]
fn each_bit_of_the_signature() {
    for original in [Request::signed(), Request::presigned()] {
        let text = match original.query.is_empty() {
            true => original.header("authorization").to_string(),
            false => original.query.clone(),
        };
        let signature = text.split("Signature=").nth(1).unwrap().get(..64).unwrap();
        for (at, digit) in signature.char_indices() {
            let digit = digit.to_digit(16).unwrap();
            for bit in [1, 2, 4, 8] {
                let mut changed = signature.to_string();
                let other = char::from_digit(digit ^ bit, 16).unwrap();
                changed.replace_range(at..=at, &other.to_string());
                let mut request = original.clone();
                if request.query.is_empty() {
                    request.edit("authorization", signature, &changed);
                } else {
                    request.edit_query(signature, &changed);
                }
                request.refused(&Rejection::SignatureMismatch);
            }
        }
    }
}

#[test]
fn a_signature_that_is_none() {
    let request = Request::signed();
    let signature = request.header("authorization").split("Signature=").nth(1).unwrap().to_string();
    for other in [
        "0".to_string(),
        signature.to_uppercase(),
        signature[..62].to_string(),
        format!("{signature}00"),
        format!("{}zz", &signature[..62]),
        "é".repeat(32),
    ] {
        authorization(&signature, &other).refused(&Rejection::SignatureMismatch);
    }
}

#[test]
fn the_token_in_a_header() {
    let mut swapped = Request::signed_with_token();
    swapped.edit("x-amz-security-token", "token", "other");
    swapped.refused(&Rejection::SignatureMismatch);

    let mut removed = Request::signed_with_token();
    removed.remove("x-amz-security-token");
    removed.edit("authorization", ";x-amz-security-token", "");
    removed.refused(&Rejection::SignatureMismatch);

    for mut added in [Request::signed(), Request::presigned()] {
        added.add("X-Amz-Security-Token", "token");
        let name = "x-amz-security-token".into();
        added.refused(&Rejection::HeaderNotSigned { name });
    }
}

#[test]
fn the_token_in_a_presigned_query() {
    let token = Some("token");
    let signed = Request::unsigned_get().presign(token, TokenPlacement::Signed, 3600);
    assert!(signed.verify().is_ok());

    let mut swapped = signed.clone();
    swapped.edit_query("Security-Token=token", "Security-Token=other");
    swapped.refused(&Rejection::SignatureMismatch);

    let mut removed = signed.clone();
    removed.edit_query("&X-Amz-Security-Token=token", "");
    removed.refused(&Rejection::SignatureMismatch);

    let mut both = signed;
    both.add("X-Amz-Security-Token", "token");
    both.refused(&Rejection::HeaderAndParameter { name: "x-amz-security-token" });
}

#[test]
fn a_token_appended_to_a_presigned_query_is_accepted_unsigned() {
    let appended = Request::unsigned_get().presign(Some("token"), TokenPlacement::Appended, 3600);
    assert!(appended.verify().is_ok());
    // It is not signed, so it can be exchanged: what it opens decides.
    let mut swapped = appended.clone();
    swapped.edit_query("Security-Token=token", "Security-Token=other");
    assert!(swapped.verify().is_ok());
    let claim = swapped.claim(&Settings::query_services()).unwrap();
    assert_eq!(claim.security_token().unwrap().expose(), "other");
    // Everything else still is.
    let mut changed = appended;
    changed.edit_query("GetCallerIdentity", "GetSessionToken");
    changed.refused(&Rejection::SignatureMismatch);
}

#[test]
fn a_signature_in_both_places() {
    let mut request = Request::signed();
    request.query = Request::presigned().query;
    request.refused(&Rejection::BothForms);
    let mut request = Request::presigned();
    request.add("Authorization", "Bearer abc");
    request.refused(&Rejection::BothForms);
}

#[test]
fn no_signature_at_all() {
    Request::unsigned().refused(&Rejection::MissingAuthentication);
    presigned("X-Amz-Algorithm=AWS4-HMAC-SHA256&", "").refused(&Rejection::MissingAuthentication);
    presigned("X-Amz-Algorithm", "x-amz-algorithm").refused(&Rejection::MissingAuthentication);
}

#[test]
fn another_scheme_or_algorithm() {
    for scheme in ["", "Bearer abc", "Basic YTpi", "AWS AKID:c2ln", "aws4-hmac-sha256 a=b", "AWS4"]
    {
        let mut request = Request::unsigned();
        request.add("Authorization", scheme);
        request.refused(&Rejection::ForeignScheme);
    }
    for algorithm in ["AWS4-HMAC-SHA512", "AWS4-HMAC-SHA25", "AWS4-ECDSA-P256-SHA256", "AWS4-"] {
        let expect = Rejection::UnsupportedAlgorithm { algorithm: Echo::new(algorithm) };
        authorization("AWS4-HMAC-SHA256", algorithm).refused(&expect);
        presigned("AWS4-HMAC-SHA256", algorithm).refused(&expect);
    }
}

#[test]
fn parts_of_the_header_removed() {
    let mut request = Request::unsigned();
    request.add("Authorization", "AWS4-HMAC-SHA256");
    let header = Echo::new("AWS4-HMAC-SHA256");
    let missing = vec![
        AuthorizationPart::Credential,
        AuthorizationPart::Signature,
        AuthorizationPart::SignedHeaders,
        AuthorizationPart::Date,
    ];
    request.refused(&Rejection::IncompleteAuthorization { missing, header });

    let mut request = Request::signed();
    request.remove("x-amz-date");
    let header = Echo::new(request.header("authorization"));
    let missing = vec![AuthorizationPart::Date];
    request.refused(&Rejection::IncompleteAuthorization { missing, header });

    let request = authorization("Credential=", "Credential= ");
    let header = Echo::new(request.header("authorization"));
    let part = Echo::new(&format!("{KEY_ID}/20150830/us-east-1/sts/aws4_request"));
    request.refused(&Rejection::NotKeyValue { part, header });
}

#[test]
fn parts_of_the_query_removed() {
    for name in ["X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"] {
        let expect = Rejection::IncompleteQuery { missing: vec![name] };
        presigned(&format!("{name}="), &format!("{name}=&Was=")).refused(&expect);
        presigned(&format!("{name}="), "Was=").refused(&expect);
    }
}

#[test]
fn a_credential_without_five_parts() {
    for (from, to) in [
        (KEY_ID, "abc/def"),
        ("/aws4_request", ""),
        ("aws4_request", "aws4_request/"),
        ("20150830/us-east-1/sts/aws4_request", ""),
    ] {
        let request = authorization(from, to);
        let authorization = request.header("authorization");
        let credential = authorization.split(['=', ',']).nth(1).unwrap();
        let credential = Echo::new(credential);
        request.refused(&Rejection::MalformedCredential { credential });
    }
}

#[test]
fn a_date_that_is_none() {
    for date in ["201", "2015-08-30T12:36:00Z", "20150830T123660Z", "Sun, 30 Aug 2015"] {
        let mut request = Request::signed();
        request.edit("x-amz-date", "20150830T123600Z", date);
        request.refused(&Rejection::MalformedDate { date: Echo::new(date) });
        let expect = Rejection::MalformedDate { date: Echo::new(date) };
        presigned("20150830T123600Z", &date.replace(' ', "%20")).refused(&expect);
    }
}

#[test]
fn the_date_header_serves_where_there_is_no_x_amz_date() {
    let mut request = Request::signed();
    request.remove("x-amz-date");
    request.add("Date", "Sun, 30 Aug 2015 12:36:00 GMT");
    request.edit("authorization", ";x-amz-date", "");
    // The time is read, and the signature is another: it covered `x-amz-date`.
    request.refused(&Rejection::SignatureMismatch);
}

#[test]
fn a_request_that_is_too_old_or_too_new() {
    use std::time::Duration;
    let skew = Duration::from_secs(900);
    let request = Request::signed();
    assert!(request.verify_at(after(900)).is_ok());
    assert!(request.verify_at(before(900)).is_ok());
    assert_eq!(
        request.verify_at(after(901)),
        Err(Rejection::Expired { signed_at: signed_at(), now: after(901), lifetime: skew })
    );
    assert_eq!(
        request.verify_at(before(901)),
        Err(Rejection::NotYetCurrent { signed_at: signed_at(), now: before(901), skew_max: skew })
    );
}

#[test]
fn what_needs_no_key_is_known_before_the_key_is_looked_up() {
    let request = authorization("us-east-1", "us-west-2");
    let claim = request.claim(&Settings::query_services()).unwrap();
    let early = claim.check(signed_at(), &expectations());
    assert_eq!(early, request.verify().map(drop));
    assert!(
        Request::signed()
            .claim(&Settings::query_services())
            .is_ok_and(|claim| { claim.check(signed_at(), &expectations()).is_ok() })
    );
}
