//! The decision cases of `crates/policy`, asked of the literal evaluation.

use serde_json::{Value, json};
use stead_literal::agree;
use stead_literal::generate::{Documents, ResourceDocument};
use stead_literal::literal::{self, Answer, Blocker, Cause, Question};
use stead_policy::{Caller, FederatedIssuer};

use crate::corpus;

#[test]
fn requests_are_decided_as_documented() {
    let mut failures = Vec::new();
    let mut cases = 0;
    for path in corpus::files(&corpus::root().join("decisions")) {
        let file: Value = serde_json::from_str(&corpus::read(&path)).expect("a file of cases");
        for case in file["cases"].as_array().expect("cases") {
            cases += 1;
            let case = Case { case, file: &file };
            if let Err(failure) = case.check() {
                failures.push(format!("{}: {}: {failure}", path.display(), case.case["name"]));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(cases > 150, "{cases} cases were found");
}

struct Case<'f> {
    case: &'f Value,
    file: &'f Value,
}

impl Case<'_> {
    fn check(&self) -> Result<(), String> {
        let answer = literal::answer(&self.question(), &agree::read(&self.documents()));
        let (outcome, blockers) = describe(&answer);
        let wanted = self.case.get("blockers").is_none_or(|wanted| *wanted == json!(blockers));
        if self.case["outcome"] == outcome.as_str() && wanted {
            Ok(())
        } else {
            Err(format!("{outcome}, blocked by {blockers:?}"))
        }
    }

    /// What the case says, or else what all cases of the file share.
    fn get(&self, name: &str) -> Option<&Value> {
        self.case.get(name).or_else(|| self.file["defaults"].get(name))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    fn question(&self) -> Question {
        let account = match self.text("account") {
            None | Some("own") => Some("111122223333".to_owned()),
            Some("other") => Some("444455556666".to_owned()),
            Some(_) => None,
        };
        Question {
            action: self.text("action").expect("an action").to_owned(),
            resource: self.text("resource").expect("a resource").to_owned(),
            resource_account: account,
            caller: caller(self.text("caller").expect("a caller")),
            keys: corpus::keys(self.case.get("given").unwrap_or(&json!({}))),
        }
    }

    fn documents(&self) -> Documents {
        let own = |name: &str| self.case.get(name).and_then(Value::as_array);
        let resource = match (own("trust"), own("policy")) {
            (Some(trust), _) => ResourceDocument::Trust(self.together(trust)),
            (None, Some(policy)) => ResourceDocument::Resource(self.together(policy)),
            (None, None) => ResourceDocument::None,
        };
        let none = Vec::new();
        let levels = own("scp").unwrap_or(&none).iter();
        Documents {
            identity: self.each(self.get("identity")),
            boundary: own("boundary").map(|list| self.together(list)),
            session: self.case.get("session").map(|list| self.each(Some(list))),
            resource,
            service_control: levels.map(|level| self.each(Some(level))).collect(),
            resource_control: self.each(self.case.get("rcp")),
        }
    }

    fn each(&self, list: Option<&Value>) -> Vec<String> {
        let list = list.and_then(Value::as_array);
        list.into_iter().flatten().map(|value| document(&self.named(value))).collect()
    }

    /// Layers of one document list its statements.
    fn together(&self, list: &[Value]) -> String {
        match list {
            [single] => document(&self.named(single)),
            several => {
                let statements: Vec<Value> =
                    several.iter().map(|value| self.named(value)).collect();
                json!({"Version": "2012-10-17", "Statement": statements}).to_string()
            }
        }
    }

    fn named(&self, value: &Value) -> Value {
        match value {
            Value::String(name) if !name.starts_with('{') => self.file["statements"][name].clone(),
            other => other.clone(),
        }
    }
}

fn document(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(object) if object.contains_key("Statement") => value.to_string(),
        statement => json!({"Version": "2012-10-17", "Statement": statement}).to_string(),
    }
}

fn describe(answer: &Answer) -> (String, Vec<String>) {
    let cause = match &answer.cause {
        Cause::Statement(layer, _) | Cause::Silence(layer) => format!("{layer:?}"),
        Cause::RootUser => "RootUser".to_owned(),
    };
    let blocker = |blocker: &Blocker| match blocker {
        Blocker::Denies(layer, _) => format!("{layer:?} denies"),
        Blocker::Silent(layer, None) => format!("{layer:?} does not allow"),
        Blocker::Silent(layer, Some(level)) => format!("{layer:?} does not allow at {level}"),
    };
    let blockers = answer.blockers.iter().map(blocker).collect();
    (format!("{:?} by {cause}", answer.decision), blockers)
}

fn caller(name: &str) -> Caller {
    let account = "111122223333".parse().expect("an account");
    let arn = |text: &str| text.parse().expect("an ARN");
    let id = |text: &str| text.parse().expect("an id");
    let user = || arn("arn:aws:iam::111122223333:user/staff/Alice");
    let federated = |issuer| Caller::FederatedUser {
        account,
        arn: arn("arn:aws:sts::111122223333:federated-user/Bob"),
        issuer,
    };
    let role = |federated_provider| Caller::RoleSession {
        account,
        role_arn: arn("arn:aws:iam::111122223333:role/jobs/Worker"),
        role_id: id("AROAWORKERWORKERWORK1"),
        session_arn: arn("arn:aws:sts::111122223333:assumed-role/Worker/shift"),
        session_name: "shift".into(),
        federated_provider,
    };
    match name {
        "user" => Caller::User { account, arn: user(), id: id("AIDAALICEALICEALICE01") },
        "role" => role(None),
        "role by token" => role(Some("accounts.google.com".into())),
        "root" => Caller::Root { account },
        "federated" => {
            federated(FederatedIssuer::User { arn: user(), id: id("AIDAALICEALICEALICE01") })
        }
        "federated by root" => federated(FederatedIssuer::Root),
        "web" => Caller::WebIdentity {
            provider: "arn:aws:iam::444455556666:oidc-provider/issuer.example".into(),
        },
        "google" => Caller::WebIdentity { provider: "accounts.google.com".into() },
        "saml" => Caller::Saml { provider: "arn:aws:iam::444455556666:saml-provider/Corp".into() },
        "service" => Caller::Service { name: "ec2.amazonaws.com".into() },
        "anonymous" => Caller::Anonymous,
        other => panic!("no caller is called {other}"),
    }
}
