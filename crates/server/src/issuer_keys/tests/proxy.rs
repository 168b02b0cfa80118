use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use stead_federation::oidc::AccessTokenProvider;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use super::super::testing::*;
use super::super::*;
use crate::limits::PROXY_HEAD_BYTES_MAX;

/// A public address. Nobody is there: it is where questions about private addresses end,
/// <https://www.rfc-editor.org/rfc/rfc7534>.
const PUBLIC: &str = "192.31.196.1";

const CONNECTED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// What a proxy does once it was asked to connect.
#[derive(Clone)]
enum Mood {
    /// Answers so and connects to this address, whichever it was asked for.
    Connects(String, SocketAddr),
    /// Answers so and closes.
    Says(String),
    /// Answers nothing and keeps the connection.
    Hangs,
}

/// A proxy on the loopback interface.
struct StandIn {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stand_in = Self { address, heads: Arc::default() };
        let heads = Arc::clone(&stand_in.heads);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, mood.clone(), Arc::clone(&heads)));
            }
        });
        stand_in
    }

    fn setting(&self) -> String {
        format!("issuer_proxy = \"http://{}\"\n", self.address)
    }

    /// The heads of the requests so far.
    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

async fn serve(
    mut stream: TcpStream,
    mood: Mood,
    heads: Arc<Mutex<Vec<String>>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    heads.lock().unwrap().push(String::from_utf8(head).unwrap());
    match mood {
        Mood::Connects(answer, to) => {
            let mut onwards = TcpStream::connect(to).await?;
            stream.write_all(answer.as_bytes()).await?;
            copy_bidirectional(&mut stream, &mut onwards).await.map(drop)
        }
        Mood::Says(answer) => {
            stream.write_all(answer.as_bytes()).await?;
            // What was not read yet must not undo the answer.
            stream.shutdown().await?;
            stream.read_to_end(&mut Vec::new()).await.map(drop)
        }
        Mood::Hangs => stream.read_to_end(&mut Vec::new()).await.map(drop),
    }
}

fn roots(authority: &Authority) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    roots
}

/// A public issuer at the end of a proxy that answers so, and what comes of asking it.
async fn fetch_through(answer: &str) -> (Result<(), Cause>, StandIn, Provider) {
    let ca = authority("ca");
    let provider = Provider::secure(&Chain::by(&ca, &["idp.test"])).await;
    let stand_in = StandIn::start(Mood::Connects(answer.to_owned(), provider.address)).await;
    let file = stand_in.setting();
    let names = Names::of("idp.test", &[&[PUBLIC]]);
    let keys = World { names, roots: roots(&ca), file: &file, ..World::default() }.keys();
    let outcome = keys.get(&provider.issuer, None, &[], now()).await;
    (outcome.map(drop).map_err(|fault| fault.cause), stand_in, provider)
}

/// The cause where a proxy is in this mood.
async fn cause(mood: Mood, fetch_wait: Duration) -> Cause {
    let file = StandIn::start(mood).await.setting();
    let keys = World { file: &file, fetch_wait, ..World::default() }.keys();
    let answer = keys.get(&format!("https://{PUBLIC}"), None, &[], now()).await;
    answer.unwrap_err().cause
}

#[tokio::test]
async fn a_public_issuer_is_asked_through_the_proxy_at_its_checked_address() {
    let (outcome, stand_in, provider) = fetch_through(CONNECTED).await;
    assert_eq!(outcome, Ok(()));
    let to = format!("{PUBLIC}:{}", provider.address.port());
    let head = format!("CONNECT {to} HTTP/1.1\r\nhost: {to}\r\nuser-agent: stead\r\n\r\n");
    assert_eq!(stand_in.heads(), [head.clone(), head]);
    assert_eq!(provider.paths(), [DISCOVERY, KEYS]);
    // As older proxies answer.
    let old = "HTTP/1.0 200 OK\r\nvia: 1.0 proxy\r\n\r\n";
    assert_eq!(fetch_through(old).await.0, Ok(()));
}

#[tokio::test]
async fn certificates_are_the_issuers_whoever_is_between() {
    let (ours, other) = (authority("ca"), authority("other"));
    for (signed_by, host) in [(&other, "idp.test"), (&ours, "other.test"), (&ours, PUBLIC)] {
        let provider = Provider::secure(&Chain::by(signed_by, &[host])).await;
        let stand_in = StandIn::start(Mood::Connects(CONNECTED.to_owned(), provider.address)).await;
        let names = Names::of("idp.test", &[&[PUBLIC]]);
        let file = stand_in.setting();
        let keys = World { names, roots: roots(&ours), file: &file, ..World::default() }.keys();
        let fault = keys.get(&provider.issuer, None, &[], now()).await.unwrap_err();
        // Of an unknown authority the thumbprint counts, which nobody listed.
        let refused = matches!(fault.cause, Cause::Tls(_) | Cause::Thumbprint { .. });
        assert!(refused, "{host}: {fault:?}");
    }
    // What a proxy adds behind its answer is not the issuer's.
    let (outcome, ..) = fetch_through(&format!("{CONNECTED}HTTP/1.1 200 OK\r\n\r\n")).await;
    assert!(matches!(outcome, Err(Cause::Tls(_))), "{outcome:?}");
}

#[tokio::test]
async fn the_proxy_is_asked_for_nothing_inside() {
    let stand_in = StandIn::start(Mood::Hangs).await;
    for address in ["10.0.0.1", "169.254.169.254", "127.0.0.1", "::1", "fd00::1", "64:ff9b::a00:1"]
    {
        let names = Names::of("idp.test", &[&[address]]);
        let file = stand_in.setting();
        let keys = World { names, file: &file, ..World::default() }.keys();
        let fault = keys.get("https://idp.test", None, &[], now()).await.unwrap_err();
        assert!(matches!(fault.cause, Cause::ForbiddenAddress(_)), "{address}: {fault:?}");
        let fault = keys.get(&format!("http://{PUBLIC}"), None, &[], now()).await.unwrap_err();
        assert_eq!(fault.cause, Cause::PlainHttp);
    }
    assert!(stand_in.heads().is_empty());
}

#[tokio::test]
async fn what_the_configuration_names_is_on_this_side_of_the_proxy() {
    let stand_in = StandIn::start(Mood::Hangs).await;
    let chain = Chain::self_signed(&["idp.test"], false);
    let (secure, plain) = (Provider::secure(&chain).await, Provider::plain().await);
    let file = format!(
        "{}[issuer.\"{}\"]\nallowed_networks = [\"127.0.0.0/8\"]",
        stand_in.setting(),
        secure.issuer
    );
    let keys = World { file: &file, ..World::default() }.keys();
    let listed = [Thumbprint::of(&chain.certificates[0])];
    keys.get(&secure.issuer, None, &listed, now()).await.unwrap();
    let file = format!("{}dangerous_allow_loopback_issuers = true", stand_in.setting());
    let keys = World { file: &file, ..World::default() }.keys();
    keys.get(&plain.issuer, None, &[], now()).await.unwrap();
    assert!(stand_in.heads().is_empty());
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_is_said_to() {
    let patience = Duration::from_secs(60);
    let refusal = |status: &str| {
        Mood::Says(format!(
            "HTTP/1.1 {status}\r\ncontent-length: 3\r\nlocation: http://a\r\n\r\nno\n"
        ))
    };
    let status = |status| Cause::Proxy(ProxyFault::Status(status));
    for (said, expected) in [
        ("407 Proxy Authentication Required", Cause::Proxy(ProxyFault::Credentials)),
        ("403 Forbidden", status(403)),
        ("302 Found", status(302)),
        ("502 Bad Gateway", status(502)),
    ] {
        let cause = cause(refusal(said), patience).await;
        assert_eq!((cause.answer(), cause), (Answer::Communication, expected), "{said}");
    }
    for said in ["", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200", "\0\0"] {
        let cause = cause(Mood::Says(said.to_owned()), patience).await;
        let expected = matches!(cause, Cause::Proxy(ProxyFault::Unreachable(_)));
        assert!(expected, "{said:?}: {cause:?}");
    }
    let keys = World { file: "issuer_proxy = \"http://nobody.test:1\"", ..World::default() }.keys();
    let fault = keys.get(&format!("https://{PUBLIC}"), None, &[], now()).await.unwrap_err();
    assert!(matches!(fault.cause, Cause::Proxy(ProxyFault::Unreachable(_))), "{fault:?}");
    let wait = Duration::from_millis(100);
    assert_eq!(cause(Mood::Hangs, wait).await, Cause::TimedOut(wait));
}

#[tokio::test]
async fn a_long_answer_of_a_proxy_is_cut_off() {
    let with_head_of = |bytes: usize| {
        let padding = "a".repeat(bytes - "HTTP/1.1 200 OK\r\np: \r\n\r\n".len());
        format!("HTTP/1.1 200 OK\r\np: {padding}\r\n\r\n")
    };
    let (outcome, ..) = fetch_through(&with_head_of(PROXY_HEAD_BYTES_MAX - 1)).await;
    assert_eq!(outcome, Ok(()));
    let (outcome, _, provider) = fetch_through(&with_head_of(PROXY_HEAD_BYTES_MAX * 4)).await;
    assert_eq!(outcome, Err(Cause::Proxy(ProxyFault::TooLong(PROXY_HEAD_BYTES_MAX))));
    assert!(provider.paths().is_empty());
    // Nor is a body waited for that never ends.
    let endless = "HTTP/1.1 403 Forbidden\r\ncontent-length: 9999999999\r\n\r\n".to_owned();
    let cause = cause(Mood::Says(endless), Duration::from_secs(60)).await;
    assert_eq!(cause, Cause::Proxy(ProxyFault::Status(403)));
}

fn write_with_mode(path: &Path, text: &str, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[tokio::test]
async fn the_proxy_is_shown_its_credentials_and_nobody_else_is() {
    let directory = crate::scratch::Scratch::new("issuer-proxy");
    let path = directory.path().join("credentials");
    write_with_mode(&path, "Aladdin:open sesame\n", 0o600);
    let stand_in =
        StandIn::start(Mood::Says("HTTP/1.1 407 Who\r\nproxy-authenticate: Basic\r\n\r\n".into()));
    let stand_in = stand_in.await;
    let setting = stand_in.setting();
    let file = format!("{setting}issuer_proxy_credentials_file = \"{}\"", path.display());
    let keys = World { file: &file, ..World::default() }.keys();
    let fault = keys.get(&format!("https://{PUBLIC}"), None, &[], now()).await.unwrap_err();
    // The example of RFC 7617, section 2.
    let line = "\r\nproxy-authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n";
    assert!(stand_in.heads()[0].contains(line), "{:?}", stand_in.heads());
    let shown = format!("{fault} {fault:?} {keys:?}");
    assert!(!shown.contains("sesame") && !shown.contains("QWxh"), "{shown}");
    // An issuer that needs no proxy is not shown them.
    let plain = Provider::plain().await;
    let file = format!("{file}\ndangerous_allow_loopback_issuers = true");
    let keys = World { file: &file, ..World::default() }.keys();
    keys.get(&plain.issuer, None, &[], now()).await.unwrap();
    assert!(!plain.heads().concat().to_lowercase().contains("authorization"));
    for (text, mode) in [("user:word", 0o644), ("user", 0o600), ("", 0o600), ("u:w\nv:w", 0o600)] {
        write_with_mode(&path, text, mode);
        let error = World { file: &file, ..World::default() }.try_keys().unwrap_err().to_string();
        assert!(error.contains("credentials") && !error.contains("word"), "{error}");
    }
    std::fs::remove_file(&path).unwrap();
    let error = World { file: &file, ..World::default() }.try_keys().unwrap_err().to_string();
    assert!(error.contains("cannot read"), "{error}");
}

#[tokio::test]
async fn providers_are_asked_about_access_tokens_through_it_too() {
    let ca = authority("ca");
    let provider = Provider::secure(&Chain::by(&ca, &["idp.test"])).await;
    let owner = r#"{"user_id":"amzn1.account.A","app_id":"amzn1.application.P","exp":9}"#;
    provider.tell("/auth/o2/tokeninfo?access_token=Atza%7Cgood", Reply::ok(owner));
    let stand_in = StandIn::start(Mood::Connects(CONNECTED.to_owned(), provider.address)).await;
    let file = format!(
        "{}[issuer.\"www.amazon.com\"]\nendpoint = \"{}\"\n",
        stand_in.setting(),
        provider.issuer
    );
    let names = Names::of("idp.test", &[&[PUBLIC]]);
    let keys = World { names, roots: roots(&ca), file: &file, ..World::default() }.keys();
    let asked = keys.owner(AccessTokenProvider::Amazon, "Atza|good", now()).await.unwrap();
    assert_eq!(asked.user_id(), "amzn1.account.A");
    // The token is in no head: what the proxy sees is an address.
    assert!(stand_in.heads().len() == 1 && !stand_in.heads()[0].contains("good"));
}
