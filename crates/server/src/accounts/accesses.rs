//! Which operations users and roles called last: noted in memory, recorded from time to time.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use stead_api::{KnownOperation, Service};
use stead_service::Access;
use stead_store::{LastUse, RecordKey};
use stead_types::{Timestamp, UniqueId, UniqueIdKind};

use crate::limits::ACCESSES_MAX;

/// How old a noted call may get before it is noted again. What is called all the time so costs
/// one note in this time. Spec: UG:access_policies_access-advisor: AWS shows a call within four
/// hours.
const NOTED_EVERY: Duration = Duration::from_secs(300);

/// The last calls of an account's users and roles.
///
/// Bound: [`ACCESSES_MAX`].
#[derive(Debug, Default)]
pub(crate) struct AccessLog(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    by_principal: HashMap<UniqueId, Vec<Access>>,
    count: usize,
}

impl AccessLog {
    /// What is known of one user or role.
    pub(crate) fn of(&self, principal: &UniqueId) -> Vec<Access> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.by_principal.get(principal).cloned().unwrap_or_default()
    }

    /// Says whether the call is news.
    pub(crate) fn note(
        &self,
        principal: &UniqueId,
        operation: KnownOperation,
        now: Timestamp,
        region: &str,
    ) -> bool {
        let is_news = |known: &Known| {
            let all = known.by_principal.get(principal);
            let last = all.and_then(|all| all.iter().find(|it| it.operation == operation));
            last.is_none_or(|last| last.at.plus(NOTED_EVERY) <= now)
        };
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if !is_news(&known) {
            return false;
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !is_news(&known) {
            return false;
        }
        known.put(principal, Access { operation, at: now, region: region.into() });
        true
    }

    /// What the store knew when the account was loaded.
    pub(crate) fn remember(&self, key: &RecordKey, last_use: &LastUse) {
        let Some((principal, operation)) = read(key.as_str()) else { return };
        let region = last_use.detail.as_str().into();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.put(&principal, Access { operation, at: last_use.used_at, region });
    }

    /// Forgets who is not there any more.
    pub(crate) fn tidy(&self, is_there: impl Fn(&UniqueId) -> bool) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.by_principal.retain(|principal, _| is_there(principal));
        known.keep(|_| true);
    }
}

impl Known {
    fn put(&mut self, principal: &UniqueId, access: Access) {
        if self.count >= ACCESSES_MAX {
            self.forget_older_half();
        }
        let all = self.by_principal.entry(principal.clone()).or_default();
        match all.iter_mut().find(|it| it.operation == access.operation) {
            Some(last) => *last = access,
            None => {
                all.push(access);
                self.count = self.count.saturating_add(1);
            }
        }
    }

    fn forget_older_half(&mut self) {
        let all = self.by_principal.values().flatten();
        let mut times: Vec<Timestamp> = all.map(|access| access.at).collect();
        let middle = times.len() / 2;
        let (_, middle, _) = times.select_nth_unstable(middle);
        let middle = *middle;
        self.keep(|access| access.at > middle);
    }

    fn keep(&mut self, keep: impl Fn(&Access) -> bool) {
        self.by_principal.values_mut().for_each(|all| all.retain(&keep));
        self.by_principal.retain(|_, all| !all.is_empty());
        self.count = self.by_principal.values().map(Vec::len).sum();
    }
}

/// The key under which a call is recorded: below that of the user or role, so that it goes
/// with them.
pub(crate) fn record_key(principal: &UniqueId, operation: KnownOperation) -> Option<RecordKey> {
    let kind = match principal.kind() {
        UniqueIdKind::User => "user",
        UniqueIdKind::Role => "role",
        _ => return None,
    };
    let service = operation.service().signing_name();
    format!("{kind}/{principal}/{service}/{}", operation.name()).parse().ok()
}

fn read(key: &str) -> Option<(UniqueId, KnownOperation)> {
    let mut parts = key.split('/');
    let (_kind, principal) = (parts.next()?, parts.next()?.parse().ok()?);
    let service = Service::from_signing_name(parts.next()?)?;
    let operation = KnownOperation::lookup(service, parts.next()?)?;
    parts.next().is_none().then_some((principal, operation))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str) -> KnownOperation {
        KnownOperation::lookup(Service::Iam, name).unwrap()
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_epoch_seconds(seconds)
    }

    #[test]
    fn a_call_is_noted_once_in_a_while() {
        let log = AccessLog::default();
        let user: UniqueId = "AIDAIOSFODNN7EXAMPLE1".parse().unwrap();
        assert!(log.note(&user, operation("GetUser"), at(0), "us-east-1"));
        assert!(!log.note(&user, operation("GetUser"), at(299), "eu-west-1"));
        assert!(log.note(&user, operation("ListUsers"), at(1), "us-east-1"));
        assert!(log.note(&user, operation("GetUser"), at(300), "eu-west-1"));
        let told: Vec<_> = log.of(&user).iter().map(|it| (it.operation.name(), it.at)).collect();
        assert_eq!(told, [("GetUser", at(300)), ("ListUsers", at(1))]);
        log.tidy(|_| true);
        assert_eq!(log.of(&user).len(), 2);
        log.tidy(|principal| *principal != user);
        assert_eq!(log.of(&user), []);
    }

    #[test]
    fn keys_are_read_as_they_are_written() {
        for (id, name) in
            [("AIDAIOSFODNN7EXAMPLE1", "GetUser"), ("AROAIOSFODNN7EXAMPLE1", "GetRole")]
        {
            let key = record_key(&id.parse().unwrap(), operation(name)).unwrap();
            assert_eq!(read(key.as_str()), Some((id.parse().unwrap(), operation(name))));
        }
        for other in [
            "",
            "role/AROAIOSFODNN7EXAMPLE1",
            "user/x/iam/GetUser",
            "user/AIDAIOSFODNN7EXAMPLE1/s3/GetUser",
            "user/AIDAIOSFODNN7EXAMPLE1/iam/None",
            "user/AIDAIOSFODNN7EXAMPLE1/iam/GetUser/",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_known_has_a_bound() {
        let log = AccessLog::default();
        let id = |number: usize| format!("AIDA{number:017}").parse::<UniqueId>().unwrap();
        for number in 0..=ACCESSES_MAX {
            let second = i64::try_from(number).unwrap();
            assert!(log.note(&id(number), operation("GetUser"), at(second), "us-east-1"));
        }
        let known = log.0.read().unwrap();
        assert!(known.count <= ACCESSES_MAX / 2 + 1, "{}", known.count);
        assert!(known.by_principal.contains_key(&id(ACCESSES_MAX)));
        assert!(!known.by_principal.contains_key(&id(0)));
    }
}
