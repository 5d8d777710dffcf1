"""The command as a process: how it begins, how it ends, and what a sudden end leaves behind."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.places import DEMO_FOLDER
from tests.end_to_end.deck_process import DeckProcess, command, quantdeck, surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_KINDS = ("agg_trades", "trades", "quotes", "marks", "bars")


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., DeckProcess]]:
    decks: list[DeckProcess] = []

    def start(*arguments: object, data: str = "data") -> DeckProcess:
        deck = DeckProcess(*arguments, "--data-dir", data, folder=tmp_path)
        decks.append(deck)
        return deck

    yield start
    for deck in decks:
        deck.close()


@pytest.fixture
def demo(started: Callable[..., DeckProcess]) -> Callable[[], DeckProcess]:
    return lambda: started("up", "--demo", "--port", "0")


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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_up_when_told_to_stop_ends_well_and_leaves_nothing_running_or_half_written(
    demo: Callable[[], DeckProcess], tmp_path: Path, how: signal.Signals
) -> None:
    deck = demo()
    rows = deck.until_taped(200)
    children = deck.children()

    code = deck.stop(how)

    assert code == 0, deck.errors()
    assert deck.out.count(b"\n") == 1
    assert deck.errors() == ""
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert list((tmp_path / "data").rglob("*.tmp")) == []
    found, distinct = counts(tmp_path)
    assert found == distinct >= rows


def test_up_after_a_kill_goes_on_where_it_was_without_a_row_twice(
    demo: Callable[[], DeckProcess], tmp_path: Path
) -> None:
    first = demo()
    first.until_received(200)
    durable = first.until_taped()
    first.process.send_signal(signal.SIGKILL)
    first.kill()
    kept = counts(tmp_path)

    second = demo()
    second.until_received(100)
    code = second.stop()

    found, distinct = counts(tmp_path)
    assert code == 0, second.errors()
    assert kept[0] == kept[1] >= durable
    assert found == distinct > kept[0]
    assert runs(tmp_path) == 2
    assert list((tmp_path / "data").rglob("*.tmp")) == []


def test_second_up_on_the_same_data_is_refused_and_disturbs_nothing(
    demo: Callable[[], DeckProcess], tmp_path: Path
) -> None:
    deck = demo()

    second = quantdeck(
        *("up", "--demo", "--port", "0", "--no-open", "--data-dir", "data"), folder=tmp_path
    )

    assert second.returncode == 3
    assert f"is being written by process {deck.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr
    assert deck.until_taped(1)
    assert deck.ask("/health").json["tape"] == "writing"


def test_up_on_a_taken_port_takes_the_next_and_says_so(
    demo: Callable[[], DeckProcess], started: Callable[..., DeckProcess]
) -> None:
    first = demo()

    second = started("up", "--demo", "--port", first.port, data="elsewhere")

    lines = second.out.decode().splitlines()
    assert lines[0] == f"port {first.port} is taken, using {second.port}"
    assert first.port < second.port <= first.port + 20
    assert second.ask("/health").status == 200


def test_up_with_the_raw_log_keeps_frames_that_can_be_imported(
    started: Callable[..., DeckProcess], tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text("capture: {raw_log: true}\n", encoding="utf-8")
    deck = started("up", "--demo", "--port", "0")
    deck.until_received(300)
    code = deck.stop()
    (row,) = sql(tmp_path, "SELECT count(*) AS n FROM quotes")
    frames = [p for p in (tmp_path / "data" / DEMO_FOLDER / "raw").rglob("*") if p.is_file()]

    done = quantdeck(
        *("import", *frames, "--strict", "--json", "--data-dir", "again"), folder=tmp_path
    )

    assert code == 0, deck.errors()
    assert done.returncode == 0, done.stderr
    new = json.loads(done.stdout)["new"]
    assert sum(rows for stream, rows in new.items() if stream.startswith("quote ")) == row["n"]


def test_replay_of_what_was_captured_serves_it_and_ends(
    demo: Callable[[], DeckProcess], started: Callable[..., DeckProcess], tmp_path: Path
) -> None:
    deck = demo()
    deck.until_taped(500)
    deck.stop()
    rows, _ = counts(tmp_path)

    replay = started("replay", "--speed", "max", "--port", "0", data=f"data/{DEMO_FOLDER}")
    replay.until(lambda: replay.ask("/api/v1/status").json["replay"]["done"])
    feed = replay.ask("/api/v1/feeds").json["feeds"][0]
    code = replay.stop()

    assert b"REPLAY" in replay.out
    assert (feed["state"], feed["detail"]) == ("stopped", "the recording has ended")
    assert feed["messages"] == rows
    assert (code, replay.errors()) == (0, "")


def test_up_shows_live_figures_of_the_demo_and_marks_them(demo: Callable[[], DeckProcess]) -> None:
    deck = demo()

    rows = deck.until(
        lambda: [
            row
            for row in deck.ask("/api/v1/panels/dashboard.symbols").json["rows"]
            if row["value"] is not None
        ]
    )
    status = deck.ask("/api/v1/status").json

    assert b" DEMO (simulated data) http://127.0.0.1:" in deck.out
    assert (status["mode"], status["capturing"]) == ("demo", True)
    assert {row["id"] for row in rows} <= set(status["symbols"])


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
