"""Payloads of the Dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from quantdeck.live.staleness import age_of
from quantdeck.model.feed import FeedState
from quantdeck.views.breaks import with_breaks
from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import LinesPayload, LogPayload, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.live.rates import History, Lag
    from quantdeck.model.feed import FeedStatus, Gap
    from quantdeck.ports.tape import TapeStatus
    from quantdeck.views.payloads import FloatArray, PanelState, Row

_MOST_GAPS = 200
_TAPE_FIGURES = 2
_LONGEST_SILENCE_MS = 5000

LAG_WINDOW_S = 10
"""Time that the lag told is of. [s]"""
LAG_LONG_WINDOW_S = 60
"""Time that its 99 % quantile on the card is of, so that one late event in a hundred is seen. [s]"""


@dataclass(frozen=True, slots=True)
class CaptureFigures:
    """How the capture is doing, over all feeds.

    Parameters
    ----------
    per_second : float or None
        Events taken in; None while the capture is stopped. [1/s]
    lag, lag_minute : Lag or None
        Over the last `LAG_WINDOW_S` and `LAG_LONG_WINDOW_S`; None where no event came.
    gaps_open, dropped, duplicates : int
        Holes not closed; events lost for want of room; events seen before.
    tape : TapeStatus
        How the tape is doing.
    """

    per_second: float | None
    lag: Lag | None
    lag_minute: Lag | None
    gaps_open: int
    dropped: int
    duplicates: int
    tape: TapeStatus


class LogLine(Protocol):
    """One entry of the log: its number, when (UTC, ns), its tone and one sentence."""

    @property
    def number(self) -> int:
        """Counts the entries."""
        ...

    @property
    def ts_ns(self) -> int:
        """When it was noticed, UTC. [ns]."""
        ...

    @property
    def tone(self) -> str:
        """``plain``, ``good``, ``warn`` or ``bad``."""
        ...

    @property
    def text(self) -> str:
        """One sentence."""
        ...


def capture_payload(figures: CaptureFigures, state: PanelState) -> RowsPayload:
    """Return the strip of figures about the capture.

    Parameters
    ----------
    figures : CaptureFigures
        How it is doing.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``kpi`` panel, ids as in its columns.
    """
    lag, minute, tape = figures.lag, figures.lag_minute, figures.tape
    waiting = f"{tape.queue_rows:,} waiting" if tape.queue_rows else "since the start"
    lost = f"{tape.rows_dropped:,} not written" if tape.rows_dropped else waiting
    is_idle = figures.per_second is None and tape.state == "writing" and not tape.queue_rows
    does = "idle" if is_idle else tape.state
    rows: list[Row] = [
        _figure("rate", "Message rate", figures.per_second),
        _figure(
            "lag_p50",
            "Lag, median",
            None if lag is None else lag.p50_ns / 1e9,
            note=f"of the last {LAG_WINDOW_S} s",
        ),
        _figure(
            "lag_p99",
            "Lag, 99 %",
            None if minute is None else minute.p99_ns / 1e9,
            note=f"of the last {LAG_LONG_WINDOW_S} s",
        ),
        _figure("gaps", "Gaps open", figures.gaps_open),
        _figure("dropped", "Dropped", figures.dropped),
        _figure("duplicates", "Duplicates", figures.duplicates),
        _figure("tape_rows", "Rows written", tape.rows_durable, note=lost),
        _figure(
            "tape_bytes",
            "Tape",
            tape.bytes_on_disk,
            note=f"{does}. {tape.detail}" if tape.detail else does,
            state="live" if tape.state in {"writing", "reading"} else "error",
        ),
    ]
    # Of a recording that is played nothing is written.
    return RowsPayload(state, rows if tape.state != "reading" else rows[:-_TAPE_FIGURES])


def _figure(
    name: str, title: str, value: float | None, *, note: str = "", state: str = "live"
) -> Row:
    return {"id": name, "title": title, "value": value, "note": note, "state": state}


def rate_payload(history: History, state: PanelState) -> LinesPayload:
    """Return the message rate of the last minutes.

    Parameters
    ----------
    history : History
        One point a second.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        One line, ``rate``. [1/s]
    """
    return _lines(history, {"rate": history.per_second}, state)


def lag_payload(history: History, state: PanelState) -> LinesPayload:
    """Return the lag of the last minutes.

    Parameters
    ----------
    history : History
        One point a second.
    state : PanelState
        Of the panel.

    Returns
    -------
    LinesPayload
        Lines ``p50`` and ``p99``. [ms]
    """
    return _lines(history, {"p50": history.p50_ns / 1e6, "p99": history.p99_ns / 1e6}, state)


def _lines(history: History, lines: dict[str, FloatArray], state: PanelState) -> LinesPayload:
    if not len(history.second):
        state = empty_state(state, "Nothing was measured yet")
    times, broken = with_breaks(history.second * 1000, lines, longest_ms=_LONGEST_SILENCE_MS)
    return LinesPayload(state, times, broken)


def feeds_payload(
    statuses: Sequence[FeedStatus],
    per_second: Mapping[str, float],
    *,
    now_ns: int,
    state: PanelState,
) -> RowsPayload:
    """Return the table of connections.

    Parameters
    ----------
    statuses : sequence of FeedStatus
        One per connection.
    per_second : mapping of str to float
        Events per second by name of the connection, where known. [1/s]
    now_ns : int
        The time. [ns]
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel.
    """
    rows: list[Row] = [
        {
            "id": status.name,
            "name": status.name,
            "state": status.state.value,
            "since": ms_of(status.since_ns),
            "age_s": age_of(status.last_data_ns, now_ns).seconds,
            "rate": None if status.state is FeedState.STOPPED else per_second.get(status.name),
            "messages": status.messages,
            "ignored": status.ignored,
            "bad": status.bad_messages,
            "reconnects": status.reconnects,
            "skew_s": None if status.clock_skew_ns is None else status.clock_skew_ns / 1e9,
            "detail": status.detail,
        }
        for status in statuses
    ]
    return RowsPayload(state if rows else empty_state(state, "No feed is configured"), rows)


def gaps_payload(gaps: Sequence[Gap], state: PanelState) -> RowsPayload:
    """Return the table of gaps, newest first, the newest 200 of them.

    Parameters
    ----------
    gaps : sequence of Gap
        Newest first.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel.
    """
    rows: list[Row] = [
        {
            "id": f"{gap.source}/{gap.symbol}/{gap.kind}/{gap.first_seq}",
            "found": ms_of(gap.found_ns),
            "state": gap.state.value,
            "symbol": gap.symbol,
            "kind": gap.kind,
            "missing": gap.missing,
            # As text: a page's numbers end at 2**53, and these are names rather than amounts
            "first": str(gap.first_seq),
            "last": str(gap.last_seq),
            "span_s": _span_s(gap),
        }
        for gap in gaps[:_MOST_GAPS]
    ]
    return RowsPayload(state if rows else empty_state(state, "Nothing is missing"), rows)


def _span_s(gap: Gap) -> float | None:
    if gap.after_ts_ns is None or gap.before_ts_ns is None:
        return None
    return max(0, gap.before_ts_ns - gap.after_ts_ns) / 1e9


def log_payload(lines: Sequence[LogLine], state: PanelState) -> LogPayload:
    """Return the log of what changed.

    Parameters
    ----------
    lines : sequence of LogLine
        In any order.
    state : PanelState
        Of the panel.

    Returns
    -------
    LogPayload
        Rows of a ``log`` panel.
    """
    ordered = sorted(lines, key=lambda line: (-(line.ts_ns // 1_000_000), line.number))
    rows: list[Row] = [
        {"id": str(line.number), "ts": ms_of(line.ts_ns), "tone": line.tone, "text": line.text}
        for line in ordered
    ]
    return LogPayload(state if rows else empty_state(state, "Nothing has changed yet"), rows)
