use std::collections::BTreeMap;

use stead_session::limits::PACKED_BYTES_ALLOTTED;
use stead_session::{
    Chaining, Claims, Federation, IssueError, MfaState, PackedSize, PackedSubject, SessionPolicies,
    SessionPrincipal, SessionTags, issue,
};
use stead_types::{Arn, TagSet};

use crate::fixtures::{Counting, NOW, keyring, plain, tag};

/// What fills the allotted space to the byte, and every other claim at its longest.
pub(crate) fn largest() -> Claims {
    Claims {
        principal: SessionPrincipal::AssumedRole {
            role_id: "AROAQNZGKIQY56JQ7WMLA".parse().unwrap(),
            role_name: "R".repeat(64).parse().unwrap(),
            session_name: "s".repeat(64).parse().unwrap(),
            chaining: Chaining::Chained,
        },
        policies: policy_of(PACKED_BYTES_ALLOTTED),
        source_identity: Some("i".repeat(64).parse().unwrap()),
        mfa: MfaState::Authenticated { at: NOW },
        federation: Some(Federation { provider: "p".repeat(1_020), claims: BTreeMap::new() }),
        ..plain()
    }
}

/// An inline policy that takes this many bytes packed, two for its length included.
fn policy_of(bytes: usize) -> SessionPolicies {
    SessionPolicies::new(Some(&"x".repeat(bytes - 2)), Vec::new())
}

fn tags_of(count: usize, key: usize, value: usize) -> SessionTags {
    let tags = (0..count).map(|index| tag(&format!("{index:0>key$}"), &"v".repeat(value)));
    SessionTags::new(TagSet::new(tags).unwrap(), []).unwrap()
}

fn arns(count: usize) -> Vec<Arn> {
    let arn = |index| format!("arn:aws:iam::111122223333:policy/team/ReadBuckets{index}");
    (0..count).map(|index| arn(index).parse().unwrap()).collect()
}

#[test]
fn the_percentage_is_rounded_up_and_a_hundred_fits() {
    let none = SessionTags::default();
    for (bytes, percent, fits) in [
        (2, 1, true),
        (40, 1, true),
        (41, 2, true),
        (4_055, 99, true),
        (4_056, 100, true),
        (4_096, 100, true),
        (4_097, 101, false),
        (4_136, 101, false),
        (4_137, 102, false),
    ] {
        let size = PackedSize::of(&policy_of(bytes), &none);
        assert_eq!((size.percent(), size.fits()), (percent, fits), "{bytes}");
        assert_eq!(size.fits(), size.percent() <= 100);
    }
}

#[test]
fn nothing_takes_nothing() {
    let size = PackedSize::of(&SessionPolicies::default(), &SessionTags::default());
    assert_eq!((size.percent(), size.fits()), (0, true));
}

#[test]
fn what_people_send_fits_and_the_extremes_do_not() {
    let policy = |length: usize| format!(r#"{{"Version":"{}"}}"#, "x".repeat(length - 14));
    let none = SessionTags::default();
    let percent =
        |policies: &SessionPolicies, tags: &SessionTags| PackedSize::of(policies, tags).percent();
    // The longest inline policy beside ten managed ones.
    let policies = SessionPolicies::new(Some(&policy(2_048)), arns(10));
    assert_eq!(percent(&policies, &none), 63);
    // Fifty tags of 16 and 32 characters.
    assert_eq!(percent(&SessionPolicies::default(), &tags_of(50, 16, 32)), 65);
    // Both do not fit together; nor do fifty of the longest tags.
    assert_eq!(percent(&policies, &tags_of(50, 16, 32)), 128);
    assert_eq!(percent(&SessionPolicies::default(), &tags_of(50, 128, 256)), 475);
    let wide = SessionTags::new(
        TagSet::new((0..50).map(|index| tag(&format!("{index:𝟎>128}"), &"𝟎".repeat(256)))).unwrap(),
        [],
    );
    assert_eq!(percent(&SessionPolicies::default(), &wide.unwrap()), 1_875);
}

#[test]
fn a_policy_is_blamed_before_the_tags() {
    let none = SessionPolicies::default();
    let tags = tags_of(1, 1, 1);
    let inline = policy_of(10);
    let managed = SessionPolicies::new(None, arns(1));
    for (policies, tags, subject) in [
        (&none, &tags, PackedSubject::Tags),
        (&inline, &tags, PackedSubject::Policies),
        (&managed, &tags, PackedSubject::Policies),
        (&inline, &SessionTags::default(), PackedSubject::Policies),
    ] {
        assert_eq!(PackedSize::of(policies, tags).subject(), subject);
    }
}

#[test]
fn white_space_between_tokens_takes_no_space() {
    let spread =
        "{\n\t\"Version\" : \"2012-10-17\",\r\n  \"Sid\": \"a b\\\" c\\\\\" , \"x\" : [ ] }";
    let policies = SessionPolicies::new(Some(spread), Vec::new());
    let expected = r#"{"Version":"2012-10-17","Sid":"a b\" c\\","x":[]}"#;
    assert_eq!(policies.inline(), Some(expected));
}

#[test]
fn transitive_keys_must_be_among_the_tags() {
    let tags = TagSet::new([tag("Team", "a"), tag("Cost", "1")]).unwrap();
    let key = |text: &str| text.parse::<stead_types::TagKey>().unwrap();
    let made = SessionTags::new(tags.clone(), [&key("TEAM"), &key("team")]).unwrap();
    assert_eq!(made.transitive().collect::<Vec<_>>(), [&tag("Team", "a")]);
    assert!(made.is_transitive(&key("tEam")) && !made.is_transitive(&key("Cost")));
    let error = SessionTags::new(tags, [&key("Team"), &key("Other")]).unwrap_err();
    assert_eq!(error.0, key("Other"));
}

#[test]
fn what_does_not_fit_is_not_issued() {
    let mut entropy = Counting::default();
    let keyring = keyring(&mut entropy);
    let claims = Claims { policies: policy_of(4_097), ..plain() };
    let size = PackedSize::of(&claims.policies, &claims.tags);
    assert_eq!(
        issue(&keyring, &claims, &mut entropy).map(|_| ()),
        Err(IssueError::PackedPolicyTooLarge(size))
    );
    let claims = Claims { policies: policy_of(70_000), ..plain() };
    assert!(issue(&keyring, &claims, &mut entropy).is_err());
    let claims = Claims { tags: tags_of(300, 3, 0), ..plain() };
    assert_eq!(
        issue(&keyring, &claims, &mut entropy).map(|_| ()),
        Err(IssueError::TooLong),
        "a token counts no more than 255 tags"
    );
}
