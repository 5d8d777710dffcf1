"""The site tells of everything there is: pages, panels, vendors and rooms."""

from __future__ import annotations

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
