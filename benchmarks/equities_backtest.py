"""Backtest of a portfolio of many symbols: quantdeck against pandas, and against its own ledger.

All hold the symbols with the highest scores of every session, filled at the next close, for the same
costs. The one-liner of pandas multiplies weights with returns: it has no quantities, no cash and no
dividends, trades as if nothing had drifted, and lists no trade; the correlation of its daily returns with
ours says how near it is. The ledger makes every order, fill and line in decimals, one
after the other. The last lines time a whole answer: ranking, backtest, benchmark, trades, figures, and
its encoding.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np
import pandas as pd
from timing import compare, one_thread, show

from quantdeck.research.equities.backtest import backtest
from quantdeck.research.equities.booking import booked
from quantdeck.research.equities.question import EquityQuestion
from quantdeck.research.equities.ranking import top_weights
from quantdeck.research.equities.reports import encode_report
from quantdeck.research.equities.rules import EquityRules
from quantdeck.research.equities.runs import run_question
from quantdeck.research.features.table import FeatureTable
from quantdeck.research.predictions import Predictions

DAY_NS = 86_400_000_000_000


def market(symbols: int, sessions: int) -> tuple[FeatureTable, np.ndarray]:
    """Return random walks, and scores that know nothing."""
    random = np.random.default_rng(5)
    shape = (symbols, sessions)
    close = 50.0 * np.exp(np.cumsum(random.normal(scale=0.015, size=shape), axis=1))
    open_ = close * np.exp(random.normal(scale=0.003, size=shape))
    days = np.arange(sessions) * DAY_NS
    table = FeatureTable(
        (),
        tuple(f"US:S{at:04d}" for at in range(symbols)),
        days,
        days + DAY_NS // 2,
        np.empty((0, *shape), np.float32),
        np.ones(shape, np.bool_),
        close,
        close,
        open_,
    )
    return table, random.uniform(size=shape)


def with_pandas(close: pd.DataFrame, weights: pd.DataFrame, cost: float) -> pd.Series:
    """Return the equity of weights held from the next close on, less costs of their changes."""
    gained = (weights.shift(2) * close.pct_change(fill_method=None)).sum(axis=1)
    paid = weights.shift().diff().abs().sum(axis=1) * cost
    return (1.0 + gained - paid).cumprod()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=200)
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--top", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    one_thread()
    table, scores = market(args.symbols, args.sessions)
    decided = np.ones(args.sessions, np.bool_)
    weights = top_weights(scores, decided, top=args.top)
    rules = EquityRules(execution="close")
    frames = pd.DataFrame(table.close.T), pd.DataFrame(weights.T)
    result = backtest(table, weights, rules)
    theirs = with_pandas(*frames, 5e-4)
    near = np.corrcoef(np.diff(np.log(result.equity[1:])), np.diff(np.log(theirs.to_numpy()[1:])))
    fills = int(np.count_nonzero(np.diff(result.quantity, axis=0)))
    print(
        f"\n{args.symbols:,} symbols x {args.sessions:,} sessions, {fills:,} fills; daily returns of "
        f"pandas and ours correlate by {near[0, 1]:.4f}"
    )
    taken = compare(
        lambda: backtest(table, weights, rules),
        {"pandas": lambda: with_pandas(*frames, 5e-4)},
        rounds=args.rounds,
    )
    rows = [
        (name, f"{1e3 * timing.seconds:,.1f}", f"{timing.ratio:.2f}")
        for name, timing in taken.items()
    ]
    show("backtest of given weights", ("", "ms", "x ours"), rows)
    begun = time.perf_counter()
    ledger = booked(result)
    spent = time.perf_counter() - begun
    apart = abs(float(ledger.cash) - float(result.cash[-1]))
    print(f"the same on the ledger, in decimals: {spent:,.1f} s, cash differs by {apart:.1e}")
    _whole(table, scores, args.top)


def _whole(table: FeatureTable, scores: np.ndarray, top: int) -> None:
    session, symbol = np.nonzero(np.isfinite(scores.T))
    unknown = np.full(len(session), np.nan)
    said = Predictions(
        session, symbol, scores[symbol, session], unknown, unknown, unknown, unknown, session * 0
    )
    for name, asked in (
        ("decided at every close", EquityQuestion(top=top)),
        ("every 21 sessions", EquityQuestion(top=top, every=21)),
        ("both sides, 5 exchanged", EquityQuestion(top=top, dropout=5, sides="both")),
    ):
        begun = time.process_time()
        run = run_question(asked, table, said)
        size = len(encode_report(run.report))
        spent = time.process_time() - begun
        print(
            f"whole answer, {name}: {spent:.2f} s CPU, {len(run.trades):,} trades, {size:,} bytes kept"
        )
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
