from __future__ import annotations

import asyncio
import threading

import pytest

from quantdeck.app.apart import apart
from quantdeck.model.errors import NoData


def test_apart_runs_in_another_thread_and_returns_what_came():
    async def where():
        return threading.get_ident()

    assert asyncio.run(apart(where)) != threading.get_ident()


def test_apart_raises_here_what_is_raised_there():
    async def fail():
        raise NoData("nothing")

    with pytest.raises(NoData, match="nothing"):
        asyncio.run(apart(fail))


def test_apart_cancelled_ends_what_runs_there_before_it_goes_on():
    begun, told = threading.Event(), []

    async def work():
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            told.append("ended")

    async def run():
        task = asyncio.create_task(apart(work))
        await asyncio.to_thread(begun.wait, 10.0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return list(told)

    assert asyncio.run(run()) == ["ended"]
