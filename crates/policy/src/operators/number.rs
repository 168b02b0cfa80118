use std::cmp::Ordering;

/// A decimal number of any length, compared exactly.
///
/// Spec: UG:reference_policies_elements_condition_operators, integers and decimals.
/// Choice: an optional `-`, digits, and digits behind a point. Exponents, a `+` and
/// a bare point are none of it, so what they mean need not be guessed. Binary floating
/// point would make unequal numbers equal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal<'a> {
    negative: bool,
    // INVARIANT: digits only; no leading zeros here, no trailing zeros below.
    whole: &'a str,
    fraction: &'a str,
}

/// A decimal number that keeps its digits, so that a policy's value is read once.
#[derive(Clone, Debug)]
pub(crate) struct Number {
    negative: bool,
    // INVARIANT: as in a decimal number, without the point.
    digits: Box<str>,
    whole_digits: usize,
}

impl Number {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let Decimal { negative, whole, fraction } = Decimal::parse(text)?;
        let digits = [whole, fraction].concat().into();
        Some(Self { negative, digits, whole_digits: whole.len() })
    }

    pub(super) fn decimal(&self) -> Decimal<'_> {
        let parts = self.digits.split_at_checked(self.whole_digits);
        let (whole, fraction) = parts.unwrap_or((&self.digits, ""));
        Decimal { negative: self.negative, whole, fraction }
    }
}

impl<'a> Decimal<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = match unsigned.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (unsigned, None),
        };
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !fraction.is_none_or(digits) {
            return None;
        }
        let whole = whole.trim_start_matches('0');
        let fraction = fraction.unwrap_or_default().trim_end_matches('0');
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !zero, whole, fraction })
    }

    /// How many digits stand behind the point.
    pub(crate) const fn fraction_digits(&self) -> usize {
        self.fraction.len()
    }

    /// The number with one digit more than these behind the point, the last a one: the
    /// next one away from zero among numbers of so many digits.
    pub(crate) fn extended(&self, digits: usize) -> String {
        let sign = if self.negative { "-" } else { "" };
        let whole = if self.whole.is_empty() { "0" } else { self.whole };
        format!("{sign}{whole}.{:0<digits$}1", self.fraction)
    }

    fn magnitude(&self, other: &Self) -> Ordering {
        let length = self.whole.len().cmp(&other.whole.len());
        length
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction))
    }
}

impl Ord for Decimal<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.magnitude(other),
            (true, true) => other.magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Decimal<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Decimal<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_exactly() {
        let ascending =
            ["-10", "-2.5", "-2.49", "-0.1", "0", "0.05", "0.1", "1", "1.0001", "2", "10", "010.5"];
        for (left_at, left) in ascending.iter().enumerate() {
            for (right_at, right) in ascending.iter().enumerate() {
                let order = Decimal::parse(left).unwrap().cmp(&Decimal::parse(right).unwrap());
                assert_eq!(order, left_at.cmp(&right_at), "{left} {right}");
                let kept = Number::parse(right).unwrap();
                assert_eq!(Decimal::parse(left).unwrap().cmp(&kept.decimal()), order);
            }
        }
        for (left, right) in
            [("0", "-0.00"), ("1", "01.0"), ("9007199254740993", "9007199254740993.0")]
        {
            assert_eq!(Decimal::parse(left), Decimal::parse(right));
        }
        assert_ne!(Decimal::parse("9007199254740993"), Decimal::parse("9007199254740992"));
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in
            ["", "-", "+1", "1e3", ".5", "5.", "1.2.3", "1,5", " 1", "0x1", "NaN", "--1", "１"]
        {
            assert!(Decimal::parse(text).is_none(), "{text}");
        }
    }
}
