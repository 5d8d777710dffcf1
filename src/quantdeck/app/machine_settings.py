"""Settings of the machine itself: capture, tape, logs, page, uploads and SQL."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from quantdeck.app.feed_settings import Positive
from quantdeck.app.store_settings import StoreSettings


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """What happens to incoming data before the tape."""

    raw_log: Annotated[
        bool, Meta(description="also keep every frame as received, in data_dir/raw")
    ] = False
    backfill_minutes: Annotated[
        int,
        Meta(
            ge=0,
            le=120,
            description="minutes of trades fetched by REST when a symbol is added",
        ),
    ] = 2
    backfill_trades: Annotated[
        int,
        Meta(ge=1000, le=100_000, description="how many of them at most, in full thousands"),
    ] = 5000
    backfill_bars: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="bars of 1m and of 5m fetched by REST when a symbol is added",
        ),
    ] = 1500
    ring_rows: Annotated[
        int,
        Meta(
            ge=4096,
            le=1 << 26,
            description="events per kind held between feed and tape, rounded up to a power of two",
        ),
    ] = 65_536
    bars_kept: Annotated[
        int, Meta(ge=100, le=100_000, description="bars per symbol and timeframe kept in memory")
    ] = 7200


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """How long one kind of event stays on the tape; nothing set keeps it for ever."""

    max_age_days: Annotated[
        Positive | None, Meta(description="older events are removed [days]")
    ] = None
    max_bytes: Annotated[
        Positive | None, Meta(description="oldest are removed beyond this size [B]")
    ] = None


class RetentionByKind(msgspec.Struct, frozen=True, kw_only=True):
    """How long events stay on the tape."""

    trade: Retention = msgspec.field(default_factory=Retention)
    agg_trade: Retention = msgspec.field(default_factory=Retention)
    quote: Retention = msgspec.field(default_factory=Retention)
    mark: Retention = msgspec.field(default_factory=Retention)
    bar: Retention = msgspec.field(default_factory=Retention)


class TapeSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The tape in ``data_dir``."""

    sync_interval_ms: Annotated[
        int, Meta(ge=10, le=5000, description="longest time before written events are on the disk")
    ] = 200
    roll_rows: Annotated[
        int, Meta(ge=1000, description="events in a write-ahead segment before it is sealed")
    ] = 500_000
    roll_seconds: Annotated[
        int, Meta(ge=1, description="age of a write-ahead segment before it is sealed [s]")
    ] = 900
    queue_rows: Annotated[
        int, Meta(ge=1000, description="events waiting for the disk before new ones are dropped")
    ] = 2_000_000
    retention: RetentionByKind = msgspec.field(default_factory=RetentionByKind)
    store: StoreSettings = msgspec.field(default_factory=StoreSettings)


class Publish(msgspec.Struct, frozen=True, kw_only=True):
    """How the page is fed."""

    hz: Annotated[float, Meta(ge=0.1, le=20, description="refreshes a second of live panels")] = 10


class Uploads(msgspec.Struct, frozen=True, kw_only=True):
    """Files of trades that people bring in, by the page, the API or ``quantdeck import``."""

    max_bytes: Annotated[
        int,
        Meta(ge=1 << 20, le=1 << 33, description="size of a file, as sent and when unpacked [B]"),
    ] = 200 * 1024 * 1024
    max_rows: Annotated[
        int,
        Meta(
            ge=1000,
            le=50_000_000,
            description="trades of a file; each takes half a kilobyte of memory for a while",
        ),
    ] = 5_000_000


class Sql(msgspec.Struct, frozen=True, kw_only=True):
    """Limits of ``quantdeck sql``; a request to the API names its own."""

    timeout_s: Annotated[
        float,
        Meta(gt=0, description="longest run of `quantdeck sql` [s]; the API is told by request"),
    ] = 30
    max_rows: Annotated[
        int, Meta(ge=1, description="most rows of `quantdeck sql`; the API is told by request")
    ] = 100_000


class Logs(msgspec.Struct, frozen=True, kw_only=True):
    """How what happens is written down; keys, tokens and links that log in never are."""

    format: Annotated[
        Literal["text", "json"],
        Meta(description="a line for a person, or a JSON object a line for a collector of logs"),
    ] = "text"
    terminal: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="least severe line shown on the terminal as well"),
    ] = "warning"
    max_bytes: Annotated[
        int, Meta(ge=10_000, description="size at which a new file is begun [B]")
    ] = 5_000_000
    files: Annotated[int, Meta(ge=1, le=100, description="earlier files that stay")] = 3
