use std::collections::BTreeSet;

use serde_json::Value as Json;
use stead_catalogue::{Action, Service};

use super::differences::{ABSENT, FURTHER, NEVER_ACTED_ON, UNLISTED};
use super::page::wire_name;
use super::resource::Tags;
use super::{Line, lines, reference_page};

/// Actions that the reference lists as dependent, of IAM.
///
/// Spec: Service Authorization Reference, IAM, "Dependent actions", which the catalogue has
/// no data of; API AddRoleToInstanceProfile.
const DEPENDENT: &[(&str, &str)] = &[("AddRoleToInstanceProfile", "iam:PassRole")];

fn iam() -> &'static Service {
    stead_catalogue::service("iam").unwrap()
}

fn action(operation: &str) -> &'static Action {
    iam().action(operation).unwrap_or_else(|| panic!("there is no action iam:{operation}"))
}

/// The operations that the reference has an action for.
fn listed_lines() -> Vec<Line> {
    let unlisted = |line: &Line| UNLISTED.iter().any(|(name, _)| *name == line.operation);
    lines().into_iter().filter(|line| !unlisted(line)).collect()
}

/// The keys that the reference lists for an action and for what it acts on.
fn listed(operation: &str) -> BTreeSet<String> {
    let names = iam().keys.iter().map(|key| key.name());
    names.filter(|name| iam().has_key(action(operation), name)).collect()
}

/// The keys that the row brings.
fn brought(line: &Line) -> BTreeSet<String> {
    let tags = match line.resource.tags {
        Tags::OfResource => &["aws:ResourceTag/*", "iam:ResourceTag/*"][..],
        Tags::None => &[],
    };
    let own = line.keys.iter().flat_map(|key| &key.names);
    own.chain(tags).map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_page_is_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/authorization.md");
    if option_env!("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, reference_page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), reference_page());
}

#[test]
fn each_operation_acts_on_the_types_that_the_reference_lists() {
    for line in listed_lines() {
        let listed: BTreeSet<_> =
            iam().types_of(action(line.operation)).map(|kind| kind.name).collect();
        let mut own: BTreeSet<_> = line.resource.types.iter().copied().collect();
        // A list is asked about by a path. Spec: the reference has no type for these. Observed:
        // refusals show one (see `ask::listing` and `ask::all`).
        if line.resource.list {
            assert!(listed.is_empty(), "{}: {listed:?}", line.operation);
            continue;
        }
        let never = NEVER_ACTED_ON.iter().filter(|never| never.operation == line.operation);
        for kind in never.map(|never| never.kind) {
            assert!(own.insert(kind), "{}: {kind} is acted on", line.operation);
        }
        assert_eq!(own, listed, "{}", line.operation);
    }
}

#[test]
fn each_operation_has_the_condition_keys_that_the_reference_lists() {
    for line in listed_lines() {
        let (listed, brought) = (listed(line.operation), brought(&line));
        let absent = ABSENT.iter().filter(|absent| absent.operations.contains(&line.operation));
        let absent: BTreeSet<_> = absent.map(|absent| absent.key.to_owned()).collect();
        let missing: BTreeSet<_> = listed.difference(&brought).cloned().collect();
        assert_eq!(missing, absent, "{}: listed, and not in the request", line.operation);

        let of_types = |types: &[&str]| line.resource.types.iter().all(|own| types.contains(own));
        let further = FURTHER.iter().filter(|_| !line.resource.types.is_empty());
        let further: BTreeSet<_> = further
            .filter(|further| of_types(further.types))
            .map(|further| further.key.to_owned())
            .collect();
        let beyond: BTreeSet<_> = brought.difference(&listed).cloned().collect();
        assert!(beyond.is_subset(&further), "{}: not listed: {beyond:?}", line.operation);
    }
}

#[test]
fn every_difference_is_of_an_operation_that_has_it() {
    let lines = lines();
    let exists = |name: &str| lines.iter().any(|line| line.operation == name);
    for absent in ABSENT {
        assert!(absent.operations.iter().all(|name| exists(name)), "{}", absent.key);
    }
    for further in FURTHER {
        for kind in further.types {
            let used = lines
                .iter()
                .any(|line| line.resource.types == [*kind] && brought(line).contains(further.key));
            assert!(used, "{} of {kind}", further.key);
        }
    }
    assert!(NEVER_ACTED_ON.iter().all(|never| exists(never.operation)));
    for (operation, _) in UNLISTED {
        assert!(exists(operation) && iam().action(operation).is_none(), "{operation}");
    }
}

#[test]
fn what_is_always_asked_as_well_is_what_the_reference_lists_as_dependent() {
    let lines = lines();
    let asked = lines.iter().flat_map(|line| {
        let always = line.also.iter().filter(|also| also.always);
        always.map(|also| (line.operation, also.action))
    });
    assert_eq!(asked.collect::<Vec<_>>(), DEPENDENT);
    for also in lines.iter().flat_map(|line| &line.also) {
        let name = also.action.strip_prefix("iam:").unwrap();
        let listed = listed(name);
        for key in also.keys {
            assert!(listed.contains(*key), "{}: {key} is not listed", also.action);
        }
        let missing: Vec<_> =
            listed.iter().filter(|key| !also.keys.contains(&key.as_str())).collect();
        let of_tags_or_templates =
            |key: &&String| key.contains("ResourceTag/") || *key == "iam:RoleTemplateARN";
        assert!(missing.iter().all(of_tags_or_templates), "{}: {missing:?}", also.action);
    }
}

#[test]
fn creating_with_tags_asks_for_the_tag_action_of_the_same_type() {
    for line in lines() {
        let tags = line.keys.iter().any(|key| key.names.contains(&"aws:RequestTag/*"));
        let creates = !line.operation.starts_with("Tag");
        let tagging: Vec<_> = line.also.iter().filter(|also| !also.always).collect();
        assert_eq!(tagging.len(), usize::from(tags && creates), "{}", line.operation);
        for also in tagging {
            let name = also.action.strip_prefix("iam:").unwrap();
            let kinds: Vec<_> = iam().types_of(action(name)).map(|kind| kind.name).collect();
            assert_eq!(kinds, line.resource.types, "{}", line.operation);
        }
    }
}

#[test]
fn what_a_row_names_is_a_member_of_the_request() {
    let model = include_str!("../../../../model/iam.json");
    let model: Json = serde_json::from_str(model).unwrap();
    for line in lines() {
        let shape = &model["operations"][line.operation]["input"];
        let members = shape.as_str().map(|shape| &model["shapes"][shape]["members"]);
        let texts = [&line.resource.named];
        let texts = texts.into_iter().chain(line.keys.iter().map(|key| &key.from));
        let texts = texts.chain(line.also.iter().map(|also| &also.about));
        for field in texts.flat_map(|text| text.split('{').skip(1)) {
            let name = wire_name(field.split('}').next().unwrap());
            let known = members.is_some_and(|members| members.get(&name).is_some());
            assert!(known, "{} has no member {name}", line.operation);
        }
    }
}
