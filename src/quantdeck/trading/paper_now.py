"""What a paper desk says of this moment: marks, positions, previews and limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.trading.guard import Refusal
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket, TicketLeg

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a share or unit of an instrument is worth.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    price : Decimal or None
        None where nothing is known. [currency]
    ts_ns : int
        When the market said so, UTC. [ns]
    age_s : float or None
        [s]
    source : str
        Who said so.
    convention : str
        ``bid`` or ``ask``: the side that closes the position; ``last trade`` or ``close`` where no quote
        is known; ``intrinsic`` of an option that has ended.
    is_fresh : bool
        Whether an order could trade at a quote of that age.
    why : str
        Why there is no price, or why it is not fresh; empty otherwise.
    """

    symbol: str
    price: Decimal | None = None
    ts_ns: int = 0
    age_s: float | None = None
    source: str = ""
    convention: str = ""
    is_fresh: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True)
class PositionNow:
    """What is held of one instrument, as of now.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    terms : Terms
        Of it.
    quantity : Decimal
        In contracts of options, in units of all else; negative for short.
    units : Decimal
        In shares and units: contracts times multiplier.
    unit_cost : Decimal
        Cost of a share or unit of what is held, first in, first out, without fees. [currency]
    cost : Decimal
        Of all that is held; negative where it was sold short. [currency]
    mark : Mark
        What a unit is worth.
    value : Decimal or None
        Units at mark; None without a mark. [currency]
    unrealised : Decimal or None
        Value less cost. [currency]
    realised, fees, funding : Decimal
        Of the instrument since it was first traded; funding is what was paid, less dividends. [currency]
    """

    symbol: str
    terms: Terms
    quantity: Decimal
    units: Decimal
    unit_cost: Decimal
    cost: Decimal
    mark: Mark
    value: Decimal | None
    unrealised: Decimal | None
    realised: Decimal
    fees: Decimal
    funding: Decimal


@dataclass(frozen=True, slots=True)
class LegPreview:
    """One leg of a ticket against the market.

    Parameters
    ----------
    leg : TicketLeg
        What is asked.
    price : float or None
        Of the side that it crosses; None where nobody shows one. [currency]
    size : float or None
        Shown there, in units or contracts; None where the market does not say.
    age_s : float or None
        Of the quote. [s]
    """

    leg: TicketLeg
    price: float | None
    size: float | None
    age_s: float | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a ticket would come to if it were placed now; nothing is placed.

    Parameters
    ----------
    ticket : Ticket
        What is asked.
    legs : tuple of LegPreview
        Against the market.
    cost : Decimal or None
        Paid for all of it at the sides it crosses, worse by slippage, or at its limit where that is
        better; negative for what is received, None without quotes. [currency]
    fees : Decimal or None
        On it. [currency]
    risk : Decimal or None
        The most that it can lose, fees included; None where there is no end to it or nothing is known.
        [currency]
    is_unlimited : bool
        Whether there is no end to it.
    cash_after : Decimal or None
        Cash once all of it traded; below 0 it is borrowed, at no interest. [currency]
    share : float or None
        Its value at mark, long and short added, as a share of the account's.
    refusal : Refusal or None
        The limit that it is beyond.
    why_waits : str
        Why it would not trade at once; empty where it would.
    age_s : float or None
        Of the oldest quote. [s]
    expires_ns : int or None
        When what is left of it would expire, UTC. [ns]
    """

    ticket: Ticket
    legs: tuple[LegPreview, ...]
    cost: Decimal | None = None
    fees: Decimal | None = None
    risk: Decimal | None = None
    is_unlimited: bool = False
    cash_after: Decimal | None = None
    share: float | None = None
    refusal: Refusal | None = None
    why_waits: str = ""
    age_s: float | None = None
    expires_ns: int | None = None


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit of the account and how much of it is used.

    Parameters
    ----------
    name : str
        ``max_day_loss``, ``max_exposure``, ``max_symbol`` or ``max_risk``.
    of : str
        The underlying of ``max_symbol``, the strategy of ``max_risk``; empty otherwise.
    limit : Decimal or None
        None where none is set. [currency]
    used : Decimal or None
        None where it cannot be told, as of ``max_risk``, which is a limit of each order. [currency]
    """

    name: str
    of: str
    limit: Decimal | None
    used: Decimal | None

    @property
    def room(self) -> Decimal | None:
        """Return what is left of it, at least 0. [currency]."""
        if self.limit is None or self.used is None:
            return None
        return max(_ZERO, self.limit - self.used)


@dataclass(frozen=True, slots=True, eq=False)
class EquityPoints:
    """What the account was worth over time; arrays of shape (n,), oldest first.

    Parameters
    ----------
    ts_ns : array of int64
        UTC. [ns]
    equity, cash : array of float64
        Cash with positions at mark, and cash alone. [currency]
    """

    ts_ns: IntArray
    equity: FloatArray
    cash: FloatArray


@dataclass(frozen=True, slots=True)
class PaperRules:
    """How a paper desk treats quotes.

    Parameters
    ----------
    fresh_s : float
        Older quotes fill no order. [s]
    fresh_option_s : float
        That age of options. [s]
    currency : str
        That amounts are shown in; stablecoins of the dollar count as dollars.
    """

    fresh_s: float = 5.0
    fresh_option_s: float = 60.0
    currency: str = field(default="USD")
