"""Polygon's addresses, what is asked of them and how often a plan may ask.

The company was renamed Massive in October 2025; keys and paths stayed, both names of hosts answer.

Source: Massive, REST and WebSocket documentation; "Request limits" of its knowledge base.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from quantdeck.model.errors import BadInput

SOURCE = "polygon"
"""Name of the vendor's service."""

REST_URL = "https://api.massive.com"
REALTIME_URL = "wss://socket.massive.com"
DELAYED_URL = "wss://delayed.massive.com"

DELAY_S = 900.0
"""Delayed data are so late. [s]"""


class Endpoint(StrEnum):
    """What can be asked for; a plan includes each or not. The value is its name in words."""

    BARS = "bars"
    DAY = "open and close of a day"
    TRADES = "trades"
    QUOTES = "quotes"
    STOCK_SNAPSHOT = "stock snapshot"
    CHAIN = "option chain"
    CONTRACTS = "option contracts"
    TICKER = "company details"
    FINANCIALS = "financial statements"
    SPLITS = "splits"
    DIVIDENDS = "dividends"
    NEWS = "news"
    INDICATORS = "indicators"
    MARKET = "market status"


class Pace(msgspec.Struct, frozen=True):
    """How often may be asked.

    Parameters
    ----------
    most : int
        Requests in a window.
    window_s : float
        Its length. [s]
    """

    most: int
    window_s: float


PACES = {
    "basic": Pace(5, 60.0),
    "starter": Pace(80, 1.0),
    "developer": Pace(80, 1.0),
    "advanced": Pace(80, 1.0),
}
"""By the name of the plan: the free one has five a minute, the others are asked to stay below a hundred
a second."""


def pace_of(plan: str, requests_per_minute: int | None = None) -> Pace:
    """Return how often a plan may ask.

    Parameters
    ----------
    plan : str
        Its name, a key of `PACES`.
    requests_per_minute : int or None
        The user's own limit, which counts instead.

    Returns
    -------
    Pace
        Requests and window.

    Raises
    ------
    BadInput
        If there is no such plan.

    Examples
    --------
    >>> pace_of("basic").most, pace_of("basic", 300).most
    (5, 300)
    """
    if requests_per_minute is not None:
        return Pace(requests_per_minute, 60.0)
    found = PACES.get(plan)
    if found is None:
        raise BadInput(f"{SOURCE} has no plan {plan!r}; there are {', '.join(PACES)}")
    return found
