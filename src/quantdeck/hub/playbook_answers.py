"""What each panel of the Playbook page shows, asked of the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.hub.playbook_desk import NOTHING_KEPT, PlaybookDesk
from quantdeck.model.errors import NoData
from quantdeck.views import playbook as shown
from quantdeck.views.nothing import nothing_of
from quantdeck.views.payloads import Mode, PanelState
from quantdeck.views.playbook_page import PlaybookChoices
from quantdeck.views.playbook_panels import FOREMOST, KEPT, MAKE_FIRST, NEWEST, PANELS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.hub.machine import Machine
    from quantdeck.hub.research_desk import ResearchDesk
    from quantdeck.research.playbook.entry import Entry, Playbook
    from quantdeck.views.payloads import Payload

    Params = Mapping[str, str]

_KINDS = {panel.id: panel.kind for panel in PANELS}
_OLD_S = 6 * 86_400.0
_OF_ALL: dict[str, Callable[[Playbook, PanelState], Payload]] = {
    "playbook.summary": shown.summary_payload,
    "playbook.map": shown.map_payload,
    "playbook.notes": shown.notes_payload,
}
_OF_ONE: dict[str, Callable[[Entry, PanelState], Payload]] = {
    "playbook.why": shown.why_payload,
    "playbook.factors": shown.factors_payload,
    "playbook.legs": shown.legs_payload,
    "playbook.payoff": shown.payoff_payload,
}


class PlaybookAnswers:
    """Answers topics of the Playbook page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        Whose playbooks are shown.
    research : ResearchDesk
        Knows tables and models.

    Attributes
    ----------
    desk : PlaybookDesk
        Makes and reads them.
    """

    def __init__(self, machine: Machine, research: ResearchDesk) -> None:
        self._machine = machine
        self._research = research
        self.desk = PlaybookDesk(machine, research)

    def choices(self) -> PlaybookChoices:
        """Return what there is to choose from on the page."""
        return PlaybookChoices(self.desk.sessions, self.desk.symbols)

    @property
    def layout(self) -> int:
        """Changes when there is other to choose from."""
        return self.desk.layout

    def quick(self, name: str, params: Params) -> Payload | None:
        """Return the payload of a topic from memory, or None where something must be made or read."""
        self._research.wake()
        if self.desk.parts is None:
            return nothing_of(_KINDS[name], f"{NOTHING_KEPT[:1].upper()}{NOTHING_KEPT[1:]}.")
        if name == KEPT.id:
            known = self.desk.known()
            return None if known is None else self._kept(self._state(known))
        session = _session(params)
        if session is None:
            index = self._research.known_index()
            if index is not None and not index.tables:
                return nothing_of(_KINDS[name], MAKE_FIRST)
        found = self.desk.known(session)
        return None if found is None else self._payload(name, found, params)

    async def slow(self, name: str, params: Params) -> Payload:
        """Make or read the playbook, and return the payload."""
        if name == KEPT.id:
            await self.desk.list()
            return self._kept(PanelState(self._machine.mode.value, None, "quantdeck"))
        session = _session(params)
        if session is None and not (await self._research.index()).tables:
            return nothing_of(_KINDS[name], MAKE_FIRST)
        return self._payload(name, await self.desk.playbook(session), params)

    def revision(self, name: str) -> Hashable:  # noqa: ARG002 - all change together
        """Return something that changes whenever the payload of a topic may have."""
        return self.desk.revision

    def _payload(self, name: str, found: Playbook, params: Params) -> Payload:
        state = self._state(found)
        if name != "playbook.summary" and state.word != "stale":
            # Said once a page, in its headline, unless it is a warning.
            state = replace(state, detail="")
        if name == "playbook.trades":
            return shown.trades_payload(found, state, session=params["session"])
        if name in _OF_ALL:
            return _OF_ALL[name](found, state)
        return _OF_ONE[name](_entry(found, params["symbol"]), state)

    def _kept(self, state: PanelState) -> Payload:
        return shown.kept_payload(self.desk.sessions, state)

    def _state(self, found: Playbook) -> PanelState:
        age_s = max(0.0, (self._machine.clock.now_ns() - found.known_ns) / 1e9)
        said = f"Of the session {found.session}"
        word = Mode.DEMO.value if found.is_simulated else self._machine.mode.value
        if word == Mode.LIVE and age_s > _OLD_S:
            return PanelState("stale", age_s, found.source, f"{said}: later sessions are missing")
        return PanelState(word, age_s, found.source, said)


def _session(params: Params) -> str | None:
    chosen = params.get("session", NEWEST)
    return None if chosen == NEWEST else chosen


def _entry(found: Playbook, symbol: str) -> Entry:
    if symbol == FOREMOST:
        with_trade = (e for e in found.entries if e.idea is not None and e.idea.structure)
        return next(with_trade, found.entries[0])
    entry = found.entry(symbol)
    if entry is None:
        why = found.left_out.get(symbol, "it is not in the table of features")
        raise NoData(f"{symbol} has no score on {found.session}: {why}")
    return entry
