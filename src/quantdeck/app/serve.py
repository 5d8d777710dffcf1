"""Serves a machine's page until it is told to stop."""

from __future__ import annotations

import asyncio
import ipaddress
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.api.app import create_app
from quantdeck.api.server import Server, bind
from quantdeck.api.sessions import Sessions
from quantdeck.app.signals import until_told_to_stop
from quantdeck.model.errors import ConfigError
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from quantdeck.app.settings import Settings
    from quantdeck.hub.deck import RunningDeck

PAGE = Path(quantdeck.__file__).parent / "web"
_BADGES = {Mode.LIVE: "", Mode.DEMO: " DEMO (simulated data)", Mode.REPLAY: " REPLAY"}


async def serve(
    deck: RunningDeck,
    settings: Settings,
    *,
    folder: Path,
    begin: Callable[[], Coroutine[Any, Any, None]],
    open_browser: bool,
) -> None:
    """Run a deck and its page until SIGINT or SIGTERM.

    Parameters
    ----------
    deck : RunningDeck
        The machine; closed when this returns.
    settings : Settings
        Address and port.
    folder : Path
        Where sessions are kept.
    begin : callable
        Starts what is to be shown; an error it raises ends everything.
    open_browser : bool
        Open the page where there is a screen.

    Raises
    ------
    ConfigError
        If the address is not loopback, or no port is free.
    """
    listener = bind(_loopback(settings.host), settings.port)
    port = listener.getsockname()[1]
    sessions = Sessions(deck.clock, port=port, folder=folder / "run")
    server = Server(create_app(deck, sessions=sessions, page=PAGE), listener)
    deck.run()
    serving = asyncio.create_task(server.run(), name="http server")
    beginning = asyncio.create_task(begin(), name="begin")
    stopping = asyncio.create_task(until_told_to_stop(), name="signals")
    if settings.port not in (0, port):
        print(f"port {settings.port} is taken, using {port}", flush=True)  # noqa: T201
    badge = _BADGES[deck.mode]
    print(f"quantdeck{badge} {sessions.link}  (Ctrl-C ends)", flush=True)  # noqa: T201
    if open_browser and sys.stdout.isatty():
        with suppress(webbrowser.Error):
            await asyncio.to_thread(webbrowser.open, sessions.link)
    try:
        await _first_of(stopping, serving, beginning)
    finally:
        server.stop()
        for task in (beginning, stopping):
            task.cancel()
        await asyncio.gather(serving, beginning, stopping, return_exceptions=True)
        await deck.close()
        sessions.close()


async def _first_of(
    stopping: asyncio.Task[Any], serving: asyncio.Task[None], beginning: asyncio.Task[None]
) -> None:
    # The beginning may end, well or badly, long before the rest; only badly is the end of all.
    pending: set[asyncio.Task[Any]] = {stopping, serving, beginning}
    while True:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if done != {beginning}:
            return


def _loopback(host: str) -> str:
    try:
        is_loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = host == "localhost"
    if not is_loopback:
        raise ConfigError(
            f"host {host} is refused: without accounts the page listens on this machine only; "
            "use 127.0.0.1 (and an SSH tunnel from elsewhere)"
        )
    return "127.0.0.1" if host == "localhost" else host
