use std::collections::BTreeMap;

use proptest::prelude::*;
use stead_types::{TagValue, Timestamp};

use super::*;

fn moment() -> impl Strategy<Value = Timestamp> {
    (-62_135_596_800_i64..=253_402_300_799).prop_map(Timestamp::from_epoch_seconds)
}

fn holder() -> impl Strategy<Value = Holder> {
    prop_oneof![
        Just(Holder::Root),
        "AIDA[A-Z0-9]{17}".prop_map(|id| Holder::User { user_id: id.parse().unwrap() }),
    ]
}

fn principal() -> impl Strategy<Value = SessionPrincipal> {
    let chaining = prop_oneof![Just(Chaining::Direct), Just(Chaining::Chained)];
    prop_oneof![
        ("AROA[A-Z0-9]{17}", "[\\w&&[ -~]]{1,64}", "[a-z+=,.@-]{2,64}", chaining).prop_map(
            |(role_id, role_name, session_name, chaining)| SessionPrincipal::AssumedRole {
                role_id: role_id.parse().unwrap(),
                role_name: role_name.parse().unwrap(),
                session_name: session_name.parse().unwrap(),
                chaining,
            }
        ),
        (holder(), "[a-z]{2,32}").prop_map(|(holder, name)| SessionPrincipal::FederatedUser {
            holder,
            name: name.parse().unwrap(),
        }),
        holder().prop_map(|holder| SessionPrincipal::SessionToken { holder }),
        holder().prop_map(|holder| SessionPrincipal::Delegated { holder }),
        (prop::sample::select(&RootTask::ALL[..]), "o-[a-z0-9]{10,32}").prop_map(
            |(task, organization)| SessionPrincipal::AssumedRoot {
                task,
                organization: organization.parse().unwrap(),
            }
        ),
    ]
}

fn tags() -> impl Strategy<Value = SessionTags> {
    let value =
        "[\\pL0-9 ]{0,40}".prop_filter_map("a tag value", |text| text.parse::<TagValue>().ok());
    let each = ("[a-zäß0-9]{1,20}", value, any::<bool>());
    prop::collection::vec(each, 0..20).prop_map(|entries| {
        let mut set = TagSet::default();
        let mut transitive = Vec::new();
        for (key, value, inherited) in entries {
            let key: TagKey = key.parse().unwrap();
            set.put(Tag { key: key.clone(), value });
            transitive.extend(inherited.then_some(key));
        }
        SessionTags::new(set, &transitive).unwrap()
    })
}

fn policies() -> impl Strategy<Value = SessionPolicies> {
    let arn = "arn:aws:iam::aws:policy/[A-Za-z]{1,40}".prop_map(|arn| arn.parse().unwrap());
    (prop::option::of("\\PC{0,200}"), prop::collection::vec(arn, 0..10))
        .prop_map(|(inline, managed)| SessionPolicies::new(inline.as_deref(), managed))
}

fn federation() -> impl Strategy<Value = Federation> {
    let values = prop::collection::vec("\\PC{0,10}", 0..4);
    ("\\PC{0,40}", prop::collection::btree_map("[a-z_]{1,8}", values, 0..5))
        .prop_map(|(provider, claims)| Federation { provider, claims })
}

prop_compose! {
    fn claims()(
        number in 0_u64..=999_999_999_999,
        principal in principal(),
        issued_at in moment(),
        expires_at in moment(),
        policies in policies(),
        tags in tags(),
        identity in prop::option::of("[a-z]{2,64}"),
        mfa in prop::option::of(moment()),
        federation in prop::option::of(federation()),
    ) -> Claims {
        Claims {
            account: AccountId::from_number(number).unwrap(),
            principal,
            issued_at,
            expires_at,
            policies,
            tags,
            source_identity: identity.map(|identity| identity.parse().unwrap()),
            mfa: mfa.map_or(MfaState::Absent, |at| MfaState::Authenticated { at }),
            federation,
        }
    }
}

proptest! {
    #[test]
    fn claims_return_as_they_were_written(claims in claims()) {
        let bytes = claims.encode().unwrap();
        prop_assert_eq!(Claims::decode(&bytes), Ok(claims));
    }

    #[test]
    fn every_shorter_encoding_is_refused(claims in claims(), cut in any::<prop::sample::Index>()) {
        let bytes = claims.encode().unwrap();
        let length = cut.index(bytes.len());
        prop_assert_eq!(Claims::decode(&bytes[..length]), Err(ClaimsError::Malformed));
    }

    #[test]
    fn a_changed_byte_panics_nothing(claims in claims(), at in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = claims.encode().unwrap();
        let position = at.index(bytes.len());
        bytes[position] = byte;
        // Either it says something else now, or it says nothing.
        if let Ok(read) = Claims::decode(&bytes) {
            prop_assert_eq!(Claims::decode(&read.encode().unwrap()), Ok(read));
        }
    }

    #[test]
    fn made_up_bytes_panic_nothing(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = Claims::decode(&bytes);
    }
}

fn least() -> Claims {
    Claims {
        account: "111122223333".parse().unwrap(),
        principal: SessionPrincipal::SessionToken { holder: Holder::Root },
        issued_at: Timestamp::from_epoch_seconds(0),
        expires_at: Timestamp::from_epoch_seconds(900),
        policies: SessionPolicies::default(),
        tags: SessionTags::default(),
        source_identity: None,
        mfa: MfaState::Absent,
        federation: None,
    }
}

#[test]
fn other_versions_and_trailing_bytes_are_refused() {
    let bytes = least().encode().unwrap();
    assert_eq!(Claims::decode(&bytes), Ok(least()));
    for version in [0, 2, 255] {
        let mut other = bytes.clone();
        other[0] = version;
        assert_eq!(Claims::decode(&other), Err(ClaimsError::UnknownVersion(version)));
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(Claims::decode(&longer), Err(ClaimsError::Malformed));
}

#[test]
fn unknown_marks_are_refused() {
    // version, account (8), principal, holder, two times (16), inline policy,
    // ARNs, tags, source identity, MFA, federation.
    for position in [9, 10, 27, 30, 31, 32] {
        let mut bytes = least().encode().unwrap();
        bytes[position] = 9;
        assert_eq!(Claims::decode(&bytes), Err(ClaimsError::Malformed), "{position}");
    }
    assert_eq!(least().encode().unwrap().len(), 33);
}

#[test]
fn values_out_of_their_range_are_refused() {
    let change = |from: usize, bytes: &[u8]| {
        let mut encoded = least().encode().unwrap();
        encoded[from..from + bytes.len()].copy_from_slice(bytes);
        Claims::decode(&encoded)
    };
    assert_eq!(change(1, &[0xff; 8]), Err(ClaimsError::Malformed), "an account of 20 digits");
    assert_eq!(change(11, &[0x7f; 8]), Err(ClaimsError::Malformed), "a time beyond 9999");
}

#[test]
fn a_repeated_tag_or_claim_is_refused() {
    let tags = [2, 0, 0, 1, b'a', 0, 0, 0, 0, 1, b'A', 0, 0];
    let mut bytes = least().encode().unwrap();
    bytes.splice(29..30, tags);
    assert_eq!(Claims::decode(&bytes), Err(ClaimsError::Malformed));

    let federation = Federation {
        provider: String::new(),
        claims: BTreeMap::from([("a".to_owned(), vec![]), ("b".to_owned(), vec![])]),
    };
    let mut bytes = Claims { federation: Some(federation), ..least() }.encode().unwrap();
    let position = bytes.iter().rposition(|byte| *byte == b'b').unwrap();
    bytes[position] = b'a';
    assert_eq!(Claims::decode(&bytes), Err(ClaimsError::Malformed));
}
