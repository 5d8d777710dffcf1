"""The paper account as the API sends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.api.paper_bodies import (
    AccountReply,
    EquityReply,
    FillBody,
    LegBody,
    LimitBody,
    OrderBody,
    PositionBody,
    PreviewReply,
)
from quantdeck.api.parameters import iso
from quantdeck.trading import journal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from quantdeck.hub.paper_desk import PaperDesk
    from quantdeck.trading.account import Standing
    from quantdeck.trading.fills import Fill
    from quantdeck.trading.paper_now import EquityPoints, LimitUse, PositionNow, Preview

_MS = 1_000_000


def account_reply(desk: PaperDesk, mode: str) -> AccountReply:
    """Return the account as a whole."""
    account = desk.account
    return AccountReply(
        account=desk.name,
        mode=mode,
        cash=f"{account.cash:f}",
        value=_text(desk.value()),
        day_start=f"{desk.day_start:f}",
        halted=account.halted,
        open_orders=len(account.open_orders()),
        positions=len(account.positions()),
        events=account.count,
    )


def order_body(order: Standing, why_waits: str = "") -> OrderBody:
    """Return an order as it is sent."""
    ticket = order.ticket
    limit = ticket.limit
    if limit is not None and ticket.is_single:
        limit = abs(limit)
    return OrderBody(
        id=ticket.id,
        state=order.state.value,
        legs=[LegBody(leg.symbol, leg.ratio) for leg in ticket.legs],
        kind=ticket.kind.value,
        tif=ticket.tif.value,
        quantity=f"{ticket.quantity:f}",
        filled=f"{order.filled:f}",
        limit_price=_text(limit),
        stop_price=_text(ticket.stop),
        paid=f"{order.paid:f}",
        fees=f"{order.fees:f}",
        limit=order.limit,
        why=order.why or why_waits,
        placed=iso(ticket.placed_ns),
        changed=iso(order.changed_ns),
        expires=None if order.expires_ns is None else iso(order.expires_ns),
        strategy=ticket.strategy,
        origin=ticket.origin,
        note=ticket.note,
    )


def position_body(held: PositionNow) -> PositionBody:
    """Return a position as it is sent."""
    return PositionBody(
        symbol=held.symbol,
        quantity=f"{held.quantity:f}",
        units=f"{held.units:f}",
        unit_cost=f"{held.unit_cost:f}",
        cost=f"{held.cost:f}",
        mark=_text(held.mark.price),
        mark_kind=held.mark.convention,
        mark_source=held.mark.source,
        mark_note=held.mark.why,
        mark_age_s=held.mark.age_s,
        value=_text(held.value),
        unrealised=_text(held.unrealised),
        realised=f"{held.realised:f}",
        fees=f"{held.fees:f}",
        funding=f"{held.funding:f}",
    )


def fill_bodies(events: Iterable[journal.AnyEvent]) -> list[FillBody]:
    """Return the executions among events, newest first."""
    found = [_fill(order, fill) for order, fill in _fills(events)]
    return found[::-1]


def limit_body(use: LimitUse) -> LimitBody:
    """Return a limit as it is sent."""
    return LimitBody(use.name, use.of, _text(use.limit), _text(use.used), _text(use.room))


def preview_reply(seen: Preview) -> PreviewReply:
    """Return a preview as it is sent."""
    refused = seen.refusal
    return PreviewReply(
        cost=_text(seen.cost),
        fees=_text(seen.fees),
        worst_loss=_text(seen.risk),
        is_unlimited=seen.is_unlimited,
        cash_after=_text(seen.cash_after),
        share=seen.share,
        limit="" if refused is None else refused.limit,
        refused="" if refused is None else refused.why,
        waits=seen.why_waits,
        quote_age_s=seen.age_s,
        expires=None if seen.expires_ns is None else iso(seen.expires_ns),
    )


def equity_reply(points: EquityPoints) -> EquityReply:
    """Return the curve as it is sent."""
    times = [ts_ns // _MS for ts_ns in points.ts_ns.tolist()]
    return EquityReply(times, points.equity.tolist(), points.cash.tolist())


def _fills(events: Iterable[journal.AnyEvent]) -> Iterator[tuple[str, Fill]]:
    for event in events:
        if isinstance(event, journal.Executed):
            yield from ((event.order_id, fill) for fill in event.fills)
        elif isinstance(event, journal.Settled) and event.shares is not None:
            yield "", event.shares


def _fill(order: str, fill: Fill) -> FillBody:
    return FillBody(
        order=order,
        time=iso(fill.ts_ns),
        symbol=fill.symbol,
        units=f"{fill.quantity:f}",
        price=f"{fill.price:f}",
        reference=f"{fill.reference:f}",
        fee=f"{fill.fee:f}",
        reason=fill.reason,
    )


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
