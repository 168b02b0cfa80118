use std::collections::BTreeMap;
use std::time::Duration;

use stead_session::{
    Chaining, Claims, Federation, Keyring, MfaState, SessionPolicies, SessionPrincipal, SessionTags,
};
use stead_types::{Entropy, Tag, TagSet, Timestamp};

/// 0, 1, 2, ... and round again: no two draws of one test are equal, and every
/// run draws the same.
#[derive(Default)]
pub(crate) struct Counting(u64);

impl Entropy for Counting {
    fn fill(&mut self, buffer: &mut [u8]) {
        for slot in buffer {
            *slot = (self.0 % 256) as u8;
            self.0 += 1;
        }
    }
}

pub(crate) const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) fn keyring(entropy: &mut dyn Entropy) -> Keyring {
    Keyring::new(NOW, entropy)
}

pub(crate) fn tag(key: &str, value: &str) -> Tag {
    Tag { key: key.parse().unwrap(), value: value.parse().unwrap() }
}

/// The least a session can carry.
pub(crate) fn plain() -> Claims {
    Claims {
        account: "111122223333".parse().unwrap(),
        principal: SessionPrincipal::AssumedRole {
            role_id: "AROAQNZGKIQY56JQ7WMLA".parse().unwrap(),
            role_name: "Deploy".parse().unwrap(),
            session_name: "my-session".parse().unwrap(),
            chaining: Chaining::Direct,
        },
        issued_at: NOW,
        expires_at: NOW.plus(HOUR),
        policies: SessionPolicies::default(),
        tags: SessionTags::default(),
        source_identity: None,
        mfa: MfaState::Absent,
        federation: None,
    }
}

/// Something in every field.
pub(crate) fn full() -> Claims {
    let policy = r#"{ "Version": "2012-10-17",
        "Statement": {"Effect":"Allow", "Action":"s3:GetObject", "Resource":"arn:aws:s3:::a b/*"} }"#;
    let managed = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()];
    let tags = TagSet::new([tag("Team", "blue"), tag("cost", "1")]).unwrap();
    Claims {
        principal: SessionPrincipal::AssumedRole {
            role_id: "AROAQNZGKIQY56JQ7WMLA".parse().unwrap(),
            role_name: "Deploy".parse().unwrap(),
            session_name: "my-session".parse().unwrap(),
            chaining: Chaining::Chained,
        },
        policies: SessionPolicies::new(Some(policy), managed),
        tags: SessionTags::new(tags, [&"TEAM".parse().unwrap()]).unwrap(),
        source_identity: Some("alice@example".parse().unwrap()),
        mfa: MfaState::Authenticated { at: NOW.minus(Duration::from_secs(60)) },
        federation: Some(Federation {
            provider: "arn:aws:iam::111122223333:oidc-provider/id.example/ci".to_owned(),
            claims: BTreeMap::from([
                ("sub".to_owned(), vec!["repo:a/b:ref:refs/heads/main".to_owned()]),
                ("amr".to_owned(), vec!["pwd".to_owned(), "otp".to_owned()]),
            ]),
        }),
        ..plain()
    }
}
