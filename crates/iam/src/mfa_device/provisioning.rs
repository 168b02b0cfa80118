//! What an authenticator application is given once: the seed, as text and as a picture.

#[cfg(test)]
mod tests;

use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::{Color, EcLevel, QrCode};
use stead_api::ApiError;
use stead_service::Call;
use stead_types::{MfaDeviceName, Secret};

use super::png;

/// What stands unencoded in the label. Spec: RFC 3986, section 2.3.
const LABEL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The white border of a QR code, in modules. Spec: ISO/IEC 18004, "Quiet zone".
const QUIET_ZONE: usize = 4;

/// Pixels of a module's side. Choice: some 200 pixels for a usual code.
const MODULE_PIXELS: usize = 4;

/// The secret of a new device, in the forms in which it is handed over.
pub(super) struct Provisioning {
    seed: Secret<String>,
    uri: Secret<String>,
}

impl Provisioning {
    /// Spec: API VirtualMFADevice, `QRCodePNG`: the picture holds
    /// `otpauth://totp/DEVICE@ACCOUNT?secret=SEED`, where the account is the user
    /// name if there is one, and the account number otherwise.
    pub(super) fn new(seed: &Secret<Vec<u8>>, name: &MfaDeviceName, call: &Call<'_>) -> Self {
        let account = match call.caller.user_name() {
            Some(user) => user.to_string(),
            None => call.account.account().to_string(),
        };
        Self::of(seed, name.as_str(), &account)
    }

    fn of(seed: &Secret<Vec<u8>>, device: &str, account: &str) -> Self {
        let seed = Secret::new(BASE32_NOPAD.encode(seed.expose()));
        let (device, account) =
            (utf8_percent_encode(device, LABEL), utf8_percent_encode(account, LABEL));
        let uri = format!("otpauth://totp/{device}@{account}?secret={}", seed.expose());
        Self { seed, uri: Secret::new(uri) }
    }

    /// The seed in base32, 32 characters.
    pub(super) fn base32_seed(&self) -> Secret<Vec<u8>> {
        Secret::new(self.seed.expose().as_bytes().to_vec())
    }

    /// The QR code of the URI.
    ///
    /// # Errors
    /// None: the longest name makes a URI of less than 1,000 bytes, and a code holds
    /// more than 2,000.
    pub(super) fn qr_code_png(&self) -> Result<Secret<Vec<u8>>, ApiError> {
        let uri = self.uri.expose().as_bytes();
        let code = QrCode::with_error_correction_level(uri, EcLevel::M)
            .map_err(|error| ApiError::internal(format!("a QR code: {error}")))?;
        let width = code.width();
        let colors = code.to_colors();
        let dark = |x: usize, y: usize| {
            let module = |pixel: usize| (pixel / MODULE_PIXELS).checked_sub(QUIET_ZONE);
            let (Some(x), Some(y)) = (module(x), module(y)) else { return false };
            x < width && colors.get(y * width + x) == Some(&Color::Dark)
        };
        let side = (width + 2 * QUIET_ZONE) * MODULE_PIXELS;
        Ok(Secret::new(png::black_and_white(side, dark)?))
    }
}
