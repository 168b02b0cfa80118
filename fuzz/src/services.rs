//! What else the services parse.

use stead_directory::Snapshot;
use stead_service::DenialRecord;
use stead_session::Keyring;
use stead_types::{AccessKeyId, AccountId, Arn, Entropy, Tag, Timestamp, UniqueId};

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

pub(crate) struct Replayed;

impl Entropy for Replayed {
    fn fill(&mut self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

pub(crate) fn keyring() -> Keyring {
    Keyring::new(now(), &mut Replayed)
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(1_772_366_400)
}

fn account() -> AccountId {
    AccountId::from_number(111_122_223_333).expect("twelve digits")
}
