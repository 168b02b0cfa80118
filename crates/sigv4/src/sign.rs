use std::fmt;
use std::time::Duration;

use data_encoding::HEXLOWER;
use stead_types::{Secret, Timestamp};

use crate::authorization::ALGORITHM;
use crate::canonical::headers::{is_token, name as header};
use crate::canonical::query::name as parameter;
use crate::canonical::{self, Headers, Leave, Parameters, SignedHeaders};
use crate::claim::string_to_sign;
use crate::key::SigningKey;
use crate::limits::{PRESIGNED_EXPIRY_MAX, PRESIGNED_EXPIRY_MIN};
use crate::payload::Payload;
use crate::rejection::Rejection;
use crate::request::RequestHead;
use crate::scope::Scope;
use crate::settings::{PayloadMode, Settings};

/// Signs requests with one access key, for one service in one region.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    /// The access key id.
    pub access_key_id: &'a str,
    /// The secret access key.
    pub secret: &'a Secret<String>,
    /// The session token of a temporary access key.
    pub security_token: Option<&'a Secret<String>>,
    /// Whether the session token is signed.
    pub token_placement: TokenPlacement,
    /// The region, `us-east-1`.
    pub region: &'a str,
    /// The service's signing name, `sts`.
    pub service: &'a str,
    /// The service's settings.
    pub settings: Settings,
}

/// Whether the session token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPlacement {
    /// It is added before signing: the rule.
    Signed,
    /// It is added after signing. Verifiers accept that in presigned queries only.
    Appended,
}

/// A header to be added to a request. `Debug` leaves the value out.
#[derive(Clone, PartialEq, Eq)]
pub struct AddedHeader {
    /// The name, in lower case.
    pub name: &'static str,
    /// The value.
    pub value: String,
}

impl fmt::Debug for AddedHeader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AddedHeader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Signer<'_> {
    /// The headers that sign a request: `x-amz-date`, the security token if there
    /// is one, `x-amz-content-sha256` where the service wants it, `authorization`.
    ///
    /// Every header of the request is signed but those that proxies change. The
    /// request must have a `host` header.
    ///
    /// # Errors
    /// What a verifier would refuse: a malformed path or query, too many headers,
    /// a header that is already there.
    pub fn sign_headers(
        &self,
        head: &RequestHead<'_>,
        payload: Payload,
        now: Timestamp,
    ) -> Result<Vec<AddedHeader>, Rejection> {
        let mut added = self.signed_additions(payload, now);
        let mut appended = Vec::new();
        if let Some(token) = self.security_token {
            let value = token.expose().clone();
            let token = AddedHeader { name: header::SECURITY_TOKEN, value };
            match self.token_placement {
                TokenPlacement::Signed => added.push(token),
                TokenPlacement::Appended => appended.push(token),
            }
        }
        let all: Vec<(&str, &[u8])> = head
            .headers
            .iter()
            .copied()
            .chain(added.iter().map(|header| (header.name, header.value.as_bytes())))
            .collect();
        let headers = Headers::read(&all)?;
        refuse_repeated(&headers)?;
        let parameters = Parameters::parse(head.query, self.settings.plus)?;
        let signed = signed_names(&headers);
        let canonical = self.canonical(head, &parameters, Leave::Nothing, &headers, &signed)?;
        let signature = self.sign(&canonical, payload, now);
        let value = format!(
            "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={signature}",
            self.access_key_id,
            self.scope(now),
            signed.as_str(),
        );
        added.append(&mut appended);
        added.push(AddedHeader { name: header::AUTHORIZATION, value });
        Ok(added)
    }

    /// The whole query string of a presigned request: the request's own
    /// parameters and the signature's.
    ///
    /// Every header of the request is signed, so who sends it must send them too;
    /// usually that is `host` alone.
    ///
    /// # Errors
    /// What a verifier would refuse: a lifetime below one second or above seven
    /// days, a malformed path or query, a parameter that is already there.
    pub fn presign(
        &self,
        head: &RequestHead<'_>,
        payload: Payload,
        now: Timestamp,
        lifetime: Duration,
    ) -> Result<String, Rejection> {
        let seconds = lifetime.as_secs();
        if !(PRESIGNED_EXPIRY_MIN..=PRESIGNED_EXPIRY_MAX).contains(&Duration::from_secs(seconds)) {
            return Err(Rejection::ExpiryOutOfRange { seconds });
        }
        let headers = Headers::read(head.headers)?;
        let signed = signed_names(&headers);
        let mut parameters = Parameters::parse(head.query, self.settings.plus)?;
        refuse_presigned(&parameters)?;
        parameters.add([
            (parameter::ALGORITHM, ALGORITHM),
            (parameter::CREDENTIAL, &format!("{}/{}", self.access_key_id, self.scope(now))),
            (parameter::DATE, &now.to_basic()),
            (parameter::EXPIRES, &seconds.to_string()),
            (parameter::SIGNED_HEADERS, signed.as_str()),
        ]);
        if let Some(token) = self.security_token {
            parameters.add([(parameter::SECURITY_TOKEN, token.expose().as_str())]);
        }
        let leave = match self.token_placement {
            TokenPlacement::Signed => Leave::Signature,
            TokenPlacement::Appended => Leave::SignatureAndToken,
        };
        let canonical = self.canonical(head, &parameters, leave, &headers, &signed)?;
        parameters.add([(parameter::SIGNATURE, self.sign(&canonical, payload, now).as_str())]);
        let mut query = Vec::new();
        parameters.write(Leave::Nothing, &mut query);
        // INVARIANT: encoded parameters are ASCII, so nothing is replaced.
        Ok(String::from_utf8_lossy(&query).into_owned())
    }

    fn signed_additions(&self, payload: Payload, now: Timestamp) -> Vec<AddedHeader> {
        let mut added = vec![AddedHeader { name: header::X_AMZ_DATE, value: now.to_basic() }];
        if let PayloadMode::Declared { .. } = self.settings.payload {
            added.push(AddedHeader { name: header::CONTENT_SHA256, value: payload.to_text() });
        }
        added
    }

    fn canonical(
        &self,
        head: &RequestHead<'_>,
        parameters: &Parameters,
        leave: Leave,
        headers: &Headers<'_>,
        signed: &SignedHeaders,
    ) -> Result<Vec<u8>, Rejection> {
        if !is_token(head.method) {
            return Err(Rejection::MalformedMethod);
        }
        if !headers.contains(header::HOST) {
            return Err(Rejection::HostNotSigned);
        }
        let path = canonical::path::canonical(head.path, &self.settings)?;
        Ok(canonical::head(head.method, &path, parameters, leave, headers, signed))
    }

    fn sign(&self, canonical: &[u8], payload: Payload, now: Timestamp) -> String {
        let scope = self.scope(now);
        let text = string_to_sign(&now.basic(), &scope, canonical, payload);
        HEXLOWER.encode(&SigningKey::derive(self.secret, &scope).sign(text.as_bytes()))
    }

    fn scope(&self, now: Timestamp) -> Scope {
        Scope::new(now, self.region, self.service)
    }
}

/// What is not signed because it may change on the way: hop-by-hop headers, and
/// those that the AWS SDKs leave out for the same reason.
const UNSIGNED_HEADERS: [&str; 10] = [
    "connection",
    "expect",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

fn signed_names(headers: &Headers<'_>) -> SignedHeaders {
    let names: Vec<&str> =
        headers.names().filter(|name| !UNSIGNED_HEADERS.contains(name)).collect();
    SignedHeaders::of(&names)
}

fn refuse_repeated(headers: &Headers<'_>) -> Result<(), Rejection> {
    if headers.contains(header::AUTHORIZATION) {
        return Err(Rejection::DuplicateHeader { name: header::AUTHORIZATION });
    }
    for name in [header::HOST, header::X_AMZ_DATE, header::SECURITY_TOKEN, header::CONTENT_SHA256] {
        headers.unique(name)?;
    }
    Ok(())
}

fn refuse_presigned(parameters: &Parameters) -> Result<(), Rejection> {
    let names = [
        parameter::ALGORITHM,
        parameter::CREDENTIAL,
        parameter::DATE,
        parameter::EXPIRES,
        parameter::SIGNED_HEADERS,
        parameter::SECURITY_TOKEN,
        parameter::SIGNATURE,
    ];
    match names.into_iter().find(|name| parameters.contains(name)) {
        Some(name) => Err(Rejection::DuplicateParameter { name }),
        None => Ok(()),
    }
}
