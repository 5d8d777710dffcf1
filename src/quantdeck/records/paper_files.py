"""A paper account as the lists that spreadsheets and scripts read: ``orders.csv`` and others.

They are written from the events of the account, and never read for it: the events are the account. Rows
of an account replace the rows that it had, so that writing twice changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.model.errors import NoData
from quantdeck.records.report_files import PNL, PORTFOLIO, append_rows
from quantdeck.trading.account import Account
from quantdeck.trading.journal import Divided, Executed
from quantdeck.trading.ledger import EntryKind
from quantdeck.trading.money import EXACT, amount
from quantdeck.trading.orders import Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from quantdeck.trading.account import Standing
    from quantdeck.trading.journal import AnyEvent
    from quantdeck.trading.ledger import Entry

    Row = dict[str, str | float | int | bool | Decimal | None]

ORDERS = (
    "timestamp", "side", "symbol", "quantity", "price", "order", "kind", "state", "filled", "average_price",
    "fee", "strategy", "note", "run", "simulated",
)  # fmt: skip
"""Columns of ``orders.csv``: a row for every leg of every order."""

_CARRIED = EntryKind.FUNDING, EntryKind.DIVIDEND, EntryKind.BORROW
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PaperPaths:
    """Where the lists of an account are written; None writes none.

    Parameters
    ----------
    orders, portfolio, pnl : Path or None
        A row for every leg of an order, every fill, and every gain that was realised.
    """

    orders: Path | None = None
    portfolio: Path | None = None
    pnl: Path | None = None


@dataclass(slots=True)
class PaperRows:
    """Rows of the lists, oldest first; quantities of options are in contracts."""

    orders: list[Row] = field(default_factory=list["Row"])
    portfolio: list[Row] = field(default_factory=list["Row"])
    pnl: list[Row] = field(default_factory=list["Row"])


def paper_rows(events: Iterable[AnyEvent], *, run: str, simulated: bool) -> PaperRows:
    """Return what the lists say of an account.

    Parameters
    ----------
    events : iterable of Event
        Of the account, from the first on.
    run : str
        Its name, in the column ``run``.
    simulated : bool
        Whether its market was.

    Returns
    -------
    PaperRows
        A gain is after the fees of what was closed by it, with theirs of its purchase; funding and dividends
        are gains of their own.
    """
    account, rows = Account(), PaperRows()
    common: Row = {"run": run, "simulated": simulated}
    lister, known = _Lister(account, rows), 0
    for event in events:
        account.apply(event)
        lines = account.ledger.since(known)
        known += len(lines)
        strategy = ""
        if isinstance(event, Executed):
            strategy = account.order(event.order_id).ticket.strategy
        lister.add(event, lines, {**common, "strategy": strategy})
    for order in account.orders():
        rows.orders += [{**row, **common} for row in _order_rows(order)]
    return rows


def put_files(
    events: Iterable[AnyEvent], paths: PaperPaths, *, run: str, simulated: bool
) -> PaperRows:
    """Write the lists of an account, each whole or not at all.

    Parameters
    ----------
    events, run, simulated
        As of `paper_rows`.
    paths : PaperPaths
        Which lists; rows of other runs in them stay.

    Returns
    -------
    PaperRows
        What was written.

    Raises
    ------
    StoreError
        If the disk refuses, or a file has a header without one of the columns.
    """
    rows = paper_rows(events, run=run, simulated=simulated)
    told = (
        (paths.orders, ORDERS, rows.orders),
        (paths.portfolio, PORTFOLIO, rows.portfolio),
        (paths.pnl, PNL, rows.pnl),
    )
    for path, header, written in told:
        if path is not None:
            append_rows(path, header, written, key="run")
    return rows


class _Lister:
    # Knows what was held in front of each line, and the fees of it: so which lines closed something, and
    # what was left of their gain.
    def __init__(self, account: Account, rows: PaperRows) -> None:
        self._account = account
        self._rows = rows
        self._held: dict[str, Decimal] = {}
        self._fees: dict[str, Decimal] = {}

    def add(self, event: AnyEvent, lines: Sequence[Entry], common: Row) -> None:
        if isinstance(event, Divided):
            held = self._held.get(event.symbol, _ZERO)
            self._held[event.symbol] = EXACT.multiply(held, event.ratio)
        for number, line in enumerate(lines):
            row: Row = {
                "date": _when(line.ts_ns),
                "symbol": line.symbol,
                "price": line.price,
                "reason": line.note or line.kind.value,
                **common,
            }
            if line.kind is EntryKind.TRADE:
                # The fee of a trade is the line behind it.
                behind = lines[number + 1] if number + 1 < len(lines) else line
                fee = -behind.cash if behind.kind is EntryKind.FEE else _ZERO
                self._trade(line, fee, row)
            elif line.kind in _CARRIED:
                self._rows.pnl.append({**row, "pnl": line.cash})

    def _trade(self, line: Entry, fee: Decimal, row: Row) -> None:
        symbol, traded = line.symbol, line.quantity
        held, open_fees = self._held.get(symbol, _ZERO), self._fees.get(symbol, _ZERO)
        self._held[symbol] = held + traded
        unit = _multiplier(self._account, symbol)
        fill: Row = {**row, "quantity": traded / unit, "fee": fee}
        self._rows.portfolio.append(fill)
        if held * traded >= 0:
            self._fees[symbol] = open_fees + fee
            return
        closed = min(abs(held), abs(traded))
        paid_in = amount(open_fees, EXACT.divide(closed, abs(held)))
        paid_out = amount(fee, EXACT.divide(closed, abs(traded)))
        self._fees[symbol] = open_fees - paid_in + fee - paid_out
        self._rows.pnl.append(
            {
                **row,
                "quantity": closed.copy_sign(traded) / unit,
                "pnl": line.realised - paid_in - paid_out,
            }
        )


def _multiplier(account: Account, symbol: str) -> Decimal:
    # Shares that came of an option were never ordered themselves.
    try:
        return account.terms(symbol).multiplier
    except NoData:
        return Decimal(1)


def _order_rows(order: Standing) -> list[Row]:
    ticket = order.ticket
    price = ticket.limit if ticket.limit is not None else ticket.stop
    average = order.paid / order.filled if order.filled else None
    return [
        {
            "timestamp": _when(ticket.placed_ns),
            "side": (Side.BUY if leg.ratio > 0 else Side.SELL).value.upper(),
            "symbol": leg.symbol,
            "quantity": ticket.quantity * abs(leg.ratio),
            "price": None if price is None else abs(price) if ticket.is_single else price,
            "order": ticket.id,
            "kind": ticket.kind.value,
            "state": order.state.value,
            "filled": order.filled * abs(leg.ratio),
            "average_price": None if average is None else abs(average),
            "fee": order.fees,
            "strategy": ticket.strategy,
            "note": ticket.note or order.why,
        }
        for leg in ticket.legs
    ]


def _when(ts_ns: int) -> str:
    return datetime.fromtimestamp(ts_ns / 1e9, UTC).isoformat(timespec="seconds")
