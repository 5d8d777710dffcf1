from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from quantdeck.analytics.pairs.scan import ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries, ScreenRules
from quantdeck.analytics.resample import Bars
from quantdeck.views import scan
from quantdeck.views.diff import StateChange, change
from quantdeck.views.encode import to_csv, to_json
from quantdeck.views.payloads import PanelState
from quantdeck.views.scan import ScanNow
from quantdeck.views.scan_page import PAIRS, ScanChoices, scan_page

LIVE = PanelState("live", 0.1, "binance-usdm")
MINUTE = 60_000_000_000
A, B, C, SHORT = (f"BINANCE-USDM:{name}USDT" for name in ("A", "B", "C", "SHORT"))


def series_of(symbol: str, log_price: np.ndarray) -> ScanSeries:
    price = 100.0 * np.exp(log_price)
    one = np.ones(len(price))
    start = np.arange(len(price), dtype=np.int64) * MINUTE
    bars = Bars(start, price, price, price, price, one, one.astype(np.int64))
    return ScanSeries(symbol, bars, 1.5)


def scanned(rules: ScanRules | None = None, *, symbols: int = 4) -> ScanNow:
    random = np.random.default_rng(6)
    walks = np.cumsum(random.normal(scale=1e-3, size=(2, 301)), axis=1)
    spread = np.convolve(random.normal(scale=1e-3, size=301), 0.7 ** np.arange(30))[:301]
    tied = walks[0] * 1.2 + spread
    series = [
        series_of(A, walks[0]),
        series_of(B, tied),
        series_of(C, walks[1]),
        series_of(SHORT, walks[1, :40]),
    ][:symbols]
    made = scan_pairs(series, rules or ScanRules(lookback=300), interval_ns=MINUTE)
    return ScanNow(made, "1m", MINUTE, 1_000, 0.25)


def table(now: ScanNow, **filters: float | None) -> list[dict[str, object]]:
    asked: dict[str, float | None] = {"max_q": None, "max_half_life": None, "most": 100}
    return scan.pairs_payload(now, LIVE, **(asked | filters)).rows  # type: ignore[arg-type]


def with_phi(now: ScanNow, phi: float) -> ScanNow:
    """The first pair alone, of such a coefficient and no half-life."""
    first = replace(now.scan.pairs[:1], phi=np.array([phi]), half_life=np.array([math.nan]))
    return replace(now, scan=replace(now.scan, pairs=first))


def test_pairs_are_ranked_with_the_tied_one_first() -> None:
    rows = table(scanned())

    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert {rows[0]["y"], rows[0]["x"]} == {"AUSDT", "BUSDT"}
    assert rows[0]["q"] < 0.01 < rows[1]["q"]


def test_half_life_of_a_pair_is_in_seconds() -> None:
    now = scanned()
    rows = table(now)

    assert rows[0]["half_life"] == pytest.approx(60.0 * now.scan.pairs[0].half_life)


def test_pair_leads_to_its_study_with_the_same_rows() -> None:
    now = scanned(ScanRules(lookback=300, window=40))
    best = now.scan.pairs[0]

    assert table(now)[0]["open"] == (
        f"/pairs?y={best.y}&x={best.x}&timeframe=1m&window=40&lookback=300&prices=log"
    )


def test_pair_is_the_same_row_whichever_side_is_y() -> None:
    now = scanned()
    first = now.scan.pairs[:1]
    turned = replace(now.scan, pairs=replace(first, y=first.x, x=first.y))

    assert table(now)[0]["id"] == table(replace(now, scan=turned))[0]["id"]


def test_filters_hide_pairs_and_keep_their_ranks() -> None:
    now = scanned()
    short = now.scan.pairs[0].half_life + 0.5

    assert [row["rank"] for row in table(now, max_q=0.05)] == [1]
    assert [row["rank"] for row in table(now, max_half_life=short)] == [1]
    assert [row["rank"] for row in table(now, most=2)] == [1, 2]


def test_filters_that_hide_everything_say_so() -> None:
    payload = scan.pairs_payload(scanned(), LIVE, max_q=0.0, max_half_life=None, most=10)

    assert payload.state.word == "empty"
    assert "None of the 3 pairs" in payload.state.detail


def test_pair_without_half_life_passes_no_limit_of_it() -> None:
    now = scanned()
    of_one = with_phi(now, 1.01)

    assert table(of_one)[0]["half_life"] is None
    assert table(of_one, max_half_life=1999.0) == []


def test_pair_that_returns_at_once_passes_every_limit_of_half_life() -> None:
    now = scanned()
    of_one = with_phi(now, -0.1)

    assert len(table(of_one, max_half_life=1.0)) == 1


@pytest.mark.parametrize(
    ("symbols", "rules", "words"),
    [
        (1, None, "1 symbols are captured; a pair takes two"),
        (4, ScanRules(screen=ScreenRules(max_spread_bp=1.0)), "AUSDT: "),
        (2, ScanRules(lookback=600, min_share=1.0), "AUSDT: 300 bars that have ended"),
    ],
)
def test_scan_without_pairs_says_why(symbols: int, rules: ScanRules | None, words: str) -> None:
    now = scanned(rules, symbols=symbols)
    payload = scan.pairs_payload(now, LIVE, max_q=None, max_half_life=None, most=10)

    assert payload.state.word == "empty"
    assert words in payload.state.detail


def test_summary_counts_what_was_tested_and_found() -> None:
    rows = scan.summary_payload(scanned(), LIVE, now_ns=3_000_001_000).rows

    assert {row["id"]: row["value"] for row in rows} == {
        "symbols": 3,
        "tested": 3,
        "found": 1,
        "below": 1,
        "rows": 300,
        "age": 3.0,
        "took": 0.25,
    }


def test_left_out_names_symbols_once_and_not_their_pairs() -> None:
    rows = scan.left_out_payload(scanned(), LIVE).rows

    assert [(row["name"], row["reason"]) for row in rows] == [
        ("SHORTUSDT", "40 bars that have ended, at least 150 needed")
    ]


def test_left_out_names_pairs_of_symbols_that_stayed() -> None:
    base = np.cumsum(np.random.default_rng(2).normal(scale=1e-3, size=201))
    series = [series_of(A, base), series_of(B, 2.0 * base)]
    made = scan_pairs(series, ScanRules(lookback=200), interval_ns=MINUTE)

    rows = scan.left_out_payload(ScanNow(made, "1m", MINUTE, 0, 0.0), LIVE).rows

    assert [row["name"] for row in rows] == ["AUSDT / BUSDT"]
    assert "lie on one line" in rows[0]["reason"]


def test_left_out_of_a_full_scan_is_empty() -> None:
    state = scan.left_out_payload(scanned(symbols=3), LIVE).state

    assert (state.word, state.detail) == ("empty", "Nothing was: all 3 pairs were tested")


def test_heat_map_has_a_row_and_a_column_per_symbol_scanned() -> None:
    now = scanned()
    found = scan.relations(now, lags=2)

    payload = scan.names_payload(now, scan.correlation_layers(found), LIVE)

    assert payload.columns == payload.names == ["AUSDT", "BUSDT", "CUSDT"]
    assert payload.layers["correlation"][0, 1] == pytest.approx(found.now()[0, 1])


def test_heat_map_of_the_same_layers_is_not_sent_again() -> None:
    now = scanned()
    layers = scan.lead_layers(scan.relations(now, lags=2))
    old, new = (scan.names_payload(now, layers, LIVE) for _ in range(2))

    assert isinstance(change(old, new), StateChange)


def test_lags_have_their_band_and_say_who_moves_first() -> None:
    now = scanned()
    payload = scan.lags_payload(now, scan.relations(now, lags=2), (A, B), LIVE)
    values, upper, lower = payload.curves

    assert values.x.tolist() == [-2.0, -1.0, 0.0, 1.0, 2.0]
    assert values.names[0] == "BUSDT 2 before AUSDT"
    assert values.names[3] == "AUSDT 1 before BUSDT"
    assert upper.y[3] == pytest.approx(1.96 / math.sqrt(298), rel=0.2)
    assert (lower.y == -upper.y).all()


@pytest.mark.parametrize(
    ("symbols", "words"),
    [
        ((A, A), "two different symbols"),
        ((A, SHORT), "SHORTUSDT is left out: 40 bars"),
        ((A, "BINANCE-USDM:NEWUSDT"), "NEWUSDT is not captured"),
    ],
)
def test_lags_of_what_was_not_scanned_say_why(symbols: tuple[str, str], words: str) -> None:
    now = scanned()
    payload = scan.lags_payload(now, scan.relations(now, lags=1), symbols, LIVE)

    assert payload.state.word == "empty"
    assert words in payload.state.detail


def test_pairs_payload_can_be_sent_and_downloaded() -> None:
    payload = scan.pairs_payload(scanned(), LIVE, max_q=None, max_half_life=None, most=10)

    assert to_json(payload)
    assert to_csv(payload, PAIRS.columns).decode().count("\n") == 4


def test_controls_of_a_scan_page_are_those_that_panels_name() -> None:
    page = scan_page(ScanChoices())
    named = {name for panel in page.panels for name in panel.params}

    assert named == {control.id for control in page.controls}
