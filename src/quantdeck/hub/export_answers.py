"""What each panel of the Exports page shows: asked of the tape, of memory and of the other pages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from quantdeck.hub.standing import standing
from quantdeck.model.errors import BadInput
from quantdeck.ports.history import preferred
from quantdeck.views import exports
from quantdeck.views.exports import Buffered
from quantdeck.views.state import steady_state

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quantdeck.hub.machine import Machine
    from quantdeck.views.panels import Page
    from quantdeck.views.payloads import Payload

_EVERY_NS = 5_000_000_000


class ExportAnswers:
    """Answers topics of the Exports page. Owned by `quantdeck.hub.answers.Answers`.

    Parameters
    ----------
    machine : Machine
        What is asked.
    pages : callable
        Gives the pages, whose panels can be downloaded.
    """

    def __init__(self, machine: Machine, pages: Callable[[], tuple[Page, ...]]) -> None:
        self._machine = machine
        self._pages = pages

    def quick(self, name: str, params: Mapping[str, str]) -> Payload | None:  # noqa: ARG002 - none here
        """Return the payload of a topic from memory, or None where the tape must be read."""
        state = steady_state(standing(self._machine), source="memory")
        match name:
            case "exports.upload":
                return exports.upload_payload(state, takes=self._machine.uploads is not None)
            case "exports.buffer":
                return exports.buffer_payload(self._buffered(), state)
            case "exports.history":
                prices = self._machine.prices
                state = steady_state(standing(self._machine), source="history")
                kept = () if prices is None else preferred(prices.kept())
                return exports.history_payload(kept, state)
            case "exports.panels":
                return exports.panels_payload(self._pages(), state)
            case _:
                return None

    async def slow(self, name: str, params: Mapping[str, str]) -> Payload:  # noqa: ARG002 - none here
        """Return the payload of a topic that the tape must be read for."""
        made = {"exports.coverage": exports.coverage_payload, "exports.bars": exports.bars_payload}
        if name not in made:
            raise BadInput(f"there is no topic {name!r}")
        coverage = await asyncio.to_thread(self._machine.reader.coverage)
        return made[name](coverage, steady_state(standing(self._machine), source="tape"))

    def revision(self, name: str) -> Hashable:
        """Return something that changes whenever the payload of a topic may have."""
        if name in {"exports.upload", "exports.panels"}:
            return 0
        return self._machine.clock.now_ns() // _EVERY_NS

    def _buffered(self) -> list[Buffered]:
        state = self._machine.state
        found: list[Buffered] = []
        for number in state.ticks.symbols():
            ticks = state.ticks.ticks(number)
            if len(ticks):
                symbol = state.instruments.symbol(number)
                span = int(ticks.ts_ns[0]), int(ticks.ts_ns[-1])
                found.append(Buffered(symbol, len(ticks), *span))
        return found
