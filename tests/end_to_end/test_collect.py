"""``quantdeck collect`` as a process of its own, at a simulator that refuses."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim
from quantdeck.tape.history.store import BarStore
from tests.end_to_end.deck_process import command, surroundings

if TYPE_CHECKING:
    from pathlib import Path

KEY = "advanced-and-secret"
_LONGEST_S = 240.0


class Ended(NamedTuple):
    code: int
    out: str
    err: str


def collect(folder: Path, *words: str, faults: tuple[str, ...] = (), stop: bool = False) -> Ended:
    """Run the command at a simulator; if it is to be stopped, as soon as bars have been kept."""

    async def scenario() -> Ended:
        async with PolygonSim(size=Size.SMALL, faults=faults) as sim:
            told = surroundings()
            told |= {
                "POLYGON_API_KEY": KEY,
                "QUANTDECK_FEEDS__POLYGON__PLAN": "advanced",
                "QUANTDECK_FEEDS__POLYGON__REST_URL": sim.rest_url,
            }
            for name in ("MASSIVE_API_KEY", "NEWS_API_KEY"):
                told.pop(name, None)
            process = await asyncio.create_subprocess_exec(
                *command("collect", "--symbols", "AAPL,MSFT", "--json", *words),
                cwd=folder,
                env=told,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            try:
                async with asyncio.timeout(_LONGEST_S):
                    if stop:
                        # The other process tells nothing before its end.
                        while not BarStore(folder / "data").kept():  # noqa: ASYNC110
                            await asyncio.sleep(0.02)
                        process.send_signal(signal.SIGINT)
                    out, err = await process.communicate()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
            return Ended(process.returncode or 0, out.decode(), err.decode())

    return asyncio.run(scenario())


def test_collect_keeps_and_copies_and_shows_no_key(tmp_path: Path) -> None:
    ended = collect(tmp_path, "--log-level", "debug")

    report = json.loads(ended.out)
    assert ended.code == 0, ended.err
    assert KEY not in ended.out + ended.err
    with closing(sqlite3.connect(tmp_path / "data" / "market_data.db")) as connection:
        told = set(connection.execute("SELECT symbol, source, ingest_run_id FROM ohlcv"))
    run = report["ingest_run_id"]
    assert told == {("US:AAPL", "polygon", run), ("US:MSFT", "polygon", run)}


def test_collect_that_may_have_nothing_ends_without_data(tmp_path: Path) -> None:
    ended = collect(tmp_path, "--only", "days,minutes,quote", faults=("403",))

    assert ended.code == 4
    assert set(json.loads(ended.out)["not_included"]) == {"days", "minutes", "quote"}


def test_collect_that_is_refused_ends_with_its_code(tmp_path: Path) -> None:
    ended = collect(tmp_path, "--only", "splits,days", faults=("auth-failed",))

    assert ended.code == 3
    assert KEY not in ended.out + ended.err


def test_collect_interrupted_leaves_what_was_kept(tmp_path: Path) -> None:
    ended = collect(tmp_path, faults=("slow-rest=300",), stop=True)

    report = json.loads(ended.out)
    assert ended.code == 130, ended.err
    assert report["interrupted"]
    assert report["sqlite"] is None
    assert len(BarStore(tmp_path / "data").read("US:AAPL", "1d")) == 60
