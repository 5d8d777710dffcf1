from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.boxes.types import BoxRules
from quantdeck.jobs.boxes import CollectPlan, collect, take_round
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import AuthFailed, BadInput, Disconnected, NoData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.ports.chains import ChainRequest
from quantdeck.tape.chains.store import ChainStore

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.jobs.boxes import Round

SECOND_NS = 1_000_000_000
_, AT_NS = example_chain()


class HandClock:
    """A clock that moves when somebody waits, or by hand."""

    def __init__(self) -> None:
        self.ns = AT_NS
        self.waited: list[float] = []

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.ns += int(seconds * SECOND_NS)


class Vendor:
    """A source whose answers, or refusals, are prepared; the last is repeated."""

    source = "vendor"
    feed = "opra"

    def __init__(self, clock: HandClock, *answers: Exception | None, seconds: float = 1.0) -> None:
        self._clock, self._seconds = clock, seconds
        self._answers = list(answers)
        self.asked: list[str] = []

    async def contracts(self, request: ChainRequest) -> list[object]:
        return []

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        self.asked.append(request.underlying)
        self._clock.ns += int(self._seconds * SECOND_NS)
        answer = self._answers.pop(0) if self._answers else None
        if answer is not None:
            raise answer
        chain, _ = example_chain()
        other = dataclasses.replace(chain, expiry=chain.expiry.replace(month=9))
        chains = tuple(
            dataclasses.replace(each, underlying=request.underlying) for each in (other, chain)
        )
        provenance = Provenance("vendor", Delay.REALTIME, RunId("run"))
        return ChainSnapshot(self._clock.ns, self.feed, provenance, chains)


class Enough(Exception):  # noqa: N818
    """Ends a loop in a test."""


def plan(*tickers: str, keep: int = 10, interval_s: float = 60) -> CollectPlan:
    return CollectPlan(
        requests=tuple(ChainRequest(f"US:{ticker}") for ticker in tickers or ("SPX",)),
        rules=BoxRules(),
        tenors_days=(120, 3650),
        keep=keep,
        interval_s=interval_s,
    )


def run_rounds(vendor: Vendor, store: ChainStore, wanted: CollectPlan, clock, count: int):
    rounds: list[Round] = []

    def report(done: Round) -> None:
        rounds.append(done)
        if len(rounds) == count:
            raise Enough

    with pytest.raises(Enough):
        asyncio.run(collect(vendor, store, wanted, clock=clock, report=report))
    return rounds


def test_take_round_keeps_snapshots_and_rates(tmp_path: Path) -> None:
    clock, store = HandClock(), ChainStore(tmp_path)

    done = asyncio.run(take_round(Vendor(clock), store, plan(), clock=clock))

    (taken,) = done.taken
    assert (taken.rates, taken.usable, taken.failure) == (2, 2, "")
    assert store.snapshots() == [taken.stored]
    rows = store.rates().to_pylist()
    assert [(row["kind"], row["tenor_days"]) for row in rows] == [
        ("expiry", None),
        ("expiry", None),
        ("tenor", 120),
    ]
    assert {row["status"] for row in rows} == {"ok"}
    assert {row["source"] for row in rows} == {"vendor"}
    # The example's rate lies between those of its expiries, which are one chain at two times.
    rates = [row["rate_mid"] for row in rows]
    assert min(rates[:2]) < rates[2] < max(rates[:2])
    assert np.isclose(rates[1], 0.04, atol=1e-4)
    assert rows[2]["forward"] is None


def test_take_round_one_ticker_that_fails_is_named_and_the_others_kept(tmp_path: Path) -> None:
    clock, store = HandClock(), ChainStore(tmp_path)
    vendor = Vendor(clock, BadInput("XYZ is not known"))

    done = asyncio.run(take_round(vendor, store, plan("XYZ", "SPX"), clock=clock))

    assert done.failures == ["US:XYZ: XYZ is not known"]
    assert [stored.underlying for stored in store.snapshots()] == ["US:SPX"]


def test_take_round_when_all_fail_raises_the_first(tmp_path: Path) -> None:
    clock = HandClock()
    vendor = Vendor(clock, NoData("nothing listed"), Disconnected("vendor", "gone"))

    with pytest.raises(NoData, match="nothing listed"):
        asyncio.run(take_round(vendor, ChainStore(tmp_path), plan("A", "B"), clock=clock))


def test_take_round_refused_key_asks_no_further(tmp_path: Path) -> None:
    clock = HandClock()
    vendor = Vendor(clock, AuthFailed("vendor", "no"))

    with pytest.raises(AuthFailed):
        asyncio.run(take_round(vendor, ChainStore(tmp_path), plan("A", "B"), clock=clock))

    assert vendor.asked == ["US:A"]


def test_collect_keeps_no_more_than_asked(tmp_path: Path) -> None:
    clock, store = HandClock(), ChainStore(tmp_path)

    rounds = run_rounds(Vendor(clock), store, plan(keep=2), clock, 4)

    assert [done.dropped for done in rounds] == [0, 0, 1, 1]
    assert len(store.snapshots()) == 2
    assert len({row["ts_ns"] for row in store.rates().to_pylist()}) == 4


def test_collect_rounds_begin_every_interval(tmp_path: Path) -> None:
    clock = HandClock()

    rounds = run_rounds(Vendor(clock, seconds=7), ChainStore(tmp_path), plan(), clock, 3)

    assert [done.began_ns - AT_NS for done in rounds] == [0, 60 * SECOND_NS, 120 * SECOND_NS]
    assert clock.waited == [53, 53]


def test_collect_slow_round_lets_the_missed_moments_pass(tmp_path: Path) -> None:
    clock = HandClock()

    rounds = run_rounds(Vendor(clock, seconds=130), ChainStore(tmp_path), plan(), clock, 2)

    assert rounds[1].began_ns - AT_NS == 180 * SECOND_NS


def test_collect_outage_is_reported_and_the_next_round_tries_again(tmp_path: Path) -> None:
    clock, store = HandClock(), ChainStore(tmp_path)
    vendor = Vendor(clock, Disconnected("vendor", "gone"))

    rounds = run_rounds(vendor, store, plan(), clock, 2)

    assert rounds[0].failures == ["US:SPX: vendor: gone"]
    assert rounds[1].failures == []
    assert len(store.snapshots()) == 1


def test_collect_refused_key_ends(tmp_path: Path) -> None:
    clock = HandClock()
    vendor = Vendor(clock, None, AuthFailed("vendor", "revoked"))

    async def run() -> None:
        await collect(vendor, ChainStore(tmp_path), plan(), clock=clock, report=lambda _: None)

    with pytest.raises(AuthFailed, match="revoked"):
        asyncio.run(run())


def test_collect_says_what_it_does_and_when_the_next_round_is(tmp_path: Path) -> None:
    clock = HandClock()
    told: list[str] = []
    rounds: list[Round] = []

    def report(done: Round) -> None:
        rounds.append(done)
        if len(rounds) == 2:
            raise Enough

    with pytest.raises(Enough):
        asyncio.run(
            collect(
                Vendor(clock),
                ChainStore(tmp_path),
                plan(),
                clock=clock,
                report=report,
                tell=told.append,
            )
        )

    assert told == [
        "asking vendor for US:SPX",
        "next at 16:01:00 UTC",
        "asking vendor for US:SPX",
    ]
