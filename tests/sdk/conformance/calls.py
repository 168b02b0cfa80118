"""Calls without the SDK's own checks, and what is held against every answer."""

import dataclasses
import re
import xml.etree.ElementTree

import boto3
import botocore
import botocore.config
import botocore.exceptions
from botocore import xform_name
from botocore.model import Shape

import world
from allowances import ANSWERED
from operations import MODELS, service_of

# What only this server does: it keeps no answer back for want of a handler.
FAULTS = {500, 501}

_OPTIONS = {"retries": {"total_max_attempts": 1}, "parameter_validation": False, "read_timeout": 120}
_SIGNED = botocore.config.Config(**_OPTIONS)
_UNSIGNED = botocore.config.Config(signature_version=botocore.UNSIGNED, **_OPTIONS)
# Both services answer these without a signature.
_WITHOUT_SIGNATURE = {"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"}


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An error that was answered."""

    code: str
    status: int
    message: str


class Caller:
    """The clients of somebody."""

    def __init__(self, keys: world.Keys | None = None) -> None:
        given = {}
        if keys is not None:
            given["aws_access_key_id"] = keys.access_key_id
            given["aws_secret_access_key"] = keys.secret_access_key
            given["aws_session_token"] = keys.session_token
        self._clients = {service: boto3.client(service, config=_SIGNED, **given) for service in ("iam", "sts")}
        self._unsigned = boto3.client("sts", config=_UNSIGNED)
        self._bodies: list[bytes] = []
        for client in [*self._clients.values(), self._unsigned]:
            client.meta.events.register("before-parse.*", self._keep_body)

    def _keep_body(self, response_dict: dict, **_) -> None:
        self._bodies.append(response_dict["body"])

    def answer(self, operation: str, parameters: dict) -> dict | Refusal:
        """What the operation answers, of which nothing may be a fault of the server and,
        when it succeeds, nothing may be other than the model says."""
        client = self._unsigned if operation in _WITHOUT_SIGNATURE else self._clients[service_of(operation)]
        try:
            answer = getattr(client, xform_name(operation))(**parameters)
        except botocore.exceptions.ClientError as error:
            told = error.response["Error"]
            refusal = Refusal(told["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], told["Message"])
            if refusal.status in FAULTS:
                raise AssertionError(f"{operation} is answered with a fault: {refusal}") from None
            return refusal
        finally:
            body = self._bodies.pop() if self._bodies else b""
        if answer["ResponseMetadata"]["HTTPStatusCode"] != 200:
            raise AssertionError(f"{operation}: {answer['ResponseMetadata']}")
        check_body(operation, body)
        del answer["ResponseMetadata"]
        if shape := MODELS[operation].output_shape:
            check_required(operation, shape, answer)
        return answer

    def result(self, operation: str, parameters: dict) -> dict:
        """The answer of an operation that must succeed."""
        answer = self.answer(operation, parameters)
        if isinstance(answer, Refusal):
            raise AssertionError(f"{operation} is refused: {answer}")
        return answer


def check_required(place: str, shape: Shape, value) -> None:
    """What the SDK's parser made has each member that the model requires, at every depth."""
    if shape.type_name == "structure":
        missing = [name for name in shape.required_members if name not in value]
        if missing:
            raise AssertionError(f"{place}: {', '.join(missing)} is missing")
        for name, held in value.items():
            check_required(f"{place}.{name}", shape.members[name], held)
    elif shape.type_name == "list":
        for index, element in enumerate(value):
            check_required(f"{place}[{index}]", shape.member, element)
    elif shape.metadata.get("enum") and value not in {*shape.metadata["enum"], *ANSWERED.get(shape.name, ())}:
        raise AssertionError(f"{place}: the model does not know `{value}`")


def check_body(operation: str, body: bytes) -> None:
    """The document has the operation's elements and no others: the SDK skips what it does
    not know."""
    model = MODELS[operation]
    namespace = model.service_model.metadata["xmlNamespace"]
    root = xml.etree.ElementTree.fromstring(body)
    expected = f"{{{namespace}}}{operation}Response"
    if root.tag != expected:
        raise AssertionError(f"{operation}: the answer is {root.tag}, not {expected}")
    strangers = {_local(child) for child in root} - {f"{operation}Result", "ResponseMetadata"}
    if strangers:
        raise AssertionError(f"{operation}: unknown elements {strangers}")
    result = root.find(f"{{{namespace}}}{operation}Result")
    if result is not None:
        if model.output_shape is None:
            raise AssertionError(f"{operation}: a result where the model has none")
        _check_element(operation, model.output_shape, result)


def _check_element(place: str, shape: Shape, element) -> None:
    if shape.type_name == "structure":
        known = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for child in element:
            if _local(child) not in known:
                raise AssertionError(f"{place}: the model knows no {_local(child)}")
            _check_element(f"{place}.{_local(child)}", known[_local(child)], child)
    elif shape.type_name == "list":
        for child in element:
            if _local(child) != "member":
                raise AssertionError(f"{place}: a list has {_local(child)}")
            _check_element(f"{place}[]", shape.member, child)
    elif shape.type_name == "timestamp":
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.text or ""):
            raise AssertionError(f"{place}: {element.text!r} is not a moment")


def _local(element) -> str:
    return element.tag.rpartition("}")[2]
