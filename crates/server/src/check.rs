//! Whether a server would start with these settings: every file they name is looked at, and
//! nothing is started or changed.

use std::io;
use std::path::Path;

use rustix::fs::{Access, access};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use stead_administration::{Command, Outcome};
use stead_store::Aggregate;
use stead_store_sqlite::{OpenError, SqliteStore};
use stead_types::Timestamp;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::admin::AdminClient;
use crate::config::{Settings, Storage, Tls, TlsFiles};
use crate::http::Certificate;
use crate::installation::Installation;
use crate::issuer_keys::IssuerKeys;
use crate::managed_policies;
use crate::root_key::RootKeySource;
use crate::start::StartError;
use crate::traces;

/// Something that a start would fail at, or that nobody can want.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, on one line.
    pub problem: String,
    /// What to do about it.
    pub help: String,
}

impl Problem {
    fn new(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { problem: problem.into(), help: help.into() }
    }
}

impl<E: Into<StartError>> From<E> for Problem {
    fn from(error: E) -> Self {
        let error = error.into();
        Self::new(error.to_string(), error.help())
    }
}

/// Looks at everything the settings name and says all that is wrong with it.
pub async fn check(settings: &Settings, now: Timestamp) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(Tls::Files(files)) = &settings.tls {
        problems.extend(tls(files, now));
    }
    if let Some(directory) = &settings.managed_policies {
        problems.extend(managed_policies::read(directory).err().map(Problem::from));
    }
    problems.extend(IssuerKeys::new(&settings.issuers, 1).err().map(Problem::from));
    if let Some(traces) = &settings.traces {
        problems.extend(traces::authorities(traces).err().map(Problem::from));
    }
    problems.extend(writable(&settings.data).err());
    if let Some(path) = &settings.ready_file {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        problems.extend(writable(parent.unwrap_or(Path::new("."))).err());
    }
    if let Storage::Durable = settings.storage {
        problems.extend(root_key(settings).await.err());
    }
    problems
}

/// Certificate and key parse and go together, and every certificate of the chain is one now.
fn tls(files: &TlsFiles, now: Timestamp) -> Vec<Problem> {
    if let Err(error) = Certificate::load(files.clone()) {
        return vec![error.into()];
    }
    let Ok(chain) = CertificateDer::pem_file_iter(&files.certificate) else { return Vec::new() };
    chain.filter_map(Result::ok).filter_map(|der| of_its_time(&der, files, now).err()).collect()
}

fn of_its_time(der: &[u8], files: &TlsFiles, now: Timestamp) -> Result<(), Problem> {
    let path = files.certificate.display();
    let help = "put the renewed certificate, and its key, in their files";
    let (_, certificate) = X509Certificate::from_der(der)
        .map_err(|_| Problem::new(format!("a certificate in `{path}` cannot be read"), help))?;
    let (validity, now) = (certificate.validity(), now.epoch_seconds());
    let moment = |time: &x509_parser::time::ASN1Time| {
        Timestamp::from_epoch_seconds(time.timestamp()).to_string()
    };
    if validity.not_after.timestamp() < now {
        let text =
            format!("a certificate in `{path}` has expired, {}", moment(&validity.not_after));
        return Err(Problem::new(text, help));
    }
    if validity.not_before.timestamp() > now {
        let text = format!("a certificate in `{path}` begins {}", moment(&validity.not_before));
        return Err(Problem::new(text, "see whether this machine's clock is right"));
    }
    Ok(())
}

/// The directory can be written to, or made.
fn writable(directory: &Path) -> Result<(), Problem> {
    let absolute = std::path::absolute(directory).map_err(|error| refused(directory, &error))?;
    let there = absolute.ancestors().find(|path| path.symlink_metadata().is_ok());
    let there = there.unwrap_or(Path::new("/"));
    if !there.is_dir() {
        return Err(refused(there, &io::ErrorKind::NotADirectory.into()));
    }
    access(there, Access::WRITE_OK | Access::EXEC_OK).map_err(|error| refused(there, &error.into()))
}

fn refused(path: &Path, error: &io::Error) -> Problem {
    let problem = format!("`{}` cannot be written to: {error}", path.display());
    Problem::new(problem, "check the directory and its owner: the server's user writes to it")
}

/// The root key opens what the directory holds, whether a server runs on it or not.
async fn root_key(settings: &Settings) -> Result<(), Problem> {
    let data = &settings.data;
    if !data.join("stead.db").exists() {
        // A key beside the data is made at the first start.
        return match settings.root_key.own {
            RootKeySource::BesideTheData => Ok(()),
            _ => settings.root_key.read(data).await.map(drop).map_err(|error| error.into()),
        };
    }
    let at_hand = settings.root_key.read(data).await?;
    match SqliteStore::load_at_rest(data, &Aggregate::Installation) {
        Ok(Some(loaded)) => {
            Installation::read(&loaded)?.root_keys(at_hand)?;
            Ok(())
        }
        // A directory whose first start did not get far.
        Ok(None) => Ok(()),
        Err(OpenError::InUse { .. }) => asked_of_the_server(data, &at_hand).await,
        Err(error) => Err(error.into()),
    }
}

async fn asked_of_the_server(
    data: &Path,
    at_hand: &[stead_session::vault::RootKey],
) -> Result<(), Problem> {
    let silent = || {
        let text = format!("the server on `{}` does not say which root key it has", data.display());
        Problem::new(text, "run the command as the user the server runs as")
    };
    let client = AdminClient::connect(data).await.ok().flatten();
    let outcome = client.ok_or_else(silent)?.ask(&Command::ListKeys {}).await;
    let Ok(Outcome::Keys(keys)) = outcome else { return Err(silent()) };
    match at_hand.iter().any(|key| key.id().to_string() == keys.root_key) {
        true => Ok(()),
        false => Err(Problem::new(
            format!("the data is wrapped under root key {}, which is not at hand", keys.root_key),
            "name that key, or change it by `stead keys rewrap`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::config::{Key, Layer, Layers};
    use crate::entropy::SystemEntropy;
    use crate::root_key;
    use crate::scratch::Scratch;

    /// 2026-03-01T12:00:00Z.
    const NOW: Timestamp = Timestamp::from_epoch_seconds(1_772_366_400);

    async fn problems(pairs: &[(Key, &Path)]) -> Vec<String> {
        let mut layer = Layer::flags();
        for (key, value) in pairs {
            layer.set(*key, value.to_str().unwrap());
        }
        let settings = Settings::parse(&Layers::new([layer]), None).unwrap();
        check(&settings, NOW).await.into_iter().map(|problem| problem.problem).collect()
    }

    fn certificate(until: i32) -> (String, String) {
        let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(2020, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(until, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        (pem("CERTIFICATE", certificate.der()), pem("PRIVATE KEY", &key.serialize_der()))
    }

    fn pem(kind: &str, der: &[u8]) -> String {
        let text = STANDARD.encode(der);
        format!("-----BEGIN {kind}-----\n{text}\n-----END {kind}-----\n")
    }

    #[tokio::test]
    async fn certificates_go_with_their_keys_and_have_not_expired() {
        let scratch = Scratch::new("check-tls");
        let path = |name: &str| scratch.path().join(name);
        let data = path("data");
        let (good, old) = (certificate(2099), certificate(2026));
        for (name, text) in
            [("good", &good.0), ("good.key", &good.1), ("old", &old.0), ("old.key", &old.1)]
        {
            std::fs::write(path(name), text).unwrap();
        }
        for (certificate, key, expected) in [
            ("good", "good.key", None),
            ("old", "old.key", Some("has expired, 2026-01-01T00:00:00Z")),
            ("good", "old.key", Some("cannot be used together")),
            ("good.key", "good.key", Some("there is no certificate in it")),
            ("nothing", "good.key", Some("cannot read a certificate chain")),
        ] {
            let (certificate, key) = (path(certificate), path(key));
            let pairs = [(Key::Data, &*data), (Key::TlsCert, &*certificate), (Key::TlsKey, &*key)];
            let found = problems(&pairs).await;
            match expected {
                None => assert_eq!(found, [""; 0]),
                Some(text) => assert!(found.len() == 1 && found[0].contains(text), "{found:?}"),
            }
        }
    }

    #[tokio::test]
    async fn directories_can_be_written_or_made() {
        let scratch = Scratch::new("check-write");
        let file = scratch.path().join("file");
        std::fs::write(&file, "").unwrap();
        let deep = scratch.path().join("not/there/yet");
        assert_eq!(problems(&[(Key::Data, &deep)]).await, [""; 0]);
        assert!(!scratch.path().join("not").exists(), "a check makes nothing");
        let found = problems(&[(Key::Data, &file.join("data"))]).await;
        assert!(found[0].contains("cannot be written to"), "{found:?}");
        let ready = file.join("ready");
        let found = problems(&[(Key::Data, &deep), (Key::ReadyFile, &ready)]).await;
        assert!(found.len() == 1 && found[0].contains("cannot be written to"), "{found:?}");
    }

    #[tokio::test]
    async fn the_root_key_opens_what_the_data_holds() {
        let scratch = Scratch::new("check-root-key");
        let data = scratch.path().join("data");
        let store = SqliteStore::open(&data).unwrap();
        let source = RootKeySource::BesideTheData;
        let key = source.read_or_create(&data, &mut SystemEntropy).await.unwrap();
        let keyring = stead_session::Keyring::new(NOW, &mut SystemEntropy);
        Installation::create(&store, &keyring, &key, &mut SystemEntropy).await.unwrap();
        store.close().await;
        assert_eq!(problems(&[(Key::Data, &data)]).await, [""; 0]);
        let other = scratch.path().join("other");
        let found = problems(&[(Key::Data, &data), (Key::RootKeyFile, &other)]).await;
        assert!(found[0].contains("there is no root key at"), "{found:?}");
        let fresh = source.read_or_create(scratch.path(), &mut SystemEntropy).await.unwrap();
        root_key::write(&other, &fresh).unwrap();
        let found = problems(&[(Key::Data, &data), (Key::RootKeyFile, &other)]).await;
        assert!(found[0].contains(&format!("not under {}", fresh.id())), "{found:?}");
    }
}
