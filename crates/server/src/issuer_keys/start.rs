//! What the configuration makes of it, once, at start.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use thiserror::Error;

use super::address::Reach;
use super::fault::Cause;
use super::fetch::read_keys;
use super::proxy::{Proxy, ProxyCredentialsError};
use super::request::Rules;
use super::trust::{Authorities, Others};
use crate::authorities;
use crate::config::{Issuer, Issuers, PinnedKeys};
use stead_federation::oidc::KeySet;

/// Why the keys of issuers cannot be got as configured.
#[derive(Debug, Error)]
pub enum IssuerKeysError {
    /// A file that cannot be read.
    #[error("cannot read `{}` of the issuer `{issuer}`: {reason}", path.display())]
    File {
        /// The issuer.
        issuer: String,
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Keys that are none.
    #[error("the keys of the issuer `{issuer}` cannot be used: {cause}")]
    Keys {
        /// The issuer.
        issuer: String,
        /// What is wrong with them.
        cause: Cause,
    },
    /// No credentials for the proxy.
    #[error("the credentials for the proxy of issuers: {0}")]
    Proxy(#[from] ProxyCredentialsError),
}

/// The rules for issuers that the configuration does not name.
pub(super) fn general_rules(issuers: &Issuers, public: &Arc<RootCertStore>) -> Rules {
    let reach = Reach { loopback: issuers.allow_loopback, networks: Vec::new() };
    let roots = Arc::clone(public);
    Rules { reach, authorities: Authorities { roots, others: Others::ByThumbprint } }
}

/// The rules for those that it names.
pub(super) fn named_rules(
    issuers: &Issuers,
    general: &Rules,
) -> Result<HashMap<String, Rules>, IssuerKeysError> {
    let rules = |(url, issuer): (&String, &Issuer)| {
        let mut rules = general.clone();
        rules.reach.networks.clone_from(&issuer.allowed_networks);
        if let Some(path) = &issuer.ca_file {
            let roots = Arc::new(read_roots(url, path)?);
            // Choice: an operator who says whose signature counts has said it; no
            // thumbprint that somebody lists adds to that.
            rules.authorities = Authorities { roots, others: Others::Refused };
        }
        Ok((url.clone(), rules))
    };
    issuers.named.iter().map(rules).collect()
}

/// The way to public issuers, where it is not a straight one.
pub(super) fn proxy(issuers: &Issuers) -> Result<Option<Proxy>, IssuerKeysError> {
    let Some(through) = &issuers.proxy else { return Ok(None) };
    Ok(Some(Proxy::new(through.address.clone(), through.credentials_file.as_deref())?))
}

/// What is asked in place of single issuers, by their URL or name.
pub(super) fn endpoints(issuers: &Issuers) -> HashMap<String, String> {
    let endpoint =
        |(url, issuer): (&String, &Issuer)| Some((url.clone(), issuer.endpoint.clone()?));
    issuers.named.iter().filter_map(endpoint).collect()
}

/// The keys that the configuration gives, by issuer.
pub(super) fn pinned(issuers: &Issuers) -> Result<HashMap<String, Arc<KeySet>>, IssuerKeysError> {
    let with_keys =
        issuers.named.iter().filter_map(|(url, issuer)| Some((url, issuer.pinned.as_ref()?)));
    let read = |(url, pinned): (&String, &PinnedKeys)| {
        let json = match pinned {
            PinnedKeys::File(path) => read_file(url, path)?,
            PinnedKeys::Inline(json) => json.clone().into_bytes(),
        };
        let keys = read_keys(&json)
            .map_err(|cause| IssuerKeysError::Keys { issuer: url.clone(), cause })?;
        Ok((url.clone(), Arc::new(keys)))
    };
    with_keys.map(read).collect()
}

fn read_roots(issuer: &str, path: &Path) -> Result<RootCertStore, IssuerKeysError> {
    let text = read_file(issuer, path)?;
    authorities::of_pem(&text).map_err(|fault| IssuerKeysError::File {
        issuer: issuer.to_owned(),
        path: path.to_owned(),
        reason: fault.to_string(),
    })
}

fn read_file(issuer: &str, path: &Path) -> Result<Vec<u8>, IssuerKeysError> {
    authorities::read(path).map_err(|fault| IssuerKeysError::File {
        issuer: issuer.to_owned(),
        path: path.to_owned(),
        reason: fault.to_string(),
    })
}
