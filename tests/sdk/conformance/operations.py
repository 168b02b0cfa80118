"""The operations of both services, as the model has them that boto3 brings along."""

import dataclasses
import re

import botocore.session
from botocore.model import OperationModel, Shape

from texts import text

_SESSION = botocore.session.get_session()

SERVICES = ["sts", "iam"]

# Operations whose names begin so change nothing that another operation could show.
# Those of _SESSIONS give out a session, which another shows.
_READING = re.compile("(Get|List|Simulate|Decode)")
_SESSIONS = {"GetDelegatedAccessToken", "GetFederationToken", "GetSessionToken"}


def _models() -> dict[str, OperationModel]:
    services = [_SESSION.get_service_model(service) for service in SERVICES]
    return {name: model.operation_model(name) for model in services for name in model.operation_names}


MODELS = _models()
PAGINATORS = {service: _SESSION.get_paginator_model(service)._paginator_config for service in SERVICES}

READING = sorted(name for name in MODELS if _READING.match(name) and name not in _SESSIONS)
WRITING = sorted(MODELS.keys() - READING)


def service_of(operation: str) -> str:
    return MODELS[operation].service_model.service_name


def names_error(operation: str, code: str) -> bool:
    """Whether the model has this error for the operation."""
    return any(shape.error_code == code for shape in MODELS[operation].error_shapes)


@dataclasses.dataclass(frozen=True)
class Member:
    """A member of a request: the names on the way to it, `[]` for an element of a list."""

    operation: str
    path: tuple[str, ...]
    shape: Shape = dataclasses.field(compare=False)
    required: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.path).replace(".[]", "[]")


def members(operation: str) -> list[Member]:
    """Every member of the request, those within structures and lists too."""
    shape = MODELS[operation].input_shape
    return list(_below(operation, (), shape)) if shape else []


def _below(operation: str, path: tuple[str, ...], shape: Shape):
    if shape.type_name == "structure":
        for name, inner in shape.members.items():
            yield Member(operation, (*path, name), inner, name in shape.required_members)
            yield from _below(operation, (*path, name), inner)
    elif shape.type_name == "list":
        yield Member(operation, (*path, "[]"), shape.member)
        yield from _below(operation, (*path, "[]"), shape.member)


def value_at(parameters: dict, path: tuple[str, ...]):
    """What stands in a request at a path, the first element of a list; None when nothing does."""
    value = parameters
    for name in path:
        if name == "[]":
            value = value[0] if value else None
        elif value is not None:
            value = value.get(name)
    return value


def changed(parameters, path: tuple[str, ...], value, shape: Shape):
    """The request with another value at a path. What is missing on the way is made up of
    samples; None takes the member away."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    if name == "[]":
        elements = parameters or [sample(shape.member)]
        return [changed(elements[0], rest, value, shape.member), *elements[1:]]
    inner = shape.members[name]
    before = (parameters or {}).get(name)
    if rest and before is None:
        before = sample(inner)
    after = changed(before, rest, value, inner)
    others = {key: held for key, held in (parameters or {}).items() if key != name}
    return others if after is None else {**others, name: after}


def sample(shape: Shape):
    """Something that breaks no constraint of a shape, with what is required and no more."""
    if shape.type_name == "structure":
        # A structure without a member is not there on the wire.
        names = shape.required_members or list(shape.members)[:1]
        return {name: sample(shape.members[name]) for name in names}
    if shape.type_name == "list":
        return [sample(shape.member) for _ in range(max(shape.metadata.get("min", 0), 1))]
    if shape.type_name == "boolean":
        return True
    if shape.type_name in ("integer", "long"):
        return shape.metadata.get("min", 1)
    if shape.type_name == "timestamp":
        return "2026-01-01T00:00:00Z"
    if shape.metadata.get("enum"):
        return shape.metadata["enum"][0]
    return text(shape, max(shape.metadata.get("min", 0), 1))
