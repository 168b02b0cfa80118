//! Roles assumed with the assertions of SAML providers.

use serde_json::{Value, json};
use stead_api::sts::{
    AssumeRoleWithSAML, AssumeRoleWithSAMLRequest, AssumeRoleWithSAMLResponse, GetAccessKeyInfo,
    GetAccessKeyInfoRequest, GetCallerIdentity, GetCallerIdentityRequest,
};
use stead_authorizer::SamlRefused;
use stead_federation::saml::Refusal;
use stead_service::AssertionUse;
use stead_sts::{Sts, refused_saml};
use stead_types::{AccountId, Secret, Timestamp};
use stead_world::{Failure, Said, SamlIdp, World};

use crate::federated::{self, all_but_one, for_actions, trust, was_admitted};
use crate::requests::{ACCOUNT, assume, held, request as assume_role};

const ISSUER: &str = "https://idp.example.com/metadata";
pub(crate) const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/Corporate";
const ROLE: &str = "arn:aws:iam::111122223333:role/web";
const RECIPIENT: &str = "https://signin.aws.amazon.com/saml";
const DENIED: &str = "Not authorized to perform sts:AssumeRoleWithSAML";
/// The base64 of SHA-1 over issuer, account and name.
const NAME_QUALIFIER: &str = "gE+BuXAQ2o99sQ56MRNVqfoEDGk=";

pub(crate) struct Setting {
    pub(crate) world: World,
    pub(crate) account: AccountId,
    pub(crate) idp: SamlIdp,
    assertions: u32,
}

impl Setting {
    /// A provider, and a role of this trust.
    pub(crate) fn new(statement: &Value) -> Self {
        let mut world = World::new();
        let (account, _) = world.create_account(ACCOUNT);
        let idp = SamlIdp::new(ISSUER);
        world.create_saml_provider(account, "Corporate", &idp);
        world.create_role(account, "web", &trust(statement), "");
        Self { world, account, idp, assertions: 0 }
    }

    fn assume(&mut self, said: &Said) -> Result<AssumeRoleWithSAMLResponse, Failure> {
        self.assume_as(&request("web"), said)
    }

    /// Every response has a new assertion.
    fn assume_as(
        &mut self,
        request: &AssumeRoleWithSAMLRequest,
        said: &Said,
    ) -> Result<AssumeRoleWithSAMLResponse, Failure> {
        self.assertions += 1;
        let id = format!("_assertion-{}", self.assertions);
        let response = self.idp.response(self.world.now, &id, said);
        self.hand_in(request, &response)
    }

    pub(crate) fn hand_in(
        &mut self,
        request: &AssumeRoleWithSAMLRequest,
        response: &str,
    ) -> Result<AssumeRoleWithSAMLResponse, Failure> {
        let (account, provider) = (self.account, request.principal_arn.parse().unwrap());
        let input = request.clone();
        self.world
            .call_with_assertion::<Sts, AssumeRoleWithSAML>(account, &provider, response, input)
    }

    /// Whether a role of this trust can be assumed.
    fn admits(&mut self, statement: &Value, said: &Said) -> bool {
        self.world.trust(self.account, "web", &trust(statement));
        was_admitted(self.assume(said), DENIED)
    }
}

pub(crate) fn allow(condition: Value) -> Value {
    federated::allow(PROVIDER, "sts:AssumeRoleWithSAML", &condition)
}

pub(crate) fn request(role: &str) -> AssumeRoleWithSAMLRequest {
    AssumeRoleWithSAMLRequest {
        role_arn: format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        principal_arn: PROVIDER.to_owned(),
        // The shell has read it; the handler looks at what was verified.
        saml_assertion: Secret::new("read before".to_owned()),
        policy_arns: Vec::new(),
        policy: None,
        duration_seconds: None,
    }
}

pub(crate) fn alice() -> Said {
    Said::of("alice", ROLE, PROVIDER)
}

#[test]
fn an_assertion_becomes_credentials_of_the_role() {
    let mut setting = Setting::new(&allow(json!({})));
    let answer = setting.assume(&alice()).unwrap();
    assert_eq!(answer.subject.as_deref(), Some("alice"));
    assert_eq!(answer.subject_type.as_deref(), Some("persistent"));
    assert_eq!(answer.issuer.as_deref(), Some(ISSUER));
    assert_eq!(answer.audience.as_deref(), Some(RECIPIENT));
    assert_eq!(answer.name_qualifier.as_deref(), Some(NAME_QUALIFIER));
    assert_eq!((answer.packed_policy_size, answer.source_identity), (None, None));
    let user = answer.assumed_role_user.unwrap();
    assert_eq!(user.arn, format!("arn:aws:sts::{ACCOUNT}:assumed-role/web/alice"));
    assert!(user.assumed_role_id.ends_with(":alice"));
    let credentials = held(answer.credentials.unwrap());
    let input = GetCallerIdentityRequest {};
    let who = setting.world.call::<Sts, GetCallerIdentity>(&credentials, input.clone()).unwrap();
    assert_eq!(who.arn, Some(user.arn));
    setting.world.wait(3_600);
    assert!(setting.world.call::<Sts, GetCallerIdentity>(&credentials, input).is_err());
}

#[test]
fn trust_policies_see_what_the_assertion_says() {
    let mut setting = Setting::new(&allow(json!({})));
    let said = alice()
        .with("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", &["staff", "faculty"])
        .with("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", &["a@x.org"])
        .with("urn:made:up", &["yes"]);
    let is = |key: &str, value: &str| json!({"StringEquals": {key: value}});
    let any =
        |value: &str| json!({"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": value}});
    for (condition, admitted) in [
        (is("saml:sub", "alice"), true),
        (is("saml:sub", "mallory"), false),
        (is("SAML:sub", "alice"), true),
        (is("saml:sub_type", "persistent"), true),
        (is("saml:aud", RECIPIENT), true),
        (is("saml:aud", "urn:amazon:webservices"), false),
        (is("saml:iss", ISSUER), true),
        (is("saml:doc", "111122223333/Corporate"), true),
        (is("saml:namequalifier", NAME_QUALIFIER), true),
        (any("staff"), true),
        (any("student"), false),
        (is("saml:mail", "a@x.org"), true),
        (is("urn:made:up", "yes"), false),
        (is("sts:RoleSessionName", "alice"), true),
        (is("aws:PrincipalType", "User"), true),
        (is("aws:userid", PROVIDER), true),
        (is("aws:PrincipalAccount", ACCOUNT), true),
        (json!({"Null": {"aws:PrincipalArn": "true"}}), true),
        (json!({"Null": {"aws:FederatedProvider": "true"}}), true),
    ] {
        assert_eq!(setting.admits(&allow(condition.clone()), &said), admitted, "{condition}");
    }
}

#[test]
fn only_the_provider_itself_is_trusted() {
    let mut setting = Setting::new(&allow(json!({})));
    let action = "sts:AssumeRoleWithSAML";
    let by = |principal: Value, action: &str| json!({"Effect": "Allow", "Principal": principal, "Action": action});
    for (statement, admitted) in [
        (by(json!({"Federated": PROVIDER}), action), true),
        (by(json!({"Federated": format!("{PROVIDER}2")}), action), false),
        (by(json!({"Federated": PROVIDER.replace("1111", "4444")}), action), false),
        (by(json!({"AWS": "*"}), action), false),
        (by(json!({"AWS": ACCOUNT}), action), false),
        (by(json!({"Federated": PROVIDER}), "sts:AssumeRole"), false),
    ] {
        assert_eq!(setting.admits(&statement, &alice()), admitted, "{statement}");
    }
    // A role that is missing looks like one that does not trust the provider.
    let missing = ROLE.replace("web", "missing");
    let said = Said::of("alice", &missing, PROVIDER);
    let denied = setting.assume_as(&request("missing"), &said).unwrap_err();
    assert_eq!((denied.code.as_str(), denied.message.as_str()), ("AccessDenied", DENIED));
}

#[test]
fn the_assertion_names_the_role_together_with_the_provider() {
    let mut setting = Setting::new(&allow(json!({})));
    let other = format!("{ROLE}2,{PROVIDER}");
    let pair = format!("{ROLE},{PROVIDER}");
    let reversed = format!("{PROVIDER},{ROLE}");
    for (values, admitted) in [
        (vec![other.as_str(), &pair], true),
        (vec![reversed.as_str()], true),
        (vec![other.as_str()], false),
        (vec![&*format!("{ROLE},{PROVIDER}2")], false),
        (vec![&*format!("{},{PROVIDER}", ROLE.replace("role/web", "role/Web"))], false),
    ] {
        let outcome = setting.assume(&alice().with("Role", &values));
        assert_eq!(outcome.is_ok(), admitted, "{values:?}: {outcome:?}");
        if let Err(failure) = outcome {
            assert_eq!(failure.code, "InvalidIdentityToken");
            let text =
                "SAML Assertion doesn't contain the requested Role and Metadata in the attributes";
            assert_eq!(failure.message, text);
        }
    }
}

#[test]
fn tags_and_source_identity_come_from_the_assertion_and_are_asked_for() {
    let said = alice()
        .with("PrincipalTag:Team", &["blue"])
        .with("TransitiveTagKeys", &["Team"])
        .with("SourceIdentity", &["source-alice"]);
    let actions = ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"];
    let may = |actions: &[&str]| {
        let tagged = json!({"StringEquals": {
            "aws:RequestTag/Team": "blue", "sts:SourceIdentity": "source-alice",
        }});
        for_actions(allow(tagged), actions)
    };
    let mut setting = Setting::new(&may(&actions));
    let answer = setting.assume(&said).unwrap();
    assert_eq!(answer.source_identity.as_deref(), Some("source-alice"));
    assert_eq!(answer.packed_policy_size, Some(2));
    for (missing, given) in all_but_one(&actions) {
        assert!(!setting.admits(&may(&given), &said), "without {missing}");
    }
    setting.world.trust(setting.account, "web", &trust(&may(&actions)));
    let untagged = said.clone().without("PrincipalTag:Team");
    let text = "The specified transitive tag key must be included in the requested tags.";
    assert_eq!(setting.assume(&untagged).unwrap_err().message, text);
    let text = "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"";
    let reserved = setting.assume(&said.with("SourceIdentity", &["aws:alice"])).unwrap_err();
    // A colon is no character of a source identity, so the assertion itself is refused.
    assert!(reserved.message == text || reserved.code == "Unauthenticated", "{reserved:?}");
}

#[test]
fn a_session_remembers_its_provider_and_subject() {
    let mut setting = Setting::new(&allow(json!({})));
    let condition = json!({
        "StringEquals": {
            "aws:FederatedProvider": PROVIDER,
            "saml:sub": "alice",
            "saml:sub_type": "persistent",
            "saml:namequalifier": NAME_QUALIFIER,
        },
        "Null": {"saml:iss": "true", "saml:aud": "true", "saml:doc": "true"},
    });
    let statement = json!({"Effect": "Allow", "Action": "sts:GetAccessKeyInfo", "Resource": "*",
        "Condition": condition});
    let id = setting.account;
    setting.world.create_role(id, "reader", &trust(&allow(json!({}))), &trust(&statement));
    let reader = ROLE.replace("web", "reader");
    for (subject, allowed) in [("alice", true), ("bob", false)] {
        let said = Said::of(subject, &reader, PROVIDER);
        let answer = setting.assume_as(&request("reader"), &said).unwrap();
        let credentials = held(answer.credentials.unwrap());
        let input = GetAccessKeyInfoRequest { access_key_id: credentials.access_key_id.clone() };
        let answer = setting.world.call::<Sts, GetAccessKeyInfo>(&credentials, input);
        assert_eq!(answer.is_ok(), allowed);
    }
}

#[test]
fn transitive_tags_and_the_source_identity_last_through_a_chain() {
    let actions = ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"];
    let mut setting = Setting::new(&for_actions(allow(json!({})), &actions));
    let next = json!({
        "Effect": "Allow", "Principal": {"AWS": ROLE},
        "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": {"StringEquals": {"aws:PrincipalTag/Team": "blue", "aws:SourceIdentity": "alice"}},
    });
    setting.world.create_role(setting.account, "next", &trust(&next), "");
    let chained = |setting: &mut Setting, said: &Said| {
        let answer = setting.assume(said).unwrap();
        let credentials = held(answer.credentials.unwrap());
        assume(&mut setting.world, &credentials, assume_role("next"))
    };
    let said = alice().with("PrincipalTag:Team", &["blue"]).with("SourceIdentity", &["alice"]);
    assert!(chained(&mut setting, &said).is_ok());
    assert!(chained(&mut setting, &said.without("PrincipalTag:Team")).is_err());
}

#[test]
fn what_the_assertion_says_of_time_only_shortens_the_session() {
    let mut setting = Setting::new(&allow(json!({})));
    setting.world.lengthen(setting.account, "web", 7_200);
    let lasts = |setting: &mut Setting, asked: Option<i32>, said: &Said| {
        let request = AssumeRoleWithSAMLRequest { duration_seconds: asked, ..request("web") };
        let answer = setting.assume_as(&request, said)?;
        Ok::<_, Failure>(answer.credentials.unwrap().expiration.seconds_since(setting.world.now))
    };
    let ends = |seconds| Said { session_ends_in: Some(seconds), ..alice() };
    let duration = |seconds| alice().with("SessionDuration", &[seconds]);
    for (asked, said, expected) in [
        (None, alice(), 3_600),
        (Some(7_200), alice(), 7_200),
        (None, duration("7200"), 3_600),
        (Some(7_200), duration("900"), 900),
        (Some(7_200), ends(600), 600),
        (None, ends(100_000), 3_600),
        (Some(900), ends(901), 900),
        (None, Said { session_ends_in: Some(1_000), ..duration("1200") }, 1_000),
    ] {
        assert_eq!(lasts(&mut setting, asked, &said), Ok(expected), "{asked:?} {said:?}");
    }
    let failure = lasts(&mut setting, Some(7_201), &alice()).unwrap_err();
    let text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    assert_eq!((failure.code.as_str(), failure.message.as_str()), ("ValidationError", text));
    let mut asked = request("web");
    asked.policy = Some("{".to_owned());
    assert_eq!(setting.assume_as(&asked, &alice()).unwrap_err().code, "MalformedPolicyDocument");
}

#[test]
fn one_assertion_is_good_for_several_calls_unless_it_is_to_be_used_once() {
    let mut setting = Setting::new(&allow(json!({})));
    let response = setting.idp.response(setting.world.now, "_one", &alice());
    for _ in 0..2 {
        assert!(setting.hand_in(&request("web"), &response).is_ok());
    }
    setting.world.assertion_use = AssertionUse::Once;
    assert!(setting.hand_in(&request("web"), &response).is_ok());
    let failure = setting.hand_in(&request("web"), &response).unwrap_err();
    let found = (failure.code.as_str(), failure.message.as_str());
    assert_eq!(found, ("ExpiredTokenException", "Response has expired"));
    // One that is denied is not used up, and another is another.
    let other = setting.idp.response(setting.world.now, "_other", &alice());
    setting.world.trust(
        setting.account,
        "web",
        &trust(&allow(json!({"Null": {"saml:sub": "true"}}))),
    );
    assert_eq!(setting.hand_in(&request("web"), &other).unwrap_err().message, DENIED);
    setting.world.trust(setting.account, "web", &trust(&allow(json!({}))));
    assert!(setting.hand_in(&request("web"), &other).is_ok());
    let kept = setting.world.guards.first().unwrap();
    let usable = setting.world.now.plus(std::time::Duration::from_secs(300));
    assert!(kept.expires_at > usable, "{kept:?}");
}

/// XML has names of any letters, and of as many as are read.
#[test]
fn assertions_with_long_ids_in_any_script_are_used_once_too() {
    let mut setting = Setting::new(&allow(json!({})));
    setting.world.assertion_use = AssertionUse::Once;
    let longest = "\u{20000}".repeat(stead_federation::saml::limits::ID_CHARACTERS_MAX);
    let near = longest.replacen('\u{20000}', "\u{20001}", 1);
    for id in [&longest, &near] {
        let response = setting.idp.response(setting.world.now, id, &alice());
        assert!(setting.hand_in(&request("web"), &response).is_ok());
        let again = setting.hand_in(&request("web"), &response).unwrap_err();
        assert_eq!(again.message, "Response has expired");
    }
    for guard in &setting.world.guards {
        assert!(guard.key.is_ascii() && guard.key.len() < 200, "{guard:?}");
    }
}

#[test]
fn an_assertion_that_is_too_old_is_told_from_one_that_has_ended() {
    let at = Timestamp::from_epoch_seconds(1_767_225_600);
    for (part, expected) in [
        (Refusal::ISSUE_INSTANT, "Token must be redeemed within 5 minutes of issuance"),
        ("Conditions/@NotOnOrAfter", "Response has expired"),
        ("SubjectConfirmationData/@NotOnOrAfter", "Response has expired"),
        ("AuthnStatement/@SessionNotOnOrAfter", "Response has expired"),
    ] {
        let refusal = Refusal::Expired { part, at, now: at };
        let refused = SamlRefused::Response { provider: PROVIDER.parse().unwrap(), refusal };
        let error = refused_saml(&refused, "no text has it");
        let found = (error.code().as_str(), error.message());
        assert_eq!(found, ("ExpiredTokenException", expected), "{part}");
    }
}

#[test]
fn providers_of_other_names_and_with_old_metadata_vouch_for_nobody() {
    let mut setting = Setting::new(&allow(json!({})));
    let elsewhere =
        AssumeRoleWithSAMLRequest { principal_arn: format!("{PROVIDER}2"), ..request("web") };
    let failure = setting.assume_as(&elsewhere, &alice()).unwrap_err();
    assert_eq!(failure.message, format!("the account has no provider `{PROVIDER}2`"));
    setting.world.wait(stead_world::METADATA_VALID_SECONDS);
    let failure = setting.assume(&alice()).unwrap_err();
    assert!(failure.message.contains("metadata"), "{failure:?}");
}
