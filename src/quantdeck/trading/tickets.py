"""Tickets: what a person or a program asks a broker to trade, of one instrument or of several at once."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum

import msgspec

from quantdeck.model.errors import BadInput
from quantdeck.trading.orders import Side

_MOST_LEGS = 8
_LONGEST_ID = 64


class OrderKind(StrEnum):
    """When a ticket may trade."""

    MARKET = "market"
    """At once, at what the other side shows."""
    LIMIT = "limit"
    """At its price or a better one."""
    STOP = "stop"
    """At once, as soon as the other side has reached its price."""


class TimeInForce(StrEnum):
    """How long a ticket stands."""

    DAY = "day"
    """Until the session ends, or 24 hours where the market never closes."""
    GTC = "gtc"
    """Until it is cancelled."""


class OrderState(StrEnum):
    """What has become of a ticket."""

    WORKING = "working"
    FILLED = "filled"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REFUSED = "refused"

    @property
    def is_open(self) -> bool:
        """Whether it may still trade."""
        return self is OrderState.WORKING


class TicketLeg(msgspec.Struct, frozen=True):
    """One instrument of a ticket.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    ratio : int
        Units for one package: positive is bought, negative is sold. Of an option a unit is a contract.
    """

    symbol: str
    ratio: int


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """An order for packages of one leg or several, which trade together or not at all.

    Parameters
    ----------
    id : str
        The client's name for it: the same one again is the same order, and does nothing.
    legs : tuple of TicketLeg
        One of each symbol.
    quantity : Decimal
        Packages, > 0: units of a single leg whose ratio is 1 or -1.
    kind : OrderKind
        When it may trade.
    limit : Decimal or None
        Most that is paid for a package, negative for the least that is received; quoted prices, before
        the multipliers of options. [currency]
    stop : Decimal or None
        Price of a single leg that lets it trade. [currency]
    tif : TimeInForce
        How long it stands.
    placed_ns : int
        When it was decided, UTC. [ns]
    strategy : str
        Kind of trade, whose limit of risk applies, such as ``iron_condor``.
    origin : str
        Who placed it: ``page``, ``command``, a playbook's idea or an exit rule.
    note : str
        Why, in a few words.

    Raises
    ------
    BadInput
        If it cannot be an order: no quantity, a symbol twice, a price that is missing or of no use.

    Examples
    --------
    >>> single("t1", Side.SELL, "US:AAPL", 10, limit=Decimal("230.5"), placed_ns=0).limit
    Decimal('-230.5')
    """

    id: str
    legs: tuple[TicketLeg, ...]
    quantity: Decimal
    placed_ns: int
    kind: OrderKind = OrderKind.MARKET
    limit: Decimal | None = None
    stop: Decimal | None = None
    tif: TimeInForce = TimeInForce.DAY
    strategy: str = ""
    origin: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not 0 < len(self.id) <= _LONGEST_ID or not self.id.isprintable():
            raise BadInput(f"an order needs a name of 1 to {_LONGEST_ID} letters", field="id")
        if not 0 < len(self.legs) <= _MOST_LEGS:
            raise BadInput(
                f"an order has 1 to {_MOST_LEGS} legs, was {len(self.legs)}", field="legs"
            )
        symbols = [leg.symbol for leg in self.legs]
        if len(set(symbols)) < len(symbols) or not all(leg.ratio for leg in self.legs):
            raise BadInput(
                f"the legs of an order are of different symbols, each with a ratio that is not 0; "
                f"was {', '.join(f'{leg.ratio:+d} {leg.symbol}' for leg in self.legs)}",
                field="legs",
            )
        if not (self.quantity.is_finite() and self.quantity > 0):
            raise BadInput(f"a quantity is positive, was {self.quantity}", field="quantity")
        self._check_prices()

    @property
    def is_single(self) -> bool:
        """Whether it is of one instrument."""
        return len(self.legs) == 1

    @property
    def side(self) -> Side:
        """Return the way of its first leg."""
        return Side.BUY if self.legs[0].ratio > 0 else Side.SELL

    def _check_prices(self) -> None:
        given = {"limit": self.limit, "stop": self.stop}
        for name, price in given.items():
            is_wanted = self.kind.value == name
            if is_wanted != (price is not None):
                said = "needs" if is_wanted else "has no use for"
                raise BadInput(f"a {self.kind} order {said} a {name} price", field=name)
            if price is not None and not price.is_finite():
                raise BadInput(f"a {name} price is finite, was {price}", field=name)
        if self.stop is not None and not (self.is_single and self.stop > 0):
            raise BadInput("a stop order is of one instrument, at a positive price", field="stop")
        if self.limit is not None and self.is_single and self.limit * self.legs[0].ratio <= 0:
            raise BadInput("the price of one instrument is positive", field="limit")


def single(  # noqa: PLR0913 - what a person may choose
    ticket_id: str,
    side: Side,
    symbol: str,
    quantity: Decimal | int,
    *,
    placed_ns: int,
    limit: Decimal | None = None,
    stop: Decimal | None = None,
    tif: TimeInForce = TimeInForce.DAY,
    strategy: str = "",
    origin: str = "",
    note: str = "",
) -> Ticket:
    """Return a ticket of one instrument, with its limit as people say it.

    Parameters
    ----------
    ticket_id : str
        The client's name for it.
    side : Side
        Buy or sell.
    symbol : str
        Canonical symbol.
    quantity : Decimal or int
        Units, > 0.
    placed_ns : int
        When, UTC. [ns]
    limit, stop : Decimal or None
        Positive prices, at most one of them; none makes a market order. [currency]
    tif, strategy, origin, note
        As of `Ticket`.

    Returns
    -------
    Ticket

    Raises
    ------
    BadInput
        If both prices are given, or as `Ticket`.
    """
    if limit is not None and stop is not None:
        raise BadInput("an order has a limit price or a stop price, not both", field="stop")
    kind = OrderKind.LIMIT if limit is not None else OrderKind.STOP if stop is not None else None
    return Ticket(
        id=ticket_id,
        legs=(TicketLeg(symbol, side.sign),),
        quantity=Decimal(quantity),
        kind=kind or OrderKind.MARKET,
        limit=None if limit is None else limit * side.sign,
        stop=stop,
        tif=tif,
        placed_ns=placed_ns,
        strategy=strategy,
        origin=origin,
        note=note,
    )
