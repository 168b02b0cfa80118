//! What is explained is what happens: random accounts and calls are asked about, and made.
//!
//! The calls are signed and verified, authorized and carried out by the handlers, as the
//! server would; tokens are signed. The question knows none of that: it reads what would be
//! exported of the same accounts.

use serde_json::{Value, json};
use stead_analysis::{Details, Export, ExportFile, Verdict, attempt_of, explain};
use stead_api::sts::{
    AssumeRole, AssumeRoleRequest, AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest, Tag,
};
use stead_sts::Sts;
use stead_types::{AccountId, Secret};
use stead_world::{BEGINNING, Credentials, Failure, Issuer, World};

use crate::numbers::Numbers;

/// Another seed than [`SEED`] is taken from here.
const SEED_NAME: &str = "STEAD_TEST_SEED";
const SEED: u64 = 20_260_301;

pub(crate) const ROUNDS: u64 = 1_000;

pub(crate) const OWNER: &str = "111122223333";
const OTHER: &str = "444455556666";
pub(crate) const ISSUER: &str = "https://idp.example.com";
pub(crate) const TARGET: &str = "arn:aws:iam::111122223333:role/target";

pub(crate) fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn allow(action: &Value, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

/// The policy of somebody who may call, or may not.
pub(crate) fn identity(numbers: &mut Numbers) -> Value {
    let action = numbers.one_of(&[
        json!("*"),
        json!("*"),
        json!("sts:*"),
        json!("sts:*"),
        json!("sts:AssumeRole"),
        json!(["sts:AssumeRole", "sts:TagSession"]),
        json!("s3:*"),
    ]);
    let resource = numbers.one_of(&["*", "*", "*", TARGET, "arn:aws:iam::*:role/other"]);
    let mut statements = vec![allow(&action, resource)];
    if numbers.below(6) == 0 {
        let condition = condition(numbers, &[]);
        let mut deny = json!({"Effect": "Deny", "Action": "sts:*", "Resource": "*"});
        deny["Condition"] = condition;
        statements.push(deny);
    }
    policy(&statements)
}

/// A condition over keys that a call may have, in one of two values each.
fn condition(numbers: &mut Numbers, more: &[Value]) -> Value {
    let mut all = vec![json!({}); 12];
    all.extend([
        json!({"StringEquals": {"sts:ExternalId": "7f3a"}}),
        json!({"StringLike": {"sts:ExternalId": "7*"}}),
        json!({"StringNotEquals": {"sts:ExternalId": "7f3a"}}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.7/32"}}),
        json!({"StringEquals": {"aws:RequestTag/team": "a"}}),
        json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}),
        json!({"Null": {"sts:ExternalId": "false"}}),
        json!({"StringEquals": {"sts:RoleSessionName": "run"}}),
        json!({"DateLessThan": {"aws:CurrentTime": "2026-03-01T13:00:00Z"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/*"}}),
        json!({"StringEquals": {"aws:PrincipalAccount": OTHER}}),
    ]);
    all.extend(more.iter().cloned().chain(more.iter().cloned()));
    numbers.one_of(&all)
}

/// A trust policy of one or two statements, of which one may deny.
fn trust(numbers: &mut Numbers, principals: &[Value], actions: &[Value], more: &[Value]) -> Value {
    let count = 1 + numbers.below(2);
    let statement = |numbers: &mut Numbers, effect: &str| {
        let mut statement = json!({"Effect": effect});
        statement["Principal"] = numbers.one_of(principals);
        statement["Action"] = numbers.one_of(actions);
        statement["Condition"] = condition(numbers, more);
        statement
    };
    let mut statements: Vec<Value> = (0..count).map(|_| statement(numbers, "Allow")).collect();
    if numbers.below(8) == 0 {
        statements.push(statement(numbers, "Deny"));
    }
    policy(&statements)
}

/// Accounts as they are, and what would be exported of them.
pub(crate) struct Both {
    pub(crate) world: World,
    owner: AccountId,
    pub(crate) caller: AccountId,
    exported: Vec<(AccountId, Value)>,
    providers: Vec<ExportFile>,
}

impl Both {
    pub(crate) fn new(numbers: &mut Numbers) -> Self {
        let mut world = World::new();
        let (owner, _) = world.create_account(OWNER);
        let (other, _) = world.create_account(OTHER);
        let caller = numbers.one_of(&[owner, other]);
        let empty = json!({"UserDetailList": [], "RoleDetailList": [], "Policies": []});
        let exported = vec![(owner, empty.clone()), (other, empty)];
        Self { world, owner, caller, exported, providers: Vec::new() }
    }

    fn add(&mut self, account: AccountId, list: &str, entity: Value) {
        let (_, details) = self.exported.iter_mut().find(|(id, _)| *id == account).unwrap();
        details[list].as_array_mut().unwrap().push(entity);
    }

    pub(crate) fn user(
        &mut self,
        name: &str,
        policy: &Value,
        boundary: Option<&Value>,
    ) -> Credentials {
        let account = self.caller;
        let credentials = self.world.create_user(account, name, &policy.to_string());
        let mut user = json!({
            "UserName": name, "Arn": format!("arn:aws:iam::{account}:user/{name}"),
            "UserPolicyList": [{"PolicyName": "inline", "PolicyDocument": policy}],
        });
        if let Some(boundary) = boundary {
            self.world.bound_user(account, name, &boundary.to_string());
            let arn = format!("arn:aws:iam::{account}:policy/{name}-boundary");
            user["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn});
            let version = json!({"Document": boundary, "IsDefaultVersion": true});
            let policy = json!({"PolicyName": format!("{name}-boundary"), "Arn": arn,
                "PolicyVersionList": [version]});
            self.add(account, "Policies", policy);
        }
        self.add(account, "UserDetailList", user);
        credentials
    }

    pub(crate) fn role(
        &mut self,
        account: AccountId,
        name: &str,
        trust: &Value,
        policy: &Value,
        longest: u32,
    ) {
        self.world.create_role(account, name, &trust.to_string(), &policy.to_string());
        self.world.lengthen(account, name, longest);
        let role = json!({
            "RoleName": name, "Arn": format!("arn:aws:iam::{account}:role/{name}"),
            "AssumeRolePolicyDocument": trust, "MaxSessionDuration": longest,
            "RolePolicyList": [{"PolicyName": "inline", "PolicyDocument": policy}],
        });
        self.add(account, "RoleDetailList", role);
    }

    /// What would be exported.
    pub(crate) fn export(&self) -> Export {
        let accounts = self.exported.iter().map(|(id, details)| ExportFile {
            name: format!("{id}/details.json"),
            text: details.to_string(),
        });
        let files: Vec<ExportFile> = accounts.chain(self.providers.iter().cloned()).collect();
        Export::read(&files).unwrap()
    }

    fn verdict(&self, details: &Details) -> (Verdict, String) {
        let export = self.export();
        let explanation = explain(&export.case(attempt_of(details, None).unwrap())).unwrap();
        assert!(explanation.missing.is_empty(), "{explanation:?}");
        (explanation.verdict, format!("{:?}", explanation.cause))
    }
}

fn request(details: &Details) -> AssumeRoleRequest {
    let tag = |(key, value): &(String, String)| Tag { key: key.clone(), value: value.clone() };
    AssumeRoleRequest {
        role_arn: details.role.clone().unwrap(),
        role_session_name: details.session_name.clone().unwrap(),
        policy_arns: Vec::new(),
        policy: None,
        duration_seconds: details.duration_seconds.map(|it| it.try_into().unwrap()),
        tags: details.tags.iter().map(tag).collect(),
        transitive_tag_keys: Vec::new(),
        external_id: details.external_id.clone(),
        serial_number: None,
        token_code: None,
        source_identity: None,
        provided_contexts: Vec::new(),
    }
}

fn details(numbers: &mut Numbers) -> Details {
    let text = |text: &&str| (!text.is_empty()).then(|| (*text).to_owned());
    let tags = numbers.one_of(&["", "", "", "", "a", "b"]);
    Details {
        role: Some(TARGET.to_owned()),
        external_id: text(&numbers.one_of(&["", "7f3a", "7F3A"])),
        session_name: text(&numbers.one_of(&["run", "Run"])),
        duration_seconds: numbers.one_of(&[None, None, None, Some(3_600), Some(7_200)]),
        source_ip: Some([203, 0, 113, 7].into()),
        tags: text(&tags).map(|value| ("team".to_owned(), value)).into_iter().collect(),
        at: Some(BEGINNING),
        ..Details::default()
    }
}

/// AssumeRole, by a user or by a session of another role.
pub(crate) fn signed(numbers: &mut Numbers) -> (Both, Details, Result<(), Failure>) {
    let mut both = Both::new(numbers);
    let caller = both.caller;
    let boundary = (numbers.below(5) == 0).then(|| identity(numbers));
    let policy_of_ann = identity(numbers);
    let ann = both.user("ann", &policy_of_ann, boundary.as_ref());
    both.user("bob", &policy(&[allow(&json!("*"), "*")]), None);
    let arn = |rest: &str| json!({"AWS": format!("arn:aws:iam::{caller}:{rest}")});
    let trusting_ann = json!({"Effect": "Allow", "Principal": arn("user/ann"),
        "Action": "sts:AssumeRole"});
    let mut credentials = ann;
    let mut told = format!("arn:aws:iam::{caller}:user/ann");
    let mut principals = vec![
        arn("user/ann"),
        arn("user/ann"),
        arn("root"),
        arn("root"),
        arn("user/bob"),
        json!({"AWS": "*"}),
        json!({"Service": "ec2.amazonaws.com"}),
        json!({"AWS": format!("arn:aws:iam::{}:root", both.owner)}),
    ];
    let policy_of_hub = identity(numbers);
    both.role(caller, "hub", &policy(&[trusting_ann]), &policy_of_hub, 3_600);
    if numbers.below(3) == 0 {
        let hub = Details {
            role: Some(format!("arn:aws:iam::{caller}:role/hub")),
            session_name: Some("run".to_owned()),
            ..Details::default()
        };
        // Ann may be kept from it by her own policies; then she calls herself.
        if let Ok(answer) = both.world.call::<Sts, AssumeRole>(&credentials, request(&hub)) {
            let issued = answer.credentials.unwrap();
            credentials = Credentials {
                access_key_id: issued.access_key_id,
                secret: issued.secret_access_key,
                session_token: Some(issued.session_token),
            };
            told = format!("arn:aws:sts::{caller}:assumed-role/hub/run");
            principals.extend([arn("role/hub"), arn("role/hub"), json!({"AWS": told})]);
        }
    }
    let actions = [
        json!("sts:AssumeRole"),
        json!("sts:AssumeRole"),
        json!(["sts:AssumeRole", "sts:TagSession"]),
        json!(["sts:AssumeRole", "sts:TagSession"]),
        json!("sts:TagSession"),
        json!("sts:AssumeRoleWithSAML"),
    ];
    let trust = trust(numbers, &principals, &actions, &[]);
    let longest = numbers.one_of(&[3_600, 7_200]);
    both.role(both.owner, "target", &trust, &policy(&[allow(&json!("s3:*"), "*")]), longest);
    let details = Details { caller: Some(told), ..details(numbers) };
    let real = both.world.call::<Sts, AssumeRole>(&credentials, request(&details));
    (both, details, real.map(|_| ()))
}

/// AssumeRoleWithWebIdentity.
pub(crate) fn with_token(numbers: &mut Numbers) -> (Both, Details, Result<(), Failure>) {
    let mut both = Both::new(numbers);
    let (owner, client_id) = (both.owner, numbers.one_of(&["app", "app", "app", "web"]));
    let registered = numbers.below(10) > 0;
    if registered {
        both.world.create_oidc_provider(owner, ISSUER, &[client_id]);
        let provider =
            json!({"Url": "idp.example.com", "ClientIDList": [client_id], "ThumbprintList": []});
        let name = format!("{OWNER}/provider.json");
        both.providers.push(ExportFile { name, text: provider.to_string() });
    }
    let provider =
        |host: &str| json!({"Federated": format!("arn:aws:iam::{OWNER}:oidc-provider/{host}")});
    let right = provider("idp.example.com");
    let principals = [right.clone(), right.clone(), right, provider("other.example.com")];
    let action = json!("sts:AssumeRoleWithWebIdentity");
    let actions = [action.clone(), action, json!("sts:AssumeRole")];
    let more = [
        json!({"StringEquals": {"idp.example.com:sub": "alice"}}),
        json!({"StringLike": {"idp.example.com:sub": "al*"}}),
        json!({"StringEquals": {"idp.example.com:aud": "app"}}),
        json!({"StringEquals": {"idp.example.com:sub": "bob", "idp.example.com:aud": "app"}}),
    ];
    let trust = trust(numbers, &principals, &actions, &more);
    let longest = numbers.one_of(&[3_600, 7_200]);
    both.role(owner, "target", &trust, &policy(&[allow(&json!("s3:*"), "*")]), longest);
    let now = BEGINNING.epoch_seconds();
    let claims = numbers.one_of(&[
        json!({}),
        json!({}),
        json!({"sub": "Alice"}),
        json!({"sub": "bob"}),
        json!({"aud": "web"}),
        json!({"exp": now - 4_000, "iat": now - 8_000}),
        json!({"iat": now + 4_000, "exp": now + 8_000}),
        json!({"sub": null}),
    ]);
    let issuer = Issuer::new(ISSUER);
    let token = issuer.token(BEGINNING, &claims);
    let told = details(numbers);
    let details = Details {
        token: Some(token.clone()),
        external_id: None,
        tags: Vec::new(),
        // Where a token comes from is not told by any flag: it has no caller.
        source_ip: None,
        context: vec![("aws:SourceIp".to_owned(), "203.0.113.7".to_owned())],
        ..told
    };
    let request = AssumeRoleWithWebIdentityRequest {
        role_arn: TARGET.to_owned(),
        role_session_name: details.session_name.clone().unwrap(),
        web_identity_token: Secret::new(token.clone()),
        provider_id: None,
        policy_arns: Vec::new(),
        policy: None,
        duration_seconds: details.duration_seconds.map(|it| it.try_into().unwrap()),
    };
    let real = both
        .world
        .call_with_token::<Sts, AssumeRoleWithWebIdentity>(owner, &issuer, &token, request);
    (both, details, real.map(|_| ()))
}

#[expect(clippy::disallowed_methods, reason = "a failure is repeated with its seed")]
pub(crate) fn seed() -> u64 {
    std::env::var(SEED_NAME).map_or(SEED, |text| text.parse().unwrap())
}

pub(crate) type Made = fn(&mut Numbers) -> (Both, Details, Result<(), Failure>);

#[test]
fn a_call_is_allowed_if_and_only_if_the_explanation_says_so() {
    let seed = seed();
    for (name, make) in [("signed", signed as Made), ("with a token", with_token)] {
        let (mut allowed, mut denied) = (0, 0);
        for round in 0..ROUNDS {
            let (both, details, real) = make(&mut Numbers::new(seed.wrapping_add(round)));
            let (verdict, cause) = both.verdict(&details);
            let exported =
                || both.exported.iter().map(|(_, it)| it.to_string()).collect::<String>();
            let expected = if real.is_ok() { Verdict::Allowed } else { Verdict::Denied };
            assert_eq!(
                verdict,
                expected,
                "{name}, seed {seed} ({SEED_NAME}), round {round}: {real:?} {cause}\n{details:?}\n{}",
                exported()
            );
            *if real.is_ok() { &mut allowed } else { &mut denied } += 1;
        }
        println!("{name}, seed {seed}: {allowed} allowed, {denied} denied");
        assert!(allowed > 80 && denied > 80, "{allowed} {denied}");
    }
}
