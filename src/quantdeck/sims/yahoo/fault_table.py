"""The faults of the Yahoo simulator."""

from __future__ import annotations

from enum import StrEnum

from quantdeck.sims.fault_table import FaultSpec, ValueKind


class YahooFault(StrEnum):
    """What can go wrong; the value is how it is written."""

    TOO_MANY_REQUESTS = "429"
    CRUMB_LIMITED = "crumb-429"
    INVALID_CRUMB = "invalid-crumb"
    CRUMB_ROTATION = "crumb-rotation"
    CONSENT = "consent"
    EMPTY = "empty-result"
    MISSING_FIELDS = "missing-fields"
    NULL_ROWS = "null-rows"
    DELISTED = "delisted"
    WRONG_CURRENCY = "wrong-currency"
    DUPLICATED_LAST = "duplicated-last-bar"
    LATE_BAR = "late-bar"
    ZERO_QUOTES = "zero-quotes"
    DOWN = "down"
    SERVER_ERROR = "http-500"
    SLOW_REST = "slow-rest"
    MUTE = "mute"
    DROP = "drop"
    CLOSE = "close"
    GARBAGE = "garbage"
    DUPLICATES = "duplicates"
    NO_PONG = "no-pong"
    REFUSE_CONNECT = "refuse-connect"
    CLOCK_SKEW = "clock-skew"


_SPECS = (
    FaultSpec(
        YahooFault.TOO_MANY_REQUESTS,
        "every request is answered with 429 and Retry-After; 0 sends no such header",
        value=ValueKind.SECONDS,
        default=0,
    ),
    FaultSpec(YahooFault.CRUMB_LIMITED, "only the crumb is refused, with 429"),
    FaultSpec(YahooFault.INVALID_CRUMB, "no crumb is good: 401 Invalid Crumb"),
    FaultSpec(
        YahooFault.CRUMB_ROTATION,
        "a crumb is good for so long",
        value=ValueKind.SECONDS,
        default=5,
    ),
    FaultSpec(YahooFault.CONSENT, "data come after consent is given: a page of HTML before"),
    FaultSpec(
        YahooFault.EMPTY,
        "answers hold an empty list; streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.MISSING_FIELDS,
        "charts and quotes lack fields that are usually there; streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.NULL_ROWS,
        "rows of charts are null; streams are symbols",
        value=ValueKind.SHARE,
        default=0.01,
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.DELISTED,
        "404 No data found, symbol may be delisted; streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.WRONG_CURRENCY,
        "charts say that prices are in EUR; streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.DUPLICATED_LAST,
        "the last bar of a chart comes twice, the second time with the time of the last trade; "
        "streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.LATE_BAR,
        "the last bar of a chart is missing, as in the minutes after its end; streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.ZERO_QUOTES,
        "bids and asks of options are 0, as outside trading hours; streams are underlyings",
        takes_streams=True,
    ),
    FaultSpec(YahooFault.DOWN, "every page says Will be right back, with status 200"),
    FaultSpec(YahooFault.SERVER_ERROR, "every request is answered with 500, no JSON"),
    FaultSpec(
        YahooFault.SLOW_REST,
        "requests are answered this much later",
        value=ValueKind.MS,
        default=2000,
    ),
    FaultSpec(
        YahooFault.MUTE,
        "subscriptions bring no prices; streams are symbols",
        takes_streams=True,
    ),
    FaultSpec(
        YahooFault.DROP,
        "stream connections are aborted without a close frame, so long after they opened; without a value those open now, once",
        value=ValueKind.SECONDS,
    ),
    FaultSpec(
        YahooFault.CLOSE,
        "stream connections are closed with this code, so long after they opened; without seconds those open now, once",
        value=ValueKind.CODE,
        default=1001,
    ),
    FaultSpec(
        YahooFault.GARBAGE,
        "frames that cannot be decoded are put between: no JSON, no base64, no message",
        value=ValueKind.SHARE,
        default=0.05,
    ),
    FaultSpec(
        YahooFault.DUPLICATES,
        "messages are sent twice",
        value=ValueKind.SHARE,
        default=0.05,
    ),
    FaultSpec(YahooFault.NO_PONG, "pings of the client are not answered"),
    FaultSpec(YahooFault.REFUSE_CONNECT, "stream connections are refused with HTTP 503"),
    FaultSpec(
        YahooFault.CLOCK_SKEW,
        "the vendor's clock is ahead by this; may be negative",
        value=ValueKind.MS,
        default=1200,
    ),
)

YAHOO_FAULTS: dict[str, FaultSpec] = {str(spec.name): spec for spec in _SPECS}
"""Every fault, in the order of the help."""
