//! Places for large bodies: few in all, and one for each sender.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::exchange::BodyOwner;
use crate::limits::LARGE_BODIES_MAX;

/// The places. What is known of owners is dropped when none of their bodies is here.
#[derive(Debug)]
pub(super) struct LargeBodies {
    places: Arc<Semaphore>,
    /// The one place of each owner who has a body here, or one that waits.
    owners: Mutex<HashMap<BodyOwner, Weak<Semaphore>>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct LargeBody {
    _place: OwnedSemaphorePermit,
    _of_owner: OwnedSemaphorePermit,
}

impl LargeBodies {
    pub(super) fn new() -> Self {
        Self { places: Arc::new(Semaphore::new(LARGE_BODIES_MAX)), owners: Mutex::default() }
    }

    /// A place for a body of this owner, once there is one. The owner's own comes first,
    /// so that who waits for that takes none from others. `None` is never seen: no
    /// semaphore here is closed.
    pub(super) async fn place(&self, owner: BodyOwner) -> Option<LargeBody> {
        let of_owner = self.of_owner(owner).acquire_owned().await.ok()?;
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some(LargeBody { _place: place, _of_owner: of_owner })
    }

    /// Costs a look at every owner with a large body here, of whom there are not more
    /// than connections.
    fn of_owner(&self, owner: BodyOwner) -> Arc<Semaphore> {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.retain(|_, own| own.strong_count() > 0);
        if let Some(own) = owners.get(&owner).and_then(Weak::upgrade) {
            return own;
        }
        let own = Arc::new(Semaphore::new(1));
        owners.insert(owner, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// What a future has at once.
    fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    fn owner(number: usize) -> BodyOwner {
        BodyOwner::new(number.to_string())
    }

    #[test]
    fn an_owner_has_one_place_and_others_have_theirs() {
        let bodies = LargeBodies::new();
        let first = now(bodies.place(owner(0))).unwrap().unwrap();
        assert!(now(bodies.place(owner(0))).is_none());
        let others: Vec<_> =
            (1..LARGE_BODIES_MAX).map(|number| now(bodies.place(owner(number))).unwrap()).collect();
        assert!(now(bodies.place(owner(LARGE_BODIES_MAX))).is_none());
        drop(first);
        let next = now(bodies.place(owner(LARGE_BODIES_MAX))).unwrap();
        assert!(now(bodies.place(owner(0))).is_none());
        drop((next, others));
        assert!(now(bodies.place(owner(0))).is_some());
        let _ = bodies.of_owner(owner(1));
        assert_eq!(bodies.owners.lock().unwrap().len(), 1);
    }

    #[test]
    fn who_waits_behind_oneself_takes_no_place_from_others() {
        let bodies = LargeBodies::new();
        let _held = now(bodies.place(owner(0))).unwrap();
        let mut waiting: Vec<_> =
            (0..LARGE_BODIES_MAX).map(|_| Box::pin(bodies.place(owner(0)))).collect();
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.iter_mut().all(|place| place.as_mut().poll(&mut context).is_pending()));
        let others: Vec<_> =
            (1..LARGE_BODIES_MAX).map(|number| now(bodies.place(owner(number)))).collect();
        assert!(others.iter().all(Option::is_some));
    }
}
