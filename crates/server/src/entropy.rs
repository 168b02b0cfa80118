//! Where random bytes come from: the only place that asks the machine.

use std::cell::RefCell;

use stead_types::Entropy;
use zeroize::Zeroize as _;

/// The operating system's random generator, through the one cryptographic library.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "this is the shell's source of random bytes")]
    #[expect(
        clippy::panic,
        reason = "a key made of predictable bytes is worse than a failed request; the task that \
                  asked ends with InternalFailure and the server stays up"
    )]
    fn fill(&mut self, buffer: &mut [u8]) {
        if aws_lc_rs::rand::fill(buffer).is_err() {
            panic!("the system's random generator failed");
        }
    }
}

/// [`SystemEntropy`], drawn ahead by each thread: asking the generator for 16 bytes takes
/// nearly as long as asking it for a thousand.
///
/// For what requests need. Nothing is known of bytes that are drawn and not given out but
/// by who reads the memory of this process, and so its keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ThreadEntropy;

thread_local! {
    static DRAWN: RefCell<DrawnAhead<1024>> = const { RefCell::new(DrawnAhead::new()) };
}

impl Entropy for ThreadEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        DRAWN.with_borrow_mut(|drawn| drawn.fill(buffer));
    }
}

/// Every byte is given out once and wiped then.
struct DrawnAhead<const N: usize> {
    drawn: [u8; N],
    given: usize,
}

impl<const N: usize> DrawnAhead<N> {
    /// Draws nothing yet.
    const fn new() -> Self {
        Self { drawn: [0; N], given: N }
    }
}

impl<const N: usize> Entropy for DrawnAhead<N> {
    fn fill(&mut self, buffer: &mut [u8]) {
        if buffer.len() > N {
            return SystemEntropy.fill(buffer);
        }
        if buffer.len() > N - self.given {
            SystemEntropy.fill(&mut self.drawn);
            self.given = 0;
        }
        let end = self.given + buffer.len();
        if let Some(bytes) = self.drawn.get_mut(self.given..end) {
            buffer.copy_from_slice(bytes);
            bytes.zeroize();
        }
        self.given = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_fills_differ() {
        let (mut first, mut second) = ([0_u8; 32], [0_u8; 32]);
        SystemEntropy.fill(&mut first);
        SystemEntropy.fill(&mut second);
        assert_ne!(first, second);
    }

    #[test]
    fn what_is_drawn_ahead_is_given_out_once() {
        let mut entropy = DrawnAhead::<20>::new();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let mut eight = [0; 8];
            entropy.fill(&mut eight);
            assert!(seen.insert(eight) && eight != [0; 8]);
        }
        assert!(entropy.drawn[..entropy.given].iter().all(|byte| *byte == 0));
        for bytes in [20, 21, 64] {
            let (mut one, mut other) = (vec![0; bytes], vec![0; bytes]);
            entropy.fill(&mut one);
            entropy.fill(&mut other);
            assert!(one != other && one.iter().any(|byte| *byte != 0), "{bytes}");
        }
    }
}
