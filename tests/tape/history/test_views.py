"""Histories and corporate actions in SQL."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from quantdeck.model.errors import BadInput
from quantdeck.model.history import ActionKind, CorporateAction
from quantdeck.tape.history.store import BarStore
from quantdeck.tape.open import open_reader
from tests.tape.history.histories import DAY_NS, FIRST_NS, history_of

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def _asked(folder: Path, query: str) -> list[dict[str, Any]]:
    return open_reader(folder).sql(query, timeout_s=10, max_rows=100).to_pylist()


def test_view_history_has_every_bar_with_its_provenance(tmp_path: Path) -> None:
    BarStore(tmp_path).keep(history_of([1.0, float("nan")]))
    BarStore(tmp_path).keep(history_of([7.0], symbol="BINANCE:BTCUSDT", source="binance-spot"))

    rows = _asked(
        tmp_path,
        "SELECT time, symbol, interval, close, source, fetched_at, ingest_run_id FROM history "
        "ORDER BY symbol DESC, time",
    )

    assert [row["close"] for row in rows] == [1.0, None, 7.0]
    assert rows[0]["time"] == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert rows[0]["fetched_at"] == dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
    assert rows[2]["source"] == "binance-spot"
    assert {row["ingest_run_id"] for row in rows} == {"run-1"}


def test_view_corporate_actions_has_every_action(tmp_path: Path) -> None:
    action = CorporateAction(FIRST_NS + DAY_NS, ActionKind.SPLIT, 4.0)
    BarStore(tmp_path).keep(history_of([1.0, 2.0], actions=[action]))

    rows = _asked(tmp_path, "SELECT ex_date, symbol, kind, value FROM corporate_actions")

    assert rows == [
        {
            "ex_date": dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
            "symbol": "US:SPY",
            "kind": "split",
            "value": 4.0,
        }
    ]


def test_views_of_an_empty_folder_are_empty(tmp_path: Path) -> None:
    assert _asked(tmp_path, "SELECT count(*) AS n FROM history") == [{"n": 0}]
    assert _asked(tmp_path, "SELECT count(*) AS n FROM corporate_actions") == [{"n": 0}]


def test_view_that_is_misspelt_is_answered_with_the_names(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="corporate_actions"):
        _asked(tmp_path, "SELECT * FROM histories_of_all")
