use super::*;

struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, buffer: &mut [u8]) {
        for slot in buffer {
            *slot = self.0;
            self.0 = self.0.wrapping_add(1);
        }
    }
}

fn record() -> Vec<u8> {
    let now = Timestamp::from_epoch_seconds(1_772_366_400);
    let mut keyring = Keyring::new(now, &mut Counting(0));
    keyring.rotate(now, &mut Counting(1)).unwrap();
    keyring.to_record().expose().clone()
}

fn read(record: Vec<u8>) -> Result<usize, RecordError> {
    Keyring::from_record(&Secret::new(record)).map(|keyring| keyring.keys().count())
}

#[test]
fn a_record_is_read_as_it_was_written_and_not_otherwise() {
    assert_eq!(read(record()), Ok(2));
    for length in 0..record().len() {
        assert_eq!(read(record()[..length].to_vec()), Err(RecordError::Malformed), "{length}");
    }
    assert_eq!(read([record(), vec![0]].concat()), Err(RecordError::Malformed));
}

#[test]
fn other_versions_and_counts_are_refused() {
    let change = |position: usize, byte: u8| {
        let mut record = record();
        record[position] = byte;
        read(record)
    };
    assert_eq!(change(0, 2), Err(RecordError::UnknownVersion(2)));
    for count in [0, 1, 3, 17, 255] {
        assert_eq!(change(1, count), Err(RecordError::Malformed), "{count}");
    }
}

#[test]
fn a_secret_that_is_not_the_one_that_was_written_is_noticed() {
    for position in 2..2 + 8 + 32 {
        let mut record = record();
        record[position] ^= 0x80;
        assert!(matches!(read(record), Err(RecordError::Damaged(_))), "{position}");
    }
}
