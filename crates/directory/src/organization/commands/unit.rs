//! Organizational units.

use stead_types::{Entropy, OrganizationalUnitId, Tag};

use super::{attached_at_first, expect_parent, tags};
use crate::organization::entity::{OrganizationKey, OrganizationalUnit, Parent};
use crate::organization::{
    Missing, Organization, OrganizationDraft, OrganizationError, OrganizationQuota,
};

/// Creates a unit under a parent.
///
/// # Errors
/// There is no such parent, it has a unit of that name, or there would be too many units, or
/// too deep ones.
pub fn create(
    draft: &mut OrganizationDraft,
    parent: Parent,
    name: &str,
    given: Vec<Tag>,
    entropy: &mut dyn Entropy,
) -> Result<OrganizationalUnitId, OrganizationError> {
    let organization = draft.organization();
    expect_parent(organization, &parent)?;
    expect_free(organization, &parent, name)?;
    let depth = organization.path_to(&parent).map_or(0, |path| path.len());
    OrganizationQuota::UnitDepth.admit(depth + 1)?;
    OrganizationQuota::Units.admit(organization.units().count() + 1)?;
    let id = OrganizationalUnitId::generate(&organization.root().root, entropy);
    let unit = OrganizationalUnit {
        id: id.clone(),
        name: name.into(),
        parent,
        policies: attached_at_first(organization),
        tags: tags(given)?,
    };
    draft.put_unit(unit);
    Ok(id)
}

/// Gives a unit another name.
///
/// # Errors
/// There is no such unit, or a unit beside it has the name.
pub fn rename(
    draft: &mut OrganizationDraft,
    id: &OrganizationalUnitId,
    name: &str,
) -> Result<(), OrganizationError> {
    let unit = find(draft.organization(), id)?;
    if *unit.name == *name {
        return Ok(());
    }
    expect_free(draft.organization(), &unit.parent, name)?;
    let unit = OrganizationalUnit { name: name.into(), ..unit.clone() };
    draft.put_unit(unit);
    Ok(())
}

/// Deletes a unit with nothing under it; what is attached to it is detached.
///
/// # Errors
/// There is no such unit, or it is not empty.
pub fn delete(
    draft: &mut OrganizationDraft,
    id: &OrganizationalUnitId,
) -> Result<(), OrganizationError> {
    let organization = draft.organization();
    find(organization, id)?;
    let parent = Parent::Unit(id.clone());
    let is_empty = organization.units_under(&parent).next().is_none()
        && organization.accounts_under(&parent).next().is_none();
    if !is_empty {
        return Err(OrganizationError::UnitNotEmpty);
    }
    draft.delete(OrganizationKey::Unit(id.clone()));
    Ok(())
}

fn find<'o>(
    organization: &'o Organization,
    id: &OrganizationalUnitId,
) -> Result<&'o OrganizationalUnit, OrganizationError> {
    let missing = || OrganizationError::Missing(Missing::Unit, id.to_string());
    organization.unit(id).map(AsRef::as_ref).ok_or_else(missing)
}

fn expect_free(
    organization: &Organization,
    parent: &Parent,
    name: &str,
) -> Result<(), OrganizationError> {
    let taken = organization.units_under(parent).any(|unit| *unit.name == *name);
    if taken { Err(OrganizationError::DuplicateUnit) } else { Ok(()) }
}
