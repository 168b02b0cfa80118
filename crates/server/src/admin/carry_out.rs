use std::path::Path;
use std::sync::Arc;

use stead_administration::{
    Command, KeyDigits, KeysShown, NewKey, Outcome, RecordText, Refusal, RewrapShown, ServiceShown,
    SessionKeyShown,
};
use stead_audit::Operator;
use stead_session::{KeyId, KeyInfo};
use stead_store::{Store as _, StoreError};
use stead_store_sqlite::SqliteStore;
use stead_types::{AccountId, ServicePrincipal};

use super::record::Noted;
use crate::accounts::{Accounts, CreateError};
use crate::audit::AuditLog;
use crate::backup::{self, RootKeyInBackup};
use crate::clock::Clock;
use crate::entropy::SystemEntropy;
use crate::installation::{
    InstallationError, NewAccount, RootCredentials, ServiceAtRest, random_account_id,
};
use crate::keys::{Keys, KeysError, KeysReport, NewRootKey, OldKeys, RewrapReport};
use crate::root_key;
use crate::token_keys::{self, TokenKeysRotated};

/// What administrative commands work on.
#[derive(Clone, Debug)]
pub(crate) struct Administration {
    pub(crate) accounts: Arc<Accounts<SqliteStore>>,
    pub(crate) keys: Arc<Keys<SqliteStore>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) audit: Option<Arc<AuditLog>>,
}

impl Administration {
    /// Carries a command out. One that changes something, or lets something out, leaves an
    /// event, and is refused where that could not be written.
    pub(crate) async fn carry_out(&self, command: Command, operator: Operator) -> Outcome {
        let Some((noted, audit)) = Noted::of(&command).zip(self.audit.as_ref()) else {
            return self.do_it(command).await;
        };
        if audit.admit().await.is_err() {
            return Outcome::Refused(Refusal::new(
                "events cannot be written to the audit log, and nothing was done",
                SEE_LOG,
            ));
        }
        let outcome = self.do_it(command).await;
        audit.accept(&noted.event(&outcome, operator, self.clock.now()));
        outcome
    }

    async fn do_it(&self, command: Command) -> Outcome {
        let done = match command {
            Command::Ping {} => Ok(Outcome::Pong { process: std::process::id() }),
            Command::CreateAccount { account } => self.create_account(account).await,
            Command::ImportAccount { account, records, access_keys } => {
                self.import_account(&account, &records, access_keys).await
            }
            Command::ListAccounts {} => self.list_accounts().await,
            Command::ListKeys {} => Ok(Outcome::Keys(self.keys.report().into())),
            Command::RotateKeys { revoke } => self.rotate_keys(revoke).await,
            Command::RotateTokenKeys { account } => self.rotate_token_keys(&account).await,
            Command::RegisterService { service } => self.register_service(&service).await,
            Command::ListServices {} => self.list_services().await,
            Command::RemoveService { service } => self.remove_service(&service).await,
            Command::Backup { target, root_key } => self.back_up(&target, root_key).await,
            Command::RewrapKeys { root_key } => self.begin_rewrap(root_key.as_ref()).await,
        };
        done.unwrap_or_else(Outcome::Refused)
    }

    async fn list_accounts(&self) -> Result<Outcome, Refusal> {
        let ids = self.accounts.store().accounts().await.map_err(unavailable)?;
        Ok(Outcome::Accounts { accounts: ids.iter().map(AccountId::to_string).collect() })
    }

    async fn create_account(&self, account: Option<String>) -> Result<Outcome, Refusal> {
        let mut entropy = SystemEntropy;
        let id = match account {
            None => random_account_id(&mut entropy),
            Some(text) => text.parse().map_err(|_| {
                Refusal::new("the account id is not 12 digits", "such as 111122223333")
            })?,
        };
        let _root_key_stays = self.accounts.allow_creation().await;
        let root_keys = self.accounts.root_keys();
        let now = self.clock.now();
        let mut new = NewAccount::new(id, root_keys.current(), now, &mut entropy);
        let root = new
            .add_root_key(&mut entropy)
            .map_err(|error| Refusal::new(error.to_string(), SEE_LOG))?;
        new.commit(&self.accounts).await.map_err(not_created)?;
        tracing::info!(account = %id, "account created");
        Ok(created(&root))
    }

    async fn import_account(
        &self,
        account: &str,
        records: &[RecordText],
        access_keys: bool,
    ) -> Result<Outcome, Refusal> {
        let id: AccountId = account
            .parse()
            .map_err(|_| Refusal::new("the account id is not 12 digits", "such as 111122223333"))?;
        let _root_key_stays = self.accounts.allow_creation().await;
        let root_keys = self.accounts.root_keys();
        let mut entropy = SystemEntropy;
        let mut new = NewAccount::new(id, root_keys.current(), self.clock.now(), &mut entropy);
        new.import(records).map_err(|error| {
            Refusal::new(format!("nothing was imported: {error}"), "mend the export")
        })?;
        let failed = |error: InstallationError| Refusal::new(error.to_string(), SEE_LOG);
        let root = new.add_root_key(&mut entropy).map_err(failed)?;
        let users = match access_keys {
            true => new.add_user_keys(&mut entropy).map_err(failed)?,
            false => Vec::new(),
        };
        new.commit(&self.accounts).await.map_err(not_created)?;
        tracing::info!(account = %id, records = records.len(), "account imported");
        Ok(Outcome::AccountImported { account: id.to_string(), root: new_key(&root), users })
    }

    async fn rotate_keys(&self, revoke: bool) -> Result<Outcome, Refusal> {
        let old = if revoke { OldKeys::Revoked } else { OldKeys::Open };
        let dropped = self.keys.rotate(old).await?;
        let keys = KeysShown::from(self.keys.report());
        tracing::info!(revoke, dropped = dropped.len(), "another key seals sessions");
        Ok(Outcome::KeysRotated { dropped: dropped.iter().map(KeyId::to_string).collect(), keys })
    }

    async fn rotate_token_keys(&self, account: &str) -> Result<Outcome, Refusal> {
        let id: AccountId = account
            .parse()
            .map_err(|_| Refusal::new("the account id is not 12 digits", "such as 111122223333"))?;
        let found = self.accounts.find(id).await.map_err(unavailable)?;
        let account = found.ok_or_else(|| {
            let help = "`stead account list` shows the accounts there are";
            Refusal::new(format!("there is no account {id}"), help)
        })?;
        let rotated = token_keys::rotate(&account, self.accounts.store(), self.clock.now()).await;
        let TokenKeysRotated { signing, published } = rotated?;
        tracing::info!(account = %id, signing = signing.join(" "), "other keys sign tokens");
        Ok(Outcome::TokenKeysRotated { signing, published })
    }

    async fn register_service(&self, service: &str) -> Result<Outcome, Refusal> {
        let (registered, secret) = self.keys.register_service(service_name(service)?).await?;
        let ServiceAtRest { name, access_key_id, .. } = registered;
        tracing::info!(service = %name, %access_key_id, "service registered");
        let key = NewKey {
            access_key_id: access_key_id.to_string(),
            secret_access_key: secret.expose().clone(),
        };
        Ok(Outcome::ServiceRegistered { service: name.to_string(), key })
    }

    async fn list_services(&self) -> Result<Outcome, Refusal> {
        let services = self.keys.list_services().await?;
        Ok(Outcome::Services { services: services.iter().map(service_shown).collect() })
    }

    async fn remove_service(&self, service: &str) -> Result<Outcome, Refusal> {
        let removed = self.keys.remove_service(&service_name(service)?).await?;
        tracing::info!(service = %removed.name, "service removed");
        Ok(Outcome::ServiceRemoved(service_shown(&removed)))
    }

    async fn back_up(&self, target: &Path, with_root_key: bool) -> Result<Outcome, Refusal> {
        if !target.is_absolute() {
            return Err(Refusal::new("the backup's path is not absolute", "begin it with a slash"));
        }
        let root_key = match with_root_key {
            true => RootKeyInBackup::Included,
            false => RootKeyInBackup::LeftOut,
        };
        let (store, root_keys) = (self.accounts.store(), self.accounts.root_keys());
        let taken = backup::take(store, &root_keys, target, root_key, self.clock.now()).await;
        let manifest = taken.map_err(|error| Refusal::new(error.to_string(), error.help()))?;
        tracing::info!(backup = %target.display(), with_root_key, "backup taken");
        Ok(Outcome::BackedUp(manifest))
    }

    async fn begin_rewrap(&self, digits: Option<&KeyDigits>) -> Result<Outcome, Refusal> {
        let new = match digits {
            None => NewRootKey::BesideTheData,
            Some(digits) => {
                let key = root_key::from_digits(digits.expose());
                NewRootKey::Given(Box::new(key.ok_or_else(|| {
                    let help = "a root key is 64 hexadecimal digits";
                    Refusal::new("that is no root key", help)
                })?))
            }
        };
        self.keys.begin_rewrap(new).await?;
        Ok(Outcome::RewrapBegun {})
    }
}

const SEE_LOG: &str = "see the server's log";

fn not_created(error: CreateError) -> Refusal {
    let help = match error {
        CreateError::Exists(_) => "`stead account list` shows the accounts there are",
        _ => SEE_LOG,
    };
    Refusal::new(error.to_string(), help)
}

fn new_key(root: &RootCredentials) -> NewKey {
    NewKey {
        access_key_id: root.access_key_id.to_string(),
        secret_access_key: root.secret_access_key.expose().clone(),
    }
}

fn service_name(text: &str) -> Result<ServicePrincipal, Refusal> {
    text.parse().map_err(|_| {
        Refusal::new(
            "the service's name is no host name in lower case",
            "such as storage.example.internal",
        )
    })
}

fn service_shown(service: &ServiceAtRest) -> ServiceShown {
    ServiceShown {
        service: service.name.to_string(),
        access_key_id: service.access_key_id.to_string(),
        created_at: service.created_at.to_string(),
    }
}

fn unavailable(error: StoreError) -> Refusal {
    Refusal::new(error.to_string(), SEE_LOG)
}

/// An account was created.
pub(crate) fn created(root: &RootCredentials) -> Outcome {
    Outcome::AccountCreated {
        account: root.account.to_string(),
        access_key_id: root.access_key_id.to_string(),
        secret_access_key: root.secret_access_key.expose().clone(),
    }
}

impl From<KeysError> for Refusal {
    fn from(error: KeysError) -> Self {
        let help = match error {
            KeysError::Full(_) => {
                "`stead keys list` tells when the oldest is dropped; --revoke-now drops all"
            }
            KeysError::Ephemeral => "keys that rest are those of a server with --data",
            KeysError::SameRootKey => "give another key; nothing was changed",
            KeysError::OtherChange { .. } => {
                "end that change first: `stead keys list` tells how far it is"
            }
            KeysError::RootKeyElsewhere => {
                "name the new root key: --to-file, --to-command or --to-env"
            }
            KeysError::Installation(InstallationError::ServiceExists { .. }) => {
                "remove it first, to give it another key: `stead service remove`"
            }
            KeysError::Installation(
                InstallationError::NoService { .. } | InstallationError::TooManyServices,
            ) => "`stead service list` shows the services there are",
            _ => SEE_LOG,
        };
        Self::new(error.to_string(), help)
    }
}

impl From<KeysReport> for KeysShown {
    fn from(report: KeysReport) -> Self {
        Self {
            root_key: report.root_key.to_string(),
            session_keys: report.session_keys.iter().map(shown).collect(),
            rewrap: report.rewrap.map(RewrapShown::from),
            left_behind: report.left_behind,
        }
    }
}

fn shown(key: &KeyInfo) -> SessionKeyShown {
    SessionKeyShown {
        id: key.id.to_string(),
        created_at: key.created_at.to_string(),
        opens_until: key.state.opens_until().map(|until| until.to_string()),
    }
}

impl From<RewrapReport> for RewrapShown {
    fn from(report: RewrapReport) -> Self {
        let RewrapReport { from, remaining, failed } = report;
        Self { from: from.to_string(), remaining, failed }
    }
}
