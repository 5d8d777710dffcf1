from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.pairs.estimators import ESTIMATORS
from quantdeck.research.pairs.backtest import Backtest, backtest
from quantdeck.research.pairs.booking import booked
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.trading.costs import Costs
from quantdeck.trading.limits import Limits
from tests.reference.slow_backtest import slow_backtest

SEEDS = st.integers(0, 2**32 - 1)
ROWS = 160
RULES = st.builds(
    PairRules,
    hedge_window=st.integers(10, 30),
    refit=st.integers(1, 15),
    hedge_ratio=st.sampled_from([None, None, 1.2, -0.7]),
    log=st.booleans(),
    window=st.integers(5, 25),
    entry=st.sampled_from([0.8, 1.2, 1.8]),
    exit=st.sampled_from([0.0, 0.3, 0.7]),
    stop=st.sampled_from([None, 1.9, 2.5]),
    max_hold=st.sampled_from([None, 1, 2, 7]),
    freeze=st.booleans(),
    direction=st.sampled_from(["both", "long", "short"]),
    costs_y=st.builds(Costs, st.just(5.0), st.just(0.0), st.just(1.0), st.floats(0.0, 20.0)),
    costs_x=st.builds(Costs, st.floats(0.0, 20.0), st.just(0.0), st.just(0.0), st.just(2.0)),
    limits_y=st.sampled_from([Limits(), Limits(lot=0.5), Limits(max_notional=5_000.0)]),
)


def pair(seed: int, *, rows: int = ROWS, missing: float = 0.0) -> PairPrices:
    """A spread that comes back, opens near the closes before them, and funding now and then."""
    random = np.random.default_rng(seed)
    log_x = np.log(50.0) + np.cumsum(random.normal(scale=0.01, size=rows))
    spread = np.zeros(rows)
    for t in range(1, rows):
        spread[t] = 0.85 * spread[t - 1] + random.normal(scale=0.01)
    y, x = np.exp(0.2 + 1.2 * log_x + spread), np.exp(log_x)
    opens = [
        np.concatenate((p[:1], p[:-1])) * np.exp(random.normal(scale=0.001, size=rows))
        for p in (y, x)
    ]
    rates = [np.where(np.arange(rows) % 8 == 0, random.normal(scale=1e-3), 0.0) for _ in "yx"]
    for values in (y, x, *opens):
        odd = random.uniform(size=rows) < missing
        values[odd] = random.choice([np.nan, np.inf, 0.0, -1.0], size=int(odd.sum()))
    times = np.cumsum(random.integers(1, 3, size=rows)) * 3_600_000_000_000
    return PairPrices(times, y, x, *opens, *rates)


def until(result: Backtest, row: int) -> list[np.ndarray]:
    arrays = (
        *(result.position, result.quantity_y, result.quantity_x, result.hedge_ratio),
        *(result.spread, result.zscore, result.equity, result.gross_equity, result.fees),
        *(result.slippage, result.funding, result.traded),
    )
    return [values[:row] for values in arrays]


@given(SEEDS, RULES, st.integers(60, ROWS - 1), st.sampled_from([0.0, 0.02]))
@settings(max_examples=80)
def test_backtest_of_rows_cut_anywhere_is_the_same_up_to_there(seed, rules, cut, missing) -> None:
    prices = pair(seed, missing=missing)

    whole, part = backtest(prices, rules), backtest(prices[:cut], rules)

    for all_rows, first_rows in zip(until(whole, cut), until(part, cut), strict=True):
        assert np.array_equal(all_rows, first_rows, equal_nan=True)
    ended = [t for t in part.trades if t.exit_row is not None]
    assert ended == [t for t in whole.trades if t.exit_row is not None and t.exit_row < cut]


@pytest.mark.parametrize("estimator", ESTIMATORS)
@given(seed=SEEDS, cut=st.integers(70, ROWS - 1))
@settings(max_examples=10)
def test_backtest_with_any_estimator_looks_at_no_later_row(estimator, seed, cut) -> None:
    prices = pair(seed)
    rules = PairRules(
        estimator=estimator,
        hedge_window=20,
        refit=7,
        window=12,
        entry=1.2,
        exit=0.2,
        stop=2.5,
        freeze=seed % 2 == 0,
    )

    changed = pair(seed)
    changed.y[cut:] *= 2.0
    changed.x_open[cut:] *= 3.0

    before, after = backtest(prices, rules), backtest(changed, rules)
    for these, those in zip(until(before, cut), until(after, cut), strict=True):
        assert np.array_equal(these, those, equal_nan=True)


@given(SEEDS, RULES, st.booleans(), st.booleans())
@settings(max_examples=60)
def test_backtest_equals_trading_row_by_row(seed, rules, with_opens, with_funding) -> None:
    full = pair(seed)
    opens = (full.y_open, full.x_open) if with_opens else (None, None)
    rates = (full.y_funding, full.x_funding) if with_funding else (None, None)
    prices = PairPrices(full.ts_ns, full.y, full.x, *opens, *rates)

    result = backtest(prices, rules)

    slow = slow_backtest(
        prices.y,
        prices.x,
        rules,
        fills=opens if with_opens else None,
        rates=rates if with_funding else None,
    )
    assert result.zscore == pytest.approx(slow.scores, rel=1e-8, abs=1e-9, nan_ok=True)
    assert [(t.entry_row, t.exit_row, t.reason) for t in result.trades] == slow.trades
    assert result.quantity_y == pytest.approx([held[0] for held in slow.held], rel=1e-9)
    assert result.quantity_x == pytest.approx([held[1] for held in slow.held], rel=1e-9)
    assert result.equity == pytest.approx(slow.equity, rel=1e-11)
    paid = (result.fees[-1], result.slippage[-1], result.funding[-1], result.traded.sum())
    told = (slow.fees, slow.slippage, slow.funding, slow.traded)
    assert paid == pytest.approx(told, rel=1e-9, abs=1e-9)


@given(SEEDS, RULES, st.sampled_from([0.0, 0.05]))
@settings(max_examples=40)
def test_backtest_and_ledger_agree(seed, rules, missing) -> None:
    prices = pair(seed, missing=missing)
    result = backtest(prices, rules)

    ledger = booked(prices, result)

    last = int(np.flatnonzero(result.usable)[-1])
    marks = {"y": float(prices.y[last]), "x": float(prices.x[last])}
    assert float(ledger.equity(marks)) == pytest.approx(result.equity[-1], rel=1e-12)
    fees = sum(float(position.fees) for position in ledger.positions().values())
    funding = sum(float(position.funding) for position in ledger.positions().values())
    assert fees == pytest.approx(result.fees[-1], rel=1e-9, abs=1e-9)
    assert funding == pytest.approx(result.funding[-1], rel=1e-9, abs=1e-9)


@given(SEEDS, RULES)
@settings(max_examples=40)
def test_money_of_trades_adds_up_to_that_of_the_account(seed, rules) -> None:
    result = backtest(pair(seed), rules)

    assert sum(t.net for t in result.trades) == pytest.approx(result.net, rel=1e-9, abs=1e-8)
    for name in ("fees", "slippage", "funding"):
        paid = sum(getattr(trade, name) for trade in result.trades)
        assert paid == pytest.approx(getattr(result, name)[-1], rel=1e-9, abs=1e-9)
    costs = result.fees + result.slippage + result.funding
    assert result.equity + costs == pytest.approx(result.gross_equity, rel=1e-12)


@given(SEEDS, RULES)
@settings(max_examples=40)
def test_no_trade_is_held_longer_than_allowed_and_none_overlap(seed, rules) -> None:
    trades = backtest(pair(seed), rules).trades

    ends = [t.exit_row if t.exit_row is not None else ROWS for t in trades]
    assert all(t.entry_row > end for t, end in zip(trades[1:], ends[:-1], strict=True))
    if rules.max_hold is not None:
        assert all(trade.hold <= rules.max_hold for trade in trades)


@given(SEEDS, RULES, st.floats(0.01, 100.0))
@settings(max_examples=30)
def test_gains_are_in_proportion_to_capital(seed, rules, scale) -> None:
    prices = pair(seed)
    without_limits = replace(rules, limits_y=Limits())

    scaled = backtest(prices, replace(without_limits, capital=scale * rules.capital))

    assert scaled.net == pytest.approx(
        scale * backtest(prices, without_limits).net, rel=1e-9, abs=1e-7
    )
