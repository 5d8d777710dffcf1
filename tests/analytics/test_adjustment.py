"""Prices of the past in today's shares: by hand, and against factors that another program recorded."""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.testing import assert_allclose

from quantdeck.analytics.adjustment import adjusted, dividend_factors, split_factors
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, Adjustment, CorporateAction, History

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DAY_NS = 86_400_000_000_000
_NAN = float("nan")


def _split(day: int, value: float) -> CorporateAction:
    return CorporateAction(day * _DAY_NS, ActionKind.SPLIT, value)


def _dividend(day: int, value: float) -> CorporateAction:
    return CorporateAction(day * _DAY_NS, ActionKind.DIVIDEND, value)


def _history(
    closes: Sequence[float],
    actions: Sequence[CorporateAction],
    *,
    calendar: str = "XNYS",
) -> History:
    rows = np.zeros(len(closes), HISTORY_DTYPE)
    rows["start_ns"] = np.arange(len(closes)) * _DAY_NS
    for name in ("open", "high", "low", "close"):
        rows[name] = closes
    rows["volume"] = 1200.0
    told = Provenance("yahoo", Delay.DELAYED, RunId("run"))
    return History("US:AAPL", "1d", rows, told, actions=tuple(sorted(actions)), calendar=calendar)


def test_split_factors_of_two_splits_multiply() -> None:
    days = np.arange(5) * _DAY_NS

    factors = split_factors(days, [_split(3, 3.0), _split(1, 2.0)])

    assert_allclose(factors, [1 / 6, 1 / 3, 1 / 3, 1, 1])


def test_split_factors_of_a_reverse_split_raise_the_past() -> None:
    factors = split_factors(np.arange(2) * _DAY_NS, [_split(1, 0.1)])

    assert_allclose(factors, [10.0, 1.0])


def test_split_factors_of_nothing_for_a_share_are_refused() -> None:
    with pytest.raises(BadInput, match="split of 0"):
        split_factors(np.arange(2) * _DAY_NS, [_split(1, 0.0)])


def test_dividend_factors_by_hand() -> None:
    closes = np.array([100.0, 104.0, 103.0, 105.0])

    factors = dividend_factors(np.arange(4) * _DAY_NS, closes, [_dividend(2, 1.04)])

    assert_allclose(factors, [0.99, 0.99, 1.0, 1.0])


def test_dividend_factors_where_the_close_before_is_absent_take_the_one_before_that() -> None:
    closes = np.array([100.0, _NAN, 99.0])

    factors = dividend_factors(np.arange(3) * _DAY_NS, closes, [_dividend(2, 1.0)])

    assert_allclose(factors, [0.99, 0.99, 1.0])


def test_dividend_before_the_first_bar_changes_nothing() -> None:
    factors = dividend_factors(np.arange(2) * _DAY_NS, np.array([9.0, 9.0]), [_dividend(0, 1.0)])

    assert factors.tolist() == [1.0, 1.0]


def test_dividend_on_the_day_of_a_split_is_one_of_the_new_shares() -> None:
    actions = [_split(1, 4.0), _dividend(1, 0.25)]

    factors = dividend_factors(np.arange(2) * _DAY_NS, np.array([400.0, 99.75]), actions)

    assert_allclose(factors, [1.0 - 0.25 / 100.0, 1.0])


@pytest.mark.parametrize("value", [0.0, -1.0, 100.0, _NAN])
def test_dividend_that_cannot_be_is_refused_with_its_day(value: float) -> None:
    with pytest.raises(BadInput, match="1970-01-02"):
        dividend_factors(np.arange(2) * _DAY_NS, np.array([100.0, 99.0]), [_dividend(1, value)])


def test_total_returns_are_those_of_a_holder_who_reinvests_at_the_price_without_the_dividend() -> (
    None
):
    history = _history([200.0, 50.0, 49.5, 51.0], [_split(1, 4.0), _dividend(2, 0.5)])

    total = adjusted(history, Adjustment.TOTAL)

    shares = 4.0 * (1.0 + 0.5 / 49.5)
    assert total.close[-1] / total.close[0] == pytest.approx(shares * 51.0 / 200.0)


def test_adjusted_raw_leaves_prices_and_volumes() -> None:
    raw = adjusted(_history([200.0, 50.0], [_split(1, 4.0)]), Adjustment.RAW)

    assert raw.close.tolist() == [200.0, 50.0]
    assert raw.volume.tolist() == [1200.0, 1200.0]
    assert raw.adjustment is Adjustment.RAW


def test_adjusted_for_splits_gives_volumes_in_todays_shares() -> None:
    split = adjusted(_history([200.0, 50.0], [_split(1, 4.0)]), Adjustment.SPLIT)

    assert split.volume.tolist() == [4800.0, 1200.0]
    assert split.raw_close.tolist() == [200.0, 50.0]


def test_adjusted_of_a_market_that_never_closes_is_raw() -> None:
    series = adjusted(_history([200.0, 50.0], [], calendar="24/7"), Adjustment.TOTAL)

    assert series.adjustment is Adjustment.RAW


@pytest.mark.parametrize("ticker", ["aapl", "spy", "goog", "ibm"])
def test_factors_equal_those_recorded_of_real_stocks(shared_data: Path, ticker: str) -> None:
    folder = shared_data / "lean-samples" / "Data" / "equity" / "usa"
    days, closes = _recorded_closes(folder / "daily" / f"{ticker}.zip")
    recorded = _recorded_factors(folder / "factor_files" / f"{ticker}.csv")
    actions = _actions_of(recorded, days)

    splits = split_factors(days, actions)
    dividends = dividend_factors(days, closes, actions)

    last = np.array([at for at, *_ in recorded])
    row = np.searchsorted(last, days)
    inside = row < len(last)
    wanted = np.array([(price, split) for _, price, split, _ in recorded])[row[inside]]
    # Factors of the file that end at its last day are those of the future, 1.
    assert_allclose(dividends[inside], wanted[:, 0] / wanted[-1, 0], rtol=2e-4)
    assert_allclose(splits[inside], wanted[:, 1] / wanted[-1, 1], rtol=1e-4)


def _recorded_closes(file: Path) -> tuple[np.ndarray, np.ndarray]:
    with zipfile.ZipFile(file) as packed:
        text = packed.read(packed.namelist()[0]).decode()
    rows = list(csv.reader(io.StringIO(text)))
    days = np.array([_ns(row[0][:8]) for row in rows], np.int64)
    return days, np.array([float(row[4]) / 10_000 for row in rows])


def _recorded_factors(file: Path) -> list[tuple[int, float, float, float]]:
    rows = [row for row in csv.reader(file.read_text().splitlines()) if len(row) == 4]
    return [(_ns(row[0]), float(row[1]), float(row[2]), float(row[3])) for row in rows]


def _actions_of(
    recorded: Sequence[tuple[int, float, float, float]], days: np.ndarray
) -> list[CorporateAction]:
    # A row names the last day before, the close of it, and the factors up to it.
    actions: list[CorporateAction] = []
    for (at, price, split, reference), (_, later, later_split, _) in itertools.pairwise(recorded):
        after = int(np.searchsorted(days, at, side="right"))
        if after >= len(days) or at < days[0]:
            continue
        ex_ns = int(days[after])
        ratio = later_split / split
        if abs(ratio - 1.0) > 1e-6:
            actions.append(CorporateAction(ex_ns, ActionKind.SPLIT, ratio))
        if abs(price / later - 1.0) > 1e-6:
            cash = reference / ratio * (1.0 - price / later)
            actions.append(CorporateAction(ex_ns, ActionKind.DIVIDEND, cash))
    return sorted(actions)


def _ns(day: str) -> int:
    stamp = np.datetime64(f"{day[:4]}-{day[4:6]}-{day[6:8]}", "ns")
    return int(stamp.astype(np.int64))
