"""What each panel of the Home page shows: the beginning of what other pages answer, and a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.hub.standing import sources_of, standing, standing_of, trade_age
from quantdeck.live.staleness import Age, Freshness
from quantdeck.model.errors import NoData
from quantdeck.views import alerts, home, jobs, pairs
from quantdeck.views.figures import price_decimals
from quantdeck.views.home_page import BORROWED, KINDS, MODEL_CARD, PANELS, PRINTS
from quantdeck.views.nothing import nothing_of
from quantdeck.views.payloads import TextPayload
from quantdeck.views.research_page import CURRENT
from quantdeck.views.state import panel_state, steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.hub.answers import Room
    from quantdeck.hub.job_desk import JobDesk
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.playbook_desk import PlaybookDesk
    from quantdeck.hub.research_desk import ResearchDesk
    from quantdeck.live.ticks import TickColumns
    from quantdeck.model.alerts import FiredAlert
    from quantdeck.research.card import Card
    from quantdeck.views.payloads import PanelState, Payload, StatusPayload

    Params = Mapping[str, str]

_PANEL_KINDS = {panel.id: panel.kind for panel in PANELS}
_EMPTY = {panel.id: panel.empty for panel in PANELS}
_PRINTS = 40
"""Newest executions of each symbol that are looked at."""
_RUN = "Each run shows below what it does; nothing here trades with money."
_NO_RUN = "This deck runs no jobs: it plays recorded data, or its settings name no vendor."
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
    status : callable
        How the deck stands, as the shell shows it.
    jobs : JobDesk
        What is run.
    research : ResearchDesk
        Knows the model in use.
    playbook : PlaybookDesk
        Knows the newest playbook.
    """

    def __init__(
        self,
        machine: Machine,
        rooms: Mapping[str, Room],
        *,
        status: Callable[[], StatusPayload],
        jobs: JobDesk,
        research: ResearchDesk,
        playbook: PlaybookDesk,
    ) -> None:
        self._machine = machine
        self._rooms = rooms
        self._status = status
        self._jobs = jobs
        self._research = research
        self._playbook = playbook
        self._own: dict[str, Callable[[], Payload | None]] = {
            "home.now": self._now,
            "home.alerts": self._alerts,
            "home.feed": self._feed,
            "home.run": self._run,
            "home.log": self._log,
            "home.jobs": self._runs,
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
        if name in self._own:
            await self._jobs.load()
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
            return self._playbook.revision
        if name in {"home.now", PRINTS}:
            return second
        busy = any(run.state == "running" for run in self._jobs.runs())
        return self._jobs.revision, second if busy else 0

    def _shown(self, name: str, found: Payload) -> Payload:
        payload = home.beginning(found, BORROWED[name].most)
        if name == MODEL_CARD.id and (card := self._card()) is not None:
            # Which model it is stands nowhere else on the page.
            return replace(payload, state=replace(payload.state, detail=f"Model {card.id}"))
        return payload

    def _now(self) -> Payload:
        unread = self._unread()
        count = 0 if self._machine.alerts is None else self._machine.alerts.book.now.unread
        needs = [
            home.data_need(self._status()),
            home.alerts_need(count, unread[0] if unread else None),
            home.playbook_need(self._playbook.last),
            home.model_need(self._card()),
            home.runs_need(self._jobs.runs()),
        ]
        return home.needs_payload(needs, self._steady())

    def _card(self) -> Card | None:
        index = self._research.last
        return index.card(CURRENT) if index.cards else None

    def _unread(self) -> list[FiredAlert]:
        desk = self._machine.alerts
        if desk is None:
            return []
        return [each for each in desk.book.now.fired if not each.read and not each.muted]

    def _alerts(self) -> Payload:
        desk = self._machine.alerts
        if desk is None:
            return nothing_of(_PANEL_KINDS["home.alerts"], _NO_ALERTS)
        unread = self._unread()
        if not unread:
            return nothing_of(_PANEL_KINDS["home.alerts"], _SEEN)
        return alerts.history_payload(unread, desk.book.now.deliveries, self._steady())

    def _feed(self) -> Payload:
        newest = self._playbook.last
        lines = [] if newest is None else home.recommended_lines(newest)
        return home.feed_payload(lines, self._steady())

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

    def _run(self) -> Payload:
        can = any(kind in self._jobs.kinds for kind in KINDS)
        return TextPayload(self._steady(), _RUN if can else _NO_RUN)

    def _log(self) -> Payload:
        lines = [line for line in self._jobs.lines() if line.kind in KINDS]
        return jobs.log_payload(lines, self._steady())

    def _runs(self) -> Payload | None:
        if not self._jobs.is_loaded:
            return None
        runs = [run for run in self._jobs.runs() if run.kind in KINDS]
        return jobs.jobs_payload(runs, self._steady(), now_ns=self._machine.clock.now_ns())

    def _steady(self) -> PanelState:
        return steady_state(standing(self._machine))
