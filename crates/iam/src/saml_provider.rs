//! SAML providers: created, shown, listed, changed, deleted.

mod input;
mod tags;

use std::sync::Arc;

use stead_api::ApiError;
use stead_api::iam::{
    AssertionEncryptionModeType, CreateSAMLProvider, CreateSAMLProviderRequest,
    CreateSAMLProviderResponse, DeleteSAMLProvider, DeleteSAMLProviderRequest,
    DeleteSAMLProviderResponse, GetSAMLProvider, GetSAMLProviderRequest, GetSAMLProviderResponse,
    ListSAMLProviders, ListSAMLProvidersRequest, ListSAMLProvidersResponse,
    SAMLPrivateKey as PrivateKeyView, SAMLProviderListEntry, UpdateSAMLProvider,
    UpdateSAMLProviderRequest, UpdateSAMLProviderResponse,
};
use stead_authorizer::Authorized;
use stead_directory::commands::saml_provider::{
    self as command, NewSamlProvider, SamlProviderChange,
};
use stead_directory::entity::{AssertionEncryption, SamlPrivateKey, SamlProvider};
use stead_directory::{EntityKind, Snapshot};
use stead_service::{Call, Handle, Work};
use stead_types::{Arn, SamlProviderName};

use crate::error::api_error;
use crate::target::missing;
use crate::{Iam, provider_arn, view};

impl Handle<CreateSAMLProvider> for Iam {
    fn execute(
        _permit: Authorized<CreateSAMLProvider>,
        input: CreateSAMLProviderRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CreateSAMLProviderResponse, ApiError> {
        let name: SamlProviderName = crate::input::new_name(&input.name)?;
        let arn = SamlProvider::arn_for(call.account.account(), &name);
        let private_key = input.add_private_key.as_ref();
        let private_key =
            private_key.map(|pem| input::private_key(pem, &arn, call, work.entropy)).transpose()?;
        let new = NewSamlProvider {
            name,
            metadata: input::metadata(&input.saml_metadata_document, call.facts.now)?,
            // Observed: `Allowed` where nothing is said (2026-02).
            encryption: input
                .assertion_encryption_mode
                .map_or(AssertionEncryption::Allowed, input::encryption),
            private_key,
            tags: crate::input::tags(&input.tags)?,
        };
        let made =
            command::create(work.draft, new, call.facts.now, work.entropy).map_err(api_error)?;
        Ok(CreateSAMLProviderResponse {
            saml_provider_arn: Some(made.arn.to_string()),
            // Observed: left out when there are none (2026-02).
            tags: view::some(input.tags),
        })
    }
}

impl Handle<GetSAMLProvider> for Iam {
    fn execute(
        _permit: Authorized<GetSAMLProvider>,
        input: GetSAMLProviderRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<GetSAMLProviderResponse, ApiError> {
        let provider = find(&input.saml_provider_arn, call.account)?;
        Ok(GetSAMLProviderResponse {
            saml_provider_uuid: Some(provider.uuid.to_string()),
            saml_metadata_document: Some(provider.metadata.document.to_string()),
            create_date: Some(provider.created_at),
            valid_until: Some(provider.metadata.valid_until),
            // Observed: the lists are there also when they are empty (2026-02).
            tags: Some(view::resource_tags(&provider.tags)),
            assertion_encryption_mode: Some(match provider.encryption {
                AssertionEncryption::Allowed => AssertionEncryptionModeType::Allowed,
                AssertionEncryption::Required => AssertionEncryptionModeType::Required,
            }),
            private_key_list: Some(provider.private_keys.iter().map(shown_key).collect()),
        })
    }
}

impl Handle<ListSAMLProviders> for Iam {
    /// All in one answer: the operation has no pages.
    fn execute(
        _permit: Authorized<ListSAMLProviders>,
        _input: ListSAMLProvidersRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListSAMLProvidersResponse, ApiError> {
        let entry = |provider: &Arc<SamlProvider>| SAMLProviderListEntry {
            arn: Some(provider.arn.to_string()),
            valid_until: Some(provider.metadata.valid_until),
            create_date: Some(provider.created_at),
        };
        let list = call.account.saml_providers().map(entry).collect();
        Ok(ListSAMLProvidersResponse { saml_provider_list: Some(list) })
    }
}

impl Handle<UpdateSAMLProvider> for Iam {
    fn execute(
        _permit: Authorized<UpdateSAMLProvider>,
        input: UpdateSAMLProviderRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<UpdateSAMLProviderResponse, ApiError> {
        let now = call.facts.now;
        let arn = parse(&input.saml_provider_arn)?;
        let metadata = input.saml_metadata_document.as_deref();
        let removed = input.remove_private_key.as_deref();
        let added = input.add_private_key.as_ref();
        let change = SamlProviderChange {
            metadata: metadata.map(|document| input::metadata(document, now)).transpose()?,
            encryption: input.assertion_encryption_mode.map(input::encryption),
            remove_private_key: removed.map(input::key_id).transpose()?,
            add_private_key: added
                .map(|pem| input::private_key(pem, &arn, call, work.entropy))
                .transpose()?,
        };
        command::update(work.draft, &arn, change, now).map_err(api_error)?;
        Ok(UpdateSAMLProviderResponse { saml_provider_arn: Some(arn.to_string()) })
    }
}

impl Handle<DeleteSAMLProvider> for Iam {
    fn execute(
        _permit: Authorized<DeleteSAMLProvider>,
        input: DeleteSAMLProviderRequest,
        _call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeleteSAMLProviderResponse, ApiError> {
        command::delete(work.draft, &parse(&input.saml_provider_arn)?).map_err(api_error)?;
        Ok(DeleteSAMLProviderResponse {})
    }
}

/// Reads the ARN of a provider, of whichever account.
fn parse(arn: &str) -> Result<Arn, ApiError> {
    provider_arn::parse(arn, "saml-provider")
}

/// The provider with this ARN. One of another account is not found.
fn find<'a>(arn: &str, account: &'a Snapshot) -> Result<&'a Arc<SamlProvider>, ApiError> {
    let found = account.saml_provider(&parse(arn)?);
    found.ok_or_else(|| missing(EntityKind::SamlProvider, arn))
}

/// A private key as it is shown: never the key itself.
fn shown_key(key: &SamlPrivateKey) -> PrivateKeyView {
    PrivateKeyView { key_id: Some(key.id.to_string()), timestamp: Some(key.added_at) }
}
