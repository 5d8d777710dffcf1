"""The dialogue on an Alpaca socket, held with scripted frames."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.msgpack import Ext, encode

from quantdeck.feeds.alpaca.conflate import Conflator
from quantdeck.feeds.alpaca.numbers import Numbers
from quantdeck.feeds.alpaca.session import AlpacaSession, Limits
from quantdeck.model.feed import FeedState
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.session import Fail, Reconnect, Send

_START = 1_795_000_000_000_000_000
_SYMBOLS = [f"SPXW261218P0{5000 + n:04d}000" for n in range(1200)]


class Talk:
    """A session, the server's side of it, and a clock."""

    def __init__(self, recorder, wanted, *, market_open=True, **limits) -> None:
        self.now = _START
        self.wanted = dict.fromkeys(wanted)
        self.confirmed: list[str] = []
        self.caps: list[int] = []
        self.conflator = Conflator(recorder)
        self.session = AlpacaSession(
            "wss://host/v1beta1/opra",
            key="K",
            secret="S",  # noqa: S106
            sink=recorder,
            instruments=InstrumentTable(),
            venue="OPRA",
            numbers=Numbers(),
            conflator=self.conflator,
            wanted=self.wanted.keys,
            is_open=lambda now_ns: _START if market_open else None,
            on_confirmed=self.confirmed.extend,
            on_cap=self._cap,
            limits=Limits(**limits),
        )
        assert list(self.session.on_open(self.now)) == []

    def _cap(self, count):
        self.caps.append(count)
        for name in list(self.wanted)[count:]:
            del self.wanted[name]

    def hear(self, *items):
        self.session.on_packet(encode(list(items)), self.now)

    def after(self, seconds):
        self.now += int(seconds * 1e9)
        return [self._plain(action) for action in self.session.on_timer(self.now)]

    def ask(self, seconds=0.25):
        (said,) = self.after(seconds)
        return said

    def log_in(self):
        self.hear({"T": "success", "msg": "connected"})
        self.ask()
        self.hear({"T": "success", "msg": "authenticated"})

    def subscribe_all(self):
        self.log_in()
        held = []
        while said := self.after(0.25):
            held += said[0]["quotes"]
            self.echo(held)

    def echo(self, quotes):
        self.hear({"T": "subscription", "trades": quotes, "quotes": quotes})

    def error(self, code):
        self.hear({"T": "error", "code": code, "msg": "words"})

    def quote(self, symbol=_SYMBOLS[0]):
        time = Ext(-1, (self.now // 10**9).to_bytes(8, "big"))
        self.hear({"T": "q", "S": symbol, "t": time, "bp": 1.0, "bs": 1, "ap": 2.0, "as": 1})

    @property
    def health(self):
        return self.session.health(self.now)

    def _plain(self, action):
        if isinstance(action, Send):
            assert action.binary
            return msgspec.msgpack.decode(action.payload)
        return action


@pytest.fixture
def talk(recorder):
    return Talk(recorder, _SYMBOLS[:3])


def test_session_waits_for_the_greeting_before_it_logs_in(talk):
    before = talk.after(0.25)
    talk.hear({"T": "success", "msg": "connected"})

    assert before == []
    assert talk.ask() == {"action": "auth", "key": "K", "secret": "S"}
    assert talk.health.state is FeedState.CONNECTING


def test_session_subscribes_only_after_the_login_is_accepted(talk):
    talk.hear({"T": "success", "msg": "connected"})
    talk.ask()
    before = talk.after(0.25)
    talk.hear({"T": "success", "msg": "authenticated"})

    assert before == []
    assert talk.ask() == {"action": "subscribe", "quotes": _SYMBOLS[:3], "trades": _SYMBOLS[:3]}


def test_session_many_symbols_go_in_portions_each_after_the_answer_to_the_last(recorder):
    talk = Talk(recorder, _SYMBOLS)
    talk.log_in()

    first = talk.ask()["quotes"]
    meanwhile = talk.after(0.25)
    talk.echo(first)
    second = talk.ask()["quotes"]
    talk.echo(first + second)
    third = talk.ask()["quotes"]
    talk.echo(first + second + third)

    assert meanwhile == []
    assert [len(first), len(second), len(third)] == [500, 500, 200]
    assert first + second + third == talk.confirmed == _SYMBOLS
    assert talk.after(0.25) == []


def test_session_symbol_missing_from_the_answer_is_asked_for_once_more(talk):
    talk.log_in()
    talk.ask()
    talk.echo(_SYMBOLS[:2])
    again = talk.ask()["quotes"]
    talk.echo(_SYMBOLS[:2])

    assert again == [_SYMBOLS[2]]
    assert talk.after(0.25) == []
    assert talk.health.state is FeedState.DEGRADED
    assert f"{_SYMBOLS[2]}: the server does not confirm it" in talk.health.detail


def test_session_symbol_no_longer_wanted_is_unsubscribed(talk):
    talk.subscribe_all()
    del talk.wanted[_SYMBOLS[1]]
    talk.session.look_again()

    assert talk.ask() == {
        "action": "unsubscribe",
        "quotes": [_SYMBOLS[1]],
        "trades": [_SYMBOLS[1]],
    }


def test_session_405_finds_the_count_that_is_allowed(recorder):
    talk = Talk(recorder, _SYMBOLS[:700])
    talk.log_in()
    held, requests = [], 0

    while said := talk.after(0.25):
        requests += 1
        if len(held) + len(said[0]["quotes"]) > 200:
            talk.error(405)
        else:
            held += said[0]["quotes"]
            talk.echo(held)

    assert held == _SYMBOLS[:200]
    assert talk.caps == [200]
    assert requests <= 25


def test_session_400_leaves_out_the_one_symbol_that_is_wrong(recorder):
    talk = Talk(recorder, _SYMBOLS[:100])
    talk.log_in()
    wrong, held = _SYMBOLS[41], []

    while said := talk.after(0.25):
        if wrong in said[0]["quotes"]:
            talk.error(400)
        else:
            held += said[0]["quotes"]
            talk.echo(held)

    assert sorted(held) == sorted({*_SYMBOLS[:100]} - {wrong})
    assert "refused " + wrong in talk.health.detail


@pytest.mark.parametrize("code", [410, 413])
def test_session_request_that_is_not_offered_is_never_sent_again(talk, code):
    talk.log_in()
    talk.ask()
    talk.error(code)

    assert talk.after(0.25) == []
    assert talk.health.state is FeedState.DEGRADED


@pytest.mark.parametrize(
    ("code", "words"),
    [(402, "ALPACA_API_KEY"), (409, "indicative"), (411, "not allowed"), (412, "MessagePack")],
)
def test_session_error_that_a_person_has_to_solve_stops_for_good(talk, code, words):
    talk.hear({"T": "success", "msg": "connected"})
    talk.ask()
    talk.error(code)

    (verdict,) = talk.after(0.25)
    closed = talk.session.on_close(1000, "")

    assert isinstance(verdict, Fail)
    assert words in verdict.reason
    assert closed == verdict


@pytest.mark.parametrize("code", [401, 404, 500, 777])
def test_session_error_that_passes_starts_over(talk, code):
    talk.log_in()
    talk.error(code)

    (verdict,) = talk.after(0.25)

    assert isinstance(verdict, Reconnect)
    assert str(code) in verdict.reason


def test_session_403_is_passed_over(talk):
    talk.log_in()
    talk.error(403)

    assert talk.ask()["action"] == "subscribe"


def test_session_406_logs_in_again_on_the_same_socket_ever_later_then_gives_way(recorder):
    talk = Talk(recorder, _SYMBOLS[:3], turns=3, turn_step_s=0.5, cooldown_s=60.0)
    talk.hear({"T": "success", "msg": "connected"})
    talk.ask()
    waited = []

    for _ in range(3):
        talk.error(406)
        seconds = 0.0
        while not (said := talk.after(0.25)):
            seconds += 0.25
        waited.append(seconds + 0.25)
        assert said[0]["action"] == "auth"
        assert "another program holds the stream" in talk.health.detail
    talk.error(406)
    (verdict,) = talk.after(0.25)

    assert waited == [0.5, 1.0, 1.5]
    assert isinstance(verdict, Reconnect)
    assert verdict.cooldown_s == 60.0
    assert "another program holds the stream" in verdict.reason


def test_session_406_that_ends_goes_on_as_if_nothing_had_been(talk):
    talk.hear({"T": "success", "msg": "connected"})
    talk.ask()
    talk.error(406)
    talk.ask(0.5)
    talk.hear({"T": "success", "msg": "authenticated"})

    assert talk.ask()["action"] == "subscribe"


def test_session_407_reconnects_later_and_takes_only_the_newest_quotes(talk):
    talk.subscribe_all()
    talk.error(407)

    (verdict,) = talk.after(0.25)
    talk.conflator.flush(talk.now)

    assert isinstance(verdict, Reconnect)
    assert verdict.cooldown_s > 0
    assert talk.conflator.is_conflating


@pytest.mark.parametrize(
    ("steps", "what"), [(0, "the greeting"), (1, "the login"), (2, "the subscription")]
)
def test_session_step_without_an_answer_reconnects(talk, steps, what):
    talk.after(0.25)
    if steps > 0:
        talk.hear({"T": "success", "msg": "connected"})
        talk.ask()
    if steps > 1:
        talk.hear({"T": "success", "msg": "authenticated"})
        talk.ask()

    (verdict,) = talk.after(6.0)

    assert verdict == Reconnect(f"{what} was not answered")


def test_session_with_data_is_live(talk):
    talk.subscribe_all()
    before = talk.health
    talk.quote()

    assert (before.state, before.detail) == (FeedState.SUBSCRIBED, "no data yet")
    assert talk.health.state is FeedState.LIVE
    assert talk.health.last_data_ns == talk.now


def test_session_silence_while_the_market_is_open_is_stale_then_reconnects(recorder):
    talk = Talk(recorder, _SYMBOLS[:60], silence_s=30.0, give_up_factor=2.0)
    talk.subscribe_all()
    talk.quote()

    early = talk.after(29.0), talk.health.state
    late = talk.after(2.0), talk.health.state
    (verdict,) = talk.after(30.0)

    assert early == ([], FeedState.LIVE)
    assert late == ([], FeedState.STALE)
    assert verdict == Reconnect("no data")


def test_session_few_symbols_may_be_silent_for_longer(recorder):
    talk = Talk(recorder, _SYMBOLS[:3], silence_s=30.0, sparse_silence_s=300.0)
    talk.subscribe_all()
    talk.quote()

    assert talk.after(120.0) == []
    assert talk.health.state is FeedState.LIVE


def test_session_silence_while_the_market_is_closed_is_nothing(recorder):
    talk = Talk(recorder, _SYMBOLS[:60], market_open=False)
    talk.subscribe_all()

    assert talk.after(7200.0) == []
    assert talk.health.detail == "no data yet; the market is closed"


def test_session_closed_by_the_server_comes_back_with_its_words(talk):
    verdict = talk.session.on_close(1001, "going away")

    assert verdict == Reconnect("the server closed the connection (1001 going away)")


def test_session_closed_while_another_holds_the_stream_waits_for_long(talk):
    talk.hear({"T": "success", "msg": "connected"})
    talk.ask()
    talk.error(406)

    verdict = talk.session.on_close(1000, "")

    assert isinstance(verdict, Reconnect)
    assert verdict.cooldown_s == Limits().cooldown_s
