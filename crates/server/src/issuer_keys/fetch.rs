//! From an issuer's name to its keys: the discovery document, then the keys.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use stead_types::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::cache::Source;
use super::fault::{Cause, Document, KeyFault};
use super::fetches::Fetches;
use super::freshness::lifetime;
use super::location::{Location, UrlFault};
use super::policy::Good;
use super::request::{Answer, Client, Rules};
use stead_federation::oidc::{Discovery, DiscoveryFault, KeySet, Transport};

/// Fetches the keys of issuers over the network.
#[derive(Debug)]
pub(super) struct Fetcher {
    pub(super) client: Client,
    /// The rules for issuers that are not named.
    pub(super) rules: Rules,
    /// The rules for those that are, by their URL.
    pub(super) named: HashMap<String, Rules>,
    /// What is asked in place of an issuer's own URL.
    pub(super) endpoints: HashMap<String, String>,
    /// How long both documents together may take.
    pub(super) fetch_wait: Duration,
    /// How many fetches may be under way.
    pub(super) places: Semaphore,
    pub(super) fetches: Arc<Fetches>,
}

/// One fetch: by which rules, at what moment, until when.
struct Errand<'a> {
    client: &'a Client,
    rules: &'a Rules,
    now: Timestamp,
    deadline: Instant,
    fetch_wait: Duration,
}

impl Source for Fetcher {
    type Keys = KeySet;

    async fn fetch(&self, issuer: &str, now: Timestamp) -> Result<Good<KeySet>, KeyFault> {
        let fetched = self.attempt(issuer, now).await;
        self.fetches.note(fetched.as_ref().err());
        fetched
    }
}

impl Fetcher {
    async fn attempt(&self, issuer: &str, now: Timestamp) -> Result<Good<KeySet>, KeyFault> {
        let errand = Errand {
            client: &self.client,
            rules: self.named.get(issuer).unwrap_or(&self.rules),
            now,
            deadline: Instant::now() + self.fetch_wait,
            fetch_wait: self.fetch_wait,
        };
        // A fetch that finds no place in its time has failed like any other.
        let place = tokio::time::timeout_at(errand.deadline, self.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(KeyFault::of_issuer(issuer, Cause::Busy)) };
        errand.run(issuer, self.endpoints.get(issuer).map_or(issuer, String::as_str)).await
    }
}

impl Errand<'_> {
    /// Asks `endpoint` in the issuer's place: whichever it is, the document must be the
    /// issuer's.
    async fn run(&self, issuer: &str, endpoint: &str) -> Result<Good<KeySet>, KeyFault> {
        let location = Location::discovery(endpoint);
        let (described, location) = self.get(Document::Discovery, endpoint, location).await?;
        let transport = match self.rules.reach.loopback {
            true => Transport::DangerousHttp,
            false => Transport::Https,
        };
        let discovery = Discovery::parse(&described.body, issuer, transport).map_err(|fault| {
            let cause = match fault {
                DiscoveryFault::OtherIssuer { .. } => Cause::WrongIssuer,
                other => Cause::Malformed(other.to_string()),
            };
            KeyFault { document: Document::Discovery, url: location.to_string(), cause }
        })?;
        let keys_at = discovery.jwks_uri();
        let (answer, _) = self.get(Document::Keys, keys_at, Location::parse(keys_at)).await?;
        let keys = read_keys(&answer.body).map_err(|cause| KeyFault {
            document: Document::Keys,
            url: keys_at.to_owned(),
            cause,
        })?;
        // Whoever could forge the discovery document could name keys of their own, so
        // the provider must list what either connection rests on.
        let untrusted = [&described, &answer].into_iter().filter_map(|answer| answer.seen);
        let untrusted = untrusted.filter(|seen| !seen.is_trusted);
        Ok(Good {
            keys: keys.into(),
            tops: untrusted.map(|seen| seen.top).collect(),
            presented: answer.seen.map(|seen| seen.top),
            fetched_at: self.now,
            lifetime: lifetime(&answer.headers),
        })
    }

    async fn get(
        &self,
        document: Document,
        url: &str,
        location: Result<Location, UrlFault>,
    ) -> Result<(Answer, Location), KeyFault> {
        let fault = |url: &dyn std::fmt::Display, cause| {
            // A URL that is refused for its length is not repeated at length.
            KeyFault { document, url: url.to_string().chars().take(2048).collect(), cause }
        };
        let location = location.map_err(|refused| fault(&url, Cause::Url(refused)))?;
        let fetching = self.client.get(&location, self.rules, self.now);
        match tokio::time::timeout_at(self.deadline, fetching).await {
            Ok(Ok(answer)) => Ok((answer, location)),
            Ok(Err(cause)) => Err(fault(&location, cause)),
            Err(_) => Err(fault(&location, Cause::TimedOut(self.fetch_wait))),
        }
    }
}

/// Reads a set of keys, of which at least one can be used.
pub(super) fn read_keys(json: &[u8]) -> Result<KeySet, Cause> {
    let keys = KeySet::parse(json).map_err(|fault| Cause::Malformed(fault.to_string()))?;
    if keys.usable() == 0 { Err(Cause::NoUsableKey) } else { Ok(keys) }
}
