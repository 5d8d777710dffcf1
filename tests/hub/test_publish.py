from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from quantdeck.hub.publish import Publisher
from quantdeck.hub.supervise import Supervisor
from quantdeck.hub.topics import Topics
from quantdeck.model.errors import BadInput, NoData

if TYPE_CHECKING:
    from quantdeck.hub.topic import Topic


class _Clock:
    def __init__(self) -> None:
        self.ns = 0

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)
        await asyncio.sleep(0)


class _Machine:
    def __init__(self) -> None:
        self.revision_no = 0
        self.computed = 0
        self.error: Exception | None = None
        self.failing = {"a"}
        self.is_slow = False
        self.release = asyncio.Event()

    def quick(self, topic: Topic) -> Any:
        if self.is_slow:
            return None
        if self.error and topic.name in self.failing:
            raise self.error
        self.computed += 1
        return {"n": self.computed}

    async def slow(self, topic: Topic) -> Any:
        await self.release.wait()
        if self.error:
            raise self.error
        self.computed += 1
        return {"slow": self.computed}

    def revision(self, topic: Topic) -> int:
        return self.revision_no


def _deck() -> tuple[_Clock, _Machine, Topics, Publisher]:
    clock, machine = _Clock(), _Machine()
    topics = Topics(encode=msgspec.json.encode, change=lambda old, new: None)
    publisher = Publisher(
        topics,
        quick=machine.quick,
        slow=machine.slow,
        revision=machine.revision,
        fence=Supervisor(clock).fence,
        clock=clock,
        hz=10,
    )
    return clock, machine, topics, publisher


def test_publisher_without_readers_computes_nothing() -> None:
    _, machine, _, publisher = _deck()

    publisher.publish_due()

    assert machine.computed == 0


def test_publisher_unchanged_topic_is_computed_once_a_second() -> None:
    clock, machine, topics, publisher = _deck()
    topics.connect(lambda: None).subscribe("a", hz=10)

    for _ in range(21):
        publisher.publish_due()
        clock.ns += 100_000_000

    assert machine.computed == 3


def test_publisher_changed_topic_is_computed_every_time() -> None:
    clock, machine, topics, publisher = _deck()
    topics.connect(lambda: None).subscribe("a", hz=10)

    for _ in range(5):
        publisher.publish_due()
        machine.revision_no += 1
        clock.ns += 100_000_000

    assert machine.computed == 5


def test_publisher_new_reader_of_a_quiet_topic_gets_it_at_once() -> None:
    _, machine, topics, publisher = _deck()
    first = topics.connect(lambda: None)
    first.subscribe("a", hz=10)
    publisher.publish_due()
    first.close()
    second = topics.connect(lambda: None)
    second.subscribe("a", hz=10)

    publisher.publish_due()

    assert machine.computed == 2
    assert second.take(0.0) is not None


@pytest.mark.parametrize(
    ("error", "code"), [(BadInput("no such symbol"), "bad-input"), (NoData("none"), "no-data")]
)
def test_publisher_error_reaches_the_reader_with_its_code(error: Exception, code: str) -> None:
    _, machine, topics, publisher = _deck()
    client = topics.connect(lambda: None)
    client.subscribe("a", hz=10)
    machine.error = error

    publisher.publish_due()

    message = msgspec.json.decode(client.take(0.0) or "")
    assert (message["t"], message["code"], message["message"]) == ("err", code, str(error))


def test_publisher_topic_that_breaks_says_so_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, machine, topics, publisher = _deck()
    client = topics.connect(lambda: None)
    client.subscribe("a", hz=10)
    client.subscribe("b", hz=10)
    machine.error = ZeroDivisionError("division by zero")

    for _ in range(3):
        publisher.publish_due()
        machine.revision_no += 1
        clock.ns += 100_000_000

    broken, other = (msgspec.json.decode(client.take(0.0) or "") for _ in range(2))
    assert (broken["t"], broken["code"]) == ("err", "internal")
    assert "topic a failed (ZeroDivisionError: division by zero)" in broken["message"]
    assert (other["topic"], other["data"]) == ("b", {"n": 3})
    assert sum(record.exc_info is not None for record in caplog.records) == 1


def test_publisher_topic_that_broke_is_shown_again_when_it_can_be() -> None:
    clock, machine, topics, publisher = _deck()
    client = topics.connect(lambda: None)
    client.subscribe("a", hz=10)
    machine.error = KeyError("x")
    publisher.publish_due()
    machine.error = None
    clock.ns += 1_000_000_000

    publisher.publish_due()

    assert msgspec.json.decode(client.take(1.0) or "")["data"] == {"n": 1}


def test_publisher_slow_topic_that_breaks_says_so() -> None:
    async def main() -> str:
        _, machine, topics, publisher = _deck()
        machine.is_slow = True
        machine.error = OverflowError("too far")
        machine.release.set()
        client = topics.connect(lambda: None)
        client.subscribe("tape", hz=10)
        publisher.publish_due()
        for _ in range(5):
            await asyncio.sleep(0)
        return client.take(0.0) or ""

    assert "OverflowError: too far" in msgspec.json.decode(asyncio.run(main()))["message"]


def test_publisher_slow_topic_does_not_hold_up_and_is_asked_one_at_a_time() -> None:
    async def main() -> tuple[int, int, str]:
        clock, machine, topics, publisher = _deck()
        machine.is_slow = True
        client = topics.connect(lambda: None)
        client.subscribe("tape", hz=10)
        for _ in range(100):
            publisher.publish_due()
            clock.ns += 100_000_000
            await asyncio.sleep(0)
        waiting = machine.computed
        machine.release.set()
        for _ in range(5):
            await asyncio.sleep(0)
        return waiting, machine.computed, client.take(1e9) or ""

    waiting, computed, message = asyncio.run(main())

    assert (waiting, computed) == (0, 1)
    assert msgspec.json.decode(message)["data"] == {"slow": 1}


def test_publisher_run_keeps_its_rate() -> None:
    async def main() -> int:
        clock, machine, topics, publisher = _deck()
        topics.connect(lambda: None).subscribe("a", hz=10)
        task = asyncio.create_task(publisher.run())
        while clock.ns < 10_000_000_000:
            machine.revision_no += 1
            await asyncio.sleep(0)
        task.cancel()
        return machine.computed

    assert asyncio.run(main()) in range(95, 105)
