//! The operations whose callers come with a foreign proof instead of a signature: of many
//! who nearly may, nobody gets in but the one whom the role trusts, with a proof that
//! holds. What comes of each is a golden file.

use std::sync::Arc;

use serde_json::{Value, json};
use stead_system_tests::{Client, Credentials, Options, Server, Service};
use stead_types::Timestamp;
use stead_world::{Said, SamlIdp, TokenKey};

use crate::cast::{ACCOUNT, OTHER_ACCOUNT};
use crate::golden;
use crate::issuer::{AUDIENCE, Issuer, new_key};
use crate::matrix::write_outcomes;

/// The operations, which have no request in `corpus/authorization`.
pub(crate) const OPERATIONS: [&str; 2] =
    ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"];

/// The one who may.
const MAY: &str = "whom the role trusts";

const BEGINNING: i64 = 1_772_366_400;
const ENTITY: &str = "https://idp.example.com/metadata";
const OTHER_ENTITY: &str = "https://other.example.com/metadata";

const ROOT: (&str, &str, &str) =
    ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ACCOUNT);
const OTHER_ROOT: (&str, &str, &str) =
    ("AKIAI44QH8DHBEXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", OTHER_ACCOUNT);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Saml,
    WebIdentity,
}

/// Who made the proof.
#[derive(Clone, Copy, Debug)]
enum Maker {
    Provider,
    /// Somebody with another key, in the provider's name.
    Impostor,
    /// A provider that is not registered.
    Stranger,
}

#[derive(Clone, Copy, Debug)]
struct Proof {
    maker: Maker,
    subject: &'static str,
    tagged: bool,
    seconds_old: i64,
}

const ALICE: Proof =
    Proof { maker: Maker::Provider, subject: "alice", tagged: false, seconds_old: 0 };

/// A call that somebody makes.
struct Attempt {
    caller: &'static str,
    account: &'static str,
    role: &'static str,
    proof: Option<Proof>,
    signed: bool,
}

impl Attempt {
    const fn new(caller: &'static str, role: &'static str, proof: Proof) -> Self {
        Self { caller, account: ACCOUNT, role, proof: Some(proof), signed: false }
    }
}

fn attempts() -> Vec<Attempt> {
    let forged = Proof { maker: Maker::Impostor, ..ALICE };
    let strange = Proof { maker: Maker::Stranger, ..ALICE };
    let by_root = |attempt| Attempt { signed: true, ..attempt };
    let without_proof = |attempt| Attempt { proof: None, ..attempt };
    vec![
        Attempt::new(MAY, "trusting", ALICE),
        Attempt::new("another subject", "trusting", Proof { subject: "bob", ..ALICE }),
        Attempt::new(
            "with tags that are not admitted",
            "trusting",
            Proof { tagged: true, ..ALICE },
        ),
        Attempt::new("whom the role also denies", "denying", ALICE),
        Attempt::new("whose provider the role does not trust", "elsewhere", ALICE),
        Attempt::new("whom the role trusts for another action", "other-action", ALICE),
        Attempt::new("for a role that trusts its account", "account", ALICE),
        Attempt::new("for a role that trusts every AWS principal", "anybody", ALICE),
        Attempt::new("for a missing role", "missing", ALICE),
        Attempt {
            account: OTHER_ACCOUNT,
            ..Attempt::new("for a role of another account that trusts the ARN", "trusting", ALICE)
        },
        Attempt::new("of a provider that is not registered", "trusting", strange),
        Attempt::new("with another key than the provider's", "trusting", forged),
        Attempt::new("with an ended proof", "trusting", Proof { seconds_old: 3_600, ..ALICE }),
        without_proof(Attempt::new("without a proof", "trusting", ALICE)),
        by_root(without_proof(Attempt::new("root without a proof", "trusting", ALICE))),
        by_root(Attempt::new("root with another key than the provider's", "trusting", forged)),
    ]
}

/// A server, and the providers that its account has registered.
struct Stage {
    client: Client,
    roots: Vec<Credentials>,
    issuer: Issuer,
    key: Arc<TokenKey>,
    stranger: Issuer,
    other_key: Arc<TokenKey>,
    _server: Server,
}

impl Stage {
    fn new() -> Self {
        let server = Server::start(&Options {
            epoch_seconds: BEGINNING,
            roots: vec![ROOT, OTHER_ROOT],
            loopback_issuers: true,
            ..Options::default()
        });
        let server = server.unwrap();
        let (key, other_key) = (new_key("1"), new_key("1"));
        let stage = Self {
            client: server.client(),
            roots: server.roots().to_vec(),
            issuer: Issuer::start(&key),
            stranger: Issuer::start(&other_key),
            key,
            other_key,
            _server: server,
        };
        let url = stage.issuer.url();
        let oidc = [("Url", url.as_str()), ("ClientIDList.member.1", AUDIENCE)];
        stage.iam(0, "CreateOpenIDConnectProvider", &oidc);
        let metadata = SamlIdp::new(ENTITY).metadata();
        let saml = [("Name", "Corporate"), ("SAMLMetadataDocument", metadata.as_str())];
        stage.iam(0, "CreateSAMLProvider", &saml);
        stage
    }

    fn iam(&self, account: usize, action: &str, parameters: &[(&str, &str)]) {
        let root = Some(&self.roots[account]);
        let answer = self.client.call(root, Service::Iam, action, parameters).unwrap();
        assert!(answer.is_ok(), "{action}: {}", answer.body);
    }

    fn provider(&self, operation: Operation) -> String {
        match operation {
            Operation::Saml => format!("arn:aws:iam::{ACCOUNT}:saml-provider/Corporate"),
            Operation::WebIdentity => {
                format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{}", self.issuer.bare())
            }
        }
    }

    /// The ARN that a provider would have which is not registered.
    fn other_provider(&self, operation: Operation) -> String {
        let provider = self.provider(operation);
        match operation {
            Operation::Saml => provider.replace("Corporate", "Other"),
            Operation::WebIdentity => provider.replace("127.0.0.1", "127.0.0.2"),
        }
    }

    /// Makes the roles whose trust policies are about this operation.
    fn create_roles(&self, operation: Operation) {
        let key = match operation {
            Operation::Saml => "saml:sub".to_owned(),
            Operation::WebIdentity => format!("{}:sub", self.issuer.bare()),
        };
        let (own, other) = match operation {
            Operation::Saml => (OPERATIONS[0], OPERATIONS[1]),
            Operation::WebIdentity => (OPERATIONS[1], OPERATIONS[0]),
        };
        let provider = self.provider(operation);
        let federated = json!({ "Federated": provider });
        let elsewhere = json!({ "Federated": self.other_provider(operation) });
        let condition = json!({"StringEquals": {key: "alice"}});
        let statement = |effect: &str, principal: &Value, action: &str| json!({"Effect": effect, "Principal": principal, "Action": action, "Condition": condition});
        let allow = |principal: &Value, action: &str| statement("Allow", principal, action);
        let trusting = allow(&federated, own);
        for (account, name, statements) in [
            (0, "trusting", vec![trusting.clone()]),
            (1, "trusting", vec![trusting.clone()]),
            (0, "denying", vec![trusting, statement("Deny", &federated, own)]),
            (0, "elsewhere", vec![allow(&elsewhere, own)]),
            (0, "other-action", vec![allow(&federated, other)]),
            (0, "account", vec![allow(&json!({ "AWS": ACCOUNT }), own)]),
            (0, "anybody", vec![allow(&json!({ "AWS": "*" }), own)]),
        ] {
            let trust = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
            let name = role_name(operation, name);
            let role = [("RoleName", name.as_str()), ("AssumeRolePolicyDocument", trust.as_str())];
            self.iam(account, "CreateRole", &role);
        }
    }

    fn outcome(&self, operation: Operation, attempt: &Attempt) -> String {
        let role = role_name(operation, attempt.role);
        let role = format!("arn:aws:iam::{}:role/{role}", attempt.account);
        let provider = match attempt.proof.map(|proof| proof.maker) {
            Some(Maker::Stranger) => self.other_provider(operation),
            _ => self.provider(operation),
        };
        let proof = attempt.proof.map(|proof| self.proof(operation, &role, &provider, proof));
        let mut parameters = vec![("RoleArn", role.as_str())];
        let (action, name) = match operation {
            Operation::Saml => {
                parameters.push(("PrincipalArn", provider.as_str()));
                ("AssumeRoleWithSAML", "SAMLAssertion")
            }
            Operation::WebIdentity => {
                parameters.push(("RoleSessionName", "session"));
                ("AssumeRoleWithWebIdentity", "WebIdentityToken")
            }
        };
        parameters.extend(proof.as_deref().map(|proof| (name, proof)));
        let root = attempt.signed.then(|| &self.roots[0]);
        let answer = self.client.call(root, Service::Sts, action, &parameters).unwrap();
        answer.code().to_owned()
    }

    fn proof(&self, operation: Operation, role: &str, provider: &str, proof: Proof) -> String {
        let now = self.client.now().epoch_seconds() - proof.seconds_old;
        let now = Timestamp::from_epoch_seconds(now);
        match operation {
            Operation::WebIdentity => self.token(now, proof),
            Operation::Saml => {
                let mut said = Said::of(proof.subject, role, provider);
                if proof.tagged {
                    said = said.with("PrincipalTag:Team", &["blue"]);
                }
                let idp = match proof.maker {
                    Maker::Provider => SamlIdp::new(ENTITY),
                    Maker::Impostor => SamlIdp::impostor(ENTITY),
                    Maker::Stranger => SamlIdp::new(OTHER_ENTITY),
                };
                idp.response(now, "_1", &said)
            }
        }
    }

    fn token(&self, now: Timestamp, proof: Proof) -> String {
        let mut said = json!({ "sub": proof.subject });
        if proof.tagged {
            let tags = json!({"principal_tags": {"Team": ["blue"]}});
            said["https://aws.amazon.com/tags"] = tags;
        }
        match proof.maker {
            Maker::Provider => self.issuer.token_saying(&self.key, now, &said),
            Maker::Impostor => self.issuer.token_saying(&self.other_key, now, &said),
            Maker::Stranger => self.stranger.token_saying(&self.other_key, now, &said),
        }
    }
}

/// Each operation has roles of its own.
fn role_name(operation: Operation, name: &str) -> String {
    format!("{operation:?}-{name}")
}

#[test]
fn nobody_gets_in_but_whom_the_role_trusts_with_a_proof_that_holds() {
    let stage = Stage::new();
    let mut text = String::from(
        "# What comes of calls that carry a foreign proof instead of a signature, by caller.\n\
         # UPDATE_GOLDEN=1 writes this file; read the difference as code.\n",
    );
    let mut wrong = Vec::new();
    for (name, operation) in OPERATIONS.iter().zip([Operation::Saml, Operation::WebIdentity]) {
        stage.create_roles(operation);
        let attempts = attempts();
        let outcomes: Vec<_> = attempts
            .iter()
            .map(|attempt| (attempt.caller, stage.outcome(operation, attempt)))
            .collect();
        let (in_, out): (Vec<_>, Vec<_>) = outcomes.iter().partition(|(_, code)| code == "OK");
        if in_.iter().map(|(caller, _)| *caller).ne([MAY]) || out.len() + 1 != attempts.len() {
            wrong.push(format!("{name}: {in_:?} got in"));
        }
        let outcomes = outcomes.iter().map(|(caller, code)| (*caller, code.as_str()));
        write_outcomes(&mut text, name, outcomes);
    }
    golden::check("golden/foreign-proofs.txt", &text);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
