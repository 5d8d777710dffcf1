"""``quantdeck evaluator``: the exits of the paper account, beside a deck or without one."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.app.alert_parts import channels
from quantdeck.app.credentials import surroundings
from quantdeck.app.evaluator_text import json_of, text_of, told_as
from quantdeck.app.exit_flags import ExitFlags, exit_rules
from quantdeck.app.links import running_deck
from quantdeck.app.paper_parts import paper_parts
from quantdeck.app.places import reports_folder, tape_folder
from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.state import open_state
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.taped_market import TapedMarket
from quantdeck.app.taped_tops import TapedTops
from quantdeck.hub.exit_watch import ExitParts, ExitWatch
from quantdeck.hub.paper_desk import PaperDesk
from quantdeck.hub.trade_alerts import AlertWays
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import OPTION_VENUE
from quantdeck.net.clock import SystemClock
from quantdeck.records.paper_files import PaperPaths, put_files
from quantdeck.trading.broker import work
from quantdeck.trading.matching import Market, ShownSizes
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.hub.exit_watch import Decide
    from quantdeck.ports.clock import Clock
    from quantdeck.records.open import Records
    from quantdeck.trading.books import Top
    from quantdeck.trading.exits import ExitRules
    from quantdeck.trading.journal import AnyEvent
    from quantdeck.trading.tickets import Ticket

_NS = 1_000_000_000
_DECK_NS = 30 * _NS
_SPARE_S = 2.0
_ONCE_S = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatorQuestion:
    """What ``quantdeck evaluator`` is told.

    Parameters
    ----------
    once : bool
        Look until every position has had a fresh quote, and what is beyond a rule is confirmed or is
        not; no longer than that takes and two seconds more.
    every_s : float
        Pause between two looks. [s]
    portfolio_file, pnl_file : Path or None
        Lists that are kept in step; those of the reports folder where None.
    flags : ExitFlags
        Rules in the place of the settings'.
    demo : bool
        The account of the demo.
    """

    once: bool = False
    every_s: float = 1.0
    portfolio_file: Path | None = None
    pnl_file: Path | None = None
    flags: ExitFlags = field(default_factory=ExitFlags)
    demo: bool = False


def run_evaluator(settings: Settings, question: EvaluatorQuestion, *, as_json: bool) -> None:
    """Watch what is open until interrupted; see `quantdeck.cli.evaluator`.

    Raises
    ------
    BadInput
        If a rule or the pause makes no sense.
    ConfigError
        If a channel of messages is set up wrongly.
    StoreError
        If the records cannot be read or written.
    """
    if not 0.1 <= question.every_s <= 3600:
        raise BadInput(f"--every is from 0.1 s to 3600 s, was {question.every_s:g}")
    rules = exit_rules(settings.paper.exits.rules(), question.flags)
    records = open_state(settings, demo=question.demo)
    try:
        evaluator = Evaluator(settings, question, rules, records, SystemClock())
        evaluator.as_json = as_json
        asyncio.run(evaluator.run())
    finally:
        records.close()


class Evaluator:
    """The exits of one account from the quotes that a data folder knows. Owned by a command.

    Parameters
    ----------
    settings : Settings
        The section ``paper``, and the data folder.
    question : EvaluatorQuestion
        What is wanted.
    rules : ExitRules
        Where nothing narrower is kept.
    records : Records
        Of the data folder.
    clock : Clock
        Where the time comes from.

    Attributes
    ----------
    as_json : bool
        Whether lines are JSON objects.
    """

    def __init__(
        self,
        settings: Settings,
        question: EvaluatorQuestion,
        rules: ExitRules,
        records: Records,
        clock: Clock,
    ) -> None:
        self.as_json = False
        self._settings, self._question, self._rules = settings, question, rules
        self._records, self._clock = records, clock
        self._folder = tape_folder(settings, demo=question.demo)
        reader = tape_reader(settings, self._folder, demo=question.demo)
        parts = paper_parts(settings, records, clock)
        self._book, self._costs = parts.book, parts.costs
        self._desk = PaperDesk(parts, TapedMarket(self._folder, clock, reader), clock)
        self._quotes = TapedTops(self._folder, reader)
        self._tops: dict[str, Top] = {}
        self._shown = ShownSizes()
        self._said: dict[str, str] = {}
        self._has_deck = False
        self._asked_ns: int | None = None
        self._watch = self._new_watch()

    async def run(self) -> None:
        """Look until interrupted or, where the question says so, once."""
        await self._desk.load()
        sending = asyncio.create_task(self._watch.send_alerts(), name="paper alerts")
        stopped = asyncio.create_task(until_told_to_stop(), name="told to stop")
        once = self._question.once
        pause_s = _ONCE_S if once else self._question.every_s
        until_ns = self._clock.monotonic_ns() + int((self._rules.confirm_s + _SPARE_S) * _NS)
        self._say_first()
        try:
            while not stopped.done():
                await self.look()
                if once and (not self._is_undecided() or self._clock.monotonic_ns() >= until_ns):
                    break
                await asyncio.wait({stopped, sending}, timeout=pause_s)
                if sending.done():
                    await sending
        finally:
            for task in (sending, stopped):
                task.cancel()
            await asyncio.gather(sending, stopped, return_exceptions=True)
            await self._end()

    async def look(self) -> None:
        """Read the newest quotes, fill what waits, and look at every position once.

        Raises
        ------
        StoreError
            If the records or the tape cannot be read, or not be written.
        """
        if await self._is_deck_running():
            await asyncio.to_thread(self._book.refresh)
        else:
            # Settlements, splits and dividends, and the curve.
            await self._desk.look()
        account = self._book.account
        wanted = {*account.positions(), *self._ordered()}
        self._tops = await asyncio.to_thread(self._quotes.of, wanted, now_ns=self._clock.now_ns())
        await self._fill()
        if await self._watch.step():
            await self._fill()
            await self._watch.step()
        self._tell()

    def _new_watch(self) -> ExitWatch:
        demo = self._question.demo
        mode = Mode.DEMO if demo else Mode.LIVE
        clock, name = self._clock, self._settings.paper.account
        found = channels(self._settings, surroundings(), mode=mode, clock=clock, write=_say)
        # What the channel of the terminal would write is said there already.
        outside = [each for each in found.used if each.kind != "console"]
        return ExitWatch(
            ExitParts(
                account=name,
                events=self._records.accounts,
                count=lambda: self._book.account.count,
                store=self._records.exits,
                defaults=self._rules,
                commit=self._commit,
                top=self._top,
                fresh_s=self._fresh_s,
                ways=AlertWays(self._records.alerts, outside, clock, simulated=demo, tell=_say),
                clock=clock,
                write_files=self._write_files,
            )
        )

    async def _commit(self, decide: Decide) -> list[AnyEvent]:
        return await asyncio.to_thread(self._book.commit, decide)

    def _top(self, symbol: str) -> Top | None:
        return self._tops.get(symbol)

    def _ordered(self) -> set[str]:
        return {
            leg.symbol for order in self._book.account.open_orders() for leg in order.ticket.legs
        }

    def _fresh_s(self, symbol: str) -> float:
        paper = self._settings.paper
        return paper.fresh_option_s if venue_of(symbol) == OPTION_VENUE else paper.fresh_s

    async def _fill(self) -> None:
        # A deck fills orders itself: of what a quote shows each piece may be taken once.
        symbols = self._ordered()
        if not symbols or await self._is_deck_running():
            return
        terms = {symbol: self._book.account.terms(symbol) for symbol in symbols}
        here = Market(
            tops=self._tops,
            terms=terms,
            costs={symbol: self._costs(each) for symbol, each in terms.items()},
            now_ns=self._clock.now_ns(),
            fresh_s=self._settings.paper.fresh_s,
            shown=self._shown,
            fresh_by={symbol: self._fresh_s(symbol) for symbol in symbols},
        )
        await self._commit(lambda account: work(account, here, symbols=symbols, mine=_is_ours)[0])

    async def _is_deck_running(self) -> bool:
        now_ns = self._clock.monotonic_ns()
        if self._asked_ns is None or now_ns - self._asked_ns >= _DECK_NS:
            self._asked_ns = now_ns
            found = await asyncio.to_thread(running_deck, self._folder, records=True)
            self._has_deck = found is not None
        return self._has_deck

    def _is_undecided(self) -> bool:
        starts = ("beyond", "its closing order waits")
        return any(
            each.says.startswith(starts) or (each.rules is not None and each.value is None)
            for each in self._watch.watched()
        )

    async def _end(self) -> None:
        await self._desk.stop()
        await self._watch.save()
        await self._watch.send_alerts(once=True)
        await asyncio.to_thread(self._write_files)

    def _write_files(self) -> None:
        reports = reports_folder(self._settings, demo=self._question.demo)
        paths = PaperPaths(
            portfolio=self._question.portfolio_file or reports / "portfolio.csv",
            pnl=self._question.pnl_file or reports / "pnl.csv",
        )
        name = self._settings.paper.account
        events = self._records.accounts.events(name)
        if events:
            put_files(events, paths, run=name, simulated=self._question.demo)

    def _say_first(self) -> None:
        name = self._settings.paper.account
        held = len(self._book.account.positions())
        if not held:
            _say(f"account {name} holds nothing; quantdeck broker, or the page, opens positions")
            return
        mark = " (simulated)" if self._question.demo else ""
        _say(f"account {name}{mark}: {held} held, exits are watched")

    def _tell(self) -> None:
        watched, now_ns = self._watch.watched(), self._clock.now_ns()
        line = json_of if self.as_json else text_of
        for each in watched:
            if self._said.get(each.holding.id) != told_as(each):
                print(line(each, now_ns), flush=True)  # noqa: T201
        self._said = {each.holding.id: told_as(each) for each in watched}


def _is_ours(ticket: Ticket) -> bool:
    return not ticket.strategy.startswith("pairs:")


def _say(text: str) -> None:
    print(f"quantdeck: {text}", file=sys.stderr, flush=True)  # noqa: T201
