"""Bars of years from Yahoo, asked of the simulator."""

from __future__ import annotations

import asyncio
from datetime import date

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, Disconnected, NoData, RateLimited, VenueError
from quantdeck.model.feed import Delay
from quantdeck.model.history import ActionKind
from quantdeck.sims.yahoo.listing import SECURITIES
from tests.feeds.yahoo.rigs import DAY_NS, NOW_NS, rig


def _bars(*faults: str, symbol: str = "US:SPY", **question):
    async def scenario():
        async with rig(*faults) as at:
            return await at.bars(symbol, **question)

    return asyncio.run(scenario())


@pytest.mark.parametrize("symbol", ["AAPL", "NVDA", "GE"])
def test_bars_of_twenty_years_are_those_that_were_traded(symbol: str) -> None:
    async def scenario():
        async with rig() as at:
            found = await at.bars(f"US:{symbol}", days=20 * 365)
            stock = SECURITIES[symbol].stock
            market = at.sim.prices.market
            days, truth = market.sessions(stock, date(2007, 1, 1), date(2026, 11, 19))
            return found, days, truth, market.daily.of(stock).dividends

    found, days, truth, dividends = asyncio.run(scenario())

    dates = (found.rows["start_ns"] // DAY_NS).astype("datetime64[D]").tolist()
    assert dates == list(days)
    for name, column in (("open", truth.opened), ("high", truth.high), ("close", truth.closed)):
        assert np.array_equal(found.rows[name], column)
    # A reverse split leaves parts of shares, which Yahoo rounds.
    assert np.allclose(found.rows["volume"], truth.volume, rtol=1e-5, atol=8)
    paid = [each.value for each in found.actions if each.kind is ActionKind.DIVIDEND]
    expected = [each.amount for each in dividends if each.ex_day <= days[-1]]
    assert paid == pytest.approx(expected, abs=2e-4)


def test_a_history_says_where_it_comes_from() -> None:
    found = _bars(symbol="yahoo:gspc.index")

    assert found.symbol == "YAHOO:GSPC.INDEX"
    assert found.provenance.source == "yahoo"
    assert found.provenance.delay is Delay.SIMULATED
    assert (found.currency, found.calendar, found.fetched_ns) == ("USD", "XNYS", NOW_NS)


def test_coins_have_bars_of_every_day() -> None:
    found = _bars(symbol="YAHOO:BTC-USD", days=30)

    assert found.calendar == "24/7"
    assert set(np.diff(found.rows["start_ns"])) == {DAY_NS}


def test_hours_begin_with_the_session_and_those_that_run_are_left_out() -> None:
    found = _bars(interval="1h", days=2)

    starts = (found.rows["start_ns"] % DAY_NS // 60_000_000_000).tolist()
    assert starts[:2] == [14 * 60 + 30 + 3 * 60, 14 * 60 + 30 + 4 * 60]
    # At noon the hours of 9:30 and 10:30 are over, that of 11:30 is not.
    assert found.rows["start_ns"][-1] == NOW_NS - 90 * 60_000_000_000


def test_minutes_are_fetched_in_portions_and_as_far_back_as_there_are_any() -> None:
    async def scenario():
        async with rig() as at:
            return await at.bars("US:SPY", "1m", days=60), at.sim.counters

    found, counters = asyncio.run(scenario())

    assert NOW_NS - 30 * DAY_NS < found.rows["start_ns"][0] < NOW_NS - 27 * DAY_NS
    assert counters["refused_requests"] == 0


def test_a_span_before_all_minutes_has_no_data_and_says_why() -> None:
    with pytest.raises(NoData, match="last 29 days"):
        _bars(interval="1m", days=10, until=NOW_NS - 100 * DAY_NS)


def test_a_span_of_the_past_is_in_the_shares_of_its_day() -> None:
    async def scenario():
        async with rig() as at:
            stock = SECURITIES["AAPL"].stock
            market = at.sim.prices.market
            truth = market.sessions(stock, date(2020, 8, 24), date(2020, 8, 28))[1]
            until = int(np.datetime64("2020-08-29", "ns").astype(np.int64))
            return await at.bars("US:AAPL", days=5, until=until), truth

    found, truth = asyncio.run(scenario())

    # Yahoo's are a fourth of it, since a split came after the span.
    assert np.array_equal(found.rows["close"], truth.closed)
    assert found.actions == ()


def test_symbols_that_yahoo_does_not_know_are_bad_input() -> None:
    with pytest.raises(BadInput, match="US:NOPE: it does not know the symbol"):
        _bars(symbol="US:NOPE")


def test_an_interval_that_is_not_kept_is_bad_input() -> None:
    with pytest.raises(BadInput, match="there are 1m, 1h, 1d"):
        _bars(interval="5m")


def test_a_slow_down_is_not_called_delisted_and_nothing_more_is_asked() -> None:
    async def scenario():
        async with rig("429=30") as at:
            for _ in range(3):
                with pytest.raises(RateLimited, match="Too Many Requests") as caught:
                    await at.bars("US:SPY")
            asked = at.sim.counters["requests"]
            at.sim.clear()
            at.clock.move(31)
            return caught.value, asked, await at.bars("US:SPY")

    error, asked, found = asyncio.run(scenario())

    assert error.retry_after_s == 30
    assert asked <= 3
    assert len(found) > 10


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("http-500", Disconnected, "HTTP 500"),
        ("down", Disconnected, "right back"),
        ("consent", VenueError, "page of consent"),
        ("invalid-crumb", VenueError, "Invalid Crumb"),
        ("empty-result", NoData, "US:SPY: its answer is empty"),
        ("delisted:SPY", BadInput, "may be delisted"),
        ("wrong-currency", VenueError, "in EUR instead of USD"),
    ],
)
def test_every_failure_has_its_own_error_that_names_the_symbol(fault, error, words) -> None:
    with pytest.raises(error, match=words) as caught:
        _bars(fault)

    assert type(caught.value) is error
    assert "US:SPY" in str(caught.value)


def test_rows_that_yahoo_spoils_do_not_change_those_beside_them() -> None:
    whole = _bars(days=300).rows
    part = _bars("null-rows=0.1", "duplicated-last-bar", "missing-fields", days=300).rows

    kept = np.isin(whole["start_ns"], part["start_ns"])
    assert 150 < len(part) < len(whole)
    assert np.array_equal(whole["close"][kept], part["close"])


def test_a_crumb_that_went_stale_costs_one_more_request() -> None:
    async def scenario():
        async with rig("crumb-rotation=0") as at:
            at.sim.clear()
            await at.rest.quotes(["SPY"])
            at.sim.inject("crumb-rotation=0")
            with pytest.raises(VenueError):
                await at.rest.quotes(["QQQ"])
            at.sim.clear()
            return await at.rest.quotes(["QQQ"])

    assert [row.symbol for row in asyncio.run(scenario())] == ["QQQ"]


def test_answers_are_kept_for_a_while(tmp_path) -> None:
    async def scenario():
        async with rig(folder=tmp_path) as at:
            first = await at.bars("US:SPY")
            asked = at.sim.counters["requests"]
            again = await at.bars("US:SPY")
            at.clock.move(3_600)
            await at.bars("US:SPY")
            return first, again, asked, at.sim.counters["requests"]

    first, again, asked, later = asyncio.run(scenario())

    assert np.array_equal(first.rows, again.rows)
    assert later == asked + 1


def test_no_more_is_asked_than_the_settings_allow() -> None:
    async def scenario():
        async with rig(per_minute=3) as at:
            started_ns = at.clock.now_ns()
            for symbol in ("US:SPY", "US:QQQ", "US:KO", "US:GE"):
                await at.bars(symbol)
            return at.clock.now_ns() - started_ns

    assert asyncio.run(scenario()) >= 59_000_000_000
