"""Publishing what a tape holds, onto a bus in memory that can be made to fail."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.model.errors import StoreError
from quantdeck.net.clock import SystemClock
from quantdeck.scale.relay import Relay
from quantdeck.tape.layout import Layout
from quantdeck.tape.outbox import TapeOutbox
from tests.scale.bus_rig import BusRig, batch, gap


class Memory:
    """Fulfils `BusPublisher`; what is published is kept by run and row."""

    def __init__(self) -> None:
        self.reconnects = 0
        self.rows: dict[str, int] = {}
        self.notes: list = []
        self.is_away = self.is_slow = False
        self.is_closed = False

    async def publish(self, portion) -> None:
        if self.is_away:
            raise StoreError("the bus is away")
        if self.is_slow:
            await asyncio.Event().wait()
        assert portion.first == self.rows.get(portion.run, 0)
        self.rows[portion.run] = portion.end

    async def publish_note(self, note) -> bool:
        if self.is_away:
            raise StoreError("the bus is away")
        self.notes.append(note)
        return True

    async def end_of(self, run: str) -> int:
        if self.is_away:
            raise StoreError("the bus is away")
        return self.rows.get(run, 0)

    async def close(self) -> None:
        self.is_closed = True


class Kit:
    def __init__(self, folder) -> None:
        self.bus = Memory()
        self.rig = BusRig(folder)
        folder.mkdir()
        self.layout = Layout(folder)
        self.relay = self.begin()
        self.rig.open()

    def begin(self) -> Relay:
        return Relay(TapeOutbox(self.rig.folder, portion_bytes=4096), self.bus, SystemClock())


@pytest.fixture
def kit(tmp_path):
    made = Kit(tmp_path / "tape")
    yield made
    made.rig.writer.close()


async def publish_all(relay) -> None:
    while await relay.step():
        pass


async def publish_for_ever(relay) -> None:
    while True:
        await relay.step()


def test_relay_publishes_what_was_sealed_while_the_bus_was_away(kit):
    async def scenario():
        kit.bus.is_away = True
        kit.rig.write(batch(0, 500))
        with pytest.raises(StoreError):
            await kit.relay.step()
        kit.rig.writer.seal()
        await kit.relay.finish()
        waiting = kit.layout.unpublished()
        kit.bus.is_away = False
        relay = kit.begin()
        await publish_all(relay)
        await relay.finish()
        return waiting

    (waiting,) = asyncio.run(scenario())

    assert kit.bus.rows == {waiting.stem: 500}
    assert kit.layout.unpublished() == []


def test_relay_publishes_what_another_process_has_sealed_while_nobody_published(kit):
    async def scenario():
        await kit.relay.finish()
        kit.rig.write(batch(0, 40))
        kit.rig.writer.seal()
        relay = kit.begin()
        await publish_all(relay)
        await relay.finish()

    asyncio.run(scenario())

    assert list(kit.bus.rows.values()) == [40]


def test_relay_that_is_cancelled_while_it_publishes_finishes_without_losing_rows(kit):
    async def scenario():
        kit.bus.is_slow = True
        kit.rig.write(batch(0, 300))
        running = asyncio.create_task(kit.relay.run())
        while not kit.relay.status().waiting_bytes:  # noqa: ASYNC110 - set by a thread
            await asyncio.sleep(0.005)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        kit.bus.is_slow = False
        await kit.relay.finish()

    asyncio.run(scenario())

    assert list(kit.bus.rows.values()) == [300]
    assert kit.bus.is_closed


def test_relay_says_what_waits_while_the_bus_is_away_and_how_late_it_is_afterwards(kit):
    async def scenario():
        kit.bus.is_away = True
        kit.rig.write(batch(0, 300))
        running = asyncio.create_task(kit.relay.run())
        while not kit.relay.status().waiting_bytes:  # noqa: ASYNC110 - set by a thread
            await asyncio.sleep(0.005)
        away = kit.relay.status()
        kit.bus.is_away = False
        while kit.relay.status().rows < 300:  # noqa: ASYNC110 - set by a thread
            await asyncio.sleep(0.005)
        well = kit.relay.status()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await kit.relay.finish()
        return away, well

    away, well = asyncio.run(scenario())

    assert away.trouble == "the bus is away"
    assert away.errors >= 1
    assert away.waiting_bytes > 300 * 40
    assert (well.trouble, well.waiting_bytes) == ("", 0)
    assert 0 < well.lag_s < 60


def test_relay_keeps_a_note_until_the_bus_has_it(kit):
    async def scenario():
        await kit.relay.step()
        kit.rig.writer.record_gap(gap())
        kit.rig.writer.sync()
        kit.bus.is_away = True
        for _ in range(2):
            with pytest.raises(StoreError):
                await publish_for_ever(kit.relay)
        kit.bus.is_away = False
        await publish_all(kit.relay)
        await kit.relay.finish()

    asyncio.run(scenario())

    assert [note.topic.value for note in kit.bus.notes] == ["gap"]


def test_relay_counts_segments_that_were_given_up(kit):
    async def scenario():
        kit.bus.is_away = True
        for first in (0, 50):
            kit.rig.write(batch(first, 50))
            kit.rig.writer.seal()
        with pytest.raises(StoreError):
            await kit.relay.step()
        oldest = kit.layout.unpublished()[0]
        oldest.unlink()
        kit.bus.is_away = False
        await publish_all(kit.relay)
        status = kit.relay.status()
        await kit.relay.finish()
        return oldest, status

    oldest, status = asyncio.run(scenario())

    assert status.let_go == 1
    assert oldest.stem not in kit.bus.rows
    assert list(kit.bus.rows.values()) == [50]
