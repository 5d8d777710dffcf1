"""The dialogue on a socket, with scripted frames."""

from __future__ import annotations

import json

import pytest

from quantdeck.feeds.polygon.channels import Channel
from quantdeck.feeds.polygon.decode import Numbers
from quantdeck.feeds.polygon.session import Cluster, Limits, PolygonSession
from quantdeck.model.feed import FeedState
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.session import Fail, Reconnect, Send
from tests.feeds.conftest import Recorder

_NS = 10**9
_T0 = 1_795_000_000 * _NS
_TRADE = {"ev": "T", "sym": "AAPL", "p": 201.5, "s": 10, "t": _T0 // 10**6, "q": 42}


def _status(status, message=""):
    return {"ev": "status", "status": status, "message": message}


class Dialogue:
    """A session, what it sends and what it learns."""

    def __init__(self, tickers=("AAPL",), channels=(Channel.TRADES,), is_open=True) -> None:
        self.now_ns = _T0
        self.tickers = list(tickers)
        self.refused: dict[Channel, str] = {}
        self.host_refused: list[str] = []
        self.recorder = Recorder()
        self.session = PolygonSession(
            Cluster(
                "ws://host/stocks",
                "SECRET",
                is_open=lambda now_ns: _T0 if is_open else None,
                refused=self.refused.__contains__,
                on_refused=self.refused.__setitem__,
                on_host_refused=self._refuse_host,
            ),
            sink=self.recorder,
            instruments=InstrumentTable(),
            numbers=Numbers(),
            tickers=lambda: self.tickers,
            channels=channels,
            limits=Limits(),
        )
        assert self.session.on_open(self.now_ns) == []

    def _refuse_host(self, said):
        self.host_refused.append(said)
        return Reconnect("late data instead")

    def hears(self, *events, after_s=0.1):
        self.now_ns += int(after_s * _NS)
        self.session.on_packet(json.dumps(events).encode(), self.now_ns)
        return self.says()

    def says(self, after_s=0.1):
        self.now_ns += int(after_s * _NS)
        return [
            json.loads(action.payload) if isinstance(action, Send) else action
            for action in self.session.on_timer(self.now_ns)
        ]

    def logged_in(self):
        self.hears(_status("connected", "Connected Successfully"))
        return self.hears(_status("auth_success", "authenticated"))

    def health(self):
        return self.session.health(self.now_ns)


def _confirmed(*names):
    return [_status("success", f"subscribed to: {name}") for name in names]


def test_login_waits_for_the_greeting():
    dialogue = Dialogue()

    before, after = dialogue.says(), dialogue.hears(_status("connected"))

    assert before == []
    assert after == [{"action": "auth", "params": "SECRET"}]


def test_channels_are_asked_for_one_at_a_time():
    dialogue = Dialogue(["AAPL", "MSFT"], (Channel.TRADES, Channel.QUOTES))

    first = dialogue.logged_in()
    meanwhile = dialogue.hears(*_confirmed("T.AAPL"))
    second = dialogue.hears(*_confirmed("T.MSFT"))

    assert first == [{"action": "subscribe", "params": "T.AAPL,T.MSFT"}]
    assert meanwhile == []
    assert second == [{"action": "subscribe", "params": "Q.AAPL,Q.MSFT"}]


def test_many_symbols_are_asked_for_in_portions():
    tickers = [f"A{n}" for n in range(250)]
    dialogue = Dialogue(tickers)

    (first,) = dialogue.logged_in()
    (second,) = dialogue.hears(*_confirmed(*first["params"].split(",")))

    assert (first["params"].count(","), second["params"].count(",")) == (199, 49)


def test_refused_trades_become_bars_of_a_second_then_of_a_minute():
    dialogue = Dialogue()
    dialogue.logged_in()

    second = dialogue.hears(_status("error", "not authorized"))
    third = dialogue.hears(_status("error", "not authorized"))
    dialogue.hears(*_confirmed("AM.AAPL"))

    assert second == [{"action": "subscribe", "params": "A.AAPL"}]
    assert third == [{"action": "subscribe", "params": "AM.AAPL"}]
    assert list(dialogue.refused) == [Channel.TRADES, Channel.SECONDS]
    assert dialogue.health().state is FeedState.SUBSCRIBED
    assert dialogue.health().detail.startswith(
        "trades are not in the plan, bars of a minute instead"
    )


def test_refused_quotes_leave_the_trades_and_say_so():
    dialogue = Dialogue(channels=(Channel.TRADES, Channel.QUOTES))
    dialogue.logged_in()
    dialogue.hears(*_confirmed("T.AAPL"))

    dialogue.hears(_status("error", "not authorized"))
    dialogue.hears(_TRADE)

    assert dialogue.host_refused == []
    assert dialogue.health().state is FeedState.DEGRADED
    assert dialogue.health().detail == "quotes are not in the plan"
    assert len(dialogue.recorder.of("trade")) == 1


def test_one_refusal_for_many_symbols_is_enough_after_a_while():
    dialogue = Dialogue(["AAPL", "MSFT"])
    dialogue.logged_in()

    dialogue.hears(_status("error", "not authorized"))
    at_once = dialogue.says()
    dialogue.says(after_s=6.0)
    later = dialogue.says()

    assert at_once == []
    assert later == [{"action": "subscribe", "params": "A.AAPL,A.MSFT"}]


def test_symbol_that_is_not_confirmed_is_named():
    dialogue = Dialogue(["AAPL", "NOPE"])
    dialogue.logged_in()
    dialogue.hears(*_confirmed("T.AAPL"), _TRADE)

    dialogue.says(after_s=6.0)

    assert dialogue.says() == []
    assert dialogue.health().state is FeedState.DEGRADED
    assert dialogue.health().detail == "not confirmed: T.NOPE"
    assert dialogue.refused == {}


def test_subscription_that_nobody_answers_ends_the_socket():
    dialogue = Dialogue()
    dialogue.logged_in()

    (verdict,) = dialogue.says(after_s=6.0)

    assert verdict == Reconnect("the subscription was not answered")


def test_plan_with_none_of_the_channels_gives_the_host_up():
    dialogue = Dialogue(channels=(Channel.MINUTES, Channel.QUOTES))
    dialogue.logged_in()
    dialogue.hears(_status("error", "not authorized"))
    dialogue.hears(_status("error", "not authorized"))

    assert dialogue.says() == [Reconnect("late data instead")]
    assert dialogue.host_refused != []


@pytest.mark.parametrize(
    "said",
    [
        _status(
            "error", "You don't have access real-time data. Use wss://delayed.polygon.io/stocks"
        ),
        _status("auth_failed", "Your plan doesn't include websocket access. Visit https://x"),
    ],
)
def test_host_that_the_plan_lacks_is_given_up(said):
    dialogue = Dialogue()
    dialogue.logged_in()

    answer = dialogue.hears(said)

    assert answer == [Reconnect("late data instead")]
    assert dialogue.session.on_close(1008, "") == Reconnect("late data instead")


def test_refused_key_stops_and_names_the_variable():
    dialogue = Dialogue()
    dialogue.hears(_status("connected"))

    (verdict,) = dialogue.hears(_status("auth_failed", "authentication failed"))

    assert isinstance(verdict, Fail)
    assert "MASSIVE_API_KEY" in verdict.reason
    assert "SECRET" not in verdict.reason


@pytest.mark.parametrize(
    ("status", "cooldown_s", "word"),
    [
        ("max_connections", 60.0, "another program"),
        ("slow_consumer", 6.0, "too slow"),
        ("force_disconnect", 6.0, "too slow"),
        ("auth_timeout", 0.0, "too late"),
    ],
)
def test_server_that_turns_the_client_away_is_left_alone_for_a_while(status, cooldown_s, word):
    dialogue = Dialogue()
    dialogue.hears(_status("connected"))

    (verdict,) = dialogue.hears(_status(status, "words"))

    assert isinstance(verdict, Reconnect)
    assert verdict.cooldown_s == cooldown_s
    assert word in verdict.reason


def test_close_for_a_policy_without_words_waits_as_well():
    dialogue = Dialogue()
    dialogue.logged_in()

    verdicts = [dialogue.session.on_close(code, "") for code in (1008, 1000)]

    assert [verdict.cooldown_s for verdict in verdicts] == [60.0, 0.0]


def test_server_without_a_greeting_is_given_up():
    dialogue = Dialogue()

    assert dialogue.says(after_s=6.0) == [Reconnect("the greeting was not answered")]


def test_changed_wishes_are_unsubscribed_and_subscribed():
    dialogue = Dialogue(["AAPL"])
    dialogue.logged_in()
    dialogue.hears(*_confirmed("T.AAPL"))

    dialogue.tickers[:] = ["MSFT"]
    dialogue.session.look_again()

    assert dialogue.says() == [{"action": "unsubscribe", "params": "T.AAPL"}]
    assert dialogue.hears(_status("success", "unsubscribed to: T.AAPL")) == [
        {"action": "subscribe", "params": "T.MSFT"}
    ]


def test_silence_while_the_market_is_open_is_stale_and_then_ends_the_socket():
    dialogue = Dialogue()
    dialogue.logged_in()
    dialogue.hears(*_confirmed("T.AAPL"), _TRADE)

    dialogue.now_ns += 130 * _NS
    stale = dialogue.health()
    verdict = dialogue.says(after_s=130.0)

    assert (stale.state, stale.detail) == (FeedState.STALE, "no data for 130 s")
    assert verdict == [Reconnect("no data")]


def test_silence_while_the_market_is_closed_is_nothing_to_worry_about():
    dialogue = Dialogue(is_open=False)
    dialogue.logged_in()
    dialogue.hears(*_confirmed("T.AAPL"))

    assert dialogue.says(after_s=3600.0) == []
    assert dialogue.health().state is FeedState.SUBSCRIBED
    assert "closed" in dialogue.health().detail


def test_login_alone_is_not_yet_live():
    dialogue = Dialogue()
    dialogue.logged_in()

    assert dialogue.health().state is FeedState.CONNECTING
