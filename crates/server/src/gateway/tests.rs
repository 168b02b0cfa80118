use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Request;
use stead_directory::DirectoryError;
use stead_directory::commands::access_key;
use stead_directory::entity::KeyOwner;
use stead_session::Keyring;
use stead_sigv4::{Payload, RequestHead, Settings, Signer, TokenPlacement};
use stead_types::Timestamp;

use super::{DenialStyle, Gateway};
use crate::accounts::tests::{NOW, Probe, accounts, id};
use crate::accounts::{Begun, Outside};
use crate::clock::Clock;
use crate::config::{Issuers, Saml};
use crate::entropy::SystemEntropy;
use crate::http::{Arrival, Body, Respond as _, Transport};
use crate::installation::{NewAccount, RootCredentials};
use crate::issuer_keys::IssuerKeys;
use crate::keys::LiveKeyring;
use crate::organizations::Organizations;
use crate::request_id::RequestId;
use crate::throttle::Rates;

#[derive(Debug)]
struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        NOW
    }
}

const NO_ISSUERS: Issuers = Issuers {
    allow_loopback: false,
    check_at_creation: false,
    outage_max: Duration::ZERO,
    proxy: None,
    named: BTreeMap::new(),
};

/// A role that trusts a user of an account which is not loaded yet.
const CREATE_ROLE: &str = "Action=CreateRole&Version=2010-05-08&RoleName=Late&AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22AWS%22%3A%22arn%3Aaws%3Aiam%3A%3A999988887777%3Auser%2Fx%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D";

fn signed(root: &RootCredentials, body: &'static str) -> Arrival {
    let fixed: [(&str, &[u8]); 2] =
        [("host", b"localhost"), ("content-type", b"application/x-www-form-urlencoded")];
    let signer = Signer {
        access_key_id: root.access_key_id.as_str(),
        secret: &root.secret_access_key,
        security_token: None,
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service: "iam",
        settings: Settings::query_services(),
    };
    let head = RequestHead { method: "POST", path: "/", query: "", headers: &fixed };
    let added = signer.sign_headers(&head, Payload::of(body.as_bytes()), NOW).unwrap();
    let mut request = Request::post("/");
    for (name, value) in fixed {
        request = request.header(name, value);
    }
    for header in &added {
        request = request.header(header.name, header.value.as_bytes());
    }
    Arrival {
        id: RequestId::generate(&mut SystemEntropy),
        head: request.body(()).unwrap().into_parts().0,
        body: Body::Whole(body.into()),
        source: Ipv4Addr::LOCALHOST.into(),
        transport: Transport::Plain,
    }
}

#[tokio::test]
async fn a_key_that_is_deleted_while_another_account_is_loaded_changes_nothing_any_more() {
    let store = Probe::new();
    let accounts = accounts(&store);
    let mut new = NewAccount::new(id(), accounts.root_keys().current(), NOW, &mut SystemEntropy);
    let root = new.add_root_key(&mut SystemEntropy).unwrap();
    new.commit(&accounts).await.unwrap();
    let keyring = Arc::new(LiveKeyring::new(Keyring::new(NOW, &mut SystemEntropy)));
    let clock = Arc::new(Stopped);
    let issuer_keys = IssuerKeys::new(&NO_ISSUERS, 1).unwrap();
    let organizations = Arc::new(Organizations::load(Arc::clone(&accounts)).await.unwrap());
    let gateway = Gateway::new(
        organizations,
        keyring,
        clock,
        DenialStyle::Strict,
        issuer_keys,
        Saml::default(),
        Rates { account: None, address: None },
    );
    let account = accounts.find(id()).await.unwrap().unwrap();

    store.holds_load.store(true, Ordering::Relaxed);
    let answer = tokio::spawn(Arc::new(gateway).respond(signed(&root, CREATE_ROLE)));
    store.held.notified().await;
    let begun = account.begin(&*store, |draft| {
        access_key::delete(draft, &KeyOwner::Root, &root.access_key_id)?;
        Ok::<_, DirectoryError>(((), Outside::default()))
    });
    let Ok(Begun::Queued((), queued)) = begun else { panic!("expected a commit in the queue") };
    account.finish(queued).await.unwrap();
    store.let_go.notify_one();

    let reply = answer.await.unwrap();
    let body = String::from_utf8(reply.body.to_vec()).unwrap();
    assert!(body.contains("<Code>InvalidClientTokenId</Code>"), "{body}");
    assert_eq!(account.durable().snapshot.role_count(), 0);
}
