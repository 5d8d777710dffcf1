"""What the Research page runs: a table, a model, a backtest and a search of kept bars, and their end."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.app import feature_parts
from quantdeck.app.research_jobs import research_jobs
from quantdeck.app.research_parts import research_parts, research_stores
from quantdeck.app.research_settings import Research
from quantdeck.app.research_work import in_thread, way_of
from quantdeck.app.settings import Settings
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, History
from quantdeck.net.clock import SystemClock
from quantdeck.ports.jobs import JobQuestion
from quantdeck.records.open import open_records
from quantdeck.research.equities.reports import KIND
from quantdeck.research.labels import Target
from quantdeck.tape.history.store import BarStore
from tests.research.tables import synthetic_panel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quantdeck.ports.jobs import JobReport

PARAMS = {"num_iterations": 5.0, "num_leaves": 4.0, "min_data_in_leaf": 30.0}


class Said:
    """Fulfils `JobTeller`."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.shares: list[float] = []

    def line(self, text: str, *, tone: str = "plain") -> None:
        self.lines.append(text)

    def progress(self, done: int, of: int) -> None:
        self.shares.append(done / of)


class Rig:
    def __init__(self, folder: Path, records: Any) -> None:
        self.settings = Settings(data_dir=str(folder), research=Research(folds=2, params=PARAMS))
        self.stores = research_stores(self.settings, folder, records, demo=False)
        self.jobs = research_jobs(self.settings, folder, self.stores, SystemClock(), demo=False)
        self.parts = research_parts(self.settings, self.stores, SystemClock(), demo=False)

    def run(self, kind: str, **asked: Any) -> tuple[JobReport, Said]:
        said, question = Said(), JobQuestion(kind=kind, **asked)
        self.jobs[kind].check(question)
        return asyncio.run(self.jobs[kind].run(question, said)), said


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with closing(open_records(tmp_path / "data")) as records:
        yield Rig(tmp_path / "data", records)


def keep_bars(folder: Path, symbols: int = 5, sessions: int = 200) -> None:
    panel, store = synthetic_panel(symbols, sessions, is_clean=True), BarStore(folder)
    told = Provenance("yahoo", Delay.DELAYED, RunId("run"))
    for row, symbol in enumerate(panel.symbols):
        found = np.zeros(sessions, HISTORY_DTYPE)
        found["start_ns"] = panel.sessions
        for name in ("open", "high", "low", "close", "volume"):
            found[name] = getattr(panel, name)[row]
        store.keep(History(symbol, "1d", found, told, fetched_ns=1, calendar="XNYS"))


def test_chain_of_jobs_leaves_what_the_page_shows(rig: Rig, tmp_path: Path) -> None:
    keep_bars(tmp_path / "data")

    built, _ = rig.run("features")
    trained, told = rig.run("train")
    traded, _ = rig.run("model-backtest")

    [card] = rig.parts.models.cards()
    [run] = rig.stores.runs.runs(kind=KIND)
    assert "5 symbols" in built.said
    assert card.id in trained.said
    assert rig.parts.models.current() == card.id
    assert told.shares[-1] == 1.0
    assert "after costs" in traded.said
    assert run.title.startswith(f"model {card.id}, 1 of 5 symbols")
    assert {row["kind"] for row in rig.parts.scoreboard()} == {"model", "backtest"}


def test_table_of_named_symbols_tells_which_are_left_out(rig: Rig, tmp_path: Path) -> None:
    keep_bars(tmp_path / "data", symbols=2, sessions=80)

    report, said = rig.run("features", symbols=("S000", "NONE"))

    assert "1 symbols" in report.said
    assert any(text.startswith("US:NONE is left out") for text in said.lines)


def test_table_begins_with_the_day_asked_for(rig: Rig, tmp_path: Path) -> None:
    keep_bars(tmp_path / "data", symbols=2, sessions=120)

    rig.run("features", first="2014-05-01", last="2014-05-31")

    sessions = rig.stores.tables.get().sessions.astype("datetime64[ns]").astype(str)
    assert (sessions[0][:10], sessions[-1][:10]) == ("2014-05-01", "2014-05-30")


def test_table_that_would_not_fit_in_memory_is_refused_and_nothing_is_kept(
    rig: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_bars(tmp_path / "data", symbols=2, sessions=80)
    monkeypatch.setattr(feature_parts, "free_memory", lambda: 100_000)

    with pytest.raises(BadInput, match=r"2 symbols over about 80 sessions .*--parts FOLDER"):
        rig.run("features")

    assert rig.stores.tables.names() == []


def test_training_without_a_table_says_how_to_make_one(rig: Rig) -> None:
    with pytest.raises(NoData, match="quantdeck features"):
        rig.run("train")


@pytest.mark.parametrize(
    ("kind", "asked", "field"),
    [
        ("features", {"symbols": ("!",)}, "symbols"),
        ("features", {"first": "spring"}, "first"),
        ("train", {"target": "fame"}, "target"),
    ],
)
def test_question_that_cannot_be_names_its_field(
    rig: Rig, kind: str, asked: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        rig.run(kind, **asked)

    assert refused.value.field == field


def test_question_comes_before_the_settings() -> None:
    settings = Settings(research=Research(target="up", horizon=5, seed=3))

    way = way_of(settings, JobQuestion(kind="train", target="beats_median"))

    assert (way.target, way.horizon, way.seed) == (Target.BEATS_MEDIAN, 5, 3)


def test_cancelled_work_has_ended_when_the_cancelling_returns() -> None:
    began, ended = threading.Event(), threading.Event()

    def work(on_progress: Any) -> None:
        try:
            while True:
                began.set()
                on_progress(1, 2, "working")
        finally:
            ended.set()

    async def main() -> None:
        running = asyncio.create_task(in_thread(work, Said()))
        await asyncio.to_thread(began.wait, 20)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert ended.is_set()

    asyncio.run(main())


def test_cancelled_training_keeps_no_model(rig: Rig, tmp_path: Path) -> None:
    keep_bars(tmp_path / "data", symbols=3, sessions=150)
    rig.run("features")

    class Impatient(Said):
        def progress(self, done: int, of: int) -> None:
            running[0].cancel()

    async def main() -> None:
        job = rig.jobs["train"]
        running.append(asyncio.create_task(job.run(JobQuestion(kind="train"), Impatient())))
        with pytest.raises(asyncio.CancelledError):
            await running[0]

    running: list[asyncio.Task[Any]] = []
    asyncio.run(main())

    assert rig.parts.models.cards() == []


def test_work_tells_each_text_once_and_every_step() -> None:
    said = Said()

    def work(on_progress: Any) -> str:
        for step in range(3):
            on_progress(step + 1, 3, "reading" if step < 2 else "computing")
        return "done"

    assert asyncio.run(in_thread(work, said)) == "done"
    assert said.lines == ["reading", "computing"]
    assert said.shares == [1 / 3, 2 / 3, 1.0]


def test_what_work_fails_with_is_what_the_job_fails_with() -> None:
    def work(_: Any) -> None:
        raise NoData("nothing is kept")

    with pytest.raises(NoData, match="nothing is kept"):
        asyncio.run(in_thread(work, Said()))
