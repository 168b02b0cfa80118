//! Invitations of accounts that exist.

use stead_api::ApiError;
use stead_api::organizations::{
    AcceptHandshake, AcceptHandshakeRequest, AcceptHandshakeResponse, ActionType, CancelHandshake,
    CancelHandshakeRequest, CancelHandshakeResponse, DeclineHandshake, DeclineHandshakeRequest,
    DeclineHandshakeResponse, DescribeHandshake, DescribeHandshakeRequest,
    DescribeHandshakeResponse, Handshake as HandshakeView, HandshakeFilter, HandshakePartyType,
    InviteAccountToOrganization, InviteAccountToOrganizationRequest,
    InviteAccountToOrganizationResponse, ListHandshakesForAccount, ListHandshakesForAccountRequest,
    ListHandshakesForAccountResponse, ListHandshakesForOrganization,
    ListHandshakesForOrganizationRequest, ListHandshakesForOrganizationResponse,
};
use stead_authorizer::Authorized;
use stead_directory::Snapshot;
use stead_directory::organization::commands::handshake;
use stead_directory::organization::{Missing, Organization, OrganizationDraft, OrganizationError};
use stead_service::{Call, Handle, Work};
use stead_types::{AccountId, HandshakeId, Timestamp};

use crate::{Organizations, error, pagination, scope, tags, view};

impl Handle<InviteAccountToOrganization> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn accounts(input: &InviteAccountToOrganizationRequest, _: &Snapshot) -> Vec<AccountId> {
        input.target.id.expose().parse().ok().into_iter().collect()
    }

    fn execute(
        _permit: Authorized<InviteAccountToOrganization>,
        input: InviteAccountToOrganizationRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<InviteAccountToOrganizationResponse, ApiError> {
        let tags = tags::given(input.tags)?;
        // Choice: accounts have no address here by which they could be found.
        if input.target.r#type != HandshakePartyType::Account {
            let message = "You specified an invalid party type as the target parameter.";
            return Err(error::invalid_input("INVALID_PARTY_TYPE_TARGET", message));
        }
        let account: AccountId = input.target.id.expose().parse().map_err(|_| not_an_account())?;
        scope::draft(call, work)?;
        // Choice: an account that is not here could never answer.
        call.snapshot_of(account).ok_or_else(not_an_account)?;
        // Apart, since the draft is part of the work.
        let Work { organization: Some(draft), entropy, .. } = work else {
            return Err(error::not_in_use());
        };
        let notes = input.notes.as_ref().map_or("", |notes| notes.expose());
        let now = call.facts.now;
        let id = handshake::invite(draft, account, notes, tags, *entropy, now);
        let id = id.map_err(error::refused)?;
        let handshake = Some(shown(draft.organization(), &id, now)?);
        Ok(InviteAccountToOrganizationResponse { handshake })
    }
}

impl Handle<DescribeHandshake> for Organizations {
    fn execute(
        _permit: Authorized<DescribeHandshake>,
        input: DescribeHandshakeRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<DescribeHandshakeResponse, ApiError> {
        let (organization, found) = scope::handshake(call, &input.handshake_id)?;
        let handshake = Some(view::handshake(organization, found, call.facts.now));
        Ok(DescribeHandshakeResponse { handshake })
    }
}

impl Handle<AcceptHandshake> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn organization<'a>(
        input: &AcceptHandshakeRequest,
        call: &Call<'a>,
    ) -> Option<&'a Organization> {
        of_handshake(call, &input.handshake_id)
    }

    fn execute(
        _permit: Authorized<AcceptHandshake>,
        input: AcceptHandshakeRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<AcceptHandshakeResponse, ApiError> {
        let handshake = Some(answered(call, work, &input.handshake_id, |draft, id, now| {
            // Choice: as for the account that creates an organization.
            let account = call.account.account();
            let (name, email) = view::name_and_address(account);
            // A member of one organization joins no other.
            match call.organization() {
                Some(own) if own.id() != draft.organization().id() => {
                    Err(OrganizationError::AlreadyMember)
                }
                _ => handshake::accept(draft, id, (&name, &email), now),
            }
        })?);
        Ok(AcceptHandshakeResponse { handshake })
    }
}

impl Handle<DeclineHandshake> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn organization<'a>(
        input: &DeclineHandshakeRequest,
        call: &Call<'a>,
    ) -> Option<&'a Organization> {
        of_handshake(call, &input.handshake_id)
    }

    fn execute(
        _permit: Authorized<DeclineHandshake>,
        input: DeclineHandshakeRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<DeclineHandshakeResponse, ApiError> {
        let handshake = Some(answered(call, work, &input.handshake_id, handshake::decline)?);
        Ok(DeclineHandshakeResponse { handshake })
    }
}

impl Handle<CancelHandshake> for Organizations {
    const WRITES_ORGANIZATION: bool = true;

    fn organization<'a>(
        input: &CancelHandshakeRequest,
        call: &Call<'a>,
    ) -> Option<&'a Organization> {
        of_handshake(call, &input.handshake_id)
    }

    fn execute(
        _permit: Authorized<CancelHandshake>,
        input: CancelHandshakeRequest,
        call: &Call<'_>,
        work: &mut Work<'_>,
    ) -> Result<CancelHandshakeResponse, ApiError> {
        let (organization, _) = scope::handshake(call, &input.handshake_id)?;
        // Observed: radkawar/stackd, recorded in 2026: who has received it cannot take it back.
        if organization.management() != call.account.account() {
            return Err(error::not_management());
        }
        let id = id(&input.handshake_id)?;
        let draft = scope::draft(call, work)?;
        handshake::cancel(draft, &id, call.facts.now).map_err(error::refused)?;
        let handshake = Some(shown(draft.organization(), &id, call.facts.now)?);
        Ok(CancelHandshakeResponse { handshake })
    }
}

impl Handle<ListHandshakesForAccount> for Organizations {
    fn execute(
        _permit: Authorized<ListHandshakesForAccount>,
        input: ListHandshakesForAccountRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListHandshakesForAccountResponse, ApiError> {
        let (account, now) = (call.account.account(), call.facts.now);
        let organizations = call.memberships.inviting(account);
        let received = organizations.flat_map(|organization| {
            let handshakes = organization.handshakes().filter(|it| it.account == account);
            handshakes.map(|it| view::handshake(organization, it, now))
        });
        let asked = (input.next_token.as_deref(), input.max_results);
        let (handshakes, next_token) = page(asked, input.filter.as_ref(), received)?;
        Ok(ListHandshakesForAccountResponse { handshakes: Some(handshakes), next_token })
    }
}

impl Handle<ListHandshakesForOrganization> for Organizations {
    fn execute(
        _permit: Authorized<ListHandshakesForOrganization>,
        input: ListHandshakesForOrganizationRequest,
        call: &Call<'_>,
        _work: &mut Work<'_>,
    ) -> Result<ListHandshakesForOrganizationResponse, ApiError> {
        let (organization, now) = (scope::readable(call)?, call.facts.now);
        let sent = organization.handshakes();
        let sent = sent.map(|handshake| view::handshake(organization, handshake, now));
        let asked = (input.next_token.as_deref(), input.max_results);
        let (handshakes, next_token) = page(asked, input.filter.as_ref(), sent)?;
        Ok(ListHandshakesForOrganizationResponse { handshakes: Some(handshakes), next_token })
    }
}

/// A page of the invitations that a filter asks for.
///
/// Observed: two filters are too many, and no invitation has a parent (radkawar/stackd,
/// recorded in 2026).
fn page(
    asked: (Option<&str>, Option<i32>),
    filter: Option<&HandshakeFilter>,
    handshakes: impl Iterator<Item = HandshakeView>,
) -> Result<(Vec<HandshakeView>, Option<String>), ApiError> {
    let kind = filter.and_then(|filter| filter.action_type);
    let parent = filter.and_then(|filter| filter.parent_handshake_id.as_ref());
    if kind.is_some() && parent.is_some() {
        let message = "You specified too many filter parameters.";
        return Err(error::invalid_input("MAX_LIMIT_EXCEEDED_FILTER", message));
    }
    let is_asked = parent.is_none() && kind.is_none_or(|kind| kind == ActionType::Invite);
    let mut handshakes: Vec<_> = handshakes.filter(|_| is_asked).collect();
    handshakes.sort_by(|one, other| one.id.cmp(&other.id));
    pagination::page(asked, handshakes, |handshake| handshake.id.clone().unwrap_or_default())
}

/// The organization of an invitation, as far as the caller's account has to do with it.
fn of_handshake<'a>(call: &Call<'a>, id: &str) -> Option<&'a Organization> {
    scope::handshake(call, id).ok().map(|(organization, _)| organization)
}

/// Answers an invitation, for the account that has received it.
fn answered(
    call: &Call<'_>,
    work: &mut Work<'_>,
    id_text: &str,
    answer: impl FnOnce(
        &mut OrganizationDraft,
        &HandshakeId,
        Timestamp,
    ) -> Result<(), OrganizationError>,
) -> Result<HandshakeView, ApiError> {
    let (_, found) = scope::handshake(call, id_text)?;
    // Observed: radkawar/stackd, recorded in 2026: who has sent it cannot answer it.
    if found.account != call.account.account() {
        return Err(error::not_management());
    }
    let missing = || error::missing(Missing::Handshake);
    let draft = work.organization.as_mut().ok_or_else(missing)?;
    answer(draft, &found.id, call.facts.now).map_err(error::refused)?;
    shown(draft.organization(), &found.id, call.facts.now)
}

fn shown(
    organization: &Organization,
    id: &HandshakeId,
    now: Timestamp,
) -> Result<HandshakeView, ApiError> {
    let found = organization.handshake(id).ok_or_else(|| error::missing(Missing::Handshake))?;
    Ok(view::handshake(organization, found, now))
}

fn id(text: &str) -> Result<HandshakeId, ApiError> {
    scope::id(text, Missing::Handshake)
}

/// Choice: the code and the wording; AWS does not say.
fn not_an_account() -> ApiError {
    error::invalid_input(
        "INVALID_PATTERN_TARGET_ID",
        "You specified an account that doesn't exist.",
    )
}
