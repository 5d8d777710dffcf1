"""What is said of an expiry, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from quantdeck.analytics.boxes import BoxRules, Status, StrikeFlag, rate_of_chain, rates_of_snapshot
from quantdeck.model.chains import NO_TIME, ChainSnapshot
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from tests.analytics.boxes.quoted import AT_NS, line_chain


def _with_call(chain, at, **changes):
    arrays = {name: getattr(chain.calls, name).copy() for name in changes}
    for name, value in changes.items():
        arrays[name][at] = value
    return replace(chain, calls=replace(chain.calls, **arrays))


def test_rate_of_a_line_is_that_of_its_slope() -> None:
    found = rate_of_chain(line_chain(discount=0.98), AT_NS, BoxRules())

    assert found.status is Status.OK
    assert found.discount == pytest.approx(0.98, abs=1e-9)
    assert found.forward == pytest.approx(6000.0, abs=1e-6)
    assert (found.days, found.tau) == (189, 189 / 365)
    assert found.rate_mid == pytest.approx(-math.log(0.98) * 365 / 189)
    assert found.dividend_yield == pytest.approx(-math.log(0.98) * 365 / 189)


def test_mid_lies_between_lending_and_borrowing() -> None:
    found = rate_of_chain(line_chain(), AT_NS, BoxRules(fee_per_contract=1.0))

    assert found.rate_lend < found.rate_mid < found.rate_borrow
    assert found.best_lend.rate == pytest.approx(found.rate_lend)
    assert found.best_borrow.rate == pytest.approx(found.rate_borrow)


@pytest.mark.parametrize(
    ("changes", "flag"),
    [
        ({"bid": np.nan}, StrikeFlag.ZERO_BID),
        ({"ask": np.nan}, StrikeFlag.ABSENT),
        ({"ask": 0.0}, StrikeFlag.ABSENT),
        ({"bid": 0.0}, StrikeFlag.ZERO_BID),
        ({"bid": 5e3}, StrikeFlag.CROSSED),
        ({"bid": 50.0, "ask": 50.0}, StrikeFlag.LOCKED),
        ({"ts_ns": AT_NS - 60_000_000_000}, StrikeFlag.OLD),
        ({"ts_ns": NO_TIME}, StrikeFlag.OLD),
        ({"volume": 3.0}, StrikeFlag.THIN),
        ({"open_interest": np.nan}, StrikeFlag.THIN),
    ],
)
def test_quote_that_cannot_count_is_flagged_with_the_reason(changes, flag) -> None:
    rules = BoxRules(max_leg_age_s=30.0, min_volume=10, min_open_interest=10)

    found = rate_of_chain(_with_call(line_chain(), 4, **changes), AT_NS, rules)

    assert found.strike_flags[4] == flag
    assert found.status is Status.OK
    strikes = {found.best_lend.lower_strike, found.best_lend.upper_strike}
    assert found.strikes[4] not in strikes


def test_quote_far_off_the_line_is_flagged_and_moves_nothing() -> None:
    quoted = line_chain()
    stale = _with_call(quoted, 25, bid=quoted.calls.bid[25] + 8, ask=quoted.calls.ask[25] + 8)

    found = rate_of_chain(stale, AT_NS, BoxRules())

    clean = rate_of_chain(quoted, AT_NS, BoxRules())
    assert found.strike_flags[25] == StrikeFlag.MISSED
    assert found.quotes_flagged == 1
    assert found.rate_mid == pytest.approx(clean.rate_mid, abs=1e-6)
    assert found.rate_lend <= found.rate_mid


def test_strikes_outside_the_moneyness_band_do_not_count() -> None:
    found = rate_of_chain(line_chain(), AT_NS, BoxRules(lowest=0.95, highest=1.05))

    inside = found.strike_flags == StrikeFlag.USED
    assert np.abs(found.strikes[inside] / found.forward - 1).max() <= 0.05
    assert (found.strike_flags[~inside] == StrikeFlag.OUTSIDE).all()


def test_american_root_gives_a_lower_limit_and_no_rate() -> None:
    found = rate_of_chain(line_chain(root="SPY"), AT_NS, BoxRules())

    assert found.status is Status.AMERICAN
    assert "not a rate" in found.detail
    assert math.isnan(found.rate_mid)
    assert found.best_lend is None
    assert found.rate_floor < -math.log(0.98) * 365 / 189


def test_index_looking_root_that_is_not_listed_counts_as_american() -> None:
    found = rate_of_chain(line_chain(root="SPXQ"), AT_NS, BoxRules())

    assert found.status is Status.AMERICAN


def test_too_few_strikes_give_no_rate() -> None:
    found = rate_of_chain(line_chain(count=7), AT_NS, BoxRules())

    assert found.status is Status.TOO_FEW
    assert found.detail == "7 of 7 strikes have usable quotes, needed 8."


def test_chain_without_strikes_gives_no_rate() -> None:
    found = rate_of_chain(line_chain(count=0), AT_NS, BoxRules())

    assert found.status is Status.TOO_FEW


def test_chain_that_is_mostly_old_is_stale() -> None:
    found = rate_of_chain(line_chain(), AT_NS + 60_000_000_000, BoxRules(max_leg_age_s=30.0))

    assert found.status is Status.STALE
    assert "older than 30.0 s" in found.detail


def test_chain_that_mostly_lacks_quotes_is_stale() -> None:
    quoted = line_chain()
    missing = np.arange(30) < 12
    calls = replace(quoted.calls, ask=np.where(missing, np.nan, quoted.calls.ask))

    found = rate_of_chain(replace(quoted, calls=calls), AT_NS, BoxRules())

    assert found.status is Status.STALE
    assert found.detail.startswith("12 of 30 strikes are not offered")


def test_chain_whose_spreads_are_too_wide_is_stale() -> None:
    found = rate_of_chain(line_chain(half=150.0, least=200.0), AT_NS, BoxRules())

    assert found.status is Status.STALE
    assert "much too wide" in found.detail


def test_expiry_after_its_last_trade_is_expired() -> None:
    found = rate_of_chain(line_chain(expiry=date(2026, 6, 12)), AT_NS, BoxRules())

    assert found.status is Status.EXPIRED


def test_expiry_whose_payoff_is_paid_with_the_price_has_no_rate() -> None:
    today = line_chain(root="SPXW", expiry=date(2026, 6, 12))

    found = rate_of_chain(today, AT_NS, BoxRules())

    assert (found.status, found.days) == (Status.NO_TIME, 0)
    assert found.discount == pytest.approx(0.98)
    assert math.isnan(found.rate_mid)
    assert found.best_lend is None


def test_rate_that_is_known_badly_keeps_its_limits_and_offers_nothing() -> None:
    found = rate_of_chain(line_chain(), AT_NS, BoxRules(max_se=1e-9))

    assert found.status is Status.IMPRECISE
    assert found.rate_lend < found.rate_mid < found.rate_borrow
    assert found.best_lend is None


def test_rate_beyond_the_limit_is_not_taken_for_one() -> None:
    found = rate_of_chain(line_chain(discount=0.7), AT_NS, BoxRules(max_abs_rate=0.25))

    assert found.status is Status.BEYOND_LIMIT
    assert found.best_lend is None


def test_roots_of_one_date_are_never_mixed() -> None:
    morning, evening = line_chain(root="SPX"), line_chain(root="SPXW", discount=0.97)
    origin = Provenance("file", Delay.IMPORTED, RunId("run"))
    snapshot = ChainSnapshot(AT_NS, "file", origin, (morning, evening))

    am, pm = rates_of_snapshot(snapshot, BoxRules())

    assert (am.root, pm.root) == ("SPX", "SPXW")
    assert am.discount == pytest.approx(0.98)
    assert pm.discount == pytest.approx(0.97)
    for rate in (am, pm):
        roots = {leg.symbol.removeprefix("OPRA:")[:-15] for leg in rate.best_lend.legs}
        assert roots == {rate.root}


@pytest.mark.parametrize(
    "rules", [{"min_gap": -1.0}, {"min_gap": 50.0, "max_gap": 10.0}, {"min_quotes": 3}, {"tick": 0}]
)
def test_rules_that_cannot_be_are_refused(rules) -> None:
    with pytest.raises(BadInput, match="box rule"):
        BoxRules(**rules)
