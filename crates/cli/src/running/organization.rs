//! What organizations do to the accounts that were fetched, as who manages them is told.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stead_analysis::ExportFile;

use super::Running;
use crate::client::Reply;
use crate::exit::Failure;

/// What lets somebody ask for the policies of an organization.
const PERMISSIONS: &str = "organizations:DescribeOrganization, organizations:ListParents, \
     organizations:ListPoliciesForTarget and organizations:DescribePolicy";

/// Levels of an organization.
///
/// Spec: Organizations User Guide, orgs_reference_limits: a root, five levels of units, and
/// accounts under them. A server whose parents go round is not followed for ever.
const LEVELS_MAX: usize = 7;

/// Pages of one list. Choice: no target has as many policies.
const PAGES_MAX: usize = 64;

/// The types of policies, as they are asked for and as an account has them in an export.
const TYPES: [(&str, &str); 2] = [
    ("SERVICE_CONTROL_POLICY", "ServiceControlPolicies"),
    ("RESOURCE_CONTROL_POLICY", "ResourceControlPolicies"),
];

/// What is known of an account's organization.
enum Belongs {
    /// To none.
    Nowhere,
    /// To this one, which this account manages.
    To { id: String, management: String },
    /// Who asked may not know.
    Unknown { why: String },
}

/// What somebody who manages an organization is told, each policy once.
struct Manager<'r> {
    running: &'r Running,
    id: &'r str,
    policies: BTreeMap<String, Value>,
}

/// Why something is not known.
enum Unknown {
    /// It was not told: the code of the refusal, or what is wrong with the answer.
    Untold(String),
    /// Nothing was answered.
    Failed(Failure),
}

impl From<Failure> for Unknown {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A file for each account that belongs to an organization, or of which this is not known.
pub(super) async fn files(asked: &[(Running, String)]) -> Result<Vec<ExportFile>, Failure> {
    let mut belongs = Vec::new();
    for (running, account) in asked {
        belongs.push((running, account.as_str(), organization_of(running).await?));
    }
    let managing = |it: &&(_, &str, Belongs)| is_managed_by(&it.2, it.1);
    let mut managers = Vec::new();
    for (running, _, organization) in belongs.iter().filter(managing) {
        if let Belongs::To { id, .. } = organization
            && !managers.iter().any(|known: &Manager<'_>| known.id == id)
        {
            managers.push(Manager { running, id, policies: BTreeMap::new() });
        }
    }
    let mut told: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for (_, account, organization) in &belongs {
        if told.contains_key(account) {
            continue;
        }
        if let Some(members) = members(account, organization, &mut managers).await? {
            told.insert(account, members);
        }
    }
    told.into_iter().map(|(account, members)| file(account, members)).collect()
}

/// What an export says of the organization of an account, and of its policies; nothing where
/// there is none.
///
/// Spec: Organizations User Guide, orgs_manage_policies_scps and ..._rcps: neither apply to the
/// management account.
async fn members(
    account: &str,
    organization: &Belongs,
    managers: &mut [Manager<'_>],
) -> Result<Option<Map<String, Value>>, Failure> {
    let (id, management) = match organization {
        Belongs::Nowhere => return Ok(None),
        Belongs::To { id, management } => (Some(id.as_str()), management.as_str()),
        Belongs::Unknown { .. } => (None, "-"),
    };
    if account == management {
        return Ok(Some(of_organization(id, None)));
    }
    let mut reason = match organization {
        Belongs::Unknown { why } => format!(
            "the organization of account {account}, if it belongs to one: {why}; who asks needs \
             organizations:DescribeOrganization"
        ),
        _ => format!(
            "the policies of the organization of account {account}: name a profile of account \
             {management}, which manages it"
        ),
    };
    for manager in managers.iter_mut().filter(|it| id.is_none_or(|id| id == it.id)) {
        match manager.policies_of(account).await {
            Ok(Some(policies)) => {
                let mut members = of_organization(Some(manager.id), None);
                members.extend(policies);
                return Ok(Some(members));
            }
            Ok(None) => {}
            Err(Unknown::Failed(failure)) => return Err(failure),
            Err(Unknown::Untold(code)) => {
                reason = format!(
                    "the policies of the organization of account {account}: {code}; who manages \
                     it needs {PERMISSIONS}"
                );
            }
        }
    }
    Ok(Some(of_organization(id, Some(reason))))
}

fn of_organization(id: Option<&str>, not_in_view: Option<String>) -> Map<String, Value> {
    let mut organization = Map::new();
    organization.extend(id.map(|id| ("Id".to_owned(), json!(id))));
    organization.extend(not_in_view.map(|text| ("NotInView".to_owned(), json!(text))));
    Map::from_iter([("Organization".to_owned(), Value::Object(organization))])
}

fn is_managed_by(organization: &Belongs, account: &str) -> bool {
    matches!(organization, Belongs::To { management, .. } if management == account)
}

/// The organization of whoever asks.
async fn organization_of(running: &Running) -> Result<Belongs, Failure> {
    let reply = running.ask_organizations("DescribeOrganization", &json!({})).await?;
    Ok(match reply {
        Reply::Refused { code, .. } if code == "AWSOrganizationsNotInUseException" => {
            Belongs::Nowhere
        }
        Reply::Refused { code, .. } => Belongs::Unknown { why: code },
        Reply::Done(told) => {
            let text = |name| told.pointer(name).and_then(Value::as_str).map(str::to_owned);
            match (text("/Organization/Id"), text("/Organization/MasterAccountId")) {
                (Some(id), Some(management)) => Belongs::To { id, management },
                _ => Belongs::Unknown { why: "the answer names no organization".to_owned() },
            }
        }
    })
}

impl Manager<'_> {
    /// The policies that apply to an account, as an export has them: those for services by
    /// level, from the root down. None where the account is no member.
    async fn policies_of(&mut self, account: &str) -> Result<Option<Map<String, Value>>, Unknown> {
        let Some(targets) = self.targets(account).await? else { return Ok(None) };
        let mut members = Map::new();
        for (filter, member) in TYPES {
            let mut levels = Vec::new();
            for target in &targets {
                levels.push(self.attached(target, filter).await?);
            }
            // Where the type is not enabled nothing is attached, and nothing limits.
            if levels.iter().all(Vec::is_empty) {
                continue;
            }
            let value = match filter {
                "SERVICE_CONTROL_POLICY" => json!(levels),
                _ => json!(levels.concat()),
            };
            members.insert(member.to_owned(), value);
        }
        Ok(Some(members))
    }

    /// The root, the units below it, and the account.
    async fn targets(&self, account: &str) -> Result<Option<Vec<String>>, Unknown> {
        let mut targets = vec![account.to_owned()];
        while targets.len() <= LEVELS_MAX {
            let child = targets.last().map_or(account, String::as_str);
            let input = json!({ "ChildId": child });
            let told = match self.ask("ListParents", &input).await {
                Err(Unknown::Untold(code)) if code == "ChildNotFoundException" => return Ok(None),
                told => told?,
            };
            let text = |name| told.pointer(name).and_then(Value::as_str);
            let parent = text("/Parents/0/Id");
            let parent = parent.ok_or_else(|| untold(format!("`{child}` has no parent")))?;
            targets.push(parent.to_owned());
            if text("/Parents/0/Type") == Some("ROOT") {
                targets.reverse();
                return Ok(Some(targets));
            }
        }
        Err(untold(format!("account {account} lies under more than {LEVELS_MAX} parents")))
    }

    /// The documents of the policies that are attached to a target.
    async fn attached(&mut self, target: &str, filter: &str) -> Result<Vec<Value>, Unknown> {
        let (mut documents, mut next) = (Vec::new(), None::<Value>);
        for _ in 0..PAGES_MAX {
            let mut input = Map::from_iter([
                ("TargetId".to_owned(), json!(target)),
                ("Filter".to_owned(), json!(filter)),
            ]);
            input.extend(next.map(|token| ("NextToken".to_owned(), token)));
            let mut told = self.ask("ListPoliciesForTarget", &Value::Object(input)).await?;
            for policy in told.get("Policies").and_then(Value::as_array).into_iter().flatten() {
                let id = policy.get("Id").and_then(Value::as_str).unwrap_or_default();
                documents.push(self.document(id).await?);
            }
            next = told.get_mut("NextToken").map(Value::take).filter(|token| !token.is_null());
            if next.is_none() {
                return Ok(documents);
            }
        }
        Err(untold(format!("`{target}` has more than {PAGES_MAX} pages of policies")))
    }

    async fn document(&mut self, id: &str) -> Result<Value, Unknown> {
        if let Some(known) = self.policies.get(id) {
            return Ok(known.clone());
        }
        let told = self.ask("DescribePolicy", &json!({ "PolicyId": id })).await?;
        let content = told.pointer("/Policy/Content").and_then(Value::as_str);
        let content = content.ok_or_else(|| untold(format!("policy `{id}` has no content")))?;
        // A document that is no object is kept as its text.
        let document = match serde_json::from_str::<Value>(content) {
            Ok(document) if document.is_object() => document,
            _ => json!(content),
        };
        self.policies.insert(id.to_owned(), document.clone());
        Ok(document)
    }

    async fn ask(&self, action: &str, input: &Value) -> Result<Value, Unknown> {
        match self.running.ask_organizations(action, input).await? {
            Reply::Done(told) => Ok(told),
            Reply::Refused { code, .. } => Err(untold(code)),
        }
    }
}

const fn untold(why: String) -> Unknown {
    Unknown::Untold(why)
}

fn file(account: &str, mut members: Map<String, Value>) -> Result<ExportFile, Failure> {
    members.insert("AccountId".to_owned(), json!(account));
    let text = serde_json::to_string_pretty(&members)
        .map_err(|error| Failure::new(format!("cannot keep what was fetched: {error}")))?;
    Ok(ExportFile { name: format!("{account}/organization.json"), text })
}
