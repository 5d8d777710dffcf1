"""``quantdeck export`` of alerts and backtests."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.model.alerts import FiredAlert
from quantdeck.ports.records import Run
from quantdeck.records.open import open_records

if TYPE_CHECKING:
    from tests.cli.conftest import Run as Command

_AT = 1_723_118_400_000_000_000
_DAY = 86_400_000_000_000


@pytest.fixture
def kept(tmp_path: Path) -> str:
    """Folder with two alerts a day apart, and two runs."""
    records = open_records(tmp_path / "tape")
    for number in range(2):
        alert = FiredAlert(
            f"a{number}", "r1", "=SUM(A1)", "z > 2", _AT + number * _DAY, "z is 2.5, above 2",
            {"z": 2.5},
        )  # fmt: skip
        records.alerts.add_fired(alert, ["console"])
        run = Run(
            f"run-{number}", "backtest", "ETH / BTC", _AT + number, "demo", b'{"window": 60}',
            b'{"net": 12.5, "sharpe": null}',
        )  # fmt: skip
        records.runs.put_run(run, b"")
    records.close()
    return "tape"


def _rows(file: str) -> list[dict[str, str]]:
    with Path(file).open(newline="", encoding="utf-8") as source:
        return list(csv.DictReader(source))


def test_export_of_alerts_is_a_row_an_alert_with_formulas_neutralised(
    run: Command, kept: str
) -> None:
    ended = run("export", "alerts", "-o", "alerts.csv", "--data-dir", kept)

    assert ended.out == "2 rows in alerts.csv\n"
    newest, oldest = _rows("alerts.csv")
    assert newest["time"] > oldest["time"]
    assert oldest["rule"] == "'=SUM(A1)"
    assert oldest["figures"] == '{"z": 2.5}'


def test_export_of_alerts_since_a_time_leaves_out_those_before(run: Command, kept: str) -> None:
    run("export", "alerts", "-o", "a.csv", "--start", "2024-08-09", "--data-dir", kept)

    assert [row["id"] for row in _rows("a.csv")] == ["a1"]


def test_export_of_backtests_has_their_headline_figures(run: Command, kept: str) -> None:
    run("export", "backtests", "-o", "runs.csv", "--data-dir", kept)

    [row, _] = _rows("runs.csv")
    assert (row["kind"], row["title"], row["mode"]) == ("backtest", "ETH / BTC", "demo")
    assert (row["net"], row["sharpe"], row["question"]) == ("12.5", "", '{"window": 60}')


def test_export_of_alerts_where_none_are_kept_is_refused(run: Command) -> None:
    run("export", "alerts", "-o", "a.csv").refused(4, "no alerts are kept in data")


def test_export_of_alerts_of_a_symbol_is_refused(run: Command, kept: str) -> None:
    ended = run("export", "alerts", "-o", "a.csv", "--symbol", "btcusdt", "--data-dir", kept)

    ended.refused(2, "leave out --symbol")
