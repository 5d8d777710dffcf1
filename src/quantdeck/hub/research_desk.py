"""Reads tables of features, models, audits and backtests for the page and the API alike."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from quantdeck.hub.shared_work import SharedWork
from quantdeck.hub.tear_sheets import TearSheetFile, sheet_parts
from quantdeck.model.errors import Conflict, NoData
from quantdeck.research.equities.reports import KIND, EquityReport, EquitySummary, decode_report
from quantdeck.research.features import catalogue
from quantdeck.research.table_summary import TableSummary, summarize_table
from quantdeck.views.model_report import model_report_page
from quantdeck.views.offline_page import sheet_policy
from quantdeck.views.research_page import CURRENT, NEWEST

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.research_parts import ResearchParts
    from quantdeck.ports.records import Run
    from quantdeck.ports.reports import ListName
    from quantdeck.research.audit.report import AuditReport
    from quantdeck.research.card import Card
    from quantdeck.research.features.feature import Feature

NOTHING_KEPT = "this deck keeps no models: it plays recorded data"

INDEX_NS = 5_000_000_000
"""So long a list of what is kept stands: other processes train, too. [ns]"""

_FEATURES = "features"
_TABLE_NS = 600_000_000_000
_LONGEST_NS = 60_000_000_000
_LOOK_S = 0.5
_STANDS_NS = 3_600_000_000_000
_TABLES = 2
_REPORTS = 4
MOST_RUNS = 50
"""Backtests that are listed, the newest."""


@dataclass(frozen=True, slots=True)
class Index:
    """What is kept.

    Parameters
    ----------
    cards : tuple of Card
        Of all models, newest first.
    current : str or None
        Id of the model that others ask.
    tables : tuple of str
        Names of tables of features, newest first.
    features : tuple of Feature
        All that are registered.
    audit : AuditReport or None
        The newest.
    scoreboard : tuple of mapping
        Its rows, oldest first.
    runs : tuple of (Run, EquitySummary)
        Backtests of many symbols, newest first.
    """

    cards: tuple[Card, ...] = ()
    current: str | None = None
    tables: tuple[str, ...] = ()
    features: tuple[Feature, ...] = ()
    audit: AuditReport | None = None
    scoreboard: tuple[Mapping[str, str], ...] = ()
    runs: tuple[tuple[Run, EquitySummary], ...] = ()

    def card(self, model_id: str) -> Card:
        """Return a card by id, or that of the current model.

        Raises
        ------
        NoData
            If there is none.
        """
        wanted = self.current if model_id == CURRENT else model_id
        if wanted is None and self.cards:
            wanted = self.cards[0].id
        found = next((card for card in self.cards if card.id == wanted), None)
        if found is not None:
            return found
        if wanted is None:
            raise NoData("no model was trained yet: start the job train, or run quantdeck train")
        raise NoData(
            f"there is no model {wanted!r}; GET /api/v1/research/models lists those there are"
        )

    def run(self, run_id: str) -> tuple[Run, EquitySummary]:
        """Return a backtest by id, or the newest, with its headline figures.

        Raises
        ------
        NoData
            If there is none.
        """
        for run, summary in self.runs:
            if run_id in (NEWEST, run.id):
                return run, summary
        if run_id == NEWEST:
            raise NoData(
                "nothing was backtested yet: run quantdeck backtest, or the job of the page"
            )
        raise NoData(
            f"there is no backtest {run_id!r}; GET /api/v1/research/backtests lists those there are"
        )


class ResearchDesk:
    """Owned by `quantdeck.hub.research_answers.ResearchAnswers`.

    Parameters
    ----------
    machine : Machine
        Whose models and tables are read.
    jobs : JobDesk
        Each that ends may have kept something.

    Attributes
    ----------
    parts : ResearchParts or None
        None where nothing is kept.
    layout : int
        Changes when there is other to choose from.
    """

    def __init__(self, machine: Machine, jobs: JobDesk) -> None:
        self._machine = machine
        self._jobs = jobs
        self._is_awake = False
        self._last = Index()
        self._last_table: TableSummary | None = None
        self.parts: ResearchParts | None = machine.parts.research
        self.layout = 0
        now_ns = machine.clock.monotonic_ns
        self._index = SharedWork["int", Index](now_ns, fresh_ns=INDEX_NS, kept=1)
        self._tables = SharedWork["tuple[str, int]", TableSummary](
            now_ns, fresh_ns=_TABLE_NS, kept=_TABLES
        )
        self._reports = SharedWork["str", EquityReport](now_ns, fresh_ns=_STANDS_NS, kept=_REPORTS)
        self._turn = asyncio.Lock()

    @property
    def revision(self) -> Hashable:
        """Changes whenever something was read, and when it is time to read again."""
        now_ns = self._machine.clock.monotonic_ns()
        made = self._index.made, self._tables.made, self._reports.made
        return made, self._jobs.ended, now_ns // INDEX_NS

    @property
    def last(self) -> Index:
        """What is kept as last read, however long ago."""
        return self._last

    def known_index(self) -> Index | None:
        """Return what is kept, or None where it must be read (again)."""
        return self._index.known(self._jobs.ended)

    async def index(self) -> Index:
        """Return what is kept.

        Raises
        ------
        NoData
            If nothing is kept here.
        StoreError
            If it cannot be read.
        """
        return await self._index.get(self._jobs.ended, self._read_index)

    def known_table(self) -> TableSummary | None:
        """Return the summary of the newest table, or None where it must be made."""
        tables = self.last.tables
        return self._tables.known(self._table_key(tables[0])) if tables else None

    @property
    def last_table(self) -> TableSummary | None:
        """The summary of the newest table as last made, however long ago."""
        return self._last_table

    async def table(self) -> TableSummary:
        """Return the summary of the newest table of features.

        Raises
        ------
        NoData
            If there is none.
        StoreError
            If it cannot be read.
        """
        index = await self.index()
        if not index.tables:
            raise NoData(
                "no table of features was built yet: start the job features, or run quantdeck features"
            )
        name = index.tables[0]
        return await self._tables.get(self._table_key(name), lambda: self._summarize(name))

    def known_report(self, run_id: str) -> EquityReport | None:
        """Return a backtest that is in memory, or None where it must be read."""
        for run, _ in self.last.runs:
            if run_id in (NEWEST, run.id):
                return self._reports.known(run.id)
        return None

    async def report(self, run_id: str) -> EquityReport:
        """Return a backtest by id, or the newest.

        Raises
        ------
        NoData
            If there is none.
        StoreError
            If it cannot be read.
        """
        run, _ = (await self.index()).run(run_id)
        return await self._reports.get(run.id, lambda: self._read_report(run.id))

    def wake(self) -> None:
        """Somebody looks: let what is to be run by itself begin, once."""
        if not self._is_awake and self.parts is not None and self.parts.begin:
            self._is_awake = True
            self._machine.supervisor.start("research", self.begin)

    async def begin(self) -> None:
        """Run what is to be run by itself, one after the other, where none of its kind ever was."""
        parts = self.parts
        if parts is None or not parts.begin:
            return
        await self._jobs.load()
        await self._wait_for_prices()
        for question in parts.begin:
            done = self._jobs.last(question.kind)
            if done is None:
                try:
                    run = await self._jobs.start(question)
                except Conflict:
                    # A person was faster.
                    return
                done = await self._jobs.wait(run.id)
            if done.state != "done":
                return

    async def _wait_for_prices(self) -> None:
        # Those that are followed are fetched one after the other; what never comes is not waited for.
        prices, clock = self._machine.prices, self._machine.clock
        until_ns = clock.monotonic_ns() + _LONGEST_NS
        while prices is not None and clock.monotonic_ns() < until_ns:
            daily = {each.symbol for each in prices.kept() if each.interval == "1d"}
            if daily.issuperset(prices.choices().symbols):
                return
            await clock.sleep(_LOOK_S)

    async def dashboard(self) -> TearSheetFile:
        """Return how models did as one HTML file that needs nothing else.

        Raises
        ------
        NoData
            If no model was trained.
        StoreError
            If something cannot be read, or the page was not built.
        """
        index, machine = await self.index(), self._machine
        shown = index.card(CURRENT)

        def make() -> TearSheetFile:
            parts = sheet_parts(machine.version, machine.clock.now_ns())
            page = model_report_page(index.cards, shown, index.scoreboard, index.audit, parts)
            return TearSheetFile(page, sheet_policy(parts), "dashboard.html")

        return await asyncio.to_thread(make)

    async def report_rows(self, name: ListName) -> Sequence[Mapping[str, str]]:
        """Return the rows of a list of the reports folder, oldest first.

        Raises
        ------
        NoData
            If nothing is kept here.
        StoreError
            If it cannot be read.
        """
        rows = self._kept().rows
        return () if rows is None else await asyncio.to_thread(rows, name)

    async def make_current(self, model_id: str) -> Card:
        """Let a model be the one that others ask.

        Raises
        ------
        NoData
            If there is none of that id.
        StoreError
            If the disk refuses.
        """
        parts = self._kept()
        card = (await self.index()).card(model_id)
        await asyncio.to_thread(parts.models.make_current, card.id)
        self._index.forget(self._jobs.ended)
        return card

    async def _read_index(self) -> Index:
        parts = self._kept()

        def read() -> Index:
            return Index(
                cards=tuple(parts.models.cards()),
                current=parts.models.current(),
                tables=tuple(parts.features.names()),
                features=catalogue.features(),
                audit=parts.audit(),
                scoreboard=tuple(parts.scoreboard()),
                runs=self._read_runs(),
            )

        found = await asyncio.to_thread(read)
        if _choices(self.last) != _choices(found):
            self.layout += 1
        self._last = found
        return found

    async def _read_report(self, run_id: str) -> EquityReport:
        store = self._machine.parts.runs

        def read() -> EquityReport:
            data = None if store is None else store.result(run_id)
            if data is None:
                raise NoData(f"the result of {run_id} is no longer kept; run it again")
            return decode_report(data)

        found = await asyncio.to_thread(read)
        self.layout += 1
        return found

    def _read_runs(self) -> tuple[tuple[Run, EquitySummary], ...]:
        store = self._machine.parts.runs
        kept = () if store is None else store.runs(kind=KIND, limit=MOST_RUNS)
        return tuple((run, summary) for run in kept if (summary := _summary(run)) is not None)

    async def _summarize(self, name: str) -> TableSummary:
        parts = self._kept()

        def make() -> TableSummary:
            return summarize_table(parts.features.get(name))

        async with self._turn:
            found = await asyncio.to_thread(make)
        self._last_table = found
        self.layout += 1
        return found

    def _table_key(self, name: str) -> tuple[str, int]:
        # Built anew, a table may end with the same session and so have the same name.
        return name, self._jobs.ended_of(_FEATURES)

    def _kept(self) -> ResearchParts:
        if self.parts is None:
            raise NoData(NOTHING_KEPT)
        return self.parts


def _choices(index: Index) -> Hashable:
    runs = tuple(run.id for run, _ in index.runs)
    return tuple(card.id for card in index.cards), index.tables, runs


def _summary(run: Run) -> EquitySummary | None:
    try:
        return msgspec.json.decode(run.summary, type=EquitySummary)
    except msgspec.MsgspecError:
        # Written by another version.
        return None
