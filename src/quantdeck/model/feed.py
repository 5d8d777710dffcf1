"""What is known about a feed: where its data come from, how it is doing, what it missed."""

from __future__ import annotations

from enum import StrEnum
from typing import NewType

import msgspec

RunId = NewType("RunId", str)
"""One run of one process that brings in data (ULID-like, sorts by start time)."""


class Delay(StrEnum):
    """How a feed relates to the market."""

    REALTIME = "realtime"
    DELAYED = "delayed"
    INDICATIVE = "indicative"
    SIMULATED = "simulated"
    IMPORTED = "imported"


class Provenance(msgspec.Struct, frozen=True):
    """Where data come from; written beside every record.

    Parameters
    ----------
    source : str
        Vendor's service, such as ``binance-usdm``.
    delay : Delay
        Real time, delayed, indicative, simulated or imported from a file.
    run_id : RunId
        The run that brought the data in (`ingest_run_id` on the tape).
    """

    source: str
    delay: Delay
    run_id: RunId


class FeedState(StrEnum):
    """What a connection is doing."""

    CONNECTING = "connecting"
    SUBSCRIBED = "subscribed"
    """Connected and acknowledged; no data yet."""
    LIVE = "live"
    DEGRADED = "degraded"
    """Some subscription is silent or refused; `detail` names it."""
    STALE = "stale"
    """No data for longer than this feed allows."""
    BACKOFF = "backoff"
    """Disconnected; `detail` says why and when the next attempt is."""
    STOPPED = "stopped"
    FAILED = "failed"
    """Stopped for good until a person acts (refused credentials, banned address)."""


MARKET_CLOSED = "market closed"
"""What the detail of a connection begins with while it is quiet for that reason."""


class FeedStatus(msgspec.Struct, frozen=True):
    """One connection at one moment, as the page shows it.

    Parameters
    ----------
    name : str
        Source and route, such as ``binance-usdm/market``.
    state : FeedState
        What it is doing.
    since_ns : int
        When it came into that state, UTC. [ns]
    delay : Delay
        What its data are.
    detail : str
        One sentence for a person; empty when there is nothing to say.
    last_data_ns : int or None
        Receipt of the last event, UTC. [ns]
    messages, bad_messages, ignored, reconnects : int
        Counters since the run began; `ignored` are events left out on purpose, such as prints that
        are no market trades.
    clock_skew_ns : int or None
        Our clock minus the venue's, plus the one-way delay: median of receipt minus event. [ns]
    """

    name: str
    state: FeedState
    since_ns: int
    delay: Delay
    detail: str = ""
    last_data_ns: int | None = None
    messages: int = 0
    bad_messages: int = 0
    ignored: int = 0
    reconnects: int = 0
    clock_skew_ns: int | None = None

    @property
    def is_closed(self) -> bool:
        """Whether nothing comes since the market is closed."""
        return self.detail.startswith(MARKET_CLOSED)


class GapState(StrEnum):
    """What became of a hole in a sequence."""

    OPEN = "open"
    REPAIRED = "repaired"
    LOST = "lost"
    """The vendor no longer offers what was missed."""


class Gap(msgspec.Struct, frozen=True):
    """A hole in a numbered stream.

    Parameters
    ----------
    source, symbol, kind : str
        The stream.
    first_seq, last_seq : int
        First and last missing number, both included.
    found_ns : int
        When it was noticed, UTC. [ns]
    after_ts_ns, before_ts_ns : int or None
        Event times of the neighbours. [ns]
    state : GapState
        What became of it.
    """

    source: str
    symbol: str
    kind: str
    first_seq: int
    last_seq: int
    found_ns: int
    after_ts_ns: int | None = None
    before_ts_ns: int | None = None
    state: GapState = GapState.OPEN

    @property
    def missing(self) -> int:
        """Count of missing events."""
        return self.last_seq - self.first_seq + 1
