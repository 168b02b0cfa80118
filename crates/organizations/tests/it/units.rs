//! Units, the tree they make, and tags.

use stead_api::organizations::{
    ChildType, CreateOrganizationalUnit, CreateOrganizationalUnitRequest, DeleteOrganizationalUnit,
    DeleteOrganizationalUnitRequest, DescribeOrganizationalUnit, DescribeOrganizationalUnitRequest,
    ListChildren, ListChildrenRequest, ListOrganizationalUnitsForParent,
    ListOrganizationalUnitsForParentRequest, ListParents, ListParentsRequest, ListTagsForResource,
    ListTagsForResourceRequest, ParentType, Tag, TagResource, TagResourceRequest, UntagResource,
    UntagResourceRequest, UpdateOrganizationalUnit, UpdateOrganizationalUnitRequest,
};
use stead_organizations::Organizations;

use crate::fixture::{Fixture, MANAGEMENT};

fn children(fixture: &mut Fixture, parent: &str, kind: ChildType) -> Vec<String> {
    let asked = ListChildrenRequest {
        parent_id: parent.to_owned(),
        child_type: kind,
        next_token: None,
        max_results: None,
    };
    let children = fixture.call::<ListChildren>(asked).children.unwrap().into_iter();
    children.map(|child| child.id.unwrap()).collect()
}

#[test]
fn units_are_created_renamed_found_and_deleted() {
    let mut fixture = Fixture::new();
    let root = fixture.root_id.clone();
    let outer = fixture.unit(&root, "outer");
    let inner = fixture.unit(&outer, "inner");
    let same = CreateOrganizationalUnitRequest {
        parent_id: outer.clone(),
        name: "inner".to_owned(),
        tags: vec![],
    };
    assert_eq!(
        fixture.refused::<CreateOrganizationalUnit>(same),
        "DuplicateOrganizationalUnitException"
    );
    assert_eq!(children(&mut fixture, &root, ChildType::OrganizationalUnit), [outer.as_str()]);
    assert_eq!(children(&mut fixture, &outer, ChildType::OrganizationalUnit), [inner.as_str()]);
    assert_eq!(children(&mut fixture, &root, ChildType::Account), [MANAGEMENT]);
    for (child, parent, kind) in [
        (inner.as_str(), outer.as_str(), ParentType::OrganizationalUnit),
        (outer.as_str(), root.as_str(), ParentType::Root),
        (MANAGEMENT, root.as_str(), ParentType::Root),
    ] {
        let asked =
            ListParentsRequest { child_id: child.to_owned(), next_token: None, max_results: None };
        let parents = fixture.call::<ListParents>(asked).parents.unwrap();
        assert_eq!((parents[0].id.as_deref(), parents[0].r#type), (Some(parent), Some(kind)));
    }
    let none = ListParentsRequest {
        child_id: "444455556666".to_owned(),
        next_token: None,
        max_results: None,
    };
    assert_eq!(fixture.refused::<ListParents>(none), "ChildNotFoundException");

    let rename = |name: Option<&str>| UpdateOrganizationalUnitRequest {
        organizational_unit_id: inner.clone(),
        name: name.map(str::to_owned),
    };
    for (name, expected) in [(Some("new"), "new"), (Some(" "), "new"), (None, "new")] {
        let unit = fixture.call::<UpdateOrganizationalUnit>(rename(name)).organizational_unit;
        assert_eq!(unit.unwrap().name.as_deref(), Some(expected));
    }
    let describe = || DescribeOrganizationalUnitRequest { organizational_unit_id: inner.clone() };
    let unit = fixture.call::<DescribeOrganizationalUnit>(describe()).organizational_unit.unwrap();
    let path = unit.path.unwrap();
    assert!(path.ends_with(&format!("/{root}/{outer}/{inner}/")), "{path}");
    let listed = ListOrganizationalUnitsForParentRequest {
        parent_id: outer.clone(),
        next_token: None,
        max_results: None,
    };
    let listed = fixture.call::<ListOrganizationalUnitsForParent>(listed).organizational_units;
    assert_eq!(listed.unwrap().len(), 1);

    let delete =
        |id: &str| DeleteOrganizationalUnitRequest { organizational_unit_id: id.to_owned() };
    assert_eq!(
        fixture.refused::<DeleteOrganizationalUnit>(delete(&outer)),
        "OrganizationalUnitNotEmptyException"
    );
    fixture.call::<DeleteOrganizationalUnit>(delete(&inner));
    assert_eq!(
        fixture.refused::<DescribeOrganizationalUnit>(describe()),
        "OrganizationalUnitNotFoundException"
    );
}

#[test]
fn units_are_listed_in_pages() {
    let mut fixture = Fixture::new();
    let root = fixture.root_id.clone();
    let mut made: Vec<String> =
        (0..45).map(|number| fixture.unit(&root, &format!("unit {number}"))).collect();
    made.sort_unstable();
    let (mut found, mut next_token, mut pages) = (Vec::new(), None, 0);
    loop {
        let asked = ListOrganizationalUnitsForParentRequest {
            parent_id: root.clone(),
            next_token,
            max_results: None,
        };
        let page = fixture.call::<ListOrganizationalUnitsForParent>(asked);
        found.extend(page.organizational_units.unwrap().into_iter().map(|unit| unit.id.unwrap()));
        pages += 1;
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (made, 3));
    let asked = ListOrganizationalUnitsForParentRequest {
        parent_id: root,
        next_token: Some("wrong".to_owned()),
        max_results: None,
    };
    assert_eq!(fixture.refused::<ListOrganizationalUnitsForParent>(asked), "InvalidInputException");
}

#[test]
fn tags_are_given_asked_for_and_taken_away() {
    let mut fixture = Fixture::new();
    let root = fixture.root_id.clone();
    let unit = fixture.unit(&root, "outer");
    let policy = fixture.policy("limits");
    let tag = |key: &str, value: &str| Tag { key: key.to_owned(), value: value.to_owned() };
    for resource_id in [root, unit.clone(), MANAGEMENT.to_owned(), policy] {
        let tags = vec![tag("Team", "blue"), tag("Cost", "7")];
        fixture.call::<TagResource>(TagResourceRequest { resource_id: resource_id.clone(), tags });
        let tag_keys = vec!["Cost".to_owned(), "Other".to_owned()];
        let untag = UntagResourceRequest { resource_id: resource_id.clone(), tag_keys };
        fixture.call::<UntagResource>(untag);
        let asked = ListTagsForResourceRequest { resource_id, next_token: None };
        assert_eq!(
            fixture.call::<ListTagsForResource>(asked).tags,
            Some(vec![tag("Team", "blue")])
        );
    }
    for (key, id, code) in [
        ("aws:own", unit.as_str(), "InvalidInputException"),
        ("own", "ou-none-11111111", "TargetNotFoundException"),
    ] {
        let asked = TagResourceRequest { resource_id: id.to_owned(), tags: vec![tag(key, "")] };
        assert_eq!(fixture.refused::<TagResource>(asked), code);
    }
    // What is asked about has its tags, by which a policy can allow.
    let by_tag = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*",
        "Action":"organizations:DescribeOrganizationalUnit",
        "Condition":{"StringEquals":{"aws:ResourceTag/Team":"blue"}}}}"#;
    let root_id = fixture.root_id.clone();
    let other = fixture.unit(&root_id, "other");
    let alice = fixture.world.create_user(MANAGEMENT.parse().unwrap(), "alice", by_tag);
    for (id, allowed) in [(unit, true), (other, false)] {
        let asked = DescribeOrganizationalUnitRequest { organizational_unit_id: id };
        let answer = fixture.world.call::<Organizations, DescribeOrganizationalUnit>(&alice, asked);
        assert_eq!(answer.is_ok(), allowed);
    }
}
