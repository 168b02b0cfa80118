//! How the values of condition keys are read, for whoever checks them beforehand.

use std::net::IpAddr;

use crate::date::Moment;
use crate::operators::Decimal;

/// A form that operators of a family read a request's value in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueForm {
    /// As `NumericEquals` and its like.
    Number,
    /// As `DateEquals` and its like.
    Date,
    /// As `IpAddress` and its like read what a request has: one address.
    Address,
}

impl ValueForm {
    /// Whether a text is of this form. The values of others match nothing.
    ///
    /// ```
    /// use stead_policy::ValueForm;
    /// assert!(ValueForm::Number.admits("-1.50") && !ValueForm::Number.admits("NaN"));
    /// ```
    #[must_use]
    pub fn admits(self, text: &str) -> bool {
        match self {
            Self::Number => Decimal::parse(text).is_some(),
            Self::Date => Moment::parse(text).is_some(),
            Self::Address => text.parse::<IpAddr>().is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_by_their_form() {
        for (form, good, bad) in [
            (ValueForm::Number, &["0", "-12", "3.14"][..], &["", "abc", "NaN", "1e3", "1,5"][..]),
            (
                ValueForm::Date,
                &["2026-01-01T00:00:00Z", "2026-01-01", "1767225600"],
                &["", "tomorrow", "2026-13-01T00:00:00Z"],
            ),
            (
                ValueForm::Address,
                &["192.0.2.1", "2001:db8::1"],
                &["", "999.0.0.1", "192.0.2.0/24", "localhost"],
            ),
        ] {
            assert!(good.iter().all(|text| form.admits(text)), "{form:?}");
            assert!(!bad.iter().any(|text| form.admits(text)), "{form:?}");
        }
    }
}
