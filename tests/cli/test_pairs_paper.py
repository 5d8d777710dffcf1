from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Run

PAIR = ("pairs", "paper", "--y", "ethusdt", "--x", "btcusdt")


@pytest.mark.parametrize(
    ("more", "code", "says"),
    [
        (("--replay", "nowhere"), 2, "nowhere is not there"),
        (("--cash", 0), 2, "--cash must be positive"),
        (("--entry", 1, "--exit", 2), 4, "nothing is on the tape"),
        (("--fee-bp", 5), 4, "nothing is on the tape"),
    ],
)
def test_pairs_paper_of_what_cannot_be_says_why(
    run: Run, more: tuple[object, ...], code: int, says: str
) -> None:
    run(*PAIR, *more, "--data-dir", "empty").refused(code, says)


def test_pairs_paper_of_one_instrument_is_refused(run: Run, tmp_path) -> None:
    (tmp_path / "one.jsonl").write_text("")

    ended = run("pairs", "paper", "--y", "a", "--x", "a", "--replay", "one.jsonl")

    ended.refused(2, "must be two instruments")


def test_pairs_paper_with_a_lot_of_nothing_is_refused(run: Run, tmp_path) -> None:
    (tmp_path / "one.jsonl").write_text("")

    run(*PAIR, "--replay", "one.jsonl", "--lot-y", 0).refused(2, "a lot is positive")
