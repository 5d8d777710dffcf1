from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.resample import bars_from_ticks
from quantdeck.live.bars import SECOND_NS
from quantdeck.live.ticks import TickBook
from quantdeck.views.pair_stats import stats_payload
from quantdeck.views.pairs import (
    candles_payload,
    correlation_payload,
    spread_payload,
    summary_payload,
    trades_payload,
    zscore_payload,
)
from quantdeck.views.pairs_page import pairs_page
from quantdeck.views.payloads import PanelState, Row
from tests.live.rows import trades
from tests.views.pair_samples import price_rows, reverting, state_of, wandering

if TYPE_CHECKING:
    from quantdeck.live.pair_state import PairNow
    from quantdeck.model.events import Rows

_LIVE = PanelState("live", 0.1, "binance-usdm")
_NAMES = ("BINANCE-USDM:ETHUSDT", "BINANCE-USDM:BTCUSDT")


def _now(rows: Rows, timeframe: str = "1s", *, log: bool = True) -> PairNow:
    return state_of(rows, timeframe, log=log).now()


def _by_id(rows: list[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


def _columns(panel_id: str) -> set[str]:
    [panel] = [panel for panel in pairs_page("", "").panels if panel.id == panel_id]
    return {column.id for column in panel.columns}


def test_spread_payload_when_measured_has_mean_and_bands() -> None:
    now = _now(reverting())

    payload = spread_payload(now, _LIVE)

    assert payload.state is _LIVE
    assert set(payload.lines) == _columns("pairs.spread")
    edges = {edge for band in payload.bands for edge in (band.upper, band.lower)}
    assert edges == {"upper1", "lower1", "upper2", "lower2"}
    assert payload.x.tolist() == [1000 * i for i in range(300)]
    width = payload.lines["upper2"] - payload.lines["mean"]
    np.testing.assert_allclose(
        width[19:], 2.0 * (payload.lines["upper1"] - payload.lines["mean"])[19:]
    )


def test_zscore_and_correlation_payloads_when_measured_match_their_panels() -> None:
    now = _now(reverting())

    zscore, correlation = zscore_payload(now, _LIVE), correlation_payload(now, _LIVE)

    assert set(zscore.lines) == _columns("pairs.zscore")
    assert set(correlation.lines) == _columns("pairs.correlation")
    assert len(zscore.x) == len(correlation.x) == 300


def test_lines_when_there_is_too_little_say_why() -> None:
    now = _now(price_rows([1.0, 2.0, 1.5, 2.5], [1.0, 1.5, 1.2, 1.9]))

    payloads = [make(now, _LIVE) for make in (zscore_payload, correlation_payload)]

    assert [payload.state.word for payload in payloads] == ["empty", "empty"]
    assert all("not enough data" in payload.state.detail for payload in payloads)


def test_spread_payload_when_x_does_not_move_says_why() -> None:
    now = _now(price_rows([1.0 + i for i in range(60)], [5.0] * 60))

    payload = spread_payload(now, _LIVE)

    assert (payload.state.word, payload.lines) == ("empty", {})
    assert payload.state.detail == now.study.reasons["spread"]


def test_lines_when_ticks_share_a_millisecond_draw_the_last() -> None:
    rows = reverting(200)
    rows["ts_event"] //= 10_000  # every 100 microseconds

    payload = zscore_payload(_now(rows, "tick"), _LIVE)

    assert np.diff(payload.x).tolist() == [1] * 19


def test_stats_payload_when_the_spread_reverts_says_yes() -> None:
    rows = _by_id(stats_payload(_now(reverting()), _LIVE).rows)

    assert set(rows) == _columns("pairs.stats")
    assert rows["engle_granger"]["verdict"] == "cointegrated at 5 %: yes, p < .0001"
    assert rows["engle_granger"]["tone"] == "good"
    assert rows["adf"]["verdict"].startswith("stationary at 5 %: yes, p < .0001")
    assert rows["hedge_ratio"]["value"] == pytest.approx(0.9, abs=0.02)
    assert "standard error" in rows["hedge_ratio"]["verdict"]
    assert rows["rows"] == {
        "id": "rows",
        "value": 299,
        "verdict": "closed, 20 in a window",
        "tone": "plain",
    }


def test_stats_payload_when_prices_wander_says_no() -> None:
    now = _now(wandering())

    row = _by_id(stats_payload(now, _LIVE).rows)["engle_granger"]

    assert now.study.engle_granger is not None
    assert row["value"] == now.study.engle_granger.pvalue > 0.05
    assert row["verdict"].startswith("cointegrated at 5 %: no, p .")
    assert row["tone"] == "bad"


@pytest.mark.parametrize(
    ("bump", "verdict"), [(0.02, "sd above its mean"), (-0.02, "sd below its mean")]
)
def test_stats_payload_when_the_spread_is_stretched_says_which_way(
    bump: float, verdict: str
) -> None:
    rows = reverting()
    rows["price"][-2] *= 1.0 + bump

    row = _by_id(stats_payload(_now(rows), _LIVE).rows)["zscore"]

    assert row["verdict"].startswith("stretched: ")
    assert row["verdict"].endswith(verdict)


def test_stats_payload_when_bars_have_a_length_gives_the_half_life_in_seconds() -> None:
    random = np.random.default_rng(8)
    noise = np.zeros(300)
    for i in range(1, 300):
        noise[i] = 0.9 * noise[i - 1] + random.normal(scale=1e-3)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=1e-3, size=300)))
    y = x * np.exp(noise)

    bars = _now(price_rows(y.tolist(), x.tolist(), 60 * SECOND_NS), "1m")
    ticks = _now(price_rows(y.tolist(), x.tolist(), 60 * SECOND_NS), "tick")
    of_bars = _by_id(stats_payload(bars, _LIVE).rows)["half_life"]
    of_ticks = _by_id(stats_payload(ticks, _LIVE).rows)["half_life"]

    assert bars.study.half_life is not None
    assert bars.study.half_life.rows is not None
    assert of_bars["value"] == pytest.approx(bars.study.half_life.rows * 60.0)
    assert of_bars["verdict"].endswith("bars of 1m")
    assert of_ticks["value"] is None
    assert of_ticks["verdict"].endswith("ticks have no fixed length")


def test_stats_payload_when_the_spread_wanders_doubts_the_half_life() -> None:
    now = _now(wandering())
    row = _by_id(stats_payload(now, _LIVE).rows)["half_life"]

    assert now.study.engle_granger is not None
    assert now.study.engle_granger.pvalue > 0.05
    assert row["verdict"].endswith("; not shown to come back")


def test_stats_payload_when_there_is_too_little_gives_reasons_and_never_zeros() -> None:
    payload = stats_payload(_now(price_rows([1.0], [2.0])), _LIVE)

    rows = _by_id(payload.rows)
    assert [row["value"] for name, row in rows.items() if name != "rows"] == [None] * 13
    assert all(row["verdict"] for row in rows.values())


def test_stats_payload_when_nothing_is_aligned_is_empty() -> None:
    payload = stats_payload(_now(price_rows([], [])), _LIVE)

    assert payload.state.word == "empty"


def test_summary_payload_when_measured_has_a_row_per_series() -> None:
    payload = summary_payload(_now(reverting()), _NAMES, _LIVE)

    assert [row["series"] for row in payload.rows] == [
        "ETHUSDT price",
        "BTCUSDT price",
        "ETHUSDT log returns [bp]",
        "BTCUSDT log returns [bp]",
        "spread [bp]",
    ]
    assert set(payload.rows[0]) - {"id", "decimals"} == _columns("pairs.summary")


def test_summary_payload_when_prices_are_log_gives_the_spread_in_basis_points() -> None:
    rows = reverting()

    log = _by_id(summary_payload(_now(rows), _NAMES, _LIVE).rows)["spread"]
    levels = _by_id(summary_payload(_now(rows, log=False), _NAMES, _LIVE).rows)["spread"]

    spread = _now(rows).study.spread
    assert spread is not None
    assert log["max"] == pytest.approx(1e4 * np.max(spread))
    assert (log["series"], levels["series"]) == ("spread [bp]", "spread")


def test_summary_payload_when_rounded_has_the_decimals_of_its_series() -> None:
    rows = price_rows(
        [3864.71 + i % 7 for i in range(60)], [86_089.5 + (i * i) % 11 for i in range(60)]
    )

    decimals = [row["decimals"] for row in summary_payload(_now(rows), _NAMES, _LIVE).rows]

    assert decimals == [2, 1, 3, 3, 3]


def test_summary_payload_when_levels_are_studied_names_plain_returns() -> None:
    payload = summary_payload(_now(reverting(), log=False), _NAMES, _LIVE)

    assert payload.rows[2]["series"] == "ETHUSDT returns [bp]"


def test_candles_payload_when_there_are_bars_shows_them() -> None:
    bars = bars_from_ticks(
        [0, 2 * SECOND_NS], [1, 2], [10.0, 11.0], [1.0, 2.0], interval_ns=SECOND_NS
    )

    payload = candles_payload(bars, 1, _LIVE)

    assert (payload.x.tolist(), payload.close.tolist()) == ([0, 2000], [10.0, 11.0])
    assert (payload.decimals, payload.volume.tolist()) == (1, [1.0, 2.0])


def test_candles_payload_when_there_are_none_is_empty() -> None:
    bars = bars_from_ticks([], [], [], [], interval_ns=SECOND_NS)

    assert candles_payload(bars, 1, _LIVE).state.word == "empty"


def test_trades_payload_when_both_trade_shows_newest_first_with_side() -> None:
    book = TickBook()
    book.update(trades((1_000_000, 1, 2681.4, 0.5), symbol=0))
    sold = trades((2_000_000, 9, 61800.0, 1234.5), symbol=1)
    sold["side"] = -1
    book.update(sold)

    payload = trades_payload([(_NAMES[0], book.ticks(0), 2), (_NAMES[1], book.ticks(1), 1)], _LIVE)

    assert payload.rows == [
        {
            "id": "BINANCE-USDM:BTCUSDT/9",
            "ts": 2,
            "tone": "down",
            "text": "BTCUSDT sold 1,234.5 at 61,800.0",
        },
        {
            "id": "BINANCE-USDM:ETHUSDT/1",
            "ts": 1,
            "tone": "up",
            "text": "ETHUSDT bought 0.5 at 2,681.40",
        },
    ]


def test_trades_payload_when_nothing_traded_is_empty() -> None:
    assert trades_payload([(_NAMES[0], TickBook().ticks(0), 2)], _LIVE).state.word == "empty"
