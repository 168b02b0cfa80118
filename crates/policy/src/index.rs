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

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::compiled::{Body, CompiledStatement};
use crate::request::Target;
use crate::{Effect, Request};
use action_keys::{ActionKey, Form, action_keys};
use bucket::{Bucket, BucketBuilder, Place};
use prefix::{Extent, PrefixTable};
use principal_keys::caller_keys;

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
    Table(Box<Table>),
}

/// The statements by action.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    // Denies that cannot be read: they always apply.
    always: Box<[u32]>,
    actions: PrefixTable<Node>,
}

/// The statements under one key.
#[derive(Clone, Debug)]
struct Node {
    equal: Bucket,
    begin: Bucket,
}

#[derive(Default)]
struct NodeBuilder {
    equal: BucketBuilder,
    begin: BucketBuilder,
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
        if few { Self::Walk } else { Self::Table(Box::new(Table::new(statements))) }
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
        let mut nodes: BTreeMap<String, NodeBuilder> = BTreeMap::new();
        for (statement, place) in statements.zip(0_u32..) {
            let elements = match (&statement.body, statement.effect) {
                (Body::Elements(elements), _) => elements,
                (Body::Unreadable, Effect::Deny) => {
                    always.push(place);
                    continue;
                }
                (Body::Unreadable, Effect::Allow) => continue,
            };
            let keys = action_keys(&elements.actions);
            let where_to = Place::of(elements, keys.len());
            for ActionKey { text, form } in keys {
                let node = nodes.entry(text).or_default();
                match form {
                    Form::Equal => node.equal.add(&where_to, place, ActionTest::Passed),
                    Form::Begin(test) => node.begin.add(&where_to, place, test),
                }
            }
        }
        let nodes = nodes.into_iter().map(|(key, node)| {
            (key, Node { equal: node.equal.build(), begin: node.begin.build() })
        });
        Self { always: always.into(), actions: PrefixTable::new(nodes.collect()) }
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
        let callers = caller_keys(request.caller);
        self.actions.visit(target.action, |node, extent| {
            if extent == Extent::Whole {
                node.equal.visit(request, target, &callers, found);
            }
            node.begin.visit(request, target, &callers, found);
        });
    }
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
