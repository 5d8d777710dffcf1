from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.hub.portfolio_desk import MOST_ASSETS, PortfolioQuestion
from quantdeck.model.errors import BadInput, NoData
from quantdeck.views.portfolio_page import PANELS
from tests.hub.deck_rig import deck_rig
from tests.hub.price_books import ArrayPriceBook, price_series, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from quantdeck.hub.portfolio_desk import PortfolioDesk
    from tests.hub.deck_rig import Rig

SYMBOLS = ("US:SPY", "US:TLT", "US:GLD")
SERIES = [
    price_series(symbol, walk(500, seed=i), calendar="XNYS") for i, symbol in enumerate(SYMBOLS)
]
COIN = price_series("BINANCE:BTCUSDT", walk(700, seed=9, vol=0.03))


def run(
    folder: Path,
    work: Callable[[Rig], Coroutine[Any, Any, Any]],
    prices: ArrayPriceBook | None = None,
) -> Any:
    book = prices or ArrayPriceBook([*SERIES, COIN], benchmark="US:SPY")

    async def main() -> Any:
        async with deck_rig(folder, prices=book) as rig:
            return await work(rig)

    return asyncio.run(main())


def ask(folder: Path, topic: str, **params: str) -> Any:
    return run(folder, lambda rig: rig.deck.answer(topic, params))


def desk_of(rig: Rig) -> PortfolioDesk:
    return rig.deck._answers.portfolio.desk


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_panel_has_something_to_show(tmp_path: Path, panel: Any) -> None:
    payload = ask(tmp_path, panel.topic)

    assert payload.state.word == "demo"


def test_weights_are_read_as_typed(tmp_path: Path) -> None:
    payload = ask(tmp_path, "portfolio.risk", weights="spy=70 %, tlt=0.3")

    weights = {row["id"]: row["weight"] for row in payload.rows}
    assert weights == {
        "US:SPY": pytest.approx(0.7),
        "US:TLT": pytest.approx(0.3),
        "Portfolio": pytest.approx(1.0),
    }


def test_market_and_further_factors_explain_the_returns(tmp_path: Path) -> None:
    payload = ask(tmp_path, "portfolio.exposure", weights="TLT, GLD", factors="btcusdt")

    assert [row["factor"] for row in payload.rows] == ["SPY", "BTCUSDT", "Alpha a year", "R²"]
    assert payload.rows[0]["low"] < payload.rows[0]["beta"] < payload.rows[0]["high"]


def test_without_a_benchmark_the_exposure_says_so(tmp_path: Path) -> None:
    payload = ask(tmp_path, "portfolio.exposure", benchmark="none")

    assert payload.state.word == "empty"
    assert payload.state.detail == "No factor is chosen"


def test_bars_left_out_beside_a_coin_are_told(tmp_path: Path) -> None:
    payload = ask(tmp_path, "portfolio.summary", weights="SPY, BTCUSDT")

    closes = next(row for row in payload.rows if row["id"] == "closes")
    assert closes["value"] == 500
    assert closes["note"] == "200 bars left out"


def test_lookback_counts_the_closes_that_all_have(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        question = PortfolioQuestion(("US:SPY", "BINANCE:BTCUSDT"), bars=100)
        return await desk_of(rig).study(question)

    study = run(tmp_path, work)

    assert len(study.ts_ns) == 100
    assert study.left_out[0] == 0
    assert study.outside == (0, 0)


def test_attribution_ends_with_the_whole_it_sums_to(tmp_path: Path) -> None:
    rows = ask(tmp_path, "portfolio.attribution").rows

    *parts, whole = [row["contribution"] for row in rows]
    assert sum(parts) == pytest.approx(whole)
    assert parts == sorted(parts, reverse=True)


def test_text_that_is_no_portfolio_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="named twice"):
        ask(tmp_path, "portfolio.summary", weights="SPY, spy")


def test_asset_without_prices_is_told_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="US:SPY"):
        ask(tmp_path, "portfolio.summary", weights="SPY, NOPE")


def test_too_many_assets_are_refused(tmp_path: Path) -> None:
    symbols = tuple(f"US:A{i}" for i in range(MOST_ASSETS + 1))

    async def work(rig: Rig) -> Any:
        return await desk_of(rig).study(PortfolioQuestion(symbols))

    with pytest.raises(BadInput, match="41 assets and factors; 40 are the most"):
        run(tmp_path, work)


def test_one_study_answers_all_panels(tmp_path: Path) -> None:
    prices = ArrayPriceBook(SERIES, benchmark="US:SPY", asked=True)

    async def work(rig: Rig) -> None:
        await asyncio.gather(*(rig.deck.answer(panel.topic, {}) for panel in PANELS))

    run(tmp_path, work, prices)

    assert [q.symbol for q in prices.questions] == [*SYMBOLS, "US:SPY"]
