//! Claims as bytes: one encoding for each value, in the order of the fields.

use std::collections::{BTreeMap, BTreeSet};

use stead_types::{AccountId, RootTask, SourceIdentity, Tag, TagKey, TagSet, TagValue};
use thiserror::Error;

use super::{
    Chaining, Claims, Federation, Holder, MfaState, SessionPolicies, SessionPrincipal, SessionTags,
};
use crate::codec::{Reader, TooLong, Unreadable, Writer};
use crate::limits::{FEDERATION_BYTES_MAX, PLAIN_BYTES_ALLOTTED};

/// The version of this encoding. A new field means a new version; versions that
/// sessions in flight may carry stay readable for [`crate::limits::SESSION_LIFETIME_MAX`].
const VERSION: u8 = 1;

/// Why authentic claims can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClaimsError {
    /// Written by a version of Stead that this one does not know.
    #[error("claims of version {0}, which is unknown")]
    UnknownVersion(u8),
    /// Not what this version writes.
    #[error("claims that were not written by this version")]
    Malformed,
}

/// Why claims can't be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EncodeError {
    Federation,
    Length,
}

impl From<Unreadable> for ClaimsError {
    fn from(_: Unreadable) -> Self {
        Self::Malformed
    }
}

impl From<TooLong> for EncodeError {
    fn from(TooLong: TooLong) -> Self {
        Self::Length
    }
}

impl Claims {
    pub(crate) fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut writer = Writer::with_capacity(PLAIN_BYTES_ALLOTTED);
        writer.byte(VERSION);
        writer.unsigned(self.account.number());
        write_principal(&mut writer, &self.principal);
        writer.timestamp(self.issued_at);
        writer.timestamp(self.expires_at);
        write_policies(&mut writer, &self.policies);
        write_tags(&mut writer, &self.tags);
        write_option(&mut writer, self.source_identity.as_ref(), |writer, identity| {
            writer.text(identity.as_str());
        });
        write_mfa(&mut writer, self.mfa);
        let before = writer.len();
        write_option(&mut writer, self.federation.as_ref(), write_federation);
        if writer.len() - before > FEDERATION_BYTES_MAX {
            return Err(EncodeError::Federation);
        }
        Ok(writer.finish()?)
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, ClaimsError> {
        let mut reader = Reader::new(bytes);
        match reader.byte()? {
            VERSION => {}
            other => return Err(ClaimsError::UnknownVersion(other)),
        }
        // The order of the fields is the order of the bytes.
        let claims = Self {
            account: AccountId::from_number(reader.unsigned()?)
                .map_err(|_| ClaimsError::Malformed)?,
            principal: read_principal(&mut reader)?,
            issued_at: reader.timestamp()?,
            expires_at: reader.timestamp()?,
            policies: read_policies(&mut reader)?,
            tags: read_tags(&mut reader)?,
            source_identity: read_option(&mut reader, Reader::parsed::<SourceIdentity>)?,
            mfa: read_mfa(&mut reader)?,
            federation: read_option(&mut reader, read_federation)?,
        };
        reader.finish()?;
        Ok(claims)
    }
}

/// How many bytes policies and tags take in a token, above what none would take.
pub(crate) fn plain_bytes(policies: &SessionPolicies, tags: &SessionTags) -> usize {
    if policies.is_empty() && tags.is_empty() {
        return 0;
    }
    let mut writer = Writer::with_capacity(PLAIN_BYTES_ALLOTTED);
    write_policies(&mut writer, policies);
    write_tags(&mut writer, tags);
    writer.len().saturating_sub(PLAIN_BYTES_OF_NOTHING)
}

/// The flag of the inline policy and two counts.
const PLAIN_BYTES_OF_NOTHING: usize = 3;

fn write_principal(writer: &mut Writer, principal: &SessionPrincipal) {
    match principal {
        SessionPrincipal::AssumedRole { role_id, role_name, session_name, chaining } => {
            writer.byte(match chaining {
                Chaining::Direct => 1,
                Chaining::Chained => 2,
            });
            writer.text(role_id.as_str());
            writer.text(role_name.as_str());
            writer.text(session_name.as_str());
        }
        SessionPrincipal::FederatedUser { holder, name } => {
            writer.byte(3);
            write_holder(writer, holder);
            writer.text(name.as_str());
        }
        SessionPrincipal::SessionToken { holder } => {
            writer.byte(4);
            write_holder(writer, holder);
        }
        SessionPrincipal::Delegated { holder } => {
            writer.byte(5);
            write_holder(writer, holder);
        }
        SessionPrincipal::AssumedRoot { task, organization } => {
            writer.byte(6);
            writer.byte(task_byte(*task));
            writer.text(organization.as_str());
        }
    }
}

fn read_principal(reader: &mut Reader<'_>) -> Result<SessionPrincipal, Unreadable> {
    let chaining = match reader.byte()? {
        1 => Chaining::Direct,
        2 => Chaining::Chained,
        3 => {
            let holder = read_holder(reader)?;
            return Ok(SessionPrincipal::FederatedUser { holder, name: reader.parsed()? });
        }
        4 => return Ok(SessionPrincipal::SessionToken { holder: read_holder(reader)? }),
        5 => return Ok(SessionPrincipal::Delegated { holder: read_holder(reader)? }),
        6 => {
            let task = read_task(reader)?;
            return Ok(SessionPrincipal::AssumedRoot { task, organization: reader.parsed()? });
        }
        _ => return Err(Unreadable),
    };
    Ok(SessionPrincipal::AssumedRole {
        role_id: reader.parsed()?,
        role_name: reader.parsed()?,
        session_name: reader.parsed()?,
        chaining,
    })
}

const fn task_byte(task: RootTask) -> u8 {
    match task {
        RootTask::AuditCredentials => 0,
        RootTask::CreatePassword => 1,
        RootTask::DeleteCredentials => 2,
        RootTask::UnlockBucket => 3,
        RootTask::UnlockQueue => 4,
    }
}

fn read_task(reader: &mut Reader<'_>) -> Result<RootTask, Unreadable> {
    let byte = reader.byte()?;
    RootTask::ALL.into_iter().find(|task| task_byte(*task) == byte).ok_or(Unreadable)
}

fn write_holder(writer: &mut Writer, holder: &Holder) {
    match holder {
        Holder::Root => writer.byte(0),
        Holder::User { user_id } => {
            writer.byte(1);
            writer.text(user_id.as_str());
        }
    }
}

fn read_holder(reader: &mut Reader<'_>) -> Result<Holder, Unreadable> {
    match reader.byte()? {
        0 => Ok(Holder::Root),
        1 => Ok(Holder::User { user_id: reader.parsed()? }),
        _ => Err(Unreadable),
    }
}

fn write_policies(writer: &mut Writer, policies: &SessionPolicies) {
    write_option(writer, policies.inline(), |writer, text| writer.text(text));
    writer.count(policies.managed.len());
    policies.managed.iter().for_each(|arn| writer.text(arn.as_str()));
}

fn read_policies(reader: &mut Reader<'_>) -> Result<SessionPolicies, Unreadable> {
    let inline = read_option(reader, |reader| reader.text().map(Box::from))?;
    let count = reader.byte()?;
    let managed = (0..count).map(|_| reader.parsed()).collect::<Result<_, _>>()?;
    Ok(SessionPolicies { inline, managed })
}

fn write_tags(writer: &mut Writer, tags: &SessionTags) {
    writer.count(tags.tags.len());
    for tag in tags.tags.iter() {
        writer.byte(u8::from(tags.is_transitive(&tag.key)));
        writer.text(tag.key.as_str());
        writer.text(tag.value.as_str());
    }
}

fn read_tags(reader: &mut Reader<'_>) -> Result<SessionTags, Unreadable> {
    let mut transitive = BTreeSet::new();
    let count = reader.byte()?;
    let mut read = || {
        let inherited = reader.byte()?;
        let tag = Tag { key: reader.parsed::<TagKey>()?, value: reader.parsed::<TagValue>()? };
        match inherited {
            0 => {}
            1 => drop(transitive.insert(tag.key.fold())),
            _ => return Err(Unreadable),
        }
        Ok(tag)
    };
    let tags = (0..count).map(|_| read()).collect::<Result<Vec<_>, _>>()?;
    Ok(SessionTags { tags: TagSet::new(tags).map_err(|_| Unreadable)?, transitive })
}

fn write_mfa(writer: &mut Writer, mfa: MfaState) {
    match mfa {
        MfaState::Absent => writer.byte(0),
        MfaState::Authenticated { at } => {
            writer.byte(1);
            writer.timestamp(at);
        }
    }
}

fn read_mfa(reader: &mut Reader<'_>) -> Result<MfaState, Unreadable> {
    match reader.byte()? {
        0 => Ok(MfaState::Absent),
        1 => Ok(MfaState::Authenticated { at: reader.timestamp()? }),
        _ => Err(Unreadable),
    }
}

fn write_federation(writer: &mut Writer, federation: &Federation) {
    writer.text(&federation.provider);
    writer.count(federation.claims.len());
    for (name, values) in &federation.claims {
        writer.text(name);
        writer.count(values.len());
        values.iter().for_each(|value| writer.text(value));
    }
}

fn read_federation(reader: &mut Reader<'_>) -> Result<Federation, Unreadable> {
    let provider = reader.text()?.to_owned();
    let mut claims = BTreeMap::new();
    for _ in 0..reader.byte()? {
        let name = reader.text()?.to_owned();
        let count = reader.byte()?;
        let values =
            (0..count).map(|_| reader.text().map(str::to_owned)).collect::<Result<_, _>>()?;
        if claims.insert(name, values).is_some() {
            return Err(Unreadable);
        }
    }
    Ok(Federation { provider, claims })
}

fn write_option<T>(writer: &mut Writer, value: Option<T>, write: impl FnOnce(&mut Writer, T)) {
    match value {
        None => writer.byte(0),
        Some(value) => {
            writer.byte(1);
            write(writer, value);
        }
    }
}

fn read_option<'a, T>(
    reader: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Unreadable>,
) -> Result<Option<T>, Unreadable> {
    match reader.byte()? {
        0 => Ok(None),
        1 => read(reader).map(Some),
        _ => Err(Unreadable),
    }
}
