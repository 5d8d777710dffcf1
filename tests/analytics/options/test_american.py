"""American prices and volatilities: against a tree, European limits, and recorded quotes."""

from __future__ import annotations

import csv
import io
import math
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.options import (
    AmericanTerms,
    OptionTerms,
    Reason,
    american_implied_volatility,
    american_price,
    black_price,
)
from quantdeck.model.errors import BadInput, ConfigError

PUT = AmericanTerms(spot=50.0, strike=50.0, tau=5 / 12, rate=0.10, is_call=False)


@pytest.fixture(autouse=True)
def _library():
    pytest.importorskip("QuantLib")


def _tree(terms, volatility, steps=2000):
    step = terms.tau / steps
    up = math.exp(volatility * math.sqrt(step))
    grow = math.exp((terms.rate - terms.dividend_yield) * step)
    chance = (grow - 1.0 / up) / (up - 1.0 / up)
    discount = math.exp(-terms.rate * step)
    sign = 1.0 if terms.is_call else -1.0
    prices = terms.spot * up ** np.arange(-steps, steps + 1, 2.0)
    values = np.maximum(sign * (prices - terms.strike), 0.0)
    for _ in range(steps):
        prices = prices[1:] / up
        values = discount * (chance * values[1:] + (1.0 - chance) * values[:-1])
        values = np.maximum(values, sign * (prices - terms.strike))
    return float(values[0])


def test_american_put_of_hulls_tree_converges_to_his_price() -> None:
    # Hull, "Options, Futures, and Other Derivatives", example 21.1: 4.278 with 500 steps
    assert american_price(PUT, 0.4) == pytest.approx(4.284, abs=0.002)


@pytest.mark.parametrize("is_call", [True, False])
@pytest.mark.parametrize("strike", [40.0, 50.0, 65.0])
def test_american_price_matches_a_binomial_tree(strike, is_call) -> None:
    terms = AmericanTerms(
        spot=50.0, strike=strike, tau=0.75, rate=0.06, is_call=is_call, dividend_yield=0.03
    )

    assert american_price(terms, 0.3) == pytest.approx(_tree(terms, 0.3), abs=3e-3)


def test_american_call_without_dividends_is_the_european_one() -> None:
    american = AmericanTerms(spot=100.0, strike=95.0, tau=0.37, rate=0.05, is_call=True)
    european = OptionTerms.from_spot(100.0, 95.0, tau=0.37, is_call=True, rate=0.05)

    assert american_price(american, 0.25) == pytest.approx(
        float(black_price(european, 0.25)), abs=1e-5
    )


def test_american_call_before_a_large_dividend_is_worth_more_than_without_exercise() -> None:
    with_cash = AmericanTerms(
        spot=100.0, strike=90.0, tau=0.5, rate=0.05, is_call=True, dividends=((0.25, 8.0),)
    )
    forward = (100.0 - 8.0 * math.exp(-0.05 * 0.25)) * math.exp(0.05 * 0.5)
    european = OptionTerms.of(forward, 90.0, tau=0.5, is_call=True, discount=math.exp(-0.05 * 0.5))

    found = american_price(with_cash, 0.25)

    assert found > float(black_price(european, 0.25)) + 0.5
    assert found < american_price(replace(with_cash, dividends=()), 0.25)


def test_american_implied_volatility_inverts_the_price() -> None:
    terms = [replace(PUT, strike=strike) for strike in (40.0, 50.0, 55.0)]
    prices = [american_price(one, 0.35) for one in terms]

    found = american_implied_volatility(terms, prices)

    assert not found.reason.any()
    assert found.volatility == pytest.approx([0.35] * 3, abs=2e-6)


@pytest.mark.parametrize(
    ("strike", "price", "reason"),
    [
        (50.0, math.nan, Reason.NO_PRICE),
        (60.0, 9.0, Reason.BELOW_INTRINSIC),
        (60.0, 10.0, Reason.NO_TIME_VALUE),
        (50.0, 50.0, Reason.ABOVE_MAXIMUM),
        (50.0, 49.9999, Reason.NOT_FOUND),
    ],
)
def test_american_price_without_volatility_says_why(strike, price, reason) -> None:
    found = american_implied_volatility([replace(PUT, strike=strike, tau=0.02)], [price])

    assert Reason(int(found.reason[0])) is reason
    assert math.isnan(found.volatility[0])


def test_american_terms_without_time_are_refused() -> None:
    with pytest.raises(BadInput, match="must be positive"):
        replace(PUT, tau=0.0)


def test_american_price_without_quantlib_names_the_extra(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "QuantLib", None)

    with pytest.raises(ConfigError, match=r"quantdeck\[american\]"):
        american_price(PUT, 0.3)


def _closes(archive):
    """Return mids of 12:00 by (expiry, right, strike) of a file of minute quotes."""
    found = {}
    with zipfile.ZipFile(archive) as names:
        for name in names.namelist():
            _, _, _, _, _, right, strike, expiry = name.removesuffix(".csv").split("_")
            for row in csv.reader(io.TextIOWrapper(names.open(name))):
                if int(row[0]) == 43_200_000 and row[4] and row[9]:
                    mid = 0.5e-4 * (float(row[4]) + float(row[9]))
                    found[expiry, right, float(strike) / 1e4] = mid
    return found


def test_american_volatility_of_recorded_calls_and_puts_agrees(shared_data) -> None:
    archive = shared_data.joinpath(
        "lean-samples/Data/option/usa/minute/goog/20151224_quote_american.zip"
    )
    if not archive.exists():
        pytest.skip(f"{archive.name} is not among the recorded data")
    quotes = _closes(archive)
    expiry, tau, spot, rate = "20160115", 22 / 365, 749.0, 0.003
    strikes = sorted({k for e, _, k in quotes if e == expiry and abs(k / spot - 1.0) < 0.06})
    both = [k for k in strikes if {(expiry, r, k) for r in ("call", "put")} <= quotes.keys()]
    # the spot is that of the quotes: parity at the strikes nearest to it, which hardly pay to exercise
    level = [
        quotes[expiry, "call", k] - quotes[expiry, "put", k] + k * math.exp(-rate * tau)
        for k in both
    ]
    spot = float(np.median(level))

    found = {
        right: american_implied_volatility(
            [AmericanTerms(spot, k, tau, rate, right == "call") for k in both],
            [quotes[expiry, right, k] for k in both],
        )
        for right in ("call", "put")
    }

    assert len(both) >= 8
    assert not found["call"].reason.any()
    assert not found["put"].reason.any()
    assert found["call"].volatility == pytest.approx(found["put"].volatility, abs=0.012)
    assert 0.12 < float(np.median(found["call"].volatility)) < 0.4
