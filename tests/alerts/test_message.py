from __future__ import annotations

import pytest

from tests.alerts.rig import Rig


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("last(A) > 5", "last(A) is 6 (> 5)"),
        ("last(A) > 5 or last(B) > 5", "last(A) is 6 (> 5)"),
        ("last(A) > last(B)", "last(A) is 6 (> last(B), 2)"),
        ("last(A) / last(B) > 1%", "last(A) / last(B) is 3 (> 1%)"),
        ("not last(B) > 5", "last(B) is 2 (not > 5)"),
        ("not (last(A) > 9 or last(B) > 5)", "last(A) is 6 (not > 9) and last(B) is 2 (not > 5)"),
        ("last(A) > -(1 + 2) and last(C) > 5", ""),
        ("abs(last(B) * -1000) > 5", "abs(last(B) * (-1000)) is 2,000 (> 5)"),
    ],
)
def test_message_names_the_comparisons_that_decided(text: str, message: str) -> None:
    rig = Rig(text)

    fired = rig.set(0, A=6.0, B=2.0)

    assert [firing.message for firing in fired] == ([message] if message else [])


def test_message_names_a_comparison_that_its_hysteresis_keeps() -> None:
    rig = Rig("last(A) > 5 hysteresis 2 and last(B) > 1")
    rig.set(0, A=6.0, B=0.0)
    rig.set(1, A=4.0)

    (firing,) = rig.set(2, B=2.0)

    assert firing.message == "last(A) is 4 (> 5) and last(B) is 2 (> 1)"


def test_message_of_a_crossing_says_which_way() -> None:
    rig = Rig("last(A) crosses below last(B)")
    rig.set(0, A=6.0, B=5.0)

    (firing,) = rig.set(1, A=4.0)

    assert firing.message == "last(A) is 4 (crossed below last(B), 5)"
