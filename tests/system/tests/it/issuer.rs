//! An issuer of OpenID Connect tokens on the loopback interface, which publishes new keys
//! when it is told to and notes when it was asked for them.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use stead_types::Timestamp;
use stead_world::{TokenKey, token_claims};

/// Whom its tokens are for.
pub(crate) const AUDIENCE: &str = "app";

/// A new key, for an issuer and for who signs with it.
pub(crate) fn new_key(id: &str) -> Arc<TokenKey> {
    Arc::new(TokenKey::new(id))
}

/// An issuer. It answers until the test's process ends.
#[derive(Clone)]
pub(crate) struct Issuer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    /// The newest last.
    published: Vec<Arc<TokenKey>>,
    /// How often the keys were asked for.
    fetches: usize,
    /// Who wants to hold the next answer.
    next_held: Option<Hold>,
}

/// Both ends that an answer has which is held.
struct Hold {
    begun: Sender<()>,
    released: Receiver<()>,
}

/// An answer that was composed and is not sent until this is dropped.
pub(crate) struct HeldAnswer {
    begun: Receiver<()>,
    _release: Sender<()>,
}

impl HeldAnswer {
    /// Waits until the issuer was asked.
    pub(crate) fn until_asked(&self, wait_max: Duration) {
        self.begun.recv_timeout(wait_max).unwrap();
    }
}

impl Issuer {
    /// An issuer that publishes one key.
    pub(crate) fn start(key: &Arc<TokenKey>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = State { published: vec![Arc::clone(key)], fetches: 0, next_held: None };
        let address = listener.local_addr().unwrap();
        let issuer = Self { address, state: Arc::new(Mutex::new(state)) };
        let serving = issuer.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // One that asks and goes away concerns nobody.
                let _ = stream.and_then(|stream| serving.answer(&stream));
            }
        });
        issuer
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What stands in ARNs and before the claims in condition keys.
    pub(crate) fn bare(&self) -> String {
        self.address.to_string()
    }

    /// Publishes a key beside the newest so far, and takes all others back.
    pub(crate) fn publish(&self, key: &Arc<TokenKey>) {
        let mut state = self.state.lock().unwrap();
        let kept = state.published.pop();
        state.published = kept.into_iter().chain([Arc::clone(key)]).collect();
    }

    /// The keys that are published, the newest last.
    pub(crate) fn published(&self) -> Vec<Arc<TokenKey>> {
        self.state.lock().unwrap().published.clone()
    }

    /// How often the keys were asked for so far.
    pub(crate) fn fetches(&self) -> usize {
        self.state.lock().unwrap().fetches
    }

    /// Holds the next answer about the keys back.
    pub(crate) fn hold_next(&self) -> HeldAnswer {
        let (begun, asked) = channel();
        let (release, released) = channel();
        self.state.lock().unwrap().next_held = Some(Hold { begun, released });
        HeldAnswer { begun: asked, _release: release }
    }

    /// A token for five minutes.
    pub(crate) fn token(&self, key: &TokenKey, now: Timestamp) -> String {
        self.token_saying(key, now, &json!({}))
    }

    /// A token that says more, or something else.
    pub(crate) fn token_saying(&self, key: &TokenKey, now: Timestamp, more: &Value) -> String {
        key.sign(&token_claims(&self.url(), now, more))
    }

    /// A token that says another id of its key.
    pub(crate) fn token_named(&self, key: &TokenKey, key_id: &str, now: Timestamp) -> String {
        key.sign_as(key_id, &token_claims(&self.url(), now, &json!({})))
    }

    fn answer(&self, stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let body = match first.split(' ').nth(1) {
            Some("/keys") => self.keys(),
            _ => json!({ "issuer": self.url(), "jwks_uri": format!("{}/keys", self.url()) }),
        };
        let body = body.to_string();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        (&*stream).write_all(format!("{head}{body}").as_bytes())
    }

    /// The keys as they are when they are asked for, however long the answer is held.
    fn keys(&self) -> Value {
        let mut state = self.state.lock().unwrap();
        state.fetches += 1;
        let keys: Vec<_> = state.published.iter().map(|key| key.published()).collect();
        let held = state.next_held.take();
        drop(state);
        if let Some(hold) = held {
            let _ = hold.begun.send(());
            // It ends when the other end is dropped.
            let _ = hold.released.recv();
        }
        json!({ "keys": keys })
    }
}
