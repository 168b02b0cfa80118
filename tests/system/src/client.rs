use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use stead_server::clock::Clock;
use stead_sigv4::{Payload, RequestHead, Settings, Signer, TokenPlacement};
use stead_types::Timestamp;

use crate::wire::{Message, Response, exchange};
use crate::{Answer, Credentials, Service};

/// Sends requests to a server.
#[derive(Clone, Debug)]
pub struct Client {
    /// Address and port, which is also the `host` header.
    authority: String,
    clock: Arc<dyn Clock>,
}

/// How a request is signed.
#[derive(Clone, Copy, Debug)]
pub struct Signing<'a> {
    /// With which key.
    pub credentials: &'a Credentials,
    /// For which service.
    pub service: &'a str,
    /// For which region.
    pub region: &'a str,
    /// At which moment.
    pub at: Timestamp,
    /// Whether the session token is signed.
    pub token: TokenPlacement,
    /// What is signed about the body; its digest where nothing is said.
    pub payload: Option<Payload>,
    /// In the query, for this long, and not in headers.
    pub presigned: Option<Duration>,
}

impl Client {
    /// A client of the server at `http://HOST:PORT`.
    #[must_use]
    pub fn new(url: &str, clock: Arc<dyn Clock>) -> Self {
        let authority = url.trim_start_matches("http://").trim_end_matches('/').to_owned();
        Self { authority, clock }
    }

    /// Address and port of the server.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// What time it is for this client.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Calls an operation, as most SDKs do: a signed POST of a form.
    ///
    /// # Errors
    /// A server that does not answer. An error it answers is an answer.
    pub fn call(
        &self,
        credentials: Option<&Credentials>,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer> {
        let headers: &[(&str, &str)] = &[];
        self.call_with_headers(credentials, service, action, parameters, headers)
    }

    /// The same, with further headers, which are signed.
    ///
    /// # Errors
    /// As [`Client::call`].
    pub fn call_with_headers(
        &self,
        credentials: Option<&Credentials>,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Result<Answer> {
        let own = [("Action", action), ("Version", service.version())];
        let mut message = self.post(form(own.iter().chain(parameters).copied()).into_bytes());
        for (name, value) in headers {
            message.headers.push(((*name).to_owned(), value.as_bytes().to_vec()));
        }
        if let Some(credentials) = credentials {
            sign(&mut message, &self.signing(credentials, service))?;
        }
        Ok(self.send(&message)?.answer())
    }

    /// A form to be sent, not signed yet.
    #[must_use]
    pub fn post(&self, body: Vec<u8>) -> Message {
        let form_type = b"application/x-www-form-urlencoded".to_vec();
        Message {
            method: "POST".to_owned(),
            target: "/".to_owned(),
            version: "HTTP/1.1".to_owned(),
            headers: vec![
                ("host".to_owned(), self.authority.clone().into_bytes()),
                ("content-type".to_owned(), form_type),
            ],
            body,
        }
    }

    /// The usual way to sign: now, in headers, in `us-east-1`.
    #[must_use]
    pub fn signing<'a>(&self, credentials: &'a Credentials, service: Service) -> Signing<'a> {
        Signing {
            credentials,
            service: service.name(),
            region: "us-east-1",
            at: self.now(),
            token: TokenPlacement::Signed,
            payload: None,
            presigned: None,
        }
    }

    /// Sends a request as it is.
    ///
    /// # Errors
    /// A server that does not answer.
    pub fn send(&self, message: &Message) -> Result<Response> {
        let response = exchange(&self.authority, &message.to_bytes())?;
        response.context("the server closed without an answer")
    }
}

/// Signs a request: headers are added to it, or its target is changed.
///
/// # Errors
/// What no verifier would accept.
pub fn sign(message: &mut Message, signing: &Signing<'_>) -> Result<()> {
    let signer = Signer {
        access_key_id: &signing.credentials.access_key_id,
        secret: &signing.credentials.secret_access_key,
        security_token: signing.credentials.session_token.as_ref(),
        token_placement: signing.token,
        region: signing.region,
        service: signing.service,
        settings: Settings::query_services(),
    };
    let (path, query) = message.target.split_once('?').unwrap_or((&message.target, ""));
    let headers: Vec<(&str, &[u8])> =
        message.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    let head = RequestHead { method: &message.method, path, query, headers: &headers };
    let payload = signing.payload.unwrap_or_else(|| Payload::of(&message.body));
    let refused = |rejection| anyhow!("cannot sign: {rejection}");
    match signing.presigned {
        Some(lifetime) => {
            let query = signer.presign(&head, payload, signing.at, lifetime).map_err(refused)?;
            message.target = format!("{path}?{query}");
        }
        None => {
            let added = signer.sign_headers(&head, payload, signing.at).map_err(refused)?;
            let added = added.into_iter().map(|it| (it.name.to_owned(), it.value.into_bytes()));
            let added: Vec<_> = added.collect();
            message.headers.extend(added);
        }
    }
    Ok(())
}

/// Parameters as a form: everything but unreserved characters is escaped.
pub fn form<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pairs = parameters.map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}
