"""Limits of an account: what an order may risk, and when nothing may be ordered at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.trading.account import Account
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Guard:
    """What an account may do; None sets no limit.

    Parameters
    ----------
    max_risk : mapping of str to Decimal
        Most that one order of a strategy may lose, by strategy; ``*`` is for all others. [currency]
    max_symbol : Decimal or None
        Most value in one underlying, long or short, at mark. [currency]
    max_exposure : Decimal or None
        Most value of all positions together, long and short added. [currency]
    max_day_loss : Decimal or None
        Loss since the day began beyond which only what reduces positions is taken. [currency]
    """

    max_risk: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    max_symbol: Decimal | None = None
    max_exposure: Decimal | None = None
    max_day_loss: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the limits are held to.

    Parameters
    ----------
    ticket : Ticket
        What is asked.
    terms : mapping of str to Terms
        Of every symbol that is held or ordered.
    marks : mapping of str to Decimal
        What a share or unit of each is worth. [currency]
    risk : Decimal or None
        Most that the ticket can lose; None where there is no end to it. [currency]
    day_start : Decimal
        What the account was worth when the day began. [currency]
    """

    ticket: Ticket
    terms: Mapping[str, Terms]
    marks: Mapping[str, Decimal]
    risk: Decimal | None
    day_start: Decimal


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an order is not taken.

    Parameters
    ----------
    limit : str
        The rule: ``kill_switch``, ``max_day_loss``, ``max_risk``, ``max_symbol``, ``max_exposure`` or
        ``no_mark``.
    why : str
        With its figures.
    """

    limit: str
    why: str


def refusal(guard: Guard, account: Account, question: Question) -> Refusal | None:
    """Return the first limit that an order is beyond, or None.

    Parameters
    ----------
    guard : Guard
        The limits.
    account : Account
        As it stands; what its open orders would add counts as held.
    question : Question
        The order, and what is known of the market.

    Returns
    -------
    Refusal or None
        An order that only reduces what is held is refused by the kill switch alone.
    """
    if account.halted:
        return Refusal("kill_switch", f"trading is halted: {account.halted}")
    before = _quantities(account)
    after = dict(before)
    for symbol, change in _changes(question.ticket, question.terms).items():
        after[symbol] = after.get(symbol, _ZERO) + change
    if _only_reduces(_held(account), question):
        return None
    unmarked = sorted(symbol for symbol in after if symbol not in question.marks)
    if unmarked:
        return Refusal("no_mark", f"there is no price of {', '.join(unmarked)} to weigh it by")
    return (
        _day_loss(guard, account, question)
        or _risk(guard, question)
        or _symbol(guard, question, before, after)
        or _exposure(guard, question, before, after)
    )


def _held(account: Account) -> dict[str, Decimal]:
    return {symbol: position.quantity for symbol, position in account.positions().items()}


def _quantities(account: Account) -> dict[str, Decimal]:
    out = _held(account)
    for order in account.open_orders():
        for leg in order.ticket.legs:
            units = order.left * leg.ratio * account.terms(leg.symbol).multiplier
            out[leg.symbol] = out.get(leg.symbol, _ZERO) + units
    return out


def _changes(ticket: Ticket, terms: Mapping[str, Terms]) -> dict[str, Decimal]:
    return {
        leg.symbol: ticket.quantity * leg.ratio * terms[leg.symbol].multiplier
        for leg in ticket.legs
    }


def _only_reduces(held: Mapping[str, Decimal], question: Question) -> bool:
    changes = _changes(question.ticket, question.terms)
    return all(
        held.get(symbol, _ZERO) * change < 0 and abs(change) <= abs(held[symbol])
        for symbol, change in changes.items()
    )


def _day_loss(guard: Guard, account: Account, question: Question) -> Refusal | None:
    if guard.max_day_loss is None:
        return None
    held = _held(account)
    equity = account.cash + sum((held[s] * question.marks[s] for s in held), _ZERO)
    loss = question.day_start - equity
    if loss < guard.max_day_loss:
        return None
    return Refusal(
        "max_day_loss",
        f"the account has lost {loss:.2f} today, and {guard.max_day_loss:.2f} is the most; only "
        "orders that reduce positions are taken",
    )


def _risk(guard: Guard, question: Question) -> Refusal | None:
    strategy = question.ticket.strategy
    most = guard.max_risk.get(strategy, guard.max_risk.get("*"))
    if most is None or (question.risk is not None and question.risk <= most):
        return None
    name = strategy or "an order"
    loses = "without end" if question.risk is None else f"{question.risk:.2f}"
    return Refusal("max_risk", f"{name} may risk {most:.2f}; this one could lose {loses}")


def _symbol(
    guard: Guard, question: Question, before: Mapping[str, Decimal], after: Mapping[str, Decimal]
) -> Refusal | None:
    if guard.max_symbol is None:
        return None
    old, new = (_by_underlying(question, each) for each in (before, after))
    for symbol, value in new.items():
        if value > guard.max_symbol and value > old.get(symbol, _ZERO):
            return Refusal(
                "max_symbol",
                f"{value:.2f} in {symbol} would be more than {guard.max_symbol:.2f} allows",
            )
    return None


def _exposure(
    guard: Guard, question: Question, before: Mapping[str, Decimal], after: Mapping[str, Decimal]
) -> Refusal | None:
    old, new = (sum(_by_underlying(question, each).values(), _ZERO) for each in (before, after))
    if guard.max_exposure is None or new <= guard.max_exposure or new <= old:
        return None
    return Refusal(
        "max_exposure",
        f"positions of {new:.2f} would be more than {guard.max_exposure:.2f} allows",
    )


def _by_underlying(question: Question, held: Mapping[str, Decimal]) -> dict[str, Decimal]:
    out: dict[str, Decimal] = {}
    for symbol, quantity in held.items():
        terms = question.terms.get(symbol)
        name = (terms.underlying if terms is not None else "") or symbol
        mark = question.marks.get(symbol, _ZERO)
        out[name] = out.get(name, _ZERO) + abs(quantity * mark)
    return out
