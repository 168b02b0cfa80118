//! The statements that share an action's key, by principal or by resource.

use std::collections::BTreeMap;

use super::action_keys::shared_length;
use super::prefix::PrefixTable;
use super::principal_keys::{PrincipalKey, principal_keys};
use super::{ActionTest, Candidate};
use crate::compiled::Elements;
use crate::compiled::element::Resources;
use crate::request::Target;
use crate::{Polarity, Request};

/// A statement may be listed under each of its actions times each of its principals
/// only up to this often; beyond, it is listed under its actions alone, so that no
/// document makes an index larger than a fixed multiple of itself.
const LISTINGS_MAX: usize = 64;

/// How much of what resources have in common is looked at. It is kept once per
/// action, so without a bound one long resource and many actions would multiply.
const BEGINNING_BYTES_MAX: usize = 128;

/// A statement, and what is left to ask about the action.
#[derive(Clone, Debug)]
struct Posting {
    place: u32,
    action: ActionTest,
}

/// The statements under one action's key.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    // Sorted by key; keys occur once.
    principals: Box<[(PrincipalKey, Box<[Posting]>)]>,
    resources: PrefixTable<Box<[Posting]>>,
    last_components: PrefixTable<Box<[Posting]>>,
}

#[derive(Debug, Default)]
pub(super) struct BucketBuilder {
    principals: BTreeMap<PrincipalKey, Vec<Posting>>,
    resources: BTreeMap<String, Vec<Posting>>,
    last_components: BTreeMap<String, Vec<Posting>>,
}

/// Where in a bucket a statement belongs.
#[derive(Debug)]
pub(super) enum Place {
    /// Under each of these principals.
    Principals(Vec<PrincipalKey>),
    /// Under the beginning its resources share.
    Resource(String),
    /// Under the beginning that the last components of its resources share.
    LastComponent(String),
}

impl Place {
    /// `actions` is under how many keys the statement will be listed.
    pub(super) fn of(elements: &Elements, actions: usize) -> Self {
        let principals = elements.principals.as_ref().and_then(principal_keys);
        let few = |keys: &Vec<PrincipalKey>| {
            actions <= 1 || keys.len() <= 1 || keys.len().saturating_mul(actions) <= LISTINGS_MAX
        };
        match principals.filter(few) {
            Some(keys) => Self::Principals(keys),
            None => elements.resources.as_ref().map_or(Self::ANYWHERE, Self::of_resources),
        }
    }

    /// Nothing rules the statement out.
    const ANYWHERE: Self = Self::Resource(String::new());

    /// A wildcard for the region or the account ends what whole ARNs have in common
    /// before it says anything; what their last components have in common then does.
    fn of_resources(resources: &Resources) -> Self {
        if resources.polarity == Polarity::NoneOf {
            return Self::ANYWHERE;
        }
        let texts = || resources.entries.iter().map(|entry| entry.text.as_ref());
        let whole = shared_beginning(texts());
        if last_component(&whole).is_empty() {
            let last = shared_beginning(texts().map(last_component));
            if !last.is_empty() {
                return Self::LastComponent(last);
            }
        }
        Self::Resource(whole)
    }
}

/// What is behind the fifth colon, which is where patterns are cut too.
fn last_component(text: &str) -> &str {
    text.splitn(6, ':').nth(5).unwrap_or_default()
}

/// What everything begins with that one of the patterns matches.
fn shared_beginning<'t>(patterns: impl Iterator<Item = &'t str>) -> String {
    let mut beginnings = patterns.map(literal);
    let Some(first) = beginnings.next() else { return String::new() };
    let shared = beginnings
        .fold(first, |shared, next| shared.get(..shared_length(shared, next)).unwrap_or_default());
    shared.get(..shared.floor_char_boundary(BEGINNING_BYTES_MAX)).unwrap_or_default().to_owned()
}

/// The text before the first wildcard or variable. Every ARN that the pattern matches
/// begins with it, since each component before is matched as it is written.
fn literal(text: &str) -> &str {
    let wildcard = text.find(['*', '?']).unwrap_or(text.len());
    let variable = text.find("${").unwrap_or(text.len());
    text.get(..wildcard.min(variable)).unwrap_or_default()
}

impl BucketBuilder {
    pub(super) fn add(&mut self, to: &Place, place: u32, action: ActionTest) {
        match to {
            Place::Principals(keys) => {
                for key in keys {
                    let posting = Posting { place, action: action.clone() };
                    self.principals.entry(*key).or_default().push(posting);
                }
            }
            Place::Resource(beginning) => {
                let postings = self.resources.entry(beginning.clone()).or_default();
                postings.push(Posting { place, action });
            }
            Place::LastComponent(beginning) => {
                let postings = self.last_components.entry(beginning.clone()).or_default();
                postings.push(Posting { place, action });
            }
        }
    }

    pub(super) fn build(self) -> Bucket {
        let principals = self.principals.into_iter().map(|(key, list)| (key, list.into()));
        Bucket {
            principals: principals.collect(),
            resources: table(self.resources),
            last_components: table(self.last_components),
        }
    }
}

fn table(postings: BTreeMap<String, Vec<Posting>>) -> PrefixTable<Box<[Posting]>> {
    PrefixTable::new(postings.into_iter().map(|(key, list)| (key, list.into())).collect())
}

impl Bucket {
    /// Calls for every statement whose principals or resources do not rule it out.
    pub(super) fn visit<'i>(
        &'i self,
        request: &Request<'_>,
        target: &Target<'_>,
        callers: &[Option<PrincipalKey>],
        found: &mut impl FnMut(Candidate<'i>),
    ) {
        let mut each = |postings: &'i [Posting]| {
            for Posting { place, action } in postings {
                found(Candidate { place: *place, action });
            }
        };
        if !self.principals.is_empty() {
            for caller in callers.iter().flatten() {
                let at = self.principals.binary_search_by_key(caller, |(key, _)| *key);
                if let Some((_, postings)) = at.ok().and_then(|at| self.principals.get(at)) {
                    each(postings);
                }
            }
        }
        self.resources.visit(request.resource, |postings, _| each(postings));
        // Patterns with components match nothing that has none.
        if let Some(arn) = &target.arn {
            self.last_components.visit(arn.resource(), |postings, _| each(postings));
        }
    }
}
