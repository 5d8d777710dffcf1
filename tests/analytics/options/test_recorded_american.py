"""A whole recorded chain of options that can be exercised early, GOOG of 2015-12-24, as one study.

Quotes are those of noon. The price of the stock is not among them: it is taken from calls and puts of the
nearest expiry near the money, which hardly pay to exercise.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from datetime import UTC, date, datetime

import numpy as np
import pytest

from quantdeck.analytics.options import study_chains
from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.options import ExerciseStyle, Settlement

OPTIONS = "lean-samples/Data/option/usa"
NOON_MS = 43_200_000
AT_NS = int(datetime(2015, 12, 24, 17, tzinfo=UTC).timestamp()) * 1_000_000_000
NEAR_SPOT, RATE = 749.0, 0.005
EXPIRIES = ("20160115", "20160219", "20160318")


def _quotes(archive):
    """Return bid and ask of noon by (expiry, right, strike)."""
    found = {}
    with zipfile.ZipFile(archive) as names:
        for name in names.namelist():
            _, _, _, _, _, right, strike, expiry = name.removesuffix(".csv").split("_")
            if expiry not in EXPIRIES:
                continue
            for row in csv.reader(io.TextIOWrapper(names.open(name))):
                if int(row[0]) == NOON_MS and row[4] and row[9]:
                    found[expiry, right, float(strike) / 1e4] = (
                        1e-4 * float(row[4]),
                        1e-4 * float(row[9]),
                    )
    return found


def _side(quotes, expiry, right, strikes):
    side = SideQuotes.empty(len(strikes))
    for at, strike in enumerate(strikes):
        side.bid[at], side.ask[at] = quotes.get((expiry, right, strike), (np.nan, np.nan))
    return side


def _spot(quotes):
    discount = math.exp(-RATE * 22 / 365)
    levels = []
    for (expiry, right, strike), call in quotes.items():
        put = quotes.get((expiry, "put", strike))
        is_near = expiry == EXPIRIES[0] and abs(strike / NEAR_SPOT - 1.0) < 0.02
        if right == "call" and put is not None and is_near:
            levels.append(0.5 * (sum(call) - sum(put)) + strike * discount)
    return float(np.median(levels))


@pytest.fixture(scope="module")
def study(shared_data):
    pytest.importorskip("QuantLib")
    archive = shared_data / OPTIONS / "minute/goog/20151224_quote_american.zip"
    if not archive.exists():
        pytest.skip(f"{archive.name} is not among the recorded data")
    quotes = _quotes(archive)
    spot = _spot(quotes)
    chains = []
    for expiry in EXPIRIES:
        strikes = sorted({k for e, _, k in quotes if e == expiry and 0.7 < k / spot < 1.3})
        day = date(int(expiry[:4]), int(expiry[4:6]), int(expiry[6:]))
        chains.append(
            ExpiryChain(
                root="GOOG",
                underlying="US:GOOG",
                expiry=day,
                settlement=Settlement.PM,
                style=ExerciseStyle.AMERICAN,
                multiplier=100.0,
                strikes=np.array(strikes),
                calls=_side(quotes, expiry, "call", strikes),
                puts=_side(quotes, expiry, "put", strikes),
                spot=spot,
            )
        )
    return study_chains(chains, AT_NS, rate_at=lambda _: RATE)


def test_recorded_american_chain_has_a_smile_without_arbitrage(study) -> None:
    fits = [each.fitted.fit for each in study.expiries]

    assert [fit.has_arbitrage for fit in fits] == [False] * 3
    assert max(fit.rms_error for fit in fits) < 0.01
    assert all(0.15 < each.skew.at_money < 0.35 for each in study.expiries)


def test_recorded_american_calls_and_puts_agree_near_the_money(study) -> None:
    for each in study.expiries:
        near = np.abs(each.smile.strikes / study.spot - 1.0) < 0.05

        apart = (each.smile.calls.mid - each.smile.puts.mid)[near]

        assert np.nanmedian(np.abs(apart)) < 0.01


def test_recorded_american_chain_keeps_to_the_bounds_of_parity(study) -> None:
    checked = sum(each.parity.checked for each in study.expiries)
    violations = [one for each in study.expiries for one in each.parity.violations]

    assert checked > 40
    assert len(violations) < 0.1 * checked
