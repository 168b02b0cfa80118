crate::provider_tags::provider_tags!(
    OidcProvider,
    open_id_connect_provider_arn,
    TagOpenIDConnectProvider(TagOpenIDConnectProviderRequest) -> TagOpenIDConnectProviderResponse,
    UntagOpenIDConnectProvider(UntagOpenIDConnectProviderRequest)
        -> UntagOpenIDConnectProviderResponse,
    ListOpenIDConnectProviderTags(ListOpenIDConnectProviderTagsRequest)
        -> ListOpenIDConnectProviderTagsResponse,
);
