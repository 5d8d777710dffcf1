"""A page is offered when there is something to see, and left at once."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import webbrowser
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.serve import serve
from quantdeck.app.settings import Settings
from quantdeck.model.errors import BadInput
from tests.hub.deck_rig import deck_rig

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path


def _serve(folder: Path, begin: Callable[[], Awaitable[None]], **options: bool) -> None:
    async def main() -> None:
        async with deck_rig(folder) as rig:
            settings = Settings(port=0)
            await serve(rig.deck, settings, folder=folder, begin=begin, **options)

    asyncio.run(main())


async def _refuse() -> None:
    raise BadInput("XBTUSD is not traded")


async def _end_it() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_serve_of_what_cannot_begin_prints_no_link(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(BadInput, match="XBTUSD"):
        _serve(tmp_path, _refuse, open_browser=True, link_at_once=False)

    assert capsys.readouterr().out == ""


def test_serve_prints_the_link_of_what_has_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def begin() -> None:
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGINT)

    _serve(tmp_path, begin, open_browser=False, link_at_once=False)

    assert "/?token=" in capsys.readouterr().out


def test_serve_ends_though_the_browser_does_not_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, closed = threading.Event(), threading.Event()

    def browse(_: str) -> bool:
        opened.set()
        return closed.wait(30)

    async def begin() -> None:
        await asyncio.to_thread(opened.wait, 10)
        await _end_it()

    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setattr(webbrowser, "open", browse)

    _serve(tmp_path, begin, open_browser=True)

    assert opened.is_set()
    assert not closed.is_set()
    closed.set()
