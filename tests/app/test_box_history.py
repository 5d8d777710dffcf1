"""The history of rates computed anew, by whoever does the work."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.app.box_history import RatesJob, recompute
from quantdeck.app.compute_settings import ComputeSettings
from quantdeck.app.settings import Settings
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.ports.jobs import JobQuestion
from quantdeck.scale.compute.inline import InlineExecutor
from quantdeck.scale.compute.processes import ProcessExecutor
from quantdeck.tape.chains.store import ChainStore
from tests.hub.schedule_rig import NoWords

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

CHAIN, AT_NS = example_chain()
DAY_NS = 86_400_000_000_000
HERE = Settings(compute=ComputeSettings(reads="here"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = ChainStore(tmp_path / "data")
    for day in range(4):
        for number in range(3):
            taken_ns = AT_NS - day * DAY_NS + number * 1_000_000_000
            store.keep(
                ChainSnapshot(
                    taken_ns, "opra", Provenance("v", Delay.REALTIME, RunId("r")), (CHAIN,)
                )
            )
    return tmp_path / "data"


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessExecutor]:
    made = ProcessExecutor(2, worth_s=0.0)
    yield made
    made.close()


def computed(folder: Path, settings: Settings, executor: Any) -> tuple[int, pa.Table]:
    found = recompute(settings, folder, executor, (None, None), on_progress=lambda _: None)
    return found.rows, ChainStore(folder).rates()


def test_history_is_the_same_inline_on_processes_and_read_here(
    folder: Path, pool: ProcessExecutor, tmp_path: Path
) -> None:
    copies = [shutil.copytree(folder, tmp_path / name) for name in ("a", "b", "c")]

    inline = computed(copies[0], Settings(), InlineExecutor())
    named = computed(copies[1], Settings(), pool)
    sent = computed(copies[2], HERE, pool)

    assert inline[0] >= 12
    assert inline == named == sent


def test_history_computed_again_has_no_row_twice(folder: Path) -> None:
    first = computed(folder, Settings(), InlineExecutor())

    assert computed(folder, Settings(), InlineExecutor()) == first


def test_snapshot_that_is_gone_is_told_and_the_others_are_done(folder: Path) -> None:
    lost = ChainStore(folder).snapshots()[0]
    (folder / lost.path).unlink()

    found = recompute(
        Settings(), folder, InlineExecutor(), (None, None), on_progress=lambda _: None
    )

    assert (found.snapshots, found.unread) == (11, (lost.path,))


def test_worker_without_the_folder_says_what_to_do(folder: Path) -> None:
    class Elsewhere(InlineExecutor):
        def map(self, function: Any, items: Any, common: Any, **more: Any) -> Any:
            there = msgspec.structs.replace(common, folder="/nowhere")
            return super().map(function, items, there, **more)

    with pytest.raises(StoreError, match=r"no option chains on this worker; .*compute\.reads"):
        recompute(Settings(), folder, Elsewhere(), (None, None), on_progress=lambda _: None)


def test_job_computes_the_days_asked_for(folder: Path) -> None:
    job = RatesJob(Settings(), folder, InlineExecutor())
    day = str(np.datetime64(AT_NS - DAY_NS, "ns").astype("datetime64[D]"))
    question = JobQuestion(kind="box-rates", first=day, last=day)
    job.check(question)

    report = asyncio.run(job.run(question, NoWords()))

    assert "3 snapshots computed anew" in report.said


@pytest.mark.parametrize(
    ("first", "last", "field", "said"),
    [("soon", "", "first", "is no day"), ("2025-02-01", "2025-01-31", "last", "lies before")],
)
def test_job_refuses_days_that_are_none_or_in_the_wrong_order(
    tmp_path: Path, first: str, last: str, field: str, said: str
) -> None:
    job = RatesJob(Settings(), tmp_path, InlineExecutor())

    with pytest.raises(BadInput, match=said) as refused:
        job.check(JobQuestion(kind="box-rates", first=first, last=last))

    assert refused.value.field == field


def test_days_without_a_snapshot_are_answered_with_those_that_have_some(folder: Path) -> None:
    job = RatesJob(Settings(), folder, InlineExecutor())
    oldest, newest = (
        str(np.datetime64(AT_NS - back * DAY_NS, "ns").astype("datetime64[D]")) for back in (3, 0)
    )

    with pytest.raises(NoData, match=f"from {oldest} to {newest}"):
        asyncio.run(job.run(JobQuestion(kind="box-rates", first="2099-01-01"), NoWords()))


def test_folder_without_a_snapshot_is_answered_with_how_to_keep_some(tmp_path: Path) -> None:
    job = RatesJob(Settings(), tmp_path, InlineExecutor())

    with pytest.raises(NoData, match=r"none is kept; .*feeds\.alpaca.*boxes collect"):
        asyncio.run(job.run(JobQuestion(kind="box-rates"), NoWords()))
