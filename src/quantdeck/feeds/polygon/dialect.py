"""What Polygon's refusals mean, and how long to wait after them.

The vendor writes its words under ``error`` or under ``message``, and never says how long to wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.model.errors import AuthFailed, BadInput, NoData, NotEntitled, VenueError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.model.errors import QuantdeckError

_WAITS_S = (15.0, 30.0, 60.0)
_QUOTED = 200
_LONGEST_WORDS = 300


class TimeframeNotIncluded(NotEntitled):
    """The plan has the data, but not of so long ago."""


class _ErrorAnswer(msgspec.Struct, frozen=True):
    status: str = ""
    error: str = ""
    message: str = ""


class PolygonDialect:
    """Fulfils `quantdeck.net.rest.Dialect`. Owned by the REST client.

    Examples
    --------
    >>> dialect = PolygonDialect()
    >>> [dialect.pause(429, {}) for _ in range(4)], dialect.pause(200, {}), dialect.pause(429, {})
    ([15.0, 30.0, 60.0, 60.0], 0.0, 15.0)
    """

    def __init__(self) -> None:
        self._in_a_row = 0

    def usage(self, headers: Mapping[str, str]) -> dict[int, int]:  # noqa: ARG002 - tells nothing
        """Return nothing: the vendor does not tell what has been used."""
        return {}

    def pause(self, status: int, headers: Mapping[str, str]) -> float:
        """Return how long nothing may be asked: as told, else longer each time up to a minute. [s]."""
        if status != 429:
            self._in_a_row = 0
            return 0.0
        self._in_a_row += 1
        told = headers.get("Retry-After", "")
        if told.isdigit() and told != "0":
            return float(told)
        return _WAITS_S[min(self._in_a_row, len(_WAITS_S)) - 1]

    def refusal(self, status: int, body: bytes) -> QuantdeckError:
        """Return the error for a refused request."""
        said = words(status, body)
        low = said.lower()
        if status == 401 or "api key" in low:
            return key_refused(said)
        if status == 403 and "timeframe" in low:
            return TimeframeNotIncluded(
                SOURCE, f"the plan does not reach back so far: {said}; ask for later data"
            )
        if status == 403:
            return NotEntitled(SOURCE, f"the plan does not include this: {said}")
        if status == 404:
            return NoData(f"{SOURCE} has nothing of this: {said}")
        if status in {400, 422}:
            return BadInput(f"{SOURCE} refused the request: {said}")
        return VenueError(SOURCE, f"refused: {said}")


def key_refused(said: str) -> AuthFailed:
    """Return the error for a refused key, with the vendor's words and where keys come from."""
    hint = "check MASSIVE_API_KEY or POLYGON_API_KEY in the environment or in .env"
    return AuthFailed(SOURCE, f"the key was refused: {said}; {hint}")


def words(status: int, body: bytes) -> str:
    """Return what a refusal says, in one line.

    Examples
    --------
    >>> words(404, b'{"status":"NOT_FOUND","message":"Data not found."}')
    'Data not found. (HTTP 404)'
    """
    try:
        answer = msgspec.json.decode(body or b"{}", type=_ErrorAnswer)
        text = answer.error or answer.message or answer.status
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        text = body[:_QUOTED].decode("utf-8", "replace")
    plain = "".join(c if c.isprintable() else " " for c in text[:_LONGEST_WORDS])
    return f"{' '.join(plain.split()) or 'no reason given'} (HTTP {status})"
