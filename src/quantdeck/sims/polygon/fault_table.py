"""The faults of the Polygon simulator."""

from __future__ import annotations

from enum import StrEnum

from quantdeck.sims.fault_table import FaultSpec, ValueKind


class PolygonFault(StrEnum):
    """What can go wrong; the value is how it is written."""

    MUTE = "mute"
    DROP = "drop"
    CLOSE = "close"
    AUTH_FAILED = "auth-failed"
    AUTH_SILENT = "auth-silent"
    NOT_AUTHORIZED = "not-authorized"
    AGREEMENTS = "agreements"
    MAX_CONNECTIONS = "max-connections"
    REFUSE_NEWCOMER = "refuse-newcomer"
    SLOW_CONSUMER = "slow-consumer"
    FORCE_DISCONNECT = "force-disconnect"
    LOST_SUBSCRIPTIONS = "lost-subscriptions"
    REFUSE_CONNECT = "refuse-connect"
    GAPS = "gaps"
    DUPLICATES = "duplicates"
    OUT_OF_ORDER = "out-of-order"
    SLOW = "slow"
    GARBAGE = "garbage"
    MISSING_FIELDS = "missing-fields"
    UNKNOWN_EVENTS = "unknown-events"
    NO_PONG = "no-pong"
    BASIC_PLAN = "basic-plan"
    STARTER_PLAN = "starter-plan"
    DEVELOPER_PLAN = "developer-plan"
    REAL_HOURS = "real-hours"
    TOO_MANY_REQUESTS = "429"
    TOO_MANY_EMPTY = "429-empty"
    RETRY_AFTER = "retry-after"
    NOT_ENTITLED = "403"
    SERVER_ERROR = "http-500"
    BAD_GATEWAY = "502-html"
    SLOW_REST = "slow-rest"
    GARBAGE_REST = "garbage-rest"
    PAGE_SHORT = "page-short"
    EXPIRED_CURSOR = "expired-cursor"
    FOREIGN_NEXT_URL = "foreign-next-url"
    NO_RESULTS = "no-results"
    MISSING_ROWS = "missing-rows"
    DUPLICATE_ROWS = "duplicate-rows"
    CLOCK_SKEW = "clock-skew"
    FAST_CLOCK = "fast-clock"


_SPECS = (
    FaultSpec(
        PolygonFault.MUTE,
        "subscriptions are confirmed and bring no data; streams are such as T.AAPL",
        takes_streams=True,
    ),
    FaultSpec(
        PolygonFault.DROP,
        "stream connections are aborted without a close frame, so long after they opened; without a value those open now, once",
        value=ValueKind.SECONDS,
    ),
    FaultSpec(
        PolygonFault.CLOSE,
        "stream connections are closed with this code, so long after they opened; without seconds those open now, once",
        value=ValueKind.CODE,
        default=1000,
    ),
    FaultSpec(PolygonFault.AUTH_FAILED, "auth is answered with auth_failed, REST with 401"),
    FaultSpec(PolygonFault.AUTH_SILENT, "neither connected nor an answer to auth is said"),
    FaultSpec(
        PolygonFault.NOT_AUTHORIZED,
        "subscriptions are refused as not authorized, without a channel's name",
        takes_streams=True,
    ),
    FaultSpec(
        PolygonFault.AGREEMENTS,
        "the real-time cluster refuses every subscription until agreements are signed",
    ),
    FaultSpec(
        PolygonFault.MAX_CONNECTIONS,
        "another program holds the cluster: who subscribes is told max_connections and closed with 1008",
    ),
    FaultSpec(
        PolygonFault.REFUSE_NEWCOMER,
        "of too many connections the newest is closed, after auth_success; otherwise the oldest",
    ),
    FaultSpec(
        PolygonFault.SLOW_CONSUMER,
        "so long after it opened a connection is told slow_consumer, and closed with 1008",
        value=ValueKind.SECONDS,
        default=1,
    ),
    FaultSpec(
        PolygonFault.FORCE_DISCONNECT,
        "stream connections open now are told force_disconnect and closed with 1008, once",
    ),
    FaultSpec(
        PolygonFault.LOST_SUBSCRIPTIONS,
        "this share of the subscriptions is neither confirmed nor served",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(PolygonFault.REFUSE_CONNECT, "stream connections are refused with HTTP 503"),
    FaultSpec(
        PolygonFault.GAPS,
        "events are missing from the streams; REST still has them",
        value=ValueKind.SHARE,
        default=0.05,
        takes_streams=True,
    ),
    FaultSpec(
        PolygonFault.DUPLICATES,
        "events are sent twice",
        value=ValueKind.SHARE,
        default=0.05,
        takes_streams=True,
    ),
    FaultSpec(
        PolygonFault.OUT_OF_ORDER,
        "events change places with the next one",
        value=ValueKind.SHARE,
        default=0.05,
    ),
    FaultSpec(
        PolygonFault.SLOW,
        "events are sent this much later",
        value=ValueKind.MS,
        default=1000,
    ),
    FaultSpec(
        PolygonFault.GARBAGE,
        "messages that cannot be decoded are put between: cut off, no array, no JSON",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(
        PolygonFault.MISSING_FIELDS,
        "this share of the events of streams and of the rows of REST lacks a field",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(PolygonFault.UNKNOWN_EVENTS, "messages hold an event whose ev no document names"),
    FaultSpec(PolygonFault.NO_PONG, "pings of the client are not answered"),
    FaultSpec(
        PolygonFault.BASIC_PLAN,
        "every key has the Basic plan: 5 requests a minute, closed sessions, 2 years, no streams",
    ),
    FaultSpec(
        PolygonFault.STARTER_PLAN,
        "every key has the Starter plan: 15 minutes late, 5 years, aggregates and snapshots",
    ),
    FaultSpec(
        PolygonFault.DEVELOPER_PLAN,
        "every key has the Developer plan: as Starter, with trades and 10 years",
    ),
    FaultSpec(
        PolygonFault.REAL_HOURS,
        "streams are silent outside 4:00 to 20:00 of session days; otherwise they never rest",
    ),
    FaultSpec(
        PolygonFault.TOO_MANY_REQUESTS,
        "so many requests a minute instead of the plan's; more are answered with 429",
        value=ValueKind.COUNT,
        default=0,
    ),
    FaultSpec(PolygonFault.TOO_MANY_EMPTY, "answers with 429 have no body"),
    FaultSpec(
        PolygonFault.RETRY_AFTER,
        "answers with 429 carry a Retry-After header",
        value=ValueKind.SECONDS,
        default=1,
    ),
    FaultSpec(PolygonFault.NOT_ENTITLED, "REST answers 403 NOT_AUTHORIZED to market data"),
    FaultSpec(PolygonFault.SERVER_ERROR, "REST answers 500"),
    FaultSpec(PolygonFault.BAD_GATEWAY, "REST answers 502 with a page of HTML"),
    FaultSpec(
        PolygonFault.SLOW_REST, "REST answers this much later", value=ValueKind.MS, default=2000
    ),
    FaultSpec(PolygonFault.GARBAGE_REST, "REST answers 200 with JSON that is cut off"),
    FaultSpec(PolygonFault.PAGE_SHORT, "pages hold half the rows asked for"),
    FaultSpec(PolygonFault.EXPIRED_CURSOR, "the address of a next page is refused with 400"),
    FaultSpec(PolygonFault.FOREIGN_NEXT_URL, "next_url names another host, as behind a proxy"),
    FaultSpec(PolygonFault.NO_RESULTS, "answers of lists have no results at all, and no next_url"),
    FaultSpec(
        PolygonFault.MISSING_ROWS,
        "this share of the rows of lists is missing",
        value=ValueKind.SHARE,
        default=0.05,
    ),
    FaultSpec(
        PolygonFault.DUPLICATE_ROWS,
        "this share of the rows of lists comes twice",
        value=ValueKind.SHARE,
        default=0.05,
    ),
    FaultSpec(
        PolygonFault.CLOCK_SKEW,
        "the vendor's clock is ahead by this",
        value=ValueKind.MS,
        default=1200,
    ),
    FaultSpec(
        PolygonFault.FAST_CLOCK,
        "the vendor's clock runs so many times as fast",
        value=ValueKind.COUNT,
        default=60,
    ),
)

POLYGON_FAULTS: dict[str, FaultSpec] = {str(spec.name): spec for spec in _SPECS}
"""Every fault, in the order of the help."""
