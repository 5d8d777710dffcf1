from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from quantdeck.alerts.parse import parse
from quantdeck.alerts.watch import RuleState, Standing
from quantdeck.model.alerts import AlertRule, Delivery, DeliveryState, FiredAlert
from quantdeck.views.alert_forms import check_rule, form_of
from quantdeck.views.alerts import (
    ChannelLine,
    RuleLine,
    channels_payload,
    fired_payload,
    history_payload,
    rules_payload,
)
from quantdeck.views.alerts_page import ALERTS
from quantdeck.views.payloads import LogPayload, PanelState

STATE = PanelState("live", 0.0, "quantdeck")
RULE = AlertRule("r1", "dear", "last(BTC) > 5", ("slack", "email"))
STANDING = Standing(RuleState.UNKNOWN, 7_000_000, "last(BTC): stale", {"mid(BTC)": 5.5}, 0, None)
ALERT = FiredAlert("a1", "r1", "dear", "last(BTC) > 5", 9_000_000, "last(BTC) is 9 (> 5)")


def line(**changes) -> RuleLine:
    whole = {"rule": RULE, "standing": STANDING, "problem": "", "fired": 3, "last_fired_ns": None}
    return RuleLine(**(whole | changes))


def test_rules_row_tells_how_the_rule_stands():
    (row,) = rules_payload([line(last_fired_ns=5_000_000)], STATE, now_ns=0).rows

    assert row == {
        "id": "r1",
        "name": "dear",
        "text": "last(BTC) > 5",
        "state": "unknown",
        "now": "last(BTC): stale; mid(BTC) = 5.5",
        "since": 7,
        "fired": 3,
        "last": 5,
        "told": "slack, email",
    }


@pytest.mark.parametrize(
    ("changes", "state", "why"),
    [
        ({"standing": None, "problem": "column 1: no"}, "error", "column 1: no"),
        ({"standing": None, "rule": structs.replace(RULE, enabled=False)}, "off", ""),
        ({"standing": None}, "unknown", "it is watched within seconds"),
    ],
)
def test_rules_row_of_a_rule_that_is_not_watched_says_why(changes, state, why):
    (row,) = rules_payload([line(**changes)], STATE, now_ns=0).rows

    assert (row["state"], row["now"], row["since"]) == (state, why, None)


@pytest.mark.parametrize(
    ("now_ns", "shown"),
    [(4_000_000, "muted until 1970-01-01 00:00 UTC"), (5_000_000, "slack, email")],
)
def test_rules_row_tells_of_a_mute_while_it_lasts(now_ns, shown):
    muted = line(rule=structs.replace(RULE, muted_until_ns=5_000_000))

    assert rules_payload([muted], STATE, now_ns=now_ns).rows[0]["told"] == shown


def test_rules_row_leaves_out_figures_that_are_not_known():
    unknown = structs.replace(STANDING, values={"mid(BTC)": math.nan})

    assert (
        rules_payload([line(standing=unknown)], STATE, now_ns=0).rows[0]["now"]
        == "last(BTC): stale"
    )


def test_fired_rows_are_those_of_a_log_newest_first_of_equal_times_older_first():
    later = structs.replace(ALERT, id="a2")
    newest = structs.replace(ALERT, id="a3", fired_ns=99_000_000, muted=True, read=True)

    payload = fired_payload([newest, later, ALERT], STATE)

    assert isinstance(payload, LogPayload)
    assert [row["id"] for row in payload.rows] == ["a3", "a1", "a2"]
    assert payload.rows[1] == {
        "id": "a1",
        "ts": 9,
        "tone": "warn",
        "text": "dear: last(BTC) is 9 (> 5)",
        "rule": "dear",
        "read": False,
        "muted": False,
        "simulated": False,
    }
    assert (payload.rows[0]["tone"], payload.rows[0]["read"]) == ("plain", True)


@pytest.mark.parametrize(
    ("changes", "state", "data"),
    [
        ({}, "new", "live"),
        ({"read": True, "simulated": True}, "read", "simulated"),
        ({"muted": True, "read": True}, "muted", "live"),
    ],
)
def test_history_row_tells_what_became_of_the_alert(changes, state, data):
    deliveries = {"a1": [Delivery("a1", "slack", DeliveryState.FAILED, 1, 0, "HTTP 404")]}

    (row,) = history_payload([structs.replace(ALERT, **changes)], deliveries, STATE).rows

    assert (row["state"], row["data"]) == (state, data)
    assert row["deliveries"] == "slack failed (HTTP 404)"


def test_channels_row_has_the_name_as_id():
    (row,) = channels_payload([ChannelLine("slack", "sent", "", 3, 1, 2, 8_000_000)], STATE).rows

    assert (row["id"], row["sent"], row["waiting"], row["failed"], row["last"]) == (
        "slack", 3, 1, 2, 8,
    )  # fmt: skip


@pytest.mark.parametrize(
    "payload",
    [
        rules_payload([], STATE, now_ns=0),
        fired_payload([], STATE),
        history_payload([], {}, STATE),
        channels_payload([], STATE),
    ],
)
def test_payload_of_nothing_says_so(payload):
    assert payload.state.word == "empty"
    assert payload.state.detail


def test_rows_have_a_cell_for_every_column_of_their_panel():
    rows = {
        "alerts.rules": rules_payload([line()], STATE, now_ns=0).rows[0],
        "alerts.history": history_payload([ALERT], {}, STATE).rows[0],
        "alerts.channels": channels_payload(
            [ChannelLine("slack", "sent", "", 0, 0, 0, None)], STATE
        ).rows[0],
    }

    for panel in ALERTS.panels:
        missing = {column.id for column in panel.columns} - set(rows.get(panel.id, {}))
        assert not missing


def test_form_of_two_conditions_holds_both():
    rule = parse(
        "abs(zscore(ETH, BTC)) > 2 hysteresis 0.5 or last(BTC) > 65000 "
        "for 30s cooldown 5m expires 2026-12-31 quiet 22:00-07:00 Europe/Berlin"
    )

    form = form_of(rule)

    assert form is not None
    assert form.second is not None
    assert (form.first.absolute, form.first.hysteresis, form.joined) == (True, "0.5", "or")
    assert (form.second.comparison, form.second.threshold) == (">", "65000")
    assert (form.hold, form.cooldown, form.expires) == ("30s", "5m", "2026-12-31")
    assert form.quiet == "22:00-07:00 Europe/Berlin"


@pytest.mark.parametrize("words", ["crosses above", "crosses below", "crosses"])
def test_form_of_a_crossing_has_its_words(words):
    form = form_of(parse(f"last(BTC) {words} 65000"))

    assert form is not None
    assert form.first.comparison == words


@pytest.mark.parametrize(
    "text",
    [
        "bid(A) > ask(A)",
        "not (last(A) > 5)",
        "last(A) > 5 and last(B) > 5 and last(C) > 5",
        "last(A) > 5 and (last(B) > 5 or last(C) > 5)",
        "min(last(A), last(B)) > 5",
        "last(A) > 5 and bid(A) > ask(A)",
    ],
)
def test_form_of_a_rule_that_says_more_is_none(text):
    assert form_of(parse(text)) is None


def test_form_of_a_negative_threshold_writes_its_sign():
    form = form_of(parse("zscore(ETH, BTC) < -2"))

    assert form is not None
    assert (form.first.comparison, form.first.threshold) == ("<", "-2")


@given(st.text(max_size=60))
def test_check_of_any_text_is_a_rule_or_points_into_it(text):
    said = check_rule(text, symbols=["X:BTC"])

    assert said.ok == (said.error is None)
    if said.error is not None:
        assert 0 <= said.error.start <= said.error.end <= len(text)
        assert said.error.line >= 1
        assert said.error.column >= 1
