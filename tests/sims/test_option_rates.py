"""Rates read off the option market are those planted in it."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, Status, rate_of_chain
from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.options import terms_of
from quantdeck.sims.options.listed import ROOT_NAMES, Size
from quantdeck.sims.options.market import OptionMarket

SESSIONS = (
    1_795_186_800_000_000_000,  # Friday 2026-11-20 15:00 UTC
    1_794_936_600_000_000_000,
    1_793_800_800_000_000_000,
)
EUROPEAN = ("SPX", "SPXW", "XSP")
RULES = BoxRules(max_leg_age_s=60.0)


def _chains(market, now, roots=EUROPEAN):
    found = market.listed_at(now)
    for item in found.expiries:
        root = ROOT_NAMES[item.root]
        if root in roots:
            yield _chain(market, found, root, item.day, now)


def _chain(market, found, root, expiry, now) -> ExpiryChain:
    rows = found.rows(root, expiry)
    calls, puts = rows[found.is_call[rows]], rows[~found.is_call[rows]]
    terms = terms_of(root)
    return ExpiryChain(
        root=root,
        underlying=f"US:{terms.underlying}",
        expiry=expiry,
        settlement=terms.settlement,
        style=terms.style,
        multiplier=100.0,
        strikes=found.strike[calls],
        calls=_side(market, found, calls, now),
        puts=_side(market, found, puts, now),
        spot=market.underlying(terms.underlying, now),
    )


def _side(market, found, rows, now) -> SideQuotes:
    quotes = market.quotes(found, rows, now)
    return SideQuotes(
        quotes.bid,
        np.where(quotes.ask > 0, quotes.ask, np.nan),
        quotes.bid_size.astype(float),
        quotes.ask_size.astype(float),
        quotes.ts_ns,
        market.volume(found, rows, now).astype(float),
        market.open_interest(found, rows).astype(float),
    )


def _found(market, *, lagging=0.0, rules=RULES):
    market.lagging = lagging
    return [
        (rate_of_chain(chain, now, rules), market.truth.discount(chain.root, chain.expiry, now))
        for now in SESSIONS
        for chain in _chains(market, now)
    ]


@pytest.mark.parametrize("stale_share", [0.0, 0.03])
def test_planted_rate_lies_within_the_bar_nearly_always(stale_share) -> None:
    markets = (OptionMarket(seed=seed, size=Size.SMALL, stale_share=stale_share) for seed in (3, 8))

    sound = [
        (rate, truth)
        for market in markets
        for rate, truth in _found(market)
        if rate.status in {Status.OK, Status.IMPRECISE}
    ]

    misses = np.array([(rate.discount - truth) / rate.discount_se for rate, truth in sound])
    assert len(sound) > 60
    assert (np.abs(misses) < 1.96).mean() >= 0.93


@pytest.mark.parametrize("stale_share", [0.03, 0.1])
def test_nothing_is_published_that_beats_the_planted_rate_by_five_points(stale_share) -> None:
    market = OptionMarket(seed=5, size=Size.SMALL, stale_share=stale_share)

    # without an age limit, so that prices alone must give stale quotes away
    found = _found(market, rules=BoxRules())

    published = [(rate, truth) for rate, truth in found if rate.best_lend is not None]
    better = [
        rate
        for rate, truth in published
        if rate.best_lend.rate > -np.log(truth) / rate.tau + 5e-4
        or rate.best_borrow.rate < -np.log(truth) / rate.tau - 5e-4
    ]
    assert len(published) > 15
    assert better == []


def test_wing_that_lags_raises_the_alarm_in_every_expiry_it_bends() -> None:
    market = OptionMarket(seed=3, size=Size.SMALL, stale_share=0.0)

    found = [rate for rate, _ in _found(market, lagging=5.0) if rate.root in {"SPX", "SPXW"}]

    published = [rate for rate in found if rate.status is Status.OK]
    assert published == []


def test_american_root_of_the_market_gives_no_rate_and_a_true_lower_limit() -> None:
    market = OptionMarket(seed=3, size=Size.SMALL, stale_share=0.0)
    now = SESSIONS[0]

    found = [rate_of_chain(chain, now, RULES) for chain in _chains(market, now, ("SPY",))]

    limits = [
        (rate.rate_floor, -np.log(market.truth.discount("SPY", rate.expiry, now)) / rate.tau)
        for rate in found
        if rate.status is Status.AMERICAN and rate.tau > 0
    ]
    assert {rate.status for rate in found} <= {Status.AMERICAN, Status.EXPIRED, Status.TOO_FEW}
    assert limits
    assert all(floor < truth for floor, truth in limits)
