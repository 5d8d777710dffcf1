"""The dialogue on one socket, scripted: no socket, no clock."""

from __future__ import annotations

import msgspec
import pytest

from quantdeck.feeds.binance.markets import USDM
from quantdeck.feeds.binance.session import BinanceSession, Limits
from quantdeck.model.errors import BadMessage
from quantdeck.model.feed import FeedState
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.session import Reconnect, Roll, Send

_S = 1_000_000_000
_T0 = 1_795_000_000 * _S


class Script:
    """A session, its wanted streams, and short ways to talk to it."""

    def __init__(self, sink, *streams, limits=None, replaced_in_vain=0):
        self.wanted = dict.fromkeys(streams)
        self.session = BinanceSession(
            USDM,
            sink=sink,
            instruments=InstrumentTable(),
            ws_url="ws://host",
            route="market",
            wanted=self.wanted.keys,
            limits=limits,
            replaced_in_vain=replaced_in_vain,
        )

    def sent(self, actions):
        return [msgspec.json.decode(a.payload) for a in actions if isinstance(a, Send)]

    def open_and_acknowledge(self):
        for request in self.sent(self.session.on_open(_T0)):
            self.packet(b'{"result":null,"id":%d}' % request["id"])

    def packet(self, payload, recv_ns=_T0):
        self.session.on_packet(payload, recv_ns)

    def trade(self, root=b"BTCUSDT", recv_ns=_T0, stamp_ms=None):
        stamp_ms = recv_ns // 1_000_000 if stamp_ms is None else stamp_ms
        self.packet(
            b'{"stream":"x","data":{"e":"aggTrade","E":%d,"s":"%b","a":1,"p":"1","q":"1","T":%d,"m":true}}'
            % (stamp_ms, root, stamp_ms),
            recv_ns,
        )

    def trades_until(self, seconds, *, every_s=0.5):
        """Bring a trade, and have a look, every so often; return the last actions."""
        actions = []
        for number in range(int(seconds / every_s) + 1):
            now_ns = _T0 + int(number * every_s * _S)
            self.trade(recv_ns=now_ns)
            actions = self.session.on_timer(now_ns)
        return list(actions)

    def state(self, seconds=0.0):
        return self.session.health(_T0 + int(seconds * _S))


def test_url_is_the_combined_stream_of_the_route(recorder):
    assert Script(recorder).session.url() == "ws://host/market/stream"


def test_on_open_subscribes_to_what_is_wanted(recorder):
    script = Script(recorder, "btcusdt@aggTrade", "ethusdt@aggTrade")

    (request,) = script.sent(script.session.on_open(_T0))

    assert request["method"] == "SUBSCRIBE"
    assert request["params"] == ["btcusdt@aggTrade", "ethusdt@aggTrade"]


def test_on_open_with_many_streams_splits_the_request(recorder):
    script = Script(recorder, *(f"s{n}usdt@aggTrade" for n in range(450)))

    requests = script.sent(script.session.on_open(_T0))

    assert [len(request["params"]) for request in requests] == [200, 200, 50]
    assert len({request["id"] for request in requests}) == 3


def test_health_goes_from_connecting_over_subscribed_to_live(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.session.on_open(_T0)

    states = [script.state().state]
    script.packet(b'{"result":null,"id":1}')
    states.append(script.state().state)
    script.trade()
    states.append(script.state().state)

    assert states == [FeedState.CONNECTING, FeedState.SUBSCRIBED, FeedState.LIVE]


def test_health_acknowledged_stream_without_first_data_is_degraded_and_named(recorder):
    script = Script(recorder, "btcusdt@aggTrade", "ethusdt@aggTrade")
    script.open_and_acknowledge()

    for second in range(62):
        script.trade(recv_ns=_T0 + second * _S)

    health = script.state(61)
    assert health.state is FeedState.DEGRADED
    assert "ethusdt@aggTrade is silent for 61 s" in health.detail
    assert "btcusdt" not in health.detail


def test_health_stream_that_falls_silent_is_degraded_after_its_own_patience(recorder):
    script = Script(recorder, "btcusdt@aggTrade", "btcusdt@markPrice@1s")
    script.open_and_acknowledge()
    script.packet(
        b'{"stream":"x","data":{"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"1","i":"1","r":"0","T":1}}'
    )

    for second in range(17):
        script.trade(recv_ns=_T0 + second * _S)

    assert script.state(14).state is FeedState.LIVE
    assert "btcusdt@markPrice@1s is silent" in script.state(16).detail


def test_health_without_any_data_is_stale_and_then_gives_up(recorder):
    script = Script(recorder, "btcusdt@markPrice@1s")
    script.open_and_acknowledge()
    script.packet(
        b'{"stream":"x","data":{"e":"markPriceUpdate","E":1,"s":"BTCUSDT","p":"1","i":"1","r":"0","T":1}}'
    )

    actions = script.session.on_timer(_T0 + 31 * _S)

    assert script.state(16).state is FeedState.STALE
    assert actions == [Reconnect("no data for 31 s")]


def test_health_lively_connection_that_falls_mute_is_degraded_and_says_what_comes(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.open_and_acknowledge()
    script.trades_until(20)

    before, after = script.state(20 + 15), script.state(20 + 16)

    assert before.state is FeedState.LIVE
    assert after.state is FeedState.DEGRADED
    assert after.detail == "no data for 16 s; connects anew after 1200 s"


def test_health_connection_that_rarely_brings_anything_is_no_news_when_silent(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.open_and_acknowledge()
    script.trades_until(300, every_s=5)

    assert script.state(300 + 59).state is FeedState.LIVE


def test_health_lively_connection_that_calms_down_is_no_longer_expected_to_be(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.open_and_acknowledge()
    script.trades_until(20)
    script.trade(recv_ns=_T0 + 50 * _S)
    script.session.on_timer(_T0 + 50 * _S)

    assert script.state(50 + 30).state is FeedState.LIVE


@pytest.mark.parametrize(
    ("replaced_in_vain", "kept_s", "given_up_s"),
    [(0, 1199, 1201), (1, 2399, 2401), (4, 19_199, 19_201), (9, 19_199, 19_201)],
)
def test_on_timer_silent_market_is_given_longer_every_time_replacing_changed_nothing(
    recorder, replaced_in_vain, kept_s, given_up_s
):
    script = Script(recorder, "btcusdt@aggTrade", replaced_in_vain=replaced_in_vain)
    script.open_and_acknowledge()

    kept = list(script.session.on_timer(_T0 + kept_s * _S))
    given_up = list(script.session.on_timer(_T0 + given_up_s * _S))

    assert kept == []
    assert given_up == [Reconnect(f"no data for {given_up_s} s")]
    assert script.session.replaced_in_vain == replaced_in_vain + 1


def test_on_timer_what_comes_by_the_clock_is_never_given_longer(recorder):
    script = Script(recorder, "btcusdt@markPrice@1s", replaced_in_vain=3)
    script.open_and_acknowledge()

    assert list(script.session.on_timer(_T0 + 31 * _S)) == [Reconnect("no data for 31 s")]


def test_on_timer_lively_connection_makes_up_for_those_before(recorder):
    script = Script(recorder, "btcusdt@aggTrade", replaced_in_vain=3)
    script.open_and_acknowledge()

    script.trades_until(20)

    assert script.session.replaced_in_vain == 0


def test_health_after_silence_when_data_return_is_live_again(recorder):
    script = Script(recorder, "btcusdt@aggTrade", limits=Limits(patience=0.001))
    script.open_and_acknowledge()
    script.trade()
    stale = script.state(1).state

    script.trade(recv_ns=_T0 + _S)

    assert stale is FeedState.STALE
    assert script.state(1.1).state is FeedState.LIVE


def test_on_timer_unanswered_request_reconnects(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.session.on_open(_T0)

    (action,) = script.session.on_timer(_T0 + 11 * _S)

    assert action == Reconnect("SUBSCRIBE was not answered")


@pytest.mark.parametrize(
    "refusal",
    [
        b'{"code":2,"msg":"Invalid request","id":1}',
        b'{"error":{"code":2,"msg":"Invalid request"},"id":1}',
        b'{"error":{"code":2,"msg":"Invalid request"},"id":null}',
    ],
    ids=["plain", "object", "without-id"],
)
def test_health_refused_subscription_is_degraded_with_the_reason(recorder, refusal):
    script = Script(recorder, "btcusdt@aggTrade")
    script.session.on_open(_T0)

    script.packet(refusal)

    assert script.state().state is FeedState.DEGRADED
    assert script.state().detail == "btcusdt@aggTrade was refused: Invalid request (code 2)"


def test_on_timer_changed_symbols_sends_the_difference_only(recorder):
    script = Script(recorder, "btcusdt@aggTrade", "ethusdt@aggTrade")
    script.open_and_acknowledge()
    del script.wanted["ethusdt@aggTrade"]
    script.wanted["solusdt@aggTrade"] = None

    requests = script.sent(script.session.on_timer(_T0 + _S))

    assert [(r["method"], r["params"]) for r in requests] == [
        ("UNSUBSCRIBE", ["ethusdt@aggTrade"]),
        ("SUBSCRIBE", ["solusdt@aggTrade"]),
    ]


def test_on_timer_without_change_asks_for_nothing(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.open_and_acknowledge()

    assert list(script.session.on_timer(_T0 + _S)) == []


def test_on_timer_near_the_end_of_life_rolls_once(recorder):
    script = Script(recorder, "btcusdt@aggTrade", limits=Limits(roll_after_s=3600))
    script.open_and_acknowledge()
    script.trade(recv_ns=_T0 + 3600 * _S)

    first = script.session.on_timer(_T0 + 3601 * _S)
    second = script.session.on_timer(_T0 + 3602 * _S)

    assert [type(action) for action in first] == [Roll]
    assert list(second) == []


@pytest.mark.parametrize(
    "notice",
    [
        b'{"e":"serverShutdown","E":1}',
        b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}',
    ],
    ids=["raw", "wrapped"],
)
def test_on_timer_after_a_shutdown_notice_rolls(recorder, notice):
    script = Script(recorder, "btcusdt@aggTrade")
    script.open_and_acknowledge()

    script.packet(notice)

    assert list(script.session.on_timer(_T0)) == [Roll("the server announced its shutdown")]


def test_on_close_says_code_and_reason(recorder):
    verdict = Script(recorder).session.on_close(1001, "going away")

    assert verdict == Reconnect("the server closed the connection (1001 going away)", 0.0)


def test_on_close_for_policy_waits_a_minute(recorder):
    assert Script(recorder).session.on_close(1008, "").cooldown_s == 60.0


def test_on_packet_bad_message_is_not_taken_for_data(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.open_and_acknowledge()

    with pytest.raises(BadMessage):
        script.packet(b"garbage")

    assert script.state().state is FeedState.SUBSCRIBED


def test_clock_skew_is_the_median_of_receipt_minus_event(recorder):
    script = Script(recorder, "btcusdt@aggTrade")
    script.open_and_acknowledge()

    for number in range(100):
        recv_ns = _T0 + number * 1_000_000
        stamp_ms = recv_ns // 1_000_000 + 1200
        frame = b'{"stream":"x","data":{"e":"trade","E":%d}}' % stamp_ms
        script.session.on_sample(frame, recv_ns)

    assert script.session.clock_skew_ns == pytest.approx(-1_200_000_000, abs=1_000_000)


@pytest.mark.parametrize("frame", [b"garbage", b'{"result":null,"id":1}', b'{"data":{"u":1}}'])
def test_on_sample_message_without_a_time_is_passed_over(recorder, frame):
    script = Script(recorder, "btcusdt@aggTrade")

    script.session.on_sample(frame, _T0)

    assert script.session.clock_skew_ns is None


def test_clock_skew_without_events_is_none(recorder):
    assert Script(recorder).session.clock_skew_ns is None
