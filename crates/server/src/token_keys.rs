//! Keys that sign identity tokens, made with the random numbers of the library.

use stead_administration::Refusal;
use stead_api::ApiError;
use stead_directory::Snapshot;
use stead_directory::entity::TokenKey;
use stead_iam::replace_token_keys;
use stead_service::NewTokenKeys;
use stead_session::token_key::NewTokenKey;
use stead_store::Store;
use stead_types::{Timestamp, TokenAlgorithm};

use crate::accounts::{Account, Begun, Outside, WriteError};
use crate::entropy::SystemEntropy;

/// A key of each kind. Takes a processor for a tenth of a second or more.
pub(crate) fn make() -> Result<NewTokenKeys, ApiError> {
    let made = TokenAlgorithm::ALL.into_iter().map(NewTokenKey::generate);
    let made = made.collect::<Result<Vec<_>, _>>();
    made.map(NewTokenKeys).map_err(|error| ApiError::internal(format!("a token key: {error}")))
}

/// The ids of an account's keys after they were replaced.
pub(crate) struct TokenKeysRotated {
    /// Those that sign.
    pub(crate) signing: Vec<String>,
    /// Those that did, and are still published.
    pub(crate) published: Vec<String>,
}

/// Puts fresh keys in the place of those that sign the account's identity tokens, and
/// answers when that is durable.
pub(crate) async fn rotate<S: Store>(
    account: &Account,
    store: &S,
    now: Timestamp,
) -> Result<TokenKeysRotated, Refusal> {
    let failed = |error: String| Refusal::new(error, "see the server's log");
    let made = tokio::task::spawn_blocking(make).await;
    let made = made.map_err(|error| failed(error.to_string()))?.map_err(refusal)?;
    let prepared = account.prepare_to_write(store).await;
    prepared.map_err(|error| failed(error.to_string()))?;
    let begun = account.begin(store, |draft| {
        replace_token_keys(draft, made, account.vault(), &mut SystemEntropy, now)?;
        Ok((rotated(draft.snapshot(), now), Outside::default()))
    });
    match begun {
        Ok(Begun::Queued(rotated, queued)) => {
            account.finish(queued).await.map_err(|error| failed(error.to_string()))?;
            Ok(rotated)
        }
        Ok(Begun::Unchanged(_) | Begun::Staged(..)) => {
            Err(failed("the keys were not replaced".to_owned()))
        }
        Err(WriteError::Work(error)) => Err(refusal(error)),
        Err(error) => Err(failed(error.to_string())),
    }
}

fn rotated(account: &Snapshot, now: Timestamp) -> TokenKeysRotated {
    let keys = account.outbound_federation().into_iter();
    let keys = keys.flat_map(|federation| federation.published_keys(now));
    let (signing, published): (Vec<_>, Vec<_>) = keys.partition(|key| key.replaced_at.is_none());
    let ids = |keys: Vec<&TokenKey>| keys.into_iter().map(TokenKey::id).collect();
    TokenKeysRotated { signing: ids(signing), published: ids(published) }
}

fn refusal(error: ApiError) -> Refusal {
    let help = "its users enable it: `aws iam enable-outbound-web-identity-federation`";
    match error.context() {
        Some(context) => Refusal::new(context.to_owned(), "see the server's log"),
        None => Refusal::new(error.message().to_owned(), help),
    }
}
