use http::StatusCode;
use http::request::Parts;
use opentelemetry::trace::{
    FutureExt as _, Span as _, SpanKind, Status, TraceContextExt as _, Tracer as _, WithContext,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SdkTracer, Span};
use stead_api::{ApiError, KnownOperation};
use stead_query::{Format, error_status};

use super::export::Export;
use super::{Stage, traceparent};
use crate::config;
use crate::request_id::RequestId;
use crate::start::StartError;

/// What a span is called whose request names no operation that there is.
const UNKNOWN: &str = "unknown";

/// Spec: Semantic conventions, `error.type`: the value where there is no better one.
const OTHER: &str = "_OTHER";

/// Where spans are made, if they are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traces(Option<Export>);

/// The span of a request.
#[must_use]
pub(crate) struct RequestSpan(Option<Context>);

impl Traces {
    /// Exports to the collector that the configuration names; where it names none, nothing is
    /// started.
    pub(crate) fn start(wanted: Option<&config::Traces>) -> Result<Self, StartError> {
        wanted.map(Export::start).transpose().map(Self)
    }

    /// Begins the span of a request. The request's own parameters are not looked at.
    ///
    /// Spec: Semantic conventions for AWS SDK client spans, read for the other side of the
    /// call; status and `error.type` of a server's span as those for HTTP have them.
    pub(crate) fn request(&self, head: &Parts) -> RequestSpan {
        let Some(export) = &self.0 else { return RequestSpan(None) };
        let parent = match traceparent::read(&head.headers) {
            Some(parent) => Context::new().with_remote_span_context(parent),
            None => Context::new(),
        };
        let span = export.tracer.span_builder(UNKNOWN).with_kind(SpanKind::Server);
        let span = span.with_attributes([KeyValue::new("rpc.system", "aws-api")]);
        let span = export.tracer.build_with_context(span, &parent);
        // The stages within need to know where to make theirs.
        RequestSpan(Some(parent.with_span(span).with_value(export.tracer.clone())))
    }

    /// Sends what has ended. Nothing is traced from here on.
    pub(crate) async fn stop(self) {
        if let Some(export) = self.0 {
            export.stop().await;
        }
    }
}

impl RequestSpan {
    /// The same work, so that the spans of its stages lie in this one.
    pub(crate) fn around<W: Future>(&self, work: W) -> WithContext<W> {
        work.with_context(self.0.clone().unwrap_or_default())
    }

    /// Ends the span with what became of the request.
    pub(crate) fn end(
        mut self,
        id: RequestId,
        operation: Option<KnownOperation>,
        error: Option<&ApiError>,
        format: Format,
    ) {
        let Some(context) = self.0.take() else { return };
        let span = context.span();
        if !span.is_recording() {
            return;
        }
        if let Some(operation) = operation {
            let (service, method) = (operation.service().signing_name(), operation.name());
            span.update_name(format!("{service}.{method}"));
            span.set_attribute(KeyValue::new("rpc.service", service));
            span.set_attribute(KeyValue::new("rpc.method", method));
        }
        let status = error.map_or(StatusCode::OK.as_u16(), |it| error_status(it.code(), format));
        span.set_attribute(KeyValue::new("aws.request_id", id.to_string()));
        span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status)));
        if let Some(error) = error {
            span.set_attribute(KeyValue::new("error.type", error.code().as_str()));
        }
        // Spec: Semantic conventions for HTTP spans: a client's mistake is no error of the
        // server.
        if status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16() {
            span.set_status(Status::error(""));
        }
        span.end();
    }
}

impl Drop for RequestSpan {
    /// Of a request whose task ends before its work nobody says what became of it.
    fn drop(&mut self) {
        if let Some(context) = self.0.take() {
            context.span().set_attribute(KeyValue::new("error.type", OTHER));
            context.span().set_status(Status::error(""));
            context.span().end();
        }
    }
}

/// The same work with a span of its own, where the request that calls this has one. `fault`
/// is what class of error it is, from a list.
pub(crate) fn stage<T, E>(
    stage: Stage,
    work: impl Future<Output = Result<T, E>>,
    fault: fn(&E) -> &'static str,
) -> impl Future<Output = Result<T, E>> {
    let span = Context::map_current(|request| begin(stage, request));
    async move {
        let outcome = work.await;
        if let Some(mut span) = span {
            if let Err(error) = &outcome {
                span.set_attribute(KeyValue::new("error.type", fault(error)));
                span.set_status(Status::error(""));
            }
            span.end();
        }
        outcome
    }
}

fn begin(stage: Stage, request: &Context) -> Option<Span> {
    let tracer = request.get::<SdkTracer>()?;
    let span = tracer.span_builder(stage.name()).with_kind(stage.kind());
    Some(tracer.build_with_context(span, request))
}

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Self::StoreCommit => "store.commit",
            Self::IssuerKeys => "issuer.keys",
            Self::AccessToken => "issuer.access_token",
        }
    }

    const fn kind(self) -> SpanKind {
        match self {
            Self::StoreCommit => SpanKind::Internal,
            Self::IssuerKeys | Self::AccessToken => SpanKind::Client,
        }
    }
}
