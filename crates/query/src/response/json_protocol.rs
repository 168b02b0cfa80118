//! What AWS JSON 1.1 has of its own: the answer stands alone, and errors have other names.

use stead_api::{ApiError, ErrorCode};

use super::json;
use crate::value::Value;

/// The body of an answer. Spec: Organizations API Reference, such as AttachPolicy: an
/// operation without a result answers an empty body.
pub(super) fn answer(result: Option<Value<'_>>) -> String {
    result.map_or_else(String::new, |result| json::value(&result))
}

/// The body of an error: its name, its message unless it has none, and its reason if it has
/// one.
///
/// Spec: the model of Organizations, for the members of its errors. Observed: `__type` without
/// a namespace, as in UnrecognizedClientException (arranjacques/laravel-aws-cognito-auth issue
/// 25).
pub(super) fn error(error: &ApiError, hint: &str) -> String {
    let code = code(error.code());
    let mut body = String::from("{\"__type\":");
    push(&mut body, code.as_str());
    if !error.message().is_empty() {
        body.push_str(if is_of_front_door(code) { ",\"message\":" } else { ",\"Message\":" });
        push(&mut body, &[error.message(), hint].concat());
    }
    if let Some(reason) = error.reason() {
        body.push_str(",\"Reason\":");
        push(&mut body, reason);
    }
    body.push('}');
    body
}

fn push(body: &mut String, text: &str) {
    body.push_str(&json::value(&Value::Text(text.into())));
}

/// The code that a service of the JSON protocol has for what is known by the code of Query.
///
/// What a service's own operations refuse is already named by its own codes.
pub(super) const fn code(code: ErrorCode) -> ErrorCode {
    match code {
        // Spec: Organizations API Reference, "Common errors": AccessDeniedException, status
        // 400. Observed: aws-controllers and others quote the sentence of a denial with it.
        ErrorCode::AccessDenied => ErrorCode::AccessDeniedException,
        // Observed: arranjacques/laravel-aws-cognito-auth issue 25, status 400.
        ErrorCode::InvalidClientTokenId => ErrorCode::UnrecognizedClientException,
        // Observed: aws/aws-sdk-go pull 1034, status 400. Choice: as other services of this
        // protocol do where a signature has expired.
        ErrorCode::SignatureDoesNotMatch | ErrorCode::RequestExpired => {
            ErrorCode::InvalidSignatureException
        }
        // Observed: DynamoDB, as its clients' tests quote it; status 400.
        ErrorCode::ExpiredToken => ErrorCode::ExpiredTokenException,
        // Observed: common-voice/common-voice issue 1599. Choice: status 400, as the others.
        ErrorCode::MissingAuthenticationToken => ErrorCode::MissingAuthenticationTokenException,
        // Observed: amazon-archives/aws-cognito-angular-quickstart issue 50. Choice: as above.
        ErrorCode::IncompleteSignature => ErrorCode::IncompleteSignatureException,
        // Observed: aws/aws-sdk-net issue 1536: status 400 and no message.
        ErrorCode::InvalidAction | ErrorCode::MissingAction => ErrorCode::UnknownOperationException,
        // Observed: aws/aws-sdk-js issue 44, status 400.
        ErrorCode::MalformedInput | ErrorCode::MalformedQueryString => {
            ErrorCode::SerializationException
        }
        // Spec: Organizations API Reference, errors of every operation.
        ErrorCode::Throttling => ErrorCode::TooManyRequestsException,
        ErrorCode::ConcurrentModification => ErrorCode::ConcurrentModificationException,
        ErrorCode::ServiceFailure => ErrorCode::ServiceException,
        other => other,
    }
}

/// Whether the error is told before the service is reached, where messages are not members of
/// a modelled error. Observed: as at the codes.
const fn is_of_front_door(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ExpiredTokenException
            | ErrorCode::IncompleteSignatureException
            | ErrorCode::InvalidSignatureException
            | ErrorCode::MissingAuthenticationTokenException
            | ErrorCode::UnrecognizedClientException
    )
}
