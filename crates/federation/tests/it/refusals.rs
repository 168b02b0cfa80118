//! Every claim that a token can be refused for, with the neighbour that is accepted.

use serde_json::{Value, json};
use stead_federation::oidc::{
    Algorithm, ClientIds, Expected, Refusal, UnverifiedToken, limits, verify,
};
use stead_types::Timestamp;

use crate::support::{
    CLIENT, ISSUER, NOW, check, check_claims, claims, claims_with, expected, keys, now, token,
    token_with,
};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_epoch_seconds(seconds)
}

#[test]
fn times_have_five_minutes_of_grace_and_not_a_second_more() {
    let refused = [
        (json!({"exp": NOW - 300}), Refusal::Expired { now: now(), expires_at: at(NOW - 300) }),
        (
            json!({"iat": NOW + 301}),
            Refusal::IssuedInFuture { now: now(), issued_at: at(NOW + 301) },
        ),
        (json!({"nbf": NOW + 301}), Refusal::NotYetValid { now: now(), not_before: at(NOW + 301) }),
        (
            json!({"iat": NOW - 86_701}),
            Refusal::TooOld { age_seconds: 86_701, issued_at: at(NOW - 86_701) },
        ),
        // The age counts although the token says that it is good for a week.
        (
            json!({"iat": NOW - 441_398, "exp": NOW + 86_400}),
            Refusal::TooOld { age_seconds: 441_398, issued_at: at(NOW - 441_398) },
        ),
        // Old and expired is expired.
        (
            json!({"iat": NOW - 441_398, "exp": NOW - 86_400}),
            Refusal::Expired { now: now(), expires_at: at(NOW - 86_400) },
        ),
    ];
    for (changes, refusal) in refused {
        assert_eq!(check_claims(changes.clone()), Err(refusal), "{changes}");
    }
    for changes in [
        json!({"exp": NOW - 299}),
        json!({"iat": NOW + 300}),
        json!({"nbf": NOW + 300}),
        json!({"nbf": 0}),
        json!({"iat": NOW - 86_700}),
    ] {
        assert!(check_claims(changes.clone()).is_ok(), "{changes}");
    }
}

#[test]
fn moments_are_seconds_in_a_range() {
    for good in [json!(NOW + 10), json!(1_772_366_410.75), json!("1772366410"), json!(1.7724e9)] {
        let verified = check_claims(json!({ "exp": good.clone() })).unwrap();
        assert!(verified.expires_at() >= at(NOW + 10), "{good}");
    }
    for claim in ["exp", "iat", "nbf"] {
        for bad in [
            json!("soon"),
            json!(""),
            json!("-5"),
            json!("+1772366410"),
            json!("1e9"),
            json!(" 1772366410"),
            json!("99999999999999999999"),
            json!(-1),
            json!(-0.5),
            json!(1_772_366_410_000_i64),
            json!(1e300),
            json!(u64::MAX),
            json!(true),
            json!([NOW]),
            json!({"seconds": NOW}),
        ] {
            let refusal = check_claims(json!({ claim: bad.clone() })).unwrap_err();
            let found =
                matches!(&refusal, Refusal::MalformedClaim { claim: of, .. } if *of == claim);
            assert!(found, "{claim} {bad}: {refusal:?}");
        }
        let null = format!(r#"{{"iss":"{ISSUER}","sub":"s","aud":"a","iat":1,"exp":1,"nbf":1}}"#)
            .replace(&format!(r#""{claim}":1"#), &format!(r#""{claim}":null"#));
        let token = token_with(r#"{"alg":"ES256","kid":"p256"}"#, Algorithm::Es256, &null);
        let refusal = check(&token).unwrap_err();
        assert!(matches!(refusal, Refusal::MalformedClaim { .. }), "{claim}: {refusal:?}");
    }
}

#[test]
fn every_token_has_these_claims() {
    for claim in ["sub", "aud", "exp", "iat"] {
        let refusal = check_claims(json!({ claim: null })).unwrap_err();
        assert_eq!(refusal, Refusal::MissingClaim { claim });
    }
    assert!(check_claims(json!({"nbf": null, "azp": null})).is_ok());
}

#[test]
fn the_subject_is_a_text_with_bounds() {
    for bad in [json!(""), json!(7), json!(["a"]), json!("s".repeat(2_049))] {
        let refusal = check_claims(json!({ "sub": bad })).unwrap_err();
        assert!(matches!(refusal, Refusal::MalformedClaim { claim: "sub", .. }), "{refusal:?}");
    }
    assert!(check_claims(json!({"sub": "s".repeat(limits::SUBJECT_BYTES_MAX)})).is_ok());
}

#[test]
fn the_issuer_is_compared_exactly() {
    for other in [
        "https://idp.example.com/tenant/",
        "https://idp.example.com/TENANT",
        "https://idp.example.com",
        "http://idp.example.com/tenant",
        "idp.example.com/tenant",
        "https://idp.example.com/tenant ",
    ] {
        let refusal = check_claims(json!({ "iss": other })).unwrap_err();
        let (expected, found) = (ISSUER.to_owned(), other.to_owned());
        assert_eq!(refusal, Refusal::Issuer { expected, found });
    }
}

#[test]
fn the_audience_is_registered_or_azp_is() {
    let accepted = [
        (json!({"aud": CLIENT}), CLIENT),
        (json!({"aud": [CLIENT]}), CLIENT),
        (json!({"aud": ["other", "third"], "azp": CLIENT}), CLIENT),
        (json!({"aud": "other", "azp": CLIENT}), CLIENT),
        (json!({"aud": CLIENT, "azp": CLIENT}), CLIENT),
    ];
    for (changes, application) in accepted {
        let verified = check_claims(changes.clone()).unwrap();
        assert_eq!(verified.application_id(), application, "{changes}");
    }
    let audience = |found: &str, claim| Refusal::Audience {
        found: found.into(),
        claim,
        registered: vec![CLIENT.into()],
    };
    let refused = [
        (json!({"aud": "other"}), audience("other", "aud")),
        (json!({"aud": ["other"]}), audience("other", "aud")),
        (json!({"aud": "STS.example.com"}), audience("STS.example.com", "aud")),
        // `azp` decides although the audience is registered.
        (json!({"aud": CLIENT, "azp": "other"}), audience("other", "azp")),
        (
            json!({"aud": [CLIENT, "other"]}),
            Refusal::SeveralAudiences { audiences: vec![CLIENT.into(), "other".into()] },
        ),
        (
            json!({"aud": [CLIENT, CLIENT]}),
            Refusal::SeveralAudiences { audiences: vec![CLIENT.into(), CLIENT.into()] },
        ),
    ];
    for (changes, refusal) in refused {
        assert_eq!(check_claims(changes.clone()), Err(refusal), "{changes}");
    }
    for (claim, bad) in [
        ("aud", json!([])),
        ("aud", json!("")),
        ("aud", json!([CLIENT, ""])),
        ("aud", json!([CLIENT, 1])),
        ("aud", json!({"a": CLIENT})),
        ("aud", json!(vec!["a"; 101])),
        ("azp", json!("")),
        ("azp", json!([CLIENT])),
    ] {
        let refusal = check_claims(json!({ claim: bad.clone() })).unwrap_err();
        let found = matches!(&refusal, Refusal::MalformedClaim { claim: of, .. } if *of == claim);
        assert!(found, "{claim} {bad}: {refusal:?}");
    }
}

#[test]
fn a_provider_without_client_ids_accepts_nobody() {
    let token = token(Algorithm::Es256, &claims());
    let token = UnverifiedToken::parse(&token).unwrap();
    let nobody = Expected { client_ids: ClientIds::Registered(&[]), ..expected() };
    let refusal = verify(&token, &keys(), &nobody, now()).unwrap_err();
    assert!(matches!(refusal, Refusal::Audience { registered, .. } if registered.is_empty()));
}

#[test]
fn where_every_application_counts_a_token_must_still_say_which_it_is_of() {
    let anybody = Expected { client_ids: ClientIds::Any, ..expected() };
    let verdict = |claims| {
        let text = token(Algorithm::Es256, &claims_with(claims));
        let token = UnverifiedToken::parse(&text).unwrap();
        verify(&token, &keys(), &anybody, now())
            .map(|verified| verified.application_id().to_owned())
    };
    assert_eq!(verdict(json!({"aud": "anything"})).unwrap(), "anything");
    assert_eq!(verdict(json!({"aud": ["a", "b"], "azp": "c"})).unwrap(), "c");
    let several = verdict(json!({"aud": ["a", "b"]})).unwrap_err();
    assert!(matches!(several, Refusal::SeveralAudiences { .. }), "{several:?}");
    let none = verdict(json!({"aud": []})).unwrap_err();
    assert!(matches!(none, Refusal::MalformedClaim { claim: "aud", .. }), "{none:?}");
}

/// Claims, and whether a refusal is the one that they must get.
type Step = (Value, fn(&Refusal) -> bool);

#[test]
fn the_first_reason_in_the_documented_order_is_given() {
    // Each line repairs what the line before was refused for.
    let steps: [Step; 5] = [
        (
            json!({"iss": "https://other", "sub": 1, "exp": 1, "aud": "x", "https://aws.amazon.com/tags": 1}),
            |refusal| matches!(refusal, Refusal::Issuer { .. }),
        ),
        (json!({"sub": 1, "exp": 1, "aud": "x", "https://aws.amazon.com/tags": 1}), |refusal| {
            matches!(refusal, Refusal::MalformedClaim { claim: "sub", .. })
        }),
        (json!({"exp": 1, "aud": "x", "https://aws.amazon.com/tags": 1}), |refusal| {
            matches!(refusal, Refusal::Expired { .. })
        }),
        (json!({"aud": "x", "https://aws.amazon.com/tags": 1}), |refusal| {
            matches!(refusal, Refusal::Audience { .. })
        }),
        (json!({"https://aws.amazon.com/tags": 1}), |refusal| {
            matches!(refusal, Refusal::MalformedClaim { .. })
        }),
    ];
    for (changes, is_expected) in steps {
        let refusal = check_claims(changes.clone()).unwrap_err();
        assert!(is_expected(&refusal), "{changes}: {refusal:?}");
        // With a bad signature, none of it is looked at.
        let mut token = token(Algorithm::Es256, &claims_with(changes));
        let end = if token.pop() == Some('A') { 'Q' } else { 'A' };
        token.push(end);
        assert!(matches!(check(&token), Err(Refusal::Signature { .. })));
    }
}
