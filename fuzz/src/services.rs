//! What the services parse.

use stead_directory::Snapshot;
use stead_query::Form;
use stead_service::DenialRecord;
use stead_session::Keyring;
use stead_sigv4::{BodyDigest, Claim, Expect, Expectations, RequestHead, Settings, SigningKey};
use stead_types::{AccessKeyId, AccountId, Arn, Entropy, Secret, Tag, Timestamp, UniqueId};

/// A request head as a client might sign it: method, path, query and headers, one
/// line each.
pub fn signature_claim(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let (method, path, query) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let headers: Vec<(&str, &[u8])> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name, value.as_bytes()))
        .collect();
    let head = RequestHead { method, path, query, headers: &headers };
    for settings in [Settings::query_services(), Settings::s3()] {
        if let Ok(claim) = Claim::parse(&head, &settings) {
            let key = SigningKey::derive(&Secret::new("secret".to_owned()), claim.scope());
            let expectations = Expectations::new(Expect::Any, Expect::Any);
            let time = claim.claimed_time();
            let verified = claim.verify(&key, BodyDigest::of(b""), time, &expectations);
            assert!(verified.is_err(), "a signature that nobody made was verified");
        }
    }
}

/// A form in the query string and in the body, decoded as an AssumeRole.
pub fn query_form(data: &[u8]) {
    let (query, body) = match data.iter().position(|byte| *byte == b'\n') {
        Some(at) => (&data[..at], &data[at + 1..]),
        None => (data, &data[..0]),
    };
    let query = std::str::from_utf8(query).ok();
    if let Ok(form) = Form::parse(query, Some("application/x-www-form-urlencoded"), body) {
        let _ = form.operation();
        let _ = stead_query::decode::<stead_api::sts::AssumeRole>(&form);
        let _ = stead_query::decode::<stead_api::iam::CreateRole>(&form);
    }
}

/// A session token beside an access key id. Nobody makes an authentic one by chance.
pub fn session_token(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let id: AccessKeyId = "ASIAQNZGKIQY56JQ7WML".parse().expect("an example id");
    let opened = stead_session::open(&keyring(), &id, text, now());
    assert!(opened.is_err(), "a token that nobody issued was opened");
}

/// An encoded authorization message, and the record inside an authentic one.
pub fn denial_message(data: &[u8]) {
    let _ = DenialRecord::from_bytes(data);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let opened = stead_session::open_denial(&keyring(), text);
    assert!(opened.is_err(), "a message that nobody sealed was opened");
}

/// Records of an account as a damaged store might give them: key and body by turns,
/// a line each.
pub fn account_records(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let lines: Vec<&str> = text.split('\n').collect();
    let records = lines.chunks(2).filter_map(|pair| match pair {
        [key, body] => Some((*key, 1_u16, *body)),
        _ => None,
    });
    let (snapshot, _) = Snapshot::load(account(), records);
    assert_eq!(snapshot.account(), account());
}

/// The vocabulary: what parses is shown as it was written.
pub fn words(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(arn) = text.parse::<Arn>() {
        assert_eq!(arn.as_str(), text);
        let _ = (arn.partition(), arn.region(), arn.account(), arn.resource_of("role"));
    }
    if let Ok(id) = text.parse::<AccessKeyId>() {
        assert_eq!(id.as_str(), text);
        let _ = id.claimed_account();
    }
    if let Ok(id) = text.parse::<UniqueId>() {
        assert_eq!(id.as_str(), text);
        let _ = id.kind();
    }
    if let Ok(account) = text.parse::<AccountId>() {
        assert_eq!(account.to_string(), text);
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        assert_eq!(moment.to_string().parse(), Ok(moment));
    }
    let _ = Timestamp::from_basic(text).map(|moment| assert_eq!(moment.to_basic(), text));
    if let (Ok(key), Ok(value)) = (text.parse(), text.parse()) {
        let _ = Tag { key, value };
    }
}

struct Replayed;

impl Entropy for Replayed {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

fn keyring() -> Keyring {
    Keyring::new(now(), &mut Replayed)
}

fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(1_772_366_400)
}

fn account() -> AccountId {
    AccountId::from_number(111_122_223_333).expect("twelve digits")
}
