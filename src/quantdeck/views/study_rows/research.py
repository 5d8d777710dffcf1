"""Features, models, backtests and the scoreboard as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.views.research_backtests import scoreboard_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.research.equities.reports import EquityReport

_TIME = pa.timestamp("ms", "UTC")
_DAY = pa.timestamp("ns", "UTC")


def scoreboard_table(board: Sequence[Mapping[str, str]]) -> pa.Table:
    """Return the scoreboard, newest first, with figures as numbers.

    Parameters
    ----------
    board : sequence of mapping
        As its file has them, oldest first.

    Returns
    -------
    pa.Table
        Columns as of the file; none where it has no row.

    Examples
    --------
    >>> scoreboard_table([{"date": "2026-11-20", "auc": "0.51"}]).to_pylist()
    [{'date': '2026-11-20', 'auc': 0.51}]
    """
    return pa.Table.from_pylist(scoreboard_rows(board))


def _equity(report: EquityReport) -> pa.Table:
    absent = np.full(len(report.x), np.nan)
    return pa.table(
        {
            "session": pa.array(report.x, _TIME),
            "equity": report.equity,
            "before_costs": report.gross,
            "benchmark": _known(report.benchmark if len(report.benchmark) else absent),
            "cash": report.cash,
            "long": report.long,
            "short": report.short,
        }
    )


def _trades(report: EquityReport) -> pa.Table:
    trades = report.trades
    figures = ("quantity", "entry", "exit", "gross", "costs", "carry", "net")
    return pa.table(
        {
            "symbol": pa.array([each.symbol for each in trades], pa.string()),
            "side": pa.array(
                ["long" if each.side > 0 else "short" for each in trades], pa.string()
            ),
            "entered": pa.array([each.entry_ns for each in trades], _DAY),
            "left": pa.array([None if each.is_open else each.exit_ns for each in trades], _DAY),
            "sessions": pa.array([each.hold for each in trades], pa.int64()),
            **{
                name: pa.array([getattr(each, name) for each in trades], pa.float64())
                for name in figures
            },
        }
    )


def _fills(report: EquityReport) -> pa.Table:
    fills = report.fills
    return pa.table(
        {
            "session": pa.array(report.x[fills.session], _TIME),
            "symbol": pa.array([report.symbols[at] for at in fills.symbol.tolist()], pa.string()),
            "quantity": fills.quantity,
            "price": fills.price,
            "fee": fills.fee,
        }
    )


def _known(values: np.ndarray) -> pa.Array:
    return pa.array(values, from_pandas=True)


BACKTEST_PARTS: dict[str, Callable[[EquityReport], pa.Table]] = {
    "equity": _equity,
    "trades": _trades,
    "fills": _fills,
}
"""Tables of a backtest of many symbols by name."""
