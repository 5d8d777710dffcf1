"""An engine whose figures are set by hand."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.alerts.engine import Engine
from quantdeck.alerts.figures import Bound
from quantdeck.alerts.parse import parse

if TYPE_CHECKING:
    from quantdeck.alerts.syntax import Call
    from quantdeck.alerts.watch import Firing, Standing

SECOND = 1_000_000_000
START = 1_800_000_000 * SECOND


class Rig:
    """Rules over figures ``last(A)``, ``last(B)`` and so on, which are keys of their own."""

    def __init__(self, text: str = "", *, last_fired_s: float | None = None) -> None:
        self.revision = 0
        self.figures: dict[str, float] = {}
        self.reads: dict[str, int] = {}
        self.refreshed = 0
        self.engine = Engine(self)
        self.now_ns = START
        if text:
            last_ns = None if last_fired_s is None else START + int(last_fired_s * SECOND)
            self.engine.put("rule", parse(text), last_fired_ns=last_ns)

    def refresh(self, now_ns: int) -> None:
        self.refreshed += 1

    def bind(self, call: Call) -> Bound:
        name = str(call.arguments[0])

        def read(now_ns: int) -> float:
            self.reads[name] = self.reads.get(name, 0) + 1
            return self.figures.get(name, math.nan)

        return Bound(read, lambda now_ns: f"no {name}", (name,))

    def set(self, at_s: float, **figures: float) -> list[Firing]:
        """Change figures at a time, and return what the event fires."""
        self.now_ns = START + int(at_s * SECOND)
        self.figures |= figures
        return self.engine.take(list(figures), self.now_ns)

    def tick(self, at_s: float) -> list[Firing]:
        self.now_ns = START + int(at_s * SECOND)
        return self.engine.tick(self.now_ns)

    def standing(self) -> Standing:
        return self.engine.standing("rule", self.now_ns)


def times(firings: list[Firing]) -> list[float]:
    return [(firing.at_ns - START) / SECOND for firing in firings]
