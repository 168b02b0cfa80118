//! Credentials of a session, with their times.

use std::time::Duration;

use serde_json::{Value, json};
use stead_types::{Secret, Timestamp};

use crate::client::{Answer, Credentials};
use crate::exit::Failure;

/// How long before expiry credentials are replaced, unless they live so short that this
/// is more than a tenth of their life. Choice.
const AHEAD_MAX: Duration = Duration::from_secs(300);

/// The credentials of a session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) credentials: Credentials,
    /// When they were asked for.
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// What can be done with credentials at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// They can be given out.
    Fresh,
    /// They work still, and new ones are due.
    Due,
    /// They are over, or of a future that the clock has not reached.
    Over,
}

impl Session {
    /// Reads the answer to AssumeRole and to AssumeRoleWithWebIdentity.
    pub(crate) fn of_answer(answer: &Answer, now: Timestamp) -> Result<Self, Failure> {
        let expiration = answer.text("Expiration")?;
        let secret = |name| Ok::<_, Failure>(Secret::new(answer.text(name)?.to_owned()));
        Ok(Self {
            credentials: Credentials {
                access_key_id: answer.text("AccessKeyId")?.to_owned(),
                secret_access_key: secret("SecretAccessKey")?,
                session_token: Some(secret("SessionToken")?),
            },
            issued_at: now,
            expires_at: expiration.parse().map_err(|_| {
                Failure::new(format!("the answer's expiration `{expiration}` is no moment"))
            })?,
        })
    }

    pub(crate) fn freshness(&self, now: Timestamp) -> Freshness {
        let life = self.expires_at.seconds_since(self.issued_at).max(0);
        let ahead = AHEAD_MAX.min(Duration::from_secs(life.unsigned_abs() / 10));
        // A clock that was put back would make them fresh for longer than they live.
        if now >= self.expires_at || now.plus(AHEAD_MAX) < self.issued_at {
            Freshness::Over
        } else if now >= self.expires_at.minus(ahead) {
            Freshness::Due
        } else {
            Freshness::Fresh
        }
    }

    /// What `credential_process` prints.
    ///
    /// Spec: docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html:
    /// `Version` is 1, and `Expiration` an ISO 8601 timestamp; without it the credentials
    /// would never be asked for again.
    pub(crate) fn for_process(&self) -> Value {
        json!({
            "Version": 1,
            "AccessKeyId": self.credentials.access_key_id,
            "SecretAccessKey": self.credentials.secret_access_key.expose(),
            "SessionToken": self.token(),
            "Expiration": self.expires_at.to_string(),
        })
    }

    /// The session token. Every session has one.
    pub(crate) fn token(&self) -> &str {
        self.credentials.session_token.as_ref().map_or("", |token| token.expose())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn session(issued_at: i64, expires_at: i64) -> Session {
        Session {
            credentials: Credentials {
                access_key_id: "ASIAEXAMPLE".to_owned(),
                secret_access_key: Secret::new("secret".to_owned()),
                session_token: Some(Secret::new("token".to_owned())),
            },
            issued_at: Timestamp::from_epoch_seconds(issued_at),
            expires_at: Timestamp::from_epoch_seconds(expires_at),
        }
    }

    #[test]
    fn new_ones_are_due_five_minutes_or_a_tenth_before_the_end() {
        use Freshness::{Due, Fresh, Over};
        for (issued, expires, now, expected) in [
            (0, 3600, 0, Fresh),
            (0, 3600, 3299, Fresh),
            (0, 3600, 3300, Due),
            (0, 3600, 3599, Due),
            (0, 3600, 3600, Over),
            (0, 900, 809, Fresh),
            (0, 900, 810, Due),
            (1000, 4600, 700, Fresh),
            (1000, 4600, 699, Over),
            (100, 0, 0, Over),
        ] {
            let now = Timestamp::from_epoch_seconds(now);
            assert_eq!(session(issued, expires).freshness(now), expected, "{expires} {now}");
        }
    }

    #[test]
    fn a_credential_process_prints_what_aws_documents() {
        let printed = session(0, 3600).for_process().to_string();
        assert_eq!(
            printed,
            "{\"AccessKeyId\":\"ASIAEXAMPLE\",\"Expiration\":\"1970-01-01T01:00:00Z\",\
             \"SecretAccessKey\":\"secret\",\"SessionToken\":\"token\",\"Version\":1}"
        );
    }
}
