//! Exported accounts: the files that people get from AWS, put together.

mod documents;
mod read;
mod saml;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stead_types::{AccountId, Arn};
use thiserror::Error;

use crate::limits::{CASE_BYTES_MAX, EXPORT_FILES_MAX};
use crate::node::{Node, escaped, tokens};
use crate::{Case, CaseError, World};

/// A file of an export.
#[derive(Clone, Debug)]
pub struct ExportFile {
    /// Its path below the directory, with `/` between the parts:
    /// `111122223333/details.json`. The first part tells accounts apart.
    pub name: String,
    /// What stands in it.
    pub text: String,
}

/// Accounts that were put together from files.
#[derive(Clone, Debug, Default)]
pub struct Export {
    accounts: BTreeMap<AccountId, Draft>,
    files: Vec<String>,
}

/// An account while files are added to it: what each list of it has.
#[derive(Clone, Debug, Default)]
struct Draft {
    lists: BTreeMap<&'static str, Vec<Part>>,
    /// The file that each named element stands in.
    names: BTreeMap<(&'static str, String), usize>,
    organization: Option<Part>,
    pages: Pages,
}

/// What policy documents are while an export is in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Documents {
    Trees,
    Texts,
}

/// How many files hold a page of the details, and how many of them say that another
/// follows.
#[derive(Clone, Copy, Debug, Default)]
struct Pages {
    all: usize,
    followed: usize,
}

/// An element of a list, and where it comes from.
#[derive(Clone, Debug)]
struct Part {
    value: Value,
    /// By what it is told from others: an ARN. Documents alone have none.
    name: Option<String>,
    file: usize,
    /// A JSON pointer into the file.
    pointer: String,
}

/// Where something stands in a file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The name of the file.
    pub file: String,
    /// A JSON pointer into it.
    pub pointer: String,
}

/// Why files are no export.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ExportError {
    /// The name of the file; none where it is not about one.
    pub file: Option<String>,
    /// Where in it.
    pub place: ExportPlace,
    /// What is wrong.
    pub message: String,
    /// What can be done.
    pub help: String,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportPlace {
    /// The file as a whole.
    File,
    /// A line and a column, both from 1.
    Position(usize, usize),
    /// A JSON pointer.
    Pointer(String),
}

/// The lists of an account that are told apart, as JSON pointers.
const ROLES: &str = "/Authorization/RoleDetailList";
const USERS: &str = "/Authorization/UserDetailList";
const OIDC: &str = "/OpenIDConnectProviders";
const SAML: &str = "/SAMLProviders";

impl Export {
    /// Puts the files together. Each account has one file or one folder, or several files
    /// with its number in their names.
    ///
    /// Known are the outputs of `aws iam get-account-authorization-details` (also in
    /// pages), `list-open-id-connect-providers`, `get-open-id-connect-provider`,
    /// `list-saml-providers`, `get-saml-provider`, `aws organizations describe-policy` and
    /// `describe-organization`, bare documents of service and resource control policies,
    /// and accounts as they stand in a [`Case`].
    ///
    /// # Errors
    /// Too many or too long files, a file that is none of these, one that is of no account
    /// or of two, and whatever stands in two places.
    pub fn read(files: &[ExportFile]) -> Result<Self, ExportError> {
        Self::read_as(files, Documents::Trees)
    }

    /// The same for [`Export::take_world`] alone, in a fraction of the memory: policy
    /// documents are kept as texts. In a [`Case`] of it no place inside of one is found.
    ///
    /// # Errors
    /// As [`Export::read`].
    pub fn read_for_world(files: &[ExportFile]) -> Result<Self, ExportError> {
        Self::read_as(files, Documents::Texts)
    }

    fn read_as(files: &[ExportFile], documents: Documents) -> Result<Self, ExportError> {
        within_limits(files)?;
        let mut export =
            Self { files: files.iter().map(|file| file.name.clone()).collect(), ..Self::default() };
        for group in read::groups(files, documents)? {
            let draft = export.accounts.entry(group.account).or_default();
            for (list, part) in group.parts {
                draft.add(list, part, &export.files)?;
            }
            draft.pages.all += group.pages.all;
            draft.pages.followed += group.pages.followed;
            if let Some(organization) = group.organization {
                draft.organization = Some(organization);
            }
        }
        export.describe_listed()?;
        Ok(export)
    }

    /// The numbers of the accounts.
    pub fn accounts(&self) -> impl Iterator<Item = AccountId> {
        self.accounts.keys().copied()
    }

    /// The ARN of the user or role with this unique id, such as `AIDA...`.
    #[must_use]
    pub fn arn_of(&self, id: &str) -> Option<&str> {
        let lists = [(USERS, "UserId"), (ROLES, "RoleId")];
        self.accounts.values().find_map(|draft| {
            lists.iter().find_map(|(list, member)| {
                let has_id =
                    |part: &&Part| part.value.get(member).and_then(Value::as_str) == Some(id);
                let found = draft.lists.get(list)?.iter().find(has_id)?;
                found.value.get("Arn")?.as_str()
            })
        })
    }

    /// The case of an attempt over these accounts. That of the role comes first; where it
    /// is not in view, another one, and the answer says so.
    #[must_use]
    pub fn case(&self, attempt: Map<String, Value>) -> Case {
        let order = self.order(&attempt);
        let mut accounts =
            order.iter().map(|(id, draft)| with_controls(draft.value(*id), *id, &attempt));
        let mut document = Map::new();
        document.insert("account".to_owned(), accounts.next().unwrap_or(Value::Null));
        document.insert("otherAccounts".to_owned(), accounts.collect());
        document.insert("attempt".to_owned(), Value::Object(attempt));
        Case::of(Value::Object(document))
    }

    /// The accounts as the server would have them, for questions that no one attempt is
    /// about. Takes the documents out, so that nothing is there twice.
    ///
    /// # Errors
    /// Where something else stands than should; [`Export::origin_in_world`] says in which
    /// file.
    pub fn take_world(&mut self) -> Result<World, CaseError> {
        let accounts = self.accounts.iter_mut().map(|(id, draft)| draft.take_value(*id));
        let mut accounts: Vec<Value> = accounts.collect();
        let others = accounts.split_off(accounts.len().min(1));
        let mut document = Map::new();
        document.insert("account".to_owned(), accounts.pop().unwrap_or(Value::Null));
        document.insert("otherAccounts".to_owned(), Value::Array(others));
        World::load(&Node::root(&Value::Object(document)))
    }

    /// From which file a place of [the world](Self::take_world) comes.
    #[must_use]
    pub fn origin_in_world(&self, pointer: &str) -> Option<Origin> {
        self.origin_among(&self.order(&Map::new()), pointer)
    }

    /// From which file a place of a case comes. None for what is in no file, such as the
    /// attempt.
    #[must_use]
    pub fn origin(&self, case: &Case, pointer: &str) -> Option<Origin> {
        let attempt = case.document().get("attempt")?.as_object()?;
        self.origin_among(&self.order(attempt), pointer)
    }

    fn origin_among(&self, order: &[(AccountId, &Draft)], pointer: &str) -> Option<Origin> {
        let mut tokens = tokens(pointer);
        let index = match tokens.next()?.as_str() {
            "account" => 0,
            "otherAccounts" => tokens.next()?.parse::<usize>().ok()?.checked_add(1)?,
            _ => return None,
        };
        let (_, draft) = order.get(index)?;
        let rest: Vec<String> = tokens.collect();
        draft.lists.iter().find_map(|(list, parts)| {
            let names: Vec<String> = self::tokens(list).collect();
            let rest = rest.strip_prefix(names.as_slice())?;
            let (position, inner) = rest.split_first()?;
            let part = parts.get(position.parse::<usize>().ok()?)?;
            let inner: String = inner.iter().map(|token| format!("/{}", escaped(token))).collect();
            let file = self.files.get(part.file)?.clone();
            Some(Origin { file, pointer: format!("{}{inner}", part.pointer) })
        })
    }

    /// The account of the role, then the others by number.
    fn order(&self, attempt: &Map<String, Value>) -> Vec<(AccountId, &Draft)> {
        let role = attempt.get("parameters").and_then(|it| it.get("RoleArn")?.as_str());
        let owner = role.and_then(|arn| arn.parse::<Arn>().ok()?.account());
        let mut order: Vec<_> = self.accounts.iter().map(|(id, draft)| (*id, draft)).collect();
        order.sort_by_key(|(id, _)| Some(*id) != owner);
        order
    }

    /// A provider that is listed and not described has client ids that nobody knows: no
    /// token could be judged by it.
    fn describe_listed(&mut self) -> Result<(), ExportError> {
        for draft in self.accounts.values_mut() {
            draft.describe_saml(&self.files)?;
            let listed = draft.lists.remove(read::LISTED).unwrap_or_default();
            let described = draft.lists.get(OIDC).map(Vec::as_slice).unwrap_or_default();
            let unknown =
                listed.iter().find(|listed| !described.iter().any(|part| part.name == listed.name));
            if let Some(part) = unknown {
                let arn = part.name.as_deref().unwrap_or_default();
                return Err(ExportError {
                    file: self.files.get(part.file).cloned(),
                    place: ExportPlace::Pointer(part.pointer.clone()),
                    message: format!("`{arn}` is listed, and no file says what it accepts"),
                    help: format!(
                        "save what `aws iam get-open-id-connect-provider \
                         --open-id-connect-provider-arn {arn}` prints beside this file"
                    ),
                });
            }
        }
        Ok(())
    }
}

fn within_limits(files: &[ExportFile]) -> Result<(), ExportError> {
    let bytes = files.iter().fold(0_usize, |sum, file| sum.saturating_add(file.text.len()));
    let refuse = |message: String, help: &str| {
        Err(ExportError { file: None, place: ExportPlace::File, message, help: help.to_owned() })
    };
    if files.is_empty() {
        return refuse(
            "there is no file in it that ends with .json".to_owned(),
            "save what `aws iam get-account-authorization-details` prints there, one file or \
             folder per account",
        );
    }
    if files.len() > EXPORT_FILES_MAX {
        return refuse(
            format!("there are {} files, at most {EXPORT_FILES_MAX} are read", files.len()),
            "leave out the accounts that the call has nothing to do with",
        );
    }
    if bytes > CASE_BYTES_MAX {
        return refuse(
            format!("the files have {bytes} bytes, at most {CASE_BYTES_MAX} are read"),
            "leave out the accounts that the call has nothing to do with",
        );
    }
    Ok(())
}

/// An account with what a denial tells of the organization it belongs to, where the account
/// itself does not tell it: only who manages the organization can be asked for that.
fn with_controls(mut account: Value, id: AccountId, attempt: &Map<String, Value>) -> Value {
    let told = attempt.get("controls").and_then(|controls| controls.get(id.to_string()));
    let told = told.and_then(Value::as_object).into_iter().flatten();
    if let Some(members) = account.as_object_mut() {
        for (name, value) in told {
            let own = members.entry(name.clone()).or_insert(Value::Null);
            let is_empty = own.is_null() || own.as_array().is_some_and(Vec::is_empty);
            if is_empty {
                *own = value.clone();
            } else if let (Some(own), Some(told)) = (own.as_object_mut(), value.as_object()) {
                for (name, value) in told {
                    own.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }
    account
}

impl Draft {
    /// Adds an element; one of the same name must not be there.
    fn add(&mut self, list: &'static str, part: Part, files: &[String]) -> Result<(), ExportError> {
        // Lists of providers repeat what their details say, and only these count.
        if let Some(name) = part.name.clone().filter(|_| list != read::LISTED)
            && let Some(other) = self.names.insert((list, name.clone()), part.file)
        {
            let first = files.get(other).map_or("", String::as_str);
            return Err(ExportError {
                file: files.get(part.file).cloned(),
                place: ExportPlace::Pointer(part.pointer),
                message: format!("`{name}` is there twice: `{first}` has it too"),
                help: "keep the newer one of two exports of an account".to_owned(),
            });
        }
        self.lists.entry(list).or_default().push(part);
        Ok(())
    }

    /// The account as it stands in a case.
    fn value(&self, id: AccountId) -> Value {
        let lists = self.lists.iter();
        let values = |parts: &[Part]| parts.iter().map(|part| part.value.clone()).collect();
        self.account(id, lists.map(|(list, parts)| (*list, values(parts))).collect())
    }

    /// The same, and nothing is left here but where everything stands.
    fn take_value(&mut self, id: AccountId) -> Value {
        let lists = self.lists.iter_mut();
        let values = |parts: &mut [Part]| parts.iter_mut().map(|part| part.value.take()).collect();
        let lists = lists.map(|(list, parts)| (*list, values(parts))).collect();
        self.account(id, lists)
    }

    fn account(&self, id: AccountId, lists: Vec<(&'static str, Value)>) -> Value {
        let mut account = json!({"AccountId": id.to_string(), "Authorization": {}});
        for (list, values) in lists {
            let (parent, member) = list.rsplit_once('/').unwrap_or(("", list));
            if let Some(Value::Object(parent)) = account.pointer_mut(parent) {
                parent.insert(member.to_owned(), values);
            }
        }
        let Some(members) = account.as_object_mut() else { return account };
        if let Some(organization) = &self.organization {
            members.insert("Organization".to_owned(), organization.value.clone());
        }
        members.insert("NotInView".to_owned(), self.not_in_view(id).into());
        account
    }

    fn not_in_view(&self, id: AccountId) -> Vec<String> {
        let mut missing = Vec::new();
        if self.pages.all == 0 {
            missing.push(format!(
                "the users, roles and policies of account {id}: `aws iam \
                 get-account-authorization-details`"
            ));
        } else if self.pages.followed >= self.pages.all {
            missing.push(format!(
                "the last page of the details of account {id}: every one that is there says that \
                 another follows"
            ));
        }
        missing
    }
}
