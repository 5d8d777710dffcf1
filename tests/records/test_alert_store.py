"""The contract of `quantdeck.ports.records.AlertStore`."""

from __future__ import annotations

import math

from msgspec import structs

from quantdeck.model.alerts import AlertRule, Delivery, DeliveryState, FiredAlert
from quantdeck.ports.records import Firings

RULE = AlertRule(
    "r1", "BTC is dear", "last(BTCUSDT) > 65000", ("slack", "email"), created_ns=5, changed_ns=6
)


def alert(number: int, *, rule: str = "r1", at_ns: int | None = None) -> FiredAlert:
    at = number if at_ns is None else at_ns
    values = {"last(BTCUSDT)": 65_001.25}
    return FiredAlert(f"a{number}", rule, "name", "text", at, f"message {number}", values)


def test_rules_when_put_are_returned_as_they_were(alerts):
    muted = structs.replace(RULE, id="r2", created_ns=9, muted_until_ns=7, enabled=False)

    alerts.put_rule(muted)
    alerts.put_rule(RULE)

    assert alerts.rules() == [RULE, muted]


def test_put_rule_of_known_id_replaces_it(alerts):
    alerts.put_rule(RULE)
    alerts.put_rule(structs.replace(RULE, text="last(BTCUSDT) > 70000"))

    assert [rule.text for rule in alerts.rules()] == ["last(BTCUSDT) > 70000"]


def test_delete_rule_says_whether_there_was_one(alerts):
    alerts.put_rule(RULE)

    assert (alerts.delete_rule("r1"), alerts.delete_rule("r1")) == (True, False)
    assert alerts.rules() == []


def test_delete_rule_keeps_what_it_fired(alerts):
    alerts.put_rule(RULE)
    alerts.add_fired(alert(1), [])

    alerts.delete_rule("r1")

    assert alerts.fired(limit=9) == [alert(1)]


def test_add_fired_of_known_id_changes_nothing(alerts):
    first = alerts.add_fired(alert(1), ["slack"])
    again = alerts.add_fired(structs.replace(alert(1), message="other"), ["email"])

    assert (first, again) == (True, False)
    assert alerts.fired(limit=9) == [alert(1)]
    assert alerts.deliveries(alert_ids=["a1"]) == [Delivery("a1", "slack", next_ns=1)]
    assert alerts.firings(simulated=False) == {"r1": Firings(1, 1)}


def test_fired_figures_that_are_not_known_stay_so(alerts):
    unknown = structs.replace(alert(1), values={"z": math.nan, "last": 3.0})

    alerts.add_fired(unknown, [])

    (found,) = alerts.fired(limit=9)
    assert math.isnan(found.values["z"])
    assert found.values["last"] == 3.0


def test_fired_are_newest_first_and_no_more_than_asked_for(alerts):
    for number in (2, 1, 3):
        alerts.add_fired(alert(number), [])

    assert [each.id for each in alerts.fired(limit=2)] == ["a3", "a2"]


def test_fired_at_one_time_are_those_added_later_first(alerts):
    for number in (1, 2):
        alerts.add_fired(alert(number, at_ns=7), [])

    assert [each.id for each in alerts.fired(limit=9)] == ["a2", "a1"]


def test_fired_before_a_time_leave_out_that_time(alerts):
    for number in (1, 2, 3):
        alerts.add_fired(alert(number), [])

    assert [each.id for each in alerts.fired(limit=9, before_ns=3)] == ["a2", "a1"]


def test_firings_outlive_the_alerts_that_were_cleared(alerts):
    alerts.add_fired(alert(5), [])
    alerts.add_fired(alert(3), [])
    alerts.add_fired(alert(4, rule="r2"), [])

    alerts.clear()

    assert alerts.firings(simulated=False) == {"r1": Firings(2, 5), "r2": Firings(1, 4)}


def test_firings_on_simulated_figures_are_counted_apart(alerts):
    alerts.add_fired(alert(5), [])
    alerts.add_fired(structs.replace(alert(9), simulated=True), [])

    counts = [alerts.firings(simulated=simulated) for simulated in (False, True)]

    assert counts == [{"r1": Firings(1, 5)}, {"r1": Firings(1, 9)}]


def test_firings_of_a_deleted_rule_are_forgotten(alerts):
    alerts.put_rule(RULE)
    alerts.add_fired(alert(5), [])

    alerts.delete_rule("r1")

    assert alerts.firings(simulated=False) == {}


def test_mark_read_of_some_leaves_the_others_unread(alerts):
    for number in (1, 2, 3):
        alerts.add_fired(alert(number), [])

    changed = alerts.mark_read(["a1", "a3", "nobody"])

    assert (changed, alerts.unread()) == (2, 1)
    assert [each.id for each in alerts.fired(limit=9, unread=True)] == ["a2"]


def test_mark_read_of_all_counts_those_that_were_not(alerts):
    for number in (1, 2):
        alerts.add_fired(alert(number), [])
    alerts.mark_read(["a1"])

    assert (alerts.mark_read(), alerts.mark_read(), alerts.unread()) == (1, 0, 0)


def test_clear_of_some_removes_their_deliveries_too(alerts):
    for number in (1, 2):
        alerts.add_fired(alert(number), ["slack"])

    assert alerts.clear(["a1"]) == 1
    assert [each.id for each in alerts.fired(limit=9)] == ["a2"]
    assert alerts.deliveries(alert_ids=["a1", "a2"]) == [Delivery("a2", "slack", next_ns=2)]


def test_clear_of_all_leaves_nothing_waiting(alerts):
    alerts.add_fired(alert(1), ["slack", "email"])

    assert (alerts.clear(), alerts.clear()) == (1, 0)
    assert alerts.due(10, limit=9) == []


def test_due_gives_what_waits_until_then_the_soonest_first(alerts):
    for number in (3, 1, 2):
        alerts.add_fired(alert(number), ["slack"])

    found = alerts.due(2, limit=9)

    assert found == [(alert(n), Delivery(f"a{n}", "slack", next_ns=n)) for n in (1, 2)]


def test_due_of_one_channel_is_not_hidden_by_another(alerts):
    for number in (1, 2, 3):
        alerts.add_fired(alert(number), ["email"])
    alerts.add_fired(alert(4), ["slack"])

    found = alerts.due(9, limit=1, channel="slack")

    assert [delivery.alert_id for _, delivery in found] == ["a4"]


def test_due_about_simulated_alerts_leaves_out_the_others(alerts):
    alerts.add_fired(alert(1), ["slack"])
    alerts.add_fired(structs.replace(alert(2), simulated=True), ["slack"])

    found = [
        [each.id for each, _ in alerts.due(9, limit=9, simulated=simulated)]
        for simulated in (None, False, True)
    ]

    assert found == [["a1", "a2"], ["a1"], ["a2"]]


def test_due_leaves_out_what_was_sent_or_given_up(alerts):
    for number, state in ((1, DeliveryState.SENT), (2, DeliveryState.FAILED)):
        alerts.add_fired(alert(number), ["slack"])
        alerts.put_delivery(Delivery(f"a{number}", "slack", state, 1))

    assert alerts.due(9, limit=9) == []


def test_put_delivery_moves_a_message_to_its_next_attempt(alerts):
    alerts.add_fired(alert(1), ["slack"])
    later = Delivery("a1", "slack", DeliveryState.WAITING, 2, 50, "HTTP 500")

    alerts.put_delivery(later)

    assert alerts.due(49, limit=9) == []
    assert alerts.due(50, limit=9) == [(alert(1), later)]


def test_put_delivery_about_a_removed_alert_is_forgotten(alerts):
    alerts.put_delivery(Delivery("gone", "slack"))

    assert alerts.deliveries(alert_ids=["gone"]) == []
