"""The command as a process: how it begins, how it ends, and what a sudden end leaves behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from quantdeck.app.places import DEMO_FOLDER
from tests.end_to_end.deck_process import DeckProcess, command, quantdeck, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator

_COIN = "BINANCE-USDM:BTCUSDT"
_KINDS = ("agg_trades", "trades", "quotes", "marks", "bars")


class Ended(NamedTuple):
    """A deck that was told to stop: where, what it had kept by then, how it ended, what it had found."""

    folder: Path
    deck: DeckProcess
    code: int
    rows: int
    children: set[int]
    strays: frozenset[Path]


def demo(folder: Path) -> DeckProcess:
    return DeckProcess("up", "--demo", "--port", "0", "--data-dir", "data", folder=folder)


def end(
    deck: DeckProcess,
    folder: Path,
    how: signal.Signals,
    *,
    rows: int,
    strays: frozenset[Path] = frozenset(),
) -> Ended:
    kept, children = deck.until_taped(rows), deck.children()
    return Ended(folder, deck, deck.stop(how), kept, children, strays)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("running")


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[DeckProcess]:
    """A deck of the demo that goes on as long as there are tests."""
    deck = demo(folder)
    yield deck
    deck.stop()
    deck.close()


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """A deck that kept what it was sent word by word as well, until Ctrl-C."""
    folder = tmp_path_factory.mktemp("interrupted")
    (folder / "config.yaml").write_text("capture: {raw_log: true}\n", encoding="utf-8")
    deck = demo(folder)
    yield end(deck, folder, signal.SIGINT, rows=500)
    deck.close()


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """The folder of a deck that was killed, and how many rows it had said to be on the disk."""
    folder = tmp_path_factory.mktemp("killed")
    deck = demo(folder)
    try:
        deck.until_received(200)
        durable = deck.until_taped()
    finally:
        deck.kill()
        deck.close()
    return folder, durable


@pytest.fixture(scope="module")
def kept(killed: tuple[Path, int]) -> tuple[int, int]:
    """What could be read after the kill, before another deck was started."""
    return counts(killed[0])


@pytest.fixture(scope="module")
def again(killed: tuple[Path, int], kept: tuple[int, int]) -> Iterator[Ended]:
    """The deck after the one that was killed, ended as a supervisor ends it."""
    # Several processes write histories: what one leaves that is killed is removed an hour later.
    strays = frozenset((killed[0] / "data").rglob("history/**/*.tmp"))
    deck = demo(killed[0])
    deck.until_received(100)
    yield end(deck, killed[0], signal.SIGTERM, rows=1, strays=strays)
    deck.close()


def sql(folder: Path, query: str) -> list[dict[str, int]]:
    done = quantdeck("sql", query, "--demo", "--json", "--data-dir", "data", folder=folder)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def counts(folder: Path) -> tuple[int, int]:
    """Rows of all kinds, and those that differ by what names an event."""
    name = "source, symbol, ts_event, seq"
    parts = " UNION ALL ".join(f"SELECT '{kind}', {name} FROM {kind}" for kind in _KINDS)  # noqa: S608
    query = "SELECT (SELECT count(*) FROM a) n, (SELECT count(*) FROM (SELECT DISTINCT * FROM a)) d"
    query = f"WITH a AS ({parts}) {query}"
    (row,) = sql(folder, query)
    return row["n"], row["d"]


def runs(folder: Path) -> int:
    (row,) = sql(folder, "SELECT count(DISTINCT ingest_run_id) AS n FROM quotes")
    return row["n"]


@pytest.mark.parametrize("which", ["interrupted", "again"])
def test_up_when_told_to_stop_ends_well_and_leaves_nothing_running_or_half_written(
    request: pytest.FixtureRequest, which: str
) -> None:
    ended: Ended = request.getfixturevalue(which)

    assert ended.code == 0, ended.deck.errors()
    # A deck that was away for long tells that as an alert.
    said = [line for line in ended.deck.out.splitlines() if not line.startswith(b"ALERT ")]
    assert len(said) == 1
    assert ended.deck.errors() == ""
    assert [pid for pid in ended.children if Path(f"/proc/{pid}").exists()] == []
    assert set((ended.folder / "data").rglob("*.tmp")) <= ended.strays
    found, distinct = counts(ended.folder)
    assert found == distinct >= ended.rows


def test_up_after_a_kill_goes_on_where_it_was_without_a_row_twice(
    killed: tuple[Path, int], kept: tuple[int, int], again: Ended
) -> None:
    folder, durable = killed

    found, distinct = counts(folder)

    assert kept[0] == kept[1] >= durable
    assert found == distinct > kept[0]
    assert runs(folder) == 2


def test_second_up_on_the_same_data_is_refused_and_disturbs_nothing(
    running: DeckProcess, folder: Path
) -> None:
    second = quantdeck(
        *("up", "--demo", "--port", "0", "--no-open", "--data-dir", "data"), folder=folder
    )

    assert second.returncode == 3
    assert f"is being written by process {running.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr
    assert running.until_taped(1)
    assert running.ask("/health").json["tape"] == "writing"


def test_up_on_a_taken_port_takes_the_next_and_says_so(
    running: DeckProcess, tmp_path: Path
) -> None:
    second = DeckProcess("up", "--offline", "--port", running.port, folder=tmp_path)
    try:
        status = second.ask("/health").status
    finally:
        second.stop()
        second.close()

    lines = second.out.decode().splitlines()
    assert lines[0] == f"port {running.port} is taken, using {second.port}"
    assert running.port < second.port <= running.port + 20
    assert status == 200


def test_up_with_the_raw_log_keeps_frames_that_can_be_imported(interrupted: Ended) -> None:
    folder = interrupted.folder
    (row,) = sql(folder, "SELECT count(*) AS n FROM quotes")
    frames = [p for p in (folder / "data" / DEMO_FOLDER / "raw").rglob("*") if p.is_file()]

    done = quantdeck(
        *("import", *frames, "--strict", "--json", "--data-dir", "again"), folder=folder
    )

    assert done.returncode == 0, done.stderr
    new = json.loads(done.stdout)["new"]
    assert sum(rows for stream, rows in new.items() if stream.startswith("quote ")) == row["n"]


def test_replay_of_what_was_captured_serves_it_and_ends(interrupted: Ended) -> None:
    rows, _ = counts(interrupted.folder)

    replay = DeckProcess(
        *("replay", "--speed", "max", "--port", "0", "--data-dir", f"data/{DEMO_FOLDER}"),
        folder=interrupted.folder,
    )
    try:
        replay.until(lambda: replay.ask("/api/v1/status").json["replay"]["done"])
        feed = replay.ask("/api/v1/feeds").json["feeds"][0]
        code, errors = replay.stop(), replay.errors()
    finally:
        replay.close()

    assert b"REPLAY" in replay.out
    assert (feed["state"], feed["detail"]) == ("stopped", "the recording has ended")
    assert feed["messages"] == rows
    assert (code, errors) == (0, "")


def test_up_shows_live_figures_of_the_demo_and_marks_them(running: DeckProcess) -> None:
    rows = running.until(
        lambda: [
            row
            for row in running.ask("/api/v1/panels/dashboard.symbols").json["rows"]
            if row["value"] is not None
        ]
    )
    status = running.ask("/api/v1/status").json

    assert b" DEMO (simulated data) http://127.0.0.1:" in running.out
    assert (status["mode"], status["capturing"]) == ("demo", True)
    assert {row["id"] for row in rows} <= set(status["symbols"])


def test_demo_has_years_of_a_stock_and_a_coin_and_keeps_them(
    running: DeckProcess, folder: Path
) -> None:
    for symbol in ("US:SPY", _COIN):
        found = running.until(lambda s=symbol: _history(running, s))
        assert found["trust"]["word"] == "demo"
        assert len(found["rows"]) >= 500

    def kept() -> list[dict[str, Any]]:
        rows = running.ask("/api/v1/panels/exports.history").json["rows"]
        symbols = {row["symbol"] for row in rows if row["interval"] == "1d"}
        return rows if {"US:SPY", _COIN} <= symbols else []

    row = next(row for row in running.until(kept) if row["id"] == "US:SPY/1d")
    lines = running.ask(row["csv"]).body.decode().splitlines()
    listed = quantdeck("history", "list", "--demo", "--data-dir", "data", folder=folder)

    assert row["delay"] == "simulated"
    assert len(lines) == row["rows"] + 1
    assert "US:SPY 1d: 2,5" in listed.stdout


def _history(deck: DeckProcess, symbol: str) -> dict[str, Any] | None:
    answer = deck.ask(f"/api/v1/history/{symbol}?lookback=500")
    return answer.json if answer.status == 200 else None


def test_sim_serves_its_vendor_until_interrupted(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("sim", "binance", "--port", "0", "--fault", "na-prints"),
        cwd=tmp_path,
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4)]
        address = re.search(r"futures  REST (http://127\.0\.0\.1:\d+)", "".join(lines))
        assert address is not None, lines
        with urllib.request.urlopen(f"{address[1]}/fapi/v1/ping", timeout=30) as answer:  # noqa: S310
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()

    assert (process.returncode, errors) == (0, "")
