from __future__ import annotations

import pytest

from quantdeck.views.figures import duration_text, number_text, price_decimals, pvalue_text


@pytest.mark.parametrize(
    ("tick_size", "prices", "decimals"),
    [
        (0.1, [], 1),
        (0.00001, [], 5),
        (1.0, [], 0),
        (10.0, [], 0),
        (None, [61800.3, 61800.0], 1),
        (None, [float("nan")], 2),
        (None, [1 / 3], 8),
    ],
)
def test_price_decimals_when_asked_are_those_of_the_step_or_the_prices(
    tick_size: float | None, prices: list[float], decimals: int
) -> None:
    assert price_decimals(tick_size, prices) == decimals


@pytest.mark.parametrize(
    ("pvalue", "text"),
    [
        (0.27, ".27"),
        (0.05, ".050"),
        (0.0499, ".050"),
        (0.0031, ".0031"),
        (0.99999, "1.0"),
        (0, "< .0001"),
    ],
)
def test_pvalue_text_when_written_has_two_significant_digits(pvalue: float, text: str) -> None:
    assert pvalue_text(pvalue) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1234.5, "1,230"), (-2.866, "−2.87"), (0.000123456, "0.000123"), (99.96, "100.0")],
)
def test_number_text_when_written_has_three_significant_digits(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0, "0 ms"), (59.0, "59 s"), (90.0, "1.5 min"), (172800.0, "2 d")]
)
def test_duration_text_when_written_takes_the_largest_unit(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text
