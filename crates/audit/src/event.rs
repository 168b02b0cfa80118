//! One call, as CloudTrail records it.

use std::net::IpAddr;

use stead_api::sts::StsOperation;
use stead_api::{ApiError, KnownOperation, Service};
use stead_policy::Decision;
use stead_types::{AccessKeyId, AddressText, Arn, Timestamp};

use crate::identity::Identity;
use crate::json::{Members, shortened};
use crate::record::{HIDDEN, Recorded};

/// The version of the shape.
///
/// Spec: CloudTrail User Guide, cloudtrail-event-reference-record-contents, for it and for
/// every member below.
pub(crate) const EVENT_VERSION: &str = "1.11";

/// One call, allowed or denied, and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// When it was answered.
    pub time: Timestamp,
    /// What was asked for, where that is known.
    pub operation: Option<KnownOperation>,
    /// Who asked.
    pub identity: Identity<'a>,
    /// The access key that an unknown caller named. It proves nothing.
    pub claimed_key: Option<&'a AccessKeyId>,
    /// Calls of unknown callers before this one that have no event, since there were too
    /// many of them.
    pub left_out: u64,
    /// The region that the call was signed for.
    pub region: Option<&'a str>,
    /// The client's address.
    pub source: IpAddr,
    /// What the client says it is.
    pub user_agent: Option<&'a str>,
    /// Why it failed, where it did.
    pub failure: Option<Failure<'a>>,
    /// The policies' no.
    pub denial: Option<&'a Denial>,
    /// The parameters, once they were understood.
    pub parameters: &'a Recorded,
    /// The answer, of calls that change something or give out credentials.
    pub response: &'a Recorded,
    /// The role that is to be assumed.
    pub role: Option<&'a Arn>,
    /// The id in the answer.
    pub request_id: &'a str,
    /// The id of this event.
    pub event_id: &'a str,
}

/// Why a call failed.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a>(pub &'a ApiError);

/// What the policies said no to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The action asked for.
    pub action: &'static str,
    /// The resource.
    pub resource: String,
    /// Explicitly or implicitly.
    pub decision: Decision,
    /// The kind of policy that decided, as error messages name it.
    pub policy_type: Option<&'static str>,
    /// The id under which the whole denial can be asked for.
    pub id: String,
}

impl Event<'_> {
    /// Whether answers of this operation are recorded: those that change something, and
    /// those that give out credentials.
    ///
    /// Spec: `responseElements` of the page above. Observed: recorded events of STS have
    /// it wherever credentials are given out, and `null` of GetCallerIdentity.
    #[must_use]
    pub const fn records_response(operation: KnownOperation) -> bool {
        match operation {
            KnownOperation::Iam(_) | KnownOperation::Organizations(_) => {
                !operation.access().is_read_only()
            }
            KnownOperation::Sts(operation) => match operation {
                StsOperation::AssumeRole
                | StsOperation::AssumeRoleWithSAML
                | StsOperation::AssumeRoleWithWebIdentity
                | StsOperation::AssumeRoot
                | StsOperation::GetDelegatedAccessToken
                | StsOperation::GetFederationToken
                | StsOperation::GetSessionToken
                | StsOperation::GetWebIdentityToken => true,
                StsOperation::DecodeAuthorizationMessage
                | StsOperation::GetAccessKeyInfo
                | StsOperation::GetCallerIdentity => false,
            },
        }
    }

    /// Appends the event as JSON on one line. Of a user's call it costs no allocation where the
    /// buffer has room, of a role's session one small text.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        let (parameters, response) = (self.parameters.json(), self.response.json());
        out.reserve(REST_BYTES + parameters.len() + response.len());
        let mut event = Members::begin(out);
        event.text("eventVersion", EVENT_VERSION);
        self.identity.write(event.object("userIdentity"));
        event.plain("eventTime", &self.time.extended());
        self.asked(&mut event);
        event.text("awsRegion", self.region.unwrap_or_default());
        event.plain("sourceIPAddress", AddressText::of(self.source).as_bytes());
        event.optional("userAgent", self.user_agent.map(shortened));
        if let Some(Failure(error)) = self.failure {
            event.text("errorCode", error.code().as_str());
            event.text("errorMessage", message(error));
        }
        event.raw("requestParameters", parameters);
        event.raw("responseElements", response);
        self.additional(&mut event);
        event.text("requestID", self.request_id);
        event.text("eventID", self.event_id);
        event.boolean("readOnly", self.is_read_only());
        self.resources(&mut event);
        event.text("eventType", "AwsApiCall");
        event.boolean("managementEvent", true);
        if let Some(account) = self.identity.account() {
            event.plain("recipientAccountId", &account.digits());
        }
        event.text("eventCategory", "Management");
        event.end();
    }

    /// Choice: CloudTrail records nothing of calls to no operation; here both are `null`.
    fn asked(&self, event: &mut Members<'_>) {
        match self.operation {
            Some(operation) => {
                let source = match operation.service() {
                    Service::Iam => "iam.amazonaws.com",
                    Service::Sts => "sts.amazonaws.com",
                    Service::Organizations => "organizations.amazonaws.com",
                };
                event.text("eventSource", source);
                event.text("eventName", operation.name());
            }
            None => {
                event.raw("eventSource", b"null");
                event.raw("eventName", b"null");
            }
        }
    }

    /// Spec: `additionalEventData`, what is neither of the request nor of the response.
    /// Choice: what is in it is this project's own.
    fn additional(&self, event: &mut Members<'_>) {
        let reason = self.failure.and_then(|Failure(error)| error.context());
        let says = [reason.is_some(), self.denial.is_some(), self.claimed_key.is_some()];
        if says == [false; 3] && self.left_out == 0 {
            return;
        }
        let mut data = event.object("additionalEventData");
        if let Some(denial) = self.denial {
            data.text("deniedAction", denial.action);
            data.text("deniedResource", shortened(&denial.resource));
            data.text("decision", decision(denial.decision));
            data.optional("policyType", denial.policy_type);
            data.text("denialId", &denial.id);
        } else {
            data.optional("reason", reason.map(shortened));
        }
        data.optional("claimedAccessKeyId", self.claimed_key.map(AccessKeyId::as_str));
        if self.left_out > 0 {
            data.raw("callsLeftOutBefore", self.left_out.to_string().as_bytes());
        }
        data.end();
    }

    /// Observed: events of STS are all read-only, those that give out credentials too
    /// (recorded AssumeRole and AssumeRoleWithSAML).
    fn is_read_only(&self) -> bool {
        match self.operation {
            Some(KnownOperation::Sts(_)) | None => true,
            Some(operation) => operation.access().is_read_only(),
        }
    }

    /// Spec: `resources`, whose example is the role of AssumeRole.
    fn resources(&self, event: &mut Members<'_>) {
        let Some(arn) = self.role else { return };
        let out = event.place("resources");
        out.push(b'[');
        let mut resource = Members::begin(out);
        if let Some(account) = arn.account() {
            resource.plain("accountId", &account.digits());
        }
        resource.text("type", "AWS::IAM::Role");
        resource.text("ARN", arn.as_str());
        resource.end();
        out.push(b']');
    }
}

/// What an event has besides parameters and answer; most have less.
const REST_BYTES: usize = 1536;

/// The text for the caller, without the id or the sealed denial at its end.
fn message(error: &ApiError) -> &str {
    if error.is_for_caller_alone() { HIDDEN } else { shortened(error.message()) }
}

const fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Allow => "allow",
        Decision::ExplicitDeny => "explicitDeny",
        Decision::ImplicitDeny => "implicitDeny",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use stead_api::{iam, sts};

    use super::*;
    use crate::limits::TEXT_BYTES_MAX;

    fn event(failure: Option<&ApiError>, denial: Option<&Denial>) -> Value {
        let parameters = Recorded::of(&sts::GetCallerIdentityRequest::default());
        let failure = failure.map(Failure);
        let role = reader();
        let event = Event { failure, denial, ..example(0, &parameters, &role) };
        let mut line = Vec::new();
        event.write_json(&mut line);
        serde_json::from_slice(&line).unwrap()
    }

    fn reader() -> Arn {
        Arn::iam("111122223333".parse().unwrap(), "role/reader")
    }

    fn example<'a>(left_out: u64, parameters: &'a Recorded, role: &'a Arn) -> Event<'a> {
        Event {
            time: Timestamp::from_epoch_seconds(1_772_366_400),
            operation: Some(KnownOperation::Sts(StsOperation::AssumeRole)),
            identity: Identity::Unknown,
            claimed_key: None,
            left_out,
            region: Some("eu-central-1"),
            source: "2001:db8::1".parse().unwrap(),
            user_agent: Some("aws-cli/2\u{1}"),
            failure: None,
            denial: None,
            parameters,
            response: &Recorded::NONE,
            role: Some(role),
            request_id: "request",
            event_id: "event",
        }
    }

    #[test]
    fn a_call_has_the_members_of_cloudtrail() {
        let expected = json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "Unknown"},
            "eventTime": "2026-03-01T12:00:00Z",
            "eventSource": "sts.amazonaws.com",
            "eventName": "AssumeRole",
            "awsRegion": "eu-central-1",
            "sourceIPAddress": "2001:db8::1",
            "userAgent": "aws-cli/2\u{1}",
            "requestParameters": null,
            "responseElements": null,
            "requestID": "request",
            "eventID": "event",
            "readOnly": true,
            "resources": [{
                "accountId": "111122223333",
                "type": "AWS::IAM::Role",
                "ARN": "arn:aws:iam::111122223333:role/reader",
            }],
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "eventCategory": "Management",
        });
        assert_eq!(event(None, None), expected);
    }

    #[test]
    fn a_denied_call_says_by_what() {
        let denial = Denial {
            action: "sts:AssumeRole",
            resource: "r".repeat(TEXT_BYTES_MAX + 1),
            decision: Decision::ExplicitDeny,
            policy_type: Some("identity-based policy"),
            id: "d-1".to_owned(),
        };
        let error = ApiError::access_denied("no").with_hint(" (denial d-1)").with_context("c");
        let denied = event(Some(&error), Some(&denial));
        assert_eq!(
            (&denied["errorCode"], &denied["errorMessage"]),
            (&json!("AccessDenied"), &json!("no"))
        );
        let data = &denied["additionalEventData"];
        assert_eq!(data["decision"], "explicitDeny");
        assert_eq!(data["denialId"], "d-1");
        assert_eq!(data["deniedResource"].as_str().unwrap().len(), TEXT_BYTES_MAX);
    }

    #[test]
    fn a_message_for_the_caller_alone_is_hidden() {
        let error = ApiError::validation("Value '12345' at 'tokenCode'").for_caller_alone();
        let failed = event(Some(&error.with_context("too short")), None);
        assert_eq!(failed["errorMessage"], HIDDEN);
        assert_eq!(failed["additionalEventData"], json!({"reason": "too short"}));
    }

    #[test]
    fn what_a_stranger_says_is_short_and_who_was_left_out_is_counted() {
        let long = "x".repeat(crate::limits::STRANGERS_BYTES_MAX);
        let said = Recorded::of(&vec![long]);
        let left_out = said.json().len();
        assert_eq!(
            said.of_stranger().json(),
            format!("{{\"omitted\":true,\"originalSize\":{left_out}}}").as_bytes()
        );
        let short = Recorded::of(&vec!["x".to_owned()]);
        assert_eq!(short.of_stranger(), short);
        let mut line = Vec::new();
        let mut members = Members::begin(&mut line);
        example(7, &short, &reader()).additional(&mut members);
        members.end();
        assert_eq!(line, br#"{"additionalEventData":{"callsLeftOutBefore":7}}"#);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        let text = format!("{}é", "a".repeat(TEXT_BYTES_MAX - 1));
        assert_eq!(shortened(&text).len(), TEXT_BYTES_MAX - 1);
        assert_eq!(shortened("é"), "é");
    }

    #[test]
    fn answers_of_readers_are_not_recorded() {
        let iam = |operation| Event::records_response(KnownOperation::Iam(operation));
        assert!(iam(iam::IamOperation::CreateAccessKey) && !iam(iam::IamOperation::GetUser));
    }
}
