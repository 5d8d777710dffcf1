"""Backtests as tables for files: trades, rows, and the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.pairs.backtest import Backtest, PairTrade
    from quantdeck.research.pairs.prices import PairPrices
    from quantdeck.trading.fills import Fill
    from quantdeck.trading.ledger import Entry

_TIME = pa.timestamp("ns", "UTC")
_FLOATS = (
    "quantity_y", "quantity_x", "entry_y", "entry_x", "exit_y", "exit_x", "entry_zscore",
    "exit_zscore", "hedge_ratio",
)  # fmt: skip
_MONEY = ("gross", "fees", "slippage", "funding", "net")


def trades_table(trades: Sequence[PairTrade], *, y: str, x: str) -> pa.Table:
    """Return a row per trade.

    Parameters
    ----------
    trades : sequence of PairTrade
        In order of time.
    y, x : str
        Names of the legs.

    Returns
    -------
    pa.Table
        Times in UTC, ``long`` or ``short`` the spread, quantities, executed prices, scores, rows held,
        money, and the reason; exits are absent while a trade is open.
    """
    columns = {
        "entry_time": pa.array([trade.entry_ns for trade in trades], _TIME),
        "exit_time": pa.array([trade.exit_ns for trade in trades], _TIME),
        "y": pa.array([y] * len(trades), pa.string()),
        "x": pa.array([x] * len(trades), pa.string()),
        "side": pa.array([side_word(trade.side) for trade in trades], pa.string()),
        **{name: _floats(trades, name) for name in _FLOATS},
        "hold": pa.array([trade.hold for trade in trades], pa.int64()),
        **{name: _floats(trades, name) for name in _MONEY},
        "reason": pa.array([trade.reason for trade in trades], pa.string()),
    }
    return pa.table(columns)


def side_word(side: int) -> str:
    """Return ``long``, ``short`` or ``flat``.

    Parameters
    ----------
    side : int
        Of the spread: +1, -1 or 0.

    Returns
    -------
    str
        The word.

    Examples
    --------
    >>> side_word(-1)
    'short'
    """
    return {1: "long", -1: "short"}.get(side, "flat")


def rows_table(prices: PairPrices, result: Backtest) -> pa.Table:
    """Return a row per row of the prices, from the start of a backtest on.

    Parameters
    ----------
    prices : PairPrices
        What it was run on.
    result : Backtest
        The run.

    Returns
    -------
    pa.Table
        Time in UTC, closes, line, spread, score, what is held, and money up to the close.
    """
    names = (
        "hedge_ratio", "spread", "zscore", "position", "quantity_y", "quantity_x", "equity",
        "gross_equity", "fees", "slippage", "funding", "traded",
    )  # fmt: skip
    first = slice(result.start, None)
    table = pa.table(
        {
            "start_ns": result.ts_ns[first],
            "y": prices.y[first],
            "x": prices.x[first],
            **{name: getattr(result, name)[first] for name in names},
        }
    )
    return with_time(table, "start_ns")


def ledger_table(entries: Sequence[Entry]) -> pa.Table:
    """Return a row per line of a ledger.

    Parameters
    ----------
    entries : sequence of Entry
        Oldest first.

    Returns
    -------
    pa.Table
        Time in UTC; quantities, prices and money as the floats next to them, 17 digits.
    """
    decimals = ("quantity", "price", "cash", "realised", "balance")
    return pa.table(
        {
            "number": pa.array([entry.number for entry in entries], pa.int64()),
            "time": pa.array([entry.ts_ns for entry in entries], _TIME),
            "kind": pa.array([entry.kind.value for entry in entries], pa.string()),
            "symbol": pa.array([entry.symbol for entry in entries], pa.string()),
            **{name: _nearest(entries, name) for name in decimals},
            "note": pa.array([entry.note for entry in entries], pa.string()),
        }
    )


def fills_table(fills: Sequence[tuple[str, Fill]]) -> pa.Table:
    """Return a row per fill of a paper account.

    Parameters
    ----------
    fills : sequence of (str, Fill)
        Name of the order, and the fill; oldest first.

    Returns
    -------
    pa.Table
        Time in UTC; quantities (negative for a sale), prices and fees as text, to the last digit.
    """
    texts = ("quantity", "price", "reference", "fee")
    return pa.table(
        {
            "time": pa.array([fill.ts_ns for _, fill in fills], _TIME),
            "order": pa.array([name for name, _ in fills], pa.string()),
            "symbol": pa.array([fill.symbol for _, fill in fills], pa.string()),
            **{
                name: pa.array([f"{getattr(fill, name):f}" for _, fill in fills], pa.string())
                for name in texts
            },
            "reason": pa.array([fill.reason for _, fill in fills], pa.string()),
        }
    )


def _floats(trades: Sequence[PairTrade], name: str) -> pa.Array:
    return pa.array([getattr(trade, name) for trade in trades], pa.float64())


def _nearest(entries: Sequence[Entry], name: str) -> pa.Array:
    values = [getattr(entry, name) for entry in entries]
    return pa.array([None if value is None else float(value) for value in values], pa.float64())
