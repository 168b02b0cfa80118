use std::sync::LazyLock;

use serde_json::Value;
use stead_analysis::{EventError, Export, ExportFile, attempt_of_event, explain, locate};

use super::steps;

/// The events that steps begin with.
const EVENTS: [&str; 3] = [
    include_str!("../../corpus/recorded_event/user"),
    include_str!("../../corpus/recorded_event/token"),
    include_str!("../../corpus/recorded_event/other_account"),
];

const ACCOUNT: &str = include_str!("../../corpus/account_export/account");

static EXPORT: LazyLock<Export> = LazyLock::new(|| {
    let (_, text) = ACCOUNT.split_once('\n').expect("a name and a document");
    let name = "111122223333.json".to_owned();
    Export::read(&[ExportFile { name, text: text.to_owned() }]).expect("a seed")
});

/// An event, or steps that change one of a few: what is wrong is told where it stands, and
/// an attempt that is read says what the event says and nothing besides.
pub fn recorded_event(data: &[u8]) {
    let Some(text) = steps::text(data, &EVENTS) else { return };
    let attempt = match attempt_of_event(&text, &EXPORT) {
        Ok(attempt) => attempt,
        Err(EventError::TooLong { .. }) => return,
        Err(EventError::Json { line, .. }) => return super::line_must_be_there(line, &text),
        Err(EventError::Unexpected { pointer, expected }) => {
            assert!(locate(&text, &pointer, true).is_some(), "{expected} at {pointer}: nowhere");
            return;
        }
    };
    let document: Value = serde_json::from_str(&text).expect("it was read");
    let event = document["Records"].get(0).unwrap_or(&document);
    let case = EXPORT.case(attempt);
    let attempt = &case.document()["attempt"];
    must_be_as_recorded(attempt, event);
    case.attempt().expect("what an event says can be asked");
    explain(&case).expect("what an event says can be asked");
}

fn must_be_as_recorded(attempt: &Value, event: &Value) {
    let name = event["eventName"].as_str().expect("an operation");
    assert_eq!(attempt["operation"], format!("sts:{name}"));
    assert_eq!(attempt["error"]["code"], event["errorCode"]);
    let recorded = &event["requestParameters"];
    for (own, of_event) in [
        ("RoleArn", "roleArn"),
        ("RoleSessionName", "roleSessionName"),
        ("ExternalId", "externalId"),
        ("DurationSeconds", "durationSeconds"),
        ("SourceIdentity", "sourceIdentity"),
    ] {
        let (told, recorded) = (&attempt["parameters"][own], &recorded[of_event]);
        let is_known = !recorded.is_null();
        assert!(told == recorded || !is_known, "{own}: {told} is recorded as {recorded}");
    }
    let identity = &event["userIdentity"];
    let caller = &attempt["caller"];
    let attributes = &identity["sessionContext"]["attributes"];
    if caller["mfa"] == true {
        assert_eq!(attributes["mfaAuthenticated"], "true", "nobody has shown a second factor");
    }
    if let (Some(arn), Some(told)) = (identity["arn"].as_str(), caller["arn"].as_str()) {
        assert_eq!(arn, told, "somebody else called");
    }
    must_be_the_token(&attempt["token"]["claims"], identity);
}

/// Of web identities the id is provider, audience and subject.
fn must_be_the_token(claims: &Value, identity: &Value) {
    let Some(audience) = claims["aud"].as_str() else { return };
    let provider = identity["identityProvider"].as_str().expect("a token of somebody");
    let subject = claims["sub"].as_str().expect("a token has a subject");
    assert_eq!(identity["userName"], subject);
    let id = format!("{provider}:{audience}:{subject}");
    assert_eq!(identity["principalId"], id, "another audience is recorded");
}
