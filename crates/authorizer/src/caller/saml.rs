//! Callers who come with the assertion of a SAML provider.

use stead_directory::Snapshot;
use stead_directory::entity::AssertionEncryption;
use stead_federation::oidc::ConditionKey;
use stead_federation::saml::{
    Encryption, Expected, Refusal, ServiceNames, UnverifiedResponse, VerifiedAssertion, verify,
};
use stead_policy::Caller;
use stead_types::{AccountId, Arn, Secret, Timestamp};
use thiserror::Error;

use super::{CallerFacts, Proof, VerifiedCaller};

/// An assertion that was verified, and the provider that it was verified against.
#[derive(Clone, Debug)]
pub struct SamlProof {
    assertion: VerifiedAssertion,
    provider: Arn,
    account: AccountId,
}

/// Why the bearer of a SAML response is not who it says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SamlRefused {
    /// The account has no such provider.
    #[error("the account has no provider `{provider}`")]
    NoProvider {
        /// The ARN that was asked for.
        provider: Arn,
    },
    /// What the provider says of itself no longer holds.
    #[error("the metadata of `{provider}` was valid until {at}")]
    MetadataExpired {
        /// The provider.
        provider: Arn,
        /// When it ended.
        at: Timestamp,
    },
    /// The response is not accepted.
    #[error("the response for `{provider}` {refusal}")]
    Response {
        /// The provider.
        provider: Arn,
        /// Why.
        refusal: Refusal,
    },
}

impl VerifiedCaller {
    /// The bearer of an assertion of a SAML provider of the account.
    ///
    /// `account` is that of the role to be assumed: only its own providers count.
    /// `decryption_keys` are the provider's private keys, in PEM. `endpoints` are URLs that
    /// this installation has as recipient and as audience, besides those of AWS.
    ///
    /// # Errors
    /// A provider that is not there or whose metadata no longer holds, or what is wrong
    /// with the response.
    pub fn of_saml(
        response: &UnverifiedResponse,
        provider: &Arn,
        decryption_keys: &[Secret<String>],
        endpoints: &[String],
        account: &Snapshot,
        now: Timestamp,
    ) -> Result<Self, SamlRefused> {
        let found = account.saml_provider(provider);
        let found = found.ok_or_else(|| SamlRefused::NoProvider { provider: provider.clone() })?;
        if found.metadata.valid_until <= now {
            let (provider, at) = (provider.clone(), found.metadata.valid_until);
            return Err(SamlRefused::MetadataExpired { provider, at });
        }
        let certificates: Vec<&[u8]> =
            found.metadata.signing_certificates.iter().map(AsRef::as_ref).collect();
        let names = ServiceNames::new(endpoints, Some(found.uuid.as_str()));
        let (recipients, audiences) = (names.recipients(), names.audiences());
        let expected = Expected {
            entity_id: &found.metadata.entity_id,
            certificates: &certificates,
            recipients: &recipients,
            audiences: &audiences,
            decryption_keys,
            assertions: match found.encryption {
                AssertionEncryption::Allowed => Encryption::Allowed,
                AssertionEncryption::Required => Encryption::Required,
            },
        };
        let assertion = verify(response, &expected, now)
            .map_err(|refusal| SamlRefused::Response { provider: provider.clone(), refusal })?;
        Ok(Self(CallerFacts::of_assertion(assertion, &found.arn, account)))
    }
}

impl CallerFacts {
    pub(super) fn of_assertion(
        assertion: VerifiedAssertion,
        provider: &Arn,
        account: &Snapshot,
    ) -> Self {
        let account = account.account();
        let proof = SamlProof { assertion, provider: provider.clone(), account };
        Self {
            account,
            principal: Caller::Saml { provider: provider.as_str().into() },
            user_name: None,
            proof: Proof::Saml(Box::new(proof)),
        }
    }

    /// The assertion of a SAML provider, where the call came with one.
    #[must_use]
    pub fn saml(&self) -> Option<&SamlProof> {
        match &self.proof {
            Proof::Saml(proof) => Some(proof),
            Proof::Signature { .. }
            | Proof::Service { .. }
            | Proof::Nothing { .. }
            | Proof::WebIdentity(_) => None,
        }
    }
}

impl SamlProof {
    /// What was verified.
    pub const fn assertion(&self) -> &VerifiedAssertion {
        &self.assertion
    }

    /// The provider.
    #[must_use]
    pub const fn provider(&self) -> &Arn {
        &self.provider
    }

    /// What tells subjects of different providers apart: `NameQualifier` in the answer
    /// and the condition key `saml:namequalifier`.
    ///
    /// Spec: API_AssumeRoleWithSAML, NameQualifier: a hash of issuer, account and the
    /// friendly name of the provider.
    #[must_use]
    pub fn name_qualifier(&self) -> String {
        self.assertion.name_qualifier(self.account, self.friendly_name())
    }

    fn friendly_name(&self) -> &str {
        self.provider.resource_of("saml-provider").unwrap_or_default()
    }

    /// The keys of trust policies.
    ///
    /// Spec: UG:reference_policies_iam-condition-keys, "SAML role trust policies": all but
    /// `saml:doc` come from the assertion.
    pub(crate) fn condition_keys(&self) -> Vec<ConditionKey> {
        self.assertion.condition_keys(self.account, self.friendly_name())
    }
}
