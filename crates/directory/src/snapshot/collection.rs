use std::ops::Bound;
use std::sync::Arc;

use imbl::{OrdMap, OrdSet};
use stead_types::UniqueId;

use crate::entity::{Group, InstanceProfile, ManagedPolicy, Role, ServerCertificate, User};

/// An entity with a unique id and a name that is unique whatever its case.
pub(super) trait Named {
    fn id(&self) -> &UniqueId;
    fn folded_name(&self) -> String;
    fn path(&self) -> &str;
}

macro_rules! named {
    ($($entity:ty),*) => {$(
        impl Named for $entity {
            fn id(&self) -> &UniqueId {
                &self.id
            }

            fn folded_name(&self) -> String {
                self.name.fold()
            }

            fn path(&self) -> &str {
                self.path.as_str()
            }
        }
    )*};
}
named!(User, Group, Role, ManagedPolicy, InstanceProfile, ServerCertificate);

/// Entities of one kind, by unique id and by name.
#[derive(Clone, Debug)]
pub(super) struct Collection<E> {
    by_id: OrdMap<UniqueId, Arc<E>>,
    by_name: OrdMap<String, Arc<E>>,
}

impl<E> Default for Collection<E> {
    fn default() -> Self {
        Self { by_id: OrdMap::new(), by_name: OrdMap::new() }
    }
}

impl<E: Named> Collection<E> {
    pub(super) fn find(&self, id: &UniqueId) -> Option<&Arc<E>> {
        self.by_id.get(id)
    }

    pub(super) fn find_by_name(&self, name: &str) -> Option<&Arc<E>> {
        if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return self.by_name.get(name);
        }
        self.by_name.get(name.to_ascii_lowercase().as_str())
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<E>> {
        self.by_id.values()
    }

    /// Names and whose they are, for tests to compare.
    #[cfg(test)]
    pub(super) fn names(&self) -> Vec<(&String, &UniqueId)> {
        self.by_name.iter().map(|(name, entity)| (name, entity.id())).collect()
    }

    /// Those under a path, in the order of their names, behind the name `after`.
    pub(super) fn list<'a>(
        &'a self,
        path_prefix: &'a str,
        after: Option<&str>,
    ) -> impl Iterator<Item = &'a Arc<E>> {
        let start =
            after.map_or(Bound::Unbounded, |name| Bound::Excluded(name.to_ascii_lowercase()));
        self.by_name
            .range((start, Bound::Unbounded))
            .map(|(_, entity)| entity)
            .filter(move |entity| entity.path().starts_with(path_prefix))
    }

    /// Replaces the entity with the same id; the caller has removed it before.
    pub(super) fn insert(&mut self, entity: Arc<E>) {
        self.by_name.insert(entity.folded_name(), entity.clone());
        self.by_id.insert(entity.id().clone(), entity);
    }

    pub(super) fn remove(&mut self, id: &UniqueId) -> Option<Arc<E>> {
        let entity = self.by_id.remove(id)?;
        let name = entity.folded_name();
        // Two entities may swap names within one list of changes; the name then
        // belongs to the other one already.
        if self.by_name.get(&name).is_some_and(|holder| holder.id() == id) {
            self.by_name.remove(&name);
        }
        Some(entity)
    }
}

/// A map from a key to a set of values. A key without values is not kept.
#[derive(Clone, Debug)]
pub(super) struct Index<K: Ord, V: Ord>(OrdMap<K, OrdSet<V>>);

impl<K: Ord, V: Ord> Default for Index<K, V> {
    fn default() -> Self {
        Self(OrdMap::new())
    }
}

impl<K: Ord + Clone, V: Ord + Clone> Index<K, V> {
    pub(super) fn of(&self, key: &K) -> impl Iterator<Item = &V> {
        self.0.get(key).into_iter().flat_map(|values| values.iter())
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.0.entry(key).or_default().insert(value);
    }

    pub(super) fn remove(&mut self, key: &K, value: &V) {
        let Some(values) = self.0.get_mut(key) else { return };
        values.remove(value);
        if values.is_empty() {
            self.0.remove(key);
        }
    }
}
