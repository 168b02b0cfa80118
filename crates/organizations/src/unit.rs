//! Organizational units.

use stead_api::ApiError;
use stead_api::organizations::{
    CreateOrganizationalUnit, CreateOrganizationalUnitRequest, CreateOrganizationalUnitResponse,
    DeleteOrganizationalUnit, DeleteOrganizationalUnitRequest, DeleteOrganizationalUnitResponse,
    DescribeOrganizationalUnit, DescribeOrganizationalUnitRequest,
    DescribeOrganizationalUnitResponse, ListOrganizationalUnitsForParent,
    ListOrganizationalUnitsForParentRequest, ListOrganizationalUnitsForParentResponse,
    UpdateOrganizationalUnit, UpdateOrganizationalUnitRequest, UpdateOrganizationalUnitResponse,
};
use stead_authorizer::Authorized;
use stead_directory::organization::commands::unit;
use stead_directory::organization::{Missing, Organization};
use stead_service::{Call, Handle, Work};
use stead_types::OrganizationalUnitId;

use crate::{Organizations, error, pagination, scope, tags, view};

impl Handle<CreateOrganizationalUnit> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<CreateOrganizationalUnit>,
        input: CreateOrganizationalUnitRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateOrganizationalUnitResponse, ApiError> {
        let given = tags::given(input.tags)?;
        let organization = scope::managed(call)?;
        let parent = scope::parent(organization, &input.parent_id);
        let parent = parent.ok_or_else(|| error::missing(Missing::Parent))?;
        scope::draft(call, work)?;
        // Apart, since the draft is part of the work.
        let Work { organization: Some(draft), entropy, .. } = work else {
            return Err(error::not_in_use());
        };
        let id =
            unit::create(draft, parent, &input.name, given, *entropy).map_err(error::refused)?;
        let organizational_unit = Some(shown(draft.organization(), &id)?);
        Ok(CreateOrganizationalUnitResponse { organizational_unit })
    }
}

impl Handle<UpdateOrganizationalUnit> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<UpdateOrganizationalUnit>,
        input: UpdateOrganizationalUnitRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateOrganizationalUnitResponse, ApiError> {
        let id = id(&input.organizational_unit_id)?;
        let draft = scope::draft(call, work)?;
        // Observed: a name of blanks changes nothing (radkawar/stackd, recorded in 2026).
        let name = input.name.filter(|name| !name.trim().is_empty());
        if let Some(name) = name {
            unit::rename(draft, &id, &name).map_err(error::refused)?;
        }
        let organizational_unit = Some(shown(draft.organization(), &id)?);
        Ok(UpdateOrganizationalUnitResponse { organizational_unit })
    }
}

impl Handle<DeleteOrganizationalUnit> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn execute(
        _permit: Authorized<DeleteOrganizationalUnit>,
        input: DeleteOrganizationalUnitRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteOrganizationalUnitResponse, ApiError> {
        let id = id(&input.organizational_unit_id)?;
        unit::delete(scope::draft(call, work)?, &id).map_err(error::refused)?;
        Ok(DeleteOrganizationalUnitResponse {})
    }
}

impl Handle<DescribeOrganizationalUnit> for Organizations {
    fn execute(
        _permit: Authorized<DescribeOrganizationalUnit>,
        input: DescribeOrganizationalUnitRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<DescribeOrganizationalUnitResponse, ApiError> {
        let id = id(&input.organizational_unit_id)?;
        let organizational_unit = Some(shown(scope::readable(call)?, &id)?);
        Ok(DescribeOrganizationalUnitResponse { organizational_unit })
    }
}

impl Handle<ListOrganizationalUnitsForParent> for Organizations {
    fn execute(
        _permit: Authorized<ListOrganizationalUnitsForParent>,
        input: ListOrganizationalUnitsForParentRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListOrganizationalUnitsForParentResponse, ApiError> {
        let organization = scope::readable(call)?;
        let parent = scope::parent(organization, &input.parent_id);
        let parent = parent.ok_or_else(|| error::missing(Missing::Parent))?;
        let asked = (input.next_token.as_deref(), input.max_results);
        let units = organization.units_under(&parent);
        let (units, next_token) = pagination::page(asked, units, |unit| unit.id.to_string())?;
        let units = units.into_iter().map(|unit| view::unit(organization, unit)).collect();
        Ok(ListOrganizationalUnitsForParentResponse {
            organizational_units: Some(units),
            next_token,
        })
    }
}

fn id(text: &str) -> Result<OrganizationalUnitId, ApiError> {
    scope::id(text, Missing::Unit)
}

fn shown(
    organization: &Organization,
    id: &OrganizationalUnitId,
) -> Result<stead_api::organizations::OrganizationalUnit, ApiError> {
    let unit = organization.unit(id).ok_or_else(|| error::missing(Missing::Unit))?;
    Ok(view::unit(organization, unit))
}
