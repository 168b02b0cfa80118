use std::time::Duration;

use stead_types::Timestamp;

use crate::claim::{Claim, Form, string_to_sign};
use crate::key::SigningKey;
use crate::limits::SKEW_MAX;
use crate::payload::{BodyDigest, Payload};
use crate::rejection::{DateMismatch, Echo, Rejection, ScopeMismatch};
use crate::scope::{Scope, TERMINATOR};

/// What a service expects of the signatures it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectations<'a> {
    /// The services a key may be scoped to.
    pub services: Expect<'a>,
    /// The regions a key may be scoped to.
    pub regions: Expect<'a>,
    /// How far the time of a signature may lie in the past or in the future.
    pub skew_max: Duration,
    /// How long a presigned request is good for.
    pub presigned_lifetime: PresignedLifetime,
}

/// Which texts are expected; they are compared exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect<'a> {
    /// Any.
    Any,
    /// One of these.
    OneOf(&'a [&'a str]),
}

/// How long a presigned request is good for.
///
/// The declared lifetime is bounded in either case: one second to seven days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresignedLifetime {
    /// As long as it declares in `X-Amz-Expires`, or for the skew when it
    /// declares nothing.
    Declared,
    /// For the skew, whatever it declares.
    ///
    /// Observed: STS ignores `X-Amz-Expires`
    /// (<https://github.com/aws/aws-sdk-go/issues/2167>); the Kubernetes
    /// authenticator declares 60 s and uses the request for 14 minutes.
    Skew,
}

impl<'a> Expectations<'a> {
    /// Expectations with AWS's skew of 15 minutes and declared lifetimes.
    #[must_use]
    pub const fn new(services: Expect<'a>, regions: Expect<'a>) -> Self {
        Self {
            services,
            regions,
            skew_max: SKEW_MAX,
            presigned_lifetime: PresignedLifetime::Declared,
        }
    }
}

impl Expect<'_> {
    fn admits(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(expected) => expected.contains(&text),
        }
    }
}

/// The proof that a request was signed with a key; only [`Claim::verify`] makes it.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    access_key_id: Box<str>,
    scope: Scope,
    form: Form,
    signed_at: Timestamp,
    expires_at: Timestamp,
    payload: Payload,
    signature: [u8; 32],
}

impl Verified {
    /// The id of the access key whose secret signed the request.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// What the key is good for.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Where the signature was.
    #[must_use]
    pub const fn form(&self) -> Form {
        self.form
    }

    /// When the request says it was signed: within the skew of the verifier's
    /// time, or the lifetime of a presigned request.
    #[must_use]
    pub const fn signed_at(&self) -> Timestamp {
        self.signed_at
    }

    /// The last moment at which the same request would be accepted.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// What the signature says about the body. Where the verifier was given
    /// [`BodyDigest::NotRead`], who reads the body compares it with this.
    #[must_use]
    pub const fn payload(&self) -> Payload {
        self.payload
    }

    /// The signature: the seed for those of a body's chunks.
    #[must_use]
    pub const fn signature(&self) -> &[u8; 32] {
        &self.signature
    }
}

impl Claim {
    /// What can be said without a key: time, coverage and scope.
    ///
    /// Observed: AWS reports these ahead of an unknown access key id, so a service
    /// asks before it looks the key up. It proves nothing; [`Claim::verify`] does
    /// it again. Allocates only to refuse.
    ///
    /// # Errors
    /// The first of: expired or not yet current, a header that is not signed, a
    /// scope that is not expected.
    pub fn check(&self, now: Timestamp, expectations: &Expectations<'_>) -> Result<(), Rejection> {
        self.check_time(now, expectations)?;
        self.coverage.clone()?;
        self.check_scope(expectations)
    }

    /// Whether the request was signed with this key, and everything else holds.
    ///
    /// Costs one SHA-256 over the canonical request, without the body, and one
    /// HMAC; twice that for a presigned request whose token was appended, and for
    /// one with a token that does not match. About 2 µs for a usual request.
    ///
    /// # Errors
    /// What [`Claim::check`] says, then a body that is not as declared or not as
    /// the service accepts it, then [`Rejection::SignatureMismatch`].
    pub fn verify(
        &self,
        key: &SigningKey,
        body: BodyDigest,
        now: Timestamp,
        expectations: &Expectations<'_>,
    ) -> Result<Verified, Rejection> {
        self.check(now, expectations)?;
        let payload = self.declared.resolve(self.payload_mode, self.form, body)?;
        let signature = self.match_signature(key, payload)?;
        Ok(Verified {
            access_key_id: self.access_key_id.clone(),
            scope: self.scope.clone(),
            form: self.form,
            signed_at: self.claimed_time,
            expires_at: self.claimed_time.plus(self.lifetime(expectations)),
            payload,
            signature,
        })
    }

    fn check_time(&self, now: Timestamp, expectations: &Expectations<'_>) -> Result<(), Rejection> {
        let (signed_at, skew_max) = (self.claimed_time, expectations.skew_max);
        let lifetime = self.lifetime(expectations);
        if signed_at > now.plus(skew_max) {
            return Err(Rejection::NotYetCurrent { signed_at, now, skew_max });
        }
        if signed_at < now.minus(lifetime) {
            return Err(Rejection::Expired { signed_at, now, lifetime });
        }
        Ok(())
    }

    fn lifetime(&self, expectations: &Expectations<'_>) -> Duration {
        match (expectations.presigned_lifetime, self.claimed_lifetime) {
            (PresignedLifetime::Declared, Some(claimed)) => claimed,
            (PresignedLifetime::Declared | PresignedLifetime::Skew, _) => expectations.skew_max,
        }
    }

    fn check_scope(&self, expectations: &Expectations<'_>) -> Result<(), Rejection> {
        let scope = &self.scope;
        let day = self.claimed_basic.get(..8).unwrap_or_default();
        let mut mismatch = ScopeMismatch::default();
        if !expectations.regions.admits(scope.region()) {
            mismatch.region = Some(Echo::new(scope.region()));
        }
        if let Expect::OneOf(services) = expectations.services
            && !services.contains(&scope.service())
        {
            mismatch.service = Some(services.iter().map(|service| (*service).into()).collect());
        }
        if scope.terminator() != TERMINATOR {
            mismatch.terminator = Some(Echo::new(scope.terminator()));
        }
        if scope.date().as_bytes() != day {
            let claimed = Echo::new(scope.date());
            mismatch.date = Some(DateMismatch { claimed, signed_at: self.claimed_time });
        }
        if mismatch == ScopeMismatch::default() {
            Ok(())
        } else {
            Err(Rejection::ScopeMismatch(mismatch))
        }
    }

    /// The signature, if it is that of the canonical request. A security token in
    /// a presigned query may have been added after signing.
    fn match_signature(&self, key: &SigningKey, payload: Payload) -> Result<[u8; 32], Rejection> {
        let signature = self.signature.ok_or(Rejection::SignatureMismatch)?;
        let is_of = |canonical: &[u8]| {
            let text = string_to_sign(&self.claimed_basic, &self.scope, canonical, payload);
            key.matches(text.as_bytes(), &signature)
        };
        let is_match =
            is_of(&self.canonical) || self.canonical_without_token.as_deref().is_some_and(is_of);
        if is_match { Ok(signature) } else { Err(Rejection::SignatureMismatch) }
    }
}
