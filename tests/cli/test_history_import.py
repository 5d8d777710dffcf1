from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.cli.conftest import Run

HEAD = "date,open,high,low,close,volume,symbol\n"
LINES = "2024-01-02,1,2,1,1.5,9,ABC\n2024-01-03,1.5,2,1,1.8,9,ABC\n"


def test_history_import_keeps_bars_and_says_how_many(run: Run) -> None:
    Path("bars.csv").write_text(HEAD + LINES)

    ended = run("history", "import", "bars.csv")

    assert ended.code == 0
    assert "bars.csv: 2 bars of US:ABC; 2 are kept now" in ended.err


def test_history_import_twice_adds_nothing(run: Run) -> None:
    Path("bars.csv").write_text(HEAD + LINES)
    run("history", "import", "bars.csv")

    ended = run("history", "import", "bars.csv", "--json")

    (kept,) = json.loads(ended.out)
    assert (kept["symbol"], kept["rows"], kept["delay"]) == ("US:ABC", 2, "imported")


def test_history_import_of_a_broken_file_keeps_nothing(run: Run) -> None:
    Path("bars.csv").write_text(HEAD + LINES + "2024-01-04,1,2,1,much,9,ABC\n")

    ended = run("history", "import", "bars.csv")

    ended.refused(2, "line 4, close", "'much'")
    run("quality").refused(4, "there is nothing")


def test_history_import_factors_belong_to_one_zip(run: Run) -> None:
    Path("bars.csv").write_text(HEAD + LINES)
    Path("abc.csv").write_text("20240102,1,1,1\n")

    ended = run("history", "import", "bars.csv", "--factors", "abc.csv")

    ended.refused(2, "--factors belongs to a zip of LEAN's")


def test_export_sqlite_follows_what_is_kept(run: Run) -> None:
    Path("bars.csv").write_text(
        "date,open,high,low,close,symbol\n2024-01-02,1,2,1,1.5,ABC\n2024-01-03,1,2,1,1.5,ABC\n"
    )
    run("history", "import", "bars.csv")

    first = run("export", "sqlite", "-o", "copy.db", "--json")
    second = run("export", "sqlite", "-o", "copy.db", "--json")
    anew = run("export", "sqlite", "-o", "copy.db", "--json", "--anew")

    assert json.loads(first.out)["written"] == {"ohlcv": 2}
    assert json.loads(second.out)["written"] == {}
    assert json.loads(anew.out)["written"] == {"ohlcv": 2}
    assert json.loads(anew.out)["rows"]["ohlcv"] == 2
