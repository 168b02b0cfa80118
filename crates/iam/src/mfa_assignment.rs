//! Whose an MFA device is: enabled, deactivated, synchronized and shown.

use stead_api::ApiError;
use stead_api::iam::{
    DeactivateMFADevice, DeactivateMFADeviceRequest, DeactivateMFADeviceResponse, EnableMFADevice,
    EnableMFADeviceRequest, EnableMFADeviceResponse, GetMFADevice, GetMFADeviceRequest,
    GetMFADeviceResponse, ListMFADevices, ListMFADevicesRequest, ListMFADevicesResponse, MFADevice,
    ResyncMFADevice, ResyncMFADeviceRequest, ResyncMFADeviceResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::mfa_device::{self as command, ConsecutiveCodes};
use stead_directory::entity::{MfaAssignment, MfaDevice};
use stead_directory::{DirectoryError, EntityKind, Snapshot};
use stead_service::{Call, Handle, ReplayGuard, Work};
use stead_session::totp::{Step, Window, verify_consecutive};
use stead_session::vault::{SecretName, WrappedSecret};
use stead_types::{Arn, Secret};

use crate::Iam;
use crate::error::api_error;
use crate::mfa_device::{serial, serial_key};
use crate::pagination::PageRequest;
use crate::target::{Target, missing, owner_name};

/// Where the second of two codes is looked for.
///
/// Choice: as for a single code. A drifted clock is not followed: the device would be
/// enabled here and its codes refused afterwards.
const WINDOW: Window = Window::USUAL;

impl Handle<EnableMFADevice> for Iam {
    fn execute(
        _permit: Authorized<EnableMFADevice>,
        input: EnableMFADeviceRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<EnableMFADeviceResponse, ApiError> {
        let account = work.draft.snapshot();
        let owner = Target::User(input.user_name).owner(account)?;
        let serial = serial(&input.serial_number)?;
        let codes = [&input.authentication_code1, &input.authentication_code2];
        let step = check(account, &serial, codes, call)?;
        command::enable(work.draft, owner, &serial, outcome(step), call.facts.now)
            .map_err(api_error)?;
        work.guards.extend(guards(step, &serial, call));
        Ok(EnableMFADeviceResponse {})
    }
}

impl Handle<ResyncMFADevice> for Iam {
    fn execute(
        _permit: Authorized<ResyncMFADevice>,
        input: ResyncMFADeviceRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<ResyncMFADeviceResponse, ApiError> {
        let account = work.draft.snapshot();
        let owner = Target::User(input.user_name).owner(account)?;
        let serial = serial(&input.serial_number)?;
        let codes = [&input.authentication_code1, &input.authentication_code2];
        let step = check(account, &serial, codes, call)?;
        command::resynchronize(work.draft, &owner, &serial, outcome(step)).map_err(api_error)?;
        work.guards.extend(guards(step, &serial, call));
        Ok(ResyncMFADeviceResponse {})
    }
}

impl Handle<DeactivateMFADevice> for Iam {
    fn execute(
        _permit: Authorized<DeactivateMFADevice>,
        input: DeactivateMFADeviceRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeactivateMFADeviceResponse, ApiError> {
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let owner = target.owner(work.draft.snapshot())?;
        let serial = serial(&input.serial_number)?;
        command::deactivate(work.draft, &owner, &serial).map_err(api_error)?;
        Ok(DeactivateMFADeviceResponse {})
    }
}

impl Handle<ListMFADevices> for Iam {
    fn execute(
        _permit: Authorized<ListMFADevices>,
        input: ListMFADevicesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListMFADevicesResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let owner = target.owner(call.account)?;
        let page = page.cut(call.account.mfa_of(&owner), |device| serial_key(device));
        let devices = page.items.into_iter();
        Ok(ListMFADevicesResponse {
            mfa_devices: devices.filter_map(|device| assigned(device, call.account)).collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

impl Handle<GetMFADevice> for Iam {
    fn execute(
        _permit: Authorized<GetMFADevice>,
        input: GetMFADeviceRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetMFADeviceResponse, ApiError> {
        let target = Target::named_or_calling(input.user_name.as_deref(), call)?;
        let owner = target.owner(call.account)?;
        let serial = serial(&input.serial_number)?;
        let device = call.account.mfa_device(&serial);
        let assigned = device.and_then(|device| device.assigned.as_ref());
        // A device of someone else is as unknown as one that does not exist.
        let MfaAssignment { owner, enabled_at } = assigned
            .filter(|assigned| assigned.owner == owner)
            .ok_or_else(|| missing(EntityKind::MfaDevice, &input.serial_number))?;
        Ok(GetMFADeviceResponse {
            user_name: owner_name(owner, call.account),
            serial_number: serial.to_string(),
            enable_date: Some(*enabled_at),
            // Certificates are those of hardware devices.
            certifications: None,
        })
    }
}

/// The step of the second code, when both were right; `None` when they were wrong or
/// there is no device to check them with, which the command then says.
fn check(
    account: &Snapshot,
    serial: &Arn,
    [first, second]: [&Secret<String>; 2],
    call: &Call<'_>,
) -> Result<Option<Step>, ApiError> {
    let Some(device) = account.mfa_device(serial) else { return Ok(None) };
    let wrapped = WrappedSecret::from_bytes(device.seed.as_bytes().to_vec());
    let seed = call
        .vault
        .unwrap(SecretName::MfaSeed(serial.as_str()), &wrapped)
        .map_err(|error| ApiError::internal(format!("the seed of {serial}: {error}")))?;
    Ok(verify_consecutive(&seed, first.expose(), second.expose(), call.facts.now, WINDOW))
}

const fn outcome(step: Option<Step>) -> ConsecutiveCodes {
    match step {
        Some(_) => ConsecutiveCodes::Right,
        None => ConsecutiveCodes::Wrong,
    }
}

/// Neither of the two codes counts again, here or for a session.
fn guards(step: Option<Step>, serial: &Arn, call: &Call<'_>) -> Vec<ReplayGuard> {
    let Some(second) = step else { return Vec::new() };
    let first = Step::from_number(second.number().saturating_sub(1));
    let guard = |step| {
        let wrong_code = api_error(DirectoryError::InvalidAuthenticationCode);
        let (account, now) = (call.account.account(), call.facts.now);
        ReplayGuard::one_time_code(account, serial, step, now, wrong_code)
    };
    vec![guard(first), guard(second)]
}

/// Observed: recorded for ListMFADevices (2026-02).
fn assigned(device: &MfaDevice, account: &Snapshot) -> Option<MFADevice> {
    let assigned = device.assigned.as_ref()?;
    Some(MFADevice {
        user_name: owner_name(&assigned.owner, account),
        serial_number: device.serial.to_string(),
        enable_date: assigned.enabled_at,
    })
}
