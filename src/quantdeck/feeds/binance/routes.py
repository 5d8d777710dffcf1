"""Names of streams, and the route each is served on.

Since 2026-04-23 the futures streams are split over routes, and a socket is only sent what belongs to
its own route: a stream asked for on the wrong route is acknowledged and stays silent. So the table is
here in code, and a stream that is not in it is refused.

Source: Binance USD-M Futures, "Important WebSocket Change Notice" and "Websocket Market Streams".
`trade` is not documented for futures and is served on ``public``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind

if TYPE_CHECKING:
    from quantdeck.feeds.binance.markets import Market


@dataclass(frozen=True, slots=True)
class StreamRule:
    """What is known of a kind of stream.

    Parameters
    ----------
    kind : Kind
        What its events become.
    pattern : str
        Regular expression of the suffix, the part of the name after the first ``@``.
    routes : dict of str to str
        Route by name of the market that has the stream.
    first_data_s : float
        How long after the subscription the first event is expected at the latest. [s]
    silence_s : float
        How long the stream may be silent afterwards. [s]
    is_clocked : bool
        The venue sends it at fixed intervals, whatever the market does.
    """

    kind: Kind
    pattern: str
    routes: dict[str, str]
    first_data_s: float
    silence_s: float
    is_clocked: bool = False


SILENCE_S = 15.0
"""How long a lively connection may bring nothing at all before that is said. [s]"""
LIVELY_LOOKS, LIVELY_WITHIN_S = 20, 20.0
"""A connection is lively that brought something new at so many looks at it within so long. [s]"""
MOST_DOUBLINGS = 4
"""A connection that was replaced for its silence, to no avail, is given twice as long, so many times:
then the market is silent, not the connection."""

_RULES = (
    StreamRule(Kind.AGG_TRADE, r"aggTrade", {"usdm": "market", "spot": ""}, 60.0, 600.0),
    StreamRule(Kind.TRADE, r"trade", {"usdm": "public", "spot": ""}, 60.0, 600.0),
    StreamRule(Kind.QUOTE, r"bookTicker", {"usdm": "public", "spot": ""}, 20.0, 120.0),
    StreamRule(Kind.MARK, r"markPrice(@1s)?", {"usdm": "market"}, 10.0, 15.0, is_clocked=True),
    StreamRule(
        Kind.BAR,
        r"kline_(1m|3m|5m|15m|30m|1h|2h|4h|6h|8h|12h|1d|3d|1w|1M)",
        {"usdm": "market", "spot": ""},
        60.0,
        600.0,
    ),
    StreamRule(Kind.BAR, r"kline_1s", {"spot": ""}, 10.0, 60.0),
)


def rule_of(market: Market, suffix: str) -> StreamRule:
    """Return what is known of the streams with a suffix.

    Parameters
    ----------
    market : Market
        Where the stream is.
    suffix : str
        Part of the name after the first ``@``, such as ``aggTrade`` or ``markPrice@1s``.

    Raises
    ------
    BadInput
        If the market has no such stream, or it is not one that can be captured.

    Examples
    --------
    >>> from quantdeck.feeds.binance.markets import USDM
    >>> rule_of(USDM, "aggTrade").routes["usdm"]
    'market'
    """
    for rule in _RULES:
        if market.name in rule.routes and re.fullmatch(rule.pattern, suffix):
            return rule
    offered = ", ".join(rule.pattern for rule in _RULES if market.name in rule.routes)
    raise BadInput(f"{market.source} has no stream {suffix!r} to capture; it has {offered}")


def route_of(market: Market, suffix: str) -> str:
    """Return the route that serves the streams with a suffix; empty where there are none.

    Raises
    ------
    BadInput
        If the market has no such stream, or it is not one that can be captured.

    Examples
    --------
    >>> from quantdeck.feeds.binance.markets import SPOT, USDM
    >>> route_of(USDM, "bookTicker"), route_of(USDM, "markPrice@1s"), route_of(SPOT, "trade")
    ('public', 'market', '')
    """
    return rule_of(market, suffix).routes[market.name]


def stream_name(root: str, suffix: str) -> str:
    """Return the venue's name of a stream.

    Examples
    --------
    >>> stream_name("BTCUSDT", "aggTrade")
    'btcusdt@aggTrade'
    """
    return f"{root.lower()}@{suffix}"


def split_stream(name: str) -> tuple[str, str]:
    """Return root and suffix of a stream's name.

    Examples
    --------
    >>> split_stream("btcusdt@markPrice@1s")
    ('BTCUSDT', 'markPrice@1s')
    """
    root, _, suffix = name.partition("@")
    return root.upper(), suffix


def stream_url(base: str, route: str) -> str:
    """Return the address of the combined stream of a route.

    Examples
    --------
    >>> stream_url("wss://fstream.binance.com", "market")
    'wss://fstream.binance.com/market/stream'
    >>> stream_url("wss://stream.binance.com:9443/", "")
    'wss://stream.binance.com:9443/stream'
    """
    parts = [base.rstrip("/"), route, "stream"]
    return "/".join(part for part in parts if part)
