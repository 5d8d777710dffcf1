"""Routes of alert rules, of what they fired, and of channels."""

from __future__ import annotations

import csv
import io

import pyarrow.parquet as pq
import pytest
from msgspec import structs

from quantdeck.model.alerts import Delivery, DeliveryState, FiredAlert
from quantdeck.ports.notifier import Unreachable

RULES = "/api/v1/alerts/rules"
TEXT = "last(BTCUSDT) > 2"


def fired(number: int, **changes) -> FiredAlert:
    alert = FiredAlert(f"a{number}", "r1", "=high", TEXT, number, "3 > 2", {"last(BTCUSDT)": 3.0})
    return structs.replace(alert, **changes)


@pytest.fixture
def added(ask):
    return ask("POST", RULES, json={"text": TEXT, "name": " high \n", "channels": ["slack"]}).json()


def test_rule_when_added_is_listed_with_how_it_stands(ask, added, deck):
    (rule,) = ask("GET", RULES).json()["rules"]

    assert rule == added["rule"]
    assert (rule["name"], rule["text"], rule["channels"]) == ("high", TEXT, ["slack"])
    assert [each.name for each in deck.store.rules()] == ["high"]


def test_rule_without_name_is_called_what_it_says(ask):
    rule = ask("POST", RULES, json={"text": TEXT}).json()["rule"]

    assert rule["name"] == TEXT


def test_rule_when_looked_at_tells_its_figures(ask, added, deck):
    deck.alerts.tick()

    (rule,) = ask("GET", RULES).json()["rules"]

    assert (rule["state"], rule["values"]) == ("true", {"last(BTCUSDT)": 3.0})


def test_rule_that_cannot_be_read_is_refused_with_its_place(ask):
    answer = ask("POST", RULES, json={"text": "lats(BTCUSDT) > 2"})

    assert answer.status_code == 422
    assert "line 1, column 1" in answer.json()["error"]["message"]


def test_rule_for_an_unknown_channel_is_refused_by_field(ask):
    answer = ask("POST", RULES, json={"text": TEXT, "channels": ["pager"]})

    assert answer.status_code == 422
    assert "slack, email" in answer.json()["error"]["fields"]["channels"]


def test_rule_when_changed_keeps_its_id_and_whether_it_is_on(ask, added):
    path = f"{RULES}/{added['rule']['id']}"
    ask("PUT", path, json={"text": TEXT, "enabled": False})

    changed = ask("PUT", path, json={"text": "last(BTCUSDT) > 5"}).json()["rule"]

    assert changed["id"] == added["rule"]["id"]
    assert (changed["text"], changed["enabled"], changed["state"]) == (
        "last(BTCUSDT) > 5",
        False,
        "off",
    )


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/r9"), ("DELETE", "/r9"), ("POST", "/r9/mute")]
)
def test_rule_that_is_not_there_is_404(ask, method, path):
    body = {"json": {"text": TEXT}} if method == "PUT" else {}

    assert ask(method, RULES + path, **body).status_code == 404


def test_rule_when_deleted_is_gone(ask, added):
    answer = ask("DELETE", f"{RULES}/{added['rule']['id']}").json()

    assert answer["message"] == "The rule is deleted."
    assert ask("GET", RULES).json() == {"rules": []}


@pytest.mark.parametrize(
    ("body", "seconds"),
    [({"for": "1h"}, 3600), ({"until": "2024-08-08T00:30:00Z"}, 1800)],
)
def test_mute_keeps_a_rule_silent_so_long(ask, added, names, body, seconds):
    answer = ask("POST", f"{RULES}/{added['rule']['id']}/mute", json=body).json()

    assert answer["rule"]["muted_until_ns"] == names.start_ns + seconds * 1_000_000_000
    assert answer["message"].startswith("Muted until 2024-08-08 0")


def test_mute_with_nothing_ends_it(ask, added):
    path = f"{RULES}/{added['rule']['id']}/mute"
    ask("POST", path, json={"for": "1h"})

    answer = ask("POST", path).json()

    assert (answer["rule"]["muted_until_ns"], answer["message"]) == (None, "No longer muted.")


@pytest.mark.parametrize(
    "body",
    [
        {"for": "soon"},
        {"for": "0s"},
        {"for": "99999d"},
        {"until": "2020-01-01"},
        {"for": "1h", "until": "2030-01-01"},
    ],
)
def test_mute_for_no_time_is_refused(ask, added, body):
    assert ask("POST", f"{RULES}/{added['rule']['id']}/mute", json=body).status_code == 422


def test_check_of_a_rule_gives_its_form_and_remarks(ask):
    answer = ask("POST", "/api/v1/alerts/check", json={"text": "last(DOGE)>2 for 5s"}).json()

    assert answer["ok"]
    assert answer["rule"] == "last(DOGE) > 2 for 5s"
    assert answer["form"]["first"]["metric"] == "last"
    assert answer["form"]["hold"] == "5s"
    assert answer["remarks"][0]["start"] == 5


def test_check_of_no_rule_points_at_the_word(ask):
    answer = ask("POST", "/api/v1/alerts/check", json={"text": "last(BTCUSDT) >"}).json()

    assert not answer["ok"]
    assert answer["error"]["start"] == 15


@pytest.mark.parametrize(
    ("since", "asked"),
    [("2h", "2:00:00"), ("2024-08-07T22:00:00Z", "2024-08-07 22:00:00+00:00")],
)
def test_trial_tells_when_the_rule_would_have_fired(ask, deck, names, since, asked):
    answer = ask("POST", "/api/v1/alerts/test", json={"text": TEXT, "since": since}).json()

    assert deck.asked == [("try", {"since": asked, "end_ns": "None"})]
    assert (answer["message"], answer["count"]) == ("Would have fired once", 1)
    assert answer["times"][0]["ts"] == names.start_ns // 1_000_000


def test_trial_since_no_time_is_refused(ask):
    answer = ask("POST", "/api/v1/alerts/test", json={"text": TEXT, "since": "long ago"})

    assert answer.status_code == 422


def test_metrics_give_defaults_as_they_are_written(ask):
    answer = ask("GET", "/api/v1/alerts/metrics").json()

    funding = next(each for each in answer["metrics"] if each["name"] == "funding_annual")
    assert funding["arguments"][1]["default"] == "8h"
    assert "crosses above" in answer["comparisons"]


def test_fired_are_newest_first_with_what_became_of_their_messages(ask, deck):
    deck.store.add_fired(fired(1), ["slack"])
    deck.store.add_fired(fired(2), [])
    deck.store.put_delivery(Delivery("a1", "slack", DeliveryState.SENT, 1))

    answer = ask("GET", "/api/v1/alerts").json()

    assert [each["id"] for each in answer["alerts"]] == ["a2", "a1"]
    assert answer["alerts"][1]["deliveries"][0]["state"] == "sent"
    assert answer["next"] is None


def test_fired_pages_put_together_are_all(ask, deck):
    for number in range(1, 6):
        deck.store.add_fired(fired(number), [])
    seen, before = [], ""
    while before is not None:
        params = {"limit": 2} | ({"before": before} if before else {})
        answer = ask("GET", "/api/v1/alerts", params=params).json()
        seen += [each["id"] for each in answer["alerts"]]
        before = answer["next"]

    assert seen == ["a5", "a4", "a3", "a2", "a1"]


def test_fired_unknown_figure_is_null(ask, deck):
    deck.store.add_fired(fired(1, values={"z": float("nan")}), [])

    assert ask("GET", "/api/v1/alerts").json()["alerts"][0]["values"] == {"z": None}


def test_fired_as_csv_is_a_file_named_after_the_mode(ask, deck):
    deck.store.add_fired(fired(1_500_000_000), ["slack"])

    answer = ask("GET", "/api/v1/alerts?format=csv")

    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["time"] == "1970-01-01T00:00:01.500000000Z"
    assert (row["rule"], row["deliveries"]) == ("'=high", "slack waiting")
    assert 'filename="demo-alerts.csv"' in answer.headers["content-disposition"]


def test_fired_as_parquet_has_the_same_rows(ask, deck):
    deck.store.add_fired(fired(1), [])

    answer = ask("GET", "/api/v1/alerts?format=parquet")

    assert pq.read_table(io.BytesIO(answer.content)).column("id").to_pylist() == ["a1"]


@pytest.mark.parametrize(
    ("body", "left"), [({"id": "a1"}, 2), ({"ids": ["a1", "a3"]}, 1), ({}, 0), (None, 0)]
)
def test_read_marks_one_some_or_all(ask, deck, body, left):
    for number in (1, 2, 3):
        deck.store.add_fired(fired(number), [])

    answer = ask("POST", "/api/v1/alerts/read", **({} if body is None else {"json": body})).json()

    assert (answer["count"], deck.store.unread()) == (3 - left, left)
    assert ask("GET", "/api/v1/alerts?unread=true").json()["unread"] == left


@pytest.mark.parametrize(("query", "left"), [("?ids=a1", 2), ("?ids=a1,a3", 1), ("", 0)])
def test_clear_removes_some_or_all(ask, deck, query, left):
    for number in (1, 2, 3):
        deck.store.add_fired(fired(number), [])

    answer = ask("DELETE", f"/api/v1/alerts{query}").json()

    assert answer["count"] == 3 - left
    assert len(ask("GET", "/api/v1/alerts").json()["alerts"]) == left


def test_channels_tell_their_state_and_nothing_secret(ask):
    answer = ask("GET", "/api/v1/alerts/channels").json()

    assert [(each["name"], each["state"]) for each in answer["channels"]] == [
        ("slack", "ready"),
        ("email", "off"),
    ]


def test_channel_test_goes_out(ask, deck):
    answer = ask("POST", "/api/v1/alerts/channels/slack/test")

    assert answer.status_code == 200
    assert deck.channel.told == ["quantdeck can reach you here"]


def test_channel_test_that_does_not_get_through_says_why(ask, deck):
    deck.channel.problem = Unreachable("HTTP 500")

    answer = ask("POST", "/api/v1/alerts/channels/slack/test")

    assert answer.status_code == 502
    assert answer.json()["error"]["message"] == "slack: the test did not get through: HTTP 500"


@pytest.mark.parametrize(("name", "status"), [("email", 409), ("pager", 404)])
def test_channel_test_of_one_that_is_not_used_is_refused(ask, name, status):
    assert ask("POST", f"/api/v1/alerts/channels/{name}/test").status_code == status
