"""Rows of the reports folder that a backtest adds to: scoreboard, fills and realised gains."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.research.equities.reports import day_of
from quantdeck.research.equities.trades import told

if TYPE_CHECKING:
    from quantdeck.research.card import Card
    from quantdeck.research.equities.question import EquityQuestion
    from quantdeck.research.equities.reports import EquityReport
    from quantdeck.research.equities.runs import EquityRun
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.predictions import Predictions

    Row = dict[str, str | float | int | bool | None]

_NS_PER_MS = 1_000_000


def run_id_of(
    question: EquityQuestion, table: FeatureTable, predictions: Predictions | None
) -> str:
    """Return the id of a run: the same for the same question of the same prices and predictions.

    Parameters
    ----------
    question : EquityQuestion
        What is asked.
    table : FeatureTable
        Prices.
    predictions : Predictions or None
        What is traded.

    Returns
    -------
    str
        Last session, strategy and a digest, such as ``20171229-model-3fa92b61c0``.
    """
    digest = hashlib.sha256(msgspec.json.encode(question))
    digest.update("\n".join(table.symbols).encode())
    arrays = [table.sessions, table.is_row, table.open, table.close, table.total]
    if predictions is not None:
        arrays += [predictions.session, predictions.symbol, predictions.score]
    for array in arrays:
        digest.update(np.ascontiguousarray(array).tobytes())
    day = day_of(int(table.sessions[-1]) // _NS_PER_MS).replace("-", "")
    return f"{day}-{question.strategy.replace('_', '-')}-{digest.hexdigest()[:10]}"


def scoreboard_row(report: EquityReport, card: Card | None = None) -> Row:
    """Return the row of the scoreboard that a backtest adds.

    Parameters
    ----------
    report : EquityReport
        The backtest.
    card : Card or None
        Of the model that was traded.

    Returns
    -------
    dict
        `auc` of the newest test span and `cv_auc` of all, both out of sample.
    """
    figures, sheet, asked = report.figures, report.figures.sheet, report.question
    judged = card.judgement if card else None
    return {
        "date": day_of(int(report.x[-1])),
        "auc": judged.folds[-1].auc if judged and judged.folds else None,
        "cv_auc": judged.auc.value if judged else None,
        "pnl": round(figures.net, 6),
        "kind": "backtest",
        "model": asked.model,
        "strategy": asked.strategy,
        "capital": asked.capital,
        "return": sheet.total_return,
        "sharpe": sheet.sharpe.value if sheet.sharpe else None,
        "max_drawdown": sheet.drawdown.depth,
        "turnover": figures.turnover,
        "costs": round(figures.fees + figures.slippage + figures.borrow, 6),
        "simulated": report.is_simulated,
    }


def fill_rows(report: EquityReport) -> list[Row]:
    """Return the rows of the portfolio: every fill, in order of time.

    Parameters
    ----------
    report : EquityReport
        The backtest.

    Returns
    -------
    list of dict
        Quantities of a symbol add up to what is held at the end.
    """
    fills = report.fills
    days = [day_of(int(ms)) for ms in report.x]
    return [
        {
            "date": days[session],
            "symbol": report.symbols[symbol],
            "quantity": quantity,
            "price": round(price, 6),
            "fee": round(fee, 6),
            "reason": "backtest",
            "strategy": report.question.strategy,
            "simulated": report.is_simulated,
        }
        for session, symbol, quantity, price, fee in zip(
            fills.session.tolist(),
            fills.symbol.tolist(),
            fills.quantity.tolist(),
            fills.price.tolist(),
            fills.fee.tolist(),
            strict=True,
        )
    ]


def gain_rows(run: EquityRun) -> list[Row]:
    """Return the rows of realised gains: every trade that was closed, in order of its exit.

    Parameters
    ----------
    run : EquityRun
        The backtest.

    Returns
    -------
    list of dict
        `pnl` after costs, with dividends and fees for borrowing.
    """
    asked, is_simulated = run.report.question, run.report.is_simulated
    return [
        {
            "date": day_of(trade.exit_ns // _NS_PER_MS),
            "symbol": trade.symbol,
            "quantity": trade.side * trade.quantity,
            "price": None if trade.exit is None else round(trade.exit, 6),
            "pnl": round(trade.net, 6),
            "reason": "backtest",
            "strategy": asked.strategy,
            "simulated": is_simulated,
        }
        for trade in told(run.trades, run.result)
        if not trade.is_open
    ]
