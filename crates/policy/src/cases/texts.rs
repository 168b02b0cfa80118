//! Texts that stand for all texts: one for each way to match some patterns and not
//! the others.

use std::collections::{BTreeSet, VecDeque};

use crate::arn_pattern::components;
use crate::limits::{CASE_STATES_MAX, CASE_STEPS_MAX};
use crate::template::{Token, Variable};

/// A pattern as a row of steps, each for one character or, repeated, for any number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Step {
    fits: Fits,
    repeated: bool,
}

/// Which characters a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fits {
    Is(char),
    /// In either case.
    Folded(char),
    Any,
    NoColon,
}

/// How the text of a value is a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// The text itself, with such wildcards as its tokens have.
    Text,
    /// The text but for the case of letters.
    Folded,
    /// Six components, compared each by itself.
    Arn,
}

/// What stands for a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standin {
    Text(String),
    /// Any text.
    Anything,
    /// Any text that is not empty.
    Something,
    /// It has no value, so that the pattern matches nothing.
    Nothing,
}

impl Fits {
    fn takes(self, character: char) -> bool {
        match self {
            Self::Is(wanted) => character == wanted,
            Self::Folded(wanted) => character.to_lowercase().eq(wanted.to_lowercase()),
            Self::Any => true,
            Self::NoColon => character != ':',
        }
    }

    /// The characters that this step treats unlike a character no pattern has. For
    /// ASCII letters in either case that is one more than two: the Kelvin sign.
    fn special(self) -> Vec<char> {
        match self {
            Self::Is(wanted) => vec![wanted],
            Self::Folded(wanted) => {
                let kelvin = wanted.eq_ignore_ascii_case(&'k').then_some('\u{212a}');
                let cases = [wanted, wanted.to_ascii_lowercase(), wanted.to_ascii_uppercase()];
                cases.into_iter().chain(kelvin).collect()
            }
            Self::Any => Vec::new(),
            Self::NoColon => vec![':'],
        }
    }
}

impl Pattern {
    /// The pattern of a value's tokens; `None` when it matches nothing.
    pub(super) fn new(
        family: Family,
        tokens: &[Token<'_>],
        standin: &impl Fn(&Variable) -> Standin,
    ) -> Option<Self> {
        let mut building = Building { family, steps: Vec::new(), colons: 0 };
        if family == Family::Arn
            && let [Token::Variable(variable)] = tokens
        {
            // One variable stands for a whole ARN.
            return match standin(variable) {
                Standin::Text(text) if components(&text).is_some() => Some(Self::exactly(&text)),
                Standin::Text(_) | Standin::Nothing => None,
                Standin::Anything | Standin::Something => Self::new(family, &any_arn(), standin),
            };
        }
        for token in tokens {
            match token {
                Token::Text(text) => building.literal(text),
                Token::Run => building.any(true),
                Token::One => building.any(false),
                Token::Variable(variable) => match standin(variable) {
                    Standin::Text(text) => building.value(&text)?,
                    Standin::Anything => building.any(true),
                    Standin::Something => {
                        building.any(false);
                        building.any(true);
                    }
                    Standin::Nothing => return None,
                },
            }
        }
        building.done()
    }

    /// The pattern of one text.
    pub(super) fn exactly(text: &str) -> Self {
        let step = |character| Step { fits: Fits::Is(character), repeated: false };
        Self { steps: text.chars().map(step).collect() }
    }

    /// The pattern of one text in any case.
    pub(super) fn folded(text: &str) -> Self {
        let step = |character| Step { fits: Fits::Folded(character), repeated: false };
        Self { steps: text.chars().map(step).collect() }
    }

    /// Whether the case of letters beyond ASCII matters, of which not all forms are known.
    pub(super) fn folds_beyond_ascii(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step.fits, Fits::Folded(wanted) if !wanted.is_ascii()))
    }

    /// How many steps it has.
    pub(super) const fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether it matches the text.
    pub(super) fn matches(&self, text: &str) -> bool {
        let patterns = std::slice::from_ref(self);
        let start = Reading::start(patterns);
        let end = text.chars().fold(start, |reading, character| reading.on(patterns, character));
        !end.matched(patterns).is_empty()
    }

    /// The shortest text it matches.
    fn shortest(&self, other: char) -> String {
        let needed = self.steps.iter().filter(|step| !step.repeated);
        needed
            .map(|step| match step.fits {
                Fits::Is(character) | Fits::Folded(character) => character,
                Fits::Any | Fits::NoColon => other,
            })
            .collect()
    }
}

/// `arn:*:*:*:*:*`.
const fn any_arn() -> [Token<'static>; 10] {
    const COLON: Token<'static> = Token::Text(":");
    const RUN: Token<'static> = Token::Run;
    [Token::Text("arn:"), RUN, COLON, RUN, COLON, RUN, COLON, RUN, COLON, RUN]
}

struct Building {
    family: Family,
    steps: Vec<Step>,
    // Of an ARN: how many of the colons that part its components are behind.
    colons: usize,
}

/// The colons that part the components of an ARN.
const ARN_COLONS: usize = 5;

impl Building {
    /// Text of the policy.
    fn literal(&mut self, text: &str) {
        for character in text.chars() {
            if self.family == Family::Arn && character == ':' && self.colons < ARN_COLONS {
                self.colons += 1;
            }
            let fits = match self.family {
                Family::Folded => Fits::Folded(character),
                Family::Text | Family::Arn => Fits::Is(character),
            };
            self.steps.push(Step { fits, repeated: false });
        }
    }

    /// The value of a variable: it does not part components.
    fn value(&mut self, text: &str) -> Option<()> {
        if self.family == Family::Arn && self.colons < ARN_COLONS && text.contains(':') {
            return None;
        }
        self.literal(text);
        Some(())
    }

    fn any(&mut self, repeated: bool) {
        let within = self.family == Family::Arn && self.colons < ARN_COLONS;
        let fits = if within { Fits::NoColon } else { Fits::Any };
        self.steps.push(Step { fits, repeated });
    }

    fn done(self) -> Option<Pattern> {
        if self.family != Family::Arn {
            return Some(Pattern { steps: self.steps });
        }
        if self.colons < ARN_COLONS {
            return None;
        }
        // Only what begins with `arn` is an ARN, whatever the pattern begins with.
        let scheme_end = self.steps.iter().position(|step| step.fits == Fits::Is(':'))?;
        let (scheme, rest) = self.steps.split_at_checked(scheme_end)?;
        let scheme = Pattern { steps: scheme.to_vec() };
        let steps = Pattern::exactly("arn").steps.into_iter().chain(rest.iter().copied());
        scheme.matches("arn").then(|| Pattern { steps: steps.collect() })
    }
}

/// How far each pattern has got with a text: the steps that may come next.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Reading {
    // Pattern and step.
    next: BTreeSet<(usize, usize)>,
}

impl Reading {
    fn start(patterns: &[Pattern]) -> Self {
        let mut reading = Self::default();
        for (at, pattern) in patterns.iter().enumerate() {
            reading.enter(at, pattern, 0);
        }
        reading
    }

    /// A step comes next, and those behind it as far as steps may be left out.
    fn enter(&mut self, at: usize, pattern: &Pattern, mut step: usize) {
        loop {
            self.next.insert((at, step));
            if !pattern.steps.get(step).is_some_and(|step| step.repeated) {
                return;
            }
            step += 1;
        }
    }

    fn on(&self, patterns: &[Pattern], character: char) -> Self {
        let mut reading = Self::default();
        for (at, pattern, place, step) in self.steps(patterns) {
            if step.fits.takes(character) {
                reading.enter(at, pattern, if step.repeated { place } else { place + 1 });
            }
        }
        reading
    }

    fn steps<'p>(
        &self,
        patterns: &'p [Pattern],
    ) -> impl Iterator<Item = (usize, &'p Pattern, usize, Step)> {
        self.next.iter().filter_map(|(at, place)| {
            let pattern = patterns.get(*at)?;
            Some((*at, pattern, *place, *pattern.steps.get(*place)?))
        })
    }

    /// The characters that lead elsewhere than one that no pattern has; as written first.
    fn special(&self, patterns: &[Pattern]) -> Vec<char> {
        let mut seen = BTreeSet::new();
        let all = self.steps(patterns).flat_map(|(_, _, _, step)| step.fits.special());
        all.filter(|character| seen.insert(*character)).collect()
    }

    /// The patterns that match what was read.
    fn matched(&self, patterns: &[Pattern]) -> Vec<usize> {
        let ended = |(at, place): &(usize, usize)| {
            patterns.get(*at).is_some_and(|pattern| pattern.steps.len() == *place)
        };
        self.next.iter().filter(|next| ended(next)).map(|(at, _)| *at).collect()
    }
}

/// Texts for the patterns, and whether no way to match is missing:
/// every text matches exactly the patterns that one of these does.
///
/// All patterns are read at once, shortest texts first, along the characters that
/// make a difference and one that stands for all the rest. That ends, since there are
/// finitely many ways to be in the middle of the patterns; when there are too many, it
/// ends early and says so.
pub(super) fn witnesses(patterns: &[Pattern]) -> (Vec<String>, bool) {
    let other = other_than(patterns);
    let steps: usize = patterns.iter().map(Pattern::len).sum();
    let unfit = steps > CASE_STEPS_MAX || patterns.iter().any(Pattern::folds_beyond_ascii);
    let mut found = Witnesses { texts: Vec::new(), ways: BTreeSet::new() };
    let whole = steps <= CASE_STEPS_MAX && found.read_all(patterns, other);
    if !whole {
        found.texts.push(other.to_string());
        found.texts.extend(patterns.iter().map(|pattern| pattern.shortest(other)));
    }
    // What patterns speak of comes first: it makes the better example.
    let spoken_of = |text: &String| patterns.iter().any(|pattern| pattern.matches(text));
    let (mut texts, others): (Vec<String>, Vec<String>) =
        found.texts.into_iter().partition(spoken_of);
    texts.extend(others);
    texts.push(String::new());
    (texts, whole && !unfit)
}

struct Witnesses {
    texts: Vec<String>,
    // The ways to match that have a text, which is not the empty one.
    ways: BTreeSet<Vec<usize>>,
}

impl Witnesses {
    /// Whether all were found.
    fn read_all(&mut self, patterns: &[Pattern], other: char) -> bool {
        let mut seen: BTreeSet<Reading> = BTreeSet::new();
        let mut waiting = VecDeque::from([(Reading::start(patterns), String::new())]);
        while let Some((reading, text)) = waiting.pop_front() {
            for character in [other].into_iter().chain(reading.special(patterns)) {
                let next = reading.on(patterns, character);
                if seen.contains(&next) {
                    continue;
                }
                let longer = format!("{text}{character}");
                if self.ways.insert(next.matched(patterns)) {
                    self.texts.push(longer.clone());
                }
                if seen.len() >= CASE_STATES_MAX {
                    return false;
                }
                seen.insert(next.clone());
                waiting.push_back((next, longer));
            }
        }
        true
    }
}

/// A character that no pattern has.
fn other_than(patterns: &[Pattern]) -> char {
    let special: BTreeSet<char> = patterns
        .iter()
        .flat_map(|pattern| &pattern.steps)
        .flat_map(|step| step.fits.special())
        .collect();
    let readable = "x".chars().chain('a'..='z').chain('0'..='9');
    let mut candidates = readable.chain('\u{4e00}'..='\u{9fff}').chain('\u{ac00}'..='\u{d7a3}');
    candidates.find(|character| !special.contains(character)).unwrap_or('\u{fffd}')
}

#[cfg(test)]
mod tests;
