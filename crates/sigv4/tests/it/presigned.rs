//! How long a presigned request is good for.

use std::time::Duration;

use stead_sigv4::{Echo, PresignedLifetime, Rejection, Settings, TokenPlacement};

use crate::request::{Request, after, before, expectations, signed_at};

fn presigned_for(seconds: u64) -> Request {
    Request::unsigned_get().presign(None, TokenPlacement::Signed, seconds)
}

fn expired(now: stead_types::Timestamp, seconds: u64) -> Rejection {
    Rejection::Expired { signed_at: signed_at(), now, lifetime: Duration::from_secs(seconds) }
}

#[test]
fn it_is_good_to_the_last_second_it_declares() {
    for seconds in [1, 60, 3600, 604_800] {
        let request = presigned_for(seconds);
        assert!(request.verify_at(after(seconds)).is_ok(), "{seconds}");
        let late = after(seconds + 1);
        assert_eq!(request.verify_at(late), Err(expired(late, seconds)));
    }
}

#[test]
fn it_may_lie_ahead_no_further_than_the_skew() {
    let request = presigned_for(1);
    assert!(request.verify_at(before(900)).is_ok());
    let skew_max = Duration::from_secs(900);
    assert_eq!(
        request.verify_at(before(901)),
        Err(Rejection::NotYetCurrent { signed_at: signed_at(), now: before(901), skew_max })
    );
}

#[test]
fn a_lifetime_out_of_range_is_refused() {
    for (text, seconds) in [
        ("0", 0),
        ("604801", 604_801),
        ("18446744073709551615", u64::MAX),
        ("18446744073709551616", u64::MAX),
        ("99999999999999999999999999", u64::MAX),
    ] {
        let mut request = presigned_for(60);
        request.edit_query("Expires=60", &format!("Expires={text}"));
        request.refused(&Rejection::ExpiryOutOfRange { seconds });
    }
    for text in ["", "-1", "%2B1", "1.5", "60s", "%201", "٣"] {
        let mut request = presigned_for(60);
        request.edit_query("Expires=60", &format!("Expires={text}"));
        let expiry = Echo::new(match text {
            "%2B1" => "+1",
            "%201" => " 1",
            other => other,
        });
        request.refused(&Rejection::MalformedExpiry { expiry });
    }
}

#[test]
fn the_signer_makes_no_lifetime_out_of_range() {
    let request = Request::unsigned_get();
    for seconds in [0, 604_801] {
        let secret = crate::request::secret();
        let signer = stead_sigv4::Signer {
            access_key_id: "AKIAIOSFODNN7EXAMPLE",
            secret: &secret,
            security_token: None,
            token_placement: TokenPlacement::Signed,
            region: "us-east-1",
            service: "sts",
            settings: Settings::query_services(),
        };
        let payload = stead_sigv4::Payload::of(b"");
        let lifetime = Duration::from_secs(seconds);
        let result = request.with_head(|head| signer.presign(head, payload, signed_at(), lifetime));
        assert_eq!(result, Err(Rejection::ExpiryOutOfRange { seconds }));
    }
}

#[test]
fn a_service_may_ignore_the_declared_lifetime_as_sts_does() {
    let mut expectations = expectations();
    expectations.presigned_lifetime = PresignedLifetime::Skew;
    let settings = Settings::query_services();
    for seconds in [60, 604_800] {
        let request = presigned_for(seconds);
        assert!(request.verify_with(&settings, after(900), &expectations).is_ok());
        let verdict = request.verify_with(&settings, after(901), &expectations);
        assert_eq!(verdict, Err(expired(after(901), 900)));
    }
    let mut request = presigned_for(60);
    request.edit_query("Expires=60", "Expires=0");
    let verdict = request.verify_with(&settings, signed_at(), &expectations);
    assert_eq!(verdict, Err(Rejection::ExpiryOutOfRange { seconds: 0 }));
}

#[test]
fn without_a_declared_lifetime_the_skew_counts() {
    let mut request = presigned_for(60);
    request.edit_query("&X-Amz-Expires=60", "");
    // Only the time is judged here: the parameter was signed.
    assert_eq!(request.verify_at(after(900)), Err(Rejection::SignatureMismatch));
    assert_eq!(request.verify_at(after(901)), Err(expired(after(901), 900)));
}
