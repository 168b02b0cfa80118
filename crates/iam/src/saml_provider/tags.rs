crate::provider_tags::provider_tags!(
    SamlProvider,
    saml_provider_arn,
    TagSAMLProvider(TagSAMLProviderRequest) -> TagSAMLProviderResponse,
    UntagSAMLProvider(UntagSAMLProviderRequest) -> UntagSAMLProviderResponse,
    ListSAMLProviderTags(ListSAMLProviderTagsRequest) -> ListSAMLProviderTagsResponse,
);
