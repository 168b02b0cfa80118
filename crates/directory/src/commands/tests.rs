//! Every rule: what is refused, in which order, and what is changed.

mod account_aliases;
mod credentials;
mod instance_profiles;
mod login_profiles;
mod oidc_providers;
mod outbound_federation;
mod policies;
mod principals;
mod saml_providers;
mod server_certificates;
mod service_linked_roles;
mod tagging;
mod user_credentials;
