"""The bus as the settings want it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.app.credentials import bus_secrets
from quantdeck.model.errors import ConfigError, StoreError
from quantdeck.tape.aside import publish_no_more
from quantdeck.tape.bus import TapeBus
from quantdeck.tape.layout import Layout
from quantdeck.tape.outbox import TapeOutbox

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.bus import Bus
    from quantdeck.ports.clock import Clock
    from quantdeck.scale.nats.link import NatsPlace
    from quantdeck.scale.relay import Relay


def open_bus(settings: Settings, folder: Path, *, demo: bool) -> Bus:
    """Return the bus to follow: that of the settings, or else the tape of a folder.

    Raises
    ------
    ConfigError
        If the settings name a server, and its client is not installed.
    """
    if not settings.bus.url:
        return TapeBus(folder)
    place = _place(settings, demo=demo)
    from quantdeck.scale.nats.bus import NatsBus

    return NatsBus(place)


def open_relay(settings: Settings, folder: Path, clock: Clock, *, demo: bool) -> Relay | None:
    """Return what publishes the tape of a folder, or None where the settings name no server.

    Call it before the tape's writer is opened.

    Raises
    ------
    ConfigError
        If the client of the server is not installed.
    StoreError
        If the folder cannot be read.
    """
    if not settings.bus.url:
        _publish_no_more(folder)
        return None
    place = _place(settings, demo=demo)
    from quantdeck.scale.nats.publisher import NatsPublisher, StreamLimits
    from quantdeck.scale.relay import Relay

    limits = StreamLimits(
        keep_seconds=settings.bus.keep_hours * 3600,
        max_bytes=settings.bus.max_bytes,
        replicas=settings.bus.replicas,
    )
    # What is older than the bus keeps is not told anew.
    since_ns = clock.now_ns() - int(settings.bus.keep_hours * 3.6e12)
    outbox = TapeOutbox(folder, notes_since_ns=since_ns)
    return Relay(outbox, NatsPublisher(place, limits), clock)


async def describe_bus(settings: Settings, *, demo: bool) -> tuple[str, str]:
    """Return what the bus of the settings holds, and why nothing new comes; empty where it does.

    Raises
    ------
    ConfigError
        If the client of the server is not installed.
    StoreError
        If it does not answer, or cannot be read as followers do.
    """
    place = _place(settings, demo=demo)
    from quantdeck.scale.nats.look import look_at

    return await look_at(place)


def _publish_no_more(folder: Path) -> None:
    try:
        publish_no_more(Layout(folder))
    except OSError as error:
        raise StoreError(
            f"what waits for a bus in {folder} cannot be removed: {error.strerror}; check the folder"
        ) from error


def _place(settings: Settings, *, demo: bool) -> NatsPlace:
    try:
        from quantdeck.scale.nats.link import NatsPlace
    except ImportError as error:
        raise ConfigError(
            f"bus.url is {settings.bus.url}, but the client of NATS is not installed; install "
            "quantdeck[scale], or leave bus.url empty"
        ) from error
    stream = settings.bus.stream + ("_DEMO" if demo else "")
    return NatsPlace(settings.bus.url, stream, bus_secrets())
