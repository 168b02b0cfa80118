//! How a server ends while an administrative command is under way.

use std::path::Path;

use stead_administration::{Command, KeyDigits, Outcome};
use stead_audit::{EventView, SealedLine};
use tokio::time::{Instant, timeout};

use super::*;
use crate::admin::{AdminClient, AdminClientError};
use crate::clock::SystemClock;
use crate::config::{Key, Layer, Layers};
use crate::installation::Installation;
use crate::limits::ADMIN_WAIT_MAX;
use crate::scratch::Scratch;

async fn started(data: &Path) -> Running {
    let mut layer = Layer::flags();
    layer.set(Key::Listen, "127.0.0.1:0");
    layer.set(Key::Data, data.to_str().unwrap());
    let settings = Settings::parse(&Layers::new([layer]), None).unwrap();
    start(&settings, Footprint::DataDirectory, Arc::new(SystemClock)).await.unwrap()
}

/// Gives a command that changes the root key, and returns once the change is noted. It ends
/// when no account is being created any more.
async fn begun(running: &Running, data: &Path) -> JoinHandle<Result<Outcome, AdminClientError>> {
    let noted = async || {
        let installation = Installation::load(&*running.store).await.unwrap().unwrap();
        installation.root_key_id().unwrap()
    };
    let before = noted().await;
    let mut client = AdminClient::connect(data).await.unwrap().unwrap();
    let command = Command::RewrapKeys { root_key: Some(KeyDigits::new(&"2a".repeat(32))) };
    let asked = tokio::spawn(async move { client.ask(&command).await });
    let begins = async { while noted().await == before {} };
    timeout(Duration::from_secs(60), begins).await.unwrap();
    asked
}

fn recorded(data: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(audit::directory(data)).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter_map(|line| SealedLine::parse(line.as_bytes()).ok()) {
            names.extend(EventView::parse(line.json()).map(|event| event.action()));
        }
    }
    names
}

#[tokio::test]
async fn a_command_that_is_under_way_ends_and_has_its_event_first() {
    let scratch = Scratch::new("stop-command");
    let running = started(scratch.path()).await;
    let accounts = Arc::clone(&running.accounts);
    let creating = accounts.allow_creation().await;
    let asked = begun(&running, scratch.path()).await;
    let mut stopping = tokio::spawn(running.stop());
    assert!(timeout(Duration::from_millis(300), &mut stopping).await.is_err());
    assert!(AdminClient::connect(scratch.path()).await.unwrap().is_none(), "it takes no other");
    drop(creating);
    assert!(matches!(asked.await.unwrap(), Ok(Outcome::RewrapBegun {})));
    stopping.await.unwrap();
    // Between the lines that open a file, and say that a server begins and ends.
    assert_eq!(recorded(scratch.path()), ["-", "-", "stead:RewrapKeys", "-"]);
}

#[tokio::test]
async fn a_command_that_hangs_keeps_the_server_for_a_bounded_time() {
    let scratch = Scratch::new("stop-hanging");
    let running = started(scratch.path()).await;
    let accounts = Arc::clone(&running.accounts);
    // With a second session key there is one that may have opened its last session, which a
    // server that ends looks for, too.
    let mut client = AdminClient::connect(scratch.path()).await.unwrap().unwrap();
    let rotated = client.ask(&Command::RotateKeys { revoke: false }).await;
    assert!(matches!(rotated, Ok(Outcome::KeysRotated { .. })));
    let _creating = accounts.allow_creation().await;
    let _asked = begun(&running, scratch.path()).await;
    tokio::time::pause();
    let began = Instant::now();
    let stopping = tokio::spawn(running.stop());
    while !stopping.is_finished() {
        assert!(began.elapsed() < Duration::from_secs(3600), "it does not end");
        tokio::time::advance(Duration::from_millis(100)).await;
        pass();
    }
    assert!(began.elapsed() >= ADMIN_WAIT_MAX);
}

#[expect(clippy::disallowed_methods, reason = "the threads of the store need time that passes")]
fn pass() {
    std::thread::sleep(Duration::from_millis(1));
}
