"""What each panel of the Market page shows, asked of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.job_answers import TOPICS, JobAnswers
from quantdeck.hub.job_desk import JobDesk
from quantdeck.hub.kept_chains import KeptChains
from quantdeck.hub.market_desk import NOTHING_KEPT, MarketDesk
from quantdeck.hub.market_now import watched_now, watched_state, word_of
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.hub.price_studies import NO_PRICES, NOT_YET
from quantdeck.hub.standing import standing
from quantdeck.model.errors import NoData
from quantdeck.model.history import Adjustment
from quantdeck.model.instruments import root_of
from quantdeck.views import market, market_records
from quantdeck.views.market_page import PANELS, MarketChoices
from quantdeck.views.nothing import nothing_of
from quantdeck.views.option_summary import summary_payload
from quantdeck.views.options_page import MONTH
from quantdeck.views.payloads import PanelState, RowsPayload, TextPayload
from quantdeck.views.state import steady_state

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence

    from quantdeck.hub.kept_chains import KeptChain
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.market_desk import Overview, Statements
    from quantdeck.hub.option_answers import OptionAnswers
    from quantdeck.model.collected import HeldRecords
    from quantdeck.views.market import Watched
    from quantdeck.views.market_records import KeptStories
    from quantdeck.views.payloads import Payload

    Params = Mapping[str, str]

_KINDS = {panel.id: panel.kind for panel in PANELS}
_OF_PRICES = {"market.overview", "market.chart"}
_OF_RECORDS = {"market.news", "market.fundamentals"}
_MONTH_DAYS = 30.0

_EDIT = "What stands here comes first on the page, wherever its price comes from."


class MarketAnswers:
    """Answers topics of the Market page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        What is asked.
    options : OptionAnswers
        Answer for the chain of a symbol.

    Attributes
    ----------
    desk : MarketDesk
        Does the work.
    jobs : JobDesk
        Runs what can be run from the page.
    """

    def __init__(self, machine: Machine, options: OptionAnswers) -> None:
        self._machine = machine
        self._options = options
        self.desk = MarketDesk(machine)
        parts = machine.parts
        self.jobs = JobDesk(
            {} if parts.market is None else parts.market.jobs,
            parts.runs,
            clock=machine.clock,
            supervisor=machine.supervisor,
            mode=machine.mode.value,
        )
        store = None if parts.market is None else parts.market.chains
        self._kept_chains = KeptChains(store, machine.clock)
        self._of_jobs = JobAnswers(machine, self.desk, self.jobs)
        self._quick: dict[str, Callable[[Params], Payload | None]] = {
            "market.watchlist": self._known_watchlist,
            "market.edit": self._edit,
            "market.overview": lambda _: self._known_overview(),
            "market.chart": self._chart,
            "market.chain": lambda params: self._chain(params["symbol"]),
            "market.news": self._known_news,
            "market.fundamentals": self._known_statements,
        }
        self._slow: dict[str, Callable[[Params], Awaitable[Payload]]] = {
            "market.watchlist": self._read_watchlist,
            "market.overview": self._make_overview,
            "market.chart": self._read_chart,
            "market.chain": self._study_chain,
            "market.news": self._read_news,
            "market.fundamentals": self._read_statements,
        }

    async def begin(self) -> None:
        """Read the watchlist, and run what is to be run by itself."""
        await self.desk.load()
        for question in () if self.desk.parts is None else self.desk.parts.begin:
            await self.jobs.begin(question)

    def choices(self) -> MarketChoices:
        """Return the symbols to choose from: those watched, with prices, and captured."""
        prices = self._machine.prices
        known = () if prices is None else prices.choices().symbols
        watched = self.desk.watched() or ()
        every = (*watched, *known, *self._machine.capture.symbols())
        return MarketChoices(tuple(dict.fromkeys(every)))

    @property
    def layout(self) -> int:
        """Changes when there are other symbols to choose from."""
        return self.desk.layout

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from memory, or None where something must be read."""
        if name in TOPICS:
            return self._of_jobs.quick(name)
        if name in _OF_PRICES and not self._has_prices():
            return nothing_of(_KINDS[name], self._no_prices())
        if name in _OF_RECORDS and self.desk.parts is None:
            return nothing_of(_KINDS[name], _sentence(NOTHING_KEPT))
        return self._quick[name](params)

    async def slow(self, name: str, params: Params) -> Payload:
        """Read or fetch what is needed, and return the payload."""
        if name in TOPICS:
            return await self._of_jobs.slow(name)
        return await self._slow[name](params)

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        machine, desk = self._machine, self.desk
        if name in TOPICS:
            return self._of_jobs.revision(name)
        second = machine.clock.monotonic_ns() // 1_000_000_000
        if name == "market.watchlist":
            # Twice a second is as often as cards of many symbols can be read.
            return desk.revision, machine.clock.monotonic_ns() // 500_000_000
        if name == "market.chain":
            return self._options.revision("options.summary"), self._kept_chains.made, second // 5
        return desk.revision, second // 10 if name in _OF_RECORDS else 0

    def _watchlist(self, watched: Sequence[str]) -> Payload:
        return self._cards(watched_now(self._machine, self.desk, watched))

    def _cards(self, rows: Sequence[Watched]) -> Payload:
        state = watched_state(rows, self._machine.mode)
        return market.watchlist_payload(rows, state)

    def _known_watchlist(self, _: Params) -> Payload | None:
        watched = self.desk.watched()
        return None if watched is None else self._watchlist(watched)

    def _edit(self, _: Params) -> Payload:
        said = _EDIT if self.desk.parts is not None else _sentence(NOTHING_KEPT)
        return TextPayload(self._steady(), said)

    def _known_overview(self) -> Payload | None:
        found = self.desk.known_overview()
        return None if found is None else self._overview(found)

    def _known_news(self, params: Params) -> Payload | None:
        found = self.desk.known_stories(_about(params))
        return None if found is None else self._news(params, found)

    def _known_statements(self, params: Params) -> Payload | None:
        symbol = params["symbol"]
        found = self.desk.known_statements(symbol)
        return None if found is None else self._fundamentals(symbol, found)

    async def _read_watchlist(self, _: Params) -> Payload:
        return self._cards(await self.desk.now())

    async def _make_overview(self, _: Params) -> Payload:
        return self._overview(await self.desk.overview())

    async def _read_chart(self, params: Params) -> Payload:
        await self.desk.prices.series(_question(params))
        return self._chart(params) or nothing_of(_KINDS["market.chart"], _sentence(NOT_YET))

    async def _read_news(self, params: Params) -> Payload:
        return self._news(params, await self.desk.stories(_about(params)))

    async def _read_statements(self, params: Params) -> Payload:
        symbol = params["symbol"]
        return self._fundamentals(symbol, await self.desk.statements(symbol))

    def _overview(self, found: Overview) -> Payload:
        state = self.desk.prices.state([series for _, series in found.rows])
        return market.overview_payload(found.rows, found.unanswered, state)

    def _chart(self, params: Params) -> Payload | None:
        prices = self.desk.prices
        series = prices.known(_question(params))
        if series is None:
            return None
        if len(series) == 0:
            raise NoData(f"{series.symbol}: there are no daily bars yet")
        return market.bars_payload(series, prices.actions(series.symbol), prices.state([series]))

    def _chain(self, symbol: str) -> Payload | None:
        if symbol not in self._underlyings():
            kept = self._kept_chains.known(symbol)
            return None if kept is None else self._kept_chain(symbol, kept)
        cards = self._options.quick("options.summary", _chain_params(symbol))
        if not isinstance(cards, RowsPayload):
            return None
        return market.chain_payload(cards, symbol, (), self._steady(), is_watched=True)

    async def _study_chain(self, params: Params) -> Payload:
        symbol = params["symbol"]
        if symbol not in self._underlyings():
            return self._kept_chain(symbol, await self._kept_chains.get(symbol))
        cards = await self._options.slow("options.summary", _chain_params(symbol))
        found = cards if isinstance(cards, RowsPayload) else None
        return market.chain_payload(found, symbol, (), self._steady(), is_watched=True)

    def _kept_chain(self, symbol: str, kept: KeptChain) -> Payload:
        roots = [root_of(each) for each in self._underlyings()]
        snapshot, study = kept.snapshot, kept.study
        if snapshot is None or study is None:
            return market.chain_payload(None, symbol, roots, self._steady())
        age_s = max(0, self._machine.clock.now_ns() - snapshot.taken_ns) / 1e9
        state = PanelState(self._word(), age_s, f"{snapshot.provenance.source} {snapshot.feed}")
        nearest = study.nearest(_MONTH_DAYS)
        cards = summary_payload(study, nearest, state, spot=study.spot, spot_age_s=None)
        return market.chain_payload(cards, symbol, roots, state)

    def _underlyings(self) -> tuple[str, ...]:
        desk = self._machine.options
        return () if desk is None else desk.underlyings()

    def _news(self, params: Params, kept: KeptStories) -> Payload:
        now_ns = self._machine.clock.now_ns()
        about = _about(params)
        of = f" about {root_of(about)}" if about else ""
        nothing = f"No story{of} was collected: press Collect below"
        stories = kept.stories
        newest = stories[0].published_ns if stories else None
        state = self._records_state(kept.held, newest, now_ns)
        return market_records.news_payload(stories, state, now_ns=now_ns, nothing=nothing)

    def _fundamentals(self, symbol: str, found: Statements) -> Payload:
        fetched = max((each.fetched_ns for each in found.held), default=None)
        state = self._records_state(found.held, fetched, self._machine.clock.now_ns())
        return market_records.fundamentals_payload(found.lines, symbol, state)

    def _records_state(
        self, held: Sequence[HeldRecords], newest_ns: int | None, now_ns: int
    ) -> PanelState:
        age_s = None if newest_ns is None else max(0, now_ns - newest_ns) / 1e9
        source = ", ".join(each.source for each in held)
        return PanelState(self._word(), age_s, source)

    def _word(self) -> str:
        return word_of(self._machine.mode)

    def _steady(self) -> PanelState:
        return steady_state(standing(self._machine))

    def _has_prices(self) -> bool:
        return self._machine.prices is not None and bool(self.choices().symbols)

    def _no_prices(self) -> str:
        return _sentence(NO_PRICES if self._machine.prices is None else NOT_YET)


def _question(params: Params) -> SeriesQuestion:
    adjustment = Adjustment(params["adjustment"])
    return SeriesQuestion(params["symbol"], "1d", int(params["bars"]), adjustment)


def _about(params: Params) -> str:
    return params["symbol"] if params["about"] == "symbol" else ""


def _chain_params(symbol: str) -> dict[str, str]:
    return {"underlying": root_of(symbol), "expiry": MONTH}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
