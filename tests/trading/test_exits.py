from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.trading.exits import ExitRules, Watched, look

NS = 1_000_000_000
DAY = 86_400 * NS
FRESH = Watched(opened_ns=0)


def looked(rules: ExitRules, *values: float | None, cost: float = 100.0, step_ns: int = NS):
    watched, found = FRESH, None
    for at, value in enumerate(values):
        now = None if value is None else Decimal(str(value))
        watched, found = look(
            rules, watched, cost=Decimal(str(cost)), value=now, now_ns=at * step_ns
        )
    return found


def test_loss_closes_once_it_has_lasted() -> None:
    rules = ExitRules(stop_loss=0.1, confirm_s=2.0)

    assert looked(rules, 89.0, 89.0) is None
    assert looked(rules, 89.0, 88.0, 89.0).rule == "stop_loss"


def test_one_odd_quote_closes_nothing() -> None:
    rules = ExitRules(stop_loss=0.1, confirm_s=2.0)

    assert looked(rules, 89.0, 95.0, 89.0, 89.0) is None


def test_stale_quote_decides_nothing_and_starts_the_wait_anew() -> None:
    rules = ExitRules(stop_loss=0.1, confirm_s=2.0)

    assert looked(rules, 89.0, None, 89.0, 89.0) is None
    assert looked(rules, 89.0, None, 89.0, 89.0, 89.0).rule == "stop_loss"


def test_gain_of_what_was_sold_is_measured_by_what_it_brought_in() -> None:
    rules = ExitRules(take_profit=0.5, confirm_s=0.0)

    assert looked(rules, -60.0, cost=-100.0) is None
    assert looked(rules, -50.0, cost=-100.0).why == "a gain of 50.0 % of its cost, beyond 50.0 %"


def test_way_back_from_the_best_closes() -> None:
    rules = ExitRules(trailing=0.05, confirm_s=0.0)

    assert looked(rules, 100.0, 110.0, 106.0) is None
    assert looked(rules, 100.0, 110.0, 105.0).rule == "trailing"
    assert looked(rules, 100.0, 94.0) is None


@pytest.mark.parametrize(("days", "rule"), [(9, None), (10, "max_days")])
def test_time_closes_even_without_a_quote(days: int, rule: str | None) -> None:
    _, found = look(ExitRules(max_days=10), FRESH, cost=Decimal(1), value=None, now_ns=days * DAY)

    assert (found and found.rule) == rule


def test_options_are_closed_before_they_end() -> None:
    rules = ExitRules(days_to_expiry=1)
    early = look(rules, FRESH, cost=Decimal(1), value=None, now_ns=0, expires_ns=2 * DAY)[1]
    late = look(rules, FRESH, cost=Decimal(1), value=None, now_ns=DAY, expires_ns=2 * DAY)[1]

    assert early is None
    assert late is not None
    assert late.why == "1.0 days to its expiry"
