"""What the panels of the Market page about jobs show, asked of the desk that runs them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.analytics.quality.expected import expected_bars
from quantdeck.analytics.sessions import us_sessions
from quantdeck.hub.shared_work import SharedWork
from quantdeck.hub.standing import standing
from quantdeck.model.collected import RECORDS
from quantdeck.model.errors import NoData
from quantdeck.views import jobs
from quantdeck.views.payloads import TextPayload
from quantdeck.views.state import steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.market_desk import MarketDesk
    from quantdeck.model.collected import HeldRecords
    from quantdeck.views.payloads import PanelState, Payload

TOPICS = frozenset({"market.run", "market.log", "market.jobs", "market.collector"})
"""Topics that are answered here."""

HELD_NS = 5_000_000_000
"""So long what is kept stands. [ns]"""

_HOUR_NS = 3_600_000_000_000
_ALWAYS_OPEN = "24/7"
_RUN = (
    "Nothing here trades. What is collected goes into the data folder, and is there for SQL, too."
)
_NO_RUN = "This deck runs no jobs: it plays recorded data, or its settings name no vendor."


class JobAnswers:
    """Answers topics about jobs. Owned by `quantdeck.hub.market_answers.MarketAnswers`.

    Parameters
    ----------
    machine : Machine
        Whose prices and records these are.
    market : MarketDesk
        Has daily bars.
    desk : JobDesk
        Runs them.
    """

    def __init__(self, machine: Machine, market: MarketDesk, desk: JobDesk) -> None:
        self._machine = machine
        self._market = market
        self._desk = desk
        now_ns = machine.clock.monotonic_ns
        self._held = SharedWork["int", "dict[str, list[HeldRecords]]"](now_ns, fresh_ns=HELD_NS)
        self._missing = SharedWork["int", "dict[str, int]"](now_ns, fresh_ns=_HOUR_NS, kept=2)
        self._quick: dict[str, Callable[[], Payload | None]] = {
            "market.run": self._run,
            "market.log": lambda: jobs.log_payload(desk.lines(), self._state()),
            "market.jobs": self._jobs,
            "market.collector": self._collector,
        }

    def quick(self, name: str) -> Payload | None:
        """Return the payload of a topic from memory, or None where something must be read."""
        return self._quick[name]()

    async def slow(self, name: str) -> Payload:
        """Read what is needed, and return the payload."""
        await self._desk.load()
        if name == "market.collector":
            await self._held.get(self._key(), self._read_held)
            await self._missing.get(self._revision(), self._count_missing)
        found = self.quick(name)
        if found is None:
            raise NoData("what is kept changes faster than it can be read; ask again")
        return found

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        desk, second = self._desk, self._machine.clock.monotonic_ns() // 1_000_000_000
        if name == "market.jobs" and any(run.state == "running" for run in desk.runs()):
            return desk.revision, second
        if name == "market.collector":
            return self._key(), self._revision(), self._held.made, self._missing.made, second // 30
        return desk.revision, 0

    def _run(self) -> Payload:
        return TextPayload(self._state(), _RUN if self._desk.kinds else _NO_RUN)

    def _jobs(self) -> Payload | None:
        if not self._desk.is_loaded:
            return None
        now_ns = self._machine.clock.now_ns()
        return jobs.jobs_payload(self._desk.runs(), self._state(), now_ns=now_ns)

    def _collector(self) -> Payload | None:
        held = self._held.known(self._key(), within_ns=_HOUR_NS)
        missing = self._missing.known(self._revision())
        if not self._desk.is_loaded or held is None or missing is None:
            return None
        self._held.begin(self._key(), self._read_held)
        last = {kind: self._desk.last(kind) for kind in self._desk.kinds}
        return jobs.collector_payload(last, held, missing, self._state())

    def _state(self) -> PanelState:
        return steady_state(standing(self._machine))

    def _key(self) -> int:
        # What is kept changes with the ends of runs, not with each of their lines.
        return sum(run.state != "running" for run in self._desk.runs())

    def _revision(self) -> int:
        prices = self._machine.prices
        return -1 if prices is None else prices.revision

    async def _read_held(self) -> dict[str, list[HeldRecords]]:
        parts = self._market.parts
        if parts is None:
            return {}
        store = parts.collected
        return await asyncio.to_thread(lambda: {kind.DATASET: store.held(kind) for kind in RECORDS})

    async def _count_missing(self) -> dict[str, int]:
        if self._machine.prices is None:
            return {}
        found = await self._market.overview()
        every = [series for _, series in found.rows]
        return await asyncio.to_thread(_missing_of, every)


def _missing_of(every: list[PriceSeries]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for series in every:
        sessions = None if series.calendar == _ALWAYS_OPEN else us_sessions()
        found = expected_bars(series.start_ns, series.interval_ns, sessions)
        if len(found.missing_ns):
            counts[series.symbol] = len(found.missing_ns)
    return counts
