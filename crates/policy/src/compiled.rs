//! The compiled form of a policy.

pub(crate) mod condition;
pub(crate) mod element;
pub(crate) mod open;
pub(crate) mod principal;
mod statement;

pub(crate) use statement::{Body, CompiledStatement, Elements};

use std::sync::Arc;

use crate::grammar::{self, Form};
use crate::index::Index;
use crate::template::Variables;
use crate::{Diagnostic, DocumentKind, Effect, Policy, Span, Version};

/// A policy made ready for evaluation: done once, when it is written or loaded.
///
/// Evaluation finds the statements that name the action, and the caller or the
/// beginning of the resource, and asks each in time linear in its size and in that
/// of the request's values; see the module on patterns for the exception.
/// Clones share everything.
#[derive(Clone, Debug)]
pub struct CompiledPolicy {
    kind: DocumentKind,
    statements: Arc<[CompiledStatement]>,
    index: Index,
}

impl CompiledPolicy {
    /// Compiles a policy.
    #[must_use]
    pub fn compile(policy: &Policy, kind: DocumentKind) -> Self {
        let variables = variables_of(policy.version);
        let compiled = policy.statements.iter().enumerate().map(|(index, statement)| {
            CompiledStatement::compile(index, statement, kind, variables)
        });
        Self::of(kind, compiled.collect())
    }

    /// Compiles a document from storage, with the problems it has by today's grammar.
    ///
    /// Total, and never more generous than the text: a document that AWS would
    /// refuse today still means what it says, a statement that cannot be read
    /// grants nothing and, unless it is known to be an Allow, denies everything, and
    /// so does a document that is not even JSON.
    #[must_use]
    pub fn compile_stored(text: &str, kind: DocumentKind) -> (Self, Vec<Diagnostic>) {
        let (document, diagnostics) = grammar::read(text, kind);
        let Some(document) = document else { return (Self::unreadable(kind), diagnostics) };
        let variables = variables_of(document.version);
        let compiled = document.statements.iter().enumerate().map(|(index, form)| match form {
            Form::Read(statement) => CompiledStatement::compile(index, statement, kind, variables),
            Form::Broken { span, effect } => CompiledStatement::broken(index, *span, *effect),
        });
        (Self::of(kind, compiled.collect()), diagnostics)
    }

    /// What stands for a policy that cannot be read: it denies everything.
    #[must_use]
    pub fn unreadable(kind: DocumentKind) -> Self {
        let statement = CompiledStatement::broken(0, Span::default(), Some(Effect::Deny));
        Self::of(kind, Arc::new([statement]))
    }

    /// What the document is for.
    #[must_use]
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// How many statements it has.
    #[must_use]
    pub fn statement_count(&self) -> usize {
        self.statements.len()
    }

    fn of(kind: DocumentKind, statements: Arc<[CompiledStatement]>) -> Self {
        let index = Index::new(statements.iter());
        Self { kind, statements, index }
    }

    pub(crate) const fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn statements(&self) -> &[CompiledStatement] {
        &self.statements
    }
}

/// Spec: UG:reference_policies_elements_version: in the older version `${...}` is text.
pub(crate) const fn variables_of(version: Version) -> Variables {
    match version {
        Version::V2008 => Variables::Literal,
        Version::V2012 => Variables::Live,
    }
}
