//! What is read from the tables, and how columns become types.

use std::error::Error;
use std::str::FromStr;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use stead_store::{
    Aggregate, ChangeFeed, Cursor, FeedEntry, LastUse, Loaded, Record, RecordKey, RecordValue,
    Revision, UniqueName,
};
use stead_types::{AccountId, OrganizationId, Timestamp};

pub(crate) fn load(
    connection: &Connection,
    aggregate: &Aggregate,
) -> rusqlite::Result<Option<Loaded>> {
    // One transaction, so that revision and records are of one moment.
    let transaction = connection.unchecked_transaction()?;
    let id = aggregate.to_string();
    let revision = revision(&transaction, &id)?;
    if revision == Revision::ABSENT {
        return Ok(None);
    }
    let mut statement = transaction
        .prepare_cached("SELECT key, format, body FROM record WHERE aggregate = ?1 ORDER BY key")?;
    let records = statement.query_map(params![id], record)?.collect::<Result<_, _>>()?;
    Ok(Some(Loaded { revision, records }))
}

/// The revision of the aggregate with this id.
pub(crate) fn revision(connection: &Connection, id: &str) -> rusqlite::Result<Revision> {
    let number = connection
        .prepare_cached("SELECT revision FROM aggregate WHERE id = ?1")?
        .query_row(params![id], |row| natural(row, 0))
        .optional()?;
    Ok(number.map_or(Revision::ABSENT, Revision::from_number))
}

pub(crate) fn accounts(connection: &Connection) -> rusqlite::Result<Vec<AccountId>> {
    // `0` is the character behind `/`: all ids that begin with `account/`, by
    // the index, and in the order of their numbers, as those have 12 digits.
    let mut statement = connection.prepare_cached(
        "SELECT id FROM aggregate WHERE id > 'account/' AND id < 'account0' ORDER BY id",
    )?;
    let accounts = statement.query_map([], |row| {
        match parsed(row, 0)? {
            Aggregate::Account(id) => Ok(id),
            // INVARIANT: the range of the query holds nothing else.
            Aggregate::Installation | Aggregate::Organization(_) => {
                Err(rusqlite::Error::QueryReturnedNoRows)
            }
        }
    })?;
    accounts.collect()
}

pub(crate) fn organizations(connection: &Connection) -> rusqlite::Result<Vec<OrganizationId>> {
    // As for accounts; ids are of ASCII, which the index orders as they are.
    let mut statement = connection.prepare_cached(
        "SELECT id FROM aggregate WHERE id > 'organization/' AND id < 'organization0' ORDER BY id",
    )?;
    let organizations = statement.query_map([], |row| {
        match parsed(row, 0)? {
            Aggregate::Organization(id) => Ok(id),
            // INVARIANT: the range of the query holds nothing else.
            Aggregate::Installation | Aggregate::Account(_) => {
                Err(rusqlite::Error::QueryReturnedNoRows)
            }
        }
    })?;
    organizations.collect()
}

pub(crate) fn name_holder(
    connection: &Connection,
    name: &UniqueName,
) -> rusqlite::Result<Option<Aggregate>> {
    connection
        .prepare_cached("SELECT aggregate FROM name WHERE name = ?1")?
        .query_row(params![name.as_str()], |row| parsed(row, 0))
        .optional()
}

pub(crate) fn changes_since(
    connection: &Connection,
    cursor: Cursor,
    limit: usize,
) -> rusqlite::Result<ChangeFeed> {
    let transaction = connection.unchecked_transaction()?;
    let (oldest, newest) = feed_ends(&transaction)?;
    // Positions have no gaps, as a commit that is undone gives its own back.
    // A cursor up to the newest position can be added to.
    if cursor.position() > newest || cursor.position() + 1 < oldest {
        return Ok(ChangeFeed::Lost { head: Cursor::from_position(newest) });
    }
    let mut statement = transaction.prepare_cached(
        "SELECT position, aggregate, revision FROM feed
         WHERE position > ?1 ORDER BY position LIMIT ?2",
    )?;
    let (after, limit) = (integer(cursor.position())?, i64::try_from(limit).unwrap_or(i64::MAX));
    let entries = statement.query_map(params![after, limit], feed_entry)?;
    Ok(ChangeFeed::Entries(entries.collect::<Result<_, _>>()?))
}

pub(crate) fn usage(
    connection: &Connection,
    aggregate: &Aggregate,
) -> rusqlite::Result<Vec<(RecordKey, LastUse)>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, used_at, detail FROM usage WHERE aggregate = ?1 ORDER BY key",
    )?;
    let uses = statement.query_map(params![aggregate.to_string()], |row| {
        let used_at = Timestamp::from_epoch_seconds(row.get(1)?);
        Ok((parsed(row, 0)?, LastUse { used_at, detail: parsed(row, 2)? }))
    })?;
    uses.collect()
}

/// A number as SQLite keeps it.
pub(crate) fn integer(number: u64) -> rusqlite::Result<i64> {
    i64::try_from(number).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

/// The oldest and the newest position; of an empty feed 1 and 0.
fn feed_ends(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    // Two queries in one: each end alone is found by the index.
    connection
        .prepare_cached(
            "SELECT coalesce((SELECT min(position) FROM feed), 1),
                    coalesce((SELECT max(position) FROM feed), 0)",
        )?
        .query_row([], |row| Ok((natural(row, 0)?, natural(row, 1)?)))
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let value = RecordValue { format: row.get(1)?, body: row.get(2)? };
    Ok(Record { key: parsed(row, 0)?, value })
}

fn feed_entry(row: &Row<'_>) -> rusqlite::Result<FeedEntry> {
    Ok(FeedEntry {
        cursor: Cursor::from_position(natural(row, 0)?),
        aggregate: parsed(row, 1)?,
        revision: Revision::from_number(natural(row, 2)?),
    })
}

fn natural(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let number: i64 = row.get(column)?;
    u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, number))
}

fn parsed<T>(row: &Row<'_>, column: usize) -> rusqlite::Result<T>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    row.get_ref(column)?.as_str()?.parse().map_err(|error: T::Err| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into())
    })
}
