//! From spans that have ended to the collector, in batches, off the way of requests.

use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{InstrumentationScope, Key, KeyValue};
use opentelemetry_otlp::{WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanExporter,
};
use tokio::sync::oneshot;

use super::collector::Collector;
use crate::config;
use crate::limits::TRACES_STOP_WAIT_MAX;
use crate::start::StartError;

/// The name of what makes the spans, and of the service where none is given.
const NAME: &str = "stead";

/// A thread of the library's own takes spans from a bounded queue and posts them. Where the
/// queue is full a span is dropped; the first one is told, and at the end how many.
#[derive(Clone, Debug)]
pub(super) struct Export {
    provider: SdkTracerProvider,
    pub(super) tracer: SdkTracer,
}

impl Export {
    pub(super) fn start(wanted: &config::Traces) -> Result<Self, StartError> {
        for variable in &wanted.ignored {
            tracing::warn!(variable, "the value is not supported for traces, and ignored");
        }
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_http()
            .with_http_client(Collector::of(wanted)?)
            .with_endpoint(wanted.endpoint.to_string())
            .with_timeout(wanted.timeout)
            .build()
            .map_err(|error| StartError::Traces(error.to_string()))?;
        let batches = BatchConfigBuilder::default()
            .with_max_queue_size(size(wanted.queue_spans))
            .with_max_export_batch_size(size(wanted.batch_spans))
            .with_scheduled_delay(wanted.delay)
            .build();
        let processor =
            BatchSpanProcessor::builder(Quiet(exporter)).with_batch_config(batches).build();
        let provider = SdkTracerProvider::builder()
            .with_resource(resource())
            .with_span_processor(processor)
            .build();
        let scope = InstrumentationScope::builder(NAME).with_version(env!("CARGO_PKG_VERSION"));
        let tracer = provider.tracer_with_scope(scope.build());
        // A path may hold a key.
        let collector = wanted.endpoint.authority().map(http::uri::Authority::as_str);
        tracing::info!(collector, "traces");
        Ok(Self { provider, tracer })
    }

    /// On a thread of its own: one of the runtime's would hold up the end of a process that is
    /// told twice to stop.
    pub(super) async fn stop(self) {
        let (ended, end) = oneshot::channel();
        let flush = move || {
            // What can go wrong has been told by then.
            let _ = self.provider.shutdown_with_timeout(TRACES_STOP_WAIT_MAX);
            let _ = ended.send(());
        };
        if std::thread::Builder::new().name("traces".into()).spawn(flush).is_ok() {
            let _ = end.await;
        }
    }
}

fn size(spans: u32) -> usize {
    usize::try_from(spans).unwrap_or(usize::MAX)
}

/// What the environment says of this service, and what it leaves open.
fn resource() -> Resource {
    let told = Resource::builder().build();
    let name = told.get(&Key::from_static_str("service.name")).map(|name| name.to_string());
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    // Spec: Resource Semantic Conventions, `service.name`: what the library says where nobody
    // has given a name begins so.
    match name {
        Some(name) if !name.starts_with("unknown_service") => resource.build(),
        _ => resource.with_service_name(NAME).build(),
    }
}

/// An exporter whose failures the library does not log, one by one: [`Collector`] has told
/// them, now and then.
#[derive(Debug)]
struct Quiet(opentelemetry_otlp::SpanExporter);

impl SpanExporter for Quiet {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.0.export(batch).await;
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.0.set_resource(resource);
    }
}
