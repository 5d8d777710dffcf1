"""Polygon's REST interface when plans lack something and servers misbehave."""

from __future__ import annotations

import asyncio
from datetime import date
from random import Random

import numpy as np
import pytest

from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.polygon.bars import midnight_ns, open_close, previous_close
from quantdeck.feeds.polygon.chains import PolygonChains
from quantdeck.feeds.polygon.endpoints import pace_of
from quantdeck.feeds.polygon.history import PolygonHistory
from quantdeck.feeds.polygon.news import news
from quantdeck.feeds.polygon.reference import company, moving_average, splits, statements
from quantdeck.feeds.polygon.rest import PolygonRest
from quantdeck.feeds.polygon.ticks import newest_quotes, newest_trades
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    BadMessage,
    Disconnected,
    NoData,
    NotEntitled,
    RateLimited,
)
from quantdeck.model.feed import Delay, RunId
from quantdeck.ports.chains import ChainRequest
from quantdeck.ports.history import HistoryRequest
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim
from tests.faults.polygon_rig import FridayClock

_MONTH = (midnight_ns(date(2026, 10, 19)), midnight_ns(date(2026, 11, 20)))
_MINUTES = (midnight_ns(date(2026, 7, 20)), midnight_ns(date(2026, 11, 20)))
_YEARS = (midnight_ns(date(2019, 1, 2)), midnight_ns(date(2026, 11, 20)))


class QuickClock(FridayClock):
    """Runs a hundred times as fast."""

    def monotonic_ns(self) -> int:
        return 100 * super().monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / 100)


def ask(question, *faults, plan="advanced", **options):
    """Run a question, an async function of the client."""

    async def run():
        clock = QuickClock()
        async with PolygonSim(size=Size.SMALL, faults=faults, clock=clock) as sim:
            rest = PolygonRest(
                key=plan,
                clock=clock,
                rng=Random(1),
                pace=pace_of("advanced"),
                base_url=sim.rest_url,
                **options,
            )
            rest.sim = sim
            try:
                return await question(rest)
            finally:
                await rest.close()

    return asyncio.run(run())


def _history(symbol="US:AAPL", interval="1d", span=_MONTH):
    request = HistoryRequest(symbol, interval, *span)
    return lambda rest: PolygonHistory(rest, run_id=RunId("test"), simulated=True).history(request)


@pytest.fixture(scope="module")
def month():
    return ask(_history())


def test_days_of_a_month_are_its_sessions(month):
    assert len(month) == 24
    assert month.provenance.delay is Delay.SIMULATED
    assert (month.rows["low"] <= month.rows["high"]).all()


def test_history_over_a_split_is_as_traded_with_the_split_beside_it():
    async def question(rest):
        return await _history(span=_YEARS)(rest), await splits(rest, "US:AAPL")

    history, found = ask(question)

    (split,) = [each for each in found if each.execution_date.year >= 2019]
    at = int(np.searchsorted(history.rows["start_ns"], midnight_ns(split.execution_date)))
    fall = history.rows["close"][at - 1] / history.rows["open"][at]
    assert abs(fall / split.ratio - 1) < 0.2
    assert split.ratio in {action.value for action in history.actions}
    assert sum(action.kind == "dividend" for action in history.actions) > 10


@pytest.mark.parametrize("fault", ["foreign-next-url", "page-short", "duplicate-rows=0.3"])
def test_history_does_not_depend_on_how_pages_are_cut(fault, month):
    found = ask(_history(), fault)

    assert found.rows.tolist() == month.rows.tolist()


def test_minutes_of_months_take_several_pages():
    async def question(rest):
        return await _history(interval="1m", span=_MINUTES)(rest), rest.requests

    history, requests = ask(question, "page-short")

    assert requests > 3
    assert (np.diff(history.rows["start_ns"]) >= 60 * 10**9).all()
    assert len(history) > 10_000


def test_rows_that_lack_fields_are_left_out_not_guessed():
    async def question(rest):
        return await _history()(rest), rest.unreadable

    history, unreadable = ask(question, "missing-fields=0.4")

    assert 3 < len(history) <= 24
    assert unreadable >= 0
    assert np.isfinite(history.rows["close"]).all()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("garbage-rest", BadMessage),
        ("http-500", Disconnected),
        ("502-html", Disconnected),
        ("429=0", RateLimited),
        ("429-empty", None),
        ("403", NotEntitled),
        ("auth-failed", AuthFailed),
        ("no-results", NoData),
    ],
)
def test_fault_is_the_error_it_means(fault, error):
    faults = [fault, "429=0"] if fault == "429-empty" else [fault]

    with pytest.raises(error or RateLimited):
        ask(_history(), *faults)


def test_retry_after_is_obeyed_and_the_history_comes(month):
    # Ten requests a minute of the vendor's clock, and the month takes three.
    async def question(rest):
        for _ in range(4):
            found = await _history()(rest)
        return found

    found = ask(question, "429=10", "retry-after=1", "fast-clock=600")

    assert found.rows.tolist() == month.rows.tolist()


def test_expired_cursor_is_told_as_the_vendor_says():
    with pytest.raises(BadInput, match=r"cursor|next"):
        ask(_history(interval="1m", span=_MINUTES), "expired-cursor", "page-short")


def test_basic_plan_has_days_and_neither_trades_nor_snapshots():
    async def question(rest):
        history = await _history()(rest)
        refused = []
        for endpoint in (newest_trades, newest_quotes):
            with pytest.raises(NotEntitled):
                await endpoint(rest, "US:AAPL")
            refused.append(endpoint.__name__)
        with pytest.raises(NotEntitled, match="does not include trades"):
            await newest_trades(rest, "US:AAPL")
        return history, rest

    history, rest = ask(question, plan="basic")

    assert len(history) > 20
    words = [each.words() for each in rest.entitlements.known()]
    assert any(each.startswith("trades: not in the plan") for each in words)


def test_starter_plan_says_that_it_is_late():
    history = ask(_history(), plan="starter")

    assert history.feed == "delayed"


def test_history_before_the_plan_begins_is_refused_and_later_ones_are_not():
    async def question(rest):
        long_ago = (midnight_ns(date(2010, 1, 4)), midnight_ns(date(2010, 2, 1)))
        with pytest.raises((NotEntitled, NoData)):
            await _history(span=long_ago)(rest)
        return await _history()(rest)

    assert len(ask(question, plan="basic")) > 20


def test_chain_of_a_stock_has_quotes_that_stand():
    async def question(rest):
        chains = PolygonChains(rest, run_id=RunId("test"), simulated=True)
        return await chains.snapshot(ChainRequest("US:AAPL", expiries=2, lowest=0.8, highest=1.2))

    snapshot = ask(question)

    assert len(snapshot.chains) == 2
    first = snapshot.chains[0]
    both = np.isfinite(first.calls.bid) & np.isfinite(first.calls.ask)
    assert both.sum() > 3
    assert (first.calls.bid[both] < first.calls.ask[both]).all()
    assert (first.strikes > 0.79 * first.spot).all()


def test_chain_of_the_starter_plan_has_open_interest_and_no_quotes():
    async def question(rest):
        chains = PolygonChains(rest, run_id=RunId("test"))
        return await chains.snapshot(ChainRequest("US:AAPL", expiries=1))

    (chain,) = ask(question, plan="starter").chains

    assert np.isnan(chain.calls.bid).all()
    assert np.isfinite(chain.calls.open_interest).any()


def test_what_is_told_of_a_company_can_be_read():
    async def question(rest):
        day, bar = await previous_close(rest, "US:AAPL")
        told = await open_close(rest, "US:AAPL", day)
        return (
            (bar, told),
            await company(rest, "US:AAPL"),
            await statements(rest, "US:AAPL"),
            await moving_average(rest, "US:AAPL", count=3),
            await news(rest, ["US:AAPL"], count=5),
            await newest_trades(rest, "US:AAPL", count=5),
            await newest_quotes(rest, "US:AAPL", count=5),
            rest.unreadable,
        )

    (bar, day), about, periods, averages, stories, trades, quotes, unreadable = ask(question)

    assert day.close == bar.c
    assert about.name
    assert periods[0].financials["income_statement"]
    assert len(averages) == 3
    assert 1 <= len(stories) <= 5
    assert len(trades) == len(quotes) == 5
    assert unreadable == 0


def test_second_asking_is_answered_from_the_disk(tmp_path, month):
    async def question(rest):
        rest._answers = AnswerCache(tmp_path, ttl_s=60, clock=rest.clock)
        first = await _history()(rest)
        before = rest.requests
        again = await _history()(rest)
        return first, again, rest.requests - before, rest.cache_hits

    first, again, requests, hits = ask(question)

    assert first.rows.tolist() == again.rows.tolist() == month.rows.tolist()
    assert (requests, hits) == (0, 3)
