"""What each panel of the Home page shows: the beginning of what other pages answer, and a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.hub.home_desk import HomeDesk
from quantdeck.hub.page_jobs import NO_JOBS, PageJobs
from quantdeck.hub.standing import sources_of, standing, standing_of, trade_age
from quantdeck.live.staleness import Age, Freshness
from quantdeck.model.errors import NoData
from quantdeck.views import alerts, home, pairs, trade_feed
from quantdeck.views.daily import daily_payload
from quantdeck.views.figures import price_decimals
from quantdeck.views.home_page import BORROWED, DAILY, KINDS, MODEL_CARD, PANELS, PLAYBOOK, PRINTS
from quantdeck.views.nothing import nothing_of
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state, panel_state, steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.hub.answers import Room
    from quantdeck.hub.home_desk import HomeSources
    from quantdeck.hub.machine import Machine
    from quantdeck.live.ticks import TickColumns
    from quantdeck.views.payloads import PanelState, Payload

    Params = Mapping[str, str]

_PANEL_KINDS = {panel.id: panel.kind for panel in PANELS}
_EMPTY = {panel.id: panel.empty for panel in PANELS}
_PRINTS = 40
"""Newest executions of each symbol that are looked at."""
_RUN = "Each run shows below what it does; nothing here trades with money."
_NO_ALERTS = "This deck watches no alerts"
_SEEN = "Nothing has fired that nobody has seen"


class HomeAnswers:
    """Answers topics of the Home page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        What is asked.
    rooms : mapping of str to Room
        Those of the other pages, by the names that their topics begin with.
    sources : HomeSources
        Those who know what is summed up.

    Attributes
    ----------
    desk : HomeDesk
        Sums it up.
    """

    def __init__(self, machine: Machine, rooms: Mapping[str, Room], sources: HomeSources) -> None:
        self._machine = machine
        self._rooms = rooms
        self._jobs = sources.jobs
        self._runs = PageJobs(machine, sources.jobs, "home", KINDS, said=_RUN)
        self._playbook = sources.playbook
        self.desk = HomeDesk(machine, sources)
        self._own: dict[str, Callable[[], Payload | None]] = {
            "home.now": self._now,
            "home.alerts": self._alerts,
            "home.feed": self._feed,
            "home.run": lambda: self._runs.quick("home.run"),
            "home.log": lambda: self._runs.quick("home.log"),
            "home.jobs": self._brief_runs,
            DAILY.id: self._daily,
            PRINTS: self._prints,
        }

    def quick(self, name: str, params: Params) -> Payload | None:  # noqa: ARG002 - no panel has any
        """Return the payload of a topic from memory, or None where something must be read."""
        if name in self._own:
            return self._own[name]()
        part = BORROWED[name]
        room = self._rooms.get(part.topic.partition(".")[0])
        if room is None:
            return nothing_of(_PANEL_KINDS[name], _EMPTY[name])
        found = room.quick(part.topic, part.params)
        return None if found is None else self._shown(name, found)

    async def slow(self, name: str, params: Params) -> Payload:
        """Read what is needed, and return the payload."""
        if name == "home.feed":
            return trade_feed.feed_payload(await self.desk.feed(), self._steady())
        if name in self._own:
            await self._jobs.load()
            await self.desk.daily()
            found = self.quick(name, params)
            if found is None:
                raise NoData("what is kept changes faster than it can be read; ask again")
            return found
        part = BORROWED[name]
        room = self._rooms[part.topic.partition(".")[0]]
        return self._shown(name, await room.slow(part.topic, part.params))

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        second = self._machine.clock.monotonic_ns() // 1_000_000_000
        if name in BORROWED:
            part = BORROWED[name]
            room = self._rooms.get(part.topic.partition(".")[0])
            return None if room is None else room.revision(part.topic)
        if name == "home.alerts":
            desk = self._machine.alerts
            return None if desk is None else desk.book.revision
        if name == "home.feed":
            return self.desk.feed_revision
        if name == DAILY.id:
            return self.desk.daily_revision
        if name in {"home.now", PRINTS}:
            return second
        return self._runs.revision()

    def _shown(self, name: str, found: Payload) -> Payload:
        payload = home.beginning(found, BORROWED[name].most)
        if name == PLAYBOOK.id:
            return home.leaders_payload(payload, self._playbook.last)
        card = self.desk.card() if name == MODEL_CARD.id else None
        if card is None:
            return payload
        # Which model it is stands nowhere else on the page.
        return replace(payload, state=replace(payload.state, detail=f"Model {card.id}"))

    def _now(self) -> Payload:
        return home.needs_payload(self.desk.needs(), self._steady())

    def _alerts(self) -> Payload:
        desk = self._machine.alerts
        if desk is None:
            return nothing_of(_PANEL_KINDS["home.alerts"], _NO_ALERTS)
        unread = self.desk.unread()
        if not unread:
            return RowsPayload(empty_state(self._steady(), _SEEN), [])
        return alerts.history_payload(unread, desk.book.now.deliveries, self._steady())

    def _feed(self) -> Payload | None:
        lines = self.desk.known_feed()
        return None if lines is None else trade_feed.feed_payload(lines, self._steady())

    def _daily(self) -> Payload | None:
        if self._machine.parts.due is None:
            return nothing_of(_PANEL_KINDS[DAILY.id], NO_JOBS)
        runs = self.desk.known_daily()
        if runs is None:
            return None
        now_ns = self._machine.clock.now_ns()
        return home.brief(daily_payload(runs, self._steady(), now_ns=now_ns))

    def _prints(self) -> Payload:
        machine = self._machine
        symbols = machine.capture.symbols()
        sides: list[tuple[str, TickColumns, int]] = []
        for symbol in symbols:
            number = machine.state.instruments.id_of(symbol)
            ticks = machine.state.ticks.ticks(number, _PRINTS)
            told = machine.instrument(symbol)
            tick = None if told is None else told.tick_size
            sides.append((symbol, ticks, price_decimals(tick, ticks.price[-20:].tolist())))
        ages = [trade_age(machine, symbol) for symbol in symbols]
        known = [age for age in ages if age.seconds is not None]
        newest = min(known, key=lambda age: age.seconds or 0.0, default=Age(Freshness.EMPTY, None))
        state = panel_state(
            standing_of(machine, symbols),
            newest,
            source=sources_of(machine, symbols),
            what="execution",
        )
        return pairs.trades_payload(sides, state)

    def _brief_runs(self) -> Payload | None:
        runs = self._runs.runs()
        return None if runs is None else home.brief(runs)

    def _steady(self) -> PanelState:
        return steady_state(standing(self._machine))
