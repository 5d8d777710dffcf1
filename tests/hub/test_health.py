from __future__ import annotations

import pytest

from quantdeck.hub.health import components_of, health_of
from quantdeck.model.feed import Delay, FeedState, FeedStatus
from quantdeck.ports.bus import BusStatus
from quantdeck.ports.tape import TapeStatus
from quantdeck.views.payloads import Mode
from quantdeck.views.price_choices import PriceChoices


def _health(*, state=FeedState.LIVE, tape="writing", capturing=True, **more):
    feeds = [FeedStatus("binance-usdm/market", state, 0, Delay.REALTIME)]
    return health_of(
        Mode.LIVE, "1.0", capturing=capturing, feeds=feeds, tape=TapeStatus(tape, "why"), **more
    )


@pytest.mark.parametrize("state", [FeedState.LIVE, FeedState.SUBSCRIBED, FeedState.DEGRADED])
def test_deck_that_captures_and_writes_is_ready(state):
    health = _health(state=state)

    assert (health.ready, health.detail) == (True, "")


@pytest.mark.parametrize("state", [FeedState.STALE, FeedState.BACKOFF, FeedState.FAILED])
def test_deck_without_data_is_not_ready_and_says_why(state):
    health = _health(state=state)

    assert (health.live, health.ready) == (True, False)
    assert health.detail == f"binance-usdm/market is {state}"


def test_stopped_tape_is_named_first():
    assert _health(state=FeedState.STALE, tape="stopped").detail == "tape is stopped: why"


def test_feeds_do_not_matter_while_nothing_is_captured():
    assert _health(state=FeedState.BACKOFF, capturing=False).ready


def test_failure_inside_is_not_ready():
    assert _health(troubles=["publish failed: KeyError"]).detail == "publish failed: KeyError"


def _components(**more):
    feeds = [FeedStatus("binance-usdm/market", FeedState.LIVE, 0, Delay.REALTIME)]
    given = {
        "capturing": True, "feeds": feeds, "tape": TapeStatus("writing"), "prices": None,
        "underlyings": (), **more,
    }  # fmt: skip
    return {each.name: each for each in components_of(**given)}


def test_components_that_are_not_part_of_the_deck_are_off():
    found = _components(capturing=False)

    assert {name: each.state for name, each in found.items()} == {
        "feeds": "off", "tape": "ok", "histories": "off", "options": "off",
    }  # fmt: skip


def test_components_that_have_data_say_how_much():
    found = _components(prices=PriceChoices(("US:SPY", "US:QQQ")), underlyings=("US:SPX",))

    assert found["histories"].detail.endswith(": 2")
    assert found["options"].detail == "chains of US:SPX"


def test_components_without_data_yet_are_waiting_and_failing_ones_say_why():
    found = _components(prices=PriceChoices(), tape=TapeStatus("stopped", "the disk is full"))

    assert found["histories"].state == "waiting"
    assert (found["tape"].state, found["tape"].detail) == (
        "failing",
        "it is stopped: the disk is full",
    )


def test_bus_is_a_component_only_where_something_is_published():
    assert "bus" not in _components()


@pytest.mark.parametrize(
    ("status", "state", "detail"),
    [
        (BusStatus(), "waiting", "nothing is published yet"),
        (BusStatus(rows=1200, lag_s=0.04), "ok", "1,200 events published, 0.04 s after"),
        (
            BusStatus(rows=1200, trouble="it is away", waiting_bytes=2_500_000),
            "failing",
            "2.5 MB of events wait: it is away",
        ),
        (BusStatus(rows=1200, let_go=2), "ok", "2 segments were given up unpublished"),
    ],
)
def test_bus_says_what_is_published_and_what_waits(status, state, detail):
    found = _components(bus=status)["bus"]

    assert found.state == state
    assert detail in found.detail
