from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.hub import backtests
from quantdeck.hub.backtest_questions import bars_a_year, checked
from quantdeck.hub.backtests import BacktestDesk
from quantdeck.hub.memory_runs import MemoryRuns
from quantdeck.model.errors import BadInput, Conflict, NoData, QuantdeckError, StoreError
from quantdeck.model.instruments import Instrument, InstrumentKind
from quantdeck.research.pairs.question import RunQuestion
from quantdeck.views.payloads import Mode
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, START_NS, deck_rig

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from tests.hub.deck_rig import Rig

ROWS = 400
QUICK = RunQuestion(
    y=ETH, x=BTC, timeframe="1s", lookback=ROWS, hedge_window=50, window=20, entry=1.0, exit=0.0,
    fee_bp=0.0, slippage_bp=0.0, windows="10, 20", entries="0.8, 1", exits="0", stops="none",
    max_holds="none", train=150, test=60,
)  # fmt: skip


def asked(kind: str = "backtest", **values: Any) -> RunQuestion:
    fields = {name: getattr(QUICK, name) for name in QUICK.__struct_fields__}
    return RunQuestion(**{**fields, "kind": kind, **values})


def fill(rig: Rig) -> None:
    """Two symbols whose spread swings about zero, a trade a second."""
    rig.clock.ns = START_NS + ROWS * SECOND_NS
    random = np.random.default_rng(1)
    btc = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=ROWS)))
    swing = np.exp(2e-3 * np.sin(np.arange(ROWS) / 5.0) + random.normal(scale=2e-4, size=ROWS))
    rig.feed.trades(BTC, btc.tolist())
    rig.feed.trades(ETH, (btc * swing).tolist(), skip=1000)


def run(
    folder: Path, work: Callable[[Rig], Coroutine[Any, Any, Any]], mode: Mode = Mode.LIVE
) -> Any:
    async def main() -> Any:
        async with deck_rig(folder, mode) as rig:
            fill(rig)
            if rig.machine.parts.writer is not None:
                await rig.sync()
            return await work(rig)

    return asyncio.run(main())


async def done(rig: Rig, question: RunQuestion, *, of: str | None = None) -> Any:
    return await ended(rig.deck.backtests, question, of=of)


async def ended(desk: BacktestDesk, question: RunQuestion, *, of: str | None = None) -> Any:
    """The run, whether it is done or has failed."""
    started = await desk.start(question, of=of)
    with contextlib.suppress(QuantdeckError):
        await desk.wait(started.id)
    return await desk.run(started.id)


def test_backtest_of_captured_symbols_is_kept_with_its_figures(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        ended = await done(rig, asked())
        return ended, await rig.deck.backtests.report("backtest", "newest")

    ended, report = run(tmp_path, work)

    assert (ended.state, ended.mode) == ("done", "live")
    assert ended.id == "20251120-120640-ETHUSDT-BTCUSDT-1s"
    assert ended.title == "ETHUSDT / BTCUSDT, 400 bars of 1s"
    assert report.figures.trades.count > 3
    assert ended.summary["net"] == report.figures.net


def test_backtest_of_a_replay_is_marked(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await rig.until(lambda: rig.machine.state.has_bars(ETH))
        return await done(rig, asked())

    ended = run(tmp_path, work, Mode.REPLAY)

    assert (ended.state, ended.mode) == ("done", "replay")


def test_title_says_how_many_bars_there_were(tmp_path: Path) -> None:
    ended = run(tmp_path, lambda rig: done(rig, asked(lookback=5000)))

    assert ended.title == "ETHUSDT / BTCUSDT, 400 bars of 1s"


def test_bar_that_still_grows_is_left_out(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        rig.clock.ns -= SECOND_NS // 2
        await done(rig, asked())
        return await rig.deck.backtests.report("backtest", "newest")

    report = run(tmp_path, work)

    assert report.x[-1] == (START_NS + (ROWS - 2) * SECOND_NS) // 1_000_000


def test_symbols_are_taken_as_a_person_types_them(tmp_path: Path) -> None:
    ended = run(tmp_path, lambda rig: done(rig, asked(y="ethusdt", x="btcusdt")))

    assert (ended.question.y, ended.question.x) == (ETH, BTC)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"timeframe": "7m"}, "timeframe must be one of"),
        ({"lookback": 10}, "lookback must be from 50"),
        ({"x": ETH}, "two instruments"),
        ({"exit": 3.0}, "exit must be from 0 to below entry"),
        ({"estimator": "magic"}, "no estimator"),
    ],
)
def test_question_that_cannot_be_is_refused(
    tmp_path: Path, values: dict[str, Any], message: str
) -> None:
    async def work(rig: Rig) -> Any:
        return await done(rig, asked(**values))

    async def outcome(rig: Rig) -> str:
        try:
            return (await work(rig)).detail
        except BadInput as error:
            return str(error)

    assert message in run(tmp_path, outcome)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"estimator": "theil-sen", "lookback": 20_000}, "refit must be at least 3 rows"),
        (
            {"kind": "sweep", "estimator": "huber", "lookback": 20_000, "refit": 10,
             "hedge_windows": "100, 200"},
            "refit must be at least 15 rows for huber",
        ),
        ({"kind": "walk-forward", "lookback": 20_000, "test": 10}, "test must be at least 100"),
        (
            {"kind": "walk-forward", "estimator": "tls", "lookback": 20_000, "train": 1_400,
             "test": 100},
            "refit must be at least 38 rows for tls",
        ),
        (
            {"kind": "sweep", "windows": "10..500/1", "entries": "0.5..2/0.01"},
            "74,141 sets, 50,000 are the most here",
        ),
    ],
)  # fmt: skip
def test_question_that_would_take_minutes_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        checked(asked(**values), [BTC, ETH])


def test_rolling_estimators_may_refit_at_every_bar() -> None:
    assert checked(asked(lookback=20_000, hedge_window=10_000), [BTC, ETH]).refit == 1


def test_sweep_takes_pair_and_rules_of_the_backtest_shown(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await done(rig, asked())
        return await done(rig, RunQuestion(kind="sweep", windows="10, 20, 30"), of="newest")

    ended = run(tmp_path, work)

    assert ended.state == "failed" or ended.summary["sets"] > 0
    assert (ended.question.y, ended.question.hedge_window) == (ETH, 50)
    assert ended.question.windows == "10, 20, 30"


def test_sweep_around_a_backtest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="no backtest is kept yet"):
        run(tmp_path, lambda rig: done(rig, asked("sweep"), of="newest"))


def test_sweep_and_walk_forward_are_kept_beside_each_other(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        for kind in ("sweep", "walk-forward"):
            assert (await done(rig, asked(kind))).state == "done"
        return rig.deck.backtests.choices()

    choices = run(tmp_path, work)

    assert (len(choices.runs), len(choices.sweeps), len(choices.walks)) == (0, 1, 1)


def test_too_few_bars_make_a_run_fail_with_what_to_do(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        ended = await done(rig, asked(timeframe="5m"))
        return ended, rig.deck.backtests.choices()

    ended, choices = run(tmp_path, work)

    assert ended.state == "failed"
    assert "Capture longer" in ended.detail
    assert choices.runs == ()


def test_who_waits_for_a_run_is_told_what_it_failed_with(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        desk = rig.deck.backtests
        await desk.wait((await desk.start(asked(timeframe="5m"))).id)

    with pytest.raises(NoData, match="Capture longer"):
        run(tmp_path, work)


def test_second_run_of_a_kind_is_refused_while_the_first_is_under_way(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        first = await rig.deck.backtests.start(asked())
        try:
            with pytest.raises(Conflict, match="is being run"):
                await rig.deck.backtests.start(asked())
        finally:
            await rig.deck.backtests.wait(first.id)

    run(tmp_path, work)


def test_runs_are_there_again_after_a_restart(tmp_path: Path) -> None:
    store = MemoryRuns()

    async def desk_of(rig: Rig) -> BacktestDesk:
        rig.machine.parts = _with_runs(rig, store)
        desk = BacktestDesk(rig.machine, rig.deck._newest)
        await desk.load()
        return desk

    async def first(rig: Rig) -> Any:
        desk = await desk_of(rig)
        return await desk.wait((await desk.start(asked())).id)

    async def second(rig: Rig) -> Any:
        desk = await desk_of(rig)
        assert desk.known("backtest", "newest") is None
        return desk.runs(), await desk.report("backtest", "newest")

    kept = run(tmp_path / "a", first)
    [found], report = run(tmp_path / "b", second)

    assert found == kept
    assert report.figures.net == kept.summary["net"]


def _with_runs(rig: Rig, store: MemoryRuns) -> Any:
    return replace(rig.machine.parts, runs=store)


def test_oldest_runs_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtests, "MOST_KEPT", 2)

    async def work(rig: Rig) -> Any:
        ids = []
        for _ in range(3):
            rig.clock.ns += SECOND_NS
            ids.append((await done(rig, asked())).id)
        return ids, rig.deck.backtests

    ids, desk = run(tmp_path, work)

    assert desk.choices().runs == (ids[2], ids[1])
    assert desk._store.result(ids[0]) is None


def test_deleted_run_is_gone(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        ended = await done(rig, asked())
        layout = rig.deck.backtests.layout
        await rig.deck.backtests.delete(ended.id)
        assert rig.deck.backtests.layout > layout
        await rig.deck.backtests.run(ended.id)

    with pytest.raises(NoData, match="there is no run"):
        run(tmp_path, work)


def test_run_that_is_deleted_under_way_ends_and_leaves_nothing(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        desk = rig.deck.backtests
        windows = asked("sweep", windows="10..40/1", entries="0.5..3/0.01", exits="0, 0.1, 0.2")
        started = await desk.start(windows)
        await desk.delete(started.id)
        return desk.runs(), desk.running()

    assert run(tmp_path, work) == ([], [])


def test_failure_to_keep_a_run_is_told_in_it(tmp_path: Path) -> None:
    class Full(MemoryRuns):
        def put_run(self, run: Any, result: bytes) -> None:
            raise StoreError("the disk is full; make room")

    async def work(rig: Rig) -> Any:
        rig.machine.parts = _with_runs(rig, Full())
        desk = BacktestDesk(rig.machine, rig.deck._newest)
        return await ended(desk, asked())

    failed = run(tmp_path, work)

    assert (failed.state, failed.detail) == ("failed", "the disk is full; make room")


def test_stocks_have_years_of_sessions() -> None:
    stock = Instrument("ALPACA:SPY", InstrumentKind.EQUITY, "SPY", "USD")

    assert bars_a_year("1m", [None, None]) == 525_600.0
    assert bars_a_year("1m", [None, stock]) == 252 * 390


def test_deck_that_never_ran_anything_begins_with_one_of_each_kind(tmp_path: Path) -> None:
    async def work(rig: Rig) -> list[list[str]]:
        desk = rig.deck.backtests
        await desk.begin(QUICK)
        first = [each.kind for each in desk.runs()]
        await desk.begin(QUICK)
        return [first, [each.kind for each in desk.runs()]]

    first, again = run(tmp_path, work)

    assert sorted(first) == ["backtest", "sweep", "walk-forward"]
    assert again == first


def test_deck_with_too_few_bars_goes_on_asking_and_shows_no_failure(tmp_path: Path) -> None:
    async def work(rig: Rig) -> list[str]:
        desk = rig.deck.backtests
        beginning = asyncio.create_task(desk.begin(asked(hedge_window=ROWS)))
        before = desk.revision
        # Every try changes it twice.
        await rig.until(lambda: desk.revision > before + 6)
        # A try that has just failed is put away before the next begins.
        await rig.until(lambda: not desk.runs())
        states = [each.state for each in desk.runs()]
        beginning.cancel()
        return states

    assert run(tmp_path, work) == []
