use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use stead_api::iam::IamOperation;
use stead_api::organizations::OrganizationsOperation;
use stead_api::sts::StsOperation;
use stead_api::{ErrorCode, KnownOperation};
use stead_types::Timestamp;

use super::family::FAMILIES;
use super::*;
use crate::clock::{Clock as _, SystemClock};

fn sources() -> Sources {
    Sources {
        metrics: Arc::default(),
        traffic: Arc::default(),
        fetches: Arc::default(),
        audit: None,
        certificate: None,
        sealing_since: Box::new(|| Some(Timestamp::from_epoch_seconds(0))),
        clock: Arc::new(SystemClock),
        began: SystemClock.now(),
    }
}

/// The lines of a page, each of a family that was announced: name, labels, value.
fn samples(page: &str) -> Vec<(String, String, f64)> {
    let mut family = "";
    let mut samples = Vec::new();
    for line in page.lines() {
        if let Some(rest) = line.strip_prefix("# ") {
            family = rest.split(' ').nth(1).unwrap();
            continue;
        }
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let suffix = name.strip_prefix(family).unwrap();
        assert!(["", "_bucket", "_sum", "_count"].contains(&suffix), "{line}");
        samples.push((name.to_owned(), labels.to_owned(), value.parse().unwrap()));
    }
    samples
}

fn series(page: &str) -> BTreeSet<(String, String)> {
    let samples = samples(page);
    let count = samples.len();
    let series: BTreeSet<_> = samples.into_iter().map(|(name, labels, _)| (name, labels)).collect();
    assert_eq!(series.len(), count, "a series stands there twice");
    series
}

fn value(page: &str, name: &str, labels: &str) -> f64 {
    let found = samples(page).into_iter().find(|(of, with, _)| of == name && with == labels);
    found.unwrap_or_else(|| panic!("no {name}{{{labels}\n{page}")).2
}

#[test]
fn the_page_of_documentation_lists_what_there_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let text = std::fs::read_to_string(path).unwrap();
    let documented: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
    let row = |family: &family::Family| {
        let labels: Vec<_> = family.labels.iter().map(|label| format!("`{label}`")).collect();
        let (name, kind) = (family.name, family.kind.name());
        format!("| `{name}` | {kind} | {} | {} |", labels.join(", "), family.help)
            .replace("|  |", "| |")
    };
    let expected: Vec<_> = FAMILIES.iter().map(row).collect();
    assert_eq!(documented, expected);
}

#[test]
fn a_page_has_families_in_order_and_each_once() {
    let page = sources().page();
    let announced: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    let known: Vec<_> =
        FAMILIES.iter().map(|family| format!("{} {}", family.name, family.kind.name())).collect();
    let mut rest = known.iter();
    for line in &announced {
        assert!(rest.any(|known| known == line), "{line} is not listed, or not there");
    }
    // Without an audit log and a certificate.
    assert!(announced.len() + 6 >= known.len(), "{announced:?}");
    series(&page);
}

#[test]
fn what_was_asked_decides_which_series_there_are_and_bounds_them() {
    let sources = sources();
    let before = series(&sources.page()).len();
    let all = || {
        let sts = StsOperation::ALL.iter().copied().map(KnownOperation::Sts);
        let iam = IamOperation::ALL.iter().copied().map(KnownOperation::Iam);
        let organizations = OrganizationsOperation::ALL.iter().copied();
        sts.chain(iam).chain(organizations.map(KnownOperation::Organizations))
    };
    let outcomes = [Outcome::Ok, Outcome::Denied, Outcome::Refused, Outcome::Failed];
    for round in 0..3 {
        for operation in all().map(Some).chain([None]) {
            for outcome in outcomes {
                for code in ErrorCode::ALL.iter().copied().map(Some).chain([None]) {
                    let took = Duration::from_micros(round * 731);
                    sources.metrics.requests.note(operation, outcome, code, took);
                }
            }
        }
        let after = series(&sources.page()).len();
        assert_eq!(after, before + all().count() * 4 + ErrorCode::ALL.len());
    }
}

#[test]
fn an_answer_is_counted_where_it_belongs() {
    let sources = sources();
    let requests = &sources.metrics.requests;
    let assume = Some(KnownOperation::Sts(StsOperation::AssumeRole));
    requests.note(assume, Outcome::Ok, None, Duration::from_millis(3));
    requests.note(assume, Outcome::Denied, Some(ErrorCode::AccessDenied), Duration::ZERO);
    requests.note(None, Outcome::Refused, Some(ErrorCode::InvalidAction), Duration::ZERO);
    let page = sources.page();
    let of_assume =
        |outcome| format!("service=\"sts\",operation=\"AssumeRole\",outcome=\"{outcome}\"}}");
    for (name, labels, expected) in [
        ("stead_requests_total", of_assume("ok"), 1.0),
        ("stead_requests_total", of_assume("denied"), 1.0),
        ("stead_requests_total", of_assume("failed"), 0.0),
        (
            "stead_requests_total",
            "service=\"unknown\",operation=\"unknown\",outcome=\"refused\"}".to_owned(),
            1.0,
        ),
        ("stead_request_errors_total", "code=\"AccessDenied\"}".to_owned(), 1.0),
        ("stead_sessions_issued_total", "operation=\"AssumeRole\"}".to_owned(), 1.0),
        ("stead_request_duration_seconds_count", "service=\"sts\"}".to_owned(), 2.0),
        ("stead_request_duration_seconds_sum", "service=\"sts\"}".to_owned(), 0.003),
        ("stead_request_duration_seconds_bucket", "service=\"sts\",le=\"0.0025\"}".to_owned(), 1.0),
        ("stead_request_duration_seconds_bucket", "service=\"sts\",le=\"0.005\"}".to_owned(), 2.0),
        ("stead_request_duration_seconds_bucket", "service=\"sts\",le=\"+Inf\"}".to_owned(), 2.0),
    ] {
        assert_eq!(value(&page, name, &labels), expected, "{name}{{{labels}");
    }
}

#[tokio::test]
async fn a_commit_is_counted_by_its_end_and_while_it_waits() {
    let sources = sources();
    let commits = &sources.metrics.commits;
    let done = commits.measure(async {
        assert_eq!(commits.waiting.value(), 1);
        Ok::<_, ()>(())
    });
    assert!(done.await.is_ok());
    assert!(commits.measure(async { Err::<(), _>(()) }).await.is_err());
    let page = sources.page();
    assert_eq!(value(&page, "stead_store_commits_total", "outcome=\"durable\"}"), 1.0);
    assert_eq!(value(&page, "stead_store_commits_total", "outcome=\"failed\"}"), 1.0);
    assert_eq!(value(&page, "stead_store_commits_waiting", ""), 0.0);
    assert_eq!(value(&page, "stead_store_commit_duration_seconds_count", ""), 2.0);
}
