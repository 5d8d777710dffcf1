"""The newest state of one topic, and the messages made of it: each at most once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

Encode = Callable[[Any], bytes]
"""Payload, or change, to JSON."""
Change = Callable[[Any, Any], Any]
"""What makes the second payload of the first, or None where only the whole will do."""

_string = msgspec.json.Encoder().encode


class Latest:
    """The newest state of one topic. Owned by `quantdeck.hub.topics.Topics`.

    Parameters
    ----------
    encode : callable
        Payload (or change) to JSON bytes.
    change : callable
        ``change(old, new)``, None where only the whole will do.
    """

    __slots__ = (
        "_change", "_changes", "_code", "_encode", "_payload", "_previous", "_ts_ms", "_wholes",
        "number",
    )  # fmt: skip

    def __init__(self, *, encode: Encode, change: Change) -> None:
        self.number = 0
        """Counts the states; 0 before the first."""
        self._encode = encode
        self._change = change
        self._payload: Any = None
        self._previous: Any = None
        self._code = ""
        self._ts_ms = 0
        self._wholes: dict[str, str] = {}
        self._changes: dict[str, str | None] = {}

    def put(self, payload: Any, ts_ms: int) -> None:
        """Make `payload` the state; `ts_ms` is the server's time. [ms]."""
        same_kind = not self._code and type(self._payload) is type(payload)
        self._previous = self._payload if same_kind else None
        self._code = ""
        self._advance(payload, ts_ms)

    def put_failure(self, code: str, message: str, ts_ms: int) -> bool:
        """Make a failure the state; False where it is the same as before and nothing changes."""
        if self._code == code and self._payload == message:
            return False
        self._previous = None
        self._code = code
        self._advance(message, ts_ms)
        return True

    def text(self, name: str, sent: int) -> str:
        """Return the message for a reader that calls the topic `name` and holds state `sent`."""
        if sent and sent == self.number - 1 and self._previous is not None:
            if name not in self._changes:
                change = self._change(self._previous, self._payload)
                self._changes[name] = None if change is None else self._state("d", name, change)
            text = self._changes[name]
            if text is not None:
                return text
        whole = self._wholes.get(name)
        if whole is None:
            whole = self._wholes[name] = (
                error_text(name, self._code, self._payload)
                if self._code
                else self._state("snap", name, self._payload)
            )
        return whole

    def _advance(self, payload: Any, ts_ms: int) -> None:
        self._payload = payload
        self._ts_ms = ts_ms
        self.number += 1
        self._wholes = {}
        self._changes = {}

    def _state(self, kind: str, name: str, data: Any) -> str:
        return (
            f'{{"t":"{kind}","topic":{_string(name).decode()},"seq":{self.number},'
            f'"ts":{self._ts_ms},"data":{self._encode(data).decode()}}}'
        )


def error_text(topic: str, code: str, message: str) -> str:
    """Return the message that says that a topic cannot be served.

    Parameters
    ----------
    topic : str
        As the client wrote it.
    code : str
        ``bad-input``, ``no-data``, ``too-many`` or ``internal``.
    message : str
        For a person.

    Returns
    -------
    str
        JSON text.
    """
    return _string({"t": "err", "topic": topic, "code": code, "message": message}).decode()
