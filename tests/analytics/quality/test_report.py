"""The report on a series of bars."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.quality import Check, QualityRules, Severity, check_history
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, CorporateAction

if TYPE_CHECKING:
    from pathlib import Path

DAY_NS = 86_400_000_000_000


def _days(count: int, *, begin: str = "2024-01-02") -> np.ndarray:
    sessions = us_sessions()
    first = int(np.searchsorted(sessions.days, np.datetime64(begin)))
    rows = np.zeros(count, HISTORY_DTYPE)
    rows["start_ns"] = sessions.days[first : first + count].astype(np.int64) * DAY_NS
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(5).normal(0.0, 0.01, count)))
    rows["open"], rows["close"] = close * 0.999, close
    rows["high"], rows["low"] = close * 1.01, close * 0.99
    rows["volume"] = 1e6
    return rows


def _found(rows: np.ndarray, **further: object) -> dict[Check, int]:
    report = check_history(rows, "1d", sessions=us_sessions(), **further)  # type: ignore[arg-type]
    return {finding.check: finding.count for finding in report.findings}


def test_check_history_sound_bars_have_no_finding() -> None:
    report = check_history(_days(300), "1d", sessions=us_sessions())

    assert report.findings == ()
    assert report.severity is None
    assert (report.rows, report.expected) == (300, 300)


def test_check_history_every_fault_is_found_where_it_is() -> None:
    rows = _days(300)
    rows["close"][10] = np.nan
    rows["high"][20] = rows["low"][20] * 0.9
    rows["volume"][30] = 0.0
    for name in ("open", "high", "low", "close"):
        rows[name][40:46] = rows[name][40]
    rows["high"][60], rows["close"][60] = rows["close"][60] * 2.1, rows["close"][60] * 2.0
    rows = np.delete(rows, [100, 101])
    rows = np.append(rows, rows[5:6])

    report = check_history(rows, "1d", sessions=us_sessions())

    found = {finding.check: finding for finding in report.findings}
    assert {check: finding.count for check, finding in found.items()} == {
        Check.MISSING: 2,
        Check.DOUBLED: 1,
        Check.ABSENT: 1,
        Check.IMPOSSIBLE: 1,
        Check.NO_VOLUME: 1,
        Check.UNCHANGED: 1,
        Check.BAD_PRINT: 1,
    }
    assert found[Check.UNCHANGED].start_ns.tolist() == [int(_days(300)["start_ns"][40])]
    assert found[Check.MISSING].start_ns.tolist() == _days(300)["start_ns"][100:102].tolist()
    assert report.severity is Severity.ERROR
    assert report.findings[0].severity is Severity.ERROR


def test_check_history_a_share_of_missing_bars_is_an_error() -> None:
    rows = np.delete(_days(300), [100])

    few = check_history(rows, "1d", sessions=us_sessions())
    strict = check_history(
        rows, "1d", sessions=us_sessions(), rules=QualityRules(missing_error=0.003)
    )

    assert few.severity is Severity.WARNING
    assert strict.severity is Severity.ERROR


def test_check_history_a_split_is_an_error_until_it_is_recorded() -> None:
    rows = _days(300)
    for name in ("open", "high", "low", "close"):
        rows[name][150:] /= 2.0
    split = CorporateAction(int(rows["start_ns"][150]), ActionKind.SPLIT, 2.0)

    assert _found(rows) == {Check.SPLIT: 1}
    assert _found(rows, actions=[split]) == {}


def test_check_history_a_price_after_weeks_without_bars_is_no_jump() -> None:
    rows = _days(300)
    for name in ("open", "high", "low", "close"):
        rows[name][150:] /= 2.0

    found = _found(np.delete(rows, np.s_[130:150]))

    assert found == {Check.MISSING: 20}


def test_check_history_stale_counts_sessions_that_ended() -> None:
    rows = _days(10)  # the last one is 16 January 2024, a Tuesday
    last_ns = int(rows["start_ns"][-1])
    report = check_history(rows, "1d", sessions=us_sessions(), now_ns=last_ns + 3 * DAY_NS)

    (finding,) = report.findings

    assert finding.check is Check.STALE
    assert finding.detail.startswith("2 sessions")


@pytest.mark.parametrize("hours", [30, 42])
def test_check_history_a_bar_of_the_last_session_is_not_stale(hours: int) -> None:
    rows = _days(10)
    now_ns = int(rows["start_ns"][-1]) + hours * 3_600_000_000_000

    assert _found(rows, now_ns=now_ns) == {}


def test_check_history_of_nothing_is_an_error() -> None:
    report = check_history(np.empty(0, HISTORY_DTYPE), "1d", sessions=us_sessions(), now_ns=DAY_NS)

    assert [finding.detail for finding in report.findings] == ["there are no bars at all"]
    assert report.severity is Severity.ERROR


def test_check_history_an_index_without_volume_is_no_finding() -> None:
    rows = _days(300)
    rows["volume"] = np.nan

    assert _found(rows) == {}


def test_check_history_recorded_stocks_lack_what_their_files_lack(shared_data: Path) -> None:
    lacking = ("2010-04-01", "2009-08-11")
    folder = shared_data / "us-daily-djia-2006-2017" / "data"
    checked = 0
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt") as lines:
            read = list(csv.DictReader(lines))
        rows = np.array([_row(line) for line in read], HISTORY_DTYPE)

        report = check_history(rows, "1d", sessions=us_sessions())

        dates = {line["Date"] for line in read}
        empty = sum(
            any(not line[name] for name in ("Open", "High", "Low", "Close")) for line in read
        )
        assert report.count(Check.ABSENT) == empty
        assert report.count(Check.MISSING) == sum(day not in dates for day in lacking)
        assert report.expected == len(rows) + report.count(Check.MISSING)
        assert not any(
            finding.check is Check.SPLIT and finding.severity is Severity.ERROR
            for finding in report.findings
        )
        checked += 1
    assert checked == 31


def _row(line: dict[str, str]) -> tuple[float, ...]:
    start_ns = int(np.datetime64(line["Date"], "ns").astype(np.int64))
    prices = [float(line[name] or "nan") for name in ("Open", "High", "Low", "Close", "Volume")]
    return (start_ns, *prices)
