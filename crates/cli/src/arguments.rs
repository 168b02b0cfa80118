//! What can be typed. What it means is decided by `stead_server::config`, so that
//! flags, environment and file have one parser per setting.

mod access;
mod accounts;
mod audit;
mod backup;
mod credentials;
mod explain;
mod help;
mod import;
mod keys;
mod lint;
mod log;
mod service;
mod sessions;
mod simulate;
mod token;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use stead_server::config::{Key, Layer};

pub(crate) use access::{AccessFlags, CanFlags, GraphForm, WhoCanFlags};
pub(crate) use accounts::AccountsFlags;
pub(crate) use audit::AuditFlags;
pub(crate) use backup::{BackupFlags, RestoreFlags};
pub(crate) use credentials::{
    CallerFlags, CredentialsCommand, ExecFlags, PrintFlags, RoleFlags, ServeCredentialsFlags,
    ServiceFlags, SessionFlags, SourceFlags, WebIdentityFlags,
};
pub(crate) use explain::{AttemptFlags, ExplainFlags};
pub(crate) use help::{CompletionsFlags, ManFlags};
pub(crate) use import::ImportFlags;
pub(crate) use keys::{KeysCommand, RewrapFlags};
pub(crate) use lint::{LintFlags, LintKind};
pub(crate) use log::{LogCommand, QueryFlags};
pub(crate) use service::{NamedService, ServiceCommand};
pub(crate) use sessions::{RevokeFlags, SessionsCommand};
pub(crate) use simulate::SimulateFlags;
pub(crate) use token::{InspectFlags, TokenCommand};

const EXAMPLES: &str = "\
Examples:
  stead demo                                see a role assumed, and why not
  stead serve --data ./stead-data           keep accounts in ./stead-data
  stead serve --ephemeral --listen 127.0.0.1:0 --ready-file ready
  stead account create --account 111122223333
  stead import accounts --data ./stead-data create accounts that were exported
  stead keys rotate --data ./stead-data     seal sessions with a fresh key
  stead service register storage.example.internal
  stead backup /var/backups/stead           copy everything but the root key
  stead config show                         every setting, and where it is from
  stead exec --role-arn ARN -- aws sts get-caller-identity
  stead sessions revoke deploy              end the sessions of a role
  stead explain --case denied.json          why a call was denied, and the fix
  stead explain d-... --endpoint URL        the same of a running server
  stead simulate --accounts DIR --expect t.csv
  stead token inspect @token.jwt            what a token says, what refuses it
  stead lint policy.json                    what is wrong with a policy
  stead log query --outcome denied          who was denied what
  stead who-can assume deploy --accounts DIR
  stead audit DIR                           who has too much power, or gets it

Exit codes:
  0 fine or allowed, 1 failed, 2 wrong use, 3 denied or something found,
  4 not as expected";

/// An AWS-compatible STS and IAM that you run yourself.
#[derive(Debug, Parser)]
#[command(name = "stead", version, after_help = EXAMPLES, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server.
    Serve(Box<ServeFlags>),
    /// Start a server that keeps nothing and show a role being assumed.
    Demo(DemoFlags),
    /// Manage the accounts of an installation.
    #[command(subcommand, after_help = ACCOUNT_EXAMPLES)]
    Account(AccountCommand),
    /// Say what is wrong with accounts: who has too much power, or can get it.
    Audit(Box<AuditFlags>),
    /// Copy the installation to a directory, while it is used.
    Backup(BackupFlags),
    /// Make a data directory of a backup.
    Restore(RestoreFlags),
    /// Say what a user or role can become and do.
    Can(CanFlags),
    /// Print what a shell needs to complete commands and flags.
    Completions(CompletionsFlags),
    /// Look at the settings.
    #[command(subcommand, after_help = CONFIG_EXAMPLES)]
    Config(ConfigCommand),
    /// Manage the keys that sessions and secrets are sealed with.
    #[command(subcommand, after_help = keys::EXAMPLES)]
    Keys(KeysCommand),
    /// Get credentials of a role, for programs that know AWS's SDKs.
    #[command(subcommand, after_help = credentials::EXAMPLES)]
    Credentials(CredentialsCommand),
    /// Run a command with the credentials of a role.
    Exec(Box<ExecFlags>),
    /// Say why a call was denied, and what would let it through.
    Explain(Box<ExplainFlags>),
    /// Create accounts that were exported.
    Import(ImportFlags),
    /// Say what is wrong with policy documents.
    Lint(LintFlags),
    /// Look at the audit log.
    #[command(subcommand, after_help = log::EXAMPLES)]
    Log(LogCommand),
    /// Write a manual page for every command.
    Man(ManFlags),
    /// Manage the services that sign with a key of their own.
    #[command(subcommand, after_help = service::EXAMPLES)]
    Service(ServiceCommand),
    /// End the sessions of a role.
    #[command(subcommand, after_help = sessions::EXAMPLES)]
    Sessions(SessionsCommand),
    /// Say what requests are answered, and whether that is what is expected.
    Simulate(Box<SimulateFlags>),
    /// Look at tokens of identity providers.
    #[command(subcommand, after_help = token::EXAMPLES)]
    Token(TokenCommand),
    /// Print the version.
    Version(VersionFlags),
    /// Say who can assume a role, or do something else.
    WhoCan(WhoCanFlags),
}

const SERVE_EXAMPLES: &str = "\
Examples:
  stead serve --data ./stead-data
  AWS_SHARED_CREDENTIALS_FILE=stead-data/aws/credentials \\
    AWS_CONFIG_FILE=stead-data/aws/config AWS_PROFILE=stead \\
    aws sts get-caller-identity

  stead serve --tls --listen 0.0.0.0:4566

On an empty directory the server creates an account and its root access key,
and writes them to DIR/aws/credentials. Every setting can also stand in the
file given by --config, or in the environment (--tls-cert is STEAD_TLS_CERT).";

/// The settings of a server. A flag wins over the environment, which wins over
/// the file.
#[derive(Debug, Default, Args)]
#[command(after_help = SERVE_EXAMPLES)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch on the command line")]
pub(crate) struct ServeFlags {
    /// Read settings from this TOML file (or STEAD_CONFIG)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Keep everything in this directory [default: stead-data]
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Accept requests on this address; port 0 takes a free one [default: 127.0.0.1:4566]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Let metrics be read from this address, at /metrics; by whoever reaches it
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<String>,
    /// Write the base URL to this file once requests are answered
    #[arg(long, value_name = "FILE")]
    ready_file: Option<String>,
    /// Keep the accounts in memory only
    #[arg(long)]
    ephemeral: bool,
    /// Give the first account this number
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Write this region to the profile [default: us-east-1]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Serve HTTPS, with a certificate of its own where none is given
    #[arg(long)]
    tls: bool,
    /// Make the server's own certificate for this name or address too; can be repeated
    #[arg(long, value_name = "NAME")]
    tls_name: Vec<String>,
    /// Serve HTTPS with this certificate chain (PEM)
    #[arg(long, value_name = "FILE")]
    tls_cert: Option<String>,
    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE")]
    tls_key: Option<String>,
    /// Believe forwarded headers of this network; can be repeated
    #[arg(long, value_name = "CIDR")]
    trusted_proxy: Vec<String>,
    /// Take the root key from this file instead of DIR/root.key
    #[arg(long, value_name = "FILE")]
    root_key_file: Option<String>,
    /// Take the root key from what this program writes; repeated for each of its arguments
    #[arg(long, value_name = "ARGUMENT", allow_hyphen_values = true)]
    root_key_command: Vec<String>,
    /// Accept the root key in this file too, while one takes the place of the other
    #[arg(long, value_name = "FILE")]
    other_root_key_file: Option<String>,
    /// Word errors exactly as AWS does, without denial ids
    #[arg(long)]
    strict_messages: bool,
    /// Put the denial itself into error messages, sealed, instead of its id
    #[arg(long)]
    sealed_denials: bool,
    /// Simulate policies as AWS does, without trust policies
    #[arg(long)]
    aws_simulator_compatible: bool,
    /// Add AWS's managed policies from the files of this directory
    #[arg(long, value_name = "DIR")]
    managed_policies: Option<String>,
    /// Name the issuers of identity tokens below this URL [default: where requests are accepted]
    #[arg(long, value_name = "URL")]
    token_issuer_url: Option<String>,
    /// Accept fixture keys on an address that others can reach
    #[arg(long)]
    allow_remote: bool,
    /// Fetch keys of token issuers from loopback addresses, over plain HTTP too (for tests)
    #[arg(long)]
    dangerous_allow_loopback_issuers: bool,
    /// Ask public token issuers through this HTTP proxy, which the environment does not set
    #[arg(long, value_name = "URL")]
    issuer_proxy: Option<String>,
    /// Show that proxy the user name and password in this file (USER:PASSWORD)
    #[arg(long, value_name = "FILE")]
    issuer_proxy_credentials_file: Option<String>,
    /// Give out no credentials of STS in this region; can be repeated
    #[arg(long, value_name = "REGION")]
    inactive_sts_region: Vec<String>,
    /// Take SAML responses for this URL too; can be repeated
    #[arg(long, value_name = "URL")]
    saml_endpoint: Vec<String>,
    /// Refuse a SAML assertion that was used before
    #[arg(long)]
    saml_single_use: bool,
    /// Record calls in DIR/audit (directory), on standard output (stdout), or not (off)
    #[arg(long, value_name = "WHERE")]
    audit_log: Option<String>,
    /// Write log lines as text or json [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Write log lines of this level and above [default: info]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl ServeFlags {
    /// What was typed, as a layer of the configuration.
    pub(crate) fn layer(&self) -> Layer {
        let mut layer = Layer::flags();
        let texts = [
            (Key::Data, &self.data),
            (Key::Listen, &self.listen),
            (Key::MetricsListen, &self.metrics_listen),
            (Key::ReadyFile, &self.ready_file),
            (Key::Account, &self.account),
            (Key::Region, &self.region),
            (Key::TlsCert, &self.tls_cert),
            (Key::TlsKey, &self.tls_key),
            (Key::RootKeyFile, &self.root_key_file),
            (Key::AuditLog, &self.audit_log),
            (Key::ManagedPolicies, &self.managed_policies),
            (Key::TokenIssuerUrl, &self.token_issuer_url),
            (Key::IssuerProxy, &self.issuer_proxy),
            (Key::IssuerProxyCredentialsFile, &self.issuer_proxy_credentials_file),
            (Key::OtherRootKeyFile, &self.other_root_key_file),
            (Key::LogFormat, &self.log_format),
            (Key::LogLevel, &self.log_level),
        ];
        for (key, text) in texts {
            if let Some(text) = text {
                layer.set(key, text);
            }
        }
        for name in &self.tls_name {
            layer.set(Key::TlsName, name);
        }
        for argument in &self.root_key_command {
            layer.set(Key::RootKeyCommand, argument);
        }
        for network in &self.trusted_proxy {
            layer.set(Key::TrustedProxy, network);
        }
        for region in &self.inactive_sts_region {
            layer.set(Key::InactiveStsRegion, region);
        }
        for endpoint in &self.saml_endpoint {
            layer.set(Key::SamlEndpoint, endpoint);
        }
        let switches = [
            (Key::Ephemeral, self.ephemeral),
            (Key::Tls, self.tls),
            (Key::StrictMessages, self.strict_messages),
            (Key::SealedDenials, self.sealed_denials),
            (Key::AwsSimulatorCompatible, self.aws_simulator_compatible),
            (Key::AllowRemote, self.allow_remote),
            (Key::SamlSingleUse, self.saml_single_use),
            (Key::DangerousAllowLoopbackIssuers, self.dangerous_allow_loopback_issuers),
        ];
        for (key, on) in switches {
            if on {
                layer.set(key, "true");
            }
        }
        layer
    }
}

const DEMO_EXAMPLES: &str = "\
Examples:
  stead demo
  stead demo --keep     leave the server running and print the lines to use it";

#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = DEMO_EXAMPLES)]
pub(crate) struct DemoFlags {
    /// Leave the server running until Ctrl-C, and print `export` lines for it
    #[arg(long)]
    pub(crate) keep: bool,
}

const ACCOUNT_EXAMPLES: &str = "\
Examples:
  stead account create --data ./stead-data --account 111122223333
  stead account list --data ./stead-data --json";

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Create an account and print its root access key, once.
    #[command(
        after_help = "Example:\n  stead account create --data ./stead-data --account 111122223333"
    )]
    Create(AccountCreate),
    /// List the accounts.
    #[command(after_help = "Example:\n  stead account list --data ./stead-data --json")]
    List(InstallationPlace),
}

#[derive(Debug, Args)]
pub(crate) struct AccountCreate {
    /// The number of the account; a random one where none is given
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) place: InstallationPlace,
}

/// Where an installation is, for commands that work on one.
#[derive(Debug, Args)]
pub(crate) struct InstallationPlace {
    /// Read settings from this TOML file (or STEAD_CONFIG)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The directory of the installation, whether a server runs on it or not
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// The root key, where it is not DIR/root.key
    #[arg(long, value_name = "FILE")]
    root_key_file: Option<String>,
    /// A second root key, while one takes the place of the other
    #[arg(long, value_name = "FILE")]
    other_root_key_file: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

impl InstallationPlace {
    /// The same place as flags of a server.
    pub(crate) fn flags(&self) -> ServeFlags {
        ServeFlags {
            config: self.config.clone(),
            data: self.data.clone(),
            root_key_file: self.root_key_file.clone(),
            other_root_key_file: self.other_root_key_file.clone(),
            ..ServeFlags::default()
        }
    }
}

const CONFIG_EXAMPLES: &str = "\
Examples:
  stead config show --config stead.toml
  stead config check --config stead.toml && stead serve --config stead.toml";

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting, its value and where that comes from.
    #[command(after_help = "Example:\n  stead config show --config stead.toml --json")]
    Show(Box<ConfigFlags>),
    /// Check the settings and every file they name, without starting anything.
    #[command(after_help = "Example:\n  stead config check --config stead.toml\n\n\
                            Exit codes: 0 a server would start, 1 something is wrong.")]
    Check(Box<ConfigFlags>),
}

#[derive(Debug, Args)]
pub(crate) struct ConfigFlags {
    #[command(flatten)]
    pub(crate) serve: ServeFlags,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Example:\n  stead version --json")]
pub(crate) struct VersionFlags {
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[cfg(test)]
mod documentation;

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_setting_has_its_flag_unless_it_is_for_files() {
        let command = Arguments::command();
        let serve = command.find_subcommand("serve").unwrap();
        let file_only = [
            Key::ConnectionsMax,
            Key::AddressConnectionsMax,
            Key::AccountRateMax,
            Key::AddressRateMax,
            Key::RequestTimeout,
            Key::ShutdownTimeout,
            Key::CheckIssuersAtCreation,
            Key::IssuerOutageMax,
            Key::AuditRequired,
            Key::AuditFileMebibytes,
            Key::AuditFileAge,
            Key::AuditFilesMax,
        ];
        for key in Key::ALL {
            let flag = key.name().replace('_', "-");
            let has_flag = serve.get_arguments().any(|arg| arg.get_long() == Some(&flag));
            assert_eq!(has_flag, !file_only.contains(&key), "{flag}");
        }
    }
}
