//! The values of an unknown key that stand for all its values.
//!
//! What a key is compared with cuts its values into classes:
//!
//! - patterns, literal texts and variables in them: every way to match some and not
//!   others has a text of its own, found by reading all patterns at once;
//! - numbers, dates and addresses: every piece of the line between thresholds has a value;
//! - a key that stands in a pattern as a variable: every part of the text the pattern is
//!   compared with at which it matches is a value of its own, no other makes it match;
//! - two unknown keys that are compared for being equal: both have the classes of both,
//!   and the value of the one that is supposed first is a class of the other's;
//! - in any case the key is absent, or empty, or has a text no pattern mentions; keys that
//!   conditions ask for with a quantifier have every set of these; keys that are asked
//!   for bytes have these.
//!
//! Those are all classes (then [`Values::exhaustive`]) unless a key is compared in
//! several of the first two ways, or by a pattern that holds another unknown key and
//! more than that, or a limit is reached.

use std::collections::BTreeSet;

use data_encoding::BASE64;

use super::texts::{Family, Pattern, Standin, witnesses};
use super::{Shape, ordered};
use crate::arn_pattern::ArnText;
use crate::compiled::condition::CompiledCondition;
use crate::compiled::element::Resources;
use crate::compiled::open::{Open, OpenKey, last_component};
use crate::context::ContextKey;
use crate::limits::{CASE_LINKED_KEYS_MAX, CASE_QUESTIONS_MAX, CASE_SET_MAX, CASE_TEXT_BYTES_MAX};
use crate::template::{Syntax, Token, Tokens, Variable, Wildcards};
use crate::unknown::Assumed;
use crate::{Context, OperatorBase, Supposed};

/// What to suppose of a key, one by one.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) supposed: Vec<Supposed>,
    /// Whether every other value does the same as one of these.
    pub(super) exhaustive: bool,
    /// Whether they are the same whatever is supposed of other keys.
    pub(super) independent: bool,
}

impl Values {
    pub(super) fn of(
        key: &OpenKey,
        context: &Context,
        elements: &[Open<'_>],
        arn: Option<&ArnText<'_>>,
        shape: Shape,
    ) -> Self {
        let depends =
            |element: &&Open<'_>| element.keys(context).iter().any(|open| open.key == key.key);
        let concerned: Vec<Open<'_>> = elements.iter().filter(depends).copied().collect();
        let mut compared = Compared::new(context, elements, arn);
        compared.add_key(&key.key);
        let classes = Classes { key, context, arn, concerned };
        let (texts, mut exhaustive) = compared.texts(shape.set);
        let mut texts: Vec<Supposed> = texts.into_iter().map(Supposed::Single).collect();
        // Every element is asked about every text.
        let texts_max = CASE_QUESTIONS_MAX / classes.concerned.len().max(1);
        exhaustive &= texts.len() <= texts_max;
        texts.truncate(texts_max);
        let mut supposed = vec![Supposed::Absent];
        supposed.extend(texts.iter().cloned());
        if shape.set {
            let (sets, whole) = sets(&classes.one_of_each(texts));
            supposed.extend(sets);
            exhaustive &= whole;
        }
        if shape.binary {
            supposed.extend(compared.bytes().into_iter().map(Supposed::Binary));
        }
        Self {
            supposed: classes.one_of_each(supposed),
            exhaustive,
            independent: classes.concerned.iter().all(|element| element.has_no_variables()),
        }
    }
}

/// Who tells values of a key apart.
struct Classes<'q, 'a> {
    key: &'q OpenKey,
    context: &'q Context,
    arn: Option<&'q ArnText<'q>>,
    concerned: Vec<Open<'a>>,
}

impl Classes<'_, '_> {
    /// Leaves one of those that no element tells apart. When an element compares the
    /// key with another that is unknown, nobody can say which these are.
    fn one_of_each(&self, all: Vec<Supposed>) -> Vec<Supposed> {
        let mut seen = BTreeSet::new();
        let mut left = Vec::new();
        for supposed in &all {
            let Some(class) = self.class(supposed) else { return all };
            if seen.insert(class) {
                left.push(supposed.clone());
            }
        }
        left
    }

    /// What the elements say to it.
    fn class(&self, supposed: &Supposed) -> Option<Vec<bool>> {
        let context = supposed.add_to(self.context.to_builder(), &self.key.written).build();
        let says = |element: &Open<'_>| {
            let closed = element.keys(&context).is_empty();
            closed.then(|| element.holds(self.arn, &context, Assumed::Fails))
        };
        self.concerned.iter().map(says).collect()
    }
}

/// Every set of some of these texts and the empty one, and whether that are all sets.
///
/// Quantified conditions ask of each value whether it matches and join the answers, so
/// that how often a set has a value of some class makes no difference.
fn sets(texts: &[Supposed]) -> (Vec<Supposed>, bool) {
    let texts = texts.iter().filter_map(|supposed| match supposed {
        Supposed::Single(text) => Some(text.clone()),
        Supposed::Absent | Supposed::Multi(_) | Supposed::Binary(_) => None,
    });
    let members: Vec<String> =
        texts.filter(|text| !text.is_empty()).chain([String::new()]).collect();
    let whole = members.len() <= CASE_SET_MAX;
    let mut found: Vec<Vec<String>> = vec![Vec::new()];
    for member in members.iter().take(CASE_SET_MAX) {
        for at in 0..found.len() {
            if let Some(mut set) = found.get(at).cloned() {
                set.push(member.clone());
                found.push(set);
            }
        }
    }
    let rest = members.iter().skip(CASE_SET_MAX).map(|member| vec![member.clone()]);
    let found = found.into_iter().chain(rest).filter(|set| !set.is_empty());
    (found.map(Supposed::Multi).collect(), whole)
}

/// What a key is compared with.
struct Compared<'q, 'a> {
    context: &'q Context,
    elements: &'q [Open<'a>],
    arn: Option<&'q ArnText<'q>>,
    // The key, and those it is compared with for being equal.
    keys: Vec<ContextKey>,
    patterns: Vec<Pattern>,
    numbers: Vec<&'a str>,
    dates: Vec<&'a str>,
    addresses: Vec<&'a str>,
    bytes: Vec<Vec<u8>>,
    exhaustive: bool,
}

impl<'q, 'a> Compared<'q, 'a> {
    const fn new(
        context: &'q Context,
        elements: &'q [Open<'a>],
        arn: Option<&'q ArnText<'q>>,
    ) -> Self {
        Self {
            context,
            elements,
            arn,
            keys: Vec::new(),
            patterns: Vec::new(),
            numbers: Vec::new(),
            dates: Vec::new(),
            addresses: Vec::new(),
            bytes: Vec::new(),
            exhaustive: true,
        }
    }

    /// Adds everything this key is compared with.
    fn add_key(&mut self, key: &ContextKey) {
        if self.keys.contains(key) {
            return;
        }
        if self.keys.len() >= CASE_LINKED_KEYS_MAX {
            self.exhaustive = false;
            return;
        }
        self.keys.push(key.clone());
        for element in self.elements {
            match *element {
                Open::Condition(condition) if condition.has_key(key) => {
                    self.add_compared(condition, key);
                }
                Open::Condition(condition) => self.add_used_in_condition(condition, key),
                Open::Resources(resources) => self.add_used_in_resources(resources, key),
            }
        }
    }

    /// A condition that asks for the key.
    fn add_compared(&mut self, condition: &'a CompiledCondition, key: &ContextKey) {
        use OperatorBase as Base;
        for value in &condition.values {
            let text: &'a str = &value.text;
            match condition.operator.base {
                Base::Null => {}
                Base::Bool => self.patterns.extend(["true", "false"].map(Pattern::folded)),
                Base::IpAddress | Base::NotIpAddress => self.addresses.push(text),
                Base::BinaryEquals => self.add_bytes(text),
                base if base.is_date() => self.dates.push(text),
                base => match family(base) {
                    Some(read_as) => self.add_pattern(condition, read_as, text, key),
                    None => self.numbers.push(text),
                },
            }
        }
    }

    fn add_bytes(&mut self, text: &str) {
        let Ok(bytes) = BASE64.decode(text.as_bytes()) else { return };
        self.patterns.extend(std::str::from_utf8(&bytes).ok().map(Pattern::exactly));
        self.bytes.push(bytes);
    }

    /// A value of a condition on the key, as a pattern; what its variables stand for
    /// may be unknown too.
    fn add_pattern(
        &mut self,
        condition: &CompiledCondition,
        (family, wildcards): (Family, Wildcards),
        text: &str,
        key: &ContextKey,
    ) {
        let syntax = Syntax { wildcards, variables: condition.variables };
        let parts: Vec<Token<'_>> = Tokens::new(text, syntax).collect();
        if let ([Token::Variable(variable)], Family::Text) = (parts.as_slice(), family)
            && self.context.leaves_open(variable.key())
            && variable.key() != key
        {
            self.patterns.extend(variable.default().map(Pattern::exactly));
            self.add_key(variable.key());
            return;
        }
        let context = self.context;
        let open = |variable: &Variable| context.leaves_open(variable.key());
        if condition.variables_in(text).iter().any(open) {
            self.exhaustive = false;
        }
        let standin = |variable: &Variable| match variable.resolve(context) {
            _ if open(variable) => Standin::Something,
            Some(value) => Standin::Text(value.to_owned()),
            None => Standin::Nothing,
        };
        let pattern = Pattern::new(family, &parts, &standin);
        self.patterns.extend(pattern);
    }

    /// A condition on another key, in whose values this one may stand.
    fn add_used_in_condition(&mut self, condition: &'a CompiledCondition, key: &ContextKey) {
        let Some((family, wildcards)) = family(condition.operator.base) else { return };
        let syntax = Syntax { wildcards, variables: condition.variables };
        let uses =
            |text: &str| condition.variables_in(text).iter().any(|variable| variable.key() == key);
        for value in condition.values.iter().filter(|value| uses(&value.text)) {
            let parts: Vec<Token<'_>> = Tokens::new(&value.text, syntax).collect();
            let given = condition.given(self.context);
            if let Some(given) = given {
                given.texts().for_each(|text| self.add_parts(family, &parts, text, key));
            } else if condition.is_asked_in(self.context) {
                match (parts.as_slice(), family) {
                    ([Token::Variable(_)], Family::Text) => self.add_key(condition.lookup_key()),
                    _ => self.exhaustive = false,
                }
            }
        }
    }

    fn add_used_in_resources(&mut self, resources: &Resources, key: &ContextKey) {
        let Some(given) = self.arn.map(ArnText::resource) else { return };
        let syntax = Syntax { wildcards: Wildcards::Live, variables: resources.variables };
        for entry in &resources.entries {
            let parts: Vec<Token<'_>> = Tokens::new(last_component(&entry.text), syntax).collect();
            let uses = |part: &Token<'_>| matches!(part, Token::Variable(variable) if variable.key() == key);
            if parts.iter().any(uses) {
                self.add_parts(Family::Text, &parts, given, key);
            }
        }
    }

    /// The parts of a text that the key can stand for so that the pattern matches; other
    /// unknown keys in it may stand for anything. Of a long text, parts between slashes.
    fn add_parts(&mut self, family: Family, parts: &[Token<'_>], text: &str, key: &ContextKey) {
        let candidates: BTreeSet<&str> = if text.len() <= CASE_TEXT_BYTES_MAX {
            parts_of(text).collect()
        } else {
            self.exhaustive = false;
            text.split('/').collect()
        };
        let context = self.context;
        let fits = |own: &Standin| {
            let standin = |variable: &Variable| match variable.resolve(context) {
                _ if variable.key() == key => own.clone(),
                _ if context.leaves_open(variable.key()) => Standin::Anything,
                Some(value) => Standin::Text(value.to_owned()),
                None => Standin::Nothing,
            };
            Pattern::new(family, parts, &standin).is_some_and(|pattern| pattern.matches(text))
        };
        if !fits(&Standin::Something) {
            return;
        }
        for candidate in candidates.into_iter().filter(|part| !part.is_empty()) {
            if fits(&Standin::Text(candidate.to_owned())) {
                self.patterns.push(match family {
                    Family::Folded => Pattern::folded(candidate),
                    Family::Text | Family::Arn => Pattern::exactly(candidate),
                });
            }
        }
    }

    /// The texts to try, and whether those are all.
    fn texts(&self, may_be_set: bool) -> (Vec<String>, bool) {
        let (mut texts, mut exhaustive) = witnesses(&self.patterns);
        let mut ordered = Vec::new();
        if !self.numbers.is_empty() {
            ordered.push(ordered::numbers(&self.numbers));
        }
        if !self.dates.is_empty() {
            let (moments, whole) = ordered::moments(&self.dates);
            exhaustive &= whole;
            ordered.push(moments);
        }
        if !self.addresses.is_empty() {
            ordered.push(ordered::addresses(&self.addresses));
        }
        // Patterns tell apart values that are equal as numbers, and two keys that may be
        // equal or not need two values of each class; sets of them need more.
        let linked = self.keys.len() > 1;
        exhaustive &= match ordered.len() {
            0 => !(linked && may_be_set),
            1 => self.patterns.is_empty() && !linked,
            _ => false,
        };
        texts.extend(ordered.into_iter().flatten());
        (texts, self.exhaustive && exhaustive)
    }

    /// Bytes to try: all that are compared with, and others.
    fn bytes(&self) -> Vec<Vec<u8>> {
        let longest = self.bytes.iter().map(Vec::len).max().unwrap_or_default();
        let other = vec![0; longest + 1];
        self.bytes.iter().cloned().chain([other]).collect()
    }
}

/// Every part of a text.
fn parts_of(text: &str) -> impl Iterator<Item = &str> {
    let ends = || text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends().flat_map(move |start| ends().filter_map(move |end| text.get(start..end)))
}

/// How the operators that know texts read their values.
const fn family(base: OperatorBase) -> Option<(Family, Wildcards)> {
    use OperatorBase as Base;
    match base {
        Base::StringEquals | Base::StringNotEquals => Some((Family::Text, Wildcards::Literal)),
        Base::StringEqualsIgnoreCase | Base::StringNotEqualsIgnoreCase => {
            Some((Family::Folded, Wildcards::Literal))
        }
        Base::StringLike | Base::StringNotLike => Some((Family::Text, Wildcards::Live)),
        Base::ArnEquals | Base::ArnLike | Base::ArnNotEquals | Base::ArnNotLike => {
            Some((Family::Arn, Wildcards::Live))
        }
        _ => None,
    }
}
