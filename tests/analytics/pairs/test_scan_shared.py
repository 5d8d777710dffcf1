"""The scan of real stocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from statsmodels.tsa.stattools import coint

from quantdeck.analytics.pairs import PairScan, ScanRules, ScanSeries, default_max_lag, scan_pairs
from quantdeck.analytics.price_grid import price_grid
from quantdeck.analytics.resample import Bars

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400_000_000_000
LOOKBACK = 750


@pytest.fixture(scope="module")
def stocks(shared_data: Path) -> list[ScanSeries]:
    folder = shared_data / "us-daily-djia-2006-2017" / "data"
    if not folder.is_dir():
        pytest.skip("the daily prices of stocks are not here")
    series: list[ScanSeries] = []
    for file in sorted(folder.glob("[A-Z]*_2006*.csv.gz")):
        table = pd.read_csv(file, parse_dates=["Date"]).dropna(subset=["Close"])
        table = table[table["Date"] < "2011-01-01"].drop_duplicates("Date").sort_values("Date")
        start = table["Date"].to_numpy().astype("datetime64[ns]").astype(np.int64)
        close = table["Close"].to_numpy(np.float64)
        volume = table["Volume"].to_numpy(np.float64)
        one = np.ones(len(table), np.int64)
        series.append(
            ScanSeries(file.name[:4], Bars(start, close, close, close, close, volume, one))
        )
    return series


@pytest.fixture(scope="module")
def scan(stocks: list[ScanSeries]) -> PairScan:
    return scan_pairs(stocks, ScanRules(lookback=LOOKBACK), interval_ns=DAY)


def test_scan_tests_every_pair_of_real_stocks(scan: PairScan) -> None:
    assert (len(scan.pairs), len(scan.untested)) == (31 * 30 // 2, 0)


def test_scan_of_real_stocks_equals_statsmodels(stocks: list[ScanSeries], scan: PairScan) -> None:
    end = max(int(each.bars.start_ns[-1]) for each in stocks)
    bars = {
        each.symbol: each.bars[: int(np.searchsorted(each.bars.start_ns, end))] for each in stocks
    }

    for pair in scan.pairs[::155]:
        grid = price_grid([bars[pair.y], bars[pair.x]])
        y, x = grid.log_close[:, np.isfinite(grid.log_close).all(axis=0)][:, -LOOKBACK:]
        expected = [
            coint(a, b, maxlag=default_max_lag(LOOKBACK, "n"))[1] for a, b in ((y, x), (x, y))
        ]
        assert [pair.pvalue_y, pair.pvalue_x] == pytest.approx(expected, rel=1e-6)


def test_scan_of_real_stocks_keeps_few_of_those_that_one_direction_finds(scan: PairScan) -> None:
    by_one = sum(pair.pvalue_y <= 0.05 for pair in scan.pairs)
    by_both = sum(pair.pvalue <= 0.05 for pair in scan.pairs)
    found = sum(pair.q <= 0.05 for pair in scan.pairs)

    assert by_one > 2 * by_both > 10 * found > 0
