//! Who announces large bodies under a key id that they only know is in the way of nobody
//! but its account.

use std::time::{Duration, Instant};

use stead_system_tests::{Client, Credentials, Options, Server, Service, form, hold, sign};

const ROOT: (&str, &str, &str) =
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "111122223333");
const OTHER_ROOT: (&str, &str, &str) =
    ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", "444455556666");

/// 2026-03-01T12:00:00Z.
const BEGINNING: i64 = 1_772_366_400;

/// Metadata that makes a body which not everybody may send.
const METADATA_BYTES: usize = 1_500_000;

/// How long a body may take that was announced.
const BODY_WAIT: Duration = Duration::from_secs(20);

/// Strangers at once: several times the places there are.
const STRANGERS: usize = 16;

/// A signed request as far as its head goes.
fn head(client: &Client, credentials: &Credentials) -> Vec<u8> {
    let metadata = "a".repeat(METADATA_BYTES);
    let parameters = [
        ("Action", "CreateSAMLProvider"),
        ("Version", "2010-05-08"),
        ("Name", "idp"),
        ("SAMLMetadataDocument", &metadata),
    ];
    let mut message = client.post(form(parameters.into_iter()).into_bytes());
    sign(&mut message, &client.signing(credentials, Service::Iam)).unwrap();
    let bytes = message.to_bytes();
    bytes[..bytes.len() - message.body.len()].to_vec()
}

#[test]
fn strangers_who_know_a_key_id_keep_nobody_elses_metadata_waiting() {
    let roots = vec![ROOT, OTHER_ROOT];
    let options = Options { epoch_seconds: BEGINNING, roots, ..Options::default() };
    let server = Server::start(&options).unwrap();
    let client = server.client();
    let [root, other] = [0, 1].map(|index| server.roots()[index].clone());
    let announced = head(&client, &root.with_secret("wrongwrongwrongwrongwrongwrongwrongwrong"));
    let begun = moment();
    let held: Vec<_> =
        (0..STRANGERS).map(|_| hold(client.authority(), &announced).unwrap()).collect();
    let metadata = "a".repeat(METADATA_BYTES);
    let parameters = [("Name", "idp"), ("SAMLMetadataDocument", metadata.as_str())];
    let answer = client.call(Some(&other), Service::Iam, "CreateSAMLProvider", &parameters);
    let (answer, lasted) = (answer.unwrap(), begun.elapsed());
    // It was read whole.
    assert_eq!((answer.status, answer.code()), (400, "InvalidInput"), "{}", answer.body);
    // Before a single stranger was sent away.
    assert!(lasted < BODY_WAIT * 3 / 4, "{lasted:?}");
    drop(held);
}

#[expect(clippy::disallowed_methods, reason = "how long a real call takes is what is tested")]
fn moment() -> Instant {
    Instant::now()
}
