from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from msgspec import structs

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay
from quantdeck.views.pages import pages
from quantdeck.views.panels import PanelKind
from quantdeck.views.payloads import (
    CandlesPayload,
    CurvePayload,
    LinesPayload,
    LogPayload,
    Mode,
    RowsPayload,
    StatusPayload,
    SurfacePayload,
    TextPayload,
)
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, SOL, START_NS, deck_rig

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.hub.deck_rig import Rig

TYPES: dict[PanelKind, type] = {
    PanelKind.KPI: RowsPayload,
    PanelKind.TABLE: RowsPayload,
    PanelKind.STATS: RowsPayload,
    PanelKind.LOG: LogPayload,
    PanelKind.STREAM_LINES: LinesPayload,
    PanelKind.CANDLES: CandlesPayload,
    PanelKind.CURVE: CurvePayload,
    PanelKind.SURFACE: SurfacePayload,
    PanelKind.MARKDOWN: TextPayload,
    PanelKind.FORM: TextPayload,
    PanelKind.ALERT_EDITOR: TextPayload,
}
PANELS = [panel for page in pages() for panel in page.panels]
TOPICS = [panel.topic for panel in PANELS]
OF_EVENTS = ["dashboard.symbols", "dashboard.capture", "pairs.y", "pairs.x", "pairs.trades"]
OF_PAIRS = [
    "pairs.spread",
    "pairs.zscore",
    "pairs.correlation",
    "pairs.stats",
    "pairs.summary",
    "pairs.hedge",
    "pairs.estimators",
]


def ask(folder: Path, tell: Callable[[Rig], Any], topic: str, mode: Mode = Mode.LIVE) -> Any:
    """Tell a deck what happens, and return what a topic shows then."""

    async def main() -> Any:
        async with deck_rig(folder, mode) as rig:
            told = tell(rig)
            if told is not None:
                await told
            return await rig.deck.answer(topic, {})

    return asyncio.run(main())


def filled(rig: Rig) -> None:
    rig.fill()


def nothing(rig: Rig) -> None:
    pass


def later(rig: Rig) -> None:
    rig.fill()
    rig.clock.ns += 60 * SECOND_NS


async def stopped(rig: Rig) -> None:
    rig.fill()
    await rig.deck.stop_capture()


async def never_started(rig: Rig) -> None:
    await rig.deck.stop_capture()


@pytest.mark.parametrize("tell", [nothing, filled, later, stopped, never_started])
@pytest.mark.parametrize("panel", PANELS, ids=TOPICS)
def test_every_topic_at_any_moment_has_the_payload_of_its_panel(
    tmp_path: Path, panel: Any, tell: Callable[[Rig], Any]
) -> None:
    payload = ask(tmp_path, tell, panel.topic)

    assert isinstance(payload, TYPES[panel.kind])
    assert payload.state.word != "error"


@pytest.mark.parametrize("topic", [*OF_EVENTS, "status"])
@pytest.mark.parametrize(
    ("tell", "mode", "word"),
    [
        (nothing, Mode.LIVE, "loading"),
        (never_started, Mode.LIVE, "empty"),
        (filled, Mode.LIVE, "live"),
        (filled, Mode.DEMO, "demo"),
        (filled, Mode.REPLAY, "replay"),
        (later, Mode.LIVE, "stale"),
        (later, Mode.DEMO, "stale"),
        (stopped, Mode.LIVE, "stale"),
    ],
)
def test_topic_of_events_says_how_far_it_can_be_trusted(
    tmp_path: Path, topic: str, tell: Callable[[Rig], Any], mode: Mode, word: str
) -> None:
    state = ask(tmp_path, tell, topic, mode).state

    assert state.word == word
    assert bool(state.detail) == (word in {"loading", "empty", "stale"})


def only_quotes(rig: Rig) -> None:
    later(rig)
    rig.feed.quote(BTC, rig.clock.ns)
    rig.feed.quote(ETH, rig.clock.ns)


@pytest.mark.parametrize("topic", ["pairs.y", "pairs.trades", "pairs.zscore"])
def test_topic_made_of_trades_is_stale_however_fresh_the_quotes_are(
    tmp_path: Path, topic: str
) -> None:
    state = ask(tmp_path, only_quotes, topic).state

    assert state.word == "stale"
    assert state.detail.startswith("Stale 61 s: no trade of ")


def delayed(rig: Rig) -> None:
    rig.fill()
    (lane,) = rig.machine.capture.lanes
    lane.provenance = structs.replace(lane.provenance, delay=Delay.DELAYED)


@pytest.mark.parametrize("topic", ["pairs.zscore", "dashboard.symbols"])
def test_topic_of_delayed_events_says_delayed(tmp_path: Path, topic: str) -> None:
    assert ask(tmp_path, delayed, topic).state.word == "delayed"


@pytest.mark.parametrize("topic", ["dashboard.rate", "status"])
def test_topic_of_the_whole_deck_is_as_fresh_as_any_event(tmp_path: Path, topic: str) -> None:
    assert ask(tmp_path, only_quotes, topic).state.age_s == 0.0


@pytest.mark.parametrize("topic", OF_PAIRS)
@pytest.mark.parametrize(("tell", "word"), [(filled, "live"), (later, "stale")])
def test_topic_of_a_pair_with_enough_rows_is_as_fresh_as_its_staler_side(
    tmp_path: Path, topic: str, tell: Callable[[Rig], Any], word: str
) -> None:
    assert ask(tmp_path, tell, topic).state.word == word


@pytest.mark.parametrize("topic", OF_PAIRS)
def test_topic_of_a_pair_with_too_few_rows_says_so(tmp_path: Path, topic: str) -> None:
    payload = ask(tmp_path, lambda rig: rig.fill(3), topic)

    if topic in {"pairs.stats", "pairs.summary"}:
        assert payload.rows
    else:
        assert payload.state.word == "empty"
        assert "not enough data" in payload.state.detail


@pytest.mark.parametrize("topic", ["exports.coverage", "exports.bars"])
def test_topic_of_the_tape_lists_what_was_captured(tmp_path: Path, topic: str) -> None:
    async def durable(rig: Rig) -> None:
        rig.fill()
        await rig.sync()

    payload = ask(tmp_path, durable, topic)

    told = " ".join(str(row) for row in payload.rows)
    assert payload.state.word == "live"
    assert "BTCUSDT" in told
    assert "ETHUSDT" in told


def test_topics_of_candles_have_the_bars_of_the_trades(tmp_path: Path) -> None:
    async def described(rig: Rig) -> None:
        await rig.deck.instruments()
        rig.fill()

    payload = ask(tmp_path, described, "pairs.x")

    assert (len(payload.x), payload.x[0]) == (90, START_NS // 1_000_000)
    assert set(payload.trades.tolist()) == {1}
    assert payload.decimals == 2


def test_cards_have_one_of_each_symbol_captured(tmp_path: Path) -> None:
    payload = ask(tmp_path, lambda rig: rig.feed.trades(BTC, [1.0, 2.0]), "dashboard.symbols")

    values = {row["id"]: row["value"] for row in payload.rows}
    assert values == {BTC: 2.0, ETH: None}


def test_log_tells_of_a_gap_and_gaps_list_it(tmp_path: Path) -> None:
    def skipping(rig: Rig) -> None:
        rig.feed.trades(BTC, [1.0, 2.0])
        rig.feed.trades(BTC, [3.0], start_ns=START_NS + 2 * SECOND_NS, skip=4)

    log = ask(tmp_path / "a", skipping, "dashboard.log")
    gaps = ask(tmp_path / "b", skipping, "dashboard.gaps")

    assert any("4 events missing: BTCUSDT agg_trade 3 to 6" in row["text"] for row in log.rows)
    assert [row["missing"] for row in gaps.rows] == [4]


def test_status_counts_what_came(tmp_path: Path) -> None:
    status = ask(tmp_path, filled, "status")

    assert isinstance(status, StatusPayload)
    assert (status.capturing, status.symbols) == (True, [BTC, ETH])
    assert (status.feeds_live, status.feeds_total) == (1, 1)
    assert status.lag_ms == pytest.approx(5.0)
    assert status.tape_state == "writing"
    assert status.clock_ms == (START_NS + 90 * SECOND_NS) // 1_000_000
    assert status.replay is None


def test_status_of_a_replay_has_the_clock_of_the_recording(tmp_path: Path) -> None:
    status = ask(tmp_path, filled, "status", Mode.REPLAY)

    assert status.replay is not None
    assert status.replay.position_ms == status.clock_ms
    assert status.tape_state == "reading"


@pytest.mark.parametrize(
    ("topic", "params", "error", "words"),
    [
        ("nope", {}, BadInput, "no topic 'nope'"),
        ("dashboard.rate", {"y": "BTCUSDT"}, BadInput, "no parameter 'y'"),
        ("pairs.zscore", {"window": "many"}, BadInput, "window must be a whole number"),
        ("pairs.zscore", {"window": "1"}, BadInput, "from 10"),
        ("pairs.zscore", {"timeframe": "7m"}, BadInput, "timeframe must be one of"),
        ("pairs.zscore", {"window": "200", "lookback": "100"}, BadInput, "lengthen the lookback"),
        ("pairs.zscore", {"y": "btcusdt", "x": "btcusdt"}, BadInput, "two different symbols"),
        ("pairs.zscore", {"y": "a b"}, BadInput, "not a symbol"),
        ("pairs.zscore", {"y": "solusdt"}, NoData, f"nothing was received of {SOL}"),
    ],
)
def test_question_that_cannot_be_answered_says_why(
    tmp_path: Path, topic: str, params: dict[str, str], error: type[Exception], words: str
) -> None:
    async def main() -> None:
        async with deck_rig(tmp_path) as rig:
            rig.fill()
            await rig.deck.answer(topic, params)

    with pytest.raises(error, match=words):
        asyncio.run(main())


def test_question_of_a_pair_without_two_symbols_is_no_data(tmp_path: Path) -> None:
    async def main() -> None:
        async with deck_rig(tmp_path) as rig:
            await rig.deck.start_capture([BTC])
            await rig.deck.answer("pairs.zscore", {})

    with pytest.raises(NoData, match="capture two"):
        asyncio.run(main())
