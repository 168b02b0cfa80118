//! A request that tests sign, change and send.

use std::time::Duration;

use stead_sigv4::{
    BodyDigest, Claim, Expect, Expectations, Payload, Rejection, RequestHead, Settings, Signer,
    SigningKey, TokenPlacement, Verified,
};
use stead_types::{Secret, Timestamp};

pub(crate) const KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const BODY: &[u8] = b"Action=GetCallerIdentity&Version=2011-06-15";

/// 2015-08-30T12:36:00Z, when every request here is signed.
pub(crate) fn signed_at() -> Timestamp {
    Timestamp::from_epoch_seconds(1_440_938_160)
}

pub(crate) fn after(seconds: u64) -> Timestamp {
    signed_at().plus(Duration::from_secs(seconds))
}

pub(crate) fn before(seconds: u64) -> Timestamp {
    signed_at().minus(Duration::from_secs(seconds))
}

pub(crate) fn secret() -> Secret<String> {
    Secret::new(SECRET.into())
}

pub(crate) fn expectations() -> Expectations<'static> {
    Expectations::new(Expect::OneOf(&["sts"]), Expect::OneOf(&["us-east-1"]))
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A call of STS as the SDKs send it, not signed.
    pub(crate) fn unsigned() -> Self {
        let mut request = Self {
            method: "POST".into(),
            path: "/".into(),
            query: String::new(),
            headers: Vec::new(),
            body: BODY.into(),
        };
        request.add("Host", "127.0.0.1:4566");
        request.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        request.add("User-Agent", "Boto3/1.0");
        request
    }

    /// The same, signed in its headers.
    pub(crate) fn signed() -> Self {
        Self::unsigned().sign(None, &Settings::query_services())
    }

    /// The same, signed in its headers with a session token.
    pub(crate) fn signed_with_token() -> Self {
        Self::unsigned().sign(Some("token"), &Settings::query_services())
    }

    /// A call with its parameters in the query, signed there for an hour.
    pub(crate) fn presigned() -> Self {
        Self::unsigned_get().presign(None, TokenPlacement::Signed, 3600)
    }

    pub(crate) fn unsigned_get() -> Self {
        let mut request = Self::unsigned();
        request.method = "GET".into();
        request.query = "Action=GetCallerIdentity&Version=2011-06-15".into();
        request.headers.truncate(1);
        request.body.clear();
        request
    }

    pub(crate) fn sign(mut self, token: Option<&str>, settings: &Settings) -> Self {
        let token = token.map(|token| Secret::new(String::from(token)));
        let secret = secret();
        let signer = Signer { settings: *settings, ..signer(&secret, token.as_ref()) };
        let payload = Payload::of(&self.body);
        let added = self.with_head(|head| signer.sign_headers(head, payload, signed_at())).unwrap();
        for header in added {
            self.add(header.name, &header.value);
        }
        self
    }

    pub(crate) fn presign(
        mut self,
        token: Option<&str>,
        token_placement: TokenPlacement,
        seconds: u64,
    ) -> Self {
        let token = token.map(|token| Secret::new(String::from(token)));
        let secret = secret();
        let signer = Signer { token_placement, ..signer(&secret, token.as_ref()) };
        let (payload, lifetime) = (Payload::of(&self.body), Duration::from_secs(seconds));
        self.query =
            self.with_head(|head| signer.presign(head, payload, signed_at(), lifetime)).unwrap();
        self
    }

    pub(crate) fn add(&mut self, name: &str, value: &str) {
        self.headers.push((name.into(), value.as_bytes().into()));
    }

    pub(crate) fn remove(&mut self, name: &str) {
        let before = self.headers.len();
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        assert!(self.headers.len() < before, "{name} is not there");
    }

    /// Replaces a text in a header that has it.
    pub(crate) fn edit(&mut self, name: &str, from: &str, to: &str) {
        let header = self.headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name));
        let (_, value) = header.unwrap();
        *value = replaced(std::str::from_utf8(value).unwrap(), from, to).into_bytes();
    }

    /// Replaces a text in the query, which has it.
    pub(crate) fn edit_query(&mut self, from: &str, to: &str) {
        self.query = replaced(&self.query, from, to);
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        let header = self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        std::str::from_utf8(&header.unwrap().1).unwrap()
    }

    pub(crate) fn with_head<T>(&self, work: impl FnOnce(&RequestHead<'_>) -> T) -> T {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        work(&RequestHead {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: &headers,
        })
    }

    pub(crate) fn claim(&self, settings: &Settings) -> Result<Claim, Rejection> {
        self.with_head(|head| Claim::parse(head, settings))
    }

    /// Verifies as STS does, at the time of the signature.
    pub(crate) fn verify(&self) -> Result<Verified, Rejection> {
        self.verify_at(signed_at())
    }

    pub(crate) fn verify_at(&self, now: Timestamp) -> Result<Verified, Rejection> {
        self.verify_with(&Settings::query_services(), now, &expectations())
    }

    pub(crate) fn verify_with(
        &self,
        settings: &Settings,
        now: Timestamp,
        expectations: &Expectations<'_>,
    ) -> Result<Verified, Rejection> {
        let claim = self.claim(settings)?;
        let key = SigningKey::derive(&secret(), claim.scope());
        claim.verify(&key, BodyDigest::of(&self.body), now, expectations)
    }

    /// Asserts that STS refuses the request, and why.
    #[track_caller]
    pub(crate) fn refused(&self, expect: &Rejection) {
        assert_eq!(self.verify().as_ref(), Err(expect));
    }
}

fn signer<'a>(secret: &'a Secret<String>, token: Option<&'a Secret<String>>) -> Signer<'a> {
    Signer {
        access_key_id: KEY_ID,
        secret,
        security_token: token,
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service: "sts",
        settings: Settings::query_services(),
    }
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "`{from}` is not in `{text}`");
    text.replacen(from, to, 1)
}
