"""Conventions on recorded prices: where other formulas differ, by how much, and for how long."""

from __future__ import annotations

import csv
import gzip
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from quantdeck.analytics.technical import (
    INDICATORS,
    Candles,
    IndicatorState,
    atr,
    bollinger,
    ema,
    evaluate,
    macd,
    rsi,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def stock(shared_data: Path) -> Candles:
    folder = shared_data / "us-daily-djia-2006-2017" / "data"
    if not folder.is_dir():
        pytest.skip("the daily prices of stocks are not here")
    with gzip.open(next(folder.glob("AAPL_*.csv.gz")), "rt") as text:
        rows = list(csv.DictReader(text))
    columns = [
        np.array([float(row[name] or "nan") for row in rows])
        for name in ("High", "Low", "Close", "Volume")
    ]
    return Candles(*columns)


def closes(stock: Candles) -> pd.Series:
    return pd.Series(stock.close)


def apart(mine: np.ndarray, theirs: pd.Series, row: int) -> float:
    return abs(float(mine[row]) / float(theirs.iloc[row]) - 1.0)


def test_ema_begins_with_a_mean_and_meets_the_recursive_form_later(stock: Candles) -> None:
    mine = ema(stock, window=20)
    theirs = closes(stock).ewm(span=20, adjust=False).mean()

    assert np.isnan(mine.first[:19]).all()
    assert mine.first[19] == pytest.approx(stock.close[:20].mean(), rel=1e-14)
    assert apart(mine.first, theirs, 40) > 1e-4
    assert apart(mine.first, theirs, mine.warm_up) < 1e-6


def test_macd_begins_late_and_meets_the_naive_form_later(stock: Candles) -> None:
    mine = macd(stock)
    naive = ema(stock, window=12).first - ema(stock, window=26).first

    line = mine["macd"]
    assert np.isnan(line[:33]).all()
    assert abs(line[40] - naive[40]) > 1e-3 * abs(naive[40])
    assert abs(line[mine.warm_up] - naive[mine.warm_up]) < 1e-6


def test_rsi_by_spans_stays_different_and_by_alpha_meets(stock: Candles) -> None:
    change = closes(stock).diff()
    up, down = change.clip(lower=0.0), (-change).clip(lower=0.0)

    def by(**weight: float) -> pd.Series:
        ups, downs = (x.iloc[1:].ewm(adjust=False, **weight).mean() for x in (up, down))
        return (100.0 * ups / (ups + downs)).reindex(range(len(stock)))

    mine = rsi(stock)

    assert apart(mine.first, by(alpha=1 / 14), 40) > 0.005
    assert apart(mine.first, by(alpha=1 / 14), mine.warm_up) < 1e-6
    assert apart(mine.first, by(span=14), 399) > 0.05


def test_atr_of_a_simple_mean_stays_different(stock: Candles) -> None:
    before = closes(stock).shift()
    reach = pd.Series(stock.high).combine(before, max) - pd.Series(stock.low).combine(before, min)
    simple = reach.rolling(14).mean()

    mine = atr(stock).first

    differences = np.abs(mine / simple.to_numpy() - 1.0)[300:]
    assert np.isnan(mine[:14]).all()
    assert np.median(differences) > 0.01


def test_bollinger_of_the_sample_deviation_is_wider_by_the_root(stock: Candles) -> None:
    mine = bollinger(stock)
    sample = 2.0 * closes(stock).rolling(20).std()

    half = (mine["upper"] - mine["lower"])[19:] / 2.0

    np.testing.assert_allclose(sample[19:] / half, np.sqrt(20 / 19), rtol=1e-7)


@pytest.mark.parametrize("name", INDICATORS)
def test_stream_equals_batch_on_recorded_prices(stock: Candles, name: str) -> None:
    state = IndicatorState(INDICATORS[name], {})

    stream = np.array([state.update(stock.row(row)) for row in range(len(stock))]).T

    batch = evaluate(INDICATORS[name], stock, {})
    np.testing.assert_array_equal(stream, np.array(batch.values))
    assert state.is_settled


def test_warm_up_of_rsi_is_enough_on_recorded_prices(stock: Candles) -> None:
    whole = rsi(stock)
    begin = 1000
    late = rsi(Candles(stock.high[begin:], stock.low[begin:], stock.close[begin:]))

    settled = late.settled
    np.testing.assert_allclose(whole.first[begin:][settled], late.first[settled], atol=1e-4)
    assert np.nanmax(np.abs(whole.first[begin:] - late.first)) > 1.0
