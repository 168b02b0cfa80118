use std::collections::BTreeMap;

use stead_session::limits::PLAIN_BYTES_ALLOTTED;
use stead_session::{
    Chaining, Claims, Federation, Holder, IssueError, MfaState, PackedSize, PackedSubject,
    SessionPolicies, SessionPrincipal, SessionTags, issue,
};
use stead_types::{Arn, TagSet};

use crate::fixtures::{Counting, NOW, keyring, plain, tag};

/// Policies that fill the room of the token to the byte, and every other claim at its longest.
pub(crate) fn largest() -> Claims {
    Claims {
        principal: SessionPrincipal::AssumedRole {
            role_id: "AROAQNZGKIQY56JQ7WMLA".parse().unwrap(),
            role_name: "R".repeat(64).parse().unwrap(),
            session_name: "s".repeat(64).parse().unwrap(),
            chaining: Chaining::Chained,
        },
        policies: policy_of(PLAIN_BYTES_ALLOTTED),
        source_identity: Some("i".repeat(64).parse().unwrap()),
        mfa: MfaState::Authenticated { at: NOW },
        federation: Some(Federation { provider: "p".repeat(1_020), claims: BTreeMap::new() }),
        ..plain()
    }
}

/// An inline policy that takes this many bytes in the token, two for its length included.
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

fn tags(pairs: &[(&str, &str)]) -> SessionTags {
    let tags = pairs.iter().map(|(key, value)| tag(key, value));
    SessionTags::new(TagSet::new(tags).unwrap(), []).unwrap()
}

fn percent(policies: &SessionPolicies, tags: &SessionTags) -> u32 {
    PackedSize::of(policies, tags).percent()
}

// Observed: the recordings that `PackedSize` names.
#[test]
fn tags_take_what_they_were_recorded_to_take() {
    let none = SessionPolicies::default();
    let of = |pairs: &[(&str, &str)]| percent(&none, &tags(pairs));
    assert_eq!(of(&[("c", "c"), ("b", "c")]), 2);
    assert_eq!(of(&[("b", "b"), ("c", "b"), ("d", "b")]), 3);
    let pod = [
        ("eks-cluster-arn", "arn:aws:eks:us-west-2:823571991546:cluster/eksworkshop-eksctl"),
        ("eks-cluster-name", "eksworkshop-eksctl"),
        ("kubernetes-namespace", "ns-a"),
        ("kubernetes-service-account", "sa1"),
        ("kubernetes-pod-name", "app1"),
        ("kubernetes-pod-uid", "0cda7f85-c1f9-4dee-b6e9-a0b50c8f3012"),
    ];
    assert_eq!(of(&pod), 56);
    assert_eq!(percent(&none, &tags_of(9, 2, 250)), 498);
}

// Observed: as above. Choice: what is ours, at most what is AWS's.
#[test]
fn policies_take_nearly_what_they_were_recorded_to_take() {
    let cli = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"ec2:Describe*","Resource":"*"},
        {"Effect":"Allow","Action":"elasticloadbalancing:Describe*","Resource":"*"},
        {"Effect":"Allow","Action":["cloudwatch:ListMetrics","cloudwatch:GetMetricStatistics",
            "cloudwatch:Describe*"],"Resource":"*"},
        {"Effect":"Allow","Action":"autoscaling:Describe*","Resource":"*"}]}"#;
    let poppy = r#"{"Version":"2012-10-17","Statement":[
        {"Sid":"Grant0","Effect":"Allow","Action":["ec2:DescribeInstances","ec2:DescribeImages",
            "ec2:DescribeSecurityGroups","ec2:DescribeVpcs","ec2:DescribeSubnets"],"Resource":"*"},
        {"Sid":"Grant1","Effect":"Allow","Action":["ec2:RunInstances","ec2:CreateSecurityGroup",
            "ec2:CreateKeyPair","ec2:CreateTags"],"Resource":"*"},
        {"Sid":"Grant2TagScoped","Effect":"Allow","Action":["ec2:TerminateInstances",
            "ec2:StopInstances","ec2:StartInstances","ec2:AuthorizeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupEgress","ec2:DeleteSecurityGroup","ec2:DeleteKeyPair",
            "ec2:GetConsoleOutput","ec2:GetPasswordData"],"Resource":"*",
         "Condition":{"StringEquals":{"aws:ResourceTag/agentspoppy:app":"com.vmpoppy.desktop"}}}]}"#;
    // The last value is not in the recording: an id of the length of a UUID.
    let attribution = tags(&[
        ("agentspoppy:account", "111122223333"),
        ("agentspoppy:app", "com.vmpoppy.desktop"),
        ("agentspoppy:connection", "0cda7f85-c1f9-4dee-b6e9-a0b50c8f3012"),
    ]);
    let none = SessionTags::default();
    let read_only = || vec!["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess".parse().unwrap()];
    for (policy, managed, tags, ours, theirs) in [
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
            vec![],
            &none,
            4,
            4,
        ),
        (
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ec2:DescribeVpcEndpoints"],"Resource":["*"]}]}"#,
            vec![],
            &none,
            9,
            9,
        ),
        (cli, read_only(), &none, 32, 36),
        (poppy, vec![], &attribution, 80, 82),
    ] {
        let size = percent(&SessionPolicies::new(Some(policy), managed), tags);
        assert_eq!(size, ours, "{policy}");
        assert!(size <= theirs, "{policy}");
    }
}

#[test]
fn the_percentage_is_rounded_down_and_nothing_fits_above_the_last_byte() {
    let none = SessionPolicies::default();
    for (value, percent, fits) in [
        (0, 0, true),
        (1, 1, true),
        (6, 2, true),
        (195, 99, true),
        (196, 100, true),
        (197, 100, false),
        (201, 101, false),
    ] {
        // Two tags of 264 bytes together but for what is counted here.
        let mut pairs = vec![("a", "v".repeat(value))];
        if value >= 195 {
            pairs.push(("b", "v".repeat(256)));
        }
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let size = PackedSize::of(&none, &tags(&pairs));
        assert_eq!((size.percent(), size.fits()), (percent, fits), "{value}");
    }
}

#[test]
fn nothing_takes_nothing() {
    let size = PackedSize::of(&SessionPolicies::default(), &SessionTags::default());
    assert_eq!((size.percent(), size.fits()), (0, true));
}

#[test]
fn what_people_send_fits_and_the_extremes_do_not() {
    let none = SessionTags::default();
    let nothing = SessionPolicies::default();
    // Ten managed policies, and ten tags of 16 and 24 characters.
    assert_eq!(percent(&SessionPolicies::new(None, arns(10)), &none), 16);
    assert_eq!(percent(&nothing, &tags_of(10, 16, 24)), 93);
    assert_eq!(percent(&SessionPolicies::new(None, arns(10)), &tags_of(10, 16, 24)), 110);
    // The most and the longest tags.
    assert_eq!(percent(&nothing, &tags_of(50, 128, 256)), 4_206);
    let wide = SessionTags::new(
        TagSet::new((0..50).map(|index| tag(&format!("{index:𝟎>128}"), &"𝟎".repeat(256)))).unwrap(),
        [],
    );
    assert!(percent(&nothing, &wide.unwrap()) > 16_000);
}

#[test]
fn what_packs_well_must_fit_the_token_all_the_same() {
    let none = SessionTags::default();
    for (bytes, percent, fits) in
        [(2_050, 4, true), (4_096, 5, true), (4_097, 101, false), (4_137, 102, false)]
    {
        let size = PackedSize::of(&policy_of(bytes), &none);
        assert_eq!((size.percent(), size.fits()), (percent, fits), "{bytes}");
    }
}

#[test]
fn text_that_does_not_repeat_itself_takes_its_room() {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from(b'!' + u8::try_from((state >> 16) % 90).unwrap())
    };
    let noise: String = (0..2_048).map(|_| next()).filter(|char| *char != '"').collect();
    let policies = SessionPolicies::new(Some(&format!("\"{noise}\"")), Vec::new());
    assert!(percent(&policies, &SessionTags::default()) > 300);
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
    // Of a delegation only what the token has room for is asked.
    let delegated = SessionPrincipal::Delegated { holder: Holder::Root };
    let claims = Claims { principal: delegated, tags: tags_of(2, 1, 230), ..plain() };
    assert!(issue(&keyring, &claims, &mut entropy).is_ok());
    let claims = Claims { policies: policy_of(4_097), ..claims };
    assert!(issue(&keyring, &claims, &mut entropy).is_err());
    let claims = Claims { tags: tags_of(2, 1, 230), ..plain() };
    let size = PackedSize::of(&claims.policies, &claims.tags);
    assert_eq!(
        issue(&keyring, &claims, &mut entropy).map(|_| ()),
        Err(IssueError::PackedPolicyTooLarge(size))
    );
}
