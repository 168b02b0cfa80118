use std::net::IpAddr;

use serde_json::{Value, json};
use stead_api::ApiError;
use stead_types::{AccountId, Arn, Timestamp};

use super::{DenialDocument, DenialRecord};

/// A call of a known caller that was refused before any policy was asked: by the moment of
/// its signature, or for the region it was sent to.
#[derive(Clone, Copy, Debug)]
pub struct RefusedCall<'a> {
    /// The action that was asked for, such as `sts:AssumeRole`.
    pub action: &'static str,
    /// The role that was to be assumed.
    pub role: &'a Arn,
    /// Who has signed.
    pub caller: &'a Arn,
    /// Whose account that is.
    pub account: AccountId,
    /// Whether the credentials are those of a session.
    pub is_temporary: bool,
    /// When the call was signed, where that is why.
    pub signed_at: Option<Timestamp>,
    /// The region of the signature.
    pub region: &'a str,
    /// From where it came.
    pub source: IpAddr,
    /// What the caller was told.
    pub error: &'a ApiError,
    /// What the parameters would have been to policies: condition keys with their values.
    pub parameters: &'a [(String, Vec<String>)],
}

impl DenialRecord {
    /// What is kept of it: for the caller's account alone. That of the role was not asked.
    #[must_use]
    pub fn of_refused_call(
        refused: &RefusedCall<'_>,
        id: &str,
        occurred_at: Timestamp,
        expires_at: Timestamp,
    ) -> Self {
        let document = refused.document(id, occurred_at);
        Self {
            caller_account: refused.account,
            resource_account: refused.account,
            expires_at,
            for_caller: document.clone(),
            for_owner: document,
        }
    }
}

impl RefusedCall<'_> {
    /// Of the form that other denials have: no statement matched, since none was asked.
    fn document(&self, id: &str, occurred_at: Timestamp) -> DenialDocument {
        let none = json!({ "items": [] });
        let document = json!({
            "allowed": false,
            "explicitDeny": false,
            "matchedStatements": none,
            "failures": none,
            "context": {
                "principal": {
                    "id": null,
                    "name": self.caller.resource().rsplit('/').next(),
                    "arn": self.caller.as_str(),
                },
                "action": self.action,
                "resource": self.role.as_str(),
                "conditions": { "items": self.conditions() },
            },
            "stead": {
                "version": 1,
                "denial": id,
                "time": occurred_at.to_string(),
                "decision": "notAsked",
                "refusedCall": {
                    "code": self.error.code().as_str(),
                    "message": self.error.message(),
                    "reason": self.error.context(),
                    "signedAt": self.signed_at.map(|at| at.to_string()),
                    "temporaryCredentials": self.is_temporary,
                },
            },
        });
        DenialDocument::from_text(&document.to_string())
    }

    fn conditions(&self) -> Vec<Value> {
        let condition = |key: &str, values: &[String]| {
            let values: Vec<_> = values.iter().map(|value| json!({ "value": value })).collect();
            json!({"key": key, "values": { "items": values }})
        };
        let own = [
            condition("aws:SourceIp", &[self.source.to_string()]),
            condition("aws:RequestedRegion", &[self.region.to_owned()]),
        ];
        let told = self.parameters.iter().map(|(key, values)| condition(key, values));
        own.into_iter().chain(told).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use stead_api::ErrorCode;

    use super::*;

    #[test]
    fn a_refused_call_is_told_to_the_account_of_the_caller_alone() {
        let error = ApiError::new(ErrorCode::SignatureDoesNotMatch, "Signature not yet current");
        let account: AccountId = "111122223333".parse().unwrap();
        let (now, later) = (
            Timestamp::from_epoch_seconds(1_772_366_400),
            Timestamp::from_epoch_seconds(1_772_366_401),
        );
        let refused = RefusedCall {
            action: "sts:AssumeRole",
            role: &"arn:aws:iam::444455556666:role/r".parse().unwrap(),
            caller: &"arn:aws:iam::111122223333:user/bob".parse().unwrap(),
            account,
            is_temporary: false,
            signed_at: Some(later),
            region: "us-east-1",
            source: Ipv4Addr::LOCALHOST.into(),
            error: &error,
            parameters: &[("sts:RoleSessionName".to_owned(), vec!["s1".to_owned()])],
        };
        let record = DenialRecord::of_refused_call(&refused, "8b9f0e0e", now, later);
        let document = record.document_for(account, now).unwrap().as_str();
        let read: Value = serde_json::from_str(document).unwrap();
        for (member, expected) in [
            ("/context/principal/arn", json!("arn:aws:iam::111122223333:user/bob")),
            ("/context/resource", json!("arn:aws:iam::444455556666:role/r")),
            ("/context/conditions/items/0/values/items/0/value", json!("127.0.0.1")),
            ("/context/conditions/items/2/key", json!("sts:RoleSessionName")),
            ("/stead/refusedCall/code", json!("SignatureDoesNotMatch")),
            ("/stead/refusedCall/signedAt", json!(later.to_string())),
        ] {
            assert_eq!(read.pointer(member), Some(&expected), "{member}");
        }
        assert_eq!(record.document_for("444455556666".parse().unwrap(), now), None);
        assert_eq!(record.document_for(account, later), None);
    }
}
