//! Under which keys a statement's principals are looked up.

use crate::compiled::principal::{PrincipalMatcher, Who, federated_provider};
use crate::{Caller, FederatedIssuer, Polarity};

/// What stands for a principal: a hash. Two principals with the same one cost a look
/// at a statement in vain; whether it names the caller is asked in full there.
pub(super) type PrincipalKey = u64;

/// The most keys one caller has.
pub(super) const CALLER_KEYS_MAX: usize = 5;

/// The keys of a Principal element, or `None` when it may name anybody.
pub(super) fn principal_keys(principals: &PrincipalMatcher) -> Option<Vec<PrincipalKey>> {
    if principals.polarity == Polarity::NoneOf {
        return None;
    }
    let mut keys = Vec::with_capacity(principals.entries.len());
    for entry in &principals.entries {
        match &entry.pattern {
            Who::Everyone | Who::EveryoneUnderAws | Who::EveryoneFederated => return None,
            Who::Account(account) => keys.push(number(account.number())),
            Who::Arn(arn) => keys.push(text(arn)),
            Who::Id(id) => keys.push(text(id.as_str())),
            Who::Federated(name) | Who::Service(name) => keys.push(text(name)),
            Who::Nobody => {}
        }
    }
    keys.sort_unstable();
    keys.dedup();
    Some(keys)
}

/// The keys that name a caller; filled from the front.
pub(super) fn caller_keys(caller: &Caller) -> [Option<PrincipalKey>; CALLER_KEYS_MAX] {
    let account = caller.account().map(|account| number(account.number()));
    let provider = federated_provider(caller).map(text);
    let (first, second, third) = match caller {
        Caller::User { arn, id, .. } => (Some(text(arn.as_str())), Some(text(id.as_str())), None),
        Caller::RoleSession { role_arn, role_id, session_arn, .. } => (
            Some(text(role_arn.as_str())),
            Some(text(role_id.as_str())),
            Some(text(session_arn.as_str())),
        ),
        Caller::FederatedUser { arn, issuer: FederatedIssuer::User { arn: user, id }, .. } => {
            (Some(text(arn.as_str())), Some(text(user.as_str())), Some(text(id.as_str())))
        }
        Caller::FederatedUser { arn, issuer: FederatedIssuer::Root, .. } => {
            (Some(text(arn.as_str())), None, None)
        }
        Caller::Service { name } => (Some(text(name)), None, None),
        Caller::Root { .. }
        | Caller::WebIdentity { .. }
        | Caller::Saml { .. }
        | Caller::Anonymous => (None, None, None),
    };
    [account, provider, first, second, third]
}

/// FNV-1a: short texts, no need to resist anybody, since a collision is only work.
fn text(text: &str) -> PrincipalKey {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

const fn number(account: u64) -> PrincipalKey {
    account
}
