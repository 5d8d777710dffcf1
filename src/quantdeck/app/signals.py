"""Ending on request: Ctrl-C and SIGTERM."""

from __future__ import annotations

import asyncio
import signal


async def until_told_to_stop() -> signal.Signals:
    """Wait for SIGINT or SIGTERM, and return which it was; a second one ends the process at once."""
    loop = asyncio.get_running_loop()
    told: asyncio.Future[signal.Signals] = loop.create_future()

    def tell(which: signal.Signals) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        if not told.done():
            told.set_result(which)

    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, tell, each)
    return await told
