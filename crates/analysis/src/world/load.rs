//! The JSON of `aws iam get-account-authorization-details`, made entities.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use stead_directory::entity::{
    AccountRoot, Entity, Group, ManagedPolicy, MaxSessionDuration, OidcProvider,
    PermissionsBoundary, PolicyVersion, ResourceTags, Role, User, VersionId, WrappedSecret,
};
use stead_directory::{EntityChange, Snapshot, aws_managed_policy, imported};
use stead_policy::PolicyText;
use stead_types::{AccountId, Arn, Path, Tag, TagSet, Timestamp, UniqueId};

use super::ids::Ids;
use super::organization::{levels, resource_controls};
use super::saml::SamlProviders;
use super::{Account, Places, RoleUse, World};
use crate::CaseError;
use crate::node::Node;

pub(super) fn world(document: &Node<'_>) -> Result<World, CaseError> {
    let first = document.required("account")?;
    let owner = account_id(&first)?;
    let mut nodes = vec![first];
    nodes.extend(document.list("otherAccounts")?);
    // Trust policies name users and roles of all accounts by their ids, so all are known
    // before any is read.
    let ids = Ids::collect(&nodes)?;
    let mut places = Places::default();
    let mut accounts = BTreeMap::new();
    for node in &nodes {
        let id = account_id(node)?;
        let account = Loading { id, ids: &ids, places: &mut places, names: BTreeSet::new() };
        if accounts.insert(id, account.load(node)?).is_some() {
            return Err(node.wrong("an account that is not there yet"));
        }
    }
    Ok(World { accounts, places: Arc::new(places), owner })
}

fn account_id(account: &Node<'_>) -> Result<AccountId, CaseError> {
    account.required("AccountId")?.parsed("an account number of 12 digits")
}

/// An account while it is read.
struct Loading<'a> {
    id: AccountId,
    ids: &'a Ids,
    places: &'a mut Places,
    /// Names that are taken, in lower case, with what they are the names of.
    names: BTreeSet<(&'static str, String)>,
}

impl Loading<'_> {
    fn load(mut self, account: &Node<'_>) -> Result<Account, CaseError> {
        let details = account.required("Authorization")?;
        let mut known = Known::default();
        let mut changes = Vec::new();
        for node in details.list("Policies")? {
            changes.push(Entity::ManagedPolicy(Arc::new(self.managed_policy(&node, &mut known)?)));
        }
        let mut groups = BTreeMap::new();
        for node in details.list("GroupDetailList")? {
            let group = self.group(&node, &mut known)?;
            groups.insert(group.name.fold(), group.id.clone());
            changes.push(Entity::Group(Arc::new(group)));
        }
        for node in details.list("UserDetailList")? {
            changes.push(Entity::User(Arc::new(self.user(&node, &groups, &mut known)?)));
        }
        for node in details.list("RoleDetailList")? {
            changes.push(Entity::Role(Arc::new(self.role(&node, &mut known)?)));
        }
        for node in account.list("OpenIDConnectProviders")? {
            changes.push(Entity::OidcProvider(Arc::new(oidc_provider(&node)?)));
        }
        let mut saml = SamlProviders::default();
        for node in account.list("SAMLProviders")? {
            saml.add(&node, self.id)?;
        }
        changes.extend(saml.described.into_iter().map(|it| Entity::SamlProvider(Arc::new(it))));
        let root = AccountRoot {
            id: self.id,
            created_at: Timestamp::from_epoch_seconds(0),
            data_key: WrappedSecret::new([]),
            login_profile: None,
        };
        let changes: Vec<_> = changes.into_iter().map(EntityChange::Put).collect();
        let organization = account.member("Organization");
        let of_organization = |member: &str| {
            let node = organization.as_ref().and_then(|node| node.member(member));
            node.map(|node| node.text().map(str::to_owned)).transpose()
        };
        Ok(Account {
            snapshot: Arc::new(Snapshot::empty(root).apply(&changes)),
            place: account.pointer.clone(),
            saml_providers: saml.arns,
            saml_with_keys: saml.with_keys,
            service_control: levels(account, self.id, self.places)?,
            resource_control: resource_controls(account, self.id, self.places)?,
            organization: of_organization("Id")?,
            organization_not_in_view: of_organization("NotInView")?,
            missing: known.missing,
            incomplete: Arc::new(known.incomplete),
            last_used: Arc::new(known.last_used),
            other_versions: Arc::new(known.other_versions),
            not_in_view: account
                .list("NotInView")?
                .iter()
                .map(|node| node.text().map(str::to_owned))
                .collect::<Result<_, _>>()?,
        })
    }

    /// Entities are found by their names: the ARN must have that name, and no other entity
    /// of the kind.
    ///
    /// Spec: IAM User Guide, reference_iam-quotas: names are unique in an account, whatever
    /// the case of their letters.
    fn must_be_new(
        &mut self,
        node: &Node<'_>,
        kind: &'static str,
        arn: &Arn,
        made: &Arn,
    ) -> Result<(), CaseError> {
        if arn != made {
            let expected = format!("`{made}`, which path and name say");
            return Err(node.required("Arn")?.wrong(&expected));
        }
        let name = arn.resource().rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        if self.names.insert((kind, name)) {
            return Ok(());
        }
        Err(node.wrong(&format!("a {kind} of a name that no other has")))
    }

    fn user(
        &mut self,
        node: &Node<'_>,
        groups: &BTreeMap<String, UniqueId>,
        known: &mut Known,
    ) -> Result<User, CaseError> {
        let arn = arn(node)?;
        self.places.entities.insert(arn.clone(), node.pointer.clone());
        let members = node.list("GroupList")?.into_iter().map(|group| {
            let id = groups.get(&group.text()?.to_ascii_lowercase()).cloned();
            id.ok_or_else(|| group.wrong("a group of GroupDetailList"))
        });
        let (name, path) = (node.required("UserName")?.parsed("the name of a user")?, path(node)?);
        self.must_be_new(node, "user", &arn, &User::arn_for(self.id, &path, &name))?;
        Ok(User {
            id: self.ids.of(node, &arn)?,
            name,
            path,
            created_at: created_at(node),
            tags: tags(node)?,
            boundary: known.boundary(node, &arn)?,
            inline: self.inline(node, "UserPolicyList", &arn)?,
            attached: known.attached(node, &arn)?,
            groups: members.collect::<Result<BTreeSet<_>, _>>()?,
        })
    }

    fn group(&mut self, node: &Node<'_>, known: &mut Known) -> Result<Group, CaseError> {
        let arn = arn(node)?;
        let name = node.required("GroupName")?.parsed("the name of a group")?;
        let path = path(node)?;
        self.must_be_new(node, "group", &arn, &Group::arn_for(self.id, &path, &name))?;
        Ok(Group {
            id: self.ids.of(node, &arn)?,
            name,
            path,
            created_at: created_at(node),
            inline: self.inline(node, "GroupPolicyList", &arn)?,
            attached: known.attached(node, &arn)?,
        })
    }

    fn role(&mut self, node: &Node<'_>, known: &mut Known) -> Result<Role, CaseError> {
        let arn = arn(node)?;
        self.places.entities.insert(arn.clone(), node.pointer.clone());
        known.last_used.extend(RoleUse::of(node).map(|used| (arn.clone(), used)));
        let trust = node.required("AssumeRolePolicyDocument")?;
        self.places.trust.insert(arn.clone(), trust.pointer.clone());
        let seconds = node.member("MaxSessionDuration").and_then(|node| node.value.as_u64());
        let seconds = seconds.and_then(|seconds| u32::try_from(seconds).ok());
        let (name, path) = (node.required("RoleName")?.parsed("the name of a role")?, path(node)?);
        self.must_be_new(node, "role", &arn, &Role::arn_for(self.id, &path, &name))?;
        Ok(Role {
            id: self.ids.of(node, &arn)?,
            name,
            path,
            created_at: created_at(node),
            description: None,
            trust: imported::trust_policy(&document_text(&trust)?.into(), &arn, self.ids),
            max_session_duration: seconds
                .and_then(MaxSessionDuration::from_seconds)
                .unwrap_or(MaxSessionDuration::DEFAULT),
            tags: tags(node)?,
            boundary: known.boundary(node, &arn)?,
            inline: self.inline(node, "RolePolicyList", &arn)?,
            attached: known.attached(node, &arn)?,
        })
    }

    fn inline(
        &mut self,
        owner: &Node<'_>,
        member: &str,
        arn: &Arn,
    ) -> Result<stead_directory::entity::InlinePolicies, CaseError> {
        let mut policies = Vec::new();
        for node in owner.list(member)? {
            let name = node.required("PolicyName")?;
            let document = node.required("PolicyDocument")?;
            let key = (arn.clone(), name.text()?.to_owned());
            self.places.inline.insert(key, document.pointer.clone());
            let text = PolicyText::from(document_text(&document)?);
            policies.push((name.parsed("the name of a policy")?, text));
        }
        Ok(imported::inline_policies(arn, policies))
    }

    fn managed_policy(
        &mut self,
        node: &Node<'_>,
        known: &mut Known,
    ) -> Result<ManagedPolicy, CaseError> {
        let arn = arn(node)?;
        let versions = node.list("PolicyVersionList")?;
        let is_default = |version: &&Node<'_>| {
            version.member("IsDefaultVersion").is_some_and(|flag| *flag.value == Value::Bool(true))
        };
        let version = versions.iter().find(is_default);
        let version = version.ok_or_else(|| node.wrong("a policy with its default version"))?;
        let document = version.required("Document")?;
        self.places.managed.insert(arn.clone(), document.pointer.clone());
        known.policies.insert(arn.clone());
        let text = PolicyText::from(document_text(&document)?);
        let name = node.required("PolicyName")?.parsed("the name of a policy")?;
        let path = path(node)?;
        // Those of AWS are of no account, and have no account in their ARN.
        let made = match arn.account() {
            Some(_) => ManagedPolicy::arn_for(self.id, &path, &name),
            None => arn.clone(),
        };
        self.must_be_new(node, "policy", &arn, &made)?;
        let (default_version, created_at) = (version_id(version), created_at(node));
        let mut kept = BTreeMap::new();
        for other in versions.iter().filter(|it| !is_default(it)) {
            let text = PolicyText::from(document_text(&other.required("Document")?)?);
            known.add_version(&arn, other, text.clone());
            let created_at = self::created_at(other);
            kept.insert(version_id(other), PolicyVersion { text, created_at });
        }
        // The default one last: exports that were made anonymous may not tell them apart.
        let kept_default =
            PolicyVersion { text: text.clone(), created_at: self::created_at(version) };
        kept.insert(default_version, kept_default);
        let newest = kept.keys().next_back().copied().unwrap_or(VersionId::FIRST);
        let description = node.member("Description").and_then(|it| it.value.as_str());
        Ok(ManagedPolicy {
            id: self.ids.of(node, &arn)?,
            name,
            path,
            arn,
            created_at,
            updated_at: moment(node, "UpdateDate").unwrap_or(created_at),
            description: description.map(str::to_owned),
            tags: ResourceTags::default(),
            default_version,
            stored: imported::managed_policy(text),
            versions: kept,
            next_version: newest.next(),
        })
    }
}

/// The managed policies that the export has, and what it names and does not have.
#[derive(Default)]
struct Known {
    policies: BTreeSet<Arn>,
    missing: Vec<String>,
    incomplete: BTreeSet<Arn>,
    last_used: BTreeMap<Arn, RoleUse>,
    other_versions: BTreeMap<Arn, Vec<(String, PolicyText)>>,
}

impl Known {
    /// What a policy could be set back to.
    fn add_version(&mut self, arn: &Arn, version: &Node<'_>, text: PolicyText) {
        let name = version.member("VersionId");
        let name = name.and_then(|name| name.value.as_str()).unwrap_or("another version");
        self.other_versions.entry(arn.clone()).or_default().push((name.to_owned(), text));
    }

    /// A policy that is attached and not exported is left out and told: it could allow or
    /// deny anything, and neither must be guessed.
    fn has(&mut self, arn: &Arn, holder: &str) -> bool {
        let known = self.policies.contains(arn) || aws_managed_policy(arn).is_some();
        if !known {
            self.missing.push(format!("the document of `{arn}`, which `{holder}` has"));
        }
        known
    }

    fn attached(
        &mut self,
        node: &Node<'_>,
        owner: &Arn,
    ) -> Result<stead_directory::entity::AttachedPolicies, CaseError> {
        let mut arns = Vec::new();
        for policy in node.list("AttachedManagedPolicies")? {
            let arn: Arn = policy.required("PolicyArn")?.parsed("the ARN of a policy")?;
            if self.has(&arn, owner.as_str()) {
                arns.push(arn);
            } else {
                self.incomplete.insert(owner.clone());
            }
        }
        Ok(imported::attached_policies(owner, arns))
    }

    fn boundary(
        &mut self,
        node: &Node<'_>,
        owner: &Arn,
    ) -> Result<Option<PermissionsBoundary>, CaseError> {
        let Some(boundary) = node.member("PermissionsBoundary") else { return Ok(None) };
        let arn = boundary.required("PermissionsBoundaryArn")?;
        let arn: Arn = arn.parsed("the ARN of a policy")?;
        let is_known = self.has(&arn, "a permissions boundary");
        if !is_known {
            self.incomplete.insert(owner.clone());
        }
        Ok(is_known.then(|| imported::boundary(arn)))
    }
}

/// A policy document: an object, or a text of JSON, which the API encodes as in a URL.
///
/// Spec: IAM API Reference, GetAccountAuthorizationDetails: documents are encoded
/// according to RFC 3986. The AWS CLI decodes them.
pub(super) fn document_text(node: &Node<'_>) -> Result<String, CaseError> {
    match node.value {
        Value::Object(_) => {
            serde_json::to_string_pretty(node.value).map_err(|_| node.wrong("a policy document"))
        }
        Value::String(text) if text.trim_start().starts_with('{') => Ok(text.clone()),
        Value::String(text) => {
            let decoded = percent_decode_str(text).decode_utf8();
            Ok(decoded.map_err(|_| node.wrong("a policy document"))?.into_owned())
        }
        _ => Err(node.wrong("a policy document")),
    }
}

fn oidc_provider(node: &Node<'_>) -> Result<OidcProvider, CaseError> {
    let url = node.required("Url")?;
    let text = url.text()?;
    // Spec: IAM API Reference, GetOpenIDConnectProvider: the URL comes without its scheme.
    let with_scheme =
        if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let issuer = with_scheme.parse().map_err(|_| url.wrong("the URL of an issuer"))?;
    let texts = |name| -> Result<Vec<&str>, CaseError> {
        node.list(name)?.iter().map(Node::text).collect()
    };
    let client_ids = texts("ClientIDList")?.into_iter().filter_map(|id| id.parse().ok());
    let thumbprints = texts("ThumbprintList")?.into_iter().filter_map(|it| it.parse().ok());
    Ok(OidcProvider {
        arn: arn(node)?,
        issuer,
        created_at: created_at(node),
        client_ids: client_ids.collect(),
        thumbprints: thumbprints.collect(),
        tags: ResourceTags::default(),
    })
}

pub(super) fn arn(node: &Node<'_>) -> Result<Arn, CaseError> {
    node.required("Arn")?.parsed("an ARN")
}

fn path(node: &Node<'_>) -> Result<Path, CaseError> {
    node.member("Path").map_or_else(|| Ok(Path::root()), |path| path.parsed("a path"))
}

/// Nothing is decided by it: exports write it in many ways.
pub(super) fn created_at(node: &Node<'_>) -> Timestamp {
    moment(node, "CreateDate").unwrap_or(Timestamp::from_epoch_seconds(0))
}

/// A date as the AWS CLI writes it, or in seconds, as the API's own JSON has it.
pub(super) fn moment(node: &Node<'_>, name: &str) -> Option<Timestamp> {
    match node.member(name)?.value {
        Value::String(text) => text.parse().ok().or_else(|| {
            // `2025-06-01T00:00:00+00:00` is what Python writes for UTC.
            text.strip_suffix("+00:00").and_then(|text| format!("{text}Z").parse().ok())
        }),
        number => number.as_i64().map(Timestamp::from_epoch_seconds),
    }
}

/// Versions of AWS's making can have a suffix, and exports that were made anonymous none.
fn version_id(version: &Node<'_>) -> VersionId {
    let text = version.member("VersionId").and_then(|id| id.value.as_str());
    text.and_then(|text| text.parse().ok()).unwrap_or(VersionId::FIRST)
}

fn tags(node: &Node<'_>) -> Result<TagSet, CaseError> {
    let mut tags = Vec::new();
    for tag in node.list("Tags")? {
        tags.push(Tag {
            key: tag.required("Key")?.parsed("the key of a tag")?,
            value: tag.required("Value")?.parsed("the value of a tag")?,
        });
    }
    TagSet::new(tags).map_err(|_| node.wrong("tags with different keys"))
}
