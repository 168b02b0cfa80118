//! A provider on a loopback port that answers as it is told, and certificates.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use stead_types::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::resolve::{Addresses, Resolve};
use super::{IssuerKeys, Machine};
use crate::config::{Layer, Layers, Settings};

/// The moment at which everything here happens.
pub(super) fn now() -> Timestamp {
    "2030-06-01T12:00:00Z".parse().unwrap()
}

/// A public key; nobody has the private one any more.
pub(super) fn key(id: &str) -> String {
    format!(
        "{{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"{id}\",\
         \"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\
         \"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}}"
    )
}

pub(super) fn key_set(ids: &[&str]) -> String {
    let keys: Vec<_> = ids.iter().map(|id| key(id)).collect();
    format!("{{\"keys\":[{}]}}", keys.join(","))
}

/// What a provider does with a request.
#[derive(Clone)]
pub(super) enum Reply {
    /// Sends these bytes and closes.
    Bytes(Vec<u8>),
    /// Sends the same bytes for as long as they are taken.
    Endless(Vec<u8>),
    /// Sends one byte now and then, for ever.
    Drip,
    /// Sends nothing and keeps the connection.
    Hang,
}

impl Reply {
    pub(super) fn ok(body: &str) -> Self {
        Self::with(body, "200 OK", "content-type: application/json\r\n")
    }

    pub(super) fn with(body: &str, status: &str, headers: &str) -> Self {
        let length = body.len();
        let text = format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}");
        Self::Bytes(text.into_bytes())
    }
}

pub(super) const DISCOVERY: &str = "/.well-known/openid-configuration";
pub(super) const KEYS: &str = "/keys";

/// A provider. Its task ends with the test's runtime.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) address: SocketAddr,
    pub(super) issuer: String,
    replies: Arc<Mutex<HashMap<String, Reply>>>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Provider {
    /// A sound provider over plain HTTP, with the key `one`.
    pub(super) async fn plain() -> Self {
        Self::start("http", "127.0.0.1", None).await
    }

    /// The same over TLS, by the name `idp.test`.
    pub(super) async fn secure(chain: &Chain) -> Self {
        Self::start("https", "idp.test", Some(chain.acceptor())).await
    }

    async fn start(scheme: &str, host: &str, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let issuer = format!("{scheme}://{host}:{}", address.port());
        let provider = Self { address, issuer, replies: Arc::default(), heads: Arc::default() };
        provider.describe(&format!("{}{KEYS}", provider.issuer));
        provider.tell(KEYS, Reply::ok(&key_set(&["one"])));
        let serving = provider.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (serving, tls) = (serving.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serving.answer(stream).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serving.answer(stream).await,
                            Err(_) => Ok(()),
                        },
                    }
                });
            }
        });
        provider
    }

    /// What it answers from now on.
    pub(super) fn tell(&self, path: &str, reply: Reply) {
        self.replies.lock().unwrap().insert(path.to_owned(), reply);
    }

    /// Serves a discovery document with this `jwks_uri`.
    pub(super) fn describe(&self, keys_at: &str) {
        let issuer = &self.issuer;
        let text = format!("{{\"issuer\":\"{issuer}\",\"jwks_uri\":\"{keys_at}\"}}");
        self.tell(DISCOVERY, Reply::ok(&text));
    }

    /// The heads of the requests so far.
    pub(super) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }

    /// The paths of the requests so far.
    pub(super) fn paths(&self) -> Vec<String> {
        let path = |head: &String| head.split(' ').nth(1).unwrap().to_owned();
        self.heads().iter().map(path).collect()
    }

    async fn answer(&self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let head = String::from_utf8(head).unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        self.heads.lock().unwrap().push(head);
        let reply = self.replies.lock().unwrap().get(&path).cloned();
        match reply.unwrap_or_else(|| Reply::with("", "404 Not Found", "")) {
            Reply::Bytes(bytes) => stream.write_all(&bytes).await?,
            Reply::Endless(bytes) => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                loop {
                    stream.write_all(&bytes).await?;
                }
            }
            Reply::Drip => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
                loop {
                    stream.write_all(b" ").await?;
                    stream.flush().await?;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            Reply::Hang => {
                stream.read_to_end(&mut Vec::new()).await?;
            }
        }
        stream.shutdown().await
    }
}

/// Names and what they resolve to: the first answer, the second, the last for ever.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<HashMap<String, Vec<Vec<IpAddr>>>>);

impl Names {
    pub(super) fn of(name: &str, answers: &[&[&str]]) -> Self {
        let answer = |texts: &&[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let answers = answers.iter().rev().map(answer).collect();
        Self(Mutex::new(HashMap::from([(name.to_owned(), answers)])))
    }

    /// `idp.test` is this machine.
    pub(super) fn local() -> Self {
        Self::of("idp.test", &[&["127.0.0.1"]])
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, name: &'a str) -> Addresses<'a> {
        Box::pin(async move {
            let mut names = self.0.lock().unwrap();
            let answers = names.get_mut(name).ok_or_else(|| io::Error::other("no such name"))?;
            let last = answers.last().cloned().unwrap_or_default();
            if answers.len() > 1 {
                answers.pop();
            }
            Ok(last)
        })
    }
}

/// What a test may choose.
pub(super) struct World<'a> {
    pub(super) names: Names,
    pub(super) roots: RootCertStore,
    pub(super) fetch_wait: Duration,
    /// The configuration file.
    pub(super) file: &'a str,
}

impl Default for World<'_> {
    fn default() -> Self {
        Self {
            names: Names::local(),
            roots: RootCertStore::empty(),
            fetch_wait: Duration::from_secs(60),
            file: "dangerous_allow_loopback_issuers = true",
        }
    }
}

impl World<'_> {
    pub(super) fn keys(self) -> IssuerKeys {
        self.try_keys().unwrap()
    }

    pub(super) fn try_keys(self) -> Result<IssuerKeys, super::IssuerKeysError> {
        let layer = Layer::from_toml(Path::new("stead.toml"), self.file).unwrap();
        let settings = Settings::parse(&Layers::new([layer]), None).unwrap();
        let machine = Machine {
            resolver: Arc::new(self.names),
            public_roots: self.roots,
            connect_wait: self.fetch_wait,
            fetch_wait: self.fetch_wait,
            attempt_interval: Duration::from_secs(10),
            waiters_max: 1000,
        };
        IssuerKeys::on(machine, &settings.issuers)
    }
}

/// An authority, valid from 2029 to 2031 unless said otherwise.
pub(super) type Authority = CertifiedIssuer<'static, KeyPair>;

pub(super) fn authority(name: &str) -> Authority {
    authority_until(name, 2031)
}

pub(super) fn authority_until(name: &str, year: i32) -> Authority {
    let params = authority_params(name, year);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// An authority below another.
pub(super) fn intermediate(name: &str, parent: &Authority) -> Authority {
    let params = authority_params(name, 2031);
    CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), parent).unwrap()
}

fn authority_params(name: &str, year: i32) -> CertificateParams {
    let mut params = params(&[], name, year);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn params(hosts: &[&str], name: &str, year: i32) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.not_before = date_time_ymd(2029, 1, 1);
    params.not_after = date_time_ymd(year, 1, 1);
    params
}

/// What a server presents.
pub(super) struct Chain {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    key: Vec<u8>,
}

impl Chain {
    /// A server's certificate by an authority, alone.
    pub(super) fn by(authority: &Authority, hosts: &[&str]) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params(hosts, "server", 2031).signed_by(&key, authority).unwrap();
        Self { certificates: vec![certificate.der().clone()], key: key.serialize_der() }
    }

    /// A certificate that signed itself.
    pub(super) fn self_signed(hosts: &[&str], is_ca: bool) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = params(hosts, "server", 2031);
        if is_ca {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let certificate = params.self_signed(&key).unwrap();
        Self { certificates: vec![certificate.der().clone()], key: key.serialize_der() }
    }

    /// The chain with a further certificate at its top.
    pub(super) fn then(mut self, certificate: &CertificateDer<'static>) -> Self {
        self.certificates.push(certificate.clone());
        self
    }

    fn acceptor(&self) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let key = PrivateKeyDer::try_from(self.key.clone()).unwrap();
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(self.certificates.clone(), key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}
