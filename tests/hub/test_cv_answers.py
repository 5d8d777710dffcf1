from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.page_files import PageFiles
from quantdeck.views.cv import EXAMPLE
from tests.hub.deck_rig import BTC, Rig, deck_rig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from pathlib import Path

CITES = f"""
header: {{name: Ada}}
metrics:
  - {{title: Bitcoin, panel: dashboard.symbols, row: "{BTC}"}}
  - {{title: Ticks kept, panel: exports.coverage, column: rows}}
  - {{title: Nothing, panel: nothing.here}}
"""


class CvRig:
    def __init__(self, rig: Rig, file: Path) -> None:
        self.rig = rig
        self.file = file
        self._saved = 0

    @property
    def read(self) -> int:
        return self.rig.deck._answers.cv.layout

    async def save(self, text: str | None) -> None:
        """Write the file, or remove it, and wait until that was seen."""
        read = self.read
        self._saved += 1
        if text is None:
            self.file.unlink()
        else:
            self.file.write_text(text)
            os.utime(self.file, ns=(self._saved, self._saved))
        await self.rig.until(lambda: self.read != read)

    async def shown(self, name: str) -> Any:
        return await self.rig.deck.answer(f"cv.{name}", {})

    def panels(self) -> list[str]:
        page = next(page for page in self.rig.deck.pages() if page.id == "cv")
        return [panel.id.removeprefix("cv.") for panel in page.panels]


@asynccontextmanager
async def _cv_rig(folder: Path) -> AsyncIterator[CvRig]:
    file = folder / "cv.yaml"
    async with deck_rig(folder / "data") as rig:
        rig.machine.parts = replace(rig.machine.parts, page_files=PageFiles(cv=file))
        rig.deck = RunningDeck(rig.machine)
        rig.deck.run()
        rig.fill()
        cv = CvRig(rig, file)
        await rig.until(lambda: cv.read > 0)
        yield cv


def _with_cv(folder: Path, work: Callable[[CvRig], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        async with _cv_rig(folder) as rig:
            await work(rig)

    asyncio.run(main())


def test_cv_without_a_file_shows_one_to_begin_with(tmp_path: Path) -> None:
    async def work(cv: CvRig) -> None:
        assert cv.panels() == ["header"]
        assert EXAMPLE in (await cv.shown("header")).text

    _with_cv(tmp_path, work)


def test_cv_that_is_saved_is_shown_at_once_with_figures_of_the_deck(tmp_path: Path) -> None:
    async def work(cv: CvRig) -> None:
        await cv.rig.sync()
        await cv.save(CITES)

        rows = (await cv.shown("metrics")).rows

        assert cv.panels() == ["header", "metrics"]
        assert [row["title"] for row in rows] == ["Bitcoin", "Ticks kept", "Nothing"]
        assert rows[0]["value"] > 0
        assert rows[1]["value"] > 0
        assert rows[2]["value"] is None
        assert rows[2]["note"] == "there is no topic 'nothing.here'"

    _with_cv(tmp_path, work)


def test_cv_of_figures_in_memory_is_answered_without_waiting(tmp_path: Path) -> None:
    async def work(cv: CvRig) -> None:
        await cv.save(EXAMPLE)

        payload = cv.rig.deck._answers.cv.quick("cv.metrics", {})

        assert payload is not None
        assert payload.rows[0]["value"] == 12

    _with_cv(tmp_path, work)


def test_cv_with_faults_names_their_lines_and_keeps_what_it_said(tmp_path: Path) -> None:
    async def work(cv: CvRig) -> None:
        await cv.save(EXAMPLE)
        await cv.save(EXAMPLE.replace("  name: Ada", "  nmae: Ada"))

        faults, header = await cv.shown("faults"), await cv.shown("header")

        assert [(row["line"], row["said"]) for row in faults.rows] == [
            (2, "nmae is not known here")
        ]
        assert "Quantitative developer" in header.text
        assert (header.state.word, header.state.detail) == (
            "stale",
            "cv.yaml has 1 fault; this is what it said before",
        )

    _with_cv(tmp_path, work)


def test_cv_that_is_put_right_or_removed_has_no_faults(tmp_path: Path) -> None:
    async def work(cv: CvRig) -> None:
        await cv.save("header: 3")
        was_wrong = cv.panels()
        await cv.save(EXAMPLE)
        is_right = cv.panels()
        await cv.save(None)

        assert was_wrong == ["faults", "header"]
        assert is_right == ["header", "metrics", "skills", "project_1"]
        assert cv.panels() == ["header"]

    _with_cv(tmp_path, work)
