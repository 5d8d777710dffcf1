"""Bodies of requests and answers about the paper account.

Money and quantities are texts with every digit, as the ledger keeps them; times are ISO 8601 in UTC.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from quantdeck.model.errors import BadInput
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import OrderKind, Ticket, TicketLeg, TimeInForce, single

_SYMBOL = r"^[A-Z0-9][A-Z0-9-]*:[A-Z0-9][A-Z0-9._-]*$"
_Symbol = Annotated[str, Field(max_length=64, pattern=_SYMBOL, description="Canonical symbol.")]
_Figure = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^-?[0-9]*\.?[0-9]+$")]
_Words = Annotated[str, Field(max_length=200)]


class LegRequest(BaseModel):
    """One instrument of an order of several."""

    model_config = ConfigDict(extra="forbid")

    symbol: _Symbol
    ratio: int = Field(
        ge=-100, le=100, description="Units or contracts of a package; negative is sold."
    )


class OrderRequest(BaseModel):
    """An order of one instrument (`symbol` and `side`), or of several at once (`legs`)."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(
        default="",
        max_length=64,
        pattern=r"^[A-Za-z0-9._:-]*$",
        description="Your name for it: sent twice it is one order. Made up where empty.",
    )
    symbol: _Symbol | None = None
    side: Literal["buy", "sell"] | None = None
    legs: list[LegRequest] = Field(default=[], max_length=8, description="In place of symbol.")
    quantity: _Figure = Field(description="Units, contracts or packages, such as 0.25.")
    limit: _Figure | None = Field(
        default=None,
        description="Price of a limit order; of legs the most paid for a package, negative for the "
        "least received. [currency]",
    )
    stop: _Figure | None = Field(
        default=None, description="Price from which on it trades at the market. [currency]"
    )
    tif: Literal["day", "gtc"] = Field(
        default="day", description="Until the session ends, or until it is cancelled."
    )
    strategy: str = Field(default="", max_length=40, description="Whose limit of risk applies.")
    note: _Words = ""

    def ticket(self, name: str, now_ns: int) -> Ticket:
        """Return what is asked, under a name for the case that it has none.

        Raises
        ------
        BadInput
            If it cannot be an order.
        """
        quantity, limit, stop = (_number(x) for x in (self.quantity, self.limit, self.stop))
        if quantity is None:
            raise BadInput("an order needs a quantity", field="quantity")
        tif = TimeInForce(self.tif)
        if not self.legs:
            if self.symbol is None or self.side is None:
                raise BadInput("an order needs symbol and side, or legs", field="symbol")
            return single(
                self.id or name,
                Side(self.side),
                self.symbol,
                quantity,
                placed_ns=now_ns,
                limit=limit,
                stop=stop,
                tif=tif,
                strategy=self.strategy,
                origin="api",
                note=self.note,
            )
        if self.symbol is not None or self.side is not None or stop is not None:
            raise BadInput("an order of legs has no symbol, side or stop of its own", field="legs")
        return Ticket(
            id=self.id or name,
            legs=tuple(TicketLeg(leg.symbol, leg.ratio) for leg in self.legs),
            quantity=quantity,
            placed_ns=now_ns,
            kind=OrderKind.MARKET if limit is None else OrderKind.LIMIT,
            limit=limit,
            tif=tif,
            strategy=self.strategy,
            origin="api",
            note=self.note,
        )


class CloseRequest(BaseModel):
    """A position to be closed at the market, or a part of it."""

    model_config = ConfigDict(extra="forbid")

    symbol: _Symbol
    quantity: _Figure | None = Field(
        default=None, description="Units or contracts; all that is held where absent."
    )

    def wanted(self) -> Decimal | None:
        """Return the quantity; None for all."""
        return _number(self.quantity)


class HaltRequest(BaseModel):
    """Why trading is halted."""

    model_config = ConfigDict(extra="forbid")

    why: _Words = "halted by the API"


class LegBody(msgspec.Struct, frozen=True):
    """One instrument of an order: `ratio` units a package, negative is sold."""

    symbol: str
    ratio: int


class OrderBody(msgspec.Struct, frozen=True):
    """An order and what has become of it.

    Parameters
    ----------
    id : str
        The client's name for it.
    state : str
        ``working``, ``filled``, ``cancelled``, ``expired`` or ``refused``.
    legs : list of LegBody
        What is traded, one or several.
    kind, tif : str
        ``market``, ``limit`` or ``stop``; ``day`` or ``gtc``.
    quantity, filled : str
        Units, contracts or packages.
    limit_price, stop_price : str or None
        Of one instrument positive; of legs the most that is paid for a package. [currency]
    paid, fees : str
        For what traded, negative for what was received; and fees on it. [currency]
    limit : str
        Of a refused order the limit that it is beyond; empty otherwise.
    why : str
        Why it was refused or cancelled, or why it waits.
    placed, changed : str
        UTC.
    expires : str or None
        UTC; None for never.
    strategy, origin, note : str
        As placed.
    """

    id: str
    state: str
    legs: list[LegBody]
    kind: str
    tif: str
    quantity: str
    filled: str
    limit_price: str | None
    stop_price: str | None
    paid: str
    fees: str
    limit: str
    why: str
    placed: str
    changed: str
    expires: str | None
    strategy: str
    origin: str
    note: str


class OrdersReply(msgspec.Struct, frozen=True):
    """Orders of the account, newest first."""

    orders: list[OrderBody]


class PositionBody(msgspec.Struct, frozen=True):
    """What is held of one instrument.

    Parameters
    ----------
    symbol : str
        Canonical symbol.
    quantity, units : str
        Contracts or units, negative for short; and shares and units, contracts times multiplier.
    unit_cost, cost : str
        Of a unit and of all, first in, first out, without fees. [currency]
    mark : str or None
        What a unit is worth at the side that closes it. [currency]
    mark_kind, mark_source, mark_note : str
        ``bid``, ``ask``, ``last trade`` or ``close``; who said so; why it is absent or stale.
    mark_age_s : float or None
        [s]
    value, unrealised : str or None
        [currency]
    realised, fees, funding : str
        Since it was first traded; funding is what was paid, less dividends. [currency]
    """

    symbol: str
    quantity: str
    units: str
    unit_cost: str
    cost: str
    mark: str | None
    mark_kind: str
    mark_source: str
    mark_note: str
    mark_age_s: float | None
    value: str | None
    unrealised: str | None
    realised: str
    fees: str
    funding: str


class PositionsReply(msgspec.Struct, frozen=True):
    """What is held."""

    positions: list[PositionBody]


class AccountReply(msgspec.Struct, frozen=True):
    """The account as a whole.

    Parameters
    ----------
    account, mode : str
        Its name; ``demo`` where its market is simulated.
    cash : str
        [currency]
    value, day_start : str or None
        Cash with positions at mark, None where one has none; and what that was at midnight of New York.
        [currency]
    halted : str
        Why no order is taken; empty where orders are.
    open_orders, positions, events : int
        How many.
    """

    account: str
    mode: str
    cash: str
    value: str | None
    day_start: str
    halted: str
    open_orders: int
    positions: int
    events: int


class FillBody(msgspec.Struct, frozen=True):
    """One execution: of an order, or of an option that came to its end.

    Parameters
    ----------
    order : str
        Its name; empty where an option was settled.
    time, symbol : str
        UTC; canonical symbol.
    units, price, reference, fee : str
        Shares and units, negative for a sale; executed; the side that was crossed; paid. [currency]
    reason : str
        Note of the order, or what became of the option.
    """

    order: str
    time: str
    symbol: str
    units: str
    price: str
    reference: str
    fee: str
    reason: str


class FillsReply(msgspec.Struct, frozen=True):
    """Executions, newest first."""

    fills: list[FillBody]


class LimitBody(msgspec.Struct, frozen=True):
    """A limit of the account: `of` an underlying or a strategy, how much is used and left. [currency]."""

    name: str
    of: str
    limit: str | None
    used: str | None
    room: str | None


class LimitsReply(msgspec.Struct, frozen=True):
    """Limits of the account."""

    limits: list[LimitBody]
    halted: str


class EquityReply(msgspec.Struct, frozen=True):
    """What the account was worth: times in ms since 1970 UTC, equity and cash in currency."""

    t: list[int]
    equity: list[float]
    cash: list[float]


class PreviewReply(msgspec.Struct, frozen=True):
    """What an order would come to if it were placed now.

    Parameters
    ----------
    cost, fees : str or None
        Paid for all of it, negative for what is received; and fees. [currency]
    worst_loss : str or None
        With fees; None where there is no end to it, or no quote. [currency]
    is_unlimited : bool
        Whether there is no end to it.
    cash_after : str or None
        Once all of it traded. [currency]
    share : float or None
        Of the account's value. [1]
    limit, refused : str
        The limit that it is beyond, and why; empty where it is beyond none.
    waits : str
        Why it would not trade at once, or not all of it.
    quote_age_s : float or None
        Of the oldest quote. [s]
    expires : str or None
        UTC.
    """

    cost: str | None
    fees: str | None
    worst_loss: str | None
    is_unlimited: bool
    cash_after: str | None
    share: float | None
    limit: str
    refused: str
    waits: str
    quote_age_s: float | None
    expires: str | None


class HaltReply(msgspec.Struct, frozen=True):
    """Whether trading is halted and why, and the same in a sentence."""

    halted: str
    message: str


def _number(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise BadInput(f"{text!r} is no number") from error
