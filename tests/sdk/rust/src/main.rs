//! The scenario, played by the AWS SDK for Rust's STS client. What the
//! administrator does goes through `admin.py`, which spares this client the
//! build of the whole IAM crate.

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use aws_config::BehaviorVersion;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Credentials, retry::RetryConfig};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_http_client::Builder;
use serde_json::Value;

/// A refusal: code, status, message.
type Refused = (String, u16, String);

fn main() -> Result<()> {
    // One thread: the shared clock is the only thing that moves.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(play())
}

async fn play() -> Result<()> {
    let made = administer("prepare")?.context("admin.py prints the key it made")?;
    let account = text(&made, "account")?;
    let user_arn = format!("arn:aws:iam::{account}:user/alice");
    let role_arn = format!("arn:aws:iam::{account}:role/reader");
    let session_arn = format!("arn:aws:sts::{account}:assumed-role/reader/my-session");
    let alice = client(keys(&made)?).await;

    let refused = refusal(assume(&alice, &role_arn).await)?;
    ensure_denied(&refused, &user_arn, &role_arn)?;
    ok("a user the trust policy does not name is denied, in AWS's words");

    administer("trust")?;
    let answer = assume(&alice, &role_arn).await?;
    let credentials = answer.credentials().context("AssumeRole answers with credentials")?;
    let lifetime = credentials.expiration().secs() - now()?;
    ensure!((3540..=3600).contains(&lifetime), "the session lives {lifetime} s");
    ensure!(credentials.access_key_id().starts_with("ASIA"));
    let assumed =
        answer.assumed_role_user().context("AssumeRole answers with the assumed role user")?;
    ensure!(assumed.arn() == session_arn, "{assumed:?}");
    let (role_id, session_name) =
        assumed.assumed_role_id().split_once(':').context("id and session name")?;
    ensure!(role_id.starts_with("AROA") && session_name == "my-session", "{assumed:?}");
    ok("once named, it gets credentials for an hour");

    let session = client(Credentials::new(
        credentials.access_key_id(),
        credentials.secret_access_key(),
        Some(credentials.session_token().to_owned()),
        None,
        "scenario",
    ))
    .await;
    let identity = session.get_caller_identity().send().await?;
    ensure!(
        identity.arn() == Some(&session_arn) && identity.account() == Some(&account),
        "{identity:?}"
    );
    ensure!(identity.user_id() == Some(assumed.assumed_role_id()), "{identity:?}");
    ok("the session says who it is");

    let about =
        session.get_access_key_info().access_key_id(credentials.access_key_id()).send().await?;
    ensure!(about.account() == Some(&account), "{about:?}");
    ok("what the role's policy allows works");

    let (code, status, message) =
        refusal(session.decode_authorization_message().encoded_message("d-0").send().await)?;
    ensure!((code.as_str(), status) == ("AccessDenied", 403), "{code} {status} {message}");
    let sentence =
        format!("User: {session_arn} is not authorized to perform: sts:DecodeAuthorizationMessage");
    ensure!(message.starts_with(&sentence), "{message}");
    ok("what it does not allow is denied");

    advance_clock(3700)?;
    let (code, status, message) = refusal(session.get_caller_identity().send().await)?;
    ensure!((code.as_str(), status) == ("ExpiredToken", 403), "{code} {status} {message}");
    ensure!(message == "The security token included in the request is expired", "{message}");
    ok("the expired session is refused");

    let made = administer("recreate")?.context("admin.py prints the key it made")?;
    let refused = refusal(assume(&client(keys(&made)?).await, &role_arn).await)?;
    ensure_denied(&refused, &user_arn, &role_arn)?;
    ok("the user, deleted and made again under its name, is denied");
    Ok(())
}

/// A client with the given keys; endpoint and region come from the profile.
async fn client(keys: Credentials) -> Client {
    let configuration = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().build_http())
        .retry_config(RetryConfig::disabled())
        .credentials_provider(keys)
        .load()
        .await;
    Client::new(&configuration)
}

async fn assume(
    client: &Client,
    role_arn: &str,
) -> Result<
    aws_sdk_sts::operation::assume_role::AssumeRoleOutput,
    SdkError<aws_sdk_sts::operation::assume_role::AssumeRoleError>,
> {
    client
        .assume_role()
        .role_arn(role_arn)
        .role_session_name("my-session")
        .duration_seconds(3600)
        .send()
        .await
}

/// The refusal an operation ended in; anything else is an error.
fn refusal<Output, E>(outcome: Result<Output, SdkError<E>>) -> Result<Refused>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let Err(error) = outcome else { bail!("the call was not refused") };
    let SdkError::ServiceError(answer) = error else { return Err(error.into()) };
    let status = answer.raw().status().as_u16();
    let metadata = answer.err().meta();
    let (code, message) =
        (metadata.code().unwrap_or_default(), metadata.message().unwrap_or_default());
    Ok((code.to_owned(), status, message.to_owned()))
}

/// The policy type and the denial id may follow AWS's sentence.
fn ensure_denied((code, status, message): &Refused, user_arn: &str, role_arn: &str) -> Result<()> {
    ensure!((code.as_str(), *status) == ("AccessDenied", 403), "{code} {status} {message}");
    let sentence = format!(
        "User: {user_arn} is not authorized to perform: sts:AssumeRole on resource: {role_arn}"
    );
    let tail = message.strip_prefix(&sentence).with_context(|| message.clone())?;
    let tail = tail.split_once(" (denial d-").map_or(tail, |(tail, _)| tail);
    ensure!(tail.is_empty() || tail.starts_with(" because "), "{message}");
    Ok(())
}

fn ok(step: &str) {
    println!("ok - {step}");
}

/// Runs one step of the administrator's part and reads what it printed.
fn administer(step: &str) -> Result<Option<Value>> {
    let python =
        std::env::var_os("STEAD_PYTHON").context("STEAD_PYTHON names a Python that has boto3")?;
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/../python/admin.py");
    let output = Command::new(python).args([program, step]).output()?;
    ensure!(
        output.status.success(),
        "admin.py {step}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(if output.stdout.is_empty() { None } else { Some(serde_json::from_slice(&output.stdout)?) })
}

fn text(made: &Value, name: &str) -> Result<String> {
    Ok(made
        .get(name)
        .and_then(Value::as_str)
        .with_context(|| format!("`{name}` is missing"))?
        .to_owned())
}

fn keys(made: &Value) -> Result<Credentials> {
    Ok(Credentials::new(
        text(made, "access_key_id")?,
        text(made, "secret_access_key")?,
        None,
        None,
        "scenario",
    ))
}

fn now() -> Result<i64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs().try_into()?)
}

/// Moves the clock of this process and of the server: both run under
/// libfaketime and read this file.
fn advance_clock(seconds: u32) -> Result<()> {
    let path = std::env::var("FAKETIME_TIMESTAMP_FILE")
        .context("FAKETIME_TIMESTAMP_FILE names the shared clock")?;
    let offset: u32 = std::fs::read_to_string(&path)?.trim().trim_start_matches('+').parse()?;
    let before = now()?;
    // Renamed into place: a reader must never see half an offset.
    let replacement = format!("{path}.next");
    std::fs::write(&replacement, format!("+{}\n", offset + seconds))?;
    std::fs::rename(&replacement, &path)?;
    ensure!(
        now()? - before >= seconds.into(),
        "the clock did not move: is this process under libfaketime?"
    );
    Ok(())
}
