//! What the organizations of caller and resource add.

use stead_directory::organization::commands::{account, policy, unit};
use stead_directory::organization::entity::{ControlKind, Parent, Target};
use stead_directory::organization::full_access_id;
use stead_types::AccountId;
use stead_world::{Credentials, World};

use crate::assume_role::may;
use crate::requests::{ACCOUNT, OTHER, assume, request_in, session, trusting_if};

const SERVICE: ControlKind = ControlKind::ServiceControl;
const RESOURCE: ControlKind = ControlKind::ResourceControl;
const MANAGEMENT: &str = "999988887777";
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// An organization of two accounts, and a third that is in none; each has an administrator, and
/// a role that trusts all three accounts.
struct Fixture {
    world: World,
    member: AccountId,
    administrators: [Credentials; 3],
    roots: [Credentials; 3],
}

const MANAGER: usize = 0;
const MEMBER: usize = 1;
const OUTSIDER: usize = 2;

impl Fixture {
    fn new() -> Self {
        Self::trusting("{}")
    }

    fn trusting(condition: &str) -> Self {
        let mut world = World::new();
        let numbers = [MANAGEMENT, ACCOUNT, OTHER];
        let (accounts, roots): (Vec<_>, Vec<_>) =
            numbers.iter().map(|number| world.create_account(number)).unzip();
        let all = numbers.join("\",\"");
        let trust = trusting_if("*", "sts:AssumeRole", condition)
            .replace(r#"{"AWS":"*"}"#, &format!(r#"{{"AWS":["{all}"]}}"#));
        let administrators: Vec<_> = accounts
            .iter()
            .map(|account| {
                world.create_role(*account, "target", &trust, EVERYTHING);
                world.create_user(*account, "admin", EVERYTHING)
            })
            .collect();
        world.create_organization(&accounts[..2]);
        Self {
            world,
            member: accounts[1],
            administrators: administrators.try_into().unwrap(),
            roots: roots.try_into().unwrap(),
        }
    }

    fn limit(&mut self, kind: ControlKind, target: &Target, text: &str) {
        self.world.limit(self.member, kind, target, text);
    }

    /// What an administrator is answered who assumes the role of an account.
    fn assume(&mut self, who: usize, account: &str) -> Result<(), String> {
        let credentials = self.administrators[who].clone();
        let answer = assume(&mut self.world, &credentials, request_in(account, "target"));
        answer.map(|_| ()).map_err(|failure| without_policy(failure.message))
    }
}

/// The message without the ARN of the policy of the organization: that has random parts.
fn without_policy(message: String) -> String {
    match message.split_once(" control policy: arn:aws:organizations::999988887777:policy/o-") {
        Some((before, _)) => format!("{before} control policy"),
        None => message,
    }
}

fn deny(action: &str, rest: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny",{rest}"Action":"{action}","Resource":"*"}}}}"#
    )
}

fn refused(caller: &str, account: &str, because: &str) -> Result<(), String> {
    Err(format!(
        "User: arn:aws:iam::{caller}:user/admin is not authorized to perform: sts:AssumeRole on \
         resource: arn:aws:iam::{account}:role/target{because}"
    ))
}

const DENIED_BY_SERVICE_CONTROL: &str = " with an explicit deny in a service control policy";
const DENIED_BY_RESOURCE_CONTROL: &str = " with an explicit deny in a resource control policy";

#[test]
fn policies_that_limit_nothing_change_nothing() {
    let mut fixture = Fixture::new();
    for who in [MANAGER, MEMBER, OUTSIDER] {
        for account in [MANAGEMENT, ACCOUNT, OTHER] {
            assert_eq!(fixture.assume(who, account), Ok(()), "{who} {account}");
        }
    }
}

#[test]
fn service_control_policies_limit_who_is_of_a_member_account_and_nobody_else() {
    let mut fixture = Fixture::new();
    fixture.limit(SERVICE, &Target::Root, &deny("sts:AssumeRole", ""));
    for account in [MANAGEMENT, ACCOUNT] {
        // Both are of one organization: the text says why.
        let because = refused(ACCOUNT, account, DENIED_BY_SERVICE_CONTROL);
        assert_eq!(fixture.assume(MEMBER, account), because);
    }
    assert_eq!(fixture.assume(MEMBER, OTHER), refused(ACCOUNT, OTHER, ""));
    for account in [MANAGEMENT, ACCOUNT, OTHER] {
        assert_eq!(fixture.assume(MANAGER, account), Ok(()));
        assert_eq!(fixture.assume(OUTSIDER, account), Ok(()));
    }
}

#[test]
fn the_root_user_and_sessions_of_a_member_account_are_limited_too() {
    let mut fixture = Fixture::new();
    let administrator = fixture.administrators[MEMBER].clone();
    let role = session(&mut fixture.world, &administrator, request_in(ACCOUNT, "target"));
    fixture.limit(SERVICE, &Target::Root, &deny("iam:*", ""));
    for (who, allowed) in [(MANAGER, true), (MEMBER, false), (OUTSIDER, true)] {
        assert_eq!(may(&fixture.world, &fixture.roots[who], "iam:ListUsers"), allowed);
        assert!(may(&fixture.world, &fixture.roots[who], "s3:ListAllMyBuckets"));
    }
    assert!(!may(&fixture.world, &role, "iam:ListUsers"));
    assert!(may(&fixture.world, &role, "s3:ListAllMyBuckets"));
}

#[test]
fn every_level_must_allow() {
    let mut fixture = Fixture::new();
    let member = fixture.member;
    let under = fixture.world.edit_organization(member, |draft, entropy| {
        let unit = Parent::Unit(unit::create(draft, Parent::Root, "sandbox", vec![], entropy)?);
        account::move_to(draft, member, &Parent::Root, unit.clone())?;
        Ok(unit)
    });
    assert_eq!(fixture.assume(MEMBER, ACCOUNT), Ok(()));
    let narrow =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    fixture.limit(SERVICE, &under.clone().into(), narrow);
    // What AWS attaches allows still.
    assert_eq!(fixture.assume(MEMBER, ACCOUNT), Ok(()));
    fixture.world.edit_organization(member, |draft, _| {
        policy::detach(draft, full_access_id(SERVICE), &under.into())
    });
    let because = " because no service control policy allows the sts:AssumeRole action";
    assert_eq!(fixture.assume(MEMBER, ACCOUNT), refused(ACCOUNT, ACCOUNT, because));
    assert!(may(&fixture.world, &fixture.administrators[MEMBER], "s3:GetObject"));
}

#[test]
fn resource_control_policies_limit_what_is_done_to_roles_of_member_accounts_by_anyone() {
    let mut fixture = Fixture::new();
    let outside = r#""Principal":"*","Condition":{"StringNotEqualsIfExists":{"aws:PrincipalAccount":"111122223333"}},"#;
    fixture.limit(RESOURCE, &Target::Root, &deny("sts:AssumeRole", outside));
    assert_eq!(fixture.assume(MEMBER, ACCOUNT), Ok(()));
    let because = refused(MANAGEMENT, ACCOUNT, DENIED_BY_RESOURCE_CONTROL);
    assert_eq!(fixture.assume(MANAGER, ACCOUNT), because);
    assert_eq!(fixture.assume(OUTSIDER, ACCOUNT), refused(OTHER, ACCOUNT, ""));
    for account in [MANAGEMENT, OTHER] {
        for who in [MANAGER, MEMBER, OUTSIDER] {
            assert_eq!(fixture.assume(who, account), Ok(()), "{who} {account}");
        }
    }
}

#[test]
fn iam_is_not_under_resource_control() {
    let mut fixture = Fixture::new();
    fixture.limit(RESOURCE, &Target::Root, &deny("sts:*", r#""Principal":"*","#));
    assert!(may(&fixture.world, &fixture.administrators[MEMBER], "iam:ListUsers"));
    assert!(!may(&fixture.world, &fixture.administrators[MEMBER], "sts:GetSessionToken"));
}

#[test]
fn the_keys_say_where_caller_and_resource_belong() {
    let organization = |fixture: &Fixture| fixture.world.organizations()[0].id().to_string();
    let of_organization = r#"{"StringLike":{"aws:PrincipalOrgID":"o-*"}}"#;
    let mut fixture = Fixture::trusting(of_organization);
    assert_eq!(fixture.assume(MEMBER, OTHER), Ok(()));
    assert_eq!(fixture.assume(MANAGER, OTHER), Ok(()));
    let untrusted = " because no role trust policy allows the sts:AssumeRole action";
    assert_eq!(fixture.assume(OUTSIDER, OTHER), refused(OTHER, OTHER, untrusted));

    let of_root = r#"{"ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":"o-*/r-*/"},
        "StringEquals":{"aws:PrincipalOrgID":"${aws:ResourceOrgID}"}}"#;
    let mut fixture = Fixture::trusting(of_root);
    assert_eq!(fixture.assume(MEMBER, MANAGEMENT), Ok(()));
    // The resource's account is in none.
    assert_eq!(fixture.assume(MEMBER, OTHER), refused(ACCOUNT, OTHER, ""));
    assert_eq!(fixture.assume(OUTSIDER, MANAGEMENT), refused(OTHER, MANAGEMENT, ""));

    let member = fixture.member;
    let id = organization(&fixture);
    let unit = fixture.world.edit_organization(member, |draft, entropy| {
        let unit = Parent::Unit(unit::create(draft, Parent::Root, "sandbox", vec![], entropy)?);
        account::move_to(draft, member, &Parent::Root, unit.clone())?;
        Ok(unit)
    });
    let path = fixture.world.organizations()[0].path_text(&unit).unwrap();
    assert!(path.starts_with(&id) && path.contains("/ou-"));
    assert_eq!(fixture.assume(MEMBER, MANAGEMENT), Ok(()));
    let below = format!(
        r#"{{"ForAnyValue:StringEquals":{{"aws:PrincipalOrgPaths":"{path}"}},"StringEquals":{{"aws:ResourceOrgID":"{id}"}}}}"#
    );
    let trust = trusting_if(ACCOUNT, "sts:AssumeRole", &below);
    let management = MANAGEMENT.parse().unwrap();
    fixture.world.trust(management, "target", &trust);
    assert_eq!(fixture.assume(MEMBER, MANAGEMENT), Ok(()));
    fixture
        .world
        .edit_organization(member, |draft, _| account::move_to(draft, member, &unit, Parent::Root));
    assert_eq!(
        fixture.assume(MEMBER, MANAGEMENT),
        refused(
            ACCOUNT,
            MANAGEMENT,
            " because no role trust policy allows the sts:AssumeRole action"
        )
    );
}
