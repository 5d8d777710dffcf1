"""What Yahoo's refusals mean: being asked to wait is not an unknown symbol, a web page is no answer."""

from __future__ import annotations

import re

import msgspec

from quantdeck.feeds.yahoo.access import SOURCE, Reply
from quantdeck.feeds.yahoo.wire import AnyAnswer, Refused
from quantdeck.model.errors import (
    BadInput,
    Disconnected,
    NoData,
    QuantdeckError,
    RateLimited,
    VenueError,
)

SLOW_DOWN_S = 60.0
"""Wait after a 429 that does not say how long. [s]"""

_NOTHING_THERE = re.compile(r"doesn't exist for startDate|No data found for this expiration")
_QUOTED = 160


def refusal_of(reply: Reply, asked: str) -> QuantdeckError | None:
    """Return the error that an answer is, None where it is an answer.

    Parameters
    ----------
    reply : Reply
        What came.
    asked : str
        For what, in words that a person knows, such as ``bars of US:AAPL``.

    Examples
    --------
    >>> str(refusal_of(Reply(429, b"Too Many Requests", 30.0), "bars of US:AAPL"))
    'yahoo: bars of US:AAPL: Too Many Requests (retry after 30 s)'
    >>> refusal_of(Reply(200, b"{}"), "bars of US:AAPL") is None
    True
    """
    status, body = reply.status, reply.body
    if status == 429:
        wait_s = SLOW_DOWN_S if reply.retry_after_s is None else reply.retry_after_s
        return RateLimited(SOURCE, f"{asked}: Too Many Requests", retry_after_s=wait_s)
    if status >= 500:
        return Disconnected(SOURCE, f"{asked}: HTTP {status}")
    if body.lstrip()[:1] == b"<":
        return _page(body, asked)
    if status == 200:
        return None
    told = _told(body)
    if told is None:
        quoted = body[:_QUOTED].decode("utf-8", "replace").strip()
        return VenueError(SOURCE, f"{asked}: HTTP {status} {quoted}".rstrip())
    return _meant(status, told, asked)


def _meant(status: int, told: Refused, asked: str) -> QuantdeckError:
    words = told.description or told.code
    if status in (401, 403):
        return VenueError(SOURCE, f"{asked}: {words} (HTTP {status}), also with a new cookie")
    if _NOTHING_THERE.search(words):
        return NoData(f"{SOURCE} has no {asked} in this span: {words!r}")
    if status == 404:
        return BadInput(
            f"{SOURCE} has no {asked}: it does not know the symbol, or no longer ({words!r})"
        )
    return BadInput(f"{SOURCE} refuses {asked}: {words!r}")


def _page(body: bytes, asked: str) -> VenueError:
    if b"Will be right back" in body:
        return Disconnected(SOURCE, f"{asked}: Yahoo says it will be right back")
    if b"consent" in body.lower():
        return VenueError(SOURCE, f"{asked}: Yahoo shows its page of consent instead of an answer")
    return VenueError(SOURCE, f"{asked}: a web page came instead of an answer")


def _told(body: bytes) -> Refused | None:
    try:
        return msgspec.json.decode(body, type=AnyAnswer).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
