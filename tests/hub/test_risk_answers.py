from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.hub.risk_desk import RiskQuestion
from quantdeck.model.errors import BadInput, NoData
from quantdeck.views.risk_panels import PANELS
from tests.hub.deck_rig import SECOND_NS, deck_rig
from tests.hub.price_books import ArrayPriceBook, price_series, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from quantdeck.hub.risk_desk import RiskDesk
    from tests.hub.deck_rig import Rig

STOCK = price_series("US:AAPL", walk(700, seed=3), calendar="XNYS")
MARKET = price_series("US:SPY", walk(700, seed=4), calendar="XNYS")
MINUTES = price_series("BINANCE:BTCUSDT", walk(300, seed=5), interval="1m")


def book(**rest: Any) -> ArrayPriceBook:
    return ArrayPriceBook([MARKET, STOCK, MINUTES], benchmark="US:SPY", **rest)


def run(
    folder: Path,
    work: Callable[[Rig], Coroutine[Any, Any, Any]],
    prices: ArrayPriceBook | None = None,
) -> Any:
    async def main() -> Any:
        async with deck_rig(folder, prices=prices or book()) as rig:
            return await work(rig)

    return asyncio.run(main())


def desk_of(rig: Rig) -> RiskDesk:
    return rig.deck._answers.risk.desk


def test_page_looks_at_a_symbol_beside_its_benchmark_first(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        return next(page for page in rig.deck.pages() if page.id == "risk")

    page = run(tmp_path, work)

    defaults = {control.id: control.default for control in page.controls}
    assert defaults["symbol"] == "US:AAPL"
    assert defaults["benchmark"] == "US:SPY"
    assert defaults["confidence"] == "95 %"


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_panel_has_something_to_show(tmp_path: Path, panel: Any) -> None:
    payload = run(tmp_path, lambda rig: rig.deck.answer(panel.topic, {}))

    assert payload.state.word == "demo"


def test_all_panels_of_a_page_share_one_study(tmp_path: Path) -> None:
    prices = book(asked=True)

    async def work(rig: Rig) -> None:
        await asyncio.gather(*(rig.deck.answer(panel.topic, {}) for panel in PANELS))

    run(tmp_path, work, prices)

    assert [(q.symbol, q.bars) for q in prices.questions] == [("US:AAPL", 1260), ("US:SPY", None)]


def test_study_stands_until_a_history_changes(tmp_path: Path) -> None:
    prices = book()

    async def work(rig: Rig) -> Any:
        desk, question = desk_of(rig), RiskQuestion("US:AAPL")
        before = desk.revision
        first = await desk.study(question)
        again = await desk.study(question)
        prices.put(price_series("US:AAPL", walk(701, seed=3), calendar="XNYS"))
        known = desk.known(question)
        return before, desk.revision, first, again, known, await desk.study(question)

    before, after, first, again, known, newer = run(tmp_path, work, prices)

    assert first is again
    assert known is None
    assert len(newer.returns) == len(first.returns) + 1
    assert before != after


def test_study_of_captured_bars_stands_for_seconds(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        desk, question = desk_of(rig), RiskQuestion("BINANCE:BTCUSDT", "1m")
        await desk.study(question)
        fresh = desk.known(question)
        rig.clock.ns += 6 * SECOND_NS
        return fresh, desk.known(question)

    fresh, old = run(tmp_path, work)

    assert fresh is not None
    assert fresh.series.periods_per_year == 525_600.0
    assert old is None


def test_confidence_and_riskless_rate_reach_the_figures(tmp_path: Path) -> None:
    params = {"confidence": "97.5 %", "risk_free": "4 %"}

    async def work(rig: Rig) -> Any:
        await rig.deck.answer("risk.summary", params)
        rules = desk_of(rig).rules(level=0.975, annual_rate=0.04, rolling=63)
        question = RiskQuestion("US:AAPL", bars=1260, benchmark="US:SPY", rules=rules)
        return desk_of(rig).known(question)

    study = run(tmp_path, work)

    assert study is not None
    assert study.back_test.test.level == 0.975


def test_symbol_without_prices_is_told_what_there_is(tmp_path: Path) -> None:
    async def work(rig: Rig) -> Any:
        return await desk_of(rig).study(RiskQuestion("US:NOPE"))

    with pytest.raises(NoData, match="US:AAPL"):
        run(tmp_path, work)


def test_symbol_that_is_not_on_offer_is_refused_by_the_page(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="symbol must be one of"):
        run(tmp_path, lambda rig: rig.deck.answer("risk.summary", {"symbol": "US:NOPE"}))


def test_replay_without_prices_says_that_it_has_none(tmp_path: Path) -> None:
    async def main() -> Any:
        async with deck_rig(tmp_path) as rig:
            return await rig.deck.answer("risk.wealth", {})

    payload = asyncio.run(main())

    assert payload.state.word == "empty"
    assert "keeps no prices of years" in payload.state.detail


def test_prices_that_are_not_there_yet_are_awaited_in_words(tmp_path: Path) -> None:
    payload = run(tmp_path, lambda rig: rig.deck.answer("risk.wealth", {}), ArrayPriceBook([]))

    assert payload.state.word == "empty"
    assert "There are no prices yet" in payload.state.detail


def test_benchmark_starts_where_the_symbol_stands(tmp_path: Path) -> None:
    prices = ArrayPriceBook([MARKET.last(300), STOCK], benchmark="US:SPY")

    payload = run(tmp_path, lambda rig: rig.deck.answer("risk.wealth", {}), prices)

    lines = payload.lines
    assert set(lines) == {"AAPL", "SPY"}
    at = int(np.flatnonzero(np.isfinite(lines["SPY"]))[0])
    assert at == 400
    assert lines["SPY"][at] == pytest.approx(lines["AAPL"][at])
