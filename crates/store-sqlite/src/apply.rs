//! What each write does to the tables. An error of SQLite fails the batch;
//! a refusal is the outcome of its own write and leaves no trace.

use rusqlite::{Connection, Transaction, params};
use stead_store::{
    Aggregate, Change, Claimed, Commit, CommitError, NameClaim, ReplayGuard, Revision, UniqueName,
    UsageBatch,
};
use stead_types::Timestamp;

use crate::{limits, query};

pub(crate) fn commit(
    transaction: &mut Transaction<'_>,
    commit: &Commit,
) -> rusqlite::Result<Result<Revision, CommitError>> {
    let id = commit.aggregate().to_string();
    let current = query::revision(transaction, &id)?;
    if current != commit.expected() {
        return Ok(Err(CommitError::Conflict { current }));
    }
    // Dropped unless committed: a refused claim takes the claims before it along.
    let savepoint = transaction.savepoint()?;
    for name_claim in commit.claims() {
        if let Err(refusal) = claim(&savepoint, commit.aggregate(), name_claim)? {
            return Ok(Err(refusal));
        }
    }
    for one in commit.changes() {
        change(&savepoint, &id, one)?;
    }
    let revision = current.next();
    advance(&savepoint, &id, revision)?;
    savepoint.commit()?;
    Ok(Ok(revision))
}

pub(crate) fn claim_once(
    connection: &Connection,
    guard: &ReplayGuard,
    now: Timestamp,
) -> rusqlite::Result<Claimed> {
    connection
        .prepare_cached(
            "DELETE FROM replay_guard WHERE rowid IN
             (SELECT rowid FROM replay_guard WHERE expires_at <= ?1 LIMIT ?2)",
        )?
        .execute(params![now.epoch_seconds(), limits::GUARDS_CLEARED_MAX])?;
    if guard.expires_at <= now {
        return Ok(Claimed::Seen);
    }
    let inserted = connection
        .prepare_cached(
            "INSERT INTO replay_guard (aggregate, key, expires_at) VALUES (?1, ?2, ?3)
             ON CONFLICT (aggregate, key) DO UPDATE SET expires_at = excluded.expires_at
             WHERE replay_guard.expires_at <= ?4",
        )?
        .execute(params![
            guard.aggregate.to_string(),
            guard.key.as_str(),
            guard.expires_at.epoch_seconds(),
            now.epoch_seconds(),
        ])?;
    Ok(if inserted == 0 { Claimed::Seen } else { Claimed::Fresh })
}

pub(crate) fn record_usage(connection: &Connection, batch: &UsageBatch) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO usage (aggregate, key, used_at, detail) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (aggregate, key) DO UPDATE
         SET used_at = excluded.used_at, detail = excluded.detail
         WHERE usage.used_at <= excluded.used_at",
    )?;
    for (aggregate, key, last_use) in batch.iter() {
        statement.execute(params![
            aggregate.to_string(),
            key.as_str(),
            last_use.used_at.epoch_seconds(),
            last_use.detail.as_str(),
        ])?;
    }
    Ok(())
}

/// Drops the entries of the feed before the newest `kept`.
pub(crate) fn prune_feed(connection: &Connection, kept: u32) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM feed WHERE position <= (SELECT max(position) FROM feed) - ?1")?
        .execute(params![kept])
        .map(drop)
}

fn claim(
    connection: &Connection,
    aggregate: &Aggregate,
    claim: &NameClaim,
) -> rusqlite::Result<Result<(), CommitError>> {
    let (NameClaim::Reserve(name) | NameClaim::Release(name)) = claim;
    let holder = query::name_holder(connection, name)?;
    match (claim, holder) {
        (NameClaim::Reserve(_), None) => reserve(connection, aggregate, name).map(Ok),
        (NameClaim::Release(_), None) => Ok(Ok(())),
        (NameClaim::Release(_), Some(holder)) if holder == *aggregate => {
            release(connection, name).map(Ok)
        }
        (NameClaim::Reserve(_) | NameClaim::Release(_), Some(holder)) => {
            Ok(Err(CommitError::NameTaken { name: name.clone(), holder }))
        }
    }
}

fn reserve(
    connection: &Connection,
    aggregate: &Aggregate,
    name: &UniqueName,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO name (name, aggregate) VALUES (?1, ?2)")?
        .execute(params![name.as_str(), aggregate.to_string()])
        .map(drop)
}

fn release(connection: &Connection, name: &UniqueName) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM name WHERE name = ?1")?
        .execute(params![name.as_str()])
        .map(drop)
}

fn change(connection: &Connection, id: &str, change: &Change) -> rusqlite::Result<()> {
    let key = change.key.as_str();
    let Some(value) = &change.value else {
        connection
            .prepare_cached("DELETE FROM record WHERE aggregate = ?1 AND key = ?2")?
            .execute(params![id, key])?;
        return connection
            // Below the key is what begins with it and a slash, and 0 comes right behind that.
            .prepare_cached(
                "DELETE FROM usage WHERE aggregate = ?1
                 AND (key = ?2 OR (key > ?2 || '/' AND key < ?2 || '0'))",
            )?
            .execute(params![id, key])
            .map(drop);
    };
    connection
        .prepare_cached(
            "INSERT INTO record (aggregate, key, format, body) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (aggregate, key) DO UPDATE
             SET format = excluded.format, body = excluded.body",
        )?
        .execute(params![id, key, value.format, &*value.body])
        .map(drop)
}

fn advance(connection: &Connection, id: &str, revision: Revision) -> rusqlite::Result<()> {
    let number = query::integer(revision.number())?;
    connection
        .prepare_cached(
            "INSERT INTO aggregate (id, revision) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET revision = excluded.revision",
        )?
        .execute(params![id, number])?;
    connection
        .prepare_cached("INSERT INTO feed (aggregate, revision) VALUES (?1, ?2)")?
        .execute(params![id, number])
        .map(drop)
}

#[cfg(test)]
mod tests {
    use stead_store::{ChangeFeed, Cursor};

    use super::*;
    use crate::connection;

    #[test]
    fn a_pruned_feed_says_what_it_lost() {
        let connection = connection::open_in_memory().unwrap();
        for number in 1..=10 {
            advance(&connection, "installation", Revision::from_number(number)).unwrap();
        }
        prune_feed(&connection, 10).unwrap();
        let since = |position| {
            let cursor = Cursor::from_position(position);
            match query::changes_since(&connection, cursor, 100).unwrap() {
                ChangeFeed::Entries(entries) => Ok(entries.len()),
                ChangeFeed::Lost { head } => Err(head.position()),
            }
        };
        assert_eq!((since(0), since(9), since(10)), (Ok(10), Ok(1), Ok(0)));
        prune_feed(&connection, 3).unwrap();
        assert_eq!((since(0), since(6), since(7)), (Err(10), Err(10), Ok(3)));
        assert_eq!((since(10), since(11)), (Ok(0), Err(10)));
    }
}
