"""A box desk in this process: a vendor told what to bring, a clock turned by hand."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes import BoxRules
from quantdeck.hub.answers import Answers
from quantdeck.hub.box_desk import BoxDesk, BoxParts
from quantdeck.hub.machine import Machine, Parts
from quantdeck.hub.topic import Topic
from quantdeck.model.chains import ChainSnapshot, ExpiryChain, SideQuotes
from quantdeck.model.feed import Delay, FeedState, FeedStatus, Gap, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.model.options import Right, contract_of, osi
from quantdeck.ports.chains import Budget, ChainRequest
from quantdeck.ports.tape import TapeReader
from quantdeck.views.payloads import Mode
from tests.hub.deck_rig import START_NS, HandClock
from tests.hub.market_rig import market_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.errors import QuantdeckError
    from quantdeck.model.options import OptionContract
    from quantdeck.ports.feed import EventSink, OnData, OnGap

SPX, SPY = ChainRequest("US:SPX"), ChainRequest("US:SPY")
NEAR, FAR = date(2025, 12, 19), date(2026, 6, 18)
STRIKES = tuple(5300.0 + 100.0 * n for n in range(15))
PROVENANCE = Provenance("alpaca", Delay.SIMULATED, RunId("run-1"))
RATE = 0.04
TODAY = datetime.fromtimestamp(START_NS / 1e9, UTC).date()
_SPOT = 6000.0
_ROOTS = {"US:SPX": "SPX", "US:SPY": "SPY"}
_HALF_SPREAD = 0.3
_SIZE = 25.0


def listed(underlying: str, *expiries: date) -> list[OptionContract]:
    root = _ROOTS[underlying]
    return [
        contract_of(osi(root, expiry, right, strike))
        for expiry in expiries
        for strike in STRIKES
        for right in Right
    ]


def prices(expiry: date, rate: float) -> dict[Right, np.ndarray]:
    """Return mids without noise, of one rate, by right."""
    strikes = np.asarray(STRIKES)
    discount = float(np.exp(-rate * (expiry - TODAY).days / 365))
    forward = _SPOT / discount
    time_value = 1.0 + 240.0 * np.exp(-(((strikes - forward) / 600.0) ** 2))
    return {
        Right.CALL: discount * np.maximum(forward - strikes, 0.0) + time_value,
        Right.PUT: discount * np.maximum(strikes - forward, 0.0) + time_value,
    }


class ToldVendor:
    """Lists, snapshots and streams what a test tells it to; counts what it was asked."""

    source, feed = "alpaca", "simulated"

    def __init__(
        self, sink: EventSink, on_data: OnData, on_gap: OnGap, table: InstrumentTable
    ) -> None:
        self.on_gap = on_gap
        self.lists: list[str] = []
        self.snapshots: list[str] = []
        self.symbols_set: list[list[str]] = []
        self.failure: QuantdeckError | None = None
        self.expiries = {"US:SPX": (NEAR, FAR), "US:SPY": (NEAR,)}
        self.at_ns = START_NS
        self._sink, self._on_data, self._table = sink, on_data, table
        self._seq = 0

    @property
    def budget(self) -> Budget:
        return Budget(40, 1000, 20)

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        self.symbols_set.append(list(symbols))

    def symbols(self) -> list[str]:
        return self.symbols_set[-1] if self.symbols_set else []

    def statuses(self) -> list[FeedStatus]:
        return [FeedStatus("alpaca/options", FeedState.LIVE, START_NS, Delay.SIMULATED)]

    async def contracts(self, request: ChainRequest) -> list[OptionContract]:
        self.lists.append(request.underlying)
        return listed(request.underlying, *self.expiries[request.underlying])

    async def snapshot(self, request: ChainRequest) -> ChainSnapshot:
        self.snapshots.append(request.underlying)
        if self.failure is not None:
            raise self.failure
        expiries = self.expiries[request.underlying]
        chains = tuple(self._chain(request.underlying, expiry) for expiry in expiries)
        return ChainSnapshot(self.at_ns, self.feed, PROVENANCE, chains)

    def quotes(self, expiry: date, at_ns: int, *, rate: float = RATE, root: str = "SPX") -> None:
        """Bring quotes of every strike of an expiry that say this rate."""
        for right, mids in prices(expiry, rate).items():
            for strike, mid in zip(STRIKES, mids.tolist(), strict=True):
                self._seq += 1
                number = self._table.id_of(f"OPRA:{osi(root, expiry, right, strike)}")
                bid, ask = mid - _HALF_SPREAD, mid + _HALF_SPREAD
                self._sink.quote(at_ns, at_ns, self._seq, bid, ask, _SIZE, _SIZE, number, 0)
        self._on_data()

    def _chain(self, underlying: str, expiry: date) -> ExpiryChain:
        first = listed(underlying, expiry)[0]
        mids = prices(expiry, RATE)
        return ExpiryChain(
            root=first.root,
            underlying=underlying,
            expiry=expiry,
            settlement=first.settlement,
            style=first.style,
            multiplier=first.multiplier,
            strikes=np.asarray(STRIKES),
            calls=self._side(mids[Right.CALL]),
            puts=self._side(mids[Right.PUT]),
            spot=_SPOT,
        )

    def _side(self, mids: np.ndarray) -> SideQuotes:
        many = np.full(len(mids), _SIZE)
        times = np.full(len(mids), self.at_ns - 500_000_000)
        return SideQuotes(
            mids - _HALF_SPREAD, mids + _HALF_SPREAD, many, many, times, 4 * many, 40 * many
        )


class BoxRig:
    """A desk and its vendor; `made` may be handed to a machine as its parts."""

    def __init__(self, *, streams: bool = True, rules: BoxRules | None = None, **more) -> None:
        self.clock = HandClock()
        self.table = InstrumentTable()
        self.collected: list[ChainSnapshot] = []
        self.gaps: list[Gap] = []
        self._vendors: list[ToldVendor] = []
        self.parts = BoxParts(
            **{
                "provenance": PROVENANCE,
                "make": self._make,
                "requests": (SPX,),
                "streams": streams,
                "collect": self._collect,
                "store": None,
                "rules": rules or BoxRules(),
                **more,
            }
        )

    @property
    def vendor(self) -> ToldVendor:
        return self._vendors[-1]

    def desk(self) -> BoxDesk:
        return BoxDesk(
            self.parts,
            instruments=self.table,
            tape=None,
            ring_rows=4096,
            clock=self.clock,
            on_gap=self.gaps.append,
        )

    def _make(self, sink: EventSink, on_data: OnData, on_gap: OnGap) -> ToldVendor:
        self._vendors.append(ToldVendor(sink, on_data, on_gap, self.table))
        return self._vendors[-1]

    async def _collect(self, source: BoxDesk) -> None:
        self.collected.append(await source.snapshot(SPX))
        await asyncio.Event().wait()


NO_RIG = object()
"""In the place of a rig: a machine without a box desk."""


class Asked:
    """A machine with a box desk, or without one."""

    def __init__(self, rig=None, *, mode=Mode.LIVE, store=None, jobs=None):
        self.rig = rig or BoxRig(store=store)
        boxes = None if rig is NO_RIG else self.rig.parts
        self.rig = None if rig is NO_RIG else self.rig
        self.machine = Machine(
            Parts(
                mode=mode,
                version="0",
                clock=BoxRig().clock if self.rig is None else self.rig.clock,
                instruments=BoxRig().table if self.rig is None else self.rig.table,
                plans=[],
                reader=TapeReader,
                ring_rows=4096,
                boxes=boxes,
                market=None if jobs is None else market_parts(None, jobs=jobs),
            )
        )
        self.machine.capture.is_on = True
        self.answers = Answers(self.machine)

    @property
    def desk(self):
        return self.machine.desk

    async def seed(self, *requests):
        for request in requests or (SPX,):
            await self.desk.snapshot(request)
        await self.desk.refresh()
        return self

    def quick(self, name, **params):
        return self.answers.quick(Topic(name, tuple(sorted(params.items()))))

    async def looked(self, name, **params):
        """Ask, let the desk look at the chains under these rules, and ask again."""
        self.quick(name, **params)
        await self.desk.refresh()
        return self.quick(name, **params)
