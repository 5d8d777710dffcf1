"""The cards of the captured symbols."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.live.board import TRADES
from quantdeck.live.staleness import (
    MARKS_STALE_AFTER_S,
    Freshness,
    age_of,
    age_of_trades,
)
from quantdeck.model.events import Kind
from quantdeck.views.figures import duration_text, number_text, price_decimals
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.resample import Bars
    from quantdeck.live.board import Board, Mark, Top
    from quantdeck.live.staleness import Age
    from quantdeck.model.instruments import Instrument
    from quantdeck.views.payloads import PanelState, Row

SPARK_SPAN_S = 300
"""Time that sparklines and changes look back, the same for all so that they compare. [s]"""
SPARK_BARS = SPARK_SPAN_S
"""Bars behind a sparkline and its change."""
_SPARK_POINTS = 60


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
        Of its price; of the quote where nothing was executed yet.
    top_age, mark_age : Age
        Of best bid and ask, and of the mark price.
    """

    symbol: str
    instrument: Instrument | None
    last: float | None
    bars: Bars
    top: Top | None
    mark: Mark | None
    age: Age
    top_age: Age
    mark_age: Age


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
        Its newest 1 s bars; those of the last `SPARK_SPAN_S` are used.
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
    trade_age = age_of_trades(
        board.last_recv_ns(symbol_id, TRADES), board.last_recv_ns(symbol_id), now_ns
    )
    top_age = age_of(board.last_recv_ns(symbol_id, [Kind.QUOTE]), now_ns)
    return SymbolNow(
        symbol=symbol,
        instrument=instrument,
        last=None if trade is None else trade.price,
        bars=bars[int(bars.start_ns.searchsorted(now_ns - SPARK_SPAN_S * 1_000_000_000)) :],
        top=board.top(symbol_id),
        mark=board.mark(symbol_id),
        age=trade_age if trade is not None else top_age,
        top_age=top_age,
        mark_age=age_of(
            board.last_recv_ns(symbol_id, [Kind.MARK]), now_ns, stale_after_s=MARKS_STALE_AFTER_S
        ),
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
        "change_title": f"over {_span_text(span_s)}" if has_change else "",
        # Every n-th close, counted from the newest, which is always there
        "spark": closes[::-1][::stride][::-1].tolist(),
        "note": _card_note(now, decimals),
        "state": now.age.freshness.value,
        "age_s": None if now.age.seconds is None else float(int(now.age.seconds)),
    }


def _span_text(span_s: float) -> str:
    # The window is what counts, not the second in which its first bar happens to begin.
    whole = SPARK_SPAN_S if span_s > 0.9 * SPARK_SPAN_S else float(int(span_s))
    return duration_text(whole)


def _card_note(now: SymbolNow, decimals: int) -> str:
    parts: list[str] = []
    if now.age.freshness is Freshness.STALE:
        parts.append(_old(now.age))
    if now.top is not None:
        width, mid = now.top.width, now.top.mid
        if width is not None and mid:
            spread = f"spread {width:,.{decimals}f} ({number_text(width / mid * 1e4, 2)} bp)"
            parts.append(spread + _older(now, now.top_age))
        else:
            side = "bid" if now.top.bid is None else "ask"
            parts.append(f"no {side}")
    if now.mark is not None and now.mark.mark_price is not None:
        mark = f"mark {now.mark.mark_price:,.{decimals}f}"
        parts.append(mark + _older(now, now.mark_age))
    return " · ".join(parts)


def _old(age: Age) -> str:
    return f"{duration_text(float(int(age.seconds or 0.0)))} old"


def _older(now: SymbolNow, age: Age) -> str:
    # Where the price is old as well, that has been said.
    is_news = age.freshness is Freshness.STALE and now.age.freshness is Freshness.LIVE
    return f", {_old(age)}" if is_news else ""
