//! The statements that share an action's key, by principal or by resource.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::action_keys::shared_length;
use super::prefix::PrefixTable;
use super::principal_keys::{CALLER_KEYS_MAX, PrincipalKey, caller_keys, principal_keys};
use super::{ActionTest, Candidate};
use crate::compiled::Elements;
use crate::compiled::element::Resources;
use crate::request::Target;
use crate::{Polarity, Request};

/// A statement may be listed under each of its actions times each of its principals
/// only up to this often; beyond, it is listed under its actions alone, so that no
/// document makes an index larger than a fixed multiple of itself.
const LISTINGS_MAX: usize = 64;

/// How much of what resources have in common is looked at. Tables keep it once per
/// action, so without a bound one long resource and many actions would multiply.
const BEGINNING_BYTES_MAX: usize = 128;

/// Up to this many statements under one key are asked one by one where they belong.
const LISTINGS_WALKED_MAX: usize = 8;

/// A statement under an action's key.
#[derive(Clone, Debug)]
pub(super) struct Listing {
    pub(super) place: u32,
    /// What is left to ask about the action.
    pub(super) action: ActionTest,
    /// Where in the bucket it belongs.
    pub(super) to: Arc<Place>,
}

/// The statements under one action's key.
#[derive(Clone, Debug)]
pub(super) enum Bucket {
    /// They are walked.
    Few(Box<[Listing]>),
    /// They are looked up.
    Many(Box<Tables>),
}

/// The statements by where they belong.
#[derive(Clone, Debug)]
pub(super) struct Tables {
    // Sorted by key; keys occur once.
    principals: Box<[(PrincipalKey, Box<[Posting]>)]>,
    resources: PrefixTable<Box<[Posting]>>,
    last_components: PrefixTable<Box<[Posting]>>,
}

/// A statement, and what is left to ask about the action.
#[derive(Clone, Debug)]
struct Posting {
    place: u32,
    action: ActionTest,
}

/// Where in a bucket a statement belongs.
#[derive(Debug)]
pub(super) enum Place {
    /// Under each of these principals.
    Principals(Vec<PrincipalKey>),
    /// Under the beginning its resources share.
    Resource(Box<str>),
    /// Under the beginning that the last components of its resources share.
    LastComponent(Box<str>),
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
            None => elements.resources.as_ref().map_or_else(Self::anywhere, Self::of_resources),
        }
    }

    /// Nothing rules the statement out.
    fn anywhere() -> Self {
        Self::Resource(Box::default())
    }

    /// A wildcard for the region or the account ends what whole ARNs have in common
    /// before it says anything; what their last components have in common then does.
    fn of_resources(resources: &Resources) -> Self {
        if resources.polarity == Polarity::NoneOf {
            return Self::anywhere();
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
fn shared_beginning<'t>(patterns: impl Iterator<Item = &'t str>) -> Box<str> {
    let mut beginnings = patterns.map(literal);
    let Some(first) = beginnings.next() else { return Box::default() };
    let shared = beginnings
        .fold(first, |shared, next| shared.get(..shared_length(shared, next)).unwrap_or_default());
    shared.get(..shared.floor_char_boundary(BEGINNING_BYTES_MAX)).unwrap_or_default().into()
}

/// The text before the first wildcard or variable. Every ARN that the pattern matches
/// begins with it, since each component before is matched as it is written.
fn literal(text: &str) -> &str {
    let wildcard = text.find(['*', '?']).unwrap_or(text.len());
    let variable = text.find("${").unwrap_or(text.len());
    text.get(..wildcard.min(variable)).unwrap_or_default()
}

impl Place {
    /// Whether what is asked may be for a statement that belongs here.
    fn fits(&self, asked: &Asked<'_>) -> bool {
        match self {
            Self::Principals(keys) => {
                asked.callers.iter().flatten().any(|key| keys.binary_search(key).is_ok())
            }
            Self::Resource(beginning) => asked.resource.starts_with(beginning.as_ref()),
            Self::LastComponent(beginning) => {
                asked.last_component.is_some_and(|last| last.starts_with(beginning.as_ref()))
            }
        }
    }
}

/// What buckets are asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'r> {
    callers: [Option<PrincipalKey>; CALLER_KEYS_MAX],
    resource: &'r str,
    // `None` for what is no ARN: patterns with components match nothing that has none.
    last_component: Option<&'r str>,
}

impl<'r> Asked<'r> {
    /// The caller's keys cost a hash of each of its names, so they are made only for
    /// documents that name callers.
    pub(super) fn new(request: &Request<'r>, target: &Target<'r>, names_callers: bool) -> Self {
        let callers =
            if names_callers { caller_keys(request.caller) } else { [None; CALLER_KEYS_MAX] };
        Self {
            callers,
            resource: request.resource,
            last_component: target.arn.map(|arn| arn.resource()),
        }
    }
}

impl Tables {
    fn new(listings: Vec<Listing>) -> Self {
        let mut principals: BTreeMap<PrincipalKey, Vec<Posting>> = BTreeMap::new();
        let mut resources: BTreeMap<Box<str>, Vec<Posting>> = BTreeMap::new();
        let mut last_components: BTreeMap<Box<str>, Vec<Posting>> = BTreeMap::new();
        for Listing { place, action, to } in listings {
            let posting = Posting { place, action };
            let (table, beginning) = match to.as_ref() {
                Place::Principals(keys) => {
                    for key in keys {
                        principals.entry(*key).or_default().push(posting.clone());
                    }
                    continue;
                }
                Place::Resource(beginning) => (&mut resources, beginning),
                Place::LastComponent(beginning) => (&mut last_components, beginning),
            };
            match table.get_mut(beginning) {
                Some(postings) => postings.push(posting),
                None => drop(table.insert(beginning.clone(), vec![posting])),
            }
        }
        let principals = principals.into_iter().map(|(key, list)| (key, list.into()));
        Self {
            principals: principals.collect(),
            resources: table(resources),
            last_components: table(last_components),
        }
    }

    fn visit<'i>(&'i self, asked: &Asked<'_>, found: &mut impl FnMut(Candidate<'i>)) {
        let mut each = |postings: &'i [Posting]| {
            for Posting { place, action } in postings {
                found(Candidate { place: *place, action });
            }
        };
        if !self.principals.is_empty() {
            for caller in asked.callers.iter().flatten() {
                let at = self.principals.binary_search_by_key(caller, |(key, _)| *key);
                if let Some((_, postings)) = at.ok().and_then(|at| self.principals.get(at)) {
                    each(postings);
                }
            }
        }
        self.resources.visit(asked.resource, |postings, _| each(postings));
        if let Some(last) = asked.last_component {
            self.last_components.visit(last, |postings, _| each(postings));
        }
    }
}

fn table(postings: BTreeMap<Box<str>, Vec<Posting>>) -> PrefixTable<Box<[Posting]>> {
    PrefixTable::new(postings.into_iter().map(|(key, list)| (key, list.into())))
}

impl Bucket {
    pub(super) fn new(listings: Vec<Listing>) -> Self {
        if listings.len() <= LISTINGS_WALKED_MAX {
            Self::Few(listings.into())
        } else {
            Self::Many(Box::new(Tables::new(listings)))
        }
    }

    /// Calls for every statement whose principals or resources do not rule it out.
    pub(super) fn visit<'i>(&'i self, asked: &Asked<'_>, found: &mut impl FnMut(Candidate<'i>)) {
        match self {
            Self::Few(listings) => {
                for Listing { place, action, to } in listings {
                    if to.fits(asked) {
                        found(Candidate { place: *place, action });
                    }
                }
            }
            Self::Many(tables) => tables.visit(asked, found),
        }
    }
}
