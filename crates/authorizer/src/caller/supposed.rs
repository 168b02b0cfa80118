//! Callers of questions: who has proved nothing, and for whom no permit is made.

use std::ops::Deref;

use serde_json::{Map, Value};
use stead_directory::Snapshot;
use stead_federation::oidc::{Algorithms, ClientIds, Expected, suppose};
use stead_federation::saml::SupposedAssertion;
use stead_policy::Caller;
use stead_session::{Claims, Holder};
use stead_types::{Arn, Timestamp, UniqueId, UserName};

use super::{
    CallerFacts, Proof, SamlRefused, SessionState, Unidentified, WebIdentityRefused,
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

/// A caller who has proved nothing, of whom it is asked what they would be answered.
///
/// A type of its own, of which no [`VerifiedCaller`](crate::VerifiedCaller) can be made,
/// so that there is a [judgement](crate::judge) for one and no permit. It has what
/// policies read of a caller:
///
/// ```
/// use stead_authorizer::{Ask, CallerFacts, RequestFacts, SupposedCaller, Surroundings, judge};
/// use stead_directory::Snapshot;
///
/// fn ask(caller: &SupposedCaller, home: &Snapshot, ask: &Ask, facts: &RequestFacts) {
///     let _ = judge(caller, home, ask, facts, &Surroundings::default());
/// }
/// ```
///
/// Nothing decides about one:
///
/// ```compile_fail,E0308
/// use stead_authorizer::{Ask, CallerFacts, RequestFacts, SupposedCaller, decide};
/// use stead_directory::Snapshot;
/// use stead_directory::organization::Memberships;
///
/// fn ask(caller: &SupposedCaller, home: &Snapshot, ask: &Ask, facts: &RequestFacts) {
///     let _ = decide::<()>(caller, home, &Memberships::default(), ask, facts);
/// }
/// ```
///
/// nor about what is known of one:
///
/// ```compile_fail,E0308
/// use stead_authorizer::{Ask, CallerFacts, RequestFacts, SupposedCaller, decide};
/// use stead_directory::Snapshot;
/// use stead_directory::organization::Memberships;
///
/// fn ask(caller: &CallerFacts, home: &Snapshot, ask: &Ask, facts: &RequestFacts) {
///     let _ = decide::<()>(caller, home, &Memberships::default(), ask, facts);
/// }
/// ```
///
/// not even where no permission is needed:
///
/// ```compile_fail,E0308
/// use stead_authorizer::{Authorized, SupposedCaller};
///
/// fn permit(caller: &SupposedCaller) -> Authorized<()> {
///     Authorized::needs_no_permission(caller, "the source")
/// }
/// ```
///
/// and it is wrapped by nobody:
///
/// ```compile_fail,E0423
/// use stead_authorizer::{CallerFacts, VerifiedCaller};
///
/// fn verified(facts: CallerFacts) -> VerifiedCaller {
///     VerifiedCaller(facts)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SupposedCaller(CallerFacts);

impl Deref for SupposedCaller {
    type Target = CallerFacts;

    fn deref(&self) -> &CallerFacts {
        &self.0
    }
}

impl SupposedCaller {
    /// A principal of this account, or a service that acts beside it.
    ///
    /// # Errors
    /// A user or role that the account does not have, or a session of another account.
    pub fn of(who: Supposition, account: &Snapshot) -> Result<Self, Unidentified> {
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
        Ok(Self(CallerFacts { account, principal, user_name, proof }))
    }

    /// A principal that need not exist, for questions about policies that are given with
    /// them. None for who belongs to no account.
    #[must_use]
    pub fn imagined(principal: Caller, user_name: Option<UserName>) -> Option<Self> {
        let account = principal.account()?;
        let proof = Proof::Nothing { session: None };
        Some(Self(CallerFacts { account, principal, user_name, proof }))
    }

    /// The bearer of a token that says this, as if its issuer had signed it; see
    /// [`VerifiedCaller::of_web_identity`](crate::VerifiedCaller::of_web_identity).
    ///
    /// # Errors
    /// An issuer without a provider, or what is wrong with the claims.
    pub fn of_web_identity(
        claims: &Map<String, Value>,
        account: &Snapshot,
        now: Timestamp,
    ) -> Result<Self, WebIdentityRefused> {
        let issuer = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
        let check = |issuer: &str, client_ids: ClientIds<'_>| {
            let expected = Expected { issuer, client_ids, algorithms: Algorithms::AWS };
            suppose(claims.clone(), &expected, now).map(|token| token.as_if_verified())
        };
        CallerFacts::of_issuer(issuer, account, check).map(Self)
    }

    /// The bearer of an assertion that says this, as if its provider had signed it; see
    /// [`VerifiedCaller::of_saml`](crate::VerifiedCaller::of_saml).
    ///
    /// Of a provider only its name is asked: of exported accounts the metadata is not
    /// known.
    ///
    /// # Errors
    /// A provider of another account than the role's.
    pub fn of_saml(
        assertion: SupposedAssertion,
        provider: &Arn,
        account: &Snapshot,
    ) -> Result<Self, SamlRefused> {
        if provider.account() != Some(account.account()) {
            return Err(SamlRefused::NoProvider { provider: provider.clone() });
        }
        Ok(Self(CallerFacts::of_assertion(assertion.as_if_verified(), provider, account)))
    }
}

type Named = (Caller, Option<UserName>);

fn with_no_session(
    (principal, user_name): Named,
) -> (Caller, Option<UserName>, Option<Box<SessionState>>) {
    (principal, user_name, None)
}
