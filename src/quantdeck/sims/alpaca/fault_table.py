"""The faults of the Alpaca simulator."""

from __future__ import annotations

from enum import StrEnum

from quantdeck.sims.fault_table import FaultSpec, ValueKind


class AlpacaFault(StrEnum):
    """What can go wrong; the value is how it is written."""

    MUTE = "mute"
    DROP = "drop"
    CLOSE = "close"
    SLOW_CLIENT = "407"
    CONNECTION_LIMIT = "406"
    SYMBOL_LIMIT = "405"
    AUTH_FAILED = "402"
    EXPIRE = "401-expire"
    INTERNAL = "500"
    AUTH_SILENT = "auth-silent"
    LOST_SUBSCRIPTIONS = "lost-subscriptions"
    REFUSE_CONNECT = "refuse-connect"
    DUPLICATES = "duplicates"
    SLOW = "slow"
    BIG_FRAME = "big-frame"
    GARBAGE = "garbage"
    BAD_ITEMS = "bad-items"
    UNKNOWN_KINDS = "unknown-t"
    UNKNOWN_KEYS = "unknown-keys"
    TS32 = "ts32"
    TS64 = "ts64"
    TS96 = "ts96"
    ONE_SIDED = "one-sided"
    LAGGING_WING = "lagging-wing"
    BASIC_PLAN = "basic-plan"
    REAL_HOURS = "real-hours"
    NO_PONG = "no-pong"
    TOO_MANY_REQUESTS = "429"
    PAGE_SHORT = "page-short"
    MISSING_ROWS = "missing-rows"
    UNAUTHORIZED_HTML = "401-html"
    NOT_SIGNED = "403"
    BAD_GATEWAY = "502-html"
    SERVER_ERROR = "http-500"
    SLOW_REST = "slow-rest"
    CLOCK_SKEW = "clock-skew"
    FAST_CLOCK = "fast-clock"


_SPECS = (
    FaultSpec(
        AlpacaFault.MUTE,
        "subscriptions are confirmed and bring no data; streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        AlpacaFault.DROP,
        "stream connections are aborted without a close frame, so long after they opened; without a value those open now, once",
        value=ValueKind.SECONDS,
    ),
    FaultSpec(
        AlpacaFault.CLOSE,
        "stream connections are closed with this code, so long after they opened; without seconds those open now, once",
        value=ValueKind.CODE,
        default=1001,
    ),
    FaultSpec(
        AlpacaFault.SLOW_CLIENT,
        "so long after it opened a connection is told 407 slow client, and closed",
        value=ValueKind.SECONDS,
        default=1,
    ),
    FaultSpec(
        AlpacaFault.CONNECTION_LIMIT,
        "another program holds the stream: auth is answered with 406",
    ),
    FaultSpec(
        AlpacaFault.SYMBOL_LIMIT,
        "so many option quotes a connection instead of the plan's; more are answered with 405",
        value=ValueKind.COUNT,
        default=10,
    ),
    FaultSpec(AlpacaFault.AUTH_FAILED, "auth is answered with 402, REST with 401"),
    FaultSpec(
        AlpacaFault.EXPIRE,
        "so long after auth a connection is told 401 not authenticated and gets no data until it authenticates again",
        value=ValueKind.SECONDS,
        default=2,
    ),
    FaultSpec(
        AlpacaFault.INTERNAL, "stream connections open now are told 500 internal error, once"
    ),
    FaultSpec(AlpacaFault.AUTH_SILENT, "neither connected nor authenticated is said"),
    FaultSpec(
        AlpacaFault.LOST_SUBSCRIPTIONS,
        "this share of the symbols of a request is not subscribed, as the echoed set shows",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(AlpacaFault.REFUSE_CONNECT, "stream connections are refused with HTTP 429"),
    FaultSpec(
        AlpacaFault.DUPLICATES,
        "events are sent twice",
        value=ValueKind.SHARE,
        default=0.05,
    ),
    FaultSpec(
        AlpacaFault.SLOW,
        "events are sent this much later",
        value=ValueKind.MS,
        default=1000,
    ),
    FaultSpec(
        AlpacaFault.BIG_FRAME,
        "events are held for a second and sent in one message, however large",
    ),
    FaultSpec(
        AlpacaFault.GARBAGE,
        "messages that cannot be decoded are put between: cut off, of the other codec, no array",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(
        AlpacaFault.BAD_ITEMS,
        "this share of the events has a price that is a text, or no symbol",
        value=ValueKind.SHARE,
        default=0.05,
    ),
    FaultSpec(AlpacaFault.UNKNOWN_KINDS, "messages hold an item whose T no document names"),
    FaultSpec(AlpacaFault.UNKNOWN_KEYS, "events have keys that no document names"),
    FaultSpec(AlpacaFault.TS32, "time stamps of the option stream are whole seconds in 4 bytes"),
    FaultSpec(AlpacaFault.TS64, "time stamps of the option stream always take 8 bytes"),
    FaultSpec(AlpacaFault.TS96, "time stamps of the option stream always take 12 bytes"),
    FaultSpec(
        AlpacaFault.ONE_SIDED,
        "this share of the option quotes has no offer: price and size 0",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(
        AlpacaFault.LAGGING_WING,
        "low strikes are priced as if SPX stood so many points lower, with fresh time stamps",
        value=ValueKind.COUNT,
        default=5,
    ),
    FaultSpec(
        AlpacaFault.BASIC_PLAN,
        "the keys belong to the Basic plan: 200 requests a minute, 200 option quotes, no opra, no sip",
    ),
    FaultSpec(
        AlpacaFault.REAL_HOURS,
        "nothing moves outside the sessions of the exchange; otherwise the market is always open",
    ),
    FaultSpec(AlpacaFault.NO_PONG, "pings of the client are not answered"),
    FaultSpec(
        AlpacaFault.TOO_MANY_REQUESTS,
        "so many requests a minute instead of the plan's; more are answered with 429",
        value=ValueKind.COUNT,
        default=0,
    ),
    FaultSpec(AlpacaFault.PAGE_SHORT, "pages hold half the rows asked for"),
    FaultSpec(
        AlpacaFault.MISSING_ROWS,
        "this share of the contracts is missing from chains and quotes",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(AlpacaFault.UNAUTHORIZED_HTML, "REST answers 401 with a page of HTML"),
    FaultSpec(
        AlpacaFault.NOT_SIGNED, "REST answers 403 to option data: OPRA agreement is not signed"
    ),
    FaultSpec(AlpacaFault.BAD_GATEWAY, "REST answers 502 with a page of HTML"),
    FaultSpec(AlpacaFault.SERVER_ERROR, "REST answers 500"),
    FaultSpec(
        AlpacaFault.SLOW_REST, "REST answers this much later", value=ValueKind.MS, default=2000
    ),
    FaultSpec(
        AlpacaFault.CLOCK_SKEW,
        "the venue's clock is ahead by this",
        value=ValueKind.MS,
        default=1200,
    ),
    FaultSpec(
        AlpacaFault.FAST_CLOCK,
        "the venue's clock runs so many times as fast",
        value=ValueKind.COUNT,
        default=60,
    ),
)

ALPACA_FAULTS: dict[str, FaultSpec] = {str(spec.name): spec for spec in _SPECS}
"""Every fault, in the order of the help."""
