//! Roles assumed with the tokens of OpenID Connect providers.

use serde_json::{Value, json};
use stead_api::sts::{
    AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse,
    GetCallerIdentity, GetCallerIdentityRequest,
};
use stead_directory::organization::entity::{ControlKind, Target};
use stead_sts::Sts;
use stead_types::{AccountId, Secret};
use stead_world::{Failure, Issuer, World};

use crate::federated::{self, all_but_one, for_actions, trust, was_admitted};
use crate::requests::{ACCOUNT, held};

const URL: &str = "https://idp.example.com/realm";
const PROVIDER: &str = "arn:aws:iam::111122223333:oidc-provider/idp.example.com/realm";
const DENIED: &str = "Not authorized to perform sts:AssumeRoleWithWebIdentity";

struct Setting {
    world: World,
    account: AccountId,
    issuer: Issuer,
}

impl Setting {
    /// A provider for the application `app`, and a role of this trust.
    fn new(statement: &Value) -> Self {
        let mut world = World::new();
        let (account, _) = world.create_account(ACCOUNT);
        world.create_oidc_provider(account, URL, &["app", "other"]);
        let mut setting = Self { world, account, issuer: Issuer::new(URL) };
        setting.world.create_role(account, "web", &trust(statement), "");
        setting
    }

    fn assume(&mut self, claims: Value) -> Result<AssumeRoleWithWebIdentityResponse, Failure> {
        self.assume_as(&request("web"), claims)
    }

    fn assume_as(
        &mut self,
        request: &AssumeRoleWithWebIdentityRequest,
        claims: Value,
    ) -> Result<AssumeRoleWithWebIdentityResponse, Failure> {
        let token = self.issuer.token(self.world.now, &claims);
        self.world.call_with_token::<Sts, AssumeRoleWithWebIdentity>(
            self.account,
            &self.issuer,
            &token,
            request.clone(),
        )
    }

    /// Whether a role of this trust can be assumed.
    fn admits(&mut self, statement: &Value, claims: Value) -> bool {
        self.world.trust(self.account, "web", &trust(statement));
        was_admitted(self.assume(claims), DENIED)
    }
}

fn allow(condition: Value) -> Value {
    by(PROVIDER, condition)
}

/// A statement that lets whom this provider vouches for assume the role.
fn by(provider: &str, condition: Value) -> Value {
    federated::allow(provider, "sts:AssumeRoleWithWebIdentity", &condition)
}

fn request(role: &str) -> AssumeRoleWithWebIdentityRequest {
    AssumeRoleWithWebIdentityRequest {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        role_session_name: "job-1".to_owned(),
        // The shell has read it; the handler looks at what was verified.
        web_identity_token: Secret::new("read before".to_owned()),
        provider_id: None,
        policy_arns: Vec::new(),
        policy: None,
        duration_seconds: None,
    }
}

#[test]
fn a_token_becomes_credentials_of_the_role() {
    let mut setting = Setting::new(&allow(json!({})));
    let answer = setting.assume(json!({"sub": "repo:a/b", "aud": ["app"]})).unwrap();
    assert_eq!(answer.subject_from_web_identity_token.as_deref(), Some("repo:a/b"));
    assert_eq!(answer.audience.as_deref(), Some("app"));
    assert_eq!(answer.provider.as_deref(), Some(PROVIDER));
    let user = answer.assumed_role_user.unwrap();
    assert_eq!(user.arn, format!("arn:aws:sts::{ACCOUNT}:assumed-role/web/job-1"));
    assert!(user.assumed_role_id.ends_with(":job-1"));
    let credentials = held(answer.credentials.unwrap());
    let input = GetCallerIdentityRequest {};
    let who = setting.world.call::<Sts, GetCallerIdentity>(&credentials, input.clone()).unwrap();
    assert_eq!(who.arn, Some(user.arn));
    setting.world.wait(3_600);
    assert!(setting.world.call::<Sts, GetCallerIdentity>(&credentials, input).is_err());
}

#[test]
fn trust_policies_see_what_the_token_says() {
    let mut setting = Setting::new(&allow(json!({})));
    let claims = json!({
        "sub": "repo:a/b", "aud": ["app", "x"], "azp": "other", "amr": ["pwd", "otp"],
        "email": "a@example.com", "made-up": "yes",
    });
    let is = |key: &str, value: &str| json!({"StringEquals": {format!("idp.example.com/realm:{key}"): value}});
    let any =
        |value: &str| json!({"ForAnyValue:StringEquals": {"idp.example.com/realm:amr": value}});
    let global = |key: &str, value: &str| json!({"StringEquals": {key: value}});
    for (condition, admitted) in [
        (is("sub", "repo:a/b"), true),
        (is("sub", "repo:a/c"), false),
        (is("aud", "other"), true),
        (is("aud", "app"), false),
        (is("email", "a@example.com"), true),
        (is("made-up", "yes"), false),
        (any("otp"), true),
        (any("none"), false),
        (json!({"StringEquals": {"https://idp.example.com/realm:sub": "repo:a/b"}}), false),
        (global("sts:RoleSessionName", "job-1"), true),
        (global("aws:PrincipalType", "User"), true),
        (global("aws:userid", PROVIDER), true),
        (global("aws:PrincipalAccount", ACCOUNT), true),
        (json!({"Null": {"aws:PrincipalArn": "true"}}), true),
        (json!({"Null": {"aws:FederatedProvider": "true"}}), true),
        (json!({"Bool": {"sts:RoleAuthorizedByIdp": "false"}}), true),
    ] {
        assert_eq!(
            setting.admits(&allow(condition.clone()), claims.clone()),
            admitted,
            "{condition}"
        );
    }
}

#[test]
fn only_the_provider_itself_is_trusted() {
    let mut setting = Setting::new(&allow(json!({})));
    let action = "sts:AssumeRoleWithWebIdentity";
    let by = |principal: Value, action: &str| json!({"Effect": "Allow", "Principal": principal, "Action": action});
    let elsewhere = "arn:aws:iam::444455556666:oidc-provider/idp.example.com/realm";
    for (statement, admitted) in [
        (by(json!({"Federated": PROVIDER}), action), true),
        (by(json!({"Federated": format!("{PROVIDER}/")}), action), false),
        (by(json!({"Federated": elsewhere}), action), false),
        (by(json!({"AWS": "*"}), action), false),
        (by(json!({"AWS": ACCOUNT}), action), false),
        (by(json!({"Federated": PROVIDER}), "sts:AssumeRole"), false),
    ] {
        assert_eq!(setting.admits(&statement, json!({})), admitted, "{statement}");
    }
    let denied = setting.assume_as(&request("missing"), json!({})).unwrap_err();
    assert_eq!(denied.message, DENIED);
    let id = setting.account;
    let stranger = Issuer::new("https://idp.example.com/other");
    let token = stranger.token(setting.world.now, &json!({}));
    let refused = setting
        .world
        .call_with_token::<Sts, AssumeRoleWithWebIdentity>(id, &stranger, &token, request("web"))
        .unwrap_err();
    assert_eq!(refused.message, "the account has no provider of this issuer");
}

#[test]
fn a_token_may_say_for_which_roles_it_is() {
    let pinned = json!({"Bool": {"sts:RoleAuthorizedByIdp": "true"}});
    let mut setting = Setting::new(&allow(pinned));
    let claim = |roles: Value| json!({"https://aws.amazon.com/roles": roles});
    let role = request("web").role_arn;
    assert!(setting.assume(claim(json!([role]))).is_ok());
    assert!(setting.assume(claim(json!(format!("arn:aws:iam::1:role/x; {role}")))).is_ok());
    assert_eq!(setting.assume(json!({})).unwrap_err().message, DENIED);
    let other = setting.assume(claim(json!(["arn:aws:iam::111122223333:role/Web"]))).unwrap_err();
    assert_eq!(other.code, "InvalidIdentityToken");
    assert_eq!(
        other.message,
        "The target role ARN is not present in the roles claim of the identity token"
    );
}

#[test]
fn tags_and_source_identity_come_from_the_token_and_are_asked_for() {
    let claims = json!({
        "https://aws.amazon.com/tags":
            {"principal_tags": {"Team": ["blue"]}, "transitive_tag_keys": ["Team"]},
        "https://aws.amazon.com/source_identity": "alice",
    });
    let actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"];
    let may = |actions: &[&str]| {
        let tagged = json!({"StringEquals": {
            "aws:RequestTag/Team": "blue", "sts:SourceIdentity": "alice",
        }});
        for_actions(allow(tagged), actions)
    };
    let mut setting = Setting::new(&may(&actions));
    let answer = setting.assume(claims.clone()).unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("alice"));
    assert_eq!(answer.packed_policy_size, Some(2));
    for (missing, given) in all_but_one(&actions) {
        assert!(!setting.admits(&may(&given), claims.clone()), "without {missing}");
    }
    let untagged = json!({
        "https://aws.amazon.com/tags": {"principal_tags": {}, "transitive_tag_keys": ["Team"]},
    });
    setting.world.trust(setting.account, "web", &trust(&allow(json!({}))));
    let failure = setting.assume(untagged).unwrap_err();
    assert_eq!(
        failure.message,
        "The specified transitive tag key must be included in the requested tags."
    );
}

#[test]
fn a_session_remembers_its_provider_and_subject() {
    let mut setting = Setting::new(&allow(json!({})));
    let condition = json!({"StringEquals": {
        "aws:FederatedProvider": PROVIDER,
        "idp.example.com/realm:sub": "alice",
        "idp.example.com/realm:aud": "app",
    }, "ForAllValues:StringEquals": {"idp.example.com/realm:amr": ["otp"]},
       "Null": {"idp.example.com/realm:email": "true", "idp.example.com/realm:amr": "false"}});
    let statement = json!({"Effect": "Allow", "Action": "sts:GetAccessKeyInfo", "Resource": "*",
        "Condition": condition});
    let id = setting.account;
    setting.world.create_role(id, "reader", &trust(&allow(json!({}))), &trust(&statement));
    let claims = json!({"amr": ["otp"], "email": "a@example.com"});
    for (claims, allowed) in
        [(claims.clone(), true), (json!({"sub": "bob", "amr": ["otp"]}), false), (json!({}), false)]
    {
        let answer = setting.assume_as(&request("reader"), claims).unwrap();
        let credentials = held(answer.credentials.unwrap());
        let input = stead_api::sts::GetAccessKeyInfoRequest {
            access_key_id: credentials.access_key_id.clone(),
        };
        let answer =
            setting.world.call::<Sts, stead_api::sts::GetAccessKeyInfo>(&credentials, input);
        assert_eq!(answer.is_ok(), allowed);
    }
}

#[test]
fn durations_and_session_policies_are_those_of_every_role() {
    let mut setting = Setting::new(&allow(json!({})));
    let mut asked = request("web");
    asked.duration_seconds = Some(3_601);
    let failure = setting.assume_as(&asked, json!({})).unwrap_err();
    assert_eq!(
        failure.message,
        "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    setting.world.lengthen(setting.account, "web", 7_200);
    asked.duration_seconds = Some(7_200);
    let answer = setting.assume_as(&asked, json!({})).unwrap();
    // Longer than the token is valid.
    let now = setting.world.now;
    assert_eq!(answer.credentials.unwrap().expiration.seconds_since(now), 7_200);
    asked.policy = Some("{".to_owned());
    assert_eq!(setting.assume_as(&asked, json!({})).unwrap_err().code, "MalformedPolicyDocument");
}

#[test]
fn google_and_cognito_need_no_registration() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    let by = |name: &str, condition: Value| trust(&by(name, condition));
    let app = |value: &str| json!({"StringEquals": {"accounts.google.com:aud": value}});
    world.create_role(account, "web", &by("accounts.google.com", app("x")), "");
    let mut assume = |name: &str, issuer: &str, condition: Value, claims: Value| {
        world.trust(account, "web", &by(name, condition));
        let issuer = Issuer::new(issuer);
        let token = issuer.token(world.now, &claims);
        let input = request("web");
        world.call_with_token::<Sts, AssumeRoleWithWebIdentity>(account, &issuer, &token, input)
    };
    let google = "accounts.google.com";
    // Spec: UG:reference_policies_iam-condition-keys: `aud` is `azp` where a token has it.
    let hybrid = json!({"aud": "web-app", "azp": "android-app", "sub": "7"});
    for issuer in ["https://accounts.google.com", google] {
        let answer = assume(google, issuer, app("x"), json!({"aud": "x"})).unwrap();
        assert_eq!(answer.provider.as_deref(), Some(google));
        assert_eq!(answer.audience.as_deref(), Some("x"));
        assert!(assume(google, issuer, app("android-app"), hybrid.clone()).is_ok());
        let both = json!({"StringEquals": {
            "accounts.google.com:aud": "android-app", "accounts.google.com:oaud": "web-app",
        }});
        assert!(assume(google, issuer, both, hybrid.clone()).is_ok());
        let denied = assume(google, issuer, app("web-app"), hybrid.clone()).unwrap_err();
        assert_eq!(denied.message, DENIED);
    }
    let near = "https://accounts.google.com/";
    let refused = assume(google, near, app("x"), json!({"aud": "x"})).unwrap_err();
    assert_eq!(refused.message, "the account has no provider of this issuer");

    let (cognito, pool) = ("cognito-identity.amazonaws.com", "us-east-1:pool");
    let issuer = "https://cognito-identity.amazonaws.com";
    let signed_in = |method: &str| {
        json!({
            "StringEquals": {"cognito-identity.amazonaws.com:aud": pool},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": method},
        })
    };
    let of = |methods: Value| json!({"aud": pool, "sub": "us-east-1:user", "amr": methods});
    let known = of(json!(["authenticated", "graph.facebook.com"]));
    let unknown = of(json!(["unauthenticated"]));
    assert!(assume(cognito, issuer, signed_in("authenticated"), known.clone()).is_ok());
    assert!(assume(cognito, issuer, signed_in("graph.facebook.com"), known.clone()).is_ok());
    assert!(assume(cognito, issuer, signed_in("unauthenticated"), unknown.clone()).is_ok());
    assert!(assume(cognito, issuer, signed_in("authenticated"), unknown).is_err());
    assert!(assume(cognito, issuer, signed_in("unauthenticated"), known.clone()).is_err());
    let mut elsewhere = known;
    elsewhere["aud"] = json!("us-east-1:other");
    assert!(assume(cognito, issuer, signed_in("authenticated"), elsewhere).is_err());
}

#[test]
fn a_registered_provider_comes_before_the_named_one_of_its_issuer() {
    let statement = |principal: &str| {
        by(principal, json!({"StringEquals": {"accounts.google.com:aud": "app"}}))
    };
    let mut setting = Setting::new(&statement("accounts.google.com"));
    setting.issuer = Issuer::new("https://accounts.google.com");
    assert!(setting.assume(json!({"aud": "app"})).is_ok());
    setting.world.create_oidc_provider(setting.account, "https://accounts.google.com", &["app"]);
    let arn = format!("arn:aws:iam::{ACCOUNT}:oidc-provider/accounts.google.com");
    assert!(!setting.admits(&statement("accounts.google.com"), json!({"aud": "app"})));
    assert!(setting.admits(&statement(&arn), json!({"aud": "app"})));
    let refused = setting.assume(json!({"aud": "unlisted"})).unwrap_err();
    assert!(refused.message.contains("not registered"), "{}", refused.message);
}

#[test]
fn the_longest_claims_of_a_token_make_a_session_and_longer_ones_are_refused() {
    let mut setting = Setting::new(&allow(json!({})));
    let subject = "s".repeat(stead_federation::oidc::limits::SUBJECT_BYTES_MAX);
    let answer = setting.assume(json!({"sub": subject})).unwrap();
    assert_eq!(answer.subject_from_web_identity_token, Some(subject.clone()));
    for methods in [vec!["m".repeat(1_024)], vec![String::new(); 256]] {
        let failure = setting.assume(json!({"sub": subject, "amr": methods})).unwrap_err();
        assert_eq!(failure.code, "InvalidIdentityToken");
        let text = "The claims of the identity token are too long for a session.";
        assert_eq!(failure.message, text);
    }
}

/// A token's short name for Google is no way around the client ids that are registered.
#[test]
fn a_provider_registered_for_google_counts_for_both_forms_of_its_issuer() {
    let mut world = World::new();
    let (account, _) = world.create_account(ACCOUNT);
    world.create_oidc_provider(account, "https://accounts.google.com", &["app"]);
    let provider = "arn:aws:iam::111122223333:oidc-provider/accounts.google.com";
    let by = |name: &str| {
        trust(&by(name, json!({"StringEquals": {"accounts.google.com:sub": "alice"}})))
    };
    world.create_role(account, "web", &by(provider), "");
    for form in ["https://accounts.google.com", "accounts.google.com"] {
        let issuer = Issuer::new(form);
        let mut assume = |audience: &str, name: &str| {
            world.trust(account, "web", &by(name));
            let token = issuer.token(world.now, &json!({"aud": audience}));
            let input = request("web");
            world.call_with_token::<Sts, AssumeRoleWithWebIdentity>(account, &issuer, &token, input)
        };
        let admitted = assume("app", provider).unwrap();
        assert_eq!(admitted.provider.as_deref(), Some(provider), "{form}");
        assert!(assume("other", provider).is_err(), "{form}");
        assert!(assume("other", "accounts.google.com").is_err(), "{form}");
        assert!(assume("app", "accounts.google.com").is_err(), "{form}");
    }
}

/// Spec: UG:reference_policies_condition-keys, aws:PrincipalOrgID: who comes with a token is of
/// no organization yet, and Organizations User Guide, orgs_manage_policies_scps and
/// orgs_manage_policies_rcps: no principal of an account, so that only what is asked for limits.
#[test]
fn who_comes_with_a_token_is_limited_by_resource_control_alone() {
    let mut setting = Setting::new(&allow(json!({})));
    let (management, _) = setting.world.create_account("999988887777");
    setting.world.create_organization(&[management, setting.account]);
    let limit = |setting: &mut Setting, kind, more: Value| {
        let mut statement = json!({"Effect": "Deny", "Action": "sts:*", "Resource": "*"});
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let policy = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
        setting.world.limit(management, kind, &Target::Root, &policy);
    };
    let claims = json!({"sub": "repo:a/b", "aud": ["app"]});
    limit(&mut setting, ControlKind::ServiceControl, json!({}));
    assert!(setting.assume(claims.clone()).is_ok());
    let id = setting.world.organizations()[0].id().to_string();
    let outside = json!({"Principal": "*", "Condition": {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": id},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }});
    limit(&mut setting, ControlKind::ResourceControl, outside);
    assert_eq!(setting.assume(claims).unwrap_err().message, DENIED);
}
