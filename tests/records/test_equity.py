from __future__ import annotations

import pytest

from tests.records.places import opened

HOUR = 3_600_000_000_000
DAY = 24 * HOUR


@pytest.fixture
def records(place):
    kept = opened(place)
    yield kept
    kept.close()


def test_points_come_back_by_account_and_in_order_of_time(records) -> None:
    records.equity.add("a", ts_ns=2, equity=20.0, cash=2.0)
    records.equity.add("a", ts_ns=1, equity=10.0, cash=1.0)
    records.equity.add("b", ts_ns=1, equity=99.0, cash=9.0)

    times, equity, cash = records.equity.points("a")

    assert times.tolist() == [1, 2]
    assert equity.tolist() == [10.0, 20.0]
    assert cash.tolist() == [1.0, 2.0]


def test_the_last_point_before_a_moment_is_found_or_there_is_none(records) -> None:
    records.equity.add("a", ts_ns=10, equity=20.0, cash=2.0)

    assert records.equity.last_before("a", 9) is None
    assert records.equity.last_before("a", 10) == 20.0


def test_thinning_keeps_the_last_of_each_hour_and_later_of_each_day(records) -> None:
    now = 200 * DAY
    days_ago = [
        100 * DAY + HOUR,
        100 * DAY + 5 * HOUR,
        195 * DAY + 1,
        195 * DAY + 2,
        now - 2,
        now - 1,
    ]
    for number, ts_ns in enumerate(days_ago):
        records.equity.add("a", ts_ns=ts_ns, equity=float(number), cash=0.0)

    records.equity.thin("a", now_ns=now)

    assert records.equity.points("a")[1].tolist() == [1.0, 3.0, 4.0, 5.0]
    assert records.equity.points("a", since_ns=now - 2)[1].tolist() == [4.0, 5.0]
