from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.app.doctor_folder import databases, integrity, key_file, newest_backup, room
from quantdeck.app.doctor_online import clock_skew
from quantdeck.app.feed_settings import BinanceSpot, BinanceUsdm, Feeds
from quantdeck.app.settings import Settings
from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.records.backup import back_up
from quantdeck.records.open import open_records
from quantdeck.tape.open import open_writer
from tests.app.time_server import time_server

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_795_000_000_000_000_000
DAY_NS = 86_400_000_000_000


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    table = InstrumentTable()
    writer = open_writer(tmp_path, table, clock=SystemClock())
    rows = np.zeros(500, DTYPES[Kind.AGG_TRADE])
    rows["seq"] = np.arange(500)
    rows["ts_event"] = rows["ts_recv"] = NOW - np.arange(500)[::-1] * 1_000_000
    rows["price"] = np.random.default_rng(1).normal(size=500)
    rows["symbol"] = table.id_of("BINANCE-USDM:BTCUSDT")
    provenance = Provenance("binance-usdm", Delay.REALTIME, RunId("run"))
    writer.append_wait(Batch(Kind.AGG_TRADE, rows, provenance))
    writer.seal()
    writer.close()
    return tmp_path


def sealed(folder: Path) -> Path:
    return next(folder.rglob("*.parquet"))


@pytest.mark.parametrize("deep", [False, True])
def test_integrity_of_a_whole_tape_is_well(tape: Path, deep: bool) -> None:
    found = integrity("tape files", tape, deep=deep)

    assert (found.verdict, found.found[:11]) == ("ok", "1 file, all")


def test_integrity_of_a_tape_without_a_file_names_it(tape: Path) -> None:
    sealed(tape).unlink()

    found = integrity("tape files", tape, deep=False)

    assert found.verdict == "fail"
    assert "missing: parquet/" in found.found
    assert "restore" in found.remedy


def test_integrity_of_a_file_cut_short_names_it(tape: Path) -> None:
    file = sealed(tape)
    file.write_bytes(file.read_bytes()[:-100])

    assert "damaged: parquet/" in integrity("tape files", tape, deep=False).found


def test_integrity_of_a_changed_byte_is_found_by_reading_to_the_end(tape: Path) -> None:
    file = sealed(tape)
    whole = bytearray(file.read_bytes())
    whole[4:400] = bytes(396)
    file.write_bytes(whole)

    shallow, deep = (integrity("tape files", tape, deep=deep) for deep in (False, True))

    assert (shallow.verdict, deep.verdict) == ("ok", "fail")


def test_integrity_of_a_damaged_segment_is_told(tape: Path) -> None:
    (tape / "wal" / "x.damaged").touch()

    found = integrity("tape files", tape, deep=False)

    assert (found.verdict, "x.damaged" in found.found) == ("warn", True)


def test_databases_that_are_damaged_are_named(tmp_path: Path) -> None:
    open_records(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "records.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    sound = databases(tmp_path)
    with (tmp_path / "records.sqlite").open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * 8192)

    found = databases(tmp_path)

    assert sound.verdict == "ok"
    assert (found.verdict, "records.sqlite" in found.found) == ("fail", True)


@pytest.mark.parametrize(("days", "verdict"), [(1, "ok"), (30, "warn")])
def test_backup_of_long_ago_is_told(tmp_path: Path, days: int, verdict: str) -> None:
    open_records(tmp_path).close()
    back_up(tmp_path, now_ns=NOW, keep=1)

    found = newest_backup(tmp_path, now_ns=NOW + days * DAY_NS)

    assert (found.verdict, f"{days}.0 days old" in found.found) == (verdict, True)


def test_room_is_told_with_the_pace_of_the_tape(tape: Path) -> None:
    said = room(tape, now_ns=NOW).found

    assert "MB a day this week: room for" in said


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, "ok"), (0o640, "warn"), (0o604, "warn")])
def test_key_file_that_others_may_read_is_told(tmp_path: Path, mode: int, verdict: str) -> None:
    file = tmp_path / ".env"
    file.write_text("ALPACA_API_KEY=abc123")
    file.chmod(mode)

    found = key_file(file)

    assert found.verdict == verdict
    assert "abc123" not in found.found


@pytest.mark.parametrize(
    ("ahead_s", "says_time", "verdict"),
    [(0.0, True, "ok"), (30.0, True, "fail"), (0.0, False, "ok"), (-60.0, False, "fail")],
)
def test_clock_is_compared_with_that_of_a_vendor(
    ahead_s: float, says_time: bool, verdict: str
) -> None:
    clock = SystemClock()
    with time_server(lambda: clock.now_ns() / 1e9 + ahead_s, says_time=says_time) as url:
        settings = Settings(feeds=Feeds(binance_usdm=BinanceUsdm(rest_url=url)))

        found = clock_skew(settings, clock)

    assert (found.check, found.verdict) == ("clock", verdict)


def test_clock_without_an_answer_says_who_gave_none() -> None:
    nobody = "http://127.0.0.1:1"
    feeds = Feeds(
        binance_usdm=BinanceUsdm(rest_url=nobody), binance_spot=BinanceSpot(rest_url=nobody)
    )

    found = clock_skew(Settings(feeds=feeds), SystemClock())

    assert (found.verdict, "gave no time" in found.found) == ("warn", True)
