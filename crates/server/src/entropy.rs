//! Where random bytes come from: the only place that asks the machine.

use stead_types::Entropy;

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
}
