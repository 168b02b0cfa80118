"""The codes of a virtual MFA device, by RFC 6238."""

import base64
import hashlib
import hmac
import struct
import time

import clock

STEP_SECONDS = 30


class Device:
    """A virtual MFA device of a user, enabled."""

    def __init__(self, iam, user_name: str, device_name: str) -> None:
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=device_name)["VirtualMFADevice"]
        self.serial_number = made["SerialNumber"]
        self._seed = base64.b32decode(made["Base32StringSeed"])
        iam.enable_mfa_device(
            UserName=user_name,
            SerialNumber=self.serial_number,
            AuthenticationCode1=self._code(-1),
            AuthenticationCode2=self._code(0),
        )

    def next_code(self) -> str:
        """A code that was not used: moves the clock to the next step."""
        clock.advance(STEP_SECONDS)
        return self._code(0)

    def _code(self, steps_ahead: int) -> str:
        return code(self._seed, steps_ahead)


def code(seed: bytes, steps_ahead: int) -> str:
    """The code of a device so many steps from now."""
    counter = int(time.time()) // STEP_SECONDS + steps_ahead
    digest = hmac.new(seed, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
