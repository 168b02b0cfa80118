//! How often STS is asked, and what is given out when it does not answer.

use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Response, StatusCode};
use http_body_util::Full;
use tokio::net::TcpListener;

use super::*;
use crate::arguments::{ServiceFlags, SessionFlags, SourceFlags};
use crate::credentials::session::tests::session;
use crate::loopback;

const ANSWER: &str = "<R><C><AccessKeyId>ASIANEW</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
    <SessionToken>t</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></C></R>";

const REFUSAL: &str = "<E><Code>InternalFailure</Code><Message>later</Message></E>";

/// A broker, and how often its STS was asked, which answers with this.
async fn broker(status: StatusCode, body: &'static str) -> (Arc<Broker>, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    tokio::spawn(loopback::serve(listener, move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            let mut response = Response::new(Full::new(body.into()));
            *response.status_mut() = status;
            response
        }
    }));
    let flags = SourceFlags {
        // Any file with text in it will do.
        web_identity_token_file: Some(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml").into()),
        session: SessionFlags {
            role_arn: Some("arn:aws:iam::111122223333:role/deploy".to_owned()),
            place: ServiceFlags { endpoint_url: Some(url), ..Default::default() },
            ..Default::default()
        },
        ..Default::default()
    };
    let nowhere = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
    let environment = nowhere.iter().map(|name| ((*name).to_owned(), "/nowhere".to_owned()));
    let source = Source::of_either(&flags, &environment.collect()).unwrap();
    (Arc::new(Broker::new(source)), calls)
}

/// The access key ids that twenty callers get at once.
async fn twenty(broker: &Arc<Broker>) -> Vec<Result<String, String>> {
    let ask = |_| {
        let broker = Arc::clone(broker);
        tokio::spawn(async move {
            let session = broker.session().await;
            let id = session.map(|session| session.credentials.access_key_id.clone());
            id.map_err(|failure| failure.message().to_owned())
        })
    };
    let asked: Vec<_> = (0..20).map(ask).collect();
    let mut got = Vec::new();
    for task in asked {
        got.push(task.await.unwrap());
    }
    got
}

#[tokio::test]
async fn many_callers_make_one_call() {
    let (broker, calls) = broker(StatusCode::OK, ANSWER).await;
    assert_eq!(twenty(&broker).await, vec![Ok("ASIANEW".to_owned()); 20]);
    assert_eq!(twenty(&broker).await, vec![Ok("ASIANEW".to_owned()); 20]);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_session_that_is_due_is_given_out_while_one_caller_asks() {
    let (broker, calls) = broker(StatusCode::OK, ANSWER).await;
    let now = broker.now().epoch_seconds();
    broker.give(session(now - 3400, now + 200));
    let got = twenty(&broker).await;
    assert!(got.iter().all(Result::is_ok), "{got:?}");
    assert_eq!(broker.session().await.unwrap().credentials.access_key_id, "ASIANEW");
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_old_session_serves_to_its_end_when_no_new_one_comes() {
    let (broker, calls) = broker(StatusCode::INTERNAL_SERVER_ERROR, REFUSAL).await;
    let now = broker.now().epoch_seconds();
    broker.give(session(now - 3400, now + 200));
    assert_eq!(twenty(&broker).await, vec![Ok("ASIAEXAMPLE".to_owned()); 20]);
    // Two where the pause after the first failure ended meanwhile.
    assert!((1..=2).contains(&calls.load(Ordering::SeqCst)));
    broker.give(session(now - 3600, now));
    let refused = twenty(&broker).await;
    assert_eq!(refused, vec![Err("InternalFailure: later".to_owned()); 20]);
    assert!(calls.load(Ordering::SeqCst) <= 4);
}
