//! Access keys and MFA devices.

use stead_types::{AccessKeyId, AccessKeyKind, Arn, Path};

use crate::commands::mfa_device::ConsecutiveCodes::{Right, Wrong};
use crate::commands::{access_key, mfa_device};
use crate::entity::{KeyOwner, KeyStatus};
use crate::testing::{Fixture, account, arn, missing, name, now, secret};
use crate::{DeleteConflict, DirectoryError, EntityKind, Quota};

fn create_key(fixture: &mut Fixture, owner: &KeyOwner) -> Result<AccessKeyId, DirectoryError> {
    let id = access_key::new_id(fixture.draft.snapshot(), &mut fixture.entropy);
    let key = access_key::create(&mut fixture.draft, owner.clone(), id, secret(), now())?;
    Ok(key.id.clone())
}

fn create_device(fixture: &mut Fixture, device: &str) -> Result<Arn, DirectoryError> {
    let new = mfa_device::NewMfaDevice {
        name: name(device),
        path: Path::root(),
        seed: secret(),
        tags: vec![],
    };
    mfa_device::create(&mut fixture.draft, new, now()).map(|device| device.serial.clone())
}

#[test]
fn a_user_and_the_root_user_have_two_keys_at_most() {
    let mut fixture = Fixture::new();
    let user = KeyOwner::User(fixture.user("u").id.clone());
    for owner in [user, KeyOwner::Root] {
        let first = create_key(&mut fixture, &owner).unwrap();
        create_key(&mut fixture, &owner).unwrap();
        let third = create_key(&mut fixture, &owner).unwrap_err();
        assert_eq!(third, DirectoryError::LimitExceeded(Quota::AccessKeysPerUser));
        // An inactive key counts; a deleted one does not.
        let draft = &mut fixture.draft;
        access_key::set_status(draft, &owner, &first, KeyStatus::Inactive).unwrap();
        assert!(create_key(&mut fixture, &owner).is_err());
        access_key::delete(&mut fixture.draft, &owner, &first).unwrap();
        create_key(&mut fixture, &owner).unwrap();
        assert_eq!(fixture.snapshot().keys_of(&owner).count(), 2);
    }
}

#[test]
fn a_key_carries_its_account_and_is_active() {
    let mut fixture = Fixture::new();
    let id = create_key(&mut fixture, &KeyOwner::Root).unwrap();
    assert_eq!((id.claimed_account(), id.kind()), (Some(account()), AccessKeyKind::LongTerm));
    let key = fixture.snapshot().access_key(&id).unwrap();
    assert_eq!((key.status, key.owner.clone()), (KeyStatus::Active, KeyOwner::Root));
    let again = access_key::create(&mut fixture.draft, KeyOwner::Root, id.clone(), secret(), now());
    assert_eq!(again.unwrap_err(), DirectoryError::exists(EntityKind::AccessKey, id));
}

#[test]
fn a_key_of_someone_else_is_as_unknown_as_none() {
    let mut fixture = Fixture::new();
    let alice = KeyOwner::User(fixture.user("Alice").id.clone());
    let bob = KeyOwner::User(fixture.user("Bob").id.clone());
    let key = create_key(&mut fixture, &alice).unwrap();
    let unknown: AccessKeyId = name("AKIAIOSFODNN7EXAMPLE");
    let draft = &mut fixture.draft;
    for (owner, id) in [(&bob, &key), (&KeyOwner::Root, &key), (&alice, &unknown)] {
        let expected = missing(EntityKind::AccessKey, id);
        let status = access_key::set_status(draft, owner, id, KeyStatus::Inactive);
        assert_eq!(status.unwrap_err(), expected);
        assert_eq!(access_key::delete(draft, owner, id).unwrap_err(), expected);
    }
    assert_eq!(draft.snapshot().access_key(&key).unwrap().status, KeyStatus::Active);

    let nobody = KeyOwner::User(name("AIDAIOSFODNN7EXAMPLE1"));
    let refused = create_key(&mut fixture, &nobody).unwrap_err();
    assert_eq!(refused, missing(EntityKind::User, "AIDAIOSFODNN7EXAMPLE1"));
}

#[test]
fn a_device_goes_through_its_life() {
    let mut fixture = Fixture::new();
    let owner = KeyOwner::User(fixture.user("u").id.clone());
    let serial = create_device(&mut fixture, "phone").unwrap();
    assert_eq!(serial, arn("mfa/phone"));
    let again = create_device(&mut fixture, "phone").unwrap_err();
    assert_eq!(again, DirectoryError::exists(EntityKind::MfaDevice, &serial));

    let draft = &mut fixture.draft;
    let wrong = mfa_device::enable(draft, owner.clone(), &serial, Wrong, now()).unwrap_err();
    assert_eq!(wrong, DirectoryError::InvalidAuthenticationCode);
    let not_yet = mfa_device::deactivate(draft, &owner, &serial).unwrap_err();
    assert_eq!(not_yet, missing(EntityKind::MfaDevice, &serial));
    mfa_device::enable(draft, owner.clone(), &serial, Right, now()).unwrap();
    assert_eq!(draft.snapshot().mfa_of(&owner).count(), 1);
    let in_use = mfa_device::enable(draft, KeyOwner::Root, &serial, Wrong, now()).unwrap_err();
    assert_eq!(in_use, DirectoryError::exists(EntityKind::MfaDeviceInUse, &serial));
    let in_use = mfa_device::delete(draft, &serial).unwrap_err();
    assert_eq!(in_use, DirectoryError::DeleteConflict(DeleteConflict::MfaDeviceInUse));

    assert_eq!(mfa_device::resynchronize(draft, &owner, &serial, Right), Ok(()));
    let wrong = mfa_device::resynchronize(draft, &owner, &serial, Wrong).unwrap_err();
    assert_eq!(wrong, DirectoryError::InvalidAuthenticationCode);
    let foreign = mfa_device::resynchronize(draft, &KeyOwner::Root, &serial, Right).unwrap_err();
    assert_eq!(foreign, missing(EntityKind::MfaDevice, &serial));
    let foreign = mfa_device::deactivate(draft, &KeyOwner::Root, &serial).unwrap_err();
    assert_eq!(foreign, missing(EntityKind::MfaDevice, &serial));

    mfa_device::deactivate(draft, &owner, &serial).unwrap();
    assert_eq!(draft.snapshot().mfa_of(&owner).count(), 0);
    mfa_device::delete(draft, &serial).unwrap();
    let gone = mfa_device::delete(draft, &serial).unwrap_err();
    assert_eq!(gone, missing(EntityKind::MfaDevice, &serial));
}

#[test]
fn missing_things_are_named_before_wrong_codes() {
    let mut fixture = Fixture::new();
    let serial = arn("mfa/none");
    let nobody = KeyOwner::User(name("AIDAIOSFODNN7EXAMPLE1"));
    let draft = &mut fixture.draft;
    let user = missing(EntityKind::User, "AIDAIOSFODNN7EXAMPLE1");
    assert_eq!(mfa_device::enable(draft, nobody.clone(), &serial, Wrong, now()), Err(user.clone()));
    assert_eq!(mfa_device::deactivate(draft, &nobody, &serial), Err(user));
    let device = missing(EntityKind::MfaDevice, &serial);
    assert_eq!(mfa_device::enable(draft, KeyOwner::Root, &serial, Wrong, now()), Err(device));
}

#[test]
fn an_owner_has_eight_devices_at_most() {
    let mut fixture = Fixture::new();
    for index in 0..Quota::MfaDevicesPerUser.max() {
        let serial = create_device(&mut fixture, &format!("m{index}")).unwrap();
        mfa_device::enable(&mut fixture.draft, KeyOwner::Root, &serial, Right, now()).unwrap();
    }
    let serial = create_device(&mut fixture, "ninth").unwrap();
    let more =
        mfa_device::enable(&mut fixture.draft, KeyOwner::Root, &serial, Right, now()).unwrap_err();
    assert_eq!(more, DirectoryError::LimitExceeded(Quota::MfaDevicesPerUser));
}
