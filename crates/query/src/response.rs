use stead_api::{ApiError, ErrorCode, Operation, Service};

use crate::value::{ToValue, Value};

mod json;
mod json_protocol;
#[cfg(test)]
mod tests;
mod xml;

/// How a response is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// XML, which every SDK reads.
    Xml,
    /// JSON, for those that say so.
    Json,
    /// AWS JSON 1.1, in which some services are asked and answer.
    JsonProtocol,
}

/// Whether an error shows its hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hints {
    /// After the message.
    Shown,
    /// Not at all: messages are exactly AWS's.
    Strict,
}

impl Format {
    /// What the caller accepts, by the `Accept` header.
    ///
    /// Observed: with `application/json` named, STS and IAM answer JSON.
    #[must_use]
    pub fn accepted(accept: Option<&str>) -> Self {
        let types = accept.unwrap_or_default().split(',');
        let mut essences = types.map(|it| it.split(';').next().unwrap_or_default().trim());
        let json = essences.any(|essence| essence.eq_ignore_ascii_case("application/json"));
        if json { Self::Json } else { Self::Xml }
    }

    /// The `Content-Type` of the response. Observed: STS. Spec: Smithy, "AWS JSON 1.1
    /// protocol".
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "text/xml",
            Self::Json => "application/json",
            Self::JsonProtocol => "application/x-amz-json-1.1",
        }
    }
}

/// The body of a response to a request that succeeded, status 200.
#[must_use]
pub fn encode<O>(output: &O::Output, request_id: &str, format: Format) -> String
where
    O: Operation,
    O::Output: ToValue,
{
    if format == Format::JsonProtocol {
        return json_protocol::answer(O::Output::HAS_RESULT.then(|| output.to_value()));
    }
    let request_id = Value::Structure(vec![("RequestId", Value::Text(request_id.into()))]);
    let metadata = vec![("ResponseMetadata", request_id)];
    let response = [O::NAME, "Response"].concat();
    let result = O::Output::HAS_RESULT.then(|| ([O::NAME, "Result"].concat(), output.to_value()));
    match format {
        Format::Xml => xml::document(&response, O::SERVICE.xml_namespace(), result, metadata),
        Format::Json | Format::JsonProtocol => json::document(&response, result, metadata),
    }
}

/// The status of an error response.
#[must_use]
pub const fn error_status(code: ErrorCode, format: Format) -> u16 {
    match format {
        Format::Xml | Format::Json => code.status(),
        Format::JsonProtocol => json_protocol::code(code).status(),
    }
}

/// The body of an error response; [`error_status`] is its status.
///
/// `service` is `None` while it is not known which service was meant. Of the error,
/// code, message and hint are written, never its context.
#[must_use]
pub fn encode_error(
    service: Option<Service>,
    error: &ApiError,
    request_id: &str,
    format: Format,
    hints: Hints,
) -> String {
    let code = error.code();
    let hint = error.hint().filter(|_| hints == Hints::Shown).unwrap_or_default();
    if format == Format::JsonProtocol {
        return json_protocol::error(error, hint);
    }
    let text = |text: &str| Value::Text(text.to_owned().into());
    let details = Value::Structure(vec![
        ("Type", text(code.fault().as_str())),
        ("Code", text(code.as_str())),
        ("Message", text(&format!("{}{hint}", error.message()))),
    ]);
    let members = vec![("Error", details), ("RequestId", text(request_id))];
    match format {
        Format::Xml => {
            xml::document("ErrorResponse", error_namespace(service, code), None, members)
        }
        Format::Json | Format::JsonProtocol => json::members(members),
    }
}

/// Observed: what fails before a service is found answers in this namespace.
fn error_namespace(service: Option<Service>, code: ErrorCode) -> &'static str {
    match (service, code) {
        (None, _) | (_, ErrorCode::InvalidAction | ErrorCode::MissingAction) => {
            "http://webservices.amazon.com/AWSFault/2005-15-09"
        }
        (Some(service), _) => service.xml_namespace(),
    }
}
