"""Takes positions of a list, such as an older ``portfolio.csv``, over into the paper account."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from quantdeck.app.paper_account import open_account
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.hub.paper_terms import terms_of
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.net.clock import SystemClock
from quantdeck.trading.by_hand import BY_HAND, stated
from quantdeck.trading.journal import Placed
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import single

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.trading.account import Account
    from quantdeck.trading.journal import AnyEvent
    from quantdeck.trading.tickets import Ticket

_SYMBOLS = ("symbol", "ticker")
_QUANTITIES = ("quantity", "qty", "shares", "size")
_PRICES = ("price", "entry_price", "avg_price", "average_price", "avg_cost", "cost", "entry")
_MOST_BYTES = 10_000_000
_MOST_ROWS = 100_000
_LONGEST_NOTE = 120


@dataclass(frozen=True, slots=True)
class ListedTrade:
    """One row of a list.

    Parameters
    ----------
    symbol : str
        As it stands there.
    quantity : Decimal
        Units, negative for a sale.
    price : Decimal
        Of a unit. [currency]
    """

    symbol: str
    quantity: Decimal
    price: Decimal


def read_trades(path: Path) -> list[ListedTrade]:
    """Return the trades that a list has, oldest first.

    Parameters
    ----------
    path : Path
        CSV with a header; columns are found by their usual names, others are left alone.

    Returns
    -------
    list of ListedTrade

    Raises
    ------
    BadInput
        If a column is not there or a figure is none; the message names the row.
    NoData
        If there is no such file, or nothing in it.
    """
    if not path.is_file():
        raise NoData(f"there is no file {path}")
    if path.stat().st_size > _MOST_BYTES:
        raise BadInput(
            f"{path} is larger than {_MOST_BYTES // 1_000_000} MB; is it a list of trades?"
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = {name.strip().lower(): name for name in reader.fieldnames or ()}
            columns = [_column(header, names, path) for names in (_SYMBOLS, _QUANTITIES, _PRICES)]
            rows = [[(row[name] or "").strip() for name in columns] for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot read {path}: {error}") from error
    if not rows or len(rows) > _MOST_ROWS:
        raise NoData(f"{path} has {len(rows):,} rows; from 1 to {_MOST_ROWS:,} can be taken over")
    return [_trade(row, number, path) for number, row in enumerate(rows, 2)]


def run_import(settings: Settings, path: Path, *, demo: bool, as_json: bool) -> None:
    """Take the trades of a list over at the prices it states.

    Each is an order of its own, named by the content of the list and its row, so that the same list
    taken over again changes nothing. All of them are taken, or none.

    Raises
    ------
    BadInput, NoData
        If the list cannot be taken over.
    StoreError
        If the records cannot be written.
    """
    trades = read_trades(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    # The row in the file, so that a person finds it.
    now_ns = SystemClock().now_ns()
    tickets = [
        _ticket(trade, f"import:{digest}:{number}", path, now_ns)
        for number, trade in enumerate(trades, 2)
    ]
    with open_account(settings, demo=demo) as opened:
        prices = [trade.price for trade in trades]
        events = opened.book.commit(
            lambda account: _taken_over(account, list(zip(tickets, prices, strict=True)))
        )
    taken = len(events) // 2
    if as_json:
        print(json.dumps({"rows": len(trades), "taken": taken}))  # noqa: T201
    else:
        known = len(trades) - taken
        rest = f"; {known} were taken over before" if known else ""
        print(f"{taken} trades of {path} taken over at the prices it states{rest}")  # noqa: T201


def _ticket(trade: ListedTrade, name: str, path: Path, now_ns: int) -> Ticket:
    side = Side.BUY if trade.quantity > 0 else Side.SELL
    return single(
        name,
        side,
        typed_symbol(trade.symbol),
        abs(trade.quantity),
        placed_ns=now_ns,
        origin="import",
        note=f"{BY_HAND}, in {path.name}"[:_LONGEST_NOTE],
    )


def _taken_over(account: Account, trades: Sequence[tuple[Ticket, Decimal]]) -> list[AnyEvent]:
    # They have happened: no limit is asked.
    if account.halted:
        raise Conflict(f"trading is halted: {account.halted}; resume it first")
    events: list[AnyEvent] = []
    for ticket, price in trades:
        if not account.knows(ticket.id):
            ts_ns = max(ticket.placed_ns, account.last_ns)
            terms = tuple(terms_of(leg.symbol) for leg in ticket.legs)
            placed = Placed(ts_ns=ts_ns, ticket=ticket, terms=terms)
            events += stated(account, [placed], ticket, price)
    return events


def _column(header: dict[str, str], names: tuple[str, ...], path: Path) -> str:
    found = next((header[name] for name in names if name in header), None)
    if found is None:
        raise BadInput(
            f"{path} has no column {' or '.join(names[:3])}; it has {', '.join(header) or 'none'}"
        )
    return found


def _trade(row: list[str], number: int, path: Path) -> ListedTrade:
    symbol, *texts = row
    if not symbol:
        raise BadInput(f"{path}, row {number}: no symbol")
    try:
        quantity, price = (Decimal(text.removeprefix("'")) for text in texts)
    except InvalidOperation as error:
        raise BadInput(
            f"{path}, row {number}: {' and '.join(texts)} are not two numbers"
        ) from error
    if not (quantity.is_finite() and price.is_finite() and quantity and price > 0):
        raise BadInput(
            f"{path}, row {number}: a quantity is not 0, and a price above 0; was {texts}"
        )
    return ListedTrade(symbol, quantity, price)
