"""What the Home page sums up of the other pages, asked of those who know."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.hub.daily_record import daily_runs
from quantdeck.hub.shared_work import SharedWork
from quantdeck.views import home, trade_feed
from quantdeck.views.research_page import CURRENT

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from quantdeck.hub.answers import Room
    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.playbook_desk import PlaybookDesk
    from quantdeck.hub.research_desk import ResearchDesk
    from quantdeck.hub.schedule_desk import ScheduleDesk
    from quantdeck.model.alerts import FiredAlert
    from quantdeck.research.card import Card
    from quantdeck.views.daily import DailyRun
    from quantdeck.views.home import Need
    from quantdeck.views.payloads import Payload, StatusPayload
    from quantdeck.views.trade_feed import FeedLine

READ_NS = 5_000_000_000
"""So long the record of daily runs stands: other processes run them, too. [ns]"""
_SHOWN_NS = 3_600_000_000_000
_RUNS = 5
_FILLS = "trading.fills"


@dataclass(frozen=True, slots=True)
class HomeSources:
    """Those who know.

    Parameters
    ----------
    status : callable
        How the deck stands, as the shell shows it.
    jobs : JobDesk
        What is run.
    research : ResearchDesk
        The model in use.
    playbook : PlaybookDesk
        The newest playbook.
    trading : Room
        What the Trading page shows of the paper account.
    schedule : ScheduleDesk or None
        What is run by the clock; None where nothing is.
    """

    status: Callable[[], StatusPayload]
    jobs: JobDesk
    research: ResearchDesk
    playbook: PlaybookDesk
    trading: Room
    schedule: ScheduleDesk | None = None


class HomeDesk:
    """Owned by `quantdeck.hub.home_answers.HomeAnswers`.

    Parameters
    ----------
    machine : Machine
        What is asked.
    sources : HomeSources
        Who is asked.
    """

    def __init__(self, machine: Machine, sources: HomeSources) -> None:
        self._machine = machine
        self._of = sources
        self._daily = SharedWork["int", "list[DailyRun]"](
            machine.clock.monotonic_ns, fresh_ns=READ_NS, kept=1
        )

    @property
    def daily_revision(self) -> Hashable:
        """Changes whenever the record of daily runs was read, and when it is time to read again."""
        return self._daily.made, self._machine.clock.monotonic_ns() // READ_NS

    @property
    def feed_revision(self) -> Hashable:
        """Changes whenever the feed of trades may have."""
        paper = self._machine.paper
        return self._of.playbook.revision, 0 if paper is None else paper.revision

    def known_daily(self) -> list[DailyRun] | None:
        """Return daily runs as they were read a while ago, and begin to read them anew."""
        if self._machine.parts.due is None:
            return []
        found = self._daily.known(0, within_ns=_SHOWN_NS)
        if found is not None:
            self._daily.begin(0, self._read_daily)
        return found

    async def daily(self) -> list[DailyRun]:
        """Return the newest daily runs, newest first.

        Raises
        ------
        StoreError
            If the run ledger cannot be read.
        """
        if self._machine.parts.due is None:
            return []
        return await self._daily.get(0, self._read_daily)

    def card(self) -> Card | None:
        """Return the card of the model in use, as last read."""
        index = self._of.research.last
        return index.card(CURRENT) if index.cards else None

    def unread(self) -> list[FiredAlert]:
        """Return what fired and nobody has seen, newest first."""
        desk = self._machine.alerts
        if desk is None:
            return []
        return [each for each in desk.book.now.fired if not each.read and not each.muted]

    def needs(self) -> list[Need]:
        """Return one line of every part, in the order in which they stand where all is well."""
        machine, of, unread = self._machine, self._of, self.unread()
        count = 0 if machine.alerts is None else machine.alerts.book.now.unread
        lines = [
            home.data_need(of.status()),
            home.alerts_need(count, unread[0] if unread else None),
            home.playbook_need(of.playbook.last),
            home.model_need(self.card()),
            home.runs_need(of.jobs.runs()),
        ]
        if machine.parts.due is not None:
            now_ns = machine.clock.now_ns()
            lines.append(home.daily_need(self.known_daily() or [], now_ns=now_ns))
        worth = None if machine.paper is None else of.trading.quick("trading.summary", {})
        if machine.paper is not None and worth is not None:
            lines.append(home.paper_need(worth, machine.paper.account.halted))
        if of.schedule is not None:
            jobs = of.schedule.jobs()
            lines.append(home.schedule_need(jobs, is_running=of.schedule.is_running))
        return lines

    def known_feed(self) -> list[FeedLine] | None:
        """Return the lines of the feed of trades, or None where fills must be read."""
        fills = self._of.trading.quick(_FILLS, {})
        return None if fills is None else self._feed(fills)

    async def feed(self) -> list[FeedLine]:
        """Return the lines of the feed of trades.

        Raises
        ------
        StoreError
            If the events of the paper account cannot be read.
        """
        if self._machine.paper is None:
            return self.known_feed() or []
        return self._feed(await self._of.trading.slow(_FILLS, {}))

    def _feed(self, fills: Payload) -> list[FeedLine]:
        newest = self._of.playbook.last
        ideas = [] if newest is None else trade_feed.recommended_lines(newest)
        return [*trade_feed.execution_lines(fills), *ideas]

    async def _read_daily(self) -> list[DailyRun]:
        store = self._machine.parts.due
        if store is None:
            return []
        return await asyncio.to_thread(daily_runs, store, limit=_RUNS)
