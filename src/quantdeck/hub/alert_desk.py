"""The alert desk: rules watched over live figures, what they fired, and whom that is told.

Rules are looked at on the event loop, with every batch of events and on a timer; what they fire is
kept by a task of its own, and told by the outbox.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.alerts.engine import TICK_NS, Engine
from quantdeck.alerts.parse import parse
from quantdeck.hub.alert_book import AlertBook
from quantdeck.hub.alert_duty import AlertDuty
from quantdeck.hub.alert_outbox import ABSENT, Outbox
from quantdeck.hub.alert_parts import RuleNow, new_rule_id
from quantdeck.model.alerts import AlertRule, FiredAlert
from quantdeck.model.errors import BadInput, BadRule, Conflict, NoData, StoreError, VenueError
from quantdeck.ports.notifier import Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.alerts.syntax import Rule
    from quantdeck.alerts.watch import Firing
    from quantdeck.hub.alert_outbox import ChannelStatus
    from quantdeck.hub.alert_parts import AlertParts, LiveFigures
    from quantdeck.hub.supervise import Supervisor
    from quantdeck.model.events import Kind, Rows
    from quantdeck.ports.clock import Clock

MOST_RULES = 1_000
"""Rules of one deck."""
_RENEW_S = 2.0
_QUEUED = 1_000


class AlertDesk:
    """Owned by the machine.

    Parameters
    ----------
    parts : AlertParts
        What it is put together from.
    figures : LiveFigures
        What rules look at.
    clock : Clock
        Wall time and waits.
    now_ns : callable
        The deck's time, in a replay that of the recording, UTC. [ns]
    simulated : bool
        Whether the market is simulated or played.
    replayed : bool
        Whether it is played: its time is not that of the records, so no cool-down goes on from there.
    tell : callable
        Takes a sentence for the journal.

    Attributes
    ----------
    book : AlertBook
        Rules and alerts as the records have them.
    """

    def __init__(  # noqa: PLR0913 - what it is connected to
        self,
        parts: AlertParts,
        *,
        figures: LiveFigures,
        clock: Clock,
        now_ns: Callable[[], int],
        simulated: bool,
        replayed: bool = False,
        tell: Callable[[str], None],
    ) -> None:
        self.parts = parts
        self.book = AlertBook(parts.store, simulated=simulated)
        self._figures = figures
        self._clock = clock
        self._now_ns = now_ns
        self._simulated = simulated
        self._replayed = replayed
        self._tell = tell
        self._engine = Engine(figures)
        self._duty = AlertDuty(parts, clock=clock, simulated=simulated)
        self._outbox = Outbox(
            parts.store,
            parts.channels,
            clock=clock,
            rng=parts.rng,
            simulated=simulated,
            on_change=self._look_again,
            duty=self._duty,
        )
        self._read: dict[str, tuple[str, Rule | str]] = {}
        self._waiting: deque[Firing] = deque()
        self._has_fired = asyncio.Event()
        self._again = asyncio.Event()
        self._is_watching = False
        self._is_full = False

    def run(self, supervisor: Supervisor) -> None:
        """Start every task; returns at once."""
        self._duty.run(supervisor)
        supervisor.start("alert rules", self._watch)
        supervisor.start("alert records", self._follow)
        supervisor.start("fired alerts", self._keep)
        self._outbox.run(supervisor)

    async def close(self) -> None:
        """Keep what has fired, and close every channel. Idempotent."""
        if not self._duty.is_ours:
            # Another deck watches the same rules, and keeps what they fire.
            self._waiting.clear()
        try:
            await self._keep_waiting()
            await self._duty.leave()
        except StoreError as error:
            self._tell(f"{len(self._waiting)} alerts are not on record: {error}")
        await self._outbox.close()

    def start_over(self) -> None:
        """Watch every rule as if for the first time, as when a recording is played again."""
        self._engine = Engine(self._figures)
        self._watch_rules()

    def take(self, kind: Kind, rows: Rows) -> None:
        """Look at the rules that a batch may have changed."""
        # This lies on the way of every event.
        if not self._is_watching:
            return
        self._note(self._engine.take(self._figures.keys(kind, rows), self._now_ns()))

    def tick(self) -> None:
        """Look at the rules that time may have changed."""
        now_ns = self._now_ns()
        self._figures.refresh(now_ns)
        self._note(self._engine.tick(now_ns))

    async def renew(self) -> None:
        """Read the records again, and watch the rules that are in them."""
        await self.book.renew()
        await self._read_rules()

    def rules(self) -> list[RuleNow]:
        """Return every rule and how it stands, oldest first."""
        now_ns, watched = self._now_ns(), self._engine.rules()
        return [
            self._rule_now(rule, now_ns, is_watched=rule.id in watched)
            for rule in self.book.now.rules.values()
        ]

    def channels(self) -> list[ChannelStatus]:
        """Return every channel, set up or not, and how it does."""
        return [*self._outbox.statuses(), *self.parts.unused]

    async def put_rule(
        self,
        rule_id: str | None = None,
        *,
        name: str,
        text: str,
        channels: Sequence[str] = (),
        enabled: bool | None = None,
    ) -> RuleNow:
        """Add a rule, or change the one of an id, and watch it (or not; None leaves that as it is).

        Raises
        ------
        BadRule
            If the text is no rule.
        BadInput
            If there is no such channel, or there are too many rules.
        NoData
            If there is no rule of that id.
        """
        parse(text)
        self._refuse_unknown(channels)
        if rule_id is None and len(self.book.now.rules) >= MOST_RULES:
            raise BadInput(f"there are {MOST_RULES:,} rules already; delete some first")
        now_ns = self._clock.now_ns()
        before = (
            AlertRule(new_rule_id(), "", "", created_ns=now_ns)
            if rule_id is None
            else self._rule(rule_id)
        )
        rule = structs.replace(
            before,
            name=" ".join(name.split()) or text,
            text=text.strip(),
            channels=tuple(dict.fromkeys(channels)),
            changed_ns=now_ns,
            enabled=before.enabled if enabled is None else enabled,
        )
        return await self._put(rule)

    async def mute(self, rule_id: str, until_ns: int | None) -> RuleNow:
        """Keep a rule silent until a moment by the wall clock, or, with None, no longer.

        Raises
        ------
        NoData
            If there is none of that id.
        """
        return await self._put(structs.replace(self._rule(rule_id), muted_until_ns=until_ns))

    async def delete_rule(self, rule_id: str) -> None:
        """Remove a rule; what it fired stays.

        Raises
        ------
        NoData
            If there is none of that id.
        """
        self._rule(rule_id)
        await self.book.change(lambda store: store.delete_rule(rule_id))
        await self._read_rules()

    async def try_channel(self, name: str) -> None:
        """Send a message that says it is a test over a channel, past the outbox.

        Raises
        ------
        NoData
            If there is no such channel.
        Conflict
            If it is not used in this deck.
        VenueError
            If the message did not get through.
        """
        notifier = self._outbox.notifier(name)
        if notifier is None:
            for status in self.parts.unused:
                if status.name == name:
                    raise Conflict(f"{name} is off: {status.detail}")
            raise NoData(f"there is no channel {name!r}; there are: {self._known()}")
        now_ns = self._clock.now_ns()
        test = FiredAlert(
            id=f"test-{now_ns}",
            rule_id="test",
            rule_name="Test",
            text="",
            fired_ns=now_ns,
            message="quantdeck can reach you here",
            simulated=self._simulated,
        )
        try:
            await notifier.send(test)
        except (Refused, Unreachable) as error:
            raise VenueError(name, f"the test did not get through: {error}") from None

    def wake(self, names: Sequence[str]) -> None:
        """Say that messages for these channels were kept, which the outbox sends."""
        self._outbox.wake(names)
        self._look_again()

    def _rule(self, rule_id: str) -> AlertRule:
        rule = self.book.now.rules.get(rule_id)
        if rule is None:
            raise NoData(f"there is no alert rule {rule_id!r}")
        return rule

    def _rule_now(self, rule: AlertRule, now_ns: int, *, is_watched: bool) -> RuleNow:
        standing = self._engine.standing(rule.id, now_ns) if is_watched else None
        _, read = self._read.get(rule.id, ("", ""))
        problem = read if isinstance(read, str) else ""
        firings = self.book.now.firings.get(rule.id)
        if firings is None:
            return RuleNow(rule, standing, problem)
        return RuleNow(rule, standing, problem, firings.count, firings.last_ns)

    def _known(self) -> str:
        return ", ".join(status.name for status in self.channels()) or "none"

    def _refuse_unknown(self, channels: Sequence[str]) -> None:
        known = {status.name: status for status in self.channels()}
        for name in channels:
            status = known.get(name)
            if status is None:
                raise BadInput(
                    f"there is no channel {name!r}; there are: {self._known()}", field="channels"
                )
            if status.state == ABSENT:
                raise BadInput(f"{name} is not set up: {status.detail}", field="channels")

    async def _put(self, rule: AlertRule) -> RuleNow:
        await self.book.change(lambda store: store.put_rule(rule))
        await self._read_rules()
        # So that the answer says how it stands.
        self.tick()
        return self._rule_now(rule, self._now_ns(), is_watched=rule.id in self._engine.rules())

    async def _read_rules(self) -> None:
        wanted = {rule.id: rule.text for rule in self.book.now.rules.values()}
        new = [
            (rule_id, text)
            for rule_id, text in wanted.items()
            if self._read.get(rule_id, ("",))[0] != text
        ]
        if new:
            # Another version may have written them: a text that cannot be read is told, not fatal.
            self._read |= await asyncio.to_thread(_read, new)
        self._read = {rule_id: self._read[rule_id] for rule_id in wanted if rule_id in self._read}
        self._watch_rules()

    def _watch_rules(self) -> None:
        leaf, watched = self.book.now, self._engine.rules()
        rules = {
            rule_id: rule
            for rule_id, (_, rule) in self._read.items()
            if not isinstance(rule, str)
            and (kept := leaf.rules.get(rule_id)) is not None
            and kept.enabled
        }
        self._is_watching = bool(rules)
        for gone in watched.keys() - rules.keys():
            self._engine.remove(gone)
        for rule_id, rule in rules.items():
            if watched.get(rule_id) != rule:
                firings = leaf.firings.get(rule_id)
                last_ns = None if firings is None or self._replayed else firings.last_ns
                self._engine.put(rule_id, rule, last_fired_ns=last_ns)

    def _note(self, firings: Sequence[Firing]) -> None:
        if not firings:
            return
        room = _QUEUED - len(self._waiting)
        if len(firings) > room and not self._is_full:
            self._tell(f"{_QUEUED:,} alerts wait for the records; more of them are lost")
        self._is_full = len(firings) > room
        self._waiting += firings[:room]
        self._has_fired.set()

    def _look_again(self) -> None:
        self._again.set()

    async def _watch(self) -> None:
        while True:
            self.tick()
            # At whole quarters of a second, so that a trial on the tape looks when this did.
            left_ns = TICK_NS - self._clock.now_ns() % TICK_NS
            await self._clock.sleep(left_ns / 1e9)

    async def _keep(self) -> None:
        while True:
            await self._keep_waiting()
            self._has_fired.clear()
            await self._has_fired.wait()

    async def _keep_waiting(self) -> None:
        while self._waiting:
            # Taken away once it is kept: should the records fail, it is tried again.
            await self._keep_one(self._waiting[0])
            self._waiting.popleft()

    async def _keep_one(self, firing: Firing) -> None:
        rule = self.book.now.rules.get(firing.rule_id)
        if rule is None or not await self._duty.includes(firing):
            return
        until_ns = rule.muted_until_ns
        is_muted = until_ns is not None and until_ns > self._clock.now_ns()
        channels = [] if is_muted else self._outbox.with_room(rule.channels)
        alert = FiredAlert(
            id=f"{rule.id}-{firing.at_ns}",
            rule_id=rule.id,
            rule_name=rule.name,
            text=rule.text,
            fired_ns=firing.at_ns,
            message=firing.message,
            values=firing.values,
            simulated=self._simulated,
            muted=is_muted,
            # What nobody is told is not waiting to be seen either.
            read=is_muted,
        )
        if await asyncio.to_thread(self.parts.store.add_fired, alert, channels):
            self._tell(f"alert: {rule.name}: {firing.message}")
            self._outbox.wake(channels)
        self._look_again()

    async def _follow(self) -> None:
        await self._outbox.give_up_unknown()
        while True:
            self._again.clear()
            await self.renew()
            await self._outbox.pause(self._again, _RENEW_S)


def _read(texts: Sequence[tuple[str, str]]) -> dict[str, tuple[str, Rule | str]]:
    found: dict[str, tuple[str, Rule | str]] = {}
    for rule_id, text in texts:
        try:
            found[rule_id] = text, parse(text)
        except BadRule as error:
            found[rule_id] = text, str(error)
    return found
