//! Requests and documents that the cases share.

use stead_api::sts::{AssumeRole, AssumeRoleRequest, AssumeRoleResponse, Credentials as Issued};
use stead_api::sts::{GetCallerIdentity, GetCallerIdentityRequest};
use stead_sts::Sts;
use stead_world::{Credentials, Failure, World};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER: &str = "444455556666";

/// An identity policy that allows all of STS.
pub(crate) const STS_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"}]}"#;

pub(crate) fn trusting(principal: &str) -> String {
    trusting_if(principal, "sts:AssumeRole", "{}")
}

pub(crate) fn trusting_if(principal: &str, action: &str, condition: &str) -> String {
    let actions: Vec<String> = action.split(' ').map(|action| format!("{action:?}")).collect();
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":[{}],"Condition":{condition}}}]}}"#,
        actions.join(",")
    )
}

pub(crate) fn allowing(action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
    )
}

pub(crate) fn user_arn(name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:user/{name}")
}

pub(crate) fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

/// AssumeRole of a role of the first account with the session name `my-session`.
pub(crate) fn request(role: &str) -> AssumeRoleRequest {
    request_in(ACCOUNT, role)
}

pub(crate) fn request_in(account: &str, role: &str) -> AssumeRoleRequest {
    AssumeRoleRequest {
        role_arn: role_arn(account, role),
        role_session_name: "my-session".to_owned(),
        policy_arns: Vec::new(),
        policy: None,
        duration_seconds: None,
        tags: Vec::new(),
        transitive_tag_keys: Vec::new(),
        external_id: None,
        serial_number: None,
        token_code: None,
        source_identity: None,
        provided_contexts: Vec::new(),
    }
}

pub(crate) fn assume(
    world: &mut World,
    caller: &Credentials,
    request: AssumeRoleRequest,
) -> Result<AssumeRoleResponse, Failure> {
    world.call::<Sts, AssumeRole>(caller, request)
}

pub(crate) fn session(
    world: &mut World,
    caller: &Credentials,
    request: AssumeRoleRequest,
) -> Credentials {
    held(assume(world, caller, request).unwrap().credentials.unwrap())
}

pub(crate) fn held(issued: Issued) -> Credentials {
    Credentials {
        access_key_id: issued.access_key_id,
        secret: issued.secret_access_key,
        session_token: Some(issued.session_token),
    }
}

/// The ARN GetCallerIdentity gives, or the failure's code.
pub(crate) fn who_am_i(world: &mut World, caller: &Credentials) -> String {
    match world.call::<Sts, GetCallerIdentity>(caller, GetCallerIdentityRequest {}) {
        Ok(identity) => identity.arn.unwrap(),
        Err(failure) => failure.message,
    }
}
