"""Serves a machine's page until it is told to stop."""

from __future__ import annotations

import asyncio
import sys
import threading
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import quantdeck
from quantdeck.api.app import create_app
from quantdeck.api.server import Server, bind
from quantdeck.api.service import create_service
from quantdeck.app.credentials import metrics_token, surroundings
from quantdeck.app.entrance import address_of, open_way_in, proxies_of
from quantdeck.app.signals import until_told_to_stop
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from quantdeck.app.settings import Settings
    from quantdeck.hub.deck import RunningDeck
    from quantdeck.ports.setup import Setup

PAGE = Path(quantdeck.__file__).parent / "web"
_BADGES = {Mode.LIVE: "", Mode.DEMO: " DEMO (simulated data)", Mode.REPLAY: " REPLAY"}


async def serve(  # noqa: PLR0913 - the parts it connects
    deck: RunningDeck,
    settings: Settings,
    *,
    folder: Path,
    begin: Callable[[], Coroutine[Any, Any, None]],
    open_browser: bool,
    link_at_once: bool = True,
    setup: Setup | None = None,
    bound: Callable[[int], None] = lambda _: None,
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
    link_at_once : bool
        Print the link before `begin` has ended; False where that may well fail.
    setup : Setup or None
        Sets the deck up from its page; nothing does where None.
    bound : callable
        Is told the port.

    Raises
    ------
    ConfigError
        If the address is not loopback and there are no accounts, or no port is free.
    """
    listener = bind(address_of(settings), settings.port)
    port = listener.getsockname()[1]
    bound(port)
    with open_way_in(settings, deck.clock, port=port, folder=folder / "run") as way_in:
        app = create_app(
            deck,
            sessions=way_in.entrance,
            page=PAGE,
            hosts=way_in.hosts,
            upload_bytes=settings.uploads.max_bytes,
            setup=setup,
            metrics_token=metrics_token(surroundings()),
        )

        def offer() -> None:
            link = _first_view(way_in.link(), setup, deck.mode)
            _tell(deck.mode, link, port=port, asked=settings.port)
            if way_in.code:
                link = f"{link}signup#{way_in.code}"
                print(f"Nobody has an account yet. The first, an admin's: {link}", flush=True)  # noqa: T201
            if open_browser and sys.stdout.isatty():
                _open(link)

        server = Server(app, listener, proxies=proxies_of(settings))
        await run_deck(deck, server, begin=begin, offer=offer, at_once=link_at_once)


async def serve_api(deck: RunningDeck, settings: Settings, *, folder: Path, port: int) -> None:
    """Run a deck and its API alone until SIGINT or SIGTERM.

    Parameters
    ----------
    deck : RunningDeck
        The machine; closed when this returns.
    settings : Settings
        Address and accounts; where there are accounts, who asks names a token of theirs.
    folder : Path
        Where a note of the way in is kept.
    port : int
        Port; the next free one where it is taken.

    Raises
    ------
    ConfigError
        If the address is not loopback and there are no accounts, or no port is free.
    """
    address = address_of(settings)
    listener = bind(address, port)
    found = listener.getsockname()[1]
    url = f"http://{f'[{address}]' if ':' in address else address}:{found}"

    def offer() -> None:
        _tell(deck.mode, f"API {url}", port=found, asked=port)

    async def begin() -> None:
        return

    with open_way_in(settings, deck.clock, port=found, folder=folder / "run-api") as way_in:
        service = create_service(
            deck,
            hosts=way_in.hosts,
            metrics_token=metrics_token(surroundings()),
            entrance=None if settings.accounts.mode == "local" else way_in.entrance,
        )
        server = Server(service, listener, proxies=proxies_of(settings))
        await run_deck(deck, server, begin=begin, offer=offer)


async def run_deck(
    deck: RunningDeck,
    server: Server,
    *,
    begin: Callable[[], Coroutine[Any, Any, None]],
    offer: Callable[[], None],
    at_once: bool = True,
) -> None:
    """Run a deck and what serves it until SIGINT or SIGTERM; see `serve`."""
    deck.run()
    serving = asyncio.create_task(server.run(), name="http server")
    beginning = asyncio.create_task(begin(), name="begin")
    stopping = asyncio.create_task(until_told_to_stop(), name="signals")
    try:
        if not at_once:
            await asyncio.wait({stopping, serving, beginning}, return_when=asyncio.FIRST_COMPLETED)
        # Signals are watched from here on; a beginning that has failed ends all without a link.
        await asyncio.sleep(0)
        if not any(task.done() for task in (stopping, serving)) and not _has_failed(beginning):
            offer()
        await _first_of(stopping, serving, beginning)
    finally:
        server.stop()
        for task in (beginning, stopping):
            task.cancel()
        await asyncio.gather(serving, beginning, stopping, return_exceptions=True)
        await deck.close()


def _has_failed(task: asyncio.Task[None]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


def _tell(mode: Mode, link: str, *, port: int, asked: int) -> None:
    if asked not in (0, port):
        print(f"port {asked} is taken, using {port}", flush=True)  # noqa: T201
    print(f"quantdeck{_BADGES[mode]} {link}  (Ctrl-C ends)", flush=True)  # noqa: T201


# A deck that nobody has set up begins with that.
def _first_view(link: str, setup: Setup | None, mode: Mode) -> str:
    if setup is None or mode is not Mode.LIVE or not setup.is_first():
        return link
    return link.replace("/?token=", "/setup?token=", 1)


def _open(link: str) -> None:
    def work() -> None:
        with suppress(webbrowser.Error):
            webbrowser.open(link)

    # Some browsers return when they are closed: nobody waits for this thread, not even the end.
    threading.Thread(target=work, name="browser", daemon=True).start()


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
