"""Every example in a docstring is run."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

_SRC = Path(__file__).resolve().parent.parent / "src"
_OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
_WITH_EXAMPLES = [
    path for path in sorted(_SRC.rglob("*.py")) if ">>> " in path.read_text(encoding="utf-8")
]


def _module_name(path: Path) -> str:
    return ".".join(path.relative_to(_SRC).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize("path", _WITH_EXAMPLES, ids=_module_name)
def test_docstring_examples_give_what_they_show(path: Path) -> None:
    module = importlib.import_module(_module_name(path))

    result = doctest.testmod(module, optionflags=_OPTIONS)

    assert result.attempted > 0
    assert result.failed == 0
