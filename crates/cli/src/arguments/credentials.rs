//! What `stead credentials` and `stead exec` take.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const EXAMPLES: &str = "\
Examples:
  stead credentials role --profile alice --role-arn ARN
  stead credentials web-identity --token-file /run/token --role-arn ARN
  stead credentials serve --role-arn ARN --env-file stead.env

The first two are written as `credential_process` of a profile in
~/.aws/config; their own --help shows how.";

const WEB_IDENTITY_EXAMPLES: &str = "\
Example, in ~/.aws/config:
  [profile deploy]
  region = us-east-1
  endpoint_url = http://127.0.0.1:4566
  credential_process = stead credentials web-identity
      --role-arn arn:aws:iam::111122223333:role/deploy --token-file /run/token
      --endpoint-url http://127.0.0.1:4566

(on one line). Every program that uses this profile then has the role's
credentials. The token file is read for every new session.";

const ROLE_EXAMPLES: &str = "\
Example, in ~/.aws/config:
  [profile reader]
  region = us-east-1
  endpoint_url = http://127.0.0.1:4566
  credential_process = stead credentials role --profile alice
      --role-arn arn:aws:iam::111122223333:role/reader
      --endpoint-url http://127.0.0.1:4566

(on one line). The role is assumed with the access key of --profile, or of
AWS_ACCESS_KEY_ID, or of the profile that AWS_PROFILE names.";

const SERVE_EXAMPLES: &str = "\
Example:
  stead credentials serve --role-arn arn:aws:iam::111122223333:role/deploy \\
    --web-identity-token-file /run/token --endpoint-url http://127.0.0.1:4566 \\
    --env-file stead.env
  . ./stead.env && aws sts get-caller-identity        (in another shell)

Programs that ask need the token in the environment that is printed. With
--imds the credentials are also given out as the metadata service of an EC2
instance does, to every program on this machine.";

const EXEC_EXAMPLES: &str = "\
Examples:
  stead exec --role-arn arn:aws:iam::111122223333:role/reader --profile alice \\
    --endpoint-url http://127.0.0.1:4566 -- aws sts get-caller-identity
  stead exec --role-arn arn:aws:iam::111122223333:role/deploy \\
    --web-identity-token-file /run/token -- make deploy
  stead exec --serve --role-arn ARN -- ./runs-all-day  keeps credentials fresh

Ends as the command ends; 126 and 127 say that it could not be run or found.";

#[derive(Debug, Subcommand)]
pub(crate) enum CredentialsCommand {
    /// Print credentials for a token, as `credential_process` wants them.
    #[command(after_help = WEB_IDENTITY_EXAMPLES)]
    WebIdentity(Box<WebIdentityFlags>),
    /// Print credentials of a role, as `credential_process` wants them.
    #[command(after_help = ROLE_EXAMPLES)]
    Role(Box<RoleFlags>),
    /// Give credentials to programs that ask on this machine, until told to stop.
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Box<ServeCredentialsFlags>),
}

/// What every session is asked with.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SessionFlags {
    /// The role to assume [default: AWS_ROLE_ARN]
    #[arg(long, visible_alias = "role", value_name = "ARN")]
    pub(crate) role_arn: Option<String>,
    /// How the session is called [default: AWS_ROLE_SESSION_NAME, or stead]
    #[arg(long, value_name = "NAME")]
    pub(crate) role_session_name: Option<String>,
    /// How long the session lasts [default: 3600, by STS]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) duration_seconds: Option<u32>,
    /// Limit the session by this policy: JSON, or file://PATH
    #[arg(long, value_name = "POLICY")]
    pub(crate) policy: Option<String>,
    /// Limit the session by this managed policy; can be repeated
    #[arg(long, value_name = "ARN")]
    pub(crate) policy_arn: Vec<String>,
    #[command(flatten)]
    pub(crate) place: ServiceFlags,
}

/// Where a service answers.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ServiceFlags {
    /// Where STS answers [default: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, or the profile's]
    #[arg(long, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// The region of STS [default: AWS_REGION, AWS_DEFAULT_REGION, the profile's, or us-east-1]
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Believe servers whose certificates these authorities signed (PEM) [default: AWS_CA_BUNDLE]
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
}

/// How credentials are kept and printed.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct PrintFlags {
    /// Keep credentials in this directory, mode 700 [default: stead/credentials in the
    /// user's cache]
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Ask STS every time, and keep nothing
    #[arg(long)]
    pub(crate) no_cache: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WebIdentityFlags {
    /// The file with the token of the identity provider [default: AWS_WEB_IDENTITY_TOKEN_FILE]
    #[arg(long, alias = "web-identity-token-file", value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// The provider of an OAuth access token: www.amazon.com or graph.facebook.com
    #[arg(long, value_name = "ID")]
    pub(crate) provider_id: Option<String>,
    #[command(flatten)]
    pub(crate) session: SessionFlags,
    #[command(flatten)]
    pub(crate) print: PrintFlags,
}

/// With what a role is assumed by AssumeRole.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct CallerFlags {
    /// Assume it with the access key of this profile [default: the environment's]
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// The external id that the role's trust policy asks for
    #[arg(long, value_name = "ID")]
    pub(crate) external_id: Option<String>,
    /// The source identity of the session
    #[arg(long, value_name = "NAME")]
    pub(crate) source_identity: Option<String>,
    /// A session tag; can be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) tag: Vec<String>,
    /// A session tag that lasts through role chains; can be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub(crate) transitive_tag: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct RoleFlags {
    #[command(flatten)]
    pub(crate) caller: CallerFlags,
    #[command(flatten)]
    pub(crate) session: SessionFlags,
    #[command(flatten)]
    pub(crate) print: PrintFlags,
}

/// A role by token where one is given, else by credentials.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct SourceFlags {
    /// Assume the role with the token in this file
    #[arg(long, alias = "token-file", value_name = "FILE", conflicts_with_all = [
        "profile", "external_id", "source_identity", "tag", "transitive_tag",
    ])]
    pub(crate) web_identity_token_file: Option<PathBuf>,
    /// The provider of an OAuth access token: www.amazon.com or graph.facebook.com
    #[arg(long, value_name = "ID", requires = "web_identity_token_file")]
    pub(crate) provider_id: Option<String>,
    #[command(flatten)]
    pub(crate) caller: CallerFlags,
    #[command(flatten)]
    pub(crate) session: SessionFlags,
}

#[derive(Debug, Args)]
pub(crate) struct ServeCredentialsFlags {
    #[command(flatten)]
    pub(crate) source: SourceFlags,
    /// Answer on this loopback address; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Write the base URL to this file once requests are answered
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Write the `export` lines to this file, mode 600, and not to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    /// Answer as the metadata service of an EC2 instance too: to everybody on this machine
    #[arg(long)]
    pub(crate) imds: bool,
}

#[derive(Debug, Args)]
#[command(after_help = EXEC_EXAMPLES)]
pub(crate) struct ExecFlags {
    #[command(flatten)]
    pub(crate) source: SourceFlags,
    /// Keep the credentials fresh as long as the command runs
    #[arg(long)]
    pub(crate) serve: bool,
    /// The command and its arguments
    #[arg(required = true, last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}
