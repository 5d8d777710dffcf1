"""The language of ``q``."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.sims.newsapi.refusals import Refusal
from quantdeck.sims.newsapi.search import parsed


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("apple", True),
        ("APPLE", True),
        ("pear", False),
        ("apple pear", False),
        ("apple AND cherry", True),
        ("pear OR cherry", True),
        ("pear OR plum", False),
        ('"apple tart"', True),
        ('"tart apple"', False),
        ("apple NOT cherry", False),
        ("apple -pear", True),
        ("+apple -cherry", False),
        ("(pear OR apple) AND (cherry OR plum)", True),
        ("pear AND apple OR cherry", True),
        ("NOT (pear OR plum)", True),
    ],
)
def test_question_finds_what_it_asks_for(text: str, is_found: bool) -> None:
    assert parsed(text)("an apple tart with a cherry") is is_found


@pytest.mark.parametrize("text", ["(apple", "apple)", "AND", "apple OR", "NOT", "", "(" * 400])
def test_malformed_question_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="malformed"):
        parsed(text)


def test_question_of_more_than_500_characters_is_refused() -> None:
    with pytest.raises(Refusal, match="500 characters"):
        parsed("a " * 251)


def _answer(text: str) -> bool | str:
    try:
        return parsed(text)("a b and or not")
    except Refusal as refusal:
        return refusal.code


@given(st.text(alphabet='ab ()"+-ANDORT', max_size=60))
def test_any_question_is_understood_or_refused(text: str) -> None:
    assert _answer(text) in (True, False, "parameterInvalid")
