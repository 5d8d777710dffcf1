from __future__ import annotations

import base64
import hashlib
import json
import re

import numpy as np
import pytest

from quantdeck.analytics.risk import study_risk
from quantdeck.model.feed import Delay
from quantdeck.views.offline_page import SheetParts, sheet_policy
from quantdeck.views.tear_sheet import sheet_charts
from quantdeck.views.tear_sheet_page import tear_sheet_page
from tests.hub.price_books import price_series, walk

PARTS = SheetParts("const a = 1;", "p { margin: 0 }", "1.2.3", 1_763_640_000_000_000_000)
STOCK = price_series("US:AAPL", walk(700, seed=3), calendar="XNYS", delay=Delay.SIMULATED)
MARKET = price_series("US:SPY", walk(700, seed=4), calendar="XNYS")
STUDY = study_risk(STOCK, MARKET)
PAGE = tear_sheet_page(STUDY, PARTS)


def carried(page: str) -> dict[str, object]:
    found = re.search(r'id="sheet">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_page_asks_for_nothing_outside_of_itself() -> None:
    assert re.findall(r'(?:src|href)="', PAGE) == []
    assert "http://" not in PAGE
    assert "https://" not in PAGE


def test_policy_allows_its_own_script_and_style_by_their_hashes() -> None:
    policy = sheet_policy(PARTS)

    for text in (PARTS.script, PARTS.style):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert f'content="{policy}"' in PAGE


def test_page_carries_the_charts_that_its_script_draws() -> None:
    charts = carried(PAGE)["charts"]

    assert isinstance(charts, list)
    ids = [chart["id"] for chart in charts]
    assert ids == [
        "wealth",
        "underwater",
        "back_test",
        "volatility",
        "ratios",
        "distribution",
        "memory",
    ]
    assert all(f'data-chart="{name}"' in PAGE for name in ids)


def test_every_line_of_a_chart_is_as_long_as_its_x() -> None:
    for chart in sheet_charts(STUDY):
        assert {len(line.values) for line in chart.lines} == {len(chart.x)}


def test_marks_stand_on_the_returns_that_lost_more_than_forecast() -> None:
    chart = next(chart for chart in sheet_charts(STUDY) if chart.id == "back_test")

    returns, forecast = (line.values for line in chart.lines)
    assert chart.marks
    for mark in chart.marks:
        lost, told = returns[mark.row], forecast[mark.row]
        assert lost is not None
        assert told is not None
        assert lost < told


def test_simulated_data_are_stamped() -> None:
    assert "SIMULATED DATA" in PAGE
    real = price_series("US:AAPL", walk(700, seed=3), calendar="XNYS")
    assert "SIMULATED" not in tear_sheet_page(study_risk(real), PARTS)


def test_names_of_others_are_text_and_nothing_else() -> None:
    evil = price_series("X:</script><script>alert(1)</script>", walk(300), source='"><img src=x>')

    page = tear_sheet_page(study_risk(evil), PARTS)

    assert "<script>alert" not in page
    assert "<img" not in page
    assert page.count("<script") == 2


def test_bars_left_out_are_told() -> None:
    close = walk(700, seed=3)
    close[[5, 6]] = np.nan
    coin = price_series("BINANCE:BTCUSDT", walk(980, seed=5))

    stock = price_series("US:AAPL", close, calendar="XNYS")
    page = tear_sheet_page(study_risk(stock, coin), PARTS)

    assert "2 bars without a close left out" in page
    assert "bars left out that one of the two lacks" in page


@pytest.mark.parametrize("count", [3, 30])
def test_few_closes_make_a_page_that_says_what_is_missing(count: int) -> None:
    page = tear_sheet_page(study_risk(STOCK.last(count)), PARTS)

    assert f"{count - 1} returns; a back-test at 0.95 needs more than 250" in page
    assert "nan" not in page.lower().replace("finance", "")
