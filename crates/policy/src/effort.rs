//! Counting the steps of an evaluation, so that tests can tell what a hostile policy
//! costs without measuring time. Nothing of it is left outside of tests.

#[cfg(test)]
mod tests;

#[cfg(test)]
thread_local! {
    static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// So many steps more.
#[cfg(test)]
pub(crate) fn count(steps: usize) {
    STEPS.set(STEPS.get() + steps);
}

/// Counts nothing.
#[cfg(not(test))]
pub(crate) const fn count(_: usize) {}

/// What comes of some work, and how many steps it took.
#[cfg(test)]
pub(crate) fn counted<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = STEPS.get();
    let result = work();
    (result, STEPS.get() - before)
}
