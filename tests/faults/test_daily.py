"""The daily run at a vendor that refuses, with nobody to tell, and killed in every one of its steps."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec import structs

from quantdeck.app.daily_steps import daily_of
from quantdeck.cli.reporting import exit_code
from quantdeck.hub.daily_record import daily_runs
from quantdeck.jobs.daily import Daily
from quantdeck.jobs.daily_steps import DailyQuestion
from quantdeck.model.errors import AuthFailed
from quantdeck.net.clock import SystemClock
from quantdeck.records.open import open_records
from quantdeck.sims.polygon.server import PolygonSim
from quantdeck.tape.history.store import BarStore
from tests.faults.daily_rig import (
    EARLIER,
    MARKET,
    SYMBOLS,
    Said,
    keep_earlier_playbook,
    place_of,
    run_once,
    settings_of,
)

if TYPE_CHECKING:
    from quantdeck.app.daily_inputs import DailyPlace
    from quantdeck.jobs.daily_steps import DailyReport

_CHILD = Path(__file__).with_name("daily_children.py")
_ROOT = Path(__file__).parents[2]
STEPS = (
    *("preflight", "collect", "sqlite", "quality", "detect", "features", "train", "playbook"),
    *("evaluate", "reports", "notify"),
)


@pytest.fixture(autouse=True)
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("NEWS_API_KEY", "ALERT_WEBHOOK_URL", "SLACK_WEBHOOK_URL", "POLYGON_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MASSIVE_API_KEY", "advanced")


class Receiver:
    """Takes what is posted to a Slack webhook."""

    def __init__(self) -> None:
        self.posts: list[dict] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0])
        self.posts.append(json.loads(await reader.readexactly(length)))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()


@pytest.mark.timeout(300)
def test_daily_killed_in_every_step_doubles_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, receiver = tmp_path / "data", Receiver()
    keep_earlier_playbook(data)

    async def scenario() -> list[int]:
        server = await asyncio.start_server(receiver, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("SLACK_WEBHOOK_URL", f"http://127.0.0.1:{port}/")
        async with server, PolygonSim(market=MARKET) as sim:
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, _CHILD, tmp_path, sim.rest_url, ",".join(STEPS)),
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
            )
            out, _ = await child.communicate()
        return json.loads(out)

    ends = asyncio.run(scenario())

    assert ends == [-signal.SIGKILL] * len(STEPS) + [0]
    with closing(open_records(data)) as records:
        _check(place_of(settings_of(tmp_path, ""), records, data))
    [post] = receiver.posts
    assert post["text"].startswith("Daily run: session 20")
    assert f"those of {EARLIER} made +" in post["text"]


def _check(place: DailyPlace) -> None:
    runs = daily_runs(place.records.due)
    assert runs[0].state == "done"
    assert {each.said for each in runs[1:]} == {"ended without a word"}
    [trained] = [each.said for each in runs[1].steps if each.name == "train"]
    assert trained.startswith("unchanged since")
    assert len(BarStore(place.folder).read("US:AAPL", "1d")) == 100
    assert len(place.playbooks.models.cards()) == 1
    rows = Counter((row["kind"], row["run"]) for row in place.lists.rows("scoreboard"))
    assert rows == {
        ("model", place.playbooks.models.current()): 1,
        ("playbook", f"playbook-{EARLIER}"): 1,
    }
    [alert] = [each for each in place.records.alerts.fired(limit=50) if each.rule_id == "daily"]
    [slack] = place.records.alerts.deliveries(alert_ids=[alert.id])
    assert (slack.channel, slack.state) == ("slack", "sent")


def test_daily_vendor_that_refuses_halfway_is_named_and_the_rest_comes_later(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"

    class Spoiler(Said):
        def line(self, text: str, *, tone: str = "plain") -> None:
            super().line(text)
            if text.startswith("collect: US:AAPL days: new"):
                sim.inject("auth-failed")

    async def scenario() -> tuple[DailyReport, DailyReport]:
        nonlocal sim
        async with PolygonSim(market=MARKET) as sim:
            settings = settings_of(tmp_path, sim.rest_url)
            settings = structs.replace(
                settings, daily=structs.replace(settings.daily, preflight=False)
            )
            with closing(open_records(data)) as records:
                place = place_of(settings, records, data)
                daily = Daily(daily_of(place).steps[:3], records.due, clock=SystemClock())
                question = DailyQuestion(symbols=SYMBOLS)
                first = await daily.run(question, Spoiler())
                kept.append(len(BarStore(data).read("US:AAPL", "1d")))
                sim.clear()
                return first, await daily.run(question, Said())

    sim: PolygonSim
    kept: list[int] = []

    first, second = asyncio.run(scenario())

    assert isinstance(first.error, AuthFailed)
    assert exit_code(first.error) == 3
    assert "polygon" in first.failures[0]
    assert [each.state for each in first.steps] == ["failed", "stopped", "stopped"]
    assert kept == [100]
    assert [each.state for each in second.steps] == ["done", "done", "done"]


def test_daily_that_nobody_hears_of_is_done_and_keeps_its_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("SLACK_WEBHOOK_URL", f"http://127.0.0.1:{unused.getsockname()[1]}/")
    data = tmp_path / "data"

    with closing(open_records(data)) as records:
        place = place_of(settings_of(tmp_path, "http://127.0.0.1:9"), records, data)
        report = asyncio.run(run_once(place, "notify"))
        [alert] = records.alerts.fired(limit=5)
        [slack] = records.alerts.deliveries(alert_ids=[alert.id])

    assert report.error is None
    assert "slack was not reached" in report.steps[-1].notes[0]
    assert (slack.state, slack.attempts) == ("waiting", 1)
