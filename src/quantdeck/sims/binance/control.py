"""Control messages of a stream connection: what they change and how they are answered.

Binance USD-M futures documentation, "Live Subscribing/Unsubscribing to streams" and its table of
error messages; spot's are the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import msgspec

from quantdeck.sims.binance.names import MAX_STREAMS

if TYPE_CHECKING:
    from collections.abc import Callable

_METHODS = "SUBSCRIBE, UNSUBSCRIBE, LIST_SUBSCRIPTIONS, SET_PROPERTY, GET_PROPERTY"


class Rejected(Exception):  # noqa: N818
    """A control message that is answered with an error.

    Parameters
    ----------
    code : int
        0 unknown property, 1 wrong type of value, 2 invalid request, 3 invalid JSON.
    message : str
        The venue's words.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(slots=True)
class ControlState:
    """What control messages act on.

    Parameters
    ----------
    names : dict of str to None
        Streams subscribed, in order, known to the venue or not.
    is_combined : bool
        Whether payloads are wrapped as ``{"stream": ..., "data": ...}``.
    """

    names: dict[str, None] = field(default_factory=dict[str, None])
    is_combined: bool = False


def answer(
    text: bytes, state: ControlState, *, refuses: Callable[[str], bool], as_object: bool
) -> bytes:
    """Return the answer to a control message, after doing what it says.

    Parameters
    ----------
    text : bytes
        The message.
    state : ControlState
        Changed in place.
    refuses : callable
        Whether a subscription to a stream is refused.
    as_object : bool
        Put code and message of errors into an object named ``error``.
    """
    request_id: object = None
    try:
        request = _decoded(text)
        request_id = _request_id(request)
        result = _run(request, state, refuses)
    except Rejected as rejected:
        error: dict[str, Any] = {"code": rejected.code, "msg": rejected.message}
        body = {"error": error} if as_object else error
        return msgspec.json.encode(body | {"id": request_id})
    return msgspec.json.encode({"result": result, "id": request_id})


def _decoded(text: bytes) -> dict[str, Any]:
    try:
        request: object = msgspec.json.decode(text)
    except msgspec.DecodeError:
        raise Rejected(3, "Invalid JSON: expected value at line 1 column 1") from None
    if not isinstance(request, dict):
        raise Rejected(2, "Invalid request: expected an object")
    return cast("dict[str, Any]", request)


def _request_id(request: dict[str, Any]) -> object:
    value = request.get("id")
    if isinstance(value, bool) or not (
        value is None
        or (isinstance(value, int) and -(2**63) <= value < 2**63)
        or (isinstance(value, str) and len(value) <= 36)
    ):
        raise Rejected(2, "Invalid request: request ID must be an unsigned integer")
    return value


def _run(request: dict[str, Any], state: ControlState, refuses: Callable[[str], bool]) -> object:
    method = request.get("method")
    if method is None:
        raise Rejected(2, "Invalid request: missing field `method` at line 1 column 1")
    if method == "LIST_SUBSCRIPTIONS":
        return list(state.names)
    if method in {"SUBSCRIBE", "UNSUBSCRIBE"}:
        names = _names(request)
        if method == "UNSUBSCRIBE":
            for name in names:
                state.names.pop(name, None)
            return None
        _subscribe(names, state, refuses)
        return None
    if method == "SET_PROPERTY":
        return _set_property(request, state)
    if method == "GET_PROPERTY":
        _property_name(request, count=1)
        return state.is_combined
    raise Rejected(2, f"Invalid request: unknown variant `{method}`, expected one of {_METHODS}")


def _subscribe(names: list[str], state: ControlState, refuses: Callable[[str], bool]) -> None:
    for name in names:
        if refuses(name):
            raise Rejected(2, f"Invalid request: {name} cannot be subscribed")
    if len(state.names.keys() | set(names)) > MAX_STREAMS:
        raise Rejected(2, f"Invalid request: more than {MAX_STREAMS} streams on a connection")
    state.names.update(dict.fromkeys(names))


def _names(request: dict[str, Any]) -> list[str]:
    names: object = request.get("params")
    if not isinstance(names, list):
        raise Rejected(2, "Invalid request: missing field `params`")
    listed = cast("list[object]", names)
    if not all(isinstance(name, str) for name in listed):
        raise Rejected(2, "Invalid request: stream names must be strings")
    return [str(name) for name in listed]


def _property_name(request: dict[str, Any], *, count: int) -> list[Any]:
    parameters: object = request.get("params")
    if not isinstance(parameters, list) or not parameters:
        raise Rejected(2, "Invalid request: missing field `params`")
    listed = cast("list[Any]", parameters)
    if len(listed) > count:
        raise Rejected(2, "Invalid request: too many parameters")
    if not isinstance(listed[0], str):
        raise Rejected(2, "Invalid request: property name must be a string")
    if listed[0] != "combined":
        raise Rejected(0, "Unknown property")
    return listed


def _set_property(request: dict[str, Any], state: ControlState) -> None:
    listed = _property_name(request, count=2)
    if len(listed) < 2 or not isinstance(listed[1], bool):
        raise Rejected(1, "Invalid value type: expected Boolean")
    state.is_combined = listed[1]
