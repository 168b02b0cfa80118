//! What `stead explain` takes.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::AccountsFlags;

pub(super) const EXAMPLES: &str = "\
Examples:
  stead explain --case denied.json
  stead explain --case denied.json --json
  stead explain --case denied.json --patch        the first fix, as RFC 6902
  export-accounts | stead explain --case -

  stead explain --accounts ./accounts \\
    --caller arn:aws:iam::111122223333:user/ann \\
    --role arn:aws:iam::444455556666:role/deploy --external-id 7f3a
  stead explain --accounts ./accounts --role ARN --token token.jwt
  stead explain --accounts ./accounts --role ARN --saml-provider ARN \\
    --claim saml:aud=https://signin.aws.amazon.com/saml
  stead explain --accounts ./accounts --event event.json
  stead explain --accounts ./accounts --event event.json --print-case > c.json

  stead explain d-0123456789abcdef0123456789abcdef --endpoint URL
  stead explain d-... --endpoint http://127.0.0.1:4566 --profile admin --apply
  pbpaste | stead explain --message - --endpoint URL --profile admin
  stead explain --endpoint http://127.0.0.1:4566 --profile admin \\
    --caller arn:aws:iam::111122223333:user/ann \\
    --role arn:aws:iam::111122223333:role/deploy

A case is one JSON document: `account`, which owns the role, with its number
and the output of `aws iam get-account-authorization-details`, its providers
and the policies of its organization; `otherAccounts`; and `attempt`, what was
called, by whom, with which token and when. --accounts makes one of the files
that the AWS CLI prints, one file or folder per account, and of the flags or of
the event of a failed call. --endpoint asks a running server for the accounts
instead, with the rights of whoever asks, and for what a denial was about.
docs/explain.md describes all. Without --endpoint nothing is sent anywhere.

Exit codes: 0 the call succeeds, 1 no case, 2 wrong use, 3 it is refused.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
#[command(group = ArgGroup::new("input").required(true).args(["case", "accounts", "endpoint"]))]
#[command(group = ArgGroup::new("of").args(["accounts", "endpoint"]))]
pub(crate) struct ExplainFlags {
    /// A denial: its id, as the message of the error has it (needs --endpoint)
    #[arg(value_name = "DENIAL", requires = "of", conflicts_with_all = ["case", "event"])]
    pub(crate) denial: Option<String>,
    /// The whole message of the error, or an encoded one; - for standard input
    #[arg(long, value_name = "TEXT", requires = "of",
        conflicts_with_all = ["case", "event", "denial"])]
    pub(crate) message: Option<String>,
    /// The accounts and the attempt: a file, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) case: Option<String>,
    #[command(flatten)]
    pub(crate) of: AccountsFlags,
    #[command(flatten)]
    pub(crate) attempt: AttemptFlags,
    #[command(flatten)]
    pub(crate) output: OutputFlags,
    #[command(flatten)]
    pub(crate) applying: ApplyFlags,
}

/// Whether a fix is carried out.
#[derive(Debug, Args)]
pub(crate) struct ApplyFlags {
    /// Carry the first fix out that changes accounts, through IAM, and evaluate again
    #[arg(long, requires = "endpoint", conflicts_with_all = ["json", "patch", "print_case"])]
    pub(crate) apply: bool,
    /// Do not ask before
    #[arg(long, requires = "apply")]
    pub(crate) yes: bool,
    /// The fix with this number
    #[arg(long, value_name = "NUMBER", requires = "apply")]
    pub(crate) fix: Option<usize>,
}

/// How the answer is printed.
#[derive(Debug, Args)]
pub(crate) struct OutputFlags {
    /// Print one JSON object
    #[arg(long, conflicts_with_all = ["patch", "print_case"])]
    pub(crate) json: bool,
    /// Print the patch of the first fix
    #[arg(long, conflicts_with = "print_case")]
    pub(crate) patch: bool,
    /// Print the case that accounts and attempt make, to which patches apply
    #[arg(long)]
    pub(crate) print_case: bool,
}

/// What was tried, over the accounts of --accounts or --endpoint.
#[derive(Debug, Args)]
pub(crate) struct AttemptFlags {
    /// The failed call, as CloudTrail records it; other flags go before what it says
    #[arg(long, value_name = "FILE", requires = "of", conflicts_with = "case")]
    pub(crate) event: Option<PathBuf>,
    /// Who called: the ARN of a user, a role or a session, or a service
    #[arg(long, value_name = "ARN", requires = "of", conflicts_with = "case")]
    pub(crate) caller: Option<String>,
    /// The role that is asked for
    #[arg(long, value_name = "ARN", requires = "of", conflicts_with = "case")]
    pub(crate) role: Option<String>,
    /// The external id that is sent
    #[arg(long, value_name = "ID", requires = "of", conflicts_with = "case")]
    pub(crate) external_id: Option<String>,
    /// The name of the session
    #[arg(long, value_name = "NAME", requires = "of", conflicts_with = "case")]
    pub(crate) session_name: Option<String>,
    /// How long the session is to last, in seconds
    #[arg(long, value_name = "SECONDS", requires = "of", conflicts_with = "case")]
    pub(crate) duration: Option<u32>,
    /// The user has shown a second factor
    #[arg(long, requires = "of", conflicts_with = "case")]
    pub(crate) mfa: bool,
    /// From where the call comes
    #[arg(long, value_name = "IP", requires = "of", conflicts_with = "case")]
    pub(crate) source_ip: Option<IpAddr>,
    /// A tag of the session; can be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, requires = "of", conflicts_with = "case")]
    pub(crate) tag: Vec<(String, String)>,
    /// A condition key that is there; repeated, it has several values
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair, requires = "of", conflicts_with = "case")]
    pub(crate) context: Vec<(String, String)>,
    /// When the call was made [default: now]
    #[arg(long, value_name = "TIME", requires = "of", conflicts_with = "case")]
    pub(crate) at: Option<String>,
    /// The provider of an assertion, for AssumeRoleWithSAML
    #[arg(long, value_name = "ARN", requires = "of", conflicts_with_all = ["case", "token", "event", "caller", "mfa"])]
    pub(crate) saml_provider: Option<String>,
    /// What the assertion says, by the names of condition keys, such as
    /// saml:sub_type=persistent; repeated, it has several values
    #[arg(long, value_name = "KEY=VALUE", value_parser = claim, requires = "saml_provider")]
    pub(crate) claim: Vec<(String, String)>,
    /// A token of an OpenID Connect provider, for AssumeRoleWithWebIdentity
    #[arg(long, value_name = "FILE", requires = "of", conflicts_with = "case")]
    pub(crate) token: Option<PathBuf>,
}

/// What an assertion says.
fn claim(text: &str) -> Result<(String, String), String> {
    let (key, value) = pair(text)?;
    let is_key = key.len() > 5 && key.get(..5).is_some_and(|it| it.eq_ignore_ascii_case("saml:"));
    match is_key {
        true => Ok((key, value)),
        false => Err("a claim begins with `saml:`, as its condition key does".to_owned()),
    }
}

/// A name and a value; the value may have further signs of equality.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}
