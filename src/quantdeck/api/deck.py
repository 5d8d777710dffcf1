"""What the API asks of the running machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

    import pyarrow as pa

    from quantdeck.analytics.pairs import PairStudy
    from quantdeck.hub.alert_desk import AlertDesk
    from quantdeck.hub.alert_trial import Trial
    from quantdeck.hub.backtests import BacktestDesk
    from quantdeck.hub.finding_answers import FindingAnswers
    from quantdeck.hub.health import Health
    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.market_desk import MarketDesk
    from quantdeck.hub.measures import Measure
    from quantdeck.hub.paper_desk import PaperDesk
    from quantdeck.hub.playbook_desk import PlaybookDesk
    from quantdeck.hub.research_desk import ResearchDesk
    from quantdeck.hub.schedule_desk import ScheduleDesk
    from quantdeck.hub.studies import Studies
    from quantdeck.hub.ticket_desk import TicketDesk
    from quantdeck.hub.topics import Topics
    from quantdeck.model.events import Kind
    from quantdeck.model.feed import FeedStatus
    from quantdeck.model.instruments import Instrument
    from quantdeck.model.uploads import UploadReport
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.layouts import LayoutStore
    from quantdeck.ports.tape import TapeReader, TapeStatus
    from quantdeck.views.alert_forms import RuleCheck
    from quantdeck.views.panels import Page
    from quantdeck.views.payloads import IntArray, Mode, Payload, StatusPayload


class Deck(Protocol):
    """One running machine, seen from outside.

    All methods are called on the event loop that the machine runs on. Those that are not coroutines
    answer from memory, at once; those that compute or read more are coroutines, so that the machine
    decides what goes to a thread. `reader` is the exception: it is safe in any thread, and the API
    calls it in one.
    """

    @property
    def mode(self) -> Mode:
        """Live, demo or replay."""
        ...

    @property
    def version(self) -> str:
        """Version of quantdeck."""
        ...

    @property
    def clock(self) -> Clock:
        """Where the time comes from."""
        ...

    @property
    def topics(self) -> Topics:
        """What the stream sends."""
        ...

    @property
    def reader(self) -> TapeReader:
        """The tape, for ranges, coverage, gaps and SQL."""
        ...

    @property
    def alerts(self) -> AlertDesk:
        """Rules, what they fired, and who is told.

        Raises
        ------
        Conflict
            If the machine keeps no records.
        """
        ...

    @property
    def backtests(self) -> BacktestDesk:
        """Backtests, sweeps and walks forward."""
        ...

    @property
    def market(self) -> MarketDesk:
        """The watchlist, the overview of closes, and what was collected."""
        ...

    @property
    def layouts(self) -> LayoutStore | None:
        """Pages as their users arranged them; None where nothing is kept."""
        ...

    @property
    def jobs(self) -> JobDesk:
        """What can be run beside the capture, and what came of it."""
        ...

    @property
    def research(self) -> ResearchDesk:
        """Tables of features, models, audits and backtests of them."""
        ...

    @property
    def schedule(self) -> ScheduleDesk:
        """What is run by the clock.

        Raises
        ------
        Conflict
            If this machine runs nothing by it.
        """
        ...

    @property
    def findings(self) -> FindingAnswers:
        """What was detected."""
        ...

    @property
    def studies(self) -> Studies:
        """Studies of prices and of option chains."""
        ...

    @property
    def tickets(self) -> TicketDesk:
        """Weighs and places orders as they are typed on the Trading page."""
        ...

    @property
    def paper(self) -> PaperDesk:
        """The paper account: orders, positions, limits; NoData where none is kept."""
        ...

    @property
    def playbook(self) -> PlaybookDesk:
        """Makes the playbook of the newest session, and reads earlier ones."""
        ...

    def pages(self) -> tuple[Page, ...]:
        """Return the pages and their panels."""
        ...

    def status(self) -> StatusPayload:
        """Return the payload of the topic ``status`` as of now."""
        ...

    def health(self) -> Health:
        """Return whether the machine is alive and ready."""
        ...

    def measures(self) -> list[Measure]:
        """Return what a monitoring system is told."""
        ...

    def feeds(self) -> list[FeedStatus]:
        """Return the state of every connection."""
        ...

    def tape_status(self) -> TapeStatus:
        """Return how the tape is doing."""
        ...

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured (or played)."""
        ...

    async def instruments(self) -> list[Instrument]:
        """Return everything the configured vendors trade.

        Raises
        ------
        VenueError
            If no vendor has answered yet.
        """
        ...

    async def start_capture(self, symbols: Sequence[str] | None) -> list[str]:
        """Capture these symbols and no others, and return them in canonical form.

        None goes on with those captured last (or configured). Symbols are as a person types them.
        Asking again for what is already captured changes nothing.

        Raises
        ------
        BadInput
            If a symbol is not known; nothing has changed then.
        Conflict
            If the machine is playing recorded data.
        """
        ...

    async def stop_capture(self) -> None:
        """Stop capturing; what is queued is still written. Idempotent.

        Raises
        ------
        Conflict
            If the machine is playing recorded data.
        """
        ...

    async def answer(self, topic: str, params: Mapping[str, str]) -> Payload | StatusPayload:
        """Return the payload of a topic now, whether or not anybody is subscribed.

        The topic's name is a panel's `topic` (its `id` for a panel that is only queried), or
        ``status``; absent parameters take the default of the page's control.

        Raises
        ------
        BadInput
            If there is no such topic, or a parameter is wrong or unknown.
        NoData
            If nothing is recorded for the question.
        """
        ...

    async def pair_study(self, params: Mapping[str, str]) -> tuple[IntArray, PairStudy]:
        """Return the study behind the Pairs page for the same parameters, with the rows' times.

        The times are those of the study's rows, ms UTC; absent parameters take the default of the
        page's control.

        Raises
        ------
        BadInput
            If a parameter is wrong.
        NoData
            If nothing is recorded for one of the symbols.
        """
        ...

    async def bars(
        self,
        symbol: str,
        timeframe: str,
        *,
        start_ns: int | None,
        end_ns: int | None,
        limit: int,
    ) -> pa.Table:
        """Return bars of a canonical symbol, oldest first, the one still open included.

        With `start_ns` the oldest `limit` bars with ``start_ns <= start < end_ns``; without it the
        newest `limit` that start before `end_ns` (None: now). Columns ``start_ns, open, high, low,
        close, volume, trades``.

        Raises
        ------
        BadInput
            If the timeframe is none of 1s, 1m, 5m.
        NoData
            If nothing was ever recorded of the symbol.
        """
        ...

    def check_rule(self, text: str) -> RuleCheck:
        """Return what is said of a text that may be an alert rule."""
        ...

    async def try_rule(
        self, text: str, *, since: timedelta | datetime, end_ns: int | None
    ) -> Trial:
        """Return when an alert rule would have fired on the tape.

        Parameters
        ----------
        text : str
            The rule.
        since : timedelta or datetime
            How long before the end, or from when on.
        end_ns : int or None
            Now, by the deck's time, where None. [ns]

        Raises
        ------
        BadInput
            If the text is no rule, or the time is none or too long.
        NoData
            If nothing of the rule's symbols is on the tape in that time.
        """
        ...

    def upload_folder(self) -> Path:
        """Return an existing folder in which to put what is being uploaded.

        Raises
        ------
        Conflict
            If the machine takes no uploads: it is playing recorded data.
        """
        ...

    async def upload(self, file: Path, *, venue: str, partial: bool) -> UploadReport:
        """Take in the trades of a CSV or NDJSON file, packed with gzip or not.

        Symbols that name no venue are of `venue`. Trades that are known already are left out; what is
        new is on the tape, all of it or nothing, and in memory when this returns.

        Raises
        ------
        BadUpload
            If the file is none that can be read, or `partial` is False and a line cannot be used;
            nothing has changed then.
        Conflict
            If the machine is playing recorded data.
        StoreError
            If the tape cannot be written or read.
        """
        ...

    async def buffer(self, symbol: str | None) -> pa.Table:
        """Return the trades in memory, of one canonical symbol or of all, ordered by time.

        Columns ``ts, symbol, price, size, side, seq``; `ts` in ns UTC.

        Raises
        ------
        NoData
            If there is none.
        """
        ...

    async def ticks(self, kind: Kind, symbol: str, *, limit: int) -> pa.Table:
        """Return the newest events of one symbol, oldest first; columns as on the tape.

        Raises
        ------
        NoData
            If nothing was ever recorded of the symbol and kind.
        """
        ...
