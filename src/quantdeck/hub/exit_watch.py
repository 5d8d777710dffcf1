"""Watches what a paper account holds, closes what its rules have met, and tells of entries and exits.

Runs in a deck and in ``quantdeck evaluator``, also in both at once: the order that closes a holding has
one name, so that whoever comes second does nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from quantdeck.hub.exit_rules import RuleBook
from quantdeck.hub.trade_alerts import AlertWays, TradeAlerts
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.ports.exits import Best
from quantdeck.trading import exit_orders
from quantdeck.trading.exit_now import WatchedNow
from quantdeck.trading.exits import BY_TIME, Watched, look
from quantdeck.trading.holdings import Holdings
from quantdeck.trading.trade_notes import TradeNotes

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quantdeck.hub.supervise import Supervisor
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.exits import ExitStore
    from quantdeck.ports.paper import AccountStore
    from quantdeck.trading.account import Account, Standing
    from quantdeck.trading.books import Top
    from quantdeck.trading.exit_orders import Worth
    from quantdeck.trading.exits import Exit, ExitRules
    from quantdeck.trading.holdings import Holding
    from quantdeck.trading.journal import AnyEvent

Decide: TypeAlias = "Callable[[Account], list[AnyEvent]]"

_LOOK_S, _SEND_S = 0.25, 2.0
_NS = 1_000_000_000
_SAVE_NS = _READ_NS = _NS
_FILES_NS = 10 * _NS
_AGAIN_NS = 300 * _NS


@dataclass(frozen=True, slots=True)
class ExitParts:
    """What a watch is put together from.

    Parameters
    ----------
    account : str
        Name of the account.
    events : AccountStore
        Its events.
    count : callable
        How many there are by now, as far as this process knows.
    store : ExitStore
        Rules, and what is remembered.
    defaults : ExitRules
        Where neither holding, strategy nor account has rules of its own.
    commit : callable
        Keeps and applies what is decided, as `quantdeck.hub.paper_book.PaperBook.commit` does.
    top : callable
        What a market shows of a symbol, or None.
    fresh_s : callable
        Age beyond which a quote of a symbol is stale. [s]
    ways : AlertWays
        Who is told of entries and exits.
    clock : Clock
        Where the time comes from.
    write_files : callable or None
        Brings the lists of the account into step after trades; blocks, and is called in a thread.
    """

    account: str
    events: AccountStore
    count: Callable[[], int]
    store: ExitStore
    defaults: ExitRules
    commit: Callable[[Decide], Awaitable[list[AnyEvent]]]
    top: Callable[[str], Top | None]
    fresh_s: Callable[[str], float]
    ways: AlertWays
    clock: Clock
    write_files: Callable[[], None] | None = None


@dataclass(slots=True)
class _Memory:
    watched: Watched
    best: Best
    # Newest quote when its price went beyond a rule: another one must say so, too.
    beyond_ts_ns: int = 0
    now: WatchedNow | None = None


class ExitWatch:
    """Owned by the machine, or by a command.

    Parameters
    ----------
    parts : ExitParts
        What it is put together from.

    Attributes
    ----------
    revision : int
        Changes with every look.
    """

    def __init__(self, parts: ExitParts) -> None:
        self.revision = 0
        self._parts = parts
        self._rules = RuleBook(parts.store, parts.account, parts.defaults)
        self._alerts = TradeAlerts(parts.account, parts.store, parts.ways)
        self._held = Holdings()
        self._notes = TradeNotes()
        self._count = 0
        self._memory: dict[str, _Memory] = {}
        self._bests: dict[str, Best] | None = None
        self._unsaved: dict[str, Best] = {}
        self._read_ns = self._saved_ns = self._written_ns = 0
        self._has_traded = False

    def run(self, supervisor: Supervisor) -> None:
        """Watch from now on; returns at once."""
        supervisor.start("paper exits", self._run)
        if self._parts.ways.wake is None:
            supervisor.start("paper alerts", self.send_alerts)

    def watched(self) -> list[WatchedNow]:
        """Return every holding and how its exits stood at the last look, oldest first."""
        return [memory.now for memory in self._memory.values() if memory.now is not None]

    def rules_of(self, name: str) -> tuple[ExitRules | None, str]:
        """Return the rules of a name and the scope that they are from.

        Parameters
        ----------
        name : str
            A symbol or holding, ``strategy:`` with its name, or ``account``.

        Returns
        -------
        rules : ExitRules or None
            None where its strategy closes it itself.
        scope : str
            As of `quantdeck.trading.exit_now.WatchedNow`.

        Raises
        ------
        BadInput
            If several holdings are of that symbol.
        NoData
            If nothing of that name is held.
        """
        return self._rules.of(name, self._held)

    async def set_rules(self, name: str, rules: ExitRules | None) -> str:
        """Keep rules of a holding, a strategy or the account, and return the scope that they have.

        Parameters
        ----------
        name : str
            As of `rules_of`. Rules of a holding go with it.
        rules : ExitRules or None
            Its rules; None goes back to the wider ones.

        Raises
        ------
        BadInput, NoData
            As `rules_of`.
        StoreError
            If they cannot be kept.
        """
        scope = self._rules.scope(name, self._held)
        await asyncio.to_thread(self._parts.store.put_rules, self._parts.account, scope, rules)
        await asyncio.to_thread(self._rules.read)
        return scope

    async def step(self) -> list[AnyEvent]:
        """Look at everything once, and close what is to be closed.

        Returns
        -------
        list of Event
            What was kept for it.

        Raises
        ------
        StoreError
            If the records cannot be read or written.
        """
        await self._catch_up()
        now_ns = self._parts.clock.now_ns()
        kept: list[AnyEvent] = []
        for holding in self._held.all():
            found = self._look_at(holding, now_ns)
            if found is not None:
                kept += await self._close(holding, found, now_ns)
        if self._unsaved and now_ns - self._saved_ns >= _SAVE_NS:
            await self.save()
        self.revision += 1
        return kept

    async def save(self) -> None:
        """Keep what must be remembered over a restart.

        Raises
        ------
        StoreError
            If it cannot be kept.
        """
        unsaved, self._unsaved = self._unsaved, {}
        self._saved_ns = self._parts.clock.now_ns()
        if unsaved:
            await asyncio.to_thread(self._parts.store.put_bests, self._parts.account, unsaved)

    async def send_alerts(self, *, once: bool = False) -> None:
        """Send what is to be told, now and again; what does not get through is tried later.

        Parameters
        ----------
        once : bool
            Return after the first time.

        Raises
        ------
        StoreError
            If the records refuse.
        """
        while True:
            await self._alerts.send()
            if once:
                return
            await self._parts.clock.sleep(_SEND_S)

    async def _run(self) -> None:
        while True:
            await self.step()
            await self._parts.clock.sleep(_LOOK_S)

    async def _catch_up(self) -> None:
        parts, is_first = self._parts, self._bests is None
        now_ns = parts.clock.now_ns()
        if is_first:
            self._bests = await asyncio.to_thread(parts.store.bests, parts.account)
            await asyncio.to_thread(self._alerts.read)
        if is_first or now_ns - self._read_ns >= _READ_NS:
            self._read_ns = now_ns
            await asyncio.to_thread(self._rules.read)
        if is_first or parts.count() != self._count:
            await self._take_events()
        await self._alerts.keep(self._count)
        if self._has_traded and parts.write_files and now_ns - self._written_ns >= _FILES_NS:
            self._has_traded, self._written_ns = False, now_ns
            await asyncio.to_thread(parts.write_files)

    async def _take_events(self) -> None:
        parts = self._parts
        events = await asyncio.to_thread(parts.events.events, parts.account, after=self._count)
        for event in events:
            self._held.apply(event)
            self._count += 1
            note = self._notes.apply(event)
            if note is not None:
                self._has_traded = True
                self._alerts.add(note, self._count)
        held = {holding.id for holding in self._held.all()}
        self._memory = {name: each for name, each in self._memory.items() if name in held}
        self._unsaved = {name: best for name, best in self._unsaved.items() if name in held}
        await asyncio.to_thread(parts.store.forget, parts.account, held)

    def _look_at(self, holding: Holding, now_ns: int) -> Exit | None:
        memory = self._memory_of(holding)
        rules, scope = self._rules.for_holding(holding)
        if rules is None:
            memory.now = WatchedNow(holding, None, scope, says="its strategy closes it itself")
            return None
        worth = self._worth(holding, now_ns)
        was_beyond = memory.watched.beyond
        memory.watched, found = look(
            rules,
            memory.watched,
            cost=holding.cost,
            value=worth.value,
            now_ns=now_ns,
            expires_ns=self._expires_ns(holding),
        )
        if memory.watched.best > memory.best.gain:
            self._remember(memory, holding)
        if memory.watched.beyond != was_beyond:
            memory.beyond_ts_ns = worth.ts_ns
        is_by_price = found is not None and found.rule not in BY_TIME
        if is_by_price and rules.confirm_s and worth.ts_ns <= memory.beyond_ts_ns:
            found = None
        waits = self._waits(holding, now_ns)
        memory.now = WatchedNow(
            holding,
            rules,
            scope,
            value=worth.value,
            gain=_gain(holding, worth),
            best=memory.watched.best,
            says=waits or _says(rules, memory.watched, worth, now_ns),
        )
        return None if waits else found

    def _memory_of(self, holding: Holding) -> _Memory:
        memory = self._memory.get(holding.id)
        if memory is None:
            best = (self._bests or {}).get(holding.id) or _best_of(holding, 0.0)
            watched = Watched(opened_ns=holding.opened_ns, best=best.gain)
            memory = self._memory[holding.id] = _Memory(watched, best)
        if memory.best.additions != holding.additions:
            # What was added has brought nothing yet: the best in money stays, of a larger cost.
            share = memory.best.cost / abs(float(holding.cost)) if holding.cost else 0.0
            gain = memory.watched.best * min(1.0, share)
            memory.watched = Watched(opened_ns=holding.opened_ns, best=gain)
            self._remember(memory, holding)
        return memory

    def _remember(self, memory: _Memory, holding: Holding) -> None:
        memory.best = self._unsaved[holding.id] = _best_of(holding, memory.watched.best)

    def _worth(self, holding: Holding, now_ns: int) -> Worth:
        account, parts = self._notes.account, self._parts
        return exit_orders.worth(
            holding,
            {symbol: parts.top(symbol) for symbol in holding.symbols},
            {symbol: account.terms(symbol) for symbol in holding.symbols},
            now_ns=now_ns,
            fresh_by={symbol: parts.fresh_s(symbol) for symbol in holding.symbols},
        )

    def _expires_ns(self, holding: Holding) -> int | None:
        ends = [self._notes.account.terms(symbol).expires_ns for symbol in holding.symbols]
        return min((end for end in ends if end is not None), default=None)

    def _waits(self, holding: Holding, now_ns: int) -> str:
        _, last = self._attempts(holding)
        if last is not None and last.state.is_open:
            return "its closing order waits for a fresh quote"
        if self._notes.account.halted:
            return f"trading is halted, exits too: {self._notes.account.halted}"
        if last is None or last.state.value == "filled":
            return ""
        left_ns = last.changed_ns + _AGAIN_NS - now_ns
        if left_ns <= 0:
            return ""
        return f"its closing order was {last.state}; tried again in {left_ns / _NS:.0f} s"

    def _attempts(self, holding: Holding) -> tuple[int, Standing | None]:
        account, attempt, last = self._notes.account, 1, None
        while account.knows(name := exit_orders.exit_order_id(holding, attempt)):
            last = account.order(name)
            attempt += 1
        return attempt, last

    async def _close(self, holding: Holding, found: Exit, now_ns: int) -> list[AnyEvent]:
        attempt, _ = self._attempts(holding)
        account = self._notes.account
        terms = {symbol: account.terms(symbol) for symbol in holding.symbols}
        name = exit_orders.exit_order_id(holding, attempt)
        ticket = exit_orders.closing_ticket(holding, found, order_id=name, now_ns=now_ns)
        try:
            kept = await self._parts.commit(
                lambda account: exit_orders.close(account, ticket, terms, now_ns=now_ns)
            )
        except (BadInput, Conflict, NoData) as error:
            # What is wrong with one must not keep the others from being closed.
            memory = self._memory[holding.id]
            if memory.now is not None:
                memory.now = replace(memory.now, says=f"it could not be closed: {error}")
            return []
        if kept:
            self._parts.ways.tell(f"{' and '.join(holding.symbols)} closed by {ticket.note}")
        return kept


def _best_of(holding: Holding, gain: float) -> Best:
    return Best(gain, abs(float(holding.cost)), holding.additions)


def _gain(holding: Holding, worth: Worth) -> float | None:
    if worth.value is None or not holding.cost:
        return None
    return float((worth.value - holding.cost) / abs(holding.cost))


def _says(rules: ExitRules, watched: Watched, worth: Worth, now_ns: int) -> str:
    if worth.value is None:
        return f"{worth.why_not}: its price decides nothing meanwhile"
    if watched.beyond:
        since_s = (now_ns - watched.since_ns) / _NS
        return f"beyond {watched.beyond} for {since_s:.1f} s of {rules.confirm_s:g} s"
    return ""
