//! The attempt that was denied, by the id in the message, or by the message.

use std::io::Read as _;

use serde_json::{Map, Value};
use stead_analysis::{
    DECODED_BYTES_MAX, DecodedDenial, DenialError, DenialReference, read_message, read_told,
};

use crate::arguments::ExplainFlags;
use crate::exit::Failure;
use crate::{on_runtime, running};

/// What is known of the denial that the flags name; none where they name none.
pub(super) fn attempt(flags: &ExplainFlags) -> Result<Option<Map<String, Value>>, Failure> {
    let text = match (&flags.denial, &flags.message) {
        (Some(text), _) => text.clone(),
        (None, Some(dash)) if dash == "-" => standard_input()?,
        (None, Some(text)) => text.clone(),
        (None, None) => return Ok(None),
    };
    match read_message(&text) {
        DenialReference::Told(attempt) => Ok(Some(attempt)),
        DenialReference::Encoded(encoded) if flags.of.endpoint.is_some() => {
            match on_runtime(running::decode(&flags.of, &encoded)) {
                Ok(told) => decoded(&told).map(Some).map_err(|error| unexplained(&error, flags)),
                Err(failure) => by_the_rest(&text, failure),
            }
        }
        DenialReference::Encoded(_) => by_the_rest(
            &text,
            Failure::usage("only the server that denied the call knows what its id is of")
                .with_help("name it with --endpoint"),
        ),
        DenialReference::Nothing => Err(Failure::usage("the text names no denial").with_help(
            "give the id in it (d- and 32 digits), the whole message, or what is encoded in it",
        )),
    }
}

/// What the rest of a message tells where its id tells nothing; that it does is said.
fn by_the_rest(text: &str, failure: Failure) -> Result<Option<Map<String, Value>>, Failure> {
    match read_told(text) {
        Some(attempt) => {
            failure.warn();
            Ok(Some(attempt))
        }
        None => Err(failure),
    }
}

/// The attempt of what one account or both are told.
fn decoded(told: &[String]) -> Result<Map<String, Value>, DenialError> {
    let mut denial = DecodedDenial::default();
    for text in told {
        denial.add(text)?;
    }
    denial.attempt()
}

fn unexplained(error: &DenialError, flags: &ExplainFlags) -> Failure {
    let failure = Failure::new(format!("the denial cannot be explained: {error}"));
    match error {
        DenialError::OtherAction { action, resource, caller } => failure.with_help(format!(
            "`stead simulate --endpoint {} --caller {caller} --action {action} --resource \
             {resource}` says which statements decide",
            flags.of.endpoint.as_deref().unwrap_or_default()
        )),
        DenialError::TooLong { .. } | DenialError::Lacks(_) => {
            failure.with_help("messages that AWS has encoded hold less than those of Stead")
        }
    }
}

fn standard_input() -> Result<String, Failure> {
    let refuse = |reason: String| Failure::new(format!("cannot read the message: {reason}"));
    let most = u64::try_from(DECODED_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    let mut text = String::new();
    let read = std::io::stdin().lock().take(most).read_to_string(&mut text);
    let bytes = read.map_err(|error| refuse(error.to_string()))?;
    if bytes > DECODED_BYTES_MAX {
        return Err(refuse(format!("it is longer than {DECODED_BYTES_MAX} bytes")));
    }
    Ok(text)
}
