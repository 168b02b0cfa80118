use std::cmp::Ordering;

use super::{Given, Matcher};
use crate::effort;
use crate::glob::folded;

/// From so many values on they are looked up: fewer are compared as quickly.
const VALUES_LOOKED_UP_MIN: usize = 16;

/// The values of a condition that stand for one text each, in order, so that a
/// condition with thousands of them costs a search and not a walk.
///
/// Patterns and values with variables cannot be ordered: they are still compared one
/// by one, and so are numbers, dates and ranges of addresses.
#[derive(Clone, Debug)]
pub(crate) struct Literals {
    // INVARIANT: in the order of the values' texts.
    ordered: Box<[u32]>,
    others: Box<[u32]>,
    case: Case,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Counts,
    Ignored,
}

impl Literals {
    /// `None` when there are too few literal values for it to be worth while.
    ///
    /// `value` gives the text and the matcher of each value, by its place.
    pub(crate) fn new<'v>(
        count: usize,
        value: impl Fn(u32) -> Option<(&'v str, &'v Matcher)>,
    ) -> Option<Self> {
        if count < VALUES_LOOKED_UP_MIN {
            return None;
        }
        let is_literal =
            |place: &u32| value(*place).is_some_and(|(text, matcher)| matcher.is_literal(text));
        let places = (0_u32..).zip(0..count).map(|(place, _)| place);
        let (mut ordered, others): (Vec<u32>, Vec<u32>) = places.partition(is_literal);
        let (_, first) = value(*ordered.get(VALUES_LOOKED_UP_MIN - 1)?)?;
        let case =
            if matches!(first, Matcher::FoldedText(_)) { Case::Ignored } else { Case::Counts };
        let text = |place: &u32| value(*place).map_or("", |(text, _)| text);
        ordered.sort_unstable_by(|left, right| case.order(text(left), text(right)));
        Some(Self { ordered: ordered.into(), others: others.into(), case })
    }

    /// Whether a value stands for this text of the request.
    pub(crate) fn hold<'v>(
        &self,
        given: &Given<'_>,
        text: impl Fn(u32) -> Option<&'v str>,
    ) -> bool {
        let wanted = match given {
            Given::Text(text) => *text,
            Given::Arn(arn) => arn.text(),
            _ => return false,
        };
        let order = |place: &u32| {
            effort::count(1);
            text(*place).map_or(Ordering::Less, |text| self.case.order(text, wanted))
        };
        self.ordered.binary_search_by(order).is_ok()
    }

    /// The values that have to be compared one by one.
    pub(crate) fn others(&self) -> impl Iterator<Item = u32> {
        self.others.iter().copied()
    }
}

impl Case {
    fn order(self, left: &str, right: &str) -> Ordering {
        match self {
            Self::Counts => left.cmp(right),
            Self::Ignored => folded(left).cmp(folded(right)),
        }
    }
}
