"""The faults of the Tastytrade simulator."""

from __future__ import annotations

from enum import StrEnum

from quantdeck.sims.fault_table import FaultSpec, ValueKind


class TastyFault(StrEnum):
    """What can go wrong; the value is how it is written."""

    MUTE = "mute"
    DROP = "drop"
    CLOSE = "close"
    CHANNEL_CLOSED = "channel-closed"
    NO_KEEPALIVE = "no-keepalive"
    REORDER_CONFIG = "reorder-config"
    CONFIG_WITHOUT_FIELDS = "config-without-fields"
    LATE_CONFIG = "late-config"
    FULL_FORMAT = "full-format"
    MIXED_TYPES = "mixed-types"
    BIG_FRAME = "big-frame"
    UNKNOWN_EVENTS = "unknown-events"
    GARBAGE = "garbage"
    NAN = "nan"
    ONE_SIDED = "one-sided"
    CAP = "cap"
    SETUP_SILENT = "setup-silent"
    AUTH_EARLY_REFUSED = "auth-early-refused"
    AUTH_REFUSED = "auth-refused"
    REFUSE_CONNECT = "refuse-connect"
    TOKEN_LIFE = "token-life"  # noqa: S105 - a name
    REFRESH_REFUSED = "refresh-refused"
    REFRESH_REFUSED_RFC = "refresh-refused-rfc"
    NOT_A_CUSTOMER = "not-a-customer"
    SESSION_LOGIN = "session-login"
    UNAUTHORIZED_HTML = "401-html"
    BAD_GATEWAY = "502-html"
    TOO_MANY_REQUESTS = "429"
    SLOW_REST = "slow-rest"
    MISSING_ROWS = "missing-rows"
    MARKET_CLOSED = "market-closed"


_SPECS = (
    FaultSpec(TastyFault.MUTE, "subscriptions bring no data", takes_streams=True),
    FaultSpec(
        TastyFault.DROP,
        "stream connections are aborted without a close frame, so long after they opened; without a value those open now, once",
        value=ValueKind.SECONDS,
    ),
    FaultSpec(
        TastyFault.CLOSE,
        "stream connections are closed with this code, so long after they opened; without seconds those open now, once",
        value=ValueKind.CODE,
        default=1000,
    ),
    FaultSpec(TastyFault.CHANNEL_CLOSED, "every open channel is closed by the server, once"),
    FaultSpec(TastyFault.NO_KEEPALIVE, "the server sends no KEEPALIVE"),
    FaultSpec(
        TastyFault.REORDER_CONFIG, "FEED_CONFIG lists the fields in another order than asked for"
    ),
    FaultSpec(
        TastyFault.CONFIG_WITHOUT_FIELDS,
        "FEED_CONFIG never lists fields; rows have those asked for",
    ),
    FaultSpec(
        TastyFault.LATE_CONFIG,
        "FEED_CONFIG comes this much later, and the data it governs after it",
        value=ValueKind.MS,
        default=500,
    ),
    FaultSpec(TastyFault.FULL_FORMAT, "data come as objects although COMPACT was asked for"),
    FaultSpec(TastyFault.MIXED_TYPES, "rows of several types of event share a message"),
    FaultSpec(TastyFault.BIG_FRAME, "everything due is sent in one message, however large"),
    FaultSpec(
        TastyFault.UNKNOWN_EVENTS,
        "messages and types of event that no document names are put between",
    ),
    FaultSpec(
        TastyFault.GARBAGE,
        "frames that cannot be decoded are put between: no JSON, cut off, rows of a wrong width",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(
        TastyFault.NAN,
        'one side of this share of the quotes is "NaN" in price and size',
        value=ValueKind.SHARE,
        default=0.2,
        takes_streams=True,
    ),
    FaultSpec(
        TastyFault.ONE_SIDED,
        'this share of the quotes has bid price 0 and bid size "NaN"',
        value=ValueKind.SHARE,
        default=0.2,
        takes_streams=True,
    ),
    FaultSpec(
        TastyFault.CAP,
        "so many subscriptions a session instead of 25,000; more are refused with BAD_ACTION",
        value=ValueKind.COUNT,
        default=100,
    ),
    FaultSpec(TastyFault.SETUP_SILENT, "SETUP is not answered"),
    FaultSpec(
        TastyFault.AUTH_EARLY_REFUSED,
        "AUTH before AUTH_STATE has been sent ends the session, and AUTH_STATE takes 100 ms",
    ),
    FaultSpec(TastyFault.AUTH_REFUSED, "AUTH is answered with UNAUTHORIZED whatever the token"),
    FaultSpec(TastyFault.REFUSE_CONNECT, "stream connections are refused with HTTP 503"),
    FaultSpec(
        TastyFault.TOKEN_LIFE,
        "access tokens live so long instead of 900 seconds",
        value=ValueKind.SECONDS,
        default=5,
    ),
    FaultSpec(TastyFault.REFRESH_REFUSED, "the refresh token is refused, with an error object"),
    FaultSpec(
        TastyFault.REFRESH_REFUSED_RFC, "the refresh token is refused, in the form of RFC 6749"
    ),
    FaultSpec(
        TastyFault.NOT_A_CUSTOMER,
        "no quote token is given: quote_streamer.customer_not_found_error",
    ),
    FaultSpec(TastyFault.SESSION_LOGIN, "POST /sessions takes login and password, as it once did"),
    FaultSpec(TastyFault.UNAUTHORIZED_HTML, "REST answers 401 with a page of HTML"),
    FaultSpec(TastyFault.BAD_GATEWAY, "REST answers 502 with a page of HTML"),
    FaultSpec(TastyFault.TOO_MANY_REQUESTS, "REST answers 429, without a Retry-After"),
    FaultSpec(
        TastyFault.SLOW_REST, "REST answers this much later", value=ValueKind.MS, default=2000
    ),
    FaultSpec(
        TastyFault.MISSING_ROWS,
        "this share of the symbols asked for is missing from market data",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(TastyFault.MARKET_CLOSED, "REST says that the market is closed"),
)

TASTY_FAULTS: dict[str, FaultSpec] = {str(spec.name): spec for spec in _SPECS}
"""Every fault, in the order of the help."""
