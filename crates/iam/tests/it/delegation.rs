//! Temporary delegation, from the request to what the credentials can do.

use serde_json::{Value, json};
use stead_api::iam::{CreateUser, CreateUserRequest, ListUsers, ListUsersRequest};
use stead_api::sts::{
    AssumeRole, AssumeRoleRequest, GetCallerIdentity, GetCallerIdentityRequest,
    GetDelegatedAccessToken, GetDelegatedAccessTokenRequest, GetSessionToken,
    GetSessionTokenRequest,
};
use stead_iam::Iam;
use stead_sts::Sts;
use stead_types::{AccountId, Secret};
use stead_world::{Credentials, Failure, World};

use crate::wire;

const OWNER: &str = "111122223333";
const PARTNER: &str = "444455556666";
const OTHER: &str = "777788889999";
const DAY: u64 = 24 * 3_600;

/// An account that asks, one that is asked, and one that nobody has asked.
struct Stage {
    world: World,
    owner_account: AccountId,
    owner: Credentials,
    partner: Credentials,
    other: Credentials,
    workflow: u32,
}

const TEMPLATE: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["iam:ListUsers", "iam:CreateUser"],
         "Resource": "arn:aws:iam::111122223333:user/@{folder}/*"},
        {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "arn:aws:iam::111122223333:user/"}
    ]}"#;

impl Stage {
    fn new() -> Self {
        let mut world = World::new();
        let (owner_account, owner) = world.create_account(OWNER);
        let (partner_account, partner) = world.create_account(PARTNER);
        let (_, other) = world.create_account(OTHER);
        world.create_policy(partner_account, "Onboarding", TEMPLATE);
        Self { world, owner_account, owner, partner, other, workflow: 0 }
    }

    fn call(
        &mut self,
        caller: &Credentials,
        operation: &str,
        parameters: &Value,
    ) -> Result<Value, Failure> {
        wire::call(&mut self.world, caller, operation, parameters)
    }

    /// What the partner asks, with these members besides.
    fn asked(&mut self, more: &Value) -> Value {
        self.workflow += 1;
        let mut asked = json!({
            "Description": "Set up the product.",
            "Permissions": {
                "PolicyTemplateArn": format!("arn:aws:iam::{PARTNER}:policy/Onboarding"),
                "Parameters": [{"Name": "folder", "Values": ["partner"], "Type": "string"}],
            },
            "RequestorWorkflowId": format!("workflow-{}", self.workflow),
            "NotificationChannel": format!("arn:aws:sns:us-east-1:{PARTNER}:updates"),
            "SessionDuration": 3_600,
        });
        let members = asked.as_object_mut().unwrap();
        members.extend(more.as_object().unwrap().clone());
        asked
    }

    fn request(&mut self, more: &Value) -> String {
        let (partner, asked) = (self.partner.clone(), self.asked(more));
        let answer = self.call(&partner, "CreateDelegationRequest", &asked).unwrap();
        answer["DelegationRequestId"].as_str().unwrap().to_owned()
    }

    /// An operation of the owner's account that takes the id and nothing else.
    fn answer(&mut self, caller: &Credentials, operation: &str, id: &str) -> Result<(), Failure> {
        self.call(caller, operation, &json!({"DelegationRequestId": id})).map(drop)
    }

    fn state(&mut self, caller: &Credentials, id: &str) -> String {
        let shown = self.shown(caller, id).unwrap();
        shown["State"].as_str().unwrap().to_owned()
    }

    fn shown(&mut self, caller: &Credentials, id: &str) -> Result<Value, Failure> {
        let parameters = json!({"DelegationRequestId": id});
        let answer = self.call(caller, "GetDelegationRequest", &parameters)?;
        Ok(answer["DelegationRequest"].clone())
    }

    /// A request that was accepted by this caller, and whose token was sent.
    fn finalized(&mut self, approver: &Credentials, more: &Value) -> String {
        let id = self.request(more);
        for operation in
            ["AssociateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken"]
        {
            self.answer(approver, operation, &id).unwrap();
        }
        id
    }

    fn exchange(&mut self, caller: &Credentials, token: &str) -> Result<Credentials, Failure> {
        let input = GetDelegatedAccessTokenRequest { trade_in_token: Secret::new(token.into()) };
        let answer = self.world.call::<Sts, GetDelegatedAccessToken>(caller, input)?;
        let issued = answer.credentials.unwrap();
        Ok(Credentials {
            access_key_id: issued.access_key_id,
            secret: issued.secret_access_key,
            session_token: Some(issued.session_token),
        })
    }

    fn create_user(&mut self, caller: &Credentials, path: &str) -> Result<(), Failure> {
        self.workflow += 1;
        let user_name = format!("user-{}", self.workflow);
        let input = CreateUserRequest {
            path: Some(path.to_owned()),
            user_name,
            ..CreateUserRequest::default()
        };
        self.world.call::<Iam, CreateUser>(caller, input).map(drop)
    }

    fn list_users(&mut self, caller: &Credentials) -> Result<(), Failure> {
        self.world.call::<Iam, ListUsers>(caller, ListUsersRequest::default()).map(drop)
    }

    fn who(&mut self, caller: &Credentials) -> Option<String> {
        let input = GetCallerIdentityRequest {};
        self.world.call::<Sts, GetCallerIdentity>(caller, input).unwrap().arn
    }

    fn user(&mut self, name: &str, policy: &str) -> Credentials {
        self.world.create_user(self.owner_account, name, policy)
    }
}

fn allow(actions: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":{actions},"Resource":"*"}}]}}"#
    )
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> String {
    outcome.unwrap_err().code
}

#[test]
fn the_credentials_are_those_of_the_approver_within_what_was_asked() {
    let mut stage = Stage::new();
    let approver = stage.user("admin", &allow(r#""iam:*""#));
    let id = stage.finalized(&approver, &json!({"OwnerAccountId": OWNER}));
    let partner = stage.partner.clone();
    let delegated = stage.exchange(&partner, &id).unwrap();
    let arn = format!("arn:aws:iam::{OWNER}:user/admin");
    assert_eq!(stage.who(&delegated), Some(arn));
    stage.list_users(&delegated).unwrap();
    stage.create_user(&delegated, "/partner/").unwrap();
    // Not asked for, though the approver may.
    assert_eq!(code(stage.create_user(&delegated, "/elsewhere/")), "AccessDenied");
    stage.create_user(&approver, "/elsewhere/").unwrap();
    // No further credentials, and nothing to accept with them.
    let input = GetSessionTokenRequest::default();
    assert_eq!(code(stage.world.call::<Sts, GetSessionToken>(&delegated, input)), "AccessDenied");
    stage.world.wait(3_599);
    stage.list_users(&delegated).unwrap();
    stage.world.wait(1);
    assert_eq!(code(stage.list_users(&delegated)), "Unauthenticated");
    assert_eq!(code(stage.exchange(&partner, &id)), "ExpiredTradeInTokenException");
}

#[test]
fn an_approver_gives_no_more_than_they_have() {
    let mut stage = Stage::new();
    let delegation = r#"["iam:AssociateDelegationRequest","iam:AcceptDelegationRequest","iam:SendDelegationToken"]"#;
    let approver = stage.user("modest", &allow(delegation));
    let id = stage.finalized(&approver, &json!({}));
    let partner = stage.partner.clone();
    let delegated = stage.exchange(&partner, &id).unwrap();
    assert_eq!(code(stage.list_users(&delegated)), "AccessDenied");
    // What they get later counts, and what they lose.
    let account = stage.owner_account;
    stage.world.put_user_policy(account, "modest", &allow(r#""iam:ListUsers""#));
    stage.list_users(&delegated).unwrap();
    stage.world.delete_user(account, "modest");
    assert_eq!(code(stage.list_users(&delegated)), "Unauthenticated");
    assert_eq!(code(stage.exchange(&partner, &id)), "AccessDenied");
}

#[test]
fn root_users_and_sessions_of_roles_accept_too() {
    let mut stage = Stage::new();
    let (owner, partner) = (stage.owner.clone(), stage.partner.clone());
    let id = stage.finalized(&owner, &json!({"SessionDuration": 14_400}));
    let delegated = stage.exchange(&partner, &id).unwrap();
    assert_eq!(stage.who(&delegated).unwrap(), format!("arn:aws:iam::{OWNER}:root"));
    stage.list_users(&delegated).unwrap();
    assert_eq!(code(stage.create_user(&delegated, "/elsewhere/")), "AccessDenied");

    let id = stage.request(&json!({"SessionDuration": 14_401}));
    stage.answer(&owner, "AssociateDelegationRequest", &id).unwrap();
    assert_eq!(code(stage.answer(&owner, "AcceptDelegationRequest", &id)), "InvalidInput");

    let session = session_of_role(&mut stage, None);
    let id = stage.finalized(&session, &json!({"SessionDuration": 43_200}));
    let delegated = stage.exchange(&partner, &id).unwrap();
    let arn = format!("arn:aws:sts::{OWNER}:assumed-role/Approvers/approving");
    assert_eq!(stage.who(&delegated), Some(arn));
    stage.create_user(&delegated, "/partner/").unwrap();
    assert_eq!(code(stage.create_user(&delegated, "/elsewhere/")), "AccessDenied");
    let account = stage.owner_account;
    stage.world.delete_role(account, "Approvers");
    assert_eq!(code(stage.exchange(&partner, &id)), "AccessDenied");
}

/// A session of a role that may do everything of IAM, with this session policy.
fn session_of_role(stage: &mut Stage, policy: Option<String>) -> Credentials {
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{OWNER}"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    let account = stage.owner_account;
    if stage.world.account(account).role_by_name("Approvers").is_none() {
        stage.world.create_role(account, "Approvers", &trust, &allow(r#""iam:*""#));
        stage.user("assumer", &allow(r#""sts:*""#));
    }
    let assumer = stage.user(&format!("assumer-{}", policy.is_some()), &allow(r#""sts:*""#));
    let input = AssumeRoleRequest {
        role_arn: format!("arn:aws:iam::{OWNER}:role/Approvers"),
        role_session_name: "approving".to_owned(),
        policy,
        ..AssumeRoleRequest::default()
    };
    let issued = stage.world.call::<Sts, AssumeRole>(&assumer, input).unwrap().credentials.unwrap();
    Credentials {
        access_key_id: issued.access_key_id,
        secret: issued.secret_access_key,
        session_token: Some(issued.session_token),
    }
}

#[test]
fn a_session_that_policies_limit_accepts_nothing() {
    let mut stage = Stage::new();
    let limited = session_of_role(&mut stage, Some(allow(r#""iam:*""#)));
    let id = stage.request(&json!({}));
    stage.answer(&limited, "AssociateDelegationRequest", &id).unwrap();
    assert_eq!(code(stage.answer(&limited, "AcceptDelegationRequest", &id)), "AccessDenied");
    // Likewise a delegated session, whose template says that it may.
    let account: AccountId = PARTNER.parse().unwrap();
    stage.world.create_policy(account, "Everything", &allow(r#""*""#));
    let owner = stage.owner.clone();
    let permissions =
        json!({"PolicyTemplateArn": format!("arn:aws:iam::{PARTNER}:policy/Everything")});
    let first = stage.finalized(&owner, &json!({"Permissions": permissions}));
    let partner = stage.partner.clone();
    let delegated = stage.exchange(&partner, &first).unwrap();
    assert_eq!(code(stage.answer(&delegated, "AcceptDelegationRequest", &id)), "AccessDenied");
}

#[test]
fn a_token_is_good_for_its_requestor_once_it_was_sent() {
    let mut stage = Stage::new();
    let (owner, partner, other) = (stage.owner.clone(), stage.partner.clone(), stage.other.clone());
    let id = stage.request(&json!({}));
    let invalid = stage.exchange(&partner, "no-such-token").unwrap_err();
    for operation in ["", "AssociateDelegationRequest", "AcceptDelegationRequest"] {
        if !operation.is_empty() {
            stage.answer(&owner, operation, &id).unwrap();
        }
        assert_eq!(stage.exchange(&partner, &id).unwrap_err(), invalid);
    }
    stage.answer(&owner, "SendDelegationToken", &id).unwrap();
    for caller in [&owner, &other] {
        assert_eq!(stage.exchange(caller, &id).unwrap_err(), invalid);
    }
    stage.exchange(&partner, &id).unwrap();
    // As often as is wanted, and always until the same moment.
    stage.world.wait(1_800);
    let late = stage.exchange(&partner, &id).unwrap();
    stage.world.wait(1_800);
    assert_eq!(code(stage.list_users(&late)), "Unauthenticated");
    // Whoever of the requestor's account may ask.
    let account: AccountId = PARTNER.parse().unwrap();
    let nobody = stage.world.create_user(account, "nobody", &allow(r#""iam:*""#));
    let denied = stage.exchange(&nobody, &id).unwrap_err();
    assert!(denied.message.contains("sts:GetDelegatedAccessToken"), "{}", denied.message);
}

#[test]
fn only_the_account_that_is_asked_and_the_first_can_take_a_request_up() {
    let mut stage = Stage::new();
    let (owner, partner, other) = (stage.owner.clone(), stage.partner.clone(), stage.other.clone());
    let id = stage.request(&json!({"OwnerAccountId": OWNER}));
    assert_eq!(code(stage.answer(&other, "AssociateDelegationRequest", &id)), "NoSuchEntity");
    assert_eq!(code(stage.shown(&other, &id)), "NoSuchEntity");
    assert_eq!(stage.state(&owner, &id), "UNASSIGNED");
    let open = stage.request(&json!({}));
    assert_eq!(stage.state(&other, &open), "UNASSIGNED");
    stage.answer(&owner, "AssociateDelegationRequest", &open).unwrap();
    assert_eq!(code(stage.answer(&owner, "AssociateDelegationRequest", &open)), "InvalidInput");
    assert_eq!(code(stage.answer(&other, "AssociateDelegationRequest", &open)), "NoSuchEntity");
    assert_eq!(code(stage.shown(&other, &open)), "NoSuchEntity");
    for operation in ["AcceptDelegationRequest", "RejectDelegationRequest", "SendDelegationToken"] {
        for caller in [&other, &partner] {
            assert_eq!(code(stage.answer(caller, operation, &open)), "NoSuchEntity");
        }
    }
    assert_eq!(stage.state(&partner, &open), "ASSIGNED");
}

#[test]
fn states_follow_each_other_and_expire() {
    let mut stage = Stage::new();
    let owner = stage.owner.clone();
    let (associate, accept, reject, send, update) = (
        "AssociateDelegationRequest",
        "AcceptDelegationRequest",
        "RejectDelegationRequest",
        "SendDelegationToken",
        "UpdateDelegationRequest",
    );
    // What was done, what comes of it, and what cannot be done then.
    for (done, state, refused) in [
        (&[associate][..], "ASSIGNED", &[associate, send][..]),
        (&[associate, update], "PENDING_APPROVAL", &[associate, send]),
        (&[associate, update, update], "PENDING_APPROVAL", &[associate, send]),
        (&[associate, accept], "ACCEPTED", &[associate, accept, update]),
        (&[associate, update, accept], "ACCEPTED", &[associate, accept, update]),
        (&[associate, reject], "REJECTED", &[associate, accept, send, update, reject]),
        (&[associate, update, reject], "REJECTED", &[associate, accept, send, update, reject]),
        (&[associate, accept, reject], "REJECTED", &[associate, accept, send, update, reject]),
        (&[associate, accept, send], "FINALIZED", &[associate, accept, send, update, reject]),
    ] {
        let id = stage.request(&json!({}));
        for operation in [accept, reject, send, update] {
            assert_eq!(code(stage.answer(&owner, operation, &id)), "NoSuchEntity");
        }
        for operation in done {
            stage.answer(&owner, operation, &id).unwrap();
        }
        for operation in refused {
            assert_eq!(code(stage.answer(&owner, operation, &id)), "InvalidInput", "{state}");
        }
        assert_eq!(stage.state(&owner, &id), state);
        stage.world.wait(7 * DAY - 1);
        assert_eq!(stage.state(&owner, &id), state);
        stage.world.wait(1);
        assert_eq!(stage.state(&owner, &id), "EXPIRED");
        for operation in [accept, reject, send, update] {
            assert_eq!(code(stage.answer(&owner, operation, &id)), "InvalidInput");
        }
    }
    let id = stage.request(&json!({}));
    stage.world.wait(DAY - 1);
    assert_eq!(stage.state(&owner, &id), "UNASSIGNED");
    stage.world.wait(1);
    assert_eq!(stage.state(&owner, &id), "EXPIRED");
    assert_eq!(code(stage.answer(&owner, associate, &id)), "InvalidInput");
}

#[test]
fn the_owner_alone_sends_where_the_requestor_wants_it() {
    let mut stage = Stage::new();
    let approver = stage.owner.clone();
    let owner = stage.user("owner", &allow(r#""iam:*""#));
    for (only, outcome) in [(true, Err("AccessDenied")), (false, Ok(()))] {
        let id = stage.request(&json!({"OnlySendByOwner": only}));
        stage.answer(&owner, "AssociateDelegationRequest", &id).unwrap();
        stage.answer(&approver, "AcceptDelegationRequest", &id).unwrap();
        let sent = stage.answer(&approver, "SendDelegationToken", &id);
        assert_eq!(sent.map_err(|failure| failure.code), outcome.map_err(str::to_owned));
        let state = if only { "ACCEPTED" } else { "FINALIZED" };
        assert_eq!(stage.state(&owner, &id), state);
        if only {
            stage.answer(&owner, "SendDelegationToken", &id).unwrap();
        }
    }
}

#[test]
fn a_request_is_shown_to_each_side_as_it_may_see_it() {
    let mut stage = Stage::new();
    let (owner, partner) = (stage.owner.clone(), stage.partner.clone());
    let id = stage.request(&json!({
        "RequestMessage": "As discussed.", "RedirectUrl": "https://partner.example.com/back"
    }));
    stage.answer(&owner, "AssociateDelegationRequest", &id).unwrap();
    let notes = json!({"DelegationRequestId": id, "Notes": "Please look at this."});
    stage.call(&owner, "UpdateDelegationRequest", &notes).unwrap();
    stage.answer(&owner, "AcceptDelegationRequest", &id).unwrap();
    let root = format!("arn:aws:iam::{OWNER}:root");
    let shown = stage.shown(&owner, &id).unwrap();
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["iam:ListUsers", "iam:CreateUser"],
         "Resource": "arn:aws:iam::111122223333:user/partner/*"},
        {"Effect": "Allow", "Action": "iam:ListUsers",
         "Resource": "arn:aws:iam::111122223333:user/"},
    ]});
    let told: Value = serde_json::from_str(shown["PermissionPolicy"].as_str().unwrap()).unwrap();
    assert_eq!(told, policy);
    for (member, value) in [
        ("OwnerAccountId", json!(OWNER)),
        ("OwnerId", json!(root)),
        ("ApproverId", json!(root)),
        ("RequestorId", json!(PARTNER)),
        ("Notes", json!("Please look at this.")),
        ("RequestMessage", json!("As discussed.")),
        ("RedirectUrl", json!("https://partner.example.com/back")),
        ("SessionDuration", json!(3_600)),
        ("OnlySendByOwner", json!(false)),
        ("State", json!("ACCEPTED")),
    ] {
        assert_eq!(shown[member], value, "{member}");
    }
    let shown = stage.shown(&partner, &id).unwrap();
    assert_eq!((&shown["State"], &shown["OwnerAccountId"]), (&json!("ACCEPTED"), &json!(OWNER)));
    for hidden in ["OwnerId", "ApproverId", "Notes"] {
        assert_eq!(shown[hidden], Value::Null, "{hidden}");
    }
    let reason = json!({"DelegationRequestId": id, "Notes": "Not now."});
    stage.call(&owner, "RejectDelegationRequest", &reason).unwrap();
    assert_eq!(stage.shown(&partner, &id).unwrap()["RejectionReason"], "Not now.");
}

#[test]
fn requests_are_listed_by_their_owner_and_in_pages() {
    let mut stage = Stage::new();
    let (root, partner) = (stage.owner.clone(), stage.partner.clone());
    let user = stage.user("owner", &allow(r#""iam:*""#));
    for owner in [&root, &user, &user] {
        let id = stage.request(&json!({}));
        stage.answer(owner, "AssociateDelegationRequest", &id).unwrap();
    }
    let ids = |answer: &Value| answer["DelegationRequests"].as_array().unwrap().len();
    let all = stage.call(&root, "ListDelegationRequests", &json!({})).unwrap();
    assert_eq!((ids(&all), &all["isTruncated"]), (3, &json!(false)));
    let owner = json!({"OwnerId": format!("arn:aws:iam::{OWNER}:user/owner")});
    assert_eq!(ids(&stage.call(&root, "ListDelegationRequests", &owner).unwrap()), 2);
    let first = stage.call(&root, "ListDelegationRequests", &json!({"MaxItems": 2})).unwrap();
    assert_eq!((ids(&first), &first["isTruncated"]), (2, &json!(true)));
    let rest = stage.call(&root, "ListDelegationRequests", &json!({"Marker": first["Marker"]}));
    assert_eq!(ids(&rest.unwrap()), 1);
    assert_eq!(ids(&stage.call(&partner, "ListDelegationRequests", &json!({})).unwrap()), 0);
}

#[test]
fn a_request_that_is_wrong_is_not_made() {
    let mut stage = Stage::new();
    let partner = stage.partner.clone();
    let first = stage.asked(&json!({}));
    stage.call(&partner, "CreateDelegationRequest", &first).unwrap();
    let again = stage.call(&partner, "CreateDelegationRequest", &first);
    assert_eq!(code(again), "EntityAlreadyExists");
    let template = format!("arn:aws:iam::{PARTNER}:policy/Onboarding");
    let permissions = |arn: &str, parameters: Value| json!({"Permissions": {"PolicyTemplateArn": arn, "Parameters": parameters}});
    let path =
        |values: Value, kind: &str| json!([{"Name": "folder", "Values": values, "Type": kind}]);
    for wrong in [
        json!({"Permissions": {"Parameters": [{"Name": "folder", "Values": ["a"]}]}}),
        permissions("arn:aws:iam::444455556666:policy/Absent", json!([])),
        // A template of somebody else.
        permissions("arn:aws:iam::111122223333:policy/Onboarding", json!([])),
        permissions(&template, json!([])),
        permissions(&template, path(json!(["a", "b"]), "string")),
        json!({"NotificationChannel": "arn:aws:sqs:us-east-1:444455556666:updates"}),
        json!({"NotificationChannel": "updates"}),
    ] {
        let asked = stage.asked(&wrong);
        let outcome = stage.call(&partner, "CreateDelegationRequest", &asked);
        assert_eq!(code(outcome), "InvalidInput", "{wrong}");
    }
    for wrong in [json!({"SessionDuration": 299}), json!({"SessionDuration": 43_201})] {
        let asked = stage.asked(&wrong);
        let outcome = stage.call(&partner, "CreateDelegationRequest", &asked);
        assert_eq!(code(outcome), "ValidationError", "{wrong}");
    }
}

#[test]
fn policies_are_asked_with_what_the_request_says() {
    let mut stage = Stage::new();
    let partner_account: AccountId = PARTNER.parse().unwrap();
    let when = |condition: Value, action: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action,
            "Resource": "arn:aws:iam::*:delegation-request/*", "Condition": condition}]})
        .to_string()
    };
    for (name, condition, allowed) in [
        ("a", json!({"NumericLessThanEquals": {"iam:DelegationDuration": "3600"}}), true),
        ("b", json!({"NumericLessThan": {"iam:DelegationDuration": "3600"}}), false),
        ("c", json!({"StringLike": {"iam:TemplateArn": "*:policy/Onboarding"}}), true),
        ("d", json!({"StringLike": {"iam:TemplateArn": "*:policy/Other"}}), false),
        ("e", json!({"StringLike": {"iam:NotificationChannel": "*:updates"}}), true),
        ("f", json!({"StringLike": {"iam:NotificationChannel": "*:others"}}), false),
    ] {
        let policy = when(condition, "iam:CreateDelegationRequest");
        let caller = stage.world.create_user(partner_account, name, &policy);
        let asked = stage.asked(&json!({}));
        let outcome = stage.call(&caller, "CreateDelegationRequest", &asked);
        assert_eq!(outcome.is_ok(), allowed, "{name} {outcome:?}");
    }
    let root = stage.owner.clone();
    let owner = format!("arn:aws:iam::{OWNER}:root");
    for (name, arn, allowed) in [("g", owner.as_str(), true), ("h", "arn:aws:iam::1:root", false)] {
        let condition = json!({"ArnEquals": {"iam:DelegationRequestOwner": arn}});
        let caller = stage.user(name, &when(condition, "iam:AcceptDelegationRequest"));
        let id = stage.request(&json!({}));
        stage.answer(&root, "AssociateDelegationRequest", &id).unwrap();
        let outcome = stage.answer(&caller, "AcceptDelegationRequest", &id);
        assert_eq!(outcome.is_ok(), allowed, "{name} {outcome:?}");
    }
}

#[test]
fn a_summary_tells_every_statement() {
    let mut stage = Stage::new();
    let account: AccountId = PARTNER.parse().unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Action":"iam:CreateRole","Resource":"*","Condition":{"StringEquals":
            {"iam:PermissionsBoundary":"arn:aws:iam::aws:policy/Bound"}}},
        {"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*"}]}"#;
    stage.world.create_policy(account, "Roles", policy);
    let arn = format!("arn:aws:iam::{PARTNER}:policy/Roles");
    let id = stage.request(&json!({"Permissions": {"PolicyTemplateArn": arn}}));
    let owner = stage.owner.clone();
    let entity = format!("arn:aws:iam::{OWNER}:delegation-request/{id}");
    let parameters = json!({"EntityArn": entity, "Locale": "de"});
    let told = stage.call(&owner, "GetHumanReadableSummary", &parameters).unwrap();
    assert_eq!((&told["SummaryState"], &told["Locale"]), (&json!("AVAILABLE"), &json!("en")));
    let expected = "Account 444455556666 asks for temporary access for 1 hour: Set up the product.\n\
        - It may do iam:CreateRole, on everything, where iam:PermissionsBoundary StringEquals arn:aws:iam::aws:policy/Bound.\n\
        - It may not do anything but iam:*, sts:*, on everything.\n\
        - Roles that it creates have a permissions boundary of: arn:aws:iam::aws:policy/Bound.\n\
        The access is never more than what the person who accepts the request has.";
    assert_eq!(told["SummaryContent"], expected);
    let shown = stage.shown(&owner, &id).unwrap();
    let boundaries = json!(["arn:aws:iam::aws:policy/Bound"]);
    assert_eq!(shown["RolePermissionRestrictionArns"], boundaries);

    let role = json!({"EntityArn": format!("arn:aws:iam::{OWNER}:role/SomeRole")});
    let told = stage.call(&owner, "GetHumanReadableSummary", &role).unwrap();
    assert_eq!(told, json!({"SummaryState": "NOT_SUPPORTED"}));
    let absent = json!({"EntityArn": format!("arn:aws:iam::{OWNER}:delegation-request/absent")});
    assert_eq!(code(stage.call(&owner, "GetHumanReadableSummary", &absent)), "NoSuchEntity");
    let wrong = json!({"EntityArn": "this is not an ARN at all"});
    assert_eq!(code(stage.call(&owner, "GetHumanReadableSummary", &wrong)), "InvalidInput");
}

#[test]
fn who_looks_is_told_whether_their_permissions_suffice() {
    let mut stage = Stage::new();
    let account: AccountId = PARTNER.parse().unwrap();
    let literal = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::bucket/key"}]}"#;
    let open = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
        "Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"}]}"#;
    for (name, policy) in [("Literal", literal), ("Open", open)] {
        stage.world.create_policy(account, name, policy);
    }
    let both = stage.user("both", &allow(r#"["s3:*","iam:*"]"#));
    let one = stage.user("one", &allow(r#"["s3:GetObject","iam:*"]"#));
    for (template, caller, verdict) in
        [("Literal", &both, "ALLOWED"), ("Literal", &one, "DENIED"), ("Open", &both, "UNSURE")]
    {
        let arn = format!("arn:aws:iam::{PARTNER}:policy/{template}");
        let id = stage.request(&json!({"Permissions": {"PolicyTemplateArn": arn}}));
        let parameters = json!({"DelegationRequestId": id, "DelegationPermissionCheck": true});
        let told = stage.call(caller, "GetDelegationRequest", &parameters).unwrap();
        assert_eq!(told["PermissionCheckStatus"], "COMPLETE");
        assert_eq!(told["PermissionCheckResult"], verdict, "{template}");
    }
}
