use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use super::{ConfigError, Key};

/// How many names may be given for one certificate. Choice: AWS's certificates for STS have
/// fewer, and clients read all of them.
const NAMES_MAX: usize = 64;

/// Which certificate HTTPS is offered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// One that the server makes itself, with an authority for it.
    Own {
        /// What it is for besides the loopback names and the address that is listened on.
        names: Vec<CertificateName>,
    },
    /// That of these files.
    Files(TlsFiles),
}

/// The two files that HTTPS needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, PEM, the server's own certificate first.
    pub certificate: PathBuf,
    /// Its private key, PEM.
    pub key: PathBuf,
}

/// What a certificate is for: a host name in small letters, such as `sts.example.com`, or an
/// address. Wildcards are none: an authority is constrained to each name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CertificateName(Box<str>);

impl CertificateName {
    /// Reads a host name or an address.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.parse::<IpAddr>() {
            Ok(address) => {
                Some(Self::from(address)).filter(|_| !address.to_canonical().is_unspecified())
            }
            Err(_) if is_host_name(text) => Some(Self(text.to_ascii_lowercase().into())),
            Err(_) => None,
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a name of AWS.
    #[must_use]
    pub fn is_of_aws(&self) -> bool {
        ["amazonaws.com", "amazonaws.com.cn", "api.aws"]
            .iter()
            .filter_map(|domain| self.0.strip_suffix(domain))
            .any(|before| before.is_empty() || before.ends_with('.'))
    }
}

impl From<IpAddr> for CertificateName {
    fn from(address: IpAddr) -> Self {
        Self(address.to_canonical().to_string().into())
    }
}

impl fmt::Display for CertificateName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Spec: RFC 1123, section 2.1, and RFC 1035, section 2.3.4.
fn is_host_name(text: &str) -> bool {
    let fits = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    // What ends in a number is read as an address by some.
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 253
        && text.split('.').all(fits)
        && !text.rsplit('.').next().is_some_and(is_number)
}

pub(super) fn own(names: Vec<CertificateName>) -> Result<Tls, ConfigError> {
    match names.len() > NAMES_MAX {
        true => Err(ConfigError::ManyNames { max: NAMES_MAX }),
        false => Ok(Tls::Own { names }),
    }
}

pub(super) const fn half(present: Key, absent: Key) -> ConfigError {
    ConfigError::HalfOfTls { present, absent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_names_and_addresses_are_names_and_patterns_are_none() {
        let long = ["a"; 127].join(".");
        for (text, expected) in [
            ("sts.example.com", Some("sts.example.com")),
            ("STS.Example.com", Some("sts.example.com")),
            ("stead", Some("stead")),
            ("1.example", Some("1.example")),
            ("192.0.2.7", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("2001:db8:0::1", Some("2001:db8::1")),
            (&long, Some(&*long)),
            ("", None),
            (".", None),
            (".example.com", None),
            ("example.com.", None),
            ("*.example.com", None),
            ("a..b", None),
            ("-a.example", None),
            ("a-.example", None),
            ("a_b.example", None),
            ("ex ample", None),
            ("exämple.com", None),
            ("192.0.2.256", None),
            ("192.0.2", None),
            ("0.0.0.0", None),
            ("::", None),
            ("::ffff:0.0.0.0", None),
            ("192.0.2.0/24", None),
            ("https://example.com", None),
            ("example.com:443", None),
            (&format!("{long}.b"), None),
            (&"a".repeat(64), None),
        ] {
            let name = CertificateName::parse(text);
            assert_eq!(name.as_ref().map(CertificateName::as_str), expected, "{text}");
        }
    }

    #[test]
    fn names_of_aws_are_known() {
        for (name, expected) in [
            ("sts.amazonaws.com", true),
            ("sts.cn-north-1.amazonaws.com.cn", true),
            ("sts.us-east-1.api.aws", true),
            ("amazonaws.com", true),
            ("amazonaws.com.example", false),
            ("notamazonaws.com", false),
            ("localhost", false),
        ] {
            assert_eq!(CertificateName::parse(name).unwrap().is_of_aws(), expected, "{name}");
        }
    }
}
