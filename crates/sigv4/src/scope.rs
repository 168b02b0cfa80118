use std::fmt;

use stead_types::Timestamp;

/// What a signing key is good for: `20150830/us-east-1/sts/aws4_request`.
///
/// A scope read from a request is only claimed: any texts without a slash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    text: Box<str>,
    date_end: usize,
    region_end: usize,
    service_end: usize,
}

/// The last element of every scope of this version.
pub(crate) const TERMINATOR: &str = "aws4_request";

impl Scope {
    /// The scope of a key for one day, region and service.
    #[must_use]
    pub fn new(day_of: Timestamp, region: &str, service: &str) -> Self {
        Self::from_parts(&day_of.to_basic_date(), region, service, TERMINATOR)
    }

    /// The scope that is spelled so; `None` of another number of parts than four.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        let bytes = text.bytes().enumerate();
        let mut slashes = bytes.filter_map(|(at, byte)| (byte == b'/').then_some(at));
        let (date_end, region_end) = (slashes.next()?, slashes.next()?);
        let service_end = slashes.next()?;
        if slashes.next().is_some() {
            return None;
        }
        Some(Self { text: text.into(), date_end, region_end, service_end })
    }

    pub(crate) fn from_parts(date: &str, region: &str, service: &str, terminator: &str) -> Self {
        let date_end = date.len();
        let region_end = date_end + 1 + region.len();
        let service_end = region_end + 1 + service.len();
        let text = [date, region, service, terminator].join("/").into();
        Self { text, date_end, region_end, service_end }
    }

    /// The day, `20150830`.
    #[must_use]
    pub fn date(&self) -> &str {
        self.part(0, self.date_end)
    }

    /// The region, `us-east-1`.
    #[must_use]
    pub fn region(&self) -> &str {
        self.part(self.date_end + 1, self.region_end)
    }

    /// The service's signing name, `sts`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(self.region_end + 1, self.service_end)
    }

    /// The last element, `aws4_request`.
    #[must_use]
    pub fn terminator(&self) -> &str {
        self.part(self.service_end + 1, self.text.len())
    }

    /// The scope as it is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn part(&self, start: usize, end: usize) -> &str {
        // INVARIANT: the ends are the lengths of whole parts, so they lie on
        // character boundaries and the fallback cannot be reached.
        self.text.get(start..end).unwrap_or_default()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_the_text_between_the_slashes() {
        let scope = Scope::from_parts("20150830", "", "sérvice", "end");
        assert_eq!(scope.as_str(), "20150830//sérvice/end");
        assert_eq!(
            (scope.date(), scope.region(), scope.service(), scope.terminator()),
            ("20150830", "", "sérvice", "end")
        );
        assert_eq!(Scope::from_text(scope.as_str()), Some(scope));
        for other in ["", "a/b/c", "a/b/c/d/", "a/b/c/d/e"] {
            assert_eq!(Scope::from_text(other), None, "{other}");
        }
    }
}
