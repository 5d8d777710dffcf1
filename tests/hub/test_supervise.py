from __future__ import annotations

import asyncio

import pytest

from quantdeck.hub.supervise import Defect, Supervisor
from quantdeck.model.errors import NoData


class _Clock:
    def __init__(self) -> None:
        self.ns = 0
        self.slept: list[float] = []

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.ns += int(seconds * 1e9)
        await asyncio.sleep(0)


def test_supervisor_failing_task_is_restarted_with_growing_pause_and_counted() -> None:
    clock = _Clock()
    runs = 0

    async def work() -> None:
        nonlocal runs
        runs += 1
        if runs < 4:
            raise OSError("boom")

    async def main() -> Supervisor:
        supervisor = Supervisor(clock)
        supervisor.start("job", work)
        await supervisor.join("job")
        return supervisor

    supervisor = asyncio.run(main())

    (status,) = supervisor.statuses()
    assert clock.slept == [0.5, 1.0, 2.0]
    assert (status.state, status.failures, status.last_error) == ("ended", 3, "OSError: boom")
    assert [t.name for t in supervisor.troubles()] == ["job"]


def test_supervisor_stop_cancels_and_waits() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("yes")

    async def main() -> None:
        supervisor = Supervisor(_Clock())
        supervisor.start("job", work)
        await asyncio.sleep(0)
        await supervisor.stop()

    asyncio.run(main())

    assert ended == ["yes"]


def test_supervisor_old_failure_is_no_trouble() -> None:
    clock = _Clock()

    async def work() -> None:
        if not clock.slept:
            raise ValueError("once")

    async def main() -> Supervisor:
        supervisor = Supervisor(clock)
        supervisor.start("job", work)
        await supervisor.join("job")
        return supervisor

    supervisor = asyncio.run(main())
    clock.ns += 120_000_000_000

    assert supervisor.troubles() == []


def test_supervisor_fenced_step_that_breaks_is_a_trouble_and_raises_a_defect() -> None:
    supervisor = Supervisor(_Clock())

    with (
        pytest.raises(Defect, match=r"topic a failed \(TypeError: none\)"),
        supervisor.fence("topic a"),
    ):
        raise TypeError("none")

    assert [(t.name, t.state) for t in supervisor.troubles()] == [("topic a", "failed")]


def test_supervisor_fenced_step_lets_expected_errors_through() -> None:
    supervisor = Supervisor(_Clock())

    with pytest.raises(NoData, match="nothing"), supervisor.fence("topic a"):
        raise NoData("nothing was received")

    assert supervisor.troubles() == []
