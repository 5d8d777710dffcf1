"""Who is told of findings, and how often."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.app.detect import tell_findings, weights_of
from quantdeck.app.detect_job import DetectJob
from quantdeck.app.settings import load
from quantdeck.model.errors import BadInput
from quantdeck.model.findings import Finding
from quantdeck.ports.jobs import JobQuestion
from quantdeck.ports.notifier import Unreachable
from quantdeck.records.open import open_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quantdeck.model.alerts import FiredAlert
    from quantdeck.records.open import Records

NOW = 1_723_147_200_000_000_000


class Clock:
    ns = NOW

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)


class Channel:
    name = kind = "slack"

    def __init__(self) -> None:
        self.sent: list[FiredAlert] = []
        self.is_down = False

    async def send(self, alert: FiredAlert) -> None:
        if self.is_down:
            raise Unreachable("down")
        self.sent.append(alert)

    async def close(self) -> None:
        """Nothing to free."""


class Told:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str, *, tone: str = "plain") -> None:
        self.lines.append(text)

    def progress(self, done: int, of: int) -> None:
        raise AssertionError


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    made = open_records(tmp_path)
    yield made
    made.close()


def add(records: Records, *keys: str) -> None:
    found = [
        Finding(key=key, kind="news", symbol="US:KO", ts_ns=NOW, score=1.0, text=f"KO: {key}")
        for key in keys
    ]
    records.findings.add(found, now_ns=NOW)


def tell(records: Records, channel: Channel, clock: Clock, **more: Any) -> int:
    told, _ = asyncio.run(tell_findings(records, [channel], clock=clock, simulated=True, **more))
    return len(told)


def test_tell_findings_sends_one_message_and_no_other(records: Records) -> None:
    channel, clock = Channel(), Clock()
    add(records, "one", "two")

    counts = [tell(records, channel, clock) for _ in range(2)]

    assert counts == [2, 0]
    assert [each.message for each in channel.sent] == ["2 stories: KO: one; and 1 more"]
    assert channel.sent[0].details == "KO: one\nKO: two"
    assert records.alerts.fired(limit=5)[0].rule_name == "Detection"


def test_tell_findings_while_slack_is_down_is_sent_later_with_the_same_id(records: Records) -> None:
    channel, clock = Channel(), Clock()
    channel.is_down = True
    add(records, "one")
    tell(records, channel, clock)

    waiting = records.alerts.due(2**62, limit=5, channel="slack")

    assert [alert.message for alert, _ in waiting] == ["1 story: KO: one"]
    assert tell(records, channel, clock) == 0


def test_tell_findings_again_after_an_end_in_between_is_one_message(records: Records) -> None:
    channel, clock = Channel(), Clock()
    add(records, "one")
    # The process ended when the message was taken, and before it was noted as told.
    taken = records.findings.take_untold(now_ns=NOW, since_ns=0)
    add(records, "two")

    counts = [tell(records, channel, clock) for _ in range(2)]

    assert counts == [1, 1]
    assert taken is not None
    assert channel.sent[0].id == taken.message
    assert [each.message for each in channel.sent] == ["1 story: KO: one", "1 story: KO: two"]


def test_weights_of_what_is_watched_are_those_of_the_records(
    tmp_path: Path, records: Records
) -> None:
    records.watchlist.watch("US:KO", added_ns=1)

    weights = weights_of(load(environ={}, flags={"history.symbols": ["AAPL"]}), tmp_path, records)

    assert weights == {"US:AAPL": 1.0, "US:KO": 1.0}


def test_detect_job_of_an_empty_folder_says_what_is_missing(
    tmp_path: Path, records: Records
) -> None:
    job = DetectJob(load(environ={}), tmp_path, records, Clock(), demo=True)
    told = Told()

    report = asyncio.run(job.run(JobQuestion(kind="detect"), told))

    assert report.said == "nothing new out of the ordinary"
    assert told.lines == ["news: no story is kept; collect some, such as by quantdeck collect"]


def test_detect_job_of_a_symbol_that_is_none_is_refused(tmp_path: Path, records: Records) -> None:
    job = DetectJob(load(environ={}), tmp_path, records, Clock(), demo=True)

    with pytest.raises(BadInput, match="is not a symbol"):
        job.check(JobQuestion(kind="detect", symbols=("A!",)))
