"""The desk that studies for the Technical page and the API, and what its panels answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quantdeck.analytics.technical_study import (
    Chosen,
    TechnicalChoices,
    candles_of,
    study_technical,
)
from quantdeck.hub.price_studies import NO_PRICES
from quantdeck.hub.technical_desk import (
    LIVE_BOARD_NS,
    LIVE_FRESH_NS,
    BoardQuestion,
    TechnicalQuestion,
)
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.history import Adjustment
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, deck_rig
from tests.hub.price_books import ArrayPriceBook, price_series, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from quantdeck.hub.technical_desk import TechnicalDesk
    from tests.hub.deck_rig import Rig

SPY, QQQ = "US:SPY", "US:QQQ"
_DAYS = TechnicalQuestion(SPY)
_SECONDS = TechnicalQuestion(BTC, "1s")


def _book(**given: Any) -> ArrayPriceBook:
    days = [
        price_series(symbol, walk(420, seed=seed), calendar="XNYS")
        for seed, symbol in enumerate((SPY, QQQ))
    ]
    return ArrayPriceBook([*days, price_series(BTC, walk(300), interval="1s")], **given)


def run(
    folder: Path,
    work: Callable[[Rig, ArrayPriceBook, TechnicalDesk], Coroutine[Any, Any, Any]],
    book: ArrayPriceBook | None = None,
) -> Any:
    prices = book or _book()

    async def main() -> Any:
        async with deck_rig(folder, prices=prices) as rig:
            return await work(rig, prices, rig.deck._answers.technical.desk)

    return asyncio.run(main())


def test_study_is_made_once_for_all_who_ask_at_a_time(tmp_path: Path) -> None:
    async def ask(_: Rig, book: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        found = await asyncio.gather(*(desk.study(_DAYS) for _ in range(5)))
        return found, len(book.questions), desk.known(_DAYS)

    found, asked, known = run(tmp_path, ask)

    assert len({id(study) for study in found}) == 1
    assert asked == 1
    assert known is found[0]


def test_study_of_a_history_stands_until_the_prices_change(tmp_path: Path) -> None:
    async def ask(rig: Rig, book: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        first = await desk.study(_DAYS)
        rig.clock.ns += 600 * SECOND_NS
        again = await desk.study(_DAYS)
        book.put(price_series(SPY, walk(421), calendar="XNYS"))
        return first, again, desk.known(_DAYS), await desk.study(_DAYS)

    first, again, known, anew = run(tmp_path, ask)

    assert again is first
    assert known is None
    assert len(anew.series) == 421


def test_study_of_captured_bars_is_shown_while_the_next_is_made(tmp_path: Path) -> None:
    async def ask(rig: Rig, book: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        first = await desk.study(_SECONDS)
        book.put(price_series(BTC, walk(301), interval="1s"))
        rig.clock.ns += LIVE_FRESH_NS
        shown, before = desk.known(_SECONDS), desk.revision
        await rig.until(lambda: desk.revision != before)
        return first, shown, desk.known(_SECONDS)

    first, shown, then = run(tmp_path, ask)

    assert shown is first
    assert len(then.series) == 301


def test_study_of_captured_bars_that_nobody_watched_is_not_shown(tmp_path: Path) -> None:
    async def ask(rig: Rig, _: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        await desk.study(_SECONDS)
        rig.clock.ns += 60 * SECOND_NS
        return desk.known(_SECONDS)

    assert run(tmp_path, ask) is None


def test_study_as_bars_come_equals_the_study_of_all_of_them(tmp_path: Path) -> None:
    closes = walk(330)
    choices = TechnicalChoices((Chosen("rsi"), Chosen("macd"), Chosen("supertrend")), bars=100)

    async def ask(rig: Rig, book: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        for rows in range(300, 331, 10):
            book.put(price_series(BTC, closes[:rows], interval="1s"))
            rig.clock.ns += LIVE_FRESH_NS
            study = await desk.study(TechnicalQuestion(BTC, "1s", choices))
        return study

    live = run(tmp_path, ask)

    whole = study_technical(price_series(BTC, closes, interval="1s"), choices)
    assert live.signals == whole.signals
    assert live.levels == whole.levels
    for found, wanted in zip(live.indicators, whole.indicators, strict=True):
        np.testing.assert_array_equal(found.values, wanted.values)


def test_study_of_no_prices_says_what_there_is(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: TechnicalDesk) -> None:
        await desk.study(replace(_DAYS, symbol="US:NONE"))

    with pytest.raises(NoData, match="there is BINANCE-USDM:BTCUSDT, US:QQQ, US:SPY"):
        run(tmp_path, ask)


def test_study_of_an_indicator_that_is_not_there_is_refused(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: TechnicalDesk) -> None:
        await desk.study(replace(_DAYS, choices=TechnicalChoices((Chosen("psar"),))))

    with pytest.raises(BadInput, match="no indicator is called 'psar'"):
        run(tmp_path, ask)


def test_page_of_a_deck_without_prices_says_how_to_get_some(tmp_path: Path) -> None:
    async def main() -> Any:
        async with deck_rig(tmp_path) as rig:
            return await rig.deck.answer("technical.chart", {"symbol": SPY})

    answer = asyncio.run(main())

    assert answer.state.word == "empty"
    assert answer.state.detail.lower() == NO_PRICES.lower()


def test_board_has_the_signals_of_every_symbol(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        return await desk.board(BoardQuestion()), desk.known_board(BoardQuestion())

    board, known = run(tmp_path, ask)

    assert {row.symbol for row in board.rows} == {SPY, QQQ}
    assert [series.symbol for series in board.series] == [SPY, QQQ]
    assert known is board


def test_board_says_which_symbols_have_no_prices(tmp_path: Path) -> None:
    question = BoardQuestion(symbols=(SPY, "US:NONE"), rules=(Chosen("rsi_threshold"),))

    async def ask(_: Rig, __: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        return await desk.board(question)

    board = run(tmp_path, ask)

    assert [symbol for symbol, _ in board.unanswered] == ["US:NONE"]
    assert {row.signal.rule for row in board.rows} == {"rsi_threshold"}


def test_board_whose_vendor_is_silent_goes_on_without_it(tmp_path: Path) -> None:
    book = _book()
    book.failure = VenueError("yahoo", "no answer")

    async def ask(_: Rig, __: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        return await desk.board(BoardQuestion())

    board = run(tmp_path, ask, book)

    assert board.rows == ()
    assert [symbol for symbol, _ in board.unanswered] == [SPY, QQQ]


def test_board_of_captured_bars_is_made_anew_after_a_while(tmp_path: Path) -> None:
    question = BoardQuestion("1s")

    async def ask(rig: Rig, book: ArrayPriceBook, desk: TechnicalDesk) -> Any:
        first = await desk.board(question)
        rig.clock.ns += LIVE_BOARD_NS
        shown, before = desk.known_board(question), desk.revision
        await rig.until(lambda: desk.revision != before)
        return first, shown, desk.known_board(question)

    first, shown, then = run(tmp_path, ask)

    assert shown is first
    assert then is not first


def test_board_of_an_interval_that_nothing_has_says_so(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: TechnicalDesk) -> None:
        await desk.board(BoardQuestion("1s"))

    with pytest.raises(NoData, match="no symbol has bars of 1s"):
        run(tmp_path, ask, ArrayPriceBook([price_series(SPY, walk(60))]))


@pytest.mark.parametrize(
    "name", ["chart", "readings", "levels", "volatility", "regime", "signals", "board"]
)
def test_every_panel_of_the_page_answers(tmp_path: Path, name: str) -> None:
    async def ask(rig: Rig, __: ArrayPriceBook, ___: TechnicalDesk) -> Any:
        return await rig.deck.answer(f"technical.{name}", {})

    payload = run(tmp_path, ask)

    assert payload.state.word in {"demo", "empty"}


def test_panels_of_the_page_share_one_study(tmp_path: Path) -> None:
    names = ("chart", "readings", "levels", "volatility", "regime", "signals")

    async def ask(rig: Rig, book: ArrayPriceBook, _: TechnicalDesk) -> Any:
        await asyncio.gather(*(rig.deck.answer(f"technical.{name}", {}) for name in names))
        return len(book.questions)

    assert run(tmp_path, ask) == 1


def test_chart_follows_the_controls(tmp_path: Path) -> None:
    params = {"symbol": QQQ, "pane": "CCI", "second": "none", "bars": "60", "adjustment": "total"}

    async def ask(rig: Rig, book: ArrayPriceBook, _: TechnicalDesk) -> Any:
        return await rig.deck.answer("technical.chart", params), book.questions

    chart, questions = run(tmp_path, ask)

    assert [pane.title for pane in chart.panes] == ["CCI 20"]
    assert len(chart.x) == 60
    assert chart.title == "QQQ, 1d bars, adjusted for splits and dividends [USD]"
    assert questions[0].adjustment is Adjustment.TOTAL


def test_prices_of_captured_bars_have_the_decimals_of_the_instrument(tmp_path: Path) -> None:
    async def ask(rig: Rig, _: ArrayPriceBook, __: TechnicalDesk) -> Any:
        await rig.deck.start_capture([BTC, ETH])
        await rig.machine.instruments()
        book = replace(price_series(BTC, walk(300) / 1000, interval="1s"))
        rig.machine.prices.put(book)
        return await rig.deck.answer("technical.chart", {"symbol": BTC, "interval": "1s"})

    assert run(tmp_path, ask).decimals == 2


def test_chart_of_captured_bars_ends_with_the_one_that_grows(tmp_path: Path) -> None:
    async def ask(rig: Rig, _: ArrayPriceBook, __: TechnicalDesk) -> Any:
        await rig.deck.start_capture([BTC, ETH])
        rig.feed.trades(BTC, [100.0, 104.0, 98.0, 101.0], start_ns=rig.clock.ns)
        return await rig.deck.answer("technical.chart", {"symbol": BTC, "interval": "1m"})

    minutes = price_series(BTC, walk(200), interval="1m")
    chart = run(tmp_path, ask, ArrayPriceBook([minutes]))

    assert len(chart.x) == 201
    assert (chart.open[-1], chart.high[-1], chart.low[-1], chart.close[-1]) == (100, 104, 98, 101)
    assert np.isfinite(chart.series["rsi_14"][-1])


def test_candles_of_a_book_open_their_sessions() -> None:
    hours = price_series(SPY, walk(21), interval="1h", calendar="XNYS")

    opens = candles_of(hours).opens_session

    assert opens is not None
    assert np.flatnonzero(opens).tolist() == [7, 14]
