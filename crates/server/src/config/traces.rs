//! Where traces go: the one part of the configuration whose names are not Stead's own.
//!
//! Spec: OpenTelemetry, "Environment Variable Specification" and "OpenTelemetry Protocol
//! Exporter". What is not read here (headers, sampler, service name) the library reads from
//! the environment itself. Sizes and times are read here, since the library takes any: a
//! queue of a size that no machine has, or no time at all between batches.

use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use http::Uri;

use super::ConfigError;
use crate::limits::{TRACES_BATCH_SPANS, TRACES_DELAY, TRACES_POST_WAIT, TRACES_QUEUE_SPANS};

const ENDPOINT: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const TIMEOUT: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
const PROTOCOL: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const COMPRESSION: [&str; 2] =
    ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"];
const CERTIFICATE: [&str; 2] =
    ["OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE", "OTEL_EXPORTER_OTLP_CERTIFICATE"];
const EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const QUEUE: &str = "OTEL_BSP_MAX_QUEUE_SIZE";
const BATCH: &str = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";
const DELAY: &str = "OTEL_BSP_SCHEDULE_DELAY";

/// Where traces go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traces {
    /// The URL that they are posted to.
    pub endpoint: Uri,
    /// How long posting a batch may take.
    pub timeout: Duration,
    /// The authorities (PEM) that are trusted instead of the system's.
    pub authorities_file: Option<PathBuf>,
    /// How many spans may wait, those of the batch that is being posted not included.
    pub queue_spans: u32,
    /// How many are posted at once; no more than may wait.
    pub batch_spans: u32,
    /// How long spans are gathered for a batch that is not full.
    pub delay: Duration,
    /// Variables with values that are not supported and make no difference.
    pub ignored: Vec<&'static str>,
}

impl Traces {
    /// What the environment says; `None` where it names no place to send traces to.
    ///
    /// # Errors
    /// An endpoint that is none.
    pub(super) fn of(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        // Spec: Environment Variable Specification: an empty value is as good as none.
        let value = |name| variable(name).filter(|text| !text.is_empty()).map(|text| (name, text));
        let of_either =
            |[signal, general]: [&'static str; 2]| value(signal).or_else(|| value(general));
        let has = |name, word| value(name).is_some_and(|(_, text)| text.eq_ignore_ascii_case(word));
        if has("OTEL_SDK_DISABLED", "true") {
            return Ok(None);
        }
        let mut ignored = Vec::new();
        let endpoint = of_either(ENDPOINT).map(|(name, text)| endpoint(name, &text)).transpose()?;
        let exporter = value(EXPORTER).map(|(_, text)| text);
        let Some(endpoint) = place(exporter.as_deref(), endpoint, &mut ignored) else {
            return Ok(None);
        };
        for (names, supported) in [(PROTOCOL, "http/protobuf"), (COMPRESSION, "none")] {
            ignored.extend(of_either(names).filter(|(_, text)| text != supported).map(|it| it.0));
        }
        let authorities_file = of_either(CERTIFICATE).map(|(_, text)| PathBuf::from(text));
        let mut number = |found, range| number(found, range, &mut ignored);
        // Spec: OpenTelemetry Protocol Exporter, and Environment Variable Specification, "Batch
        // Span Processor", for what is usual.
        let timeout = number(of_either(TIMEOUT), TRACES_POST_WAIT).unwrap_or(10_000);
        let delay = number(value(DELAY), TRACES_DELAY).unwrap_or(5000);
        let queue_spans = number(value(QUEUE), TRACES_QUEUE_SPANS).unwrap_or(2048);
        let batch_spans = number(value(BATCH), TRACES_BATCH_SPANS).unwrap_or(512);
        Ok(Some(Self {
            endpoint,
            timeout: Duration::from_millis(timeout.into()),
            authorities_file,
            queue_spans,
            batch_spans: batch_spans.min(queue_spans),
            delay: Duration::from_millis(delay.into()),
            ignored,
        }))
    }

    /// Whether the way there is encrypted.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.endpoint.scheme() == Some(&http::uri::Scheme::HTTPS)
    }
}

/// Which exporters are asked for.
enum Exporter {
    Unsaid,
    None,
    Otlp,
    Other,
}

fn exporter(text: Option<&str>) -> Exporter {
    let Some(text) = text else { return Exporter::Unsaid };
    let mut names = text.split(',').map(str::trim);
    if names.clone().any(|name| name == "otlp") {
        Exporter::Otlp
    } else if names.all(|name| name == "none") {
        Exporter::None
    } else {
        Exporter::Other
    }
}

/// Where spans are posted to; `None` where they are not.
fn place(
    exporters: Option<&str>,
    endpoint: Option<Uri>,
    ignored: &mut Vec<&'static str>,
) -> Option<Uri> {
    match (exporter(exporters), endpoint) {
        // Choice: the specification exports to the machine itself where nothing is said. A
        // server that nobody told so sends nothing.
        (Exporter::None, _) | (Exporter::Unsaid | Exporter::Other, None) => None,
        (Exporter::Otlp, None) => Some(default_endpoint()),
        (Exporter::Other, Some(endpoint)) => {
            ignored.push(EXPORTER);
            Some(endpoint)
        }
        (Exporter::Unsaid | Exporter::Otlp, Some(endpoint)) => Some(endpoint),
    }
}

/// A number in its range; one that is not is named and ignored.
fn number(
    found: Option<(&'static str, String)>,
    range: RangeInclusive<u32>,
    ignored: &mut Vec<&'static str>,
) -> Option<u32> {
    let (name, text) = found?;
    let number = text.parse().ok().filter(|number| range.contains(number));
    if number.is_none() {
        ignored.push(name);
    }
    number
}

fn default_endpoint() -> Uri {
    Uri::from_static("http://localhost:4318/v1/traces")
}

/// Spec: OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP": that of the signal
/// is used as it is, the general one is a base that `v1/traces` is added to.
fn endpoint(name: &'static str, text: &str) -> Result<Uri, ConfigError> {
    let refuse = || ConfigError::TracesEndpoint { variable: name };
    let url: Uri = text.parse().map_err(|_| refuse())?;
    let is_http = matches!(url.scheme_str(), Some("http" | "https"));
    // What would be credentials there has a variable of its own, for headers.
    let is_place =
        url.authority().is_some_and(|it| !it.host().is_empty() && !it.as_str().contains('@'));
    if !is_http || !is_place {
        return Err(refuse());
    }
    let [of_signal, _] = ENDPOINT;
    if name == of_signal {
        return Ok(url);
    }
    if text.contains(['?', '#']) {
        return Err(refuse());
    }
    let url = format!("{}/v1/traces", text.strip_suffix('/').unwrap_or(text));
    url.parse().map_err(|_| refuse())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Traces>, ConfigError> {
        let found = |name| variables.iter().find(|(other, _)| *other == name);
        Traces::of(|name| found(name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn traces_go_where_the_environment_says() {
        const GENERAL: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
        const SIGNAL: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
        for (variables, expected) in [
            (&[][..], None),
            (&[(GENERAL, "")], None),
            (&[("OTEL_SERVICE_NAME", "sts"), ("OTEL_TRACES_SAMPLER", "always_on")], None),
            (&[("OTEL_TRACES_EXPORTER", "zipkin")], None),
            (&[(GENERAL, "http://c:4318"), ("OTEL_TRACES_EXPORTER", "none")], None),
            (&[(GENERAL, "http://c:4318"), ("OTEL_SDK_DISABLED", "True")], None),
            (&[(GENERAL, "http://c:4318")], Some("http://c:4318/v1/traces")),
            (&[(GENERAL, "https://c/otlp/")], Some("https://c/otlp/v1/traces")),
            (&[(SIGNAL, "http://c:4318/")], Some("http://c:4318/")),
            (&[(GENERAL, "http://a"), (SIGNAL, "http://b/in?x=y")], Some("http://b/in?x=y")),
            (&[("OTEL_TRACES_EXPORTER", "otlp")], Some("http://localhost:4318/v1/traces")),
            (&[(GENERAL, "http://c"), ("OTEL_SDK_DISABLED", "no")], Some("http://c/v1/traces")),
        ] {
            let endpoint = of(variables).unwrap().map(|traces| traces.endpoint.to_string());
            assert_eq!(endpoint.as_deref(), expected, "{variables:?}");
        }
        for bad in
            ["c:4318", "grpc://c:4317", "http://", "http://u:p@c", "http://c?x", "http://c d"]
        {
            let error = ConfigError::TracesEndpoint { variable: GENERAL };
            assert_eq!(of(&[(GENERAL, bad)]), Err(error), "{bad}");
        }
    }

    #[test]
    fn what_is_not_supported_is_named_and_ignored() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
        for (name, value, timeout, is_ignored) in [
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "250", 250, false),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "60000", 60_000, false),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "60001", 10_000, true),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0", 10_000, true),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s", 10_000, true),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", 10_000, false),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", 10_000, true),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "gzip", 10_000, true),
            ("OTEL_TRACES_EXPORTER", "zipkin", 10_000, true),
            ("OTEL_BSP_SCHEDULE_DELAY", "0", 10_000, true),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "1000000000000", 10_000, true),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "-1", 10_000, true),
        ] {
            let traces = of(&[endpoint, (name, value)]).unwrap().unwrap();
            assert_eq!(traces.timeout, Duration::from_millis(timeout), "{name}={value}");
            let ignored: &[&str] = if is_ignored { &[name] } else { &[] };
            assert_eq!(traces.ignored, ignored, "{name}={value}");
        }
    }

    #[test]
    fn what_waits_for_the_collector_is_bounded() {
        let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318");
        for (queue, batch, expected) in [
            ("", "", (2048, 512)),
            ("64", "", (64, 64)),
            ("131072", "8192", (131_072, 8192)),
            ("131073", "8193", (2048, 512)),
            ("0", "0", (2048, 512)),
        ] {
            let variables = [
                endpoint,
                ("OTEL_BSP_MAX_QUEUE_SIZE", queue),
                ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", batch),
                ("OTEL_BSP_SCHEDULE_DELAY", "250"),
            ];
            let traces = of(&variables).unwrap().unwrap();
            assert_eq!((traces.queue_spans, traces.batch_spans), expected, "{queue} {batch}");
            assert_eq!(traces.delay, Duration::from_millis(250));
        }
    }
}
