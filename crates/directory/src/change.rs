use crate::entity::{
    Alias, Delegation, DelegationRequest, DelegationState, Entity, EntityKey, TokenIssuer,
};
use crate::records;

/// A change of one entity of an account.
#[derive(Clone, Debug)]
pub enum EntityChange {
    /// The entity is as given from now on, new or anew.
    Put(Entity),
    /// The entity with this key is gone.
    Delete(EntityKey),
}

/// A change in the form in which it is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedChange {
    /// The key of the record, such as `user/AIDA...`; see [`EntityKey::text`].
    pub key: String,
    /// What the record holds from now on; `None` deletes it.
    pub value: Option<EncodedRecord>,
}

/// What a record holds.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedRecord {
    /// The version of the format.
    pub format: u16,
    /// JSON text.
    pub body: String,
}

/// What a change does to the names that are unique in the installation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameChange {
    /// The account holds this name from now on, if nobody does.
    Reserve(String),
    /// The account no longer holds it.
    Release(String),
}

impl EntityChange {
    /// The name that goes with the entity; `None` for all that is named within its
    /// account.
    #[must_use]
    pub fn name_change(&self) -> Option<NameChange> {
        match self {
            Self::Put(Entity::Alias(alias)) => {
                Some(NameChange::Reserve(Alias::unique_name(&alias.name)))
            }
            Self::Put(Entity::TokenIssuer(issuer)) => {
                Some(NameChange::Reserve(TokenIssuer::unique_name(&issuer.id)))
            }
            Self::Put(Entity::DelegationRequest(request)) => {
                Some(NameChange::Reserve(DelegationRequest::unique_name(&request.id)))
            }
            // INVARIANT: no command puts it in this state but the one that begins it.
            Self::Put(Entity::Delegation(held)) if held.state == DelegationState::Assigned => {
                Some(NameChange::Reserve(Delegation::unique_name(held.id())))
            }
            Self::Delete(EntityKey::DelegationRequest(id)) => {
                Some(NameChange::Release(DelegationRequest::unique_name(id)))
            }
            Self::Delete(EntityKey::Delegation(id)) => {
                Some(NameChange::Release(Delegation::unique_name(id)))
            }
            Self::Delete(EntityKey::Alias(name)) => {
                Some(NameChange::Release(Alias::unique_name(name)))
            }
            Self::Put(_) | Self::Delete(_) => None,
        }
    }

    /// The key of the entity that is changed.
    #[must_use]
    pub fn key(&self) -> EntityKey {
        match self {
            Self::Put(entity) => entity.key(),
            Self::Delete(key) => key.clone(),
        }
    }

    /// The change as it is stored.
    #[must_use]
    pub fn encode(&self) -> EncodedChange {
        let value = match self {
            Self::Put(entity) => Some(records::encode(entity)),
            Self::Delete(_) => None,
        };
        EncodedChange { key: self.key().text(), value }
    }
}

// Bodies hold what people name freely, and wrapped secrets: logs get the size.
impl std::fmt::Debug for EncodedRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "EncodedRecord(format {}, {} bytes)", self.format, self.body.len())
    }
}

impl std::fmt::Debug for EncodedChange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {:?}", self.key, self.value)
    }
}
