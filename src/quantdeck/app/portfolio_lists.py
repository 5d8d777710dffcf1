"""Orders and fills of the paper account on the command line, and its CSV files."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.app.paper_account import open_account
from quantdeck.app.paper_text import order_facts, print_order, print_table
from quantdeck.records.paper_files import PaperPaths, paper_rows
from quantdeck.records.report_files import plain

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings

_NEWEST = 100


def run_orders(settings: Settings, *, every: bool, demo: bool, as_json: bool) -> None:
    """Print orders, newest first.

    Raises
    ------
    StoreError
        If the records cannot be opened.
    """
    with open_account(settings, demo=demo) as opened:
        account = opened.book.account
        orders = list(reversed(account.orders() if every else account.open_orders()))
        waits = {order.ticket.id: opened.why_waits(order) for order in orders}
    if as_json:
        print(json.dumps([order_facts(order, waits[order.ticket.id]) for order in orders]))  # noqa: T201
        return
    if not orders:
        print("no order is open; --all lists those that have ended")  # noqa: T201
        return
    for order in orders[:_NEWEST]:
        print_order(order, waits[order.ticket.id], as_json=False)
    if len(orders) > _NEWEST:
        print(f"and {len(orders) - _NEWEST:,} older ones; --json lists all")  # noqa: T201


def run_fills(settings: Settings, *, limit: int, demo: bool, as_json: bool) -> None:
    """Print what was traded, newest first.

    Raises
    ------
    StoreError
        If the records cannot be opened.
    """
    with open_account(settings, demo=demo) as opened:
        rows = paper_rows(opened.book.events(), run=opened.book.name, simulated=opened.simulated)
    newest = rows.portfolio[::-1][:limit]
    if as_json:
        print(json.dumps(newest, default=plain))  # noqa: T201
    elif not newest:
        print("nothing was traded yet; quantdeck broker BUY AAPL 1 places an order")  # noqa: T201
    else:
        columns = ("date", "symbol", "quantity", "price", "fee", "strategy", "reason")
        header = [name.capitalize() for name in columns]
        print_table(header, [[_cell(row.get(name)) for name in columns] for row in newest])


def run_export(settings: Settings, folder: Path, *, demo: bool) -> None:
    """Write the account as ``orders.csv``, ``portfolio.csv`` and ``pnl.csv``.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    with open_account(settings, demo=demo) as opened:
        opened.list_in(
            PaperPaths(folder / "orders.csv", folder / "portfolio.csv", folder / "pnl.csv")
        )
    print(f"written to {folder}: orders.csv, portfolio.csv, pnl.csv")  # noqa: T201


def _cell(value: object) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value or "")
