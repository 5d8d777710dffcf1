from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from quantdeck.analytics.boxes.rates import Convention
from quantdeck.model.errors import BadInput, NoData
from quantdeck.tape.chains.benchmarks import read_benchmarks, tenor_days

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """date,tenor,rate,convention
2024-01-04,1y,0.0480,bond-equivalent
2024-01-05,1d,0.0531,simple-360
2024-01-05,6m,0.0524,bond-equivalent
2024-01-08,6m,0.0520,bond-equivalent
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "benchmarks.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("day", "rates"),
    [
        (date(2024, 1, 5), [(1, 0.0531, Convention.SIMPLE_360), (182, 0.0524, "bond-equivalent")]),
        (date(2024, 1, 7), [(1, 0.0531, Convention.SIMPLE_360), (182, 0.0524, "bond-equivalent")]),
        (date(2024, 1, 4), [(365, 0.0480, "bond-equivalent")]),
    ],
)
def test_benchmarks_of_a_day_are_those_of_the_newest_not_after_it(
    tmp_path: Path, day: date, rates: list[tuple[int, float, str]]
) -> None:
    found = read_benchmarks(write(tmp_path, TEXT), day=day)

    assert [(each.days, each.rate, each.convention) for each in found] == rates


@pytest.mark.parametrize("day", [date(2024, 1, 3), date(2024, 1, 16)])
def test_benchmarks_of_other_weeks_are_no_answer(tmp_path: Path, day: date) -> None:
    with pytest.raises(NoData, match="from 2024-01-04 to 2024-01-08"):
        read_benchmarks(write(tmp_path, TEXT), day=day)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2024-01-05,6m,5.24,bond-equivalent", r"line 6: rate '5.24' is not a decimal per year"),
        ("2024-01-05,6m,,bond-equivalent", "line 6: rate"),
        ("2024-01-05,6x,0.05,bond-equivalent", "tenor '6x'"),
        ("2024-01-05,0d,0.05,bond-equivalent", "tenor '0d'"),
        ("2024-01-05,6m,0.05,percent", "convention 'percent' is not one of continuous"),
        ("soon,6m,0.05,continuous", "line 6"),
        ("2024-01-05,6m,0.05", "expected 4 cells, was 3"),
    ],
)
def test_benchmarks_wrong_row_is_refused_by_its_line(tmp_path: Path, row: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        read_benchmarks(write(tmp_path, f"{TEXT}{row}\n"), day=date(2024, 1, 5))


def test_benchmarks_absent_file_and_other_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is not a file"):
        read_benchmarks(tmp_path / "none.csv", day=date(2024, 1, 5))
    with pytest.raises(BadInput, match="expected date,tenor,rate,convention"):
        read_benchmarks(write(tmp_path, "a,b\n"), day=date(2024, 1, 5))


@pytest.mark.parametrize(
    ("text", "days"), [("1d", 1), ("2w", 14), ("1m", 30), ("3M", 91), ("6m", 182), ("10y", 3650)]
)
def test_tenor_in_calendar_days(text: str, days: int) -> None:
    assert tenor_days(text) == days
