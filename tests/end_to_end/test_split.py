"""The four parts of a deck as processes of their own on one data folder."""

from __future__ import annotations

import re
import signal
import subprocess
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from tests.end_to_end.deck_process import DeckProcess, command, quantdeck, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path


_PORT = re.compile(r"http://127\.0\.0\.1:(\d+)")


@contextmanager
def _running(*arguments: str, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a command until the end of the block; gives the process and its first line."""
    with (folder / f"{arguments[0]}.err").open("w+") as errors:
        process = subprocess.Popen(
            command(*arguments),
            cwd=folder,
            env=surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            assert said, (folder / f"{arguments[0]}.err").read_text()
            yield process, said
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(timeout=20)
            process.stdout.close()


def _port(said: str) -> int:
    found = _PORT.search(said)
    assert found, said
    return int(found[1])


def _ends_well(process: subprocess.Popen[str]) -> bool:
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=30) == 0


def _feed(web: DeckProcess) -> dict[str, str]:
    (found,) = [
        feed
        for feed in web.ask("/api/v1/feeds").json["feeds"]
        if feed["name"] == "binance-usdm/tape"
    ]
    return found


def test_four_processes_share_one_folder_and_the_page_follows_the_capture(tmp_path: Path) -> None:
    with ExitStack() as stack:

        def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
            running: AbstractContextManager[tuple[subprocess.Popen[str], str]]
            running = _running(*arguments, folder=tmp_path)
            return stack.enter_context(running)

        ingest, said = start("ingest", "--demo", "--port", "0")
        health = _port(said)
        web = DeckProcess("web", "--demo", "--port", "0", folder=tmp_path)
        stack.callback(web.close)
        scheduler, _ = start("scheduler", "--demo")
        api, api_said = start("api", "--demo", "--port", "0")

        first = web.until(lambda: _feed(web)["last_data_ns"])
        web.until(lambda: _feed(web)["last_data_ns"] > first)
        prices = web.ask("/api/v1/panels/dashboard.symbols").json["rows"]
        upload = web.ask("/api/v1/status").json
        asked = quantdeck("health", f"http://127.0.0.1:{health}", folder=tmp_path)
        api_asked = quantdeck("health", f"http://127.0.0.1:{_port(api_said)}", folder=tmp_path)
        ended = [_ends_well(each) for each in (api, scheduler, ingest)]
        web.until(lambda: _feed(web)["state"] == "backoff")
        after = web.ask("/health/ready")
        code, errors = web.stop(), web.errors()

    assert any(row["value"] is not None for row in prices)
    assert upload["mode"] == "demo"
    assert (asked.returncode, asked.stdout.strip()) == (0, "ready")
    assert api_asked.returncode == 0
    assert ended == [True, True, True]
    assert after.status == 503
    assert "binance-usdm/tape is backoff" in after.json["detail"]
    assert code == 0
    assert "Traceback" not in errors


def test_health_of_an_address_where_nobody_answers_is_refused(tmp_path: Path) -> None:
    done = quantdeck("health", "http://127.0.0.1:9", "--timeout", "2", folder=tmp_path)
    wrong = quantdeck("health", "ftp://127.0.0.1", folder=tmp_path)

    assert done.returncode == 3
    assert "does not answer" in done.stderr
    assert wrong.returncode == 2
