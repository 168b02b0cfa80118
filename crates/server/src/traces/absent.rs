//! What there is in a build without traces: nothing, at no cost.

use http::request::Parts;
use stead_api::{ApiError, KnownOperation};
use stead_query::Format;

use super::Stage;
use crate::config;
use crate::request_id::RequestId;
use crate::start::StartError;

/// No traces.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces(());

/// No span.
#[must_use]
pub(crate) struct RequestSpan;

impl Traces {
    /// Says what cannot be done. Choice: no reason to refuse the start, since orchestrators
    /// give these variables to every container.
    #[expect(clippy::unnecessary_wraps, reason = "with the feature, a start can fail")]
    pub(crate) fn start(wanted: Option<&config::Traces>) -> Result<Self, StartError> {
        if wanted.is_some() {
            tracing::warn!(
                "OpenTelemetry's variables name a collector, and no traces are exported: this \
                 build is without the feature `opentelemetry`"
            );
        }
        Ok(Self(()))
    }

    #[inline]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) const fn request(&self, _: &Parts) -> RequestSpan {
        RequestSpan
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(crate) async fn stop(self) {}
}

impl RequestSpan {
    #[inline]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    pub(crate) fn around<W>(&self, work: W) -> W {
        work
    }

    #[inline]
    pub(crate) const fn end(
        self,
        _: RequestId,
        _: Option<KnownOperation>,
        _: Option<&ApiError>,
        _: Format,
    ) {
    }
}

#[inline]
pub(crate) fn stage<T, E, W: Future<Output = Result<T, E>>>(
    _: Stage,
    work: W,
    _: fn(&E) -> &'static str,
) -> W {
    work
}
