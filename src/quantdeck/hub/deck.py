"""The machine as the API sees it; fulfils `quantdeck.api.deck.Deck`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from msgspec import structs

from quantdeck.hub.alert_setup import alert_desk_of, try_in_deck
from quantdeck.hub.answers import Answers
from quantdeck.hub.backtests import BacktestDesk
from quantdeck.hub.buffer import buffered
from quantdeck.hub.health import Health, components_of, health_of
from quantdeck.hub.measures import measures_of
from quantdeck.hub.paper_desk import NOTHING_KEPT
from quantdeck.hub.publish import Publisher
from quantdeck.hub.studies import Desks, Studies
from quantdeck.hub.taped_bars import TapedBars
from quantdeck.hub.topic import Topic
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import BadInput, Conflict, NoData
from quantdeck.views.alert_forms import check_rule
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    from quantdeck.analytics.pairs import PairStudy
    from quantdeck.analytics.resample import Bars
    from quantdeck.analytics.types import IntArray
    from quantdeck.hub.alert_desk import AlertDesk
    from quantdeck.hub.alert_trial import Trial
    from quantdeck.hub.exit_watch import ExitWatch
    from quantdeck.hub.finding_answers import FindingAnswers
    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.market_desk import MarketDesk
    from quantdeck.hub.measures import Measure
    from quantdeck.hub.paper_desk import PaperDesk
    from quantdeck.hub.playbook_desk import PlaybookDesk
    from quantdeck.hub.research_desk import ResearchDesk
    from quantdeck.hub.schedule_desk import ScheduleDesk
    from quantdeck.hub.ticket_desk import TicketDesk
    from quantdeck.hub.topics import Topics
    from quantdeck.hub.uploads import UploadDesk
    from quantdeck.model.events import Kind
    from quantdeck.model.feed import FeedStatus
    from quantdeck.model.instruments import Instrument
    from quantdeck.model.uploads import UploadReport
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.layouts import LayoutStore
    from quantdeck.ports.tape import TapeReader, TapeStatus
    from quantdeck.views.alert_forms import RuleCheck
    from quantdeck.views.panels import Page
    from quantdeck.views.payloads import Payload, StatusPayload


class RunningDeck:
    """A machine, its answers and its publisher. Made by `quantdeck.app.compose`.

    Parameters
    ----------
    machine : Machine
        Closed by `close`.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._taped = TapedBars(machine.reader)
        self._backtests = BacktestDesk(machine, self._newest)
        self._answers = Answers(machine, self._backtests)
        rooms = self._answers
        self._studies = Studies(
            machine, Desks(rooms.risk.desk, rooms.portfolio.desk, rooms.technical.desk)
        )

    @property
    def mode(self) -> Mode:
        """Live, demo or replay."""
        return self._machine.mode

    @property
    def version(self) -> str:
        """Version of quantdeck."""
        return self._machine.version

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        return self._machine.clock

    @property
    def topics(self) -> Topics:
        """What the stream sends."""
        return self._machine.topics

    @property
    def reader(self) -> TapeReader:
        """The tape."""
        return self._machine.reader

    @property
    def backtests(self) -> BacktestDesk:
        """Backtests, sweeps and walks forward."""
        return self._backtests

    @property
    def market(self) -> MarketDesk:
        """The watchlist, the overview of closes, and what was collected."""
        return self._answers.market.desk

    @property
    def layouts(self) -> LayoutStore | None:
        """Pages as their users arranged them; None where nothing is kept."""
        return self._machine.parts.layouts

    @property
    def jobs(self) -> JobDesk:
        """What can be run beside the capture, and what came of it."""
        return self._answers.market.jobs

    @property
    def research(self) -> ResearchDesk:
        """Tables of features, models, audits and backtests of them."""
        return self._answers.research.desk

    @property
    def playbook(self) -> PlaybookDesk:
        """Makes the playbook of the newest session, and reads earlier ones."""
        return self._answers.playbook.desk

    @property
    def tickets(self) -> TicketDesk:
        """Weighs and places orders as they are typed on the Trading page."""
        return self._answers.trading.tickets

    @property
    def schedule(self) -> ScheduleDesk:
        """What is run by the clock."""
        return self._answers.schedule.desk

    @property
    def paper(self) -> PaperDesk:
        """The paper account: orders, positions, limits.

        Raises
        ------
        NoData
            If none is kept.
        """
        if self._machine.paper is None:
            raise NoData(NOTHING_KEPT)
        return self._machine.paper

    @property
    def exits(self) -> ExitWatch:
        """What closes positions of the paper account by their exit rules.

        Raises
        ------
        NoData
            If the deck keeps none.
        """
        if self._machine.exits is None:
            raise NoData(NOTHING_KEPT)
        return self._machine.exits

    @property
    def findings(self) -> FindingAnswers:
        """What was detected."""
        return self._answers.findings

    @property
    def studies(self) -> Studies:
        """Studies of prices and of option chains."""
        return self._studies

    def run(self) -> None:
        """Start the machine and the publish timer; returns at once."""
        answers = self._answers
        self._machine.supervisor.start("runs", self._backtests.load)
        self._machine.supervisor.start("jobs", self._answers.market.begin)
        answers.schedule.run()
        answers.user_panels.run()
        answers.cv.run()
        self._machine.run(
            Publisher(
                self._machine.topics,
                quick=answers.quick,
                slow=answers.slow,
                revision=answers.revision,
                fence=self._machine.supervisor.fence,
                clock=self._machine.clock,
                hz=self._machine.parts.hz,
            )
        )

    async def close(self) -> None:
        """Stop everything and close the tape. Idempotent."""
        await self._answers.schedule.close()
        await self._answers.market.jobs.close()
        await self._backtests.close()
        await self._machine.close()

    def pages(self) -> tuple[Page, ...]:
        """Return the pages and their panels."""
        return self._answers.pages()

    def status(self) -> StatusPayload:
        """Return the payload of the topic ``status`` as of now."""
        return self._answers.status()

    def health(self) -> Health:
        """Return whether the machine is alive and ready."""
        machine = self._machine
        seen: Any = {
            "capturing": machine.capture.is_on,
            "feeds": machine.feeds(),
            "tape": machine.tape_status(),
        }
        troubles = [f"{t.name} failed: {t.last_error}" for t in machine.supervisor.troubles()]
        components = components_of(
            **seen,
            prices=None if machine.prices is None else machine.prices.choices(),
            underlyings=() if machine.options is None else machine.options.underlyings(),
            bus=machine.bus_status(),
        )
        health = health_of(machine.mode, machine.version, **seen, troubles=troubles)
        return structs.replace(health, components=components)

    def measures(self) -> list[Measure]:
        """Return what a monitoring system is told."""
        jobs = self._answers.schedule.jobs()
        return measures_of(self._machine, health=self.health(), jobs=jobs)

    def feeds(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        return self._machine.feeds()

    def tape_status(self) -> TapeStatus:
        """Return how the tape is doing."""
        return self._machine.tape_status()

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured (or played)."""
        return self._machine.capture.symbols()

    async def instruments(self) -> list[Instrument]:
        """Return everything the configured vendors trade."""
        return await self._machine.instruments()

    async def start_capture(self, symbols: Sequence[str] | None) -> list[str]:
        """Capture these symbols and no others, and return them in canonical form.

        A recording that has ended is played again instead.
        """
        if symbols is None and self._machine.mode is Mode.REPLAY:
            return await self._machine.play_again()
        self._refuse_replay()
        return await self._machine.start_capture(symbols)

    async def stop_capture(self) -> None:
        """Stop capturing; what is queued is still written."""
        self._refuse_replay()
        await self._machine.stop_capture()

    async def answer(self, topic: str, params: Mapping[str, str]) -> Payload | StatusPayload:
        """Return the payload of a topic now."""
        asked = Topic(topic, tuple(sorted(params.items())))
        quick = self._answers.quick(asked)
        return await self._answers.slow(asked) if quick is None else quick

    async def pair_study(self, params: Mapping[str, str]) -> tuple[IntArray, PairStudy]:
        """Return the study behind the Pairs page, with the times of its rows in ms UTC."""
        return self._answers.pair_study(params)

    async def bars(
        self,
        symbol: str,
        timeframe: str,
        *,
        start_ns: int | None,
        end_ns: int | None,
        limit: int,
    ) -> pa.Table:
        """Return bars of a canonical symbol, oldest first, the one still open included."""
        interval_ns = TIMEFRAMES.get(timeframe)
        if interval_ns is None:
            raise BadInput(f"no bars of {timeframe!r}; there are {', '.join(TIMEFRAMES)}")
        if start_ns is None and end_ns is None:
            newest = self._live_bars(symbol, timeframe, limit)
            if newest is not None:
                return _table(newest)
        if start_ns is None:
            return _table(
                await asyncio.to_thread(self._taped.newest, symbol, interval_ns, end_ns, limit)
            )
        return _table(
            await asyncio.to_thread(
                self._taped.oldest, symbol, interval_ns, start_ns, end_ns, limit
            )
        )

    @property
    def alerts(self) -> AlertDesk:
        """Rules, what they fired, and who is told."""
        return alert_desk_of(self._machine)

    def check_rule(self, text: str) -> RuleCheck:
        """Return what is said of a text that may be an alert rule."""
        desk = self._machine.desk
        roots = [] if desk is None else sorted({root for root, _ in desk.book.listed()})
        return check_rule(text, symbols=self._machine.capture.symbols(), roots=roots)

    async def try_rule(
        self, text: str, *, since: timedelta | datetime, end_ns: int | None
    ) -> Trial:
        """Return when an alert rule would have fired on the tape."""
        return await try_in_deck(self._machine, text, since=since, end_ns=end_ns)

    def upload_folder(self) -> Path:
        """Return an existing folder in which to put what is being uploaded."""
        return self._uploads().folder()

    async def upload(self, file: Path, *, venue: str, partial: bool) -> UploadReport:
        """Take in the trades of a file."""
        report = await self._uploads().take(file, venue=venue, partial=partial)
        self._machine.journal.write(f"upload: {report.message}", tone="good")
        return report

    async def buffer(self, symbol: str | None) -> pa.Table:
        """Return the trades in memory, of one canonical symbol or of all, ordered by time."""
        return buffered(self._machine.state, symbol)

    async def ticks(self, kind: Kind, symbol: str, *, limit: int) -> pa.Table:
        """Return the newest events of one symbol, oldest first; columns as on the tape."""
        return await asyncio.to_thread(self._machine.reader.tail, kind, symbol, limit)

    async def _newest(self, symbol: str, timeframe: str, limit: int) -> pa.Table:
        return await self.bars(symbol, timeframe, start_ns=None, end_ns=None, limit=limit)

    def _live_bars(self, symbol: str, timeframe: str, limit: int) -> Bars | None:
        # From memory where that holds enough; the tape knows more.
        state = self._machine.state
        try:
            bars = state.books[timeframe].bars(state.id_of(symbol), limit)
        except NoData:
            return None
        return bars if len(bars) == limit or self._machine.mode is Mode.REPLAY else None

    def _uploads(self) -> UploadDesk:
        self._refuse_replay()
        if self._machine.uploads is None:
            raise Conflict(
                "nothing is recorded by this process; upload where quantdeck up runs, or stop "
                "quantdeck ingest and use quantdeck import"
            )
        return self._machine.uploads

    def _refuse_replay(self) -> None:
        if self._machine.mode is Mode.REPLAY:
            raise Conflict("recorded data are being played; nothing can be captured meanwhile")


def _table(bars: Bars) -> pa.Table:
    names = ("start_ns", "open", "high", "low", "close", "volume", "trades")
    return pa.table({name: getattr(bars, name) for name in names})
