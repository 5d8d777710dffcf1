"""The desk behind the Market page, and what its panels answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.collected import QuoteReading, StatementLine, Story
from quantdeck.model.errors import BadInput, Conflict, NoData, VenueError
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import ActionKind, CorporateAction
from quantdeck.tape.chains.store import ChainStore
from tests.hub.deck_rig import BTC, SECOND_NS, START_NS, deck_rig
from tests.hub.market_rig import keep, market_parts
from tests.hub.price_books import ArrayPriceBook, price_series, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from quantdeck.hub.market_desk import MarketDesk
    from tests.hub.deck_rig import Rig

SPY, QQQ = "US:SPY", "US:QQQ"
_DAY_NS = 86_400_000_000_000


def _book(**given: Any) -> ArrayPriceBook:
    return ArrayPriceBook(
        [
            price_series(SPY, walk(420), calendar="XNYS"),
            price_series(QQQ, walk(10, seed=2), calendar="XNYS"),
            price_series(BTC, walk(40, seed=3)),
        ],
        **given,
    )


def run(
    folder: Path,
    work: Callable[[Rig, ArrayPriceBook, MarketDesk], Coroutine[Any, Any, Any]],
    *,
    book: ArrayPriceBook | None = None,
    **parts: Any,
) -> Any:
    prices = book or _book()

    async def main() -> Any:
        async with deck_rig(folder, prices=prices, market=market_parts(folder, **parts)) as rig:
            return await work(rig, prices, rig.deck.market)

    return asyncio.run(main())


def story(number: int, **rest: Any) -> Story:
    at_ns = START_NS - number * 3_600_000_000_000
    given = {
        "id": f"story-{number}",
        "headline": f"Story number {number} of the market",
        "published_ns": at_ns,
        "updated_ns": at_ns,
        "url": f"https://example.org/{number}",
        "symbols": (SPY,),
    }
    return Story(**{**given, **rest})


def test_watchlist_that_is_new_begins_with_the_first_symbols(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: MarketDesk) -> Any:
        return await desk.load()

    assert run(tmp_path, ask, first=(SPY, QQQ)) == [SPY, QQQ]


def test_watchlist_takes_and_gives_up_a_symbol_as_it_is_typed(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: MarketDesk) -> Any:
        added = await desk.watch("ko")
        first = desk.watched()
        removed = await desk.unwatch("KO")
        return added, first, removed, desk.watched()

    assert run(tmp_path, ask, watched=(SPY,)) == ("US:KO", [SPY, "US:KO"], "US:KO", [SPY])


def test_watchlist_that_has_a_symbol_refuses_it(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: MarketDesk) -> None:
        await desk.watch("spy")

    with pytest.raises(Conflict, match="US:SPY is watched already"):
        run(tmp_path, ask, watched=(SPY,))


def test_watchlist_without_a_symbol_says_what_is_watched(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: MarketDesk) -> None:
        await desk.unwatch("qqq")

    with pytest.raises(NoData, match="watched is US:SPY"):
        run(tmp_path, ask, watched=(SPY,))


def test_watchlist_names_the_field_of_what_is_no_symbol(tmp_path: Path) -> None:
    async def ask(_: Rig, __: ArrayPriceBook, desk: MarketDesk) -> None:
        await desk.watch("no symbol!")

    with pytest.raises(BadInput) as caught:
        run(tmp_path, ask)

    assert caught.value.field == "symbol"


def test_card_of_a_captured_symbol_has_its_newest_execution(tmp_path: Path) -> None:
    async def ask(rig: Rig, book: ArrayPriceBook, _: MarketDesk) -> Any:
        rig.fill()
        close = float(book._series[BTC, "1d"].close[-1])
        return (await rig.deck.answer("market.watchlist", {})).rows, close

    [card], close = run(tmp_path, ask, watched=(BTC,))

    assert card["kind"] == "execution"
    assert card["source"] == "binance-usdm"
    assert card["change"] == pytest.approx(card["value"] / close - 1.0)


def test_card_of_any_other_symbol_has_its_newest_close(tmp_path: Path) -> None:
    async def ask(rig: Rig, book: ArrayPriceBook, _: MarketDesk) -> Any:
        return (await rig.deck.answer("market.watchlist", {})).rows, book._series[SPY, "1d"].close

    [card], closes = run(tmp_path, ask, watched=(SPY,))

    assert card["value"] == closes[-1]
    assert card["change"] == pytest.approx(closes[-1] / closes[-2] - 1.0)
    assert card["note"].startswith("close ")
    assert len(card["spark"]) == 60


def test_card_takes_a_quote_that_is_newer_than_the_close(tmp_path: Path) -> None:
    quote = QuoteReading(symbol=SPY, ts_ns=START_NS, bid=99.0, ask=101.0, previous_close=80.0)
    keep(tmp_path, [quote], source="polygon", fetched_ns=START_NS)

    async def ask(rig: Rig, _: ArrayPriceBook, desk: MarketDesk) -> Any:
        await rig.deck.answer("market.watchlist", {})
        await rig.until(lambda: desk.known_quotes((SPY,)) is not None)
        return (await rig.deck.answer("market.watchlist", {})).rows

    [card] = run(tmp_path, ask, watched=(SPY,))

    assert (card["value"], card["kind"], card["change"]) == (100.0, "quote", pytest.approx(0.25))
    assert card["source"] == "polygon"


def test_card_without_a_price_says_why(tmp_path: Path) -> None:
    async def ask(rig: Rig, _: ArrayPriceBook, __: MarketDesk) -> Any:
        return (await rig.deck.answer("market.watchlist", {})).rows

    [card] = run(tmp_path, ask, watched=("US:KO",))

    assert card["value"] is None
    assert "no bars of 1d" in card["note"]


def test_overview_has_a_row_for_every_symbol_with_daily_bars(tmp_path: Path) -> None:
    async def ask(rig: Rig, _: ArrayPriceBook, __: MarketDesk) -> Any:
        return await rig.deck.answer("market.overview", {})

    found = run(tmp_path, ask)

    assert [row["symbol"] for row in found.rows] == [SPY, QQQ, BTC]
    assert found.rows[0]["year"] is not None


def test_overview_of_a_silent_vendor_names_what_is_missing(tmp_path: Path) -> None:
    book = _book()
    book.failure = VenueError("yahoo", "no answer")

    async def ask(rig: Rig, _: ArrayPriceBook, __: MarketDesk) -> Any:
        return await rig.deck.answer("market.overview", {})

    found = run(tmp_path, ask, book=book)

    assert [row["close"] for row in found.rows] == [None] * 3
    assert all("no answer" in row["source"] for row in found.rows)


def test_chart_marks_the_actions_within_its_span(tmp_path: Path) -> None:
    book = _book()
    starts = book._series[SPY, "1d"].start_ns
    split = CorporateAction(int(starts[-3]), ActionKind.SPLIT, 4.0)
    book.acted[SPY] = (CorporateAction(0, ActionKind.DIVIDEND, 1.0), split)

    async def ask(rig: Rig, _: ArrayPriceBook, __: MarketDesk) -> Any:
        return await rig.deck.answer("market.chart", {"symbol": SPY, "adjustment": "raw"})

    chart = run(tmp_path, ask, book=book)

    assert [(mark.x, mark.text) for mark in chart.markers] == [
        (int(starts[-3]) // 1_000_000, "Split: 4 new shares for 1")
    ]
    assert chart.title == "SPY, 1d bars [USD]"


def test_news_are_those_of_the_symbol_each_once(tmp_path: Path) -> None:
    told = story(1, sentiment=0.4, sentiment_by="polygon")
    other = story(2, symbols=(QQQ,))
    keep(tmp_path, [told, other], source="polygon", fetched_ns=START_NS)
    twin = story(1, id="twin", url="https://www.example.org/1?utm_source=x")
    keep(tmp_path, [twin], source="newsapi", fetched_ns=START_NS)

    async def ask(rig: Rig, _: ArrayPriceBook, __: MarketDesk) -> Any:
        params = {"symbol": SPY, "about": "symbol"}
        return await rig.deck.answer("market.news", params)

    [row] = run(tmp_path, ask).rows

    assert row["sounds"] == "positive"
    assert row["by"] == "polygon"
    assert set(row["source"].split(", ")) == {"polygon", "newsapi"}
    assert row["age_s"] == 3600.0


def test_fundamentals_are_a_row_a_period_newest_first(tmp_path: Path) -> None:
    def line(period: str, item: str, value: float, days: int) -> StatementLine:
        return StatementLine(
            symbol=SPY,
            period=period,
            timeframe="quarterly",
            statement="income_statement",
            item=item,
            value=value,
            unit="USD",
            end_ns=days * _DAY_NS,
            filed_ns=(days + 30) * _DAY_NS,
        )

    lines = [
        line("2026 Q1", "revenues", 3e9, 20_000),
        line("2026 Q2", "revenues", 4e9, 20_090),
        line("2026 Q2", "diluted_earnings_per_share", 1.5, 20_090),
    ]
    keep(tmp_path, lines, source="polygon", fetched_ns=START_NS)

    async def ask(rig: Rig, _: ArrayPriceBook, __: MarketDesk) -> Any:
        return await rig.deck.answer("market.fundamentals", {"symbol": SPY})

    newest, before = run(tmp_path, ask).rows

    assert (newest["period"], newest["revenues"], newest["eps"]) == ("2026 Q2", 4000.0, 1.5)
    assert (before["filed"], before["currency"]) == ("2024-11-03", "USD")


@pytest.mark.parametrize("name", ["news", "fundamentals", "chain"])
def test_panel_that_has_nothing_says_what_would_fill_it(tmp_path: Path, name: str) -> None:
    async def ask(rig: Rig, _: ArrayPriceBook, __: MarketDesk) -> Any:
        return await rig.deck.answer(f"market.{name}", {})

    payload = run(tmp_path, ask)

    assert payload.state.word == "empty"
    assert payload.state.detail


@pytest.mark.parametrize(
    "name", ["watchlist", "edit", "overview", "chart", "chain", "news", "fundamentals"]
)
def test_every_panel_answers_where_nothing_is_kept(tmp_path: Path, name: str) -> None:
    async def main() -> Any:
        async with deck_rig(tmp_path) as rig:
            return await rig.deck.answer(f"market.{name}", {})

    assert asyncio.run(main()).state.word in {"empty", "live", "loading", "delayed"}


def test_chain_that_was_collected_is_summed_up_with_its_age(tmp_path: Path) -> None:
    chain, at_ns = example_chain()
    told = Provenance("polygon", Delay.DELAYED, RunId("run"))
    store = ChainStore(tmp_path)
    store.keep(ChainSnapshot(at_ns, "delayed", told, (chain,)))
    parts = replace(market_parts(tmp_path, watched=(chain.underlying,)), chains=store)

    async def main() -> Any:
        async with deck_rig(tmp_path, prices=_book(), market=parts) as rig:
            await rig.deck.market.load()
            rig.clock.ns = at_ns + 60 * SECOND_NS
            params = {"symbol": chain.underlying}
            return await rig.deck.answer("market.chain", params)

    found = asyncio.run(main())

    assert found.state.source == "polygon delayed"
    assert found.state.age_s == 60.0
    assert {"spot", "at_money", "move"} <= {row["id"] for row in found.rows}
    assert {row["open"] for row in found.rows} == {""}
