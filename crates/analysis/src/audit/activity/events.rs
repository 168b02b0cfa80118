//! Recorded calls: events of CloudTrail, and of the audit log of a Stead server, which have
//! one shape.

use std::collections::BTreeMap;

use serde_json::Value;
use stead_types::Arn;
use thiserror::Error;

use crate::limits::{ACTIVITY_BYTES_MAX, ACTIVITY_DOCUMENT_BYTES_MAX, EVENT_BYTES_MAX};

/// Who made which calls.
#[derive(Clone, Debug, Default)]
pub struct Activity {
    calls: BTreeMap<Arn, BTreeMap<(String, Option<String>), usize>>,
    /// What was recorded and stands for no action that is known, and how often.
    unknown: BTreeMap<String, usize>,
    bytes: usize,
}

/// A call that was recorded, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedCall {
    /// The action, such as `s3:GetObject`.
    pub action: String,
    /// What it was done to, where the events say it.
    pub resource: Option<String>,
    /// How many events there are.
    pub count: usize,
}

/// Why a text has no events.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ActivityError {
    /// All texts together are longer than what is read.
    #[error("more than {ACTIVITY_BYTES_MAX} bytes of events")]
    TooLong,
    /// A line is longer than an event can be.
    #[error("line {line} is longer than an event, {EVENT_BYTES_MAX} bytes")]
    Line {
        /// From 1.
        line: usize,
    },
    /// The text, or a line of it, is neither an event nor a list of events.
    #[error("line {line}: expected an event, or `Records` with events")]
    Form {
        /// From 1.
        line: usize,
    },
}

/// Names of services in events that are not the prefix of their actions.
///
/// Spec: CloudTrail User Guide, cloudtrail-event-reference-record-contents: eventSource is
/// typically a short form of the service name; CloudWatch is monitoring.amazonaws.com.
const SERVICES: [(&str, &str); 3] =
    [("monitoring", "cloudwatch"), ("email", "ses"), ("tagging", "tag")];

/// Calls whose permission has another name.
///
/// Spec: Amazon S3 User Guide, "Required permissions for Amazon S3 API operations", and
/// Lambda Developer Guide, logging-using-cloudtrail (Invoke is lambda:InvokeFunction).
const ACTIONS: [(&str, &str, &str); 14] = [
    ("s3", "ListBuckets", "ListAllMyBuckets"),
    ("s3", "ListObjects", "ListBucket"),
    ("s3", "ListObjectsV2", "ListBucket"),
    ("s3", "HeadBucket", "ListBucket"),
    ("s3", "HeadObject", "GetObject"),
    ("s3", "CopyObject", "PutObject"),
    ("s3", "CreateMultipartUpload", "PutObject"),
    ("s3", "UploadPart", "PutObject"),
    ("s3", "UploadPartCopy", "PutObject"),
    ("s3", "CompleteMultipartUpload", "PutObject"),
    ("s3", "DeleteObjects", "DeleteObject"),
    ("s3", "ListParts", "ListMultipartUploadParts"),
    ("s3", "ListMultipartUploads", "ListBucketMultipartUploads"),
    ("lambda", "Invoke", "InvokeFunction"),
];

impl Activity {
    /// Adds the events of a text: a file of a trail, one event, or a line for each. Calls
    /// that failed used no permission and are left out, and so are those of others than
    /// users and sessions of roles.
    ///
    /// # Errors
    /// Too long a text or line, and what is neither.
    pub fn add(&mut self, text: &str) -> Result<(), ActivityError> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > ACTIVITY_BYTES_MAX {
            return Err(ActivityError::TooLong);
        }
        let is_whole = text.len() <= ACTIVITY_DOCUMENT_BYTES_MAX;
        if let Some(Ok(document)) = is_whole.then(|| serde_json::from_str::<Value>(text)) {
            return self.document(&document).ok_or(ActivityError::Form { line: 1 });
        }
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() {
                continue;
            }
            if line.len() > EVENT_BYTES_MAX {
                return Err(ActivityError::Line { line: number });
            }
            let form = ActivityError::Form { line: number };
            let document = serde_json::from_str(line).map_err(|_| form.clone())?;
            self.document(&document).ok_or(form)?;
        }
        Ok(())
    }

    /// The users and roles that made calls.
    pub fn principals(&self) -> impl Iterator<Item = &Arn> {
        self.calls.keys()
    }

    /// The calls of a user, or of all sessions of a role.
    #[must_use]
    pub fn calls_of(&self, who: &Arn) -> Vec<RecordedCall> {
        let calls = self.calls.get(who).into_iter().flatten();
        let calls = calls.map(|((action, resource), count)| RecordedCall {
            action: action.clone(),
            resource: resource.clone(),
            count: *count,
        });
        calls.collect()
    }

    /// Recorded names that stand for no action that is known, and how often.
    #[must_use]
    pub const fn unknown(&self) -> &BTreeMap<String, usize> {
        &self.unknown
    }

    fn document(&mut self, document: &Value) -> Option<()> {
        let Some(records) = document.get("Records") else { return self.event(document) };
        records.as_array()?.iter().try_for_each(|event| self.event(event))
    }

    fn event(&mut self, event: &Value) -> Option<()> {
        let members = event.as_object()?;
        // Lines of Stead's log that say when a server started, and calls to nothing.
        let (Some(source), Some(name)) = (text(event, "eventSource"), text(event, "eventName"))
        else {
            return (members.contains_key("eventSource") || members.contains_key("mark"))
                .then_some(());
        };
        if text(event, "errorCode").is_some() {
            return Some(());
        }
        let Some(who) = event.get("userIdentity").and_then(caller) else { return Some(()) };
        let Some(action) = action(source, name) else {
            *self.unknown.entry(format!("{source} {name}")).or_default() += 1;
            return Some(());
        };
        let calls = self.calls.entry(who).or_default();
        let mut resources = resources(event);
        if resources.is_empty() {
            resources.push(None);
        }
        for resource in resources {
            *calls.entry((action.clone(), resource)).or_default() += 1;
        }
        Some(())
    }
}

fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The user, or the role whose session called.
///
/// Spec: CloudTrail User Guide, cloudtrail-event-reference-user-identity.
fn caller(identity: &Value) -> Option<Arn> {
    match text(identity, "type")? {
        "IAMUser" => text(identity, "arn")?.parse().ok(),
        "AssumedRole" => {
            let issuer = identity.get("sessionContext")?.get("sessionIssuer")?;
            text(issuer, "arn")?.parse().ok()
        }
        _ => None,
    }
}

/// The action whose permission a call takes, if the catalogue has it.
fn action(source: &str, name: &str) -> Option<String> {
    let host = source.strip_suffix(".amazonaws.com").unwrap_or(source);
    let service = SERVICES.iter().find(|(known, _)| *known == host).map_or(host, |(_, it)| it);
    // Observed: names of Lambda's calls end in the date of their version,
    // `CreateFunction20150331` and `UpdateFunctionCode20150331v2` in AWS's own examples.
    let dated = name.split_once("20").filter(|_| service == "lambda");
    let name = dated.map_or(name, |(name, _)| name);
    let known = ACTIONS.iter().find(|(of, call, _)| *of == service && *call == name);
    let name = known.map_or(name, |(_, _, action)| action);
    let found = stead_catalogue::service(service)?;
    Some(format!("{}:{}", found.name, found.action(name)?.name))
}

/// The ARNs that an event names.
fn resources(event: &Value) -> Vec<Option<String>> {
    let all = event.get("resources").and_then(Value::as_array).into_iter().flatten();
    let arns = all.filter_map(|it| text(it, "ARN").or_else(|| text(it, "arn")));
    let exact = arns.filter(|arn| arn.parse::<Arn>().is_ok() && !arn.contains(['*', '?', '$']));
    exact.map(|arn| Some(arn.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ROLE: &str = "arn:aws:iam::111122223333:role/app";

    fn event(source: &str, name: &str, resource: Option<&str>) -> Value {
        json!({
            "eventSource": source, "eventName": name,
            "userIdentity": {"type": "AssumedRole", "sessionContext": {"sessionIssuer": {"arn": ROLE}}},
            "resources": resource.map(|arn| json!([{"ARN": arn}])),
        })
    }

    fn read(text: &str) -> Result<Vec<String>, ActivityError> {
        let mut activity = Activity::default();
        activity.add(text)?;
        let calls = activity.calls_of(&ROLE.parse().unwrap()).into_iter();
        Ok(calls
            .map(|it| format!("{} {} {}", it.count, it.action, it.resource.unwrap_or_default()))
            .collect())
    }

    #[test]
    fn events_are_read_in_every_form_in_which_they_are_kept() {
        let object = "arn:aws:s3:::b/k";
        let one = event("s3.amazonaws.com", "HeadObject", Some(object));
        let two = event("lambda.amazonaws.com", "UpdateFunctionCode20150331v2", None);
        let both =
            ["1 lambda:UpdateFunctionCode ", "1 s3:GetObject arn:aws:s3:::b/k"].map(str::to_owned);
        assert_eq!(read(&json!({"Records": [one, two]}).to_string()).unwrap(), both);
        assert_eq!(read(&format!("{one}\n\n{two}\n")).unwrap(), both);
        assert_eq!(read(&one.to_string()).unwrap(), both[1..]);
        assert_eq!(read(&format!("{one}\n{one}")).unwrap(), ["2 s3:GetObject arn:aws:s3:::b/k"]);
    }

    #[test]
    fn what_used_no_permission_of_the_role_is_left_out() {
        let mut failed = event("s3.amazonaws.com", "GetObject", None);
        failed["errorCode"] = json!("AccessDenied");
        let mut service = event("s3.amazonaws.com", "GetObject", None);
        service["userIdentity"] = json!({"type": "AWSService", "invokedBy": "x"});
        for event in [failed, service, event("s3.amazonaws.com", "NoSuchCall", None)] {
            assert_eq!(read(&event.to_string()).unwrap(), [""; 0]);
        }
        let mut activity = Activity::default();
        activity.add(&event("s3.amazonaws.com", "NoSuchCall", None).to_string()).unwrap();
        assert_eq!(activity.unknown()["s3.amazonaws.com NoSuchCall"], 1);
    }

    #[test]
    fn what_is_no_event_is_refused_where_it_stands() {
        let one = event("s3.amazonaws.com", "GetObject", None).to_string();
        let form = |line| Err(ActivityError::Form { line });
        for text in ["[]", "1", "{}", r#"{"Records": 1}"#, r#"{"Records": [1]}"#, "x"] {
            assert_eq!(read(text), form(1), "{text}");
        }
        assert_eq!(read(&format!("{one}\n{{")), form(2));
        let blank = |bytes: usize| format!("{one}\n{{}}{}", " ".repeat(bytes - 2));
        assert_eq!(read(&blank(EVENT_BYTES_MAX)), form(2));
        assert_eq!(read(&blank(EVENT_BYTES_MAX + 1)), Err(ActivityError::Line { line: 2 }));
    }

    #[test]
    fn all_texts_together_are_limited() {
        // One text of JSON may be longer than a line, and not much.
        let one = event("s3.amazonaws.com", "GetObject", None).to_string();
        let long = |bytes: usize| read(&format!("{one}{}", " ".repeat(bytes - one.len())));
        assert_eq!(long(ACTIVITY_DOCUMENT_BYTES_MAX).map(|calls| calls.len()), Ok(1));
        let past = long(ACTIVITY_DOCUMENT_BYTES_MAX + 1);
        assert_eq!(past, Err(ActivityError::Line { line: 1 }));
        let mut activity = Activity { bytes: ACTIVITY_BYTES_MAX - 1, ..Activity::default() };
        assert_eq!(activity.add(""), Ok(()));
        assert_eq!(activity.add("\n"), Ok(()));
        assert_eq!(activity.add("\n"), Err(ActivityError::TooLong));
    }
}
