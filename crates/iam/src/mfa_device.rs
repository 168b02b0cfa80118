//! Virtual MFA devices: made, listed, deleted, and their tags.

mod png;
mod provisioning;
mod tags;

use stead_api::ApiError;
use stead_api::iam::{
    AssignmentStatusType, CreateVirtualMFADevice, CreateVirtualMFADeviceRequest,
    CreateVirtualMFADeviceResponse, DeleteVirtualMFADevice, DeleteVirtualMFADeviceRequest,
    DeleteVirtualMFADeviceResponse, ListVirtualMFADevices, ListVirtualMFADevicesRequest,
    ListVirtualMFADevicesResponse, VirtualMFADevice,
};
use stead_authorizer::Authorized;
use stead_directory::commands::mfa_device::{self as command, NewMfaDevice};
use stead_directory::entity::{KeyOwner, MfaDevice, WrappedSecret};
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_session::vault::SecretName;
use stead_types::{Arn, Entropy, MfaDeviceName, Path, Secret};

use crate::error::api_error;
use crate::pagination::PageRequest;
use crate::target::missing;
use crate::{Iam, input, view};
use provisioning::Provisioning;

/// Random bytes of a seed. Spec: RFC 4226, section 4, R6: 160 bits are recommended.
const SEED_BYTES: usize = 20;

/// Spec: `serialNumberType` of the IAM model: a longer serial number could never be
/// passed to another operation.
const SERIAL_CHARACTERS_MAX: usize = 256;

impl Handle<CreateVirtualMFADevice> for Iam {
    fn execute(
        _permit: Authorized<CreateVirtualMFADevice>,
        input: CreateVirtualMFADeviceRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateVirtualMFADeviceResponse, ApiError> {
        let name: MfaDeviceName = input::new_name(&input.virtual_mfa_device_name)?;
        let path = input::new_path(input.path.as_deref())?;
        let tags = input::tags(&input.tags)?;
        let serial = new_serial(&path, &name, call)?;
        let seed = new_seed(work.entropy);
        let wrapped = call
            .vault
            .wrap(SecretName::MfaSeed(serial.as_str()), &seed, work.entropy)
            .map_err(|error| ApiError::internal(format!("the seed of {serial}: {error}")))?;
        let seed_at_rest = WrappedSecret::new(wrapped.as_bytes());
        let provisioning = Provisioning::new(&seed, &name, call);
        let new = NewMfaDevice { name, path, seed: seed_at_rest, tags };
        let made = command::create(work.draft, new, call.facts.now).map_err(api_error)?;
        let virtual_mfa_device = VirtualMFADevice {
            serial_number: made.serial.to_string(),
            base32_string_seed: Some(provisioning.base32_seed()),
            qr_code_png: Some(provisioning.qr_code_png()?),
            user: None,
            enable_date: None,
            tags: view::some(input.tags),
        };
        Ok(CreateVirtualMFADeviceResponse { virtual_mfa_device })
    }
}

impl Handle<DeleteVirtualMFADevice> for Iam {
    fn execute(
        _permit: Authorized<DeleteVirtualMFADevice>,
        input: DeleteVirtualMFADeviceRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteVirtualMFADeviceResponse, ApiError> {
        command::delete(work.draft, &serial(&input.serial_number)?).map_err(api_error)?;
        Ok(DeleteVirtualMFADeviceResponse {})
    }
}

impl Handle<ListVirtualMFADevices> for Iam {
    fn execute(
        _permit: Authorized<ListVirtualMFADevices>,
        input: ListVirtualMFADevicesRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListVirtualMFADevicesResponse, ApiError> {
        let page = PageRequest::read(input.marker.as_deref(), input.max_items)?;
        // Spec: API ListVirtualMFADevices: without a status, all are listed.
        let wanted = input.assignment_status.unwrap_or(AssignmentStatusType::Any);
        let listed = call.account.mfa_devices().filter(|device| match wanted {
            AssignmentStatusType::Assigned => device.assigned.is_some(),
            AssignmentStatusType::Unassigned => device.assigned.is_none(),
            AssignmentStatusType::Any => true,
        });
        let page = page.cut(listed, |device| serial_key(device));
        Ok(ListVirtualMFADevicesResponse {
            virtual_mfa_devices: page
                .items
                .into_iter()
                .map(|device| listed_device(device, call.account))
                .collect(),
            is_truncated: page.is_truncated,
            marker: page.marker,
        })
    }
}

/// A serial number in a request. What is no ARN, such as the number of a hardware
/// device, is not found: all devices here are virtual.
///
/// # Errors
/// A text that no device here can have.
pub(crate) fn serial(text: &str) -> Result<Arn, ApiError> {
    text.parse().map_err(|_| missing(EntityKind::MfaDevice, text))
}

/// The key by which devices are paged: path and name, in the order of serial numbers.
pub(crate) fn serial_key(device: &MfaDevice) -> String {
    device.serial.resource().to_owned()
}

fn new_serial(path: &Path, name: &MfaDeviceName, call: &Call<'_>) -> Result<Arn, ApiError> {
    let serial = MfaDevice::serial_for(call.account.account(), path, name);
    if serial.as_str().chars().count() > SERIAL_CHARACTERS_MAX {
        // Choice: worded like the decoder's refusals; AWS does not say.
        return Err(ApiError::validation(format!(
            "1 validation error detected: Value at 'serialNumber' failed to satisfy constraint: Member must have length less than or equal to {SERIAL_CHARACTERS_MAX}"
        )));
    }
    Ok(serial)
}

fn new_seed(entropy: &mut dyn Entropy) -> Secret<Vec<u8>> {
    let mut seed = vec![0; SEED_BYTES];
    entropy.fill(&mut seed);
    Secret::new(seed)
}

/// A device in a list: neither seed nor tags.
///
/// Observed: an assigned device shows its user and the date, another only its serial
/// number (2026-02).
fn listed_device(device: &MfaDevice, account: &Snapshot) -> VirtualMFADevice {
    let user = device.assigned.as_ref().and_then(|assigned| match &assigned.owner {
        KeyOwner::Root => Some(view::root_user(account.root())),
        KeyOwner::User(id) => {
            account.user(id).map(|user| view::listed_user(user, account.account()))
        }
    });
    VirtualMFADevice {
        serial_number: device.serial.to_string(),
        base32_string_seed: None,
        qr_code_png: None,
        user,
        enable_date: device.assigned.as_ref().map(|assigned| assigned.enabled_at),
        tags: None,
    }
}
