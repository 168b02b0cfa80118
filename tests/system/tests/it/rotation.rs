//! An issuer's new keys are followed without a failed call, while strangers send tokens
//! that name keys nobody has.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use stead_system_tests::{Answer, Built, Client, Credentials, Process, Scratch, Service};
use stead_world::TokenKey;

use crate::issuer::{AUDIENCE, Issuer, new_key};

/// Connections that send tokens of unknown keys, one after the other.
const STRANGERS: usize = 16;

/// Callers who come with tokens of a new key as soon as it is published.
const CALLERS: usize = 4;

/// Tokens that each of them has per rotation.
const TOKENS: usize = 6;

/// The longest that a new key may wait. `docs/decisions/0005-issuer-keys.md`: an interval
/// and a fetch, of 2 and 6 seconds.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// The shortest time between two fetches, by the same page.
const FETCH_INTERVAL: Duration = Duration::from_secs(2);

/// A server with a role that the tokens of an issuer are for.
struct World {
    issuer: Issuer,
    client: Client,
    role: String,
    /// When there were no fetches yet.
    begun: Instant,
    // Dropped last.
    _server: Process,
    _scratch: Scratch,
}

impl World {
    fn new(key: &Arc<TokenKey>) -> Self {
        let scratch = Scratch::new("rotation").unwrap();
        let flags = ["--ephemeral", "--dangerous-allow-loopback-issuers"];
        let server = Built::find().unwrap().serve(scratch.path(), &flags).unwrap();
        let root = Credentials::of_directory(scratch.path()).unwrap();
        let (issuer, client, begun) = (Issuer::start(key), server.client(), moment());
        let iam = |action: &str, parameters: &[(&str, &str)]| {
            let answer = client.call(Some(&root), Service::Iam, action, parameters).unwrap();
            assert!(answer.is_ok(), "{action}: {}", answer.body);
            answer.text("Arn").or(answer.text("OpenIDConnectProviderArn")).unwrap().to_owned()
        };
        let url = issuer.url();
        let provider = [("Url", url.as_str()), ("ClientIDList.member.1", AUDIENCE)];
        let provider = iam("CreateOpenIDConnectProvider", &provider);
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Federated":"{provider}"}},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{{"StringEquals":{{"{}:aud":"{AUDIENCE}"}}}}}}]}}"#,
            issuer.bare(),
        );
        let role = [("RoleName", "deploy"), ("AssumeRolePolicyDocument", &*trust)];
        let role = iam("CreateRole", &role);
        Self { issuer, client, role, begun, _server: server, _scratch: scratch }
    }

    fn assume(&self, token: &str) -> Answer {
        let parameters = [
            ("RoleArn", self.role.as_str()),
            ("RoleSessionName", "session"),
            ("WebIdentityToken", token),
        ];
        let action = "AssumeRoleWithWebIdentity";
        self.client.call(None, Service::Sts, action, &parameters).unwrap()
    }

    /// Sends tokens that differ in their unknown key id, and reports each answer.
    fn flood(&self, stranger: usize, key: &TokenKey, over: &AtomicBool, answered: &Sender<()>) {
        for number in 0.. {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let key_id = format!("nobodys-{stranger}-{number}");
            let token = self.issuer.token_named(key, &key_id, self.client.now());
            let answer = self.assume(&token);
            assert_eq!(answer.code(), "InvalidIdentityToken", "{}", answer.body);
            let _ = answered.send(());
        }
    }

    /// Comes with tokens of the published keys by turns, the newest first, all of which
    /// must be accepted; gives the longest wait.
    fn call(&self, keys: &[Arc<TokenKey>], about_to: &Sender<()>) -> Duration {
        let keys = keys.iter().rev().cycle().take(TOKENS);
        let waits = keys.map(|key| {
            let token = self.issuer.token(key, self.client.now());
            let _ = about_to.send(());
            let begun = moment();
            let answer = self.assume(&token);
            let wait = begun.elapsed();
            assert!(answer.is_ok(), "after {wait:?}: {}", answer.body);
            wait
        });
        waits.max().unwrap_or_default()
    }

    /// All callers at once.
    fn callers(&self, called: impl FnOnce(&Receiver<()>)) -> Duration {
        let (sender, receiver) = channel();
        let keys = self.issuer.published();
        std::thread::scope(|scope| {
            let calls: Vec<_> = std::iter::repeat_with(|| sender.clone())
                .take(CALLERS)
                .map(|about_to| {
                    let keys = &keys;
                    scope.spawn(move || self.call(keys, &about_to))
                })
                .collect();
            called(&receiver);
            calls.into_iter().map(|call| call.join().unwrap()).max().unwrap_or_default()
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "how long real calls take is what is tested")]
fn moment() -> Instant {
    Instant::now()
}

#[test]
fn new_keys_are_followed_without_a_failed_call_in_a_flood_of_unknown_ones() {
    let world = World::new(&new_key("first"));
    let (over, foreign) = (AtomicBool::new(false), new_key("foreign"));
    let (sender, answers) = channel();
    std::thread::scope(|scope| {
        let _over = OnDrop(&over);
        for stranger in 0..STRANGERS {
            let (world, sender) = (&world, sender.clone());
            let (foreign, over) = (&foreign, &over);
            scope.spawn(move || world.flood(stranger, foreign, over, &sender));
        }
        // Each rotation begins amid the flood, with as many answers since the last.
        let flooded = || {
            for _ in 0..STRANGERS {
                answers.recv_timeout(WAIT_MAX).unwrap();
            }
        };
        for round in ["second", "third"] {
            flooded();
            world.issuer.publish(&new_key(round));
            let wait = world.callers(|_| ());
            assert!(wait < WAIT_MAX, "{round}: {wait:?}");
        }
        // At the worst moment: the keys have just been read that are on their way.
        flooded();
        let held = world.issuer.hold_next();
        held.until_asked(WAIT_MAX);
        world.issuer.publish(&new_key("fourth"));
        let known = &world.issuer.published()[..1];
        let wait = world.callers(|about_to| {
            about_to.iter().take(CALLERS).for_each(drop);
            // Who has a known key waits for nobody; and by now all callers have arrived.
            world.call(known, &channel().0);
            drop(held);
        });
        assert!(wait < WAIT_MAX, "fourth: {wait:?}");
    });
    let (fetches, lasted) = (world.issuer.fetches(), world.begun.elapsed());
    // The server counts in whole seconds: a fetch may count as of a second before it was made.
    let most = (lasted + Duration::from_secs(1)).as_secs() / FETCH_INTERVAL.as_secs() + 1;
    assert!(fetches as u64 <= most, "{fetches} fetches in {lasted:?}");
    // One for the provider's creation and one for each rotation at the least.
    assert!(fetches >= 4, "{fetches} fetches in {lasted:?}");
}

/// Ends the flood also where the test fails.
struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
