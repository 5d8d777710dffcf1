"""Alert rules as the fields of a form."""

from __future__ import annotations

import pytest

from quantdeck.alerts.parse import parse
from quantdeck.views.alert_form import COMPARISONS, rule_form


@pytest.mark.parametrize("comparison", COMPARISONS)
def test_simple_rule_is_a_form_whatever_it_compares_by(comparison):
    form = rule_form(parse(f"spread_bp(ETHUSDT) {comparison} 3 hysteresis 0.5"))

    assert form is not None
    assert (form.first.metric, form.first.arguments) == ("spread_bp", ("ETHUSDT",))
    assert (form.first.comparison, form.first.threshold) == (comparison, "3")
    assert form.first.hysteresis == "0.5"


def test_two_conditions_and_all_clauses_are_a_form():
    text = (
        "abs(zscore(ETH, BTC, 1m)) > 2 or corr(ETH, BTC, 1m) < -0.6 "
        "for 30s cooldown 5m expires 2026-12-31 Europe/Berlin quiet 22:00-07:00"
    )

    form = rule_form(parse(text))

    assert form is not None
    assert (form.joined, form.first.absolute) == ("or", True)
    assert form.second is not None
    assert form.second.threshold == "-0.6"
    assert (form.hold, form.cooldown) == ("30s", "5m")
    assert (form.expires, form.quiet) == ("2026-12-31 Europe/Berlin", "22:00-07:00")


@pytest.mark.parametrize(
    "text",
    [
        "last(A) > last(B)",
        "not (last(A) > 1)",
        "last(A) > 1 and last(B) > 1 and mid(A) > 1",
        "last(A) - last(B) > 1",
        "last(A) == 1",
        "min(last(A), last(B)) > 1",
        "last(A) > 1 or (last(B) > 1 and mid(A) > 1)",
    ],
)
def test_rule_that_says_more_is_none(text):
    assert rule_form(parse(text)) is None
