use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

use crate::config::TlsFiles;

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

/// Reads the two files and offers HTTP/2 and HTTP/1.1, in this order.
///
/// # Errors
/// Files that cannot be read or do not belong together.
pub fn load(files: &TlsFiles) -> Result<TlsAcceptor, TlsError> {
    let chain = chain(&files.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&files.key)
        .map_err(|error| refuse("private key", &files.key, &error.to_string()))?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsError::Pair)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
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
