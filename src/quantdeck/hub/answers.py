"""What each topic shows, asked of the machine: every figure through one function of `views`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import structs

from quantdeck.hub.alert_answers import AlertAnswers
from quantdeck.hub.backtest_answers import BacktestAnswers
from quantdeck.hub.box_answers import BoxAnswers
from quantdeck.hub.cv_answers import CvAnswers
from quantdeck.hub.export_answers import ExportAnswers
from quantdeck.hub.finding_answers import FindingAnswers
from quantdeck.hub.home_answers import HomeAnswers
from quantdeck.hub.home_desk import HomeSources
from quantdeck.hub.lane import lane_of
from quantdeck.hub.market_answers import MarketAnswers
from quantdeck.hub.option_answers import OptionAnswers
from quantdeck.hub.pair_answers import PairAnswers
from quantdeck.hub.playbook_answers import PlaybookAnswers
from quantdeck.hub.portfolio_answers import PortfolioAnswers
from quantdeck.hub.research_answers import ResearchAnswers
from quantdeck.hub.risk_answers import RiskAnswers
from quantdeck.hub.scan_answers import ScanAnswers
from quantdeck.hub.schedule_answers import ScheduleAnswers
from quantdeck.hub.standing import (
    sources_of,
    standing,
    standing_of,
    uploaded_symbols,
)
from quantdeck.hub.strategy_answers import StrategyAnswers
from quantdeck.hub.technical_answers import TechnicalAnswers
from quantdeck.hub.topic import Topic
from quantdeck.hub.trading_answers import TradingAnswers
from quantdeck.hub.user_panel_answers import UserPanelAnswers
from quantdeck.live.staleness import Age, Freshness, age_of
from quantdeck.model.errors import BadInput
from quantdeck.views import dashboard
from quantdeck.views.backtest_page import BacktestChoices
from quantdeck.views.pages import Choices, pages, parameters_of
from quantdeck.views.payloads import StatusPayload
from quantdeck.views.state import Standing, panel_state, steady_state
from quantdeck.views.status import status_payload
from quantdeck.views.symbols import SPARK_BARS, SymbolNow, symbol_now, symbols_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    from quantdeck.analytics.pairs import PairStudy
    from quantdeck.analytics.types import IntArray
    from quantdeck.hub.backtests import BacktestDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.model.feed import FeedStatus
    from quantdeck.views.panels import Page
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]

_SPARK_TIMEFRAME = "1s"


class Room(Protocol):
    """Answers the topics of one page, those whose name begins with the page's."""

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from memory, or None where `slow` must be asked."""
        ...

    async def slow(self, name: str, params: Params) -> Payload:
        """Return the payload of a topic that takes longer."""
        ...

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        ...


class Answers:
    """Answers topics. Owned by the deck.

    Parameters
    ----------
    machine : Machine
        What is asked.
    backtests : BacktestDesk or None
        Whose runs the Backtest page shows.

    Attributes
    ----------
    boxes, options, scan, strategies, technical, risk, portfolio, market, research, playbook, trading, schedule, user_panels, cv : object with the methods of `Room`
        Answer those of the page of that name; the schedule is part of Home, what users wrote is the page Panels.
    """

    def __init__(self, machine: Machine, backtests: BacktestDesk | None = None) -> None:
        self._machine = machine
        self._backtests = backtests
        self._pairs = PairAnswers(machine)
        self.options = OptionAnswers(machine)
        self.scan = ScanAnswers(machine)
        self.strategies = StrategyAnswers(machine)
        self.technical = TechnicalAnswers(machine)
        self.risk = RiskAnswers(machine)
        self.portfolio = PortfolioAnswers(machine)
        self.market = MarketAnswers(machine, self.options)
        self.boxes = BoxAnswers(machine, self.market.jobs)
        self.research = ResearchAnswers(machine, self.market.jobs)
        self.playbook = PlaybookAnswers(machine, self.research.desk)
        self.trading = TradingAnswers(machine, self.playbook.desk)
        self.findings = FindingAnswers(machine)
        self.schedule = ScheduleAnswers(machine, self.market.jobs)
        self._rooms: dict[str, Room] = {
            "boxes": self.boxes,
            "options": self.options,
            "scan": self.scan,
            "strategies": self.strategies,
            "technical": self.technical,
            "risk": self.risk,
            "portfolio": self.portfolio,
            "market": self.market,
            "research": self.research,
            "playbook": self.playbook,
            "trading": self.trading,
            "schedule": self.schedule,
            "findings": self.findings,
            "exports": ExportAnswers(machine, self.pages),
            "alerts": AlertAnswers(machine),
        }
        self.user_panels = UserPanelAnswers(machine, self._ask)
        self.cv = CvAnswers(machine, self.quick, self._ask)
        self._rooms.update(panels=self.user_panels, cv=self.cv)
        if backtests is not None:
            self._rooms["backtest"] = BacktestAnswers(backtests)
        self._rooms["home"] = HomeAnswers(machine, self._rooms, self._home_sources())
        self._quick: dict[str, Callable[[], Payload]] = {
            "dashboard.symbols": self._symbols,
            "dashboard.capture": self._capture,
            "dashboard.rate": self._rate,
            "dashboard.lag": self._lag,
            "dashboard.feeds": self._feeds,
            "dashboard.gaps": self._gaps,
            "dashboard.log": self._log,
        }

    def quick(self, topic: Topic) -> Payload | StatusPayload | None:
        """Return the payload of a topic from memory, or None where the tape must be read.

        Raises
        ------
        BadInput
            If there is no such topic, or a parameter is wrong.
        NoData
            If nothing was received for the question.
        """
        if topic.name == "status":
            return self.status()
        params = parameters_of(topic.name, topic.params, self._choices())
        room = self._room(topic)
        if room is not None:
            return room.quick(topic.name, params)
        if topic.name in self._quick:
            return self._quick[topic.name]()
        return self._pairs.payload(topic.name, params)

    async def slow(self, topic: Topic) -> Payload:
        """Return the payload of a topic that more than memory must be asked for."""
        room = self._room(topic)
        params = parameters_of(topic.name, topic.params, self._choices())
        if room is None:
            raise BadInput(f"there is no topic {topic.name!r}")
        return await room.slow(topic.name, params)

    def revision(self, topic: Topic) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        machine = self._machine
        standing = (machine.capture.is_on, tuple(machine.capture.symbols()))
        room = self._room(topic)
        if room is not None:
            return room.revision(topic.name), standing
        match topic.name:
            case "dashboard.log":
                return machine.journal.revision, standing
            case "dashboard.gaps":
                return machine.ledger.revision, standing
            case "dashboard.rate" | "dashboard.lag":
                return machine.clock.now_ns() // 1_000_000_000, standing
            case _:
                return machine.state.revision, standing

    def status(self) -> StatusPayload:
        """Return the payload of the topic ``status``."""
        machine = self._machine
        return status_payload(
            self._standing(),
            state=self._state(*self._all_ages()),
            feeds=machine.feeds(),
            figures=self._figures(),
            symbols=machine.capture.symbols(),
            now_ns=machine.now_ns(),
            replay=machine.parts.replay() if machine.parts.replay else None,
            pages=self._layout(),
            uploaded=uploaded_symbols(machine),
            unread=0 if machine.alerts is None else machine.alerts.book.now.unread,
        )

    def pair_study(self, params: Params) -> tuple[IntArray, PairStudy]:
        """Return the study behind the Pairs page, with the times of its rows in ms UTC.

        Raises
        ------
        BadInput
            If a parameter is wrong.
        NoData
            If nothing was received of one of the symbols.
        """
        checked = parameters_of("pairs.stats", params, self._choices())
        now = self._pairs.now(checked)
        return now.pair.ts_ns[: now.study.rows] // 1_000_000, now.study

    def pages(self) -> tuple[Page, ...]:
        """Return the pages and their panels."""
        return pages(self._choices())

    async def _ask(self, panel_id: str, params: dict[str, str]) -> Payload:
        topic = Topic(panel_id, tuple(sorted(params.items())))
        payload = self.quick(topic)
        if isinstance(payload, StatusPayload):
            raise BadInput("the status is no panel; dashboard.capture shows how the deck stands")
        return await self.slow(topic) if payload is None else payload

    def _home_sources(self) -> HomeSources:
        has_schedule = self._machine.parts.schedule is not None
        return HomeSources(
            status=self.status,
            jobs=self.market.jobs,
            research=self.research.desk,
            playbook=self.playbook.desk,
            trading=self.trading,
            schedule=self.schedule.desk if has_schedule else None,
        )

    def _layout(self) -> int:
        # All only grow, so that their sum changes with any.
        known = (self.boxes.layout, self.options.layout, len(self.risk.choices().symbols()))
        known = (*known, self.market.layout, self.research.layout, self.playbook.layout)
        known = (*known, self.user_panels.layout, self.cv.layout)
        return sum(known) + (0 if self._backtests is None else self._backtests.layout)

    def _choices(self) -> Choices:
        symbols = [*self._machine.capture.symbols(), *uploaded_symbols(self._machine)]
        return Choices(
            symbols,
            boxes=self.boxes.choices(),
            options=self.options.choices(),
            scan=self.scan.choices(),
            backtest=self._runs(),
            risk=self.risk.choices(),
            market=self.market.choices(),
            research=self.research.choices(),
            playbook=self.playbook.choices(),
            user_panels=self.user_panels.page(),
            cv=self.cv.page,
        )

    def _runs(self) -> BacktestChoices:
        return BacktestChoices() if self._backtests is None else self._backtests.choices()

    def _room(self, topic: Topic) -> Room | None:
        return self._rooms.get(topic.name.partition(".")[0])

    def _symbols(self) -> Payload:
        machine = self._machine
        now_ns = machine.now_ns()
        bars = machine.state.books[_SPARK_TIMEFRAME]
        cards: list[SymbolNow] = []
        for symbol in machine.capture.symbols():
            symbol_id = machine.state.instruments.id_of(symbol)
            cards.append(
                symbol_now(
                    symbol,
                    symbol_id,
                    board=machine.state.board,
                    bars=bars.bars(symbol_id, SPARK_BARS),
                    now_ns=now_ns,
                    instrument=machine.instrument(symbol),
                )
            )
        return symbols_payload(cards, self._state(*(card.age for card in cards)))

    def _capture(self) -> Payload:
        return dashboard.capture_payload(self._figures(), self._state(*self._all_ages()))

    def _rate(self) -> Payload:
        return dashboard.rate_payload(self._machine.rates.history(), self._state(*self._all_ages()))

    def _lag(self) -> Payload:
        return dashboard.lag_payload(self._machine.rates.history(), self._state(*self._all_ages()))

    def _feeds(self) -> Payload:
        machine = self._machine
        statuses: list[FeedStatus] = []
        for status in machine.feeds():
            lane = lane_of(machine.lanes(), status.name.partition("/")[0])
            lag = machine.lag_of(lane, dashboard.LAG_WINDOW_S)
            # One definition of skew, that of the state strip.
            skew = int(lag.skew_ns) if lag is not None and machine.capture.is_on else None
            statuses.append(structs.replace(status, clock_skew_ns=skew))
        return dashboard.feeds_payload(
            statuses,
            machine.connection_rates(),
            now_ns=machine.now_ns(),
            state=self._steady(),
        )

    def _gaps(self) -> Payload:
        return dashboard.gaps_payload(self._machine.ledger.gaps(), self._steady())

    def _log(self) -> Payload:
        return dashboard.log_payload(self._machine.journal.lines(), self._steady())

    def _figures(self) -> dashboard.CaptureFigures:
        machine = self._machine
        counts = [lane.counts for lane in machine.lanes()]
        # What was measured before the capture was stopped says nothing of now.
        is_on = machine.capture.is_on
        return dashboard.CaptureFigures(
            per_second=machine.messages_per_s() if is_on else None,
            lag=machine.lag(dashboard.LAG_WINDOW_S) if is_on else None,
            lag_minute=machine.lag(dashboard.LAG_LONG_WINDOW_S) if is_on else None,
            gaps_open=machine.ledger.open_count(),
            dropped=machine.dropped(),
            duplicates=sum(each.duplicates for each in counts),
            tape=machine.tape_status(),
        )

    def _standing(self) -> Standing:
        return standing(self._machine)

    def _standing_of(self, symbols: Sequence[str]) -> Standing:
        return standing_of(self._machine, symbols)

    def _steady(self) -> PanelState:
        return steady_state(self._standing())

    def _state(self, *ages: Age) -> PanelState:
        # A deck is as fresh as its freshest symbol; a pair, told elsewhere, as its stalest.
        known = [age for age in ages if age.seconds is not None]
        newest = min(known, key=lambda age: age.seconds or 0.0, default=Age(Freshness.EMPTY, None))
        standing = self._standing_of(self._machine.capture.symbols())
        return panel_state(standing, newest, source=self._sources())

    def _all_ages(self) -> list[Age]:
        return [self._age(symbol) for symbol in self._machine.capture.symbols()]

    def _age(self, symbol: str) -> Age:
        state = self._machine.state
        last = state.board.last_recv_ns(state.instruments.id_of(symbol))
        return age_of(last, self._machine.now_ns())

    def _sources(self) -> str:
        return sources_of(self._machine, self._machine.capture.symbols())
