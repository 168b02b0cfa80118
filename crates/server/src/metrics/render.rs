//! The page, put together from where the numbers are.

use std::fmt;
use std::sync::Arc;

use stead_types::Timestamp;

use super::Metrics;
use super::family::{self as of};
use super::page::Page;
use super::process::{self, Process};
use crate::audit::AuditLog;
use crate::clock::Clock;
use crate::http::{Certificate, Traffic};
use crate::issuer_keys::Fetches;

/// Everything that numbers come from.
pub(crate) struct Sources {
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) fetches: Arc<Fetches>,
    pub(crate) audit: Option<Arc<AuditLog>>,
    pub(crate) certificate: Option<Arc<Certificate>>,
    /// Since when the key is there that seals sessions.
    pub(crate) sealing_since: Box<dyn Fn() -> Option<Timestamp> + Send + Sync>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) began: Timestamp,
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sources").finish_non_exhaustive()
    }
}

impl Sources {
    /// The whole page.
    pub(crate) fn page(&self) -> String {
        let mut page = Page::default();
        self.requests(&mut page);
        self.connections(&mut page);
        self.store(&mut page);
        self.audit(&mut page);
        self.keys(&mut page);
        page.begin(&of::BUILD).value([env!("CARGO_PKG_VERSION")], 1);
        self.process(&mut page);
        page.into_text()
    }

    /// Operations that were never asked for are left out, and codes that never came up:
    /// most of two hundred lines would say nothing.
    fn requests(&self, page: &mut Page) {
        let (metrics, requests) = (&self.metrics, &self.metrics.requests);
        let mut samples = page.begin(&of::REQUESTS);
        for (operation, outcomes) in &requests.operations {
            let values = outcomes.values();
            if values.iter().all(|(_, value)| *value == 0) {
                continue;
            }
            let service = operation.service().signing_name();
            for (outcome, value) in values {
                samples.value([service, operation.name(), outcome], value);
            }
        }
        for (outcome, value) in requests.unknown.values() {
            samples.value(["unknown", "unknown", outcome], value);
        }
        let mut samples = page.begin(&of::ERRORS);
        for (code, count) in requests.errors.iter().filter(|(_, count)| count.value() > 0) {
            samples.value([code.as_str()], count.value());
        }
        let mut samples = page.begin(&of::REQUEST_SECONDS);
        samples.histogram(["sts"], &requests.sts_seconds);
        samples.histogram(["iam"], &requests.iam_seconds);
        samples.histogram(["organizations"], &requests.organizations_seconds);
        samples.histogram(["unknown"], &requests.unknown_seconds);
        page.single(&of::IN_FLIGHT, metrics.in_flight.value());
        page.single(&of::UNFINISHED, self.traffic.unfinished.value());
        let mut samples = page.begin(&of::SHED);
        samples.value(["overload"], self.traffic.shed_overload.value());
        samples.value(["bodies"], self.traffic.shed_bodies.value());
        let mut samples = page.begin(&of::THROTTLED);
        samples.value(["account"], metrics.throttled.account.value());
        samples.value(["address"], metrics.throttled.address.value());
        let mut samples = page.begin(&of::DECISIONS);
        samples.value(["allow"], metrics.allowed.value());
        samples.value(["deny"], metrics.denied.value());
        let mut samples = page.begin(&of::SESSIONS);
        for (operation, count) in requests.sessions_issued() {
            samples.value([operation], count);
        }
    }

    fn connections(&self, page: &mut Page) {
        let traffic = &self.traffic;
        page.single(&of::CONNECTIONS, traffic.open.value());
        page.single(&of::CONNECTIONS_TAKEN, traffic.accepted.value());
        let mut samples = page.begin(&of::CONNECTIONS_REFUSED);
        samples.value(["address"], traffic.refused_address.value());
        samples.value(["all"], traffic.refused_all.value());
        page.single(&of::CONNECTIONS_LEFT, traffic.made_room.value());
        page.single(&of::HANDSHAKES_FAILED, traffic.handshakes_failed.value());
        let ends = self.certificate.as_ref().and_then(|certificate| certificate.ends_at());
        if let Some(ends) = ends {
            page.single(&of::CERTIFICATE_END, ends);
        }
    }

    fn store(&self, page: &mut Page) {
        let commits = &self.metrics.commits;
        let mut samples = page.begin(&of::COMMITS);
        samples.value(["durable"], commits.done.value());
        samples.value(["failed"], commits.failed.value());
        page.begin(&of::COMMIT_SECONDS).histogram([], &commits.seconds);
        page.single(&of::COMMITS_WAITING, commits.waiting.value());
    }

    fn audit(&self, page: &mut Page) {
        let Some(audit) = &self.audit else { return };
        let standing = audit.standing();
        page.single(&of::EVENTS, standing.accepted);
        page.single(&of::EVENTS_LEFT_OUT, self.metrics.events_left_out.value());
        page.single(&of::EVENTS_LOST, standing.lost);
        page.single(&of::EVENTS_QUEUED, standing.queued_bytes);
        page.single(&of::EVENTS_FAILING, u8::from(standing.is_failing));
    }

    fn keys(&self, page: &mut Page) {
        let mut samples = page.begin(&of::KEY_FETCHES);
        for (result, count) in self.fetches.values() {
            samples.value([result], count);
        }
        if let Some(since) = (self.sealing_since)() {
            let age = self.clock.now().seconds_since(since).max(0);
            page.single(&of::KEYRING_AGE, age);
        }
    }

    fn process(&self, page: &mut Page) {
        page.single(&of::START, self.began.epoch_seconds());
        if let Some(process) = Process::now() {
            page.single(&of::CPU, process.cpu_seconds);
            page.single(&of::RESIDENT, process.resident_bytes);
            page.single(&of::VIRTUAL, process.virtual_bytes);
        }
        if let Some(files) = process::open_files() {
            page.single(&of::FILES, files);
        }
        if let Some(files) = process::open_files_max() {
            page.single(&of::FILES_MAX, files);
        }
    }
}
