//! A certificate of the server's own, where none was given: `--tls` alone.
//!
//! An authority is made for this one certificate. Whoever trusts it trusts nothing else
//! by it: it is constrained to the names below, and its private key is gone once it has
//! signed, never written anywhere.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, date_time_ymd,
};
use stead_types::Timestamp;
use thiserror::Error;
use zeroize::Zeroize as _;

use crate::config::{CertificateName, TlsFiles};
use crate::http::Certificate;
use crate::private_file;
use crate::profile::ProfileFiles;

/// For how long authority and certificate are good, from their beginning. Choice: what
/// Apple's platforms take of an authority that a user has added.
const LIFETIME: Duration = Duration::from_secs(825 * DAY);

/// How long before their end both are made anew, at a start. Choice: a server that runs for
/// a quarter of a year without a start keeps good ones.
const MADE_ANEW_BEFORE_END: Duration = Duration::from_secs(90 * DAY);

/// How much earlier they begin: the clocks of clients may be behind.
const BEGINS_BEFORE: Duration = Duration::from_secs(DAY);

const DAY: u64 = 24 * 3_600;

/// Where certificate and key are, in a data directory.
const DIRECTORY: &str = "tls";

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum OwnCertificateError {
    /// A file that cannot be written.
    #[error("cannot write `{}`: {error}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The library does not make it.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}

/// The names and addresses that clients reach a server by, each once: those of the loopback,
/// the address it listens on, and the `further` ones in order.
///
/// Choice: the names of AWS are there only where they are asked for. An authority for them
/// decides, for whoever trusts it, who AWS is.
pub(crate) fn names(listen: IpAddr, further: &[CertificateName]) -> Vec<CertificateName> {
    let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()];
    let mut names: Vec<_> = CertificateName::parse("localhost").into_iter().collect();
    names.extend(loopback.map(CertificateName::from));
    let mut more = further.to_vec();
    more.sort();
    if !listen.to_canonical().is_unspecified() {
        more.insert(0, listen.into());
    }
    for name in more {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Where the certificate of a data directory is, if there is one, and its key.
pub(crate) fn files(data: &Path) -> TlsFiles {
    let directory = data.join(DIRECTORY);
    TlsFiles { certificate: directory.join("certificate.pem"), key: directory.join("key.pem") }
}

/// The certificate of a data directory for these names; made where there is none, where it
/// is for others, and where it will not last.
///
/// # Errors
/// Files that cannot be written.
pub(crate) fn prepare(
    data: &Path,
    names: &[CertificateName],
    now: Timestamp,
) -> Result<TlsFiles, OwnCertificateError> {
    let (directory, files) = (data.join(DIRECTORY), files(data));
    let (made_for, authority) = (directory.join("made-for"), ProfileFiles::of(data).authority());
    let is_whole = authority.is_file() && Certificate::load(files.clone()).is_ok();
    let standing = Standing::of(&made_for, is_whole, names, now);
    if standing == Standing::Good {
        return Ok(files);
    }
    let made = Made::new(names, now)?;
    private_file::make_directory(&directory).map_err(|error| failed(&directory, error))?;
    // What says that they are made goes first and comes last.
    if standing != Standing::Incomplete {
        let all = [&made_for, &files.key, &files.certificate, &authority];
        all.into_iter().for_each(|path| keep(path));
    }
    write(&made_for, "")?;
    write(&files.key, &made.key)?;
    write(&files.certificate, &made.certificate)?;
    if let Some(directory) = authority.parent() {
        private_file::make_directory(directory).map_err(|error| failed(directory, error))?;
    }
    write(&authority, &made.authority)?;
    write(&made_for, &note(names, ends(now)))?;
    standing.tell(&authority);
    Ok(files)
}

/// How it is with the certificate of a data directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Good,
    /// There never was one.
    Absent,
    /// A file of it is not there, or writing them was cut short.
    Incomplete,
    OtherNames,
    EndsSoon,
    /// It was made by a clock that was ahead.
    BeginsLater,
}

impl Standing {
    fn of(made_for: &Path, is_whole: bool, names: &[CertificateName], now: Timestamp) -> Self {
        let Ok(text) = std::fs::read_to_string(made_for) else { return Self::Absent };
        let ends = text.lines().next().and_then(|line| line.parse::<Timestamp>().ok());
        match ends {
            Some(ends) if is_whole && text != note(names, ends) => Self::OtherNames,
            Some(ends) if is_whole && ends <= now.plus(MADE_ANEW_BEFORE_END) => Self::EndsSoon,
            Some(ends) if is_whole && ends > now.plus(LIFETIME) => Self::BeginsLater,
            Some(_) if is_whole => Self::Good,
            Some(_) | None => Self::Incomplete,
        }
    }

    /// Says that clients need the new authority, since those of before no longer connect.
    fn tell(self, authority: &Path) {
        let why = match self {
            Self::Good => return,
            Self::Absent => {
                let authority = authority.display();
                tracing::info!(%authority, "a certificate was made, and an authority for it");
                return;
            }
            Self::Incomplete => "a file of it was missing or damaged",
            Self::OtherNames => "it was for other names",
            Self::EndsSoon => "its end was near",
            Self::BeginsLater => "it was good from a later day on",
        };
        tracing::warn!(
            why,
            authority = %authority.display(),
            "the certificate was made anew, with a new authority: clients need that now; \
             what was there before ends in `.before`"
        );
    }
}

/// What is noted beside a certificate: its end, then what it is for.
fn note(names: &[CertificateName], ends: Timestamp) -> String {
    let names: String = names.iter().map(|name| format!("{name}\n")).collect();
    format!("{ends}\n{names}")
}

/// An authority and what it has signed, in PEM.
struct Made {
    authority: String,
    certificate: String,
    key: String,
}

impl Made {
    fn new(names: &[CertificateName], now: Timestamp) -> Result<Self, rcgen::Error> {
        let mut authority_key = KeyPair::generate()?;
        let key = KeyPair::generate()?;
        let authority = authority(names, now);
        let signed = authority.self_signed(&authority_key)?;
        let issuer = Issuer::new(authority, &authority_key);
        let certificate = certificate(names, now)?.signed_by(&key, &issuer)?;
        drop(issuer);
        authority_key.zeroize();
        Ok(Self {
            authority: pem("CERTIFICATE", signed.der()),
            certificate: pem("CERTIFICATE", certificate.der()),
            key: pem("PRIVATE KEY", key.serialized_der()),
        })
    }
}

fn authority(names: &[CertificateName], now: Timestamp) -> CertificateParams {
    let mut authority = CertificateParams::default();
    // In a store of many authorities each needs a name of its own.
    authority.distinguished_name = named(&format!("Stead authority of {now}"));
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    authority.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    // Spec: RFC 5280, section 4.2.1.10: a name stands for those below it too. The library
    // marks the extension as critical, so that who does not know it trusts nothing.
    authority.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.iter().map(subtree).collect(),
        excluded_subtrees: Vec::new(),
    });
    last(&mut authority, now);
    authority
}

fn subtree(name: &CertificateName) -> GeneralSubtree {
    match name.as_str().parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            GeneralSubtree::IpAddress(CidrSubnet::V4(address.octets(), [0xff; 4]))
        }
        Ok(IpAddr::V6(address)) => {
            GeneralSubtree::IpAddress(CidrSubnet::V6(address.octets(), [0xff; 16]))
        }
        Err(_) => GeneralSubtree::DnsName(name.to_string()),
    }
}

fn certificate(
    names: &[CertificateName],
    now: Timestamp,
) -> Result<CertificateParams, rcgen::Error> {
    let mut certificate =
        CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    certificate.distinguished_name = named("Stead");
    certificate.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    certificate.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    certificate.use_authority_key_identifier_extension = true;
    last(&mut certificate, now);
    Ok(certificate)
}

fn named(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

fn last(parameters: &mut CertificateParams, now: Timestamp) {
    let epoch = date_time_ymd(1970, 1, 1);
    let since_epoch = |moment: Timestamp| {
        Duration::from_secs(u64::try_from(moment.epoch_seconds()).unwrap_or_default())
    };
    parameters.not_before = epoch + since_epoch(begins(now));
    parameters.not_after = epoch + since_epoch(ends(now));
}

/// When what is made now begins.
fn begins(now: Timestamp) -> Timestamp {
    now.minus(BEGINS_BEFORE)
}

/// When it ends. Spec: RFC 5280, section 4.1.2.5: the last second counts.
fn ends(now: Timestamp) -> Timestamp {
    begins(now).plus(LIFETIME).minus(Duration::from_secs(1))
}

/// Keeps what is to be replaced: should the clock be what is wrong, it can be put back.
fn keep(path: &Path) {
    let mut before = path.as_os_str().to_owned();
    before.push(".before");
    // Nothing needs it, and what cannot be kept is no reason to serve nothing.
    if let Err(error) = std::fs::rename(path, &before)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "what was there before is not kept");
    }
}

/// Spec: RFC 7468, section 2: lines of 64 characters.
fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut lines = String::new();
    for (place, character) in text.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            lines.push('\n');
        }
        lines.push(character);
    }
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

fn write(path: &Path, text: &str) -> Result<(), OwnCertificateError> {
    private_file::replace(path, text.as_bytes()).map_err(|error| failed(path, error))
}

fn failed(path: &Path, error: io::Error) -> OwnCertificateError {
    OwnCertificateError::File { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests;
