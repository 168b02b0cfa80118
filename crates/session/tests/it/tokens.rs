use std::time::Duration;

use stead_session::limits::TOKEN_CHARACTERS_MAX;
use stead_session::{
    Claims, Federation, Holder, IssueError, OpenError, SessionPrincipal, issue, open,
};
use stead_types::AccessKeyKind;

use crate::fixtures::{Counting, HOUR, NOW, full, keyring, plain};

fn other_principals() -> [SessionPrincipal; 4] {
    let user = || Holder::User { user_id: "AIDAQNZGKIQY56JQ7WMLA".parse().unwrap() };
    let name = "bob.x";
    [
        SessionPrincipal::FederatedUser { holder: user(), name: name.parse().unwrap() },
        SessionPrincipal::FederatedUser { holder: Holder::Root, name: name.parse().unwrap() },
        SessionPrincipal::SessionToken { holder: user() },
        SessionPrincipal::SessionToken { holder: Holder::Root },
    ]
}

#[test]
fn what_was_issued_opens_to_the_same() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let others = other_principals().map(|principal| Claims { principal, ..full() });
    for claims in [plain(), full()].into_iter().chain(others) {
        let issued = issue(&keyring, &claims, &mut entropy).unwrap();
        let token = issued.session_token.expose();
        let session = open(&keyring, &issued.access_key_id, token, NOW).unwrap();
        assert_eq!(session.claims, claims);
        assert_eq!(session.access_key_id, issued.access_key_id);
        assert!(session.secret_access_key == issued.secret_access_key);
        assert_eq!(issued.expires_at, claims.expires_at);
    }
}

#[test]
fn credentials_have_the_shape_of_aws_s() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let issued = issue(&keyring, &plain(), &mut entropy).unwrap();
    let id = &issued.access_key_id;
    assert_eq!((id.kind(), id.as_str().len()), (AccessKeyKind::Temporary, 20));
    assert_eq!(id.claimed_account(), Some(plain().account));
    let secret = issued.secret_access_key.expose();
    assert_eq!(secret.len(), 40);
    assert!(secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte)));
}

#[test]
fn two_sessions_of_equal_claims_share_nothing() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let first = issue(&keyring, &plain(), &mut entropy).unwrap();
    let second = issue(&keyring, &plain(), &mut entropy).unwrap();
    assert_ne!(first.access_key_id, second.access_key_id);
    assert!(first.secret_access_key != second.secret_access_key);
    assert!(first.session_token != second.session_token);
}

#[test]
fn a_session_ends_on_the_second() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let issued = issue(&keyring, &plain(), &mut entropy).unwrap();
    let at = issued.expires_at;
    let open_at = |now| open(&keyring, &issued.access_key_id, issued.session_token.expose(), now);
    assert!(open_at(at.minus(Duration::from_secs(1))).is_ok());
    assert_eq!(open_at(at).unwrap_err(), OpenError::Expired { at });
    assert_eq!(open_at(at.plus(HOUR)).unwrap_err(), OpenError::Expired { at });
    // A clock that lags behind the issuer's is no reason to refuse.
    assert!(open_at(NOW.minus(Duration::from_secs(900))).is_ok());
}

#[test]
fn a_session_lasts_a_second_to_a_day_and_a_half() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let mut lasting = |seconds: i64| {
        let moment = NOW.epoch_seconds() + seconds;
        let expires_at = stead_types::Timestamp::from_epoch_seconds(moment);
        issue(&keyring, &Claims { expires_at, ..plain() }, &mut entropy).map(|_| ())
    };
    for good in [1, 900, 129_600] {
        assert_eq!(lasting(good), Ok(()), "{good}");
    }
    for bad in [i64::from(i32::MIN), -1, 0, 129_601] {
        assert_eq!(lasting(bad), Err(IssueError::Lifetime), "{bad}");
    }
}

#[test]
fn claims_of_a_provider_are_bounded() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let mut of_length = |length: usize| {
        let federation =
            Some(Federation { provider: "x".repeat(length), claims: Default::default() });
        issue(&keyring, &Claims { federation, ..plain() }, &mut entropy).map(|_| ())
    };
    // The flag, the length of the provider and the number of claims take four bytes.
    assert_eq!(of_length(3_068), Ok(()));
    assert_eq!(of_length(3_069), Err(IssueError::FederationTooLong));
    assert_eq!(of_length(70_000), Err(IssueError::FederationTooLong));
}

#[test]
fn the_largest_claims_fit_a_header_line() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let claims = crate::packed::largest();
    let issued = issue(&keyring, &claims, &mut entropy).unwrap();
    let token = issued.session_token.expose();
    assert!(token.len() <= TOKEN_CHARACTERS_MAX, "{}", token.len());
    assert_eq!(token.len(), 7_252);
    let session = open(&keyring, &issued.access_key_id, token, NOW).unwrap();
    assert_eq!(session.claims, claims);
}

#[test]
fn long_claims_of_a_provider_take_the_room_of_policies_and_tags() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let mut of_length = |length: usize| {
        let provider = "p".repeat(length);
        let federation = Some(Federation { provider, claims: Default::default() });
        issue(&keyring, &Claims { federation, ..crate::packed::largest() }, &mut entropy)
    };
    assert_eq!(of_length(1_583).unwrap().session_token.expose().len(), TOKEN_CHARACTERS_MAX);
    assert_eq!(of_length(1_584).unwrap_err(), IssueError::TooLong);
}

#[test]
fn nothing_secret_is_printed() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let issued = issue(&keyring, &plain(), &mut entropy).unwrap();
    let token = issued.session_token.expose();
    let session = open(&keyring, &issued.access_key_id, token, NOW).unwrap();
    let printed = format!("{keyring:?} {issued:?} {session:?}");
    assert!(!printed.contains(token));
    assert!(!printed.contains(session.secret_access_key.expose()));
    // The master key's bytes, as a derived `Debug` would show them.
    assert!(!printed.contains("0, 1, 2, 3"));
}
