"""Charts of Yahoo as bars that were traded."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.feeds.yahoo.chart import actions_of, rows_of, splits_of
from quantdeck.model.history import ActionKind
from tests.feeds.yahoo.bodies import NS, at, chart, midnight, session

FRIDAY = session("2026-11-20T09:30", "2026-11-20T16:00")
NOON = at("2026-11-20T12:00") * NS
EVENING = at("2026-11-20T18:00") * NS
THURSDAY_OPEN, FRIDAY_OPEN = at("2026-11-19T09:30"), at("2026-11-20T09:30")


def _split(day: str, new: float, old: float) -> dict:
    stamp = at(f"{day}T09:30")
    return {str(stamp): {"date": stamp, "numerator": new, "denominator": old}}


def test_days_start_at_midnight_utc_of_their_date() -> None:
    # The first open is at 13:30 UTC, the second at 14:30.
    made = chart([at("2026-10-30T09:30"), at("2026-11-02T09:30")], [10.0, 11.0], **FRIDAY)

    rows = rows_of(made, "1d", [], now_ns=EVENING)

    assert rows["start_ns"].tolist() == [midnight("2026-10-30"), midnight("2026-11-02")]


def test_days_of_the_east_are_those_of_their_own_date() -> None:
    # Sydney opens the day before by UTC.
    made = chart([at("2026-11-18T23:00", UTC)], [5.0], exchangeTimezoneName="Australia/Sydney")

    rows = rows_of(made, "1d", [], now_ns=EVENING)

    assert rows["start_ns"].tolist() == [midnight("2026-11-19")]


def test_prices_before_splits_are_those_paid_and_volumes_those_traded() -> None:
    made = chart(
        [at("2014-06-06T09:30"), at("2014-06-09T09:30"), at("2020-08-28T09:30")],
        [23.056072, 23.425, 124.8075],
        volume=[349_938_400, 301_660_000, 187_630_000],
        events={"splits": _split("2014-06-09", 7, 1) | _split("2020-08-31", 4, 1)},
        **FRIDAY,
    )
    splits = splits_of([made])

    rows = rows_of(made, "1d", splits, now_ns=EVENING)

    assert rows["close"].tolist() == [645.57, 93.7, 499.23]
    assert rows["volume"].tolist() == [12_497_800, 75_415_000, 46_907_500]


def test_dividends_are_those_paid_on_the_day() -> None:
    paid = at("2014-05-08T09:30")
    made = chart(
        [paid],
        [21.0],
        events={
            "splits": _split("2014-06-09", 7, 1) | _split("2020-08-31", 4, 1),
            "dividends": {str(paid): {"amount": 0.1175, "date": paid}},
        },
        **FRIDAY,
    )
    splits = splits_of([made])

    actions = actions_of([made, made], splits)

    assert [(each.kind, each.value) for each in actions] == [
        (ActionKind.DIVIDEND, pytest.approx(3.29)),
        (ActionKind.SPLIT, 7.0),
        (ActionKind.SPLIT, 4.0),
    ]
    assert actions[0].ex_ns == midnight("2014-05-08")


def test_two_payments_of_one_day_are_added_up() -> None:
    paid = at("2025-12-18T09:30")
    events = {
        "dividends": {str(paid): {"amount": 0.5, "date": paid}},
        "capitalGains": {str(paid): {"amount": 0.5, "date": paid}},
    }
    made = chart([paid], [21.0], events=events, **FRIDAY)

    assert [each.value for each in actions_of([made, made], [])] == [1.0]


def test_single_precision_of_the_wire_is_taken_back() -> None:
    made = chart([THURSDAY_OPEN], [189.9499969482422], **FRIDAY)

    assert rows_of(made, "1d", [], now_ns=NOON)["close"].tolist() == [189.95]


def test_the_bar_of_a_day_that_still_runs_is_left_out_and_comes_once_it_is_over() -> None:
    made = chart([THURSDAY_OPEN, at("2026-11-20T12:00")], [10.0, 11.0], **FRIDAY)

    assert rows_of(made, "1d", [], now_ns=NOON)["close"].tolist() == [10.0]
    assert rows_of(made, "1d", [], now_ns=EVENING)["close"].tolist() == [10.0, 11.0]


def test_without_the_times_of_the_session_today_is_not_over() -> None:
    made = chart([THURSDAY_OPEN, FRIDAY_OPEN], [10.0, 11.0])

    assert rows_of(made, "1d", [], now_ns=EVENING)["close"].tolist() == [10.0]


def test_a_last_bar_that_comes_twice_is_taken_once() -> None:
    made = chart([THURSDAY_OPEN, FRIDAY_OPEN, at("2026-11-20T16:00")], [10.0, 11.0, 11.5], **FRIDAY)

    rows = rows_of(made, "1d", [], now_ns=EVENING)

    assert rows["close"].tolist() == [10.0, 11.0]


def test_rows_of_nulls_are_left_out_and_columns_that_are_missing_are_nan() -> None:
    made = chart([THURSDAY_OPEN - 86_400, THURSDAY_OPEN], [None, 10.0], volume=None, **FRIDAY)

    rows = rows_of(made, "1d", [], now_ns=NOON)

    assert len(rows) == 1
    assert np.isnan(rows["volume"]).all()


def test_the_last_hour_of_a_session_ends_with_it_and_what_follows_is_no_bar() -> None:
    stamps = [at("2026-11-20T14:30"), at("2026-11-20T15:30"), at("2026-11-20T16:00")]
    made = chart(stamps, [10.0, 11.0, 11.0], **FRIDAY)

    at_four = rows_of(made, "1h", [], now_ns=at("2026-11-20T16:00") * NS)
    before = rows_of(made, "1h", [], now_ns=at("2026-11-20T15:59") * NS)

    assert at_four["start_ns"].tolist() == [stamp * NS for stamp in stamps[:2]]
    assert before["start_ns"].tolist() == [stamps[0] * NS]


def test_minutes_of_the_past_are_kept_whatever_the_present_session_is() -> None:
    stamps = [at("2026-11-18T15:59"), at("2026-11-19T09:30")]
    made = chart(stamps, [10.0, 11.0], **FRIDAY)

    assert len(rows_of(made, "1m", [], now_ns=NOON)) == 2


def test_an_empty_chart_has_no_rows() -> None:
    made = chart([], [], **FRIDAY)

    assert len(rows_of(made, "1d", [], now_ns=NOON)) == 0


def test_what_is_null_instead_of_missing_is_taken_for_missing() -> None:
    made = chart([THURSDAY_OPEN], [10.004], events=None, priceHint=None, **FRIDAY)

    assert splits_of([made]) == []
    assert rows_of(made, "1d", [], now_ns=NOON)["close"].tolist() == [10.0]


_FIRST = np.datetime64("2024-01-01")


@given(
    cents=st.lists(st.integers(100, 90_000), min_size=2, max_size=40),
    splits=st.dictionaries(st.integers(1, 38), st.sampled_from([2.0, 3.0, 7.0, 20.0, 0.5]), max_size=3),
)  # fmt: skip
def test_splits_of_any_kind_are_undone(cents: list[int], splits: dict[int, float]) -> None:
    paid = np.array(cents) / 100.0
    days = [str(_FIRST + day) for day in range(len(cents))]
    since = np.ones(len(cents))
    for day, ratio in splits.items():
        since[:day] *= ratio
    told = (paid / since).astype(np.float32).astype(np.float64).tolist()
    stamps = [at(f"{day}T09:30") for day in days]
    events = {
        stamp: told_split
        for day, ratio in splits.items()
        for stamp, told_split in _split(str(_FIRST + day), ratio, 1).items()
    }
    made = chart(stamps, told, events={"splits": events}, **FRIDAY)

    rows = rows_of(made, "1d", splits_of([made]), now_ns=EVENING)

    assert rows["close"] == pytest.approx(paid, abs=1e-9)
