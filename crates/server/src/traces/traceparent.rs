//! Whose span a request belongs under.

use http::{HeaderMap, HeaderName};
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};

use crate::limits::TRACEPARENT_BYTES_MAX;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The span that a request names, by one well-formed header.
///
/// Spec: W3C Trace Context, section 3.2. The library's reader takes more than that: shorter
/// ids, signs.
///
/// Choice: `tracestate` is left behind. It is free text of whoever sends requests, and nothing
/// is called that it could be passed on to.
pub(super) fn read(headers: &HeaderMap) -> Option<SpanContext> {
    let mut values = headers.get_all(TRACEPARENT).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    if value.len() > TRACEPARENT_BYTES_MAX {
        return None;
    }
    parse(value.to_str().ok()?)
}

/// Spec: section 3.2.2: `00-` TRACE-ID `-` PARENT-ID `-` FLAGS, in lower case. Section 3.2.4: a
/// later version begins so too, and goes on after another dash.
fn parse(text: &str) -> Option<SpanContext> {
    let (version, rest) = field(text, 2)?;
    let (trace, rest) = field(rest?, 32)?;
    let (span, rest) = field(rest?, 16)?;
    let (flags, rest) = field(rest?, 2)?;
    if version == "ff" || (version == "00" && rest.is_some()) {
        return None;
    }
    // Bits other than this one are not ours to know.
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let context = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    // Ids of zeros are none.
    context.is_valid().then_some(context)
}

/// So many hexadecimal digits, and what comes after the dash that ends them, if one does.
fn field(text: &str, digits: usize) -> Option<(&str, Option<&str>)> {
    let (field, rest) = text.split_at_checked(digits)?;
    let is_hex = field.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    match rest.strip_prefix('-') {
        rest @ Some(_) => is_hex.then_some((field, rest)),
        None => (is_hex && rest.is_empty()).then_some((field, None)),
    }
}
