"""What the simulated Polygon knows: its market, its clock and who has which plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from quantdeck.sims.options import sessions
from quantdeck.sims.polygon.fault_table import PolygonFault
from quantdeck.sims.polygon.plans import ADVANCED, BASIC, DEVELOPER, PLANS, STARTER
from quantdeck.sims.polygon.query import Cursor
from quantdeck.sims.polygon.refusals import TOO_OLD, Refusal
from quantdeck.sims.stocks.calendar import is_session, last_close_ns
from quantdeck.sims.stocks.contracts import StockOptions
from quantdeck.sims.stocks.option_ticks import OptionTicks
from quantdeck.sims.stocks.stories import Stories

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.polygon.plans import Plan
    from quantdeck.sims.polygon.query import Query
    from quantdeck.sims.stocks.listing import Stock
    from quantdeck.sims.stocks.market import StockMarket

R = TypeVar("R")

_PLAN_FAULTS = (
    (PolygonFault.BASIC_PLAN, BASIC),
    (PolygonFault.STARTER_PLAN, STARTER),
    (PolygonFault.DEVELOPER_PLAN, DEVELOPER),
)
_EARLIEST_HOUR, _LATEST_HOUR = 4, 20


class Venue:
    """The market and its rules, for REST and streams alike.

    Parameters
    ----------
    market : StockMarket
        Prices.
    clock : VenueClock
        The vendor's time.
    faults : FaultBoard
        Faults switched on.
    key : str or None
        The one key that is known; None takes any that is not empty.
    """

    def __init__(
        self, market: StockMarket, clock: VenueClock, faults: FaultBoard, *, key: str | None
    ) -> None:
        self.market, self.faults = market, faults
        self.options = StockOptions(market)
        self.option_ticks = OptionTicks(market, self.options)
        self.stories = Stories(market)
        self._clock, self._key = clock, key

    def now_ns(self) -> int:
        """Return the vendor's time, in nanoseconds."""
        return self._clock.now_ms() * 1_000_000

    def is_known(self, key: str) -> bool:
        """Whether a key is good."""
        if self.faults.has(PolygonFault.AUTH_FAILED) or not key:
            return False
        return self._key in (None, key)

    def plan_of(self, key: str) -> Plan:
        """Return the plan of a key: the one it is called by, else the Advanced one."""
        for fault, plan in _PLAN_FAULTS:
            if self.faults.has(fault):
                return plan
        return PLANS.get(key, ADVANCED)

    def is_streaming(self, ts_ns: int) -> bool:
        """Whether the streams have anything at an instant: always, unless they keep real hours."""
        if not self.faults.has(PolygonFault.REAL_HOURS):
            return True
        day = sessions.local_date(ts_ns)
        if not is_session(day):
            return False
        since_ns = ts_ns - sessions.instant(day, sessions.MIDNIGHT)
        return _EARLIEST_HOUR <= since_ns // 3_600_000_000_000 < _LATEST_HOUR


@dataclass(slots=True)
class Ask:
    """One request, and what its answer needs.

    Parameters
    ----------
    venue : Venue
        The market.
    query : Query
        Parameters, those of the first page included.
    plan : Plan
        Of who asks.
    now_ns : int
        When the first page was asked for. [ns]
    position : str
        Where this page begins; empty on the first.
    base : str
        Of the addresses that answers name.
    next_position : str
        Where the next page begins; empty where there is none. Set by who answers.
    """

    venue: Venue
    query: Query
    plan: Plan
    now_ns: int
    position: str = ""
    base: str = ""
    next_position: str = ""

    @property
    def seen_ns(self) -> int:
        """Until when the plan is told of the market. [ns]."""
        if self.plan.delay_ns is None:
            return last_close_ns(self.now_ns)
        return self.now_ns - self.plan.delay_ns

    @property
    def today(self) -> date:
        """Date in New York."""
        return sessions.local_date(self.now_ns)

    def check_age(self, day: date) -> None:
        """Refuse days before those that the plan includes.

        Raises
        ------
        Refusal
            If the day is too long ago.
        """
        if (self.today - day).days > self.plan.years * 366 + 1:
            raise Refusal(403, TOO_OLD)

    def limit(self, *, default: int, most: int) -> int:
        """Return how many rows this page holds."""
        limit = self.query.limit(default=default, most=most)
        return max(1, limit // 2) if self.venue.faults.has(PolygonFault.PAGE_SHORT) else limit

    def page(self, rows: list[R], *, default: int, most: int) -> list[R]:
        """Return this page of a list, and remember where the next one begins."""
        limit = self.limit(default=default, most=most)
        first = int(self.position) if self.position.isdecimal() else 0
        if first + limit < len(rows):
            self.next_position = str(first + limit)
        return rows[first : first + limit]

    def next_cursor(self) -> str | None:
        """Return the cursor of the next page."""
        if not self.next_position:
            return None
        values = {name: value for name, value in self.query.values.items() if name != "cursor"}
        return Cursor(values, self.now_ns // 1_000_000, self.next_position).written()

    def stock(self, symbol: str) -> Stock:
        """Return a stock.

        Raises
        ------
        Refusal
            If it is not listed.
        """
        stock = self.venue.market.stocks.get(symbol)
        if stock is None:
            raise Refusal(404, f"Ticker not found: {symbol}")
        return stock
