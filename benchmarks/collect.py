"""The collector against Polygon's simulator: hundreds of symbols, without limits and at a plan's limits.

Measured are a first run, a second one whose answers are kept on disk, one on the next morning's data folder,
and the SQLite copy. At the limits of the free plan the clock is simulated: waiting takes no time, and how long
it would have taken is told. Simulator and collector share one process, so the seconds without limits include
the making of the data.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from random import Random

_REPOSITORY = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_REPOSITORY), str(_REPOSITORY / "src")]

from quantdeck.feeds.answer_cache import AnswerCache  # noqa: E402
from quantdeck.feeds.polygon.collecting import PolygonCollecting  # noqa: E402
from quantdeck.feeds.polygon.endpoints import Pace, pace_of  # noqa: E402
from quantdeck.feeds.polygon.rest import PolygonRest  # noqa: E402
from quantdeck.jobs.collect import Collector  # noqa: E402
from quantdeck.jobs.collect_records import CollectStores  # noqa: E402
from quantdeck.jobs.collect_report import CollectPlan, CollectReport, Outcome, Part  # noqa: E402
from quantdeck.model.feed import RunId  # noqa: E402
from quantdeck.net.clock import SystemClock  # noqa: E402
from quantdeck.sims.options.listed import Size  # noqa: E402
from quantdeck.sims.polygon.server import PolygonSim  # noqa: E402
from quantdeck.sims.stocks.market import StockMarket  # noqa: E402
from quantdeck.tape.chains.store import ChainStore  # noqa: E402
from quantdeck.tape.collected.store import RecordStore  # noqa: E402
from quantdeck.tape.history.store import BarStore  # noqa: E402
from quantdeck.tape.sqlite_copy import SqliteCopy  # noqa: E402

_BARS = (Part.DAYS, Part.SPLITS, Part.DIVIDENDS)
_UNLIMITED = Pace(1_000_000, 1.0)


class LeapingClock(SystemClock):
    """The machine's time, and beyond it what was slept."""

    def __init__(self) -> None:
        self.leapt_ns = 0

    def now_ns(self) -> int:
        """Return the wall time. [ns]."""
        return super().now_ns() + self.leapt_ns

    def monotonic_ns(self) -> int:
        """Return time for intervals. [ns]."""
        return super().monotonic_ns() + self.leapt_ns

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.leapt_ns += int(seconds * 1e9)
        await asyncio.sleep(0)


class VendorClock(SystemClock):
    """The collector's time at the vendor, which itself waits in earnest."""

    def __init__(self, clock: LeapingClock) -> None:
        self._clock = clock

    def now_ns(self) -> int:
        """Return the wall time. [ns]."""
        return self._clock.now_ns()

    def monotonic_ns(self) -> int:
        """Return time for intervals. [ns]."""
        return self._clock.monotonic_ns()


async def run(
    folder: Path,
    base_url: str,
    symbols: tuple[str, ...],
    parts: tuple[Part, ...],
    clock: LeapingClock,
    *,
    plan: str,
    pace: Pace,
    at_once: int,
) -> CollectReport:
    """Collect once and return the report."""
    rest = PolygonRest(
        key=plan,
        clock=clock,
        rng=Random(1),
        pace=pace,
        base_url=base_url,
        answers=AnswerCache(folder / "answers", ttl_s=3600.0, clock=clock),
        patience_s=1e6,
    )
    collector = Collector(
        CollectPlan(symbols=symbols, parts=parts, at_once=at_once),
        CollectStores(BarStore(folder), RecordStore(folder), ChainStore(folder)),
        PolygonCollecting(rest, run_id=RunId("benchmark"), simulated=True),
        clock=clock,
        run_id=RunId("benchmark"),
    )
    try:
        return await collector.run()
    finally:
        await rest.close()


def tell(title: str, report: CollectReport, seconds: float, leapt_s: float = 0.0) -> None:
    """Print one line."""
    new = sum(each.new for each in report.items)
    failed = sum(each.outcome is Outcome.FAILED for each in report.items)
    waited = f", {(seconds + leapt_s) / 3600:.2f} h of simulated time" if leapt_s else ""
    print(
        f"{title:<34} {seconds:7.1f} s{waited}  {report.requests:>6,} requests "
        f"{report.cache_hits:>6,} from the cache  {new:>8,} new rows  {failed} failed"
    )


async def measure(count: int, limited: int, *, everything: bool) -> None:
    """Run all of it."""
    market = StockMarket(seed=7, size=Size.FULL)
    symbols = tuple(f"US:{ticker}" for ticker in market.stocks)[:count]
    parts = tuple(Part) if everything else _BARS
    print(f"{len(symbols)} symbols x 60 sessions, parts: {', '.join(parts)}")
    with tempfile.TemporaryDirectory() as name:
        clock, folder = LeapingClock(), Path(name)
        async with PolygonSim(market=market, clock=VendorClock(clock)) as sim:
            for title in ("without limits, first run", "without limits, again"):
                begun = time.perf_counter()
                report = await run(
                    folder,
                    sim.rest_url,
                    symbols,
                    parts,
                    clock,
                    plan="advanced",
                    pace=_UNLIMITED,
                    at_once=8,
                )
                tell(title, report, time.perf_counter() - begun)
            copy = SqliteCopy(folder / "copy.db", folder)
            for title in ("SQLite, from nothing", "SQLite, in step"):
                begun = time.perf_counter()
                done = copy.sync()
                seconds = time.perf_counter() - begun
                print(
                    f"{title:<34} {seconds:7.2f} s  {sum(done.written.values()):>8,} rows written"
                )
    with tempfile.TemporaryDirectory() as name:
        clock, folder = LeapingClock(), Path(name)
        async with PolygonSim(market=market, clock=VendorClock(clock)) as sim:
            for title in ("free plan, 5 a minute", "free plan, again"):
                begun, leapt = time.perf_counter(), clock.leapt_ns
                report = await run(
                    folder,
                    sim.rest_url,
                    symbols[:limited],
                    parts,
                    clock,
                    plan="basic",
                    pace=pace_of("basic"),
                    at_once=1,
                )
                waited = (clock.leapt_ns - leapt) / 1e9
                tell(title, report, time.perf_counter() - begun, waited)


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--symbols", type=int, default=500)
    parser.add_argument("--limited", type=int, default=500, help="symbols at the plan's limits")
    parser.add_argument("--everything", action="store_true", help="all parts, not bars alone")
    chosen = parser.parse_args()
    asyncio.run(measure(chosen.symbols, chosen.limited, everything=chosen.everything))


if __name__ == "__main__":
    main()
