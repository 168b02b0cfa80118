//! The organization that accounts of a case belong to, made through its own API.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use stead_system_tests::{Client, Credentials, Service, Signing, sign};

use super::case::Case;

/// Whether policies of an organization apply to accounts of a case.
pub(crate) fn is_needed(case: &Case) -> bool {
    case.accounts.iter().any(|account| policies(account).next().is_some())
}

/// Makes an organization that this account manages, in which both kinds of policies take
/// effect.
pub(crate) fn create(client: &Client, management: &Credentials) -> Result<()> {
    call(client, management, "CreateOrganization", &json!({}))?;
    let roots = call(client, management, "ListRoots", &json!({}))?;
    for (kind, _) in KINDS {
        let input = json!({"RootId": roots["Roots"][0]["Id"], "PolicyType": kind});
        call(client, management, "EnablePolicyType", &input)?;
    }
    Ok(())
}

/// Lets an account be a member that the policies of the case apply to, and no others.
pub(crate) fn join(
    client: &Client,
    management: &Credentials,
    account: &Value,
    root: &Credentials,
) -> Result<()> {
    let number = &account["AccountId"];
    let target = json!({"Target": {"Type": "ACCOUNT", "Id": number}});
    let invited = call(client, management, "InviteAccountToOrganization", &target)?;
    let handshake = json!({"HandshakeId": invited["Handshake"]["Id"]});
    call(client, root, "AcceptHandshake", &handshake)?;
    for (index, (kind, document)) in policies(account).enumerate() {
        let input = json!({
            "Name": format!("{number} {index}"), "Description": "", "Type": kind,
            "Content": document.to_string(),
        });
        let created = call(client, management, "CreatePolicy", &input)?;
        let id = &created["Policy"]["PolicySummary"]["Id"];
        let attached = json!({"PolicyId": id, "TargetId": number});
        call(client, management, "AttachPolicy", &attached)?;
    }
    if policies(account).any(|(kind, _)| kind == "SERVICE_CONTROL_POLICY") {
        let input = json!({"PolicyId": "p-FullAWSAccess", "TargetId": number});
        call(client, management, "DetachPolicy", &input)?;
    }
    Ok(())
}

/// A region from which an account's policies let it be asked, where they name one.
pub(crate) fn region(case: &Case) -> Option<&str> {
    let statements = case
        .accounts
        .iter()
        .flat_map(policies)
        .filter_map(|(_, document)| document["Statement"].as_array());
    statements.flatten().find_map(|statement| {
        statement["Condition"]["StringNotEquals"]["aws:RequestedRegion"][0].as_str()
    })
}

const KINDS: [(&str, &str); 2] = [
    ("SERVICE_CONTROL_POLICY", "ServiceControlPolicies"),
    ("RESOURCE_CONTROL_POLICY", "ResourceControlPolicies"),
];

fn policies(account: &Value) -> impl Iterator<Item = (&'static str, &Value)> {
    KINDS.into_iter().flat_map(move |(kind, list)| {
        account[list].as_array().into_iter().flatten().map(move |document| (kind, document))
    })
}

/// A call of AWS JSON 1.1 that succeeds.
fn call(client: &Client, who: &Credentials, operation: &str, input: &Value) -> Result<Value> {
    let mut message = client.post(input.to_string().into_bytes());
    message.headers.retain(|(name, _)| name != "content-type");
    let target = format!("AWSOrganizationsV20161128.{operation}");
    for (name, value) in [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", &target)]
    {
        message.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }
    let signing = Signing { service: "organizations", ..client.signing(who, Service::Iam) };
    sign(&mut message, &signing)?;
    let response = client.send(&message)?;
    let body = String::from_utf8_lossy(&response.body).into_owned();
    ensure!(response.status == 200, "{operation}: {body}");
    if body.is_empty() { Ok(Value::Null) } else { serde_json::from_str(&body).context(body) }
}
