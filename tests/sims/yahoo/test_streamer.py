"""The streamer of the Yahoo simulator."""

from __future__ import annotations

from collections import Counter

import pytest

from quantdeck.feeds.yahoo.pricing import pricing_of
from quantdeck.model.errors import BadMessage
from quantdeck.sims.clock import VenueClock
from quantdeck.sims.faultboard import FaultBoard
from quantdeck.sims.faults import parse_faults
from quantdeck.sims.yahoo.candles import YahooPrices
from quantdeck.sims.yahoo.fault_table import YAHOO_FAULTS
from quantdeck.sims.yahoo.listing import SECURITIES
from quantdeck.sims.yahoo.streamer import PricingSession
from tests.sims.harness import ManualClock
from tests.sims.yahoo.harness import FRIDAY_NOON_MS, SATURDAY_MS, shared_market

_PRICES = YahooPrices(shared_market())


def _session(*faults: str, now_ms: int = FRIDAY_NOON_MS):
    clock = ManualClock(now_ms)
    board = FaultBoard(parse_faults(faults, YAHOO_FAULTS))
    return PricingSession(_PRICES, VenueClock(clock), board, Counter()), clock


def _said(session, clock):
    return session.take(clock.monotonic_ns() // 1_000_000)


def _heard(session, clock, *, minutes: int):
    told = []
    for _ in range(minutes):
        clock.move(60)
        told += [pricing_of(frame) for frame in _said(session, clock)]
    return told


def test_what_is_subscribed_is_told_at_once_and_when_it_changes() -> None:
    session, clock = _session()
    session.on_message(b'{"subscribe":["SPY","BTC-USD","NOPE"]}')

    first = [pricing_of(frame) for frame in _said(session, clock)]
    again = _said(session, clock)
    later = _heard(session, clock, minutes=5)

    assert [told.symbol for told in first] == ["SPY", "BTC-USD"]
    assert again == []
    assert {told.symbol for told in later} == {"SPY", "BTC-USD"}
    assert first[0].price == pytest.approx(
        _PRICES.last(SECURITIES["SPY"], FRIDAY_NOON_MS * 1_000_000)[0], rel=1e-6
    )


def test_a_closed_market_tells_its_last_price_once_while_coins_go_on() -> None:
    session, clock = _session(now_ms=SATURDAY_MS)
    session.on_message(b'{"subscribe":["SPY","BTC-USD"]}')
    first = {told.symbol: told for told in map(pricing_of, _said(session, clock))}

    clock.move(60)
    later = [pricing_of(frame).symbol for frame in _said(session, clock)]

    assert first["SPY"].hours == 3
    assert later == ["BTC-USD"]


def test_what_is_unsubscribed_is_no_longer_told() -> None:
    session, clock = _session()
    session.on_message(b'{"subscribe":["SPY","QQQ"]}')
    _said(session, clock)
    session.on_message(b'{"unsubscribe":["SPY"]}')

    assert {told.symbol for told in _heard(session, clock, minutes=5)} == {"QQQ"}


def test_a_message_that_cannot_be_read_changes_nothing() -> None:
    session, _ = _session()

    session.on_message(b'{"subscribe": 5}')
    session.on_message(b"\xff")

    assert session.symbols == []


def test_mute_symbols_stay_silent() -> None:
    session, clock = _session("mute:SPY")
    session.on_message(b'{"subscribe":["SPY","QQQ"]}')

    assert [pricing_of(frame).symbol for frame in _said(session, clock)] == ["QQQ"]


def test_garbage_cannot_be_read_and_duplicates_come_twice() -> None:
    session, clock = _session("garbage=1", "duplicates=1")
    session.on_message(b'{"subscribe":["SPY"]}')

    frames = _said(session, clock)

    assert frames[0] == frames[1]
    with pytest.raises(BadMessage):
        pricing_of(frames[2])
