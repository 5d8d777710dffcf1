"""What is planted in the option market comes back from its quotes."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from quantdeck.model.options import Settlement
from quantdeck.sims.options import sessions
from quantdeck.sims.options.listed import ROOT_NAMES, ROOT_RULES, Size
from quantdeck.sims.options.market import LAGGING_SHARE, OptionMarket
from quantdeck.sims.options.truth import zero_rate

NOW = 1_795_186_800_000_000_000
MARKET = OptionMarket(seed=3, size=Size.SMALL, stale_share=0.0)
EUROPEAN = ("SPX", "SPXW", "XSP")


def _synthetics(market, root, expiry, *, ts_ns=NOW):
    found = market.listed_at(ts_ns)
    rows = found.rows(root, expiry)
    calls, puts = rows[found.is_call[rows]], rows[~found.is_call[rows]]
    call, put = market.quotes(found, calls, ts_ns), market.quotes(found, puts, ts_ns)
    whole = (call.bid > 0) & (put.bid > 0) & (call.ask > 0) & (put.ask > 0)
    strike = found.strike[calls][whole]
    return strike, (call.bid - put.ask)[whole], (call.ask - put.bid)[whole]


def _expiries(roots=EUROPEAN):
    found = MARKET.listed_at(NOW)
    return [
        (ROOT_NAMES[item.root], item.day)
        for item in found.expiries
        if ROOT_NAMES[item.root] in roots
    ]


@pytest.mark.parametrize(("root", "expiry"), _expiries())
def test_planted_parity_lies_inside_every_synthetic_forward(root, expiry) -> None:
    strike, bid, ask = _synthetics(MARKET, root, expiry)

    discount = MARKET.truth.discount(root, expiry, NOW)
    parity = discount * (MARKET.truth.forward(root, expiry, NOW) - strike)
    # Far from the money a quote may be some seconds old, in which the index moved a little.
    slack = 0.25 * (ask - bid) + 0.01
    assert len(strike) >= 5
    assert (bid - slack <= parity).all()
    assert (parity <= ask + slack).all()


@pytest.mark.parametrize(("root", "expiry"), _expiries(("SPX",)))
def test_slope_of_the_mids_is_the_planted_discount(root, expiry) -> None:
    strike, bid, ask = _synthetics(MARKET, root, expiry)

    slope = np.polyfit(strike, (bid + ask) / 2, 1, w=1.0 / (ask - bid))[0]

    years = (expiry - MARKET.listed_at(NOW).session).days / 365
    miss_bp = abs(np.log(-slope / MARKET.truth.discount(root, expiry, NOW))) / years * 1e4
    assert miss_bp < 12


def test_american_puts_cost_more_than_parity_allows() -> None:
    expiry = max(day for root, day in _expiries(("SPY",)))
    strike, _, ask = _synthetics(MARKET, "SPY", expiry)

    forward = MARKET.truth.forward("SPY", expiry, NOW)
    parity = MARKET.truth.discount("SPY", expiry, NOW) * (forward - strike)

    assert (ask < parity)[strike > 1.2 * forward].mean() > 0.5


def test_american_options_are_never_below_their_exercise_value() -> None:
    found = MARKET.listed_at(NOW)
    rows = found.rows("SPY")
    quotes = MARKET.quotes(found, rows, NOW)

    inner = MARKET.underlying("SPY", NOW) - found.strike[rows]
    inner = np.where(found.is_call[rows], inner, -inner)

    offered = quotes.ask > 0
    # Quotes are at most some seconds old.
    assert (quotes.ask >= inner - 0.5)[offered].all()


def test_lagging_wing_bends_the_parity_line_and_only_there() -> None:
    lagging = OptionMarket(seed=3, size=Size.SMALL, stale_share=0.0)
    lagging.lagging = 5.0
    root, expiry = _expiries(("SPX",))[1]

    strike, bid, ask = _synthetics(MARKET, root, expiry)
    strike_after, bid_after, ask_after = _synthetics(lagging, root, expiry)

    kept = np.isin(strike, strike_after), np.isin(strike_after, strike)
    moved = ((bid_after + ask_after)[kept[1]] - (bid + ask)[kept[0]]) / 2
    strike = strike[kept[0]]
    low = strike < np.quantile(strike, LAGGING_SHARE / 3)
    high = strike > np.quantile(strike, 0.5)
    assert np.median(moved[low]) == pytest.approx(-5.0, abs=0.5)
    assert np.abs(moved[high]).max() == 0


def test_volatility_smile_is_higher_for_low_strikes() -> None:
    root, expiry = _expiries(("SPX",))[2]
    forward = MARKET.truth.forward(root, expiry, NOW)

    low, middle = (
        MARKET.truth.volatility(root, expiry, share * forward, NOW) for share in (0.8, 1.0)
    )

    assert low > middle + 0.03


def test_morning_contracts_are_those_of_the_root_that_settles_at_the_open() -> None:
    found = MARKET.listed_at(NOW)

    hours = {
        rules.terms.root: {
            (item.settle_ns // 3_600_000_000_000) % 24
            for item in found.expiries
            if ROOT_RULES[item.root] is rules
        }
        for rules in ROOT_RULES
    }

    assert ROOT_RULES[0].terms.settlement is Settlement.AM
    assert hours["SPX"] <= {13, 14}
    assert hours["SPXW"] <= {18, 20, 21}


def test_sensitivities_agree_with_finite_differences_of_the_values() -> None:
    found = MARKET.listed_at(NOW)
    rows = found.rows("SPX")
    stamps = np.full(len(rows), NOW)
    pricing = MARKET.pricing(found)

    _, greeks = MARKET.sensitivities(found, rows, NOW)

    up = pricing.at(rows, stamps, shift=0.5).value
    down = pricing.at(rows, stamps, shift=-0.5).value
    # The smile moves with the forward, so that delta differs by the slope of the smile.
    assert np.abs(greeks.delta - (up - down)).max() < 0.15
    assert ((greeks.delta > 0) == found.is_call[rows]).all()
    assert (greeks.gamma >= 0).all()
    assert (greeks.vega >= 0).all()


@pytest.mark.parametrize(("hour", "days"), [(-63, 2), (-30, 2), (-1, 2), (1, 1), (6, 1)], ids=str)
def test_price_is_paid_on_the_session_after_the_one_that_opened_last(hour, days) -> None:
    # From Friday evening over the week-end to Monday: prices of Friday are paid on Monday.
    opened = sessions.open_ns(date(2026, 11, 23))
    now = opened + hour * 3_600_000_000_000
    expiry = date(2026, 11, 24)

    discount = MARKET.truth.discount("SPXW", expiry, now)

    tau = days / 365
    rate = zero_rate(np.array([tau]), np.array([now]))[0]
    assert MARKET.truth.rate("SPXW", expiry, now, tau=tau) == pytest.approx(rate)
    assert discount == pytest.approx(np.exp(-rate * tau))
