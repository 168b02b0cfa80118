//! Identity providers.

use crate::oidc_provider;

rows! {
    CreateOpenIDConnectProvider
        (by ["oidc-provider"] tags None, "to be created: `{url}` without `https://`",
         |action, input, call| oidc_provider::new_question(action, &input.url, call))
        keys [request_tags (tags)]
        also [tagging (TagOpenIDConnectProvider, tags)];
    GetOpenIDConnectProvider (existing OidcProvider: open_id_connect_provider_arn);
    ListOpenIDConnectProviders (all OidcProvider);
    DeleteOpenIDConnectProvider (existing OidcProvider: open_id_connect_provider_arn);
    AddClientIDToOpenIDConnectProvider (existing OidcProvider: open_id_connect_provider_arn);
    RemoveClientIDFromOpenIDConnectProvider (existing OidcProvider: open_id_connect_provider_arn);
    UpdateOpenIDConnectProviderThumbprint (existing OidcProvider: open_id_connect_provider_arn);
    TagOpenIDConnectProvider (existing OidcProvider: open_id_connect_provider_arn)
        keys [request_tags (tags)];
    UntagOpenIDConnectProvider (existing OidcProvider: open_id_connect_provider_arn)
        keys [tag_keys (tag_keys)];
    ListOpenIDConnectProviderTags (existing OidcProvider: open_id_connect_provider_arn);

    CreateSAMLProvider (new SamlProvider: name)
        keys [request_tags (tags)]
        also [tagging (TagSAMLProvider, tags)];
    GetSAMLProvider (existing SamlProvider: saml_provider_arn);
    ListSAMLProviders (all SamlProvider);
    UpdateSAMLProvider (existing SamlProvider: saml_provider_arn);
    DeleteSAMLProvider (existing SamlProvider: saml_provider_arn);
    TagSAMLProvider (existing SamlProvider: saml_provider_arn) keys [request_tags (tags)];
    UntagSAMLProvider (existing SamlProvider: saml_provider_arn) keys [tag_keys (tag_keys)];
    ListSAMLProviderTags (existing SamlProvider: saml_provider_arn);
}
