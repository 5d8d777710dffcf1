from __future__ import annotations

import math
from dataclasses import replace

import pytest

from quantdeck.views.carry import CarryNow, carry_payload, curve_payload
from quantdeck.views.payloads import PanelState

LIVE = PanelState("live", 0.1, "binance-usdm")
HOUR = 3_600_000_000_000
DAY = 24 * HOUR
NOW = 20_000 * DAY
PERPETUAL = CarryNow(
    symbol="BINANCE-USDM:BTCUSDT",
    base="BTC",
    mark=60_060.0,
    index=60_000.0,
    funding_rate=0.0002,
    next_funding_ns=NOW + 2 * HOUR,
    decimals=1,
)
NEAR = CarryNow(
    symbol="BINANCE-USDM:BTCUSDT_261225",
    base="BTC",
    mark=60_000.0 * math.exp(0.06 * 30 / 365),
    index=60_000.0,
    expiry_ns=NOW + 30 * DAY,
)
FAR = replace(
    NEAR,
    symbol="BINANCE-USDM:BTCUSDT_270326",
    mark=60_000.0 * math.exp(0.08 * 120 / 365),
    expiry_ns=NOW + 120 * DAY,
)


def row(carry: CarryNow) -> dict[str, object]:
    return carry_payload([carry], NOW, LIVE).rows[0]


def test_perpetual_has_basis_funding_and_its_year() -> None:
    shown = row(PERPETUAL)

    assert shown["basis_bp"] == pytest.approx(10.0)
    assert shown["annual"] == pytest.approx(0.0002 * 3 * 365)
    assert shown["next"] == pytest.approx(7200.0)
    assert shown["lasting"] == pytest.approx(0.0005)


@pytest.mark.parametrize(
    ("interval_s", "words", "annual"),
    [(None, "8 h, usual", 0.219), (4 * 3600.0, "4 h, seen", 0.438)],
)
def test_interval_of_funding_says_whether_it_was_seen(
    interval_s: float | None, words: str, annual: float
) -> None:
    shown = row(replace(PERPETUAL, interval_s=interval_s))

    assert shown["interval"] == words
    assert shown["annual"] == pytest.approx(annual)


def test_perpetual_without_an_index_is_measured_against_spot() -> None:
    shown = row(replace(PERPETUAL, index=None, spot=60_000.0))

    assert shown["basis_bp"] == pytest.approx(10.0)


def test_perpetual_before_its_first_mark_has_no_figures() -> None:
    shown = row(CarryNow(symbol="BINANCE-USDM:BTCUSDT", base="BTC"))

    names = ("mark", "basis_bp", "funding", "annual", "next", "lasting")
    assert [shown[name] for name in names] == [None] * 6


def test_dated_future_has_no_funding_and_says_when_it_is_delivered() -> None:
    shown = row(NEAR)

    assert (shown["funding"], shown["annual"], shown["next"]) == (None, None, None)
    assert shown["interval"] == "delivered in 30 d"


def test_nothing_captured_says_so() -> None:
    assert carry_payload([], NOW, LIVE).state.word == "empty"


def test_curve_has_the_futures_by_time_to_delivery_and_the_funding_beside_them() -> None:
    curves = {c.id: c for c in curve_payload([PERPETUAL, FAR, NEAR], "BTC", NOW, LIVE).curves}

    assert curves["future"].x.tolist() == [30.0, 120.0]
    assert curves["future"].y == pytest.approx([0.06, 0.08])
    assert curves["future"].names == ["BTCUSDT_261225", "BTCUSDT_270326"]
    assert curves["funding"].y == pytest.approx([0.219, 0.219])
    assert curves["funding"].x.tolist() == [1.0, 120.0]


def test_curve_of_one_future_has_no_line() -> None:
    curves = curve_payload([NEAR], "BTC", NOW, LIVE).curves

    assert [curve.id for curve in curves] == ["future"]


def test_curve_leaves_out_what_was_delivered() -> None:
    gone = replace(NEAR, expiry_ns=NOW)

    (curve,) = curve_payload([gone, FAR], "BTC", NOW, LIVE).curves
    assert curve.names == ["BTCUSDT_270326"]


@pytest.mark.parametrize(
    ("carries", "base", "words"),
    [
        (
            [PERPETUAL],
            "BTC",
            "Only perpetuals are captured: capture a dated future, such as BTCUSDT",
        ),
        ([PERPETUAL], "ETH", "No derivative is captured: capture a dated future, such as ETHUSDT"),
        ([], "", "No derivative is captured: capture a dated future, such as BTCUSDT"),
        ([replace(NEAR, mark=None)], "BTC", "No mark of a dated future of BTC has arrived yet"),
    ],
)
def test_curve_without_dated_futures_says_what_would_fill_it(
    carries: list[CarryNow], base: str, words: str
) -> None:
    state = curve_payload(carries, base, NOW, LIVE).state

    assert state.word == "empty"
    assert words in state.detail
