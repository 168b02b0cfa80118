//! The store against a literal reading of what commits mean: random histories,
//! every answer and every state compared.

use std::collections::BTreeMap;

use proptest::prelude::*;
use stead_store::{
    Aggregate, Change, Commit, CommitError, NameClaim, Revision, Store as _, UniqueName,
};
use stead_store_sqlite::SqliteStore;

use crate::place::drive;

const AGGREGATES: [&str; 3] =
    ["installation", "account/000000000001", "organization/o-exampleorgid"];
const KEYS: [&str; 3] = ["a", "b", "c"];
const NAMES: [&str; 3] = ["alias/a", "alias/b", "alias/c"];

#[derive(Clone, Default)]
struct Model {
    revisions: BTreeMap<Aggregate, u64>,
    records: BTreeMap<(Aggregate, String), String>,
    names: BTreeMap<UniqueName, Aggregate>,
}

impl Model {
    fn revision(&self, aggregate: &Aggregate) -> Revision {
        Revision::from_number(self.revisions.get(aggregate).copied().unwrap_or(0))
    }

    /// Works on a copy, which counts only when nothing was refused.
    fn commit(&mut self, commit: &Commit) -> Result<Revision, CommitError> {
        let aggregate = commit.aggregate();
        let current = self.revision(aggregate);
        if current != commit.expected() {
            return Err(CommitError::Conflict { current });
        }
        let mut next = self.clone();
        for claim in commit.claims() {
            next.claim(aggregate, claim)?;
        }
        for change in commit.changes() {
            let place = (aggregate.clone(), change.key.to_string());
            match &change.value {
                Some(value) => next.records.insert(place, value.body.to_string()),
                None => next.records.remove(&place),
            };
        }
        next.revisions.insert(aggregate.clone(), current.number() + 1);
        *self = next;
        Ok(self.revision(aggregate))
    }

    fn claim(&mut self, aggregate: &Aggregate, claim: &NameClaim) -> Result<(), CommitError> {
        let (NameClaim::Reserve(name) | NameClaim::Release(name)) = claim;
        let holder = self.names.get(name);
        let refused = match claim {
            NameClaim::Reserve(_) => holder,
            NameClaim::Release(_) => holder.filter(|holder| *holder != aggregate),
        };
        if let Some(holder) = refused.cloned() {
            return Err(CommitError::NameTaken { name: name.clone(), holder });
        }
        match claim {
            NameClaim::Reserve(_) => self.names.insert(name.clone(), aggregate.clone()),
            NameClaim::Release(_) => self.names.remove(name),
        };
        Ok(())
    }

    fn records_of(&self, aggregate: &Aggregate) -> Vec<(String, String)> {
        let of = self.records.iter().filter(|((owner, _), _)| owner == aggregate);
        of.map(|((_, key), body)| (key.clone(), body.clone())).collect()
    }
}

/// A commit, before it is known at which revision its aggregate is.
#[derive(Clone, Debug)]
struct Step {
    aggregate: Aggregate,
    behind: u64,
    changes: Vec<Change>,
    claims: Vec<NameClaim>,
}

fn step() -> impl Strategy<Value = Step> {
    let aggregate = prop::sample::select(&AGGREGATES).prop_map(|text| text.parse().unwrap());
    // Mostly at the right revision.
    let behind = prop_oneof![6 => Just(0_u64), 1 => 1_u64..3];
    let changes = prop::collection::vec(change(), 0..4);
    let claims = prop::collection::vec(claim(), 0..3);
    (aggregate, behind, changes, claims).prop_map(|(aggregate, behind, changes, claims)| Step {
        aggregate,
        behind,
        changes,
        claims,
    })
}

fn change() -> impl Strategy<Value = Change> {
    let body = prop::option::weighted(0.7, "[a-z]{0,3}");
    (prop::sample::select(&KEYS), body).prop_map(|(key, body)| match body {
        Some(body) => Change::put(key.parse().unwrap(), 1, body),
        None => Change::delete(key.parse().unwrap()),
    })
}

fn claim() -> impl Strategy<Value = NameClaim> {
    (prop::sample::select(&NAMES), any::<bool>()).prop_map(|(name, reserve)| {
        let name = name.parse().unwrap();
        if reserve { NameClaim::Reserve(name) } else { NameClaim::Release(name) }
    })
}

async fn compare(store: &SqliteStore, model: &Model) {
    for text in AGGREGATES {
        let aggregate: Aggregate = text.parse().unwrap();
        let loaded = store.load(&aggregate).await.unwrap();
        let revision = loaded.as_ref().map_or(Revision::ABSENT, |loaded| loaded.revision);
        assert_eq!(revision, model.revision(&aggregate));
        let records = loaded.map(|loaded| loaded.records).unwrap_or_default().into_iter();
        let pairs: Vec<_> =
            records.map(|record| (record.key.to_string(), record.value.body.to_string())).collect();
        assert_eq!(pairs, model.records_of(&aggregate));
    }
    for text in NAMES {
        let name = text.parse().unwrap();
        assert_eq!(store.name_holder(&name).await.unwrap(), model.names.get(&name).cloned());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_history_ends_as_it_reads(steps in prop::collection::vec(step(), 1..24)) {
        drive(async {
            let store = SqliteStore::in_memory().unwrap();
            let mut model = Model::default();
            for step in steps {
                let expected = model.revision(&step.aggregate).number().abs_diff(step.behind);
                let expected = Revision::from_number(expected);
                let commit =
                    Commit::new(step.aggregate, expected, step.changes, step.claims).unwrap();
                assert_eq!(store.commit(commit.clone()).await, model.commit(&commit));
                compare(&store, &model).await;
            }
            store.close().await;
        });
    }
}
