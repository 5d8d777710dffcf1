"""The server's side of a DXLink dialogue: order, channels, configuration and limits."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from quantdeck.sims.faultboard import FaultBoard
from quantdeck.sims.faults import parse_fault
from quantdeck.sims.tastytrade.fault_table import TASTY_FAULTS
from quantdeck.sims.tastytrade.session import DxSession

SETUP = {"type": "SETUP", "channel": 0, "version": "0.1-test", "keepaliveTimeout": 60}
AUTH = {"type": "AUTH", "channel": 0, "token": "GOOD"}
OPEN = {
    "type": "CHANNEL_REQUEST",
    "channel": 3,
    "service": "FEED",
    "parameters": {"contract": "AUTO"},
}


class Values:
    """Every field of every event is its own name, but the symbol."""

    def values(self, kind, symbols, fields, since_ms):
        return [
            symbol if field == "eventSymbol" else field for symbol in symbols for field in fields
        ]


class Client:
    """What is said to a session and what it answers."""

    def __init__(self, *faults) -> None:
        self.faults = FaultBoard([parse_fault(text, TASTY_FAULTS) for text in faults])
        self.now_ms = 1_000
        self.session = DxSession(
            Values(),
            may_stream={"GOOD"}.__contains__,
            faults=self.faults,
            counts=Counter(),
            now_ms=self.now_ms,
        )

    def say(self, *messages):
        for message in messages:
            text = message if isinstance(message, str) else json.dumps(message)
            self.session.on_text(text, self.now_ms)
        return self.later(0.0)

    def later(self, seconds):
        self.now_ms += int(seconds * 1000)
        return [json.loads(each) for each in self.session.take(self.now_ms)]

    def subscribe(self, *symbols, kind="Quote", **more):
        items = [{"type": kind, "symbol": symbol} for symbol in symbols]
        return self.say({"type": "FEED_SUBSCRIPTION", "channel": 3, "add": items, **more})


def _opened(*faults):
    client = Client(*faults)
    client.say(SETUP, AUTH, OPEN)
    return client


def _set_up(client, **fields):
    accept = {"type": "FEED_SETUP", "channel": 3, "acceptDataFormat": "COMPACT"}
    return client.say({**accept, "acceptEventFields": fields})


def _types(messages):
    return [message["type"] for message in messages]


def test_session_answers_every_step_of_the_handshake():
    client = Client()

    steps = [_types(client.say(message)) for message in (SETUP, AUTH, OPEN)]

    assert steps == [["SETUP", "AUTH_STATE"], ["AUTH_STATE"], ["CHANNEL_OPENED"]]


@pytest.mark.parametrize(
    ("messages", "error"),
    [
        ([AUTH], "BAD_ACTION"),
        ([OPEN], "BAD_ACTION"),
        ([SETUP, OPEN], "UNAUTHORIZED"),
        ([SETUP, AUTH, {**OPEN, "channel": 2}], "BAD_ACTION"),
        ([SETUP, AUTH, OPEN, OPEN], "BAD_ACTION"),
        ([SETUP, AUTH, {**OPEN, "service": "DOM"}], "BAD_ACTION"),
        ([SETUP, AUTH, {"type": "FEED_SETUP", "channel": 5}], "BAD_ACTION"),
        ([{**SETUP, "version": "9.9"}], "UNSUPPORTED_PROTOCOL"),
        (["{"], "INVALID_MESSAGE"),
        (['{"type":"SETUP"}'], "INVALID_MESSAGE"),
    ],
)
def test_session_refuses_what_is_out_of_order(messages, error):
    answers = Client().say(*messages)

    assert error in {answer.get("error") for answer in answers}


def test_session_refuses_a_wrong_token_and_ends_after_three():
    client = Client()
    client.say(SETUP)

    for _ in range(3):
        answers = client.say({**AUTH, "token": "BAD"})

    assert answers[0]["state"] == "UNAUTHORIZED"
    assert client.session.goodbye is not None


def test_session_told_to_be_strict_ends_when_a_client_logs_in_too_early():
    client = Client("auth-early-refused")

    answers = client.say(SETUP, AUTH)

    assert answers[-1]["message"] == "Session not found: api"
    assert client.session.goodbye is not None


def test_session_told_to_be_strict_takes_a_client_that_waits():
    client = Client("auth-early-refused")
    client.say(SETUP)

    told = client.later(0.2)

    assert told == [{"type": "AUTH_STATE", "channel": 0, "state": "UNAUTHORIZED"}]
    assert client.say(AUTH)[0]["state"] == "AUTHORIZED"


def test_channel_sends_rows_in_the_order_asked_for():
    client = _opened()

    [config] = _set_up(client, Quote=["askPrice", "eventSymbol"])
    [data] = client.subscribe("SPX")

    assert config["eventFields"] == {"Quote": ["askPrice", "eventSymbol"]}
    assert data["data"] == ["Quote", ["askPrice", "SPX"]]


def test_channel_names_its_fields_before_the_first_row_where_nobody_asked():
    client = _opened()

    config, data = client.subscribe("SPX")

    assert config["type"] == "FEED_CONFIG"
    assert config["eventFields"]["Quote"][1] == "eventSymbol"
    assert len(data["data"][1]) == len(config["eventFields"]["Quote"])


def test_channel_that_reorders_says_so():
    client = _opened("reorder-config")

    [config] = _set_up(client, Quote=["eventSymbol", "askPrice"])
    [data] = client.subscribe("SPX")

    assert config["eventFields"]["Quote"] == ["askPrice", "eventSymbol"]
    assert data["data"][1] == ["askPrice", "SPX"]


def test_channel_without_fields_in_its_config_sends_those_asked_for():
    client = _opened("config-without-fields")

    [config] = _set_up(client, Quote=["eventSymbol", "askPrice"])
    [data] = client.subscribe("SPX")

    assert "eventFields" not in config
    assert data["data"][1] == ["SPX", "askPrice"]


def test_channel_that_is_late_sends_no_data_before_its_config():
    client = _opened("late-config=500")

    early = [*_set_up(client, Quote=["eventSymbol"]), *client.subscribe("SPX")]
    late = client.later(0.6)

    assert early == []
    assert _types(late) == ["FEED_CONFIG", "FEED_DATA"]


def test_channel_in_full_format_sends_objects():
    client = _opened()
    fields = {"Quote": ["eventSymbol", "askPrice"]}
    setup = {"type": "FEED_SETUP", "channel": 3, "acceptDataFormat": "FULL"}
    client.say({**setup, "acceptEventFields": fields})

    [data] = client.subscribe("SPX")

    assert data["data"] == [{"eventType": "Quote", "eventSymbol": "SPX", "askPrice": "askPrice"}]


def test_channel_sends_only_the_newest_value_in_a_period():
    client = _opened()
    client.say({"type": "FEED_SETUP", "channel": 3, "acceptAggregationPeriod": 1.0})
    client.subscribe("SPX")
    channel = client.session.channels[3]

    for _ in range(5):
        channel.changed("Quote", ["SPX", "other"])
    at_once, later, nothing = client.later(0.1), client.later(1.0), client.later(1.0)

    assert (at_once, _types(later), nothing) == ([], ["FEED_DATA"], [])


def test_channel_is_told_what_to_remove_and_to_forget():
    client = _opened()
    client.subscribe("A", "B", "C")

    client.say(
        {"type": "FEED_SUBSCRIPTION", "channel": 3, "remove": [{"type": "Quote", "symbol": "A"}]}
    )
    left = client.session.subscriptions
    client.subscribe("D", reset=True)

    assert (left, client.session.subscriptions) == (2, 1)


def test_subscriptions_beyond_the_cap_are_refused_and_the_others_kept():
    client = _opened("cap=2")

    answers = client.subscribe("A", "B", "C")

    assert client.session.subscriptions == 2
    assert [a["message"] for a in answers if a["type"] == "ERROR"] == [
        "Your subscription size is too big"
    ]


def test_closed_channel_is_closed():
    client = _opened()

    answers = client.say({"type": "CHANNEL_CANCEL", "channel": 3})

    assert answers == [{"type": "CHANNEL_CLOSED", "channel": 3}]
    assert client.subscribe("A")[0]["error"] == "BAD_ACTION"


def test_session_that_has_nothing_to_say_says_that_it_lives():
    client = _opened()

    assert _types(client.later(31.0)) == ["KEEPALIVE"]


def test_client_that_is_silent_for_a_minute_is_let_go():
    client = _opened()

    client.later(61.0)

    assert client.session.goodbye == (1000, "Bye")


def test_mute_touches_the_symbols_it_is_limited_to():
    client = _opened("mute:A*")

    data = client.subscribe("A1", "B1")[-1]

    assert "B1" in data["data"][1]
    assert "A1" not in data["data"][1]
