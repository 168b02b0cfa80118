//! What a question comes to whatever some unknown keys are, by trying them out.
//!
//! The values of a key are cut into classes that no comparison of the policies tells
//! apart, and one of each is tried; see [`values`]. Where no class is missing and all
//! are tried, the answer is exact. Keys are supposed one after the other, and only as
//! long as the question is open, so that most completions are never looked at.

mod ordered;
mod texts;
mod values;

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::arn_pattern::ArnText;
use crate::compiled::open::{Open, OpenKey};
use crate::context::ContextKey;
use crate::limits::{CASE_EXAMPLE_KEYS_MAX, CASE_QUESTIONS_MAX, CASES_DEEP_MAX, CASES_MAX};
use crate::unknown::Outlook;
use crate::{Completion, Context, Supposed};
use values::Values;

/// A question about a request that has an answer for every completion.
pub(crate) trait Question<'a> {
    /// The answer, with what depends on unknown keys taken by this outlook: yes for the
    /// worst only if it is yes for every completion, no for the best only if for all no.
    fn answer(&self, context: &Context, outlook: Outlook) -> bool;

    /// The elements on which it depends.
    fn elements(&self) -> &[Open<'a>];

    /// Those on which it may still depend in this context.
    fn undecided(&self, context: &Context) -> Vec<Open<'a>>;

    /// The resource, when it is an ARN.
    fn arn(&self) -> Option<&ArnText<'_>>;

    /// What a key can be.
    fn shape(&self, key: &ContextKey) -> Shape;
}

/// What an unknown key can be besides absent or one text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Several texts.
    pub(crate) set: bool,
    /// Bytes.
    pub(crate) binary: bool,
}

/// What the answers to a question are.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    /// A completion with which it is yes, whatever else is unknown.
    pub(crate) yes: Option<Completion>,
    /// A completion with which it is no, whatever else is unknown.
    pub(crate) no: Option<Completion>,
    /// Whether there are no other answers than those found.
    pub(crate) exact: bool,
}

/// Finds the answers to a question.
pub(crate) fn answers<'a>(question: &impl Question<'a>, context: &Context) -> Answers {
    let mut search = Search {
        question,
        context,
        known: BTreeMap::new(),
        found: Answers { yes: None, no: None, exact: true },
    };
    search.run();
    let Answers { yes, no, exact } = search.found.clone();
    Answers {
        exact: exact || (yes.is_some() && no.is_some()),
        yes: yes.map(|completion| search.minimal(completion)),
        no: no.map(|completion| search.minimal(completion)),
    }
}

struct Search<'q, Q> {
    question: &'q Q,
    context: &'q Context,
    // The values of keys that do not depend on what is supposed of others.
    known: BTreeMap<Box<str>, Rc<Values>>,
    found: Answers,
}

/// What is supposed of one key, and before that of others.
struct Supposition {
    key: Box<str>,
    supposed: Supposed,
    before: Option<Rc<Self>>,
}

impl<'a, Q: Question<'a>> Search<'_, Q> {
    fn run(&mut self) {
        let cases_max = CASE_QUESTIONS_MAX / self.question.elements().len().max(1);
        let cases_max = cases_max.clamp(1, CASES_MAX);
        let mut left = cases_max;
        let mut waiting = VecDeque::from([None]);
        while let Some(supposition) = next(&mut waiting, cases_max - left) {
            if self.found.yes.is_some() && self.found.no.is_some() {
                return;
            }
            if left == 0 {
                self.found.exact = false;
                return self.suppose_all_absent();
            }
            left -= 1;
            let completion = completion(supposition.as_deref());
            let context = completion.complete(self.context);
            match self.decided(&context) {
                Some(answer) => self.found(answer, completion),
                None => self.suppose(&context, supposition, &mut waiting),
            }
        }
    }

    fn found(&mut self, answer: bool, completion: Completion) {
        let found = if answer { &mut self.found.yes } else { &mut self.found.no };
        found.get_or_insert(completion);
    }

    /// With very many keys, that none is there is the example that may be missing.
    fn suppose_all_absent(&mut self) {
        let mut completion = Completion::default();
        for key in self.question.elements().iter().flat_map(|one| one.keys(self.context)) {
            completion.keys.push((key.written.into(), Supposed::Absent));
        }
        if let Some(answer) = self.decided(&completion.complete(self.context)) {
            self.found(answer, completion);
        }
    }

    /// The answer, if it no longer depends on anything.
    fn decided(&self, context: &Context) -> Option<bool> {
        if self.question.answer(context, Outlook::Worst) {
            return Some(true);
        }
        (!self.question.answer(context, Outlook::Best)).then_some(false)
    }

    /// Supposes one more key, which is to be looked at next, its first value first.
    fn suppose(
        &mut self,
        context: &Context,
        before: Option<Rc<Supposition>>,
        waiting: &mut Waiting,
    ) {
        let Some(key) = next_key(&self.question.undecided(context), context) else {
            self.found.exact = false;
            return;
        };
        let values = self.values(&key, context);
        self.found.exact &= values.exhaustive;
        waiting.extend(values.supposed.iter().rev().map(|supposed| {
            let (key, supposed) = (key.written.clone(), supposed.clone());
            Some(Rc::new(Supposition { key, supposed, before: before.clone() }))
        }));
    }

    fn values(&mut self, key: &OpenKey, context: &Context) -> Rc<Values> {
        if let Some(values) = self.known.get(key.key.folded()) {
            return Rc::clone(values);
        }
        let (elements, arn) = (self.question.elements(), self.question.arn());
        let shape = self.question.shape(&key.key);
        let values = Rc::new(Values::of(key, context, elements, arn, shape));
        if values.independent {
            self.known.insert(key.key.folded().into(), Rc::clone(&values));
        }
        values
    }

    /// The completion without the keys on which nothing depends once the others are so.
    fn minimal(&self, mut completion: Completion) -> Completion {
        if completion.keys.len() > CASE_EXAMPLE_KEYS_MAX {
            return completion;
        }
        let answer = self.decided(&completion.complete(self.context));
        for at in (0..completion.keys.len()).rev() {
            let mut fewer = completion.clone();
            fewer.keys.remove(at);
            if self.decided(&fewer.complete(self.context)) == answer {
                completion = fewer;
            }
        }
        completion
    }
}

/// What is to be tried yet.
type Waiting = VecDeque<Option<Rc<Supposition>>>;

/// The next one to try, after so many: that which supposes most, later every other time
/// that which supposes least.
fn next(waiting: &mut Waiting, tried: usize) -> Option<Option<Rc<Supposition>>> {
    if tried > CASES_DEEP_MAX && tried.is_multiple_of(2) {
        waiting.pop_front()
    } else {
        waiting.pop_back()
    }
}

fn completion(supposition: Option<&Supposition>) -> Completion {
    let chain = std::iter::successors(supposition, |later| later.before.as_deref());
    let pair = |one: &Supposition| (one.key.as_ref().to_owned(), one.supposed.clone());
    let mut keys: Vec<(String, Supposed)> = chain.map(pair).collect();
    keys.reverse();
    Completion { keys }
}

/// The key to suppose next. What is compared with variables comes before what these
/// stand for, since its parts are the values at which that makes a difference.
fn next_key(elements: &[Open<'_>], context: &Context) -> Option<OpenKey> {
    let mut first = None;
    for element in elements {
        let mut keys = element.keys(context);
        if keys.len() > 1 && element.compares(context) {
            return Some(keys.swap_remove(0));
        }
        first = first.or_else(|| keys.into_iter().next());
    }
    first
}
