from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.records import report_files
from quantdeck.records.report_files import (
    append_row,
    append_rows,
    read_rows,
    write_rows,
    write_text,
)

HEADER = ("date", "pnl", "run")


def test_append_row_to_no_file_begins_it_with_the_header(tmp_path):
    append_row(tmp_path / "reports" / "a.csv", HEADER, {"date": "2026-01-02", "pnl": 1.5})

    assert (tmp_path / "reports" / "a.csv").read_text() == "date,pnl,run\n2026-01-02,1.5,\n"


def test_append_row_again_keeps_what_is_there(tmp_path):
    file = tmp_path / "a.csv"

    append_row(file, HEADER, {"date": "d1", "pnl": np.float64(2.0)})
    append_row(file, HEADER, {"date": "d2", "pnl": float("nan"), "run": None})

    assert read_rows(file) == [
        {"date": "d1", "pnl": "2.0", "run": ""},
        {"date": "d2", "pnl": "", "run": ""},
    ]


def test_append_rows_of_a_known_key_replaces_all_its_rows(tmp_path):
    file = tmp_path / "a.csv"
    append_rows(file, HEADER, [{"run": "r1", "pnl": 1}, {"run": "r2", "pnl": 2}], key="run")

    append_rows(file, HEADER, [{"run": "r1", "pnl": 3}, {"run": "r1", "pnl": 4}], key="run")

    assert [(row["run"], row["pnl"]) for row in read_rows(file)] == [
        ("r2", "2"),
        ("r1", "3"),
        ("r1", "4"),
    ]


def test_append_row_keeps_columns_that_others_have_added(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("run,note,date,pnl\nr1,mine,d1,1\n")

    append_row(file, HEADER, {"date": "d2", "pnl": 2, "run": "r2"}, key="run")

    assert file.read_text() == "run,note,date,pnl\nr1,mine,d1,1\nr2,,d2,2\n"


def test_append_row_to_a_file_without_a_column_is_refused_and_changes_nothing(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("date,profit\n")

    with pytest.raises(StoreError, match="has no column pnl, run; move it away"):
        append_row(file, HEADER, {"date": "d2"})
    assert file.read_text() == "date,profit\n"


def test_append_row_with_an_unknown_column_is_refused(tmp_path):
    with pytest.raises(BadInput, match="no column profit"):
        append_row(tmp_path / "a.csv", HEADER, {"profit": 1})


def test_append_row_neutralises_formulas(tmp_path):
    append_row(tmp_path / "a.csv", HEADER, {"run": "=1+1"})

    assert read_rows(tmp_path / "a.csv")[0]["run"] == "'=1+1"


def test_write_text_that_fails_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    file = tmp_path / "a.html"
    write_text(file, "before")

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(report_files.os, "fsync", refuse)

    with pytest.raises(StoreError, match="No space left"):
        write_text(file, "after")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["before"]


def test_read_rows_of_no_file_is_none(tmp_path):
    assert read_rows(tmp_path / "a.csv") == []


def _append_some(file, name):
    for number in range(10):
        append_row(file, HEADER, {"run": f"{name}{number}"}, key="run")


def test_append_row_of_two_writers_at_once_loses_nothing(tmp_path):
    file = tmp_path / "a.csv"

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(_append_some, [file, file], "ab"))

    assert {row["run"] for row in read_rows(file)} == {f"{n}{i}" for n in "ab" for i in range(10)}


def test_append_rows_beyond_the_most_drops_the_oldest_keys_whole(tmp_path):
    file = tmp_path / "a.csv"
    append_rows(file, HEADER, [{"run": run, "pnl": 1} for run in ("r1", "r1", "", "r2")])

    append_rows(file, HEADER, [{"run": "r3", "pnl": 1}], key="run", most=4)

    assert [row["run"] for row in read_rows(file)] == ["", "r2", "r3"]


def test_write_rows_replaces_the_list(tmp_path):
    file = tmp_path / "a.csv"
    append_row(file, HEADER, {"run": "r1"})

    write_rows(file, ("a", "b"), [{"a": True, "b": None}])

    assert file.read_text() == "a,b\nyes,\n"
