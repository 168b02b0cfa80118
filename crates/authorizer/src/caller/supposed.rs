//! Callers of questions: who has proved nothing, and for whom no permit is made.

use serde_json::{Map, Value};
use stead_directory::Snapshot;
use stead_federation::oidc::{Algorithms, Expected, suppose};
use stead_federation::saml::SupposedAssertion;
use stead_policy::Caller;
use stead_session::{Claims, Holder};
use stead_types::{Arn, Timestamp, UniqueId};

use super::{
    Proof, SamlRefused, SessionState, Standing, Unidentified, VerifiedCaller, WebIdentityRefused,
    holder_as_caller, session_as_caller,
};

/// Who is supposed to call.
#[derive(Clone, Debug)]
pub enum Supposition {
    /// The root user of the account.
    Root,
    /// A user, with a long-term key.
    User(UniqueId),
    /// The principal of a session that says this.
    Session(Box<Claims>),
    /// A service, such as `ec2.amazonaws.com`.
    Service(String),
}

/// What a call would be answered can be asked of anybody. A supposed caller reads like a
/// verified one everywhere, and [`decide`](crate::decide) refuses it whatever the policies
/// say, so that no handler ever acts for one; [`judge`](crate::judge) answers it.
impl VerifiedCaller {
    /// A principal of this account, or a service that acts beside it.
    ///
    /// # Errors
    /// A user or role that the account does not have, or a session of another account.
    pub fn suppose(who: Supposition, account: &Snapshot) -> Result<Self, Unidentified> {
        let (principal, user_name, session) = match who {
            Supposition::Root => with_no_session(holder_as_caller(&Holder::Root, account)?),
            Supposition::User(user_id) => {
                with_no_session(holder_as_caller(&Holder::User { user_id }, account)?)
            }
            Supposition::Service(name) => (Caller::Service { name: name.into() }, None, None),
            Supposition::Session(claims) => {
                if claims.account != account.account() {
                    return Err(Unidentified::OtherAccount);
                }
                let (principal, user_name) = session_as_caller(&claims, account)?;
                (principal, user_name, Some(Box::new(SessionState::new(*claims))))
            }
        };
        let (account, proof) = (account.account(), Proof::Nothing { session });
        Ok(Self { account, principal, user_name, proof, standing: Standing::Supposed })
    }

    /// The bearer of a token that says this, as if its issuer had signed it; see
    /// [`VerifiedCaller::of_web_identity`].
    ///
    /// # Errors
    /// An issuer without a provider, or what is wrong with the claims.
    pub fn suppose_web_identity(
        claims: &Map<String, Value>,
        account: &Snapshot,
        now: Timestamp,
    ) -> Result<Self, WebIdentityRefused> {
        let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        let caller = Self::of_issuer(issuer, account, |issuer, client_ids| {
            let expected = Expected { issuer, client_ids, algorithms: Algorithms::AWS };
            suppose(claims.clone(), &expected, now).map(|token| token.as_if_verified())
        })?;
        Ok(Self { standing: Standing::Supposed, ..caller })
    }

    /// The bearer of an assertion that says this, as if its provider had signed it; see
    /// [`VerifiedCaller::of_saml`].
    ///
    /// Of a provider only its name is asked: of exported accounts the metadata is not
    /// known.
    ///
    /// # Errors
    /// A provider of another account than the role's.
    pub fn suppose_saml(
        assertion: SupposedAssertion,
        provider: &Arn,
        account: &Snapshot,
    ) -> Result<Self, SamlRefused> {
        if provider.account() != Some(account.account()) {
            return Err(SamlRefused::NoProvider { provider: provider.clone() });
        }
        let caller = Self::of_assertion(assertion.as_if_verified(), provider, account);
        Ok(Self { standing: Standing::Supposed, ..caller })
    }

    /// Whether this caller has proved nothing.
    #[must_use]
    pub fn is_supposed(&self) -> bool {
        self.standing == Standing::Supposed
    }
}

type Named = (Caller, Option<stead_types::UserName>);

fn with_no_session(
    (principal, user_name): Named,
) -> (Caller, Option<stead_types::UserName>, Option<Box<SessionState>>) {
    (principal, user_name, None)
}
