"""The bus while its server is killed, frozen, full or away."""

from __future__ import annotations

import asyncio
import subprocess

import pytest

from quantdeck.app.mirroring import Mirror
from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.tape.outbox import TapeOutbox
from tests.end_to_end.deck_process import command, surroundings
from tests.scale import nats_server
from tests.scale.bus_rig import NatsRig, batch, seqs, until
from tests.scale.cut_network import FarHost
from tests.scale.nats_server import NatsServer, nats_program


@pytest.fixture
def server(tmp_path):
    made = NatsServer(tmp_path / "server")
    yield made
    made.stop()


@pytest.fixture
def rig(tmp_path, server):
    return NatsRig(tmp_path / "tape", server)


def run(scenario, rig):
    async def inside():
        async with asyncio.timeout(150), rig:
            return await scenario(rig)

    return asyncio.run(inside())


@pytest.mark.parametrize("fault", ["kill", "freeze"])
def test_bus_whose_server_fails_in_the_middle_loses_and_doubles_nothing(rig, server, fault):
    async def scenario(rig):
        follower = rig.follow()
        rig.write(*(batch(first, 2000) for first in range(0, 10_000, 2000)))
        before = await rig.read(follower, 2000)
        getattr(server, fault)()
        rig.write(*(batch(first, 2000) for first in range(10_000, 30_000, 2000)))
        await until(lambda: rig.relay.trouble)
        told, safe = rig.relay.trouble, rig.writer.status().rows_dropped
        server.start() if fault == "kill" else server.thaw()
        rig.write(batch(30_000, 1000))
        rest = await rig.read(follower, 31_000 - sum(len(b.rows) for _, b in before))
        await until(lambda: not rig.relay.trouble)
        return seqs(before + rest), told, safe, follower.missed

    found, told, dropped, missed = run(scenario, rig)

    assert found == list(range(31_000))
    assert "does not answer" in told
    assert (dropped, missed) == (0, 0)


def test_portion_whose_answer_was_lost_is_not_stored_twice(rig):
    from quantdeck.scale.nats.publisher import NatsPublisher

    async def scenario(rig):
        await rig.end_relay()
        rig.write(batch(0, 10))
        outbox, publisher, other = (
            TapeOutbox(rig.folder),
            NatsPublisher(rig.place),
            NatsPublisher(rig.place),
        )
        outbox.open_new()
        (portion,) = outbox.read_on()
        await publisher.publish(portion)
        with pytest.raises(StoreError, match="wrong last sequence"):
            await other.publish(portion)
        end = await other.end_of(portion.run)
        found = seqs(await rig.read(rig.follow(), 10))
        outbox.close()
        await publisher.close()
        await other.close()
        return end, found

    assert run(scenario, rig) == (10, list(range(10)))


def test_follower_that_is_slower_than_the_stream_keeps_counts_what_it_missed(tmp_path, server):
    rig = NatsRig(tmp_path / "tape", server, max_bytes=1 << 20)

    async def scenario(rig):
        slow = rig.follow()
        rig.write(batch(0, 100))
        await rig.read(slow, 100)
        for first in range(100, 60_100, 5000):
            rig.write(batch(first, 5000))
        await until(lambda: rig.relay.rows == 60_100)
        found = []

        async def is_last() -> bool:
            found.extend(seqs(await slow.read_on()))
            return bool(found) and found[-1] == 60_099

        await until(is_last)
        return found, slow.missed

    found, missed = run(scenario, rig)

    assert missed > 0
    assert len(found) + missed == 60_000
    assert found == list(range(100 + missed, 60_100))


def test_follower_whose_server_is_away_says_so_and_goes_on_by_itself(rig, server):
    async def scenario(rig):
        rig.write(batch(0, 5))
        await until(lambda: rig.relay.rows == 5)
        server.kill()
        follower = rig.follow()
        nothing, told = await follower.read_on(), await follower.trouble()
        server.start()
        return nothing, told, seqs(await rig.read(follower, 5))

    nothing, told, found = run(scenario, rig)

    assert nothing == []
    assert "does not answer" in told
    assert found == list(range(5))


def test_mirror_that_is_ended_and_started_again_has_the_same_tape(rig, tmp_path):
    copy = tmp_path / "copy"

    async def mirrored(until_rows: int, name: str = "copy") -> None:
        table = InstrumentTable()
        # Other ids than those of the tape that is copied.
        table.id_of("BINANCE:SOLUSDT")
        writer = open_writer(copy, table, clock=SystemClock())
        mirror = Mirror(rig.bus, writer, ChainStore(copy), table, clock=SystemClock(), name=name)
        task = asyncio.create_task(mirror.run())
        await until(lambda: mirror.rows >= until_rows)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        writer.close()

    async def scenario(rig):
        rig.write(batch(0, 3000, symbol=1))
        await mirrored(3000)
        rig.write(batch(3000, 3000, symbol=1))
        await mirrored(3000)
        # One that has forgotten everything copies all of it once more.
        await mirrored(6000, "forgotten")

    run(scenario, rig)
    columns = ["ts_event", "ts_recv", "seq", "symbol", "source", "delay", "ingest_run_id"]
    original, copied = (
        open_reader(folder).table(Kind.TRADE, columns=columns).to_pylist()
        for folder in (tmp_path / "tape", copy)
    )

    assert len(copied) == 6000
    assert copied == original


@pytest.mark.scale_slow
@pytest.mark.parametrize("given_up", [0, 2], ids=["shortly", "until both connections are given up"])
def test_bus_behind_a_network_that_is_cut_loses_and_doubles_nothing(
    tmp_path, monkeypatch, caplog, given_up
):
    far = FarHost()
    try:
        monkeypatch.setattr(
            nats_server, "nats_program", lambda: far.program(nats_program(), tmp_path)
        )
        server = NatsServer(tmp_path / "far", host=far.address)
        rig = NatsRig(tmp_path / "tape", server)

        async def scenario(rig):
            follower = rig.follow()
            rig.write(*(batch(first, 2000) for first in range(0, 10_000, 2000)))
            before = await rig.read(follower, 2000)
            far.cut()
            rig.write(*(batch(first, 2000) for first in range(10_000, 30_000, 2000)))
            await until(lambda: rig.relay.trouble)
            told, dropped = rig.relay.trouble, rig.writer.status().rows_dropped
            await until(lambda: caplog.text.count("is not connected") >= given_up)
            far.heal()
            rig.write(batch(30_000, 1000))
            rest = await rig.read(follower, 31_000 - sum(len(b.rows) for _, b in before))
            await until(lambda: not rig.relay.trouble)
            return seqs(before + rest), told, dropped, follower.missed

        try:
            found, told, dropped, missed = run(scenario, rig)
        finally:
            server.stop()
    finally:
        far.remove()

    assert found == list(range(31_000))
    assert "does not answer" in told
    assert (dropped, missed) == (0, 0)


@pytest.mark.scale_slow
def test_mirror_process_that_is_killed_goes_on_where_it_was(rig, server, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "config.yaml").write_text(f"bus:\n  url: {server.url}\n")
    arguments = command("mirror", "--port", "0")

    def begin() -> subprocess.Popen[bytes]:
        return subprocess.Popen(arguments, cwd=copy, env=surroundings(), stdout=subprocess.DEVNULL)

    def copied() -> list[int]:
        return open_reader(copy / "data").table(Kind.TRADE)["seq"].to_pylist()

    async def scenario(rig):
        process = begin()
        try:
            for first in range(0, 20_000, 1000):
                rig.write(batch(first, 1000))
            await until(lambda: asyncio.to_thread(lambda: len(copied()) >= 1000))
            process.kill()
            process.wait(20)
            for first in range(20_000, 30_000, 1000):
                rig.write(batch(first, 1000))
            process = begin()
            await until(lambda: asyncio.to_thread(lambda: len(copied()) >= 30_000))
        finally:
            process.kill()
            process.wait(20)
        return copied()

    assert run(scenario, rig) == list(range(30_000))
