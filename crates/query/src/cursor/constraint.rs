//! The model's constraints, and how AWS words them.

use stead_api::ClosedSet;

use crate::pattern::Pattern;
use crate::violation::{Broken, Report};

/// How many characters or elements there may be.
#[derive(Clone, Copy)]
pub(crate) struct Length {
    /// The fewest.
    pub(crate) min: Option<usize>,
    /// The most.
    pub(crate) max: Option<usize>,
}

/// What a text must satisfy.
pub(crate) struct Text {
    /// Its characters.
    pub(crate) length: Length,
    /// The expression it must match.
    pub(crate) pattern: Option<Pattern>,
    /// It is never repeated in a message.
    pub(crate) sensitive: bool,
    /// It is a secret. AWS repeats some of these in its messages, which are then for the
    /// caller alone.
    pub(crate) secret: bool,
    /// As an element of a list, AWS adds that it must not be null.
    pub(crate) not_null_element: bool,
}

/// The range of a number.
pub(crate) struct Number {
    /// The least.
    pub(crate) min: Option<i32>,
    /// The greatest.
    pub(crate) max: Option<i32>,
}

impl Length {
    const fn too_short(self, count: usize) -> bool {
        matches!(self.min, Some(min) if count < min)
    }

    const fn too_long(self, count: usize) -> bool {
        matches!(self.max, Some(max) if count > max)
    }

    fn at_least(self) -> String {
        bound("length greater than or equal to", self.min)
    }

    fn at_most(self) -> String {
        bound("length less than or equal to", self.max)
    }

    /// Reports a count outside the range.
    pub(crate) fn check_count(
        self,
        count: usize,
        shown: Option<&str>,
        path: &str,
        report: &mut Report,
    ) {
        if self.too_short(count) {
            report.refused(shown, path, Broken::Shortest, &self.at_least());
        }
        if self.too_long(count) {
            report.refused(shown, path, Broken::Longest, &self.at_most());
        }
    }
}

impl Text {
    /// Reports each constraint that the value breaks.
    ///
    /// Observed (other services of the framework, most of the messages): the pattern
    /// before the length.
    pub(crate) fn check(&self, value: &str, path: &str, report: &mut Report) {
        let shown = (!self.sensitive).then_some(value);
        if self.secret && shown.is_some() {
            report.repeats_a_secret();
        }
        if let Some(pattern) = self.pattern.as_ref().filter(|it| !(it.matches)(value)) {
            report.unmatched(shown, path, pattern.text);
        }
        self.length.check_count(value.chars().count(), shown, path, report);
    }

    /// Whether the value breaks nothing.
    pub(crate) fn admits(&self, value: &str) -> bool {
        let count = value.chars().count();
        !self.length.too_short(count)
            && !self.length.too_long(count)
            && self.pattern.as_ref().is_none_or(|pattern| (pattern.matches)(value))
    }

    /// Every constraint, in the order in which AWS lists those of a list's elements.
    ///
    /// Observed: IAM, for `tagKeys`, `clientIDList` and `thumbprintList`.
    pub(crate) fn constraints(&self) -> Vec<String> {
        let mut all = Vec::new();
        all.extend(self.length.max.map(|_| self.length.at_most()));
        all.extend(self.length.min.map(|_| self.length.at_least()));
        all.extend(self.pattern.as_ref().map(pattern_constraint));
        all.extend(self.not_null_element.then(|| String::from("Member must not be null")));
        all
    }
}

impl Number {
    /// Reports a number outside the range.
    pub(crate) fn check(&self, value: i32, path: &str, report: &mut Report) {
        let shown = value.to_string();
        if self.min.is_some_and(|min| value < min) {
            let constraint = bound("value greater than or equal to", self.min);
            report.refused(Some(&shown), path, Broken::Least, &constraint);
        }
        if self.max.is_some_and(|max| value > max) {
            let constraint = bound("value less than or equal to", self.max);
            report.refused(Some(&shown), path, Broken::Greatest, &constraint);
        }
    }
}

/// The constraint of a closed set.
///
/// Choice: the values in the model's order; AWS's own order differs by service.
pub(crate) fn closed_set<T: ClosedSet>() -> String {
    let values: Vec<&str> = T::values().iter().map(|value| value.text()).collect();
    format!("Member must satisfy enum value set: [{}]", values.join(", "))
}

fn bound<T: ToString>(relation: &str, limit: Option<T>) -> String {
    let limit = limit.map(|limit| limit.to_string()).unwrap_or_default();
    format!("Member must have {relation} {limit}")
}

fn pattern_constraint(pattern: &Pattern) -> String {
    format!("Member must satisfy regular expression pattern: {}", pattern.text)
}
