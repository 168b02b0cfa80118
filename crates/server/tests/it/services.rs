//! Services that sign with a key of their own.

use std::path::Path;

use serde_json::{Value, json};
use stead_administration::{Command, Outcome};
use stead_server::admin::AdminClient;
use stead_types::Secret;

use crate::client::{ACCOUNT, Credentials, Request, Response, Server, escape};
use crate::storage::Scratch;

const STORAGE: &str = "storage.example.internal";
const BUCKET: &str = "arn:aws:storage:::photos";
const SOURCE_ARN: &str = "x-amz-source-arn";
const SOURCE_ACCOUNT: &str = "x-amz-source-account";

async fn ask(data: &Path, command: &Command) -> Outcome {
    AdminClient::connect(data).await.unwrap().unwrap().ask(command).await.unwrap()
}

async fn register(data: &Path, service: &str) -> Credentials {
    let command = Command::RegisterService { service: service.to_owned() };
    let Outcome::ServiceRegistered { service: registered, key } = ask(data, &command).await else {
        panic!("{service} is not registered")
    };
    assert_eq!(registered, service);
    let secret = Secret::new(key.secret_access_key);
    Credentials { id: key.access_key_id, secret, token: None }
}

async fn listed(data: &Path) -> Vec<String> {
    match ask(data, &Command::ListServices {}).await {
        Outcome::Services { services } => services.into_iter().map(|it| it.access_key_id).collect(),
        other => panic!("{other:?}"),
    }
}

async fn remove(data: &Path) -> Outcome {
    ask(data, &Command::RemoveService { service: STORAGE.to_owned() }).await
}

async fn refused(data: &Path, command: &Command) -> String {
    match ask(data, command).await {
        Outcome::Refused(refusal) => refusal.error,
        other => panic!("{other:?}"),
    }
}

/// A role that trusts the service, for one bucket of this account.
async fn role(server: &Server, name: &str) -> String {
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{STORAGE}"}},"Action":"sts:AssumeRole","Condition":{{"StringEquals":{{"aws:SourceAccount":"{ACCOUNT}"}},"ArnEquals":{{"aws:SourceArn":"{BUCKET}"}}}}}}]}}"#
    );
    let form =
        format!("Action=CreateRole&RoleName={name}&AssumeRolePolicyDocument={}", escape(&trust));
    let created = server.iam(&server.root, &form).await;
    assert_eq!(created.outcome(), (200, "OK"), "{created:?}");
    created.element("Arn").unwrap().to_owned()
}

fn assume(server: &Server, role: &str, source: &[(&str, &str)]) -> Request {
    let form = format!("Action=AssumeRole&RoleSessionName=work&RoleArn={role}&Version=2011-06-15");
    let request = Request::post(&server.host(), &form);
    source.iter().fold(request, |request, (name, value)| request.with(name, value))
}

async fn sent(server: &Server, request: Request, caller: &Credentials) -> Response {
    server.send(&request.signed(caller, server.now())).await
}

/// The source that the role asks for.
const OF_THE_BUCKET: [(&str, &str); 2] = [(SOURCE_ARN, BUCKET), (SOURCE_ACCOUNT, ACCOUNT)];

#[tokio::test]
async fn a_registered_service_assumes_a_role_for_the_source_that_the_role_asks_for() {
    let scratch = Scratch::new("services-source");
    let server = Server::start_in(&scratch.0, None).await;
    let service = register(&scratch.0, STORAGE).await;
    let other = register(&scratch.0, "other.example.internal").await;
    let role = role(&server, "photos").await;
    let given = sent(&server, assume(&server, &role, &OF_THE_BUCKET), &service).await;
    assert_eq!(given.outcome(), (200, "OK"), "{given:?}");
    let who = server.who_am_i().signed(&given.credentials(), server.now());
    let who = server.send(&who).await;
    let expected = format!("arn:aws:sts::{ACCOUNT}:assumed-role/photos/work");
    assert_eq!(who.element("Arn"), Some(&*expected));

    let denied =
        format!("User: {STORAGE} is not authorized to perform: sts:AssumeRole on resource: ");
    let own = [(SOURCE_ACCOUNT, ACCOUNT)];
    let elsewhere = [(SOURCE_ARN, BUCKET), (SOURCE_ACCOUNT, "444455556666")];
    let another = [(SOURCE_ARN, "arn:aws:storage:::letters"), (SOURCE_ACCOUNT, ACCOUNT)];
    for source in [&[][..], &own, &OF_THE_BUCKET[..1], &elsewhere, &another] {
        let answer = sent(&server, assume(&server, &role, source), &service).await;
        assert_eq!(answer.outcome(), (403, "AccessDenied"), "{source:?}: {answer:?}");
        let message = answer.element("Message").unwrap();
        assert!(message.starts_with(&format!("{denied}{role}")), "{message}");
        assert!(!message.contains("because"), "{message}");
    }
    let answer = sent(&server, assume(&server, &role, &OF_THE_BUCKET), &other).await;
    assert_eq!(answer.outcome(), (403, "AccessDenied"), "{answer:?}");
    for gone in [format!("arn:aws:iam::{ACCOUNT}:role/gone"), role.replace(ACCOUNT, "444455556666")]
    {
        let answer = sent(&server, assume(&server, &gone, &OF_THE_BUCKET), &service).await;
        assert_eq!(answer.outcome(), (403, "AccessDenied"), "{answer:?}");
        let message = answer.element("Message").unwrap();
        assert!(message.starts_with(&format!("{denied}{gone}")), "{message}");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_source_that_is_none_is_refused_whatever_the_role_asks_for() {
    let scratch = Scratch::new("services-bad-source");
    let server = Server::start_in(&scratch.0, None).await;
    let service = register(&scratch.0, STORAGE).await;
    let role = role(&server, "photos").await;
    let queue = "arn:aws:queue:us-east-1:444455556666:jobs";
    for source in [
        &[(SOURCE_ARN, "photos"), (SOURCE_ACCOUNT, ACCOUNT)][..],
        &[(SOURCE_ARN, "*"), (SOURCE_ACCOUNT, ACCOUNT)],
        &[(SOURCE_ARN, BUCKET), (SOURCE_ACCOUNT, "me")],
        &[(SOURCE_ARN, queue), (SOURCE_ACCOUNT, ACCOUNT)],
        &[(SOURCE_ARN, BUCKET), (SOURCE_ARN, BUCKET), (SOURCE_ACCOUNT, ACCOUNT)],
        &[(SOURCE_ARN, BUCKET), (SOURCE_ACCOUNT, ACCOUNT), (SOURCE_ACCOUNT, "444455556666")],
    ] {
        let answer = sent(&server, assume(&server, &role, source), &service).await;
        assert_eq!(answer.outcome(), (400, "ValidationError"), "{source:?}: {answer:?}");
        let message = answer.element("Message").unwrap();
        assert!(message.contains("source"), "{source:?}: {message}");
    }
    // Without a role there is no account whose policies could be asked.
    for role in ["", "photos"] {
        let answer = sent(&server, assume(&server, role, &OF_THE_BUCKET), &service).await;
        assert_eq!(answer.outcome(), (400, "ValidationError"), "{role}: {answer:?}");
        assert_eq!(answer.element("Message"), Some("RoleArn is invalid"));
    }
    let user = format!("arn:aws:iam::{ACCOUNT}:user/photos");
    let answer = sent(&server, assume(&server, &user, &OF_THE_BUCKET), &service).await;
    assert_eq!(answer.outcome(), (403, "AccessDenied"), "{answer:?}");
    server.stop().await;
}

#[tokio::test]
async fn what_a_service_has_not_signed_is_nothing_it_says() {
    let scratch = Scratch::new("services-signature");
    let server = Server::start_in(&scratch.0, None).await;
    let service = register(&scratch.0, STORAGE).await;
    let role = role(&server, "photos").await;
    let signed = |source| assume(&server, &role, source).signed(&service, server.now());
    let added = signed(&OF_THE_BUCKET[1..]).with(SOURCE_ARN, BUCKET);
    let mut changed = signed(&[(SOURCE_ARN, "arn:aws:storage:::letters"), OF_THE_BUCKET[1]]);
    for (name, value) in &mut changed.headers {
        if name == SOURCE_ARN {
            *value = BUCKET.as_bytes().to_vec();
        }
    }
    let mut longer = signed(&OF_THE_BUCKET);
    longer.body.extend_from_slice(b"&DurationSeconds=900");
    for request in [added, changed, longer] {
        let answer = server.send(&request).await;
        assert_eq!(answer.outcome(), (403, "SignatureDoesNotMatch"), "{answer:?}");
    }
    let wrong = Credentials { secret: Secret::new("x".repeat(40)), ..service.clone() };
    let answer = sent(&server, assume(&server, &role, &OF_THE_BUCKET), &wrong).await;
    assert_eq!(answer.outcome(), (403, "SignatureDoesNotMatch"), "{answer:?}");
    // A token of a session is none of a service's.
    let given = sent(&server, assume(&server, &role, &OF_THE_BUCKET), &service).await;
    let token = given.credentials().token;
    let both = Credentials { token, ..service.clone() };
    let answer = sent(&server, assume(&server, &role, &OF_THE_BUCKET), &both).await;
    assert_eq!(answer.outcome(), (403, "InvalidClientTokenId"), "{answer:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_service_may_do_nothing_but_assume_roles() {
    let scratch = Scratch::new("services-others");
    let server = Server::start_in(&scratch.0, None).await;
    let service = register(&scratch.0, STORAGE).await;
    role(&server, "photos").await;
    for form in [
        "Action=GetCallerIdentity",
        "Action=GetSessionToken",
        "Action=GetFederationToken&Name=somebody",
        "Action=DecodeAuthorizationMessage&EncodedMessage=d-x",
    ] {
        let answer = server.sts(&service, form).await;
        assert_eq!(answer.outcome(), (403, "AccessDenied"), "{form}: {answer:?}");
    }
    for form in
        ["Action=ListUsers", "Action=GetRole&RoleName=photos", "Action=DeleteRole&RoleName=photos"]
    {
        let answer = server.iam(&service, form).await;
        assert_eq!(answer.outcome(), (403, "AccessDenied"), "{form}: {answer:?}");
    }
    server.stop().await;
}

/// The events of calls that the audit log has, once the server has stopped.
fn events(data: &Path) -> Vec<Value> {
    let files = std::fs::read_dir(data.join("audit")).unwrap();
    let texts = files.filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok());
    let lines = texts.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>());
    let events = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    events.filter(|event| event.get("eventName").is_some()).collect()
}

#[tokio::test]
async fn calls_of_a_service_are_recorded_under_its_name() {
    let scratch = Scratch::new("services-events");
    let server = Server::start_in(&scratch.0, None).await;
    let service = register(&scratch.0, STORAGE).await;
    let role = role(&server, "photos").await;
    for (source, expected) in [(&OF_THE_BUCKET[..], 200), (&[], 403)] {
        let answer = sent(&server, assume(&server, &role, source), &service).await;
        assert_eq!(answer.status, expected, "{answer:?}");
    }
    server.sts(&service, "Action=GetCallerIdentity").await;
    server.stop().await;
    let events = events(&scratch.0);
    let named = |name: &str| -> Vec<&Value> {
        events.iter().filter(|event| event["eventName"] == name).collect()
    };
    let registered = named("RegisterService");
    assert_eq!(registered.len(), 1, "{events:?}");
    assert_eq!(registered[0]["responseElements"]["accessKeyId"], *service.id);
    let assumed = named("AssumeRole");
    assert_eq!(assumed.len(), 2, "{events:?}");
    let identity = json!({"type": "AWSService", "invokedBy": STORAGE, "accessKeyId": service.id});
    for event in &assumed {
        assert_eq!(event["userIdentity"], identity);
        assert_eq!(event["recipientAccountId"], ACCOUNT);
    }
    assert_eq!(assumed[1]["errorCode"], "AccessDenied");
    // Of no account, and known by the key that it names.
    let other = &named("GetCallerIdentity")[0];
    assert_eq!(other["userIdentity"], json!({"type": "Unknown"}));
    assert_eq!(other["additionalEventData"]["claimedAccessKeyId"], *service.id);
    let secret = service.secret.expose();
    assert!(!events.iter().any(|event| event.to_string().contains(secret)), "a secret");
}

#[tokio::test]
async fn a_service_is_kept_over_a_restart_and_gone_when_it_is_removed() {
    let scratch = Scratch::new("services-restart");
    let server = Server::start_in(&scratch.0, None).await;
    let service = register(&scratch.0, STORAGE).await;
    let role = role(&server, "photos").await;
    let again = Command::RegisterService { service: STORAGE.to_owned() };
    assert_eq!(
        refused(&scratch.0, &again).await,
        format!("the service `{STORAGE}` is registered already")
    );
    for name in ["", "storage", "Storage.example.internal", "*.example.internal", "a b.example"] {
        let command = Command::RegisterService { service: name.to_owned() };
        let error = refused(&scratch.0, &command).await;
        assert_eq!(error, "the service's name is no host name in lower case", "{name}");
    }
    let root = server.root.clone();
    server.stop().await;

    let server = Server::start_in(&scratch.0, Some(root)).await;
    assert_eq!(listed(&scratch.0).await, [service.id.as_str()]);
    let answer = sent(&server, assume(&server, &role, &OF_THE_BUCKET), &service).await;
    assert_eq!(answer.outcome(), (200, "OK"), "{answer:?}");
    let session = answer.credentials();
    assert!(matches!(remove(&scratch.0).await, Outcome::ServiceRemoved(_)));
    assert!(matches!(remove(&scratch.0).await, Outcome::Refused(_)));
    assert_eq!(listed(&scratch.0).await, [""; 0]);
    let answer = sent(&server, assume(&server, &role, &OF_THE_BUCKET), &service).await;
    assert_eq!(answer.outcome(), (403, "InvalidClientTokenId"), "{answer:?}");
    // What it was given before is the role's.
    let who = server.who_am_i().signed(&session, server.now());
    assert_eq!(server.send(&who).await.outcome(), (200, "OK"));

    let anew = register(&scratch.0, STORAGE).await;
    assert_ne!(anew.id, service.id);
    for (caller, expected) in [(&anew, (200, "OK")), (&service, (403, "InvalidClientTokenId"))] {
        let answer = sent(&server, assume(&server, &role, &OF_THE_BUCKET), caller).await;
        assert_eq!(answer.outcome(), expected, "{answer:?}");
    }
    server.stop().await;
}
