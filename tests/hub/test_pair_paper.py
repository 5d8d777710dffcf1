"""Pairs in a deck: what was received before the start counts for nothing, what fails begins anew."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.pair_parts import pair_parts
from quantdeck.app.settings import load
from quantdeck.hub.pair_paper import PairPaper
from quantdeck.live.bars import BarBooks
from quantdeck.model.errors import ConfigError, StoreError
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable
from quantdeck.research.pairs.on_quotes import MemoryBook
from quantdeck.research.pairs.wanted import PairWanted
from quantdeck.trading import journal
from tests.hub.paper_rig import TurnedClock, looped
from tests.research.pairs.samples import free_rules
from tests.research.pairs.test_session import TERMS, S, X, Y, market

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quantdeck.trading.account import Account


class Around:
    def __init__(self, clock: TurnedClock) -> None:
        self.clock = clock

    def instrument(self, symbol: str) -> None:
        return None


class Fragile(MemoryBook):
    """Fails to keep anything as often as it is told."""

    failures = 0

    def commit(self, decide: Callable[[Account], list[journal.AnyEvent]]):
        if self.failures and decide(self.account):
            self.failures -= 1
            raise StoreError("the disk is full")
        return super().commit(decide)


class Own:
    fresh_s = 5.0

    def __init__(self, book: MemoryBook, *, is_described: bool = True) -> None:
        self.book = book
        self.is_described = is_described

    def terms(self, symbol: str, _: object):
        return TERMS[symbol] if self.is_described else None

    def costs(self, _: object, rules_costs: object):
        return rules_costs

    def refuse(self, *_: object) -> None:
        return None


def paper(
    book: MemoryBook,
    clock: TurnedClock,
    *,
    account: Own | None = None,
    books: BarBooks | None = None,
) -> PairPaper:
    table = InstrumentTable()
    table.id_of(Y), table.id_of(X)
    wanted = PairWanted("Y/X", Y, X, "1s", S, free_rules())
    return PairPaper(
        [wanted],
        account=account or Own(book),  # type: ignore[arg-type]
        around=Around(clock),  # type: ignore[arg-type]
        instruments=table,
        books=None if books is None else lambda: books,
    )


async def hand_in(pairs: PairPaper, clock: TurnedClock, *, until_s: int) -> None:
    made, shown = market()
    begin = clock.ns
    for second in range(begin // S + 1, until_s + 1):
        clock.ns = second * S
        for kind, rows in ((Kind.TRADE, made), (Kind.QUOTE, shown)):
            at = rows["ts_recv"]
            pairs.take(kind, rows[(at >= clock.ns - S) & (at < clock.ns)])
        await pairs.advance()


def entries(book: MemoryBook) -> list[str]:
    return [e.ticket.id for e in book.events if isinstance(e, journal.Placed)]


@looped
async def test_pairs_trade_what_is_received_from_the_start_on() -> None:
    book, clock = MemoryBook(Decimal(10_000)), TurnedClock(0)
    pairs = paper(book, clock)

    await hand_in(pairs, clock, until_s=9)

    assert entries(book)[0] == "pairs:Y/X:3:entry:y"
    assert len(entries(book)) == 4
    assert pairs.now()[0].state == "holds nothing"


@looped
async def test_pairs_pass_over_what_was_received_before_the_start() -> None:
    book, clock = MemoryBook(Decimal(10_000)), TurnedClock(100 * S)
    pairs = paper(book, clock)
    made, shown = market()
    pairs.take(Kind.TRADE, made)
    pairs.take(Kind.QUOTE, shown)

    await pairs.advance()

    assert pairs.sessions()[0].counts.rows == 0
    assert entries(book) == []


@looped
async def test_pairs_learn_from_bars_that_are_fetched_after_the_start() -> None:
    book, clock, books = MemoryBook(Decimal(10_000)), TurnedClock(3 * S), BarBooks()
    pairs = paper(book, clock, books=books)
    await pairs.advance()
    made, _ = market()
    books.update(Kind.TRADE, made[made["ts_event"] < 5 * S])
    clock.ns = 5 * S

    await pairs.advance()
    await hand_in(pairs, clock, until_s=7)

    view = pairs.sessions()[0].trader.view
    assert view is not None
    assert (view.start_ns, view.rows_short) == (5 * S, 0)
    assert entries(book)[0] == "pairs:Y/X:5:entry:y"


@looped
async def test_pairs_wait_for_the_vendor_to_describe_their_instruments() -> None:
    book, clock = MemoryBook(Decimal(10_000)), TurnedClock(0)
    account = Own(book, is_described=False)
    pairs = paper(book, clock, account=account)

    await pairs.advance()

    assert pairs.now()[0].state == "waits for the vendor to describe its instruments"


@looped
async def test_pairs_that_cannot_be_kept_begin_anew_after_a_while() -> None:
    book, clock = Fragile(Decimal(10_000)), TurnedClock(0)
    book.failures = 1
    pairs = paper(book, clock)

    await hand_in(pairs, clock, until_s=5)
    failed = pairs.now()[0].state
    clock.ns += 10 * S
    await pairs.advance()

    assert failed == "begins anew: the disk is full"
    assert len(pairs.sessions()) == 1
    assert entries(book) == []


@looped
async def test_pairs_that_were_stopped_trade_nothing_more() -> None:
    book, clock = MemoryBook(Decimal(10_000)), TurnedClock(0)
    pairs = paper(book, clock)

    await pairs.stop()
    await hand_in(pairs, clock, until_s=9)

    assert entries(book) == []


@pytest.mark.parametrize(
    ("pair", "says"),
    [
        ("{y: a, x: a}", "must be two instruments"),
        ("{y: a, x: b, estimator: guess}", "guess"),
        ("{y: a, x: b, exit: 3}", "exit must be from 0 to below entry"),
        ("{y: a, x: b}, {y: a, x: b}", "named more than once"),
    ],
)
def test_settings_of_a_pair_that_cannot_be_say_why(pair: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(f"paper: {{pairs: [{pair}]}}")
    settings = load(file, environ={})

    with pytest.raises(ConfigError, match=says):
        pair_parts(settings, default_venue="BINANCE")


def test_settings_of_a_pair_with_an_unknown_rule_name_it(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("paper: {pairs: [{y: a, x: b, windows: 3}]}")

    with pytest.raises(ConfigError, match="windows"):
        load(file, environ={})
