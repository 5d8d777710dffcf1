"""What the commands ``backtest`` and ``simulate`` print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.app.pairs_text import number_text
from quantdeck.research.equities.reports import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.performance import TearSheet
    from quantdeck.research.equities.reports import EquityReport
    from quantdeck.research.equities.trades import EquityTrade

_NS_PER_MS = 1_000_000


def heading(report: EquityReport, title: str) -> str:
    """Return what was backtested, in a few lines."""
    asked = report.question
    first, last = day_of(int(report.x[0])), day_of(int(report.x[-1]))
    every = ""
    if asked.every is not None:
        every = ", decided at every close"
        if asked.every > 1:
            every = f", decided every {asked.every} sessions"
    lines = [
        f"{title}; {len(report.x):,} sessions, {first} to {last}{every}",
        f"filled at the next {asked.execution}, {asked.fee_bp:g} bp fee, {asked.half_spread_bp:g} bp half "
        f"spread, {asked.slippage_bp:g} bp slippage; prices of {report.source or 'an unnamed source'}",
    ]
    if asked.scheme:
        lines.append(f"predictions out of sample: {asked.scheme}")
    if report.is_simulated:
        lines.append("DEMO: simulated prices")
    return "\n".join(lines)


def figure_rows(report: EquityReport) -> list[dict[str, Any]]:
    """Return the figures of a backtest, beside those of its benchmark, as rows of a table."""
    figures, sheet, other = report.figures, report.figures.sheet, report.figures.benchmark
    trades, own = figures.trades, report.question.strategy.replace("_", " ")
    name = report.question.benchmark.replace("_", " ") or "benchmark"
    name = f"{name}, the benchmark" if name == own else name
    # Of less than a tenth of a year nothing is scaled to one.
    span = "a year" if sheet.is_annual else "a session"
    both = (
        ("return", _percent(sheet.total_return), other and _percent(other.total_return)),
        ("growth a year", _percent(sheet.cagr), other and _percent(other.cagr)),
        (f"volatility {span}", _percent(sheet.volatility), other and _percent(other.volatility)),
        (f"Sharpe ± s.e., {span}", _sharpe(sheet), other and _sharpe(other)),
        (
            "deepest drawdown",
            _percent(sheet.drawdown.depth),
            other and _percent(other.drawdown.depth),
        ),
    )
    alone: list[tuple[str, str]] = [
        ("net gain", number_text(figures.net, sign=True)),
        ("before costs", number_text(figures.gross, sign=True)),
        ("fees, slippage", f"{number_text(figures.fees)}, {number_text(figures.slippage)}"),
        (
            "dividends, borrowing",
            f"{number_text(figures.dividends)}, {number_text(figures.borrow)}",
        ),
        ("turnover a year", number_text(figures.turnover, 1)),
        (
            "held on average",
            f"{figures.held:.1f} symbols, {100 * figures.exposure:.0f} % of equity",
        ),
        ("trades", f"{trades.count:,} closed, {figures.open_trades} open"),
        ("hit rate", "-" if trades.hit_rate is None else f"{100 * trades.hit_rate:.1f} %"),
    ]
    if figures.deflated is not None:
        tries = f"best of {report.question.trials:,} tries"
        if report.question.trials == 1:
            tries = "one try"
        alone.append(
            ("P(Sharpe above chance)", f"{100 * figures.deflated.probability:.1f} %, {tries}")
        )
    active = figures.active
    if active is not None:
        ratio = number_text(active.information_ratio)
        alone.append(
            (
                "above benchmark, a year",
                f"{_percent(active.active_return)}, information ratio {ratio}",
            )
        )
    if figures.fit is not None:
        alone.append(
            ("beta, alpha a year", f"{figures.fit.beta:.2f}, {_percent(figures.fit.alpha)}")
        )
    rows = [{"figure": text, own: value, name: against or "-"} for text, value, against in both]
    return [*rows, *({"figure": text, own: value, name: ""} for text, value in alone)]


def trade_rows(trades: Sequence[EquityTrade]) -> list[dict[str, Any]]:
    """Return trades as rows of a table."""
    return [
        {
            "symbol": trade.symbol,
            "side": "long" if trade.side > 0 else "short",
            "entered": day_of(trade.entry_ns // _NS_PER_MS),
            "left": "open" if trade.is_open else day_of(trade.exit_ns // _NS_PER_MS),
            "quantity": number_text(trade.quantity, 3),
            "in": number_text(trade.entry),
            "out": number_text(trade.exit),
            "costs": number_text(trade.costs),
            "net": number_text(trade.net, sign=True),
        }
        for trade in trades
    ]


def _sharpe(sheet: TearSheet) -> str:
    if sheet.sharpe is None:
        return "-"
    digits = 2 if sheet.is_annual else 4
    return f"{sheet.sharpe.value:.{digits}f} ± {sheet.sharpe.standard_error:.{digits}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{number_text(100.0 * value, sign=True)} %"
