"""The four parts of a deck as processes of their own on one data folder."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING

from quantdeck.app.ask_health import run_health
from tests.end_to_end.deck_process import DeckProcess, command, surroundings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

_ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")


class _Part:
    """A command that goes on until it is told to end."""

    def __init__(self, *arguments: str, folder: Path) -> None:
        self._errors = folder / f"{arguments[0]}.err"
        with self._errors.open("w") as errors:
            self.process = subprocess.Popen(
                command(*arguments, "--demo", "--port", "0"),
                cwd=folder,
                env=surroundings(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def address(self) -> str:
        """Wait for its first line, and return the address in it."""
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = _ADDRESS.search(said)
        assert found, said + self._errors.read_text()
        return found[0]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=20)


def _measures(address: str) -> str:
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    connection.request("GET", "/internal/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    return text


def _feed(web: DeckProcess) -> dict[str, str]:
    (found,) = [
        feed
        for feed in web.ask("/api/v1/feeds").json["feeds"]
        if feed["name"] == "binance-usdm/tape"
    ]
    return found


def test_four_processes_share_one_folder_and_the_page_follows_the_capture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with ExitStack() as stack:
        parts = {
            "ingest": _Part("ingest", "--symbols", "btcusdt", folder=tmp_path),
            "scheduler": _Part("scheduler", folder=tmp_path),
            "api": _Part("api", folder=tmp_path),
        }
        for part in parts.values():
            stack.callback(part.close)
        web = DeckProcess("web", "--demo", "--port", "0", folder=tmp_path)
        stack.callback(web.close)
        addresses = {name: part.address() for name, part in parts.items()}

        first = web.until(lambda: _feed(web)["last_data_ns"])
        web.until(lambda: _feed(web)["last_data_ns"] > first)
        prices = web.ask("/api/v1/panels/dashboard.symbols").json["rows"]
        mode = web.ask("/api/v1/status").json["mode"]
        for address in addresses.values():
            run_health(address, ready=False, timeout_s=60)
        measures = {name: _measures(address) for name, address in addresses.items()}
        for part in parts.values():
            part.process.send_signal(signal.SIGTERM)
        ended = [part.process.wait(timeout=30) for part in parts.values()]
        web.until(lambda: _feed(web)["state"] == "backoff")
        after = web.ask("/health/ready")
        code, errors = web.stop(), web.errors()

    assert any(row["value"] is not None for row in prices)
    assert mode == "demo"
    assert capsys.readouterr().out.splitlines()[0] == "ready"
    assert 'quantdeck_feed_messages_total{feed="binance-usdm/market"}' in measures["ingest"]
    assert 'quantdeck_job_next_timestamp_seconds{job="backup"}' in measures["scheduler"]
    assert "quantdeck_ready 1.0" in measures["api"]
    assert ended == [0, 0, 0]
    assert after.status == 503
    assert "binance-usdm/tape is backoff" in after.json["detail"]
    assert code == 0
    assert "Traceback" not in errors
