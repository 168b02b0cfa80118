//! What a file of an export is, and of which account.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use stead_types::{AccountId, Arn};

use super::documents::with_texts;
use super::saml::{DESCRIBED, METADATA};
use super::{
    Documents, ExportError, ExportFile, ExportPlace, OIDC, Pages, Part, ROLES, SAML, USERS,
};
use crate::node::Node;

/// OpenID Connect providers that are listed, which says nothing but their ARNs.
pub(super) const LISTED: &str = "/Listed";

const GROUPS: &str = "/Authorization/GroupDetailList";
const POLICIES: &str = "/Authorization/Policies";
const SERVICE_CONTROL: &str = "/ServiceControlPolicies";
const RESOURCE_CONTROL: &str = "/ResourceControlPolicies";

/// The lists of `aws iam get-account-authorization-details`.
const DETAILS: [(&str, &str); 4] = [
    ("UserDetailList", USERS),
    ("GroupDetailList", GROUPS),
    ("RoleDetailList", ROLES),
    ("Policies", POLICIES),
];

/// What the files of one account hold.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) account: AccountId,
    pub(super) parts: Vec<(&'static str, Part)>,
    pub(super) organization: Option<Part>,
    pub(super) pages: Pages,
}

/// The files of a folder, or one file beside folders, while they are read.
#[derive(Debug, Default)]
struct Reading {
    /// What says which account it is, with where it says so.
    account: Option<(AccountId, String)>,
    parts: Vec<(&'static str, Part)>,
    organization: Option<Part>,
    pages: Pages,
    /// OpenID Connect providers, whose ARNs have the account in them.
    providers: Vec<Part>,
    first: Option<usize>,
}

/// Reads every file and finds out whose it is.
pub(super) fn groups(
    files: &[ExportFile],
    documents: Documents,
) -> Result<Vec<Group>, ExportError> {
    let mut readings: BTreeMap<&str, Reading> = BTreeMap::new();
    for (index, file) in files.iter().enumerate() {
        let name = file.name.split('/').next().unwrap_or_default();
        let reading = readings.entry(name).or_default();
        if reading.first.is_none() {
            reading.first = Some(index);
            reading.account = number_in(name).map(|id| (id, format!("the name `{name}`")));
        }
        let read = InFile { file, index, reading };
        read.document(documents)?;
    }
    readings.into_values().map(|reading| reading.finish(files)).collect()
}

/// The number of an account in a name: the first twelve digits that stand together.
fn number_in(name: &str) -> Option<AccountId> {
    let digits = name.split(|c: char| !c.is_ascii_digit());
    digits.filter(|run| run.len() == 12).find_map(|run| run.parse().ok())
}

impl Reading {
    fn finish(mut self, files: &[ExportFile]) -> Result<Group, ExportError> {
        let Some((account, _)) = self.account else {
            let file = self.first.and_then(|index| files.get(index));
            return Err(ExportError {
                file: file.map(|file| file.name.clone()),
                place: ExportPlace::File,
                message: "nothing says of which account this is".to_owned(),
                help: "put it into a folder whose name has the number of the account in it"
                    .to_owned(),
            });
        };
        for mut part in std::mem::take(&mut self.providers) {
            let url = part.value.get("Url").and_then(Value::as_str).unwrap_or_default();
            let url = url.split_once("://").map_or(url, |(_, rest)| rest);
            let arn = Arn::iam(account, &format!("oidc-provider/{url}")).to_string();
            if let Some(members) = part.value.as_object_mut() {
                members.insert("Arn".to_owned(), json!(arn));
            }
            part.name = Some(arn);
            self.parts.push((OIDC, part));
        }
        let Self { parts, organization, pages, .. } = self;
        Ok(Group { account, parts, organization, pages })
    }
}

fn is_saml(node: &Node<'_>) -> bool {
    node.member(METADATA).is_some()
}

/// A file while it is read.
struct InFile<'a> {
    file: &'a ExportFile,
    index: usize,
    reading: &'a mut Reading,
}

impl InFile<'_> {
    fn document(mut self, documents: Documents) -> Result<(), ExportError> {
        let read = match documents {
            Documents::Trees => serde_json::from_str(&self.file.text),
            Documents::Texts => with_texts(&self.file.text),
        };
        let document: Value = read.map_err(|error| {
            let place = ExportPlace::Position(error.line(), error.column());
            self.wrong(place, "this is not JSON", "save what the AWS CLI prints with --output json")
        })?;
        let root = Node::root(&document);
        let known = [
            self.case_account(&root)?,
            self.details(&root)?,
            self.providers(&root)?,
            self.organization(&root)?,
            self.control(&root)?,
        ];
        if known.contains(&true) {
            self.fill(document);
            return Ok(());
        }
        Err(self.wrong(
            ExportPlace::Pointer(String::new()),
            "this is nothing that is known of an account",
            "known are the outputs of `aws iam get-account-authorization-details`, \
             `list-open-id-connect-providers`, `get-open-id-connect-provider`, \
             `list-saml-providers` and `get-saml-provider`, of `aws organizations \
             describe-policy` and `describe-organization`, and documents of service and resource control policies; \
             put other files elsewhere",
        ))
    }

    /// Moves the values of the file to its parts: exports are large, and are not to be there
    /// twice. One part may be the whole file, and then others are in it.
    fn fill(&mut self, mut document: Value) {
        let index = self.index;
        let reading = &mut *self.reading;
        let listed = reading.parts.iter_mut().map(|(_, part)| part);
        let all = listed.chain(&mut reading.organization).chain(&mut reading.providers);
        let own: Vec<_> = all.filter(|part| part.file == index && part.value.is_null()).collect();
        let is_whole = own.iter().any(|part| part.pointer.is_empty());
        for part in own {
            let Some(value) = document.pointer_mut(&part.pointer) else { continue };
            part.value = if is_whole { value.clone() } else { value.take() };
        }
    }

    /// An account as it stands in a case.
    fn case_account(&mut self, root: &Node<'_>) -> Result<bool, ExportError> {
        let Some(number) = root.member("AccountId") else { return Ok(false) };
        let id = number.value.as_str().and_then(|text| text.parse().ok());
        let id = id.ok_or_else(|| self.expected(&number, "an account number of 12 digits"))?;
        self.is_of(id, &number)?;
        if let Some(details) = root.member("Authorization") {
            self.details(&details)?;
        }
        for node in self.list(root, "OpenIDConnectProviders")? {
            self.described(&node)?;
        }
        for node in self.list(root, "SAMLProviders")? {
            self.entity(if is_saml(&node) { DESCRIBED } else { SAML }, &node)?;
        }
        for (member, list) in [
            ("ServiceControlPolicies", SERVICE_CONTROL),
            ("ResourceControlPolicies", RESOURCE_CONTROL),
        ] {
            for node in self.list(root, member)? {
                self.add(list, &node, None);
            }
        }
        if let Some(organization) = root.member("Organization") {
            self.reading.organization = Some(self.part(&organization, None));
        }
        Ok(true)
    }

    /// A page of the details of an account.
    fn details(&mut self, root: &Node<'_>) -> Result<bool, ExportError> {
        if !DETAILS.iter().any(|(member, _)| root.member(member).is_some()) {
            return Ok(false);
        }
        self.reading.pages.all += 1;
        // Spec: IAM API Reference, GetAccountAuthorizationDetails: IsTruncated says that
        // there are more. The AWS CLI follows by itself unless told not to.
        let followed = root.member("IsTruncated").is_some_and(|it| *it.value == Value::Bool(true));
        self.reading.pages.followed += usize::from(followed);
        for (member, list) in DETAILS {
            for node in self.list(root, member)? {
                self.entity(list, &node)?;
            }
        }
        Ok(true)
    }

    fn providers(&mut self, root: &Node<'_>) -> Result<bool, ExportError> {
        let mut known = false;
        for (member, list) in [("OpenIDConnectProviderList", LISTED), ("SAMLProviderList", SAML)] {
            known |= root.member(member).is_some();
            for node in self.list(root, member)? {
                self.entity(list, &node)?;
            }
        }
        if root.member("Url").is_some() {
            self.described(root)?;
            known = true;
        }
        if is_saml(root) {
            self.saml(root)?;
            known = true;
        }
        Ok(known)
    }

    /// What is registered of a SAML provider.
    ///
    /// Spec: IAM API Reference, GetSAMLProvider: the answer has no ARN. Where the file has
    /// none either, the list of providers says later whose it is.
    fn saml(&mut self, node: &Node<'_>) -> Result<(), ExportError> {
        if node.member("Arn").is_some() {
            return self.entity(DESCRIBED, node);
        }
        self.add(DESCRIBED, node, None);
        Ok(())
    }

    /// What is registered of an OpenID Connect provider.
    ///
    /// Spec: IAM API Reference, GetOpenIDConnectProvider: the answer has the URL and no
    /// ARN, which is made of the account and the URL.
    fn described(&mut self, node: &Node<'_>) -> Result<(), ExportError> {
        let url = node.member("Url").and_then(|url| url.value.as_str());
        if url.is_none_or(str::is_empty) {
            return Err(self.expected(node, "a provider with its `Url`"));
        }
        if node.member("ClientIDList").is_none() {
            return Err(self.expected(node, "a provider with its `ClientIDList`"));
        }
        if node.member("Arn").is_some() {
            return self.entity(OIDC, node);
        }
        let part = self.part(node, None);
        self.reading.providers.push(part);
        Ok(())
    }

    /// The organization, as `describe-organization` prints it.
    fn organization(&mut self, root: &Node<'_>) -> Result<bool, ExportError> {
        let is_account = root.member("AccountId").is_some();
        let Some(node) = root.member("Organization").filter(|_| !is_account) else {
            return Ok(false);
        };
        if node.member("Id").is_none_or(|id| !id.value.is_string()) {
            return Err(self.expected(&node, "an organization with its `Id`"));
        }
        let mut part = self.part(&node, None);
        part.value = json!({"Id": node.value.get("Id")});
        self.reading.organization = Some(part);
        Ok(true)
    }

    /// A policy of the organization: bare, or as `describe-policy` prints it.
    ///
    /// Spec: Organizations User Guide, orgs_manage_policies_scps_syntax and
    /// orgs_manage_policies_rcps_syntax: statements of a resource control policy have a
    /// Principal, those of a service control policy cannot.
    fn control(&mut self, root: &Node<'_>) -> Result<bool, ExportError> {
        if let Some(policy) = root.member("Policy") {
            let content = policy.member("Content").filter(|it| it.value.is_string());
            let content = content
                .ok_or_else(|| self.expected(&policy, "a policy with its `Content`, a text"))?;
            let summary = policy.member("PolicySummary");
            let text = |name| summary.as_ref().and_then(|it| it.value.get(name)?.as_str());
            let list = match text("Type") {
                Some("SERVICE_CONTROL_POLICY") => SERVICE_CONTROL,
                Some("RESOURCE_CONTROL_POLICY") => RESOURCE_CONTROL,
                _ => return Err(self.expected(&policy, "a service or resource control policy")),
            };
            let name = text("Arn").map(str::to_owned);
            self.add(list, &content, name);
            return Ok(true);
        }
        let Some(statements) = root.member("Statement") else { return Ok(false) };
        let of_resources = match statements.value {
            Value::Array(all) => all.iter().any(|statement| statement.get("Principal").is_some()),
            one => one.get("Principal").is_some(),
        };
        self.add(if of_resources { RESOURCE_CONTROL } else { SERVICE_CONTROL }, root, None);
        Ok(true)
    }

    /// Something that has an ARN, which says of which account it is. AWS's own policies
    /// are of none.
    fn entity(&mut self, list: &'static str, node: &Node<'_>) -> Result<(), ExportError> {
        let text = node.member("Arn").and_then(|arn| arn.value.as_str());
        let arn = text.and_then(|text| text.parse::<Arn>().ok());
        let arn = arn.ok_or_else(|| self.expected(node, "an object with an `Arn`"))?;
        if let Some(id) = arn.account() {
            self.is_of(id, node)?;
        }
        self.add(list, node, Some(arn.to_string()));
        Ok(())
    }

    /// All that stands in the files of one account must be of one account.
    fn is_of(&mut self, id: AccountId, node: &Node<'_>) -> Result<(), ExportError> {
        let Some((known, because)) = &self.reading.account else {
            self.reading.account = Some((id, format!("`{}`", self.file.name)));
            return Ok(());
        };
        if *known == id {
            return Ok(());
        }
        let message = format!("this is of account {id}, and by {because} it would be of {known}");
        let place = ExportPlace::Pointer(node.pointer.clone());
        Err(self.wrong(place, &message, "have one folder for each account"))
    }

    fn add(&mut self, list: &'static str, node: &Node<'_>, name: Option<String>) {
        let part = self.part(node, name);
        self.reading.parts.push((list, part));
    }

    fn part(&self, node: &Node<'_>, name: Option<String>) -> Part {
        Part { value: Value::Null, name, file: self.index, pointer: node.pointer.clone() }
    }

    fn list<'v>(&self, node: &Node<'v>, name: &str) -> Result<Vec<Node<'v>>, ExportError> {
        node.list(name).map_err(|_| {
            self.expected(&node.member(name).unwrap_or_else(|| node.clone()), "a list")
        })
    }

    fn expected(&self, node: &Node<'_>, expected: &str) -> ExportError {
        let place = ExportPlace::Pointer(node.pointer.clone());
        let help = "save what the AWS CLI prints, unchanged";
        self.wrong(place, &format!("expected {expected}"), help)
    }

    fn wrong(&self, place: ExportPlace, message: &str, help: &str) -> ExportError {
        ExportError {
            file: Some(self.file.name.clone()),
            place,
            message: message.to_owned(),
            help: help.to_owned(),
        }
    }
}
