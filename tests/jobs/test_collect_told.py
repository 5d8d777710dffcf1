"""What a collector says of parts that were not asked for, of unknown symbols, and in its log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.jobs.collect_report import Outcome, Part
from quantdeck.model.errors import Disconnected, NoData, NotEntitled, RateLimited
from tests.jobs.collecting import Place

if TYPE_CHECKING:
    from pathlib import Path

DAYS = (Part.DAYS, Part.SPLITS, Part.DIVIDENDS)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RateLimited("vendor", "slow down", retry_after_s=9), Outcome.SKIPPED),
        (NotEntitled("vendor", "no bars"), Outcome.NOT_INCLUDED),
        (NoData("no bars"), Outcome.NONE),
    ],
)
def test_collect_actions_without_bars_end_as_the_bars_do(
    place: Place, error: Exception, outcome: Outcome
) -> None:
    place.vendor.errors["bars 1d", "US:AAPL"] = error

    report = place.collect(parts=DAYS)

    assert [each.outcome for each in report.items[1:]] == [outcome, outcome]
    assert "splits" not in place.vendor.asked


def test_collect_symbol_of_which_there_is_nothing_is_told(place: Place) -> None:
    place.vendor.errors["bars 1d", "US:AAPK"] = NoData("no bars")

    report = place.collect("US:AAPK", "US:MSFT", parts=DAYS)

    assert report.unknown == ["US:AAPK"]


def test_collect_writes_a_line_of_the_log_for_every_part(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.vendor.errors["dividends", "US:AAPL"] = Disconnected("vendor", "gone")

    with caplog.at_level("INFO", logger="quantdeck.jobs.collect"):
        place.collect(parts=DAYS)

    told = [(each.levelname, each.getMessage()) for each in caplog.records]
    assert ("INFO", "US:AAPL days: new, 60 rows new, 0 changed") in told
    assert ("WARNING", "US:AAPL dividends: failed, vendor: gone") in told
