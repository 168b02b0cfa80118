//! Which events somebody asks for.

use serde::Deserialize;
use stead_api::ErrorCode;
use stead_types::{AccountId, Timestamp};

/// What was asked for; what is not given does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The caller's ARN, unique id, user name or access key id.
    pub principal: Option<String>,
    /// The name or the ARN of a role that calls, or that is to be assumed.
    pub role: Option<String>,
    /// The action, `sts:AssumeRole` or `AssumeRole`; case does not matter.
    pub action: Option<String>,
    /// What came of it.
    pub outcome: Option<Outcome>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
    /// The caller's account, or that of the role to be assumed.
    pub account: Option<AccountId>,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was carried out.
    Allowed,
    /// Caller or policies were not good enough: the codes of status 403.
    Denied,
    /// Anything else stood in the way.
    Failed,
}

impl Outcome {
    /// As it is asked for and printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Denied => "denied",
            Self::Failed => "failed",
        }
    }
}

/// What is looked at of an event.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[expect(missing_docs, reason = "these are CloudTrail's members")]
pub struct EventView {
    pub event_time: String,
    pub event_source: Option<String>,
    pub event_name: Option<String>,
    #[serde(rename = "sourceIPAddress")]
    pub source_ip_address: String,
    pub error_code: Option<String>,
    #[serde(rename = "requestID")]
    pub request_id: String,
    pub recipient_account_id: Option<String>,
    user_identity: UserIdentity,
    resources: Vec<Resource>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct UserIdentity {
    r#type: String,
    arn: Option<String>,
    principal_id: Option<String>,
    user_name: Option<String>,
    access_key_id: Option<String>,
    session_context: SessionContext,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SessionContext {
    session_issuer: SessionIssuer,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SessionIssuer {
    r#type: String,
    arn: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Resource {
    #[serde(rename = "ARN")]
    arn: String,
    #[serde(rename = "accountId")]
    account_id: Option<String>,
}

impl EventView {
    /// Reads an event; `None` for what is none.
    #[must_use]
    pub fn parse(line: &[u8]) -> Option<Self> {
        // An object only: lists have no names for what is in them.
        if line.starts_with(b"{") { serde_json::from_slice(line).ok() } else { None }
    }

    /// The action, such as `sts:AssumeRole`; `-` where the call named none.
    #[must_use]
    pub fn action(&self) -> String {
        let service = self.event_source.as_deref().and_then(|source| source.split('.').next());
        match (service, &self.event_name) {
            (Some(service), Some(name)) => format!("{service}:{name}"),
            _ => "-".to_owned(),
        }
    }

    /// Whom the event names as the caller.
    #[must_use]
    pub fn principal(&self) -> &str {
        let identity = &self.user_identity;
        let shown = identity.arn.as_deref().or(identity.principal_id.as_deref());
        shown.unwrap_or("-")
    }

    /// What came of the call.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let Some(code) = &self.error_code else { return Outcome::Allowed };
        let known = ErrorCode::ALL.iter().find(|known| known.as_str() == code);
        match known.map(|code| code.status()) {
            Some(403) => Outcome::Denied,
            _ => Outcome::Failed,
        }
    }

    /// The role that was to be assumed.
    #[must_use]
    pub fn role(&self) -> Option<&str> {
        self.resources.first().map(|resource| resource.arn.as_str())
    }

    fn principals(&self) -> impl Iterator<Item = &str> {
        let identity = &self.user_identity;
        let named =
            [&identity.arn, &identity.principal_id, &identity.user_name, &identity.access_key_id];
        named.into_iter().filter_map(|text| text.as_deref())
    }

    /// Roles by their ARNs: the one that calls, and those that are to be assumed.
    fn roles(&self) -> impl Iterator<Item = &str> {
        let issuer = &self.user_identity.session_context.session_issuer;
        let calls = issuer.arn.as_deref().filter(|_| issuer.r#type == "Role");
        let assumed = self.resources.iter().map(|resource| resource.arn.as_str());
        calls.into_iter().chain(assumed.filter(|arn| arn.contains(":role/")))
    }

    fn accounts(&self) -> impl Iterator<Item = &str> {
        let own = self.recipient_account_id.as_deref();
        let others = self.resources.iter().filter_map(|resource| resource.account_id.as_deref());
        own.into_iter().chain(others)
    }
}

impl Filter {
    /// Whether the event is among those asked for. In names, ARNs and actions a `*`
    /// stands for any text.
    #[must_use]
    pub fn admits(&self, event: &EventView) -> bool {
        self.admits_time(event)
            && self.outcome.is_none_or(|outcome| outcome == event.outcome())
            && self.account.is_none_or(|account| {
                let account = account.to_string();
                event.accounts().any(|other| other == account)
            })
            && self.action.as_deref().is_none_or(|pattern| admits_action(pattern, event))
            && self
                .principal
                .as_deref()
                .is_none_or(|pattern| event.principals().any(|text| matches(pattern, text)))
            && self.role.as_deref().is_none_or(|pattern| {
                event.roles().any(|arn| matches(pattern, arn) || matches(pattern, last(arn)))
            })
    }

    fn admits_time(&self, event: &EventView) -> bool {
        if self.since.is_none() && self.until.is_none() {
            return true;
        }
        let Ok(time) = event.event_time.parse::<Timestamp>() else { return false };
        self.since.is_none_or(|since| time >= since) && self.until.is_none_or(|until| time < until)
    }
}

fn admits_action(pattern: &str, event: &EventView) -> bool {
    let (pattern, action) = (pattern.to_ascii_lowercase(), event.action().to_ascii_lowercase());
    let name = action.split_once(':').map_or(action.as_str(), |(_, name)| name);
    matches(&pattern, &action) || matches(&pattern, name)
}

/// The name at the end of an ARN, without its path.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Whether a text is what a pattern says, in which `*` stands for any text. Takes the
/// first place of each part, which finds a match where there is one.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let Some(end) = parts.next_back() else { return rest.is_empty() };
    let between = parts.try_fold(rest, |rest, part| rest.split_once(part).map(|(_, rest)| rest));
    between.is_some_and(|rest| rest.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{
        "userIdentity": {
            "type": "AssumedRole", "principalId": "AROAEXAMPLE:me",
            "arn": "arn:aws:sts::111122223333:assumed-role/first/me",
            "accessKeyId": "ASIAEXAMPLE",
            "sessionContext": {"sessionIssuer": {
                "type": "Role", "arn": "arn:aws:iam::111122223333:role/path/first"}}},
        "eventTime": "2026-03-01T12:00:00Z", "eventSource": "sts.amazonaws.com",
        "eventName": "AssumeRole", "errorCode": "AccessDenied",
        "recipientAccountId": "111122223333",
        "resources": [{"ARN": "arn:aws:iam::444455556666:role/second",
            "accountId": "444455556666", "type": "AWS::IAM::Role"}],
        "requestParameters": {"any": ["thing"]}}"#;

    #[test]
    fn an_event_is_found_by_what_it_says() {
        let event = EventView::parse(EVENT.as_bytes()).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let at = |text: &str| Some(text.parse().unwrap());
        let all = Filter::default();
        let admitted = [
            all.clone(),
            Filter { principal: text("AROAEXAMPLE:me"), ..all.clone() },
            Filter { principal: text("*:assumed-role/first/*"), ..all.clone() },
            Filter { principal: text("ASIAEXAMPLE"), ..all.clone() },
            Filter { role: text("first"), ..all.clone() },
            Filter { role: text("second"), ..all.clone() },
            Filter { role: text("arn:aws:iam::444455556666:role/second"), ..all.clone() },
            Filter { action: text("assumerole"), ..all.clone() },
            Filter { action: text("sts:*"), ..all.clone() },
            Filter { outcome: Some(Outcome::Denied), ..all.clone() },
            Filter { account: Some("444455556666".parse().unwrap()), ..all.clone() },
            Filter { since: at("2026-03-01T12:00:00Z"), ..all.clone() },
            Filter { until: at("2026-03-01T12:00:01Z"), ..all.clone() },
        ];
        for filter in admitted {
            assert!(filter.admits(&event), "{filter:?}");
        }
        let refused = [
            Filter { principal: text("AROAEXAMPLE"), ..all.clone() },
            Filter { principal: text("arn:*:user/*"), ..all.clone() },
            Filter { role: text("me"), ..all.clone() },
            Filter { role: text("secon"), ..all.clone() },
            Filter { action: text("iam:*"), ..all.clone() },
            Filter { action: text("Assume"), ..all.clone() },
            Filter { outcome: Some(Outcome::Allowed), ..all.clone() },
            Filter { outcome: Some(Outcome::Failed), ..all.clone() },
            Filter { account: Some("777788889999".parse().unwrap()), ..all.clone() },
            Filter { since: at("2026-03-01T12:00:01Z"), ..all.clone() },
            Filter { until: at("2026-03-01T12:00:00Z"), ..all.clone() },
        ];
        for filter in refused {
            assert!(!filter.admits(&event), "{filter:?}");
        }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text, expected) in [
            ("a", "a", true),
            ("a", "ab", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abc", true),
            ("a*c", "ac", true),
            ("a*a", "a", false),
            ("*b*", "abc", true),
            ("a*b*c", "a-bb-c", true),
            ("a*b*c", "acb", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn events_with_less_are_read_too() {
        let event = EventView::parse(br#"{"eventName":null,"userIdentity":{"type":"Unknown"}}"#);
        let event = event.unwrap();
        assert_eq!((event.action().as_str(), event.principal()), ("-", "-"));
        assert_eq!(event.outcome(), Outcome::Allowed);
        assert!(EventView::parse(b"[]").is_none());
    }
}
