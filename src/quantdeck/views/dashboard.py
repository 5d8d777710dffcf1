"""Payloads of the Dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from quantdeck.live.staleness import Freshness, age_of
from quantdeck.views.figures import duration_text, ms_of, number_text, price_decimals
from quantdeck.views.payloads import LinesPayload, LogPayload, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.resample import Bars
    from quantdeck.live.board import Board, Mark, Top
    from quantdeck.live.rates import History, Lag
    from quantdeck.live.staleness import Age
    from quantdeck.model.feed import FeedStatus, Gap
    from quantdeck.model.instruments import Instrument
    from quantdeck.ports.tape import TapeStatus
    from quantdeck.views.payloads import FloatArray, PanelState, Row

SPARK_BARS = 300
"""Bars behind a sparkline and its change."""
_SPARK_POINTS = 60
_MOST_GAPS = 200


@dataclass(frozen=True, slots=True)
class CaptureFigures:
    """How the capture is doing, over all feeds.

    Parameters
    ----------
    per_second : float
        Events taken in. [1/s]
    lag : Lag or None
        None before the first event.
    gaps_open, dropped, duplicates : int
        Holes not closed; events left out; events seen before.
    tape : TapeStatus
        How the tape is doing.
    """

    per_second: float
    lag: Lag | None
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


@dataclass(frozen=True, slots=True)
class SymbolNow:
    """One symbol at one moment.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    instrument : Instrument or None
        As its venue describes it, where that is known.
    last : float or None
        Price of the newest execution. [currency]
    bars : Bars
        Its newest short bars, for the sparkline.
    top : Top or None
        Best bid and ask.
    mark : Mark or None
        Mark price.
    age : Age
        Of its newest event.
    """

    symbol: str
    instrument: Instrument | None
    last: float | None
    bars: Bars
    top: Top | None
    mark: Mark | None
    age: Age


def symbol_now(
    symbol: str,
    symbol_id: int,
    *,
    board: Board,
    bars: Bars,
    now_ns: int,
    instrument: Instrument | None = None,
) -> SymbolNow:
    """Return what is known of a symbol now.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    symbol_id : int
        Its id.
    board : Board
        Last quote, mark and execution.
    bars : Bars
        Its newest short bars; the newest `SPARK_BARS` are used.
    now_ns : int
        The time. [ns]
    instrument : Instrument or None
        As its venue describes it.

    Returns
    -------
    SymbolNow
        For `symbols_payload`.
    """
    trade = board.trade(symbol_id)
    return SymbolNow(
        symbol=symbol,
        instrument=instrument,
        last=None if trade is None else trade.price,
        bars=bars[-SPARK_BARS:],
        top=board.top(symbol_id),
        mark=board.mark(symbol_id),
        age=age_of(board.last_recv_ns(symbol_id), now_ns),
    )


def symbols_payload(symbols: Sequence[SymbolNow], state: PanelState) -> RowsPayload:
    """Return the cards of the captured symbols.

    Parameters
    ----------
    symbols : sequence of SymbolNow
        In the order of the page.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``kpi`` panel.
    """
    if not symbols:
        return RowsPayload(empty_state(state, "No symbol is being captured"), [])
    return RowsPayload(state, [_card(symbol) for symbol in symbols])


def _card(now: SymbolNow) -> Row:
    closes = now.bars.close
    tick_size = None if now.instrument is None else now.instrument.tick_size
    recent = [*closes[-20:].tolist(), *([] if now.last is None else [now.last])]
    decimals = price_decimals(tick_size, recent)
    span_s = float(now.bars.start_ns[-1] - now.bars.start_ns[0]) / 1e9 if len(closes) else 0.0
    has_change = span_s > 0.0 and closes[0] > 0.0
    stride = -(-len(closes) // _SPARK_POINTS) if len(closes) else 1
    return {
        "id": now.symbol,
        "title": now.symbol,
        "value": now.last,
        "decimals": decimals,
        "unit": "" if now.instrument is None else now.instrument.quote,
        "change": float(closes[-1] / closes[0] - 1.0) if has_change else None,
        "change_title": f"over {duration_text(span_s)}" if has_change else "",
        # Every n-th close, counted from the newest, which is always there
        "spark": closes[::-1][::stride][::-1].tolist(),
        "note": _card_note(now, decimals),
        "state": now.age.freshness.value,
        "age_s": None if now.age.seconds is None else float(int(now.age.seconds)),
    }


def _card_note(now: SymbolNow, decimals: int) -> str:
    parts: list[str] = []
    if now.age.freshness is Freshness.STALE and now.age.seconds is not None:
        parts.append(f"{duration_text(now.age.seconds)} old")
    if now.top is not None:
        width, mid = now.top.width, now.top.mid
        if width is not None and mid:
            parts.append(f"spread {width:,.{decimals}f} ({number_text(width / mid * 1e4, 2)} bp)")
        else:
            side = "bid" if now.top.bid is None else "ask"
            parts.append(f"no {side}")
    if now.mark is not None and now.mark.mark_price is not None:
        parts.append(f"mark {now.mark.mark_price:,.{decimals}f}")
    return " · ".join(parts)


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
    lag, tape = figures.lag, figures.tape
    waiting = f"{tape.queue_rows:,} waiting" if tape.queue_rows else ""
    lost = f"{tape.rows_dropped:,} not written" if tape.rows_dropped else waiting
    rows: list[Row] = [
        _figure("rate", "Message rate", figures.per_second),
        _figure("lag_p50", "Lag, median", None if lag is None else lag.p50_ns / 1e9),
        _figure("lag_p99", "Lag, 99 %", None if lag is None else lag.p99_ns / 1e9),
        _figure("gaps", "Gaps open", figures.gaps_open),
        _figure("dropped", "Dropped", figures.dropped),
        _figure("duplicates", "Duplicates", figures.duplicates),
        _figure("tape_rows", "Rows on disk", tape.rows_durable, note=lost),
        _figure(
            "tape_bytes",
            "Tape",
            tape.bytes_on_disk,
            note=f"{tape.state}. {tape.detail}" if tape.detail else tape.state,
            state="live" if tape.state == "writing" else "error",
        ),
    ]
    return RowsPayload(state, rows)


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
    return LinesPayload(state, history.second * 1000, lines)


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
            "rate": per_second.get(status.name),
            "messages": status.messages,
            "duplicates": status.duplicates,
            "dropped": status.dropped,
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
