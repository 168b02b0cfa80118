use stead_types::{AccountId, Arn, ClientId, IssuerUrl, Thumbprint, Timestamp};

use crate::entity::ResourceTags;

/// An OpenID Connect provider: an issuer whose tokens roles of the account can trust.
#[derive(Clone, Debug)]
pub struct OidcProvider {
    /// The ARN, `arn:aws:iam::111122223333:oidc-provider/idp.example.com/path`. It
    /// tells providers apart, and says nothing of the URL's scheme.
    pub arn: Arn,
    /// The issuer's URL, as it was given.
    pub issuer: IssuerUrl,
    /// When the provider was registered.
    pub created_at: Timestamp,
    /// The audiences that tokens may be made for, in the order they were registered.
    // INVARIANT: none is there twice.
    pub client_ids: Vec<ClientId>,
    /// Of the certificates that may secure the provider where no trusted authority
    /// has signed, in the order they were given.
    pub thumbprints: Vec<Thumbprint>,
    /// The provider's tags; their keys are told apart by case.
    pub tags: ResourceTags,
}

impl OidcProvider {
    /// The ARN of the provider with this issuer.
    ///
    /// Observed: the scheme is dropped, and everything behind it kept, a slash at the
    /// end included (aws/aws-sam-cli issue 7432). Choice: so are upper case and a port.
    #[must_use]
    pub fn arn_for(account: AccountId, issuer: &IssuerUrl) -> Arn {
        Self::arn_at(account, issuer.without_scheme())
    }

    /// The same for a text that may be the URL of an issuer, behind its scheme.
    pub(crate) fn arn_at(account: AccountId, behind_scheme: &str) -> Arn {
        Arn::iam(account, &["oidc-provider/", behind_scheme].concat())
    }
}
