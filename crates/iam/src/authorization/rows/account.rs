//! The account as a whole.

rows! {
    CreateAccountAlias (any);
    DeleteAccountAlias (any);
    ListAccountAliases (any);

    GetAccountAuthorizationDetails (any);
    GetAccountSummary (any);
    GenerateCredentialReport (any);
    GetCredentialReport (any);

    UpdateAccountPasswordPolicy (any);
    GetAccountPasswordPolicy (any);
    DeleteAccountPasswordPolicy (any);

    SetSecurityTokenServicePreferences (any);
    EnableOutboundWebIdentityFederation (any);
    DisableOutboundWebIdentityFederation (any);
    GetOutboundWebIdentityFederationInfo (any);

    ListOrganizationsFeatures (any);
    EnableOrganizationsRootSessions (any);
    DisableOrganizationsRootSessions (any);
    EnableOrganizationsRootCredentialsManagement (any);
    DisableOrganizationsRootCredentialsManagement (any);
}
