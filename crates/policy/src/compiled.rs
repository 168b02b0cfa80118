use crate::{Diagnostic, DocumentKind, Policy};

/// A policy made ready for evaluation.
#[derive(Clone, Debug)]
pub struct CompiledPolicy {
    kind: DocumentKind,
}

/// A statement made ready for evaluation.
#[derive(Clone, Debug)]
pub struct CompiledStatement;

impl CompiledPolicy {
    /// Compiles a policy.
    #[must_use]
    pub fn compile(_policy: &Policy, kind: DocumentKind) -> Self {
        Self { kind }
    }

    /// Compiles a document from storage. Total: what cannot be read grants nothing
    /// and denies.
    #[must_use]
    pub fn compile_stored(text: &str, kind: DocumentKind) -> (Self, Vec<Diagnostic>) {
        (Self { kind }, crate::parse(text, kind).diagnostics)
    }

    /// The policy that stands for one that cannot be read: it denies everything.
    #[must_use]
    pub fn unreadable(kind: DocumentKind) -> Self {
        Self { kind }
    }

    /// What the document is for.
    #[must_use]
    pub const fn kind(&self) -> DocumentKind {
        self.kind
    }
}
