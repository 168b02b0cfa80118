use std::sync::Arc;

use anyhow::{Context as _, Result};
use stead_server::clock::Clock;
use stead_server::config::{Key, Layer, Layers, Settings};
use stead_server::start::{Footprint, Running, start};
use tokio::runtime::Runtime;

use crate::{Client, Credentials, SetClock};

/// An ephemeral server in this process, on a free port of the loopback address.
///
/// It is the server of `stead serve`, with sockets of its own; only its clock can
/// be moved. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    running: Option<Running>,
    clock: Arc<SetClock>,
    roots: Vec<Credentials>,
    runtime: Runtime,
}

/// What a server is started with.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The moment its clock shows, in seconds since the epoch.
    pub epoch_seconds: i64,
    /// Root keys: id, secret and account.
    pub roots: Vec<(&'static str, &'static str, &'static str)>,
    /// Networks whose forwarded headers count.
    pub trusted_proxies: Vec<&'static str>,
    /// Whether messages are exactly AWS's.
    pub strict_messages: bool,
    /// Whether token issuers may answer on the loopback interface.
    pub loopback_issuers: bool,
}

impl Server {
    /// Starts a server.
    ///
    /// # Errors
    /// Whatever keeps it from answering.
    pub fn start(options: &Options) -> Result<Self> {
        let mut layer = Layer::flags();
        layer.set(Key::Listen, "127.0.0.1:0");
        layer.set(Key::Ephemeral, "true");
        layer.set(Key::StrictMessages, options.strict_messages.to_string());
        layer.set(Key::DangerousAllowLoopbackIssuers, options.loopback_issuers.to_string());
        for network in &options.trusted_proxies {
            layer.set(Key::TrustedProxy, *network);
        }
        let keys =
            options.roots.iter().map(|(id, secret, account)| format!("{id}:{secret}@{account}"));
        let keys = keys.collect::<Vec<_>>().join(",");
        let fixtures = (!keys.is_empty()).then_some(keys.as_str());
        let settings = Settings::parse(&Layers::new([layer]), fixtures)?;
        let clock = Arc::new(SetClock::at(options.epoch_seconds));
        let runtime = Runtime::new().context("a runtime")?;
        let shared: Arc<dyn Clock> = Arc::<SetClock>::clone(&clock);
        let running = runtime.block_on(start(&settings, Footprint::Nothing, shared))?;
        let roots = options.roots.iter().map(|(id, secret, _)| Credentials::long_term(id, secret));
        Ok(Self { running: Some(running), clock, roots: roots.collect(), runtime })
    }

    /// The clock the server reads.
    #[must_use]
    pub fn clock(&self) -> &SetClock {
        &self.clock
    }

    /// The root keys it was started with, in their order.
    #[must_use]
    pub fn roots(&self) -> &[Credentials] {
        &self.roots
    }

    /// A client whose clock is the server's.
    #[must_use]
    pub fn client(&self) -> Client {
        let url = self.running.as_ref().map(Running::base_url).unwrap_or_default();
        let shared: Arc<dyn Clock> = Arc::<SetClock>::clone(&self.clock);
        Client::new(url, shared)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            self.runtime.block_on(running.stop());
        }
    }
}
