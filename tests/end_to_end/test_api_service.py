"""``quantdeck api`` as a process of its own, beside a deck on the same data folder."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.end_to_end.deck_process import DeckProcess, command, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ADDRESS = re.compile(r"API http://127\.0\.0\.1:(\d+)")
_LONGEST_WAIT_S = 240.0


class Service:
    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            command("api", "--demo", "--port", "0"),
            cwd=folder,
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = _ADDRESS.search(said)
        assert found, said + self.process.stdout.read()
        self.port = int(found[1])

    def get(self, path: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        status, body = answer.status, json.loads(answer.read())
        connection.close()
        return status, body

    def until_found(self, path: str) -> Any:
        deadline = time.monotonic() + _LONGEST_WAIT_S
        while (answer := self.get(path))[0] != 200:
            assert time.monotonic() < deadline, answer
            time.sleep(0.1)
        return answer[1]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(timeout=20)
        if self.process.stdout is not None:
            self.process.stdout.close()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    started = Service(tmp_path)
    yield started
    started.close()


def test_service_alone_fetches_what_it_studies_and_ends_on_request(service: Service) -> None:
    metrics = service.until_found("/metrics/SPY?benchmark=none")
    coin = service.until_found("/risk/BTCUSDT?benchmark=none")
    options = service.until_found("/options/SPX")
    service.process.send_signal(signal.SIGINT)

    assert metrics["trust"]["mode"] == "demo"
    assert metrics["metrics"]["sharpe_ratio"]["value"] is not None
    assert coin["prices"]["calendar"] == "24/7"
    assert options["expiries"]
    assert service.process.wait(timeout=20) == 0


def test_service_beside_a_deck_reads_what_that_keeps(tmp_path: Path) -> None:
    deck = DeckProcess("up", "--demo", "--port", "0", folder=tmp_path)
    try:
        deck.until(lambda: deck.ask("/api/v1/history/SPY").status == 200)
        service = Service(tmp_path)
        try:
            beside = service.until_found("/history/SPY?lookback=5")
            minutes = service.until_found("/metrics/BTCUSDT?interval=1m&benchmark=none")
            shown = deck.ask("/api/v1/history/SPY?lookback=5").json
            states = {
                each["name"]: each["state"] for each in service.get("/health")[1]["components"]
            }
        finally:
            service.close()
    finally:
        deck.close()

    assert minutes["prices"]["interval"] == "1m"
    assert beside["rows"] == shown["rows"]
    assert beside["prices"]["fetched"] == shown["prices"]["fetched"]
    assert states == {"feeds": "off", "tape": "ok", "histories": "ok", "options": "ok"}
