use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

use super::listen::Stop;
use crate::config::TlsFiles;

/// How often it is looked whether the files have changed. Choice: asking needs no further
/// library, and costs two calls of the system.
const LOOKED_AT_EVERY: Duration = Duration::from_secs(5);

/// Why HTTPS cannot be offered.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that cannot be read or holds no PEM of its kind.
    #[error("cannot read a {kind} from `{}`: {reason}", path.display())]
    File {
        /// `certificate chain` or `private key`.
        kind: &'static str,
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key do not go together, or are of a kind that is not supported.
    #[error("the certificate and the private key cannot be used together: {0}")]
    Pair(rustls::Error),
}

/// The certificate that is offered: that of two files, also when they change.
///
/// A connection keeps the one it began with. Staleness: five seconds.
#[derive(Debug)]
pub struct Certificate {
    files: TlsFiles,
    offered: ArcSwap<CertifiedKey>,
}

impl Certificate {
    /// Reads the two files.
    ///
    /// # Errors
    /// Files that cannot be read or do not belong together.
    pub fn load(files: TlsFiles) -> Result<Arc<Self>, TlsError> {
        let offered = ArcSwap::from(read(&files)?);
        Ok(Arc::new(Self { files, offered }))
    }

    /// Offers HTTP/2 and HTTP/1.1, in this order.
    ///
    /// # Errors
    /// A library without any protocol version.
    pub fn acceptor(self: &Arc<Self>) -> Result<TlsAcceptor, TlsError> {
        let resolver: Arc<dyn ResolvesServerCert> = Arc::<Self>::clone(self);
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Pair)?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    /// When the certificate ends that is offered now, in seconds since 1970.
    pub(crate) fn ends_at(&self) -> Option<i64> {
        let offered = self.offered.load();
        let (_, certificate) = x509_parser::parse_x509_certificate(offered.cert.first()?).ok()?;
        Some(certificate.validity().not_after.timestamp())
    }

    /// Reads the files again when they change, until it is told to stop. What cannot be used
    /// changes nothing: the two are seldom replaced at the same moment.
    pub async fn follow(self: Arc<Self>, mut stop: Stop) {
        let mut seen = Seen::default();
        loop {
            tokio::select! {
                () = stop.requested() => return,
                () = tokio::time::sleep(LOOKED_AT_EVERY) => {}
            }
            // A file system may take its time, which must not be a request's.
            let certificate = Arc::clone(&self);
            let looked = tokio::task::spawn_blocking(move || {
                certificate.look(&mut seen);
                seen
            });
            seen = looked.await.unwrap_or_default();
        }
    }

    /// Reads the files again where they are not as they were `seen`, at first in any case,
    /// and each time while they cannot be read: what was in the way need not show in them.
    fn look(&self, seen: &mut Seen) {
        let found = [&self.files.certificate, &self.files.key].map(|path| Stamp::of(path));
        if seen.read == Some(found) {
            return;
        }
        let offered = read(&self.files);
        seen.read = offered.is_ok().then_some(found);
        match offered {
            Ok(offered) if offered.cert == self.offered.load().cert => {}
            Ok(offered) => {
                self.offered.store(offered);
                tracing::info!("the certificate has changed and is offered from now on");
            }
            Err(_) if seen.refused == Some(found) => {}
            Err(error) => {
                seen.refused = Some(found);
                tracing::error!(%error, "the certificate has changed and cannot be used: the one before stays");
            }
        }
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.offered.load_full())
    }
}

/// The files as they were when they were read, and when it was said that they cannot be.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    read: Option<[Stamp; 2]>,
    refused: Option<[Stamp; 2]>,
}

/// What tells that a file has changed: when it was written, how long it is, and which it
/// is. None where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp(Option<(SystemTime, u64, u64)>);

impl Stamp {
    fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(path).ok();
        Self(metadata.and_then(|it| Some((it.modified().ok()?, it.len(), it.ino()))))
    }
}

fn provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::aws_lc_rs::default_provider()
}

fn read(files: &TlsFiles) -> Result<Arc<CertifiedKey>, TlsError> {
    let chain = chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| refuse("private key", &files.key, &error.to_string()))?;
    CertifiedKey::from_der(chain, key, &provider()).map(Arc::new).map_err(TlsError::Pair)
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(chain) if chain.is_empty() => {
            Err(refuse("certificate chain", path, "there is no certificate in it"))
        }
        Ok(chain) => Ok(chain),
        Err(error) => Err(refuse("certificate chain", path, &error.to_string())),
    }
}

fn refuse(kind: &'static str, path: &Path, reason: &str) -> TlsError {
    TlsError::File { kind, path: path.to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use rcgen::KeyPair;

    use super::*;
    use crate::scratch::Scratch;

    /// A certificate and its key, in PEM.
    fn made(name: &str) -> [String; 2] {
        let key = KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        [("CERTIFICATE", certificate.der().to_vec()), ("PRIVATE KEY", key.serialize_der())]
            .map(|(label, der)| pem(label, &der))
    }

    fn pem(label: &str, der: &[u8]) -> String {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    }

    #[test]
    fn a_certificate_that_changes_is_offered_and_one_that_breaks_is_not() {
        let scratch = Scratch::new("tls-follow");
        let files = TlsFiles {
            certificate: scratch.path().join("certificate"),
            key: scratch.path().join("key"),
        };
        let ([one, one_key], [other, other_key]) = (made("one"), made("other"));
        let put = |path: &PathBuf, text: &str| {
            // As it is renewed: by another file under the same name.
            std::fs::write(path.with_extension("new"), text).unwrap();
            std::fs::rename(path.with_extension("new"), path).unwrap();
        };
        put(&files.certificate, &one);
        put(&files.key, &one_key);
        let certificate = Certificate::load(files.clone()).unwrap();
        let offered = || certificate.offered.load().cert.clone();
        let (first, mut seen) = (offered(), Seen::default());
        certificate.look(&mut seen);
        assert_eq!(offered(), first);
        // Between the two files nothing fits together.
        put(&files.certificate, &other);
        certificate.look(&mut seen);
        assert_eq!(offered(), first);
        assert!(seen.read.is_none() && seen.refused.is_some());
        put(&files.key, &other_key);
        certificate.look(&mut seen);
        let second = offered();
        assert_ne!(second, first);
        for broken in ["", "no certificate", &one_key] {
            put(&files.certificate, broken);
            certificate.look(&mut seen);
            assert_eq!(offered(), second, "{broken}");
        }
        std::fs::remove_file(&files.certificate).unwrap();
        certificate.look(&mut seen);
        assert_eq!(offered(), second);
        put(&files.certificate, &one);
        put(&files.key, &one_key);
        certificate.look(&mut seen);
        assert_eq!(offered(), first);
    }

    /// A program that renews may hand the files over later, which changes neither of them.
    #[test]
    fn a_certificate_that_can_be_read_later_is_offered_then() {
        let scratch = Scratch::new("tls-later");
        let [certificate, key] = ["certificate", "key"].map(|name| scratch.path().join(name));
        let put = |[one, its_key]: [String; 2]| {
            std::fs::write(&certificate, one).unwrap();
            std::fs::write(&key, its_key).unwrap();
        };
        put(made("one"));
        let files = TlsFiles { certificate: certificate.clone(), key: key.clone() };
        let followed = Certificate::load(files).unwrap();
        let first = followed.offered.load().cert.clone();
        let mut seen = Seen::default();
        put(made("other"));
        // As if the key could not be opened, without a change that its stamp shows.
        let stamps = [&certificate, &key].map(|path| Stamp::of(path));
        seen.refused = Some(stamps);
        followed.look(&mut seen);
        assert_ne!(followed.offered.load().cert, first);
        assert_eq!(seen.read, Some(stamps));
    }
}
