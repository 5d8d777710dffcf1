from __future__ import annotations

import json

import pytest

from quantdeck.model.errors import BadInput, NoData
from quantdeck.views.encode import to_json
from quantdeck.views.pages import Choices, pages, parameters_of
from quantdeck.views.panels import Page, Panel, PanelKind

_BTC, _ETH = "BINANCE-USDM:BTCUSDT", "BINANCE-USDM:ETHUSDT"
WITHOUT_FIGURES = {
    PanelKind.LOG,
    PanelKind.FORM,
    PanelKind.ALERT_EDITOR,
    PanelKind.MARKDOWN,
}


def _panels() -> list[tuple[Page, Panel]]:
    return [(page, panel) for page in pages() for panel in page.panels]


def test_pages_when_listed_have_unique_ids_and_topics() -> None:
    ids = [panel.id for _, panel in _panels()]
    topics = [panel.topic for _, panel in _panels()]

    assert len(set(ids)) == len(ids)
    assert len(set(topics)) == len(topics)


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.id)
def test_page_when_shown_asks_its_question(page: Page) -> None:
    assert page.question.endswith("?")
    assert page.title
    assert page.icon


@pytest.mark.parametrize(("page", "panel"), _panels(), ids=lambda spec: spec.id)
def test_panel_when_shown_says_how_it_is_made_and_what_would_fill_it(
    page: Page, panel: Panel
) -> None:
    assert panel.id.startswith(f"{page.id}.")
    assert panel.query == f"/api/v1/panels/{panel.id}"
    assert panel.help
    assert panel.empty
    assert 1 <= panel.width <= 12
    assert set(panel.params) <= {control.id for control in page.controls}


@pytest.mark.parametrize(("page", "panel"), _panels(), ids=lambda spec: spec.id)
def test_panel_when_it_has_figures_says_how_to_write_them(page: Page, panel: Panel) -> None:
    names = [column.id for column in panel.columns]

    assert len(set(names)) == len(names)
    assert names or panel.kind in WITHOUT_FIGURES


def _page(name: str, symbols: list[str]) -> Page:
    return next(page for page in pages(Choices(symbols)) if page.id == name)


def test_pages_when_two_symbols_are_captured_look_at_them_first() -> None:
    pairs = _page("pairs", [_BTC, _ETH])

    assert {control.id: control.default for control in pairs.controls} == {
        "y": _ETH,
        "x": _BTC,
        "timeframe": "1s",
        "window": "60",
        "lookback": "500",
        "prices": "log",
        "estimator": "ols",
    }


@pytest.mark.parametrize("symbols", [[], [_BTC]])
def test_pages_when_there_is_no_pair_choose_none(symbols: list[str]) -> None:
    controls = _page("pairs", symbols).controls

    assert (controls[0].default, controls[1].default) == ("", "")


def test_pages_when_encoded_leave_defaults_out() -> None:
    [_, dashboard, *_] = json.loads(to_json(pages()))

    assert "controls" not in dashboard
    assert dashboard["panels"][0]["kind"] == "kpi"


def test_parameters_when_absent_are_those_of_the_controls() -> None:
    assert parameters_of("pairs.zscore", {"window": "20"}, Choices([_BTC, _ETH])) == {
        "y": _ETH,
        "x": _BTC,
        "timeframe": "1s",
        "window": "20",
        "lookback": "500",
        "prices": "log",
        "estimator": "ols",
    }


def test_parameters_when_a_symbol_is_written_short_make_it_canonical() -> None:
    given = {"y": "ethusdt", "x": "btcusdt"}

    assert parameters_of("pairs.trades", given, Choices([_BTC])) == {"y": _ETH, "x": _BTC}


@pytest.mark.parametrize(
    ("topic", "params", "message"),
    [
        ("pairs.nothing", {}, "there is no topic 'pairs.nothing'"),
        ("dashboard.rate", {"hz": "5"}, "no parameter 'hz'"),
        ("pairs.zscore", {"timeframe": "2h"}, "one of tick, 1s, 1m, 5m"),
        ("pairs.zscore", {"window": "9"}, "from 10 to 2000"),
        ("pairs.zscore", {"window": "1e3"}, "whole number"),
        ("pairs.zscore", {"window": "-60"}, "whole number"),
        ("pairs.zscore", {"window": "²"}, "whole number"),
        ("pairs.zscore", {"lookback": "9" * 5000}, "from 50 to 5000"),
        ("pairs.zscore", {"y": "a b"}, "is not a symbol"),
    ],
)
def test_parameters_when_wrong_are_refused_with_what_is_allowed(
    topic: str, params: dict[str, str], message: str
) -> None:
    with pytest.raises(BadInput, match=message):
        parameters_of(topic, params, Choices([_BTC, _ETH]))


def test_parameters_when_no_pair_is_captured_say_what_to_do() -> None:
    with pytest.raises(NoData, match="capture two with Start"):
        parameters_of("pairs.zscore", {}, Choices([_BTC]))
