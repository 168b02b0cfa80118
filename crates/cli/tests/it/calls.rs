//! Signed calls of IAM, and what tests make an account of with them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::SystemTime;

use serde_json::Value;
use stead_sigv4::{Payload, RequestHead, Settings, Signer, TokenPlacement};
use stead_types::{Secret, Timestamp};

use crate::process::Served;

const FORM: &str = "application/x-www-form-urlencoded";

/// The root key of the profile that the server has written.
pub(crate) struct Profile {
    pub(crate) id: String,
    pub(crate) secret: Secret<String>,
}

pub(crate) fn profile(directory: &Path) -> Profile {
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
pub(crate) fn iam(served: &Served, profile: &Profile, form: &str) -> String {
    signed(served, profile, ("iam", "2010-05-08"), form, "")
}

/// Calls a service of this name and version, with further lines of the head.
pub(crate) fn signed(
    served: &Served,
    profile: &Profile,
    (service, version): (&str, &str),
    form: &str,
    more: &str,
) -> String {
    let body = format!("{form}&Version={version}");
    let own = [("content-type", FORM)];
    send(served, &body, &format!("{}{more}", signature(served, profile, service, &own, &body)))
}

/// Calls an operation of Organizations that succeeds, and gives its result.
pub(crate) fn organizations(
    served: &Served,
    profile: &Profile,
    operation: &str,
    input: &Value,
) -> Value {
    let (body, target) = (input.to_string(), format!("AWSOrganizationsV20161128.{operation}"));
    let own = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", &target)];
    let head = signature(served, profile, "organizations", &own, &body);
    let answer = send(served, &body, &head);
    assert!(answer.starts_with("HTTP/1.1 200"), "{operation}: {answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() }
}

/// Lines of the head, and those that sign them.
fn signature(
    served: &Served,
    profile: &Profile,
    service: &str,
    own: &[(&str, &str)],
    body: &str,
) -> String {
    let host = served.base_url.strip_prefix("http://").unwrap();
    let headers: Vec<(&str, &[u8])> = std::iter::once(&("host", host))
        .chain(own)
        .map(|(name, value)| (*name, value.as_bytes()))
        .collect();
    let head = RequestHead { method: "POST", path: "/", query: "", headers: &headers };
    let signer = Signer {
        access_key_id: &profile.id,
        secret: &profile.secret,
        security_token: None,
        token_placement: TokenPlacement::Signed,
        region: "us-east-1",
        service,
        settings: Settings::query_services(),
    };
    let added = signer.sign_headers(&head, Payload::of(body.as_bytes()), now()).unwrap();
    let own = own.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let added = added.iter().map(|header| format!("{}: {}\r\n", header.name, header.value));
    own.chain(added).collect()
}

/// Sends a form as it is.
#[cfg(feature = "opentelemetry")]
pub(crate) fn post(served: &Served, body: &str, more: &str) -> String {
    send(served, body, &format!("content-type: {FORM}\r\n{more}"))
}

/// Sends a request and gives the whole answer.
fn send(served: &Served, body: &str, head: &str) -> String {
    let host = served.base_url.strip_prefix("http://").unwrap();
    let request = format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n{head}\r\n\
         {body}",
        body.len(),
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The text of the first element of this name.
pub(crate) fn element(answer: &str, name: &str) -> String {
    let (_, rest) = answer.split_once(&format!("<{name}>")).unwrap_or_else(|| panic!("{answer}"));
    rest.split_once('<').unwrap().0.to_owned()
}

/// A user `alice` with a key that may assume a role `reader`, whose ARN comes first.
pub(crate) fn alice_and_reader(served: &Served, directory: &Path) -> (String, Profile) {
    let root = profile(directory);
    let call = |form: &str| {
        let answer = iam(served, &root, form);
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    };
    let alice = element(&call("Action=CreateUser&UserName=alice"), "Arn");
    let key = call("Action=CreateAccessKey&UserName=alice");
    let secret = Secret::new(element(&key, "SecretAccessKey"));
    let trust = format!(
        "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C\
         %22Principal%22%3A%7B%22AWS%22%3A%22{}%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%7D",
        alice.replace(':', "%3A").replace('/', "%2F")
    );
    let role = call(&format!("Action=CreateRole&RoleName=reader&AssumeRolePolicyDocument={trust}"));
    (element(&role, "Arn"), Profile { id: element(&key, "AccessKeyId"), secret })
}
