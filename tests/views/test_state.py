from __future__ import annotations

import pytest

from quantdeck.live.staleness import age_of
from quantdeck.model.feed import Delay
from quantdeck.views.payloads import Mode, PanelState
from quantdeck.views.state import Standing, empty_state, failed_state, panel_state, steady_state

_FRESH = age_of(0, 400_000_000)
_OLD = age_of(0, 42_000_000_000)
_NEVER = age_of(None, 0)


@pytest.mark.parametrize(
    ("standing", "word"),
    [
        (Standing(), "live"),
        (Standing(delay=Delay.DELAYED), "delayed"),
        (Standing(delay=Delay.SIMULATED), "demo"),
        (Standing(delay=Delay.IMPORTED), "replay"),
        (Standing(Mode.DEMO), "demo"),
        (Standing(Mode.REPLAY), "replay"),
    ],
)
def test_panel_state_when_fresh_says_what_the_data_are(standing: Standing, word: str) -> None:
    state = panel_state(standing, _FRESH, source="binance-usdm")

    assert state == PanelState(word, 0.4, "binance-usdm", "")


@pytest.mark.parametrize("mode", list(Mode))
def test_panel_state_when_old_is_stale_in_every_mode(mode: Mode) -> None:
    state = panel_state(Standing(mode), _OLD, source="binance-usdm")

    assert (state.word, state.age_s) == ("stale", 42.0)
    assert state.detail == "Stale 42 s: no event from binance-usdm since"


def test_panel_state_when_the_market_is_closed_is_not_stale() -> None:
    closed = Standing(closed="market closed, opens Mon 14:30 UTC", delay=Delay.DELAYED)

    state = panel_state(closed, _OLD)

    assert (state.word, state.detail) == ("delayed", "Market closed, opens Mon 14:30 UTC")


def test_panel_state_when_made_of_trades_names_what_is_missing() -> None:
    old = panel_state(Standing(), _OLD, source="binance-usdm", what="trade of BTCUSDT")
    never = panel_state(Standing(), _NEVER, what="trade of BTCUSDT")

    assert old.detail == "Stale 42 s: no trade of BTCUSDT from binance-usdm since"
    assert never.detail == "Waiting for the first trade of BTCUSDT"


def test_panel_state_when_capture_is_stopped_says_how_to_go_on() -> None:
    state = panel_state(Standing(capturing=False), _FRESH)

    assert (state.word, state.detail) == ("stale", "Capture is stopped; press Start")


def test_panel_state_when_nothing_came_yet_is_loading() -> None:
    assert panel_state(Standing(), _NEVER).word == "loading"


def test_panel_state_when_nothing_came_and_nothing_will_is_empty() -> None:
    state = panel_state(Standing(capturing=False), _NEVER)

    assert (state.word, state.detail) == ("empty", "Capture is stopped; press Start")


def test_panel_state_when_something_is_missing_says_what() -> None:
    state = panel_state(Standing(), _FRESH, missing="not enough data: 5 rows")

    assert (state.word, state.detail) == ("empty", "not enough data: 5 rows")


def test_panel_state_when_partial_and_stale_says_the_graver() -> None:
    assert panel_state(Standing(), _FRESH, partial="no mark price").word == "partial"
    assert panel_state(Standing(), _OLD, partial="no mark price").word == "stale"


def test_steady_state_when_asked_is_never_stale() -> None:
    assert steady_state(Standing(Mode.DEMO)) == PanelState("demo", 0.0, "quantdeck", "")


def test_empty_state_when_there_is_a_graver_word_keeps_it() -> None:
    failed = failed_state("The tape cannot be read")

    assert empty_state(failed, "nothing") is failed
    assert empty_state(PanelState("stale", 9.0, "s"), "nothing") == PanelState(
        "empty", 9.0, "s", "nothing"
    )
