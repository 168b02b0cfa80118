//! Finds the statements that may apply to a request, without walking the others.
//!
//! By action first: an action that is spelt out is its own key, a pattern is found
//! by the text before its first wildcard. Among statements with the same key, those
//! of documents with principals are found by whom they name, all others by what
//! their resources, or the last components of these, have in common at the beginning.
//! What is found may apply; that it does is asked of the statement itself, with the
//! same questions as ever.

mod action_keys;
mod bucket;
mod prefix;
mod principal_keys;

use std::sync::Arc;

use crate::compiled::{Body, CompiledStatement, Elements};
use crate::request::Target;
use crate::{Effect, Request};
use action_keys::{ActionKey, Form, action_keys};
use bucket::{Asked, Bucket, Listing, Place};
use prefix::{Extent, PrefixTable};

/// Up to this many statements with this many patterns are walked: looking them up
/// costs more.
const STATEMENTS_WALKED_MAX: usize = 4;
const PATTERNS_WALKED_MAX: usize = 16;

/// The way to the statements of a policy, or of several policies in a row.
#[derive(Clone, Debug, Default)]
pub(crate) enum Index {
    /// There are few: all of them may apply.
    #[default]
    Walk,
    /// They are looked up.
    Table(Arc<Table>),
}

/// The statements by action.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    // Denies that cannot be read: they always apply.
    always: Box<[u32]>,
    actions: PrefixTable<Node>,
    // Whether some statements are found by whom they name.
    names_callers: bool,
}

/// The statements under one key.
#[derive(Clone, Debug)]
struct Node {
    equal: Bucket,
    begin: Bucket,
}

/// A statement under one key of its actions, before they are put together.
struct Entry {
    key: Box<str>,
    form: Extent,
    listing: Listing,
}

/// A statement that may apply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'i> {
    /// Its place among the statements the index was made of.
    pub(crate) place: u32,
    /// What is still to be asked about the action.
    pub(crate) action: &'i ActionTest,
}

/// What is left to ask about the action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ActionTest {
    /// Everything: the whole element.
    Whole,
    /// Nothing: it passes.
    Passed,
    /// Whether one of these entries matches.
    Entries(Arc<[u32]>),
}

impl Index {
    /// Costs time and memory linear in the statements' patterns and principals, but
    /// for the sorting.
    pub(crate) fn new<'s>(statements: impl Iterator<Item = &'s CompiledStatement> + Clone) -> Self {
        let patterns = |statement: &CompiledStatement| match &statement.body {
            Body::Elements(elements) => {
                elements.actions.entries.len()
                    + elements.principals.as_ref().map_or(0, |named| named.entries.len())
            }
            Body::Unreadable => 0,
        };
        let few = statements.clone().nth(STATEMENTS_WALKED_MAX).is_none()
            && statements.clone().map(patterns).sum::<usize>() <= PATTERNS_WALKED_MAX;
        if few { Self::Walk } else { Self::Table(Arc::new(Table::new(statements))) }
    }

    /// Calls for every statement that may apply; in no order, and for some twice.
    ///
    /// `count` is how many statements the index was made of.
    pub(crate) fn visit<'i>(
        &'i self,
        count: usize,
        request: &Request<'_>,
        target: &Target<'_>,
        mut found: impl FnMut(Candidate<'i>),
    ) {
        match self {
            Self::Walk => {
                for (place, _) in (0_u32..).zip(0..count) {
                    found(Candidate { place, action: &ActionTest::Whole });
                }
            }
            Self::Table(table) => table.visit(request, target, &mut found),
        }
    }

    /// The statements that may apply, each once and in their order.
    pub(crate) fn places(
        &self,
        count: usize,
        request: &Request<'_>,
        target: &Target<'_>,
    ) -> impl Iterator<Item = u32> {
        let mut found = Vec::new();
        let walked = match self {
            Self::Walk => count,
            Self::Table(table) => {
                table.visit(request, target, &mut |candidate| found.push(candidate.place));
                found.sort_unstable();
                found.dedup();
                0
            }
        };
        (0_u32..).zip(0..walked).map(|(place, _)| place).chain(found)
    }
}

impl Table {
    fn new<'s>(statements: impl Iterator<Item = &'s CompiledStatement>) -> Self {
        let mut always = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        for (statement, place) in statements.zip(0_u32..) {
            match (&statement.body, statement.effect) {
                (Body::Elements(elements), _) => list(elements, place, &mut entries),
                (Body::Unreadable, Effect::Deny) => always.push(place),
                (Body::Unreadable, Effect::Allow) => {}
            }
        }
        let names_callers =
            entries.iter().any(|entry| matches!(entry.listing.to.as_ref(), Place::Principals(_)));
        // Stable: documents often list their actions in order, which costs little then.
        entries.sort_by(|left, right| left.key.cmp(&right.key));
        let mut nodes: Vec<(Box<str>, Vec<Listing>, Vec<Listing>)> = Vec::new();
        for Entry { key, form, listing } in entries {
            if nodes.last().is_none_or(|(last, ..)| *last != key) {
                nodes.push((key, Vec::new(), Vec::new()));
            }
            let Some((_, equal, begin)) = nodes.last_mut() else { continue };
            match form {
                Extent::Whole => equal.push(listing),
                Extent::Beginning => begin.push(listing),
            }
        }
        let nodes = nodes.into_iter().map(|(key, equal, begin)| {
            (key, Node { equal: Bucket::new(equal), begin: Bucket::new(begin) })
        });
        Self { always: always.into(), actions: PrefixTable::new(nodes), names_callers }
    }

    fn visit<'i>(
        &'i self,
        request: &Request<'_>,
        target: &Target<'_>,
        found: &mut impl FnMut(Candidate<'i>),
    ) {
        for place in &self.always {
            found(Candidate { place: *place, action: &ActionTest::Whole });
        }
        let asked = Asked::new(request, target, self.names_callers);
        self.actions.visit(target.action, |node, extent| {
            if extent == Extent::Whole {
                node.equal.visit(&asked, found);
            }
            node.begin.visit(&asked, found);
        });
    }
}

/// Lists a statement under each key of its actions.
fn list(elements: &Elements, place: u32, entries: &mut Vec<Entry>) {
    let keys = action_keys(&elements.actions);
    let to = Arc::new(Place::of(elements, keys.len()));
    entries.extend(keys.into_iter().map(|ActionKey { text, form }| {
        let (form, action) = match form {
            Form::Equal => (Extent::Whole, ActionTest::Passed),
            Form::Begin(test) => (Extent::Beginning, test),
        };
        Entry { key: text.into(), form, listing: Listing { place, action, to: to.clone() } }
    }));
}

#[cfg(test)]
mod tests {
    use crate::{CompiledPolicy, DocumentKind};

    /// What an index of this document weighs, as text: everything it holds is in there.
    fn weight(statement: &str, kind: DocumentKind) -> usize {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#);
        let (policy, _) = CompiledPolicy::compile_stored(&text, kind);
        assert_eq!(policy.statement_count(), 1, "the document must be read");
        format!("{:?}", policy.index()).len()
    }

    fn listed(entry: impl Fn(usize) -> String, count: usize) -> String {
        (0..count).map(entry).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn no_document_makes_a_much_larger_index() {
        let both = |count: usize| {
            let actions = listed(|at| format!(r#""s3:Get{at}""#), count);
            let resource = "r".repeat(8 * count);
            let identity = format!(
                r#"{{"Effect":"Allow","Action":[{actions}],"Resource":"arn:aws:s3:::{resource}"}}"#
            );
            let actions = listed(|at| format!(r#""s3:G?t{at}""#), count);
            let principals = listed(|at| format!(r#""{:012}""#, at + 1), count);
            let resource = format!(
                r#"{{"Effect":"Allow","Action":[{actions},"s3:Get"],"Resource":"*",
                    "Principal":{{"AWS":[{principals}]}}}}"#
            );
            weight(&identity, DocumentKind::Identity) + weight(&resource, DocumentKind::Resource)
        };
        let (one, twice) = (both(500), both(1_000));
        assert!(twice < one * 5 / 2, "{one} {twice}");
    }
}
