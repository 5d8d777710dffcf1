"""The publish timer: computes what somebody looks at, when its inputs have changed.

Topics answered from memory are computed on the timer. Those that read the tape run beside it, one
question at a time and at most every few seconds, so that no slow question holds up a live panel. One
that fails, in whatever way, says so in its own panel; the others go on.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from quantdeck.model.errors import BadInput, NoData, QuantdeckError

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable
    from contextlib import AbstractContextManager

    from quantdeck.hub.topic import Topic
    from quantdeck.hub.topics import Topics
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_QUIET_NS = 1_000_000_000
_SLOW_NS = 5_000_000_000


class Publisher:
    """Owned by the machine; runs as one of its tasks.

    Parameters
    ----------
    topics : Topics
        What is wanted, and where payloads go.
    quick : callable
        ``quick(topic)`` gives the payload from memory, or None where the tape must be read.
    slow : callable
        ``await slow(topic)`` gives the payload of such a topic.
    revision : callable
        ``revision(topic)`` gives something that changes whenever the payload may have.
    fence : callable
        ``with fence(name)`` turns what a topic should not have raised into a `QuantdeckError`; see
        `quantdeck.hub.supervise.Supervisor.fence`.
    clock : Clock
        Where the time comes from.
    hz : float
        How often live topics are looked at. [1/s]
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        topics: Topics,
        *,
        quick: Callable[[Topic], Any],
        slow: Callable[[Topic], Coroutine[Any, Any, Any]],
        revision: Callable[[Topic], Hashable],
        fence: Callable[[str], AbstractContextManager[None]],
        clock: Clock,
        hz: float,
    ) -> None:
        self._topics = topics
        self._quick = quick
        self._slow = slow
        self._revision = revision
        self._fence = fence
        self._clock = clock
        self._interval_s = 1.0 / hz
        self._done: dict[Topic, tuple[Hashable, int]] = {}
        self._asked: dict[Topic, asyncio.Task[None]] = {}
        self._asked_ns: dict[Topic, int] = {}

    async def run(self) -> None:
        """Publish until cancelled."""
        due = self._clock.monotonic_ns()
        try:
            while True:
                self.publish_due()
                due = max(due + int(self._interval_s * 1e9), self._clock.monotonic_ns())
                await self._clock.sleep((due - self._clock.monotonic_ns()) / 1e9)
        finally:
            for task in self._asked.values():
                task.cancel()

    def publish_due(self) -> None:
        """Publish every wanted topic that has changed, or has been quiet for a second."""
        wanted = self._topics.wanted()
        for gone in self._done.keys() - set(wanted):
            del self._done[gone]
        now = self._clock.monotonic_ns()
        for topic in wanted:
            try:
                with self._fence(f"topic {topic.name}"):
                    self._publish(topic, now)
            except QuantdeckError as error:
                self._fail(topic, error)

    def _publish(self, topic: Topic, now: int) -> None:
        revision = self._revision(topic)
        before = self._done.get(topic)
        fresh = before is not None and before[0] == revision and now - before[1] < _QUIET_NS
        if fresh and self._topics.has_state(topic):
            return
        self._done[topic] = (revision, now)
        payload = self._quick(topic)
        if payload is not None:
            self._topics.publish(topic, payload, ts_ms=self._now_ms())
        elif topic not in self._asked and now - self._asked_ns.get(topic, -_SLOW_NS) >= _SLOW_NS:
            self._asked_ns[topic] = now
            self._asked[topic] = asyncio.create_task(self._ask(topic))

    async def _ask(self, topic: Topic) -> None:
        try:
            with self._fence(f"topic {topic.name}"):
                payload = await self._slow(topic)
        except QuantdeckError as error:
            self._fail(topic, error)
        else:
            self._topics.publish(topic, payload, ts_ms=self._now_ms())
        finally:
            self._asked.pop(topic, None)

    def _fail(self, topic: Topic, error: QuantdeckError) -> None:
        code = _code(error)
        is_news = self._topics.fail(topic, code, str(error), ts_ms=self._now_ms())
        if is_news and code == "internal":
            _LOG.warning("topic cannot be served topic=%s reason=%s", topic, error)

    def _now_ms(self) -> int:
        return self._clock.now_ns() // 1_000_000


def _code(error: QuantdeckError) -> str:
    match error:
        case BadInput():
            return "bad-input"
        case NoData():
            return "no-data"
        case _:
            return "internal"
