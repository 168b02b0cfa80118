//! What users sign in and sign with.

use crate::{access_key_last_used, service_credential};

rows! {
    CreateAccessKey (user or caller: user_name);
    ListAccessKeys (user or caller: user_name);
    UpdateAccessKey (user or caller: user_name);
    DeleteAccessKey (user or caller: user_name);
    GetAccessKeyLastUsed
        (by ["user"] tags OfResource,
         "whose key `{access_key_id}` is; `*` for a key that is not of this account",
         |action, input, call| {
             Ok(access_key_last_used::question(action, &input.access_key_id, call))
         });

    ChangePassword (calling user);
    CreateLoginProfile (user or caller: user_name);
    GetLoginProfile (user or caller: user_name);
    UpdateLoginProfile (existing User: user_name);
    DeleteLoginProfile (user or caller: user_name);

    UploadSSHPublicKey (existing User: user_name);
    GetSSHPublicKey (existing User: user_name);
    ListSSHPublicKeys (user or calling user: user_name);
    UpdateSSHPublicKey (existing User: user_name);
    DeleteSSHPublicKey (existing User: user_name);

    UploadSigningCertificate (user or calling user: user_name);
    ListSigningCertificates (user or caller: user_name);
    UpdateSigningCertificate (user or calling user: user_name);
    DeleteSigningCertificate (user or caller: user_name);

    CreateServiceSpecificCredential (existing User: user_name)
        keys [value ("iam:ServiceSpecificCredentialServiceName", "{service_name}",
                     |input, _| Some(input.service_name.to_lowercase())),
              value ("iam:ServiceSpecificCredentialAgeDays", "{credential_age_days}",
                     |input, _| input.credential_age_days.map(|days| days.to_string()))];
    // Choice: the credentials of all users are asked for about all users.
    ListServiceSpecificCredentials
        (by ["user"] tags OfResource,
         "all with `{all_users}`, else `{user_name}`, else the user who calls",
         service_credential::list_question);
    UpdateServiceSpecificCredential (user or calling user: user_name)
        keys [service_of_credential (user_name, service_specific_credential_id)];
    ResetServiceSpecificCredential (user or calling user: user_name)
        keys [service_of_credential (user_name, service_specific_credential_id)];
    DeleteServiceSpecificCredential (user or calling user: user_name)
        keys [service_of_credential (user_name, service_specific_credential_id)];
}
