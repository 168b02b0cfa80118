//! MFA devices and whose they are.

rows! {
    CreateVirtualMFADevice (new MfaDevice: path, virtual_mfa_device_name)
        keys [request_tags (tags)]
        also [tagging (TagMFADevice, tags)];
    DeleteVirtualMFADevice (existing MfaDevice: serial_number);
    ListVirtualMFADevices (listed MfaDevice);

    // What changes whose a device is, is asked about the user.
    EnableMFADevice (existing User: user_name);
    ResyncMFADevice (existing User: user_name);
    DeactivateMFADevice (user or caller: user_name);
    ListMFADevices (user or caller: user_name);
    GetMFADevice (user or caller: user_name);

    TagMFADevice (existing MfaDevice: serial_number) keys [request_tags (tags)];
    UntagMFADevice (existing MfaDevice: serial_number) keys [tag_keys (tag_keys)];
    ListMFADeviceTags (existing MfaDevice: serial_number);
}
