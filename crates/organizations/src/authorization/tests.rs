use std::collections::BTreeSet;

use stead_api::implemented_organizations;
use stead_catalogue::{Action, ResourceType, Service};
use stead_directory::organization::{Organization, commands};
use stead_types::{OrganizationId, RootId, Timestamp};

use super::differences::ABSENT;
use super::{Key, Row, Rowed, Subject};

/// The operations that have a row and those that are built are the same: another would not
/// compile.
fn rows() -> Vec<(&'static str, Rowed<'static>)> {
    macro_rules! rows {
        ([] $($operation:ident,)+) => {
            vec![$(named::<stead_api::organizations::$operation>()),+]
        };
    }
    implemented_organizations!(rows)
}

fn named<Op: Row>() -> (&'static str, Rowed<'static>) {
    assert_eq!(Op::ACTION, format!("organizations:{}", Op::NAME));
    (Op::NAME, Op::empty())
}

fn service() -> &'static Service {
    stead_catalogue::service("organizations").unwrap()
}

fn action(operation: &str) -> &'static Action {
    let listed = service().action(operation);
    listed.unwrap_or_else(|| panic!("there is no action organizations:{operation}"))
}

/// What a subject can be, by the types of the reference.
fn types(subject: &Subject<'_>) -> &'static [&'static str] {
    match subject {
        Subject::Nothing => &[],
        Subject::Account(_) | Subject::NewAccount => &["account"],
        Subject::Unit(_) | Subject::NewUnit => &["organizationalunit"],
        Subject::Root(_) => &["root"],
        Subject::Policy(_) | Subject::NewPolicy(_) => &["policy"],
        Subject::Parent(_) => &["organizationalunit", "root"],
        Subject::Child(_) => &["account", "organizationalunit"],
        Subject::Target(_) => &["account", "organizationalunit", "root"],
        Subject::Tagged(_) => &[
            "account",
            "organizationalunit",
            "policy",
            "resourcepolicy",
            "responsibilitytransfer",
            "root",
        ],
        Subject::Handshake(_) => &["handshake"],
    }
}

fn all_types<'s>(subjects: impl IntoIterator<Item = &'s Subject<'s>>) -> BTreeSet<&'static str> {
    subjects.into_iter().flat_map(|subject| types(subject).iter().copied()).collect()
}

fn listed_types(operation: &str) -> BTreeSet<&'static str> {
    service().types_of(action(operation)).map(|kind| kind.name).collect()
}

fn listed_keys(operation: &str) -> BTreeSet<String> {
    let names = service().keys.iter().map(|key| key.name());
    names.filter(|name| service().has_key(action(operation), name)).collect()
}

fn names(key: &Key<'_>) -> &'static [&'static str] {
    match key {
        Key::PolicyType(_) | Key::TypeOfPolicy(_) => &["organizations:PolicyType"],
        Key::ServicePrincipal(_) => &["organizations:ServicePrincipal"],
        Key::Tags(_) => &["aws:RequestTag/*", "aws:TagKeys"],
        Key::TagKeys(_) => &["aws:TagKeys"],
    }
}

/// The keys that a row brings: its own, and the tags of what exists and can have any.
fn brought_keys(row: &Rowed<'_>) -> BTreeSet<String> {
    let tagged = row.subjects.iter().any(|subject| match subject {
        Subject::Nothing
        | Subject::Handshake(_)
        | Subject::NewAccount
        | Subject::NewUnit
        | Subject::NewPolicy(_) => false,
        Subject::Account(_)
        | Subject::Unit(_)
        | Subject::Root(_)
        | Subject::Policy(_)
        | Subject::Parent(_)
        | Subject::Child(_)
        | Subject::Target(_)
        | Subject::Tagged(_) => true,
    });
    let own = row.keys.iter().flat_map(names).copied();
    own.chain(tagged.then_some("aws:ResourceTag/*")).map(str::to_owned).collect()
}

#[test]
fn each_operation_acts_on_the_types_that_the_reference_lists() {
    for (operation, row) in rows() {
        assert_eq!(all_types(&row.subjects), listed_types(operation), "{operation}");
    }
}

#[test]
fn each_operation_has_the_condition_keys_that_the_reference_lists() {
    for (operation, row) in rows() {
        let (listed, brought) = (listed_keys(operation), brought_keys(&row));
        let absent = ABSENT.iter().filter(|(_, operations)| operations.contains(&operation));
        let absent: BTreeSet<_> = absent.map(|(key, _)| (*key).to_owned()).collect();
        let missing: BTreeSet<_> = listed.difference(&brought).cloned().collect();
        assert_eq!(missing, absent, "{operation}: listed, and not in the request");
        let beyond: Vec<_> = brought.difference(&listed).collect();
        assert!(beyond.is_empty(), "{operation}: not listed: {beyond:?}");
    }
}

#[test]
fn every_difference_is_of_an_operation_that_is_built() {
    let rows = rows();
    for operation in ABSENT.iter().flat_map(|(_, operations)| *operations) {
        assert!(rows.iter().any(|(name, _)| name == operation), "{operation}");
    }
}

#[test]
fn who_creates_with_tags_is_asked_for_the_tag_action_too() {
    for (operation, row) in rows() {
        let tags = row.keys.iter().any(|key| matches!(key, Key::Tags(_)));
        let creates = tags && operation != "TagResource";
        assert_eq!(row.tagging.is_some(), creates, "{operation}");
        let Some(tagged) = &row.tagging else { continue };
        assert!(listed_types("TagResource").is_superset(&all_types([tagged])), "{operation}");
        let keys = row.keys.iter().flat_map(names).map(|key| (*key).to_owned()).collect();
        assert!(listed_keys("TagResource").is_superset(&keys), "{operation}");
    }
}

const NOW: Timestamp = Timestamp::from_epoch_seconds(1_800_000_000);

fn organization() -> Organization {
    let id: OrganizationId = "o-exampleorgid".parse().unwrap();
    let root: RootId = "r-exam".parse().unwrap();
    let account = ("111122223333".parse().unwrap(), "name", "name@example.com");
    commands::create(id, root, account, NOW).organization().clone()
}

#[test]
fn what_is_asked_about_has_an_arn_of_the_form_that_the_reference_lists() {
    let organization = organization();
    let root = organization.root().root.as_str().to_owned();
    let unit = "ou-exam-12345678";
    for (subject, kind) in [
        (Subject::Account("444455556666"), "account"),
        (Subject::Account("someone@example.com"), "account"),
        (Subject::NewAccount, "account"),
        (Subject::Unit(unit), "organizationalunit"),
        (Subject::NewUnit, "organizationalunit"),
        (Subject::Root(&root), "root"),
        (Subject::Policy("p-12345678"), "policy"),
        (Subject::Policy("p-FullAWSAccess"), "awspolicy"),
        (Subject::Policy("p-RCPFullAWSAccess"), "awspolicy"),
        (Subject::NewPolicy("SERVICE_CONTROL_POLICY"), "policy"),
        (Subject::NewPolicy("RESOURCE_CONTROL_POLICY"), "policy"),
        (Subject::NewPolicy("TAG_POLICY"), "policy"),
        (Subject::Parent(&root), "root"),
        (Subject::Parent(unit), "organizationalunit"),
        (Subject::Child(unit), "organizationalunit"),
        (Subject::Child("444455556666"), "account"),
        (Subject::Target("444455556666"), "account"),
        (Subject::Target(&root), "root"),
        (Subject::Tagged("p-12345678"), "policy"),
        (Subject::Tagged("rp-12345678"), "resourcepolicy"),
        (Subject::Tagged("rt-12345678"), "responsibilitytransfer"),
        (Subject::Handshake("h-12345678"), "handshake"),
    ] {
        let arn = subject.arn(&organization).unwrap();
        let listed = service().types.iter().find(|listed| listed.name == kind).unwrap();
        assert!(has_form(listed, &arn), "{arn} is no {kind}");
        assert!(!arn.contains("example.com"), "{arn}");
    }
    assert_eq!(Subject::Nothing.arn(&organization), None);
}

/// Whether an ARN has a form of this type: each `${...}` is some characters without `/` or `:`.
fn has_form(kind: &ResourceType, arn: &str) -> bool {
    let rest = arn.strip_prefix("arn:aws:").unwrap();
    kind.arns().any(|form| {
        let parts = |text: &str| text.split(['/', ':']).map(str::to_owned).collect::<Vec<_>>();
        let (form, own) = (parts(form), parts(rest));
        let fits = |(form, own): (&String, &String)| match form.split_once("${") {
            Some((before, _)) => own.strip_prefix(before).is_some_and(|rest| !rest.is_empty()),
            None => form == own,
        };
        form.len() == own.len() && form.iter().zip(&own).all(fits)
    })
}
