"""What the panels of the Technical page show of a study."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.price_series import PriceSeries
from quantdeck.analytics.signals.board import board_rows
from quantdeck.analytics.technical import INDICATORS, Candles, evaluate
from quantdeck.analytics.technical_study import GrowingBar, TechnicalStudy, study_technical
from quantdeck.model.history import Adjustment
from quantdeck.views.encode import to_csv
from quantdeck.views.payloads import CandlesPayload, PanelState
from quantdeck.views.price_choices import PriceChoices
from quantdeck.views.technical import (
    chart_payload,
    chart_title,
    decimals_shown,
    levels_payload,
)
from quantdeck.views.technical_choices import (
    BANDS,
    PANES,
    RULES,
    TREND,
    choices_of,
    drawn_of,
    line_ids,
)
from quantdeck.views.technical_page import technical_page
from quantdeck.views.technical_readings import readings_payload, words_of
from quantdeck.views.technical_signals import MOST_SHOWN, board_payload, signals_payload
from quantdeck.views.technical_volatility import regime_payload, volatility_payload

_STATE = PanelState("demo", 60.0, "sim")
_DAY_NS = 86_400_000_000_000
_PARAMS = {control.id: control.default for control in technical_page(PriceChoices()).controls}


def _series(rows: int = 500, seed: int = 5) -> PriceSeries:
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.012, rows)))
    opened = close * np.exp(random.normal(0.0, 0.004, rows))
    high = np.fmax(opened, close) * 1.003
    low = np.fmin(opened, close) * 0.997
    starts = _DAY_NS * np.arange(rows, dtype=np.int64)
    volume = random.uniform(1e3, 2e3, rows)
    return PriceSeries(
        "US:SPY", "1d", _DAY_NS, starts, opened, high, low, close, volume, close, currency="USD"
    )


def _study(rows: int = 500, **params: str) -> TechnicalStudy:
    return study_technical(_series(rows), choices_of(_PARAMS | params))


def _chart(study: TechnicalStudy, **params: str) -> CandlesPayload:
    asked = _PARAMS | params
    return chart_payload(
        study,
        _STATE,
        drawn=drawn_of(asked),
        marks=asked["marks"],
        levels=asked["levels"],
        decimals=2,
    )


def test_chart_draws_what_is_chosen_and_nothing_that_is_only_read() -> None:
    chart = _chart(_study())

    assert [line.title for line in chart.overlays][:2] == ["SMA 50", "SMA 200"]
    assert [pane.title for pane in chart.panes] == ["RSI 14", "MACD 12, 26, 9"]
    drawn = {line.id for pane in chart.panes for line in pane.lines}
    assert set(chart.series) == drawn | {line.id for line in chart.overlays}


def test_chart_has_the_bars_shown_and_figures_of_all_of_them() -> None:
    study = _study(bars="120")

    chart = _chart(study, bars="120")

    assert len(chart.x) == 120
    assert {len(values) for values in chart.series.values()} == {120}
    sma = next(v for v in study.indicators if v.parameters == {"window": 200})
    np.testing.assert_array_equal(chart.series["sma_200"], sma.first[-120:])
    assert np.isfinite(chart.series["sma_200"]).all()


@pytest.mark.parametrize("pane", [name for name in PANES if name != "none"])
def test_chart_draws_every_pane_with_its_guides(pane: str) -> None:
    chart = _chart(_study(pane=pane, second="none"), pane=pane, second="none")

    [found] = chart.panes
    indicator = INDICATORS[PANES[pane][0].name]
    assert [guide.value for guide in found.guides] == [g.value for g in indicator.guides]
    assert len(found.lines) == len(indicator.outputs)


@pytest.mark.parametrize(
    ("control", "choice"),
    [("trend", name) for name in TREND if name != "VWAP"] + [("bands", name) for name in BANDS],
)
def test_chart_draws_every_overlay(control: str, choice: str) -> None:
    params = {"trend": "none", "bands": "none", control: choice}

    chart = _chart(_study(**params), **params)

    assert bool(chart.overlays) == (choice != "none")
    assert all(np.isfinite(chart.series[line.id]).any() for line in chart.overlays)


def test_chart_with_a_growing_bar_draws_it_last_with_its_figures() -> None:
    bar = GrowingBar(500 * _DAY_NS, 100.0, 103.0, 99.0, 102.0, 7.0)
    study = study_technical(_series(), choices_of(_PARAMS), growing=bar)

    chart = _chart(study)

    assert chart.x[-1] == 500 * _DAY_NS // 1_000_000
    assert (chart.open[-1], chart.high[-1], chart.low[-1], chart.close[-1]) == (100, 103, 99, 102)
    assert {len(values) for values in chart.series.values()} == {len(chart.x)} == {251}
    at = next(i for i, v in enumerate(study.indicators) if v.indicator.name == "rsi")
    assert chart.series["rsi_14"][-1] == study.peeked[at][0]


def test_chart_of_the_same_pane_twice_draws_it_once() -> None:
    chart = _chart(_study(second="RSI"), second="RSI")

    assert [pane.title for pane in chart.panes] == ["RSI 14"]


@pytest.mark.parametrize(("pace", "title"), [("fast", "RSI 7"), ("slow", "RSI 28")])
def test_chart_at_another_pace_has_other_windows(pace: str, title: str) -> None:
    assert _chart(_study(pace=pace), pace=pace).panes[0].title == title


def test_chart_marks_signals_at_the_bar_that_confirmed_them() -> None:
    study = _study()

    chart = _chart(study, marks="all")

    first = study.first_shown
    rows = [s.confirmed_row for s in study.signals if s.confirmed_row >= first]
    assert [marker.x for marker in chart.markers] == [
        int(study.series.start_ns[row]) // 1_000_000 for row in rows
    ]
    assert {marker.kind for marker in chart.markers} <= {"up", "down", "note"}


def test_chart_marks_one_rule_or_none() -> None:
    study = _study()

    one = _chart(study, marks="RSI limits")

    assert one.markers
    assert all(marker.text.startswith("RSI and its limits") for marker in one.markers)
    assert _chart(study, marks="none").markers == ()


def test_chart_names_three_levels_to_a_side_at_most() -> None:
    study = _study()

    lines = _chart(study, levels="both").levels

    assert {line.kind for line in lines} <= {"support", "resistance", "pivot"}
    assert sum(line.kind == "pivot" for line in lines) == 7
    assert max(sum(line.kind == kind for line in lines) for kind in ("support", "resistance")) <= 3
    assert _chart(study, levels="none").levels == ()


def test_chart_as_a_file_names_lines_by_their_windows() -> None:
    header = to_csv(_chart(_study())).decode().splitlines()[0].split(",")

    assert {"sma_50", "bollinger_20_2_upper", "rsi_14", "macd_12_26_9_histogram"} <= set(header)


@pytest.mark.parametrize(
    ("adjustment", "said"),
    [
        (Adjustment.RAW, "SPY, 1d bars [USD]"),
        (Adjustment.SPLIT, "SPY, 1d bars, adjusted for splits [USD]"),
        (Adjustment.TOTAL, "SPY, 1d bars, adjusted for splits and dividends [USD]"),
    ],
)
def test_chart_title_says_in_what_prices_are(adjustment: Adjustment, said: str) -> None:
    assert chart_title(replace(_series(5), adjustment=adjustment)) == said


@pytest.mark.parametrize(("price", "decimals"), [(61_800.0, 2), (1.0, 2), (0.45, 4), (0.00002, 8)])
def test_decimals_shown_suit_the_size_of_the_price(price: float, decimals: int) -> None:
    series = replace(_series(5), close=np.full(5, price))

    assert decimals_shown(series) == decimals
    assert decimals_shown(series, 0.1) == 1


def test_levels_are_listed_from_the_top_with_the_close_among_them() -> None:
    study = _study()

    rows = levels_payload(study, _STATE, decimals=2).rows

    prices = [row["price"] for row in rows]
    assert prices == sorted(prices, reverse=True)
    assert sum(row["what"] == "last close" for row in rows) == 1
    assert len(rows) == len(study.levels) + 7 + 1
    assert all(row["known"] for row in rows if row["what"] in {"support", "resistance"})


def test_levels_of_no_bars_to_speak_of_say_why() -> None:
    study = replace(_study(6), pivots=None)

    payload = levels_payload(study, _STATE, decimals=2)

    assert payload.state.word == "empty"
    assert "average true range" in payload.state.detail


def test_readings_have_a_row_per_output_and_words_for_each_indicator() -> None:
    study = _study()

    rows = {row["id"]: row for row in readings_payload(study, _STATE, decimals=2).rows}

    assert rows["rsi_14"]["value"] == float(
        next(v for v in study.indicators if v.indicator.name == "rsi").first[-1]
    )
    assert rows["macd_12_26_9_macd"]["state"].startswith(("above", "below"))
    assert rows["macd_12_26_9_signal"]["name"] == "· Signal"
    assert "supertrend_10_3_direction" not in rows


def test_readings_tell_what_the_bars_do_not_suffice_for() -> None:
    rows = readings_payload(_study(100), _STATE, decimals=2).rows

    [absent] = [row for row in rows if row["id"] == "sma"]
    assert absent["value"] is None
    assert "takes 200 bars" in absent["state"]


def test_readings_that_have_not_settled_say_how_many_bars_it_takes() -> None:
    rows = {row["id"]: row for row in readings_payload(_study(100), _STATE, decimals=2).rows}

    assert rows["rsi_14"]["settled"] == "takes 215 bars"
    assert rows["sma_50"]["settled"] == "yes"


@pytest.mark.parametrize(
    ("name", "closes", "said"),
    [
        ("rsi", [1.0 + n for n in range(40)], "overbought"),
        ("rsi", [80.0 - n for n in range(40)], "oversold"),
        ("roc", [1.0 + n for n in range(40)], "above 0"),
        ("bollinger", [10.0, 11.0] * 20 + [30.0], "close above the band"),
        ("bollinger", [10.0, 11.0] * 20 + [1.0], "close below the band"),
        ("bollinger", [10.0, 11.0] * 20, "close in the upper half"),
        ("sma", [10.0] * 40, "close 0.00 % above"),
        ("rsi", [10.0] * 40, "no reading at this bar"),
        ("aroon", [1.0 + n for n in range(40)], "strong up"),
        ("aroon", [80.0 - n for n in range(40)], "strong down"),
        ("adx", [1.0 + n for n in range(60)], "trend up"),
        ("supertrend", [1.0 + n for n in range(60)], "up, the line supports"),
    ],
)
def test_words_tell_the_state_of_an_indicator(name: str, closes: list[float], said: str) -> None:
    price = np.array(closes)
    candles = (
        Candles(price + 0.1, price - 0.1, price)
        if name in {"adx", "supertrend"}
        else (Candles.of_closes(price))
    )

    found = words_of(evaluate(INDICATORS[name], candles, {}), closes[-1])

    assert found.startswith(said)


def test_line_ids_of_all_indicators_are_different() -> None:
    candles = _series(60)
    table = Candles(candles.high, candles.low, candles.close, candles.volume)

    ids = [name for each in INDICATORS.values() for name in line_ids(evaluate(each, table, {}))]

    assert len(set(ids)) == len(ids)


def test_signals_are_listed_newest_first_with_the_price_since() -> None:
    study = _study()
    rows = board_rows(study.series, study.signals)

    payload = signals_payload(rows, _STATE, decimals=2)

    assert len(payload.rows) == min(len(rows), MOST_SHOWN)
    known = [row["known"] for row in payload.rows]
    assert known == sorted(known, reverse=True)
    assert len({row["id"] for row in payload.rows}) == len(payload.rows)
    assert {row["direction"] for row in payload.rows} == {"▲ up", "▼ down"}


def test_signals_of_few_bars_say_what_a_rule_takes() -> None:
    study = _study(40)

    payload = signals_payload((), _STATE, decimals=2, unanswered=study.unanswered)

    assert payload.state.word == "empty"
    assert "Change of the volatility regime" in payload.state.detail


def test_board_links_to_the_page_of_the_symbol() -> None:
    study = _study()
    rows = board_rows(study.series, study.signals, newest=3)

    payload = board_payload(rows, _STATE, interval="1d", decimals={"US:SPY": 2}, looked_at=1)

    assert payload.rows[0]["open"] == "/technical?symbol=US:SPY&interval=1d"
    assert payload.rows[0]["symbol"] == "SPY"


def test_board_without_signals_says_how_many_symbols_were_looked_at() -> None:
    payload = board_payload((), _STATE, interval="1h", decimals={}, looked_at=7)

    assert payload.state.detail == "No rule has found anything in the 1h bars of 7 symbols"


def test_volatility_marks_changes_of_the_regime_where_they_were_known() -> None:
    study = _study(500, bars="500")
    assert study.regimes is not None

    payload = volatility_payload(study, _STATE)

    assert list(payload.lines) == [
        *("close", "ewma", "parkinson", "garman_klass", "rogers_satchell", "yang_zhang")
    ]
    assert [marker.x for marker in payload.markers] == [
        int(study.series.start_ns[change.confirmed]) // 1_000_000
        for change in study.regimes.changes
    ]
    assert payload.markers[0].text.endswith("the first regime confirmed")


def test_volatility_of_few_bars_says_what_it_takes() -> None:
    payload = volatility_payload(_study(10), _STATE)

    assert payload.state.word == "empty"
    assert payload.lines == {}


def test_regime_tells_the_newest_figures_and_the_regime() -> None:
    study = _study()

    rows = {row["id"]: row for row in regime_payload(study, _STATE).rows}

    assert rows["regime"]["value"] in {"calm", "normal", "turbulent"}
    assert 0.0 < rows["rank"]["value"] < 1.0
    assert rows["close"]["value"] == float(study.volatility["close"][-1])


def test_regime_of_few_bars_says_how_many_it_takes() -> None:
    rows = {row["id"]: row for row in regime_payload(_study(100), _STATE).rows}

    assert rows["regime"]["value"] == "–"
    assert "256 are needed" in rows["regime"]["verdict"]


def test_page_without_histories_begins_with_what_is_captured() -> None:
    page = technical_page(PriceChoices(captured=("BINANCE:BTCUSDT",)))

    defaults = {control.id: control.default for control in page.controls}
    assert (defaults["symbol"], defaults["interval"]) == ("BINANCE:BTCUSDT", "1m")


def test_page_offers_a_mark_for_every_rule() -> None:
    page = technical_page(PriceChoices())

    marks = next(control for control in page.controls if control.id == "marks")
    assert marks.options == ("none", "all", *RULES)
