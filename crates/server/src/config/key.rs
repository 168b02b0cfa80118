use std::borrow::Cow;

/// A setting: its name is that of the file, `STEAD_` and capitals make that of
/// the environment, `--` and dashes that of the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The directory of everything the server keeps.
    Data,
    /// The address that requests are accepted on.
    Listen,
    /// A file that appears, holding the base URL, once requests are answered.
    ReadyFile,
    /// The address that metrics are read from; none where it is not given.
    MetricsListen,
    /// Keep the accounts in memory only.
    Ephemeral,
    /// The number of the first account.
    Account,
    /// The region of the profile files.
    Region,
    /// Regions in which STS gives out no credentials.
    InactiveStsRegion,
    /// Serve HTTPS, with a certificate that the server makes where none is given.
    Tls,
    /// Further names that the certificate is for which the server makes.
    TlsName,
    /// The certificate chain for HTTPS, PEM.
    TlsCert,
    /// The private key for HTTPS, PEM.
    TlsKey,
    /// Networks whose forwarded headers count.
    TrustedProxy,
    /// The file of the key that long-term secrets rest encrypted under.
    RootKeyFile,
    /// A command that writes that key.
    RootKeyCommand,
    /// The file of a second key, while one takes the place of the other.
    OtherRootKeyFile,
    /// Error messages exactly as AWS words them, without denial ids.
    StrictMessages,
    /// The denial itself in the error message, sealed, instead of its id.
    SealedDenials,
    /// Policy simulation as AWS's, which leaves out trust policies.
    AwsSimulatorCompatible,
    /// A directory of managed policies of AWS beside those that come with Stead.
    ManagedPolicies,
    /// The URL below which identity tokens name their issuers.
    TokenIssuerUrl,
    /// Accept fixture keys on an address that others can reach.
    AllowRemote,
    /// How log lines look.
    LogFormat,
    /// Which log lines are written.
    LogLevel,
    /// How many connections may be open.
    ConnectionsMax,
    /// How many connections one address may have open.
    AddressConnectionsMax,
    /// How many requests a second one account may send.
    AccountRateMax,
    /// How many requests a second of no verified caller one address may send.
    AddressRateMax,
    /// How long one request may take.
    RequestTimeout,
    /// How long requests in flight may take to end when the server stops.
    ShutdownTimeout,
    /// Token issuers on loopback addresses, and there over plain HTTP. For tests.
    DangerousAllowLoopbackIssuers,
    /// URLs that SAML responses can be for, besides those of AWS.
    SamlEndpoint,
    /// Refuse a SAML assertion that was used before.
    SamlSingleUse,
    /// Ask an issuer for its keys when a provider is created for it.
    CheckIssuersAtCreation,
    /// How old an issuer's keys may be that are used while it does not answer.
    IssuerOutageMax,
    /// Where the audit log goes.
    AuditLog,
    /// Refuse calls while their events cannot be written to the audit log.
    AuditRequired,
    /// How long a file of the audit log gets, in mebibytes.
    AuditFileMebibytes,
    /// How old a file of the audit log gets.
    AuditFileAge,
    /// How many files of the audit log are kept.
    AuditFilesMax,
    /// The proxy through which public issuers are asked.
    IssuerProxy,
    /// The file with the credentials for that proxy.
    IssuerProxyCredentialsFile,
}

/// What a value looks like in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// One text, such as `"127.0.0.1:4566"`.
    Text,
    /// `true` or `false`.
    Switch,
    /// A list of texts; separated by commas in the environment.
    List,
    /// A whole number.
    Number,
}

impl Key {
    /// Every key, in the order they are shown.
    pub const ALL: [Self; 42] = [
        Self::Data,
        Self::Listen,
        Self::MetricsListen,
        Self::ReadyFile,
        Self::Ephemeral,
        Self::Account,
        Self::Region,
        Self::InactiveStsRegion,
        Self::Tls,
        Self::TlsName,
        Self::TlsCert,
        Self::TlsKey,
        Self::TrustedProxy,
        Self::RootKeyFile,
        Self::RootKeyCommand,
        Self::OtherRootKeyFile,
        Self::StrictMessages,
        Self::SealedDenials,
        Self::AwsSimulatorCompatible,
        Self::ManagedPolicies,
        Self::TokenIssuerUrl,
        Self::AllowRemote,
        Self::LogFormat,
        Self::LogLevel,
        Self::ConnectionsMax,
        Self::AddressConnectionsMax,
        Self::AccountRateMax,
        Self::AddressRateMax,
        Self::RequestTimeout,
        Self::ShutdownTimeout,
        Self::DangerousAllowLoopbackIssuers,
        Self::SamlEndpoint,
        Self::SamlSingleUse,
        Self::CheckIssuersAtCreation,
        Self::IssuerOutageMax,
        Self::AuditLog,
        Self::AuditRequired,
        Self::AuditFileMebibytes,
        Self::AuditFileAge,
        Self::AuditFilesMax,
        Self::IssuerProxy,
        Self::IssuerProxyCredentialsFile,
    ];

    /// The name in the file, such as `trusted_proxy`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Listen => "listen",
            Self::MetricsListen => "metrics_listen",
            Self::ReadyFile => "ready_file",
            Self::Ephemeral => "ephemeral",
            Self::Account => "account",
            Self::Region => "region",
            Self::InactiveStsRegion => "inactive_sts_region",
            Self::Tls => "tls",
            Self::TlsName => "tls_name",
            Self::TlsCert => "tls_cert",
            Self::TlsKey => "tls_key",
            Self::TrustedProxy => "trusted_proxy",
            Self::RootKeyFile => "root_key_file",
            Self::RootKeyCommand => "root_key_command",
            Self::OtherRootKeyFile => "other_root_key_file",
            Self::StrictMessages => "strict_messages",
            Self::SealedDenials => "sealed_denials",
            Self::AwsSimulatorCompatible => "aws_simulator_compatible",
            Self::ManagedPolicies => "managed_policies",
            Self::TokenIssuerUrl => "token_issuer_url",
            Self::AllowRemote => "allow_remote",
            Self::LogFormat => "log_format",
            Self::LogLevel => "log_level",
            Self::ConnectionsMax => "connections_max",
            Self::AddressConnectionsMax => "address_connections_max",
            Self::AccountRateMax => "account_rate_max",
            Self::AddressRateMax => "address_rate_max",
            Self::RequestTimeout => "request_timeout",
            Self::ShutdownTimeout => "shutdown_timeout",
            Self::DangerousAllowLoopbackIssuers => "dangerous_allow_loopback_issuers",
            Self::SamlEndpoint => "saml_endpoint",
            Self::SamlSingleUse => "saml_single_use",
            Self::CheckIssuersAtCreation => "check_issuers_at_creation",
            Self::IssuerOutageMax => "issuer_outage_max",
            Self::AuditLog => "audit_log",
            Self::AuditRequired => "audit_required",
            Self::AuditFileMebibytes => "audit_file_mebibytes",
            Self::AuditFileAge => "audit_file_age",
            Self::AuditFilesMax => "audit_files_max",
            Self::IssuerProxy => "issuer_proxy",
            Self::IssuerProxyCredentialsFile => "issuer_proxy_credentials_file",
        }
    }

    /// What its value looks like.
    #[must_use]
    pub const fn shape(self) -> Shape {
        match self {
            Self::Ephemeral
            | Self::Tls
            | Self::StrictMessages
            | Self::SealedDenials
            | Self::AwsSimulatorCompatible
            | Self::AllowRemote
            | Self::DangerousAllowLoopbackIssuers
            | Self::SamlSingleUse
            | Self::AuditRequired
            | Self::CheckIssuersAtCreation => Shape::Switch,
            Self::TlsName
            | Self::TrustedProxy
            | Self::SamlEndpoint
            | Self::InactiveStsRegion
            | Self::RootKeyCommand => Shape::List,
            Self::ConnectionsMax
            | Self::AddressConnectionsMax
            | Self::AccountRateMax
            | Self::AddressRateMax
            | Self::AuditFileMebibytes
            | Self::AuditFilesMax => Shape::Number,
            Self::Data
            | Self::Listen
            | Self::MetricsListen
            | Self::ReadyFile
            | Self::ManagedPolicies
            | Self::Account
            | Self::Region
            | Self::TlsCert
            | Self::TlsKey
            | Self::RootKeyFile
            | Self::OtherRootKeyFile
            | Self::LogFormat
            | Self::LogLevel
            | Self::RequestTimeout
            | Self::ShutdownTimeout
            | Self::AuditLog
            | Self::AuditFileAge
            | Self::IssuerOutageMax
            | Self::TokenIssuerUrl
            | Self::IssuerProxy
            | Self::IssuerProxyCredentialsFile => Shape::Text,
        }
    }

    /// What an acceptable value is, for messages.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Data
            | Self::ReadyFile
            | Self::ManagedPolicies
            | Self::TlsCert
            | Self::TlsKey
            | Self::RootKeyFile
            | Self::IssuerProxyCredentialsFile
            | Self::OtherRootKeyFile => "a path that is not empty",
            Self::RootKeyCommand => {
                "a program and its arguments, such as `[\"/usr/bin/key\", \"-d\"]`"
            }
            Self::Listen | Self::MetricsListen => {
                "an IP address and a port, such as `127.0.0.1:4566`"
            }
            Self::Ephemeral
            | Self::Tls
            | Self::StrictMessages
            | Self::SealedDenials
            | Self::AwsSimulatorCompatible
            | Self::AllowRemote
            | Self::DangerousAllowLoopbackIssuers
            | Self::SamlSingleUse
            | Self::AuditRequired
            | Self::CheckIssuersAtCreation => "`true` or `false`",
            Self::Account => "an account id of exactly 12 digits",
            Self::Region => "a region of letters, digits and dashes, such as `us-east-1`",
            Self::InactiveStsRegion => {
                "a region such as `eu-west-1`; in `us-east-1` the global endpoint is always active"
            }
            Self::TlsName => "a host name such as `sts.example.com`, or an address",
            Self::TrustedProxy => "a network such as `10.0.0.0/8`, or an address",
            Self::SamlEndpoint => "a URL such as `https://sts.example.com/saml`",
            Self::LogFormat => "`text` or `json`",
            Self::LogLevel => "`error`, `warn`, `info`, `debug` or `trace`",
            Self::ConnectionsMax | Self::AddressConnectionsMax => {
                "a whole number from 1 to 1000000"
            }
            Self::AccountRateMax | Self::AddressRateMax => {
                "a whole number from 1 to 1000000, or 0 for no bound"
            }
            Self::RequestTimeout | Self::ShutdownTimeout => {
                "a duration from 1s to 1h, such as `30s` or `15m`"
            }
            Self::IssuerOutageMax => "a duration from 0s to 168h, such as `24h`",
            Self::AuditLog => {
                "`directory`, `stdout` or `off`; a directory is only for durable servers"
            }
            Self::AuditFileMebibytes => "a whole number from 1 to 1024",
            Self::AuditFileAge => "a duration from 1m to 8760h, such as `24h`",
            Self::AuditFilesMax => "a whole number from 2 to 1000000",
            Self::TokenIssuerUrl => {
                "a URL such as `https://sts.example.com`, without a slash at its end"
            }
            Self::IssuerProxy => {
                "a URL such as `http://proxy.example:3128`, of host and port and nothing else"
            }
        }
    }

    /// The value where no layer names the key; `None` where there is none.
    #[must_use]
    pub const fn default_value(self) -> Option<&'static str> {
        match self {
            Self::Data => Some("stead-data"),
            Self::Listen => Some("127.0.0.1:4566"),
            Self::Region => Some("us-east-1"),
            Self::Ephemeral
            | Self::Tls
            | Self::StrictMessages
            | Self::SealedDenials
            | Self::AwsSimulatorCompatible
            | Self::AllowRemote
            | Self::SamlSingleUse
            | Self::DangerousAllowLoopbackIssuers => Some("false"),
            Self::CheckIssuersAtCreation | Self::AuditRequired => Some("true"),
            Self::AuditFileMebibytes => Some("64"),
            Self::AuditFileAge => Some("24h"),
            Self::AuditFilesMax => Some("365"),
            Self::IssuerOutageMax => Some("24h"),
            Self::LogFormat => Some("text"),
            Self::LogLevel => Some("info"),
            Self::ConnectionsMax => Some("4096"),
            Self::AddressConnectionsMax => Some("1024"),
            Self::AccountRateMax => Some("50000"),
            Self::AddressRateMax => Some("5000"),
            Self::RequestTimeout => Some("30s"),
            Self::ShutdownTimeout => Some("10s"),
            Self::ReadyFile
            | Self::ManagedPolicies
            | Self::MetricsListen
            | Self::Account
            | Self::InactiveStsRegion
            | Self::TlsName
            | Self::TlsCert
            | Self::TlsKey
            | Self::TrustedProxy
            | Self::SamlEndpoint
            | Self::AuditLog
            | Self::RootKeyFile
            | Self::RootKeyCommand
            | Self::OtherRootKeyFile
            | Self::TokenIssuerUrl
            | Self::IssuerProxy
            | Self::IssuerProxyCredentialsFile => None,
        }
    }

    /// A value as it may be shown: credentials that stand in a URL, where they do not
    /// belong, are not repeated.
    pub(super) fn shown(self, value: &str) -> Cow<'_, str> {
        match value.rsplit_once('@') {
            Some((_, host)) if self == Self::IssuerProxy => format!("...@{host}").into(),
            _ => value.into(),
        }
    }

    /// The key with this name in the file.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }
}
