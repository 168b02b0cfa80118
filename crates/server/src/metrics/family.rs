//! What there is on the page: names, kinds, labels and meanings, as `docs/metrics.md` has
//! them.

/// A metric, with all values of its labels.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) labels: &'static [&'static str],
    pub(crate) help: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Kind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

macro_rules! families {
    ($($place:ident: $name:literal, $kind:ident, [$($label:literal),*], $help:literal;)+) => {
        $(pub(super) const $place: Family = Family {
            name: $name,
            kind: Kind::$kind,
            labels: &[$($label),*],
            help: $help,
        };)+

        /// Every family, in the order of the page.
        #[cfg(test)]
        pub(super) const FAMILIES: &[Family] = &[$($place),+];
    };
}

families! {
    REQUESTS: "stead_requests_total", Counter, ["service", "operation", "outcome"],
        "requests that were looked at, by what became of them: ok, denied (by a policy), refused, failed";
    ERRORS: "stead_request_errors_total", Counter, ["code"],
        "error answers, by their code";
    REQUEST_SECONDS: "stead_request_duration_seconds", Histogram, ["service"],
        "time from a request that was read to its answer";
    IN_FLIGHT: "stead_requests_in_flight", Gauge, [],
        "requests that are being answered";
    UNFINISHED: "stead_requests_unfinished_total", Counter, [],
        "requests that took too long, or failed outside of what a call does (a call that panics counts as `failed` above)";
    SHED: "stead_requests_shed_total", Counter, ["reason"],
        "requests refused unlooked at: overload, or bodies (no room for theirs)";
    THROTTLED: "stead_requests_throttled_total", Counter, ["by"],
        "requests beyond a rate: account, or address";
    DECISIONS: "stead_decisions_total", Counter, ["decision"],
        "calls that the policies allowed or denied";
    SESSIONS: "stead_sessions_issued_total", Counter, ["operation"],
        "temporary credentials that were given out";
    CONNECTIONS: "stead_connections_open", Gauge, [],
        "connections that are open";
    CONNECTIONS_TAKEN: "stead_connections_accepted_total", Counter, [],
        "connections that found a place";
    CONNECTIONS_REFUSED: "stead_connections_refused_total", Counter, ["reason"],
        "connections that found none: address (it has as many as it may), or all (are taken)";
    CONNECTIONS_LEFT: "stead_connections_made_room_total", Counter, [],
        "quiet connections that were closed for new ones";
    HANDSHAKES_FAILED: "stead_tls_handshakes_failed_total", Counter, [],
        "TLS handshakes that failed or took too long";
    CERTIFICATE_END: "stead_tls_certificate_expiry_timestamp_seconds", Gauge, [],
        "when the certificate ends that is offered";
    COMMITS: "stead_store_commits_total", Counter, ["outcome"],
        "changes of accounts by requests: durable, or failed";
    COMMIT_SECONDS: "stead_store_commit_duration_seconds", Histogram, [],
        "time from a change that is made to its being durable";
    COMMITS_WAITING: "stead_store_commits_waiting", Gauge, [],
        "changes that are not durable yet";
    EVENTS: "stead_audit_events_total", Counter, [],
        "events taken for the audit log";
    EVENTS_LEFT_OUT: "stead_audit_events_left_out_total", Counter, [],
        "calls of unknown callers that have no event, since they had too many; `callsLeftOutBefore` of an event counts calls that an overload refused, too";
    EVENTS_LOST: "stead_audit_events_lost_total", Counter, [],
        "events that found no place, where audit_required is false";
    EVENTS_QUEUED: "stead_audit_queue_bytes", Gauge, [],
        "events that are not written yet";
    EVENTS_FAILING: "stead_audit_failing", Gauge, [],
        "1 while events cannot be written";
    KEY_FETCHES: "stead_issuer_key_fetches_total", Counter, ["result"],
        "keys of token issuers that were fetched: ok, unreachable, unusable, untrusted";
    KEYRING_AGE: "stead_keyring_primary_age_seconds", Gauge, [],
        "age of the key that seals sessions";
    BUILD: "stead_build_info", Gauge, ["version"],
        "1, for the version that runs";
    START: "process_start_time_seconds", Gauge, [],
        "when the process began";
    CPU: "process_cpu_seconds_total", Counter, [],
        "processor time of the process";
    RESIDENT: "process_resident_memory_bytes", Gauge, [],
        "memory that the process occupies";
    VIRTUAL: "process_virtual_memory_bytes", Gauge, [],
        "addresses that the process has taken";
    FILES: "process_open_fds", Gauge, [],
        "files and connections that are open";
    FILES_MAX: "process_max_fds", Gauge, [],
        "how many may be";
}
