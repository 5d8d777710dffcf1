"""What the Trading page shows of orders: those that wait, with why, and those that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.trading.tickets import OrderState
from quantdeck.views.figures import ms_of, price_decimals
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state
from quantdeck.views.trading_words import LIMITS, order_text, package_text, type_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from quantdeck.trading.account import Standing
    from quantdeck.trading.terms import Terms
    from quantdeck.views.payloads import PanelState, Row

MOST_ENDED = 200
_TONES = {OrderState.FILLED: "done", OrderState.REFUSED: "failed"}


def open_payload(
    orders: Sequence[Standing], state: PanelState, *, waiting: Mapping[str, str]
) -> RowsPayload:
    """Return the orders that may still trade, newest first.

    Parameters
    ----------
    orders : sequence of Standing
        Oldest first.
    state : PanelState
        Of the panel.
    waiting : mapping of str to str
        Why an order did not trade when it was last looked at, by its name.
    """
    if not orders:
        return RowsPayload(empty_state(state, "No order is open"), [])
    rows = [_open_row(each, waiting) for each in reversed(orders)]
    return RowsPayload(state, rows)


def ended_payload(
    orders: Sequence[Standing],
    state: PanelState,
    *,
    terms_of: Callable[[str], Terms],
    limits: Mapping[str, str],
) -> RowsPayload:
    """Return what became of orders, newest first.

    Parameters
    ----------
    orders : sequence of Standing
        Those that have ended, oldest first.
    state : PanelState
        Of the panel.
    terms_of : callable
        Gives the terms of a symbol that was traded.
    limits : mapping of str to str
        The limit that an order was beyond, by its name.
    """
    ended = sorted(orders, key=lambda each: -each.changed_ns)[:MOST_ENDED]
    if not ended:
        return RowsPayload(empty_state(state, "No order has ended yet"), [])
    return RowsPayload(state, [_ended_row(each, terms_of, limits) for each in ended])


def _order(each: Standing) -> Row:
    ticket = each.ticket
    words = order_text(ticket)
    if not ticket.is_single:
        words += f" {package_text(ticket.legs)}"
    return {
        "id": ticket.id,
        "order": words,
        "kind": type_text(ticket),
        "filled": float(each.filled / ticket.quantity),
        "strategy": ticket.strategy.replace("_", " "),
        "origin": ticket.origin,
    }


def _open_row(each: Standing, waiting: Mapping[str, str]) -> Row:
    name = each.ticket.id
    return _order(each) | {
        "placed": ms_of(each.ticket.placed_ns),
        "expires": ms_of(each.expires_ns),
        "waits": waiting.get(name, "not looked at yet"),
        "triggered": "stop met" if each.is_triggered else "",
    }


def _ended_row(each: Standing, terms_of: Callable[[str], Terms], limits: Mapping[str, str]) -> Row:
    limit, price = limits.get(each.ticket.id, ""), _price(each, terms_of)
    return _order(each) | {
        "ts": ms_of(each.changed_ns),
        "state": each.state.value,
        "tone": _TONES.get(each.state, "plain"),
        "price": price,
        "decimals": 2 if price is None else _decimals(price),
        "paid": float(each.paid) if each.filled else None,
        "fees": float(each.fees) if each.filled else None,
        "limit": LIMITS.get(limit, limit),
        "why": each.why or each.ticket.note,
    }


def _decimals(price: float) -> int:
    # A mean of several prices has more of them than are worth reading.
    return 2 if abs(price) >= 100.0 else min(4, max(2, price_decimals(None, [price])))


def _price(each: Standing, terms_of: Callable[[str], Terms]) -> float | None:
    # Of a package as it is quoted, which cannot be said where multipliers differ.
    if not each.filled:
        return None
    multipliers: set[Decimal] = {terms_of(leg.symbol).multiplier for leg in each.ticket.legs}
    if len(multipliers) != 1:
        return None
    price = float(each.paid / each.filled / multipliers.pop())
    return abs(price) if each.ticket.is_single else price
