"""Worksheets worked by hand: Wilder's RSI, average true range and directional movement."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.technical import Candles, adx, atr, bollinger, rsi

# The changes of this worksheet are chosen so that the first averages are exact decimals:
# fourteen changes with rises of 14.0 and falls of 7.0 in sum, so U = 1 and D = 0.5.
CHANGES = (2, -1, 3, -2, 1, 1, -1, 2, -1, 1, 2, -2, 2, 0)


def test_rsi_of_the_worksheet_begins_at_two_thirds() -> None:
    close = 50.0 + np.cumsum((0.0, *CHANGES))

    first = rsi(Candles.of_closes(close)).first[14]

    assert first == pytest.approx(100.0 * 1.0 / 1.5, rel=1e-14)


@pytest.mark.parametrize(
    ("change", "up", "down"),
    [
        (1.5, (13 * 1.0 + 1.5) / 14, 13 * 0.5 / 14),
        (-3.0, 13 * 1.0 / 14, (13 * 0.5 + 3.0) / 14),
        (0.0, 13 * 1.0 / 14, 13 * 0.5 / 14),
    ],
)
def test_rsi_of_the_worksheet_goes_on_as_wilder_smooths(
    change: float, up: float, down: float
) -> None:
    close = 50.0 + np.cumsum((0.0, *CHANGES, change))

    second = rsi(Candles.of_closes(close)).first[15]

    assert second == pytest.approx(100.0 * up / (up + down), rel=1e-13)


def test_atr_of_the_worksheet() -> None:
    # true ranges: 3 (range), 4 (gap up: high - close before), 5 (gap down: close before - low)
    high = np.array([11.0, 12.0, 15.0, 11.0])
    low = np.array([9.0, 9.0, 13.0, 9.0])
    close = np.array([10.0, 11.0, 14.0, 10.0])

    found = atr(Candles(high, low, close), window=2).first

    np.testing.assert_allclose(found, [np.nan, np.nan, 3.5, (3.5 + 5.0) / 2], rtol=1e-15)


def test_adx_of_the_worksheet() -> None:
    # rows 1 to 3: +DM 2, 0, 1; -DM 0, 3, 0; true ranges 3, 5, 4. Wilder's sums over n = 2 begin with
    # the first row alone: 2, 0, 3; then halve and add: 1, 3, 6.5; then 1.5, 1.5, 7.25
    high = np.array([10.0, 12.0, 11.0, 12.0])
    low = np.array([8.0, 9.0, 6.0, 8.0])
    close = np.array([9.0, 11.0, 8.0, 10.0])

    found = adx(Candles(high, low, close), window=2)

    np.testing.assert_allclose(found["plus"][2:], [100 / 6.5, 150 / 7.25], rtol=1e-14)
    np.testing.assert_allclose(found["minus"][2:], [300 / 6.5, 150 / 7.25], rtol=1e-14)
    assert found["adx"][3] == pytest.approx((50.0 + 0.0) / 2, abs=1e-12)


def test_bollinger_takes_the_divisor_n() -> None:
    close = np.array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0])

    found = bollinger(Candles.of_closes(close), window=8, width=2.0)

    assert [values[-1] for values in found.values] == pytest.approx([9.0, 5.0, 1.0], rel=1e-15)
