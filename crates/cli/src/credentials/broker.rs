//! Sessions in memory, for programs that ask again and again.

use std::sync::Arc;
use std::time::Duration;

use stead_types::Timestamp;
use tokio::sync::Mutex;

use super::session::{Freshness, Session};
use super::settings::Source;
use crate::exit::Failure;

/// How long after a failure nobody asks again. Choice: a program that tries every
/// millisecond does not make STS answer every millisecond.
const PAUSE: Duration = Duration::from_secs(2);

/// Gives out the session of one role, and renews it ahead of its end.
#[derive(Debug)]
pub(crate) struct Broker {
    source: Source,
    /// What is given out. Never held while waiting.
    state: std::sync::Mutex<State>,
    /// Held by who asks STS: one at a time.
    flight: Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct State {
    session: Option<Arc<Session>>,
    failed: Option<(Timestamp, String)>,
}

impl Broker {
    pub(crate) fn new(source: Source) -> Self {
        Self { source, state: std::sync::Mutex::default(), flight: Mutex::new(()) }
    }

    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// A session that works now.
    ///
    /// A new one that is due is asked for by one caller; the others get the old one
    /// meanwhile, and so does everybody when the call fails, as long as it works. Without
    /// a session that works, all wait for the one call.
    ///
    /// # Errors
    /// Why there is none: of the call, or of the last one where that was just now.
    pub(crate) async fn session(&self) -> Result<Arc<Session>, Failure> {
        let state = self.state();
        let freshness = self.freshness(&state);
        let _flight = match (state.session, freshness) {
            (Some(session), Freshness::Fresh) => return Ok(session),
            (Some(session), Freshness::Due) => match self.flight.try_lock() {
                Ok(flight) => flight,
                Err(_) => return Ok(session),
            },
            _ => self.flight.lock().await,
        };
        // Somebody may have asked while this call waited.
        let state = self.state();
        let freshness = self.freshness(&state);
        let usable = state.session.filter(|_| freshness != Freshness::Over);
        match (usable, self.recent_failure(state.failed)) {
            (Some(session), _) if freshness == Freshness::Fresh => Ok(session),
            (Some(session), Some(_)) => Ok(session),
            (None, Some(message)) => Err(Failure::new(message)),
            (usable, None) => self.renew(usable).await,
        }
    }

    async fn renew(&self, usable: Option<Arc<Session>>) -> Result<Arc<Session>, Failure> {
        match self.source.ask.call(&self.source.client).await {
            Ok(session) => {
                let session = Arc::new(session);
                self.put(State { session: Some(Arc::clone(&session)), failed: None });
                Ok(session)
            }
            Err(failure) => {
                let failed = Some((self.now(), failure.message().to_owned()));
                self.put(State { session: usable.clone(), failed });
                let Some(session) = usable else { return Err(failure) };
                failure.warn();
                Ok(session)
            }
        }
    }

    fn freshness(&self, state: &State) -> Freshness {
        let session = state.session.as_ref();
        session.map_or(Freshness::Over, |session| session.freshness(self.now()))
    }

    fn recent_failure(&self, failed: Option<(Timestamp, String)>) -> Option<String> {
        let now = self.now();
        let is_recent = |at: Timestamp| now >= at && now < at.plus(PAUSE);
        failed.filter(|(at, _)| is_recent(*at)).map(|(_, message)| message)
    }

    fn state(&self) -> State {
        // A panic while it was held leaves it whole: it is only ever replaced.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn put(&self, state: State) {
        *self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = state;
    }

    fn now(&self) -> Timestamp {
        self.source.client.clock.now()
    }
}

#[cfg(test)]
impl Broker {
    pub(crate) fn give(&self, session: Session) {
        self.put(State { session: Some(Arc::new(session)), failed: None });
    }

    pub(crate) fn into_source(self) -> Source {
        self.source
    }
}

#[cfg(test)]
mod tests;
