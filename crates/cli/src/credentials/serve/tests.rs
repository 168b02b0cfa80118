//! The two endpoints, asked without a socket and, where the socket matters, through it.

use http::Request;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::arguments::{ServiceFlags, SessionFlags, SourceFlags};
use crate::credentials::session::tests::session;

const AUTHORIZATION: &str = "the-token";

/// Answers that give out a session which is fresh; STS is nowhere.
fn answers(imds: Imds) -> Answers {
    let flags = SourceFlags {
        web_identity_token_file: Some("/nowhere/token".into()),
        session: SessionFlags {
            role_arn: Some("arn:aws:iam::111122223333:role/path/deploy".to_owned()),
            place: ServiceFlags {
                endpoint_url: Some("http://127.0.0.1:1".to_owned()),
                ..Default::default()
            },
            ..Default::default()
        },
        ..Default::default()
    };
    let nowhere = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
    let environment = nowhere.iter().map(|name| ((*name).to_owned(), "/nowhere".to_owned()));
    let source = Source::of_either(&flags, &environment.collect()).unwrap();
    Answers {
        broker: Broker::new(source),
        address: "127.0.0.1:4000".parse().unwrap(),
        authorization: Secret::new(AUTHORIZATION.to_owned()),
        metadata: (imds == Imds::Played).then(|| TokenKey::new(&[7; 32])),
    }
}

fn with_session(imds: Imds) -> Answers {
    let answers = answers(imds);
    let now = answers.broker.source().client.clock.now().epoch_seconds();
    answers.broker.give(session(now, now + 3600));
    answers
}

async fn ask(
    answers: &Answers,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, String) {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header("host", "127.0.0.1:4000");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = answers.answer(&request.body(()).unwrap().into_parts().0).await;
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

const TTL: &str = "x-aws-ec2-metadata-token-ttl-seconds";
const CREDENTIALS: &str = "/latest/meta-data/iam/security-credentials/";

#[tokio::test]
async fn a_container_gets_credentials_for_its_token() {
    let answers = with_session(Imds::Absent);
    let (status, body) =
        ask(&answers, "GET", "/credentials", &[("authorization", AUTHORIZATION)]).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200);
    let keys: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["AccessKeyId", "Expiration", "RoleArn", "SecretAccessKey", "Token"]);
    assert_eq!(body["Token"], "token");
}

#[tokio::test]
async fn and_nobody_else_does() {
    let answers = with_session(Imds::Absent);
    let good = ("authorization", AUTHORIZATION);
    for (method, path, headers, expected) in [
        ("GET", "/credentials", &[][..], 401),
        ("GET", "/credentials", &[("authorization", "the-tokem")], 401),
        ("GET", "/credentials", &[("authorization", "the-toke")], 401),
        ("GET", "/credentials", &[("authorization", "Bearer the-token")], 401),
        ("GET", "/credentials", &[good, good], 401),
        ("POST", "/credentials", &[good], 405),
        ("GET", "/credentials/", &[good], 404),
        ("GET", "/", &[good], 404),
        ("GET", "/credentials", &[good, ("host", "evil.example:4000")], 403),
        ("GET", "/credentials", &[good, ("host", "127.0.0.1:4001")], 403),
        ("GET", "/credentials", &[good, ("host", "127.0.0.1")], 403),
        ("GET", "/credentials", &[good, ("host", "localhost:4000")], 200),
    ] {
        let (status, body) = ask(&answers, method, path, headers).await;
        assert_eq!(status, expected, "{method} {path} {headers:?}");
        assert_eq!(body.contains("secret"), expected == 200, "{body}");
    }
    let nobody = self::answers(Imds::Absent);
    let (status, body) = ask(&nobody, "GET", "/credentials", &[good]).await;
    assert_eq!(status, 503);
    assert!(body.contains("cannot read the token in `/nowhere/token`"), "{body}");
}

#[tokio::test]
async fn the_metadata_service_gives_tokens_by_put_and_credentials_for_them() {
    let answers = with_session(Imds::Played);
    let (status, token) = ask(&answers, "PUT", "/latest/api/token", &[(TTL, "21600")]).await;
    assert_eq!(status, 200);
    let token = [("x-aws-ec2-metadata-token", token.as_str())];
    assert_eq!(ask(&answers, "GET", CREDENTIALS, &token).await, (200, "deploy".to_owned()));
    let bare = CREDENTIALS.trim_end_matches('/');
    assert_eq!(ask(&answers, "GET", bare, &token).await, (200, "deploy".to_owned()));
    let (status, body) = ask(&answers, "GET", &format!("{CREDENTIALS}deploy"), &token).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (status, &body["Code"], &body["Type"]),
        (200, &"Success".into(), &"AWS-HMAC".into())
    );
    for member in ["LastUpdated", "AccessKeyId", "SecretAccessKey", "Token", "Expiration"] {
        assert!(body[member].is_string(), "{member}");
    }
    for (path, expected) in [
        (format!("{CREDENTIALS}other"), 404),
        (format!("{CREDENTIALS}deploy/"), 404),
        ("/latest/dynamic/instance-identity/document".to_owned(), 404),
        ("/latest/meta-data/placement/region".to_owned(), 200),
    ] {
        assert_eq!(ask(&answers, "GET", &path, &token).await.0, expected, "{path}");
    }
}

#[tokio::test]
async fn the_first_version_of_the_metadata_service_is_not_played() {
    let answers = with_session(Imds::Played);
    let role = format!("{CREDENTIALS}deploy");
    for (method, path, headers, expected) in [
        ("GET", role.as_str(), &[][..], 401),
        ("GET", &role, &[("x-aws-ec2-metadata-token", "AAAA")], 401),
        ("GET", CREDENTIALS, &[], 401),
        ("GET", "/latest/dynamic/instance-identity/document", &[], 401),
        ("GET", "/latest/api/token", &[(TTL, "60")], 405),
        ("POST", "/latest/api/token", &[(TTL, "60")], 405),
        ("PUT", "/latest/api/token", &[], 400),
        ("PUT", "/latest/api/token", &[(TTL, "0")], 400),
        ("PUT", "/latest/api/token", &[(TTL, "1")], 200),
        ("PUT", "/latest/api/token", &[(TTL, "21600")], 200),
        ("PUT", "/latest/api/token", &[(TTL, "21601")], 400),
        ("PUT", "/latest/api/token", &[(TTL, "+60")], 400),
        ("PUT", "/latest/api/token", &[(TTL, "99999999999")], 400),
        ("PUT", "/latest/api/token", &[(TTL, "60"), (TTL, "60")], 400),
        ("PUT", "/latest/api/token", &[(TTL, "60"), ("x-forwarded-for", "192.0.2.1")], 403),
        ("PUT", "/latest/api/token", &[(TTL, "60"), ("host", "evil.example")], 403),
        ("PUT", &role, &[], 405),
    ] {
        let (status, body) = ask(&answers, method, path, headers).await;
        assert_eq!(status, expected, "{method} {path} {headers:?}");
        assert!(!body.contains("secret"), "{body}");
    }
    let absent = with_session(Imds::Absent);
    assert_eq!(ask(&absent, "PUT", "/latest/api/token", &[(TTL, "60")]).await.0, 404);
}

#[tokio::test]
async fn only_this_machine_is_listened_to_and_answers_travel_one_hop() {
    let source = || answers(Imds::Absent).broker.into_source();
    for address in ["0.0.0.0:0", "192.0.2.1:0", "[::1]:0", "[::]:0"] {
        let bound = Endpoints::bind(address.parse().unwrap(), source(), Imds::Absent).await;
        assert!(bound.unwrap_err().message().contains("no loopback address"), "{address}");
    }
    let address = "127.0.0.1:0".parse().unwrap();
    let endpoints = Endpoints::bind(address, source(), Imds::Absent).await.unwrap();
    assert_eq!(endpoints.listener.ttl().unwrap(), 1);
    let mut stream = tokio::net::TcpStream::connect(endpoints.answers.address).await.unwrap();
    let served = tokio::spawn(endpoints.serve());
    let long = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(20_000));
    stream.write_all(long.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer).await;
    assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    served.abort();
}

#[test]
fn the_lines_are_for_a_shell() {
    let exports =
        Exports(vec![("A", Secret::new("1".to_owned())), ("B", Secret::new("2".to_owned()))]);
    assert_eq!(exports.lines().expose(), "export A=1\nexport B=2\n");
}
