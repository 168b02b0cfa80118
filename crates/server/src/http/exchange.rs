use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;

use http::header::HeaderValue;
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use hyper::body::Bytes;

use crate::request_id::RequestId;

/// How the request reached the first machine we trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Plain HTTP.
    Plain,
    /// HTTPS.
    Secure,
}

/// A request, read whole.
#[derive(Debug)]
pub struct Arrival {
    /// Its id, new for every request.
    pub id: RequestId,
    /// Method, target and headers. Over HTTP/2 the authority stands as `host`.
    pub head: Parts,
    /// The body, or why there is none.
    pub body: Body,
    /// The client's address: that of the socket, or what a trusted proxy says.
    pub source: IpAddr,
    /// Whether the client came by HTTPS, by the same rule.
    pub transport: Transport,
}

/// What became of a request's body.
#[derive(Clone, Debug)]
pub enum Body {
    /// Every byte of it.
    Whole(Bytes),
    /// More bytes than its sender may send.
    TooLong {
        /// How many those are.
        bytes_max: usize,
    },
}

/// On whose account a large body is read: of those who are the same, one is at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BodyOwner(Box<str>);

impl BodyOwner {
    /// The owner of this name.
    #[must_use]
    pub fn new(name: String) -> Self {
        Self(name.into())
    }
}

/// An answer. The request id header is added on the way out.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The kind of body, such as `text/xml`.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Reply {
    /// An answer without further headers.
    #[must_use]
    pub fn new(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { status, content_type, headers: HeaderMap::new(), body: body.into() }
    }

    /// The same answer with a header more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.insert(name, HeaderValue::from_static(value));
        self
    }
}

/// Whether requests can be answered now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// They can.
    Ready,
    /// They cannot; the text says why.
    NotReady(&'static str),
}

/// What gives requests their meaning.
pub trait Respond: Send + Sync + 'static {
    /// Answers a request.
    fn respond(self: Arc<Self>, arrival: Arrival) -> impl Future<Output = Reply> + Send;

    /// Whose body this request may have of up to
    /// [`crate::limits::LARGE_BODY_BYTES_MAX`] bytes. Asked only where one is announced;
    /// nobody's, where nothing else is said.
    fn large_body_owner(&self, head: &Parts) -> impl Future<Output = Option<BodyOwner>> + Send {
        let _ = head;
        async { None }
    }

    /// The answer where [`Respond::respond`] panicked or took too long. The cause
    /// is logged already and is none of the caller's business.
    fn failure(&self, id: RequestId) -> Reply;

    /// The answer where there is no time for one. Costs little; says when to come again.
    fn overloaded(&self, id: RequestId) -> Reply;

    /// Whether requests can be answered now, for `/readyz`.
    fn readiness(&self) -> Readiness;
}
