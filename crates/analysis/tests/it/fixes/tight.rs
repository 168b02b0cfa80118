//! Changes that let in the caller alone: what a fix has to be compared with.

use serde_json::{Value, json};
use stead_analysis::{Case, replay};

use super::Denied;

/// A tight change, if all that are known together help and let in nobody; in words.
///
/// The caller is named wherever somebody has to be: in a statement of the trust policy and
/// of the own policies, and as the exception of every Deny.
pub(super) fn fix(denied: &Denied) -> Option<&'static str> {
    let mut document = denied.document.clone();
    let caller = Caller::of(&document["attempt"])?;
    caller.trust(&mut document);
    let trusted = document.clone();
    caller.allow(&mut document);
    let allowed = document.clone();
    caller.except(&mut document);
    let all = [
        ("a statement that trusts the caller alone", trusted),
        ("such a statement, and one of the caller's own", allowed),
        ("such statements, and an exception of every Deny", document),
    ];
    all.into_iter().find_map(|(words, document)| {
        let case = Case::parse(&document.to_string()).unwrap();
        let (world, attempt) = (case.world().unwrap(), case.attempt().unwrap());
        let helps = replay(&world, &attempt).is_allowed() && denied.let_in(&case).is_none();
        helps.then_some(words)
    })
}

/// Who called, as policies name them.
struct Caller {
    kind: &'static str,
    name: String,
    actions: Value,
    condition: Option<Value>,
}

impl Caller {
    fn of(attempt: &Value) -> Option<Self> {
        let mut actions = vec![attempt["operation"].clone()];
        let parameters = &attempt["parameters"];
        for (parameter, action) in
            [("Tags", "sts:TagSession"), ("SourceIdentity", "sts:SetSourceIdentity")]
        {
            if !parameters[parameter].is_null() {
                actions.push(json!(action));
            }
        }
        let caller = &attempt["caller"];
        let (kind, name, condition) = if let Some(arn) = caller["arn"].as_str() {
            ("AWS", role_of(arn), None)
        } else if let Some(service) = caller["service"].as_str() {
            ("Service", service.to_owned(), None)
        } else {
            let claims = &attempt["token"]["claims"];
            let provider = "arn:aws:iam::111122223333:oidc-provider/idp.example.com".to_owned();
            let equal = json!({"StringEquals": {"idp.example.com:aud": claims["aud"],
                "idp.example.com:sub": claims["sub"]}});
            ("Federated", provider, Some(equal))
        };
        Some(Self { kind, name, actions: actions.into(), condition })
    }

    fn trust(&self, document: &mut Value) {
        let mut statement = json!({"Effect": "Allow", "Principal": {self.kind: self.name},
            "Action": self.actions});
        if let Some(condition) = &self.condition {
            statement["Condition"] = condition.clone();
        }
        let role = |role: &&mut Value| role["RoleName"] == "target";
        let roles = document["account"]["Authorization"]["RoleDetailList"].as_array_mut().unwrap();
        let target = roles.iter_mut().find(role).unwrap();
        push(&mut target["AssumeRolePolicyDocument"], statement);
    }

    fn allow(&self, document: &mut Value) {
        let statement = json!({"Effect": "Allow", "Action": self.actions,
            "Resource": document["attempt"]["parameters"]["RoleArn"]});
        self.own(document, |policy| push(policy, statement.clone()));
    }

    /// Every policy that the caller has.
    fn own(&self, document: &mut Value, change: impl Fn(&mut Value)) {
        for account in accounts(document) {
            let people = &mut account["Authorization"];
            let bounded = people["UserDetailList"].as_array().unwrap().iter().any(|user| {
                user["Arn"] == self.name.as_str() && !user["PermissionsBoundary"].is_null()
            });
            for (list, policies) in
                [("UserDetailList", "UserPolicyList"), ("RoleDetailList", "RolePolicyList")]
            {
                let all = people[list].as_array_mut().unwrap();
                for one in all.iter_mut().filter(|it| it["Arn"] == self.name.as_str()) {
                    change(&mut one[policies][0]["PolicyDocument"]);
                }
            }
            if bounded {
                change(&mut people["Policies"][0]["PolicyVersionList"][0]["Document"]);
            }
        }
    }

    /// Excepts the caller from every Deny, of which only signed ones can be by their ARN.
    fn except(&self, document: &mut Value) {
        let except = |policy: &mut Value| {
            for statement in policy["Statement"].as_array_mut().unwrap() {
                if statement["Effect"] == "Deny" {
                    statement["Condition"]["ArnNotEqualsIfExists"]["aws:PrincipalArn"] =
                        json!(self.name);
                }
            }
        };
        self.own(document, except);
        for account in accounts(document) {
            for list in ["ServiceControlPolicies", "ResourceControlPolicies"] {
                account[list].as_array_mut().unwrap().iter_mut().for_each(except);
            }
            let roles = account["Authorization"]["RoleDetailList"].as_array_mut().unwrap();
            let targets = roles.iter_mut().filter(|role| role["RoleName"] == "target");
            targets.for_each(|role| except(&mut role["AssumeRolePolicyDocument"]));
        }
    }
}

fn accounts(document: &mut Value) -> [&mut Value; 2] {
    let members = document.as_object_mut().unwrap();
    let mut found = members.iter_mut().filter_map(|(name, value)| match name.as_str() {
        "account" => Some(value),
        "otherAccounts" => value.get_mut(0),
        _ => None,
    });
    [found.next().unwrap(), found.next().unwrap()]
}

fn push(policy: &mut Value, statement: Value) {
    policy["Statement"].as_array_mut().unwrap().push(statement);
}

/// The role of a session, by which policies name it.
fn role_of(arn: &str) -> String {
    match arn.split_once(":assumed-role/") {
        Some((front, rest)) => {
            let (name, _) = rest.split_once('/').unwrap();
            format!("{}:role/{name}", front.replace(":sts:", ":iam:"))
        }
        None => arn.to_owned(),
    }
}
