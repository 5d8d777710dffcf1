from __future__ import annotations

import pytest
from msgspec import structs

from quantdeck.alerts.parse import parse
from quantdeck.app.box_alerts import box_rules, keep_box_rules
from quantdeck.app.box_settings import Boxes
from quantdeck.model.alerts import AlertRule
from quantdeck.model.errors import ConfigError
from tests.records.memory import MemoryAlerts

BOXES = Boxes(benchmarks="bills.csv", alert_above_bp=40, alert_below_bp=-10)


def test_rules_of_two_limits_are_one_for_each_tenor_and_side_and_can_be_read():
    rules = box_rules(BOXES, now_ns=1)

    assert len({rule.id for rule in rules}) == len(rules) == 8
    assert all(parse(rule.text) for rule in rules)
    assert rules[1].text.endswith("+ 2 * box_rate_error(SPX, 91d) < -10bp hysteresis 2bp")


def test_rules_without_limits_are_none():
    assert box_rules(Boxes(), now_ns=1) == []


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        (Boxes(alert_above_bp=40), "set boxes.benchmarks"),
        (Boxes(benchmarks="x", alert_above_bp=1, alert_below_bp=2), "were 1 and 2"),
        (Boxes(benchmarks="x", alert_above_bp=1, tickers=("A)",)), "cannot watch"),
    ],
)
def test_limits_that_cannot_be_are_refused(boxes, said):
    with pytest.raises(ConfigError, match=said.replace(".", r"\.")):
        box_rules(boxes, now_ns=1)


def test_rules_on_record_follow_the_settings_and_keep_what_a_person_set():
    store = MemoryAlerts()
    store.put_rule(AlertRule("mine", "mine", "last(BTC) > 1"))
    keep_box_rules(BOXES, store, now_ns=1)
    first = store.rules()[1]
    store.put_rule(structs.replace(first, channels=("slack",), muted_until_ns=9))

    keep_box_rules(structs.replace(BOXES, alert_above_bp=50, alert_below_bp=None), store, now_ns=2)

    rules = {rule.id: rule for rule in store.rules()}
    assert len(rules) == 5
    assert "mine" in rules
    changed = rules[first.id]
    assert (changed.channels, changed.muted_until_ns) == (("slack",), 9)
    assert (changed.created_ns, changed.changed_ns) == (1, 2)
    assert "> 50bp" in changed.text
    assert changed.name == "SPX 91d boxes above benchmark + 50 bp"


def test_rules_on_record_that_are_right_are_left_alone():
    store = MemoryAlerts()
    keep_box_rules(BOXES, store, now_ns=1)
    before = store.rules()

    keep_box_rules(BOXES, store, now_ns=2)

    assert store.rules() == before
