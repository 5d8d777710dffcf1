from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from quantdeck.analytics import rolling_kernels
from quantdeck.analytics.kernels import known_kernels
from quantdeck.analytics.options.black_kernels import fill_prices
from quantdeck.analytics.rolling_kernels import slide_correlation, slide_hedge, slide_zscore

PROGRAM = """
import sys
import quantdeck.analytics.options
import quantdeck.analytics.pairs
import quantdeck.analytics.resample
print(sorted({"numba", "scipy", "QuantLib", "statsmodels", "pandas", "polars"} & set(sys.modules)))
"""


def test_importing_analytics_loads_no_heavy_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )

    assert done.stdout.strip() == "[]"


def test_known_kernels_hold_those_of_an_imported_module() -> None:
    assert rolling_kernels.slide_hedge in known_kernels()


def series() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    x = np.cumsum(random.normal(size=400))
    y = 2.0 * x + random.normal(size=400)
    y[50] = np.nan
    x[200:260] = 3.0
    return y, x


@pytest.mark.parametrize("window", [3, 20])
def test_slide_hedge_compiled_equals_interpreted(window: int) -> None:
    y, x = series()
    compiled, interpreted = np.empty((4, 400)), np.empty((4, 400))

    slide_hedge(y, x, window, compiled)
    with np.errstate(all="ignore"):
        slide_hedge.python(y, x, window, interpreted)

    np.testing.assert_allclose(compiled, interpreted, rtol=1e-12, atol=1e-12)


def test_slide_zscore_compiled_equals_interpreted() -> None:
    y, _ = series()
    compiled, interpreted = np.empty(400), np.empty(400)

    slide_zscore(y, 20, compiled)
    slide_zscore.python(y, 20, interpreted)

    np.testing.assert_allclose(compiled, interpreted, rtol=1e-12, atol=1e-12)


def test_slide_correlation_compiled_equals_interpreted() -> None:
    y, x = series()
    compiled, interpreted = np.empty(400), np.empty(400)

    slide_correlation(y, x, 20, compiled)
    slide_correlation.python(y, x, 20, interpreted)

    np.testing.assert_allclose(compiled, interpreted, rtol=1e-12, atol=1e-12)


def test_kernels_take_strided_and_read_only_arrays() -> None:
    values = np.arange(40.0) ** 2
    strided = values[::2]
    strided.setflags(write=False)
    out = np.empty(20)

    slide_zscore(strided, 5, out)

    assert np.isfinite(out[4:]).all()


def test_parts_are_plain_functions_to_python_and_compiled_in_kernels() -> None:
    price, volatility = np.empty(1), np.array([0.2])
    one = np.ones(1)
    arguments = (100.0 * one, 105.0 * one, one, volatility, one, np.ones(1, np.uint8), price)

    fill_prices(*arguments)

    inline = np.empty(1)
    fill_prices.python(*arguments[:-1], inline)
    assert price[0] == pytest.approx(inline[0], rel=1e-14)
