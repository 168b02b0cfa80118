//! The requests that flags and a file tell, each with each.

use std::collections::BTreeSet;
use std::io::Read as _;

use stead_analysis::{
    Cell, Expected, Inquiry, InquiryError, InquiryPart, REQUESTS_BYTES_MAX, REQUESTS_MAX,
    RequestRow, RequestsError, Simulation, read_requests,
};
use stead_server::clock::{Clock as _, SystemClock};
use stead_types::{AccountId, Timestamp};

use super::policies::{Given, GivenPolicies};
use crate::arguments::SimulateFlags;
use crate::excerpt::printable;
use crate::exit::Failure;
use crate::token::moment;

/// Faults of requests that are told at once.
const FAULTS_MAX: usize = 10;

/// The account of the principal that is made up, where the resource has none. AWS's
/// documentation uses this number for examples.
const SUPPOSED_ACCOUNT: &str = "123456789012";

/// A request, and where it stands.
pub(super) struct Asked {
    pub(super) inquiry: Inquiry,
    pub(super) expected: Option<Expected>,
    pub(super) origin: Option<Origin>,
    /// The policies that were given with it.
    pub(super) given: Given,
}

/// Where a request stands in a file.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) file: String,
    pub(super) line: usize,
    columns: Columns,
}

/// The columns of what a request has from the file.
#[derive(Clone, Copy)]
struct Columns {
    caller: Option<usize>,
    action: Option<usize>,
    resource: Option<usize>,
    session_policy: Option<usize>,
    resource_policy: Option<usize>,
}

/// The requests, in the order of the file; of each line callers, then actions, then
/// resources.
pub(super) fn read(flags: &SimulateFlags) -> Result<Vec<Asked>, Failure> {
    let at = flags.surroundings.at.as_deref();
    let at = at.map_or_else(|| Ok(SystemClock.now()), moment)?;
    let name = flags.expect.as_ref().or(flags.requests.as_ref());
    let mut policies = GivenPolicies::default();
    let Some(name) = name else {
        let row = RequestRow::default();
        let mut asked = Vec::new();
        let given = policies.of(&row, flags)?;
        product(&row, None, flags, (at, &given), &mut asked)?;
        return Ok(asked);
    };
    let bytes = bytes(name)?;
    let rows = read_requests(&bytes).map_err(|error| fault(name, &error))?;
    let mut asked = Vec::new();
    for row in &rows {
        check_expected(row, name, flags)?;
        let column = |cell: &Option<Cell>| cell.as_ref().map(|cell| cell.column);
        let columns = Columns {
            caller: column(&row.caller),
            action: column(&row.action),
            resource: column(&row.resource),
            session_policy: row.session_policies.first().map(|cell| cell.column),
            resource_policy: column(&row.resource_policy),
        };
        let origin = Origin { file: name.clone(), line: row.line, columns };
        let given = policies.of(row, flags)?;
        product(row, Some(&origin), flags, (at, &given), &mut asked)?;
    }
    Ok(asked)
}

fn bytes(name: &str) -> Result<Vec<u8>, Failure> {
    let most = u64::try_from(REQUESTS_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = match name {
        "-" => std::io::stdin().lock().take(most).read_to_end(&mut bytes),
        path => std::fs::File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    read.map_err(|error| Failure::new(format!("cannot read the requests from `{name}`: {error}")))?;
    Ok(bytes)
}

fn check_expected(row: &RequestRow, name: &str, flags: &SimulateFlags) -> Result<(), Failure> {
    let (message, help) = match (&flags.expect, row.expected) {
        (Some(_), None) => ("nothing is expected of the request", "expect is allow or deny"),
        (None, Some(_)) => {
            ("what is expected is told, and not looked at", "give the file with --expect")
        }
        _ => return Ok(()),
    };
    let error =
        RequestsError { line: row.line, column: 1, message: message.into(), help: help.into() };
    Err(fault(name, &error))
}

/// Each caller with each action and resource; what the line tells goes before the flags.
fn product(
    row: &RequestRow,
    origin: Option<&Origin>,
    flags: &SimulateFlags,
    (at, given): (Timestamp, &Given),
    asked: &mut Vec<Asked>,
) -> Result<(), Failure> {
    let any = ["*".to_owned()];
    let resources = if flags.resource.is_empty() { &any[..] } else { &flags.resource };
    let supposed = [String::new()];
    let callers = if flags.policy.is_empty() { &flags.caller } else { &supposed[..] };
    if let (Some(cell), false) = (&row.caller, flags.policy.is_empty()) {
        let message = format!("`{}` calls, and --policy makes a caller up", cell.text);
        return Err(missing(origin, cell.column, &message, "leave the callers out"));
    }
    let callers = told(row.caller.as_ref(), callers);
    let actions = told(row.action.as_ref(), &flags.action);
    if callers.is_empty() {
        return Err(missing(origin, 1, "nothing says who calls", "give --caller ARN"));
    }
    if actions.is_empty() {
        return Err(missing(origin, 1, "nothing says what is done", "give --action ACTION"));
    }
    let context = context(row, flags);
    for caller in &callers {
        for action in &actions {
            for resource in told(row.resource.as_ref(), resources) {
                if asked.len() >= REQUESTS_MAX {
                    let message = format!("there are more than {REQUESTS_MAX} requests");
                    return Err(Failure::new(message).with_help("ask in several runs"));
                }
                let inquiry = Inquiry {
                    caller: supposed_or(caller, &resource),
                    action: action.clone(),
                    resource,
                    context: context.clone(),
                    session_policies: given.session_policies(),
                    resource_policy: given.resource_policy(),
                    source_ip: flags.surroundings.source_ip,
                    mfa: flags.surroundings.mfa,
                    at,
                };
                let (expected, origin) = (row.expected, origin.cloned());
                asked.push(Asked { inquiry, expected, origin, given: given.clone() });
            }
        }
    }
    Ok(())
}

fn told(cell: Option<&Cell>, flags: &[String]) -> Vec<String> {
    cell.map_or_else(|| flags.to_vec(), |cell| vec![cell.text.clone()])
}

/// The keys of the line, and those of the flags that it does not have.
fn context(row: &RequestRow, flags: &SimulateFlags) -> Vec<(String, String)> {
    let own = row.context.iter().map(|(key, cell)| (key.clone(), cell.text.clone()));
    let mut context: Vec<(String, String)> = own.collect();
    let has = |key: &str| row.context.iter().any(|(name, _)| name.eq_ignore_ascii_case(key));
    let of_all = flags.surroundings.context.iter().filter(|(key, _)| !has(key)).cloned();
    context.extend(of_all);
    context
}

/// Who is made up is of the account of the resource: nobody has said that it is another.
fn supposed_or(caller: &str, resource: &str) -> String {
    if !caller.is_empty() {
        return caller.to_owned();
    }
    let account = Inquiry::resource_account(resource).or_else(|| SUPPOSED_ACCOUNT.parse().ok());
    account.map(Simulation::supposed_caller).unwrap_or_default()
}

/// The accounts in which somebody is made up.
pub(super) fn supposed_accounts(asked: &[Asked]) -> BTreeSet<AccountId> {
    let accounts = asked.iter().filter_map(|it| Inquiry::resource_account(&it.inquiry.resource));
    accounts.chain(SUPPOSED_ACCOUNT.parse().ok()).collect()
}

fn missing(origin: Option<&Origin>, column: usize, message: &str, help: &str) -> Failure {
    match origin {
        None => Failure::usage(message).with_help(help),
        Some(origin) => {
            let (message, help) = (message.to_owned(), help.to_owned());
            fault(&origin.file, &RequestsError { line: origin.line, column, message, help })
        }
    }
}

fn fault(name: &str, error: &RequestsError) -> Failure {
    let RequestsError { line, column, message, help } = error;
    let place = format!("{}:{line}:{column}", printable(name));
    Failure::new(format!("{place}: {}", printable(message))).with_help(help)
}

impl Asked {
    /// Why it cannot be asked.
    pub(super) fn fault(&self, error: &InquiryError) -> Failure {
        let Some(origin) = &self.origin else {
            return Failure::usage(printable(&error.message)).with_help(&error.help);
        };
        let column = match error.part {
            InquiryPart::Caller => origin.columns.caller,
            InquiryPart::Action => origin.columns.action,
            InquiryPart::Resource => origin.columns.resource,
            InquiryPart::SessionPolicy => origin.columns.session_policy,
            InquiryPart::ResourcePolicy => origin.columns.resource_policy,
            InquiryPart::Context => None,
        };
        let (line, column) = (origin.line, column.unwrap_or(1));
        let (message, help) = (error.message.clone(), error.help.clone());
        fault(&origin.file, &RequestsError { line, column, message, help })
    }
}

/// Tells the first of the faults; the last that is told ends the command.
pub(super) fn faulty(faults: Vec<Failure>) -> Option<Failure> {
    let count = faults.len();
    let mut last = None;
    for failure in faults.into_iter().take(FAULTS_MAX) {
        if let Some(before) = last.replace(failure) {
            let _ = Failure::report(before);
        }
    }
    let last = last?;
    if count <= FAULTS_MAX {
        return Some(last);
    }
    let _ = last.report();
    Some(Failure::new(format!("{} more requests cannot be asked", count - FAULTS_MAX)))
}
