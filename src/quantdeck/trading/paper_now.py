"""A paper account as it stands this moment: what is held at mark, what an order would come to, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

    from quantdeck.trading.books import Top
    from quantdeck.trading.guard import Refusal
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Mark:
    """What a unit of an instrument is worth, and how that is known.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    price : Decimal or None
        Of a unit or share; None where nothing says it. [currency]
    kind : str
        ``bid``, ``ask``, ``mid`` or ``close``; empty where there is none.
    source : str
        Who said it.
    age_s : float or None
        Age of the quote. [s]
    is_stale : bool
        Whether the quote is too old to be traded at.
    why : str
        Why there is none, or why it is stale; empty otherwise.
    """

    symbol: str
    price: Decimal | None = None
    kind: str = ""
    source: str = ""
    age_s: float | None = None
    is_stale: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class PositionNow:
    """One position at its mark.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    quantity : Decimal
        Units, or shares behind options (contracts times multiplier); negative is short.
    terms : Terms
        Of the instrument.
    unit_cost : Decimal
        Mean price of what is held, first in, first out. [currency]
    mark : Mark
        At the side that would close it.
    value : Decimal or None
        quantity * mark; None without a mark. [currency]
    unrealised : Decimal or None
        value - quantity * unit_cost. [currency]
    realised : Decimal
        Of what was closed of the symbol, before fees. [currency]
    fees : Decimal
        On the symbol so far. [currency]
    opened_ns : int or None
        When it was last opened from nothing, UTC. [ns]
    """

    symbol: str
    quantity: Decimal
    terms: Terms
    unit_cost: Decimal
    mark: Mark
    value: Decimal | None
    unrealised: Decimal | None
    realised: Decimal
    fees: Decimal
    opened_ns: int | None = None

    @property
    def contracts(self) -> Decimal:
        """Return the quantity as it is ordered: contracts of options, units of all else."""
        return self.quantity / self.terms.multiplier


@dataclass(frozen=True, slots=True)
class LimitNow:
    """How much of a limit is used.

    Parameters
    ----------
    name : str
        As `Refusal.limit` names it, such as ``max_exposure``.
    subject : str
        What it is of: an underlying, a strategy; empty where it is of the account.
    used : Decimal or None
        None where it is of single orders, or cannot be told. [currency]
    most : Decimal or None
        The limit; None where none is set. [currency]
    """

    name: str
    subject: str
    used: Decimal | None
    most: Decimal | None

    @property
    def share(self) -> float | None:
        """Return used / most; None where either is not known."""
        if self.used is None or not self.most:
            return None
        return float(self.used / self.most)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a ticket would come to if it were placed now; nothing is placed.

    Parameters
    ----------
    ticket : Ticket
        What is asked.
    terms : tuple of Terms
        Of its legs.
    tops : tuple of Top or None
        What the market shows of each leg; None where it shows nothing.
    sources : tuple of str
        Who says so, of each leg.
    age_s : float or None
        Age of the oldest of these quotes. [s]
    price : Decimal or None
        Of a package, as quoted: at the sides that would be crossed, or the limit or stop price where the
        order would wait; negative is received. [currency]
    cost : Decimal or None
        Cash paid for all packages without fees; negative is received. [currency]
    fees : Decimal or None
        Estimate for all packages. [currency]
    risk : Decimal or None
        Most that it can lose; None where there is no end to it, or it cannot be told. [currency]
    is_unbounded : bool
        Whether there is no end to what it can lose.
    cash_after : Decimal or None
        Cash of the account after it. [currency]
    share : float or None
        Gross value of the legs over the value of the account.
    is_large : bool
        Whether that is more than is placed without asking again.
    refusal : Refusal or None
        The limit that it is beyond.
    waits : str
        Why it would not trade at once, or not all of it; empty where it would.
    closes : bool
        Whether it only reduces what is held.
    """

    ticket: Ticket
    terms: tuple[Terms, ...]
    tops: tuple[Top | None, ...]
    sources: tuple[str, ...]
    age_s: float | None
    price: Decimal | None
    cost: Decimal | None
    fees: Decimal | None
    risk: Decimal | None
    is_unbounded: bool
    cash_after: Decimal | None
    share: float | None
    is_large: bool
    refusal: Refusal | None
    waits: str
    closes: bool = False
