"""The page Visual CV: reads its file whenever it is saved, and asks other panels for what it cites."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from quantdeck.hub.standing import standing
from quantdeck.hub.topic import Topic
from quantdeck.hub.watched_file import WatchedFile
from quantdeck.model.errors import BadInput, QuantdeckError
from quantdeck.views import cv_page
from quantdeck.views.cv import Cv, read_cv
from quantdeck.views.cv_lines import Fault
from quantdeck.views.payloads import PanelState, RowsPayload
from quantdeck.views.state import steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from quantdeck.hub.machine import Machine
    from quantdeck.views.cv import CvMetric
    from quantdeck.views.panels import Page, Panel
    from quantdeck.views.payloads import Payload

    Cited = Payload | str | None

_EVERY_NS = 1_000_000_000


class CvAnswers:
    """Answers topics of the page Visual CV. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        What is asked; where it has no file there is no such page.
    quick : callable
        Gives what a panel shows from memory, or None.
    ask : callable
        Gives what a panel shows, however long that takes.

    Attributes
    ----------
    layout : int
        Changes whenever the file was read.
    """

    def __init__(
        self,
        machine: Machine,
        quick: Callable[[Topic], Any],
        ask: Callable[[str, dict[str, str]], Coroutine[Any, Any, Payload]],
    ) -> None:
        self.layout = 0
        self._machine = machine
        self._quick = quick
        self._ask = ask
        self._file = machine.parts.page_files.cv
        self._cv: Cv | None = None
        self._faults: tuple[Fault, ...] = ()
        self._made: tuple[tuple[int, dict[str, Panel]], Page] | None = None

    def page(self, known: Sequence[Page]) -> Page | None:
        """Return the page, or None where no file is named.

        Parameters
        ----------
        known : sequence of Page
            The others, whose panels may be cited.
        """
        if self._file is None:
            return None
        # Pages are asked for with every question, and this one is the same for a long time.
        key = self.layout, cv_page.cited_panels(self._cv, known)
        if self._made is None or self._made[0] != key:
            file, has_faults = self._file.name, bool(self._faults)
            made = cv_page.cv_page(self._cv, file=file, faults=has_faults, cited=key[1])
            self._made = key, made
        return self._made[1]

    def run(self) -> None:
        """Begin to read the file; returns at once."""
        if self._file is not None:
            self._machine.supervisor.start("cv", partial(self._watch, self._file))

    def quick(self, name: str, params: Mapping[str, str]) -> Payload | None:  # noqa: ARG002 - none here
        """Return the payload of a topic from memory, or None where panels must be asked first."""
        state, cv = self._state(), self._cv
        if name == cv_page.HEADER:
            return cv_page.header_payload(cv, state, file=state.source, faults=bool(self._faults))
        if name == cv_page.FAULTS:
            return cv_page.faults_payload(self._faults, state)
        if cv is None:
            raise BadInput(f"there is no topic {name!r}")
        if name == cv_page.SKILLS:
            return cv_page.skills_payload(cv, state)
        if name == cv_page.METRICS:
            return self._known_metrics(cv, state)
        return cv_page.project_payload(cv, int(name.removeprefix(cv_page.PROJECT)), state)

    async def slow(self, name: str, params: Mapping[str, str]) -> Payload:  # noqa: ARG002 - none here
        """Return the cards of metrics, with what they cite."""
        if self._cv is None or name != cv_page.METRICS:
            raise BadInput(f"there is no topic {name!r}")
        cv, rows = self._cv, list[dict[str, object]]()
        for number, metric in enumerate(cv.metrics):
            rows.append(cv_page.metric_row(number, metric, await self._asked(metric)))
        return RowsPayload(self._state(), rows)

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        now_ns = self._machine.clock.monotonic_ns()
        return self.layout, now_ns // _EVERY_NS if name == cv_page.METRICS else 0

    def _known_metrics(self, cv: Cv, state: PanelState) -> Payload | None:
        rows: list[dict[str, object]] = []
        for number, metric in enumerate(cv.metrics):
            cited: Cited = None
            if metric.panel is not None:
                try:
                    cited = self._quick(_topic(metric))
                except QuantdeckError as error:
                    cited = _short(error)
                if cited is None:
                    return None
            rows.append(cv_page.metric_row(number, metric, cited))
        return RowsPayload(state, rows)

    async def _asked(self, metric: CvMetric) -> Cited:
        if metric.panel is None:
            return None
        try:
            return await self._ask(metric.panel, _topic(metric).params)
        except QuantdeckError as error:
            return _short(error)

    def _state(self) -> PanelState:
        name = "" if self._file is None else self._file.name
        state = steady_state(standing(self._machine), source=name)
        if not self._faults or self._cv is None:
            return state
        count = len(self._faults)
        told = f"{name} has {count} fault{'s' if count > 1 else ''}; this is what it said before"
        return PanelState("stale", None, name, told)

    async def _watch(self, path: Path) -> None:
        file = WatchedFile(path, self._machine.clock)
        while True:
            try:
                text = await file.saved()
            except OSError as error:
                self._take((Fault(1, f"{path} cannot be read: {error.strerror or error}"),))
                continue
            self._take(None if text is None else read_cv(text))

    def _take(self, found: Cv | tuple[Fault, ...] | None) -> None:
        is_fault = isinstance(found, tuple)
        self._faults = found if is_fault else ()
        if not is_fault:
            self._cv = found
        self.layout += 1


def _topic(metric: CvMetric) -> Topic:
    params = {name: _written(value) for name, value in metric.params.items()}
    return Topic(metric.panel or "", tuple(sorted(params.items())))


def _written(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _short(error: QuantdeckError) -> str:
    # A topic that is not there names all that are.
    return str(error).partition("; there are")[0]
