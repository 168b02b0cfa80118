//! What ends a session, and what is good for one time only.

use std::path::Path;
use std::time::Duration;

use stead_system_tests::{Answer, Built, Credentials, Options, Process, Scratch, Server, Service};
use stead_system_tests::{OneTimeCodes, code_at};

use crate::crash::{iam, prepare};

fn identity(server: &Process, caller: &Credentials) -> Answer {
    server.client().call(Some(caller), Service::Sts, "GetCallerIdentity", &[]).unwrap()
}

/// Calls that its policy allows it; only a Deny stops it.
fn list(server: &Process, caller: &Credentials) -> String {
    let answer = server.client().call(Some(caller), Service::Iam, "ListUsers", &[]).unwrap();
    answer.code().to_owned()
}

fn revoke(built: &Built, server: &Process, caller: &Credentials, role: &str) -> (i32, String) {
    let mut command = built.command();
    command.args(["sessions", "revoke", role, "--json", "--endpoint-url"]);
    command.arg(format!("http://{}", server.client().authority()));
    command.env("AWS_ACCESS_KEY_ID", &caller.access_key_id);
    command.env("AWS_SECRET_ACCESS_KEY", caller.secret_access_key.expose());
    let output = command.output().unwrap();
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

fn allow_all(server: &Process, root: &Credentials, role: &str) {
    let document =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let parameters = [("RoleName", role), ("PolicyName", "all"), ("PolicyDocument", document)];
    iam(&server.client(), root, "PutRolePolicy", &parameters).unwrap();
}

#[test]
fn revoked_sessions_are_denied_everything_and_later_ones_nothing() {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("revoke").unwrap();
    let data = scratch.path().join("data");
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let [key, session] = prepare(&server.client(), &root, &data);
    allow_all(&server, &root, "worker");
    assert_eq!(list(&server, &session), "OK");

    // It goes through IAM, with the caller's own rights.
    let (code, said) = revoke(&built, &server, &key, "worker");
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("AccessDenied") && said.contains("iam:PutRolePolicy"), "{said}");
    assert_eq!(list(&server, &session), "OK");
    let account = identity(&server, &root).text("Account").unwrap().to_owned();
    let arn = |account: &str| format!("arn:aws:iam::{account}:role/worker");
    let (code, said) = revoke(&built, &server, &root, &arn("999999999999"));
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the role is of account 999999999999"), "{said}");
    let (code, said) = revoke(&built, &server, &root, "nobody");
    assert_eq!((code, said.contains("NoSuchEntity")), (1, true), "{said}");
    assert_eq!(list(&server, &session), "OK");

    let (code, said) = revoke(&built, &server, &root, &arn(&account));
    assert_eq!(code, 0, "{said}");
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&told["role"], &told["policy"]),
        (&"worker".into(), &"AWSRevokeOlderSessions".into())
    );
    assert_eq!(list(&server, &session), "AccessDenied");
    let parameters = [("RoleName", "worker"), ("PolicyName", "AWSRevokeOlderSessions")];
    let written = iam(&server.client(), &root, "GetRolePolicy", &parameters).unwrap();
    assert!(written.text("PolicyDocument").unwrap().contains("DateLessThan"));

    // A later date that stands there is kept, and another policy of the name left alone.
    let standing = |until: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{{"DateLessThan":{{"aws:TokenIssueTime":"{until}"}}}}}}]}}"#
        )
    };
    let put = |document: &str| {
        let parameters = [
            ("RoleName", "worker"),
            ("PolicyName", "AWSRevokeOlderSessions"),
            ("PolicyDocument", document),
        ];
        iam(&server.client(), &root, "PutRolePolicy", &parameters).unwrap();
    };
    put(&standing("2999-01-01T00:00:00.000Z"));
    let (code, said) = revoke(&built, &server, &root, "worker");
    assert_eq!((code, said.contains("2999-01-01T00:00:00Z")), (0, true), "{said}");
    put(&standing("2999-01-01T00:00:00Z").replace("DateLessThan", "DateLessThanEquals"));
    let (code, said) = revoke(&built, &server, &root, "worker");
    assert_eq!((code, said.contains("is not the console's")), (1, true), "{said}");
    put(&standing("2020-01-01T00:00:00Z"));
    let (code, said) = revoke(&built, &server, &root, "worker");
    assert_eq!(code, 0, "{said}");
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();

    // One that is issued in a later second is not concerned.
    let role = arn(&account);
    let parameters = [("RoleArn", role.as_str()), ("RoleSessionName", "later")];
    let assume = || {
        let client = server.client();
        let answer = client.call(Some(&key), Service::Sts, "AssumeRole", &parameters).unwrap();
        Credentials::of(&answer).expect(&answer.body)
    };
    let until = told["issued_before"].as_str().unwrap().parse().unwrap();
    while server.client().now() < until {}
    assert_eq!(list(&server, &assume()), "OK");
}

#[test]
fn sessions_of_a_role_or_user_that_is_gone_or_made_anew_are_over() {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("recreated").unwrap();
    let data = scratch.path().join("data");
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let [key, role_session] = prepare(&server.client(), &root, &data);
    let client = server.client();
    let answer = client.call(Some(&key), Service::Sts, "GetSessionToken", &[]).unwrap();
    let user_session = Credentials::of(&answer).unwrap();
    let done = |action: &str, parameters: &[(&str, &str)]| {
        iam(&client, &root, action, parameters).expect(action)
    };
    let trust = done("GetRole", &[("RoleName", "worker")]);
    let trust = percent_decoded(trust.text("AssumeRolePolicyDocument").unwrap());
    assert_eq!(identity(&server, &role_session).code(), "OK");
    done("DeleteRole", &[("RoleName", "worker")]);
    assert_eq!(identity(&server, &role_session).code(), "InvalidClientTokenId");
    done("CreateRole", &[("RoleName", "worker"), ("AssumeRolePolicyDocument", &trust)]);
    assert_eq!(identity(&server, &role_session).code(), "InvalidClientTokenId");

    assert_eq!(identity(&server, &user_session).code(), "OK");
    done("DeleteAccessKey", &[("UserName", "alice"), ("AccessKeyId", &key.access_key_id)]);
    done("DeleteUserPolicy", &[("UserName", "alice"), ("PolicyName", "assume")]);
    done("DeleteUser", &[("UserName", "alice")]);
    assert_eq!(identity(&server, &user_session).code(), "InvalidClientTokenId");
    done("CreateUser", &[("UserName", "alice")]);
    assert_eq!(identity(&server, &user_session).code(), "InvalidClientTokenId");
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match (first, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// A device of the user, and a session by its code of this moment.
fn device(server: &Process, root: &Credentials, data: &Path) -> (Credentials, String, String) {
    let client = server.client();
    let [key, _] = prepare(&client, root, data);
    let name = [("VirtualMFADeviceName", "alice")];
    let device = iam(&client, root, "CreateVirtualMFADevice", &name).unwrap();
    let seed = device.text("Base32StringSeed").unwrap().to_owned();
    let serial = device.text("SerialNumber").unwrap().to_owned();
    // Codes of the two steps before, so that the one of now is still good.
    let now = client.now().epoch_seconds();
    let codes = [now - 60, now - 30].map(|moment| code_at(&seed, moment).unwrap());
    let parameters = [
        ("UserName", "alice"),
        ("SerialNumber", serial.as_str()),
        ("AuthenticationCode1", codes[0].as_str()),
        ("AuthenticationCode2", codes[1].as_str()),
    ];
    iam(&client, root, "EnableMFADevice", &parameters).expect("the device is enabled");
    (key, seed, serial)
}

#[test]
fn a_one_time_code_is_taken_once_also_after_a_kill() {
    let built = Built::find().unwrap();
    let scratch = Scratch::new("one-time").unwrap();
    let data = scratch.path().join("data");
    let server = built.serve(&data, &[]).unwrap();
    let root = Credentials::of_directory(&data).unwrap();
    let (key, seed, serial) = device(&server, &root, &data);
    let code = OneTimeCodes::at(&seed, server.client().now()).unwrap().current;
    let prove = |server: &Process, code: &str| {
        let parameters = [("SerialNumber", serial.as_str()), ("TokenCode", code)];
        let client = server.client();
        let answer = client.call(Some(&key), Service::Sts, "GetSessionToken", &parameters);
        answer.unwrap().code().to_owned()
    };
    assert_eq!(prove(&server, &code), "OK");
    assert_eq!(prove(&server, &code), "AccessDenied");
    server.kill().unwrap();
    let server = built.serve(&data, &[]).unwrap();
    assert_eq!(prove(&server, &code), "AccessDenied", "a code was taken twice");
}

#[test]
fn after_five_wrong_one_time_codes_no_further_one_is_looked_at() {
    let server = Server::start(&Options {
        epoch_seconds: 1_772_366_400,
        roots: vec![(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "111122223333",
        )],
        ..Options::default()
    })
    .unwrap();
    let (client, root) = (server.client(), &server.roots()[0]);
    let done = |action: &str, parameters: &[(&str, &str)]| {
        iam(&client, root, action, parameters).expect(action)
    };
    done("CreateUser", &[("UserName", "alice")]);
    let key = Credentials::of(&done("CreateAccessKey", &[("UserName", "alice")])).unwrap();
    let device = done("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice")]);
    let (seed, serial) =
        (device.text("Base32StringSeed").unwrap(), device.text("SerialNumber").unwrap());
    let codes = OneTimeCodes::at(seed, client.now()).unwrap();
    done(
        "EnableMFADevice",
        &[
            ("UserName", "alice"),
            ("SerialNumber", serial),
            ("AuthenticationCode1", &codes.previous),
            ("AuthenticationCode2", &codes.current),
        ],
    );
    let prove = |code: &str| {
        let parameters = [("SerialNumber", serial), ("TokenCode", code)];
        client.call(Some(&key), Service::Sts, "GetSessionToken", &parameters).unwrap()
    };
    server.clock().advance(Duration::from_secs(60));
    let right = OneTimeCodes::at(seed, client.now()).unwrap().current;
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(prove(wrong).code(), "AccessDenied");
    }
    assert_ne!(prove(&right).code(), "OK", "a sixth code is looked at");
}
