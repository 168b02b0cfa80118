use stead_types::{AccountAlias, Timestamp};

/// The alias of the account; there is one at most. Its name is reserved in the
/// installation with the commit that makes it.
#[derive(Clone, Debug)]
pub struct Alias {
    /// The name.
    pub name: AccountAlias,
    /// When it was given.
    pub created_at: Timestamp,
}

impl Alias {
    /// The name under which an alias is unique in the installation, `alias/my-company`.
    #[must_use]
    pub fn unique_name(name: &AccountAlias) -> String {
        format!("alias/{name}")
    }
}
