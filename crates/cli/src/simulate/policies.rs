//! Policies that are given with a request: those of the session, and that of the resource.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use stead_analysis::RequestRow;
use stead_policy::DOCUMENT_BYTES_MAX;
use stead_types::Arn;

use crate::arguments::SimulateFlags;
use crate::exit::Failure;
use crate::explain::accounts;

/// The policies of one request.
#[derive(Clone, Default)]
pub(super) struct Given {
    pub(super) session: Vec<GivenPolicy>,
    pub(super) resource: Option<GivenPolicy>,
}

/// A policy as it was told, and what it says: the text of a document, or an ARN.
#[derive(Clone)]
pub(super) struct GivenPolicy {
    pub(super) told: Arc<str>,
    pub(super) text: Arc<str>,
    /// Whether it was read from a file.
    pub(super) is_file: bool,
}

/// All policies of a run; each file is read once.
#[derive(Default)]
pub(super) struct GivenPolicies(BTreeMap<String, GivenPolicy>);

impl GivenPolicies {
    /// Those that a line tells go before those of the flags.
    pub(super) fn of(&mut self, row: &RequestRow, flags: &SimulateFlags) -> Result<Given, Failure> {
        let session: Vec<&str> = match row.session_policies.as_slice() {
            [] => flags.session_policy.iter().map(String::as_str).collect(),
            cells => cells.iter().map(|cell| cell.text.as_str()).collect(),
        };
        let resource = row.resource_policy.as_ref().map(|cell| &cell.text);
        let resource = resource.or(flags.resource_policy.as_ref());
        Ok(Given {
            session: session.into_iter().map(|told| self.read(told)).collect::<Result<_, _>>()?,
            resource: resource.map(|told| self.read(told)).transpose()?,
        })
    }

    /// A text that begins as an object is a document, an ARN is one; anything else is a file.
    fn read(&mut self, told: &str) -> Result<GivenPolicy, Failure> {
        if let Some(known) = self.0.get(told) {
            return Ok(known.clone());
        }
        let is_file = !told.trim_start().starts_with('{') && told.parse::<Arn>().is_err();
        let text = match is_file {
            true => accounts::text(Path::new(told), DOCUMENT_BYTES_MAX)?,
            false => told.to_owned(),
        };
        let read = GivenPolicy { told: told.into(), text: text.into(), is_file };
        self.0.insert(told.to_owned(), read.clone());
        Ok(read)
    }
}

impl Given {
    pub(super) fn session_policies(&self) -> Vec<Arc<str>> {
        self.session.iter().map(|policy| Arc::clone(&policy.text)).collect()
    }

    pub(super) fn resource_policy(&self) -> Option<Arc<str>> {
        self.resource.as_ref().map(|policy| Arc::clone(&policy.text))
    }

    /// The document of the session that has a statement, and the statement's place in it: the
    /// documents are evaluated as one.
    pub(super) fn of_session(&self, mut index: usize) -> Option<(&GivenPolicy, usize)> {
        for policy in self.session.iter().filter(|it| it.text.parse::<Arn>().is_err()) {
            let document: serde_json::Value = serde_json::from_str(&policy.text).ok()?;
            let count = match document.get("Statement") {
                Some(serde_json::Value::Array(statements)) => statements.len(),
                _ => 1,
            };
            if index < count {
                return Some((policy, index));
            }
            index -= count;
        }
        None
    }
}
