"""What the pairs commands print."""

from __future__ import annotations

import math
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.pairs_prices import LoadedPair
    from quantdeck.research.pairs.figures import BacktestFigures

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
_NS = 1_000_000_000
_LEFT = {
    "estimator", "figure", "side", "entered", "left", "reason", "test", "note", "from", "until",
    "chosen", "symbol",
}  # fmt: skip


def heading(pair: LoadedPair, *, demo: bool) -> str:
    """Return what a pair is, in one line."""
    first, last = (time_text(int(pair.prices.ts_ns[row])) for row in (0, -1))
    words = (
        f"{pair.y} on {pair.x}: {len(pair.prices):,} bars of {span_text(pair.step_ns)}, {first} to "
        f"{last} UTC"
    )
    return f"{words}; DEMO: simulated prices" if demo else words


def time_text(ts_ns: int) -> str:
    """Return a time to the second, UTC.

    Examples
    --------
    >>> time_text(0)
    '1970-01-01 00:00:00'
    """
    return f"{datetime.fromtimestamp(ts_ns / _NS, UTC):%Y-%m-%d %H:%M:%S}"


def span_text(span_ns: float) -> str:
    """Return a span of time in the largest unit of which there is one.

    Examples
    --------
    >>> span_text(3_600_000_000_000), span_text(90_000_000_000)
    ('1 h', '1.5 m')
    """
    seconds = span_ns / _NS
    size, unit = next((each for each in _UNITS if seconds >= each[0]), (1, "s"))
    return f"{seconds / size:.3g} {unit}"


def number_text(value: float | None, digits: int = 2, *, sign: bool = False) -> str:
    """Return a figure, or a dash where there is none.

    Examples
    --------
    >>> number_text(1234.5), number_text(None), number_text(0.5, 1, sign=True)
    ('1,234.50', '-', '+0.5')
    """
    if value is None or not math.isfinite(value):
        return "-"
    return f"{value:{'+' if sign else ''},.{digits}f}"


def show(rows: Sequence[dict[str, Any]]) -> None:
    """Print rows as a table; a pipe has no width, so nothing is cut there."""
    if not rows:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in rows[0]:
        table.add_column(name, justify="left" if name in _LEFT else "right", no_wrap=True)
    for row in rows:
        table.add_row(*("-" if value is None else str(value) for value in row.values()))
    Console(width=10_000).print(table, highlight=False, markup=False)


def say(text: str) -> None:
    """Print a line beside the result, where a pipe does not read it."""
    print(text, file=sys.stderr)  # noqa: T201


def figure_rows(figures: BacktestFigures, *, capital: float) -> list[dict[str, Any]]:
    """Return the figures of a backtest as rows of a table."""
    sheet, trades = figures.sheet, figures.trades
    sharpe = None
    if sheet.sharpe is not None:
        digits = 2 if sheet.is_annual else 4
        sharpe = f"{sheet.sharpe.value:.{digits}f} ± {sheet.sharpe.standard_error:.{digits}f}"
    depth = _percent(sheet.drawdown.depth)
    fell = "not recovered" if sheet.drawdown.recovery is None else "recovered"
    hold = number_text(trades.mean_hold, 1)
    # Of less than a tenth of a year nothing is scaled to one.
    span = "a year" if sheet.is_annual else "a bar"
    yearly = "" if figures.annual_turnover is None else f", {figures.annual_turnover:,.1f} a year"
    named = (
        ("net", f"{_money(figures.net)} ({_percent(figures.net / capital, sign=True)} of capital)"),
        ("before costs", _money(figures.gross)),
        ("fees, slippage", f"{_money(figures.fees)}, {_money(figures.slippage)}"),
        ("funding paid", _money(figures.funding)),
        ("growth a year", _percent(sheet.cagr, sign=True)),
        (f"volatility {span}", _percent(sheet.volatility)),
        (f"Sharpe ± s.e., {span}", sharpe),
        ("Sortino, Calmar", f"{number_text(sheet.sortino)}, {number_text(sheet.calmar)}"),
        ("deepest drawdown", f"{depth}, {fell}" if sheet.drawdown.depth else depth),
        ("trades", f"{trades.count} closed, {figures.open_trades} open"),
        ("hit rate", _percent(trades.hit_rate)),
        ("profit factor", number_text(trades.profit_factor)),
        ("rows held, mean", hold),
        ("turnover", f"{figures.turnover:,.1f} x capital{yearly}"),
        ("rows with a position", _percent(figures.exposure)),
    )
    return [{"figure": name, "": value} for name, value in named]


def _money(value: float) -> str:
    return number_text(value)


def _percent(value: float | None, *, sign: bool = False) -> str:
    return "-" if value is None else f"{number_text(100.0 * value, sign=sign)} %"
