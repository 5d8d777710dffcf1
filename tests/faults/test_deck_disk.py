"""A running deck whose disk becomes full: said everywhere, nothing written is lost, and it goes on."""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING

from quantdeck.model.events import Kind
from quantdeck.tape import disk
from quantdeck.tape.open import open_reader
from tests.hub.deck_rig import BTC, START_NS, deck_rig

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_deck_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with deck_rig(tmp_path, runs=True) as rig:
            rig.fill(10)
            await rig.sync()
            with monkeypatch.context() as patch:
                patch.setattr(disk, "write_all", _full)
                rig.feed.trades(BTC, [5.0, 6.0], start_ns=START_NS + 100 * 10**9)
                await rig.until(lambda: rig.deck.tape_status().state == "stopped")

                health, status = rig.deck.health(), rig.deck.status()
                assert (health.live, health.ready, health.tape) == (True, False, "stopped")
                assert "the disk is full" in health.detail
                assert "free room" in health.detail
                assert (status.tape_state, status.capturing) == ("stopped", True)
                await rig.until(lambda: "the disk is full" in rig.machine.journal.lines()[0].text)
                assert open_reader(tmp_path).table(Kind.AGG_TRADE).num_rows == 20
                # The page goes on: what comes is shown, and counted where it is not kept.
                rig.feed.trades(BTC, [7.0], start_ns=START_NS + 200 * 10**9)
                bars = await rig.deck.answer("pairs.x", {})
                assert bars.close[-1] == 7.0
                assert rig.machine.dropped() == 1
            await rig.until(lambda: rig.deck.tape_status().state == "writing")
            rig.feed.trades(BTC, [8.0], start_ns=START_NS + 300 * 10**9)
            await rig.sync()
            assert rig.deck.health().detail == ""

    asyncio.run(main())

    prices = open_reader(tmp_path).table(Kind.AGG_TRADE).column("price").to_pylist()
    assert prices[-3:] == [5.0, 6.0, 8.0]
