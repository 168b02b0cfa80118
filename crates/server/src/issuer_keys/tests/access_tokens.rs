use std::time::Duration;

use stead_federation::oidc::AccessTokenProvider::{Amazon, Facebook};

use super::super::testing::*;
use super::super::*;

const INFO: &str = "/auth/o2/tokeninfo?access_token=Atza%7Cgood";
const OWNER: &str = r#"{"user_id":"amzn1.account.A","app_id":"amzn1.application.P","exp":9}"#;
const APP: &str = "/app?fields=id&access_token=EAAB";
const ME: &str = "/me?fields=id&access_token=EAAB";

/// Both providers at this stand-in.
fn file(stand_in: &Provider) -> String {
    let endpoint = &stand_in.issuer;
    format!(
        "dangerous_allow_loopback_issuers = true\n\
         [issuer.\"www.amazon.com\"]\nendpoint = \"{endpoint}\"\n\
         [issuer.\"graph.facebook.com\"]\nendpoint = \"{endpoint}/\"\n"
    )
}

fn asking(stand_in: &Provider, fetch_wait: Duration) -> IssuerKeys {
    World { file: &file(stand_in), fetch_wait, ..World::default() }.keys()
}

fn cause(answer: Result<AccessTokenOwner, OwnerFault>) -> Cause {
    match answer.unwrap_err() {
        OwnerFault::NoAnswer(fault) => fault.cause,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_provider_says_whose_a_token_is_each_time() {
    let stand_in = Provider::plain().await;
    let keys = asking(&stand_in, Duration::from_secs(60));
    stand_in.tell(INFO, Reply::ok(OWNER));
    let owner = keys.owner(Amazon, "Atza|good", now()).await.unwrap();
    assert_eq!((owner.user_id(), owner.provider()), ("amzn1.account.A", Amazon));
    stand_in.tell(APP, Reply::ok("{\"id\":\"7\"}"));
    stand_in.tell(ME, Reply::ok("{\"id\":\"8\"}"));
    let owner = keys.owner(Facebook, "EAAB", now()).await.unwrap();
    assert_eq!((owner.user_id(), owner.application_id()), ("8", "7"));
    let _ = keys.owner(Facebook, "EAAB", now()).await.unwrap();
    assert_eq!(stand_in.paths(), [INFO, APP, ME, APP, ME]);
}

#[tokio::test]
async fn what_a_provider_rejects_is_rejected_in_its_words() {
    let stand_in = Provider::plain().await;
    let keys = asking(&stand_in, Duration::from_secs(60));
    let said = r#"{"error":{"message":"Bad signature","code":190}}"#;
    for status in ["400 Bad Request", "401 Unauthorized", "403 Forbidden"] {
        stand_in.tell(APP, Reply::with(said, status, ""));
        let fault = keys.owner(Facebook, "EAAB", now()).await.unwrap_err();
        let text = "graph.facebook.com rejected OAuth token with response \"Bad signature\" and \
                    code 190";
        assert_eq!(fault, OwnerFault::Rejected(text.to_owned()), "{status}");
    }
    // The person's question is not asked for a token that is of no application.
    assert_eq!(stand_in.paths(), [APP, APP, APP]);
}

type Expected = fn(&Cause) -> bool;

#[tokio::test]
async fn an_answer_that_does_not_count_names_no_owner_and_shows_no_token() {
    let stand_in = Provider::plain().await;
    let keys = asking(&stand_in, Duration::from_secs(60));
    let elsewhere = "location: https://elsewhere.test/\r\n";
    let endless = Reply::Endless(vec![b' '; 65_536]);
    let cases: [(Reply, Expected); 6] = [
        (Reply::with("", "302 Found", elsewhere), |cause| *cause == Cause::Redirect(302)),
        (Reply::with(OWNER, "500 Oh", ""), |cause| *cause == Cause::Status(500)),
        (Reply::with(OWNER, "404 Not Found", ""), |cause| *cause == Cause::Status(404)),
        (Reply::ok("{}"), |cause| matches!(cause, Cause::Malformed(_))),
        (Reply::ok("<html>"), |cause| matches!(cause, Cause::Malformed(_))),
        (endless, |cause| matches!(cause, Cause::TooLarge(_))),
    ];
    for (number, (reply, expected)) in cases.into_iter().enumerate() {
        stand_in.tell(INFO, reply);
        let answer = keys.owner(Amazon, "Atza|good", now()).await;
        let shown = format!("{:?} {}", answer, answer.as_ref().unwrap_err());
        assert!(!shown.contains("good"), "{shown}");
        assert!(shown.contains("www.amazon.com"), "{shown}");
        let cause = cause(answer);
        assert!(expected(&cause), "{number}: {cause:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_token_is_sent_to_nobody() {
    let stand_in = Provider::plain().await;
    let keys = asking(&stand_in, Duration::from_secs(60));
    let long = format!("Atza|{}", "a".repeat(2_044));
    for token in ["", "EAAB", "Atza|a\r\nhost: b", "Atza|ü", long.as_str()] {
        let fault = keys.owner(Amazon, token, now()).await.unwrap_err();
        assert_eq!(fault, OwnerFault::NotItsToken, "{token}");
    }
    let longest = format!("Atza|{}", "a".repeat(2_043));
    assert_eq!(cause(keys.owner(Amazon, &longest, now()).await), Cause::Status(404));
    assert_eq!(stand_in.heads().len(), 1);
}

#[tokio::test]
async fn characters_of_a_token_stay_inside_its_parameter() {
    let stand_in = Provider::plain().await;
    let keys = asking(&stand_in, Duration::from_secs(60));
    let _ = keys.owner(Amazon, "Atza|a&x=/../%2e?#@", now()).await;
    let encoded = "/auth/o2/tokeninfo?access_token=Atza%7Ca%26x%3D%2F..%2F%252e%3F%23%40";
    assert_eq!(stand_in.paths(), [encoded]);
}

#[tokio::test]
async fn a_provider_that_hangs_costs_a_bounded_time_and_holds_nobody_else() {
    let stand_in = Provider::plain().await;
    let fetch_wait = Duration::from_millis(300);
    let keys = Arc::new(asking(&stand_in, fetch_wait));
    stand_in.tell(INFO, Reply::Hang);
    stand_in.tell(APP, Reply::ok("{\"id\":\"7\"}"));
    stand_in.tell(ME, Reply::ok("{\"id\":\"8\"}"));
    let mut hanging = tokio::task::JoinSet::new();
    for _ in 0..crate::limits::ACCESS_TOKEN_QUESTIONS_MAX + 4 {
        let keys = Arc::clone(&keys);
        hanging.spawn(async move { cause(keys.owner(Amazon, "Atza|good", now()).await) });
    }
    tokio::task::yield_now().await;
    let _ = keys.owner(Facebook, "EAAB", now()).await.unwrap();
    let mut causes = Vec::new();
    while let Some(cause) = hanging.join_next().await {
        causes.push(cause.unwrap());
    }
    let timed_out = causes.iter().filter(|cause| **cause == Cause::TimedOut(fetch_wait)).count();
    let busy = causes.iter().filter(|cause| **cause == Cause::Busy).count();
    // Those who wait for a place get it when it is too late.
    assert_eq!(timed_out + busy, causes.len(), "{causes:?}");
    assert!(timed_out >= crate::limits::ACCESS_TOKEN_QUESTIONS_MAX, "{causes:?}");
}

#[tokio::test]
async fn a_token_leaves_the_machine_only_over_a_trusted_connection() {
    // Nobody vouches for this certificate, and thumbprints are for registered providers.
    let stand_in = Provider::secure(&Chain::self_signed(&["idp.test"], false)).await;
    let keys = asking(&stand_in, Duration::from_secs(60));
    let cause_of = cause(keys.owner(Amazon, "Atza|good", now()).await);
    assert!(matches!(cause_of, Cause::Tls(_)), "{cause_of:?}");
    // An authority that is named for it does; of another host it does not.
    let ca = authority("ca");
    for (host, trusted) in [("idp.test", true), ("other.test", false)] {
        let stand_in = Provider::secure(&Chain::by(&ca, &[host])).await;
        stand_in.tell(INFO, Reply::ok(OWNER));
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).unwrap();
        let file = file(&stand_in);
        let keys = World { file: &file, roots, ..World::default() }.keys();
        let answer = keys.owner(Amazon, "Atza|good", now()).await;
        assert_eq!(answer.is_ok(), trusted, "{answer:?}");
        assert_eq!(stand_in.heads().len(), usize::from(trusted));
    }
    // Plain text, and loopback at all, only by the switch for tests.
    let plain = Provider::plain().await;
    let file = file(&plain).replace("= true", "= false");
    let keys = World { file: &file, ..World::default() }.keys();
    assert_eq!(cause(keys.owner(Amazon, "Atza|good", now()).await), Cause::PlainHttp);
    let file = file.replace("http://", "https://");
    let keys = World { file: &file, ..World::default() }.keys();
    let cause = cause(keys.owner(Amazon, "Atza|good", now()).await);
    assert!(matches!(cause, Cause::ForbiddenAddress(_)), "{cause:?}");
    assert!(plain.heads().is_empty());
}
