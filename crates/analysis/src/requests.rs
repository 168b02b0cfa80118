//! Requests from a file: a table of comma-separated values, or an object on each line.
//!
//! Both are read here, line by line, since every fault is told with its column: libraries
//! that read tables tell the line of a record at best.

mod json;
mod table;

use thiserror::Error;

pub(crate) use table::cells;

use crate::limits::{REQUEST_LINE_BYTES_MAX, REQUESTS_BYTES_MAX, REQUESTS_MAX};

/// One request of a file, as far as it tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestRow {
    /// Its line, from 1.
    pub line: usize,
    /// Who calls.
    pub caller: Option<Cell>,
    /// The action.
    pub action: Option<Cell>,
    /// The resource.
    pub resource: Option<Cell>,
    /// Policies of the caller's session.
    pub session_policies: Vec<Cell>,
    /// The policy of the resource.
    pub resource_policy: Option<Cell>,
    /// Condition keys with their values; one that stands there twice has two.
    pub context: Vec<(String, Cell)>,
    /// What is expected of it.
    pub expected: Option<Expected>,
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What stands there.
    pub text: String,
    /// Its column, from 1, in characters.
    pub column: usize,
}

/// What a request is expected to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It is let through.
    Allow,
    /// It is refused, in whichever way.
    Deny,
}

/// Why a file holds no requests.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line} column {column}: {message}")]
pub struct RequestsError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What can be done.
    pub help: String,
}

/// What a column or member holds.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Field {
    Caller,
    Action,
    Resource,
    Expect,
    SessionPolicy,
    ResourcePolicy,
    Key(String),
}

/// Reads requests. A file whose first line is an object has one on each line; any other is
/// a table whose first line names the columns: `caller`, `action`, `resource`, `expect`,
/// `sessionPolicy` (which may be there several times), `resourcePolicy` and condition keys.
/// Empty lines are passed over.
///
/// # Errors
/// The first fault: a file or line that is too long or not UTF-8, columns that are none,
/// values in the wrong place.
pub fn read_requests(bytes: &[u8]) -> Result<Vec<RequestRow>, RequestsError> {
    if bytes.len() > REQUESTS_BYTES_MAX {
        let message =
            format!("the file has {} bytes, at most {REQUESTS_BYTES_MAX} are read", bytes.len());
        return Err(RequestsError::new((1, 1), message, "ask in several files"));
    }
    let text = text(bytes)?;
    let lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let lines: Vec<(&str, usize)> = lines.collect();
    for (line, number) in &lines {
        if line.len() > REQUEST_LINE_BYTES_MAX {
            let message = format!(
                "the line has {} bytes, at most {REQUEST_LINE_BYTES_MAX} are read",
                line.len()
            );
            return Err(RequestsError::new((*number, 1), message, "ask one request on a line"));
        }
    }
    let Some(((first, number), rest)) = lines.split_first() else {
        let help = "the first line names the columns, or is an object";
        return Err(RequestsError::new((1, 1), "there is nothing in it".to_owned(), help));
    };
    let is_json = first.trim_start().starts_with('{');
    let requests = if is_json { lines.as_slice() } else { rest };
    if let Some((_, number)) = requests.get(REQUESTS_MAX) {
        let message = format!("at most {REQUESTS_MAX} requests are read");
        return Err(RequestsError::new((*number, 1), message, "ask in several files"));
    }
    if requests.is_empty() {
        let help = "each line after the columns is a request";
        return Err(RequestsError::new((*number, 1), "there is no request in it".to_owned(), help));
    }
    if is_json {
        return requests.iter().map(|(line, number)| json::request(line, *number)).collect();
    }
    let columns = table::columns(first, *number)?;
    requests.iter().map(|(line, number)| table::request(line, *number, &columns)).collect()
}

fn text(bytes: &[u8]) -> Result<&str, RequestsError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let read = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let read = String::from_utf8_lossy(read);
        let (line, column) = crate::Lines(&read).position(read.len());
        let message = "what stands here is not UTF-8".to_owned();
        RequestsError::new((line, column), message, "save the file as UTF-8")
    })?;
    // What editors put in front of a text to say that it is UTF-8.
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

impl RequestsError {
    fn new((line, column): (usize, usize), message: String, help: &str) -> Self {
        Self { line, column, message, help: help.to_owned() }
    }
}

impl Field {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "caller" => Self::Caller,
            "action" => Self::Action,
            "resource" => Self::Resource,
            "expect" => Self::Expect,
            "sessionPolicy" => Self::SessionPolicy,
            "resourcePolicy" => Self::ResourcePolicy,
            key if key.contains(':') => Self::Key(key.to_owned()),
            _ => return None,
        })
    }
}

const FIELDS: &str = "caller, action, resource, expect, sessionPolicy, resourcePolicy, and condition keys such as \
     aws:SourceIp are known";

impl RequestRow {
    /// Puts a value where it belongs. What is told twice, other than condition keys and
    /// policies of the session, was
    /// refused before.
    fn set(&mut self, field: &Field, cell: Cell) -> Result<(), RequestsError> {
        match field {
            Field::Caller => self.caller = Some(cell),
            Field::Action => self.action = Some(cell),
            Field::Resource => self.resource = Some(cell),
            Field::SessionPolicy => self.session_policies.push(cell),
            Field::ResourcePolicy => self.resource_policy = Some(cell),
            Field::Key(key) => self.context.push((key.clone(), cell)),
            Field::Expect => self.expected = Some(expected(&cell, self.line)?),
        }
        Ok(())
    }
}

fn expected(cell: &Cell, line: usize) -> Result<Expected, RequestsError> {
    match cell.text.as_str() {
        "allow" => Ok(Expected::Allow),
        "deny" => Ok(Expected::Deny),
        other => {
            let message = format!("`{other}` can not be expected");
            Err(RequestsError::new((line, cell.column), message, "expected is allow or deny"))
        }
    }
}
