from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.research.equities.backtest import EquityBacktest, backtest
from quantdeck.research.equities.booking import booked
from quantdeck.research.equities.rules import EquityRules
from quantdeck.research.equities.trades import told, trades_of
from quantdeck.research.features.table import FeatureTable
from quantdeck.trading.costs import Costs
from tests.reference.slow_equities import slow_equities

DAY_NS = 86_400_000_000_000
SYMBOLS, SESSIONS = 4, 24
CENT = 0.005

SEEDS = st.integers(0, 2**32 - 1)
RULES = st.builds(
    EquityRules,
    capital=st.sampled_from([1_000.0, 12_345.67]),
    execution=st.sampled_from(["open", "close"]),
    sides=st.sampled_from(["long", "both"]),
    costs=st.builds(Costs, st.floats(0.0, 20.0), st.just(0.0), st.floats(0.0, 9.0), st.just(2.0)),
    borrow_annual=st.sampled_from([0.0, 0.05]),
    max_risk=st.sampled_from([np.inf, 700.0]),
    decimals=st.sampled_from([6, 2, 0]),
    band=st.sampled_from([0.0, 0.01]),
)


def market(seed: int, *, sides: str) -> tuple[FeatureTable, np.ndarray]:
    """Random walks with late starts, halts, dividends and a delisting, and weights for them."""
    random = np.random.default_rng(seed)
    shape = (SYMBOLS, SESSIONS)
    close = 40.0 * np.exp(np.cumsum(random.normal(scale=0.03, size=shape), axis=1))
    open_ = close * np.exp(random.normal(scale=0.02, size=shape))
    total = close * np.cumprod(np.where(random.uniform(size=shape) < 0.05, 1.01, 1.0), axis=1)
    missing = random.uniform(size=shape) < 0.1
    missing[0, random.integers(5, SESSIONS) :] = True
    open_[random.uniform(size=shape) < 0.03] = np.nan
    for values in (close, open_, total):
        values[missing] = np.nan
    days = np.cumsum(random.integers(1, 4, size=SESSIONS)) * DAY_NS
    table = FeatureTable(
        (),
        tuple(f"US:S{i}" for i in range(SYMBOLS)),
        days,
        days + 75_600_000_000_000,
        np.empty((0, *shape), np.float32),
        ~missing,
        close,
        total,
        open_,
    )
    weights = random.dirichlet(np.ones(SYMBOLS), size=SESSIONS).T * random.choice([0.5, 1.0])
    if sides == "both":
        weights = weights * random.choice([-1.0, 1.0], size=shape)
    weights[random.uniform(size=shape) < 0.2] = 0.0
    weights[random.uniform(size=shape) < 0.1] = np.nan
    weights[:, random.uniform(size=SESSIONS) < 0.4] = np.nan
    weights[:, 2] = 1.0 / SYMBOLS
    return table, weights


def sums(result: EquityBacktest) -> list[np.ndarray]:
    return [
        *(result.equity, result.cash, result.fees, result.slippage, result.borrow),
        *(result.dividends, result.traded, result.long, result.short, result.stale),
    ]


@given(SEEDS, RULES)
@settings(max_examples=40)
def test_backtest_fills_and_money_are_those_of_the_ledger(seed, rules) -> None:
    table, weights = market(seed, sides=rules.sides)

    slow = slow_equities(table, weights, rules)
    fast = backtest(table, weights, rules)

    change = np.diff(fast.quantity, axis=0, prepend=0.0)
    fills = np.zeros(change.shape)
    for t, symbol, quantity, _ in slow.fills:
        fills[t, table.symbols.index(symbol)] = quantity
    step = 1.5e-6 if rules.decimals == 6 else 1e-9
    assert fills == pytest.approx(change, abs=step)
    assert len(slow.fills) == np.count_nonzero(change) > 0
    assert fast.equity == pytest.approx(np.array(slow.equity), abs=CENT)


@given(SEEDS, RULES)
@settings(max_examples=25)
def test_booked_backtest_is_the_same_money_in_decimals(seed, rules) -> None:
    table, weights = market(seed, sides=rules.sides)

    result = backtest(table, weights, rules)
    ledger = booked(result)

    held = {symbol: float(p.quantity) for symbol, p in ledger.positions().items() if p.quantity}
    last = dict(zip(table.symbols, result.quantity[-1].tolist(), strict=True))
    paid = sum(float(p.fees) for p in ledger.positions().values())
    assert held == {symbol: quantity for symbol, quantity in last.items() if quantity}
    assert float(ledger.cash) == pytest.approx(result.cash[-1], abs=1e-6)
    assert paid == pytest.approx(result.fees[-1], abs=1e-6)


@given(SEEDS, RULES)
@settings(max_examples=25)
def test_trades_add_up_to_the_gain_and_the_costs(seed, rules) -> None:
    table, weights = market(seed, sides=rules.sides)

    result = backtest(table, weights, rules)
    trades = told(trades_of(result), result)

    costs = result.fees[-1] + result.slippage[-1]
    assert sum(trade.net for trade in trades) == pytest.approx(result.net, abs=1e-6)
    assert sum(trade.costs for trade in trades) == pytest.approx(costs, abs=1e-6)
    assert sum(trade.is_open for trade in trades) == result.count[-1]


@given(SEEDS, RULES, st.integers(5, SESSIONS - 1))
@settings(max_examples=25)
def test_backtest_cut_anywhere_is_the_same_up_to_there(seed, rules, cut) -> None:
    table, weights = market(seed, sides=rules.sides)
    part = FeatureTable(
        (),
        table.symbols,
        table.sessions[:cut],
        table.known_ns[:cut],
        table.values[:, :, :cut],
        *(array[:, :cut] for array in (table.is_row, table.close, table.total, table.open)),
    )

    whole, first = backtest(table, weights, rules), backtest(part, weights[:, :cut], rules)

    for all_sessions, some in zip(sums(whole), sums(first), strict=True):
        assert np.array_equal(all_sessions[:cut], some)
