//! The alias of the account.

use crate::commands::account_alias;
use crate::testing::{Fixture, missing, name, now};
use crate::{DirectoryError, Draft, EntityChange, EntityKind, NameChange};

fn reserve(text: &str) -> NameChange {
    NameChange::Reserve(format!("alias/{text}"))
}

fn release(text: &str) -> NameChange {
    NameChange::Release(format!("alias/{text}"))
}

/// What the commands of one draft do to the names of the installation, and the next draft.
fn committed(draft: Draft) -> (Vec<NameChange>, Draft) {
    let (snapshot, changes) = draft.into_parts();
    let names = changes.iter().filter_map(EntityChange::name_change).collect();
    (names, Draft::new(&snapshot).unwrap())
}

#[test]
fn an_account_has_one_alias_and_another_replaces_it() {
    let mut fixture = Fixture::new();
    account_alias::create(&mut fixture.draft, name("first"), now()).unwrap();
    let (names, mut draft) = committed(fixture.draft);
    assert_eq!(names, [reserve("first")]);
    account_alias::create(&mut draft, name("second"), now()).unwrap();
    let (names, draft) = committed(draft);
    assert_eq!(names, [release("first"), reserve("second")]);
    assert_eq!(draft.snapshot().alias().unwrap().name.as_str(), "second");
    assert_eq!(draft.snapshot().entities().count(), 2);
}

#[test]
fn the_alias_that_is_there_is_not_given_again() {
    let mut fixture = Fixture::new();
    account_alias::create(&mut fixture.draft, name("first"), now()).unwrap();
    let again = account_alias::create(&mut fixture.draft, name("first"), now());
    assert_eq!(again, Err(DirectoryError::exists(EntityKind::AccountAlias, "first")));
}

#[test]
fn only_the_alias_that_is_there_is_taken_away() {
    let mut fixture = Fixture::new();
    let draft = &mut fixture.draft;
    let absent = Err(missing(EntityKind::AccountAlias, "first"));
    assert_eq!(account_alias::delete(draft, &name("first")), absent);
    account_alias::create(draft, name("second"), now()).unwrap();
    assert_eq!(account_alias::delete(draft, &name("first")), absent);
    account_alias::delete(draft, &name("second")).unwrap();
    assert!(draft.snapshot().alias().is_none());
    let (names, _) = committed(fixture.draft);
    assert_eq!(names, [release("second")]);
}
