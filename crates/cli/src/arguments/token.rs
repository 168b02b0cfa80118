//! What `stead token` takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub(super) const EXAMPLES: &str = "\
Examples:
  stead token inspect @token.jwt
  stead token inspect @response.b64 --metadata idp.xml";

const INSPECT_EXAMPLES: &str = "\
Examples:
  stead token inspect @/run/token
  get-token | stead token inspect - --audience sts.example.com
  stead token inspect @token.jwt --issuer https://idp.example --jwks keys.json
  stead token inspect @response.b64 --at 2026-03-01T12:00:00Z --json
  stead token inspect @response.b64 --metadata idp.xml

Nothing is sent anywhere, and the signature is never shown. A token on the
command line can be seen by others on this machine: prefer - or @FILE.

Exit codes: 0 nothing found that would refuse it, 2 wrong use, 3 something
would.";

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Show what a token says, what AWS makes of it, and what would refuse it.
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Box<InspectFlags>),
}

#[derive(Debug, Args)]
pub(crate) struct InspectFlags {
    /// An OpenID Connect token or a base64 SAML response: itself, - for standard input, or @FILE
    #[arg(value_name = "TOKEN")]
    pub(crate) token: String,
    /// A client id that is registered with the provider; can be repeated
    #[arg(long, value_name = "ID")]
    pub(crate) audience: Vec<String>,
    /// The URL that the provider is registered with
    #[arg(long, value_name = "URL")]
    pub(crate) issuer: Option<String>,
    /// Verify the signature with the keys in this file
    #[arg(long, value_name = "FILE")]
    pub(crate) jwks: Option<PathBuf>,
    /// Verify a SAML response by the provider's metadata in this file, as the server would
    #[arg(long, value_name = "FILE", conflicts_with_all = ["issuer", "audience", "jwks"])]
    pub(crate) metadata: Option<PathBuf>,
    /// With --metadata: a URL that the server has as its own; can be repeated
    #[arg(long, value_name = "URL", requires = "metadata")]
    pub(crate) saml_endpoint: Vec<String>,
    /// Judge as of this moment [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
