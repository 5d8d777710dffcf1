"""What positions are worth: at the side that closes them, with source and age."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.model.instruments import InstrumentKind
from quantdeck.trading.money import amount, exact
from quantdeck.trading.paper_now import Mark, PaperRules, PositionNow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.hub.paper_market import PaperMarket
    from quantdeck.trading.account import Account
    from quantdeck.trading.ledger import Position
    from quantdeck.trading.terms import Terms

_ZERO = Decimal(0)


def fresh_s(rules: PaperRules, terms: Terms) -> float:
    """Return the age from which on a quote of an instrument is stale. [s]."""
    return rules.fresh_option_s if terms.kind is InstrumentKind.OPTION else rules.fresh_s


def mark_of(
    market: PaperMarket, terms: Terms, *, is_long: bool, now_ns: int, rules: PaperRules
) -> Mark:
    """Return what a unit is worth: the bid of what is held, the ask of what is sold short.

    Parameters
    ----------
    market : PaperMarket
        What is known.
    terms : Terms
        Of the instrument.
    is_long : bool
        Which side closes the position.
    now_ns : int
        The time, UTC. [ns]
    rules : PaperRules
        From which age on a quote is stale.

    Returns
    -------
    Mark
        Where that side is not shown: of an option 0 for a bid, since nobody pays anything, else the last
        price that is known. A price that is old is given with its age.
    """
    symbol, source = terms.symbol, market.source(terms.symbol)
    top = market.top(symbol)
    price, side = None, "bid" if is_long else "ask"
    if top is not None:
        price = top.bid if is_long else top.ask
        if price is None and is_long and terms.kind is InstrumentKind.OPTION:
            price = 0.0
    other = market.price(symbol) if top is None or price is None else None
    if top is not None and price is not None and math.isfinite(price):
        age_s = max(0, now_ns - top.ts_ns) / 1e9
        is_fresh = age_s <= fresh_s(rules, terms)
        why = "" if is_fresh else f"the quote of {symbol} is {age_s:.0f} s old"
        return Mark(symbol, exact(price, "a mark"), top.ts_ns, age_s, source, side, is_fresh, why)
    if other is not None:
        age_s = max(0, now_ns - other.ts_ns) / 1e9
        why = f"no {side} of {symbol} is known: its {other.kind} stands in"
        value = exact(other.value, "a mark")
        return Mark(symbol, value, other.ts_ns, age_s, source, other.kind, why=why)
    return Mark(symbol, why=f"no price of {symbol} is known: it is not captured by this deck")


def position_now(position: Position, terms: Terms, mark: Mark) -> PositionNow:
    """Return a position at its mark.

    Parameters
    ----------
    position : Position
        Of the ledger, in shares and units.
    terms : Terms
        Of it.
    mark : Mark
        What a unit is worth.
    """
    value = None if mark.price is None else amount(position.quantity, mark.price)
    return PositionNow(
        symbol=position.symbol,
        terms=terms,
        quantity=position.quantity / terms.multiplier,
        units=position.quantity,
        unit_cost=position.average_cost or _ZERO,
        cost=position.cost,
        mark=mark,
        value=value,
        unrealised=None if value is None else value - position.cost,
        realised=position.realised,
        fees=position.fees,
        funding=position.funding,
    )


def equity_of(account: Account, marks: Mapping[str, Mark]) -> Decimal | None:
    """Return cash and positions at mark; None where something held has no mark. [currency]."""
    total = account.cash
    for symbol, position in account.positions().items():
        mark = marks.get(symbol)
        if mark is None or mark.price is None:
            return None
        total += amount(position.quantity, mark.price)
    return total
