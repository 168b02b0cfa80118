//! Whose access token this is, asked of the provider that issued it.

use std::collections::HashMap;
use std::time::Duration;

use http::StatusCode;
use http::uri::PathAndQuery;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use stead_federation::oidc::{AccessTokenOwner, AccessTokenProvider};
use stead_types::Timestamp;
use thiserror::Error;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::fault::{Cause, KeyFault};
use super::location::Location;
use super::request::{Answer, Client, Rules, Statuses};
use super::trust::Others;
use crate::limits::{ACCESS_TOKEN_QUESTIONS_MAX, ACCESS_TOKEN_QUEUE_MAX};

/// What a value in a query may hold as it is. Spec: RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Asks providers about access tokens.
///
/// A token goes to nobody but the provider that the caller names, and there only if it
/// can be one of its tokens. What was answered is not kept: a token that its provider has
/// revoked is refused from then on.
#[derive(Debug)]
pub(super) struct AccessTokens {
    client: Client,
    sites: HashMap<AccessTokenProvider, Site>,
    wait: Duration,
}

/// Where one provider answers.
#[derive(Debug)]
struct Site {
    endpoint: String,
    rules: Rules,
    /// How many may ask at once: a provider that is slow keeps those waiting who come with
    /// its tokens, and nobody else.
    places: Semaphore,
    /// How many may ask or wait to ask: each holds a connection.
    queue: Semaphore,
}

/// Why nobody knows whose token this is.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OwnerFault {
    /// The text can be no token of this provider, which was not asked.
    #[error("is no access token of this provider")]
    NotItsToken,
    /// The provider does not accept the token: in AWS's words, with the provider's own.
    #[error("is not accepted: {0}")]
    Rejected(String),
    /// The provider gave no answer that can be used.
    #[error("cannot be verified: {0}")]
    NoAnswer(KeyFault),
}

impl OwnerFault {
    /// What class of fault it is, for a span.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::NotItsToken => "other_token",
            Self::Rejected(_) => "rejected",
            Self::NoAnswer(fault) => fault.cause.answer().name(),
        }
    }
}

impl AccessTokens {
    /// `rules` and `endpoints` are those of the configuration, by the providers' names.
    pub(super) fn new(
        client: Client,
        general: &Rules,
        rules: &HashMap<String, Rules>,
        endpoints: &HashMap<String, String>,
        wait: Duration,
    ) -> Self {
        let site = |provider: AccessTokenProvider| {
            let name = provider.name();
            let mut rules = rules.get(name).unwrap_or(general).clone();
            // Nobody lists thumbprints for a provider that is not registered.
            rules.authorities.others = Others::Refused;
            let endpoint = endpoints.get(name).map_or(provider.endpoint(), String::as_str);
            let endpoint = endpoint.trim_end_matches('/').to_owned();
            let places = Semaphore::new(ACCESS_TOKEN_QUESTIONS_MAX);
            let queue = Semaphore::new(ACCESS_TOKEN_QUEUE_MAX);
            (provider, Site { endpoint, rules, places, queue })
        };
        Self { client, sites: AccessTokenProvider::ALL.map(site).into(), wait }
    }

    /// Whose token it is. Takes bounded time, whatever the provider does.
    pub(super) async fn owner(
        &self,
        provider: AccessTokenProvider,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessTokenOwner, OwnerFault> {
        if !provider.takes(token) {
            return Err(OwnerFault::NotItsToken);
        }
        let fault = |cause| OwnerFault::NoAnswer(KeyFault::of_access_token(provider, cause));
        let site = self.sites.get(&provider).ok_or_else(|| fault(Cause::Busy))?;
        let _in_queue = site.queue.try_acquire().map_err(|_| fault(Cause::Busy))?;
        let deadline = Instant::now() + self.wait;
        let place = tokio::time::timeout_at(deadline, site.places.acquire()).await;
        let Ok(Ok(_place)) = place else { return Err(fault(Cause::Busy)) };
        let asking = self.ask(provider, site, token, now);
        match tokio::time::timeout_at(deadline, asking).await {
            Ok(answer) => answer,
            Err(_) => Err(fault(Cause::TimedOut(self.wait))),
        }
    }

    async fn ask(
        &self,
        provider: AccessTokenProvider,
        site: &Site,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessTokenOwner, OwnerFault> {
        let fault = |cause| OwnerFault::NoAnswer(KeyFault::of_access_token(provider, cause));
        let mut answers = Vec::new();
        for question in provider.questions() {
            let location = location(&site.endpoint, question, token).map_err(fault)?;
            let asked = self.client.ask(&location, &site.rules, now, Statuses::OkOrRejected);
            let Answer { status, body, .. } = asked.await.map_err(fault)?;
            if status != StatusCode::OK && provider.has_no_time(&body) {
                return Err(fault(Cause::Busy));
            }
            if status != StatusCode::OK {
                return Err(OwnerFault::Rejected(provider.rejection(&body, token)));
            }
            answers.push(body);
        }
        let answers: Vec<&[u8]> = answers.iter().map(|body| body.as_ref()).collect();
        let read = provider.read(&answers);
        read.map_err(|unreadable| fault(Cause::Malformed(unreadable.to_string())))
    }
}

/// The URL of a question. The token is in it alone: what is logged and told is
/// [`KeyFault::url`], which has the provider's name.
fn location(endpoint: &str, question: &str, token: &str) -> Result<Location, Cause> {
    let mut location = Location::parse(&format!("{endpoint}{question}"))?;
    let target = format!("{}{}", location.target, utf8_percent_encode(token, RESERVED));
    location.target =
        PathAndQuery::try_from(target).map_err(|_| Cause::Url(super::UrlFault::Path))?;
    Ok(location)
}
