//! Room for bodies that are neither small nor large: so much in all, and a share of it for
//! one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::limits::{ADDRESS_BODIES_BYTES_MAX, BODIES_BYTES_MAX};

/// The room. What is known of addresses is dropped when none of their bodies is here.
#[derive(Debug, Default)]
pub(super) struct MediumBodies(Mutex<Taken>);

#[derive(Debug, Default)]
struct Taken {
    bytes: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Room that is taken until this is dropped.
#[derive(Debug)]
pub(super) struct MediumBody {
    bodies: Arc<MediumBodies>,
    address: Option<IpAddr>,
    bytes: usize,
}

impl MediumBodies {
    /// Takes room for a body; nothing where there is none now, or where its address has
    /// taken its share. A proxy that speaks for many has no address, and no share.
    pub(super) fn take(
        self: &Arc<Self>,
        address: Option<IpAddr>,
        bytes: usize,
    ) -> Option<MediumBody> {
        let mut taken = self.lock();
        if BODIES_BYTES_MAX - taken.bytes < bytes {
            return None;
        }
        if let Some(address) = address {
            let of_address = taken.by_address.get(&address).copied().unwrap_or(0);
            if ADDRESS_BODIES_BYTES_MAX - of_address < bytes {
                return None;
            }
            taken.by_address.insert(address, of_address + bytes);
        }
        taken.bytes += bytes;
        Some(MediumBody { bodies: Arc::clone(self), address, bytes })
    }

    fn lock(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for MediumBody {
    fn drop(&mut self) {
        let mut taken = self.bodies.lock();
        taken.bytes -= self.bytes;
        let Some(address) = self.address else { return };
        if let Some(bytes) = taken.by_address.get_mut(&address) {
            *bytes -= self.bytes;
            if *bytes == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::BODY_BYTES_MAX;

    fn address(last: u8) -> Option<IpAddr> {
        Some([192, 0, 2, last].into())
    }

    #[test]
    fn an_address_has_its_share_and_others_have_theirs() {
        let bodies = Arc::new(MediumBodies::default());
        let take = |last| bodies.take(address(last), BODY_BYTES_MAX);
        let share = ADDRESS_BODIES_BYTES_MAX / BODY_BYTES_MAX;
        let held: Vec<_> = (0..share).map(|_| take(1).unwrap()).collect();
        assert!(take(1).is_none());
        assert!(take(2).is_some(), "another has its own");
        assert!(bodies.take(None, BODY_BYTES_MAX).is_some(), "a proxy");
        drop(held);
        assert!(take(1).is_some());
        assert!(bodies.lock().by_address.is_empty() && bodies.lock().bytes == 0);
    }

    #[test]
    fn all_together_have_a_bound() {
        let bodies = Arc::new(MediumBodies::default());
        let all = BODIES_BYTES_MAX / BODY_BYTES_MAX;
        let held: Vec<_> = (0..all).map(|_| bodies.take(None, BODY_BYTES_MAX).unwrap()).collect();
        assert!(bodies.take(None, 1).is_none() && bodies.take(address(1), 1).is_none());
        drop(held);
        assert!(bodies.take(address(1), 1).is_some());
    }
}
