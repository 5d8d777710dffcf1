"""The DXLink dialogue, with frames handed to it one by one."""

from __future__ import annotations

import json

import pytest

from quantdeck.feeds.tastytrade.numbers import Numbers
from quantdeck.feeds.tastytrade.session import DxSession, Limits, Wanted
from quantdeck.feeds.tastytrade.wire import QUOTE, TRADE, Item
from quantdeck.model.feed import FeedState
from quantdeck.net.session import Fail, Reconnect, Send

_S = 1_000_000_000
_SETUP = {"type": "SETUP", "channel": 0, "version": "1.0", "keepaliveTimeout": 60}
_UNAUTHORIZED = {"type": "AUTH_STATE", "channel": 0, "state": "UNAUTHORIZED"}
_AUTHORIZED = {"type": "AUTH_STATE", "channel": 0, "state": "AUTHORIZED"}
_OPENED = {"type": "CHANNEL_OPENED", "channel": 1, "service": "FEED"}


class Script:
    """A session, and what it sends when it is told something."""

    def __init__(self, recorder, count=3, **limits) -> None:
        self.wanted = Wanted()
        self.refusals = 0
        self.closed = False
        self.now_ns = _S
        self.want(count)
        self.session = DxSession(
            "ws://server/realtime",
            "TOKEN",
            sink=recorder,
            wanted=self.wanted,
            numbers=Numbers(),
            aggregation_s=0.5,
            is_closed=lambda: self.closed,
            on_refused=self._refused,
            limits=Limits(**limits),
        )
        self.sent = [json.loads(a.payload) for a in self.session.on_open(self.now_ns)]

    def _refused(self) -> None:
        self.refusals += 1

    def want(self, count) -> None:
        names = {f".X{number:05d}": number for number in range(count)}
        self.wanted.set(names, [Item(QUOTE, name) for name in names])

    def hear(self, *messages) -> None:
        for message in messages:
            self.session.on_packet(json.dumps(message).encode(), self.now_ns)

    def quotes(self, *names) -> None:
        values = [value for name in names for value in (name, 1.0, 1.1, 1.0, 1.0)]
        self.hear({"type": "FEED_DATA", "channel": 1, "data": ["Quote", values]})

    def later(self, seconds=0.05):
        """Let time pass; return messages sent, and the verdict if there is one."""
        self.now_ns += int(seconds * _S)
        actions = self.session.on_timer(self.now_ns)
        verdicts = [each for each in actions if not isinstance(each, Send)]
        if verdicts:
            return verdicts[0]
        messages = [json.loads(each.payload) for each in actions]
        self.sent += messages
        return messages

    def open(self):
        for message in (_SETUP, _UNAUTHORIZED, _AUTHORIZED, _OPENED):
            self.hear(message)
            self.later()
        return self

    def state(self):
        return self.session.health(self.now_ns).state

    def detail(self):
        return self.session.health(self.now_ns).detail


def test_session_takes_every_step_after_the_answer_to_the_one_before(recorder):
    script = Script(recorder)

    for message in (
        None,
        _SETUP,
        None,
        _UNAUTHORIZED,
        None,
        _AUTHORIZED,
        None,
        _OPENED,
        None,
        None,
    ):
        if message:
            script.hear(message)
        script.later()

    assert [message["type"] for message in script.sent] == [
        "SETUP",
        "AUTH",
        "CHANNEL_REQUEST",
        "FEED_SETUP",
        "FEED_SUBSCRIPTION",
    ]
    assert script.sent[0]["version"].startswith("0.1-")
    assert "TOKEN" in script.sent[1].values()
    assert script.sent[2]["channel"] % 2 == 1
    assert script.sent[3]["acceptAggregationPeriod"] == 0.5
    assert script.sent[3]["acceptEventFields"]["Quote"][0] == "eventSymbol"
    assert [item["symbol"] for item in script.sent[4]["add"]] == [".X00000", ".X00001", ".X00002"]


def test_session_never_logs_in_before_it_is_told_that_it_has_to(recorder):
    script = Script(recorder)

    script.hear(_SETUP)
    for _ in range(10):
        script.later()

    assert [message["type"] for message in script.sent] == ["SETUP"]
    assert script.state() is FeedState.CONNECTING


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ([], "SETUP"),
        ([_SETUP], "AUTH_STATE"),
        ([_SETUP, _UNAUTHORIZED], "AUTH"),
        ([_SETUP, _UNAUTHORIZED, _AUTHORIZED], "CHANNEL_REQUEST"),
    ],
)
def test_session_without_an_answer_reconnects_and_names_the_step(recorder, heard, said):
    script = Script(recorder)
    for message in heard:
        script.hear(message)
        script.later()

    assert script.later(5.1) == Reconnect(f"{said} was not answered")


def test_session_is_live_with_data_and_subscribed_before(recorder):
    script = Script(recorder).open()

    before = script.state()
    script.quotes(".X00001")

    assert (before, script.state()) == (FeedState.SUBSCRIBED, FeedState.LIVE)


def test_session_subscribes_in_messages_of_at_most_8_kib(recorder):
    script = Script(recorder, count=1000).open()
    for _ in range(20):
        script.later()

    chunks = [m for m in script.sent if m["type"] == "FEED_SUBSCRIPTION"]
    assert sum(len(chunk["add"]) for chunk in chunks) == 1000
    assert len(chunks) > 3
    assert all(len(json.dumps(chunk, separators=(",", ":"))) <= 8192 for chunk in chunks)
    assert script.session.is_complete


def test_session_keeps_to_the_changes_allowed_a_minute(recorder):
    script = Script(recorder, count=1000, changes_per_minute=600).open()
    for _ in range(20):
        script.later()
    at_once = sum(len(m.get("add", [])) for m in script.sent)
    waiting = script.detail()
    for _ in range(60):
        script.hear({"type": "KEEPALIVE", "channel": 0})
        script.later(1.0)

    assert at_once <= 610
    assert "wait for their turn" in waiting
    assert sum(len(m.get("add", [])) for m in script.sent) == 1000


def test_session_removes_what_is_no_longer_wanted_and_adds_what_is_new(recorder):
    script = Script(recorder).open()
    script.later()

    names = {".X00002": 2, ".NEW": 9}
    items = [Item(QUOTE, ".X00002"), Item(QUOTE, ".NEW"), Item(TRADE, ".NEW")]
    script.wanted.set(names, items)
    [message] = script.later()

    assert [item["symbol"] for item in message["remove"]] == [".X00000", ".X00001"]
    assert [(i["type"], i["symbol"]) for i in message["add"]] == [
        ("Quote", ".NEW"),
        ("Trade", ".NEW"),
    ]


def test_session_says_that_it_lives_when_it_has_nothing_to_say(recorder):
    script = Script(recorder).open()
    script.later()
    script.hear({"type": "KEEPALIVE", "channel": 0})

    early, late = script.later(20.0), script.later(6.0)

    assert early == []
    assert [message["type"] for message in late] == ["KEEPALIVE"]


def test_session_without_any_frame_for_a_minute_reconnects(recorder):
    script = Script(recorder).open()

    assert script.later(61.0) == Reconnect("nothing was received for 60 s")


def test_session_of_illiquid_symbols_lives_by_keepalives_alone(recorder):
    script = Script(recorder).open()
    script.quotes(".X00001")
    for _ in range(100):
        script.hear({"type": "KEEPALIVE", "channel": 0})
        assert isinstance(script.later(30.0), list)

    assert script.state() is FeedState.LIVE


@pytest.mark.parametrize(
    ("closed", "state"), [(False, FeedState.STALE), (True, FeedState.SUBSCRIBED)]
)
def test_session_of_many_silent_symbols_is_stale_while_the_market_is_open(recorder, closed, state):
    script = Script(recorder, count=60).open()
    script.quotes(".X00001")
    script.closed = closed

    script.hear({"type": "KEEPALIVE", "channel": 0})
    script.later(31.0)

    assert script.state() is state


def test_session_refused_for_want_of_room_leaves_out_what_stays_silent(recorder):
    script = Script(recorder, count=10).open()
    script.later()
    error = {
        "type": "ERROR",
        "channel": 1,
        "error": "BAD_ACTION",
        "message": "Your subscription size is too big",
    }

    script.hear(error)
    script.quotes(*(f".X{number:05d}" for number in range(6)))
    for _ in range(80):
        script.later()

    assert list(script.wanted.left_out) == [f".X{number:05d}" for number in range(6, 10)]
    assert script.state() is FeedState.DEGRADED
    assert "4 symbols are left out" in script.detail()
    assert [len(m.get("remove", [])) for m in script.sent][-1] == 4


def test_session_told_of_another_problem_names_it_and_keeps_what_it_has(recorder):
    script = Script(recorder, count=10).open()
    script.later()
    script.quotes(".X00001")

    script.hear({"type": "ERROR", "channel": 1, "error": "BAD_ACTION", "message": "no such field"})
    for _ in range(80):
        script.later()

    assert not script.wanted.left_out
    assert script.state() is FeedState.DEGRADED
    assert script.detail() == "the server says BAD_ACTION: no such field"


def test_session_whose_token_is_refused_reports_it_and_reconnects(recorder):
    script = Script(recorder)
    for message in (_SETUP, _UNAUTHORIZED):
        script.hear(message)
        script.later()

    script.hear(_UNAUTHORIZED)

    assert script.later() == Reconnect("the quote token was refused")
    assert script.refusals == 1


def test_session_told_unauthorized_twice_before_it_logs_in_logs_in_once(recorder):
    script = Script(recorder)

    script.hear(_SETUP, _UNAUTHORIZED, _UNAUTHORIZED)
    script.later()
    script.later()

    assert [message["type"] for message in script.sent] == ["SETUP", "AUTH"]
    assert script.refusals == 0


def test_session_whose_protocol_is_not_supported_stops(recorder):
    script = Script(recorder)

    script.hear(
        {"type": "ERROR", "channel": 0, "error": "UNSUPPORTED_PROTOCOL", "message": "use 0.2"}
    )

    verdict = script.later()
    assert isinstance(verdict, Fail)
    assert "use 0.2" in verdict.reason


def test_session_whose_channel_is_closed_reconnects(recorder):
    script = Script(recorder).open()

    script.hear({"type": "CHANNEL_CLOSED", "channel": 1})

    assert script.later() == Reconnect("the server closed the channel")


def test_session_that_is_closed_tells_the_last_error(recorder):
    script = Script(recorder).open()

    script.hear({"type": "ERROR", "channel": 0, "error": "TIMEOUT", "message": "too slow"})

    verdict = script.session.on_close(1000, "Bye")
    assert verdict.reason == (
        "the server closed the connection (1000 Bye): the server says TIMEOUT: too slow"
    )
