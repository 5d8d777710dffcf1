"""A trader that is handed bar after bar decides what the backtest decides on all of them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.model.errors import BadInput
from quantdeck.research.pairs.backtest import backtest
from quantdeck.research.pairs.prices import PairPrices
from quantdeck.research.pairs.rules import PairRules
from quantdeck.research.pairs.trader import Decision, PairTrader
from quantdeck.trading.limits import Limits
from tests.research.pairs.samples import free_rules


def wandering(rows: int, seed: int) -> PairPrices:
    rng = np.random.default_rng(seed)
    x = 100.0 * np.exp(np.cumsum(rng.normal(0.0, 1e-3, rows)))
    spread = np.zeros(rows)
    for t in range(1, rows):
        spread[t] = 0.9 * spread[t - 1] + rng.normal(0.0, 2e-3)
    y = 30.0 * (x / 100.0) ** 0.8 * np.exp(spread)
    y[rng.random(rows) < 0.02] = np.nan
    return PairPrices(np.arange(rows) * 10, y, x)


def decided(prices: PairPrices, rules: PairRules) -> list[Decision]:
    trader = PairTrader(rules)
    rows = zip(prices.ts_ns.tolist(), prices.y.tolist(), prices.x.tolist(), strict=True)
    found = [trader.decide(*row) for row in rows]
    return [each for each in found if each is not None]


def expected(prices: PairPrices, rules: PairRules) -> list[tuple[int, int, str, float, float]]:
    # A backtest tells of fills; they were decided a usable row earlier.
    result = backtest(prices, rules)
    usable = np.flatnonzero(result.usable)
    before = dict(zip(usable[1:].tolist(), usable[:-1].tolist(), strict=True))
    out: list[tuple[int, int, str, float, float]] = []
    for trade in result.trades:
        at = int(prices.ts_ns[before[trade.entry_row]])
        out.append((at, trade.side, "entry", trade.quantity_y, trade.quantity_x))
        if trade.exit_row is not None:
            at = int(prices.ts_ns[before[trade.exit_row]])
            out.append((at, trade.side, trade.reason, 0.0, 0.0))
    return out


RULES = st.builds(
    PairRules,
    estimator=st.sampled_from(["ols", "rolling", "kalman", "tls"]),
    hedge_window=st.integers(10, 40),
    refit=st.integers(1, 7),
    window=st.integers(5, 30),
    entry=st.floats(0.8, 1.8),
    exit=st.floats(0.0, 0.5),
    stop=st.none() | st.floats(2.0, 3.0),
    max_hold=st.none() | st.integers(1, 20),
    freeze=st.booleans(),
    direction=st.sampled_from(["both", "long", "short"]),
    log=st.booleans(),
    limits_y=st.just(Limits(lot=0.001)),
    limits_x=st.just(Limits(lot=0.01)),
)


@settings(max_examples=25)
@given(rules=RULES, seed=st.integers(0, 1000))
def test_trader_given_bar_after_bar_decides_as_the_backtest(rules: PairRules, seed: int) -> None:
    prices = wandering(260, seed)

    found = decided(prices, rules)

    # The backtest decides nothing at the last row, after which nothing could be filled.
    last = int(prices.ts_ns[np.isfinite(prices.y)][-1])
    told = [
        (each.start_ns, each.side, each.why, each.units_y, each.units_x)
        for each in found
        if each.start_ns < last
    ]
    wanted = expected(prices, rules)
    assert [each[:3] for each in told] == [each[:3] for each in wanted]
    np.testing.assert_allclose(
        [each[3:] for each in told], [each[3:] for each in wanted], rtol=0, atol=0.0101
    )


def test_trader_that_goes_on_from_an_entry_leaves_where_the_first_would_have() -> None:
    prices, rules = (
        wandering(260, 3),
        free_rules(
            hedge_ratio=None,
            log=True,
            hedge_window=30,
            window=20,
            entry=1.2,
            stop=3.0,
            freeze=True,
            max_hold=15,
        ),
    )
    all_of_them = decided(prices, rules)
    at = next(i for i, each in enumerate(all_of_them) if each.why == "entry" and i > 2)
    middle = int(np.searchsorted(prices.ts_ns, all_of_them[at].start_ns)) + 1

    second = PairTrader(rules, last=all_of_them[at])
    rows = list(zip(prices.ts_ns.tolist(), prices.y.tolist(), prices.x.tolist(), strict=True))
    for row in rows[:middle]:
        second.learn(*row)
    found = [each for each in (second.decide(*row) for row in rows[middle:]) if each]

    assert found == all_of_them[at + 1 :]


def test_trader_that_goes_on_from_a_stop_waits_for_the_score_to_come_back() -> None:
    rules = free_rules(entry=1.1, stop=1.2)
    stopped = Decision(2, -1, "stop", 1.2, 1.0)
    first, again = PairTrader(rules), PairTrader(rules, last=stopped)
    rows = [(0, 10.0, 10.0), (1, 10.0, 10.0), (2, 10.1, 10.0), (3, 10.1, 10.0), (4, 11.0, 10.0)]
    for row in rows[:3]:
        first.learn(*row)
        again.learn(*row)

    told = [(first.decide(*row), again.decide(*row)) for row in rows[3:]]

    assert [(a and a.side, b and b.side) for a, b in told] == [(None, None), (-1, None)]


def test_trader_given_a_bar_it_decided_before_decides_nothing() -> None:
    rules = free_rules()
    rows = [(0, 10.0, 10.0), (1, 10.1, 10.0), (2, 10.0, 10.0), (3, 9.0, 10.0)]
    first = PairTrader(rules)
    entry = [first.decide(*row) for row in rows][-1]
    second = PairTrader(rules, last=entry)

    found = [second.decide(*row) for row in rows]

    assert entry is not None
    assert found == [None] * 4
    assert second.side == entry.side


def test_trader_given_a_bar_twice_refuses_it() -> None:
    trader = PairTrader(free_rules())
    trader.decide(5, 10.0, 10.0)

    with pytest.raises(BadInput, match="one after the other"):
        trader.decide(5, 10.0, 10.0)


def test_trader_given_a_bar_without_a_price_counts_it_for_nothing() -> None:
    trader = PairTrader(free_rules())

    found = trader.decide(5, math.nan, 10.0)

    assert (found, trader.view) == (None, None)


def test_trader_before_the_first_score_says_how_many_bars_are_missing() -> None:
    trader = PairTrader(free_rules(hedge_ratio=None, hedge_window=5, window=3))

    trader.learn(0, 10.0, 10.0)

    assert trader.view is not None
    assert trader.view.rows_short == 6
