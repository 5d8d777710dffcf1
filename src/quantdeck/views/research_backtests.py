"""What the panels of the Research page show of backtests of many symbols, and the scoreboard."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from quantdeck.analytics.performance import drawdowns
from quantdeck.views.backtest_drawing import MOST_POINTS, thinned
from quantdeck.views.figures import MINUS
from quantdeck.views.market import bars_payload
from quantdeck.views.nothing import nothing_of
from quantdeck.views.panels import PanelKind
from quantdeck.views.payloads import LinesPayload, Marker, RowsPayload
from quantdeck.views.risk import day_text
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.ports.records import Run
    from quantdeck.research.equities.reports import EquityReport, EquitySummary
    from quantdeck.research.equities.trades import EquityTrade
    from quantdeck.views.payloads import PanelState, Payload, Row

SCORES = (
    "auc",
    "cv_auc",
    "pnl",
    "capital",
    "return",
    "sharpe",
    "max_drawdown",
    "turnover",
    "costs",
)
"""Columns of the scoreboard that hold figures."""

_MOST_TRADES = 1_000
_MOST_SYMBOLS = 200
_NS_PER_MS = 1_000_000
_DAY_NS = 86_400_000_000_000
_DAY_MS = 86_400_000
_ARRAYS = ("start_ns", "open", "high", "low", "close", "volume", "raw_close")
_SIDES = {1: "long", -1: "short"}
_SIGNIFICANT = 0.95


def result_payload(report: EquityReport, state: PanelState) -> RowsPayload:
    """Return the cards of a backtest."""
    figures, sheet = report.figures, report.figures.sheet
    against, costs = figures.benchmark, figures.fees + figures.slippage + figures.borrow
    first, last = (day_text(int(report.x[at]) * _NS_PER_MS) for at in (0, -1))
    a_year = "" if figures.turnover is None else "times equity; in and out is 2"
    rows: list[Row] = [
        _card("net", "Net gain", figures.net, f"of {report.question.capital:,.0f}"),
        _card("return", "Return", sheet.total_return, f"{first} to {last}"),
        _card(
            "benchmark",
            "Benchmark",
            None if against is None else against.total_return,
            report.question.benchmark.replace("_", " ") or "none",
        ),
        _card("sharpe", "Sharpe ratio", *_sharpe(report)),
        _card("drawdown", "Deepest drawdown", sheet.drawdown.depth, _recovery(report)),
        _card("turnover", "Turnover a year", figures.turnover, a_year),
        _card("costs", "Costs", costs, f"gross gain {figures.gross:,.2f}"),
    ]
    return RowsPayload(state, rows)


def figures_payload(report: EquityReport, state: PanelState) -> RowsPayload:
    """Return the tear sheet of a backtest, what a reader must know first."""
    figures, sheet = report.figures, report.figures.sheet
    trades, active, fit = figures.trades, figures.active, figures.fit
    years = f"{sheet.n:,} sessions, {sheet.periods_per_year:,.0f} a year"
    rows: list[Row] = [
        _line(f"warning{number}", None, text, "bad", title="Mind")
        for number, text in enumerate(report.warnings)
    ]
    rows += [
        _line("cagr", sheet.cagr, years),
        _line("volatility", sheet.volatility, "" if sheet.is_annual else "of a session"),
        _line("sharpe", *_sharpe(report)),
        _deflated(report),
        _line("sortino", sheet.sortino, ""),
        _line("calmar", sheet.calmar, ""),
        _line("active", None if active is None else active.active_return, "a year, arithmetic"),
        _line("information", None if active is None else active.information_ratio, ""),
        _line("beta", None if fit is None else fit.beta, "to the benchmark"),
        _line("alpha", None if fit is None else fit.alpha, "a year"),
        _line("trades", trades.count, f"{figures.open_trades} open"),
        _line("hit_rate", trades.hit_rate, "closed trades that gained after costs"),
        _line("mean_trade", trades.mean, ""),
        _line("mean_hold", trades.mean_hold, "sessions"),
        _line("held", figures.held, "symbols on average"),
        _line("exposure", figures.exposure, f"net {100 * figures.net_exposure:.0f} % of equity"),
        _line("dividends", figures.dividends, "received"),
        _line("stale", figures.stale_sessions, "sessions valued at an earlier close"),
    ]
    return RowsPayload(state, rows)


def equity_payload(report: EquityReport, state: PanelState) -> LinesPayload:
    """Return equity after and before costs beside the benchmark."""
    lines = {"equity": report.equity, "gross": report.gross}
    if len(report.benchmark):
        lines["benchmark"] = report.benchmark
    return _lines(report.x, lines, state)


def drawdown_payload(report: EquityReport, state: PanelState) -> LinesPayload:
    """Return how far equity is below its highest so far."""
    if report.figures.sheet.ruined:
        said = "Everything was lost: there is no drawdown to draw"
        return LinesPayload(empty_state(state, said), np.empty(0, np.int64), {})
    lines = {"equity": drawdowns(report.equity)}
    if len(report.benchmark) and (report.benchmark > 0.0).all():
        lines["benchmark"] = drawdowns(report.benchmark)
    return _lines(report.x, lines, state)


def chart_payload(
    report: EquityReport, symbol: str, series: PriceSeries, state: PanelState
) -> Payload:
    """Return the candles of a symbol over the sessions of the backtest, with its trades.

    Parameters
    ----------
    report : EquityReport
        The backtest.
    symbol : str
        Canonical symbol.
    series : PriceSeries
        Its daily bars.
    state : PanelState
        Of the bars.
    """
    days, spanned = series.start_ns // _DAY_NS, report.x // _DAY_MS
    taken = (days >= spanned[0]) & (days <= spanned[-1])
    if not taken.any():
        said = f"There are no daily bars of {symbol} in the sessions of the backtest"
        return nothing_of(PanelKind.CANDLES, said)
    cut = replace(series, **{name: getattr(series, name)[taken] for name in _ARRAYS})
    shown = bars_payload(cut, (), state)
    return structs.replace(shown, markers=_markers(report, symbol, cut))


def traded_symbols(report: EquityReport) -> tuple[str, ...]:
    """Return the symbols of a backtest, those with the most trades first."""
    counts = dict.fromkeys(report.symbols, 0)
    for trade in report.trades:
        counts[trade.symbol] = counts.get(trade.symbol, 0) + 1
    return tuple(sorted(counts, key=lambda symbol: (-counts[symbol], symbol))[:_MOST_SYMBOLS])


def trades_payload(report: EquityReport, state: PanelState) -> RowsPayload:
    """Return the newest trades, the last exit first."""
    if not report.trades:
        return RowsPayload(empty_state(state, "Nothing was traded"), [])
    newest = report.trades[::-1][:_MOST_TRADES]
    return RowsPayload(state, [_trade_row(each, n) for n, each in enumerate(newest)])


def runs_payload(runs: Sequence[tuple[Run, EquitySummary]], state: PanelState) -> RowsPayload:
    """Return one row per backtest, newest first."""
    return RowsPayload(state, [run_row(run, summary) for run, summary in runs])


def run_row(run: Run, summary: EquitySummary) -> Row:
    """Return a backtest as a row."""
    return {
        "id": run.id,
        "created": run.created_ns // _NS_PER_MS,
        "title": run.title,
        "span": f"{summary.first} to {summary.last}",
        "net": summary.net,
        "return": summary.total_return,
        "benchmark": summary.benchmark_return,
        "sharpe": summary.sharpe,
        "drawdown": summary.max_drawdown,
        "turnover": summary.turnover,
        "trades": summary.trades,
        "mode": run.mode,
        "tone": run.mode,
    }


def scoreboard_payload(board: Sequence[Mapping[str, str]], state: PanelState) -> RowsPayload:
    """Return the rows of the scoreboard, newest first.

    Parameters
    ----------
    board : sequence of mapping
        As its file has them, oldest first.
    state : PanelState
        Of the panel.
    """
    rows = scoreboard_rows(board)
    return RowsPayload(state, [{"id": str(len(rows) - at), **row} for at, row in enumerate(rows)])


def scoreboard_rows(board: Sequence[Mapping[str, str]]) -> list[Row]:
    """Return the rows of the scoreboard with figures as numbers, newest first; empty ones are None.

    Examples
    --------
    >>> scoreboard_rows([{"date": "2026-11-20", "auc": "0.51", "pnl": ""}])
    [{'date': '2026-11-20', 'auc': 0.51, 'pnl': None}]
    """
    return [
        {name: _number(text) if name in SCORES else text for name, text in line.items()}
        for line in reversed(board)
    ]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _card(name: str, title: str, value: float | None, note: str) -> Row:
    return {"id": name, "title": title, "value": value, "note": note}


def _line(
    name: str, value: float | None, verdict: str, tone: str = "plain", *, title: str = ""
) -> Row:
    row: Row = {"id": name, "value": value, "verdict": verdict, "tone": tone}
    # A sentence has no figure beside it.
    return {**row, "title": title, "value": ""} if title else row


def _sharpe(report: EquityReport) -> tuple[float | None, str]:
    sheet = report.figures.sheet
    ratio = sheet.sharpe
    if ratio is None:
        return None, "too few sessions"
    a_session = "" if sheet.is_annual else " of a session"
    return ratio.value, f"± {ratio.standard_error:.2f}{a_session}"


def _deflated(report: EquityReport) -> Row:
    found, trials = report.figures.deflated, report.question.trials
    if found is None:
        return _line("deflated", None, "no ratio to deflate")
    of = "the only try that is told of" if trials == 1 else f"the best of {trials:,} tries"
    is_significant = found.probability > _SIGNIFICANT
    said = "more than chance shows" if is_significant else "chance alone shows as much"
    tone = "good" if is_significant else "bad"
    return _line("deflated", found.probability, f"{said}, as {of}", tone)


def _recovery(report: EquityReport) -> str:
    fall = report.figures.sheet.drawdown
    if fall.depth == 0.0:
        return "never below its highest"
    since = day_text(int(report.x[fall.peak]) * _NS_PER_MS)
    if fall.recovery is None:
        return f"from {since} · not recovered"
    return f"from {since} · recovered {day_text(int(report.x[fall.recovery]) * _NS_PER_MS)}"


def _lines(x: IntArray, lines: dict[str, FloatArray], state: PanelState) -> LinesPayload:
    rows = thinned(next(iter(lines.values())), MOST_POINTS)
    return LinesPayload(state, x[rows], {name: values[rows] for name, values in lines.items()})


def _markers(report: EquityReport, symbol: str, series: PriceSeries) -> tuple[Marker, ...]:
    days = series.start_ns // _DAY_NS
    marks: list[tuple[int, str, str]] = []
    for trade in report.trades:
        if trade.symbol != symbol:
            continue
        opened, closed = ("buy", "sell") if trade.side > 0 else ("sell", "buy")
        of = f"{trade.quantity:,.2f} at {trade.entry:,.2f}"
        marks.append((trade.entry_ns, opened, f"{_SIDES[trade.side]} {of}"))
        if trade.exit is not None:
            said = f"closed at {trade.exit:,.2f}, net {trade.net:+,.2f}".replace("-", MINUS)
            marks.append((trade.exit_ns, closed, said))
    rows = np.searchsorted(days, [at // _DAY_NS for at, _, _ in marks])
    found = [
        Marker(int(series.start_ns[row]) // _NS_PER_MS, kind, text)
        for row, (_, kind, text) in zip(rows.tolist(), marks, strict=True)
        if row < len(days)
    ]
    return tuple(sorted(found, key=lambda mark: mark.x))


def _trade_row(trade: EquityTrade, number: int) -> Row:
    return {
        "id": str(number),
        "symbol": trade.symbol,
        "side": _SIDES[trade.side],
        "entry": day_text(trade.entry_ns),
        "exit": "held still" if trade.is_open else day_text(trade.exit_ns),
        "quantity": trade.quantity,
        "entry_price": trade.entry,
        "exit_price": trade.exit,
        "costs": trade.costs,
        "net": trade.net,
    }
