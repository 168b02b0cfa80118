use std::sync::Arc;

use http::{Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use stead_server::clock::{AdjustableClock, Clock as _};
use stead_sigv4::{Payload, RequestHead, Settings, Signer, TokenPlacement};
use stead_types::Secret;
use tokio::net::TcpStream;

use super::REGION;
use super::answer::Answer;
use crate::exit::Failure;

/// What a caller signs with.
#[derive(Clone, Debug)]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: Secret<String>,
    pub(super) session_token: Option<Secret<String>>,
}

/// A service and the version of its API.
#[derive(Clone, Copy, Debug)]
pub(super) enum Service {
    Sts,
    Iam,
}

/// Sends signed requests to the server of the demonstration.
#[derive(Debug)]
pub(super) struct Client {
    /// Address and port, which is also the `host` header.
    authority: String,
    clock: Arc<AdjustableClock>,
}

impl Service {
    const fn name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
        }
    }

    const fn version(self) -> &'static str {
        match self {
            Self::Sts => "2011-06-15",
            Self::Iam => "2010-05-08",
        }
    }
}

impl Client {
    pub(super) fn new(base_url: &str, clock: Arc<AdjustableClock>) -> Result<Self, Failure> {
        let authority = base_url.strip_prefix("http://");
        let authority = authority.ok_or_else(|| Failure::new("the server speaks no plain HTTP"))?;
        Ok(Self { authority: authority.to_owned(), clock })
    }

    /// Calls an operation as this caller.
    pub(super) async fn call(
        &self,
        caller: &Credentials,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let own = [("Action", action), ("Version", service.version())];
        let body = form(own.iter().chain(parameters));
        let request = self.signed(caller, service, body)?;
        let stream = TcpStream::connect(&self.authority).await.map_err(|error| lost(&error))?;
        let (mut sender, connection) =
            http1::handshake(TokioIo::new(stream)).await.map_err(|error| lost(&error))?;
        // It ends when the sender is dropped; what is wrong is heard as the answer.
        tokio::spawn(connection);
        let response = sender.send_request(request).await.map_err(|error| lost(&error))?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(|error| lost(&error))?;
        Answer::read(status, &body.to_bytes())
    }

    fn signed(
        &self,
        caller: &Credentials,
        service: Service,
        body: String,
    ) -> Result<Request<Full<Bytes>>, Failure> {
        let headers: [(&str, &[u8]); 2] = [
            ("host", self.authority.as_bytes()),
            ("content-type", b"application/x-www-form-urlencoded"),
        ];
        let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
        let signer = Signer {
            access_key_id: &caller.access_key_id,
            secret: &caller.secret_access_key,
            security_token: caller.session_token.as_ref(),
            token_placement: TokenPlacement::Signed,
            region: REGION,
            service: service.name(),
            settings: Settings::query_services(),
        };
        let added = signer
            .sign_headers(&head, Payload::of(body.as_bytes()), self.clock.now())
            .map_err(|rejection| Failure::new(format!("cannot sign: {rejection}")))?;
        let mut request = Request::builder().method(Method::POST).uri("/");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        for header in added {
            request = request.header(header.name, header.value);
        }
        request.body(Full::new(body.into())).map_err(|error| Failure::new(error.to_string()))
    }
}

/// The parameters as a form: everything but unreserved characters is escaped.
fn form<'a>(parameters: impl Iterator<Item = &'a (&'a str, &'a str)>) -> String {
    let pairs = parameters.map(|(name, value)| format!("{}={}", escape(name), escape(value)));
    pairs.collect::<Vec<_>>().join("&")
}

fn escape(text: &str) -> String {
    text.bytes().fold(String::new(), |escaped, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            escaped + &char::from(byte).to_string()
        }
        _ => escaped + &format!("%{byte:02X}"),
    })
}

fn lost(error: &dyn std::error::Error) -> Failure {
    Failure::new(format!("the server did not answer: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_escapes_everything_but_unreserved_characters() {
        let parameters = [("A.b-1", "x y"), ("Z", "a=b&c+d/é")];
        assert_eq!(form(parameters.iter()), "A.b-1=x%20y&Z=a%3Db%26c%2Bd%2F%C3%A9");
    }
}
