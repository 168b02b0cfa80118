//! What a request says of its signature.

use std::collections::BTreeSet;

use stead_sigv4::{
    BodyDigest, Claim, Expect, Expectations, Form, Payload, RequestHead, Settings, Signer,
    SigningKey, TokenPlacement,
};
use stead_types::{Secret, Timestamp};

type Header<'a> = (&'a str, &'a [u8]);

/// A request head as a client might sign it: method, path, query and headers, one
/// line each. No signature that it brings along is verified, and what is said to cover the
/// request does. Then it is signed: that verifies, and no longer does under another host
/// or method.
pub fn signature_claim(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let (method, path, query) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let headers: Vec<Header<'_>> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name, value.as_bytes()))
        .collect();
    let head = RequestHead { method, path, query, headers: &headers };
    for settings in [Settings::query_services(), Settings::s3()] {
        if let Ok(claim) = Claim::parse(&head, &settings) {
            nobody_made_it(&claim, &headers);
        }
        signed(&head, settings);
    }
}

fn nobody_made_it(claim: &Claim, headers: &[Header<'_>]) {
    let expectations = Expectations::new(Expect::Any, Expect::Any);
    let time = claim.claimed_time();
    let key = SigningKey::derive(&secret(), claim.scope());
    let verified = claim.verify(&key, BodyDigest::of(b""), time, &expectations);
    assert!(verified.is_err(), "a signature that nobody made was verified");
    if claim.check(time, &expectations).is_ok() {
        must_cover(claim, headers);
    }
}

/// Spec: IAM User Guide, "Create a signed AWS API request": the canonical headers must
/// include the host and any `x-amz-*` header of the request.
fn must_cover(claim: &Claim, headers: &[Header<'_>]) {
    let signed: BTreeSet<_> = claim.signed_headers().map(str::to_owned).collect();
    let sent: Vec<_> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    assert!(signed.contains("host"), "the host is not signed: {signed:?}");
    assert_eq!(sent.iter().filter(|name| *name == "host").count(), 1, "which host?");
    for name in sent.iter().filter(|name| name.starts_with("x-amz-")) {
        assert!(signed.contains(name), "{name} is not signed");
    }
    assert!(signed.iter().all(|name| sent.contains(name)), "{signed:?} of {sent:?}");
}

/// The request without what it says of a signature, signed and taken apart again.
fn signed(head: &RequestHead<'_>, settings: Settings) {
    let secret = secret();
    let signer = Signer {
        access_key_id: "AKIDEXAMPLE",
        secret: &secret,
        security_token: None,
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service: "sts",
        settings,
    };
    let is_of_signature = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with("x-amz-") || ["authorization", "date"].contains(&name.as_str())
    };
    let mut headers = head.headers.to_vec();
    headers.retain(|(name, _)| !is_of_signature(name));
    let bare = RequestHead { headers: &headers, ..*head };
    let now = Timestamp::from_epoch_seconds(1_440_938_160);
    let Ok(added) = signer.sign_headers(&bare, Payload::of(b""), now) else { return };
    let mut all = headers.clone();
    all.extend(added.iter().map(|header| (header.name, header.value.as_bytes())));
    let verifies = |head: &RequestHead<'_>| {
        let claim = Claim::parse(head, &settings).ok()?;
        assert_eq!(claim.form(), Form::Header);
        let key = SigningKey::derive(&secret, claim.scope());
        let expectations = Expectations::new(Expect::OneOf(&["sts"]), Expect::Any);
        Some(claim.verify(&key, BodyDigest::of(b""), now, &expectations).is_ok())
    };
    // A query of the presigned form beside a header is refused as ambiguous.
    let Some(is_verified) = verifies(&RequestHead { headers: &all, ..*head }) else { return };
    assert!(is_verified, "what was signed is not verified");
    must_not_leave_out(&all, head, settings, now);
    let other = format!("{}X", head.method);
    let other = RequestHead { method: &other, headers: &all, ..*head };
    assert_ne!(verifies(&other), Some(true), "under another method");
    for (name, value) in &mut all {
        if name.eq_ignore_ascii_case("host") {
            *value = b"elsewhere.example";
        }
    }
    let has_changed = !headers.iter().any(|(_, value)| value.trim_ascii() == b"elsewhere.example");
    let other = RequestHead { headers: &all, ..*head };
    assert!(!has_changed || verifies(&other) != Some(true), "for another host");
}

/// Says that fewer headers were signed: with the host or the date among them and no longer
/// in the list, and for a request without a host. Nothing of it passes.
fn must_not_leave_out(
    all: &[Header<'_>],
    head: &RequestHead<'_>,
    settings: Settings,
    now: Timestamp,
) {
    let expectations = Expectations::new(Expect::Any, Expect::Any);
    let is_authorization = |name: &str| name.eq_ignore_ascii_case("authorization");
    let Some((_, authorization)) = all.iter().find(|(name, _)| is_authorization(name)) else {
        return;
    };
    let authorization = std::str::from_utf8(authorization).expect("it was made just now");
    let (before, rest) = authorization.split_once("SignedHeaders=").expect("a list");
    let (list, after) = rest.split_once(',').expect("a signature");
    for (left_out, is_sent) in [("host", true), ("host", false), ("x-amz-date", true)] {
        let names: Vec<_> = list.split(';').filter(|name| *name != left_out).collect();
        let changed = format!("{before}SignedHeaders={},{after}", names.join(";"));
        let mut headers = all.to_vec();
        headers.retain(|(name, _)| is_sent || !name.eq_ignore_ascii_case(left_out));
        for (name, value) in &mut headers {
            if is_authorization(name) {
                *value = changed.as_bytes();
            }
        }
        let head = RequestHead { headers: &headers, ..*head };
        let passes = Claim::parse(&head, &settings)
            .is_ok_and(|claim| claim.check(now, &expectations).is_ok());
        assert!(!passes, "{left_out} is not signed; whether it is sent: {is_sent}");
    }
}

fn secret() -> Secret<String> {
    Secret::new("secret".to_owned())
}
