//! A case: accounts and an attempt, as one JSON document.

use serde_json::Value;
use thiserror::Error;

use crate::limits::CASE_BYTES_MAX;
use crate::node::Node;
use crate::patch::{Patch, PatchError};
use crate::{Attempt, World};

/// What was exported and what was tried.
///
/// The document has the members `account` (it owns the role), `otherAccounts` and
/// `attempt`. An account has `AccountId`, `Authorization` (the JSON of `aws iam
/// get-account-authorization-details`), `OpenIDConnectProviders`, `SAMLProviders`,
/// `ServiceControlPolicies`, `ResourceControlPolicies` and `Organization`.
#[derive(Clone, Debug)]
pub struct Case {
    document: Value,
}

/// Why a document is no case.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CaseError {
    /// The text is longer than what is read.
    #[error("the document has {bytes} bytes, at most {CASE_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// The text is not JSON.
    #[error("not JSON, line {line} column {column}")]
    Json {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// Something else stands where it should not.
    #[error("expected {expected} at `{}`", if .pointer.is_empty() { "/" } else { .pointer })]
    Unexpected {
        /// A JSON pointer.
        pointer: String,
        /// What should stand there.
        expected: String,
    },
}

impl Case {
    /// Reads a case.
    ///
    /// # Errors
    /// A text that is too long or no JSON. What the document says is read when it is
    /// asked about.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        if text.len() > CASE_BYTES_MAX {
            return Err(CaseError::TooLong { bytes: text.len() });
        }
        let document = serde_json::from_str(text)
            .map_err(|error| CaseError::Json { line: error.line(), column: error.column() })?;
        Ok(Self { document })
    }

    pub(crate) const fn of(document: Value) -> Self {
        Self { document }
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &Value {
        &self.document
    }

    /// The accounts, as the server would have them.
    ///
    /// # Errors
    /// Where the document is not of the shape.
    pub fn world(&self) -> Result<World, CaseError> {
        World::load(&Node::root(&self.document))
    }

    /// What was tried.
    ///
    /// # Errors
    /// Where the document is not of the shape.
    pub fn attempt(&self) -> Result<Attempt, CaseError> {
        Attempt::read(&Node::root(&self.document).required("attempt")?)
    }

    /// The case after a patch.
    ///
    /// # Errors
    /// A patch that does not fit the document.
    pub fn patched(&self, patch: &Patch) -> Result<Self, PatchError> {
        let mut document = self.document.clone();
        patch.apply(&mut document)?;
        Ok(Self { document })
    }
}
