"""The collector at a vendor whose plan lacks something and whose servers misbehave."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

import pytest

from quantdeck.feeds.answer_cache import AnswerCache
from quantdeck.feeds.polygon.collecting import PolygonCollecting
from quantdeck.feeds.polygon.endpoints import pace_of
from quantdeck.feeds.polygon.rest import PolygonRest
from quantdeck.jobs.collect import Collector
from quantdeck.jobs.collect_records import CollectStores
from quantdeck.jobs.collect_report import CollectPlan, Part
from quantdeck.model.errors import AuthFailed
from quantdeck.model.feed import RunId
from quantdeck.sims.options.listed import Size
from quantdeck.sims.polygon.server import PolygonSim
from quantdeck.sims.stocks.market import StockMarket
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.history.store import BarStore
from tests.jobs.collecting import NOW_NS, outcomes
from tests.net.conftest import LeapingClock

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.jobs.collect_report import CollectReport

MARKET = StockMarket(seed=7, size=Size.SMALL)
SYMBOLS = ("US:AAPL", "US:MSFT")


class SimClock:
    """The collector's time, which leaps when it waits; the simulator itself waits in earnest."""

    def __init__(self, clock: LeapingClock) -> None:
        self.now_ns, self.monotonic_ns = clock.now_ns, clock.monotonic_ns

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def collected(
    folder: Path, *faults: str, plan: str = "advanced", runs: int = 1, **wanted
) -> CollectReport:
    """Run the collector against a simulator whose clock is the collector's: waiting takes no time."""
    clock = LeapingClock()
    clock.set_ns(NOW_NS)

    async def once(base_url: str) -> CollectReport:
        rest = PolygonRest(
            key=plan,
            clock=clock,
            rng=Random(1),
            pace=pace_of(plan),
            base_url=base_url,
            answers=AnswerCache(folder / "answers", ttl_s=900.0, clock=clock),
        )
        collector = Collector(
            CollectPlan(symbols=SYMBOLS, **wanted),
            CollectStores(BarStore(folder), RecordStore(folder), ChainStore(folder)),
            PolygonCollecting(rest, run_id=RunId("run"), simulated=True),
            clock=clock,
            run_id=RunId("run"),
        )
        try:
            return await collector.run()
        finally:
            await rest.close()

    async def scenario() -> CollectReport:
        async with PolygonSim(market=MARKET, clock=SimClock(clock), faults=faults) as sim:
            return [await once(sim.rest_url) for _ in range(runs)][-1]

    return asyncio.run(scenario())


def by_part(report: CollectReport, symbol: str = "US:AAPL") -> dict[str, str]:
    told = outcomes(report)
    return {part.value: told[symbol, part.value] for part in Part if (symbol, part.value) in told}


def test_collect_brings_all_the_vendor_has(tmp_path: Path) -> None:
    report = collected(tmp_path)

    assert {name for name, outcome in by_part(report).items() if outcome != "new"} <= {
        *("splits", "dividends")
    }
    assert len(BarStore(tmp_path).read("US:AAPL", "1d")) == 60
    differences = [each.difference for each in report.items if each.part is Part.AVERAGE]
    assert differences == pytest.approx([0.0, 0.0], abs=1e-6)


def test_collect_again_is_answered_by_the_cache(tmp_path: Path) -> None:
    again = collected(tmp_path, runs=2)

    assert set(by_part(again).values()) <= {"same", "none"}
    # The minutes since the newest that is kept; all else is there, or younger than a minute.
    assert again.requests == len(SYMBOLS)
    assert again.cache_hits == 18


@pytest.mark.parametrize(
    ("plan", "lacks"),
    [
        ("starter", set()),
        ("basic", {"quote", "chain"}),
    ],
)
def test_collect_on_a_smaller_plan_says_once_what_it_lacks(
    tmp_path: Path, plan: str, lacks: set[str]
) -> None:
    report = collected(tmp_path, plan=plan)

    assert set(report.not_included) == lacks
    assert not report.failures
    told = by_part(report, "US:MSFT")
    assert {name for name, outcome in told.items() if outcome == "not in the plan"} == lacks
    assert told["days"] == told["news"] == "new"


def test_collect_waits_out_refusals_for_too_many_requests(tmp_path: Path) -> None:
    report = collected(tmp_path, "429=4", "retry-after=20")

    assert not report.failures
    assert by_part(report)["days"] == "new"


def test_collect_market_data_that_are_forbidden_are_asked_for_once(tmp_path: Path) -> None:
    report = collected(tmp_path, "403")

    told = by_part(report, "US:MSFT")
    assert told["days"] == told["minutes"] == told["quote"] == "not in the plan"
    assert set(report.not_included) >= {"days", "minutes", "quote"}
    assert not report.failures


@pytest.mark.parametrize("fault", ["http-500", "502-html", "garbage-rest"])
def test_collect_server_that_is_broken_is_given_up(tmp_path: Path, fault: str) -> None:
    report = collected(tmp_path, fault)

    assert "in a row" in report.gave_up
    assert not report.has_brought
    assert len(report.failures) + sum(i.outcome.value == "none" for i in report.items) == 18


def test_collect_after_a_broken_run_brings_everything(tmp_path: Path) -> None:
    collected(tmp_path, "http-500")

    assert not collected(tmp_path).failures
    assert len(BarStore(tmp_path).read("US:MSFT", "1d")) == 60


def test_collect_rows_that_were_missing_come_with_the_next_run(tmp_path: Path) -> None:
    first = collected(tmp_path, "missing-rows=0.2", parts=(Part.DAYS,))
    before = len(BarStore(tmp_path).read("US:AAPL", "1d"))
    collected(tmp_path, parts=(Part.DAYS,))

    assert before < 60
    assert all("the vendor has no bar of" in each.detail for each in first.items)
    assert len(BarStore(tmp_path).read("US:AAPL", "1d")) == 60


def test_collect_rows_that_come_twice_are_kept_once(tmp_path: Path) -> None:
    report = collected(tmp_path, "duplicate-rows=0.5")

    assert not report.failures
    assert len(BarStore(tmp_path).read("US:AAPL", "1d")) == 60


def test_collect_key_that_is_refused_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(AuthFailed, match="refused"):
        collected(tmp_path, "auth-failed")
