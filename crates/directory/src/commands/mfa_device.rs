//! Virtual MFA devices of users and of the root user.

use std::sync::Arc;

use stead_types::{Arn, MfaDeviceName, Path, Tag, Timestamp};

use super::{find, tags};
use crate::entity::{Entity, EntityKey, KeyOwner, MfaAssignment, MfaDevice, WrappedSecret};
use crate::{DeleteConflict, DirectoryError, Draft, EntityKind, Quota, Snapshot};

/// An MFA device to be created.
#[derive(Clone, Debug)]
pub struct NewMfaDevice {
    /// The name.
    pub name: MfaDeviceName,
    /// The path.
    pub path: Path,
    /// The seed of its codes, encrypted.
    pub seed: WrappedSecret,
    /// The tags, as they were given.
    pub tags: Vec<Tag>,
}

/// Whether two codes were those the device shows one after the other. The seed is
/// encrypted here, so the caller has checked them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsecutiveCodes {
    /// They were.
    Right,
    /// They were not, or there was no device to check them with.
    Wrong,
}

/// Creates a device that belongs to nobody yet.
///
/// # Errors
/// There is a device with this path and name, or a tag or quota is wrong.
pub fn create(
    draft: &mut Draft,
    new: NewMfaDevice,
    now: Timestamp,
) -> Result<Arc<MfaDevice>, DirectoryError> {
    let tags = tags::resource_tags(new.tags)?;
    let snapshot = draft.snapshot();
    let serial = MfaDevice::serial_for(snapshot.account(), &new.path, &new.name);
    if snapshot.mfa_device(&serial).is_some() {
        return Err(DirectoryError::exists(EntityKind::MfaDevice, serial));
    }
    Quota::MfaDevicesPerAccount.admit(snapshot.mfa_device_count() + 1)?;
    let device =
        Arc::new(MfaDevice { serial, created_at: now, seed: new.seed, assigned: None, tags });
    draft.put(Entity::MfaDevice(device.clone()));
    Ok(device)
}

/// Gives a device to a user or the root user.
///
/// # Errors
/// The owner or the device does not exist, the device belongs to someone, the
/// owner has too many, or the codes are wrong.
pub fn enable(
    draft: &mut Draft,
    owner: KeyOwner,
    serial: &Arn,
    codes: ConsecutiveCodes,
    now: Timestamp,
) -> Result<(), DirectoryError> {
    let snapshot = draft.snapshot();
    find::owner(snapshot, &owner)?;
    let mut device = (*find::mfa_device(snapshot, serial)?).clone();
    if device.assigned.is_some() {
        return Err(DirectoryError::exists(EntityKind::MfaDeviceInUse, serial));
    }
    Quota::MfaDevicesPerUser.admit(snapshot.mfa_of(&owner).count() + 1)?;
    admit_codes(codes)?;
    device.assigned = Some(MfaAssignment { owner, enabled_at: now });
    draft.put(Entity::MfaDevice(Arc::new(device)));
    Ok(())
}

/// Takes a device from its owner. The device stays and can be enabled anew.
///
/// # Errors
/// The owner does not exist, or has no such device.
pub fn deactivate(draft: &mut Draft, owner: &KeyOwner, serial: &Arn) -> Result<(), DirectoryError> {
    let mut device = (*owned_device(draft.snapshot(), owner, serial)?).clone();
    device.assigned = None;
    draft.put(Entity::MfaDevice(Arc::new(device)));
    Ok(())
}

/// Checks that a device may be synchronized with its owner's codes. Nothing of
/// the account changes: codes are looked for in a window of time.
///
/// # Errors
/// The owner does not exist or has no such device, or the codes are wrong.
pub fn resynchronize(
    draft: &Draft,
    owner: &KeyOwner,
    serial: &Arn,
    codes: ConsecutiveCodes,
) -> Result<(), DirectoryError> {
    owned_device(draft.snapshot(), owner, serial)?;
    admit_codes(codes)
}

/// Deletes a device that belongs to nobody.
///
/// # Errors
/// The device does not exist, or belongs to someone.
pub fn delete(draft: &mut Draft, serial: &Arn) -> Result<(), DirectoryError> {
    let device = find::mfa_device(draft.snapshot(), serial)?;
    if device.assigned.is_some() {
        return Err(DirectoryError::DeleteConflict(DeleteConflict::MfaDeviceInUse));
    }
    draft.delete(EntityKey::MfaDevice(device.serial.clone()));
    Ok(())
}

fn admit_codes(codes: ConsecutiveCodes) -> Result<(), DirectoryError> {
    match codes {
        ConsecutiveCodes::Right => Ok(()),
        ConsecutiveCodes::Wrong => Err(DirectoryError::InvalidAuthenticationCode),
    }
}

fn owned_device(
    snapshot: &Snapshot,
    owner: &KeyOwner,
    serial: &Arn,
) -> Result<Arc<MfaDevice>, DirectoryError> {
    find::owner(snapshot, owner)?;
    let device = find::mfa_device(snapshot, serial)?;
    // A device of someone else is as unknown as one that does not exist.
    match &device.assigned {
        Some(assigned) if assigned.owner == *owner => Ok(device),
        Some(_) | None => Err(DirectoryError::missing(EntityKind::MfaDevice, serial)),
    }
}
