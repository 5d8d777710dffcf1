from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.tsa.stattools import adfuller, coint

from quantdeck.analytics.pairs import AlignedPair, PairStudy, align_bars, pair_study
from quantdeck.analytics.resample import bars_from_ticks

if TYPE_CHECKING:
    from pathlib import Path

WINDOW = 60
SECOND = 1_000_000_000


def recorded_trades(file: Path) -> list[tuple[int, int, float, float]]:
    trades = []
    with gzip.open(file, "rt") as lines:
        for line in lines:
            if '"e":"trade"' not in line:
                continue
            data = json.loads(line.split(" ", 1)[1])["data"]
            if data["X"] == "MARKET":
                trades.append(
                    (data["T"] * 1_000_000, data["t"], float(data["p"]), float(data["q"]))
                )
    return trades


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> AlignedPair:
    folder = shared_data / "binance-usdm-raw-ws"
    y, x = (
        bars_from_ticks(*zip(*recorded_trades(folder / name), strict=True), interval_ns=SECOND)
        for name in ("ethusdt_20240808.gz", "btcusdt_20240808.gz")
    )
    return align_bars(y, x)


@pytest.fixture(scope="module")
def study(recorded: AlignedPair) -> PairStudy:
    return pair_study(recorded.y, recorded.x, window=WINDOW)


def test_recorded_pair_has_an_answer_to_everything(study: PairStudy) -> None:
    assert study.reasons == {}


def test_recorded_hedge_ratio_equals_statsmodels(recorded: AlignedPair, study: PairStudy) -> None:
    fit = sm.OLS(np.log(recorded.y), sm.add_constant(np.log(recorded.x))).fit()

    assert study.hedge.hedge_ratio == pytest.approx(fit.params[1], rel=1e-9)
    assert study.hedge.stderr == pytest.approx(fit.bse[1], rel=1e-9)


def test_recorded_zscore_equals_pandas(study: PairStudy) -> None:
    spread = pd.Series(study.spread)

    expected = (spread - spread.rolling(WINDOW).mean()) / spread.rolling(WINDOW).std()
    np.testing.assert_allclose(study.zscore, expected, atol=1e-9)


def test_recorded_correlation_equals_pandas(recorded: AlignedPair, study: PairStudy) -> None:
    y, x = pd.Series(np.log(recorded.y)).diff(), pd.Series(np.log(recorded.x)).diff()

    np.testing.assert_allclose(study.correlation, y.rolling(WINDOW).corr(x), atol=1e-6)


def test_recorded_adf_equals_statsmodels(study: PairStudy) -> None:
    statistic, pvalue, lag, n = adfuller(study.spread, result_object=False)[:4]

    assert (study.adf.lag, study.adf.n) == (lag, n)
    assert (study.adf.statistic, study.adf.pvalue) == pytest.approx((statistic, pvalue), rel=1e-9)


def test_recorded_cointegration_equals_statsmodels(recorded: AlignedPair, study: PairStudy) -> None:
    statistic, pvalue, _ = coint(np.log(recorded.y), np.log(recorded.x))

    assert study.engle_granger.statistic == pytest.approx(statistic, rel=1e-7)
    assert study.engle_granger.pvalue == pytest.approx(pvalue, rel=1e-7)
