use std::sync::Arc;

use http::{HeaderValue, Method, Request};
use http_body_util::Full;
use hyper::body::Bytes;
use serde_json::Value;
use stead_server::clock::Clock;
use stead_sigv4::{Payload, RequestHead, Settings, Signer, TokenPlacement};
use stead_types::Secret;

use super::answer::Answer;
use super::endpoint::Endpoint;
use super::reply::Reply;
use super::transport::{Trust, exchange};
use crate::exit::Failure;

/// The form of an answer that programs read.
const JSON: &str = "application/json";

const FORM: &str = "application/x-www-form-urlencoded";

/// Spec: smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html.
const JSON_1_1: &str = "application/x-amz-json-1.1";

/// What a caller signs with.
#[derive(Clone, Debug)]
pub(crate) struct Credentials {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: Secret<String>,
    pub(crate) session_token: Option<Secret<String>>,
}

/// Who calls.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Caller<'a> {
    /// Whoever has these credentials; the request is signed.
    Signed(&'a Credentials),
    /// Nobody yet: a token among the parameters says who.
    Unsigned,
}

/// A service and the version of its API.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Service {
    Sts,
    Iam,
    Organizations,
}

/// Sends requests to one server.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) endpoint: Endpoint,
    pub(crate) trust: Trust,
    /// The region that requests are signed for.
    pub(crate) region: String,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Service {
    /// As it is signed for, and as actions of policies begin.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sts => "sts",
            Self::Iam => "iam",
            Self::Organizations => "organizations",
        }
    }

    const fn version(self) -> &'static str {
        match self {
            Self::Sts => "2011-06-15",
            Self::Iam => "2010-05-08",
            Self::Organizations => "2016-11-28",
        }
    }
}

impl Client {
    /// Calls an operation.
    pub(crate) async fn call(
        &self,
        caller: Caller<'_>,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Answer, Failure> {
        let own = [("Action", action), ("Version", service.version())];
        let body = form(own.iter().chain(parameters));
        let request = self.request(caller, service, &[("content-type", FORM)], body)?;
        let received = exchange(&self.endpoint, &self.trust, request).await?;
        let answer = Answer::read(received.status.as_u16(), &received.body)?;
        Ok(answer.at(received.date))
    }

    /// The same, for answers that have lists in lists: as JSON.
    ///
    /// Observed: STS and IAM answer so where the client accepts it.
    pub(crate) async fn ask(
        &self,
        caller: Caller<'_>,
        service: Service,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Reply, Failure> {
        let own = [("Action", action), ("Version", service.version())];
        let body = form(own.iter().chain(parameters));
        let mut request = self.request(caller, service, &[("content-type", FORM)], body)?;
        request.headers_mut().insert(http::header::ACCEPT, HeaderValue::from_static(JSON));
        let received = exchange(&self.endpoint, &self.trust, request).await?;
        Reply::read(received.status.as_u16(), action, &received.body)
    }

    /// Calls an operation of Organizations, whose requests and answers are JSON.
    pub(crate) async fn ask_organizations(
        &self,
        caller: Caller<'_>,
        action: &str,
        input: &Value,
    ) -> Result<Reply, Failure> {
        let target = format!("AWSOrganizationsV20161128.{action}");
        let headers = [("content-type", JSON_1_1), ("x-amz-target", target.as_str())];
        let request = self.request(caller, Service::Organizations, &headers, input.to_string())?;
        let received = exchange(&self.endpoint, &self.trust, request).await?;
        Reply::read_json(received.status.as_u16(), action, &received.body)
    }

    fn request(
        &self,
        caller: Caller<'_>,
        service: Service,
        own: &[(&str, &str)],
        body: String,
    ) -> Result<Request<Full<Bytes>>, Failure> {
        let host = ("host", self.endpoint.authority.as_str());
        let headers: Vec<(&str, &[u8])> = std::iter::once(&host)
            .chain(own)
            .map(|(name, value)| (*name, value.as_bytes()))
            .collect();
        let path = self.endpoint.path.as_str();
        let mut request = Request::builder().method(Method::POST).uri(path);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        if let Caller::Signed(credentials) = caller {
            let head = RequestHead { method: "POST", path, query: "", headers: &headers };
            let signer = Signer {
                access_key_id: &credentials.access_key_id,
                secret: &credentials.secret_access_key,
                security_token: credentials.session_token.as_ref(),
                token_placement: TokenPlacement::Signed,
                region: &self.region,
                service: service.name(),
                settings: Settings::query_services(),
            };
            let added = signer
                .sign_headers(&head, Payload::of(body.as_bytes()), self.clock.now())
                .map_err(|rejection| Failure::new(format!("cannot sign: {rejection}")))?;
            for header in added {
                request = request.header(header.name, header.value);
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_escapes_everything_but_unreserved_characters() {
        let parameters = [("A.b-1", "x y"), ("Z", "a=b&c+d/é")];
        assert_eq!(form(parameters.iter()), "A.b-1=x%20y&Z=a%3Db%26c%2Bd%2F%C3%A9");
    }
}
