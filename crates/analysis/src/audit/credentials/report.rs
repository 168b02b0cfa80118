//! The credential report of an account.

use std::collections::BTreeMap;

use data_encoding::BASE64;
use stead_types::{AccountId, Arn, Timestamp};
use thiserror::Error;

use crate::limits::{CREDENTIAL_REPORT_BYTES_MAX, CREDENTIAL_REPORT_COLUMNS_MAX};
use crate::requests::cells;
use crate::world::moment;

/// What is known of the credentials of an account's users.
#[derive(Clone, Debug)]
pub struct CredentialReport {
    pub(super) account: Option<AccountId>,
    pub(super) rows: Vec<Row>,
}

/// Why a text is no credential report.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialReportError {
    /// It is too long.
    #[error("it has {bytes} bytes, at most {CREDENTIAL_REPORT_BYTES_MAX} are read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// It is neither the table nor the answer of AWS that has it.
    #[error("it is neither the table nor what `aws iam get-credential-report` prints")]
    Form,
    /// A line is not as it should be.
    #[error("line {line}: {expected}")]
    Line {
        /// From 1.
        line: usize,
        /// What should stand there.
        expected: String,
    },
}

/// A user, or the root user.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) arn: Arn,
    pub(super) is_root: bool,
    pub(super) created_at: Option<Timestamp>,
    pub(super) password: Password,
    pub(super) password_last_used: Option<Timestamp>,
    pub(super) password_last_changed: Option<Timestamp>,
    pub(super) has_second_factor: bool,
    pub(super) keys: [AccessKey; 2],
}

/// Whether somebody has a password. Of root users most reports do not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Password {
    Has,
    HasNone,
    NotSaid,
}

#[derive(Clone, Debug)]
pub(super) struct AccessKey {
    pub(super) name: &'static str,
    pub(super) is_active: bool,
    pub(super) rotated_at: Option<Timestamp>,
    pub(super) last_used: Option<Timestamp>,
}

impl CredentialReport {
    /// Reads the table, or what `aws iam get-credential-report` prints, which has it in
    /// Base64.
    ///
    /// Spec: UG:id_credentials_getting-report, "Understanding the report format".
    ///
    /// # Errors
    /// A text that is too long or neither, a column that is missing, a row that is not of an
    /// IAM user, and rows of two accounts.
    pub fn read(text: &str) -> Result<Self, CredentialReportError> {
        if text.len() > CREDENTIAL_REPORT_BYTES_MAX {
            return Err(CredentialReportError::TooLong { bytes: text.len() });
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        let table = if text.starts_with('{') { decoded(text)? } else { text.to_owned() };
        let mut lines = table.lines().zip(1..);
        let (header, _) = lines.next().ok_or(CredentialReportError::Form)?;
        let columns = Columns::of(header)?;
        let filled = lines.filter(|(line, _)| !line.trim().is_empty());
        let rows: Vec<Row> =
            filled.map(|(line, number)| columns.row(line, number)).collect::<Result<_, _>>()?;
        let account = super::account_of(&rows);
        let other = rows.iter().position(|row| row.arn.account() != account);
        if let Some(other) = other {
            return Err(wrong(other + 2, "a user of the account that the others are of"));
        }
        Ok(Self { account, rows })
    }
}

/// The table in the answer of `GetCredentialReport`.
fn decoded(text: &str) -> Result<String, CredentialReportError> {
    let answer: serde_json::Value =
        serde_json::from_str(text).map_err(|_| CredentialReportError::Form)?;
    let content = answer.get("Content").and_then(|content| content.as_str());
    let content = content.ok_or(CredentialReportError::Form)?;
    let bytes =
        BASE64.decode(content.trim().as_bytes()).map_err(|_| CredentialReportError::Form)?;
    String::from_utf8(bytes).map_err(|_| CredentialReportError::Form)
}

/// Where the columns stand.
struct Columns(BTreeMap<String, usize>);

const NEEDED: [&str; 9] = [
    "user",
    "arn",
    "password_enabled",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_2_active",
    "access_key_2_last_rotated",
];

impl Columns {
    fn of(header: &str) -> Result<Self, CredentialReportError> {
        let names = cells(header, 1).map_err(|_| CredentialReportError::Form)?;
        if names.len() > CREDENTIAL_REPORT_COLUMNS_MAX {
            let most = format!("at most {CREDENTIAL_REPORT_COLUMNS_MAX} columns");
            return Err(wrong(1, &most));
        }
        let named = names.into_iter().map(|cell| cell.text.trim().to_owned()).zip(0..);
        let columns = Self(named.collect());
        match NEEDED.iter().find(|name| !columns.0.contains_key(**name)) {
            Some(_) if !columns.0.contains_key("arn") => Err(CredentialReportError::Form),
            Some(missing) => Err(wrong(1, &format!("expected a column `{missing}`"))),
            None => Ok(columns),
        }
    }

    fn row(&self, line: &str, number: usize) -> Result<Row, CredentialReportError> {
        let values = cells(line, number).map_err(|error| wrong(number, &error.message))?;
        if values.len() != self.0.len() {
            return Err(wrong(number, &format!("expected {} values", self.0.len())));
        }
        let text = |name: &str| {
            let value = self.0.get(name).and_then(|place| values.get(*place));
            value.map_or("", |cell| cell.text.trim())
        };
        let arn: Arn =
            text("arn").parse().map_err(|_| wrong(number, "expected the ARN of a user"))?;
        let is_root = arn.resource() == "root";
        if arn.service() != "iam" || !(is_root || arn.resource_of("user").is_some()) {
            return Err(wrong(number, "expected the ARN of a user"));
        }
        let flag = |name: &str| match text(name) {
            "true" | "TRUE" => Ok(true),
            "false" | "FALSE" | "not_supported" | "N/A" => Ok(false),
            _ => Err(wrong(number, &format!("expected true or false in `{name}`"))),
        };
        let time = |name: &str| match text(name) {
            "" | "N/A" | "no_information" | "not_supported" => Ok(None),
            text => {
                let at = moment(text);
                at.map(Some).ok_or_else(|| wrong(number, &format!("expected a time in `{name}`")))
            }
        };
        let key = |name: &'static str| -> Result<AccessKey, CredentialReportError> {
            Ok(AccessKey {
                name,
                is_active: flag(&format!("{name}_active"))?,
                rotated_at: time(&format!("{name}_last_rotated"))?,
                last_used: time(&format!("{name}_last_used_date"))?,
            })
        };
        Ok(Row {
            name: text("user").to_owned(),
            arn: arn.clone(),
            is_root,
            created_at: time("user_creation_time")?,
            password: match (flag("password_enabled")?, text("password_enabled")) {
                (true, _) => Password::Has,
                (false, "false" | "FALSE") => Password::HasNone,
                (false, _) => Password::NotSaid,
            },
            password_last_used: time("password_last_used")?,
            password_last_changed: time("password_last_changed")?,
            has_second_factor: flag("mfa_active")?,
            keys: [key("access_key_1")?, key("access_key_2")?],
        })
    }
}

fn wrong(line: usize, expected: &str) -> CredentialReportError {
    CredentialReportError::Line { line, expected: expected.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,\
        password_last_changed,password_next_rotation,mfa_active,access_key_1_active,\
        access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,\
        access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
        access_key_2_last_used_date,access_key_2_last_used_region,\
        access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,\
        cert_2_last_rotated";
    const ROOT: &str = "<root_account>,arn:aws:iam::111122223333:root,\
        2020-01-01T00:00:00+00:00,not_supported,2024-01-01T00:00:00+00:00,not_supported,\
        not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";
    const ANN: &str = "ann,arn:aws:iam::111122223333:user/ann,2023-04-05T06:07:08+00:00,true,\
        no_information,2023-04-05T06:07:09+00:00,N/A,false,true,2023-04-05T06:07:10+00:00,N/A,\
        N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

    fn read(lines: &[&str]) -> Result<CredentialReport, CredentialReportError> {
        CredentialReport::read(&lines.join("\n"))
    }

    #[test]
    fn the_table_is_read_bare_and_as_the_cli_prints_it() {
        let table = [HEADER, ROOT, ANN].join("\n");
        let content = BASE64.encode(table.as_bytes());
        let printed = format!("{{\"Content\": \"{content}\", \"ReportFormat\": \"text/csv\"}}");
        for text in [table.clone(), printed, format!("\u{feff}{}\r\n", table.replace('\n', "\r\n"))]
        {
            let report = CredentialReport::read(&text).unwrap();
            let [root, ann] = report.rows.as_slice() else { panic!("{report:?}") };
            assert!(root.is_root && root.has_second_factor && root.password == Password::NotSaid);
            assert!(!ann.is_root && ann.password == Password::Has && !ann.has_second_factor);
            assert_eq!(ann.created_at, "2023-04-05T06:07:08Z".parse().ok());
            assert_eq!((ann.password_last_used, ann.keys[0].last_used), (None, None));
            assert!(ann.keys[0].is_active && !ann.keys[1].is_active);
        }
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let form = Err(CredentialReportError::Form);
        for text in ["", "{}", "{\"Content\": 1}", "{\"Content\": \"%\"}", "a,b\n1,2", "\"", "{"] {
            assert_eq!(CredentialReport::read(text).map(|_| ()), form, "{text}");
        }
        let other = ANN.replace("111122223333", "444455556666");
        let cases = [
            (ANN.replace(":user/ann", ":role/ann"), "expected the ARN of a user"),
            (ANN.replace(",true,", ",maybe,"), "expected true or false in `password_enabled`"),
            (
                ANN.replace("2023-04-05T06:07:10+00:00", "lately"),
                "expected a time in `access_key_1_last_rotated`",
            ),
            (format!("{ANN},more"), "expected 22 values"),
            (other, "a user of the account that the others are of"),
        ];
        for (row, expected) in cases {
            let error = read(&[HEADER, ROOT, &row]).unwrap_err();
            assert_eq!(error, wrong(3, expected));
        }
        let missing = HEADER.replace("mfa_active,", "");
        assert_eq!(
            read(&[&missing, ROOT]).unwrap_err(),
            wrong(1, "expected a column `mfa_active`")
        );
    }

    #[test]
    fn limits_hold() {
        let more = |count: usize| {
            let own = HEADER.split(',').count();
            let columns: String = (own..count).map(|number| format!(",c{number}")).collect();
            CredentialReport::read(&format!("{HEADER}{columns}"))
        };
        assert!(more(CREDENTIAL_REPORT_COLUMNS_MAX).is_ok());
        assert!(more(CREDENTIAL_REPORT_COLUMNS_MAX + 1).is_err());
        let blank = |bytes: usize| {
            CredentialReport::read(&format!("{HEADER}{}", "\n".repeat(bytes - HEADER.len())))
        };
        assert!(blank(CREDENTIAL_REPORT_BYTES_MAX).is_ok());
        let bytes = CREDENTIAL_REPORT_BYTES_MAX + 1;
        assert_eq!(blank(bytes).unwrap_err(), CredentialReportError::TooLong { bytes });
    }
}
