"""Backtests and walk-forwards of a pair for the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.app.compute_parts import computing
from quantdeck.app.pairs_output import named, print_json, progress, write_table
from quantdeck.app.pairs_prices import load_pair
from quantdeck.app.pairs_text import figure_rows, heading, number_text, say, show, time_text
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.booking import booked
from quantdeck.research.pairs.figures import backtest_figures
from quantdeck.research.pairs.walk_forward import walk_forward
from quantdeck.views.backtest_files import ledger_table, rows_table, side_word, trades_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.pairs_output import Outputs
    from quantdeck.app.pairs_prices import LoadedPair, PairSource
    from quantdeck.app.settings import Settings
    from quantdeck.research.pairs.backtest import Backtest, PairTrade
    from quantdeck.research.pairs.question import RunQuestion
    from quantdeck.research.pairs.sweep_grid import Combination
    from quantdeck.research.pairs.walk_forward import Fold, WalkPlan

_SHOWN = 10


def run_backtest(
    settings: Settings, source: PairSource, question: RunQuestion, outputs: Outputs
) -> None:
    """Print what rules would have made of a pair; see `quantdeck.cli.pairs`.

    Raises
    ------
    BadInput
        If the question cannot be.
    NoData
        If there are no bars, or too few.
    StoreError
        If a file cannot be written.
    """
    pair = load_pair(settings, source)
    rules = asked_of(pair, question).rules()
    result = backtest(pair.prices, rules)
    figures = backtest_figures(result, per_year=pair.per_year)
    _write(outputs, pair, result)
    if outputs.ledger is not None:
        ledger = booked(pair.prices, result, symbols=(pair.y, pair.x))
        write_table(ledger_table(ledger.entries), outputs.ledger)
    if outputs.as_json:
        print_json(
            {
                **named(pair, source),
                "rules": asdict(rules),
                "figures": msgspec.to_builtins(figures),
                "trades": [asdict(trade) for trade in result.trades],
            }
        )
        return
    say(heading(pair, demo=source.demo))
    show(figure_rows(figures, capital=rules.capital))
    if result.trades:
        print(f"\nlast {min(_SHOWN, len(result.trades))} of {len(result.trades)} trades")  # noqa: T201
        show(_trade_rows(result.trades))


def run_walk_forward(
    settings: Settings,
    source: PairSource,
    question: RunQuestion,
    plan: WalkPlan,
    outputs: Outputs,
) -> None:
    """Print what parameters chosen on the past would have made of the rows that followed.

    Raises
    ------
    BadInput
        If the question cannot be.
    NoData
        If there are no bars, or too few for a fold.
    StoreError
        If a file cannot be written.
    """
    pair = load_pair(settings, source)
    asked = asked_of(pair, question)
    rules, grid = asked.rules(), asked.grid()
    with progress("walking forward") as told, computing(settings) as compute:
        walked = walk_forward(pair.prices, rules, grid, plan, on_progress=told, spread=compute.map)
    figures = backtest_figures(walked.result, per_year=pair.per_year)
    _write(outputs, pair, walked.result)
    if outputs.as_json:
        print_json(
            {
                **named(pair, source),
                "rules": asdict(rules),
                "efficiency": walked.efficiency,
                "figures": msgspec.to_builtins(figures),
                "folds": [_fold_json(fold) for fold in walked.folds],
                "trades": [asdict(trade) for trade in walked.result.trades],
            }
        )
        return
    say(heading(pair, demo=source.demo))
    show([_fold_row(fold, pair, figures.sheet.ratio_periods) for fold in walked.folds])
    print()  # noqa: T201
    show(figure_rows(figures, capital=rules.capital))
    words = "none, training gained nothing"
    if walked.efficiency is not None:
        words = number_text(walked.efficiency)
    print(f"\nefficiency, mean return in the tests / in training: {words}")  # noqa: T201


def asked_of(pair: LoadedPair, question: RunQuestion) -> RunQuestion:
    """Return a question with the names and the rows of the pair that was loaded."""
    return msgspec.structs.replace(question, y=pair.y, x=pair.x, lookback=len(pair.prices))


def set_words(chosen: Combination) -> str:
    """Return a parameter set in words.

    Examples
    --------
    >>> from quantdeck.research.pairs.sweep_grid import Combination
    >>> set_words(Combination(500, 100, 2.0, 0.5, None, 48))
    'line 500, window 100, entry 2, exit 0.5, no stop, at most 48 rows'
    """
    stop = "no stop" if chosen.stop is None else f"stop {chosen.stop:g}"
    hold = "" if chosen.max_hold is None else f", at most {chosen.max_hold} rows"
    return (
        f"line {chosen.hedge_window}, window {chosen.window}, entry {chosen.entry:g}, "
        f"exit {chosen.exit:g}, {stop}{hold}"
    )


def _write(outputs: Outputs, pair: LoadedPair, result: Backtest) -> None:
    write_table(trades_table(result.trades, y=pair.y, x=pair.x), outputs.csv)
    if outputs.rows is not None:
        write_table(rows_table(pair.prices, result), outputs.rows)


def _trade_rows(trades: Sequence[PairTrade]) -> list[dict[str, Any]]:
    return [
        {
            "side": side_word(trade.side),
            "entered": time_text(trade.entry_ns),
            "left": None if trade.exit_ns is None else time_text(trade.exit_ns),
            "reason": trade.reason,
            "rows": trade.hold,
            "z in": number_text(trade.entry_zscore, sign=True),
            "z out": number_text(trade.exit_zscore, sign=True),
            "hedge": number_text(trade.hedge_ratio, 4),
            "gross": number_text(trade.gross, sign=True),
            "costs": number_text(trade.fees + trade.slippage + trade.funding),
            "net": number_text(trade.net, sign=True),
        }
        for trade in trades[-_SHOWN:]
    ]


def _fold_json(fold: Fold) -> dict[str, Any]:
    told = asdict(fold)
    told["chosen"] = None if fold.chosen is None else fold.chosen._asdict()
    return told


def _fold_row(fold: Fold, pair: LoadedPair, scale: float) -> dict[str, Any]:
    chosen = "nothing" if fold.chosen is None else set_words(fold.chosen)
    return {
        "from": time_text(int(pair.prices.ts_ns[fold.test_start])),
        "until": time_text(int(pair.prices.ts_ns[fold.test_end - 1])),
        "chosen": chosen,
        "Sharpe in training": _told(fold.train_sharpe, scale),
        "in the test": _told(fold.test_sharpe, scale),
        "trades": fold.test_trades,
        "net": number_text(fold.net, sign=True),
    }


def _told(ratio: float | None, scale: float) -> str:
    return number_text(None if ratio is None else ratio * scale**0.5)
