"""What happens to an account, as events: the account is nothing but what they add up to."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeAlias

import msgspec

from quantdeck.model.errors import StoreError
from quantdeck.trading.fills import Fill
from quantdeck.trading.terms import Terms
from quantdeck.trading.tickets import Ticket


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Anything that happens.

    Parameters
    ----------
    ts_ns : int
        When, UTC; never before the event in front of it. [ns]
    """

    ts_ns: int


class Deposited(Event, frozen=True, kw_only=True):
    """Cash was added, or with a negative amount taken out."""

    money: Decimal
    note: str = ""


class Placed(Event, frozen=True, kw_only=True):
    """A ticket was taken.

    Parameters
    ----------
    ticket : Ticket
        What was asked.
    terms : tuple of Terms
        Of its legs, as they were known then.
    expires_ns : int or None
        When what is left of it will not trade any more, UTC; None for never. [ns]
    """

    ticket: Ticket
    terms: tuple[Terms, ...]
    expires_ns: int | None = None


class Refused(Event, frozen=True, kw_only=True):
    """A ticket was not taken; `limit` names the rule, `why` says it with its figures."""

    ticket: Ticket
    limit: str
    why: str


class Triggered(Event, frozen=True, kw_only=True):
    """A stop order has met its price."""

    order_id: str


class Executed(Event, frozen=True, kw_only=True):
    """Packages of an order have traded."""

    order_id: str
    packages: Decimal
    fills: tuple[Fill, ...]


class Cancelled(Event, frozen=True, kw_only=True):
    """What is left of an order will not trade."""

    order_id: str
    why: str = ""


class Expired(Event, frozen=True, kw_only=True):
    """An order's time has come to an end."""

    order_id: str


class Funded(Event, frozen=True, kw_only=True):
    """Funding of a perpetual was due: cash -= quantity * mark * rate. `due_ns` names the occasion; 0 for none."""

    symbol: str
    rate: float
    mark: float
    due_ns: int = 0


class Paid(Event, frozen=True, kw_only=True):
    """A dividend was due on what is held: cash += quantity * per_unit. `due_ns` names the occasion; 0 for none."""

    symbol: str
    per_unit: float
    due_ns: int = 0


class Divided(Event, frozen=True, kw_only=True):
    """Shares were split: each of the old is `ratio` new ones. `due_ns` names the occasion; 0 for none."""

    symbol: str
    ratio: Decimal
    due_ns: int = 0


class Settled(Event, frozen=True, kw_only=True):
    """An option came to its end, by expiry, exercise or assignment.

    Parameters
    ----------
    symbol : str
        The option.
    price : Decimal
        What a share's worth of it was settled at: its intrinsic value. [currency]
    shares : Fill or None
        Shares that changed hands for it; None where it was settled in cash.
    why : str
        ``expired``, ``exercised`` or ``assigned``.
    """

    symbol: str
    price: Decimal
    why: str
    shares: Fill | None = None


class Halted(Event, frozen=True, kw_only=True):
    """The kill switch: no order is taken until `Resumed`."""

    why: str


class Resumed(Event, frozen=True, kw_only=True):
    """Orders are taken again."""

    note: str = ""


AnyEvent: TypeAlias = (
    Deposited
    | Placed
    | Refused
    | Triggered
    | Executed
    | Cancelled
    | Expired
    | Funded
    | Paid
    | Divided
    | Settled
    | Halted
    | Resumed
)

_DECODER = msgspec.json.Decoder(AnyEvent)
_ENCODER = msgspec.json.Encoder(decimal_format="string")


def encode(event: AnyEvent) -> bytes:
    """Return an event as JSON, money to the last digit.

    Parameters
    ----------
    event : Event
        What happened.

    Returns
    -------
    bytes

    Examples
    --------
    >>> decode(encode(Deposited(ts_ns=1, money=Decimal("0.10")))).money
    Decimal('0.10')
    """
    return _ENCODER.encode(event)


def decode(body: bytes) -> AnyEvent:
    """Return the event of a JSON text.

    Parameters
    ----------
    body : bytes
        Of `encode`.

    Returns
    -------
    Event

    Raises
    ------
    StoreError
        If it is none.
    """
    try:
        return _DECODER.decode(body)
    except msgspec.MsgspecError as error:
        raise StoreError(
            f"an event of the ledger cannot be read ({error}); it was written by another version, or "
            "the file is damaged"
        ) from error
