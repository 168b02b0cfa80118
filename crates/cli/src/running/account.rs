//! One account, fetched page by page and written as the files of an export.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use stead_analysis::{CASE_BYTES_MAX, ExportFile};

use super::Running;
use crate::client::Service;
use crate::exit::Failure;

/// What lets somebody ask for an account.
pub(super) const PERMISSIONS: [&str; 5] = [
    "iam:GetAccountAuthorizationDetails",
    "iam:ListRoles",
    "iam:ListOpenIDConnectProviders",
    "iam:GetOpenIDConnectProvider",
    "iam:ListSAMLProviders",
];

/// Items of a page. Choice: so many roles with the longest trust policies fit into an answer
/// that is read, encoded as they are.
const PAGE_ITEMS: &str = "100";

/// Pages of one list. Choice: four hundred thousand entities, more than an account may have;
/// a server that never ends a list is not followed for ever.
const PAGES_MAX: usize = 4_096;

/// The account of whoever asks.
pub(super) async fn number(running: &Running) -> Result<String, Failure> {
    let caller = running.ask(Service::Sts, "GetCallerIdentity", &[]).await?;
    let account = caller.get("Account").and_then(Value::as_str);
    account.map(str::to_owned).ok_or_else(|| Failure::new("the server does not say who is asking"))
}

/// The files that the AWS CLI would have made of it.
pub(super) async fn files(running: &Running, account: &str) -> Result<Vec<ExportFile>, Failure> {
    let durations = durations(running).await?;
    let mut files = Written { account, files: Vec::new(), bytes: 0 };
    for (mut page, number) in
        pages(running, "GetAccountAuthorizationDetails").await?.into_iter().zip(1..)
    {
        with_durations(&mut page, &durations);
        decode_documents(&mut page);
        files.add(&format!("details-{number}"), &page)?;
    }
    let listed = running.ask(Service::Iam, "ListOpenIDConnectProviders", &[]).await?;
    let providers = listed.get("OpenIDConnectProviderList").and_then(Value::as_array);
    for (provider, number) in providers.into_iter().flatten().zip(1..) {
        let arn = provider.get("Arn").and_then(Value::as_str).unwrap_or_default();
        let parameters = [("OpenIDConnectProviderArn", arn)];
        let described = running.ask(Service::Iam, "GetOpenIDConnectProvider", &parameters).await?;
        files.add(&format!("provider-{number}"), &described)?;
    }
    let saml = running.ask(Service::Iam, "ListSAMLProviders", &[]).await?;
    files.add("saml-providers", &saml)?;
    Ok(files.files)
}

/// All pages of a list.
async fn pages(running: &Running, action: &str) -> Result<Vec<Value>, Failure> {
    let (mut pages, mut marker) = (Vec::new(), None::<String>);
    while pages.len() < PAGES_MAX {
        let parameters: Vec<(&str, &str)> = std::iter::once(("MaxItems", PAGE_ITEMS))
            .chain(marker.as_deref().map(|marker| ("Marker", marker)))
            .collect();
        let page = running.ask(Service::Iam, action, &parameters).await?;
        let is_truncated = page.get("IsTruncated") == Some(&Value::Bool(true));
        marker = page.get("Marker").and_then(Value::as_str).map(str::to_owned);
        pages.push(page);
        if !is_truncated {
            return Ok(pages);
        }
        if marker.is_none() {
            return Err(Failure::new(format!("{action}: the server says neither end nor marker")));
        }
    }
    Err(Failure::new(format!("{action}: the server's list has more than {PAGES_MAX} pages")))
}

/// How long sessions of each role may last, by the role's id: what the details of an
/// account do not say.
async fn durations(running: &Running) -> Result<BTreeMap<String, Value>, Failure> {
    let pages = pages(running, "ListRoles").await?;
    let roles = pages.iter().filter_map(|page| page.get("Roles")?.as_array()).flatten();
    let duration = |role: &Value| {
        let id = role.get("RoleId")?.as_str()?.to_owned();
        Some((id, role.get("MaxSessionDuration")?.clone()))
    };
    Ok(roles.filter_map(duration).collect())
}

fn with_durations(page: &mut Value, durations: &BTreeMap<String, Value>) {
    let roles = page.get_mut("RoleDetailList").and_then(Value::as_array_mut);
    for role in roles.into_iter().flatten() {
        let duration = role.get("RoleId").and_then(|id| durations.get(id.as_str()?));
        if let (Some(duration), Some(members)) = (duration.cloned(), role.as_object_mut()) {
            members.insert("MaxSessionDuration".to_owned(), duration);
        }
    }
}

/// Policy documents as objects, so that a statement of theirs can be shown.
///
/// Spec: API GetAccountAuthorizationDetails: documents are encoded according to RFC 3986.
fn decode_documents(value: &mut Value) {
    const DOCUMENTS: [&str; 3] = ["AssumeRolePolicyDocument", "PolicyDocument", "Document"];
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(decode_documents),
        Value::Object(members) => {
            for (name, value) in members {
                let document = value.as_str().filter(|_| DOCUMENTS.contains(&name.as_str()));
                match document.and_then(document_of) {
                    Some(document) => *value = document,
                    None => decode_documents(value),
                }
            }
        }
        _ => {}
    }
}

fn document_of(encoded: &str) -> Option<Value> {
    let text = percent_decode_str(encoded).decode_utf8().ok()?;
    serde_json::from_str(&text).ok().filter(Value::is_object)
}

/// Files while they are written.
struct Written<'a> {
    account: &'a str,
    files: Vec<ExportFile>,
    bytes: usize,
}

impl Written<'_> {
    fn add(&mut self, name: &str, value: &Value) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value)
            .map_err(|error| Failure::new(format!("cannot keep what was fetched: {error}")))?;
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > CASE_BYTES_MAX {
            return Err(Failure::new(format!(
                "account {} is larger than the {CASE_BYTES_MAX} bytes that are looked at",
                self.account
            )));
        }
        self.files.push(ExportFile { name: format!("{}/{name}.json", self.account), text });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_become_objects_and_other_texts_stay() {
        let mut page = json!({
            "RoleDetailList": [{"AssumeRolePolicyDocument": "%7B%22Version%22%3A%222012-10-17%22%7D",
                "RoleName": "%7B%7D", "RoleId": "AROA1"}],
            "Policies": [{"PolicyVersionList": [{"Document": "no%20document"}]}],
        });
        decode_documents(&mut page);
        with_durations(&mut page, &BTreeMap::from([("AROA1".to_owned(), json!(7_200))]));
        let expected = json!({
            "RoleDetailList": [{"AssumeRolePolicyDocument": {"Version": "2012-10-17"},
                "RoleName": "%7B%7D", "RoleId": "AROA1", "MaxSessionDuration": 7_200}],
            "Policies": [{"PolicyVersionList": [{"Document": "no%20document"}]}],
        });
        assert_eq!(page, expected);
    }
}
