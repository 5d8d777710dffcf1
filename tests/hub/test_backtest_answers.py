from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.hub.memory_runs import MemoryRuns
from quantdeck.model.errors import NoData
from quantdeck.views.pages import pages
from quantdeck.views.payloads import CurvePayload, LinesPayload, Mode, SurfacePayload, TextPayload
from tests.hub.deck_rig import SECOND_NS
from tests.hub.test_backtests import asked, done, run

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.hub.backtests import BacktestDesk
    from tests.hub.deck_rig import Rig

PANELS = [p for page in pages() if page.id == "backtest" for p in page.panels]


def test_every_panel_without_a_run_is_empty_and_says_so(tmp_path: Path) -> None:
    async def work(rig: Rig) -> list[Any]:
        return [await rig.deck.answer(panel.topic, {}) for panel in PANELS]

    payloads = run(tmp_path, work)

    for panel, payload in zip(PANELS, payloads, strict=True):
        if isinstance(payload, TextPayload):
            assert payload.text == "", panel.id
        else:
            assert payload.state.word == "empty", panel.id


def test_every_panel_shows_the_newest_run_of_its_kind(tmp_path: Path) -> None:
    async def work(rig: Rig) -> list[Any]:
        for kind in ("backtest", "sweep", "walk-forward"):
            assert (await done(rig, asked(kind))).state == "done"
        return [await rig.deck.answer(panel.topic, {}) for panel in PANELS]

    payloads = run(tmp_path, work)

    for panel, payload in zip(PANELS, payloads, strict=True):
        assert payload.state.word == "live", panel.id
        match payload:
            case TextPayload():
                assert payload.text == ""
            case LinesPayload():
                assert all(len(line) == len(payload.x) for line in payload.lines.values())
            case SurfacePayload():
                assert payload.layers["sharpe"].shape == (2, 2)
            case CurvePayload():
                assert payload.curves[0].y.sum() == pytest.approx(1.0)
            case _:
                assert len(getattr(payload, "rows", getattr(payload, "x", []))), panel.id


def test_panels_of_a_demo_are_marked(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await done(rig, asked())
        return await rig.deck.answer("backtest.headline", {})

    payload = run(tmp_path, work, Mode.DEMO)

    assert payload.state.word == "demo"
    assert payload.state.source == "ETHUSDT / BTCUSDT, 400 bars of 1s"


def test_panels_say_that_a_run_is_under_way(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        desk = rig.deck.backtests
        empty = await rig.deck.answer("backtest.headline", {})
        started = await desk.start(asked())
        first = await rig.deck.answer("backtest.headline", {})
        form = await rig.deck.answer("backtest.form", {})
        [row] = (await rig.deck.answer("backtest.runs", {})).rows
        await desk.wait(started.id)
        second = await desk.start(asked())
        again = await rig.deck.answer("backtest.headline", {})
        await desk.wait(second.id)
        return empty, first, form, row, again

    empty, first, form, row, again = run(tmp_path, work)

    assert (empty.state.word, first.state.word) == ("empty", "loading")
    assert form.text == "Backtest of ETHUSDT / BTCUSDT, 400 bars of 1s: computing."
    assert (row["state"], row["open"]) == ("loading", None)
    assert again.state.word == "loading"
    assert again.rows


def test_form_tells_why_the_last_run_failed(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await done(rig, asked(timeframe="5m"))
        return await rig.deck.answer("backtest.form", {})

    assert "failed: " in run(tmp_path, work).text


def test_run_is_compared_with_another(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        first = await done(rig, asked())
        rig.clock.ns += SECOND_NS
        await done(rig, asked(entry=1.4))
        return await rig.deck.answer("backtest.equity", {"other": first.id})

    payload = run(tmp_path, work)

    assert set(payload.lines) == {"net", "gross", "other"}
    assert payload.lines["other"][-1] != payload.lines["net"][-1]


def test_choices_are_the_kept_runs_newest_first(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        before = rig.deck.status().pages
        first = await done(rig, asked())
        rig.clock.ns += SECOND_NS
        second = await done(rig, asked())
        assert rig.deck.status().pages > before
        page = next(page for page in rig.deck.pages() if page.id == "backtest")
        return first.id, second.id, {c.id: c.options for c in page.controls}

    first, second, options = run(tmp_path, work)

    assert options["run"] == ("newest", second, first)
    assert options["other"] == ("none", second, first)
    assert options["sweep"] == ("newest",)


def test_link_of_a_run_opens_it_with_its_pair(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await done(rig, asked())
        [row] = (await rig.deck.answer("backtest.runs", {})).rows
        query = dict(part.split("=") for part in row["open"].partition("?")[2].split("&"))
        return row, await rig.deck.answer("backtest.headline", {"run": query["run"]})

    row, payload = run(tmp_path, work)

    assert row["open"].startswith("/backtest?run=2025")
    assert "lookback=400" in row["open"]
    assert payload.rows[0]["value"] == row["net"]


def test_report_of_an_earlier_process_is_read_when_it_is_looked_at(tmp_path: Path) -> None:
    store = MemoryRuns()

    async def first(rig: Rig) -> None:
        rig.deck.backtests._store = store
        await done(rig, asked())

    async def second(rig: Rig) -> Any:
        rig.deck.backtests._store = store
        return await rig.deck.answer("backtest.trades", {})

    run(tmp_path / "a", first)

    assert run(tmp_path / "b", second).rows


def test_run_that_is_not_kept_is_not_offered(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await done(rig, asked())
        return await rig.deck.answer("backtest.headline", {"run": "nothing"})

    with pytest.raises(ValueError, match="run must be one of newest"):
        run(tmp_path, work)


def test_run_whose_result_is_gone_says_so(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        desk: BacktestDesk = rig.deck.backtests
        ended = await done(rig, asked())
        desk._store.delete_run(ended.id)
        desk._reports.clear()
        await rig.deck.answer("backtest.headline", {})

    with pytest.raises(NoData, match="no longer kept"):
        run(tmp_path, work)


def test_panels_change_their_revision_with_every_run(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        answers = rig.deck._answers._rooms["backtest"]
        before = answers.revision("backtest.runs")
        await done(rig, asked())
        await asyncio.sleep(0)
        return before, answers.revision("backtest.runs")

    before, after = run(tmp_path, work)

    assert before != after
