use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;
use stead_service::{AssertionUse, IssuerBase, Simulator};
use stead_types::{AccountId, IssuerUrl, Secret};

use super::error::excerpt;
use super::{
    Audit, AuditTarget, CertificateName, ConfigError, FixtureKeys, IssuerProxy, Issuers, Key,
    Layers, Saml, Tls, TlsFiles, Traces, audit, duration, saml, tls,
};
use crate::audit::Demand;
use crate::issuer_keys::ProxyAddress;
use crate::root_key::{RootKeySource, RootKeySources};
use crate::throttle::Rates;

/// Everything an operator decides, in final types.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The directory of everything the server keeps.
    pub data: PathBuf,
    /// The address that requests are accepted on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The address that metrics are read from, if they are.
    pub metrics_listen: Option<SocketAddr>,
    /// A file that appears, holding the base URL, once requests are answered.
    pub ready_file: Option<PathBuf>,
    /// Where the accounts are kept.
    pub storage: Storage,
    /// The number of the first account; a random one where none is given.
    pub account: Option<AccountId>,
    /// The region of the profile files.
    pub region: Region,
    /// Regions in which STS gives out no credentials.
    pub inactive_sts_regions: Vec<Region>,
    /// HTTPS instead of HTTP.
    pub tls: Option<Tls>,
    /// Networks whose forwarded headers count.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the root key comes from.
    pub root_key: RootKeySources,
    /// Error messages exactly as AWS words them, without denial ids.
    pub strict_messages: bool,
    /// Whether a denial goes out sealed in the error message instead of by id; strict
    /// messages carry neither.
    pub sealed_denials: bool,
    /// How policy simulation answers.
    pub simulator: Simulator,
    /// A directory of managed policies of AWS beside those that come with Stead.
    pub managed_policies: Option<PathBuf>,
    /// The URL below which identity tokens name their issuers; that of the address which
    /// requests are accepted on, where none is given.
    pub token_issuer_url: Option<IssuerBase>,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Which log lines are written.
    pub log_level: tracing::Level,
    /// How many connections may be open.
    pub connections_max: usize,
    /// How many connections one address may have open.
    pub address_connections_max: usize,
    /// How many requests a second are answered.
    pub rates: Rates,
    /// How long the answer to a request may take once its body is there.
    pub request_timeout: Duration,
    /// How long requests in flight may take to end when the server stops.
    pub shutdown_timeout: Duration,
    /// How the keys of token issuers are got.
    pub issuers: Issuers,
    /// How SAML responses are taken.
    pub saml: Saml,
    /// How calls are recorded.
    pub audit: Audit,
    /// Where traces go, if anywhere.
    pub traces: Option<Traces>,
}

/// Where the accounts are kept.
#[derive(Clone, Debug)]
pub enum Storage {
    /// In the data directory.
    Durable,
    /// In memory, gone when the server stops.
    Ephemeral {
        /// Root keys that tests bring along.
        fixtures: FixtureKeys,
    },
}

/// A region name, such as `us-east-1`: 1 to 64 lower-case letters, digits and dashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region(Box<str>);

impl Region {
    fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        ((1..=64).contains(&text.len()) && text.bytes().all(plain)).then(|| Self(text.into()))
    }

    /// A region in which STS can be switched off.
    ///
    /// Spec: UG:id_credentials_temp_enable-regions: the global endpoint, whose requests are
    /// signed for `us-east-1`, is always active.
    fn parse_inactive(text: &str) -> Option<Self> {
        Self::parse(text).filter(|region| region.as_str() != "us-east-1")
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl Settings {
    /// Parses what the layers say and checks the rules between settings.
    ///
    /// `fixture_keys` is the text of `STEAD_FIXTURE_KEYS`; it holds secrets, so it
    /// has no key of its own that a file could hold or `config show` could print.
    ///
    /// # Errors
    /// The first value that cannot be read, or the first rule that is broken.
    pub fn parse(layers: &Layers, fixture_keys: Option<&str>) -> Result<Self, ConfigError> {
        let read = Reader(layers);
        let listen: SocketAddr = read.required(Key::Listen, |text| text.parse().ok())?;
        let storage = read.storage(listen, fixture_keys)?;
        Ok(Self {
            audit: read.audit(&storage)?,
            traces: None,
            data: read.required(Key::Data, path)?,
            listen,
            metrics_listen: read.optional(Key::MetricsListen, |text| text.parse().ok())?,
            ready_file: read.optional(Key::ReadyFile, path)?,
            storage,
            account: read.optional(Key::Account, |text| text.parse().ok())?,
            region: read.required(Key::Region, Region::parse)?,
            inactive_sts_regions: read.list(Key::InactiveStsRegion, Region::parse_inactive)?,
            tls: read.tls()?,
            trusted_proxies: read.list(Key::TrustedProxy, network)?,
            root_key: read.root_key()?,
            strict_messages: read.required(Key::StrictMessages, switch)?,
            sealed_denials: read.required(Key::SealedDenials, switch)?,
            simulator: match read.required(Key::AwsSimulatorCompatible, switch)? {
                true => Simulator::AsAws,
                false => Simulator::AsCalls,
            },
            managed_policies: read.optional(Key::ManagedPolicies, path)?,
            token_issuer_url: read.optional(Key::TokenIssuerUrl, token_issuer_url)?,
            log_format: read.required(Key::LogFormat, log_format)?,
            log_level: read.required(Key::LogLevel, log_level)?,
            connections_max: read.required(Key::ConnectionsMax, connections)?,
            address_connections_max: read.required(Key::AddressConnectionsMax, connections)?,
            rates: Rates {
                account: read.required(Key::AccountRateMax, rate)?,
                address: read.required(Key::AddressRateMax, rate)?,
            },
            request_timeout: read.required(Key::RequestTimeout, bounded_duration)?,
            shutdown_timeout: read.required(Key::ShutdownTimeout, bounded_duration)?,
            saml: Saml {
                endpoints: read.list(Key::SamlEndpoint, saml::endpoint)?,
                assertion_use: match read.required(Key::SamlSingleUse, switch)? {
                    true => AssertionUse::Once,
                    false => AssertionUse::Repeated,
                },
            },
            issuers: Issuers {
                allow_loopback: read.required(Key::DangerousAllowLoopbackIssuers, switch)?,
                check_at_creation: read.required(Key::CheckIssuersAtCreation, switch)?,
                outage_max: read.required(Key::IssuerOutageMax, outage)?,
                proxy: read.issuer_proxy()?,
                named: layers.issuers().map(|table| table.issuers.clone()).unwrap_or_default(),
            },
        })
    }
}

impl Settings {
    /// The same with a root key that the environment holds; see [`VARIABLE`](crate::root_key::VARIABLE). As it is a
    /// secret, it has no key of its own either.
    ///
    /// # Errors
    /// [`ConfigError::TwoRootKeys`] where another place is named as well.
    pub fn with_root_key(self, text: Option<Secret<String>>) -> Result<Self, ConfigError> {
        let Some(text) = text else { return Ok(self) };
        if self.root_key.own != RootKeySource::BesideTheData {
            return Err(ConfigError::TwoRootKeys);
        }
        let own = RootKeySource::Environment(text);
        Ok(Self { root_key: RootKeySources { own, ..self.root_key }, ..self })
    }

    /// The same with what OpenTelemetry's variables say. Every program reads them under these
    /// names, so they have no keys of Stead's.
    ///
    /// # Errors
    /// [`ConfigError::TracesEndpoint`] where one names a place that is none.
    pub fn with_traces(
        self,
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        Ok(Self { traces: Traces::of(variable)?, ..self })
    }
}

struct Reader<'a>(&'a Layers);

impl Reader<'_> {
    fn list<T>(&self, key: Key, parse: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, ConfigError> {
        let (origin, texts) = self.0.find(key);
        let refuse = |text: &str| {
            let value = excerpt(&key.shown(text));
            ConfigError::Value { origin: origin.clone(), key, value }
        };
        texts.iter().map(|text| parse(text).ok_or_else(|| refuse(text))).collect()
    }

    fn optional<T>(
        &self,
        key: Key,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        Ok(self.list(key, parse)?.pop())
    }

    fn required<T>(&self, key: Key, parse: impl Fn(&str) -> Option<T>) -> Result<T, ConfigError> {
        self.optional(key, parse)?.ok_or_else(|| ConfigError::Value {
            origin: self.0.find(key).0,
            key,
            value: String::new(),
        })
    }

    /// Files that are given say which certificate, whether or not `tls` is switched on.
    fn tls(&self) -> Result<Option<Tls>, ConfigError> {
        let certificate = self.optional(Key::TlsCert, path)?;
        let key = self.optional(Key::TlsKey, path)?;
        let names = self.list(Key::TlsName, CertificateName::parse)?;
        let tls = match (certificate, key) {
            (Some(certificate), Some(key)) => Some(Tls::Files(TlsFiles { certificate, key })),
            (None, None) if self.required(Key::Tls, switch)? => {
                return tls::own(names).map(Some);
            }
            (None, None) => None,
            (Some(_), None) => return Err(tls::half(Key::TlsCert, Key::TlsKey)),
            (None, Some(_)) => return Err(tls::half(Key::TlsKey, Key::TlsCert)),
        };
        match names.is_empty() {
            true => Ok(tls),
            false => Err(ConfigError::NamesWithoutOwnCertificate),
        }
    }

    fn audit(&self, storage: &Storage) -> Result<Audit, ConfigError> {
        // Choice: what keeps nothing else keeps no log where it is not told to.
        let (usual, fits): (_, fn(&AuditTarget) -> bool) = match storage {
            Storage::Durable => (AuditTarget::Directory, |_| true),
            Storage::Ephemeral { .. } => {
                (AuditTarget::Off, |target| *target != AuditTarget::Directory)
            }
        };
        let target = self.optional(Key::AuditLog, |text| audit::target(text).filter(fits))?;
        Ok(Audit {
            target: target.unwrap_or(usual),
            demand: match self.required(Key::AuditRequired, switch)? {
                true => Demand::Required,
                false => Demand::BestEffort,
            },
            file_bytes_max: self.required(Key::AuditFileMebibytes, audit::file_bytes)?,
            file_age_max: self.required(Key::AuditFileAge, audit::file_age)?,
            files_max: self.required(Key::AuditFilesMax, audit::files)?,
        })
    }

    fn issuer_proxy(&self) -> Result<Option<IssuerProxy>, ConfigError> {
        let address = self.optional(Key::IssuerProxy, ProxyAddress::parse)?;
        let credentials_file = self.optional(Key::IssuerProxyCredentialsFile, path)?;
        match (address, credentials_file) {
            (None, Some(_)) => Err(ConfigError::CredentialsWithoutProxy),
            (address, credentials_file) => {
                Ok(address.map(|address| IssuerProxy { address, credentials_file }))
            }
        }
    }

    fn root_key(&self) -> Result<RootKeySources, ConfigError> {
        let file = self.optional(Key::RootKeyFile, path)?;
        let command = self.list(Key::RootKeyCommand, argument)?;
        let own = match (file, command.is_empty()) {
            (None, true) => RootKeySource::BesideTheData,
            (Some(file), true) => RootKeySource::File(file),
            (None, false) => RootKeySource::Command(command),
            (Some(_), false) => return Err(ConfigError::TwoRootKeys),
        };
        Ok(RootKeySources { own, other_file: self.optional(Key::OtherRootKeyFile, path)? })
    }

    fn storage(&self, listen: SocketAddr, fixtures: Option<&str>) -> Result<Storage, ConfigError> {
        let ephemeral = self.required(Key::Ephemeral, switch)?;
        let allow_remote = self.required(Key::AllowRemote, switch)?;
        match (ephemeral, fixtures) {
            (false, None) => Ok(Storage::Durable),
            (true, None) => Ok(Storage::Ephemeral { fixtures: FixtureKeys::default() }),
            (false, Some(_)) => Err(ConfigError::FixtureKeysWithoutEphemeral),
            (true, Some(_)) if !(listen.ip().to_canonical().is_loopback() || allow_remote) => {
                Err(ConfigError::FixtureKeysRemote)
            }
            (true, Some(text)) => {
                let fixtures = FixtureKeys::parse(text).map_err(ConfigError::FixtureKeys)?;
                Ok(Storage::Ephemeral { fixtures })
            }
        }
    }
}

pub(super) fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty() && !text.contains('\0')).then(|| PathBuf::from(text))
}

fn argument(text: &str) -> Option<String> {
    (!text.contains('\0')).then(|| text.to_owned())
}

fn switch(text: &str) -> Option<bool> {
    text.parse().ok()
}

pub(super) fn network(text: &str) -> Option<IpNet> {
    // An address alone is the network of that one address.
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A base whose issuers others can register: HTTPS, or a loopback host, and not too long.
fn token_issuer_url(text: &str) -> Option<IssuerBase> {
    let issuer = [text, IssuerBase::PATH, "f47ac10b-58cc-4372-a567-0e02b2c3d479"].concat();
    let issuer: IssuerUrl = issuer.parse().ok()?;
    let has_slash = issuer.without_scheme().contains("//");
    (!has_slash).then(|| IssuerBase::new(text))
}

fn log_format(text: &str) -> Option<LogFormat> {
    match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    }
}

fn log_level(text: &str) -> Option<tracing::Level> {
    match text {
        "error" => Some(tracing::Level::ERROR),
        "warn" => Some(tracing::Level::WARN),
        "info" => Some(tracing::Level::INFO),
        "debug" => Some(tracing::Level::DEBUG),
        "trace" => Some(tracing::Level::TRACE),
        _ => None,
    }
}

fn connections(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| (1..=1_000_000).contains(number))
}

/// `Some(None)` for no bound.
fn rate(text: &str) -> Option<Option<u32>> {
    let rate: u32 = text.parse().ok().filter(|rate| *rate <= 1_000_000)?;
    Some((rate > 0).then_some(rate))
}

fn bounded_duration(text: &str) -> Option<Duration> {
    let bounds = Duration::from_secs(1)..=Duration::from_secs(3600);
    duration::parse(text).filter(|duration| bounds.contains(duration))
}

fn outage(text: &str) -> Option<Duration> {
    duration::parse(text).filter(|duration| *duration <= Duration::from_secs(168 * 3600))
}
