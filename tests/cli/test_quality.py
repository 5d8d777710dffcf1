from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, History
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from tests.cli.conftest import Run

DAY_NS = 86_400_000_000_000


def _keep(symbol: str, *, without: int | None = None, split_at: int | None = None) -> None:
    days = us_sessions().days[9000:9100].astype(np.int64) * DAY_NS
    rows = np.zeros(len(days), HISTORY_DTYPE)
    rows["start_ns"], rows["volume"] = days, 100.0
    for name in ("open", "high", "low", "close"):
        rows[name] = np.linspace(100.0, 110.0, len(days))
        if split_at is not None:
            rows[name][split_at:] /= 2.0
    if without is not None:
        rows = np.delete(rows, without)
    told = Provenance("file", Delay.IMPORTED, RunId("run"))
    BarStore(Path("data")).keep(History(symbol, "1d", rows, told, fetched_ns=1, calendar="XNYS"))


def test_quality_of_sound_bars_ends_with_zero(run: Run) -> None:
    _keep("US:ABC")

    ended = run("quality")

    assert ended.code == 0
    assert "nothing found" in ended.out


def test_quality_a_missing_session_is_named(run: Run) -> None:
    _keep("US:ABC", without=50)
    day = us_sessions().days[9050]

    ended = run("quality", "abc")

    assert ended.code == 6
    assert f"missing bars: 1; 1.00% of the 100 bars of the calendar ({day})" in ended.out


def test_quality_as_json_has_every_place(run: Run) -> None:
    _keep("US:ABC", split_at=50)
    _keep("US:XYZ")

    ended = run("quality", "--json")

    broken, sound = json.loads(ended.out)
    assert ended.code == 6
    assert (sound["symbol"], sound["severity"], sound["findings"]) == ("US:XYZ", None, [])
    (finding,) = broken["findings"]
    assert finding["check"] == "like a split, and none recorded"
    assert finding["start_ns"] == [int(us_sessions().days[9050].astype(int)) * DAY_NS]


def test_quality_of_what_is_not_kept_says_what_is(run: Run) -> None:
    _keep("US:ABC")

    ended = run("quality", "ZZZ")

    ended.refused(4, "US:ZZZ", "US:ABC", "history fetch")
