"""Messages that are told once, at channels that answer, refuse, and do not answer."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.notices import tell_once, tell_waiting
from quantdeck.model.alerts import FiredAlert
from quantdeck.ports.notifier import Refused, Unreachable
from quantdeck.records.open import open_records
from tests.net.conftest import LeapingClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quantdeck.model.alerts import Delivery
    from quantdeck.records.open import Records

NOW_NS = 1_795_000_000 * 10**9
ALERT = FiredAlert("run:1", "daily", "Daily", "", NOW_NS, "done", details="a  1\nb  2")


class Channel:
    """Fulfils `quantdeck.ports.notifier.Notifier`."""

    name = kind = "slack"

    def __init__(self, *problems: Exception) -> None:
        self.heard: list[FiredAlert] = []
        self._problems = list(problems)

    async def send(self, alert: FiredAlert) -> None:
        if self._problems:
            raise self._problems.pop(0)
        self.heard.append(alert)

    async def close(self) -> None:
        pass


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    with closing(open_records(tmp_path)) as found:
        yield found


@pytest.fixture
def clock() -> LeapingClock:
    found = LeapingClock()
    found.set_ns(NOW_NS)
    return found


def told(records: Records, channel: Channel, clock: LeapingClock) -> list[Delivery]:
    return asyncio.run(tell_once(records.alerts, [channel], ALERT, clock=clock))


def test_notice_is_sent_once_however_often_it_is_told(records: Records, clock) -> None:
    channel = Channel()

    [first] = told(records, channel, clock)
    [second] = told(records, channel, clock)

    assert (first.state, second.state) == ("sent", "sent")
    assert [each.details for each in channel.heard] == ["a  1\nb  2"]


def test_notice_that_nobody_took_waits_and_goes_out_later(records: Records, clock) -> None:
    channel = Channel(Unreachable("no connection", retry_after_s=60.0))

    [first] = told(records, channel, clock)
    [soon] = told(records, channel, clock)
    clock.set_ns(NOW_NS + 61 * 10**9)
    [later] = asyncio.run(
        tell_waiting(records.alerts, [channel], "daily", simulated=False, clock=clock)
    )

    assert (first.state, first.detail, first.attempts) == ("waiting", "no connection", 1)
    assert soon == first
    assert (later.state, later.attempts, len(channel.heard)) == ("sent", 2, 1)


def test_notice_that_was_refused_is_not_sent_again(records: Records, clock) -> None:
    channel = Channel(Refused("HTTP 404"))

    [first] = told(records, channel, clock)
    told(records, channel, clock)

    assert (first.state, first.detail, channel.heard) == ("failed", "HTTP 404", [])


def test_notice_whose_sender_was_killed_is_held_for_a_while_and_sent_then(
    records: Records, clock
) -> None:
    class Killed(Channel):
        async def send(self, alert: FiredAlert) -> None:
            raise KeyboardInterrupt

    channel = Channel()
    with pytest.raises(KeyboardInterrupt):
        told(records, Killed(), clock)

    [held] = told(records, channel, clock)
    clock.set_ns(NOW_NS + 121 * 10**9)
    [sent] = told(records, channel, clock)

    assert (held.state, held.attempts) == ("waiting", 0)
    assert (sent.state, len(channel.heard)) == ("sent", 1)
