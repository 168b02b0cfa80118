//! What was acknowledged is there after the process was killed.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::SystemTime;

use stead_sigv4::{Payload, RequestHead, Settings, Signer, TokenPlacement};
use stead_types::{Secret, Timestamp};

use crate::process::{Scratch, Served, ending};

/// The root key of the profile that the server has written.
struct Profile {
    id: String,
    secret: Secret<String>,
}

fn profile(directory: &Path) -> Profile {
    let text = std::fs::read_to_string(directory.join("data/aws/credentials")).unwrap();
    let value = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(" = "));
        lines.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).next().unwrap()
    };
    Profile { id: value("aws_access_key_id"), secret: Secret::new(value("aws_secret_access_key")) }
}

fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    Timestamp::from_epoch_seconds(i64::try_from(seconds).unwrap())
}

/// Calls IAM and gives the whole answer once the connection is closed.
fn iam(served: &Served, profile: &Profile, form: &str) -> String {
    let body = format!("{form}&Version=2010-05-08");
    let host = served.base_url.strip_prefix("http://").unwrap();
    let headers: Vec<(&str, &[u8])> =
        vec![("host", host.as_bytes()), ("content-type", b"application/x-www-form-urlencoded")];
    let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
    let signer = Signer {
        access_key_id: &profile.id,
        secret: &profile.secret,
        security_token: None,
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service: "iam",
        settings: Settings::query_services(),
    };
    let added = signer.sign_headers(&head, Payload::of(body.as_bytes()), now()).unwrap();
    let added = added.iter().map(|header| format!("{}: {}\r\n", header.name, header.value));
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         connection: close\r\ncontent-length: {}\r\n{}\r\n{body}",
        body.len(),
        added.collect::<String>()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn acknowledged_writes_survive_sigkill() {
    let scratch = Scratch::new("sigkill");
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let served = Served::start(scratch.path());
        let root = profile(scratch.path());
        let listed = iam(&served, &root, "Action=ListUsers");
        assert!(listed.starts_with("HTTP/1.1 200"), "{listed}");
        for name in &acknowledged {
            assert!(listed.contains(&format!("<UserName>{name}</UserName>")), "{name} is gone");
        }
        for number in 0..5 {
            let name = format!("user-{round}-{number}");
            let answer = iam(&served, &root, &format!("Action=CreateUser&UserName={name}"));
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            acknowledged.push(name);
        }
        served.kill();
    }
    let served = Served::start(scratch.path());
    let listed = iam(&served, &profile(scratch.path()), "Action=ListUsers");
    for name in &acknowledged {
        assert!(listed.contains(&format!("<UserName>{name}</UserName>")), "{name} is gone");
    }
    assert_eq!(served.terminate(), Some(0));
}

#[test]
fn a_second_server_is_told_and_commands_reach_the_first() {
    let scratch = Scratch::new("second");
    let served = Served::start(scratch.path());
    let second = ["serve", "--data", "data", "--listen", "127.0.0.1:0"];
    let (code, _, stderr) = ending(scratch.path(), &second);
    assert_eq!(code, 1);
    assert!(stderr.contains("in use by another server"), "{stderr}");
    assert!(stderr.contains("  help: one server per directory"), "{stderr}");
    let create = ["account", "create", "--data", "data", "--account", "111122223333", "--json"];
    let (code, stdout, _) = ending(scratch.path(), &create);
    assert_eq!(code, 0);
    let created: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(created.get("account"), Some(&"111122223333".into()));
    let (code, _, stderr) = ending(scratch.path(), &create);
    assert_eq!(code, 1);
    assert!(stderr.starts_with("error: account 111122223333 exists already\n"), "{stderr}");
    assert_eq!(served.terminate(), Some(0));
    // A socket that a killed server leaves behind is not mistaken for a server.
    Served::start(scratch.path()).kill();
    let (code, stdout, _) = ending(scratch.path(), &["account", "list", "--data", "data"]);
    assert_eq!((code, stdout.lines().count()), (0, 2));
    assert!(stdout.contains("111122223333"));
}
