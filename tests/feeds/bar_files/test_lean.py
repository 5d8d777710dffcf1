"""LEAN's daily files."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.testing import assert_allclose

from quantdeck.analytics.adjustment import adjusted
from quantdeck.feeds.bar_files import is_lean, read_lean
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import ActionKind, Adjustment, History

if TYPE_CHECKING:
    from pathlib import Path


def _zip(folder: Path, text: str, name: str = "abc.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("abc.csv", text)
    return path


def _day(index: int) -> str:
    return f"2024010{2 + index} 00:00"


def test_read_lean_prices_are_in_ten_thousandths(tmp_path: Path) -> None:
    path = _zip(tmp_path, f"{_day(0)},1000000,1010000,990000,1005000,1234\n")

    file, actions = read_lean(path)

    assert file.symbol == "US:ABC"
    assert file.rows[0].tolist()[1:] == (100.0, 101.0, 99.0, 100.5, 1234.0)
    assert actions == ()


def test_read_lean_factors_become_splits_and_dividends(tmp_path: Path) -> None:
    # A dividend of 1 on a close of 100, then two shares for one.
    lines = [(100, 0), (99, 1), (50, 2)]
    text = "".join(f"{_day(at)},{c}0000,{c}0000,{c}0000,{c}0000,1\n" for c, at in lines)
    factors = tmp_path / "abc.csv"
    factors.write_text("20240102,0.99,0.5,100\n20240103,1,0.5,99\n20501231,1,1,0\n")

    _, actions = read_lean(_zip(tmp_path, text), factors)

    assert [(action.kind, round(action.value, 9)) for action in actions] == [
        (ActionKind.DIVIDEND, 1.0),
        (ActionKind.SPLIT, 2.0),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("20240102 00:00,1,2,3\n", "line 1: 4 cells instead of 6"),
        ("2 January,1,2,3,4,5\n", "is not a day"),
        ("20240103 00:00,1,1,1,1,1\n20240102 00:00,1,1,1,1,1\n", "not in order"),
        ("20240102 00:00,1,1,one,1,1\n", "could not convert"),
    ],
)
def test_read_lean_says_what_is_wrong(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        read_lean(_zip(tmp_path, text))


def test_read_lean_of_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "abc.csv"
    path.write_text("date,open\n")

    assert not is_lean(path)
    with pytest.raises(BadInput, match="is not a zip"):
        read_lean(path)


def test_read_lean_adjusted_as_the_recorded_factors_say(shared_data: Path) -> None:
    folder = shared_data / "lean-samples" / "Data" / "equity" / "usa"
    recorded = np.genfromtxt(folder / "factor_files" / "aapl.csv", delimiter=",")

    file, actions = read_lean(folder / "daily" / "aapl.zip", folder / "factor_files" / "aapl.csv")

    told = Provenance("lean", Delay.IMPORTED, RunId("run"))
    history = History(file.symbol, "1d", file.rows, told, calendar="XNYS", actions=actions)
    series = adjusted(history, Adjustment.TOTAL)
    last_ns = np.array(
        [
            f"{day:.0f}"[:4] + "-" + f"{day:.0f}"[4:6] + "-" + f"{day:.0f}"[6:]
            for day in recorded[:, 0]
        ],
        "datetime64[D]",
    )
    row = np.searchsorted(last_ns, file.rows["start_ns"].astype("datetime64[ns]"))
    factor = recorded[:, 1] * recorded[:, 2]
    end = factor[np.searchsorted(last_ns, file.rows["start_ns"][-1:].astype("datetime64[ns]"))]
    assert [action.value for action in actions if action.kind is ActionKind.SPLIT] == [
        2.0, 2.0, 7.0, 4.0,
    ]  # fmt: skip
    assert_allclose(series.close / series.raw_close, factor[row] / end, rtol=3e-4)
