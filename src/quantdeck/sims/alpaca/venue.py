"""What the simulated Alpaca knows: its market, its clock and the plan of whoever asks."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.alpaca.fault_table import AlpacaFault
from quantdeck.sims.options import sessions
from quantdeck.sims.options.draws import uniform

if TYPE_CHECKING:
    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.noise import IntArray
    from quantdeck.sims.options.listed import Listed
    from quantdeck.sims.options.market import OptionMarket

DELAY_NS = 900_000_000_000
"""How late trades are on the indicative feed. [ns]"""
_SALT_MISSING = 41


@dataclass(frozen=True, slots=True)
class Plan:
    """What a subscription allows.

    Parameters
    ----------
    requests : int
        A minute.
    option_quotes : int
        Subscribed on one connection.
    has_opra : bool
        Real-time consolidated quotes of options and stocks.
    """

    requests: int
    option_quotes: int
    has_opra: bool


BASIC = Plan(200, 200, has_opra=False)
ALGO_TRADER_PLUS = Plan(10_000, 1_000, has_opra=True)


class Venue:
    """The market as it is now, for REST and streams alike.

    Parameters
    ----------
    market : OptionMarket
        Prices.
    clock : VenueClock
        The vendor's time.
    faults : FaultBoard
        Faults switched on.
    option_quotes : int or None
        Overrides how many option quotes a connection may subscribe to.
    """

    def __init__(
        self,
        market: OptionMarket,
        clock: VenueClock,
        faults: FaultBoard,
        *,
        option_quotes: int | None = None,
    ) -> None:
        self.market, self.faults = market, faults
        self._clock, self._option_quotes = clock, option_quotes
        self._order = lru_cache(maxsize=12)(_order)

    def now_ns(self) -> int:
        """Return the vendor's time, in nanoseconds."""
        return self._clock.now_ms() * 1_000_000

    def market_ns(self) -> int:
        """Return the time of the market, which stands still while it is closed, in nanoseconds."""
        now = self.now_ns()
        if self.is_open(now):
            return now
        day = sessions.local_date(now)
        if not sessions.is_session(day) or now < sessions.open_ns(day):
            day = sessions.previous_session(day)
        return sessions.close_ns(day) - 1

    def is_open(self, now_ns: int) -> bool:
        """Whether the market is open: always, unless it keeps real hours."""
        if not self.faults.has(AlpacaFault.REAL_HOURS):
            return True
        day = sessions.local_date(now_ns)
        return sessions.is_session(day) and sessions.open_ns(day) <= now_ns < sessions.close_ns(day)

    @property
    def listed(self) -> Listed:
        """What is listed now."""
        return self.market.listed_at(self.now_ns())

    @property
    def plan(self) -> Plan:
        """What the keys allow."""
        return BASIC if self.faults.has(AlpacaFault.BASIC_PLAN) else ALGO_TRADER_PLUS

    @property
    def option_quotes(self) -> int:
        """How many option quotes a connection may subscribe to."""
        fault = self.faults.get(AlpacaFault.SYMBOL_LIMIT)
        if fault is not None:
            return int(fault.value or 0)
        return self._option_quotes or self.plan.option_quotes

    def by_symbol(self, found: Listed, rows: IntArray) -> IntArray:
        """Return rows in the order of their symbols."""
        order, place = self._order(found)
        return order[np.sort(place[rows])]

    def page(
        self, found: Listed, rows: IntArray, after: str, limit: int
    ) -> tuple[IntArray, str | None]:
        """Return a page of rows that are in order of symbol, and its last symbol if more follow.

        Parameters
        ----------
        found : Listed
            Contracts.
        rows : array of int64
            All of them.
        after : str
            The symbol that ended the page before; empty at the first.
        limit : int
            Rows of a page.
        """
        names: list[str] = [found.symbols[row] for row in list[int](rows.tolist())]
        first = bisect_right(names, after) if after else 0
        if self.faults.has(AlpacaFault.PAGE_SHORT):
            limit = max(1, limit // 2)
        end = first + limit
        return rows[first:end], names[end - 1] if len(names) > end else None

    def present(self, found: Listed, rows: IntArray) -> IntArray:
        """Return the rows that are not lost to a fault."""
        fault = self.faults.get(AlpacaFault.MISSING_ROWS)
        if fault is None:
            return rows
        keys = self.market.schedule(found).keys[rows]
        return rows[uniform(keys, _SALT_MISSING) >= (fault.value or 0.0)]


def _order(found: Listed) -> tuple[IntArray, IntArray]:
    order = np.argsort(np.array(found.symbols), kind="stable")
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    return order, place
