//! Invitations of accounts that exist.

use stead_api::organizations::{
    AcceptHandshake, AcceptHandshakeRequest, ActionType, CancelHandshake, CancelHandshakeRequest,
    DeclineHandshake, DeclineHandshakeRequest, DescribeHandshake, DescribeHandshakeRequest,
    HandshakeFilter, HandshakeParty, HandshakePartyType, HandshakeState,
    InviteAccountToOrganization, InviteAccountToOrganizationRequest, ListAccounts,
    ListAccountsRequest, ListHandshakesForAccount, ListHandshakesForAccountRequest,
    ListHandshakesForOrganization, ListHandshakesForOrganizationRequest,
};
use stead_organizations::Organizations;
use stead_types::Secret;
use stead_world::Credentials;

use crate::fixture::{Fixture, MANAGEMENT};

const INVITED: &str = "444455556666";

fn invitation(account: &str) -> InviteAccountToOrganizationRequest {
    InviteAccountToOrganizationRequest {
        target: HandshakeParty {
            id: Secret::new(account.to_owned()),
            r#type: HandshakePartyType::Account,
        },
        notes: Some(Secret::new("come in".to_owned())),
        tags: vec![],
    }
}

fn invite(fixture: &mut Fixture) -> String {
    let handshake = fixture.call::<InviteAccountToOrganization>(invitation(INVITED)).handshake;
    handshake.unwrap().id.unwrap()
}

fn accept(fixture: &mut Fixture, who: &Credentials, id: &str) -> Result<(), String> {
    let input = AcceptHandshakeRequest { handshake_id: id.to_owned() };
    let answer = fixture.world.call::<Organizations, AcceptHandshake>(who, input);
    answer.map(drop).map_err(|failure| failure.code)
}

fn decline(fixture: &mut Fixture, who: &Credentials, id: &str) -> Result<(), String> {
    let input = DeclineHandshakeRequest { handshake_id: id.to_owned() };
    let answer = fixture.world.call::<Organizations, DeclineHandshake>(who, input);
    answer.map(drop).map_err(|failure| failure.code)
}

fn cancel(fixture: &mut Fixture, who: &Credentials, id: &str) -> Result<(), String> {
    let input = CancelHandshakeRequest { handshake_id: id.to_owned() };
    let answer = fixture.world.call::<Organizations, CancelHandshake>(who, input);
    answer.map(drop).map_err(|failure| failure.code)
}

fn state(fixture: &mut Fixture, who: &Credentials, id: &str) -> Option<HandshakeState> {
    let input = DescribeHandshakeRequest { handshake_id: id.to_owned() };
    let answer = fixture.world.call::<Organizations, DescribeHandshake>(who, input);
    answer.unwrap().handshake.unwrap().state
}

fn error<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}

#[test]
fn an_invited_account_becomes_a_member_when_it_accepts() {
    let mut fixture = Fixture::new();
    let (_, invited) = fixture.world.create_account(INVITED);
    let (_, stranger) = fixture.world.create_account("777788889999");
    let root = fixture.root.clone();
    let id = invite(&mut fixture);
    let again = fixture.refused::<InviteAccountToOrganization>(invitation(INVITED));
    assert_eq!(again, "DuplicateHandshakeException");
    for who in [&root, &invited] {
        assert_eq!(state(&mut fixture, who, &id), Some(HandshakeState::Open));
    }
    assert_eq!(accept(&mut fixture, &stranger, &id), error("HandshakeNotFoundException"));
    assert_eq!(accept(&mut fixture, &root, &id), error("AccessDeniedException"));
    assert_eq!(cancel(&mut fixture, &invited, &id), error("AccessDeniedException"));
    assert_eq!(accept(&mut fixture, &invited, &id), Ok(()));
    let everyone = ListAccountsRequest { next_token: None, max_results: None };
    assert_eq!(fixture.call::<ListAccounts>(everyone).accounts.unwrap().len(), 2);
    assert_eq!(state(&mut fixture, &invited, &id), Some(HandshakeState::Accepted));
    assert_eq!(accept(&mut fixture, &invited, &id), error("HandshakeAlreadyInStateException"));
    let closed = error("InvalidHandshakeTransitionException");
    assert_eq!(decline(&mut fixture, &invited, &id), closed);
    assert_eq!(cancel(&mut fixture, &root, &id), closed);
    let member = fixture.refused::<InviteAccountToOrganization>(invitation(INVITED));
    assert_eq!(member, "HandshakeConstraintViolationException");
}

#[test]
fn an_invitation_is_declined_taken_back_or_grows_old() {
    let mut fixture = Fixture::new();
    let (_, invited) = fixture.world.create_account(INVITED);
    let root = fixture.root.clone();
    let declined = invite(&mut fixture);
    assert_eq!(decline(&mut fixture, &invited, &declined), Ok(()));
    let canceled = invite(&mut fixture);
    assert_eq!(cancel(&mut fixture, &root, &canceled), Ok(()));
    let expired = invite(&mut fixture);
    fixture.world.wait(15 * 24 * 3_600);
    let closed = error("InvalidHandshakeTransitionException");
    for (id, expected) in [
        (&declined, HandshakeState::Declined),
        (&canceled, HandshakeState::Canceled),
        (&expired, HandshakeState::Expired),
    ] {
        assert_eq!(state(&mut fixture, &invited, id), Some(expected));
        assert_eq!(accept(&mut fixture, &invited, id), closed);
    }
    let open = invite(&mut fixture);
    let sent = |filter| ListHandshakesForOrganizationRequest {
        filter,
        next_token: None,
        max_results: Some(20),
    };
    let listed = fixture.call::<ListHandshakesForOrganization>(sent(None)).handshakes.unwrap();
    assert_eq!(listed.len(), 4);
    let received =
        ListHandshakesForAccountRequest { filter: None, next_token: None, max_results: None };
    let answer = fixture.world.call::<Organizations, ListHandshakesForAccount>(&invited, received);
    assert_eq!(answer.unwrap().handshakes.unwrap(), listed);
    for (action_type, parent_handshake_id, count) in [
        (Some(ActionType::Invite), None, 4),
        (Some(ActionType::EnableAllFeatures), None, 0),
        (None, Some(open.clone()), 0),
    ] {
        let filter = Some(HandshakeFilter { action_type, parent_handshake_id });
        let listed = fixture.call::<ListHandshakesForOrganization>(sent(filter)).handshakes;
        assert_eq!(listed.unwrap().len(), count);
    }
    let both = Some(HandshakeFilter {
        action_type: Some(ActionType::Invite),
        parent_handshake_id: Some(open),
    });
    assert_eq!(
        fixture.refused::<ListHandshakesForOrganization>(sent(both)),
        "InvalidInputException"
    );
}

#[test]
fn a_member_of_one_organization_joins_no_other() {
    let mut fixture = Fixture::new();
    let (other, other_root) = fixture.world.create_account("777788889999");
    let (_, invited) = fixture.world.create_account(INVITED);
    fixture.world.create_organization(&[other]);
    let first = invite(&mut fixture);
    let second = fixture
        .world
        .call::<Organizations, InviteAccountToOrganization>(&other_root, invitation(INVITED));
    let second = second.unwrap().handshake.unwrap().id.unwrap();
    assert_eq!(accept(&mut fixture, &invited, &first), Ok(()));
    let refused = error("HandshakeConstraintViolationException");
    assert_eq!(accept(&mut fixture, &invited, &second), refused);
    assert_eq!(state(&mut fixture, &invited, &second), Some(HandshakeState::Open));
    for (account, kind) in [
        ("000000000001", HandshakePartyType::Account),
        ("bad", HandshakePartyType::Account),
        (MANAGEMENT, HandshakePartyType::Email),
    ] {
        let mut asked = invitation(account);
        asked.target.r#type = kind;
        let code = fixture.refused::<InviteAccountToOrganization>(asked);
        assert_eq!(code, "InvalidInputException");
    }
}
