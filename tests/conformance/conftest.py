"""The simulator, judged by the vendors' own clients: it runs in a thread, as another process would."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from quantdeck.sims.binance.server import BinanceSim

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def simulator() -> Iterator[BinanceSim]:
    """Return a simulator of futures and spot on the machine's clock."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="simulator")
    thread.start()
    sim = BinanceSim(seed=7, spot=True, rate=3.0)
    asyncio.run_coroutine_threadsafe(sim.__aenter__(), loop).result(timeout=30)
    yield sim
    asyncio.run_coroutine_threadsafe(sim.__aexit__(None, None, None), loop).result(timeout=30)
    asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result(timeout=30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=30)
    loop.close()
