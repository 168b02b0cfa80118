//! Single changes of calls that are allowed: what was changed is what the denial is blamed
//! on, and a fix lets the call through.

use serde_json::{Value, json};
use stead_analysis::{Case, Explanation, Layer, Verdict, explain, replay};

use crate::corpus::{Known, corpus};

/// A call that is allowed with one thing changed, so that it is refused.
struct Mutant {
    name: String,
    /// The JSON pointer to what was changed.
    changed: String,
    case: Case,
    layers: &'static [Layer],
}

const TRUST: &[Layer] = &[Layer::Trust];
const IDENTITY: &[Layer] = &[Layer::Identity];

fn allowed(case: &Case) -> bool {
    let (Ok(world), Ok(attempt)) = (case.world(), case.attempt()) else { return false };
    replay(&world, &attempt).is_allowed()
}

/// The denials that people have met, each with its first fix applied: calls that succeed.
fn allowed_cases() -> Vec<(String, Value)> {
    let fixed = |known: Known| {
        let fix = explain(&known.case).unwrap().fixes.into_iter().next().unwrap();
        let mut document = known.case.patched(&fix.patch).unwrap().document().clone();
        // The error was that of the call before.
        document["attempt"].as_object_mut().unwrap().remove("error");
        (known.name, document)
    };
    let cases: Vec<_> = corpus().into_iter().map(fixed).collect();
    cases.into_iter().filter(|(_, it)| allowed(&Case::parse(&it.to_string()).unwrap())).collect()
}

/// Every text below a place, with the pointer to it.
fn texts(value: &Value, pointer: &str, out: &mut Vec<(String, String)>) {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::String(text) => out.push((pointer.to_owned(), text.clone())),
        Value::Array(all) => {
            for (index, value) in all.iter().enumerate() {
                texts(value, &format!("{pointer}/{index}"), out);
            }
        }
        Value::Object(all) => {
            for (name, value) in all {
                texts(value, &format!("{pointer}/{}", escaped(name)), out);
            }
        }
        _ => {}
    }
}

/// Where accounts stand in a case.
fn accounts(document: &Value) -> Vec<String> {
    let others = document["otherAccounts"].as_array().map_or(0, Vec::len);
    let others = (0..others).map(|index| format!("/otherAccounts/{index}"));
    std::iter::once("/account".to_owned()).chain(others).collect()
}

/// The pointer to the user or role whose ARN or session ARN this is.
fn entity(document: &Value, arn: &str) -> Option<String> {
    let role = |arn: &str| Some(arn.split_once(":assumed-role/")?.1.split('/').next()?.to_owned());
    accounts(document).into_iter().find_map(|account| {
        ["UserDetailList", "RoleDetailList"].iter().find_map(|list| {
            let list = format!("{account}/Authorization/{list}");
            let entities = document.pointer(&list)?.as_array()?;
            let same_account =
                |it: &Value| it["Arn"].as_str()?.split(':').nth(4).map(str::to_owned);
            let is = |it: &Value| {
                it["Arn"] == arn
                    || (role(arn).is_some_and(|name| it["RoleName"] == name)
                        && same_account(it).as_deref() == arn.split(':').nth(4))
            };
            let index = entities.iter().position(is)?;
            Some(format!("{list}/{index}"))
        })
    })
}

fn set(document: &Value, pointer: &str, value: Value) -> Value {
    let mut document = document.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent).unwrap() {
        Value::Object(members) if value.is_null() => {
            members.remove(&name);
        }
        Value::Object(members) => {
            members.insert(name, value);
        }
        Value::Array(elements) if name == "-" => elements.push(value),
        Value::Array(elements) => elements[name.parse::<usize>().unwrap()] = value,
        other => panic!("{pointer}: {other}"),
    }
    document
}

struct Making<'a> {
    name: &'a str,
    document: &'a Value,
    made: Vec<Mutant>,
}

impl Making<'_> {
    /// Keeps the change if the call is refused by it.
    fn put(&mut self, kind: &str, pointer: &str, value: Value, layers: &'static [Layer]) {
        let document = set(self.document, pointer, value);
        let case = Case::parse(&document.to_string()).unwrap();
        if case.world().is_ok() && case.attempt().is_ok() && !allowed(&case) {
            let name = format!("{} {kind} {pointer}", self.name);
            self.made.push(Mutant { name, changed: pointer.to_owned(), case, layers });
        }
    }

    fn trust(&mut self) {
        let role = self.document["attempt"]["parameters"]["RoleArn"].as_str().unwrap();
        let Some(role) = entity(self.document, role) else { return };
        let statements = format!("{role}/AssumeRolePolicyDocument/Statement");
        let Some(Value::Array(all)) = self.document.pointer(&statements) else { return };
        for (index, statement) in all.iter().enumerate() {
            let statement_place = format!("{statements}/{index}");
            if statement["Effect"] == "Deny" {
                continue;
            }
            self.put("denies", &format!("{statement_place}/Effect"), json!("Deny"), TRUST);
            let action = json!("sts:GetCallerIdentity");
            self.put("action", &format!("{statement_place}/Action"), action, TRUST);
            let mut found = Vec::new();
            texts(&statement["Principal"], &format!("{statement_place}/Principal"), &mut found);
            for (pointer, text) in found {
                let other = match text.rsplit_once('/') {
                    Some((front, _)) => format!("{front}/nobody-else"),
                    None if text.ends_with(".amazonaws.com") => "batch.amazonaws.com".to_owned(),
                    None => "arn:aws:iam::999988887777:root".to_owned(),
                };
                self.put("principal", &pointer, json!(other), TRUST);
            }
            let mut found = Vec::new();
            texts(&statement["Condition"], &format!("{statement_place}/Condition"), &mut found);
            for (pointer, text) in found {
                self.put("value", &pointer, json!(format!("{text}-other")), TRUST);
                let flipped: String = text
                    .chars()
                    .map(|c| {
                        if c.is_lowercase() {
                            c.to_ascii_uppercase()
                        } else {
                            c.to_ascii_lowercase()
                        }
                    })
                    .collect();
                self.put("case", &pointer, json!(flipped), TRUST);
            }
        }
    }

    fn own(&mut self) {
        let Some(arn) = self.document["attempt"]["caller"]["arn"].as_str() else { return };
        let Some(caller) = entity(self.document, arn) else { return };
        for list in ["UserPolicyList", "RolePolicyList"] {
            let list = format!("{caller}/{list}");
            let Some(Value::Array(all)) = self.document.pointer(&list) else { continue };
            for (index, policy) in all.iter().enumerate() {
                let statements = format!("{list}/{index}/PolicyDocument/Statement");
                let Value::Array(all) = &policy["PolicyDocument"]["Statement"] else { continue };
                for index in 0..all.len() {
                    let place = format!("{statements}/{index}");
                    self.put("denies", &format!("{place}/Effect"), json!("Deny"), IDENTITY);
                    self.put("action", &format!("{place}/Action"), json!("s3:Get*"), IDENTITY);
                    let other = json!("arn:aws:iam::999988887777:role/nobody");
                    self.put("resource", &format!("{place}/Resource"), other, IDENTITY);
                }
            }
        }
        let boundary = json!({"PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"});
        let place = format!("{caller}/PermissionsBoundary");
        self.put("boundary", &place, boundary, &[Layer::Boundary]);
    }

    fn organization(&mut self) {
        let caller = self.document["attempt"]["caller"]["arn"].as_str().unwrap_or_default();
        let number = caller.split(':').nth(4).unwrap_or_default();
        let document = self.document;
        let of = |number: &str| {
            accounts(document).into_iter().find(|account| {
                document.pointer(&format!("{account}/AccountId")) == Some(&json!(number))
            })
        };
        if let Some(account) = of(number) {
            let place = format!("{account}/ServiceControlPolicies");
            let only = |effect: &str, action: &str| {
                json!({"Version": "2012-10-17",
                    "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]})
            };
            let all = only("Allow", "*");
            let layers: &[Layer] = &[Layer::Scp];
            self.put("scp", &place, json!([all.clone(), only("Deny", "sts:*")]), layers);
            self.put("scp", &place, json!([only("Allow", "s3:*")]), layers);
        }
        let deny = json!([{"Version": "2012-10-17", "Statement": [{"Effect": "Deny",
            "Principal": "*", "Action": "sts:AssumeRole*", "Resource": "*"}]}]);
        self.put("rcp", "/account/ResourceControlPolicies", deny, &[Layer::Rcp]);
    }

    fn request(&mut self) {
        let attempt = &self.document["attempt"];
        let request: &[Layer] = &[Layer::Request, Layer::Trust, Layer::Role];
        if !attempt["parameters"]["ExternalId"].is_null() {
            let place = "/attempt/parameters/ExternalId";
            self.put("external id", place, json!("another-one"), request);
            self.put("external id", place, Value::Null, request);
        }
        self.put("duration", "/attempt/parameters/DurationSeconds", json!(43_200), request);
        self.put("name", "/attempt/parameters/RoleSessionName", json!("a b"), request);
        if attempt["token"]["claims"]["iss"].is_null() {
            return;
        }
        let token: &[Layer] = &[Layer::Token, Layer::Trust, Layer::Provider];
        let claim = |name: &str| format!("/attempt/token/claims/{name}");
        self.put("audience", &claim("aud"), json!("https://elsewhere.example"), token);
        self.put("subject", &claim("sub"), json!("somebody-else"), token);
        self.put("issuer", &claim("iss"), json!("https://elsewhere.example"), token);
        self.put("expired", &claim("exp"), json!(1_500_000_000), token);
        self.put("early", &claim("iat"), json!(2_500_000_000_u64), token);
        self.put("unsigned", "/attempt/token/signature", json!("invalid"), token);
        let providers = self.document["account"]["OpenIDConnectProviders"].as_array();
        for index in 0..providers.map_or(0, Vec::len) {
            let place = format!("/account/OpenIDConnectProviders/{index}");
            self.put("client ids", &format!("{place}/ClientIDList"), json!(["other"]), token);
            self.put("url", &format!("{place}/Url"), json!("elsewhere.example"), token);
        }
    }
}

fn mutants() -> Vec<Mutant> {
    let mut all = Vec::new();
    for (name, document) in allowed_cases() {
        let mut making = Making { name: &name, document: &document, made: Vec::new() };
        making.trust();
        making.own();
        making.organization();
        making.request();
        all.append(&mut making.made);
    }
    all
}

/// Whether one pointer leads through the other.
fn on_the_way(one: &str, other: &str) -> bool {
    let through = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    through(one, other) || through(other, one)
}

/// What is not as it should be in an answer.
fn faults(mutant: &Mutant, explanation: &Explanation) -> Vec<String> {
    let mut faults = Vec::new();
    if explanation.verdict != Verdict::Denied {
        faults.push(format!("{:?}", explanation.verdict));
    }
    let place = &explanation.place;
    let names = [&place.document, &place.statement, &place.element];
    let at_place = names.into_iter().flatten().any(|pointer| on_the_way(pointer, &mutant.changed));
    // What is changed of a request is named, or shows as the value that the request has.
    let name = mutant.changed.rsplit('/').next().unwrap_or_default();
    let value = mutant.case.document().pointer(&mutant.changed).and_then(Value::as_str);
    let shown = json!(place).to_string();
    let of_attempt = mutant.changed.starts_with("/attempt/")
        && (shown.contains(name) || value.is_some_and(|value| shown.contains(value)))
        || mutant.changed.contains("Provider");
    let in_layer = explanation.layer.is_some_and(|layer| mutant.layers.contains(&layer));
    let organization = mutant.changed.contains("ControlPolicies");
    let boundary = mutant.changed.contains("Boundary");
    if !in_layer || !(at_place || of_attempt || organization || boundary) {
        let (cause, layer) = (explanation.cause, explanation.layer);
        faults.push(format!("blamed on {cause:?} in {layer:?} at {:?}", place.statement));
    }
    let helps = explanation.fixes.first().is_some_and(|fix| {
        fix.verified
            && !matches!(fix.patch.0.as_slice(), [])
            && allowed(&mutant.case.patched(&fix.patch).unwrap())
    });
    if !helps {
        faults.push("no fix".to_owned());
    }
    faults
}

#[test]
fn a_denial_is_blamed_on_what_was_changed_and_a_fix_lets_the_call_through() {
    let all = mutants();
    let mut wrong = Vec::new();
    for mutant in &all {
        let explanation = explain(&mutant.case).unwrap();
        let faults = faults(mutant, &explanation);
        if !faults.is_empty() {
            wrong.push(format!("{}: {}", mutant.name, faults.join(", ")));
        }
    }
    println!("{} mutants, {} wrong", all.len(), wrong.len());
    for line in &wrong {
        println!("  {line}");
    }
    assert!(all.len() >= 600, "{}", all.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
