"""The page of a user's panels: reads the file whenever it is saved, and calls its functions."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quantdeck.hub.guarded import Guarded, StillRunning, TimeUp
from quantdeck.hub.shared_work import SharedWork
from quantdeck.hub.standing import standing
from quantdeck.hub.user_panel_desk import UserPanelDesk
from quantdeck.hub.user_panel_file import UserPanelFile
from quantdeck.hub.watched_file import WatchedFile
from quantdeck.model.errors import BadInput
from quantdeck.views.panels import PanelKind
from quantdeck.views.state import empty_state, failed_state, steady_state
from quantdeck.views.user_panels import FAULT, user_page
from quantdeck.views.user_payloads import emptied, user_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Mapping

    from quantdeck.hub.machine import Machine
    from quantdeck.hub.supervise import Outcome
    from quantdeck.views.panels import Page
    from quantdeck.views.payloads import Payload
    from quantdeck.views.user_panels import UserPanel

_AT_ONCE = 2
_KEPT = 32
_SHOWN_NS = 10_000_000_000
_REST_NS = 30_000_000_000
"""After it had to be interrupted a function rests: it would keep the others waiting again."""
_NO_PANEL = "The file defines no panel"


class _Bench:
    """A panel with what calls its function: one call at a time, the answer shared by all who look."""

    def __init__(self, panel: UserPanel, timeout_s: float, now_ns: Callable[[], int]) -> None:
        self.panel = panel
        self.thread = Guarded[Any](f"panel {panel.name}", timeout_s=timeout_s)
        self.work = SharedWork[Any, "Payload"](
            now_ns, fresh_ns=int(panel.every_s * 1e9), kept=_KEPT
        )
        self.rests_until_ns = 0


class UserPanelAnswers:
    """Answers topics of the page Panels. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        What is asked; without a file of panels the page has none.
    ask : callable
        Gives what a panel of the deck shows.

    Attributes
    ----------
    layout : int
        Changes whenever the file was read.
    """

    def __init__(
        self, machine: Machine, ask: Callable[[str, dict[str, str]], Coroutine[Any, Any, Payload]]
    ) -> None:
        self.layout = 0
        self._machine = machine
        self._ask = ask
        self._file = machine.parts.page_files.panels
        self._timeout_s = machine.parts.page_files.timeout_s
        self._benches: dict[str, _Bench] = {}
        self._fault = ""
        self._said = UserPanelFile(self._file or Path(), b"")
        self._turn = asyncio.Semaphore(_AT_ONCE)

    def page(self) -> Page | None:
        """Return the page, or None where no file is named."""
        if self._file is None:
            return None
        panels = [bench.panel for bench in self._benches.values()]
        symbols = self._machine.capture.symbols()
        return user_page(panels, file=self._file.name, fault=self._fault, symbols=symbols)

    def run(self) -> None:
        """Begin to read the file; returns at once."""
        if self._file is not None:
            self._machine.supervisor.start("user panels", partial(self._watch, self._file))

    def quick(self, name: str, params: Mapping[str, str]) -> Payload | None:
        """Return what a function answered last, or None where it must be waited for."""
        if name == FAULT:
            return self._about_file()
        bench, key = self._bench(name), tuple(sorted(params.items()))
        rests = self._machine.clock.monotonic_ns() < bench.rests_until_ns
        shown_ns = _REST_NS if rests else _SHOWN_NS
        found = bench.work.known(key, within_ns=shown_ns + int(2e9 * bench.panel.every_s))
        if found is not None and not rests:
            bench.work.begin(key, partial(self._call, bench, dict(params)))
        return found

    async def slow(self, name: str, params: Mapping[str, str]) -> Payload:
        """Return what a function answers."""
        bench, key = self._bench(name), tuple(sorted(params.items()))
        return await bench.work.get(key, partial(self._call, bench, dict(params)))

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have, or it is time to call."""
        bench = self._benches.get(name)
        if bench is None:
            return self.layout
        every_ns = int(bench.panel.every_s * 1e9)
        return self.layout, bench.work.made, self._machine.clock.monotonic_ns() // every_ns

    def _bench(self, name: str) -> _Bench:
        if name not in self._benches:
            raise BadInput(f"there is no topic {name!r}")
        return self._benches[name]

    def _about_file(self) -> Payload:
        state = steady_state(standing(self._machine))
        state = failed_state(self._fault) if self._fault else empty_state(state, _NO_PANEL)
        return emptied(PanelKind.MARKDOWN, state)

    async def _call(self, bench: _Bench, params: dict[str, str]) -> Payload:
        panel, said = bench.panel, self._said
        desk = UserPanelDesk(self._machine, self._ask, timeout_s=self._timeout_s)
        state = steady_state(standing(self._machine), source=said.path.name)

        def work() -> Payload:
            return user_payload(panel.spec, panel.make(desk, **panel.arguments(params)), state)

        async with self._turn:
            outcome = await bench.thread.run(work)
        if outcome.answer is not None:
            return outcome.answer
        if isinstance(outcome.error, TimeUp | StillRunning):
            bench.rests_until_ns = self._machine.clock.monotonic_ns() + _REST_NS
        fault = said.fault(outcome.error, timeout_s=self._timeout_s)
        return emptied(panel.spec.kind, failed_state(fault, source=said.path.name))

    async def _watch(self, path: Path) -> None:
        file = WatchedFile(path, self._machine.clock)
        thread = Guarded["tuple[UserPanel, ...]"]("panels file", timeout_s=self._timeout_s)
        while True:
            try:
                text = await file.saved()
            except OSError as error:
                self._refuse(f"{path} cannot be read: {error.strerror or error}")
                continue
            if text is None:
                self._refuse(f"There is no file {path}; the setting panels.file names it")
                continue
            said = UserPanelFile(path, text)
            self._take(said, await thread.run(said.panels))

    def _take(self, said: UserPanelFile, outcome: Outcome[tuple[UserPanel, ...]]) -> None:
        if outcome.answer is None:
            self._refuse(said.fault(outcome.error, timeout_s=self._timeout_s))
            return
        now_ns = self._machine.clock.monotonic_ns
        benches = [_Bench(panel, self._timeout_s, now_ns) for panel in outcome.answer]
        self._benches = {bench.panel.spec.id: bench for bench in benches}
        self._fault, self._said = "", said
        self.layout += 1
        self._machine.journal.write(f"panels of {said.path.name}: {len(benches)}", tone="good")

    def _refuse(self, fault: str) -> None:
        self._fault = fault
        self.layout += 1
        self._machine.journal.write(f"panels: {fault}", tone="warn")
