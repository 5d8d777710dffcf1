from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_evaluator import BTC, folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

__all__ = ["folder"]


@pytest.fixture
def exits(folder: Path, run: Run):
    return lambda *words: run("exits", *words, "--data-dir", folder)


def test_rules_of_a_position_go_before_wider_ones_until_they_are_cleared(exits) -> None:
    exits("set", "account", "--stop-loss", "0.2")
    narrow = exits("set", "BTCUSDT", "--trailing", "0.1", "--max-days", "3")

    listed = exits("list").out.splitlines()
    cleared = exits("clear", "t1")

    assert narrow.out == "position:t1: trailing 10 %, max-days 3\n"
    assert listed == [
        f"t1 (+1 {BTC}): trailing 10 %, max-days 3 (of position:t1)",
        "account: stop-loss 20 %",
    ]
    assert cleared.out == "position:t1: stop-loss 20 % (of account)\n"


def test_rules_as_json_tell_where_they_are_from(exits) -> None:
    told = [json.loads(line) for line in exits("list", "--json").out.splitlines()]

    assert [(each["of"], each["rules_of"]) for each in told] == [
        (f"t1 (+1 {BTC})", "settings"),
        ("account", "settings"),
    ]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("AAPL", "--stop-loss", "0.1"), 4, "nothing is held of 'US:AAPL'; held are: t1"),
        (("BTCUSDT",), 2, "no rule was given"),
        (("account", "--trailing", "20"), 2, "--trailing is a share of the cost"),
    ],
)
def test_rules_that_cannot_be_set_are_refused(exits, words, code: int, said: str) -> None:
    exits("set", *words).refused(code, said)
