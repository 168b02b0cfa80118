/// A source of cryptographically strong random bytes.
///
/// Levels below the shell receive one as an argument, so that tests can replay
/// a run byte for byte.
pub trait Entropy {
    /// Fills the buffer with unpredictable bytes.
    ///
    /// A source that cannot deliver must not return: guessable ids and secrets
    /// are worse than no answer.
    fn fill(&mut self, buffer: &mut [u8]);
}

impl<E: Entropy + ?Sized> Entropy for &mut E {
    fn fill(&mut self, buffer: &mut [u8]) {
        (**self).fill(buffer);
    }
}
