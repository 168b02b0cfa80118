//! What the signature says about the body, and what a service accepts.

use stead_sigv4::{
    BodyDigest, Chunked, ChunkedPayload, Payload, PayloadMode, Rejection, Settings, SigningKey,
    TokenPlacement, UnsignedPayload, Verified,
};

use crate::request::{BODY, Request, expectations, secret, signed_at};

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const CHUNKED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
const CHUNKED_UNSIGNED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

fn declared(unsigned: UnsignedPayload, chunked: ChunkedPayload) -> Settings {
    Settings { payload: PayloadMode::Declared { unsigned, chunked }, ..Settings::s3() }
}

/// Signs a request that declares `value`, for a service with these settings.
fn declaring(value: &str, settings: &Settings) -> Request {
    let mut request = Request::unsigned();
    request.add("x-amz-content-sha256", value);
    // The declared value is signed as a header like any other, and once more as
    // the last line by what the settings say.
    let computed = Settings { payload: PayloadMode::Computed, ..*settings };
    request.sign(None, &computed)
}

fn verify(request: &Request, settings: &Settings, body: BodyDigest) -> Result<Verified, Rejection> {
    let claim = request.claim(settings)?;
    let key = SigningKey::derive(&secret(), claim.scope());
    claim.verify(&key, body, signed_at(), &expectations())
}

#[test]
fn a_query_service_takes_no_body_it_has_not_hashed() {
    let settings = Settings::query_services();
    for (value, expect) in [
        (UNSIGNED, Rejection::UnsignedPayload),
        (CHUNKED, Rejection::ChunkedPayload),
        (CHUNKED_UNSIGNED, Rejection::ChunkedPayload),
        ("", Rejection::BodyDigestMalformed),
        ("required", Rejection::BodyDigestMalformed),
        ("e3b0c4", Rejection::BodyDigestMalformed),
        ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", Rejection::BodyDigestMalformed),
    ] {
        let verdict = verify(&declaring(value, &settings), &settings, BodyDigest::of(BODY));
        assert_eq!(verdict, Err(expect), "{value}");
    }
    let verdict = verify(&Request::signed(), &settings, BodyDigest::NotRead);
    assert_eq!(verdict, Err(Rejection::BodyNotRead));
}

#[test]
fn a_query_service_refuses_an_unsigned_body_in_the_query_too() {
    let mut request = Request::unsigned_get();
    request.query.push_str("&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD");
    let request = request.presign(None, TokenPlacement::Signed, 60);
    request.refused(&Rejection::UnsignedPayload);

    let mut both = Request::unsigned_get();
    both.query.push_str("&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD");
    both.add("x-amz-content-sha256", UNSIGNED);
    let both = both.presign(None, TokenPlacement::Signed, 60);
    both.refused(&Rejection::HeaderAndParameter { name: "x-amz-content-sha256" });
}

#[test]
fn a_digest_that_is_declared_and_computed_must_be_the_same() {
    let settings = Settings::query_services();
    let right = Payload::of(BODY).to_text();
    assert!(verify(&declaring(&right, &settings), &settings, BodyDigest::of(BODY)).is_ok());
    let upper = right.to_uppercase();
    assert!(verify(&declaring(&upper, &settings), &settings, BodyDigest::of(BODY)).is_ok());
    let wrong = Payload::of(b"other").to_text();
    let verdict = verify(&declaring(&wrong, &settings), &settings, BodyDigest::of(BODY));
    assert_eq!(verdict, Err(Rejection::BodyDigestMismatch));

    let mut twice = declaring(&right, &settings);
    twice.add("x-amz-content-sha256", &right);
    let verdict = verify(&twice, &settings, BodyDigest::of(BODY));
    assert_eq!(verdict, Err(Rejection::DuplicateHeader { name: "x-amz-content-sha256" }));
}

#[test]
fn a_declared_digest_is_compared_when_the_body_is_read() {
    let settings = Settings::s3();
    let request = Request::unsigned().sign(None, &settings);
    let verified = verify(&request, &settings, BodyDigest::NotRead).unwrap();
    assert_eq!(verified.payload(), Payload::of(BODY));
    assert!(verify(&request, &settings, BodyDigest::of(BODY)).is_ok());
    let verdict = verify(&request, &settings, BodyDigest::of(b"other"));
    assert_eq!(verdict, Err(Rejection::BodyDigestMismatch));

    let silent = Request::signed();
    let verdict = verify(&silent, &settings, BodyDigest::NotRead);
    assert_eq!(verdict, Err(Rejection::BodyDigestAbsent));
}

#[test]
fn an_unsigned_or_chunked_body_needs_the_service_to_say_so() {
    use ChunkedPayload as C;
    use UnsignedPayload as U;
    let cases = [
        (Payload::Unsigned, U::Refused, C::Refused, Err(Rejection::UnsignedPayload)),
        (Payload::Unsigned, U::Allowed, C::Refused, Ok(())),
        (Payload::Chunked(Chunked::Signed), U::Allowed, C::Refused, Err(Rejection::ChunkedPayload)),
        (Payload::Chunked(Chunked::Signed), U::Refused, C::Allowed, Ok(())),
        (Payload::Chunked(Chunked::SignedWithTrailer), U::Refused, C::Allowed, Ok(())),
        (
            Payload::Chunked(Chunked::UnsignedWithTrailer),
            U::Refused,
            C::Allowed,
            Err(Rejection::UnsignedPayload),
        ),
        (Payload::Chunked(Chunked::UnsignedWithTrailer), U::Allowed, C::Allowed, Ok(())),
    ];
    for (payload, unsigned, chunked, expect) in cases {
        let settings = declared(unsigned, chunked);
        let request = signed_as(payload, &settings);
        let verdict = verify(&request, &settings, BodyDigest::NotRead);
        assert_eq!(verdict.map(|verified| assert_eq!(verified.payload(), payload)), expect);
    }
}

fn signed_as(payload: Payload, settings: &Settings) -> Request {
    let mut request = Request::unsigned();
    let secret = secret();
    let signer = stead_sigv4::Signer {
        access_key_id: "AKIAIOSFODNN7EXAMPLE",
        secret: &secret,
        security_token: None,
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service: "sts",
        settings: *settings,
    };
    let added = request.with_head(|head| signer.sign_headers(head, payload, signed_at())).unwrap();
    for header in added {
        request.add(header.name, &header.value);
    }
    request
}

#[test]
fn the_seed_of_the_chunks_is_the_signature() {
    let settings = declared(UnsignedPayload::Refused, ChunkedPayload::Allowed);
    let request = signed_as(Payload::Chunked(Chunked::Signed), &settings);
    let verified = verify(&request, &settings, BodyDigest::NotRead).unwrap();
    let text: String = verified.signature().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(request.header("authorization").ends_with(&text));
}
