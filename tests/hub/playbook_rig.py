"""What the Playbook page of a deck in tests is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from quantdeck.hub.playbook_parts import PlaybookParts
from quantdeck.model.errors import NoData
from quantdeck.research.playbook.inputs import Chain, PlaybookRules
from quantdeck.research.playbook.make import make_playbook
from tests.analytics.options.planted_chains import AT_NS
from tests.research.playbook.samples import foretold, study, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.research.playbook.entry import Playbook


@cache
def sample() -> Playbook:
    """Return a playbook of four symbols, one of them with options."""
    return make_playbook(
        table(),
        PlaybookRules(top_n=3),
        now_ns=AT_NS,
        foretold=foretold(0.56, 0.44, 0.5, 0.55),
        chains={"US:SPX": Chain(study(), "demo")},
    )


@dataclass
class MemoryPlaybooks:
    """Fulfils `PlaybookStore`."""

    kept: dict[str, Playbook] = field(default_factory=dict)

    def put(self, playbook: Playbook) -> Playbook:
        self.kept[playbook.session] = playbook
        return playbook

    def get(self, session: str | None = None) -> Playbook:
        wanted = session or max(self.kept, default="")
        if wanted not in self.kept:
            raise NoData(f"no playbook of {wanted} is kept")
        return self.kept[wanted]

    def sessions(self) -> list[str]:
        return sorted(self.kept, reverse=True)


@dataclass
class Maker:
    """Makes the sample, and counts."""

    store: MemoryPlaybooks = field(default_factory=MemoryPlaybooks)
    made: int = 0
    live: tuple[str, ...] = ()
    error: Exception | None = None

    def __call__(self, now_ns: int, live: Mapping[str, Chain]) -> Playbook:
        if self.error is not None:
            raise self.error
        self.made += 1
        self.live = tuple(live)
        return self.store.put(sample())


def playbook_parts(maker: Maker | None = None) -> PlaybookParts:
    found = maker or Maker()
    return PlaybookParts(found.store, found)
