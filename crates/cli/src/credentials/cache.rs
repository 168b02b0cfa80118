//! Sessions on disk, so that a program which is started a hundred times makes one call.
//!
//! A directory that only its owner may enter holds, for each question, a file with the
//! answer and one that is locked while somebody asks. What is wrong with directory or
//! file makes the cache useless and nothing else: the call is made, and a warning says so.

use std::fs::{self, File, OpenOptions};
use std::io::Read as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::json;
use stead_server::private_file;
use stead_types::{Secret, Timestamp};
use zeroize::{Zeroize as _, Zeroizing};

use super::ask::{Ask, Identity};
use super::session::Session;
use crate::client::{Client, Credentials};
use crate::environment::Environment;
use crate::exit::Failure;

/// Bytes of a file with a session. Choice: a session token has a few thousand.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// The form of the files; another number is another form, and is passed over.
const VERSION: u32 = 1;

/// The place of one question's answer.
#[derive(Debug)]
pub(crate) struct Entry {
    directory: PathBuf,
    name: String,
}

/// Held while the answer is asked for; other processes wait.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "it is unlocked when it is dropped")] File);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    issued_at: i64,
    expires_at: i64,
}

/// Where sessions are kept unless `--cache-dir` says otherwise.
///
/// Spec: the XDG Base Directory Specification: a relative path in the variable is passed
/// over.
pub(crate) fn default_directory(environment: &Environment) -> Option<PathBuf> {
    let cache = environment.path("XDG_CACHE_HOME").filter(|path| path.is_absolute());
    let cache = cache.or_else(|| Some(environment.path("HOME")?.join(".cache")))?;
    Some(cache.join("stead").join("credentials"))
}

impl Entry {
    /// The entry of a question. What changes the answer changes its name: the role, the
    /// session's name and policies, the server, and who asks.
    pub(crate) fn of(ask: &Ask, client: &Client, directory: &Path) -> Result<Self, Failure> {
        make_directory(directory)?;
        Ok(Self { directory: directory.to_owned(), name: name(ask, client)? })
    }

    /// The session, if there is one. What cannot be read is as good as absent.
    pub(crate) fn read(&self) -> Option<Session> {
        let file = File::open(self.path("json")).ok()?;
        let metadata = file.metadata().ok()?;
        if metadata.mode() & 0o077 != 0 || metadata.uid() != own_user() {
            return None;
        }
        let mut text = Zeroizing::new(Vec::new());
        let length = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut text).ok()?;
        if u64::try_from(length).ok()? > FILE_BYTES_MAX {
            return None;
        }
        let stored: Stored = serde_json::from_slice(&text).ok()?;
        stored.session()
    }

    pub(crate) fn write(&self, session: &Session) -> Result<(), Failure> {
        let path = self.path("json");
        let refuse = |reason: String| unusable(&path, &reason);
        let stored = Stored::of(session);
        let text = serde_json::to_vec(&stored).map_err(|error| refuse(error.to_string()))?;
        let written = private_file::replace(&path, &Zeroizing::new(text));
        written.map_err(|error| refuse(error.to_string()))
    }

    /// Waits until nobody else asks the same. Whoever asks is bounded in time, and a
    /// process that ends gives its lock back.
    pub(crate) async fn lock(&self) -> Result<Lock, Failure> {
        let path = self.path("lock");
        let refuse = |reason: String| unusable(&path, &reason);
        let locked = {
            let path = path.clone();
            tokio::task::spawn_blocking(move || {
                let mut options = OpenOptions::new();
                let file = options.create(true).append(true).mode(0o600).open(path)?;
                file.lock().map(|()| file)
            })
            .await
        };
        match locked {
            Ok(Ok(file)) => Ok(Lock(file)),
            Ok(Err(error)) => Err(refuse(error.to_string())),
            Err(error) => Err(refuse(error.to_string())),
        }
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.directory.join(format!("{}.{ending}", self.name))
    }
}

impl Stored {
    fn of(session: &Session) -> Self {
        Self {
            version: VERSION,
            access_key_id: session.credentials.access_key_id.clone(),
            secret_access_key: session.credentials.secret_access_key.expose().clone(),
            session_token: session.token().to_owned(),
            issued_at: session.issued_at.epoch_seconds(),
            expires_at: session.expires_at.epoch_seconds(),
        }
    }

    fn session(&self) -> Option<Session> {
        let is_whole = self.version == VERSION
            && ![&self.access_key_id, &self.secret_access_key, &self.session_token]
                .iter()
                .any(|text| text.is_empty());
        is_whole.then(|| Session {
            credentials: Credentials {
                access_key_id: self.access_key_id.clone(),
                secret_access_key: Secret::new(self.secret_access_key.clone()),
                session_token: Some(Secret::new(self.session_token.clone())),
            },
            issued_at: Timestamp::from_epoch_seconds(self.issued_at),
            expires_at: Timestamp::from_epoch_seconds(self.expires_at),
        })
    }
}

impl Drop for Stored {
    fn drop(&mut self) {
        self.secret_access_key.zeroize();
        self.session_token.zeroize();
    }
}

/// Makes the directory, or sees that nobody else may look into the one that is there.
fn make_directory(directory: &Path) -> Result<(), Failure> {
    private_file::make_directory(directory)
        .map_err(|error| unusable(directory, &error.to_string()))?;
    let metadata =
        fs::metadata(directory).map_err(|error| unusable(directory, &error.to_string()))?;
    if metadata.uid() != own_user() {
        return Err(unusable(directory, "it belongs to another user"));
    }
    if metadata.mode() & 0o077 != 0 {
        let reason = format!("its mode is {:o}, so others may enter it", metadata.mode() & 0o777);
        return Err(unusable(directory, &reason).with_help(format!(
            "`chmod 700 {}`, or name another directory by --cache-dir",
            directory.display()
        )));
    }
    Ok(())
}

fn own_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

fn unusable(path: &Path, reason: &str) -> Failure {
    Failure::new(format!("the cache `{}` is not used: {reason}", path.display()))
        .with_help("--cache-dir names another directory, --no-cache does without")
}

/// A hash, so that the name holds nothing that is anybody else's business.
fn name(ask: &Ask, client: &Client) -> Result<String, Failure> {
    let identity = match &ask.identity {
        Identity::WebIdentity { token_file, provider_id } => {
            let file = std::path::absolute(token_file).unwrap_or_else(|_| token_file.clone());
            json!(["web-identity", file.as_os_str().as_encoded_bytes(), provider_id])
        }
        Identity::Caller(caller) => json!([
            "role",
            caller.credentials()?.access_key_id,
            caller.external_id,
            caller.source_identity,
            caller.tags,
            caller.transitive,
        ]),
    };
    let all = json!([
        VERSION,
        client.endpoint.to_string(),
        ask.role_arn,
        ask.session_name,
        ask.duration,
        ask.policy,
        ask.policy_arns,
        identity,
    ]);
    Ok(HEXLOWER.encode(digest(&SHA256, all.to_string().as_bytes()).as_ref()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::Arc;

    use stead_server::clock::SystemClock;

    use super::*;
    use crate::credentials::session::tests::session;

    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> Self {
            let name = format!("stead-cache-{name}-{}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let _ = fs::remove_dir_all(&path);
            Self(path)
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn ask(role: &str, file: &str) -> Ask {
        Ask {
            role_arn: role.to_owned(),
            session_name: "job".to_owned(),
            duration: None,
            policy: None,
            policy_arns: Vec::new(),
            identity: Identity::WebIdentity { token_file: file.into(), provider_id: None },
        }
    }

    fn client(endpoint: &str) -> Client {
        Client {
            endpoint: endpoint.parse().unwrap(),
            trust: crate::client::Trust::System,
            region: "us-east-1".to_owned(),
            clock: Arc::new(SystemClock),
        }
    }

    fn entry(scratch: &Scratch) -> Entry {
        Entry::of(&ask("role", "/token"), &client("http://a"), &scratch.0).unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_session_comes_back_and_is_its_owners_alone() {
        let scratch = Scratch::new("round");
        let entry = entry(&scratch);
        assert!(entry.read().is_none());
        entry.write(&session(0, 3600)).unwrap();
        let read = entry.read().unwrap();
        assert_eq!(read.for_process(), session(0, 3600).for_process());
        assert_eq!(read.issued_at, session(0, 3600).issued_at);
        assert_eq!((mode(&scratch.0), mode(&entry.path("json"))), (0o700, 0o600));
    }

    #[test]
    fn what_is_no_session_of_ours_is_absent() {
        let scratch = Scratch::new("broken");
        let entry = entry(&scratch);
        entry.write(&session(0, 3600)).unwrap();
        let whole = fs::read_to_string(entry.path("json")).unwrap();
        let half = whole.get(..whole.len() / 2).unwrap();
        let other = whole.replace("\"version\":1", "\"version\":2");
        let empty = whole.replace("\"token\"", "\"\"");
        let long = format!("{whole}{}", " ".repeat(64 * 1024));
        for text in ["", "{}", half, &other, &empty, &long, "\u{0}"] {
            private_file::replace(&entry.path("json"), text.as_bytes()).unwrap();
            assert!(entry.read().is_none(), "{} bytes", text.len());
        }
        entry.write(&session(0, 3600)).unwrap();
        fs::set_permissions(entry.path("json"), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(entry.read().is_none());
    }

    #[test]
    fn a_directory_that_others_may_enter_is_not_used() {
        let scratch = Scratch::new("open");
        fs::create_dir_all(&scratch.0).unwrap();
        fs::set_permissions(&scratch.0, fs::Permissions::from_mode(0o755)).unwrap();
        let failure = Entry::of(&ask("role", "/token"), &client("http://a"), &scratch.0);
        assert!(failure.unwrap_err().message().contains("its mode is 755"));
    }

    #[test]
    fn whatever_changes_the_answer_changes_the_name() {
        let name_of = |ask: &Ask, endpoint: &str| name(ask, &client(endpoint)).unwrap();
        let first = name_of(&ask("role", "/token"), "http://a");
        assert_eq!(first.len(), 64);
        assert_eq!(first, name_of(&ask("role", "/token"), "http://a/"));
        let mut policy = ask("role", "/token");
        policy.policy = Some("{}".to_owned());
        let mut session = ask("role", "/token");
        session.session_name = "other".to_owned();
        for (other, endpoint) in [
            (ask("role2", "/token"), "http://a"),
            (ask("role", "/token2"), "http://a"),
            (ask("role", "/token"), "http://b"),
            (policy, "http://a"),
            (session, "http://a"),
        ] {
            assert_ne!(first, name_of(&other, endpoint));
        }
    }

    #[test]
    fn the_directory_is_that_of_the_specification() {
        for (variables, expected) in [
            (&[("XDG_CACHE_HOME", "/c"), ("HOME", "/h")][..], Some("/c/stead/credentials")),
            (&[("XDG_CACHE_HOME", "c"), ("HOME", "/h")], Some("/h/.cache/stead/credentials")),
            (&[("HOME", "/h")], Some("/h/.cache/stead/credentials")),
            (&[], None),
        ] {
            let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
            assert_eq!(default_directory(&variables.collect()), expected.map(PathBuf::from));
        }
    }
}
