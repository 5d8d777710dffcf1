"""The machine's prices of years: kept, fetched, adjusted, and what is said where they are not to be had."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    Disconnected,
    NoData,
    RateLimited,
    VenueError,
)
from quantdeck.model.history import ActionKind, Adjustment, CorporateAction
from quantdeck.tape.history.store import BarStore
from quantdeck.views.payloads import Mode
from tests.hub.deck_rig import BTC, ETH, SECOND_NS, START_NS
from tests.hub.price_rig import QQQ, SPY, TODAY_NS, Book, run_with_prices, told_stocks
from tests.tape.history.histories import DAY_NS, history_of

if TYPE_CHECKING:
    from pathlib import Path


def test_series_that_is_not_kept_is_fetched_for_all_years_and_kept(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        series = await book.prices.series(SeriesQuestion(SPY))

        assert series.start_ns[-1] == TODAY_NS - DAY_NS
        assert len(series) == 731
        assert BarStore(tmp_path).read(SPY, "1d").rows["close"].tolist() == series.close.tolist()

    run_with_prices(tmp_path, work)


def test_series_that_is_kept_is_read_without_asking_the_vendor(tmp_path: Path) -> None:
    BarStore(tmp_path).keep(history_of([1.0, 2.0], symbol=SPY))

    async def work(book: Book) -> None:
        question = SeriesQuestion(SPY)
        assert book.prices.known(question) is None

        series = await book.prices.series(question)

        assert series.close.tolist() == [1.0, 2.0]
        assert book.prices.known(question) is series
        assert book.stocks.asked == []

    run_with_prices(tmp_path, work)


def test_many_who_ask_at_once_ask_the_vendor_once(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        questions = [SeriesQuestion(SPY), SeriesQuestion(SPY, bars=3), SeriesQuestion(SPY)]

        found = await asyncio.gather(*(book.prices.series(each) for each in questions))

        assert [len(each) for each in found] == [731, 3, 731]
        assert len(book.stocks.asked) == 1

    run_with_prices(tmp_path, work)


def test_unknown_symbol_is_refused_with_what_there_is_the_closest_first(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        with pytest.raises(NoData, match="does not know US:QQQQ; there are US:QQQ, US:SPY"):
            await book.prices.series(SeriesQuestion("US:QQQQ"))

    run_with_prices(tmp_path, work)


def test_symbol_that_was_refused_is_not_asked_for_at_every_turn(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        question = SeriesQuestion("US:NOPE")
        with pytest.raises(NoData):
            await book.prices.series(question)

        with pytest.raises(NoData, match="does not know US:NOPE"):
            book.prices.known(question)
        with pytest.raises(NoData):
            await book.prices.series(question)
        assert len(book.stocks.asked) == 1

        book.rig.clock.ns += 400 * SECOND_NS
        assert book.prices.known(question) is None

    run_with_prices(tmp_path, work)


def test_symbol_of_a_venue_without_a_source_is_refused_in_words(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        with pytest.raises(NoData, match="no source of venue XETRA is set up"):
            await book.prices.series(SeriesQuestion("XETRA:SAP"))

    run_with_prices(tmp_path, work)


def test_interval_that_nobody_has_is_refused_with_those_there_are(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        with pytest.raises(BadInput, match="1d, 1h, 1s, 1m, 5m"):
            book.prices.known(SeriesQuestion(SPY, "2w"))

    run_with_prices(tmp_path, work)


def test_vendor_that_cannot_be_asked_is_named_where_nothing_is_kept(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        book.stocks.failure = VenueError("yahoo", "no route")

        with pytest.raises(VenueError, match="yahoo: no route"):
            await book.prices.series(SeriesQuestion(SPY))

    run_with_prices(tmp_path, work)


def test_round_fetches_what_is_followed_and_what_is_captured(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        await book.settled()

        assert book.prices.choices().symbols == (SPY, QQQ, BTC, ETH)
        assert book.prices.known(SeriesQuestion(BTC, "1h")) is not None
        assert "daily bars of 4 symbols, to 2025-11-19" in book.journal()

    run_with_prices(tmp_path, work, runs=True)


def test_round_after_a_start_asks_for_the_missing_end_alone(tmp_path: Path) -> None:
    async def first(book: Book) -> None:
        await book.settled()

    async def again(book: Book) -> None:
        await book.settled()

        daily = [r for r in book.stocks.asked if (r.symbol, r.interval) == (SPY, "1d")]
        assert daily[0].start_ns >= TODAY_NS - 20 * DAY_NS
        assert book.prices.known(SeriesQuestion(SPY)) is not None
        assert BarStore(tmp_path).read(SPY, "1d").rows["start_ns"][-1] == TODAY_NS - DAY_NS

    run_with_prices(tmp_path, first, runs=True, stocks=told_stocks(behind_days=3))
    run_with_prices(tmp_path, again, runs=True)


def test_round_with_nothing_due_asks_nobody(tmp_path: Path) -> None:
    async def first(book: Book) -> None:
        await book.settled()

    async def again(book: Book) -> None:
        await book.settled()

        assert [r for r in book.stocks.asked if r.interval == "1d"] == []

    run_with_prices(tmp_path, first, runs=True)
    run_with_prices(tmp_path, again, runs=True)


def test_settings_that_ask_for_more_years_have_them_fetched(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        await book.settled()

    async def again(book: Book) -> None:
        await book.settled()

        assert len(BarStore(tmp_path).read(SPY, "1d")) == 1461

    run_with_prices(tmp_path, work, runs=True)
    run_with_prices(tmp_path, again, runs=True, years=4)


def test_split_that_appears_puts_the_past_into_todays_shares(tmp_path: Path) -> None:
    async def first(book: Book) -> None:
        await book.settled()

    split = CorporateAction(TODAY_NS - 2 * DAY_NS, ActionKind.SPLIT, 4.0)
    stocks = told_stocks("XNYS")
    stocks.actions = (split,)

    async def again(book: Book) -> None:
        before = book.prices.revision
        await book.settled()

        series = book.prices.known(SeriesQuestion(SPY, adjustment=Adjustment.SPLIT))
        assert series is not None
        assert series.close[0] == series.raw_close[0] / 4.0
        assert series.close[-1] == series.raw_close[-1]
        assert book.prices.revision > before

    run_with_prices(tmp_path, first, runs=True, stocks=told_stocks("XNYS", behind_days=3))
    run_with_prices(tmp_path, again, runs=True, stocks=stocks)


def test_vendor_that_has_changed_the_past_is_asked_for_all_of_it(tmp_path: Path) -> None:
    async def first(book: Book) -> None:
        await book.settled()

    async def again(book: Book) -> None:
        await book.settled()

        closes = BarStore(tmp_path).read(SPY, "1d").rows["close"]
        assert closes.max() <= 75.0

    run_with_prices(tmp_path, first, runs=True, stocks=told_stocks(behind_days=3))
    run_with_prices(tmp_path, again, runs=True, stocks=told_stocks(scale=0.5))


def test_failure_is_noted_once_and_others_are_fetched(tmp_path: Path) -> None:
    stocks = told_stocks()
    stocks.symbols.discard(QQQ)

    async def work(book: Book) -> None:
        await book.settled()
        told = len(book.coins.asked)
        await book.rig.until(lambda: len(book.coins.asked) >= told)

        lines = [t for t in book.journal() if "no newer daily bars of US:QQQ" in t]
        assert lines == ["no newer daily bars of US:QQQ: yahoo does not know US:QQQ"]
        assert "daily bars of 3 symbols, to 2025-11-19" in book.journal()

    run_with_prices(tmp_path, work, runs=True, stocks=stocks)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (RateLimited("yahoo", "too many", retry_after_s=600.0), "yahoo asked to slow down"),
        (Disconnected("yahoo", "no route"), "yahoo: no route"),
        (AuthFailed("yahoo", "the key is refused"), "yahoo: the key is refused"),
    ],
)
def test_vendor_that_fails_for_all_is_asked_once_a_round_and_told_of_once(
    tmp_path: Path, failure: VenueError, words: str
) -> None:
    stocks = told_stocks()
    stocks.failure = failure

    async def work(book: Book) -> None:
        await book.settled()
        rounds = len(book.coins.asked)
        await book.rig.until(lambda: len(book.coins.asked) > rounds + 6)

        assert {request.symbol for request in stocks.asked} == {SPY}
        assert [t for t in book.journal() if "no newer daily" in t] == [
            f"no newer daily bars: {words}"
        ]

    run_with_prices(tmp_path, work, runs=True, stocks=stocks)


def test_vendor_that_asks_to_slow_down_is_left_alone_as_long_as_it_says(tmp_path: Path) -> None:
    stocks = told_stocks()
    stocks.failure = RateLimited("yahoo", "too many requests", retry_after_s=600.0)

    async def work(book: Book) -> None:
        for symbol in (SPY, QQQ):
            with pytest.raises(RateLimited):
                await book.prices.series(SeriesQuestion(symbol))
        assert len(stocks.asked) == 1

        stocks.failure = None
        book.rig.clock.ns += 601 * SECOND_NS
        assert len(await book.prices.series(SeriesQuestion(QQQ))) == 731

    run_with_prices(tmp_path, work, stocks=stocks)


def test_captured_bars_are_given_without_the_one_that_grows(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        book.rig.fill(90)
        book.rig.clock.ns = START_NS + 90 * SECOND_NS - 1

        series = book.prices.known(SeriesQuestion(BTC, "1s", bars=10))

        assert series is not None
        assert len(series) == 10
        assert series.start_ns[-1] == START_NS + 88 * SECOND_NS
        assert (series.source, series.calendar) == ("binance-usdm", "24/7")
        assert book.prices.state([series]).word == "live"

    run_with_prices(tmp_path, work)


def test_captured_interval_of_a_symbol_that_is_not_captured_names_those_that_are(
    tmp_path: Path,
) -> None:
    async def work(book: Book) -> None:
        with pytest.raises(NoData, match=f"{SPY} is not captured; there are {BTC}, {ETH}"):
            book.prices.known(SeriesQuestion(SPY, "1m"))

    run_with_prices(tmp_path, work)


def test_replay_has_captured_bars_and_no_years(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        book.rig.fill(90)

        assert book.prices.choices().symbols == ()
        assert book.prices.known(SeriesQuestion(BTC, "1s")) is not None
        with pytest.raises(NoData, match="a recording has no bars of 1d"):
            book.prices.known(SeriesQuestion(BTC, "1d"))

    run_with_prices(tmp_path, work, mode=Mode.REPLAY)


def test_state_of_old_bars_says_why_newer_ones_are_not_there(tmp_path: Path) -> None:
    BarStore(tmp_path).keep(history_of([1.0], symbol=SPY, calendar="24/7"))

    async def work(book: Book) -> None:
        book.rig.clock.ns += 400 * DAY_NS
        book.stocks.failure = VenueError("yahoo", "no route")
        series = await book.prices.series(SeriesQuestion(SPY))
        with pytest.raises(VenueError):
            await book.prices._fetcher.fetch(SPY, "1d", book.prices.kept()[0])

        state = book.prices.state([series])

        assert state.word == "stale"
        assert state.detail == "Stale: daily bars of US:SPY end on 2026-01-01. yahoo: no route"

    run_with_prices(tmp_path, work)


def test_history_that_a_command_keeps_meanwhile_is_found(tmp_path: Path) -> None:
    async def work(book: Book) -> None:
        await book.prices.series(SeriesQuestion(SPY))
        BarStore(tmp_path).keep(history_of([5.0], symbol="US:MINE", source="file"))

        series = await book.prices.series(SeriesQuestion("US:MINE"))

        assert series.close.tolist() == [5.0]
        assert "US:MINE" in book.prices.choices().symbols
        assert [r.symbol for r in book.stocks.asked] == [SPY]

    run_with_prices(tmp_path, work)


def test_history_that_a_command_keeps_anew_is_read_anew(tmp_path: Path) -> None:
    BarStore(tmp_path).keep(history_of([5.0], symbol="XETRA:SAP", source="file"))

    async def work(book: Book) -> None:
        question = SeriesQuestion("XETRA:SAP")
        await book.prices.series(question)
        BarStore(tmp_path).keep(
            history_of([6.0, 7.0], symbol="XETRA:SAP", source="file", fetched_ns=START_NS * 2)
        )

        await book.rig.until(lambda: len(book.prices.known(question) or ()) == 2)

    run_with_prices(tmp_path, work, runs=True)
