"""The paper account on the command line: shown, closed, cancelled, halted."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.paper_account import open_account
from quantdeck.app.paper_text import print_order, print_positions, print_table
from quantdeck.app.portfolio_import import read_trades
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.net.clock import SystemClock
from quantdeck.records.paper_files import PaperPaths
from quantdeck.records.report_files import plain
from quantdeck.trading.by_hand import BY_HAND
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import OrderState, single

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.paper_account import OpenAccount
    from quantdeck.app.settings import Settings
    from quantdeck.trading.account import Standing

_ASKED = "asked for on the command line"


@dataclass(frozen=True, slots=True)
class CloseQuestion:
    """What ``quantdeck portfolio close`` is asked for.

    Parameters
    ----------
    symbol : str
        As typed.
    price : str or None
        At which it is closed, as stated; at the market where None.
    quantity : str or None
        A part of it; all where None.
    wait_s : float
        So long a fill is waited for. [s]
    portfolio_file, pnl_file : Path or None
        Get the fills and the gains of the account.
    demo : bool
        Of the demo's account.
    """

    symbol: str
    price: str | None
    quantity: str | None
    wait_s: float
    portfolio_file: Path | None
    pnl_file: Path | None
    demo: bool


def run_show(settings: Settings, *, file: Path | None, demo: bool, as_json: bool) -> None:
    """Print what is held, or what a list adds up to.

    Raises
    ------
    BadInput, NoData
        If the list cannot be read.
    StoreError
        If the records cannot be opened.
    """
    if file is not None:
        _show_list(file, as_json=as_json)
        return
    with open_account(settings, demo=demo) as opened:
        account, rows = opened.book.account, opened.desk.positions()
        value = opened.desk.value()
        if as_json:
            facts = {
                "account": opened.book.name,
                "simulated": opened.simulated,
                "cash": plain(account.cash),
                "value": None if value is None else plain(value),
                "halted": account.halted,
                "positions": msgspec.to_builtins(rows, str_keys=True),
            }
            print(json.dumps(facts, default=str))  # noqa: T201
        else:
            print_positions(rows, cash=account.cash, value=value, halted=account.halted)


def run_close(settings: Settings, question: CloseQuestion, *, as_json: bool) -> None:
    """Close a position, or a part of it.

    Raises
    ------
    BadInput
        If a figure is none.
    Conflict
        If it is refused, or open orders close it already.
    NoData
        If nothing of it is held.
    """
    symbol = typed_symbol(question.symbol)
    price, quantity = _figure(question.price, "price"), _figure(question.quantity, "quantity")
    with open_account(settings, demo=question.demo) as opened:
        order = asyncio.run(_closed(opened, symbol, quantity, price))
        if order.state is OrderState.WORKING:
            order = opened.wait_for(order.ticket.id, seconds=question.wait_s)
        opened.list_in(PaperPaths(portfolio=question.portfolio_file, pnl=question.pnl_file))
        print_order(order, opened.why_waits(order), as_json=as_json)
        if order.state is OrderState.REFUSED:
            raise Conflict(f"closing {symbol} is refused by {order.limit}; nothing is traded")


def run_cancel(settings: Settings, order_id: str, *, demo: bool, as_json: bool) -> None:
    """Take an order back, or with ``all`` every open one.

    Raises
    ------
    Conflict
        If it has ended in another way.
    NoData
        If there is none.
    """
    with open_account(settings, demo=demo) as opened:
        if order_id == "all" and not opened.book.account.knows(order_id):
            orders = asyncio.run(opened.desk.cancel_all(_ASKED))
        else:
            orders = [asyncio.run(opened.desk.cancel(order_id, _ASKED))]
        for order in orders:
            print_order(order, "", as_json=as_json)
        if not orders and not as_json:
            print("no order is open")  # noqa: T201


def run_halt(settings: Settings, why: str, *, demo: bool) -> None:
    """Take no order and let none trade until the account is resumed.

    Raises
    ------
    StoreError
        If it cannot be kept.
    """
    with open_account(settings, demo=demo) as opened:
        asyncio.run(opened.desk.halt(why))
        print(f"trading is halted: {opened.book.account.halted}")  # noqa: T201


def run_resume(settings: Settings, *, demo: bool) -> None:
    """Take orders again.

    Raises
    ------
    StoreError
        If it cannot be kept.
    """
    with open_account(settings, demo=demo) as opened:
        asyncio.run(opened.desk.resume(_ASKED))
        print("orders are taken")  # noqa: T201


async def _closed(
    opened: OpenAccount, symbol: str, quantity: Decimal | None, price: Decimal | None
) -> Standing:
    await opened.desk.load()
    if price is None:
        return await opened.desk.close(symbol, quantity, why=_ASKED)
    held = next((row for row in opened.desk.positions() if row.symbol == symbol), None)
    if held is None:
        raise NoData(f"nothing is held of {symbol}")
    wanted = abs(held.quantity) if quantity is None else quantity
    if wanted > abs(held.quantity):
        raise BadInput(
            f"{plain(abs(held.quantity))} of {symbol} are held, not {plain(wanted)}",
            field="quantity",
        )
    ticket = single(
        f"close-{SystemClock().now_ns()}",
        Side.SELL if held.quantity > 0 else Side.BUY,
        symbol,
        wanted,
        placed_ns=SystemClock().now_ns(),
        origin="close",
        note=BY_HAND,
    )
    return opened.stated_fill(ticket, price)


def _show_list(file: Path, *, as_json: bool) -> None:
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for trade in read_trades(file):
        quantity, cost = totals.get(trade.symbol, (Decimal(0), Decimal(0)))
        totals[trade.symbol] = quantity + trade.quantity, cost + trade.quantity * trade.price
    held = {symbol: found for symbol, found in totals.items() if found[0]}
    if as_json:
        print(json.dumps({symbol: plain(quantity) for symbol, (quantity, _) in held.items()}))  # noqa: T201
    elif held:
        print_table(
            ("Symbol", "Quantity", "Net paid"),
            [(s, plain(quantity), plain(round(cost, 2))) for s, (quantity, cost) in held.items()],
        )
    else:
        print(f"nothing of {file} is held any more")  # noqa: T201


def _figure(text: str | None, name: str) -> Decimal | None:
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        found = Decimal("NaN")
    if not (found.is_finite() and found > 0):
        raise BadInput(f"a {name} is a number above 0, was {text!r}", field=name)
    return found
