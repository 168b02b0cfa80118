//! Identity tokens of the account: whether they are issued, and the keys that sign them.

use stead_types::{PublicTokenKey, Timestamp, Uuid};

use crate::entity::{Entity, OutboundFederation, TokenIssuer, TokenKey, Vending, WrappedSecret};
use crate::{DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// A key that was just made.
#[derive(Clone, Debug)]
pub struct NewTokenKey {
    /// The public half.
    pub public: PublicTokenKey,
    /// The private half, wrapped under the id that goes with [`next_number`].
    pub private: WrappedSecret,
}

/// What the account begins with when it first issues tokens.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The name of the issuer.
    pub issuer: Uuid,
    /// The first keys.
    pub keys: Vec<NewTokenKey>,
}

/// The number that the next keys have: those that are made together share it, and their
/// ids differ by their kinds.
#[must_use]
pub fn next_number(account: &Snapshot) -> u32 {
    let keys = account.outbound_federation().map_or(&[][..], |federation| &federation.keys);
    keys.iter().map(|key| key.number.saturating_add(1)).max().unwrap_or(0)
}

/// Lets tokens be issued. An account that never did begins with `beginning`; one that did
/// goes on with the issuer and the keys that it has.
///
/// # Errors
/// Tokens are issued already.
pub fn enable(
    draft: &mut Draft,
    beginning: impl FnOnce() -> Beginning,
    now: Timestamp,
) -> Result<Uuid, DirectoryError> {
    let snapshot = draft.snapshot();
    let present = snapshot.token_issuer().cloned().zip(snapshot.outbound_federation().cloned());
    match present {
        Some((_, federation)) if federation.vending == Vending::Enabled => {
            Err(DirectoryError::OutboundFederationEnabled { account: snapshot.account() })
        }
        Some((issuer, federation)) => {
            put(draft, OutboundFederation { vending: Vending::Enabled, ..(*federation).clone() });
            Ok(issuer.id.clone())
        }
        None => {
            let Beginning { issuer, keys } = beginning();
            let keys = keys.into_iter().map(|key| made(key, 0, now)).collect();
            let begun = TokenIssuer { id: issuer.clone(), created_at: now };
            draft.put(Entity::TokenIssuer(begun.into()));
            put(draft, OutboundFederation { vending: Vending::Enabled, keys });
            Ok(issuer)
        }
    }
}

/// Lets no further tokens be issued. The issuer and its keys stay, so that tokens can be
/// verified which are good.
///
/// # Errors
/// No tokens are issued.
pub fn disable(draft: &mut Draft) -> Result<(), DirectoryError> {
    let present = draft.snapshot().outbound_federation();
    match present.filter(|federation| federation.vending == Vending::Enabled).cloned() {
        Some(federation) => {
            put(draft, OutboundFederation { vending: Vending::Disabled, ..(*federation).clone() });
            Ok(())
        }
        None => {
            let account = draft.snapshot().account();
            Err(DirectoryError::OutboundFederationDisabled { account })
        }
    }
}

/// Puts further keys in the place of those that sign. These are published for as long as a
/// token of theirs may be good, and dropped with the first change of keys afterwards.
///
/// # Errors
/// The account has no issuer, or too many keys that are still published.
pub fn replace_keys(
    draft: &mut Draft,
    keys: Vec<NewTokenKey>,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let account = draft.snapshot().account();
    let present = draft.snapshot().outbound_federation().cloned();
    let present =
        present.ok_or_else(|| DirectoryError::missing(EntityKind::TokenIssuer, account))?;
    let number = next_number(draft.snapshot());
    let replaced = present
        .published_keys(now)
        .cloned()
        .map(|key| TokenKey { replaced_at: key.replaced_at.or(Some(now)), ..key });
    let keys = replaced.chain(keys.into_iter().map(|key| made(key, number, now)));
    let keys: Vec<_> = keys.collect();
    Quota::TokenKeysPerAccount.admit(keys.len())?;
    put(draft, OutboundFederation { vending: present.vending, keys });
    Ok(())
}

fn put(draft: &mut Draft, federation: OutboundFederation) {
    draft.put(Entity::OutboundFederation(federation.into()));
}

fn made(key: NewTokenKey, number: u32, now: Timestamp) -> TokenKey {
    let NewTokenKey { public, private } = key;
    TokenKey { number, public, private, created_at: now, replaced_at: None }
}
