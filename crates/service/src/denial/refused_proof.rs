use serde_json::{Value, json};
use stead_api::ApiError;
use stead_types::{AccountId, Arn, Timestamp};

use super::{DenialDocument, DenialRecord};

/// A token or an assertion that was refused before any policy was asked.
#[derive(Clone, Copy, Debug)]
pub struct RefusedProof<'a> {
    /// The action that was asked for, such as `sts:AssumeRoleWithSAML`.
    pub action: &'static str,
    /// The role that was to be assumed.
    pub role: &'a Arn,
    /// Its account.
    pub account: AccountId,
    /// What the caller was told, and behind it what was expected and what was found. No part
    /// of a signature is in it.
    pub error: &'a ApiError,
    /// Header and claims of the token, unverified and without its signature; an assertion
    /// is not shown.
    pub token: Option<&'a Value>,
}

impl DenialRecord {
    /// What is kept of it: for the role's account, since who has come is not known.
    #[must_use]
    pub fn of_refused_proof(
        refused: &RefusedProof<'_>,
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

impl RefusedProof<'_> {
    /// Of the form that other denials have: no statement matched, since none was asked.
    fn document(&self, id: &str, occurred_at: Timestamp) -> DenialDocument {
        let document = json!({
            "allowed": false,
            "explicitDeny": false,
            "matchedStatements": { "items": [] },
            "failures": { "items": [] },
            "context": {
                "principal": { "id": null, "name": null, "arn": null },
                "action": self.action,
                "resource": self.role.as_str(),
                "conditions": { "items": [] },
            },
            "stead": {
                "version": 1,
                "denial": id,
                "time": occurred_at.to_string(),
                "decision": "notAsked",
                "refusedProof": {
                    "code": self.error.code().as_str(),
                    "message": self.error.message(),
                    "reason": self.error.context(),
                    "token": self.token,
                },
            },
        });
        DenialDocument::from_text(&document.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stead_api::ErrorCode;

    #[test]
    fn a_refused_proof_is_told_to_the_account_of_the_role_alone() {
        let error = ApiError::new(ErrorCode::InvalidIdentityToken, "Incorrect token audience")
            .with_context("is for `x`, which is not registered");
        let account: AccountId = "111122223333".parse().unwrap();
        let refused = RefusedProof {
            action: "sts:AssumeRoleWithWebIdentity",
            role: &"arn:aws:iam::111122223333:role/web".parse().unwrap(),
            account,
            error: &error,
            token: Some(&json!({"header": {"alg": "RS256"}, "claims": {"aud": "x"}})),
        };
        let now = Timestamp::from_epoch_seconds(1_772_366_400);
        let later = Timestamp::from_epoch_seconds(1_772_366_401);
        let record = DenialRecord::of_refused_proof(&refused, "8b9f0e0e", now, later);
        let document = record.document_for(account, now).unwrap().as_str();
        let read: Value = serde_json::from_str(document).unwrap();
        for (member, expected) in [
            ("/allowed", json!(false)),
            ("/context/resource", json!("arn:aws:iam::111122223333:role/web")),
            ("/stead/denial", json!("8b9f0e0e")),
            ("/stead/refusedProof/code", json!("InvalidIdentityToken")),
            ("/stead/refusedProof/reason", json!("is for `x`, which is not registered")),
            ("/stead/refusedProof/token/claims/aud", json!("x")),
        ] {
            assert_eq!(read.pointer(member), Some(&expected), "{member}");
        }
        assert_eq!(record.document_for("444455556666".parse().unwrap(), now), None);
        assert_eq!(record.document_for(account, later), None);
    }
}
