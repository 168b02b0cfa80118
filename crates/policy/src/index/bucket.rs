//! The statements that share an action's key, by principal or by resource.

use std::collections::BTreeMap;

use super::action_keys::shared_length;
use super::prefix::PrefixTable;
use super::principal_keys::{PrincipalKey, principal_keys};
use super::{ActionTest, Candidate};
use crate::Polarity;
use crate::compiled::Elements;
use crate::compiled::element::Resources;

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
}

#[derive(Debug, Default)]
pub(super) struct BucketBuilder {
    principals: BTreeMap<PrincipalKey, Vec<Posting>>,
    resources: BTreeMap<String, Vec<Posting>>,
}

/// Where in a bucket a statement belongs.
#[derive(Debug)]
pub(super) enum Place {
    /// Under each of these principals.
    Principals(Vec<PrincipalKey>),
    /// Under the beginning its resources share.
    Resource(String),
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
            None => Self::Resource(
                elements.resources.as_ref().map(shared_beginning).unwrap_or_default(),
            ),
        }
    }
}

/// What every resource that the element matches begins with.
fn shared_beginning(resources: &Resources) -> String {
    if resources.polarity == Polarity::NoneOf {
        return String::new();
    }
    let mut beginnings = resources.entries.iter().map(|entry| literal(&entry.text));
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
        }
    }

    pub(super) fn build(self) -> Bucket {
        let principals = self.principals.into_iter().map(|(key, list)| (key, list.into()));
        let resources = self.resources.into_iter().map(|(key, list)| (key, list.into()));
        Bucket {
            principals: principals.collect(),
            resources: PrefixTable::new(resources.collect()),
        }
    }
}

impl Bucket {
    /// Calls for every statement whose principals or resources do not rule it out.
    pub(super) fn visit<'i>(
        &'i self,
        resource: &str,
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
        self.resources.visit(resource, |postings, _| each(postings));
    }
}
