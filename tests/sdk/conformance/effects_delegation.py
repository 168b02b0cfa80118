"""The effects of operations on delegation requests. An account asks itself here: what two
accounts are to each other is in `../python/test_delegation.py`."""

import world
from effect import Effect, Reading
from fixtures import World

_STEPS = ["AssociateDelegationRequest", "UpdateDelegationRequest", "AcceptDelegationRequest", "SendDelegationToken"]


def asked(w: World) -> dict:
    """The members of a new request."""
    return {
        "OwnerAccountId": w.account,
        "Description": "Set up the product.",
        "Permissions": {"PolicyTemplateArn": w.policy()["PolicyArn"]},
        "RequestorWorkflowId": w.name("workflow"),
        "NotificationChannel": f"arn:aws:sns:us-east-1:{w.account}:updates",
        "SessionDuration": 3600,
    }


def request(w: World, steps: int) -> dict:
    """A request that has come so many steps on its way."""
    made = w.caller.result("CreateDelegationRequest", asked(w))
    named = {"DelegationRequestId": made["DelegationRequestId"]}
    for step in _STEPS[:steps]:
        w.caller.result(step, named)
    return named


def _state(named: dict, part: str = "State") -> Reading:
    return Reading("GetDelegationRequest", f"DelegationRequest.{part}", named)


def create_delegation_request(w: World) -> Effect:
    shown = lambda made: _state({"DelegationRequestId": made["DelegationRequestId"]}, "[State, Description]")
    return Effect(asked(w), shown, ["UNASSIGNED", "Set up the product."])


def associate_delegation_request(w: World) -> Effect:
    named = request(w, 0)
    return Effect(named, _state(named, "[State, OwnerId]"), ["ASSIGNED", w.arn("user/" + w.administrator)])


def update_delegation_request(w: World) -> Effect:
    named = request(w, 1)
    shown = _state(named, "[State, Notes]")
    return Effect({**named, "Notes": "Please look."}, shown, ["PENDING_APPROVAL", "Please look."])


def accept_delegation_request(w: World) -> Effect:
    named = request(w, 2)
    return Effect(named, _state(named), "ACCEPTED")


def reject_delegation_request(w: World) -> Effect:
    named = request(w, 2)
    return Effect({**named, "Notes": "Not now."}, _state(named, "[State, RejectionReason]"), ["REJECTED", "Not now."])


def send_delegation_token(w: World) -> Effect:
    named = request(w, 3)
    return Effect(named, _state(named), "FINALIZED")


def get_delegated_access_token(w: World) -> Effect:
    who = lambda answer: Reading("GetCallerIdentity", "Arn", keys=world.Keys.of_session(answer["Credentials"]))
    return Effect({"TradeInToken": request(w, 4)["DelegationRequestId"]}, who, w.arn("user/" + w.administrator))


EFFECTS = {
    "CreateDelegationRequest": create_delegation_request,
    "AssociateDelegationRequest": associate_delegation_request,
    "UpdateDelegationRequest": update_delegation_request,
    "AcceptDelegationRequest": accept_delegation_request,
    "RejectDelegationRequest": reject_delegation_request,
    "SendDelegationToken": send_delegation_token,
    "GetDelegatedAccessToken": get_delegated_access_token,
}
