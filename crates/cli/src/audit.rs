//! `stead audit`: what is wrong with accounts.

mod baseline;
mod csv;
mod html;
mod input;
mod issuers;
mod json;
mod least;
mod places;
mod print;
mod progress;
mod sarif;

use std::io::Write as _;

use stead_analysis::{
    Audit, AuditFinding, AuditOptions, AuditSeverity, CREDENTIAL_REPORT_BYTES_MAX,
    CredentialReport, audit,
};
use stead_server::clock::{Clock as _, SystemClock};
use stead_types::Timestamp;

use crate::arguments::AuditFlags;
use crate::exit::{Exit, Failure};
use crate::explain::accounts;
use crate::token::moment;
use crate::{on_runtime, running};
use input::Input;
use places::{Place, Places};

/// An audit with what of it is shown.
struct Report {
    audit: Audit,
    at: Timestamp,
    shown: Vec<Shown>,
    /// How many findings the baseline has too.
    known: usize,
}

/// A finding with the places of its evidence, in their order.
struct Shown {
    finding: AuditFinding,
    places: Vec<Option<Place>>,
}

pub(crate) fn run(flags: &AuditFlags) -> Result<Exit, Failure> {
    let at = flags.at.as_deref().map_or_else(|| Ok(SystemClock.now()), moment)?;
    let baseline = flags.baseline.as_deref().map(baseline::read).transpose()?.unwrap_or_default();
    let mut options = options(flags, at)?;
    let mut input = Input::read(flags)?;
    let world = input.world()?;
    if let Some(role) = &flags.least_privilege {
        let activity = options.activity.unwrap_or_default();
        return least::run(&world, at, role, &activity, flags.form.json);
    }
    if flags.check_issuers {
        options.issuers = on_runtime(issuers::ask(&world, flags))?;
    }
    let mut audit = progress::shown(|progress| audit(&world, &options, progress));
    drop(world);
    let least = flags.severity.severity();
    let mut found = std::mem::take(&mut audit.findings);
    found.retain(|finding| finding.severity >= least);
    let before = found.len();
    found.retain(|finding| !baseline.contains(&finding.id()));
    let known = before - found.len();
    let places = Places::of(&input, &found);
    let shown = found.into_iter().map(|finding| Shown { places: places.all(&finding), finding });
    let report = Report { audit, at, shown: shown.collect(), known };
    let text = match (flags.form.json, flags.form.sarif, flags.form.csv) {
        (true, _, _) => json::report(&report)?,
        (_, true, _) => sarif::report(&report)?,
        (_, _, true) => csv::report(&report),
        _ => print::report(&report),
    };
    if let Some(path) = &flags.html {
        std::fs::write(path, html::page(&report))
            .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", path.display())))?;
    }
    std::io::stdout().lock().write_all(text.as_bytes())?;
    let is_found = report.shown.iter().any(|it| it.finding.severity > AuditSeverity::Informational);
    Ok(if is_found { Exit::Different } else { Exit::Success })
}

fn options(flags: &AuditFlags, now: Timestamp) -> Result<AuditOptions, Failure> {
    let read = |path: &std::path::PathBuf| {
        let text = accounts::text(path, CREDENTIAL_REPORT_BYTES_MAX)?;
        CredentialReport::read(&text).map_err(|error| {
            Failure::new(format!("`{}` is no credential report: {error}", path.display()))
                .with_help("save what `aws iam get-credential-report` prints")
        })
    };
    let mut credential_reports: Vec<CredentialReport> =
        flags.credential_report.iter().map(read).collect::<Result<_, _>>()?;
    if let Some(running) = flags.running().filter(|_| flags.least_privilege.is_none()) {
        for text in on_runtime(running::credential_reports(&running))? {
            credential_reports.push(CredentialReport::read(&text).map_err(|error| {
                Failure::new(format!("the server's credential report cannot be read: {error}"))
            })?);
        }
    }
    let activity = least::activity(&flags.activity)?;
    let unused_days = flags.unused_days;
    Ok(AuditOptions { now, credential_reports, unused_days, activity, issuers: Vec::new() })
}

impl Report {
    fn count(&self, severity: AuditSeverity) -> usize {
        self.shown.iter().filter(|it| it.finding.severity == severity).count()
    }
}

impl Shown {
    /// The account that the subject is of.
    fn account(&self) -> String {
        let arn = self.finding.subject.parse::<stead_types::Arn>().ok();
        arn.and_then(|arn| arn.account()).map(|it| it.to_string()).unwrap_or_default()
    }

    /// The first place that the evidence has.
    fn place(&self) -> Option<&Place> {
        self.places.iter().flatten().next()
    }
}
