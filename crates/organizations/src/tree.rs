//! The tree of the root, its units and accounts.

use stead_api::ApiError;
use stead_api::organizations::{
    Child, ChildType, ListChildren, ListChildrenRequest, ListChildrenResponse, ListParents,
    ListParentsRequest, ListParentsResponse, ListRoots, ListRootsRequest, ListRootsResponse,
    Parent as ParentView, ParentType,
};
use stead_authorizer::Authorized;
use stead_directory::organization::entity::{Parent, Target};
use stead_directory::organization::{Missing, Organization};
use stead_service::{Call, Handle, Work};

use crate::{Organizations, error, pagination, scope, view};

impl Handle<ListRoots> for Organizations {
    fn execute(
        _permit: Authorized<ListRoots>,
        input: ListRootsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListRootsResponse, ApiError> {
        let organization = scope::readable(call)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let root = [view::root(organization, None)];
        let id = organization.root().root.to_string();
        let (roots, next_token) = pagination::page(asked, root, |_| id.clone())?;
        Ok(ListRootsResponse { roots: Some(roots), next_token })
    }
}

impl Handle<ListChildren> for Organizations {
    fn execute(
        _permit: Authorized<ListChildren>,
        input: ListChildrenRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListChildrenResponse, ApiError> {
        let organization = scope::readable(call)?;
        let parent = scope::parent(organization, &input.parent_id);
        let parent = parent.ok_or_else(|| error::missing(Missing::Parent))?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let ids = children(organization, &parent, input.child_type);
        let (ids, next_token) = pagination::page(asked, ids, Clone::clone)?;
        let child = |id| Child { id: Some(id), r#type: Some(input.child_type) };
        let children = Some(ids.into_iter().map(child).collect());
        Ok(ListChildrenResponse { children, next_token })
    }
}

impl Handle<ListParents> for Organizations {
    fn execute(
        _permit: Authorized<ListParents>,
        input: ListParentsRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListParentsResponse, ApiError> {
        let organization = scope::readable(call)?;
        let parent = parent_of(organization, &input.child_id).ok_or_else(error::no_such_child)?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let (id, r#type) = match parent {
            Parent::Root => (organization.root().root.to_string(), ParentType::Root),
            Parent::Unit(id) => (id.to_string(), ParentType::OrganizationalUnit),
        };
        // Spec: API ListParents: there is one at present.
        let (ids, next_token) = pagination::page(asked, [id], Clone::clone)?;
        let parent = |id| ParentView { id: Some(id), r#type: Some(r#type) };
        let parents = Some(ids.into_iter().map(parent).collect());
        Ok(ListParentsResponse { parents, next_token })
    }
}

fn children(organization: &Organization, parent: &Parent, kind: ChildType) -> Vec<String> {
    match kind {
        ChildType::Account => {
            organization.accounts_under(parent).map(|account| account.account.to_string()).collect()
        }
        ChildType::OrganizationalUnit => {
            organization.units_under(parent).map(|unit| unit.id.to_string()).collect()
        }
    }
}

fn parent_of<'o>(organization: &'o Organization, child: &str) -> Option<&'o Parent> {
    match scope::target(organization, child)? {
        Target::Root => None,
        Target::Unit(id) => organization.unit(&id).map(|unit| &unit.parent),
        Target::Account(id) => organization.account(id).map(|account| &account.parent),
    }
}
