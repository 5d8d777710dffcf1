"""What the panels of the Backtest page show of one backtest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance import drawdowns
from quantdeck.model.instruments import root_of
from quantdeck.views.backtest_drawing import MOST_POINTS, coarser, thinned
from quantdeck.views.figures import MINUS, price_decimals
from quantdeck.views.payloads import Band, LinesPayload, Marker, RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.pairs.backtest import PairTrade
    from quantdeck.research.pairs.figures import BacktestFigures
    from quantdeck.research.pairs.reports import BacktestReport
    from quantdeck.views.payloads import CandlesPayload, PanelState, Row

_MOST_MARKERS = 1_000
_MOST_TRADES = 5_000
_ENTRY_BAND = (Band("entry", "high", "low"),)
_SIDES = {1: "long", -1: "short"}


@dataclass(frozen=True, slots=True)
class Shown:
    """A finished run and how it is called.

    Parameters
    ----------
    report : BacktestReport
        The run.
    state : PanelState
        Of its panels.
    """

    report: BacktestReport
    state: PanelState


def headline_payload(figures: BacktestFigures, state: PanelState) -> RowsPayload:
    """Return the cards of a backtest.

    Parameters
    ----------
    figures : BacktestFigures
        What it came to.
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``kpi`` panel.
    """
    sheet, trades = figures.sheet, figures.trades
    a_year = figures.annual_turnover
    yearly = "" if a_year is None else f"{a_year:,.0f} a year"
    paid = figures.fees + figures.slippage + figures.funding
    factor = "" if trades.profit_factor is None else f"profit factor {trades.profit_factor:.2f}"
    hold = "" if trades.mean_hold is None else f"mean hold {trades.mean_hold:.1f} bars"
    return RowsPayload(
        state,
        [
            _card("net", "Net gain", figures.net, f"gross {figures.gross:,.2f}"),
            _card(
                "sharpe",
                "Sharpe ratio",
                None if sheet.sharpe is None else sheet.sharpe.value,
                sharpe_words(figures),
            ),
            _card("drawdown", "Max drawdown", sheet.drawdown.depth, recovery_text(figures)),
            _card("trades", "Closed trades", trades.count, f"{figures.open_trades} open"),
            _card("hit_rate", "Hit rate", trades.hit_rate, factor),
            _card("turnover", "Turnover", figures.turnover, yearly),
            _card("costs", "Costs", paid, f"fees {figures.fees:,.2f}"),
            _card("exposure", "Exposure", figures.exposure, hold),
        ],
    )


def sharpe_words(figures: BacktestFigures) -> str:
    """Return the standard error of the Sharpe ratio, and that it is a bar's where it is no year's."""
    ratio = figures.sheet.sharpe
    if ratio is None:
        return ""
    error = f"± {ratio.standard_error:.3f}"
    return error if figures.sheet.is_annual else f"{error} a bar"


def recovery_text(figures: BacktestFigures) -> str:
    """Return whether the deepest drawdown has been made good."""
    fall = figures.sheet.drawdown
    if fall.depth == 0.0:
        return "never below its highest"
    if fall.recovery is None:
        return "not recovered"
    return f"recovered after {fall.recovery - fall.peak:,} bars"


def figures_payload(figures: BacktestFigures, step_s: float, state: PanelState) -> RowsPayload:
    """Return the tear sheet of a backtest.

    Parameters
    ----------
    figures : BacktestFigures
        What it came to.
    step_s : float
        Length of a bar. [s]
    state : PanelState
        Of the panel.

    Returns
    -------
    RowsPayload
        Rows of a ``stats`` panel.
    """
    sheet, trades, ratio = figures.sheet, figures.trades, figures.sheet.sharpe
    hold = None if trades.mean_hold is None else trades.mean_hold * step_s
    bars = f"{sheet.n:,} bars, {sheet.periods_per_year:,.0f} a year"
    short = "shorter than a tenth of a year" if sheet.cagr is None else "compound"
    a_bar = "" if sheet.is_annual else "a bar"
    yearly = short if figures.annual_turnover is None else "times the capital"
    tail = sheet.tail
    few = "too few bars" if tail is None else f"of {tail.in_tail:,} bars in the tail"
    return RowsPayload(
        state,
        [
            _line("total_return", sheet.total_return, bars),
            _line("cagr", sheet.cagr, short),
            _line("volatility", sheet.volatility, f"{a_bar} on the capital of a trade".strip()),
            _line("sharpe", None if ratio is None else ratio.value, sharpe_words(figures)),
            _line("sortino", sheet.sortino, a_bar),
            _line("calmar", sheet.calmar, ""),
            _line("drawdown", sheet.drawdown.depth, recovery_text(figures)),
            _line("profit_factor", trades.profit_factor, f"{trades.count:,} closed trades"),
            _line("payoff", trades.payoff, ""),
            _line("mean_trade", trades.mean, _extremes(figures)),
            _line("mean_hold", hold, ""),
            _line("annual_turnover", figures.annual_turnover, yearly),
            _line("value_at_risk", None if tail is None else tail.value_at_risk, few),
            _line("expected_shortfall", None if tail is None else tail.expected_shortfall, few),
        ],
    )


def equity_payload(shown: Shown, other: BacktestReport | None) -> LinesPayload:
    """Return the equity of a backtest, and beside it that of another.

    Parameters
    ----------
    shown : Shown
        The run.
    other : BacktestReport or None
        Compared: its newest figure at or before each time, as far as it reaches.

    Returns
    -------
    LinesPayload
        Lines ``net``, ``gross`` and ``other``.
    """
    report = shown.report
    rows = thinned(report.equity, MOST_POINTS)
    lines = {"net": report.equity[rows], "gross": report.gross[rows]}
    if other is not None:
        lines["other"] = _at(other, report.x[rows])
    return LinesPayload(shown.state, report.x[rows], lines)


def drawdown_payload(shown: Shown) -> LinesPayload:
    """Return the fall of equity from its highest.

    Parameters
    ----------
    shown : Shown
        The run.

    Returns
    -------
    LinesPayload
        One line, ``drawdown``; <= 0. [decimal]
    """
    report = shown.report
    capital = report.question.capital
    fall = drawdowns(np.concatenate(([capital], report.equity)))[1:]
    rows = thinned(fall, MOST_POINTS)
    return LinesPayload(shown.state, report.x[rows], {"drawdown": fall[rows]})


def zscore_payload(shown: Shown) -> LinesPayload:
    """Return the score with the entries, and the trades on it.

    Parameters
    ----------
    shown : Shown
        The run.

    Returns
    -------
    LinesPayload
        Lines ``zscore``, ``high`` and ``low``, and a marker per fill.
    """
    report = shown.report
    rows = thinned(report.zscore, MOST_POINTS)
    entry = np.full(len(rows), report.question.entry)
    lines = {"zscore": report.zscore[rows], "high": entry, "low": -entry}
    markers: list[Marker] = []
    for number, trade in _newest(report.trades):
        kind = "buy" if trade.side > 0 else "sell"
        text = f"{number}: {_SIDES[trade.side]} spread at z {_signed(trade.entry_zscore)}"
        # Every bar is a row that can be traded, so that the row before a fill decided it.
        decided = int(report.x[trade.entry_row - 1])
        markers.append(Marker(decided, kind, text, "zscore"))
        if trade.exit_row is not None:
            ended = "stop" if trade.reason == "stop" else "close"
            text = f"{number}: {trade.reason}, net {_signed(trade.net)}"
            markers.append(Marker(int(report.x[trade.exit_row - 1]), ended, text, "zscore"))
    return LinesPayload(shown.state, report.x[rows], lines, _ENTRY_BAND, _ordered(markers))


def candles_payload(shown: Shown, leg: str) -> CandlesPayload:
    """Return the bars of a leg with the fills of it.

    Parameters
    ----------
    shown : Shown
        The run.
    leg : str
        ``y`` or ``x``.

    Returns
    -------
    CandlesPayload
        Several bars in one where there are too many to draw.
    """
    report = shown.report
    symbol = report.question.y if leg == "y" else report.question.x
    bars = report.y_bars if leg == "y" else report.x_bars
    decimals = price_decimals(None, bars.close[-50:].tolist())
    markers: list[Marker] = []
    for number, trade in _newest(report.trades):
        held = trade.quantity_y if leg == "y" else trade.quantity_x
        entry, exit_ = _prices(trade, leg)
        markers.append(_fill(number, trade.entry_ns, held, entry, decimals))
        if trade.exit_ns is not None and exit_ is not None:
            markers.append(_fill(number, trade.exit_ns, -held, exit_, decimals))
    title = f"{root_of(symbol)} price, {report.question.timeframe} bars"
    return coarser(
        shown.state, report.x, bars, decimals=decimals, title=title, markers=_ordered(markers)
    )


def trades_payload(shown: Shown) -> RowsPayload:
    """Return the trades, newest first.

    Parameters
    ----------
    shown : Shown
        The run.

    Returns
    -------
    RowsPayload
        Rows of a ``table`` panel.
    """
    trades = list(enumerate(shown.report.trades, start=1))[-_MOST_TRADES:]
    rows = [_trade_row(number, trade) for number, trade in reversed(trades)]
    if rows:
        return RowsPayload(shown.state, rows)
    return RowsPayload(empty_state(shown.state, "The rules opened no trade in these bars"), [])


def _trade_row(number: int, trade: PairTrade) -> Row:
    return {
        "id": str(number),
        "number": number,
        "side": _SIDES[trade.side],
        "entry": _ms(trade.entry_ns),
        "exit": None if trade.exit_ns is None else _ms(trade.exit_ns),
        "hold": trade.hold,
        "reason": trade.reason,
        "entry_zscore": trade.entry_zscore,
        "exit_zscore": trade.exit_zscore,
        "hedge_ratio": trade.hedge_ratio,
        "quantity_y": trade.quantity_y,
        "quantity_x": trade.quantity_x,
        "gross": trade.gross,
        "fees": trade.fees,
        "slippage": trade.slippage,
        "funding": trade.funding,
        "net": trade.net,
    }


def _card(name: str, title: str, value: float | None, note: str) -> Row:
    return {"id": name, "title": title, "value": value, "note": note}


def _line(name: str, value: float | None, verdict: str, tone: str = "plain") -> Row:
    return {"id": name, "value": value, "verdict": verdict, "tone": tone}


def _extremes(figures: BacktestFigures) -> str:
    best, worst = figures.trades.best, figures.trades.worst
    if best is None or worst is None:
        return ""
    return f"best {_signed(best)}, worst {_signed(worst)}"


def _signed(value: float) -> str:
    return f"{value:+,.2f}".replace("-", MINUS)


def _at(other: BacktestReport, times: np.ndarray) -> FloatArray:
    at = np.searchsorted(other.x, times, side="right") - 1
    reached = (at >= 0) & (times <= other.x[-1])
    return np.where(reached, other.equity[np.maximum(at, 0)], np.nan)


def _newest(trades: list[PairTrade]) -> list[tuple[int, PairTrade]]:
    return list(enumerate(trades, start=1))[-_MOST_MARKERS // 2 :]


def _prices(trade: PairTrade, leg: str) -> tuple[float, float | None]:
    return (trade.entry_y, trade.exit_y) if leg == "y" else (trade.entry_x, trade.exit_x)


def _fill(number: int, at_ns: int, quantity: float, price: float, decimals: int) -> Marker:
    word = "buy" if quantity > 0.0 else "sell"
    text = f"{number}: {word} {abs(quantity):,.6g} at {price:,.{decimals}f}"
    return Marker(_ms(at_ns), word, text)


def _ordered(markers: list[Marker]) -> tuple[Marker, ...]:
    return tuple(sorted(markers, key=lambda marker: marker.x))


def _ms(ns: int) -> int:
    return ns // 1_000_000


def day_text(ms: int) -> str:
    """Return a time as the titles of runs have it.

    Parameters
    ----------
    ms : int
        UTC. [ms]

    Returns
    -------
    str
        Day and minute.

    Examples
    --------
    >>> day_text(0)
    '1970-01-01 00:00'
    """
    return f"{datetime.fromtimestamp(ms / 1e3, UTC):%Y-%m-%d %H:%M}"
