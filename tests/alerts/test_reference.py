"""The rules of the documentation are rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from quantdeck.alerts.cursor import KEYWORDS
from quantdeck.alerts.listing import listed
from quantdeck.alerts.parse import parse
from quantdeck.model.errors import BadRule

_DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
_PAGE = (_DOCS / "reference" / "alert-rules.md").read_text()
_FENCED = re.compile(r"^```rule\n(.*?)^```", re.DOTALL | re.MULTILINE)
_RULES = sorted(
    {text for page in _DOCS.rglob("*.md") for text in _FENCED.findall(page.read_text())}
)


@pytest.mark.parametrize("text", _RULES)
def test_documented_rule_is_one(text: str) -> None:
    assert parse(text).condition


def test_documented_file_of_rules_is_one() -> None:
    (text,) = re.findall(r"^```text\n(# rules.*?)^```", _PAGE, re.DOTALL | re.MULTILINE)

    found = listed(text)

    assert [each.name for each in found] == ["stretched", "wide"]
    assert not any(isinstance(each.found, BadRule) for each in found)


def test_grammar_names_every_keyword() -> None:
    (grammar,) = re.findall(r"^```text\n(rule  .*?)^```", _PAGE, re.DOTALL | re.MULTILINE)

    assert {*KEYWORDS, "for"} <= set(re.findall(r'"([a-z]+)"', grammar))
