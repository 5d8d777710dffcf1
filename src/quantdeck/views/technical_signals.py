"""Signals of one symbol and of all, with when they were known and what the price did since."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.analytics.signals import SIGNALS, Direction
from quantdeck.model.instruments import root_of
from quantdeck.views.figures import ms_of
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.signals.board import BoardRow
    from quantdeck.views.payloads import PanelState, Row

MOST_SHOWN = 200
_ARROWS = {Direction.UP: "▲ up", Direction.DOWN: "▼ down"}


def signals_payload(
    rows: Sequence[BoardRow],
    state: PanelState,
    *,
    decimals: int,
    unanswered: Sequence[tuple[str, str]] = (),
) -> RowsPayload:
    """Return the signals of one symbol, newest first.

    Parameters
    ----------
    rows : sequence of BoardRow
        Newest first.
    state : PanelState
        Of the panel.
    decimals : int
        Of a price.
    unanswered : sequence of (str, str)
        Rules that the bars do not suffice for, and why.
    """
    if not rows:
        reasons = "; ".join(f"{SIGNALS[n].title}: {why}" for n, why in unanswered if n in SIGNALS)
        return RowsPayload(empty_state(state, reasons or "No rule has found anything yet"), [])
    return RowsPayload(state, [_row(row, decimals) for row in rows[:MOST_SHOWN]])


def board_payload(
    rows: Sequence[BoardRow],
    state: PanelState,
    *,
    interval: str,
    decimals: dict[str, int],
    looked_at: int,
) -> RowsPayload:
    """Return the newest signals of all symbols.

    Parameters
    ----------
    rows : sequence of BoardRow
        Newest first.
    state : PanelState
        Of the panel.
    interval : str
        Of the bars.
    decimals : dict of str to int
        Of the prices of each symbol.
    looked_at : int
        Symbols that have prices.
    """
    if not rows:
        reason = f"No rule has found anything in the {interval} bars of {looked_at} symbols"
        return RowsPayload(empty_state(state, reason), [])
    shown = rows[:MOST_SHOWN]
    return RowsPayload(
        state,
        [
            {
                **_row(row, decimals[row.symbol]),
                "id": f"{row.symbol} {_id(row)}",
                "symbol": root_of(row.symbol),
                "open": f"/technical?symbol={row.symbol}&interval={interval}",
            }
            for row in shown
        ],
    )


def _id(row: BoardRow) -> str:
    signal = row.signal
    return f"{signal.rule}:{signal.bar_ns}:{signal.event}"


def _row(row: BoardRow, decimals: int) -> Row:
    signal = row.signal
    return {
        "id": _id(row),
        "known": ms_of(signal.confirmed_ns),
        "rule": SIGNALS[signal.rule].title,
        "event": signal.event,
        "direction": _ARROWS[signal.direction],
        "price": row.price if math.isfinite(row.price) else None,
        "last": row.last if math.isfinite(row.last) else None,
        "change": row.change if math.isfinite(row.change) else None,
        "age_bars": row.age_bars,
        "settled": "yes" if signal.settled else "no",
        "decimals": decimals,
    }
