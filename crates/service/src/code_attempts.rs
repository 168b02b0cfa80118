use stead_types::Arn;

/// Counts wrong one-time codes per device.
///
/// Spec: RFC 4226, section 7.3: who checks codes must throttle guesses. A code has a
/// million values, three of which are right at any time: whoever holds a stolen key
/// and may guess without a bound has found one within minutes.
pub trait CodeAttempts {
    /// Whether a code of this device may be looked at. It counts as wrong from here
    /// on, so that guesses made at the same time are counted as well.
    fn begin(&self, serial: &Arn) -> bool;

    /// The code was right: the attempt does not count. Earlier wrong ones still do.
    fn right(&self, serial: &Arn);
}
