//! The signing keys of token issuers: fetched safely, kept for a while, or given by the
//! configuration.
//!
//! An issuer is named by whoever registers a provider, so fetching its keys is
//! connecting where a stranger says. What is done about that:
//!
//! - `location` reads URLs so strictly that no two programs read them differently.
//! - `address` says which addresses may be contacted: public ones. `resolve` looks a
//!   name up once, and `request` connects to an address that was checked.
//! - `request` makes one connection for one bounded answer, follows nothing, and reads
//!   nothing of the environment: no proxy, no credentials. `proxy` is the way through one
//!   that the configuration names, which is asked for checked addresses only.
//! - `trust` verifies certificates: host name and dates always; the chain against trusted
//!   authorities or, where none of them signed, against the provider's thumbprints.
//! - `policy` decides when keys are used, fetched, waited for or refused, so that
//!   neither a dead provider nor a flood of unknown key ids costs more than one fetch
//!   per interval and issuer. `cache` carries that out.
//!
//! What the documents mean is read by `stead-federation`. The reasons are in
//! `docs/decisions/0005-issuer-keys.md`.

mod access_tokens;
mod address;
mod cache;
mod fault;
mod fetch;
mod fetches;
mod freshness;
mod location;
mod policy;
mod proxy;
mod request;
mod resolve;
mod start;
#[cfg(test)]
mod testing;
mod thumbprint;
mod trust;

use std::collections::HashMap;
use std::sync::Arc;

use rustls::RootCertStore;
use stead_federation::oidc::{AccessTokenOwner, AccessTokenProvider, Algorithms, KeySet};
use stead_service::LoopbackIssuers;
use stead_types::Timestamp;
use tokio::sync::Semaphore;

pub use access_tokens::OwnerFault;
pub use address::is_public;

pub use fault::{Answer, Cause, Document, ForbiddenAddress, KeyFault, ProxyFault};
pub(crate) use fetches::Fetches;
pub use location::UrlFault;
pub use proxy::{ProxyAddress, ProxyCredentialsError};
pub use start::IssuerKeysError;
pub use thumbprint::{Thumbprint, ThumbprintError};

use crate::authorities;
use crate::config::Issuers;
use crate::limits::{
    ISSUER_ATTEMPT_INTERVAL, ISSUER_CONNECT_WAIT_MAX, ISSUER_FETCH_WAIT_MAX, ISSUER_FETCHES_MAX,
};
use crate::traces::{self, Stage};
use access_tokens::AccessTokens;
use cache::Cache;
use fetch::Fetcher;
use location::Location;
use policy::{Fit, Good, Periods};
use request::Client;
use resolve::{Resolve, SystemResolver};

/// Whether a text can be the URL of an issuer whose keys are fetched.
///
/// # Errors
/// The first thing about it that is not allowed.
pub fn check_issuer_url(url: &str) -> Result<(), UrlFault> {
    Location::discovery(url).map(|_| ())
}

/// The keys of every issuer. One for the whole server.
#[derive(Debug)]
pub struct IssuerKeys {
    pinned: HashMap<String, Arc<KeySet>>,
    cache: Cache<Fetcher>,
    access_tokens: AccessTokens,
    issuers: Issuers,
    fetches: Arc<Fetches>,
}

/// How an issuer answered when a provider is to be created for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The top of the certificate chain that the server of the keys presented, which IAM
    /// lists where the caller gives no thumbprints. `None` where nothing was presented:
    /// keys from the configuration, or plain HTTP.
    pub thumbprint: Option<Thumbprint>,
}

/// What depends on the machine, so that tests can put something else in its place.
struct Machine {
    resolver: Arc<dyn Resolve>,
    public_roots: RootCertStore,
    connect_wait: std::time::Duration,
    fetch_wait: std::time::Duration,
    attempt_interval: std::time::Duration,
    waiters_max: usize,
}

impl IssuerKeys {
    /// Reads the files that the configuration names, and the system's certificate
    /// authorities. At most `waiters_max` calls wait for the next fetch an issuer is due;
    /// each holds a connection meanwhile.
    ///
    /// # Errors
    /// A file that cannot be read or does not hold what it should.
    pub fn new(issuers: &Issuers, waiters_max: usize) -> Result<Self, IssuerKeysError> {
        let machine = Machine {
            resolver: Arc::new(SystemResolver::default()),
            public_roots: authorities::of_system(),
            connect_wait: ISSUER_CONNECT_WAIT_MAX,
            fetch_wait: ISSUER_FETCH_WAIT_MAX,
            attempt_interval: ISSUER_ATTEMPT_INTERVAL,
            waiters_max,
        };
        Self::on(machine, issuers)
    }

    fn on(machine: Machine, issuers: &Issuers) -> Result<Self, IssuerKeysError> {
        let rules = start::general_rules(issuers, &Arc::new(machine.public_roots));
        let named = start::named_rules(issuers, &rules)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let client = Client {
            resolver: machine.resolver,
            provider,
            proxy: start::proxy(issuers)?,
            connect_wait: machine.connect_wait,
        };
        let (endpoints, fetch_wait) = (start::endpoints(issuers), machine.fetch_wait);
        let access_tokens =
            AccessTokens::new(client.clone(), &rules, &named, &endpoints, fetch_wait);
        let places = Semaphore::new(ISSUER_FETCHES_MAX);
        let fetches = Arc::<Fetches>::default();
        let fetcher = Fetcher {
            client,
            rules,
            named,
            endpoints,
            fetch_wait,
            places,
            fetches: Arc::clone(&fetches),
        };
        let periods =
            Periods { attempt_interval: machine.attempt_interval, outage_max: issuers.outage_max };
        Ok(Self {
            pinned: start::pinned(issuers)?,
            cache: Cache::new(fetcher, periods, machine.waiters_max),
            access_tokens,
            issuers: issuers.clone(),
            fetches,
        })
    }

    /// How fetches have ended so far.
    pub(crate) const fn fetches(&self) -> &Arc<Fetches> {
        &self.fetches
    }

    /// The keys of an issuer, which is named as in its tokens, byte by byte.
    ///
    /// A `key_id` that is not among the keys makes this look again, at most once per
    /// [`ISSUER_ATTEMPT_INTERVAL`] for all callers together: until then the caller waits,
    /// so that a rotation fails nobody. The keys are returned also when the key id is
    /// still not among them; that it is unknown is for the verifier to say.
    ///
    /// `thumbprints` are those that the provider lists. They matter only where no trusted
    /// authority signed the issuer's certificate.
    ///
    /// The answer takes as long as one fetch under way, one interval and one fetch at the
    /// most, and is immediate when the keys are there.
    ///
    /// # Errors
    /// Why there are no keys. [`Cause::answer`] says what AWS calls that.
    pub async fn get(
        &self,
        issuer: &str,
        key_id: Option<&str>,
        thumbprints: &[Thumbprint],
        now: Timestamp,
    ) -> Result<Arc<KeySet>, KeyFault> {
        if let Some(keys) = self.pinned.get(issuer) {
            return Ok(Arc::clone(keys));
        }
        let wanted = |keys: &Arc<KeySet>| key_id.is_none_or(|id| knows(keys, id));
        self.find(issuer, wanted, thumbprints, now).await
    }

    /// The keys of an issuer, once they are newer than those that a token without a key id
    /// was refused with: it cannot say that it is signed with a key that is not known yet.
    ///
    /// As an unknown key id does, this makes callers wait for the next fetch that may be
    /// made, and then gives what there is.
    ///
    /// # Errors
    /// As for [`IssuerKeys::get`].
    pub async fn newer(
        &self,
        issuer: &str,
        than: &Arc<KeySet>,
        thumbprints: &[Thumbprint],
        now: Timestamp,
    ) -> Result<Arc<KeySet>, KeyFault> {
        if self.pinned.contains_key(issuer) {
            return Ok(Arc::clone(than));
        }
        self.find(issuer, |keys| !Arc::ptr_eq(keys, than), thumbprints, now).await
    }

    async fn find(
        &self,
        issuer: &str,
        wanted: impl Fn(&Arc<KeySet>) -> bool,
        thumbprints: &[Thumbprint],
        now: Timestamp,
    ) -> Result<Arc<KeySet>, KeyFault> {
        let fits = |good: &Good<KeySet>| {
            if let Some(top) = good.tops.iter().find(|top| !thumbprints.contains(top)) {
                let cause = Cause::Thumbprint { top: *top };
                return Fit::Unlisted(KeyFault::of_issuer(issuer, cause));
            }
            if wanted(&good.keys) { Fit::Fits } else { Fit::UnknownKey }
        };
        self.cache.get(issuer, fits, now).await.map(|good| Arc::clone(&good.keys))
    }

    /// Whose access token this is: the provider is asked, every time.
    ///
    /// # Errors
    /// Why that is not known.
    pub async fn owner(
        &self,
        provider: AccessTokenProvider,
        token: &str,
        now: Timestamp,
    ) -> Result<AccessTokenOwner, OwnerFault> {
        let asking = self.access_tokens.owner(provider, token, now);
        traces::stage(Stage::AccessToken, asking, OwnerFault::name).await
    }

    /// Whether an issuer answers, for the creation of a provider. Its certificate may be
    /// of any authority: the thumbprint is what the provider is created with.
    ///
    /// An answer that is still fresh counts.
    ///
    /// # Errors
    /// Why there are no keys.
    pub async fn check(&self, issuer: &str, now: Timestamp) -> Result<Checked, KeyFault> {
        if self.pinned.contains_key(issuer) {
            return Ok(Checked { thumbprint: None });
        }
        let good = self.cache.get(issuer, |_| Fit::Fits, now).await?;
        Ok(Checked { thumbprint: good.presented })
    }

    /// Whether [`IssuerKeys::check`] is to be asked when a provider is created.
    #[must_use]
    pub const fn checks_at_creation(&self) -> bool {
        self.issuers.check_at_creation
    }

    /// Whether issuers on the loopback may be registered, and asked in plain text.
    #[must_use]
    pub const fn loopback(&self) -> LoopbackIssuers {
        if self.issuers.allow_loopback {
            LoopbackIssuers::Admitted
        } else {
            LoopbackIssuers::Refused
        }
    }

    /// The algorithms that an issuer may sign with.
    #[must_use]
    pub fn algorithms(&self, issuer: &str) -> Algorithms {
        self.issuers.named.get(issuer).map_or(Algorithms::AWS, |named| named.algorithms)
    }
}

fn knows(keys: &KeySet, id: &str) -> bool {
    keys.key_ids().any(|known| known == Some(id))
}

#[cfg(test)]
mod tests;
