//! The check of a token, all of it.

use std::sync::Arc;

use serde_json::{Map, Value};
use stead_types::Timestamp;

use super::algorithm::{Algorithm, Algorithms};
use super::claims::{Claims, malformed};
use super::key_set::KeySet;
use super::limits::{AGE_MAX, SKEW_MAX, SUBJECT_BYTES_MAX};
use super::refusal::{Refusal, echo};
use super::session::{AuthorizedRoles, SessionTags, source_identity};
use super::token::{DecodedToken, UnverifiedToken};
use super::verified::{Parties, VerifiedToken};

/// What the registered provider demands of a token.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The provider's URL, scheme included, as the tokens have it in `iss`.
    pub issuer: &'a str,
    /// The applications whose tokens are accepted.
    pub client_ids: ClientIds<'a>,
    /// The algorithms that the provider may sign with.
    pub algorithms: Algorithms,
}

/// Whose tokens are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientIds<'a> {
    /// Those of the applications registered with the provider. Without one, no token is
    /// accepted.
    Registered(&'a [&'a str]),
    /// Those of every application: of a provider that is not registered, the trust policy
    /// alone says whose tokens count.
    Any,
}

/// Checks a token against the keys of its issuer and what the provider demands.
///
/// The order, which decides what a token with several defects is refused for:
///
/// 1. the algorithm, the key, the signature;
/// 2. the claims every token has: `iss`, `sub`, `aud`, `exp`, `iat`, and the form of
///    `nbf` and `azp`;
/// 3. the times: expired, too old, issued in the future, not yet valid;
/// 4. for whom the token is: several audiences, registration;
/// 5. what it asks of the session: tags, roles, source identity.
///
/// No claim is looked at before the signature was verified.
///
/// # Errors
/// The first reason against the token.
pub fn verify(
    token: &UnverifiedToken<'_>,
    keys: &KeySet,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedToken, Refusal> {
    token.check_signature(keys, expected.algorithms)?;
    let signed = Signed { key_id: token.key_id(), algorithm: token.algorithm() };
    accept(token.decoded().shared_claims(), signed, expected, now)
}

/// What a signature says besides that it is one.
struct Signed<'a> {
    key_id: Option<&'a str>,
    algorithm: Algorithm,
}

/// A token that nobody has signed: what would be accepted if the issuer had.
///
/// For whoever asks what a call would be answered, from the claims of a token that is
/// not at hand. A type of its own, so that it never stands where a proof is asked for.
#[must_use]
#[derive(Clone, Debug, PartialEq)]
pub struct SupposedToken(VerifiedToken);

impl SupposedToken {
    /// What the token would be taken for. Whatever is built on it proves nothing either.
    pub fn as_if_verified(self) -> VerifiedToken {
        self.0
    }
}

/// Checks the claims of a token as [`verify`] does, and in its order, as if the issuer
/// had signed them.
///
/// # Errors
/// The first reason against the claims.
pub fn suppose(
    claims: Map<String, Value>,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<SupposedToken, Refusal> {
    let signed = Signed { key_id: None, algorithm: Algorithm::Rs256 };
    accept(Arc::new(claims), signed, expected, now).map(SupposedToken)
}

/// What comes after the signature.
fn accept(
    shared: Arc<Map<String, Value>>,
    signed: Signed<'_>,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedToken, Refusal> {
    let claims = Claims(&shared);
    check_issuer(claims, expected)?;
    let subject = subject(claims)?;
    let audiences = claims.audiences()?;
    let times = Times::read(claims)?;
    let authorized_party = claims.authorized_party()?;
    times.refusals(now).next().map_or(Ok(()), Err)?;
    let parties = Parties { audiences, authorized_party };
    check_audience(&parties, expected.client_ids)?;
    Ok(VerifiedToken {
        // The claim is the expected text by now.
        issuer: expected.issuer.to_owned(),
        key_id: signed.key_id.map(str::to_owned),
        algorithm: signed.algorithm,
        subject,
        parties,
        issued_at: times.issued_at,
        expires_at: times.expires_at,
        session_tags: SessionTags::read(claims)?,
        roles: AuthorizedRoles::read(claims)?,
        source_identity: source_identity(claims)?,
        claims: shared,
    })
}

/// Every reason that the claims give against a token, for people: signature, key and
/// algorithm are not looked at, and without a provider neither are issuer and audience.
///
/// The order is that of [`verify`], which refuses for the first of them.
#[must_use]
pub fn claim_refusals(
    token: &DecodedToken<'_>,
    expected: Option<&Expected<'_>>,
    now: Timestamp,
) -> Vec<Refusal> {
    let claims = Claims(token.claims());
    let (audiences, times, party) =
        (claims.audiences(), Times::read(claims), claims.authorized_party());
    let mut refusals = Vec::new();
    refusals.extend(expected.and_then(|expected| check_issuer(claims, expected).err()));
    refusals.extend(subject(claims).err());
    refusals.extend(audiences.clone().err());
    refusals.extend(times.clone().err());
    refusals.extend(party.clone().err());
    refusals.extend(times.iter().flat_map(|times| times.refusals(now)));
    if let (Ok(audiences), Ok(authorized_party)) = (audiences, party) {
        let parties = Parties { audiences, authorized_party };
        let accepted = expected.map_or(ClientIds::Any, |expected| expected.client_ids);
        refusals.extend(check_audience(&parties, accepted).err());
    }
    refusals.extend(SessionTags::read(claims).err());
    refusals.extend(AuthorizedRoles::read(claims).err());
    refusals.extend(source_identity(claims).err());
    refusals
}

fn check_issuer(claims: Claims<'_>, expected: &Expected<'_>) -> Result<(), Refusal> {
    let found = claims.get("iss").and_then(Value::as_str).unwrap_or_default();
    if found == expected.issuer {
        return Ok(());
    }
    Err(Refusal::Issuer { expected: expected.issuer.to_owned(), found: echo(found) })
}

/// Choice: AWS was observed to take an empty subject, and a number as one; a trust policy
/// that compares subjects is better off with texts that say something.
fn subject(claims: Claims<'_>) -> Result<String, Refusal> {
    match claims.required("sub")? {
        Value::String(subject) if (1..=SUBJECT_BYTES_MAX).contains(&subject.len()) => {
            Ok(subject.clone())
        }
        other => Err(malformed("sub", "a text of 1 to 2,048 bytes", other)),
    }
}

#[derive(Clone)]
struct Times {
    issued_at: Timestamp,
    expires_at: Timestamp,
    not_before: Option<Timestamp>,
}

impl Times {
    /// Observed: AWS demands `exp` and `iat`, not `nbf`.
    fn read(claims: Claims<'_>) -> Result<Self, Refusal> {
        Ok(Self {
            expires_at: claims.moment("exp")?,
            issued_at: claims.moment("iat")?,
            not_before: claims.optional_moment("nbf")?,
        })
    }

    /// What the times say against the token, in the documented order.
    fn refusals(&self, now: Timestamp) -> impl Iterator<Item = Refusal> {
        let Self { issued_at, expires_at, not_before } = *self;
        let age_seconds = now.seconds_since(issued_at);
        let not_before = not_before.filter(|moment| *moment > now.plus(SKEW_MAX));
        [
            (now >= expires_at.plus(SKEW_MAX)).then_some(Refusal::Expired { now, expires_at }),
            (now > issued_at.plus(AGE_MAX + SKEW_MAX))
                .then_some(Refusal::TooOld { age_seconds, issued_at }),
            (issued_at > now.plus(SKEW_MAX)).then_some(Refusal::IssuedInFuture { now, issued_at }),
            not_before.map(|not_before| Refusal::NotYetValid { now, not_before }),
        ]
        .into_iter()
        .flatten()
    }
}

/// Spec: UG:id_roles_providers_create_oidc: with several audiences `azp` is demanded, and
/// where it stands, it is what must be registered.
fn check_audience(parties: &Parties, accepted: ClientIds<'_>) -> Result<(), Refusal> {
    let Some((found, claim)) = parties.application() else {
        return Err(Refusal::SeveralAudiences {
            audiences: parties.audiences.iter().map(|audience| echo(audience)).collect(),
        });
    };
    match accepted {
        ClientIds::Registered(registered) if !registered.contains(&found) => {
            Err(Refusal::Audience {
                found: echo(found),
                claim,
                registered: registered.iter().map(|id| (*id).to_owned()).collect(),
            })
        }
        ClientIds::Registered(_) | ClientIds::Any => Ok(()),
    }
}
