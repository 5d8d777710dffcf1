"""``quantdeck history``, and ``quantdeck export`` and ``sql`` of what it keeps."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.model.history import ActionKind, CorporateAction
from quantdeck.tape.history.store import BarStore
from tests.tape.history.histories import DAY_NS, FIRST_NS, history_of

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """Folder with three days of a stock and a dividend, and two hours of a coin."""
    store = BarStore(tmp_path / "tape")
    paid = CorporateAction(FIRST_NS + DAY_NS, ActionKind.DIVIDEND, 0.25)
    store.keep(history_of([1.0, 2.0, 3.0], actions=[paid]))
    store.keep(
        history_of(
            [7.0, 8.0],
            symbol="BINANCE-USDM:BTCUSDT",
            interval="1h",
            source="binance-usdm",
            calendar="24/7",
        )
    )
    return "tape"


def _rows(file: str) -> list[dict[str, str]]:
    with Path(file).open(newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


def test_history_list_says_what_is_kept(run: Run, kept: str) -> None:
    ended = run("history", "list", "--data-dir", kept)

    assert ended.out.splitlines() == [
        "BINANCE-USDM:BTCUSDT 1h: 2 bars, 2026-01-01 to 2026-01-01 (binance-usdm delayed)",
        "US:SPY 1d: 3 bars, 2026-01-01 to 2026-01-03, 1 corporate action (yahoo delayed)",
    ]


def test_history_list_as_json_is_an_object_a_line(run: Run, kept: str) -> None:
    ended = run("history", "list", "--json", "--data-dir", kept)

    told = [json.loads(line) for line in ended.out.splitlines()]
    assert [each["symbol"] for each in told] == ["BINANCE-USDM:BTCUSDT", "US:SPY"]
    assert told[1]["rows"] == 3


def test_history_list_of_an_empty_folder_says_what_to_do(run: Run) -> None:
    run("history", "list", "--data-dir", "nowhere").refused(4, "quantdeck history fetch SPY")


def test_history_fetch_of_an_unknown_interval_is_refused(run: Run) -> None:
    run("history", "fetch", "SPY", "--interval", "2w").refused(2, "2w", "1d and 1h")


def test_history_fetch_from_an_unknown_source_is_refused(run: Run) -> None:
    run("history", "fetch", "SPY", "--source", "pigeon").refused(2, "pigeon")


def test_history_fetch_of_the_demo_from_a_source_is_refused(run: Run) -> None:
    run("history", "fetch", "SPY", "--demo", "--source", "alpaca").refused(2, "leave out --source")


def test_history_fetch_of_the_demo_keeps_years_of_a_coin(run: Run) -> None:
    ended = run("history", "fetch", "btcusdt", "--demo", "--data-dir", "tape")

    assert ended.code == 0, ended.err
    assert ended.out.startswith("BINANCE-USDM:BTCUSDT 1d: 1,826 bars, ")
    assert "(binance-usdm simulated)" in ended.out
    again = run("history", "list", "--demo", "--data-dir", "tape")
    assert again.out == ended.out


def test_history_fetch_of_a_coin_that_is_not_listed_names_the_vendor(run: Run) -> None:
    ended = run("history", "fetch", "NOPEUSDT", "--demo", "--data-dir", "tape")

    ended.refused(2, "binance-usdm", "Invalid symbol")


def test_export_of_history_is_a_row_a_bar_with_its_provenance(run: Run, kept: str) -> None:
    ended = run("export", "history", "-o", "h.csv", "--symbol", "SPY", "--data-dir", kept)

    assert ended.out == "3 rows in h.csv\n"
    rows = _rows("h.csv")
    assert [row["close"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["time"].startswith("2026-01-01T00:00:00")
    assert {row["source"] for row in rows} == {"yahoo"}


def test_export_of_history_of_one_interval_since_a_day(run: Run, kept: str) -> None:
    run(
        *("export", "history", "-o", "h.csv", "--timeframe", "1d", "--start", "2026-01-02"),
        *("--data-dir", kept),
    )

    assert [row["close"] for row in _rows("h.csv")] == ["2", "3"]


def test_export_of_corporate_actions(run: Run, kept: str) -> None:
    run("export", "corporate_actions", "-o", "a.csv", "--data-dir", kept)

    assert [(row["kind"], row["value"]) for row in _rows("a.csv")] == [("dividend", "0.25")]


def test_export_of_history_of_an_empty_folder_is_refused(run: Run) -> None:
    ended = run("export", "history", "-o", "h.csv", "--data-dir", "nowhere")

    ended.refused(4, "no prices of years are kept")


def test_sql_asks_a_folder_that_has_nothing_but_histories(run: Run, kept: str) -> None:
    ended = run(
        *("sql", "SELECT symbol, count(*) AS n FROM history GROUP BY 1 ORDER BY 1"),
        *("--format", "csv", "--data-dir", kept),
    )

    assert ended.out.replace(chr(34), "").split() == [
        "symbol,n",
        "BINANCE-USDM:BTCUSDT,2",
        "US:SPY,3",
    ]
