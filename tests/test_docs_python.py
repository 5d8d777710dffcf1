"""The Python of the documentation imports what there is, and runs where it stands alone."""

from __future__ import annotations

import ast
import asyncio
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_PAGES = [_ROOT / "README.md", *sorted((_ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)


def _blocks(page: Path) -> list[str]:
    return _BLOCK.findall(page.read_text())


def _run(program: ast.Module, names: dict[str, Any]) -> None:
    code = compile(program, "docs", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    answer = eval(code, names)  # noqa: S307
    if inspect.iscoroutine(answer):
        asyncio.run(answer)


def _imports(program: str) -> list[ast.ImportFrom]:
    # The clients of vendors are imported, and used, in tests/conformance.
    nodes = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.ImportFrom)]
    return [node for node in nodes if (node.module or "").partition(".")[0] == "quantdeck"]


@pytest.mark.parametrize(
    "program",
    [
        pytest.param(text, id=f"{page.stem}-{number}")
        for page in _PAGES
        for number, text in enumerate(_blocks(page), 1)
        if _imports(text)
    ],
)
def test_documented_program_imports_what_there_is(program: str) -> None:
    found = _imports(program)
    names: dict[str, Any] = {}

    _run(ast.Module(list(found), []), names)

    assert {alias.asname or alias.name for node in found for alias in node.names} <= names.keys()


def test_documented_strategies_are_computed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reports").mkdir()
    names: dict[str, Any] = {}

    for program in _blocks(_ROOT / "docs/how-to/strategies.md"):
        _run(ast.parse(program), names)

    assert capsys.readouterr().out.startswith("(93.0, 107.0) 0.7")
    assert (tmp_path / "reports/strategies.html").stat().st_size > 10_000


def test_documented_simulator_in_a_program_of_ones_own_starts(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (program,) = [
        text
        for text in _blocks(_ROOT / "docs/how-to/simulator-for-your-bot.md")
        if "async with" in text
    ]

    _run(ast.parse(program), {})

    assert re.match(r"http://127\.0\.0\.1:\d+ ws://127\.0\.0\.1:\d+", capsys.readouterr().out)
