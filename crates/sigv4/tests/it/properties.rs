//! Whatever the request, signer and verifier agree with each other and with the
//! specification read literally; whatever the bytes, nothing panics.

use std::time::Duration;

use proptest::prelude::*;
use stead_sigv4::{
    BodyDigest, Claim, Expect, Expectations, PathEncoding, PathNormalisation, Payload, PayloadMode,
    PlusInQuery, RequestHead, Settings, Signer, SigningKey, TokenPlacement,
};
use stead_types::{Secret, Timestamp};

use crate::reference;
use crate::request::Request;

/// Pieces of percent-encoded text, well-formed, with the characters that matter.
fn encoded() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof!["[a-zA-Z0-9._~-]{1,3}", "%[0-9a-fA-F]{2}", "[+ *'()!$@:,;é/?]", "%2[fFbB5]"],
        0..6,
    )
    .prop_map(|pieces| pieces.concat())
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        encoded().prop_map(|text| text.replace(['/', '?'], "")),
        Just(String::from("..")),
        Just(String::from(".")),
        Just(String::new()),
    ];
    prop::collection::vec(segment, 1..6).prop_map(|segments| format!("/{}", segments.join("/")))
}

fn query() -> impl Strategy<Value = String> {
    let pair = prop_oneof![
        (encoded(), encoded()).prop_map(|(name, value)| format!("{name}={value}")),
        encoded(),
    ];
    prop::collection::vec(pair, 0..6).prop_map(|pairs| pairs.join("&"))
}

fn headers() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    let name = prop_oneof!["[xX]-[aA]mz-[a-c]", "[A-Ca-c]", "Content-[TL]"];
    let value = "[ \t\"a-c,]{0,8}(\r\n[ \t][a-c ]{0,4})?[é]?";
    let header = (name, value.prop_map(String::into_bytes));
    prop::collection::vec(header, 0..6).prop_map(|mut headers| {
        headers.push(("Host".into(), b"example.com:4566".to_vec()));
        headers
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    (
        prop_oneof![Just(PathEncoding::Single), Just(PathEncoding::Double)],
        prop_oneof![Just(PathNormalisation::Normalise), Just(PathNormalisation::Keep)],
        prop_oneof![Just(PlusInQuery::Space), Just(PlusInQuery::Literal)],
    )
        .prop_map(|(path_encoding, path_normalisation, plus)| Settings {
            path_encoding,
            path_normalisation,
            plus,
            payload: PayloadMode::Computed,
        })
}

fn request() -> impl Strategy<Value = Request> {
    let method = prop_oneof![Just("GET"), Just("POST"), Just("PROPFIND")];
    let body = prop::collection::vec(any::<u8>(), 0..20);
    (method, path(), query(), headers(), body).prop_map(|(method, path, query, headers, body)| {
        Request { method: method.into(), path, query, headers, body }
    })
}

fn now() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000).prop_map(Timestamp::from_epoch_seconds)
}

const REGION: &str = "eu-central-1";
const SERVICE: &str = "service";

fn signer<'a>(
    secret: &'a Secret<String>,
    token: Option<&'a Secret<String>>,
    token_placement: TokenPlacement,
    settings: Settings,
) -> Signer<'a> {
    Signer {
        access_key_id: "AKIDEXAMPLE",
        secret,
        security_token: token,
        token_placement,
        region: REGION,
        service: SERVICE,
        settings,
    }
}

fn verify(request: &Request, secret: &Secret<String>, settings: &Settings, now: Timestamp) -> bool {
    let Ok(claim) = request.claim(settings) else { return false };
    let key = SigningKey::derive(secret, claim.scope());
    let expectations = Expectations::new(Expect::OneOf(&[SERVICE]), Expect::OneOf(&[REGION]));
    claim.verify(&key, BodyDigest::of(&request.body), now, &expectations).is_ok()
}

proptest! {
    #[test]
    fn what_is_signed_in_headers_is_accepted_and_is_what_the_specification_says(
        mut request in request(), settings in settings(), now in now(), secret in "[ -~]{1,60}",
        token in prop::option::of("[a-zA-Z0-9+/=]{1,40}"),
    ) {
        let secret = Secret::new(secret);
        let token = token.map(Secret::new);
        let signer = signer(&secret, token.as_ref(), TokenPlacement::Signed, settings);
        let payload = Payload::of(&request.body);
        let added = request.with_head(|head| signer.sign_headers(head, payload, now)).unwrap();
        for header in added {
            request.add(header.name, &header.value);
        }

        let claim = request.claim(&settings).unwrap();
        let signed: Vec<String> = claim.signed_headers().map(String::from).collect();
        let canonical = reference::canonical_request(
            &request.method, &request.path, &request.query, &request.headers, &signed,
            &reference::sha256_hex(&request.body), &settings,
        );
        let claimed = claim.canonical_request(payload);
        let (claimed, said) =
            (String::from_utf8_lossy(&claimed), String::from_utf8_lossy(&canonical));
        prop_assert_eq!(claimed, said);
        let (time, date) = (now.to_basic(), now.to_basic_date());
        let scope = [date.as_str(), REGION, SERVICE, "aws4_request"];
        let expect = reference::signature(secret.expose(), &time, &scope, &canonical);
        prop_assert!(request.header("authorization").ends_with(&expect));
        prop_assert!(verify(&request, &secret, &settings, now));
    }

    #[test]
    fn what_is_presigned_is_accepted_for_as_long_as_it_says(
        mut request in request(), settings in settings(), now in now(), secret in "[ -~]{1,60}",
        token in prop::option::of("[a-zA-Z0-9+/=]{1,40}"), is_appended: bool,
        lifetime in 1_u64..=604_800, age in 0_u64..700_000,
    ) {
        let placement =
            if is_appended { TokenPlacement::Appended } else { TokenPlacement::Signed };
        let secret = Secret::new(secret);
        let token = token.map(Secret::new);
        let signer = signer(&secret, token.as_ref(), placement, settings);
        let payload = Payload::of(&request.body);
        let duration = Duration::from_secs(lifetime);
        request.query =
            request.with_head(|head| signer.presign(head, payload, now, duration)).unwrap();
        let later = now.plus(Duration::from_secs(age));
        prop_assert_eq!(verify(&request, &secret, &settings, later), age <= lifetime);
        prop_assert!(!verify(&request, &Secret::new("other".into()), &settings, now));
    }

    #[test]
    fn a_changed_character_is_refused_unless_it_means_the_same(
        request in request(), settings in settings(), now in now(),
        at in any::<prop::sample::Index>(), to in "[a-zA-Z0-9+/ .&=%]", in_query: bool,
    ) {
        let secret = Secret::new(String::from("secret"));
        let signer = signer(&secret, None, TokenPlacement::Signed, settings);
        let payload = Payload::of(&request.body);
        let mut signed = request.clone();
        signed.query = signed
            .with_head(|head| signer.presign(head, payload, now, Duration::from_secs(60)))
            .unwrap();
        let mut changed = signed.clone();
        let text = if in_query { &mut changed.query } else { &mut changed.path };
        let (start, character) = text.char_indices().nth(at.index(text.chars().count())).unwrap();
        text.replace_range(start..start + character.len_utf8(), &to);
        let same = |settings: &Settings| {
            let (Ok(left), Ok(right)) = (signed.claim(settings), changed.claim(settings)) else {
                return false;
            };
            left.canonical_request(payload) == right.canonical_request(payload)
        };
        let is_accepted = verify(&changed, &secret, &settings, now);
        // An added or removed `X-Amz-Signature` changes the claim but not the text.
        prop_assert!(!is_accepted || same(&settings), "{:?}", changed);
    }

    #[test]
    fn nothing_panics(
        method in ".{0,4}", path in ".{0,20}", query in ".{0,60}",
        names in prop::collection::vec("(?i)(authorization|host|x-amz-date|date|.{0,3})", 0..6),
        values in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..30),
                "AWS4-HMAC-SHA256 (Credential|Signature|SignedHeaders|[a-z,= /;]){0,6}"
                    .prop_map(String::into_bytes),
            ],
            6,
        ),
    ) {
        let headers: Vec<(&str, &[u8])> =
            names.iter().map(String::as_str).zip(values.iter().map(Vec::as_slice)).collect();
        let head = RequestHead { method: &method, path: &path, query: &query, headers: &headers };
        for settings in [Settings::query_services(), Settings::s3()] {
            if let Err(rejection) = Claim::parse(&head, &settings) {
                prop_assert!(!rejection.aws_text().message.is_empty());
            }
        }
    }

    #[test]
    fn nothing_panics_on_almost_a_presigned_query(
        pairs in prop::collection::vec(
            (
                "X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token)",
                prop_oneof![
                    Just(String::from("AWS4-HMAC-SHA256")), "[0-9]{0,24}", "[a-z/;%]{0,12}",
                    "20150830T1[0-9]{5}Z", "host(;[a-z]){0,3}", "a/20150830/r/s/aws4_request",
                ],
            ),
            0..9,
        ),
    ) {
        let pairs: Vec<String> =
            pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request { query: pairs.join("&"), ..Request::unsigned_get() };
        let _ = request.verify().map_err(|rejection| rejection.aws_text());
    }
}
