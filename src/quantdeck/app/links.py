"""Finds the deck that runs and opens its page."""

from __future__ import annotations

import sys
import webbrowser
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from quantdeck.api.sessions import kept_links
from quantdeck.app.places import tape_folder
from quantdeck.model.errors import NoData
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings

_PATIENCE_S = 2.0


def run_open(settings: Settings, *, open_browser: bool) -> None:
    """Print a fresh link to the deck that runs on this data folder, and open it.

    Parameters
    ----------
    settings : Settings
        Name the data folder.
    open_browser : bool
        Open the page where there is a screen.

    Raises
    ------
    NoData
        If no deck runs.
    """
    root = Path(settings.data_dir)
    folders = [tape_folder(settings, demo=demo) for demo in (False, True)]
    link = next((link for folder in folders if (link := running_deck(folder))), None)
    if link is None:
        raise NoData(f"no deck runs on {root}; start one with quantdeck up, or up --demo")
    print(link)  # noqa: T201
    if open_browser and sys.stdout.isatty():
        with suppress(webbrowser.Error):
            webbrowser.open(link)


def running_deck(folder: Path, *, records: bool = False) -> str | None:
    """Return the link of the deck that runs on a tape, or None where none does.

    Parameters
    ----------
    folder : Path
        Of the tape.
    records : bool
        Only one that writes the tape: a replay reads it.
    """
    return next((link for link in kept_links(folder / "run") if _answers(link, records)), None)


def _answers(link: str, records: bool) -> bool:  # noqa: FBT001 - private
    # A deck that was killed leaves its link behind.
    try:
        reply = httpx2.get(f"{link.partition('/?')[0].rstrip('/')}/health", timeout=_PATIENCE_S)
        return reply.is_success and not (records and reply.json()["mode"] == Mode.REPLAY)
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        return False
