"""What the commands of the paper account print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.table import Table

from quantdeck.records.report_files import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from quantdeck.trading.account import Standing
    from quantdeck.trading.paper_now import PositionNow, Preview
    from quantdeck.trading.tickets import Ticket

_CENTS = 2


def ticket_text(ticket: Ticket) -> str:
    """Return an order in a line, such as ``BUY 10 US:AAPL at 230.5 or better, for the day``."""
    what = (
        f"{ticket.side.value.upper()} {plain(ticket.quantity)} {ticket.legs[0].symbol}"
        if ticket.is_single
        else f"{plain(ticket.quantity)} x "
        + " ".join(f"{leg.ratio:+d} {leg.symbol}" for leg in ticket.legs)
    )
    return f"{what} {_price_text(ticket)}, {'for the day' if ticket.tif == 'day' else 'until cancelled'}"


def print_order(order: Standing, why_waits: str, *, as_json: bool) -> None:
    """Print what has become of an order.

    Parameters
    ----------
    order : Standing
        The order.
    why_waits : str
        Why it does not trade.
    as_json : bool
        For a program.
    """
    if as_json:
        print(json.dumps(order_facts(order, why_waits)))  # noqa: T201
        return
    console = _console()
    console.print(f"{order.ticket.id}: {ticket_text(order.ticket)}", highlight=False)
    if order.filled:
        console.print(
            f"  {order.state}: {plain(order.filled)} for {money(order.paid)}, fees {money(order.fees)}",
            highlight=False,
        )
    else:
        by = f" by {order.limit}" if order.limit else ""
        console.print(
            f"  {order.state}{by}{f': {order.why}' if order.why else ''}", highlight=False
        )
    if why_waits:
        console.print(f"  waits: {why_waits}", highlight=False)


def order_facts(order: Standing, why_waits: str) -> dict[str, object]:
    """Return an order for a program; amounts as text, so that no digit is lost."""
    return {
        "id": order.ticket.id,
        "state": order.state.value,
        "legs": msgspec.to_builtins(order.ticket.legs),
        "quantity": plain(order.ticket.quantity),
        "kind": order.ticket.kind.value,
        "limit": _optional(order.ticket.limit),
        "stop": _optional(order.ticket.stop),
        "tif": order.ticket.tif.value,
        "strategy": order.ticket.strategy,
        "filled": plain(order.filled),
        "paid": plain(order.paid),
        "fees": plain(order.fees),
        "limit_beyond": order.limit,
        "why": order.why,
        "waits": why_waits,
    }


def print_preview(seen: Preview, *, as_json: bool) -> None:
    """Print what a ticket would come to.

    Parameters
    ----------
    seen : Preview
        Of the ticket.
    as_json : bool
        For a program.
    """
    refusal = seen.refusal
    if as_json:
        facts = {
            "id": seen.ticket.id,
            "cost": _optional(seen.cost),
            "fees": _optional(seen.fees),
            "risk": _optional(seen.risk),
            "is_unlimited": seen.is_unlimited,
            "cash_after": _optional(seen.cash_after),
            "share": seen.share,
            "refusal": None if refusal is None else {"limit": refusal.limit, "why": refusal.why},
            "waits": seen.why_waits,
            "quote_age_s": seen.age_s,
        }
        print(json.dumps(facts))  # noqa: T201
        return
    table = Table(box=None, show_header=False, pad_edge=False)
    rows = [
        ("order", ticket_text(seen.ticket)),
        ("cost", money(seen.cost)),
        ("fees", money(seen.fees)),
        ("most it can lose", "no bound" if seen.is_unlimited else money(seen.risk)),
        ("cash after it", money(seen.cash_after)),
        ("share of the account", "not known" if seen.share is None else f"{seen.share:.1%}"),
        ("limits", "all kept" if refusal is None else f"refused by {refusal.limit}: {refusal.why}"),
        ("would wait", seen.why_waits or "no"),
    ]
    for name, value in rows:
        table.add_row(name, value)
    _console().print(table, highlight=False)
    _console().print("nothing was placed", highlight=False)


def print_positions(
    rows: Sequence[PositionNow], *, cash: Decimal, value: Decimal | None, halted: str
) -> None:
    """Print what is held.

    Parameters
    ----------
    rows : sequence of PositionNow
        At their marks.
    cash : Decimal
        Of the account. [currency]
    value : Decimal or None
        Of cash and positions. [currency]
    halted : str
        Why no order is taken; empty where orders are.
    """
    if rows:
        print_table(
            (
                "Symbol",
                "Quantity",
                "Cost",
                "Mark",
                "Age",
                "Value",
                "Unrealised",
                "Realised",
                "Fees",
            ),
            [
                (
                    row.symbol,
                    plain(row.quantity),
                    plain(round(row.unit_cost, 4)),
                    "none" if row.mark.price is None else plain(round(row.mark.price, 4)),
                    age_text(row.mark.age_s),
                    money(row.value),
                    money(row.unrealised),
                    money(row.realised),
                    money(row.fees),
                )
                for row in rows
            ],
        )
    else:
        print("nothing is held")  # noqa: T201
    worth = "not known: a mark is missing" if value is None else money(value)
    print(f"cash {money(cash)}, cash and positions {worth}")  # noqa: T201
    if halted:
        print(f"trading is halted: {halted}; quantdeck portfolio resume goes on")  # noqa: T201


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table whose first column is text and the others are figures."""
    table = Table(box=None, pad_edge=False)
    for number, name in enumerate(header):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    # A figure that is cut is a wrong figure: lines may be longer than the screen.
    Console(width=10_000).print(table, highlight=False, markup=False)


def money(value: Decimal | None) -> str:
    """Return an amount with two digits behind the point.

    Examples
    --------
    >>> from decimal import Decimal
    >>> money(Decimal("-1234.567")), money(None)
    ('-1,234.57', 'not known')
    """
    return "not known" if value is None else f"{round(value, _CENTS):,}"


def age_text(age_s: float | None) -> str:
    """Return an age in the unit that fits it.

    Examples
    --------
    >>> age_text(0.4), age_text(400.0), age_text(90_000.0)
    ('0 s', '7 min', '25 h')
    """
    if age_s is None:
        return "-"
    if age_s < 120:
        return f"{age_s:.0f} s"
    return f"{age_s / 60:.0f} min" if age_s < 7200 else f"{age_s / 3600:.0f} h"


def _price_text(ticket: Ticket) -> str:
    if ticket.stop is not None:
        return f"once {plain(ticket.stop)} is reached"
    if ticket.limit is None:
        return "at the market"
    if ticket.is_single:
        return f"at {plain(abs(ticket.limit))} or better"
    way = "at most" if ticket.limit >= 0 else "for at least"
    return f"{way} {plain(abs(ticket.limit))} a package"


def _optional(value: Decimal | None) -> str | None:
    return None if value is None else plain(value)


def _console() -> Console:
    return Console(soft_wrap=True)
