"""Smiles of chains that can be exercised early."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.options import (
    AmericanTerms,
    american_price,
    smile_of_american_chain,
)
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData
from quantdeck.model.options import ExerciseStyle

RATE, YIELD, VOLATILITY = 0.05, 0.01, 0.22


def test_smile_of_american_chain_finds_the_planted_volatility() -> None:
    pytest.importorskip("QuantLib")
    empty, at_ns = example_chain(7)
    chain = replace(empty, style=ExerciseStyle.AMERICAN, spot=5600.0)
    tau = us_sessions().vol_time(at_ns, chain.expiry, chain.settlement)
    for side, is_call in ((chain.calls, True), (chain.puts, False)):
        for i, strike in enumerate(chain.strikes):
            terms = AmericanTerms(5600.0, float(strike), tau, RATE, is_call, YIELD)
            value = american_price(terms, VOLATILITY)
            side.bid[i], side.ask[i] = value - 0.5, value + 0.5

    found = smile_of_american_chain(chain, at_ns, rate=RATE, dividend_yield=YIELD)

    assert not found.quoted.reason.any()
    assert found.calls.mid == pytest.approx(np.full(7, VOLATILITY), abs=2e-6)
    assert found.puts.mid == pytest.approx(np.full(7, VOLATILITY), abs=2e-6)
    assert np.all(found.quoted.bid < found.quoted.ask)


def test_smile_of_american_chain_without_a_spot_is_refused() -> None:
    chain, at_ns = example_chain()

    with pytest.raises(NoData, match="is not known"):
        smile_of_american_chain(replace(chain, spot=np.nan), at_ns, rate=RATE)


def test_smile_of_american_chain_has_bids_and_asks_as_if_solved_one_by_one() -> None:
    pytest.importorskip("QuantLib")
    empty, at_ns = example_chain(7)
    chain = replace(empty, style=ExerciseStyle.AMERICAN, spot=5600.0)
    tau = us_sessions().vol_time(at_ns, chain.expiry, chain.settlement)
    for side, is_call in ((chain.calls, True), (chain.puts, False)):
        for i, strike in enumerate(chain.strikes):
            terms = AmericanTerms(5600.0, float(strike), tau, RATE, is_call, YIELD)
            side.bid[i] = american_price(terms, VOLATILITY - 0.01)
            side.ask[i] = american_price(terms, VOLATILITY + 0.01)

    found = smile_of_american_chain(chain, at_ns, rate=RATE, dividend_yield=YIELD)

    for quoted in (found.calls, found.puts):
        assert quoted.bid == pytest.approx(np.full(7, VOLATILITY - 0.01), abs=5e-4)
        assert quoted.ask == pytest.approx(np.full(7, VOLATILITY + 0.01), abs=5e-4)
    assert found.quoted.ask == pytest.approx(np.full(7, VOLATILITY + 0.01), abs=1e-4)
