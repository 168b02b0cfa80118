//! `stead credentials serve`: the endpoints at which AWS's SDKs look for credentials.
//!
//! On the loopback interface only, over HTTP, which is what the SDKs accept there. Any
//! program on the machine can connect, and so can a web page in somebody's browser as
//! far as browsers let it. So the container endpoint demands a token that only the
//! environment holds, the metadata endpoint is off unless asked for, and both answer only
//! requests that name this very address as their host: a page whose name was made to
//! point here does not.

mod container;
mod metadata;
mod metadata_token;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use stead_server::entropy::SystemEntropy;
use stead_server::private_file;
use stead_types::{Entropy as _, Secret};
use tokio::net::TcpListener;

use super::broker::Broker;
use super::settings::Source;
use crate::arguments::ServeCredentialsFlags;
use crate::environment::Environment;
use crate::exit::{Exit, Failure};
use crate::loopback;
use crate::serve::Signals;
use metadata_token::TokenKey;

/// Whether the metadata service of an instance is played too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Imds {
    Played,
    Absent,
}

/// A socket that is bound, and what is to be answered there.
#[derive(Debug)]
pub(crate) struct Endpoints {
    listener: TcpListener,
    answers: Arc<Answers>,
}

/// What programs need in their environment: names and values.
#[derive(Debug)]
pub(crate) struct Exports(pub(crate) Vec<(&'static str, Secret<String>)>);

#[derive(Debug)]
struct Answers {
    broker: Broker,
    address: SocketAddr,
    authorization: Secret<String>,
    metadata: Option<TokenKey>,
}

pub(super) async fn run(
    flags: &ServeCredentialsFlags,
    environment: &Environment,
) -> Result<Exit, Failure> {
    let source = Source::of_either(&flags.source, environment)?;
    let imds = if flags.imds { Imds::Played } else { Imds::Absent };
    let endpoints = Endpoints::bind(flags.listen, source, imds).await?;
    let mut signals = Signals::new()?;
    if let Some(path) = &flags.ready_file {
        // One that is left of an earlier run would say too much too early.
        let _ = std::fs::remove_file(path);
    }
    endpoints.ready().await?;
    let lines = endpoints.exports().lines();
    match &flags.env_file {
        Some(path) => write(path, lines.expose())?,
        None => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(lines.expose().as_bytes())?;
            stdout.flush()?;
        }
    }
    if let Some(path) = &flags.ready_file {
        write(path, &format!("{}\n", endpoints.base_url()))?;
    }
    tokio::select! {
        () = endpoints.serve() => {}
        () = signals.stop_requested() => {}
    }
    if let Some(path) = &flags.ready_file {
        let _ = std::fs::remove_file(path);
    }
    Ok(Exit::Success)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    private_file::replace(path, text.as_bytes())
        .map_err(|error| Failure::new(format!("cannot write `{}`: {error}", path.display())))
}

impl Endpoints {
    /// Takes a loopback address.
    ///
    /// Choice: of IPv4 alone, where the number of hops can be limited.
    pub(crate) async fn bind(
        address: SocketAddr,
        source: Source,
        imds: Imds,
    ) -> Result<Self, Failure> {
        if !address.is_ipv4() || !address.ip().is_loopback() {
            return Err(Failure::usage(format!("{address} is no loopback address of IPv4"))
                .with_help("such as 127.0.0.1:0; credentials are given out on this machine only"));
        }
        let refuse =
            |error: std::io::Error| Failure::new(format!("cannot listen on {address}: {error}"));
        let listener = TcpListener::bind(address).await.map_err(refuse)?;
        listener.set_ttl(loopback::HOPS_MAX).map_err(refuse)?;
        let answers = Answers {
            broker: Broker::new(source),
            address: listener.local_addr().map_err(refuse)?,
            authorization: Secret::new(BASE64URL_NOPAD.encode(&random())),
            metadata: (imds == Imds::Played).then(|| TokenKey::new(&random())),
        };
        Ok(Self { listener, answers: Arc::new(answers) })
    }

    /// Gets the first session, so that what is wrong with role or token is said now and
    /// not to the first program that asks.
    pub(crate) async fn ready(&self) -> Result<(), Failure> {
        self.answers.broker.session().await.map(drop)
    }

    pub(crate) fn base_url(&self) -> String {
        format!("http://{}", self.answers.address)
    }

    /// Spec: docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    /// and feature-imds-credentials.html.
    pub(crate) fn exports(&self) -> Exports {
        let base = self.base_url();
        let uri = format!("{base}{}", container::PATH);
        let mut exports = vec![
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", Secret::new(uri)),
            ("AWS_CONTAINER_AUTHORIZATION_TOKEN", self.answers.authorization.clone()),
        ];
        if self.answers.metadata.is_some() {
            exports.push(("AWS_EC2_METADATA_SERVICE_ENDPOINT", Secret::new(base)));
        }
        Exports(exports)
    }

    /// Answers requests for ever.
    pub(crate) async fn serve(self) {
        let answers = self.answers;
        loopback::serve(self.listener, move |head| {
            let answers = Arc::clone(&answers);
            async move { answers.answer(&head).await }
        })
        .await;
    }
}

impl Exports {
    /// For a shell. No value has a character that one would mind.
    fn lines(&self) -> Secret<String> {
        let lines =
            self.0.iter().map(|(name, value)| format!("export {name}={}\n", value.expose()));
        Secret::new(lines.collect())
    }
}

impl Answers {
    async fn answer(&self, head: &Parts) -> Response<Full<Bytes>> {
        if !self.is_host(head) {
            return text(StatusCode::FORBIDDEN, "this is not the host you asked for\n");
        }
        let path = head.uri.path();
        match &self.metadata {
            _ if path == container::PATH => {
                container::answer(head, &self.authorization, &self.broker).await
            }
            Some(key) if path.starts_with(metadata::PREFIX) => {
                metadata::answer(head, key, &self.broker).await
            }
            _ => text(StatusCode::NOT_FOUND, "not found\n"),
        }
    }

    /// Whether the request was meant for this address, by exactly one header.
    fn is_host(&self, head: &Parts) -> bool {
        let mut hosts = head.headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        let names = [self.address.to_string(), format!("localhost:{}", self.address.port())];
        // A client leaves out the port where it is that of the scheme.
        let bare = (self.address.port() == 80).then(|| self.address.ip().to_string());
        names.iter().chain(&bare).any(|name| host.as_bytes().eq_ignore_ascii_case(name.as_bytes()))
    }
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    SystemEntropy.fill(&mut bytes);
    bytes
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    response(status, "text/plain", body)
}

fn response(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests;
