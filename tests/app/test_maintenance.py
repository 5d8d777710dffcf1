"""Backup, compaction and retention as jobs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.app.maintenance import maintenance_jobs, upkeep
from quantdeck.app.settings import Retention, RetentionByKind, Settings, TapeSettings
from quantdeck.app.state_settings import StateSettings
from quantdeck.model.errors import NoData
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.ports.jobs import JobQuestion
from quantdeck.tape.open import open_reader, open_writer
from tests.hub.schedule_rig import NoWords

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.ports.jobs import JobReport
    from quantdeck.tape.writer import Tape

DAY_NS = 86_400_000_000_000
LONG_AGO_NS = 1_700_000_000_000_000_000
OLD = Settings(tape=TapeSettings(retention=RetentionByKind(agg_trade=Retention(max_age_days=30))))


def written(folder: Path) -> Tape:
    table = InstrumentTable()
    tape = open_writer(folder, table, clock=SystemClock())
    for part in range(2):
        rows = np.zeros(5, DTYPES[Kind.AGG_TRADE])
        rows["ts_event"] = LONG_AGO_NS + np.arange(5) + 5 * part
        rows["seq"] = np.arange(5) + 5 * part
        rows["symbol"] = table.id_of("BINANCE-USDM:BTCUSDT")
        provenance = Provenance("binance-usdm", Delay.REALTIME, RunId("run"))
        tape.append_wait(Batch(Kind.AGG_TRADE, rows, provenance))
        tape.seal()
    return tape


def ran(kind: str, settings: Settings, folder: Path, writer: Any = None) -> JobReport:
    job = maintenance_jobs(settings, folder, SystemClock(), writer=writer)[kind]
    question = JobQuestion(kind=kind)
    job.check(question)
    return asyncio.run(job.run(question, NoWords()))


def test_backup_of_a_folder_whose_state_is_in_a_server_may_have_nothing_to_copy(
    tmp_path: Path,
) -> None:
    served = Settings(state=StateSettings(url="postgresql://deck@db/deck"))

    assert ran("backup", served, tmp_path).said.startswith("no database lies in this folder")
    with pytest.raises(NoData):
        ran("backup", Settings(), tmp_path)


def test_compact_merges_through_the_writer_of_a_deck(tmp_path: Path) -> None:
    tape = written(tmp_path)

    report = ran("compact", Settings(), tmp_path, tape)

    tape.close()
    assert report.said.startswith("2 files merged; the tape has 1 file")
    assert open_reader(tmp_path).tail(Kind.AGG_TRADE, "BINANCE-USDM:BTCUSDT", 99).num_rows == 10


def test_compact_without_a_deck_opens_the_tape_itself(tmp_path: Path) -> None:
    written(tmp_path).close()

    assert ran("compact", Settings(), tmp_path).said.startswith("2 files merged")
    found = upkeep(Settings(), tmp_path, SystemClock())
    assert found is not None
    assert (found.merged, found.files) == (0, 1)


def test_retention_without_a_rule_removes_nothing(tmp_path: Path) -> None:
    written(tmp_path).close()

    report = ran("retention", Settings(), tmp_path)

    assert report.said == "no rule is set, and nothing is removed"
    assert len(open_reader(tmp_path).coverage()) == 1


def test_retention_removes_what_the_rule_does_not_keep(tmp_path: Path) -> None:
    written(tmp_path).close()

    report = ran("retention", OLD, tmp_path)

    assert report.said == "2 files of events left the tape"
    assert open_reader(tmp_path).coverage() == []


def test_backup_of_nothing_fails(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="nothing to back up"):
        ran("backup", Settings(), tmp_path)
