//! Traces, for OpenTelemetry: a span for each request, and one for each of the few things
//! within it that wait for something outside the process.
//!
//! They are there in builds with the feature `opentelemetry` alone. In others what is here
//! is empty: a request's future is what it would be without it.
//!
//! Spans do not go by way of `tracing`: its spans would pass through the formatter of log
//! lines, and need a name and fields that are known where they are compiled.
//!
//! No span holds anything of a request but what it is called and what became of it; names
//! and attributes are from lists of this program, the id of the request aside. What there is
//! stands in `docs/traces.md`.

#[cfg(not(feature = "opentelemetry"))]
mod absent;
#[cfg(feature = "opentelemetry")]
mod collector;
#[cfg(feature = "opentelemetry")]
mod export;
#[cfg(feature = "opentelemetry")]
mod spans;
#[cfg(feature = "opentelemetry")]
mod traceparent;

use rustls::RootCertStore;

#[cfg(not(feature = "opentelemetry"))]
pub(crate) use absent::{Traces, stage};
#[cfg(feature = "opentelemetry")]
pub(crate) use spans::{Traces, stage};

use crate::authorities;
use crate::config;
use crate::start::StartError;

/// What a request may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A change of an account becomes durable.
    StoreCommit,
    /// The keys of a token issuer are fetched.
    IssuerKeys,
    /// A provider is asked whose access token something is.
    AccessToken,
}

/// The authorities that a collector's certificate must be of.
///
/// # Errors
/// A file of them that cannot be used.
pub(crate) fn authorities(traces: &config::Traces) -> Result<RootCertStore, StartError> {
    let Some(path) = &traces.authorities_file else { return Ok(authorities::of_system()) };
    authorities::of_file(path)
        .map_err(|error| StartError::TracesAuthorities { path: path.clone(), error })
}
