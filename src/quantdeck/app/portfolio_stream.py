"""``quantdeck portfolio-stream``: live quotes of what is open, onto the tape."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.app.deck_parts import ring_rows
from quantdeck.app.held_stream import HeldStream
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import Surroundings
from quantdeck.app.portfolio_feeds import PortfolioFeeds
from quantdeck.app.portfolio_import import read_trades
from quantdeck.app.quote_lines import json_line, sqlite_row, text_line
from quantdeck.app.runs import new_run_id
from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.state import open_state
from quantdeck.app.tape_parts import tape_writer
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.hub.paper_book import PaperBook
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import is_written
from quantdeck.tape.sqlite_copy import SqliteCopy

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.portfolio_feeds import StockSource
    from quantdeck.app.quote_lines import NewestQuotes
    from quantdeck.app.settings import Settings

_FOLLOW_S = 1.0
_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioStreamQuestion:
    """What ``quantdeck portfolio-stream`` is told.

    Parameters
    ----------
    portfolio_file : Path or None
        A list such as ``portfolio.csv`` whose symbols are streamed beside those of the account.
    db_file : Path or None
        SQLite file that gets the newest quotes too, once a second.
    source : str
        Vendor of stocks and options.
    every_s : float
        Of each symbol a line is printed so often at most. [s]
    seconds : float or None
        Ends after so long; None goes on until interrupted. [s]
    demo : bool
        Run the simulators.
    """

    portfolio_file: Path | None = None
    db_file: Path | None = None
    source: StockSource = "polygon"
    every_s: float = 5.0
    seconds: float | None = None
    demo: bool = False


def run_portfolio_stream(
    settings: Settings, question: PortfolioStreamQuestion, *, as_json: bool
) -> None:
    """Stream until interrupted, or for so long; see `quantdeck.cli.portfolio_stream`.

    Raises
    ------
    AuthFailed
        If a vendor's key is not here, or refused.
    BadInput
        If a time makes no sense, or the list or the SQLite file cannot be used.
    Conflict
        If another process records into the folder.
    NoData
        If nothing is held, or the list is not there.
    StoreError
        If the disk refuses.
    """
    for name, value in (("--every", question.every_s), ("--for", question.seconds)):
        if value is not None and not 0 < value < float("inf"):
            raise BadInput(f"{name} is above 0 s, was {value:g}")
    folder = tape_folder(settings, demo=question.demo)
    if is_written(folder):
        raise Conflict(
            f"another process records into {folder}; a deck streams what is held itself, so leave it "
            "to that, or stop it first"
        )
    asyncio.run(_run(settings, question, folder, as_json=as_json))


async def _run(
    settings: Settings, question: PortfolioStreamQuestion, folder: Path, *, as_json: bool
) -> None:
    clock, instruments = SystemClock(), InstrumentTable()
    around = Surroundings(clock, instruments, new_run_id(clock), folder)
    async with AsyncExitStack() as stack:
        records = open_state(settings, demo=question.demo)
        stack.callback(records.close)
        book = PaperBook(records.accounts, settings.paper.account)
        listed = listed_symbols(question.portfolio_file)
        writer = tape_writer(settings, folder, instruments, clock, demo=question.demo)
        stack.callback(writer.close)
        feeds = PortfolioFeeds(settings, around, stack, source=question.source, demo=question.demo)
        stream = HeldStream(feeds, writer, around, rows=ring_rows(settings), say=_say)
        stack.push_async_callback(stream.close)
        copy = SqliteCopy(question.db_file, folder) if question.db_file else None
        printer = _Printer(stream.quotes, copy, every_s=question.every_s, as_json=as_json)
        stopped = asyncio.create_task(until_told_to_stop(), name="told to stop")
        stack.callback(stopped.cancel)
        until_ns = (
            None if question.seconds is None else clock.now_ns() + int(question.seconds * _NS)
        )
        is_first, wanted = True, dict[str, None]()
        while not stopped.done():
            await asyncio.to_thread(book.refresh)
            wanted = dict.fromkeys([*listed, *_held(book)])
            if is_first and not wanted:
                _say(
                    f"account {book.name} holds nothing yet; what it buys is streamed as soon as it has"
                )
            is_first = False
            await stream.want(list(wanted))
            await printer.look(clock.monotonic_ns())
            stream.look()
            if until_ns is not None and clock.now_ns() >= until_ns:
                break
            await asyncio.wait({stopped}, timeout=_FOLLOW_S)
        await printer.look(None)
        if question.seconds is not None and wanted and not stream.quotes.count:
            raise NoData(
                f"no quote came within {question.seconds:g} s; the market may be closed, or the plan "
                "has none"
            )


class _Printer:
    def __init__(
        self, quotes: NewestQuotes, copy: SqliteCopy | None, *, every_s: float, as_json: bool
    ) -> None:
        self._quotes, self._copy = quotes, copy
        self._every_ns = int(every_s * _NS)
        self._line = json_line if as_json else text_line
        self._printed: dict[str, int] = {}

    async def look(self, now_ns: int | None) -> None:
        """Print what is due, and put what is new into the SQLite file; all of it where None."""
        newest = self._quotes.drain()
        for symbol, row, _ in newest:
            due_ns = self._printed.get(symbol, 0) + self._every_ns
            if now_ns is not None and (symbol not in self._printed or now_ns >= due_ns):
                self._printed[symbol] = now_ns
                print(self._line(symbol, row), flush=True)  # noqa: T201
        if self._copy is not None and newest:
            rows = [sqlite_row(*each) for each in newest]
            await asyncio.to_thread(self._copy.put_quotes, rows)


def _held(book: PaperBook) -> list[str]:
    account = book.account
    ordered = [leg.symbol for order in account.open_orders() for leg in order.ticket.legs]
    return [*account.positions(), *ordered]


def listed_symbols(path: Path | None) -> list[str]:
    """Return the symbols of a list whose quantities do not add up to 0; none where it is not there.

    Parameters
    ----------
    path : Path or None
        Such as ``reports/portfolio.csv``.

    Raises
    ------
    BadInput
        If it is no list of trades.
    """
    if path is None or not path.is_file():
        return []
    sums: dict[str, Decimal] = {}
    for trade in read_trades(path):
        sums[trade.symbol] = sums.get(trade.symbol, Decimal(0)) + trade.quantity
    return [typed_symbol(symbol) for symbol, quantity in sums.items() if quantity]


def _say(text: str) -> None:
    print(f"quantdeck: {text}", file=sys.stderr, flush=True)  # noqa: T201
