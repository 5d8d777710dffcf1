from __future__ import annotations

from typing import Any

import pytest

from quantdeck.research.card import Estimate
from quantdeck.research.model_words import auc_words, estimate_words, is_suspicious, warnings_of
from tests.research.cards import JUDGED, card


@pytest.mark.parametrize(
    ("auc", "verdict"),
    [
        (Estimate(None), "too little to judge by"),
        (Estimate(0.47, 0.45, 0.49), "worse than a coin"),
        (Estimate(0.51, 0.49, 0.53), "no better than a coin"),
        (Estimate(0.53), "too few sessions to tell it from a coin"),
        (Estimate(0.52, 0.51, 0.53), "hardly better than a coin"),
        (Estimate(0.54, 0.52, 0.56), "a little better than a coin"),
        (Estimate(0.56, 0.54, 0.58), "too good to be believed"),
    ],
)
def test_auc_words_say_what_to_think_of_it(auc: Estimate, verdict: str) -> None:
    assert auc_words(auc).split(": ")[1].startswith(verdict)


def test_estimate_words_without_interval_tell_the_figure_alone() -> None:
    assert estimate_words(Estimate(0.512)) == ".512"
    assert estimate_words(Estimate(-0.0123, -0.02, 0.001)) == "-.012 [-.020, .001]"


@pytest.mark.parametrize(("value", "expected"), [(None, False), (0.55, False), (0.5501, True)])
def test_is_suspicious_begins_above_the_line(value: float | None, expected: bool) -> None:
    assert is_suspicious(Estimate(value)) is expected


def _told(*, trees: int = 60, **rest: Any) -> str:
    given = {"params": {"num_iterations": 60}} | rest
    return "; ".join(warnings_of(card(**given), trees=trees))


def test_warnings_of_a_sound_card_are_none() -> None:
    assert _told() == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"judgement": None}, "not judged"),
        ({"calibrator": None}, "not calibrated"),
        ({"calibrator": (0.0, 0.1)}, "every probability is the base rate"),
        ({"trees": 3}, "3 of 60 trees were grown"),
        ({"missing": {"gap": 1.0}}, "known in no row of the training: gap"),
        ({"missing": {"gap": 0.7}}, "known in less than half of the rows: gap"),
        ({"is_simulated": True}, "prices are simulated"),
    ],
)
def test_warnings_of_a_card_name_what_is_wrong(given: dict[str, Any], words: str) -> None:
    assert words in _told(**given)


def test_warnings_of_probabilities_worse_than_the_base_rate_give_both() -> None:
    import msgspec

    worse = msgspec.structs.replace(JUDGED, brier=0.2506, brier_base=0.2499)

    assert "Brier 0.25060, of the base rate 0.24990" in _told(judgement=worse)
