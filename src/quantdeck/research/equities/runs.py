"""From a question and a table to the report that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from msgspec import structs

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.equities.backtest import backtest
from quantdeck.research.equities.figures import ROUND_THE_CLOCK, SESSIONS_A_YEAR, equity_figures
from quantdeck.research.equities.reports import EquityFills, EquityHolding, EquityReport
from quantdeck.research.equities.rules import EquityRules
from quantdeck.research.equities.strategies import Market, find_strategy, strategies
from quantdeck.research.equities.trades import told, trades_of
from quantdeck.trading.costs import executed_price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.equities.backtest import EquityBacktest
    from quantdeck.research.equities.question import EquityQuestion
    from quantdeck.research.equities.trades import EquityTrades
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.predictions import Predictions

MOST_TRADES = 5_000
"""That a report tells one by one."""

_NS_PER_MS = 1_000_000
_MOST_NAMED = 6


@dataclass(frozen=True, slots=True, eq=False)
class EquityRun:
    """A question that was answered.

    Parameters
    ----------
    report : EquityReport
        What is kept.
    result : EquityBacktest
        Everything, for the ledger.
    trades : EquityTrades
        All of them.
    """

    report: EquityReport
    result: EquityBacktest
    trades: EquityTrades


def run_question(
    question: EquityQuestion,
    table: FeatureTable,
    predictions: Predictions | None = None,
    *,
    warnings: Sequence[str] = (),
) -> EquityRun:
    """Return the answer to a question.

    Parameters
    ----------
    question : EquityQuestion
        What is asked.
    table : FeatureTable
        Prices and features.
    predictions : Predictions or None
        Out of sample, for the strategies that ask a model.
    warnings : sequence of str
        Of whoever made the predictions, for the report.

    Returns
    -------
    EquityRun

    Raises
    ------
    BadInput
        If a rule, a strategy or a number cannot be.
    NoData
        If the strategy asks a model and there are no predictions, or a symbol is not in the table.
    TooLittleData
        If no session decides to hold anything.

    Examples
    --------
    >>> from quantdeck.research.equities.question import EquityQuestion
    >>> from quantdeck.research.features.table import FeatureTable
    >>> day, price = 86_400_000_000_000, np.array([[10.0, 10.0, 11.0, 12.0]])
    >>> table = FeatureTable((), ("US:A",), np.arange(4) * day, np.arange(4) * day + 1,
    ...     np.empty((0, 1, 4), np.float32), np.ones((1, 4), bool), price, price, price)
    >>> asked = EquityQuestion(strategy="buy_hold", capital=100.0, fee_bp=0.0, half_spread_bp=0.0,
    ...     slippage_bp=0.0, benchmark="")
    >>> run_question(asked, table).report.equity.tolist()
    [100.0, 100.0, 110.0, 120.0]
    """
    chosen = find_strategy(question.strategy)
    _check_counts(question)
    weights = chosen.function(Market(table, predictions), question)
    result = backtest(table, weights, question.rules())
    against = _benchmark(question, table, result.start)
    trades = trades_of(result)
    per_year = ROUND_THE_CLOCK if table.calendar == "24/7" else SESSIONS_A_YEAR
    figures = equity_figures(
        result,
        trades,
        periods_per_year=per_year,
        trials=question.trials,
        benchmark=against,
    )
    after = slice(result.start, None)
    holdings = _holdings(result)
    report = EquityReport(
        question=question,
        symbols=table.symbols,
        source=table.source,
        calendar=table.calendar,
        is_simulated=table.is_simulated,
        x=table.sessions[after] // _NS_PER_MS,
        equity=result.curve,
        gross=result.gross_equity[after],
        cash=result.cash[after],
        benchmark=np.empty(0) if against is None else against.equity[after],
        long=result.long[after],
        short=result.short[after],
        fills=_fills(result),
        trades=told(trades, result, most=MOST_TRADES),
        holdings=holdings,
        figures=figures,
        warnings=[*warnings, *_warnings(question, table, result, holdings)],
    )
    return EquityRun(report, result, trades)


def _check_counts(question: EquityQuestion) -> None:
    for name in ("top", "dropout", "every", "window", "fast", "slow", "trials"):
        value = getattr(question, name)
        if value is not None and value < 1:
            raise BadInput(f"{name} must be at least 1, was {value}", field=name)


def _benchmark(question: EquityQuestion, table: FeatureTable, start: int) -> EquityBacktest | None:
    named = question.benchmark
    if not named:
        return None
    known = {each.name for each in strategies() if not each.needs_predictions}
    if named not in known and named not in table.symbols:
        raise BadInput(
            f"the benchmark {named!r} is neither a strategy ({', '.join(sorted(known))}) nor a symbol "
            "of the table",
            field="benchmark",
        )
    plain = structs.replace(
        question,
        strategy=named if named in known else "buy_hold",
        symbol="" if named in known else named,
        sides="long",
        every=None,
    )
    rules = EquityRules(
        capital=question.capital,
        execution=question.execution,
        costs=question.rules().costs,
        decimals=question.decimals,
    )
    weights = find_strategy(plain.strategy).function(Market(table, first=start), plain)
    try:
        return backtest(table, weights, rules)
    except TooLittleData:
        return None


def _fills(result: EquityBacktest) -> EquityFills:
    change = np.diff(result.quantity, axis=0).round(result.rules.decimals)
    session, symbol = np.nonzero(change)
    quantity = change[session, symbol]
    order = np.lexsort((symbol, quantity > 0.0, session))
    session, symbol, quantity = session[order], symbol[order], quantity[order]
    costs = result.rules.costs
    price = executed_price(result.prices.fill[session + 1, symbol], np.sign(quantity), costs)
    return EquityFills(
        session=(session + 1 - result.start).astype(np.int64),
        symbol=symbol.astype(np.int64),
        quantity=quantity,
        price=price,
        fee=np.abs(quantity) * price * (costs.taker_bp * 1e-4),
    )


def _holdings(result: EquityBacktest) -> list[EquityHolding]:
    close = result.prices.close
    found: list[EquityHolding] = []
    for i in np.flatnonzero(result.quantity[-1]):
        known = np.flatnonzero(close[:, i])
        found.append(
            EquityHolding(
                symbol=result.symbols[i],
                quantity=float(result.quantity[-1, i]),
                mark=float(close[known[-1], i]),
                is_stale=int(known[-1]) < len(close) - 1,
            )
        )
    return found


def _warnings(
    question: EquityQuestion,
    table: FeatureTable,
    result: EquityBacktest,
    holdings: Sequence[EquityHolding],
) -> list[str]:
    said: list[str] = []
    if table.is_simulated:
        said.append("prices are simulated: nothing that it says is of a market")
    if float(result.equity.min()) <= 0.0:
        said.append("all of the capital was lost; everything was closed then")
    stale = [each.symbol for each in holdings if each.is_stale]
    if stale:
        more = f" and {len(stale) - _MOST_NAMED} more" if len(stale) > _MOST_NAMED else ""
        said.append(
            f"held without a price at the end, valued at an earlier close: "
            f"{', '.join(stale[:_MOST_NAMED])}{more}"
        )
    if question.is_both and question.borrow == 0.0:
        said.append("what is sold short is borrowed for nothing")
    limit = question.max_risk
    if limit is not None and limit < question.capital:
        said.append(f"at most {limit:g} is held: max_risk of {question.strategy}")
    return said
