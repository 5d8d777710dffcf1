"""Two machines, as far as folders tell: one captures, the other has a copy of the tape and the page."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.model.events import Kind
from quantdeck.tape.open import open_reader
from tests.end_to_end.deck_process import DeckProcess, command, surroundings
from tests.scale.nats_server import NatsServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEALTH = re.compile(r"http://(127\.0\.0\.1:\d+)/health")
# What says how old something is, or how this process itself is doing.
_OF_THE_MOMENT = frozenset({"age_s", "age", "took", "next", "since"})
_OF_THE_PROCESS = frozenset(
    {*(f"dashboard.{name}" for name in ("capture", "rate", "lag", "feeds", "log")), "boxes.desk"}
    | {"scan.summary"}
)
_AGE = re.compile(r"\d+(\.\d+)? (s|min|h)\b")
_PATIENCE_S = 60.0


@contextmanager
def _running(*arguments: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a command until the end of the block, and give the first line that it says, too."""
    with (folder / f"{arguments[0]}.err").open("w+") as errors:
        process = subprocess.Popen(
            command(*arguments, "--demo", "--port", "0"),
            cwd=folder,
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line, (folder / f"{arguments[0]}.err").read_text()
            yield process, line
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=20)
            process.stdout.close()


@pytest.fixture
def server(tmp_path):
    made = NatsServer(tmp_path / "server")
    yield made
    made.stop()


def _machine(folder: Path, server: NatsServer) -> Path:
    folder.mkdir()
    (folder / "config.yaml").write_text(f"bus:\n  url: {server.url}\n  max_bytes: 67108864\n")
    return folder


def _health(line: str) -> Any:
    found = _HEALTH.search(line)
    assert found, line
    connection = http.client.HTTPConnection(found[1], timeout=60)
    connection.request("GET", "/health")
    told = json.loads(connection.getresponse().read())
    connection.close()
    return told


def _feed(web: DeckProcess) -> dict:
    feeds = web.ask("/api/v1/feeds").json["feeds"]
    return next(feed for feed in feeds if feed["name"].startswith("binance-usdm/"))


def _ends_well(process: subprocess.Popen[str]) -> bool:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=60) == 0


def _keys(folder: Path) -> set[tuple[str, int, str]]:
    (tape,) = [found.parent for found in folder.rglob("manifest.sqlite")]
    table = open_reader(tape).table(Kind.AGG_TRADE, columns=["symbol", "seq", "ingest_run_id"])
    return {(row["symbol"], row["seq"], row["ingest_run_id"]) for row in table.to_pylist()}


def _steady(payload: Any) -> Any:
    if isinstance(payload, dict):
        return {k: _steady(v) for k, v in payload.items() if k not in _OF_THE_MOMENT}
    if isinstance(payload, list):
        return [_steady(each) for each in payload]
    return _AGE.sub("some time", payload) if isinstance(payload, str) else payload


def _panels(web: DeckProcess) -> dict[str, Any]:
    pages = web.ask("/api/v1/pages").json["pages"]
    chosen = {"dashboard", "boxes", "pairs", "scan"}
    names = {panel["id"] for page in pages if page["id"] in chosen for panel in page["panels"]}
    return {
        name: _steady(web.ask(f"/api/v1/panels/{name}").json) for name in names - _OF_THE_PROCESS
    }


def _different(web: DeckProcess, other: DeckProcess) -> list[str]:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        shown, expected = _panels(web), _panels(other)
        assert len(shown) >= 25
        names = sorted(name for name in expected if shown[name] != expected[name])
        if not names or time.monotonic() > deadline:
            return names


@pytest.mark.scale_slow
def test_page_of_another_machine_shows_over_the_bus_what_one_beside_the_tape_shows(
    tmp_path, server
) -> None:
    there, here = _machine(tmp_path / "there", server), _machine(tmp_path / "here", server)

    with ExitStack() as stack:
        ingest, _ = stack.enter_context(_running("ingest", folder=there))
        mirror, mirror_line = stack.enter_context(_running("mirror", folder=here))
        web = DeckProcess("web", "--demo", "--port", "0", folder=here)
        stack.callback(web.close)
        beside = DeckProcess("web", "--demo", "--port", "0", folder=there, QUANTDECK_BUS__URL="")
        stack.callback(beside.close)
        first = web.until(lambda: _feed(web)["last_data_ns"])
        beside.until(lambda: _feed(beside)["last_data_ns"])
        web.until(lambda: web.ask("/api/v1/panels/boxes.history").json["lines"].get("1y"))
        server.kill()
        web.until(lambda: _feed(web)["state"] == "backoff")
        told = _feed(web)["detail"]
        server.start()
        web.until(lambda: _feed(web)["state"] == "live" and _feed(web)["last_data_ns"] > first)
        ended = _ends_well(ingest)
        web.until(lambda: _keys(here) == _keys(there))
        different = _different(web, beside)
        health = _health(mirror_line)
        ended = ended and _ends_well(mirror)
        code, errors = web.stop(), web.errors()

    assert different == []
    assert "does not answer" in told
    assert "no process publishes" in health["detail"]
    assert [part["name"] for part in health["components"]] == ["tape", "bus"]
    assert (ended, code) == (True, 0)
    assert "Traceback" not in errors
