//! How much of outside documents is read, and how long an answer is looked for.

/// Bytes of a case or of an export.
///
/// Choice: an account of 10,000 roles and 2,000 policies of 2 KiB each has some 60 MiB.
pub const CASE_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Files of an export.
pub const EXPORT_FILES_MAX: usize = 4_096;

/// Bytes of an event.
///
/// Spec: CloudTrail User Guide, WhatIsCloudTrail-Limits: an event has at most 256 KB. An
/// event alone, indented, has more spaces.
pub const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// Bytes of recorded events that are read together.
///
/// Choice: some 150,000 events of 1.7 KiB.
pub const ACTIVITY_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Bytes of them that stand in one JSON text, which takes several times its size in memory.
///
/// Choice: files that CloudTrail delivers have some MiB.
pub(crate) const ACTIVITY_DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of a file that holds a token, which has at most 20,000 characters.
pub const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// Further causes that one fix may deal with: every layer of one action, and again for
/// the tags and the source identity of the session.
pub(crate) const FIX_STEPS_MAX: usize = 5;

/// Fixes that are tried for one finding.
pub(crate) const CANDIDATES_MAX: usize = 16;

/// Other roles, or other callers, that are tried in place of those of the call.
pub(crate) const ALTERNATIVES_MAX: usize = 64;

/// Others who are tried in place of the caller, to see whether a fix lets them in.
pub(crate) const STRANGERS_MAX: usize = 64;

/// Fixes that are shown.
pub(crate) const FIXES_SHOWN_MAX: usize = 6;

/// Bytes of a file of requests.
///
/// Choice: a request with two ARNs and a few condition keys has some 300 bytes.
pub const REQUESTS_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Bytes of one line of it.
pub const REQUEST_LINE_BYTES_MAX: usize = 64 * 1024;

/// Columns of a table of requests, and condition keys of one request.
pub const REQUEST_COLUMNS_MAX: usize = 64;

/// Requests that are answered at once.
pub const REQUESTS_MAX: usize = 100_000;

/// Bytes of a credential report: an account has 5,000 users, of which each has a line of some
/// 400 bytes, and the CLI prints it in Base64.
pub const CREDENTIAL_REPORT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Columns of it. Spec: UG:id_credentials_getting-report: there are 22 and may be more.
pub(crate) const CREDENTIAL_REPORT_COLUMNS_MAX: usize = 64;

/// Roles that one after the other assumes, in a chain that is looked for.
///
/// Choice: AWS sets no limit; people use two or three.
pub(crate) const CHAIN_HOPS_MAX: usize = 8;

/// Times that a question is asked again after a key was found out to be absent.
pub(crate) const ABSENT_ROUNDS_MAX: usize = 8;

/// Actions and resources of one statement that are asked about, each with each.
pub(crate) const STATEMENT_QUESTIONS_MAX: usize = 256;
