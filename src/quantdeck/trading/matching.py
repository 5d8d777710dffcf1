"""What of a ticket trades against the quotes that are shown: nothing stale, no size twice, all legs or none."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from quantdeck.trading.fills import fill_order
from quantdeck.trading.money import EXACT, exact
from quantdeck.trading.orders import order_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.trading.books import Top
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.fills import Fill
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket, TicketLeg


@dataclass(frozen=True, slots=True)
class Match:
    """What came of looking at a ticket once.

    Parameters
    ----------
    packages : Decimal
        How many traded; 0 where none did.
    fills : tuple of Fill
        One of each leg, in shares and units, so that an option's quantity is contracts times multiplier.
    why_not : str
        Why nothing, or not all of it, traded; empty where all did.
    is_triggered : bool
        Whether a stop order has met its price by now.
    """

    packages: Decimal = Decimal(0)
    fills: tuple[Fill, ...] = ()
    why_not: str = ""
    is_triggered: bool = False


@dataclass(slots=True)
class ShownSizes:
    """What is left of the sizes that quotes show: a size trades once, until the market says anew.

    Owned by a broker; nothing of it outlives the process.
    """

    _taken: dict[tuple[str, bool], tuple[int, Decimal]] = field(
        default_factory=dict[tuple[str, bool], "tuple[int, Decimal]"]
    )

    def left(self, top: Top, *, is_bought: bool) -> Decimal | None:
        """Return the size that is left on a side; None where the market does not say one.

        Parameters
        ----------
        top : Top
            What is shown now.
        is_bought : bool
            Whether the ask is meant.

        Returns
        -------
        Decimal or None
            In units, or contracts.
        """
        size = top.ask_size if is_bought else top.bid_size
        if size is None:
            return None
        ts_ns, taken = self._taken.get((top.symbol, is_bought), (0, Decimal(0)))
        return max(Decimal(0), exact(size, "a size") - (taken if ts_ns == top.ts_ns else 0))

    def take(self, top: Top, quantity: Decimal, *, is_bought: bool) -> None:
        """Note that so much of a side has traded.

        Parameters
        ----------
        top : Top
            What was shown.
        quantity : Decimal
            Units or contracts, > 0.
        is_bought : bool
            Whether the ask was meant.
        """
        key = (top.symbol, is_bought)
        ts_ns, taken = self._taken.get(key, (0, Decimal(0)))
        self._taken[key] = (top.ts_ns, quantity + (taken if ts_ns == top.ts_ns else 0))

    def copy(self) -> ShownSizes:
        """Return the same, to decide with what may come to nothing."""
        return ShownSizes(dict(self._taken))


@dataclass(frozen=True, slots=True)
class Market:
    """What a broker sees of the market at one moment.

    Parameters
    ----------
    tops : mapping of str to Top
        What is shown of each symbol.
    terms : mapping of str to Terms
        Of each symbol.
    costs : mapping of str to Costs
        Fees, and slippage beyond the side that is crossed; half the spread must be 0, since the other
        side is what is paid.
    now_ns : int
        The time, UTC. [ns]
    fresh_s : float
        Age beyond which a quote is stale: nothing trades at it. [s]
    shown : ShownSizes
        What is left of the sizes.
    fresh_by : mapping of str to float
        That age of symbols whose market has another. [s]
    not_before_ns : int
        No fill is earlier, UTC: where the clock was set back the ledger goes on. [ns]
    """

    tops: Mapping[str, Top]
    terms: Mapping[str, Terms]
    costs: Mapping[str, Costs]
    now_ns: int
    fresh_s: float
    shown: ShownSizes
    fresh_by: Mapping[str, float] = field(default_factory=dict[str, float])
    not_before_ns: int = 0

    def why_not(self, legs: Sequence[TicketLeg]) -> str:
        """Return why legs cannot trade now; empty where they can.

        Parameters
        ----------
        legs : sequence of TicketLeg
            Of a ticket.

        Returns
        -------
        str
            Of the first leg that cannot.
        """
        for leg in legs:
            top = self.tops.get(leg.symbol)
            if top is None:
                return f"there is no quote of {leg.symbol}"
            bought = leg.ratio > 0
            fresh_s = self.fresh_by.get(leg.symbol, self.fresh_s)
            reason = top.why_not(is_bought=bought, now_ns=self.now_ns, fresh_s=fresh_s)
            if reason:
                return reason
        return ""

    def touch(self, leg: TicketLeg) -> Decimal:
        """Return the price of the side that a leg crosses. [currency]."""
        top = self.tops[leg.symbol]
        price = top.ask if leg.ratio > 0 else top.bid
        return exact(float("nan") if price is None else price, "price")

    def paid(self, leg: TicketLeg) -> Decimal:
        """Return that price made worse by slippage. [currency]."""
        sign = 1 if leg.ratio > 0 else -1
        worse = exact(self.costs[leg.symbol].worse_bp, "slippage") * sign / 10_000
        return EXACT.multiply(self.touch(leg), 1 + worse)

    def packages(self, ticket: Ticket, left: Decimal) -> Decimal:
        """Return how many packages the sizes shown are enough for, in whole lots.

        Parameters
        ----------
        ticket : Ticket
            Whose legs are meant.
        left : Decimal
            Packages at most.

        Returns
        -------
        Decimal
            0 where there are none.
        """
        most = left
        for leg in ticket.legs:
            size = self.shown.left(self.tops[leg.symbol], is_bought=leg.ratio > 0)
            if size is not None:
                most = min(most, size / abs(leg.ratio))
        if most == left:
            return left
        lot = max(self.terms[leg.symbol].lot for leg in ticket.legs)
        return (most / lot).to_integral_value(ROUND_FLOOR) * lot

    def fill(self, ticket: Ticket, leg: TicketLeg, packages: Decimal) -> Fill:
        """Return the fill of a leg, and take its size.

        Parameters
        ----------
        ticket : Ticket
            What is traded.
        leg : TicketLeg
            One of its legs.
        packages : Decimal
            How many.

        Returns
        -------
        Fill
            In shares and units.
        """
        contracts = packages * leg.ratio
        units = float(contracts * self.terms[leg.symbol].multiplier)
        order = order_for(leg.symbol, units, ts_ns=ticket.placed_ns, reason=ticket.note)
        self.shown.take(self.tops[leg.symbol], abs(contracts), is_bought=leg.ratio > 0)
        price, when = float(self.touch(leg)), max(self.now_ns, self.not_before_ns, ticket.placed_ns)
        return fill_order(order, price, self.costs[leg.symbol], ts_ns=when)


def match(ticket: Ticket, left: Decimal, market: Market, *, is_triggered: bool = False) -> Match:
    """Return what of a ticket trades now, and take the sizes for it.

    Parameters
    ----------
    ticket : Ticket
        An order that stands.
    left : Decimal
        Packages that have not traded.
    market : Market
        What there is to trade against.
    is_triggered : bool
        Whether a stop order has met its price before.

    Returns
    -------
    Match
        Each leg at the side it crosses, worse by its slippage. The limit is held to after slippage.

    Notes
    -----
    What rests is never filled by a trade that passes by: a limit order trades when the other side comes
    to it, which is less than a market would give, and never more.
    """
    why_not = market.why_not(ticket.legs)
    if why_not:
        return Match(why_not=why_not, is_triggered=is_triggered)
    is_triggered, why_not = _triggered(ticket, market, is_triggered)
    why_not = why_not or _beyond_limit(ticket, market)
    if why_not:
        return Match(why_not=why_not, is_triggered=is_triggered)
    packages = market.packages(ticket, left)
    if not packages:
        return Match(why_not="no size is left at the price shown", is_triggered=is_triggered)
    fills = tuple(market.fill(ticket, leg, packages) for leg in ticket.legs)
    rest = left - packages
    why_not = f"{rest:f} left: no more size is shown" if rest else ""
    return Match(packages, fills, why_not, is_triggered)


def _triggered(ticket: Ticket, market: Market, was: bool) -> tuple[bool, str]:  # noqa: FBT001
    if ticket.stop is None or was:
        return was, ""
    price, is_buy = market.touch(ticket.legs[0]), ticket.legs[0].ratio > 0
    if price >= ticket.stop if is_buy else price <= ticket.stop:
        return True, ""
    side = "ask" if is_buy else "bid"
    return False, f"the {side} {price:f} has not reached the stop {ticket.stop:f}"


def _beyond_limit(ticket: Ticket, market: Market) -> str:
    if ticket.limit is None:
        return ""
    net = sum((leg.ratio * market.paid(leg) for leg in ticket.legs), Decimal(0))
    if net <= ticket.limit:
        return ""
    cost, limit = (f"{each.normalize():f}" for each in (abs(net), abs(ticket.limit)))
    if not ticket.is_single:
        cost, limit = (f"{each.normalize():f}" for each in (net, ticket.limit))
        return f"a package costs {cost}, above the limit {limit}"
    if ticket.limit > 0:
        return f"it would cost {cost}, above the limit {limit}"
    return f"it would bring {cost}, below the limit {limit}"
