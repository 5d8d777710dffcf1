"""What the command line trades a pair on: recorded frames, or what is on the tape."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

import quantdeck
from quantdeck.app.deck_parts import ring_rows
from quantdeck.app.places import tape_folder
from quantdeck.app.plans import FramePlayer, Surroundings, TapePlayer
from quantdeck.app.runs import new_run_id
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.taped_bars import interval_of, known_symbol
from quantdeck.app.times import parse_time
from quantdeck.app.words import nothing_recorded
from quantdeck.hub.lane import Lane
from quantdeck.hub.machine import Machine, Parts
from quantdeck.hub.pair_paper import PairPaper
from quantdeck.hub.paper_terms import terms_of
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable, canonical
from quantdeck.net.clock import SystemClock
from quantdeck.research.pairs.on_quotes import QuoteBacktester, backtest_on_quotes
from quantdeck.research.pairs.plan import PairPlan, in_lots, name_of
from quantdeck.research.pairs.wanted import PairWanted
from quantdeck.trading.guard import Refusal
from quantdeck.views.payloads import Mode, ReplayPosition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from quantdeck.app.pairs_paper import PaperQuestion
    from quantdeck.app.settings import Settings
    from quantdeck.feeds.replay.frames import BrokenLine
    from quantdeck.model.events import Batch
    from quantdeck.model.instruments import Instrument
    from quantdeck.ports.clock import Clock
    from quantdeck.research.pairs.on_quotes import QuoteBacktest
    from quantdeck.research.pairs.session import Book
    from quantdeck.tape.reader import Reader
    from quantdeck.trading.account import Account
    from quantdeck.trading.books import Top
    from quantdeck.trading.costs import Costs
    from quantdeck.trading.terms import Terms
    from quantdeck.trading.tickets import Ticket

_RECORDED = ("*.gz", "*.jsonl", "*.ndjson")
_KINDS = [Kind.TRADE, Kind.AGG_TRADE, Kind.QUOTE]
_MS = 1_000_000


class PairRecording:
    """What a pair is traded on: recorded frames, or what is on the tape.

    Parameters
    ----------
    settings : Settings
        The tape, and how much is kept in memory.
    question : PaperQuestion
        What is traded, and on what.

    Raises
    ------
    BadInput
        If a file is not there.
    """

    def __init__(self, settings: Settings, question: PaperQuestion) -> None:
        self._settings = settings
        self._question = question
        self._folder = tape_folder(settings, demo=question.demo)
        self._files = _files(question.replay)
        self._reader: Reader = tape_reader(settings, self._folder, demo=question.demo)
        self._broken: list[BrokenLine] = []

    def plan(self) -> PairPlan:
        """Return what is traded.

        Raises
        ------
        BadInput
            If a symbol or a rule cannot be.
        NoData
            If nothing of a symbol is on the tape.
        """
        question, run = self._question, self._question.run
        y, x = (self._symbol(typed) for typed in (run.y, run.x))
        terms = {
            symbol: _terms(symbol, lot)
            for symbol, lot in ((y, question.lot_y), (x, question.lot_x))
        }
        if y == x:
            raise BadInput(f"--y and --x must be two instruments, both were {y}")
        return PairPlan(
            name=name_of(y, x),
            y=y,
            x=x,
            interval_ns=interval_of(run.timeframe),
            rules=in_lots(run.rules(), terms[y], terms[x]),
            terms=terms,
            wait_ns=question.wait_ms * _MS,
            fresh_s=question.fresh_s,
        )

    async def play(self, plan: PairPlan, book: Book) -> None:
        """Play it through the machine of live data, which trades the pair.

        Parameters
        ----------
        plan : PairPlan
            What is traded.
        book : Book
            The account.

        Raises
        ------
        NoData
            If there was nothing to play.
        """
        clock, instruments = SystemClock(), InstrumentTable()
        player = self._player(clock, instruments)
        wanted = PairWanted(
            plan.name,
            plan.y,
            plan.x,
            self._question.run.timeframe,
            plan.interval_ns,
            plan.rules,
            plan.wait_ns,
        )
        account = _Own(book, plan)

        def pairs(machine: Machine) -> PairPaper:
            return PairPaper(
                [wanted],
                account=account,
                around=machine,
                instruments=instruments,
                is_live=False,
            )

        machine = Machine(
            Parts(
                mode=Mode.REPLAY,
                version=quantdeck.__version__,
                clock=clock,
                instruments=instruments,
                plans=[player.plan],
                reader=self._reader,
                ring_rows=ring_rows(self._settings),
                bars_kept=self._settings.capture.bars_kept,
                replay=lambda: ReplayPosition(None, "max", done=False),
                pairs=pairs,
            )
        )
        machine.capture.is_on = True
        traded = machine.pairs
        if player.feed is None or traded is None:
            return
        turns = asyncio.create_task(traded.forever())
        try:
            await player.feed.run()
        finally:
            turns.cancel()
        await traded.advance(to_end=True)
        if not machine.capture.lanes[0].counts.accepted:
            raise self._nothing(sum(each.messages for each in player.feed.statuses()))
        known = player.feed.symbols()
        for symbol in (plan.y, plan.x):
            if symbol not in known:
                raise NoData(
                    f"nothing of {symbol} is recorded; there are {', '.join(sorted(known))}"
                )

    def backtest(self, plan: PairPlan, cash: Decimal) -> QuoteBacktest:
        """Return what trading on its events comes to, read at once and without a machine.

        Parameters
        ----------
        plan : PairPlan
            What is traded.
        cash : Decimal
            Deposited at first. [currency]
        """
        if not self._files:
            return backtest_on_quotes(self._batches(), plan, cash=cash)
        tester = QuoteBacktester(plan, cash=cash)
        clock, instruments = SystemClock(), InstrumentTable()
        player = self._player(clock, instruments)
        rings = RingSet(ring_rows(self._settings))

        def take(batch: Batch) -> bool:
            tester.take(instruments.symbols(), batch)
            return True

        lane = Lane(
            player.plan.provenance,
            rings=rings,
            instruments=instruments,
            ledger=None,
            consumers=[],
            tape=take,
            clock=clock,
        )

        def drain() -> None:
            # A lane hands on kind by kind: only then is everything there that was received so far.
            lane.drain()
            tester.advance()

        asyncio.run(player.plan.make(rings, drain).run())
        return tester.result()

    def _nothing(self, frames: int) -> NoData:
        if not self._files:
            return NoData("nothing is on the tape between --since and --until")
        source, broken = self._question.source, len(self._broken)
        return nothing_recorded(self._files, source, frames=frames, broken=broken)

    def _symbol(self, typed: str) -> str:
        if not self._files:
            return known_symbol(self._reader, typed)
        clock = SystemClock()
        return canonical(typed, default_venue=self._player(clock, InstrumentTable()).plan.venue)

    def _player(self, clock: Clock, instruments: InstrumentTable) -> FramePlayer | TapePlayer:
        around = Surroundings(clock, instruments, new_run_id(clock), self._folder)
        if self._files:
            self._broken.clear()
            return FramePlayer(
                self._question.source,
                self._files,
                around,
                speed=None,
                on_broken=self._broken.append,
            )
        return TapePlayer(self._batches, around, source="tape", speed=None)

    def _batches(self) -> Iterator[tuple[list[str], Batch]]:
        return self._reader.replay(
            _KINDS,
            start_ns=parse_time(self._question.since),
            end_ns=parse_time(self._question.until),
        )


class _Own:
    # The account of one run: no limits, and the costs of the rules.
    def __init__(self, book: Book, plan: PairPlan) -> None:
        self.book = book
        self.fresh_s = plan.fresh_s
        self._terms = plan.terms

    def terms(self, symbol: str, _: Instrument | None) -> Terms | None:
        return self._terms.get(symbol)

    def costs(self, _: Terms, rules_costs: Costs) -> Costs:
        return rules_costs

    def refuse(self, account: Account, _: Ticket, __: Mapping[str, Top]) -> Refusal | None:
        return Refusal("kill_switch", account.halted) if account.halted else None


def _terms(symbol: str, lot: float | None) -> Terms:
    terms = terms_of(symbol)
    if lot is None:
        return terms
    if not 0.0 < lot < float("inf"):
        raise BadInput(f"a lot is positive, was {lot:g}")
    return replace(terms, lot=Decimal(str(lot)))


def _files(given: Sequence[Path]) -> tuple[Path, ...]:
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            inside = sorted(file for pattern in _RECORDED for file in path.glob(pattern))
            if not inside:
                raise BadInput(f"{path} has no recorded frames: files {', '.join(_RECORDED)}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise BadInput(f"{path} is not there; name files of recorded frames, or their folder")
    return tuple(found)
