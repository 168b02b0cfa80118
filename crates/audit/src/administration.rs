//! An administrative command, recorded beside the calls.

use stead_types::{AccountId, Timestamp};

use crate::event::EVENT_VERSION;
use crate::json::{Members, shortened};

/// A command of whoever runs the server: it came through a socket or was given on the
/// installation itself, not as a signed call.
///
/// Choice: CloudTrail records nothing like it. The members are those of a call, so that
/// whatever reads the log finds these too; `eventSource` and `eventType` tell them apart.
#[derive(Clone, Copy, Debug)]
pub struct Administration<'a> {
    /// When it was carried out.
    pub time: Timestamp,
    /// What was asked for, such as `RotateKeys`.
    pub name: &'static str,
    /// Who asked.
    pub operator: Operator,
    /// What was asked for in detail. No secret.
    pub parameters: &'a [(&'static str, String)],
    /// What came of it. No secret.
    pub response: &'a [(&'static str, String)],
    /// Why it was refused or failed, where it was.
    pub failure: Option<&'a str>,
    /// The account that it concerns, where it is one.
    pub account: Option<AccountId>,
    /// The id of this event.
    pub event_id: &'a str,
}

/// Who runs an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// The process behind the administrative socket, as the system names its user.
    Socket {
        /// The number of the user.
        user: u32,
    },
    /// A command on a directory that no server runs on.
    Command {
        /// The number of its user.
        user: u32,
    },
    /// The server itself, at the end of what somebody had begun.
    Server,
}

impl Administration<'_> {
    /// The event as JSON on one line.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(TYPICAL_BYTES);
        let mut event = Members::begin(&mut out);
        event.text("eventVersion", EVENT_VERSION);
        self.identity(event.object("userIdentity"));
        event.shown("eventTime", self.time);
        event.text("eventSource", SOURCE);
        event.text("eventName", self.name);
        event.text("sourceIPAddress", self.through());
        if let Some(failure) = self.failure {
            event.text("errorCode", "Refused");
            event.text("errorMessage", shortened(failure));
        }
        texts(&mut event, "requestParameters", self.parameters);
        texts(&mut event, "responseElements", self.response);
        event.text("eventID", self.event_id);
        event.boolean("readOnly", false);
        event.text("eventType", "SteadAdministration");
        event.boolean("managementEvent", true);
        if let Some(account) = self.account {
            event.shown("recipientAccountId", account);
        }
        event.text("eventCategory", "Management");
        event.end();
        out
    }

    fn identity(&self, mut members: Members<'_>) {
        match self.operator {
            Operator::Socket { user } | Operator::Command { user } => {
                members.text("type", "OperatingSystemUser");
                members.shown("principalId", format_args!("uid:{user}"));
            }
            Operator::Server => {
                // Spec: what CloudTrail says of calls that a service makes by itself.
                members.text("type", "AWSService");
                members.text("invokedBy", SOURCE);
            }
        }
        members.end();
    }

    /// Where CloudTrail has an address or, of a service, its name.
    const fn through(&self) -> &'static str {
        match self.operator {
            Operator::Socket { .. } => "admin.sock",
            Operator::Command { .. } => "command",
            Operator::Server => SOURCE,
        }
    }
}

/// `stead log query --action 'stead:*'` finds what has this source.
const SOURCE: &str = "stead.administration";

/// Most events are shorter.
const TYPICAL_BYTES: usize = 768;

fn texts(event: &mut Members<'_>, name: &str, pairs: &[(&'static str, String)]) {
    if pairs.is_empty() {
        event.raw(name, b"null");
        return;
    }
    let mut object = event.object(name);
    for (name, text) in pairs {
        object.text(name, shortened(text));
    }
    object.end();
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{EventView, Filter, Outcome};

    fn example(operator: Operator) -> Administration<'static> {
        Administration {
            time: Timestamp::from_epoch_seconds(1_772_366_400),
            name: "RotateKeys",
            operator,
            parameters: &[],
            response: &[],
            failure: None,
            account: None,
            event_id: "event",
        }
    }

    #[test]
    fn a_command_has_the_members_of_a_call_and_names_its_user() {
        let parameters = [("revoke", "true".to_owned())];
        let event = Administration {
            parameters: &parameters,
            failure: Some("the keyring\nis full"),
            account: Some("111122223333".parse().unwrap()),
            ..example(Operator::Socket { user: 1000 })
        };
        let expected = json!({
            "eventVersion": "1.11",
            "userIdentity": {"type": "OperatingSystemUser", "principalId": "uid:1000"},
            "eventTime": "2026-03-01T12:00:00Z",
            "eventSource": "stead.administration",
            "eventName": "RotateKeys",
            "sourceIPAddress": "admin.sock",
            "errorCode": "Refused",
            "errorMessage": "the keyring\nis full",
            "requestParameters": {"revoke": "true"},
            "responseElements": null,
            "eventID": "event",
            "readOnly": false,
            "eventType": "SteadAdministration",
            "managementEvent": true,
            "recipientAccountId": "111122223333",
            "eventCategory": "Management",
        });
        assert_eq!(serde_json::from_slice::<Value>(&event.to_json()).unwrap(), expected);
    }

    #[test]
    fn a_command_is_found_by_its_user_and_its_name() {
        let line = example(Operator::Command { user: 0 }).to_json();
        let event = EventView::parse(&line).unwrap();
        let text = |text: &str| Some(text.to_owned());
        let filter = Filter {
            principal: text("uid:0"),
            action: text("stead:Rotate*"),
            outcome: Some(Outcome::Allowed),
            ..Filter::default()
        };
        assert!(filter.admits(&event));
        let server = EventView::parse(&example(Operator::Server).to_json()).unwrap();
        assert!(!filter.admits(&server));
        assert_eq!(server.principal(), "-");
    }
}
