"""A deck with a file of panels, as a user writes them."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.page_files import PageFiles
from tests.hub.deck_rig import Rig, deck_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BEGIN = """\
from quantdeck.views.user_panels import Column, Control, Format, panel

LAST = (Column("last", "Last", Format.PRICE),)

"""


class UserRig:
    def __init__(self, rig: Rig, file: Path) -> None:
        self.rig = rig
        self.file = file
        self._saved = 0

    async def save(self, text: str, *, bare: bool = False) -> None:
        """Write the file and wait until it was read."""
        layout = self.read
        self._saved += 1
        # Put there with its time: who watches must not see one saving as two, nor two within one tick
        # of the file system's clock as one.
        new = self.file.with_name("new")
        new.write_text(text if bare else BEGIN + text)
        os.utime(new, ns=(self._saved, self._saved))
        new.replace(self.file)
        await self.rig.until(lambda: self.read != layout)

    @property
    def read(self) -> int:
        return self.rig.deck._answers.user_panels.layout

    async def shown(self, name: str, **params: str) -> Any:
        return await self.rig.deck.answer(f"panels.{name}", params)

    def page(self) -> Any:
        return next(page for page in self.rig.deck.pages() if page.id == "panels")


@asynccontextmanager
async def user_rig(folder: Path, *, timeout_s: float = 5.0) -> AsyncIterator[UserRig]:
    file = folder / "panels.py"
    files = PageFiles(panels=file, timeout_s=timeout_s)
    async with deck_rig(folder / "data") as rig:
        rig.machine.parts = replace(rig.machine.parts, page_files=files)
        rig.deck = RunningDeck(rig.machine)
        rig.deck.run()
        rig.fill()
        users = UserRig(rig, file)
        await rig.until(lambda: users.read > 0)
        yield users
