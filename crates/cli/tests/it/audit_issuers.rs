//! `stead audit --check-issuers`, against issuers on this machine.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use stead_world::TokenKey;

use crate::process::{Scratch, ending};

const ACCOUNT: &str = "111122223333";

/// An issuer that answers so many requests as it is asked, until the test ends.
struct Issuer {
    address: SocketAddr,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    /// What it says at each path; everything else is not found.
    fn start(documents: impl Fn(&str) -> Vec<(&'static str, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let documents = documents(&format!("http://{address}"));
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                count.fetch_add(1, Ordering::SeqCst);
                let mut request = Vec::new();
                let mut part = [0; 1024];
                while !request.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut part) {
                        Ok(0) | Err(_) => break,
                        Ok(length) => request.extend_from_slice(part.get(..length).unwrap()),
                    }
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default();
                let found = documents.iter().find(|(known, _)| *known == path);
                let (status, body) = match found {
                    Some((_, document)) => ("200 OK", document.to_string()),
                    None => ("404 Not Found", String::new()),
                };
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

fn alive(url: &str) -> Vec<(&'static str, Value)> {
    let key = TokenKey::new("k1");
    vec![
        (
            "/.well-known/openid-configuration",
            json!({"issuer": url, "jwks_uri": format!("{url}/keys"),
                "response_types_supported": ["id_token"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"]}),
        ),
        ("/keys", json!({"keys": [key.published()]})),
    ]
}

/// The account, with a provider for each issuer and a role that trusts the first.
fn accounts(name: &str, issuers: &[&Issuer]) -> Scratch {
    let scratch = Scratch::new(name);
    let folder = scratch.path().join("accounts").join(ACCOUNT);
    std::fs::create_dir_all(&folder).unwrap();
    let arn = |issuer: &Issuer| format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{}", issuer.address);
    for (issuer, number) in issuers.iter().zip(1..) {
        let provider = json!({"OpenIDConnectProviderArn": arn(issuer),
            "Url": format!("http://{}", issuer.address), "ClientIDList": ["a"],
            "ThumbprintList": []});
        let file = folder.join(format!("provider-{number}.json"));
        std::fs::write(file, provider.to_string()).unwrap();
    }
    let host = issuers.first().unwrap().address;
    let details = json!({"UserDetailList": [], "RoleDetailList": [{
    "Path": "/", "RoleName": "app", "RoleId": "AROAIOSFODNN7EXAMPLE1",
    "Arn": format!("arn:aws:iam::{ACCOUNT}:role/app"),
    "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Federated": arn(issuers.first().unwrap())},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {format!("{host}:aud"): "a", format!("{host}:sub"): "b"}},
    }]}}]});
    std::fs::write(folder.join("details.json"), details.to_string()).unwrap();
    scratch
}

const CHECKED: [&str; 4] =
    ["audit", "accounts", "--check-issuers", "--dangerous-allow-loopback-issuers"];

#[test]
fn issuers_that_give_no_keys_are_found() {
    let gone = Issuer::start(|_| Vec::new());
    let good = Issuer::start(alive);
    let other = Issuer::start(|_| alive("http://127.0.0.1:1"));
    let keyless = Issuer::start(|url| {
        let mut documents = alive(url);
        documents.retain(|(path, _)| *path != "/keys");
        documents.push(("/keys", json!({"keys": []})));
        documents
    });
    let scratch = accounts("audit-issuers", &[&gone, &good, &other, &keyless]);
    let flags = [&CHECKED[..], &["--severity", "medium", "--json"]].concat();
    let (code, out, err) = ending(scratch.path(), &flags);
    assert_eq!((code, err.as_str()), (4, ""));
    let report: Value = serde_json::from_str(&out).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    let dead = findings.filter(|finding| finding["rule"] == "dead-issuer");
    let mut told: Vec<(String, String, String)> = dead
        .map(|it| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let evidence = &it["evidence"][0]["text"];
            (text(&it["severity"]), text(&it["subject"]), text(evidence))
        })
        .collect();
    told.sort();
    let wanted = |severity: &str, issuer: &Issuer, evidence: String| {
        let subject = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{}", issuer.address);
        (severity.to_owned(), subject, format!("asked for keys: {evidence}"))
    };
    let discovery = |issuer: &Issuer| {
        format!(
            "discovery document at `http://{}/.well-known/openid-configuration`",
            issuer.address
        )
    };
    let mut expected = vec![
        wanted("high", &gone, format!("{}: the status is 404, expected 200", discovery(&gone))),
        wanted(
            "medium",
            &other,
            format!("{}: the document is of another issuer", discovery(&other)),
        ),
        wanted(
            "medium",
            &keyless,
            format!("key document at `http://{}/keys`: no usable key", keyless.address),
        ),
    ];
    expected.sort();
    assert_eq!(told, expected);
    let (_, out, _) = ending(scratch.path(), &[&CHECKED[..], &["--severity", "high"]].concat());
    let host = gone.address;
    let wanted = format!(
        "\
high[dead-issuer]: the issuer of `oidc-provider/{host}` has no keys to be had
  arn:aws:iam::{ACCOUNT}:oidc-provider/{host}
    asked for keys: discovery document at `http://{host}/.well-known/openid-configuration`: \
         the status is 404, expected 200
    trusted by arn:aws:iam::{ACCOUNT}:role/app
      --> accounts/{ACCOUNT}/details.json:1:"
    );
    assert!(out.contains(&wanted), "{out}\n{wanted}");
    assert!(good.asked() >= 2);
}

#[test]
fn nobody_is_asked_without_being_told_to_and_no_private_address_is() {
    let issuer = Issuer::start(|_| Vec::new());
    let scratch = accounts("audit-issuers-not", &[&issuer]);
    let (_, out, _) = ending(scratch.path(), &["audit", "accounts"]);
    assert!(!out.contains("dead-issuer"), "{out}");
    let (_, out, _) = ending(scratch.path(), &["audit", "accounts", "--check-issuers"]);
    assert!(!out.contains("dead-issuer"), "{out}");
    let note = format!("note: whether `http://{}` answers is not known: ", issuer.address);
    assert!(out.contains(&note), "{out}");
    assert_eq!(issuer.asked(), 0);
    let (code, _, _) =
        ending(scratch.path(), &["audit", "accounts", "--dangerous-allow-loopback-issuers"]);
    assert_eq!(code, 2);
}
