"""The line of the doctor about the bus, asked of a real server."""

from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from quantdeck.app.doctor_bus import bus
from quantdeck.app.settings import Settings
from tests.scale.bus_rig import NatsRig, batch, until
from tests.scale.nats_server import NatsServer


@pytest.fixture
def server(tmp_path):
    made = NatsServer(tmp_path / "server")
    yield made
    made.stop()


def settings_of(server: NatsServer) -> Settings:
    settings = Settings()
    return structs.replace(settings, bus=structs.replace(settings.bus, url=server.url))


def test_doctor_of_a_bus_that_was_never_published_on_says_who_makes_the_stream(server):
    found = bus(settings_of(server))

    assert found.verdict == "warn"
    assert "no stream QUANTDECK yet" in found.found


def test_doctor_of_a_bus_says_what_it_holds_and_whether_anybody_publishes(server, tmp_path):
    async def publish():
        async with NatsRig(tmp_path / "tape", server) as rig:
            rig.write(batch(0, 10))
            await until(lambda: rig.relay.rows == 10)
            return await asyncio.to_thread(bus, settings_of(server))

    well, alone = asyncio.run(publish()), bus(settings_of(server))

    assert well.verdict == "ok"
    assert "stream QUANTDECK holds 1 messages" in well.found
    assert alone.verdict == "warn"
    assert "no quantdeck ingest publishes" in alone.found


def test_doctor_of_a_bus_that_does_not_answer_fails(server):
    settings = settings_of(server)
    server.kill()

    found = bus(settings)

    assert found.verdict == "fail"
    assert "does not answer" in found.found
