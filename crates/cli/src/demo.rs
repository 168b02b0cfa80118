//! `stead demo`: a role is assumed, for real, and everything that stands in the
//! way is shown.
//!
//! The server is the one that `stead serve` runs, in this process, on a free port
//! of the loopback address; every request below is signed and goes through HTTP.
//! A step that ends otherwise than it should ends the demonstration with a
//! failure, so that it is a test as well.

mod explain;
mod issuer;
mod story;
mod web_identity;

use std::io::Write as _;
use std::sync::Arc;

use stead_server::clock::AdjustableClock;
use stead_server::config::{Key, Layer, Layers, Settings};
use stead_server::start::{Footprint, Running, start};

use crate::arguments::DemoFlags;
use crate::client::{Client, Credentials, Trust};
use crate::demo::story::Story;
use crate::exit::{Exit, Failure};
use crate::serve::Signals;

/// The region the demonstration signs for.
const REGION: &str = "us-east-1";

pub(crate) async fn demo(flags: DemoFlags) -> Result<Exit, Failure> {
    let clock = Arc::new(AdjustableClock::default());
    let running =
        start(&settings()?, Footprint::Nothing, Arc::<AdjustableClock>::clone(&clock)).await?;
    let first = running.first_account().ok_or_else(|| Failure::new("no account was created"))?;
    let root = Credentials {
        access_key_id: first.access_key_id.to_string(),
        secret_access_key: first.secret_access_key.clone(),
        session_token: None,
    };
    let account = first.account.to_string();
    let endpoint = running.base_url().parse();
    let client = Client {
        endpoint: endpoint.map_err(|fault| Failure::new(format!("the server's URL {fault}")))?,
        trust: Trust::System,
        region: REGION.to_owned(),
        clock: Arc::<AdjustableClock>::clone(&clock),
    };
    let told = Story::new(client, clock, account, root.clone()).tell().await;
    let kept = match (&told, flags.keep) {
        (Ok(()), true) => keep(&running, &root).await,
        _ => Ok(()),
    };
    running.stop().await;
    told.and(kept).map(|()| Exit::Success)
}

fn settings() -> Result<Settings, Failure> {
    let mut layer = Layer::flags();
    layer.set(Key::Listen, "127.0.0.1:0");
    layer.set(Key::Ephemeral, "true");
    layer.set(Key::Region, REGION);
    // The issuer of the second act is in this process.
    layer.set(Key::DangerousAllowLoopbackIssuers, "true");
    Ok(Settings::parse(&Layers::new([layer]), None)?)
}

/// Says how to use the server, and leaves it running until Ctrl-C.
async fn keep(running: &Running, root: &Credentials) -> Result<(), Failure> {
    let mut signals = Signals::new()?;
    {
        let mut stdout = std::io::stdout().lock();
        writeln!(stdout, "\nThe server stays, with the root user's key, until Ctrl-C:\n")?;
        writeln!(stdout, "export AWS_ENDPOINT_URL={}", running.base_url())?;
        writeln!(stdout, "export AWS_REGION={REGION} AWS_DEFAULT_REGION={REGION}")?;
        writeln!(stdout, "export AWS_ACCESS_KEY_ID={}", root.access_key_id)?;
        writeln!(stdout, "export AWS_SECRET_ACCESS_KEY={}", root.secret_access_key.expose())?;
        writeln!(stdout, "unset AWS_SESSION_TOKEN AWS_PROFILE")?;
        stdout.flush()?;
    }
    signals.stop_requested().await;
    Ok(())
}
