use stead_api::ApiError;
use stead_directory::entity::SamlProvider;
use stead_session::vault::{SecretName, SecretVault, WrappedSecret};
use stead_types::Secret;

/// The private keys of a SAML provider, in PEM: what opens its encrypted assertions.
///
/// Costs the unwrapping of two keys at most.
///
/// # Errors
/// One that was not wrapped for this provider by this vault.
pub fn decryption_keys(
    provider: &SamlProvider,
    vault: &dyn SecretVault,
) -> Result<Vec<Secret<String>>, ApiError> {
    let opened = provider.private_keys.iter().map(|key| {
        let name = SecretName::SamlPrivateKey { provider: provider.arn.as_str(), id: &key.id };
        let wrapped = WrappedSecret::from_bytes(key.key.as_bytes().to_vec());
        vault.unwrap_text(name, &wrapped).map_err(|error| {
            ApiError::internal(format!(
                "a private key of {} cannot be unwrapped: {error}",
                provider.arn
            ))
        })
    });
    opened.collect()
}
