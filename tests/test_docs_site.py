"""The site tells of everything there is: pages, panels, vendors and rooms."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_DOCS = _ROOT / "docs"
_GENERATED = {
    "pages": "reference/pages.md",
    "panels": "reference/panels.md",
    "rooms": "explain/rooms.svg",
}
_STATUSES = {"considered", "planned", "under way", "done", "not planned"}


@pytest.mark.parametrize(("name", "file"), _GENERATED.items())
def test_generated_page_or_drawing_is_current(name: str, file: str) -> None:
    generated = subprocess.run(
        [sys.executable, "scripts/docs-pages", "--print", name],
        cwd=_ROOT,
        env={"PYTHONPATH": str(_ROOT / "src"), "PATH": "/usr/bin:/bin", "HOME": str(_ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert generated.returncode == 0, generated.stderr
    assert (_DOCS / file).read_text() == generated.stdout, "run scripts/docs-pages"


def test_index_of_plans_has_every_note_with_its_status() -> None:
    folder = _DOCS / "plans"
    rows = re.findall(
        r"^\| (P\d+) \| \[(.+)\]\((.+)\) \| (.+) \|$",
        (folder / "index.md").read_text(),
        re.MULTILINE,
    )

    notes = [
        (head[1], head[2], path.name, head[3])
        for path in sorted(folder.glob("P*.md"))
        if (head := re.match(r"# (P\d+)\. (.+)\n\nStatus: (.+)\n", path.read_text()))
    ]

    assert len(notes) == len(list(folder.glob("P*.md")))
    assert rows == notes
    assert {status for *_, status in notes} <= _STATUSES


def test_every_vendor_of_the_simulators_has_a_page() -> None:
    vendors = [path.parent.name for path in (_ROOT / "src/quantdeck/sims").glob("*/server.py")]

    pages = " ".join(path.stem for path in (_DOCS / "how-to").glob("*.md"))

    assert vendors
    assert [vendor for vendor in vendors if vendor not in pages] == []
