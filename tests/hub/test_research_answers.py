from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.hub.memory_runs import MemoryRuns
from quantdeck.hub.research_desk import INDEX_NS
from quantdeck.model.errors import BadInput, NoData
from quantdeck.ports.jobs import JobQuestion
from quantdeck.research.audit.report import AuditCheck, AuditReport, Outcome
from quantdeck.research.card import Estimate
from quantdeck.views.payloads import Mode
from quantdeck.views.research_page import ResearchChoices, research_page
from tests.hub.deck_rig import deck_rig
from tests.hub.market_rig import ToldJob, market_parts
from tests.hub.price_books import ArrayPriceBook, price_series, walk
from tests.hub.research_rig import research_parts
from tests.research.cards import card
from tests.research.equities.kept import RUN_ID, kept_run, momentum_report
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from quantdeck.hub.research_parts import ResearchParts
    from tests.hub.deck_rig import Rig

TABLE = synthetic_table(4, 120)
CHECK = AuditCheck("look_ahead", "Do features know?", Outcome.OK, "no", Estimate(0.5, 0.49, 0.51))
AUDIT = AuditReport(created_ns=1, checks=(CHECK,), source="yahoo")
SCORES = ({"date": "2026-11-20", "auc": "0.51", "pnl": "-12.5", "run": "a", "kind": "backtest"},)
REPORT = momentum_report()
BOOK = ArrayPriceBook(
    [
        price_series(symbol, walk(300, seed=at), first=date(2014, 1, 1), calendar="XNYS")
        for at, symbol in enumerate(REPORT.symbols)
    ]
)
PANELS = research_page(ResearchChoices()).panels


def full() -> ResearchParts:
    cards = card("b", created_ns=2), card("a", created_ns=1, source="polygon")
    return research_parts(cards=cards, current="a", tables=(TABLE,), audit=AUDIT, scoreboard=SCORES)


def runs() -> MemoryRuns:
    store = MemoryRuns()
    store.put_run(*kept_run(REPORT))
    return store


def run(
    folder: Path,
    work: Callable[[Rig], Coroutine[Any, Any, Any]],
    parts: ResearchParts | None,
    **rest: Any,
) -> Any:
    async def main() -> Any:
        async with deck_rig(folder, research=parts, capture=False, **rest) as rig:
            return await work(rig)

    return asyncio.run(main())


def ask(topic: str, **params: str) -> Callable[[Rig], Coroutine[Any, Any, Any]]:
    return lambda rig: rig.deck.answer(topic, params)


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_panel_has_something_to_show(tmp_path: Path, panel: Any) -> None:
    kept = market_parts(None, jobs={"train": ToldJob()})

    async def work(rig: Rig) -> Any:
        await rig.deck.jobs.wait((await rig.deck.jobs.start(JobQuestion(kind="train"))).id)
        return await rig.deck.answer(panel.topic, {})

    payload = run(tmp_path, work, full(), market=kept, kept=runs(), prices=BOOK)

    assert payload.state.word in {"live", "demo"}


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_panel_of_a_deck_that_kept_nothing_says_what_would_fill_it(
    tmp_path: Path, panel: Any
) -> None:
    payload = run(tmp_path, ask(panel.topic), research_parts())

    assert payload.state.word in {"empty", "live"}
    assert payload.state.detail or payload.text


def test_replay_says_that_it_keeps_no_models(tmp_path: Path) -> None:
    payload = run(tmp_path, ask("research.model"), None, mode=Mode.REPLAY)

    assert payload.state.detail.startswith("This deck keeps no models")


def test_current_model_is_shown_unless_another_is_chosen(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        first = await rig.deck.answer("research.model", {})
        return first, await rig.deck.answer("research.model", {"model": "b"})

    current, other = run(tmp_path, work, full())

    assert (current.state.source, other.state.source) == ("polygon", "yahoo")


def test_newest_model_is_shown_where_none_is_current(tmp_path: Path) -> None:
    payload = run(tmp_path, ask("research.card"), research_parts(cards=(card("z"), card("y"))))

    assert payload.rows[0]["text"] == "z"


def test_simulated_model_is_marked_in_a_live_deck(tmp_path: Path) -> None:
    parts = research_parts(cards=(card("s", is_simulated=True),), current="s")

    payload = run(tmp_path, ask("research.model"), parts)

    assert payload.state.word == "demo"


def test_page_offers_features_and_models_once_they_were_read(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await rig.deck.answer("research.features", {})
        return next(page for page in rig.deck.pages() if page.id == "research")

    page = run(tmp_path, work, full())

    options = {control.id: control.options for control in page.controls}
    assert options["model"] == ("current", "b", "a")
    assert set(options["feature"]) == set(TABLE.names)


def test_unknown_model_is_refused(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        await rig.deck.answer("research.model", {})
        await rig.deck.answer("research.model", {"model": "nothing"})

    with pytest.raises(BadInput, match="nothing"):
        run(tmp_path, work, full())


def test_table_is_read_once_for_all_panels(tmp_path: Path) -> None:
    parts = full()
    topics = ("research.features", "research.missing", "research.correlation")

    async def work(rig: Rig) -> None:
        await asyncio.gather(*(rig.deck.answer(topic, {}) for topic in topics))
        rig.clock.ns += 2 * INDEX_NS
        await rig.deck.answer("research.features", {})

    run(tmp_path, work, parts)

    assert parts.features.reads == 1


def test_table_of_old_sessions_is_stale(tmp_path: Path) -> None:
    table = synthetic_table(3, 80)
    object.__setattr__(table, "is_simulated", False)

    payload = run(tmp_path, ask("research.features"), research_parts(tables=(table,)))

    assert payload.state.word == "stale"
    assert "2014" in payload.state.detail


def test_model_that_another_process_trained_is_seen_after_a_while(tmp_path: Path) -> None:
    parts = research_parts(cards=(card("a"),), current="a")

    async def work(rig: Rig) -> Any:
        first = await rig.deck.answer("research.models", {})
        parts.models.put(card("b"), "")
        rig.clock.ns += INDEX_NS + 1
        return first, await rig.deck.answer("research.models", {})

    first, second = run(tmp_path, work, parts)

    assert [row["id"] for row in first.rows] == ["a"]
    assert [row["id"] for row in second.rows] == ["b", "a"]


def test_end_of_a_job_lets_what_is_kept_be_read_again_at_once(tmp_path: Path) -> None:
    parts = research_parts(cards=(card("a"),), current="a")
    market = market_parts(None, jobs={"train": ToldJob()})

    async def work(rig: Rig) -> Any:
        await rig.deck.answer("research.models", {})
        parts.models.put(card("b"), "")
        run_now = await rig.deck.jobs.start(JobQuestion(kind="train"))
        await rig.deck.jobs.wait(run_now.id)
        return await rig.deck.answer("research.models", {})

    payload = run(tmp_path, work, parts, market=market)

    assert [row["id"] for row in payload.rows] == ["b", "a"]


def test_use_makes_another_model_the_current_one(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await rig.deck.research.make_current("b")
        return await rig.deck.answer("research.models", {})

    payload = run(tmp_path, work, full())

    assert [row["state"] for row in payload.rows] == ["current", "kept"]


def test_use_of_an_unknown_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="no model 'c'"):
        run(tmp_path, lambda rig: rig.deck.research.make_current("c"), full())


def test_log_tells_jobs_of_research_alone(tmp_path: Path) -> None:
    market = market_parts(None, jobs={"train": ToldJob(), "verify": ToldJob()})

    async def work(rig: Rig) -> Any:
        for kind in ("verify", "train"):
            await rig.deck.jobs.wait((await rig.deck.jobs.start(JobQuestion(kind=kind))).id)
        log = await rig.deck.answer("research.log", {})
        return log, await rig.deck.answer("research.jobs", {})

    log, runs = run(tmp_path, work, full(), market=market)

    assert {row["text"].partition(":")[0] for row in log.rows} == {"train"}
    assert [row["kind"] for row in runs.rows] == ["train"]


def test_page_offers_backtests_and_the_symbols_they_traded(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        await rig.deck.answer("research.result", {})
        return next(page for page in rig.deck.pages() if page.id == "research")

    page = run(tmp_path, work, full(), kept=runs())

    options = {control.id: control.options for control in page.controls}
    assert options["run"] == ("newest", RUN_ID)
    assert set(options["symbol"]) == set(REPORT.symbols)


def test_unknown_backtest_is_refused(tmp_path: Path) -> None:
    async def work(rig: Rig) -> None:
        await rig.deck.research.report("nothing")

    with pytest.raises(NoData, match="nothing"):
        run(tmp_path, work, full(), kept=runs())


def test_first_look_runs_what_is_to_be_run_by_itself_in_order(tmp_path: Path) -> None:
    jobs = {"features": ToldJob(), "train": ToldJob()}
    parts = research_parts(begin=[JobQuestion(kind=kind) for kind in jobs])
    market = market_parts(None, jobs=jobs)

    async def work(rig: Rig) -> Any:
        before = [run.kind for run in rig.deck.jobs.runs()]
        await rig.deck.answer("research.run", {})
        await rig.until(lambda: rig.deck.jobs.last("train") is not None)
        return before, [run.kind for run in rig.deck.jobs.runs()]

    before, after = run(tmp_path, work, parts, market=market)

    assert before == []
    assert sorted(after) == ["features", "train"]
    assert len(jobs["features"].asked) == len(jobs["train"].asked) == 1


def test_what_fails_by_itself_is_not_gone_on_with(tmp_path: Path) -> None:
    jobs = {"features": ToldJob(), "train": ToldJob()}
    jobs["features"].failure = NoData("no daily bars")
    parts = research_parts(begin=[JobQuestion(kind=kind) for kind in jobs])

    async def work(rig: Rig) -> None:
        await rig.deck.research.begin()

    run(tmp_path, work, parts, market=market_parts(None, jobs=jobs))

    assert jobs["train"].asked == []
