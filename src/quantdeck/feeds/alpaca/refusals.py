"""What Alpaca's stream says went wrong, and what is to be done about it.

Source: Alpaca, "WebSocket Stream", table of errors.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Remedy(StrEnum):
    """What to do about an error."""

    PASS_OVER = "pass-over"  # noqa: S105 - no password
    """Nothing."""
    SPLIT = "split"
    """Something in the request is wrong: ask for parts of it, and leave out what stays refused."""
    SHRINK = "shrink"
    """The plan allows fewer symbols."""
    LEAVE_OUT = "leave-out"
    """Never ask for this again."""
    WAIT_FOR_TURN = "wait-for-turn"
    """Another program holds the only connection: ask again on the same socket."""
    CONFLATE = "conflate"
    """We read too slowly: take only the newest quotes, and reconnect."""
    RECONNECT = "reconnect"
    """Start over."""
    STOP = "stop"
    """A person has to act."""


class Refusal(msgspec.Struct, frozen=True):
    """One kind of error.

    Parameters
    ----------
    remedy : Remedy
        What to do.
    said : str
        What it means, and what a person can do.
    """

    remedy: Remedy
    said: str


REFUSALS = {
    400: Refusal(Remedy.SPLIT, "the request was not understood"),
    401: Refusal(Remedy.RECONNECT, "the server wants the login first"),
    402: Refusal(
        Remedy.STOP,
        "Alpaca refused the key; check ALPACA_API_KEY and ALPACA_API_SECRET, and start again",
    ),
    403: Refusal(Remedy.PASS_OVER, "already logged in"),
    404: Refusal(Remedy.RECONNECT, "the login took too long"),
    405: Refusal(Remedy.SHRINK, "the plan allows no more symbols"),
    406: Refusal(
        Remedy.WAIT_FOR_TURN,
        "another program holds the stream: the plan allows one connection; stop the other one",
    ),
    407: Refusal(Remedy.CONFLATE, "the server found us too slow; only the newest quotes are taken"),
    409: Refusal(
        Remedy.STOP,
        "the plan does not include this data feed; set the feed to indicative, or change the plan",
    ),
    410: Refusal(Remedy.LEAVE_OUT, "the stream does not offer this"),
    411: Refusal(Remedy.STOP, "the key is not allowed to read market data; make one that is"),
    412: Refusal(Remedy.STOP, "the server takes MessagePack only, and was not asked for it"),
    413: Refusal(Remedy.LEAVE_OUT, "quotes of all symbols at once are not offered"),
    500: Refusal(Remedy.RECONNECT, "the server has a problem"),
}
"""By the vendor's code."""


def refusal_of(code: int) -> Refusal:
    """Return what an error means; one that is not known asks to start over.

    Examples
    --------
    >>> refusal_of(402).remedy.value, refusal_of(599).remedy.value
    ('stop', 'reconnect')
    """
    return REFUSALS.get(code) or Refusal(Remedy.RECONNECT, "the server refused")
