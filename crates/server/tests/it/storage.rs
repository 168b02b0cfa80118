//! What a data directory holds, and who may have it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use stead_administration::{Command, Outcome};
use stead_server::admin::AdminClient;
use stead_server::clock::SystemClock;
use stead_server::config::{Key, Layer, Layers, Settings};
use stead_server::start::{
    Footprint, Running, StartError, create_account_offline, list_accounts_offline, start,
};

pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("stead-it-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn settings(data: &Path, more: &[(Key, &str)]) -> Settings {
    let mut layer = Layer::flags();
    layer.set(Key::Listen, "127.0.0.1:0");
    layer.set(Key::Data, data.to_str().unwrap());
    for (key, value) in more {
        layer.set(*key, *value);
    }
    Settings::parse(&Layers::new([layer]), None).unwrap()
}

async fn serve(data: &Path, more: &[(Key, &str)]) -> Result<Running, StartError> {
    start(&settings(data, more), Footprint::DataDirectory, Arc::new(SystemClock)).await
}

#[tokio::test]
async fn a_directory_has_one_server_which_the_second_is_told() {
    let scratch = Scratch::new("one-server");
    let first = serve(&scratch.0, &[]).await.unwrap();
    let error = serve(&scratch.0, &[]).await.unwrap_err();
    assert!(error.to_string().contains("in use by another server"), "{error}");
    assert!(error.help().contains("one server per directory"));
    first.stop().await;
    serve(&scratch.0, &[]).await.unwrap().stop().await;
}

#[tokio::test]
async fn a_start_removes_what_killed_ones_left_of_files_with_secrets() {
    let scratch = Scratch::new("leftovers");
    let path = |name: &str| scratch.0.join(name);
    serve(&scratch.0, &[]).await.unwrap().stop().await;
    std::fs::create_dir(path("tls")).unwrap();
    // As by a kill between the two names of a new key.
    std::fs::hard_link(path("root.key"), path("root.key.3.new")).unwrap();
    let left =
        ["root.key.4.new", "root.key.new.5.new", "aws/credentials.6.new", "tls/key.pem.7.new"];
    for name in left {
        std::fs::write(path(name), "half of").unwrap();
    }
    serve(&scratch.0, &[]).await.unwrap().stop().await;
    for name in left.into_iter().chain(["root.key.3.new"]) {
        assert!(!path(name).exists(), "{name} is still there");
    }
    assert!(path("root.key").exists() && path("aws/credentials").exists());
}

#[tokio::test]
async fn the_profile_is_written_once_and_its_address_at_every_start() {
    let scratch = Scratch::new("profile");
    let ready = scratch.0.join("ready");
    let ready_text = ready.to_str().unwrap().to_owned();
    let credentials = || std::fs::read_to_string(scratch.0.join("aws/credentials")).unwrap();
    let config = || std::fs::read_to_string(scratch.0.join("aws/config")).unwrap();
    let first = serve(&scratch.0, &[(Key::ReadyFile, &ready_text)]).await.unwrap();
    assert_eq!(std::fs::read_to_string(&ready).unwrap().trim_end(), first.base_url());
    let before = credentials();
    assert!(config().contains(&format!("endpoint_url = {}\n", first.base_url())));
    first.stop().await;
    assert!(!ready.exists());
    let second = serve(&scratch.0, &[]).await.unwrap();
    assert!(second.first_account().is_none());
    assert_eq!(credentials(), before);
    assert!(config().contains(&format!("endpoint_url = {}\n", second.base_url())));
    second.stop().await;
}

#[tokio::test]
async fn a_directory_that_everybody_may_write_to_is_refused_also_for_a_profile_alone() {
    let scratch = Scratch::new("open-to-all");
    std::fs::create_dir(&scratch.0).unwrap();
    std::fs::set_permissions(&scratch.0, std::fs::Permissions::from_mode(0o777)).unwrap();
    for ephemeral in ["true", "false"] {
        let error = serve(&scratch.0, &[(Key::Ephemeral, ephemeral)]).await.unwrap_err();
        assert!(error.to_string().contains("writable by everybody"), "{error}");
    }
    assert_eq!(std::fs::read_dir(&scratch.0).unwrap().count(), 0);
}

#[tokio::test]
async fn an_ephemeral_server_leaves_only_its_profile_and_touches_no_other() {
    let scratch = Scratch::new("ephemeral");
    let first = serve(&scratch.0, &[(Key::Ephemeral, "true")]).await.unwrap();
    let second = serve(&scratch.0, &[(Key::Ephemeral, "true")]).await;
    assert!(matches!(second.unwrap_err(), StartError::Running(_)));
    first.stop().await;
    let left: Vec<_> =
        std::fs::read_dir(&scratch.0).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left, ["aws"]);
    let durable = Scratch::new("durable");
    serve(&durable.0, &[]).await.unwrap().stop().await;
    let ephemeral = serve(&durable.0, &[(Key::Ephemeral, "true")]).await;
    assert!(matches!(ephemeral.unwrap_err(), StartError::NotEphemeral(_)));
}

#[tokio::test]
async fn accounts_are_created_through_the_socket_or_on_the_directory() {
    let scratch = Scratch::new("accounts");
    let running = serve(&scratch.0, &[(Key::Account, "111122223333")]).await.unwrap();
    let mut client = AdminClient::connect(&scratch.0).await.unwrap().unwrap();
    let create = |account: &str| Command::CreateAccount { account: Some(account.to_owned()) };
    let created = client.ask(&create("444455556666")).await.unwrap();
    assert!(matches!(created, Outcome::AccountCreated { .. }));
    for refused in ["444455556666", "12", ""] {
        let outcome = client.ask(&create(refused)).await.unwrap();
        assert!(matches!(outcome, Outcome::Refused(_)), "{refused}");
    }
    drop(client);
    running.stop().await;
    assert!(AdminClient::connect(&scratch.0).await.unwrap().is_none());
    let third = "777788889999".parse().unwrap();
    let created = create_account_offline(&settings(&scratch.0, &[]), Some(third)).await.unwrap();
    assert_eq!(created.access_key_id.claimed_account(), Some(third));
    let accounts = list_accounts_offline(&scratch.0).await.unwrap();
    let accounts: Vec<_> = accounts.iter().map(ToString::to_string).collect();
    assert_eq!(accounts, ["111122223333", "444455556666", "777788889999"]);
    let other = serve(&scratch.0, &[(Key::Account, "999999999999")]).await;
    assert!(matches!(other.unwrap_err(), StartError::OtherAccount(_)));
}

#[tokio::test]
async fn an_installation_opens_under_its_own_root_key_only() {
    let scratch = Scratch::new("root-key");
    serve(&scratch.0, &[]).await.unwrap().stop().await;
    let path = scratch.0.join("root.key");
    let key = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(serve(&scratch.0, &[]).await.unwrap_err(), StartError::RootKey(_)));
    assert!(!path.exists(), "a lost key is not replaced");
    let named = scratch.0.join("named");
    let use_file = |text: &str| {
        std::fs::write(&named, text).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(&named, mode).unwrap();
        named.to_str().unwrap().to_owned()
    };
    let other = use_file(&"ab".repeat(32));
    let refused = serve(&scratch.0, &[(Key::RootKeyFile, &other)]).await.unwrap_err();
    assert!(matches!(refused, StartError::Installation(_)), "{refused}");
    let own = use_file(&key);
    serve(&scratch.0, &[(Key::RootKeyFile, &own)]).await.unwrap().stop().await;
}
