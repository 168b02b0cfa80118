//! Directories with much in them.
//!
//! One role is made as everybody makes roles. The others are copies of its record, since
//! calls for all of them would take minutes, and an account has more roles here than its
//! quota allows.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use stead_administration::{Command, Outcome};
use stead_server::admin::AdminClient;
use stead_store::{Aggregate, Change, Commit, Record, Revision, Store as _};
use stead_store_sqlite::SqliteStore;
use stead_types::{AccountId, Secret};

use super::{Plan, ready};
use crate::Addresses;
use crate::child::{self, Server};
use crate::request::Keys;
use crate::world::{Caller, make_user_and_role};

/// Stands for the number of a role in its policies.
const MARK: &str = "number-00000000";

/// Records of one commit.
const CHUNK: usize = 1_000;

/// The inline policy of every role.
const INLINE: &str = "inline";

/// A directory that servers are started on, one after the other.
pub(super) struct Directory {
    place: PathBuf,
    account: String,
    user: (String, Secret<String>),
}

/// An account, and its root key.
pub(super) struct Account {
    pub(super) number: String,
    key: String,
    secret: Secret<String>,
}

/// What roles are copied from.
struct Template {
    record: Record,
    account: String,
    managed_policies: u32,
}

impl Directory {
    pub(super) fn serve(&self, binary: &Path) -> Result<Server> {
        child::durable(binary, &self.place)
    }

    pub(super) fn role_arn(&self, number: u32) -> String {
        format!("arn:aws:iam::{}:role/{}", self.account, role_name(number))
    }

    /// Who may assume every role.
    pub(super) fn user(&self, addresses: Addresses) -> Caller {
        let (id, secret) = self.user.clone();
        Caller::new(Keys { id, secret, token: None }, addresses.stead)
    }

    fn data(&self) -> PathBuf {
        self.place.join("data")
    }
}

impl Account {
    pub(super) fn keys(&self) -> Keys {
        Keys { id: self.key.clone(), secret: self.secret.clone(), token: None }
    }
}

pub(super) fn role_name(number: u32) -> String {
    format!("copy-{number}")
}

/// One account with all roles.
pub(super) async fn one_account(binary: &Path, place: PathBuf, plan: &Plan) -> Result<Directory> {
    let (mut directory, template) = with_template(binary, place, plan.managed_policies).await?;
    let store = SqliteStore::open(&directory.data())?;
    let account = template.account.clone();
    add_roles(&store, &template, &account, plan.roles).await?;
    store.close().await;
    directory.account = account;
    Ok(directory)
}

/// Many accounts with some roles each.
pub(super) async fn many_accounts(
    binary: &Path,
    place: PathBuf,
    plan: &Plan,
) -> Result<(Directory, Vec<Account>)> {
    let (directory, template) = with_template(binary, place, plan.managed_policies.min(4)).await?;
    let mut accounts = Vec::new();
    let server = directory.serve(binary)?;
    ready(&server).await?;
    let mut administrator =
        AdminClient::connect(&directory.data()).await?.context("a server runs")?;
    for _ in 0..plan.accounts {
        accounts.push(create_account(&mut administrator).await?);
    }
    drop(server);
    let store = SqliteStore::open(&directory.data())?;
    for account in &accounts {
        add_roles(&store, &template, &account.number, plan.roles_of_account).await?;
    }
    store.close().await;
    Ok((directory, accounts))
}

async fn create_account(administrator: &mut AdminClient) -> Result<Account> {
    match administrator.ask(&Command::CreateAccount { account: None }).await? {
        Outcome::AccountCreated { account, access_key_id, secret_access_key } => Ok(Account {
            number: account,
            key: access_key_id,
            secret: Secret::new(secret_access_key),
        }),
        _ => bail!("no account was created"),
    }
}

/// A directory with managed policies, a user, and a role which the user may assume.
async fn with_template(
    binary: &Path,
    place: PathBuf,
    managed_policies: u32,
) -> Result<(Directory, Template)> {
    let nobody = (String::new(), Secret::new(String::new()));
    let mut directory = Directory { place, account: String::new(), user: nobody };
    let server = directory.serve(binary)?;
    let addresses = ready(&server).await?;
    let root = Caller::root(addresses, &directory.place)?;
    let (user, role_arn) = make_user_and_role(&root).await?;
    let account = role_arn.split(':').nth(4).context("an ARN has an account")?.to_owned();
    for number in 0..managed_policies {
        let name = managed_policy(number);
        let document = document("managed", 1024);
        let parameters = [("PolicyName", name.as_str()), ("PolicyDocument", &document)];
        root.iam("CreatePolicy", &parameters).await?;
    }
    let inline = document("inline", 2048);
    let parameters = [("RoleName", "benched"), ("PolicyName", INLINE), ("PolicyDocument", &inline)];
    root.iam("PutRolePolicy", &parameters).await?;
    let trust = root.iam("GetRole", &[("RoleName", "benched")]).await?;
    ensure!(trust.contains("benched"), "the role is there");
    directory.user = user.key();
    drop(server);
    let store = SqliteStore::open(&directory.data())?;
    let loaded = store.load(&Aggregate::Account(account.parse()?)).await?;
    let mut records = loaded.context("the account is there")?.records.into_iter();
    let record = records.find(|record| record.key.as_str().starts_with("role/"));
    store.close().await;
    let record = record.context("the role has a record")?;
    Ok((directory, Template { record, account, managed_policies }))
}

fn managed_policy(number: u32) -> String {
    format!("managed-{number}")
}

/// A policy of about so many bytes that names the role's number.
fn document(name: &str, bytes: usize) -> String {
    let mut statements = Vec::new();
    while statements.iter().map(String::len).sum::<usize>() + 200 < bytes {
        let number = statements.len();
        statements.push(format!(
            r#"{{"Sid":"S{number}","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::{name}-{MARK}-{number}/*","Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"{MARK}"}}}}}}"#
        ));
    }
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

/// Statements behind that of the template, so that a trust policy has a kibibyte.
fn trust(of_template: &str) -> Result<String> {
    let mut trust: Value = serde_json::from_str(of_template)?;
    let first = trust.get("Statement").cloned().context("a trust policy has statements")?;
    let mut statements = vec![first.clone()];
    while serde_json::to_string(&statements)?.len() + 150 < 1024 {
        let mut further = first.clone();
        let condition = serde_json::json!({ "StringEquals": { "sts:ExternalId": MARK } });
        further.as_object_mut().context("an object")?.insert("Condition".to_owned(), condition);
        statements.push(further);
    }
    trust.as_object_mut().context("an object")?.insert("Statement".to_owned(), statements.into());
    Ok(trust.to_string())
}

async fn add_roles(
    store: &SqliteStore,
    template: &Template,
    account: &str,
    count: u32,
) -> Result<()> {
    let aggregate = Aggregate::Account(account.parse::<AccountId>()?);
    let loaded = store.load(&aggregate).await?.context("the account is there")?;
    let mut revision: Revision = loaded.revision;
    let mut changes = Vec::new();
    for number in 0..count {
        changes.push(template.copy(account, number)?);
    }
    for chunk in changes.chunks(CHUNK) {
        let commit = Commit::new(aggregate.clone(), revision, chunk.to_vec(), Vec::new())?;
        revision = store.commit(commit).await?;
    }
    Ok(())
}

impl Template {
    fn copy(&self, account: &str, number: u32) -> Result<Change> {
        let mut body: Value = serde_json::from_str(&self.record.value.body)?;
        let id = format!("AROA{number:0>17}");
        let arn = |number: u32| {
            let name = managed_policy(number % self.managed_policies);
            format!("arn:aws:iam::{}:policy/{name}", self.account)
        };
        let trust = trust(body.get("trust").and_then(Value::as_str).context("a trust policy")?)?;
        let mut attached = [arn(number * 2), arn(number * 2 + 1)];
        attached.sort();
        let fields = body.as_object_mut().context("a record is an object")?;
        for (name, value) in [
            ("id", Value::from(id.clone())),
            ("name", role_name(number).into()),
            ("trust", trust.into()),
            ("attached", attached.to_vec().into()),
        ] {
            ensure!(fields.insert(name.to_owned(), value).is_some(), "a role has `{name}`");
        }
        let body = body.to_string().replace(MARK, &format!("number-{number:0>8}"));
        let body = body.replace(&self.account, account);
        Ok(Change::put(format!("role/{id}").parse()?, self.record.value.format, body))
    }
}
